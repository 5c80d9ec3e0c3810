"""How many rows a ``LIMIT`` wants of a filter, where that can be told from the statement.

DuckDB gives a Python function whole chunks: for ``WHERE ai_filter(body, '…') LIMIT 5`` it passes 2,048 rows, and then
throws most of the answers away. Where the statement is one plain query whose only condition is ``ai_filter(…)``,
``NOT ai_filter(…)``, ``ai_classify(…) = 'label'`` or ``ai_classify(…) IN ('label', …)``, the rest of a chunk may be
called NULL, which meets no condition, as soon as enough rows meet it: no row that the query returns depends on it.

Not covered, and asked for whole chunks: joins, groups, ``DISTINCT``, ``ORDER BY``, window functions, prepared
statements, arguments that are not written out, and another condition beside that one. DuckDB may look at such a
condition later than at ours, as it does over a CSV file, and drop rows that were counted. It goes before ours where
it is written so: ``WHERE CASE WHEN d > '2026-01-01' THEN ai_filter(body, '…') END``. A ``LIMIT`` over functions in the
select list needs none of this: DuckDB applies it first.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

_SECOND = {"ai_filter": "condition", "ai_classify": "labels"}
"""The functions that may be a condition, and what their second argument is called."""
_SELECT_PARTS = frozenset({"expressions", "from", "from_", "where", "limit", "offset"})
_TABLE_PARTS = frozenset({"this", "db", "catalog", "alias"})
_WRAPPER_PARTS = frozenset({"expressions", "from", "from_", "with", "with_", "limit", "offset"})
_SHOWN_LIMIT = re.compile(r"\s+LIMIT 10000\s*\Z")
_CLASSIFY = re.compile(r"\bai_classify\b", re.IGNORECASE)
_READER = re.compile(r"read_?\w+|generateseries", re.IGNORECASE)


class Wanted(NamedTuple):
    """What a ``LIMIT`` wants of a function.

    Args:
        rows: that must meet the condition before the function may stop asking.
        answers: that meet it, as JSON.
        tables: where the rows come from.
    """

    rows: int
    answers: frozenset[str]
    tables: tuple[str, ...]


@lru_cache(maxsize=256)
def rows_wanted(statement: str, arguments: str) -> Wanted | None:
    """What a ``LIMIT`` wants of a function; None where it may not stop asking.

    Args:
        statement: text of the whole query.
        arguments: of the function that asks, as JSON. A view has functions of its own, which the statement's ``LIMIT``
            does not hold for: theirs must be those of the one in the statement, written out. Theirs may be the same,
            so whoever asks has to see that ``tables`` are no views.
    """
    from sqlglot import exp

    tree = _parse(statement)
    function = json.loads(arguments)["function"]
    calls = [] if tree is None else [call for call in tree.find_all(exp.Anonymous) if _function(call) == function]
    if len(calls) != 1 or _written(calls[0]) != _given(arguments):
        return None
    select = _innermost(tree)
    if not isinstance(select, exp.Select) or not _is_plain(select):
        return None
    answers = _met_by(select.args["where"].this)
    limit, offset = (select.args.get(part) for part in ("limit", "offset"))
    numbers = [part.expression for part in (limit, offset) if part is not None]
    if answers is None or limit is None or not all(isinstance(n, exp.Literal) and n.is_int for n in numbers):
        return None
    return Wanted(sum(int(number.name) for number in numbers), answers, _tables(select))


def _given(arguments: str) -> dict[str, Any]:
    """A function's arguments by name, its own name and those that are NULL left out."""
    return {n: value for n, value in json.loads(arguments).items() if value is not None and n != "function"}


def _written(call: Any) -> dict[str, Any] | None:
    """The same of a call in a statement; None where one of them is not a plain value."""
    from sqlglot import exp

    written: dict[str, Any] = {}
    second = _SECOND[_function(call)]
    for place, argument in enumerate(call.expressions[1:]):
        named = isinstance(argument, exp.PropertyEQ)
        if not named and place:
            return None
        try:
            value = _plain(argument.expression if named else argument)
        except ValueError:
            return None
        written[argument.name if named else second] = value
    return written


def _plain(value: Any) -> Any:
    """A value that is written out.

    Raises:
        ValueError: it is not.
    """
    from sqlglot import exp

    if isinstance(value, exp.Array):
        return [_plain(item) for item in value.expressions]
    if isinstance(value, exp.Boolean):
        return value.this
    if isinstance(value, exp.Literal):
        return json.loads(value.name) if value.is_number else value.name
    raise ValueError


def _parse(statement: str) -> Any:
    import sqlglot

    statement = _CLASSIFY.sub("_ai_classify", statement)  # which sqlglot takes for another system's
    for text in (statement, _SHOWN_LIMIT.sub("", statement)):  # DuckDB 1 adds one to show a relation
        try:
            trees = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
        except (sqlglot.errors.SqlglotError, RecursionError):
            continue
        return trees[0] if len(trees) == 1 else None
    return None


def _function(call: Any) -> str:
    """The function that is called, whatever prefix its name has; nothing for those that are no condition."""
    return next((name for name in _SECOND if str(call.this).lower().endswith(name)), "")


def _tables(select: Any) -> tuple[str, ...]:
    """Names of the tables in a query; files and functions that read them are no views and left out."""
    from sqlglot import exp

    tables = []
    for table in select.find_all(exp.Table):
        source = table.this
        called = source.name if isinstance(source, exp.Anonymous) else type(source).__name__
        is_file = isinstance(source, exp.Identifier) and "." in source.name
        if not is_file and not _READER.fullmatch(called):
            tables.append(table.name.lower())
    return tuple(tables)


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
    return True


def _met_by(condition: Any) -> frozenset[str] | None:
    """The answers that meet a condition on one function, as JSON; None for any other condition."""
    from sqlglot import exp

    if isinstance(condition, exp.Paren):
        return _met_by(condition.this)
    if isinstance(condition, exp.Case):
        [branch] = condition.args["ifs"] if len(condition.args["ifs"]) == 1 else [None]
        default = condition.args.get("default")
        never = default is None or (isinstance(default, exp.Boolean) and not default.this)
        return _met_by(branch.args["true"]) if branch is not None and never and not condition.this else None
    if isinstance(condition, exp.Not):
        return frozenset({"false"}) if _called(condition.this) == "ai_filter" else None
    if _called(condition) == "ai_filter":
        return frozenset({"true"})
    labels: list[Any] = []
    if isinstance(condition, exp.EQ) and _called(condition.this) == "ai_classify":
        labels = [condition.expression]
    elif isinstance(condition, exp.In) and _called(condition.this) == "ai_classify":
        labels = condition.expressions
    if not labels or not all(isinstance(label, exp.Literal) and label.is_string for label in labels):
        return None
    return frozenset(json.dumps(label.name, ensure_ascii=False) for label in labels)


def _called(expression: Any) -> str:
    from sqlglot import exp

    return _function(expression.unnest()) if isinstance(expression.unnest(), exp.Anonymous) else ""
