"""The way from a question to SQL: link → prompt → generate → settle, and once more with the error.

Several answers may be drawn; then the one that most of them agree on is taken, see ``candidates``.
"""

from __future__ import annotations

import datetime
import functools
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import duckdb

from llmsql.asking.candidates import QUERY_SECONDS, Candidate, weigh_candidates
from llmsql.asking.check import extract_sql
from llmsql.asking.coverage import hidden_asked, left_out, unknown_words
from llmsql.asking.dates import find_dates
from llmsql.asking.explain import Told, explain_sql
from llmsql.asking.grammar import build_grammar
from llmsql.asking.link import link_question
from llmsql.asking.prompt import StoredValue, build_correction, build_follow_up, build_messages
from llmsql.asking.settle import Knowledge, settle
from llmsql.catalog import Catalog
from llmsql.chat import Message
from llmsql.clients import Generation, GenerationRequest, LLMClient
from llmsql.errors import NoAnswerError, QuestionError, SQLRejectedError, UnsureError
from llmsql.registry import Calibration
from llmsql.settings import Settings

LONGEST_QUESTION = 4_000
SAMPLING_TEMPERATURE = 1.0
DOUBTED_CANDIDATES = 4
DOUBTED_BELOW = 0.5
"""The calibrated confidence below which an answer is more likely wrong than right."""


