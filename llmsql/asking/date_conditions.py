"""Makes a query keep to the days that its question names (``dates``).

Days are compared, not texts: whatever a condition is written like, it is tried on every day of two centuries. What
the SQL says more narrowly than the reader of phrases understood stays, as does what looks back further for a reason.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from llmsql.asking.check import check_sql
from llmsql.asking.dates import DateRange
from llmsql.asking.scopes import Scope, conjuncts, own_columns, own_nodes, set_conditions
from llmsql.catalog import Catalog, Column
from llmsql.catalog.model import CALENDAR_NAME, EPOCHS, ISO_DAY, MISSING_MARKS
from llmsql.errors import SQLRejectedError

Day = datetime.date
_FIRST_DAY = Day(1899, 1, 1)
_DAYS = f"(SELECT DATE '{_FIRST_DAY}' + i::INTEGER AS d FROM range(74000) AS r(i))"
"""Up to 2101: a question names years from 1900 to 2099, and a fiscal year begins in the one before."""
_ONE_TIME = "(VALUES (INTERVAL '0' SECOND))"
_TIMES = "(VALUES (INTERVAL '0' SECOND), (INTERVAL '43200' SECOND), (INTERVAL '86399' SECOND))"
"""Midnight, noon and the last second: a condition on some of them only cuts a day, or is about the time of day."""
_WITHIN_WEEKS = (exp.DayOfWeek, exp.DayOfWeekIso, exp.Dayname, exp.Hour)
_PERIODS = frozenset({"year", "month", "quarter", "week", "period"})


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a column writes moments.

    Args:
        forms: SQL for the moment ``m``, in the order in which they are tried.
        has_clock: whether there is a time of day in it.
    """

    forms: tuple[str, ...]
    has_clock: bool = False


@dataclass(frozen=True, slots=True)
class _Dated:
    """Conditions of one SELECT on one date column."""

    select: exp.Select
    parts: list[exp.Expr]
    column: exp.Column
    writing: _Writing


@dataclass(frozen=True, slots=True)
class _Held:
    """The days on which conditions hold, as far as today.

    Args:
        days: how many days the ranges have.
        inside: days of the ranges on which they hold at some time.
        whole_inside: the same at all times of the day.
        outside: other days on which they hold.
        whole_outside: the same at all times of the day.
        cut: days of the ranges, but their last, on which they hold for a part of the day.
        first: the first of all; of none the first day that is tried, like ``last``.
        last: the last of all.
    """

    days: int
    inside: int
    whole_inside: int
    outside: int
    whole_outside: int
    cut: int
    first: Day
    last: Day


def repair_dates(
    con: duckdb.DuckDBPyConnection, tree: exp.Expr, catalog: Catalog, ranges: Sequence[DateRange], today: Day
) -> list[str]:
    """Make a query keep to the days that its question names.

    Nothing is done where the query has conditions on several date columns, or on a date elsewhere than in WHERE; nor
    for "today" where it counts from that day ("with us for 5 years today").

    Args:
        con: works conditions out; no table is read.
        tree: a parsed query with its joins and qualified columns; changed in place.
        catalog: the tables.
        ranges: what the question names.
        today: the day that the query takes for today.

    Returns:
        How the phrases were understood and what was changed; nothing where the query was left as it is, unless its
        days are known to be the same.
    """
    if not ranges or (_is_only(ranges, today) and _speaks_of(tree, today)):
        return []
    found, others = _conditions(tree, catalog)
    notes = [r.note for r in ranges]
    if len(found) == 1 and not others:
        held = _days_held(con, found[0].parts, found[0].writing, ranges, today)
        if held is None or _stays(held, found[0].select, tree, ranges):
            return []
        if held.whole_inside == held.days and not held.outside:
            return notes
        _set_ranges(found[0], ranges)
        return [*notes, f"dates in the SQL were others: {found[0].column.sql('duckdb')} now keeps to these days"]
    if not found and not others:
        return _added(tree, catalog, ranges, notes, today)
    return _set_filters(con, tree, catalog, ranges, notes, today) if not found and len(ranges) > 1 else []


