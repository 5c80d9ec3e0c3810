"""Recalls a verified answer by what its question means, with the literals of the SQL bound anew.

A verified question is a template: its numbers and times, and the stored values that its SQL compares with, may be
others in the question asked; every other word must be the same once both are levelled (``question_form``). A slot that
changed must have its place in the SQL, and only one reading; a value must be stored in the same column. Where that
cannot be shown there is no recall: a wrong one is worse than none.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.dates import DateRange, find_dates
from llmsql.asking.question_form import QuestionForm, Synonyms, Token, form_of
from llmsql.asking.rebind import Change, Place, rebind_sql, text_places
from llmsql.asking.scopes import plain_sql
from llmsql.asking.values import fold

LONGEST_VALUE = 8
SAME_WORDS = 1.0
OTHER_WORDS = 0.99
_DATED = re.compile(r"\b(19|20)\d\d\b")

# (column, text of the question) → the value as stored there, or None.
Lookup = Callable[[Place, str], str | None]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a user said about an answer.

    Args:
        question: as asked; of a follow-up with the questions before it.
        sql: the query meant.
        verdict: ``good`` or ``bad``; ``forgotten`` takes back what was said before.
        asked_on: the day that "today" was when it was said.
        recorded_at: when it was said, UTC.
        fiscal_year_start: the month with which a fiscal year began when it was said.
    """

    question: str
    sql: str
    verdict: str
    asked_on: datetime.date
    recorded_at: datetime.datetime
    fiscal_year_start: int = 1


@dataclass(frozen=True, slots=True)
class Recall:
    """A verified answer to the question asked.

    Args:
        record: the answer recalled.
        sql: its SQL with the literals of the question asked.
        changes: what was bound anew, in plain words.
        confidence: 0 to 1; the share of recalls of this kind that were right when measured.
    """

    record: Verified
    sql: str
    changes: tuple[str, ...]
    confidence: float


class Memory:
    """What users have said about answers, the newest word on each question and SQL last.

    Args:
        records: in the order in which they were recorded.
    """

    def __init__(self, records: Sequence[Verified] = ()) -> None:
        standing: dict[tuple[str, str], Verified] = {}
        for record in records:
            key = (form_of(record.question).key, plain_sql(record.sql))
            standing.pop(key, None)
            if record.verdict != "forgotten":
                standing[key] = record
        self.good = [r for r in standing.values() if r.verdict == "good"]
        self.bad = [r for r in standing.values() if r.verdict == "bad"]

    def refused(self, question: str, synonyms: Synonyms = ()) -> frozenset[str]:
        """The SQL, as ``plain_sql`` writes it, that is known to be wrong for a question."""
        if not self.bad:
            return frozenset()
        key = form_of(question, synonyms).key
        return frozenset(plain_sql(r.sql) for r in self.bad if form_of(r.question, synonyms).key == key)

    def recall(
        self,
        question: str,
        today: datetime.date,
        lookup: Lookup,
        synonyms: Synonyms = (),
        fiscal_year_start: int = 1,
    ) -> Recall | None:
        """The verified answer to a question, or None.

        Args:
            question: as typed.
            today: what its relative dates are relative to.
            lookup: finds a value as a column stores it.
            synonyms: from the glossary, folded.
            fiscal_year_start: month with which a fiscal year begins.
        """
        if not self.good:
            return None
        asked = form_of(question, synonyms)
        words = {t.text for t in asked.tokens if t.kind == "word"}
        refused = self.refused(question, synonyms)
        found: list[tuple[int, Recall]] = []
        for record in reversed(self.good):
            template = form_of(record.question, synonyms)
            fixed = [t.text for t in template.tokens if t.kind == "word"]
            if sum(word not in words for word in fixed) > len(fixed) / 2:
                continue
            recall = _match(record, template, asked, today, fiscal_year_start, lookup)
            if recall is None or plain_sql(recall.sql) in refused:
                continue
            if not recall.changes:
                return recall  # the latest word on this very question
            found.append((len(recall.changes), recall))
        fewest = min((n for n, _ in found), default=0)
        best = [recall for n, recall in found if n == fewest]
        if len({plain_sql(recall.sql) for recall in best}) != 1:
            return None
        return best[0]


