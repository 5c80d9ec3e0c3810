"""A grammar of the SQL that a question over one catalog may be answered with, for the in-process engine.

In GBNF, llama.cpp's notation. Tables, columns and functions are terminals: what follows the grammar parses, names only
what exists, and calls only what ``allowed_functions.txt`` has. Names that a query makes itself (``AS n``) are free
where they are made and in ORDER BY and HAVING; over a subquery, and after WITH, they are free throughout, for a grammar
without memory cannot know them. Joins may lack their ON, as in the dialect that models are taught (see ``joins``).

Types and the rules of grouping are beyond it: what it lets through still has to bind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from llmsql.asking.check import allowed_functions
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import quote

_FUNCTION = re.compile(r"[a-z_][a-z0-9_]*\Z")
_TYPES = "BIGINT BOOLEAN DATE DECIMAL DOUBLE FLOAT INT INTEGER TEXT TIME TIMESTAMP VARCHAR".split()
_UNITS = "DAY HOUR MINUTE MONTH QUARTER SECOND WEEK YEAR".split()
_WINDOWED = "CUME_DIST DENSE_RANK FIRST_VALUE LAG LAST_VALUE LEAD NTH_VALUE NTILE PERCENT_RANK RANK ROW_NUMBER".split()
# Keywords of expressions that DuckDB has among its functions but that are not written as calls.
_NOT_CALLED = frozenset({"and", "or", "not", "between", "in", "like", "ilike", "case", "cast", "try_cast", "exists"})

_EACH_KIND = "# Once for each kind"


@lru_cache(maxsize=8)
def build_grammar(catalog: Catalog) -> str:
    """GBNF for queries over a catalog; compiled once for each version of it.

    Args:
        catalog: the tables that may be named.
    """
    columns: set[str] = set()
    for table in catalog:
        for column in table.columns:
            columns |= {quote(column.name), f"{quote(table.name)}.{quote(column.name)}"}
    functions = [*_WINDOWED, *(f.upper() for f in allowed_functions() if _FUNCTION.match(f) and f not in _NOT_CALLED)]
    once, _, each = resources.files("llmsql.asking").joinpath("grammar.gbnf").read_text("utf-8").partition(_EACH_KIND)
    each = each.partition("\n")[2]
    rules = once + "".join(each.replace("@", k).replace("#", "w" if k == "w" else "") for k in ("", "d", "w"))
    terminals = {
        "TYPES": _TYPES,
        "UNITS": _UNITS,
        "TABLES": [t.reference for t in catalog],
        "COLUMNS": columns,
        "FUNCTIONS": functions,
    }
    return re.sub(r"\b(TYPES|UNITS|TABLES|COLUMNS|FUNCTIONS)\b", lambda match: choice(terminals[match[0]]), rules)


def choice(words: Iterable[str]) -> str:
    """GBNF that accepts exactly these words, as a tree of their beginnings: few ways to go on at each letter.

    Args:
        words: in any order.
    """
    tree: dict[str, dict[str, object]] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})  # type: ignore[assignment]
        node[""] = {}
    return _written(tree)


def _written(node: dict[str, dict[str, object]]) -> str:
    parts = []
    for letter in sorted(k for k in node if k):
        text, below = letter, node[letter]
        while len(below) == 1 and "" not in below:
            [(following, deeper)] = below.items()
            text, below = text + following, deeper  # type: ignore[assignment]
        rest = "" if set(below) == {""} else " " + _written(below)  # type: ignore[arg-type]
        parts.append(f"{_terminal(text)}{rest}")
    group = f"({' | '.join(parts)})" if len(parts) > 1 or "" in node else parts[0]
    return f"{group}?" if "" in node and parts else group


def _terminal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
