"""Phrases of time in a question as days, and the check that the SQL keeps to them.

=====================================  ==============================================================================
phrase                                 days, seen from today
=====================================  ==============================================================================
last month, previous quarter           the whole calendar month or quarter before this one; weeks begin on Monday
last 7 days, past 12 months            from that many days or months ago up to and with today
this year, year to date, MTD           from the first day of it; "to date" up to and with today
this year and last                     both, as one range
Q3 2024, third quarter of last year    the quarter; H1 2024 and March 2024 likewise; "Q3 and Q4 2024" are two
last 2 months of 2024                  the last of that year, not of the time up to today
FY2024, last fiscal year               by the setting ``fiscal_year_start``, named by the year in which it ends
the same month last year               the range named before it, or this month, a year earlier
1-7 June 2025, June 1-7, 2025          these days
on 5 June 2025                         the whole day
week of March 10, 2025                 from Monday to Sunday; "week starting March 10, 2025": seven days from then
=====================================  ==============================================================================

A bare year, a day without a year, a part of a range ("end of March 2024"), and "since", "before" or "between" are left
to the model, as are days beyond the calendar's end. Two ranges ("Q3 2024 vs Q3 2023") are both kept.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlglot import exp

from llmsql.asking.calendar_words import MONTH_NUMBERS, ORDINALS
from llmsql.asking.check import check_sql
from llmsql.asking.scopes import Scope, conjuncts, identifier, own_columns, set_conditions
from llmsql.catalog import Catalog, Column
from llmsql.catalog.model import EPOCHS, MISSING_MARKS
from llmsql.errors import SQLRejectedError

Day = datetime.date
_WORDS = {w: n for n, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_UNIT = r"(?P<unit>day|week|month|quarter|year)"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_WORDS)})"
_PART = (
    rf"(?:q(?P<q>[1-4])|(?P<ord>{'|'.join(ORDINALS)})\s+quarter|h(?P<h>[12])|(?P<half>first|second)\s+half"
    rf"|(?P<month>{'|'.join(MONTH_NUMBERS)})\.?)"
)
_FISCAL = r"(?:fiscal\s+year|fy)\s*'?(?P<fy>(?:20)?\d\d)"
_LAST = r"(?:last|previous|prior)"
_THIS = r"(?:this|current)"
_AND = r"(?:and|or|&|vs\.?|versus)"
_NO_UNIT = rf"(?!\s+(?:one\s+)?(?:\d|{'|'.join(_WORDS)}|days?|weeks?|months?|quarters?|years?)\b)"
_SHORT_UNITS = {"y": "year", "m": "month", "q": "quarter", "w": "week"}
_IN_YEAR = rf"(?:(?P<year>(?:19|20)\d\d)|{_FISCAL}|(?P<which>{_LAST}|{_THIS})\s+(?P<fiscal>fiscal\s+)?year)"
_FISCAL_YEAR = rf"(?:{_FISCAL}|(?P<which>{_LAST}|{_THIS})\s+(?P<fiscal>fiscal\s+)year)"
_NOT_OF = (  # "last month of the year" is not the month before this one
    r"(?!\s+of\s+(?:(?:the|each|every|any|a)\s+)?(?:(?:year|quarter|month|week|fiscal|fy|last|previous|prior|this|current"
    rf"|{'|'.join(MONTH_NUMBERS)})\b|(?:19|20)\d\d|q[1-4]|h[12]))"
)
_MONTH = rf"(?P<month>{'|'.join(MONTH_NUMBERS)})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DAYS = rf"(?:(?:from|between)\s+)?{_DAY}\s*(?:-|–|to|through|(?<=\d )and)\s*(?P<last>\d{{1,2}})(?:st|nd|rd|th)?"
_NAMED = (
    ("", _DAYS),
    (r"week\s+(?P<week>of|starting|beginning|from)\s+(?:on\s+)?(?:the\s+)?(?:monday,?\s+)?", _DAY),
    (r"(?P<on>on)\s+(?:the\s+)?", _DAY),
)
"""What may stand before days that are named with their month and year, and how many days these are."""
_AS_OF = tuple(
    re.compile(rf"\bas\s+(?:of|at)\s+(?:the\s+)?{day}\b")
    for day in (
        rf"{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",
    )
)
_LIMITS = re.compile(
    r"\b(?:(?:since|before|after|until|till|by|between|than|through|without|excluding|except|as\s+of"
    r"|(?<!differ )(?<!different )from|(?<!compared )(?<!relative )(?<!comparison )to)\s+(?:the\s+)?"
    r"|\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?"
    r"|(?:early|late|mid)\s+(?:in\s+)?"
    r"|(?:beginning|start|end|middle|(?:first|second|last|final)\s+(?:\w+\s+)?(?:day|week|weekend|month|quarter|half)s?)"
    r"\s+of\s+(?:the\s+)?"
    r"|(?:first|second|third|1st|2nd|3rd)\s+(?:and|or|vs\.?|versus)\s+(?:the\s+)?)\Z"
)
_NOT_ON = re.compile(
    r"(?:\b(?:not|never)|n['’]t)\s+(?:\w+\s+)?\Z|\b(?:starting|beginning)\s+(?:\w+\s+){,3}\Z"
    r"|\b(?:based|or|and|and up to)\s+\Z"
)
_OTHER_DAYS = re.compile(
    r"\b(?:anniversar(?:y|ies)|birthdays?|leap\s+days?|christmas|easter|thanksgiving|black\s+friday|cyber\s+monday"
    r"|new\s+year['’]?s|(?:public|bank)?\s*holidays?)\b"
)
"""Days that are known here by no date"""
_NEGATED = re.compile(r"(?:\b(?:not|never|no|none|nobody|nothing|without)\b|n['’]t\b)[^,;:.?!]*\Z")
_OR_LATER = re.compile(r"\s*(?:or|and|to|until|through)\b|\s*onwards?\b|\s*[-–]")
_LISTED = re.compile(rf"(?<![\w-])(?P<part>{_PART})(?:\s*[,&](?:\s*(?:and|or))?|\s+(?:and|or|vs\.?|versus))\s+\Z")

_EVERY_DAY = "(SELECT DATE '1899-01-01' + i::INTEGER AS d FROM range(74000) r(i))"
"""Up to 2101: a question names years from 1900 to 2099, and a fiscal year begins in the one before."""
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?")
_WITHIN_WEEKS = (exp.DayOfWeek, exp.DayOfWeekIso, exp.Dayname, exp.Hour)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days that a phrase means.

    Args:
        phrase: as typed.
        start: the first of them.
        end: the day after the last.
        is_negated: something was not on them: "not seen in the past 90 days".
        is_rolling: so many days, months or years up to today: whether the first and today count is a matter of taste.
    """

    phrase: str
    start: Day
    end: Day
    is_negated: bool = False
    is_rolling: bool = False

    @property
    def note(self) -> str:
        """What was understood, for the user."""
        return f"read {self.phrase!r} as {self.start} to {self.end - datetime.timedelta(days=1)}"