@dataclass(frozen=True)
class Draft:
    """The SQL for a question, and how it came about.

    Args:
        question: as asked.
        sql: checked and bound, ready to run.
        model: who wrote it.
        written: what the model wrote, before repairs.
        notes: repairs, in plain words.
        tables: references of the tables shown to the model.
        values: stored values that the question was found to name.
        attempts: answers of the model that it took.
        prompt_tokens: of all attempts.
        completion_tokens: of all attempts.
        cost_usd: of all attempts; None where the price is unknown.
        logprob: mean log-probability of the tokens of the last answer, None where the provider gives none.
        candidates: every text that the model wrote for the question, the chosen one first.
        sureness: calibrated confidence, None where the model has no calibration and wrote one answer.
        milliseconds: wall time by stage.
        source: ``model``, ``verified`` for a remembered answer, ``follow-up`` for a rewrite of the last one.
        today: the day that relative dates are relative to, where one was set.
        fiscal_year_start: the month with which a fiscal year begins.
        catalog: the tables that the SQL is about.
        before: of a follow-up, the questions that it follows.
        also_asked: other models that were asked, of a cascade.
        surer: a model that would have been asked as well, had its weights been there.
    """

    question: str
    sql: str
    model: str
    written: str
    notes: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    values: tuple[StoredValue, ...] = ()
    attempts: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    logprob: float | None = None
    candidates: tuple[Candidate, ...] = ()
    sureness: float | None = None
    milliseconds: dict[str, float] = field(default_factory=dict)
    source: str = "model"
    today: datetime.date | None = None
    fiscal_year_start: int = 1
    catalog: Catalog = field(default_factory=Catalog, repr=False, compare=False)
    before: tuple[str, ...] = ()
    also_asked: tuple[str, ...] = ()
    surer: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether it gives the rows of the answer that it was compared with."""
        return bool(self.candidates and (self.candidates[0].evidence or {}).get("agrees"))

    @property
    def writer(self) -> str:
        """Who wrote it, in words."""
        return f"{self.model} ({' and '.join(self.also_asked)} asked too)" if self.also_asked else self.model

    @property
    def asked(self) -> str:
        """The question as it stands by itself: of a follow-up with those before it."""
        return ", ".join((*self.before, self.question))

    @cached_property
    def explanation(self) -> str:
        """What the SQL does and what it assumes, in plain words, a sentence a line."""
        today = self.today.isoformat() if self.today is not None else None
        return explain_sql(self.sql, self.catalog, Told(self.notes, [v.sql for v in self.values], today))

    @property
    def confidence(self) -> float | None:
        """How likely the answer is right, 0 to 1.

        Calibrated where the model's registry entry has a calibration; else the share of candidates that agree, or the
        geometric mean of the probabilities of the tokens that the model chose. None where nothing is known.
        """
        if self.sureness is not None:
            return self.sureness
        return None if self.logprob is None else math.exp(self.logprob)

    @cached_property
    def doubt(self) -> str | None:
        """A sentence for an answer that is more likely wrong than right, with what the SQL leaves out; else None."""
        if self.sureness is None or self.sureness >= DOUBTED_BELOW:
            return None
        missed = left_out(self.asked, self.sql, self.catalog, self.values)
        said = f"not sure of this answer (confidence {self.sureness:.2f})"
        hint = f"; `llmsql models pull {self.surer}` adds a second opinion" if self.surer else ""
        if not missed:
            return f"{said}: read the SQL before you rely on it{hint}"
        return f"{said}: the SQL takes up nothing for {', '.join(repr(word) for word in missed[:4])}{hint}"


def write_sql(
    con: duckdb.DuckDBPyConnection,
    knowledge: Knowledge,
    client: LLMClient,
    model: str,
    question: str,
    settings: Settings,
    *,
    tables: tuple[str, ...] = (),
    cancel: threading.Event | None = None,
    last: tuple[str, str] | None = None,
    calibrations: Mapping[str, Calibration] | None = None,
    earlier: str | None = None,
) -> Draft:
    """Write, check and bind the SQL for a question.

    Args:
        con: binds the query; it is run where it is compared with another answer.
        knowledge: of the database.
        client: the model.
        model: its name, as shown.
        question: in the user's words.
        settings: ``today``, ``timeout``, ``max_tokens``, ``temperature``, ``candidates``, ``min_confidence``,
            ``grammar``.
        tables: use only these; empty for all.
        cancel: set it to stop the model.
        last: of a follow-up, the question before it and its SQL.
        calibrations: of the model, by kind.
        earlier: the SQL that another model answered with before.

    Raises:
        QuestionError: there is nothing to ask, or nothing to ask about.
        UnsureError: no reading is as confident as ``min_confidence`` wants, or nothing decides between two keys.
        NoAnswerError: no attempt gave SQL that may run.
        ModelError: the model cannot be had.
    """
    check_askable(question, knowledge.catalog, tables)
    clock = _Clock()
    with clock.stage("link"):
        catalog = knowledge.catalog.only(list(tables)) if tables else knowledge.catalog
        terms = knowledge.glossary.lines(question, catalog)
        words = (*terms, *(last or ()))
        shown, values = link_question(catalog, knowledge.graph, knowledge.values, question, words)
    hidden = hidden_asked(question, catalog, values, terms)
    if hidden:
        raise QuestionError(
            f"{', '.join(hidden)} may not be asked about: hidden by the glossary.", "See [hidden] in docs/memory.md."
        )
    with clock.stage("prompt"):
        messages = build_messages(shown, question, values, terms)
        if last is not None:
            messages = build_follow_up(shown, question, last, values, terms)
        grammar = build_grammar(shown) if settings.grammar else None
    known = replace(knowledge, catalog=catalog)
    dates = find_dates(question, settings.today or datetime.date.today(), settings.fiscal_year_start)
    draw = _Drawing(client, settings, grammar, cancel, clock)
    weigh = functools.partial(
        weigh_candidates,
        con,
        knowledge=known,
        question=question,
        values=values,
        today=settings.today,
        dates=dates,
        seconds=min(settings.query_timeout, QUERY_SECONDS),
        calibrations=calibrations,
        earlier=earlier,
        cancel=cancel,
    )

    def drafted() -> Draft:
        best = candidates[0]
        return Draft(
            question=question,
            sql=best.sql or "",
            model=model,
            written=best.written,
            notes=best.notes,
            tables=tuple(t.reference for t in shown),
            values=tuple(values),
            attempts=draw.attempts,
            prompt_tokens=sum(g.prompt_tokens for g in draw.all),
            completion_tokens=sum(g.completion_tokens for g in draw.all),
            cost_usd=draw.cost_usd,
            logprob=next((g.logprob for g in generations if extract_sql(g.text) == best.written), None),
            candidates=tuple(candidates),
            sureness=best.confidence if calibrations or len(generations) > 1 else None,
            milliseconds=clock.milliseconds,
            today=settings.today,
            fiscal_year_start=settings.fiscal_year_start,
            catalog=catalog,
        )

    generations = draw.first(messages, settings.candidates)
    with clock.stage("settle"):
        candidates = weigh(generations)
    if candidates[0].error is not None:
        messages = build_correction(messages, candidates[0].written, candidates[0].error)
        generations = draw.first(messages, settings.candidates)
        with clock.stage("settle"):
            candidates = weigh(generations, corrected=True)
    if candidates[0].error is not None:
        raise _no_answer(drafted(), unknown_words(question, catalog, knowledge.values, values))
    if settings.min_confidence and _is_unsure(candidates[0], settings) and len(generations) == 1:
        generations += draw.more(messages, DOUBTED_CANDIDATES)
        with clock.stage("settle"):
            candidates = weigh(generations, corrected=draw.attempts > 1)
    if candidates[0].open:
        with suppress(SQLRejectedError):
            other = settle(con, candidates[0].written, known, settings.today, question, dates, second_key=True)
            if other.sql != candidates[0].sql:
                raise _open_choice(drafted(), candidates[0], other.sql)
    if _is_unsure(candidates[0], settings):
        raise _unsure(drafted(), candidates, settings, unknown_words(question, catalog, knowledge.values, values))
    return drafted()


class _Drawing:
    """Draws answers from a model and counts what they take."""

    def __init__(
        self, client: LLMClient, settings: Settings, grammar: str | None, cancel: threading.Event | None, clock: _Clock
    ) -> None:
        self._client = client
        self._settings = settings
        self._grammar = grammar
        self._cancel = cancel or threading.Event()
        self._clock = clock
        self.attempts = 0
        self.all: list[Generation] = []

    def first(self, messages: list[Message], n: int) -> list[Generation]:
        """The greedy answer, and ``n - 1`` samples after it."""
        self.attempts += 1
        with self._clock.stage("generate"):
            drawn = [self._client.generate(self._request(messages, self._settings.temperature))]
        self.all += drawn
        return [*drawn, *self.more(messages, n - 1)] if n > 1 else drawn

    def more(self, messages: list[Message], n: int) -> list[Generation]:
        """Samples of answers to the same prompt."""
        with self._clock.stage("generate"):
            drawn = self._client.generate_many(self._request(messages, SAMPLING_TEMPERATURE), n)
        self.all += drawn
        return drawn

    def _request(self, messages: list[Message], temperature: float) -> GenerationRequest:
        return GenerationRequest(
            messages=tuple(messages),
            max_tokens=self._settings.max_tokens,
            temperature=temperature,
            grammar=self._grammar,
            break_loops=True,
            timeout=self._settings.timeout,
            cancel=self._cancel,
        )

    @property
    def cost_usd(self) -> float | None:
        """Of all answers; None where one has no known price."""
        costs = [g.cost_usd for g in self.all if g.cost_usd is not None]
        return sum(costs) if len(costs) == len(self.all) else None


def check_askable(question: str, catalog: Catalog, tables: tuple[str, ...] = ()) -> None:
    """Refuse what no model need be asked.

    Args:
        question: in the user's words.
        catalog: of the database.
        tables: use only these; empty for all.

    Raises:
        QuestionError: there is nothing to ask, or nothing to ask about.
    """
    if not isinstance(question, str):
        raise QuestionError(
            f"The question is of type {type(question).__name__}, not a text.",
            "Ask in words: con.ask('revenue by region').",
        )
    if not question or not any(c.isalnum() for c in question):
        raise QuestionError("The question is empty.", "Ask something, for example ask('revenue by region').")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read.", "Shorten it."
        )
    if not len(catalog):
        raise QuestionError("There are no tables to ask about.", "Create or attach some first.")
    for reference in tables:
        if catalog.table(reference) is None:
            known = ", ".join(t.reference for t in list(catalog)[:12])
            raise QuestionError(f"There is no table {reference}.", f"Known are {known}.")


def _no_answer(refused: Draft, missing: list[str]) -> NoAnswerError:
    reason = refused.candidates[0].error or ""
    lines = [f"No answer to {refused.question.strip()[:200]!r}: {reason}"]
    if refused.written:
        lines.append(f"  last SQL: {' '.join(refused.written.split())[:500]}")
    lines += _say_missing(missing)
    return NoAnswerError("\n".join(lines), sql=refused.written or None, reason=reason, draft=refused)


def _is_unsure(best: Candidate, settings: Settings) -> bool:
    return (1.0 if best.confidence is None else best.confidence) < settings.min_confidence


def _unsure(draft: Draft, candidates: list[Candidate], settings: Settings, missing: list[str]) -> UnsureError:
    results = [c.result or c.sql for c in candidates]
    readings = [c for i, c in enumerate(candidates) if c.error is None and (c.result or c.sql) not in results[:i]]
    return unsure_error(draft, [(c.sql or "", c.confidence) for c in readings], settings.min_confidence, missing)


def unsure_error(
    draft: Draft, readings: Sequence[tuple[str, float | None]], wanted: float, missing: Sequence[str] = ()
) -> UnsureError:
    """No answer, for want of confidence.

    Args:
        draft: of the surest reading.
        readings: SQL and confidence of each, the surest first; two are shown.
        wanted: the confidence that was wanted.
        missing: words of the question that nothing in the database is called.
    """
    confidence = readings[0][1] or 0.0
    lines = [
        f"Not sure enough of an answer to {draft.question.strip()[:200]!r}: confidence {confidence:.2f}, wanted "
        f"{wanted:g}. Ask more precisely, or lower the bar: SET VARIABLE llmsql_min_confidence = 0."
    ]
    lines += [f"  it may mean ({sure or 0.0:.2f}): {' '.join(sql.split())[:500]}" for sql, sure in readings[:2]]
    lines += _say_missing(missing)
    return UnsureError(
        "\n".join(lines),
        confidence=confidence,
        readings=tuple(sql for sql, _ in readings[:2]),
        missing=tuple(missing),
        draft=draft,
    )


def _open_choice(draft: Draft, best: Candidate, other: str) -> UnsureError:
    readings = (best.sql or "", other)
    lines = [
        f"{draft.question.strip()[:200]!r} can be joined in two ways: {'; '.join(best.open)}. Say in the question "
        "which is meant, or prefer one in [joins] of llmsql.toml.",
        *(f"  it may mean: {' '.join(sql.split())[:500]}" for sql in readings),
    ]
    return UnsureError("\n".join(lines), confidence=best.confidence or 0.0, readings=readings, draft=draft)


def _say_missing(words: Sequence[str]) -> list[str]:
    if not words:
        return []
    named = ", ".join(repr(word) for word in words[:6])
    return [f"  nothing in the tables is called {named}"]


class _Clock:
    """Adds up wall time by stage."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - started) * 1000
            self.milliseconds[name] = round(self.milliseconds.get(name, 0.0) + spent, 3)