def _match(
    record: Verified,
    template: QuestionForm,
    asked: QuestionForm,
    today: datetime.date,
    fiscal_year_start: int,
    lookup: Lookup,
) -> Recall | None:
    moved: list[Change] = []
    is_relative = template.is_relative or asked.is_relative
    is_fiscal = template.is_fiscal or asked.is_fiscal
    is_other_day = is_relative and record.asked_on != today and not _follows_today(record.sql)
    if is_other_day or (is_fiscal and record.fiscal_year_start != fiscal_year_start):
        before = find_dates(template.question, record.asked_on, record.fiscal_year_start)
        moved = _moved_ranges(before, find_dates(asked.question, today, fiscal_year_start))
        if not moved:
            return None
    same = " ".join(template.question.split()).casefold() == " ".join(asked.question.split()).casefold()
    if (same or template.key == asked.key) and not moved:
        return Recall(record, record.sql, (), SAME_WORDS if same else OTHER_WORDS)
    places = text_places(record.sql)
    for changes in _alignments(template, asked, places):
        bound = _bind(record.sql, [*changes, *moved], lookup)
        if bound is not None:
            sql, told = bound
            return Recall(record, sql, told, OTHER_WORDS)
    return None


def _moved_ranges(before: Sequence[DateRange], now: Sequence[DateRange]) -> list[Change]:
    """What "last month" meant on the day of the verdict and what it means today; empty where that is not known."""
    if len(before) != len(now):
        return []
    return [Change("range", _bounds(b), _bounds(n)) for b, n in zip(before, now, strict=True)]


def _bounds(found: DateRange) -> tuple[int, ...]:
    return (*found.start.timetuple()[:3], *found.end.timetuple()[:3])


@lru_cache(maxsize=4096)
def _follows_today(sql: str) -> bool:
    """Whether a query says the same of its own today each day: it has no date of its own."""
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (SqlglotError, RecursionError):
        return False
    return not any(_DATED.search(literal.this) for literal in tree.find_all(exp.Literal))


def _alignments(
    template: QuestionForm, asked: QuestionForm, places: Mapping[str, list[Place]]
) -> Iterator[list[Change]]:
    """Every way to read the question asked as the template with other slots."""
    yield from _align(template, 0, asked, 0, places, [])


def _align(
    template: QuestionForm,
    i: int,
    asked: QuestionForm,
    j: int,
    places: Mapping[str, list[Place]],
    changes: list[Change],
) -> Iterator[list[Change]]:
    theirs, ours = template.tokens, asked.tokens
    if i == len(theirs) or j == len(ours):
        if i == len(theirs) and j == len(ours):
            yield changes
        return
    for length in range(min(LONGEST_VALUE, len(theirs) - i), 0, -1):
        span = theirs[i : i + length]
        old = _text(template, span)
        found = next((places[form] for form in value_forms(old) if form in places), None)
        if not found:
            continue
        for other in range(1, min(LONGEST_VALUE, len(ours) - j) + 1):
            run = ours[j : j + other]
            new = _original(asked, run)
            same = _text(asked, run) == old
            step = changes if same else [*changes, Change("value", old, new, tuple(found))]
            yield from _align(template, i + length, asked, j + other, places, step)
        return
    token, other_token = theirs[i], ours[j]
    if token.kind != other_token.kind:
        return
    if token.kind == "word":
        if token.text == other_token.text:
            yield from _align(template, i + 1, asked, j + 1, places, changes)
        return
    step = changes
    if token.value != other_token.value:
        step = [*changes, Change(token.kind, token.value, other_token.value)]
    elif token.kind != "number":
        step = [*changes, Change(token.kind, token.value, token.value)]
    yield from _align(template, i + 1, asked, j + 1, places, step)


def value_forms(folded: str) -> list[str]:
    """A folded text and its likely singular and plural, as a value may be stored."""
    forms = [folded, folded + "s"]
    if folded.endswith("ies"):
        forms.append(folded[:-3] + "y")
    if folded.endswith("es"):
        forms.append(folded[:-2])
    if folded.endswith("s"):
        forms.append(folded[:-1])
    return forms


def _text(form: QuestionForm, run: Sequence[Token]) -> str:
    return fold(_original(form, run))


def _original(form: QuestionForm, run: Sequence[Token]) -> str:
    return form.question[run[0].start : run[-1].end].strip("\"'“”")


def _bind(sql: str, changes: list[Change], lookup: Lookup) -> tuple[str, tuple[str, ...]] | None:
    bound: list[Change] = []
    told: list[str] = []
    for change in changes:
        if change.kind != "value":
            bound.append(change)
            if change.old != change.new:
                told.append(f"{change.said(change.old)} → {change.said(change.new)}")
            continue
        stored = {lookup(place, str(change.new)) for place in change.places}
        if len(stored) != 1 or None in stored:
            return None
        value = str(stored.pop())
        if value == change.places[0].value:
            continue
        bound.append(Change("value", change.old, value, change.places))
        told.append(f"'{change.places[0].value}' → '{value}'")
    if not told:
        return sql, ()
    rebound = rebind_sql(sql, bound)
    return (rebound, tuple(told)) if rebound is not None else None
