"""Completion by position: tables after FROM, columns of the tables at hand in SELECT, files in quotes.

DuckDB's own ``sql_auto_complete`` knows its grammar better; it is asked where its extension is installed (it is not
part of the Python package, and is not fetched unasked). What is here works everywhere.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from llmsql.catalog.snapshot import OWN_SCHEMA, quote
from llmsql.shell.commands import COMMANDS
from llmsql.shell.commands.command import SWITCH
from llmsql.shell.commands.display import MODE_NAMES
from llmsql.shell.reader import STARTERS

if TYPE_CHECKING:
    from llmsql.shell.session import Session

MOST_SUGGESTIONS = 200
_OPERATORS = frozenset(",(=<>+-*/|")
_PRECEDING = 4_000
_WORD = re.compile(r"[\w$]*\Z")
_TOKENS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|[\w$]+|[^\s\w]")
_AFTER_TABLE_WORD = frozenset("from join into update table describe desc summarize using truncate".split())
_AFTER_NAMES = frozenset(
    "select where on by and or not having set returning distinct case when then else qualify between in like "
    "ilike".split()
)
_REFERENCES = re.compile(
    r"\b(?:from|join|update|into|,)\s+((?:\"[^\"]+\"|\w+)(?:\.(?:\"[^\"]+\"|\w+))*)(?:\s+(?:as\s+)?(\w+))?",
    re.IGNORECASE,
)
_CLAUSES = "SELECT FROM WHERE GROUP BY ORDER BY HAVING LIMIT JOIN LEFT JOIN ON AND OR AS UNION ALL WITH QUALIFY".split()
_FILE_COMMANDS = frozenset("cd import once open output read".split())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on.

    Args:
        text: replaces the last ``length`` characters before the cursor.
        length: how many.
        kind: table, column, function, …
    """

    text: str
    length: int
    kind: str


@dataclass
class Names:
    """What can be named in a database.

    Args:
        tables: columns by table or view.
        schemas: and databases.
        functions: of all kinds.
        table_functions: those that stand for a table.
        keywords: of the grammar.
        models: of the registry.
    """

    tables: dict[str, list[str]] = field(default_factory=dict)
    schemas: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    table_functions: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)


def read_names(con: duckdb.DuckDBPyConnection) -> Names:
    """Look up what can be named now.

    Args:
        con: the connection.
    """
    names = Names()
    rows = con.execute(
        f"SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND schema_name <> '{OWN_SCHEMA}' "
        "ORDER BY table_name, column_index"
    ).fetchall()
    for table, column in rows:
        names.tables.setdefault(table, []).append(column)
    names.schemas = _first(
        con, f"SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> '{OWN_SCHEMA}'"
    )
    names.schemas += _first(con, "SELECT database_name FROM duckdb_databases() WHERE NOT internal")
    by_kind = (
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE regexp_matches(function_name, '^[a-z]\\w*$') AND "
    )
    names.functions = _first(con, by_kind + "function_type NOT LIKE 'table%' AND function_type <> 'pragma'")
    names.table_functions = _first(con, by_kind + "function_type LIKE 'table%'")
    names.keywords = [word.upper() for word in _first(con, "SELECT keyword_name FROM duckdb_keywords()")]
    return names


