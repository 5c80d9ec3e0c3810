"""How many rows a ``LIMIT`` wants of a function, where that can be told from DuckDB's plan.

DuckDB gives a Python function whole chunks: for ``WHERE ai_filter(body, '…') LIMIT 5`` it passes 2,048 rows, and then
throws most of the answers away. What is not asked is called NULL, and no row that the query returns may depend on it:

- A function in a ``FILTER`` right below the ``LIMIT``, whose answer alone decides, asks until enough rows of the chunk
  pass, in their order. DuckDB itself evaluates the condition on the answers. One that NULL meets is asked in full.
- A function in a ``PROJECTION`` below the ``LIMIT`` asks for the first rows of the chunk. Mostly DuckDB applies the
  limit first, so that this is for an ``OFFSET``.

The plan shows what the text does not: macros, subqueries, conditions that go into the scan, an ``ORDER BY`` that is put
together with the ``LIMIT``. It is the plan of the same text on another connection, which has neither the variables nor
the open transaction of the one that asks. Hence the text has to be plain as well: tables that surely are no views, no
macros of the user's, and beside the functions only comparisons of columns with constants, which DuckDB moves into the
scan whatever it knows of the data.

Not covered, and asked for whole chunks: joins, groups, ``ORDER BY``; arguments that come from columns; parameters other
than as a function's argument, for DuckDB tells nobody their values (``LIMIT ?``); and another condition that stays in
the ``FILTER``. DuckDB may look at that one later than at ours, and drop rows that were counted. It goes before ours
where it is written so: ``WHERE CASE WHEN lower(kind) = 'bug' THEN ai_filter(body, '…') END``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

ANSWER = "_llmsql_answer"
"""The column that stands for a function's answer in ``Wanted.condition``."""
_ROW_FUNCTION = re.compile(
    r"ai_(?:try_complete|complete|filter|classify|extract|score|sentiment|summarize|translate|redact)\Z"
)
# sqlglot takes some of our names for another system's functions.
_OUR_NAME = re.compile(r"\bai_(?=\w+\s*\()", re.IGNORECASE)
# What the other connection would answer otherwise, or pay for.
_OF_THE_SESSION = re.compile(
    r"\b(?:getvariable|getenv|current_\w+|nextval|currval|\w*ask(?:_\w+)?|\w*llm_models|\w*prompt_(?:query|sql))\s*\(",
    re.IGNORECASE,
)
_SHOWN_LIMIT = re.compile(r"\s+LIMIT 10000\s*\Z")
_READER = re.compile(r"read_?\w+|generateseries", re.IGNORECASE)
_ERROR = re.compile(r"from_json\(CASE\s+WHEN \(\((_llmsql_ai_error_(\w+))(?=\()")
_LIMITS = ("LIMIT", "STREAMING_LIMIT")


class Wanted(NamedTuple):
    """What a ``LIMIT`` wants of a function.

    Args:
        rows: that must pass before the function may stop asking.
        condition: SQL over ``ANSWER`` that a row must meet to pass; None where each row passes.
        kind: the answer's type, for ``from_json``.
        in_order: whether what a thread gets of the query is one row after the other, and once each, so that rows that
            passed in its earlier chunks count.
    """

    rows: int
    condition: str | None
    kind: str
    in_order: bool


class Statement(NamedTuple):
    """What the text of a statement says.

    Args:
        sql: the text, without the limit that DuckDB 1 adds to show a relation.
        tables: where rows come from; files are left out.
        rows: limit and offset together, where there is one limit.
        parameters: how many question marks there are.
        filters: whether a function is in a condition.
        plain: whether its conditions are such that DuckDB's plan of it is the same on every connection.
    """

    sql: str
    tables: tuple[str, ...]
    rows: int | None
    parameters: int
    filters: bool
    plain: bool

    @property
    def stand_ins(self) -> list[str]:
        """Values for the parameters, whose own nobody tells us; a plan shows where they are."""
        return [f"llmsql parameter {number}" for number in range(self.parameters)]


@lru_cache(maxsize=256)
def read_statement(text: str) -> Statement | None:
    """What a statement says; None where a function in it may not stop asking.

    Args:
        text: of the whole statement.
    """
    from sqlglot import exp

    if _OF_THE_SESSION.search(text):
        return None
    tree, text = _parse(text)
    kinds = (exp.Select, exp.Subquery, exp.Create, exp.Insert, exp.Copy)
    if not isinstance(tree, kinds) or tree.find(exp.Parameter, exp.SessionParameter):
        return None
    parameters = list(tree.find_all(exp.Placeholder))
    if any(parameter.this for parameter in parameters):  # a name, which may be given more than once
        return None
    limits = list(tree.find_all(exp.Limit, exp.Fetch))
    counts = [limit.args.get("expression") or limit.args.get("count") for limit in limits]
    numbers = [*counts, *(offset.expression for offset in tree.find_all(exp.Offset))]
    if not numbers or not all(isinstance(number, exp.Literal) and number.is_int for number in numbers):
        return None
    unplain = tree.find(exp.Join, exp.Having, exp.Qualify, exp.SetOperation, exp.Lateral)
    conditions = [where.this for where in tree.find_all(exp.Where)]
    return Statement(
        text,
        _tables(tree),
        sum(int(number.name) for number in numbers if number) if len(limits) == 1 else None,
        len(parameters),
        any(_is_call(node) for condition in conditions for node in condition.walk()),
        not unplain and all(map(_is_plain, conditions)),
    )