def _conditions(tree: exp.Expr, catalog: Catalog) -> tuple[list[_Dated], int]:
    """The conditions on days in WHERE by SELECT and column, and how many others there are that are not looked at."""
    found: list[_Dated] = []
    others = 0
    for select in tree.find_all(exp.Select):
        scope = Scope.of(select, catalog)
        dated = {id(c): w for c in own_columns(select) if (w := _writing_of(c, scope)) is not None}
        where = select.args.get("where")
        by_column: dict[str, list[exp.Expr]] = {}
        for part in conjuncts(where.this) if where is not None else []:
            columns = list(part.find_all(exp.Column))
            if part.find(exp.Query) or _is_by_key(part) or _is_of_marks(part):
                continue
            if not any(id(c) in dated for c in columns):
                others += _compares_made_day(part, columns, scope)
                continue
            names = {c.sql("duckdb").casefold() for c in columns}
            if len(names) == 1 and not part.find(exp.Is, *_WITHIN_WEEKS):
                by_column.setdefault(names.pop(), []).append(part)
            else:
                others += 1  # weekends of a month are not the month
        for parts in by_column.values():
            column = next(iter(parts[0].find_all(exp.Column)))
            found.append(_Dated(select, parts, column, dated[id(column)]))
        inside = {id(node) for node in (where.walk() if where is not None else ())}
        others += sum(_is_told_apart(c) for c in own_columns(select) if id(c) in dated and id(c) not in inside)
    return found, others


def _is_by_key(part: exp.Expr) -> bool:
    """``f.date_key = d.date_key``"""
    return isinstance(part, exp.EQ) and all(isinstance(side, exp.Column) for side in (part.this, part.expression))


def _is_of_marks(part: exp.Expr) -> bool:
    """``paid = 'n/a'``: no day is spoken of."""
    texts = [literal.this for literal in part.find_all(exp.Literal)]
    return bool(texts) and all(text.strip().casefold() in MISSING_MARKS for text in texts)


def _compares_made_day(part: exp.Expr, columns: list[exp.Column], scope: Scope) -> bool:
    """Whether a condition compares with a day what a query in FROM or a CTE has made: a first order, for instance."""
    is_made = any(scope.table_of(column) is None for column in columns)
    return is_made and any(ISO_DAY.fullmatch(literal.this) for literal in part.find_all(exp.Literal))


def _is_told_apart(column: exp.Column) -> bool:
    """Whether a date stands under a comparison, CASE or FILTER: outside WHERE these tell ranges apart."""
    around = column.find_ancestor(exp.Predicate, exp.Case, exp.If, exp.Filter)
    return around is not None and not _is_by_key(around)


def _stays(held: _Held, select: exp.Select, tree: exp.Expr, ranges: Sequence[DateRange]) -> bool:
    """Whether conditions on other days than the ranges may well be what the question means."""
    if not held.inside + held.outside or (
        not held.whole_inside + held.whole_outside and held.inside + held.outside > 1
    ):
        return True  # on no day, or on the time of day
    if not held.outside:
        # What is narrower says something that was not read: Valentine's Day of a year. A last day that is cut off at
        # midnight does not.
        return held.inside < held.days or held.cut > 0
    if not held.inside:  # "not seen in the past 90 days" is what was seen before
        return any(r.is_negated for r in ranges) and select.find_ancestor(exp.Not) is None
    [first, *more] = ranges
    if held.inside < held.days or more:
        return False
    length = first.end - first.start
    # The stock on 5 June is what came in up to then.
    is_state = held.days == 1 and held.first == _FIRST_DAY and held.last == first.start
    looks_back = _looks_back(tree) and first.start - held.first <= length and held.last < first.end
    return first.is_compared or is_state or looks_back


def _looks_back(tree: exp.Expr) -> bool:
    """Whether rows before those that are shown are needed: growth, a moving average."""
    if tree.find(exp.Lag, exp.Lead):
        return True
    frames = tree.find_all(exp.WindowSpec)
    return any(isinstance(frame.args.get("start"), exp.Expr) for frame in frames)  # "UNBOUNDED" is a text


def _set_ranges(dated: _Dated, ranges: Sequence[DateRange]) -> None:
    wanted = _condition(dated.column, ranges)
    kept = [p for p in conjuncts(dated.select.args["where"].this) if not any(p is part for part in dated.parts)]
    set_conditions(dated.select, [*kept, *conjuncts(wanted)])


def _is_only(ranges: Sequence[DateRange], day: Day) -> bool:
    return len(ranges) == 1 and ranges[0].start == day and ranges[0].end == day + datetime.timedelta(days=1)


def _speaks_of(tree: exp.Expr, today: Day) -> bool:
    return tree.find(exp.CurrentDate) is not None or any(d.this == str(today) for d in tree.find_all(exp.Literal))


