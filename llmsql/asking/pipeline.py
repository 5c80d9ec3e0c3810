"""The way from a question to SQL: link → prompt → generate → settle, and once more with the error."""

from __future__ import annotations

import datetime
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import duckdb

from llmsql.asking.check import extract_sql
from llmsql.asking.explain import Told, explain_sql
from llmsql.asking.link import link_values, select_tables
from llmsql.asking.prompt import StoredValue, build_correction, build_messages
from llmsql.asking.settle import Knowledge, Settled, settle
from llmsql.catalog import Catalog
from llmsql.chat import Message
from llmsql.clients import Generation, LLMClient
from llmsql.errors import NoAnswerError, QuestionError, SQLRejectedError
from llmsql.settings import Settings

LONGEST_QUESTION = 4_000
MOST_ATTEMPTS = 2


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
        milliseconds: wall time by stage.
        source: ``model``, ``verified`` for a remembered answer, ``follow-up`` for a rewrite of the last one.
        today: the day that relative dates are relative to, where one was set.
        catalog: the tables that the SQL is about.
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
    milliseconds: dict[str, float] = field(default_factory=dict)
    source: str = "model"
    today: datetime.date | None = None
    catalog: Catalog = field(default_factory=Catalog, repr=False, compare=False)

    @cached_property
    def explanation(self) -> str:
        """What the SQL does and what it assumes, in plain words, a sentence a line."""
        today = self.today.isoformat() if self.today is not None else None
        return explain_sql(self.sql, self.catalog, Told(self.notes, [v.sql for v in self.values], today))

    @property
    def confidence(self) -> float | None:
        """Geometric mean of the probabilities of the tokens that the model chose, 0 to 1; not calibrated."""
        return None if self.logprob is None else math.exp(self.logprob)


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
) -> Draft:
    """Write, check and bind the SQL for a question.

    Args:
        con: binds the query; nothing is run.
        knowledge: of the database.
        client: the model.
        model: its name, as shown.
        question: in the user's words.
        settings: ``today``, ``timeout``, ``max_tokens``, ``temperature``.
        tables: use only these; empty for all.
        cancel: set it to stop the model.

    Raises:
        QuestionError: there is nothing to ask, or nothing to ask about.
        NoAnswerError: no attempt gave SQL that may run.
        ModelError: the model cannot be had.
    """
    check_askable(question, knowledge.catalog, tables)
    clock = _Clock()
    with clock.stage("link"):
        catalog = knowledge.catalog.only(list(tables)) if tables else knowledge.catalog
        values = link_values(knowledge.values, catalog, question)
        shown = select_tables(catalog, knowledge.graph, question, values)
        values = [v for v in values if shown.table(v.table) is not None]
    with clock.stage("prompt"):
        messages = build_messages(shown, question, values)
    known = Knowledge(catalog, knowledge.graph, knowledge.values)
    generations: list[Generation] = []
    while True:
        with clock.stage("generate"):
            generations.append(_generate(client, messages, settings, cancel))
        written = extract_sql(generations[-1].text)
        try:
            with clock.stage("settle"):
                settled = settle(con, written, known, settings.today, question)
        except SQLRejectedError as error:
            if len(generations) == MOST_ATTEMPTS:
                raise _no_answer(question, written, error) from error
            messages = build_correction(messages, written, str(error))
            continue
        draft = _draft(question, model, written, settled, shown, values, generations, clock.milliseconds)
        return replace(draft, today=settings.today, catalog=catalog)


def check_askable(question: str, catalog: Catalog, tables: tuple[str, ...] = ()) -> None:
    """Refuse what no model need be asked.

    Args:
        question: in the user's words.
        catalog: of the database.
        tables: use only these; empty for all.

    Raises:
        QuestionError: there is nothing to ask, or nothing to ask about.
    """
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


def _generate(
    client: LLMClient, messages: list[Message], settings: Settings, cancel: threading.Event | None
) -> Generation:
    return client.generate(
        messages,
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        timeout=settings.timeout,
        cancel=cancel,
    )


def _no_answer(question: str, written: str, error: SQLRejectedError) -> NoAnswerError:
    lines = [f"No answer to {question.strip()[:200]!r}: {error}"]
    if written:
        lines.append(f"  last SQL: {' '.join(written.split())[:500]}")
    return NoAnswerError("\n".join(lines), sql=written or None, reason=str(error))


def _draft(
    question: str,
    model: str,
    written: str,
    settled: Settled,
    shown: Catalog,
    values: list[StoredValue],
    generations: list[Generation],
    milliseconds: dict[str, float],
) -> Draft:
    costs = [g.cost_usd for g in generations if g.cost_usd is not None]
    return Draft(
        question=question,
        sql=settled.sql,
        model=model,
        written=written,
        notes=settled.notes,
        tables=tuple(t.reference for t in shown),
        values=tuple(values),
        attempts=len(generations),
        prompt_tokens=sum(g.prompt_tokens for g in generations),
        completion_tokens=sum(g.completion_tokens for g in generations),
        cost_usd=sum(costs) if len(costs) == len(generations) else None,
        logprob=generations[-1].logprob,
        milliseconds=milliseconds,
    )


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