def _first(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return sorted({row[0] for row in con.execute(sql).fetchall()})


def load_own_completion(con: duckdb.DuckDBPyConnection) -> bool:
    """Load DuckDB's ``autocomplete`` extension where it is installed; nothing is fetched.

    Args:
        con: the connection.
    """
    with contextlib.suppress(duckdb.Error):
        con.execute("LOAD autocomplete")
        return True
    package = importlib.util.find_spec("duckdb_extension_autocomplete")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        for file in Path(folder).rglob(f"v{duckdb.__version__}/**/autocomplete.duckdb_extension"):
            with contextlib.suppress(duckdb.Error):
                con.execute(f"LOAD '{str(file).replace(chr(39), chr(39) * 2)}'")
                return True
    return False


def ask_duckdb(con: duckdb.DuckDBPyConnection, before: str) -> list[Suggestion]:
    """DuckDB's own suggestions, none where the extension is not loaded.

    Args:
        con: the connection.
        before: the statement up to the cursor.
    """
    with contextlib.suppress(duckdb.Error, UnicodeEncodeError):
        rows = con.execute("SELECT suggestion, suggestion_start FROM sql_auto_complete(?)", [before]).fetchall()
        return [Suggestion(text.rstrip(), len(before) - start, "") for text, start in rows if len(before) >= start]
    return []


def suggest(before: str, after: str, names: Names) -> list[Suggestion]:
    """What may come next, the likeliest first.

    Args:
        before: the text of the input up to the cursor.
        after: the rest.
        names: what can be named.
    """
    line = before.rpartition("\n")[2]
    if before.lstrip().startswith(".") and "\n" not in before:
        found: Iterable[Suggestion] = _for_command(before.lstrip(), names)
    elif (quoted := _open_quote(line)) is not None:
        found = _files(quoted)
    else:
        found = _for_sql(before, after, names)
    unique: dict[str, Suggestion] = {}
    for suggestion in found:
        unique.setdefault(suggestion.text.casefold(), suggestion)
    return list(unique.values())[:MOST_SUGGESTIONS]


def _for_command(before: str, names: Names) -> Iterator[Suggestion]:
    name, blank, rest = before[1:].partition(" ")
    if not blank:
        yield from (Suggestion("." + c, len(before), "command") for c in sorted(COMMANDS) if c.startswith(name))
        return
    word = rest.rpartition(" ")[2]
    choices: dict[str, Iterable[str]] = {
        "mode": MODE_NAMES,
        "model": names.models,
        "help": sorted(COMMANDS),
        "chart": ("bar", "line", "scatter"),
        "pager": ("on", "off", "automatic"),
        "startup_text": ("none", "version", "all"),
        **dict.fromkeys(("tables", "schema", "dump", "indexes"), sorted(names.tables)),
        **{name: SWITCH.split("|") for name, command in COMMANDS.items() if command.usage == SWITCH},
    }
    yield from (Suggestion(c, len(word), "") for c in choices.get(name, ()) if c.startswith(word))
    if name in _FILE_COMMANDS:
        yield from _files(word)


def _open_quote(line: str) -> str | None:
    """What stands behind a quote that is not closed."""
    parts = line.split("'")
    return parts[-1] if len(parts) % 2 == 0 else None


def _files(beginning: str) -> Iterator[Suggestion]:
    folder, name = beginning.rpartition("/")[0::2]
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        place = Path(folder + "/" if beginning.startswith("/") and not folder else folder or ".").expanduser()
        for entry in sorted(place.iterdir()):
            if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith(".")):
                yield Suggestion(entry.name + ("/" if entry.is_dir() else ""), len(name), "file")


def _for_sql(before: str, after: str, names: Names) -> Iterator[Suggestion]:
    found = _WORD.search(before)
    word = found.group() if found else ""
    statement = before[-_PRECEDING:].rpartition(";")[2]
    head = statement[: len(statement) - len(word)]
    tokens = [t for t in _TOKENS.findall(head) if not t.startswith("--")]
    if tokens and tokens[-1] == "." and len(tokens) > 1:
        yield from _qualified(tokens[-2], word, head + " " + after, names)
        return
    previous = tokens[-1].lower() if tokens else ""
    if not tokens:
        yield from _matching(
            sorted(STARTERS & {k.lower() for k in names.keywords} | {"select", "from"}), word, "keyword", upper=True
        )
        return
    if previous in _AFTER_TABLE_WORD or (previous == "," and _clause(tokens) in ("from", "join")):
        yield from _matching(names.tables, word, "table")
        yield from _matching(names.schemas, word, "schema")
        yield from _matching(names.table_functions, word, "function")
        return
    if previous in _AFTER_NAMES or (previous in _OPERATORS and not _is_star(tokens)):
        yield from _columns(word, head + " " + after, names)
        yield from _matching(names.functions, word, "function")
        yield from _matching(names.keywords, word, "keyword", upper=True)
        return
    yield from _matching(_CLAUSES, word, "keyword", upper=True)
    yield from _columns(word, head + " " + after, names)
    yield from _matching(names.keywords, word, "keyword", upper=True)
    if word:
        yield from _matching(names.tables, word, "table")
        yield from _matching(names.functions, word, "function")