def find_dates(question: str, today: Day, fiscal_year_start: int = 1) -> list[DateRange]:
    """The ranges of days that a question names, in order.

    Args:
        question: as typed.
        today: what "this month" is relative to.
        fiscal_year_start: month with which a fiscal year begins.
    """
    text = question.casefold()
    if _OTHER_DAYS.search(text):
        return []
    typed = question if len(text) == len(question) else text
    reader = _Reader(today, fiscal_year_start)
    taken = [False] * len(text)
    found: list[tuple[int, str, _Days]] = []
    rolling: set[int] = set()
    again: list[tuple[int, str, str]] = []
    for pattern, read in _PATTERNS:
        for match in re.finditer(rf"(?<![\w-]){pattern}(?![\w-])", text):
            if any(taken[match.start() : match.end()]):
                continue
            if read is _to_date and _names_other_year(text, today):
                continue  # "YTD for 2023" is of that year
            listed = _listed_before(text, match) if "part" in match.re.groupindex else []
            start = min(part.start() for part in (match, *listed))
            taken[start : match.end()] = [True] * (match.end() - start)
            if _LIMITS.search(text[:start]) or ("on" in match.re.groupindex and _is_not_on(text, match)):
                return []  # "between May 2024 and July 2024" are one range, not two
            phrase = typed[match.start() : match.end()]
            if read is _rolling:
                rolling.add(match.start())
            if read is None:
                again.append((match.start(), phrase, match["unit"]))
            else:
                found.append((match.start(), phrase, _within_calendar(read, reader, match)))
            for part in listed:
                days = _within_calendar(_part_of_year, reader, part, match)
                found.append((part.start(), typed[slice(*part.span("part"))], days))
    found.sort(key=lambda item: item[0])
    for start, phrase, unit in again:
        before = [days for at, _, days in found if at < start]
        if before or unit != "period":
            earlier = before[-1] if before else _within_calendar(reader.whole, unit, 0)
            found.append((start, phrase, _within_calendar(_a_year_before, earlier)))
    found.sort(key=lambda item: item[0])
    return [
        DateRange(phrase, *days, is_negated=bool(_NEGATED.search(text[:start])), is_rolling=start in rolling)
        for start, phrase, days in found
        if days is not None
    ]


