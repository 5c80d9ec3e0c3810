"""Answers questions about one database: keeps what is known of it, the models, and the SQL already written."""

from __future__ import annotations

import datetime
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from llmsql.asking.cascade import ask_in_turn
from llmsql.asking.followup import is_follow_up
from llmsql.asking.glossary import apply_glossary, idle_patterns, load_glossary
from llmsql.asking.joins import KeyGraph
from llmsql.asking.link import select_tables
from llmsql.asking.pipeline import Draft, check_askable, write_sql
from llmsql.asking.prompt import build_messages
from llmsql.asking.session import Sessions, Turn, follow, is_undo
from llmsql.asking.settle import Knowledge, settle
from llmsql.asking.values import LOOK_AGAIN_SECONDS, ValueIndex, index_path
from llmsql.asking.verified import VerifiedAnswers, timeless_sql
from llmsql.catalog import Catalog
from llmsql.catalog.profile import is_in_transaction
from llmsql.catalog.snapshot import snapshot, structure_version
from llmsql.clients import LLMClient
from llmsql.clients.base import CallProgress
from llmsql.clients.calls import POLL_SECONDS
from llmsql.errors import CancelledError, ModelNotFoundError, NoAnswerError, NothingHiddenWarning, QuestionError
from llmsql.models import adapted_model, cache_folder, missing_weights, models_in_turn, open_model, surer_model
from llmsql.registry import Calibration, ModelEntry, load_registry
from llmsql.settings import Settings, load_settings
from llmsql.weights import ProgressCallback

MOST_REMEMBERED = 1_000
MOST_CATALOGS = 4


@dataclass
class _Memo:
    """A draft being written or written: a second asker waits for the first."""

    lock: threading.Lock
    draft: Draft | None = None


