"""Phrases of time in a question as days; ``date_conditions`` holds the SQL against them.

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

from llmsql.asking.calendar_words import MONTH_NUMBERS, ORDINALS

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
_NOTHING_MORE = r"(?=\s*(?:\Z|[.,;:?!)]|\b(?:by|per|for|in|of|with|from|split|each|side)\b))"
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
_EVERY_YEAR = re.compile(r"\b(?:anniversar(?:y|ies)|birthdays?)\b")
_COMPARED = re.compile(
    r"\b(?:vs\.?|versus|compared|against|ago|earlier|growth|grew|chang(?:e|es|ed)|yoy|mom|py|(?:year|month)[- ]over[- ]"
    r"(?:year|month)|(?:day|week|month|quarter|year|period)s?\s+before)\b"
)
_OTHER_YEAR = re.compile(r"\b(?:in|for|of|vs\.?|versus|during)\s+((?:19|20)\d\d)\b")
_NEGATED = re.compile(
    r"(?:\b(?:not|never|no|none|nobody|nothing|without|inactive|dormant|lapsed)\b|n['’]t\b)[^,;:.?!]*\Z"
)
_OR_LATER = re.compile(r"\s*(?:or|and|to|until|through)\b|\s*onwards?\b|\s*[-–]")
_LISTED = re.compile(rf"(?<![\w-])(?P<part>{_PART})(?:\s*[,&](?:\s*(?:and|or))?|\s+(?:and|or|vs\.?|versus))\s+\Z")


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days that a phrase means.

    Args:
        phrase: as typed.
        start: the first of them.
        end: the day after the last.
        is_negated: something was not on them: "not seen in the past 90 days".
        is_rolling: so many days, months or years up to today: whether the first and today count is a matter of taste.
        is_compared: the question speaks of a change, or of another time that is no range here: "against 2022".
    """

    phrase: str
    start: Day
    end: Day
    is_negated: bool = False
    is_rolling: bool = False
    is_compared: bool = False

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
    if _EVERY_YEAR.search(text):
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
    ranges = [
        DateRange(
            phrase,
            *days,
            is_negated=bool(_NEGATED.search(text[:start])),
            is_rolling=start in rolling,
            is_compared=bool(_COMPARED.search(text)) or any(not taken[y.start(1)] for y in _OTHER_YEAR.finditer(text)),
        )
        for start, phrase, days in found
        if days is not None
    ]
    # The same days twice: "the last 30 days vs the prior 30 days" is not understood.
    return ranges if len({(r.start, r.end) for r in ranges}) == len(ranges) else []


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


def _earlier(days: _Days, months: int) -> _Days:
    return None if days is None else (_shifted(days[0], -months), _shifted(days[1], -months))


def _a_year_before(days: _Days) -> _Days:
    return _earlier(days, 12)


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
    return any(int(year[1]) != today.year for year in _OTHER_YEAR.finditer(text))


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
        rf"{_LAST}\s+(?:year['’]?s?\s+)?ytd|{_LAST}\s+year[\s-]to[\s-]date"
        rf"|(?<!fiscal )ytd\s+(?:of\s+|in\s+)?{_LAST}\s+year",
        lambda r, m: _a_year_before(r.to_date("year")),
    ),
    (
        rf"{_LAST}\s+(?:(?P<td>[mq])td|(?P<unit>month|quarter)[\s-]to[\s-]date)",
        lambda r, m: _earlier(_to_date(r, m), _MONTHS_IN[m["unit"] or _SHORT_UNITS[m["td"]]]),
    ),
    (r"(?:fiscal|fy)\s*(?:year[\s-]to[\s-]date|ytd)|fytd", _to_date),
    (_FISCAL_YEAR, lambda r, m: r.year(m)),
    (rf"(?:so\s+far\s+this|this)\s+{_UNIT}\s+(?:so\s+far|to\s+date)", _to_date),
    (rf"so\s+far\s+this\s+{_UNIT}|{_UNIT.replace('unit', 'unit2')}[\s-]to[\s-]date", _to_date),
    (r"(?P<td>[ymqw])td", _to_date),
    (
        rf"{_THIS}\s+{_UNIT}\s+{_AND}\s+(?:the\s+)?{_LAST}{_NOTHING_MORE}"
        rf"|{_LAST}\s+{_UNIT.replace('unit', 'unit2')}\s+{_AND}\s+{_THIS}{_NOTHING_MORE}",
        lambda r, m: (r.whole(m["unit"] or m["unit2"], -1)[0], r.whole(m["unit"] or m["unit2"], 0)[1]),
    ),
    (
        rf"(?:the\s+)?(?:past|{_LAST})\s+{_COUNT}\s+{_UNIT}s?\b{_NOT_OF}",
        _rolling,
    ),
    (rf"(?:the\s+)?past\s+{_UNIT}{_NOT_OF}", _rolling),
    (rf"{_LAST}\s+{_UNIT.replace('day|', '')}{_NOT_OF}", lambda r, m: r.whole(m["unit"], -1)),
    (rf"{_THIS}\s+{_UNIT}", lambda r, m: r.whole(m["unit"], 0)),
    (r"today(?!['’]s\s+(?:\w+\s+)?(?:price|rate|value|cost|level)s?\b)", lambda r, m: r.whole("day", 0)),
    (r"yesterday", lambda r, m: r.whole("day", -1)),
)


def _shifted(day: Day, months: int) -> Day:
    """The day some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return Day(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