def as_of(question: str) -> Day | None:
    """The day that a question is asked as of: "overdue as of 31 December 2024"; None where it names none."""
    text = question.casefold()
    said = next((match for pattern in _AS_OF if (match := pattern.search(text))), None)
    if said is None or re.search(r"\b(?:today|now|currently)\b", text):
        return None
    month = MONTH_NUMBERS.get(said["month"]) or int(said["month"])
    try:
        return Day(int(said["year"]), month, int(said["day"]))
    except ValueError:
        return None


def _is_not_on(text: str, on: re.Match[str]) -> bool:
    """Whether the days meant are others than the one caught: "not on …", "starting on …", "on … or later"."""
    before, after = text[: on.start()], text[on.end() :]
    return bool(_NOT_ON.search(before) or _OR_LATER.match(after))


_Days = tuple[Day, Day] | None
"""The first of them and the day after the last; None where they are beyond the calendar."""


def _within_calendar(read: Callable[..., _Days], *args: object) -> _Days:
    try:
        return read(*args)
    except (ValueError, OverflowError):
        return None


def _listed_before(text: str, match: re.Match[str]) -> list[re.Match[str]]:
    """The parts that share the year of the one behind them: of "Q1, Q2 and Q3 2024" the first two."""
    found: list[re.Match[str]] = []
    end = match.start()
    while listed := _LISTED.search(text[:end]):
        found.append(listed)
        end = listed.start()
    return found


def _a_year_before(days: _Days) -> _Days:
    return None if days is None else (_shifted(days[0], -12), _shifted(days[1], -12))


