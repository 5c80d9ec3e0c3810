"""Times between two moments as the numbers that a question asks for: hours of ``closed_at - opened_at``.

DuckDB gives an INTERVAL, which is no number, and which it shows in days and hours however long it is.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import name_stems
from llmsql.asking.scopes import Scope, own_nodes
from llmsql.catalog import Catalog

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_UNIT = re.compile(
    r"(?P<other>\b(?:per|each|every|by|a|an|of the|last|past|first|next|previous|this|that|\d+)[\s-]+)?"
    r"\b(?:(?P<unit>second|minute|hour|day|week)s?|(?P<short>sec|min|hr)s?)\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\b(?:from|between) (?:the )?(?P<start>[^,.;:?]{3,50}?) (?:to|and|until) (?:the )?(?P<end>[^,.;:?]{3,50})",
    re.IGNORECASE,
)
_OF_ANY = name_stems(["date time day of at on the a is was were be actual"])
_BEGINNING = 4
_SHORT = {"sec": "second", "min": "minute", "hr": "hour"}


def measure_durations(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``epoch(closed_at - opened_at) / 3600`` for an INTERVAL, stored or of timestamps, where a question says hours.

    Compared differences stay as they are, beside an INTERVAL; beside a number they count in the unit too.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed; it names one unit of time only.
        catalog: the tables.
    """
    named = [
        ((m["unit"] or _SHORT[m["short"].casefold()]).casefold(), bool(m["other"])) for m in _UNIT.finditer(question)
    ]
    notes = []
    for select in list(tree.find_all(exp.Select)):
        scope = Scope.of(select, catalog)
        for node in [n for n in own_nodes(select) if _is_duration(n, scope)]:
            unit = _unit_of(node, named)
            if unit is None:
                continue
            whole = node.parent if isinstance(node.parent, exp.Paren) else node
            measured = _measured(node, unit)
            if isinstance(whole.parent, exp.Binary) and isinstance(measured, exp.Div):
                measured = exp.Paren(this=measured)
            whole.replace(measured)
            notes.append(f"{node.sql('duckdb')} in {unit}s")
    return notes


def between_moments(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``starts_at - booked_at`` for "days between booking and show", where a query counts up to today.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed; it says from what to what, and one of the two in words of another column's name.
        catalog: the tables.
    """
    said = _FROM_TO.search(question)
    if said is None:
        return []
    notes = []
    for select in list(tree.find_all(exp.Select)):
        scope = Scope.of(select, catalog)
        for node in [n for n in own_nodes(select) if isinstance(n, (exp.Sub, exp.DateDiff))]:
            known = node.expression
            if not isinstance(node.this, (exp.CurrentDate, exp.CurrentTimestamp)) or not isinstance(known, exp.Column):
                continue
            start, end = (_moment(phrase, known, scope) for phrase in (said["start"], said["end"]))
            if (start is None) == (end is None):
                continue
            start, end = start or known.copy(), end or known.copy()
            node.set("this", end)
            node.set("expression", start)
            notes.append(f"counted from {start.sql('duckdb')} to {end.sql('duckdb')}")
    return notes


def _moment(phrase: str, known: exp.Column, scope: Scope) -> exp.Column | None:
    """The one column of days or times that a phrase names, or the one of the table that it names, but the known one."""
    words = name_stems([phrase]) - _OF_ANY
    moments = [
        (alias, table, stored.name)
        for alias, table in scope.tables.items()
        for stored in (table.columns if table is not None else ())
        if stored.type.startswith(("DATE", "TIMESTAMP")) and stored.name.casefold() != known.name.casefold()
    ]
    found = [(alias, name) for alias, _, name in moments if _share(name_stems([name]) - _OF_ANY, words)]
    found = found or [(alias, name) for alias, table, name in moments if table and name_stems([table.name]) & words]
    if len(found) != 1:
        return None
    [(alias, name)] = found
    return scope.column(alias, name)


def _share(names: set[str], words: set[str]) -> bool:
    """Whether a word begins as one of a name does: "submission" of ``submitted_on``."""
    return any(name[:_BEGINNING] == word[:_BEGINNING] for name in names for word in words if len(name) >= _BEGINNING)


def _is_duration(node: exp.Expr, scope: Scope) -> bool:
    """Whether something is an INTERVAL: a difference of two moments, or a column of them."""
    if isinstance(node, exp.Column):
        stored = scope.stored(node)
        return stored is not None and stored.type == "INTERVAL"
    if not isinstance(node, exp.Sub):
        return False
    sides = (node.this, node.expression)
    columns = [scope.stored(side) if isinstance(side, exp.Column) else None for side in sides]
    types = [column.type if column is not None else "" for column in columns]
    return all(t.startswith(("TIMESTAMP", "DATE")) for t in types) and any(t.startswith("TIMESTAMP") for t in types)


def _unit_of(node: exp.Expr, named: list[tuple[str, bool]]) -> str | None:
    """The unit that a difference is wanted in; None where it stays an INTERVAL.

    Args:
        node: the INTERVAL.
        named: units that the question names, with whether this is an amount or a period: "24 hours", "per day".
    """
    inner: exp.Expr = node
    while isinstance(inner.parent, (exp.Paren, exp.AggFunc, exp.Round, exp.Filter, exp.Alias)) or (
        isinstance(inner.parent, exp.Div) and inner.arg_key == "this" and inner.parent.expression.find(exp.Count)
    ):
        inner = inner.parent
    outer = inner.parent
    is_compared = isinstance(outer, exp.Predicate)
    beside = list(outer.iter_expressions()) if is_compared and outer is not None else []
    if is_compared and not any(isinstance(e, exp.Literal) and e.is_number for e in beside):
        return None
    is_shown = isinstance(outer, exp.Ordered) or (isinstance(outer, exp.Select) and inner.arg_key == "expressions")
    if not is_compared and (not is_shown or node.root().find(exp.Interval) or node.find_ancestor(exp.Predicate)):
        return None
    units = {unit for unit, is_other in named if is_compared or not is_other}
    return next(iter(units)) if len(units) == 1 else None


def _measured(node: exp.Expr, unit: str) -> exp.Expr:
    """Days between two moments are counted by the calendar, as ``date_diff`` does."""
    if unit == "day" and isinstance(node, exp.Sub):
        return exp.DateDiff(this=node.this.copy(), expression=node.expression.copy(), unit=exp.var("DAY"))
    seconds = exp.func("epoch", node.copy(), dialect="duckdb")
    return exp.Div(this=seconds, expression=exp.Literal.number(f"{_SECONDS[unit]}.0"))
