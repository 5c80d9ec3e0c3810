"""Puts other literals into a query: the year, number, period or stored value of another question.

Each literal that depends on a changed slot must be explained by it, and by nothing else with another outcome: ``2023``
may be the year of the question; ``'2024-01-01'`` the end of that year, or the start of another year that the question
names too. Where two explanations disagree, or a date has none, the query is not changed at all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.calendar_words import MONTHS
from llmsql.asking.scopes import sources, table_reference
from llmsql.asking.sql_text import sql_text
from llmsql.asking.values import fold

_TIMES = ("year", "quarter", "month", "date", "range")
_DATE_TEXT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(([ T]00:00:00)?|[ T]23:59:59)\Z")
_YEAR_TEXT = re.compile(r"(19|20)\d\d(%|-%)?\Z")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a query compares a column with a text.

    Args:
        table: as the query names it; empty where the column is not qualified and FROM has one table.
        column: its name.
        value: the text, as in the query.
        tables: every table of that FROM: its alias, its reference.
    """

    table: str
    column: str
    value: str
    tables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A slot of the verified question and of the question asked.

    Args:
        kind: ``value``, ``number``, ``year``, ``quarter``, ``month``, ``date``, or ``range`` for days seen from today.
        old: in the verified question.
        new: in the question asked; equal to ``old`` for times that stay, which explain dates too.
        places: of a value, where the query compares with it.
    """

    kind: str
    old: object
    new: object
    places: tuple[Place, ...] = ()

    def said(self, value: object) -> str:
        """A slot's value as a reader writes it."""
        if not isinstance(value, tuple):
            return str(value)
        if self.kind == "year":
            return str(value[0])
        if self.kind == "range":
            start, end = period_bounds(self.kind, value)
            return f"{start} to {end - _DAY}"
        if self.kind == "quarter":
            return f"Q{value[1]} {value[0]}"
        return f"{MONTHS[value[1] - 1]} {value[0]}" if self.kind == "month" else datetime.date(*value).isoformat()


@lru_cache(maxsize=2048)
def text_places(sql: str) -> dict[str, list[Place]]:
    """The texts that a query compares columns with, folded, and where.

    A text that stands anywhere else too is left out: it has a part in the query that another value may not play.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (SqlglotError, RecursionError):
        return {}
    places: dict[str, list[Place]] = {}
    elsewhere: set[str] = set()
    for literal in tree.find_all(exp.Literal):
        if not literal.is_string or not literal.this:
            continue
        place = _place(literal)
        if place is None:
            elsewhere.add(fold(literal.this))
        else:
            places.setdefault(fold(literal.this), []).append(place)
    return {text: found for text, found in places.items() if text not in elsewhere}


def _place(literal: exp.Literal) -> Place | None:
    comparison = literal.parent
    if not isinstance(comparison, (exp.EQ, exp.NEQ, exp.In)):
        return None
    if isinstance(comparison, exp.In):
        column = comparison.this
    else:
        column = comparison.left if comparison.right is literal else comparison.right
    select = literal.find_ancestor(exp.Select)
    if not isinstance(column, exp.Column) or select is None:
        return None
    found = sources(select).items()
    tables = tuple((alias, table_reference(table)) for alias, table in found if isinstance(table, exp.Table))
    return Place(column.table, column.name, literal.this, tables)


def rebind_sql(sql: str, changes: Sequence[Change]) -> str | None:
    """The query for the new slots, or None where that is not certain.

    Args:
        sql: the verified query.
        changes: every time of the question, changed or not, and the numbers and values that changed; ``new`` of a
            value is the text as stored.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    literals = list(tree.find_all(exp.Literal))
    new: dict[int, exp.Expr] = {}
    for step in (_rebind_values, _rebind_times, _rebind_numbers):
        found = step(literals, list(changes))
        if found is None or set(found) & set(new):
            return None
        new.update(found)
    for literal in literals:
        if id(literal) in new:
            literal.replace(new[id(literal)])
    return sql_text(tree)


def _rebind_values(literals: list[exp.Literal], changes: list[Change]) -> dict[int, exp.Expr] | None:
    new: dict[int, exp.Expr] = {}
    values = [c for c in changes if c.kind == "value"]
    outcomes: dict[str, set[str]] = {}
    for change in values:
        outcomes.setdefault(fold(change.places[0].value), set()).add(str(change.new))
    if any(len(texts) > 1 for texts in outcomes.values()):
        return None  # the same value twice in the old question, two values in the new one
    for change in values:
        old = fold(change.places[0].value)
        for literal in literals:
            if literal.is_string and fold(literal.this) == old:
                new[id(literal)] = exp.Literal.string(str(change.new))
    return new


def _rebind_numbers(literals: list[exp.Literal], changes: list[Change]) -> dict[int, exp.Expr] | None:
    new: dict[int, exp.Expr] = {}
    for change in (c for c in changes if c.kind == "number" and c.old != c.new):
        if sum(c.kind == "number" and c.old == change.old for c in changes) > 1:
            return None
        found = [x for x in literals if not x.is_string and _is_same_number(x.this, str(change.old))]
        if len(found) != 1 or isinstance(found[0].parent, exp.Interval):
            return None
        new[id(found[0])] = exp.Literal.number(str(change.new))
    return new