class _Reader:
    """Works out days from what a pattern caught."""

    def __init__(self, today: Day, fiscal_year_start: int) -> None:
        self.today = today
        self.fiscal_start = fiscal_year_start

    def whole(self, unit: str, offset: int) -> tuple[Day, Day]:
        """The calendar unit that today is in, moved by some of them."""
        today = self.today
        if unit in ("period", "day"):
            start = today + datetime.timedelta(days=offset)
            return start, start + datetime.timedelta(days=1)
        if unit == "week":
            start = today - datetime.timedelta(days=today.weekday() - 7 * offset)
            return start, start + datetime.timedelta(days=7)
        months = _MONTHS_IN[unit]
        first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
        return _shifted(first, months * offset), _shifted(first, months * (offset + 1))

    def fiscal(self, year: int) -> tuple[Day, Day]:
        """A fiscal year by the year in which it ends."""
        start = Day(year if self.fiscal_start == 1 else year - 1, self.fiscal_start, 1)
        return start, _shifted(start, 12)

    def fiscal_year(self) -> int:
        """The fiscal year that today is in."""
        return self.today.year + (1 if 1 < self.fiscal_start <= self.today.month else 0)

    def to_date(self, unit: str) -> tuple[Day, Day]:
        """From the first day of the unit to today."""
        start = self.fiscal(self.fiscal_year())[0] if unit == "fiscal" else self.whole(unit, 0)[0]
        return start, self.today + datetime.timedelta(days=1)

    def rolling(self, count: int, unit: str) -> tuple[Day, Day]:
        """So many units back from today."""
        days = {"day": 1, "week": 7}.get(unit)
        if days is not None:
            start = self.today - datetime.timedelta(days=days * count)
        else:
            start = _shifted(self.today, -count * _MONTHS_IN[unit])
        return start, self.today + datetime.timedelta(days=1)

    def year(self, match: re.Match[str]) -> tuple[Day, Day]:
        """The year that ``_IN_YEAR`` caught; a fiscal one where it is called so before or behind."""
        is_fiscal = match["fy"] or match["fiscal"] or match.groupdict().get("fiscal_part")
        if match["which"]:
            now = self.fiscal_year() if is_fiscal else self.today.year
            number = now - 1 if re.match(_LAST, match["which"]) else now
        else:
            number = int(match["fy"] or match["year"])
            number += 2000 if number < 100 else 0
        return self.fiscal(number) if is_fiscal else (Day(number, 1, 1), Day(number + 1, 1, 1))


def _to_date(reader: _Reader, match: re.Match[str]) -> _Days:
    """From the first day of the unit that was caught to today."""
    caught = match.groupdict()
    unit = caught.get("unit") or caught.get("unit2") or _SHORT_UNITS.get(caught.get("td") or "", "fiscal")
    return reader.to_date(unit)


def _names_other_year(text: str, today: Day) -> bool:
    return any(int(year) != today.year for year in re.findall(r"\b(?:19|20)\d\d\b", text))


def _rolling(reader: _Reader, match: re.Match[str]) -> _Days:
    return reader.rolling(_count(match) if match.groupdict().get("count") else 1, match["unit"])


def _count(match: re.Match[str]) -> int:
    return _WORDS.get(match["count"]) or int(match["count"])


def _part_of_year(reader: _Reader, part: re.Match[str], named: re.Match[str]) -> _Days:
    """The quarter, half or month that ``part`` caught in the year that ``named`` caught."""
    start = reader.year(named)[0]
    if part["month"]:  # March is March, whenever the year begins
        first, months = (MONTH_NUMBERS[part["month"]] - start.month) % 12, 1
    elif part["h"] or part["half"]:
        first, months = 6 * (int(part["h"] or ORDINALS[part["half"]]) - 1), 6
    else:
        first, months = 3 * (int(part["q"] or ORDINALS[part["ord"]]) - 1), 3
    return _shifted(start, first), _shifted(start, first + months)


def _end_of_year(reader: _Reader, match: re.Match[str]) -> _Days:
    """The first or last months or quarters of a year."""
    start, end = reader.year(match)
    months = _MONTHS_IN[match["unit"]] * (_count(match) if match["count"] else 1)
    return (start, _shifted(start, months)) if match["end"] == "first" else (_shifted(end, -months), end)


def _days_named(match: re.Match[str]) -> _Days:
    """The day or the days of a month that ``_NAMED`` caught, or the week of a day."""
    start = Day(int(match["year"]), MONTH_NUMBERS[match["month"]], int(match["day"]))
    caught = match.groupdict()
    week = caught.get("week")
    if week == "of":
        start -= datetime.timedelta(days=start.weekday())
    end = start.replace(day=int(caught["last"])) if caught.get("last") else start
    return (start, end + datetime.timedelta(days=7 if week else 1)) if start <= end else None