def _set_filters(
    con: duckdb.DuckDBPyConnection,
    tree: exp.Expr,
    catalog: Catalog,
    ranges: Sequence[DateRange],
    notes: list[str],
    today: Day,
) -> list[str]:
    """Where each shown figure has a FILTER of its own, as many as there are ranges: one on other days gets its range.

    That is the one whose days it shares, or of those left the one at its place in time. A filter on some of a range's
    days keeps to them.
    """
    filters: list[tuple[exp.Filter, exp.Column, _Writing]] = []
    for select in tree.find_all(exp.Select):
        scope = Scope.of(select, catalog)
        for node in [n for shown in select.expressions for n in shown.dfs() if isinstance(n, exp.Filter)]:
            columns = list(node.expression.find_all(exp.Column))
            writings = [_writing_of(column, scope) for column in columns]
            if len({c.sql("duckdb") for c in columns}) != 1 or not _is_plain(node.expression.this):
                return []
            if writings[0] is None:
                return []
            filters.append((node, columns[0], writings[0]))
    if len(filters) != len(ranges) or len({column.sql("duckdb") for _, column, _ in filters}) != 1:
        return []
    left = list(ranges)
    wrong: list[tuple[exp.Filter, exp.Column, _Writing]] = []
    for node, column, writing in filters:
        met = [r for r in left if _is_met(_days_held(con, [node.expression.this], writing, [r], today))]
        if met:
            left.remove(met[0])
        else:
            wrong.append((node, column, writing))
    given: list[tuple[exp.Filter, exp.Column, DateRange]] = []
    unsure: list[tuple[Day, exp.Filter, exp.Column]] = []
    for node, column, writing in wrong:
        shared = [(r, _days_held(con, [node.expression.this], writing, [r], today)) for r in left]
        if any(held is None or not held.outside for _, held in shared):
            return []  # not known, or some of a range's days
        touched = [r for r, held in shared if held is not None and held.inside]
        if len(touched) == 1:
            given.append((node, column, touched[0]))
            left.remove(touched[0])
        else:
            first = shared[0][1].first if shared[0][1] is not None else Day.min
            unsure.append((Day.min if touched else first, node, column))
    firsts = [first for first, _, _ in unsure]
    if len(unsure) > 1 and (Day.min in firsts or len(set(firsts)) < len(firsts)):
        return []  # which is which is not known
    unsure.sort(key=lambda found: found[0])
    left.sort(key=lambda range_: range_.start)
    given += [(node, column, range_) for (_, node, column), range_ in zip(unsure, left, strict=True)]
    for node, column, range_ in given:
        node.expression.set("this", _condition(column, [range_]))
    return [*notes, *(["dates in the SQL were others: each figure now keeps to its days"] if given else [])]


def _is_plain(condition: exp.Expr) -> bool:
    return all(
        isinstance(part, (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)) for part in conjuncts(condition)
    )


def _is_met(held: _Held | None) -> bool:
    return held is not None and held.inside == held.days and not held.outside


def _added(tree: exp.Expr, catalog: Catalog, ranges: Sequence[DateRange], notes: list[str], today: Day) -> list[str]:
    """Put the condition into a query without one, where the tables leave no doubt on which column."""
    selects = list(tree.find_all(exp.Select))
    if len(selects) != 1 or _looks_back(tree) or _is_only(ranges, today):
        return []
    select = selects[0]
    if any(r.is_negated for r in ranges) and not any(
        isinstance(n, (exp.NEQ, exp.Not, exp.Is)) for n in own_nodes(select)
    ):
        return []  # it may be the days that the negation is about
    scope = Scope.of(select, catalog)
    if any(c.name.casefold() in _PERIODS and scope.stored(c) is not None for c in own_columns(select)):
        return []  # a table by month
    known = [(alias, c) for alias, table in scope.tables.items() if table is not None for c in table.columns]
    dates = [d for d in known if _is_day(d[1].type)] or [d for d in known if _writing(d[1]) is not None]
    spoken = {c.name.casefold() for c in own_columns(select) if _writing_of(c, scope) and _is_grouped_by(c, select)}
    dates = [d for d in dates if d[1].name.casefold() in spoken] or dates
    if len(dates) != 1 or not scope.is_known:
        return []
    alias, column = dates[0]
    written = scope.column(alias, column.name)
    select.where(_condition(written, ranges), copy=False, dialect="duckdb")
    return [*notes, f"added the condition on {written.sql('duckdb')}, which the SQL lacked"]


def _is_grouped_by(column: exp.Column, select: exp.Select) -> bool:
    """Whether rows are put together by this date, as by its month: the one that a series is about."""
    if not select.args.get("group"):
        return False
    shown = [e.unalias() for e in select.expressions]
    return any(column in e.find_all(exp.Column) and not e.find(exp.AggFunc) for e in shown)


def _is_day(type_: str) -> bool:
    return type_ == "DATE" or (type_.startswith("TIMESTAMP") and "[" not in type_)


def _writing_of(column: exp.Column, scope: Scope) -> _Writing | None:
    stored = scope.stored(column)
    return _writing(stored) if stored is not None else None


