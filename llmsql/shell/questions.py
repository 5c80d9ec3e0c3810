"""Questions: asking one, and what can be said about the last one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llmsql.asking.pipeline import Draft
from llmsql.asking.run import run_query
from llmsql.catalog.model import sql_string
from llmsql.clients.base import CallProgress
from llmsql.errors import LLMSQLError, NoAnswerError
from llmsql.registry import ModelEntry, load_registry
from llmsql.shell.render import Column
from llmsql.shell.results import Result, from_arrow
from llmsql.shell.session import ShellError
from llmsql.shell.work import Progress

if TYPE_CHECKING:
    from llmsql.settings import Settings
    from llmsql.shell.session import Session

_CONVERSATION = "shell"
_LOCAL = ("llamacpp", "transformers")


@dataclass(slots=True)
class Asked:
    """A question that was put.

    Args:
        question: as typed.
        draft: the SQL and how it came about, None where there is no answer.
        failure: why there is none.
        fixed: the SQL that the user gave instead.
    """

    question: str
    draft: Draft | None = None
    failure: LLMSQLError | None = None
    fixed: str | None = None


def ask(session: Session, question: str) -> None:
    """Show the SQL for a question, then its rows.

    Args:
        session: where.
        question: in the user's words.

    Raises:
        LLMSQLError: the reason why there is no answer, in one line.
    """
    connection = session.ready()
    download = Download()

    def progress() -> Progress:
        call = connection.engine.progress
        return download.progress() if download.name and call is None else model_progress(call)

    asked = session.asked = Asked(question)
    try:
        # A person may go on with "and by month?"; a script's questions stand alone.
        options: dict[str, Any] = {"session": _CONVERSATION} if session.interactive else {}
        with connection.engine.shows_fetching(download.start if session.interactive else None):
            asked.draft = session.work(lambda: connection.draft(question, **options), progress)
    except LLMSQLError as error:
        asked.failure = error
        raise
    draft = asked.draft
    session.spent.append(asked)
    show_sql(session, draft.sql)
    session.output.note(f"-- {_summary(draft)}")
    run_answer(session, draft.sql, connection.settings())
    if draft.doubt:
        session.output.note(f"-- {draft.doubt}")


def run_answer(session: Session, sql: str, settings: Settings) -> None:
    """Run checked SQL under the limits of questions, and show its rows.

    Args:
        session: where.
        sql: a query that has been checked.
        settings: ``query_timeout`` and ``max_rows``.
    """
    con = session.duckdb
    with session.timed():
        table, truncated = session.work(
            lambda: run_query(con, sql, timeout=settings.query_timeout, max_rows=settings.max_rows)
        )
        relation = from_arrow(con, table, con.sql(sql).types)
        columns = [Column(name, str(type_)) for name, type_ in zip(relation.columns, relation.types, strict=True)]
        session.last = Result(relation, columns, held=True)
        session.show(session.last)
    if truncated:
        session.output.note(
            f"-- only the first {table.num_rows:,} rows; more: SET VARIABLE llmsql_max_rows = {10 * table.num_rows};"
        )


def model_progress(call: CallProgress | None) -> Progress:
    """What a local model is doing.

    Args:
        call: as ``LLMClient.progress``.
    """
    if call is None:
        return Progress("asking the model")
    if call.written:
        return Progress(f"writing the SQL, {call.written} tokens")
    if call.to_read and call.read < call.to_read:
        left = call.seconds / call.read * (call.to_read - call.read) if call.read else None
        return Progress("reading the schema", call.read / call.to_read, left)
    return Progress("reading the question")


class Download:
    """How far a download is. One that is resumed is not as fast as the bytes that were there would have it.

    Attributes:
        name: of the model whose weights are being fetched, empty where none are.
    """

    def __init__(self) -> None:
        self.name = ""
        self._began: tuple[float, int] | None = None
        self._done, self._total = 0, 1

    def start(self, entry: ModelEntry) -> Callable[[int, int], None]:
        """Take note that a model's weights are being fetched; to be told how far that is."""
        self.name, self._began, self._done, self._total = entry.name, None, 0, 1
        return self.report

    def report(self, done: int, total: int) -> None:
        """Take note of the bytes that are there; those of the first call were there before."""
        self._began = self._began or (time.monotonic(), done)
        self._done, self._total = done, total

    def progress(self) -> Progress:
        """For the status line."""
        left = None
        if self._began is not None and self._done > self._began[1]:
            spent = time.monotonic() - self._began[0]
            left = spent / (self._done - self._began[1]) * (self._total - self._done)
        what = f"fetching {self.name}, {self._done / 1e6:,.0f} of {self._total / 1e6:,.0f} MB"
        return Progress(what, self._done / self._total, left)


def _summary(draft: Draft) -> str:
    parts = [draft.writer, f"{sum(draft.milliseconds.values()) / 1000:.2f} s"]
    if draft.confidence is not None:
        parts.append(f"confidence {draft.confidence:.2f}")
    # The first note of a verified answer says which one it is, that of a follow-up what it follows.
    repairs = len(draft.notes) - (draft.source != "model")
    if repairs:
        parts.append(f"{repairs} repair{'s' * (repairs > 1)}, see .why")
    return ", ".join(parts)


def show_sql(session: Session, sql: str) -> None:
    """Write SQL beside the data, laid out and coloured where that is possible."""
    from llmsql.asking.sql_text import laid_out
    from llmsql.shell.highlight import paint_sql

    text = laid_out(sql)
    session.output.say(paint_sql(text) if session.output.has_error_colour else text)