_Read = Callable[[_Reader, re.Match[str]], _Days]
# The first pattern that fits a place takes it. None: the same as another range, a year earlier.
_PATTERNS: Sequence[tuple[str, _Read | None]] = (
    (r"(?:the\s+)?same\s+(?P<unit>week|month|quarter|period|day)\s+(?:of\s+)?(?:last|the\s+previous)\s+year", None),
    (
        rf"{_THIS}\s+(?P<unit>week|month|quarter)\s+(?:of\s+)?(?:last|the\s+previous)\s+year",
        lambda r, m: _a_year_before(r.whole(m["unit"], 0)),
    ),
    *((rf"{before}{days}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}", lambda r, m: _days_named(m)) for before, days in _NAMED),
    *((rf"{before}{_MONTH}\s+{days},?\s+{_YEAR}", lambda r, m: _days_named(m)) for before, days in _NAMED),
    (
        rf"(?:the\s+)?(?P<fiscal_part>fiscal\s+)?(?P<part>{_PART}),?\s+(?:(?:of|in)\s+)?(?:the\s+)?{_IN_YEAR}",
        lambda r, m: _part_of_year(r, m, m),
    ),
    (
        rf"(?:the\s+)?(?P<end>first|last|final)\s+(?:{_COUNT}\s+)?(?P<unit>month|quarter)s?\s+of\s+(?:the\s+)?{_IN_YEAR}",
        _end_of_year,
    ),
    (rf"{_IN_YEAR}[\s-]?(?=[qh]\d){_PART}", lambda r, m: _part_of_year(r, m, m)),
    (
        rf"{_LAST}\s+(?:year['’]?s?\s+)?ytd|{_LAST}\s+year[\s-]to[\s-]date|ytd\s+(?:of\s+|in\s+)?{_LAST}\s+year",
        lambda r, m: _a_year_before(r.to_date("year")),
    ),
    (r"(?:fiscal|fy)\s*(?:year[\s-]to[\s-]date|ytd)|fytd", _to_date),
    (_FISCAL_YEAR, lambda r, m: r.year(m)),
    (rf"(?:so\s+far\s+this|this)\s+{_UNIT}\s+(?:so\s+far|to\s+date)", _to_date),
    (rf"so\s+far\s+this\s+{_UNIT}|{_UNIT.replace('unit', 'unit2')}[\s-]to[\s-]date", _to_date),
    (r"(?P<td>[ymqw])td", _to_date),
    (
        rf"{_THIS}\s+{_UNIT}\s+{_AND}\s+(?:the\s+)?{_LAST}{_NO_UNIT}"
        rf"|{_LAST}\s+{_UNIT.replace('unit', 'unit2')}\s+{_AND}\s+{_THIS}{_NO_UNIT}",
        lambda r, m: (r.whole(m["unit"] or m["unit2"], -1)[0], r.whole(m["unit"] or m["unit2"], 0)[1]),
    ),
    (
        rf"(?:the\s+)?(?:past|{_LAST})\s+{_COUNT}\s+{_UNIT}s?\b{_NOT_OF}",
        _rolling,
    ),
    (rf"(?:the\s+)?past\s+{_UNIT}{_NOT_OF}", _rolling),
    (rf"{_LAST}\s+{_UNIT.replace('day|', '')}{_NOT_OF}", lambda r, m: r.whole(m["unit"], -1)),
    (rf"{_THIS}\s+{_UNIT}", lambda r, m: r.whole(m["unit"], 0)),
    (r"today(?!['’]s)", lambda r, m: r.whole("day", 0)),  # "today's price" is what the price is
    (r"yesterday", lambda r, m: r.whole("day", -1)),
)