def _writing(column: Column) -> _Writing | None:
    """How a column writes days or times; None where it has none.

    A number is taken for one only where its name says so as well: eight digits may be the number of a thing.
    """
    if _is_day(column.type):
        return _Writing((f"CAST(m AS {column.type})",), has_clock=column.type != "DATE")
    if column.type != "VARCHAR" and not CALENDAR_NAME.search(column.name):
        return None
    format_ = column.day_format
    if format_ in EPOCHS:
        return _Writing((f"CAST(epoch(m) AS BIGINT) * {EPOCHS[format_]}", "m"), has_clock=True)
    if format_ is not None:
        type_ = "BIGINT" if column.type != "VARCHAR" else "VARCHAR"
        return _Writing((f"CAST(strftime(m, '{format_}') AS {type_})", "CAST(m AS DATE)"))
    values = column.known_values
    if column.type != "VARCHAR" or not values or not all(map(ISO_DAY.fullmatch, values)):
        return None
    if all(len(value) == len("2024-01-31") for value in values):
        return _Writing(("strftime(m, '%Y-%m-%d')", "CAST(m AS DATE)"))
    between = values[0][10]
    return _Writing((f"strftime(m, '%Y-%m-%d{between}%H:%M:%S')", "m"), has_clock=True)


def _condition(column: exp.Column, ranges: Sequence[DateRange]) -> exp.Expr:
    parts = []
    for r in ranges:
        low, high = (exp.cast(exp.Literal.string(d.isoformat()), "DATE", dialect="duckdb") for d in (r.start, r.end))
        parts.append(
            exp.and_(
                exp.GTE(this=column.copy(), expression=low), exp.LT(this=column.copy(), expression=high), wrap=False
            )
        )
    return exp.paren(exp.or_(*parts, wrap=False)) if len(parts) > 1 else parts[0]


def _days_held(
    con: duckdb.DuckDBPyConnection, parts: list[exp.Expr], writing: _Writing, ranges: Sequence[DateRange], today: Day
) -> _Held | None:
    """Try conditions on every day, as far as today, or to the end of ranges that begin later; None where that fails.

    The first day of a rolling range and today are left out: whether they count is a matter of taste.
    """
    until = max([today, *(r.end for r in ranges if r.start > today)])
    wanted = _condition(exp.column("d"), ranges).sql("duckdb")
    ends = ", ".join(f"DATE '{r.end - datetime.timedelta(days=1)}'" for r in ranges)
    never = f"DATE '{_FIRST_DAY}'"
    # Of "the past day" only the first is: it would be left with none.
    free = [d for r in ranges if r.is_rolling for d in ([r.start, today] if (r.end - r.start).days > 2 else [r.start])]
    kept = "".join(f" AND d <> DATE '{day}'" for day in free)
    # A text is compared with a day as a day where the day is written as DATE writes it.
    is_iso = any(ISO_DAY.fullmatch(literal.this) for part in parts for literal in part.find_all(exp.Literal))
    is_own = not is_iso or not writing.forms[0].startswith("CAST(strftime")
    for form in writing.forms if is_own else writing.forms[::-1]:
        condition = " AND ".join(_of_moments(part, form) for part in parts)
        row = _tried(
            con,
            f"SELECT count(*) FILTER (w), count(*) FILTER (w AND held), count(*) FILTER (w AND whole), "
            f"count(*) FILTER (NOT w AND held), count(*) FILTER (NOT w AND whole), "
            f"count(*) FILTER (w AND held AND NOT whole AND d NOT IN ({ends})), "
            f"coalesce(min(d) FILTER (held), {never}), coalesce(max(d) FILTER (held), {never}) FROM ("
            f"SELECT d, {wanted} AS w, bool_and(c) AS whole, bool_or(c) AS held FROM ("
            f"SELECT d, coalesce({condition}, FALSE) AS c FROM ("
            f"SELECT d, d + t AS m FROM {_DAYS} AS days, {_TIMES if writing.has_clock else _ONE_TIME} AS times(t) "
            f"WHERE d <= DATE '{until}'{kept})) GROUP BY d)",
        )
        if row is not None:
            return _Held(*row)
    return None


def _of_moments(condition: exp.Expr, form: str) -> str:
    """A condition on a date column as one on the moment ``m``."""
    copy = exp.paren(condition.copy())
    moment = exp.paren(sqlglot.parse_one(form, read="duckdb"))
    for column in list(copy.find_all(exp.Column)):
        column.replace(moment.copy())
    written: str = copy.sql("duckdb")
    return written


def _tried(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...] | None:
    """The row of a query with conditions of the model's in it; None where it may not run, or does not."""
    cursor = con.cursor()
    try:
        check_sql(cursor, sql, Catalog())
        [row] = cursor.execute(sql).fetchall()
    except (duckdb.Error, SQLRejectedError):
        return None  # not to be judged
    finally:
        cursor.close()
    found: tuple[Any, ...] = row
    return found