def _last(session: Session) -> Asked:
    if session.asked is None:
        raise ShellError("Nothing has been asked yet.", "Type a question, for example: revenue by region")
    return session.asked


def last_sql(session: Session) -> str:
    """The SQL of the last question; the refused one where there is no answer.

    Raises:
        ShellError: nothing has been asked, or the model wrote nothing.
    """
    asked = _last(session)
    if asked.fixed is not None:
        return asked.fixed
    if asked.draft is not None:
        return asked.draft.sql
    refused = asked.failure.sql if isinstance(asked.failure, NoAnswerError) else None
    if refused is None:
        raise ShellError(f"There is no SQL for {asked.question!r}.", "Ask it again.")
    return refused


def explain(session: Session) -> str:
    """How the last answer came about.

    Raises:
        ShellError: nothing has been asked.
    """
    asked = _last(session)
    draft = asked.draft
    if asked.fixed is not None:
        return f"{asked.question}\n  you gave the SQL: {' '.join(asked.fixed.split())}\n"
    if draft is None:
        return f"{asked.question}\n  no answer: {asked.failure}\n"
    lines = [draft.question, *(f"  {line}" for line in draft.explanation.splitlines())]
    lines.append(f"  tables shown: {', '.join(draft.tables)}")
    attempts = f"{draft.attempts} attempt{'s' * (draft.attempts > 1)}" if draft.attempts else "no model was asked"
    lines.append(f"  {_summary(draft)}; {attempts}")
    if draft.source != "model":
        lines.append(f"  source: {draft.source}")
    if draft.written.strip() != draft.sql.strip():
        lines.append(f"  the model wrote: {' '.join(draft.written.split())}")
    lines.append(f"  SQL: {' '.join(draft.sql.split())}")
    return "\n".join(lines) + "\n"


def judge(session: Session, sql: str, verdict: str) -> str:
    """Keep what the user says about an answer to the last question.

    Args:
        session: where.
        sql: the query meant.
        verdict: ``good`` or ``bad``.

    Returns:
        What was kept and where, in a sentence.

    Raises:
        LLMSQLError: nothing has been asked, or it cannot be kept.
    """
    question, connection = _last(session).question, session.ready()
    kept: str = session.work(lambda: connection.feedback(question, sql, verdict))
    return kept


def fix(session: Session, sql: str) -> None:
    """Run SQL of the user's in place of the last answer, and keep it as the right one.

    Args:
        session: where.
        sql: a query; nothing runs unless it passes the check that a model's SQL has to pass.

    Raises:
        LLMSQLError: nothing has been asked, the SQL may not run or fails, or it cannot be kept.
    """
    asked, connection = _last(session), session.ready()
    checked = session.work(lambda: connection.engine.check(session.duckdb, sql))
    run_answer(session, checked, connection.settings())
    kept = judge(session, checked, "good")
    asked.fixed = checked
    session.output.note(f"-- {kept}")


def cost(session: Session) -> str:
    """Tokens, time and money of the last question and of all of this session."""
    drafts = [asked.draft for asked in session.spent if asked.draft is not None]
    if not drafts:
        raise ShellError("Nothing has been asked yet.", "Type a question, for example: revenue by region")
    lines = []
    for name, some in (("last question", drafts[-1:]), (f"{len(drafts)} in this session", drafts)):
        prices = [d.cost_usd if d.attempts else 0.0 for d in some]  # what asks no model costs nothing
        price = "price unknown" if None in prices else f"${sum(p for p in prices if p is not None):.6f}"
        read, written = sum(d.prompt_tokens for d in some), sum(d.completion_tokens for d in some)
        seconds = sum(sum(d.milliseconds.values()) for d in some) / 1000
        lines.append(f"{name:>20}  {read:,} tokens read, {written:,} written, {seconds:.2f} s, {price}\n")
    return "".join(lines)


def choose_model(session: Session, name: str) -> None:
    """Let another model answer from now on, ``FROM ask(…)`` in SQL included.

    Args:
        session: where.
        name: of the registry, or the provider's own where one is set.

    Raises:
        ModelNotFoundError: there is no such model.
        LLMSQLError: it cannot be asked, for example because its provider's key is not set.
    """
    from llmsql.models import open_model

    flag = session.settings.pop("model", None)
    if flag is not None:  # it would go before the session's variable
        session.install_anew()
        session.query(f"SET VARIABLE llmsql_model = {sql_string(flag)}")
    # The name may bring its provider with it, and must not be held against that of the model before.
    settings = session.ready().settings(model=name)
    entry = load_registry().get(name) if settings.provider is None else None
    if entry is None or entry.provider not in _LOCAL:  # those are fetched and loaded when they are asked
        open_model(settings, name)[1].close()
    session.query(f"SET VARIABLE llmsql_model = {sql_string(name)}")


def list_models(session: Session) -> str:
    """The models of the registry, the one that answers marked."""
    connection = session.ready()
    settings = connection.settings()
    registry = load_registry()
    chosen = settings.model or registry.default
    lines = [f"{'*' if entry.name == chosen else ' '} {entry.name:<28} {entry.provider}\n" for entry in registry]
    if chosen not in [entry.name for entry in registry]:
        lines.insert(0, f"* {chosen:<28} {settings.provider}\n")
    return "".join(lines)