def _shifted(day: Day, months: int) -> Day:
    """The day some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return Day(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def repair_dates(
    con: duckdb.DuckDBPyConnection, tree: exp.Expr, catalog: Catalog, ranges: Sequence[DateRange], today: Day
) -> list[str]:
    """Make a query keep to the days that its question names.

    Days are compared, not texts: whatever the condition is written like, it is tried on every day of two centuries.
    Nothing is done where the query has conditions on several date columns, or on a date elsewhere than in WHERE; nor
    for "today" where it counts from that day ("with us for 5 years today"). No condition is added to a query that
    compares with the row before ("growth over the previous month").

    Args:
        con: works conditions out; no table is read.
        tree: a parsed query with its joins and qualified columns; changed in place.
        catalog: the tables.
        ranges: what the question names.
        today: the day that the query takes for today.

    Returns:
        How the phrases were understood and what was changed.
    """
    if not ranges or (_is_only(ranges, today) and _speaks_of(tree, today)):
        return []
    conditions: list[tuple[exp.Select, list[exp.Expr], exp.Column, str]] = []
    used = 0
    for select in tree.find_all(exp.Select):
        scope = Scope.of(select, catalog)
        dated = {id(c): type_ for c in own_columns(select) if (type_ := _date_type(c, scope)) is not None}
        where = select.args.get("where")
        by_column: dict[str, list[exp.Expr]] = {}
        for part in conjuncts(where.this) if where is not None else []:
            columns = list(part.find_all(exp.Column))
            if part.find(exp.Query) or not columns or not any(id(c) in dated for c in columns):
                continue
            names = {c.sql("duckdb").casefold() for c in columns}
            if part.find(*_WITHIN_WEEKS):
                used += 1  # weekends of a month are not the month
            elif len(names) == 1 and not isinstance(part, exp.Is) and not part.find(exp.Is):
                by_column.setdefault(names.pop(), []).append(part)
            else:
                used += 1
        for parts in by_column.values():
            column = next(iter(parts[0].find_all(exp.Column)))
            conditions.append((select, parts, column, dated[id(column)]))
        used += _dates_compared(select, dated)
    notes = [r.note for r in ranges]
    if len(conditions) == 1 and not used:
        select, parts, column, type_ = conditions[0]
        if _agrees(con, parts, type_, ranges, today):
            return notes
        if tree.find(exp.Lag, exp.Lead, exp.WindowSpec) and _covers(con, parts, type_, ranges):
            return notes  # growth of this year's months looks back at the month before them
        if any(r.is_negated for r in ranges) and select.find_ancestor(exp.Query) is None:
            return notes  # "not seen in the past 90 days" is what was seen before, as well
        wanted = _condition(column, ranges)
        kept = [p for p in conjuncts(select.args["where"].this) if not any(p is part for part in parts)]
        set_conditions(select, [*kept, *conjuncts(wanted)])
        return [*notes, f"dates in the SQL were others: {column.sql('duckdb')} now keeps to these days"]
    if not conditions and not used:
        return [] if any(r.is_negated for r in ranges) else _added(tree, catalog, ranges, notes)
    if not conditions and len(ranges) > 1:
        notes += _set_filters(con, tree, catalog, ranges, today)
    return notes


def _is_only(ranges: Sequence[DateRange], day: Day) -> bool:
    return len(ranges) == 1 and ranges[0].start == day and ranges[0].end == day + datetime.timedelta(days=1)


def _speaks_of(tree: exp.Expr, today: Day) -> bool:
    return tree.find(exp.CurrentDate) is not None or any(d.this == str(today) for d in tree.find_all(exp.Literal))


def _set_filters(
    con: duckdb.DuckDBPyConnection, tree: exp.Expr, catalog: Catalog, ranges: Sequence[DateRange], today: Day
) -> list[str]:
    """Where each shown figure has a FILTER of its own, as many as there are ranges: one on other days gets its range.

    That is the one whose days it shares, or of those left the one at its place in time. A filter on some of a range's
    days keeps to them.
    """
    filters: list[tuple[exp.Filter, exp.Column, str]] = []
    for select in tree.find_all(exp.Select):
        scope = Scope.of(select, catalog)
        for node in [n for shown in select.expressions for n in shown.dfs() if isinstance(n, exp.Filter)]:
            columns = list(node.expression.find_all(exp.Column))
            types = {_date_type(column, scope) for column in columns}
            if len({c.sql("duckdb") for c in columns}) != 1 or None in types or not _is_plain(node.expression.this):
                return []
            filters.append((node, columns[0], str(types.pop())))
    if len(filters) != len(ranges) or len({column.sql("duckdb") for _, column, _ in filters}) != 1:
        return []
    left = list(ranges)
    wrong: list[tuple[exp.Filter, exp.Column, str]] = []
    for node, column, type_ in filters:
        met = [r for r in left if _agrees(con, [node.expression.this], type_, [r], today)]
        if met:
            left.remove(met[0])
        else:
            wrong.append((node, column, type_))
    given: list[tuple[exp.Filter, exp.Column, DateRange]] = []
    unsure: list[tuple[Day, exp.Filter, exp.Column]] = []
    for node, column, type_ in wrong:
        shared = [(r, *_days(con, node.expression.this, type_, r)) for r in left]
        if any(days == common for _, days, common, _ in shared):
            return []
        touched = [r for r, _, common, _ in shared if common]
        if len(touched) == 1:
            given.append((node, column, touched[0]))
            left.remove(touched[0])
        else:
            unsure.append((Day.min if touched else shared[0][3], node, column))
    firsts = [first for first, _, _ in unsure]
    if len(unsure) > 1 and (Day.min in firsts or len(set(firsts)) < len(firsts)):
        return []  # which is which is not known
    unsure.sort(key=lambda found: found[0])
    left.sort(key=lambda range_: range_.start)
    given += [(node, column, range_) for (_, node, column), range_ in zip(unsure, left, strict=True)]
    for node, column, range_ in given:
        node.expression.set("this", _condition(column, [range_]))
    return ["dates in the SQL were others: each figure now keeps to its days"] if given else []


def _is_plain(condition: exp.Expr) -> bool:
    return all(
        isinstance(part, (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)) for part in conjuncts(condition)
    )


def _days(con: duckdb.DuckDBPyConnection, condition: exp.Expr, type_: str, range_: DateRange) -> tuple[int, int, Day]:
    """On how many days a condition holds, on how many of them in the range, and the first; none where that is not
    known.
    """
    wanted = _condition(exp.column("d"), [range_]).sql("duckdb")
    counts = f"count(*), count(*) FILTER ({wanted}), min(d)"
    row = _tried_on_days(
        con, type_, lambda as_type: f"SELECT {counts} FROM {_EVERY_DAY} WHERE {_on_days(condition, as_type)}"
    )
    return (int(row[0]), int(row[1]), row[2]) if row is not None and row[0] else (0, 0, Day.min)


def _added(tree: exp.Expr, catalog: Catalog, ranges: Sequence[DateRange], notes: list[str]) -> list[str]:
    """Put the condition into a query without one, where the tables leave no doubt on which column."""
    selects = list(tree.find_all(exp.Select))
    if len(selects) != 1 or tree.find(exp.Lag, exp.Lead):
        return []
    scope = Scope.of(selects[0], catalog)
    dates = [
        (alias, c.name)
        for alias, table in scope.tables.items()
        if table is not None
        for c in table.columns
        if _type_of_days(c) is not None
    ]
    spoken = {
        c.name.casefold() for c in own_columns(selects[0]) if _date_type(c, scope) and _is_grouped_by(c, selects[0])
    }
    dates = [d for d in dates if d[1].casefold() in spoken] or dates
    if len(dates) != 1 or not scope.is_known:
        return []
    alias, name = dates[0]
    column = exp.column(identifier(name), table=alias if len(scope.tables) > 1 else None)
    selects[0].where(_condition(column, ranges), copy=False, dialect="duckdb")
    return [*notes, f"added the condition on {column.sql('duckdb')}, which the SQL lacked"]


def _is_grouped_by(column: exp.Column, select: exp.Select) -> bool:
    """Whether rows are put together by this date, as by its month: the one that a series is about."""
    if not select.args.get("group"):
        return False
    shown = [e.unalias() for e in select.expressions]
    return any(column in e.find_all(exp.Column) and not e.find(exp.AggFunc) for e in shown)


def _dates_compared(select: exp.Select, dated: dict[int, str]) -> int:
    """Date columns under a comparison, CASE or FILTER outside WHERE: there the query tells ranges apart by itself."""
    where = select.args.get("where")
    outside = dated.keys() - {id(node) for node in (where.walk() if where is not None else ())}
    return sum(
        1
        for c in own_columns(select)
        if id(c) in outside and c.find_ancestor(exp.Predicate, exp.Case, exp.If, exp.Filter) is not None
    )


def _date_type(column: exp.Column, scope: Scope) -> str | None:
    stored = scope.stored(column)
    return _type_of_days(stored) if stored is not None else None


def _type_of_days(column: Column) -> str | None:
    """The type that a column's days are tried as; None where it has none. Days that it writes in a way of its own, as
    20240131, are read as days later on (``text_columns``), so that a query speaks of them as of days.
    """
    if column.type.startswith(("DATE", "TIMESTAMP")):
        return column.type
    if column.day_format is not None:
        return "TIMESTAMP" if column.day_format in EPOCHS else "DATE"
    values = [value for value in column.values if value.strip().casefold() not in MISSING_MARKS]
    return "VARCHAR" if column.type == "VARCHAR" and values and all(map(_ISO_DAY.fullmatch, values)) else None


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


def _agrees(
    con: duckdb.DuckDBPyConnection, parts: list[exp.Expr], type_: str, ranges: Sequence[DateRange], today: Day
) -> bool:
    """Whether conditions hold on the days of the ranges and on no other day, as far as today.

    Ranges that begin later are looked at to their ends.
    """
    until = max([today, *(r.end for r in ranges if r.start > today)])
    wanted = _condition(exp.column("d"), ranges).sql("duckdb")

    def others(as_type: str) -> str:
        written = " AND ".join(_on_days(part, as_type) for part in parts)
        differs = f"({written}) IS DISTINCT FROM ({wanted})"
        ends = [f"DATE '{day}'" for r in ranges if r.is_rolling for day in (r.start, today)]
        differs += f" AND d NOT IN ({', '.join(ends)})" if ends else ""
        return f"SELECT count(*) FROM {_EVERY_DAY} WHERE d <= DATE '{until}' AND {differs}"

    row = _tried_on_days(con, type_, others)
    return row is None or bool(row[0] == 0)


def _covers(con: duckdb.DuckDBPyConnection, parts: list[exp.Expr], type_: str, ranges: Sequence[DateRange]) -> bool:
    """Whether conditions hold on every day of the ranges, whatever other days they hold on."""
    condition = exp.and_(*(part.copy() for part in parts))
    return all(_days(con, condition, type_, r)[1] == (r.end - r.start).days for r in ranges)


def _on_days(condition: exp.Expr, type_: str) -> str:
    """A condition on a date column as one on the days ``d``."""
    copy = exp.paren(condition.copy())
    for column in list(copy.find_all(exp.Column)):
        column.replace(exp.cast(exp.column("d"), type_, dialect="duckdb"))
    written: str = copy.sql("duckdb")
    return written


def _tried_on_days(con: duckdb.DuckDBPyConnection, type_: str, write: Callable[[str], str]) -> tuple[Any, ...] | None:
    """The row of a query that takes the days for a type; text is compared as text, and where that fails, as a day."""
    types = (type_, "DATE") if type_ == "VARCHAR" else (type_,)
    return next((row for as_type in types if (row := _tried(con, write(as_type))) is not None), None)


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