def _is_same_number(left: str, right: str) -> bool:
    try:
        return float(left) == float(right)
    except ValueError:
        return False


def _rebind_times(literals: list[exp.Literal], changes: list[Change]) -> dict[int, exp.Expr] | None:
    times = [c for c in changes if c.kind in _TIMES]
    if all(c.old == c.new for c in times):
        return {}
    new: dict[int, exp.Expr] = {}
    explained: set[int] = set()
    for literal in literals:
        outcomes = _outcomes(literal, times)
        if outcomes is None:
            continue
        texts = {text for text, _ in outcomes}
        if len(texts) != 1:
            return None  # nothing explains it, or two things with different outcomes
        explained |= {position for _, position in outcomes}
        text = texts.pop()
        if text != literal.this:
            new[id(literal)] = exp.Literal(this=text, is_string=literal.is_string)
    changed = {position for position, c in enumerate(times) if c.old != c.new}
    return new if changed <= explained else None


def _outcomes(literal: exp.Literal, times: list[Change]) -> set[tuple[str, int]] | None:
    """The texts that a literal about time becomes, each with the slot that says so; None where it is not about time."""
    text = literal.this
    if literal.is_string:
        if _YEAR_TEXT.match(text):
            return {
                (str(_parts(c.new)[0]) + text[4:], i)
                for i, c in enumerate(times)
                if c.kind == "year" and text[:4] == str(_parts(c.old)[0])
            }
        match = _DATE_TEXT.match(text)
        if match is None:
            return None
        try:
            day = datetime.date(*map(int, match.groups()[:3]))
        except ValueError:
            return set()
        return {(other.isoformat() + match.group(4), i) for i, c in enumerate(times) for other in _days(day, c)}
    if not text.isdigit():
        return None
    part = _part_compared(literal)
    if part == "" and re.fullmatch(r"(19|20)\d\d", text) and _is_compared(literal):
        part = "year"
    if not part:
        return None
    return {
        (str(_part_of(part, c.kind, c.new)), i)
        for i, c in enumerate(times)
        if str(_part_of(part, c.kind, c.old)) == text and _part_of(part, c.kind, c.new) is not None
    }


def _part_of(part: str, kind: str, value: object) -> int | None:
    """The year, quarter or month that a period lies in, where that is what it says."""
    start, end = period_bounds(kind, _parts(value))
    last = end - _DAY
    if start.year != last.year or (part != "year" and kind not in (part, "range")):
        return None
    if part == "quarter":
        return (start.month + 2) // 3 if (start.month + 2) // 3 == (last.month + 2) // 3 else None
    if part == "month":
        return start.month if start.month == last.month else None
    return start.year if part == "year" else None


def _parts(value: object) -> tuple[int, ...]:
    assert isinstance(value, tuple)
    return value


def _days(day: datetime.date, change: Change) -> set[datetime.date]:
    """Where a day goes that is a bound of the old period: to the same bound of the new one."""
    start, end = period_bounds(change.kind, _parts(change.old))
    new_start, new_end = period_bounds(change.kind, _parts(change.new))
    moved = set()
    if day == start:
        moved.add(new_start)
    if day == end:
        moved.add(new_end)
    if day == end - _DAY:
        moved.add(new_end - _DAY)
    return moved


def period_bounds(kind: str, value: tuple[int, ...]) -> tuple[datetime.date, datetime.date]:
    """The first day of a period, and the first one after it.

    Args:
        kind: ``year``, ``quarter``, ``month``, ``date`` or ``range``.
        value: (year,), (year, quarter), (year, month), (year, month, day), or of a range the first day and the one
            after the last.
    """
    if kind == "range":
        return datetime.date(*value[:3]), datetime.date(*value[3:])
    if kind == "date":
        day = datetime.date(*value)
        return day, day + _DAY
    months = {"year": 12, "quarter": 3, "month": 1}[kind]
    first = (value[1] - 1) * months if len(value) > 1 else 0
    last = first + months
    start = datetime.date(value[0], first + 1, 1)
    return start, datetime.date(value[0] + last // 12, last % 12 + 1, 1)


def _part_compared(literal: exp.Literal) -> str:
    """``year`` for ``YEAR(d) = 2023`` and ``EXTRACT(year FROM d) IN (2023)``; empty for other comparisons."""
    comparison = literal.parent
    if isinstance(comparison, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        other = comparison.left if comparison.right is literal else comparison.right
    elif isinstance(comparison, (exp.In, exp.Between)):
        other = comparison.this
    else:
        return ""
    while isinstance(other, (exp.Cast, exp.TryCast, exp.Paren)):
        other = other.this
    if isinstance(other, exp.Extract):
        return other.name.lower() if other.name.lower() in ("year", "month", "quarter") else ""
    if isinstance(other, (exp.Year, exp.Month, exp.Quarter)):
        return type(other).__name__.lower()
    if isinstance(other, exp.Column) and other.name.casefold() in ("year", "month", "quarter"):
        return other.name.casefold()
    return ""


def _is_compared(literal: exp.Literal) -> bool:
    return isinstance(literal.parent, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between))
