"""How many rows a ``LIMIT`` wants of a filter, where that can be told from the statement.

DuckDB gives a Python function whole chunks: for ``WHERE ai_filter(body, '…') LIMIT 5`` it passes 2,048 rows, and then
throws most of the answers away. Where the statement is one plain query whose only condition is the filter, the rest of
a chunk may be called false as soon as enough rows are true: no row that the query returns depends on it.

Not covered, and asked for whole chunks: joins, groups, ``DISTINCT``, ``ORDER BY``, window functions, prepared
statements, arguments that are not written out, another condition beside the filter. Such a condition goes before it:
``WHERE CASE WHEN d > '2026-01-01' THEN ai_filter(body, '…') END``. A ``LIMIT`` over functions in the select list needs
none of this: DuckDB applies it first.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

_FILTER = "ai_filter"
_SELECT_PARTS = frozenset({"expressions", "from", "from_", "where", "limit", "offset"})
_TABLE_PARTS = frozenset({"this", "db", "catalog", "alias"})
_WRAPPER_PARTS = frozenset({"expressions", "from", "from_", "with", "with_", "limit", "offset"})
_SHOWN_LIMIT = re.compile(r"\s+LIMIT 10000\s*\Z")


@lru_cache(maxsize=256)
def rows_wanted(statement: str, arguments: str) -> int | None:
    """Rows that must be true before a filter may stop asking; None where it may not.

    Args:
        statement: text of the whole query.
        arguments: of the filter that asks, as JSON. A view has a filter of its own, which the statement's ``LIMIT``
            does not hold for: theirs must be those of the one in the statement, written out.
    """
    from sqlglot import exp

    tree = _parse(statement)
    calls = [call for call in tree.find_all(exp.Anonymous) if _is_filter(call)] if tree is not None else []
    if len(calls) != 1 or _written(calls[0]) != _given(arguments):
        return None
    select = _innermost(tree)
    if not isinstance(select, exp.Select) or not _is_plain(select):
        return None
    limit, offset = (select.args.get(part) for part in ("limit", "offset"))
    numbers = [part.expression for part in (limit, offset) if part is not None]
    if limit is None or not all(isinstance(n, exp.Literal) and n.is_int for n in numbers):
        return None
    return sum(int(number.name) for number in numbers)


def _given(arguments: str) -> dict[str, Any]:
    """A filter's arguments by name, the function's own name and those that are NULL left out."""
    return {n: value for n, value in json.loads(arguments).items() if value is not None and n != "function"}


def _written(call: Any) -> dict[str, Any] | None:
    """The same of a call in a statement; None where one of them is not a plain value."""
    from sqlglot import exp

    written: dict[str, Any] = {}
    for place, argument in enumerate(call.expressions[1:]):
        named = isinstance(argument, exp.PropertyEQ)
        value = argument.expression if named else argument
        if isinstance(value, exp.Boolean):
            written[argument.name] = value.this
        elif isinstance(value, exp.Literal) and (named or not place):
            written[argument.name if named else "condition"] = json.loads(value.name) if value.is_number else value.name
        else:
            return None
    return written


def _parse(statement: str) -> Any:
    import sqlglot

    for text in (statement, _SHOWN_LIMIT.sub("", statement)):  # DuckDB 1 adds one to show a relation
        try:
            trees = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
        except (sqlglot.errors.SqlglotError, RecursionError):
            continue
        return trees[0] if len(trees) == 1 else None
    return None


def _is_filter(call: Any) -> bool:
    return str(call.this).lower().endswith(_FILTER)


def _innermost(tree: Any) -> Any:
    """The query in ``CREATE TABLE … AS``, ``INSERT``, ``COPY (…)``, and in ``SELECT * FROM (…) LIMIT n``.

    DuckDB puts the latter around a relation. Its limit is the inner query's, where that has none.
    """
    from sqlglot import exp

    if isinstance(tree, exp.Create | exp.Insert):
        return _innermost(tree.expression)
    if isinstance(tree, exp.Copy):
        return _innermost(tree.this)
    if isinstance(tree, exp.Subquery) and not tree.args.get("joins"):
        return _innermost(tree.this)
    whole = isinstance(tree, exp.Select) and tree.expressions == [exp.Star()]
    inner = _innermost(_only_source(tree)) if whole else None
    if not isinstance(inner, exp.Select):
        return tree
    if not inner.args.get("limit"):
        for part in ("limit", "offset"):
            inner.set(part, tree.args.get(part))
    return inner


def _only_source(select: Any) -> Any:
    """The query that a ``SELECT`` takes its rows from, where it does nothing more to them than to limit them."""
    from sqlglot import exp

    source = select.args.get("from_") or select.args.get("from")
    if source is None or {part for part, value in select.args.items() if value} - _WRAPPER_PARTS:
        return None
    if isinstance(source.this, exp.Subquery):
        return source.this
    named = [cte.this for cte in select.ctes if cte.alias == source.this.name]
    return named[0] if len(select.ctes) == 1 and named else None


def _is_plain(select: Any) -> bool:
    """One source, the filter as the only condition, and a select list that neither adds nor drops rows."""
    from sqlglot import exp

    source = select.args.get("from_") or select.args.get("from")
    where = select.args.get("where")
    if source is None or where is None or {part for part, value in select.args.items() if value} - _SELECT_PARTS:
        return False
    table = source.this
    if isinstance(table, exp.Table):
        if {part for part, value in table.args.items() if value} - _TABLE_PARTS:
            return False
    elif not isinstance(table, exp.Subquery) or table.args.get("joins"):
        return False
    scalars = (
        exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Literal, exp.Cast, exp.DataType, exp.Binary, exp.Unary,
        exp.Paren, exp.Boolean, exp.Null,
    )  # fmt: skip
    for expression in select.expressions:
        for node in expression.walk():
            row_function = isinstance(node, exp.Anonymous) and re.search(r"ai_(?!agg)\w+\Z", str(node.this).lower())
            if not isinstance(node, scalars) and not row_function:
                return False
    return _is_only_filter(where.this)


def _is_only_filter(condition: Any) -> bool:
    from sqlglot import exp

    if isinstance(condition, exp.Paren):
        return _is_only_filter(condition.this)
    if isinstance(condition, exp.Case):
        [branch] = condition.args["ifs"] if len(condition.args["ifs"]) == 1 else [None]
        default = condition.args.get("default")
        never = default is None or (isinstance(default, exp.Boolean) and not default.this)
        return bool(branch is not None and never and not condition.this and _is_only_filter(branch.args["true"]))
    return isinstance(condition, exp.Anonymous) and _is_filter(condition)