def rows_wanted(statement: Statement, plan: Any, arguments: str) -> Wanted | None:
    """What a ``LIMIT`` wants of a function; None where it may not stop asking.

    Args:
        statement: that is run.
        plan: of it, as ``EXPLAIN (FORMAT json)`` gives it.
        arguments: of the function that asks, as JSON; the plan has them as a constant.
    """
    constant = _constant(statement, plan, arguments)
    if constant is None:
        return None
    holders = [(node, above) for node, above in _nodes(plan) if constant in _shown(node)]
    filters = [(node, above) for node, above in holders if node["name"] == "FILTER"]
    if not holders or any(node["name"] not in ("FILTER", "PROJECTION") for node, _ in holders):
        return None
    deciding, above = (filters or holders)[-1]
    rows = _limit_over(above, statement)
    # A projection further up has rows that passed, or those that the limit let through.
    chain = {id(deciding), *map(id, above)}
    if rows is None or len(filters) > 1 or any(id(node) not in chain for node, _ in holders):
        return None
    once = len(holders) == 1 and _shown(deciding).count(constant) == 3
    in_order = once and _is_scan(deciding)
    if not filters:
        return Wanted(rows, None, "", in_order)
    found = _condition(_shown(deciding), constant) if statement.plain else None
    return None if found is None else Wanted(rows, *found, in_order)


def _constant(statement: Statement, plan: Any, arguments: str) -> str | None:
    """A function's arguments as the plan has them; None where a parameter is anywhere else than in them."""
    if not statement.parameters:
        return "'" + arguments.replace("'", "''") + "'"
    given, stand_ins = json.loads(arguments), statement.stand_ins
    for node, _ in _nodes(plan):
        for constant in re.findall(r"""'\{"function":(?:[^']|'')*\}'""", _shown(node)):
            written = json.loads(constant[1:-1].replace("''", "'"))
            unknown = [name for name, value in written.items() if value in stand_ins]
            if {written[name] for name in unknown} == set(stand_ins) and given == {
                **written, **{name: given.get(name) for name in unknown}
            }:  # fmt: skip
                return str(constant)
    return None