def _is_star(tokens: list[str]) -> bool:
    """Whether the last token is the star of ``SELECT *``, not of a product."""
    return tokens[-1] == "*" and (len(tokens) == 1 or tokens[-2].lower() in ("select", "distinct", ",", ".", "("))


def _clause(tokens: list[str]) -> str:
    """The last word that opens a clause."""
    words = ("select", "from", "join", "where", "group", "order", "having", "on", "set", "limit", "qualify", "values")
    return next((t.lower() for t in reversed(tokens) if t.lower() in words), "")


def _references(statement: str, names: Names) -> dict[str, str]:
    """Tables of a statement by the names and aliases that it gives them."""
    known = {table.casefold(): table for table in names.tables}
    found = {}
    for reference, alias in _REFERENCES.findall(statement):
        table = known.get(reference.rpartition(".")[2].strip('"').casefold())
        if table is not None:
            found[table.casefold()] = table
            if alias and alias.upper() not in names.keywords:
                found[alias.casefold()] = table
    return found


def _columns(word: str, statement: str, names: Names) -> Iterator[Suggestion]:
    references = _references(statement, names)
    tables = set(references.values()) or set(names.tables)
    yield from _matching([c for t in names.tables if t in tables for c in names.tables[t]], word, "column")
    yield from _matching(references, word, "table")


def _qualified(qualifier: str, word: str, statement: str, names: Names) -> Iterator[Suggestion]:
    table = _references(statement, names).get(qualifier.strip('"').casefold())
    if table is not None:
        yield from _matching(names.tables[table], word, "column")
    else:
        yield from _matching(names.tables, word, "table")


def _matching(candidates: Iterable[str], word: str, kind: str, *, upper: bool = False) -> Iterator[Suggestion]:
    """Candidates that begin with a word; keywords follow the case in which it is typed."""
    beginning = word.casefold()
    lower = bool(word) and word.islower()
    for text in candidates:
        if text.casefold().startswith(beginning):
            if upper:
                yield Suggestion(text.lower() if lower else text.upper(), len(word), kind)
            else:
                plain = kind == "function" or re.fullmatch(r"[a-z_]\w*", text)
                yield Suggestion(text if plain else quote(text), len(word), kind)


class Completion:
    """Suggestions for a session; names are looked up again after each input.

    Args:
        session: whose database.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: Names | None = None
        self._own: tuple[duckdb.DuckDBPyConnection, bool] | None = None

    def forget(self) -> None:
        """Something ran, and may have changed what there is."""
        self._names = None

    def suggestions(self, before: str, after: str) -> list[Suggestion]:
        """What may come next.

        Args:
            before: the input up to the cursor.
            after: the rest.
        """
        con = self._session.duckdb
        self._session.ready_or_say()
        if self._names is None:
            try:
                self._names = read_names(con)
            except duckdb.Error:  # a transaction that has failed answers nothing
                self._names = Names()
            with contextlib.suppress(Exception):
                from llmsql.registry import load_registry

                self._names.models = [entry.name for entry in load_registry()]
        if not before.lstrip().startswith(".") and self._has_own(con):
            own = ask_duckdb(con, before)
            if own:
                return own
        return suggest(before, after, self._names)

    def _has_own(self, con: duckdb.DuckDBPyConnection) -> bool:
        if self._own is None or self._own[0] is not con:
            self._own = (con, not self._session.options.safe and load_own_completion(con))
        return self._own[1]