class Engine:
    """Answers questions about the database behind a connection and its cursors.

    Args:
        overrides: settings that go before all others, by field name.
        refine: completes a fresh snapshot with keys known from elsewhere.
        origin: the file or folder that an in-memory database was read from.
    """

    def __init__(
        self,
        overrides: Mapping[str, object] | None = None,
        refine: Callable[[Catalog], Catalog] | None = None,
        origin: Path | None = None,
    ) -> None:
        self.verified = VerifiedAnswers(origin)
        self._overrides = dict(overrides or {})
        self._refine = refine
        self._knowledge: OrderedDict[str, Knowledge] = OrderedDict()
        self._values: dict[Path, ValueIndex] = {}
        self._clients: dict[Any, tuple[str, LLMClient]] = {}
        self._memos: OrderedDict[Any, _Memo] = OrderedDict()
        self._lock = threading.RLock()
        self._sessions = Sessions()
        self._cancels: dict[threading.Event, int | None] = {}
        self._on_fetch: Callable[[ModelEntry], ProgressCallback] | None = None

    def settings(self, variables: Mapping[str, str] | None = None) -> Settings:
        """The settings in force.

        Args:
            variables: the session's ``SET VARIABLE llmsql_…`` values.
        """
        return load_settings(self._overrides, variables)

    def knowledge(self, con: duckdb.DuckDBPyConnection) -> Knowledge:
        """What is known of the database as ``con`` sees it now; read anew when its shape has changed."""
        defined = load_glossary()
        version = structure_version(con) + defined.version
        with self._lock:
            if version not in self._knowledge and is_in_transaction(con):
                version += " in a transaction"  # in which views are not looked into
            known = self._knowledge.get(version)
            if known is not None:
                self._knowledge.move_to_end(version)
                known.values.refresh(con, known.catalog, wait=LOOK_AGAIN_SECONDS, is_fresh=False)
                return known
            catalog = snapshot(con)
            if self._refine is not None:
                catalog = self._refine(catalog)
            for pattern in idle_patterns(catalog, defined.hidden):
                kind = "column" if "." in pattern else "table"
                warnings.warn(
                    f"[hidden] {pattern!r} hides nothing: this database has no such {kind}.",
                    NothingHiddenWarning,
                    stacklevel=2,
                )
            catalog, glossary = apply_glossary(catalog, defined)
            known = Knowledge(catalog, KeyGraph(catalog), self._value_index(con), glossary)
            known.values.refresh(con, catalog)
            self._knowledge[version] = known
            while len(self._knowledge) > MOST_CATALOGS:
                self._knowledge.popitem(last=False)
            return known

    def _value_index(self, con: duckdb.DuckDBPyConnection) -> ValueIndex:
        """The index of the database's file, or a new one in memory."""
        path = index_path(con, cache_folder(self.settings(), "values"))
        if path is None:
            return ValueIndex()
        if path not in self._values:
            self._values[path] = ValueIndex(path)
        return self._values[path]

    def client(
        self, settings: Settings, model: str | None = None, cancel: threading.Event | None = None
    ) -> tuple[str, LLMClient]:
        """The client of a model, opened once; ``cancel`` stops fetching its weights."""
        key = _client_key(settings, model)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = open_model(settings, model, remember=True, cancel=cancel, on_fetch=self._on_fetch)
            return self._clients[key]

    @contextmanager
    def shows_fetching(self, on_fetch: Callable[[ModelEntry], ProgressCallback] | None) -> Iterator[None]:
        """In the body, the caller shows how far a download of weights is.

        Args:
            on_fetch: called with the model before its weights are fetched; what it gives is told how far that is.
        """
        self._on_fetch = on_fetch
        try:
            yield
        finally:
            self._on_fetch = None

    @property
    def progress(self) -> CallProgress | None:
        """How far a local model is with its call; None between calls."""
        calls = (client.progress for _, client in list(self._clients.values()))
        return next((call for call in calls if call is not None), None)

    def prepare(self, con: duckdb.DuckDBPyConnection, cancel: threading.Event) -> None:
        """Do what the first question would wait for: read the catalog, load the model, let it read the schema.

        Weights that are not there are not fetched: nobody has asked for them yet.

        Args:
            con: the connection whose catalog is meant.
            cancel: set it to stop.

        Raises:
            LLMSQLError: as ``draft``.
        """
        settings = self.settings()
        knowledge = self.knowledge(con)
        model = adapted_model(settings, knowledge.catalog)
        if missing_weights(settings, model) is None and not cancel.is_set():
            _, client = self.client(settings, model)
            shown = select_tables(knowledge.catalog, knowledge.graph, "", [])
            client.prepare(build_messages(shown, "", []) if len(shown) == len(knowledge.catalog) else [], cancel)

    def draft(
        self,
        con: duckdb.DuckDBPyConnection,
        question: str,
        *,
        tables: tuple[str, ...] = (),
        model: str | None = None,
        settings: Settings | None = None,
        cancel: threading.Event | None = None,
        connection: int | None = None,
    ) -> Draft:
        """The SQL for a question; a model is asked once per question, catalog version and settings.

        Args:
            con: the connection whose catalog is meant; the query is bound, and run only where answers are compared.
            question: in the user's words.
            tables: use only these; empty for all.
            model: a name that goes before the settings'.
            settings: those in force; None for those of no session.
            cancel: set it to stop the model; ``cancel`` and ``cancel_all`` stop it too.
            connection: number of the one that asks.

        Raises:
            LLMSQLError: as ``write_sql`` and ``open_model``.
        """
        settings = settings or self.settings()
        knowledge = self.knowledge(con)
        if settings.session is None:
            return self._draft(con, knowledge, question, tables, model, settings, cancel, connection)
        turns = self._sessions.before(settings.session, question)
        last = turns[-1].draft if turns else None
        if is_undo(question):
            if len(turns) < 2:
                raise QuestionError("There is no answer to go back to.", "Ask a question first.")
            draft = turns[-2].draft
        else:
            draft = self._draft(con, knowledge, question, tables, model, settings, cancel, connection, last)
        self._sessions.keep(settings.session, [*turns, Turn(question, draft)])
        return draft

    def _draft(
        self,
        con: duckdb.DuckDBPyConnection,
        knowledge: Knowledge,
        question: str,
        tables: tuple[str, ...],
        model: str | None,
        settings: Settings,
        cancel: threading.Event | None,
        connection: int | None,
        last: Draft | None = None,
    ) -> Draft:
        """The verified answer, else the last one rewritten, else a model's, which may be shown the last one."""
        check_askable(question, knowledge.catalog, tables)  # before a model is fetched and loaded
        usable = replace(knowledge, catalog=knowledge.catalog.only(list(tables))) if tables else knowledge
        memory, synonyms = self.verified.memory(con), knowledge.glossary.synonyms
        if last is not None:
            before = (*last.before, last.question)
            asked = ", ".join((*before, question))
            usable = replace(usable, refused=memory.refused(asked, synonyms))
            recalled = self.verified.recalled(con, usable, memory, asked, settings)
            if recalled is not None:
                return replace(recalled, question=question, before=before)
            followed = follow(con, usable, question, last, settings)
            if followed is not None:
                return followed
            if not is_follow_up(question):
                last = None
        if last is None:
            usable = replace(usable, refused=memory.refused(question, synonyms))
            recalled = self.verified.recalled(con, usable, memory, question, settings)
            if recalled is not None:
                return recalled
        knowledge = replace(knowledge, refused=usable.refused)
        model = model or adapted_model(settings, knowledge.catalog)
        key = (
            " ".join(question.split()),
            tables,
            _client_key(settings, model),
            models_in_turn(settings, model),
            _asking_key(settings),
            knowledge.catalog.version,
            knowledge.glossary.version,
            knowledge.refused,
            (last.asked, last.sql) if last is not None else None,
        )
        with self._lock:
            memo = self._memos.setdefault(key, _Memo(threading.Lock()))
            self._memos.move_to_end(key)
            while len(self._memos) > MOST_REMEMBERED:
                self._memos.popitem(last=False)
        cancel = cancel or threading.Event()
        self._cancels[cancel] = connection
        try:
            with _held(memo.lock, cancel):
                if memo.draft is None:
                    memo.draft = self._write(con, knowledge, question, settings, model, tables, cancel, last)
            return memo.draft
        finally:
            self._cancels.pop(cancel, None)

    def _write(
        self,
        con: duckdb.DuckDBPyConnection,
        knowledge: Knowledge,
        question: str,
        settings: Settings,
        model: str | None,
        tables: tuple[str, ...],
        cancel: threading.Event,
        last: Draft | None = None,
    ) -> Draft:
        """Ask the model, or each of a cascade in turn."""

        def ask(stage: str | None, before: Draft | None, mine: Settings) -> Draft:
            if stage is not None and stage != model:
                mine = replace(mine, provider=_provider_of(stage, mine))
            name, client = self.client(mine, stage, cancel)
            draft = write_sql(
                con,
                knowledge,
                client,
                name,
                question,
                mine,
                tables=tables,
                cancel=cancel,
                calibrations=calibrations_of(name),
                last=(last.asked, last.sql) if last is not None else None,
                earlier=None if before is None else before.sql,
            )
            return draft if last is None else replace(draft, before=(*last.before, last.question))

        chain = models_in_turn(settings, model)
        if not chain:
            surer = surer_model(settings, model)
            try:
                return replace(ask(model, None, settings), surer=surer)
            except NoAnswerError as error:
                if surer is None:
                    raise
                hint = f"`llmsql models pull {surer}` adds a second model, which may know"
                raise NoAnswerError(
                    error.message, sql=error.sql, reason=error.reason, draft=error.draft, hint=hint
                ) from None
        each = replace(settings, min_confidence=0.0)  # what they say together is held against it
        return ask_in_turn(
            chain,
            lambda name, best: ask(name, best, each),
            calibrations_of,
            enough=settings.cascade_confidence,
            least=settings.min_confidence,
        )

    def feedback(
        self,
        con: duckdb.DuckDBPyConnection,
        question: str,
        sql: str,
        verdict: str = "good",
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """Keep what a user says about an answer; it counts from the next question on.

        Args:
            con: the connection whose database is meant.
            question: as it was asked.
            sql: the query meant.
            verdict: ``good``, ``bad`` or ``forget``.
            variables: the session's ``SET VARIABLE llmsql_…`` values.

        Returns:
            What was kept and where, in a sentence.

        Raises:
            LLMSQLError: as ``VerifiedAnswers.record``.
        """
        return self.verified.record(con, self.knowledge(con), question, sql, verdict, self.settings(variables))

    def check(self, con: duckdb.DuckDBPyConnection, sql: str) -> str:
        """SQL that somebody wrote, repaired, checked and bound like a model's.

        Raises:
            SQLRejectedError: it may not run, or does not bind.
        """
        return settle(con, sql, self.knowledge(con), None).sql

    def timeless_sql(self, con: duckdb.DuckDBPyConnection, draft: Draft) -> str:
        """The SQL of a draft with ``current_date`` in place of the day that was set."""
        return timeless_sql(con, self.knowledge(con), draft)

    def cancel(self, connection: int) -> None:
        """Stop every model that is writing for a connection."""
        for cancel, number in list(self._cancels.items()):
            if number == connection:
                cancel.set()

    def cancel_all(self) -> None:
        """Stop every model that is writing."""
        for cancel in list(self._cancels):
            cancel.set()

    def close(self) -> None:
        """Free the models."""
        with self._lock:
            for _, client in self._clients.values():
                client.close()
            self._clients.clear()


def _asking_key(settings: Settings) -> Any:
    """What an answer depends on beside the model."""
    return (
        settings.temperature,
        settings.max_tokens,
        settings.today or datetime.date.today(),
        settings.fiscal_year_start,
        settings.candidates,
        settings.min_confidence,
        settings.cascade_confidence,
        settings.grammar,
    )


def calibrations_of(model: str) -> Mapping[str, Calibration]:
    """How a model's confidence is worked out; empty for one that the registry does not know.

    Args:
        model: a name as ``open_model`` gives it.
    """
    try:
        return load_registry().get(model).calibration
    except ModelNotFoundError:
        return {}


@contextmanager
def _held(lock: threading.Lock, cancel: threading.Event) -> Iterator[None]:
    """Hold a lock that somebody may hold for as long as a model takes.

    Raises:
        CancelledError: ``cancel`` was set.
    """
    while not lock.acquire(timeout=POLL_SECONDS):
        if cancel.is_set():
            raise CancelledError("The call was cancelled.")
    try:
        yield
    finally:
        lock.release()


def _provider_of(model: str, settings: Settings) -> str | None:
    """None where the registry knows the model and with it the provider, whatever the settings say of another one."""
    try:
        load_registry().get(model)
    except ModelNotFoundError:
        return settings.provider
    return None


def _client_key(settings: Settings, model: str | None) -> Any:
    return (
        model or settings.model,
        settings.provider,
        settings.base_url,
        settings.adapter,
        settings.n_ctx,
        settings.threads,
        settings.cache_dir,
        settings.api_key,
    )