def _nodes(plan: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The operators of a plan, and those above each, the nearest first."""
    for node in plan:
        yield node, above
        yield from _nodes(node["children"], (node, *above))


def _shown(node: Any) -> str:
    """What an operator does, as text."""
    info = node["extra_info"]
    told = [info[name] for name in ("Expression", "Projections") if name in info] or list(info.values())
    parts = [part for value in told for part in (value if isinstance(value, list) else [value])]
    return (" AND " if node["name"] == "FILTER" else ", ").join(map(str, parts))


def _limit_over(above: tuple[Any, ...], statement: Statement) -> int | None:
    """The rows that the limit wants of what is below it and some projections; None where there is none."""
    node = next((node for node in above if node["name"] != "PROJECTION"), None)
    if node is None or node["name"] not in _LIMITS:
        return None
    info = node["extra_info"]
    if "Limit" not in info:  # DuckDB 1 does not say
        return statement.rows
    numbers = [str(info["Limit"]), str(info.get("Offset", 0))]
    return sum(map(int, numbers)) if all(map(str.isdecimal, numbers)) else None


def _is_scan(node: Any) -> bool:
    """Whether rows come to an operator straight from a table; a thread may go back and forth between parts of files."""
    below = node["children"]
    while len(below) == 1 and below[0]["name"] == "PROJECTION":
        below = below[0]["children"]
    return len(below) == 1 and below[0]["name"].strip() == "SEQ_SCAN"


def _condition(text: str, constant: str) -> tuple[str, str] | None:
    """A filter's condition over ``ANSWER``, and the answer's type; None where it depends on anything else."""
    from sqlglot import exp

    replaced, kinds, mentions = _without_calls(text, constant)
    tree = _parse(f"SELECT {replaced}")[0] if mentions else None
    condition = tree.expressions[0] if isinstance(tree, exp.Select) and len(tree.expressions) == 1 else None
    if condition is None or len(kinds) != 1:
        return None
    asked = _guarded(condition)
    monotone = mentions == 1 or not asked.find(exp.Not, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ)
    columns = [column.name for column in asked.find_all(exp.Column)]
    if not monotone or columns != [ANSWER] * mentions or not all(isinstance(n, _comparisons()) for n in asked.walk()):
        return None
    return replaced if asked is condition else asked.sql(dialect="duckdb"), kinds.pop()


def _without_calls(text: str, constant: str) -> tuple[str, set[str], int]:
    """A condition with ``ANSWER`` for each mention of the function, the types, and how often it is mentioned."""
    replaced, kinds, mentions, start = "", set(), 0, 0
    for found in _ERROR.finditer(text):
        given = _in_parentheses(text, found.end())
        middle = f"{given} IS NOT NULL)) THEN (CAST("
        end = found.end() + len(middle)
        value = text.find(f"ELSE _llmsql_ai_value_{found[2]}(", end)
        raised = text[end:value].replace('"', "").strip()
        opening = text.find("(", value)
        answered = _in_parentheses(text, opening)
        kind = re.match(r" END, '((?:[^']|'')*)'\)", text[opening + len(answered) :])
        right = text.startswith(middle, found.end()) and raised == f"error({found[1]}{given}) AS VARCHAR))".replace(
            '"', ""
        )
        if found.start() < start or value < 0 or not right or kind is None or constant not in given:
            return "", set(), 0
        replaced += text[start : found.start()] + ANSWER
        kinds.add(kind[1].replace("''", "'"))
        mentions, start = mentions + 1, opening + len(answered) + kind.end()
    return replaced + text[start:], kinds, mentions


def _in_parentheses(text: str, start: int) -> str:
    """What is between a parenthesis and the one that closes it, both with it; nothing where it stays open."""
    depth = 0
    for token in re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]").finditer(text, start):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if not depth:
            return text[start : token.end()]
    return ""


def _parse(text: str) -> tuple[Any, str]:
    """The tree of a statement, None where there is not exactly one, and the text that it is of."""
    import sqlglot

    for shown in (text, _SHOWN_LIMIT.sub("", text)):
        try:
            trees = [tree for tree in sqlglot.parse(_OUR_NAME.sub("_ai_", shown), dialect="duckdb") if tree is not None]
        except (sqlglot.errors.SqlglotError, RecursionError):
            continue
        return (trees[0] if len(trees) == 1 else None), shown
    return None, text


def _tables(tree: Any) -> tuple[str, ...]:
    """Names of the tables that rows come from; files and functions that read them are no views and left out."""
    from sqlglot import exp

    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    made = tree.this.find(exp.Table) if isinstance(tree, exp.Create | exp.Insert) else None
    tables = []
    for table in tree.find_all(exp.Table):
        source = table.this
        called = source.name if isinstance(source, exp.Anonymous) else type(source).__name__
        is_file = isinstance(source, exp.Identifier) and "." in source.name
        if table is not made and not is_file and not _READER.fullmatch(called) and table.name.lower() not in own:
            tables.append(table.name.lower())
    return tuple(tables)


def _comparisons() -> tuple[type, ...]:
    """What a condition may be made of."""
    from sqlglot import exp

    return (
        exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In, exp.Between,
        exp.And, exp.Or, exp.Not, exp.Paren, exp.Tuple, exp.Neg, exp.Literal, exp.Boolean, exp.Null, exp.Cast,
        exp.DataType, exp.Column, exp.Identifier,
    )  # fmt: skip


def _is_plain(condition: Any) -> bool:
    """Whether a condition is one of a function's answer and constants, or of columns and constants."""
    from sqlglot import exp

    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _is_plain(condition.left) and _is_plain(condition.right)
    condition = _guarded(condition)
    nodes = list(condition.walk(prune=_is_call))
    calls = [node for node in nodes if _is_call(node)]
    if calls:
        nodes = [node for node in nodes if not _is_call(node)]
        return all(isinstance(node, _comparisons()) and not isinstance(node, exp.Column) for node in nodes)
    constant_casts = all(node.find(exp.Column) is None for node in condition.find_all(exp.Cast))
    return constant_casts and all(isinstance(n, _comparisons()) and not isinstance(n, exp.Or) for n in nodes)


def _guarded(condition: Any) -> Any:
    """The condition in ``CASE WHEN … THEN … END``, which is looked at for those rows only; others as they are."""
    from sqlglot import exp

    inner = condition.unnest()
    if not isinstance(inner, exp.Case) or inner.this or len(inner.args["ifs"]) != 1:
        return condition
    default = inner.args.get("default")
    default = default.this if isinstance(default, exp.Cast) else default
    never = default is None or isinstance(default, exp.Null) or (isinstance(default, exp.Boolean) and not default.this)
    [branch] = inner.args["ifs"]
    asks = any(_is_call(node) for node in branch.this.walk()) or branch.this.find(exp.Subquery)
    return branch.args["true"] if never and not asks else condition


def _is_call(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Anonymous) and _ROW_FUNCTION.search(str(node.this).lower()) is not None
