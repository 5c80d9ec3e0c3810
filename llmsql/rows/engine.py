"""Answers each distinct input of a row function once, whatever plan DuckDB picks and from however many threads.

An answer is remembered under the hash of everything that decides it. Who finds it being written waits for it. What
fails is remembered for its query only, so that the next one may succeed.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from llmsql.clients.answer_cache import AnswerCache
from llmsql.errors import (
    BudgetError,
    CancelledError,
    ConfigError,
    LLMSQLError,
    ProviderResponseError,
    RowsFailedWarning,
)
from llmsql.models import cache_folder
from llmsql.rows.budget import Budget, Purse
from llmsql.rows.calls import BYTES_PER_TOKEN, Caller, FatalError, Occasion, count_tokens
from llmsql.rows.ledger import Ledger, Summary
from llmsql.rows.models import open_row_model, room_for_text
from llmsql.rows.pacing import Pacer
from llmsql.rows.progress import ProgressLine
from llmsql.rows.proxy import SAMPLE, Proxy, find_proxy, keep_proxy, train
from llmsql.rows.shapes import UnfitAnswerError
from llmsql.rows.tasks import Prompt, Task, build_task

if TYPE_CHECKING:
    import duckdb

    from llmsql.settings import Settings

MOST_REMEMBERED = 200_000
MOST_QUERIES = 200
MOST_SEEN = 1_000_000
_WAIT_SECONDS = 0.1
# DuckDB may evaluate a function again before it notices that the query was interrupted.
_INTERRUPTED_SECONDS = 1.0
_LEAST_FAILURES = 10
COUNTING = "llmsql_counting"
ON_ERROR = ("null", "fail", "capture")
_OWN_OPTIONS = frozenset({"model", "temperature", "seed", "cache", "on_error"})


class Outcome(NamedTuple):
    """What came of an input: its value as JSON, or why it has none."""

    value: str | None
    error: str | None


@dataclass
class Query:
    """A query, as far as its row functions know of it.

    Args:
        id: DuckDB's.
        budget: what it may spend.
        counting: a token where it is only estimated: nothing is asked.
        rows: that reached a function with a model, while counting.
        counts: what distinct inputs would take, while counting.
        wanted: rows that a ``LIMIT`` still wants of a filter.
    """

    id: int
    budget: Budget
    counting: str | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    fatal: LLMSQLError | None = None
    active: int = 0
    asked: int = 0
    failed: int = 0
    warned: int = 0
    interrupted_at: float = -math.inf
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict)
    wanted: dict[bytes, int] = field(default_factory=dict)
    counts: dict[bytes, Count] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: set[bytes] = field(default_factory=set)

    def first_seen(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys that the query had not had before; past a million, all of them."""
        with self.lock:
            new = set(keys) - self._seen
            if len(self._seen) < MOST_SEEN:
                self._seen |= new
            return new


@dataclass(frozen=True)
class Plan:
    """A function with its constant arguments, in a query.

    Args:
        function: its name.
        task: what it asks.
        caller: of the model.
        occasion: for its calls.
        on_error: one of ``ON_ERROR``.
        remember: answers stay when the query is done.
        key: hash of what decides an answer besides the input.
        min_accuracy: agreement with the model from which a proxy may answer for it; None for no proxy.
    """

    function: str
    task: Task
    caller: Caller
    occasion: Occasion
    on_error: str
    remember: bool
    key: bytes
    min_accuracy: float | None = None

    @property
    def summary(self) -> Summary:
        """The books."""
        return self.occasion.summary

    def key_of(self, text: str) -> bytes:
        """What the answer for an input is remembered under."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self.key, digest_size=16).digest()


@dataclass
class Lesson:
    """What a proxy learns from, until it is trained."""

    proxy: Proxy | None
    texts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Count(NamedTuple):
    """What an input, or a batch of them, would take."""

    function: str
    caller: Caller
    inputs: int
    calls: int
    input_tokens: int
    output_tokens: int


class RowEngine:
    """Row functions of a connection and its cursors.

    Args:
        settings: gives the settings in force, from the session's ``SET VARIABLE llmsql_…`` values.
        on_disk: whether the database is a file: its answers are kept on disk, unless a setting says otherwise.
    """

    def __init__(self, settings: Callable[[Mapping[str, str]], Settings], on_disk: bool) -> None:
        self.ledger = Ledger()
        self._settings_of = settings
        self._on_disk = on_disk
        self._lock = threading.RLock()
        self._callers: dict[Any, Caller] = {}
        self._answers: OrderedDict[bytes, Outcome] = OrderedDict()
        self._in_flight: dict[bytes, Future[Outcome]] = {}
        self._queries: OrderedDict[tuple[int, str | None], Query] = OrderedDict()
        self._session = Purse("session_")
        self._purses = threading.Lock()
        self._steps: ThreadPoolExecutor | None = None
        self._line = ProgressLine()
        self._lessons: dict[bytes, Lesson] = {}
        self.vectors: Callable[[Query, Settings, Sequence[str]], tuple[str, Any]] | None = None

    def settings(self, session: Mapping[str, str | None]) -> Settings:
        """The settings in force, by a session's variables."""
        given = {n: value for n, value in session.items() if value is not None and n != COUNTING}
        return self._settings_of(given)

    def query(self, query_id: int, counting: str | None = None) -> Query:
        """What is known of a query; made when first asked for.

        Args:
            query_id: DuckDB's.
            counting: the token of an estimate.
        """
        with self._lock:
            key = (0, counting) if counting else (query_id, None)
            if key not in self._queries:
                self._queries[key] = Query(query_id, Budget(self._session, self._purses), counting)
                while len(self._queries) > MOST_QUERIES:
                    self._queries.popitem(last=False)
            return self._queries[key]

    def plan(self, query: Query, arguments: str, session: str) -> Plan:
        """A function with its constant arguments.

        Args:
            query: that calls it.
            arguments: JSON of the arguments by name, the function's own name as ``function``.
            session: JSON of the session's variables.

        Raises:
            LLMSQLError: an argument or setting is wrong, or there is no such model.
        """
        with query.lock:
            known = query.plans.get((arguments, session))
            if known is None:
                known = query.plans[arguments, session] = self._plan(query, arguments, session)
            return known

    def _plan(self, query: Query, arguments: str, session: str) -> Plan:
        options = {name: value for name, value in json.loads(arguments).items() if value is not None}
        function = options.pop("function")
        settings = self.settings(json.loads(session))
        on_error = options.get("on_error", "null")
        if on_error not in ON_ERROR:
            raise ConfigError(f"on_error {on_error!r} of {function} is unknown.", f"Choose {', '.join(ON_ERROR)}.")
        temperature = float(options.get("temperature", settings.temperature))
        if not 0 <= temperature <= 2:
            raise ConfigError(f"temperature {temperature:g} of {function} is not from 0 to 2.")
        most = options.get("max_tokens")
        if most is not None and most < 1:
            raise ConfigError(f"max_tokens {most} of {function} must be above 0.")
        caller = self.caller(settings, options.get("model"))
        own = {name: value for name, value in options.items() if name not in _OWN_OPTIONS}
        task = build_task(function, own, room_for_text(settings, caller.client, most or settings.max_tokens))
        cache = options.get("cache", True)
        keep = cache and (self._on_disk if settings.keep_answers is None else settings.keep_answers)
        decides = [function, own, caller.client.identity, settings.max_tokens, temperature, options.get("seed")]
        if temperature > 0 or not cache:
            decides.append(query.id)
        summary = self.summary(query, function, caller)
        return Plan(
            function=function,
            task=task,
            caller=caller,
            occasion=Occasion(
                settings,
                summary,
                query.budget,
                query.cancel,
                temperature,
                options.get("seed"),
                keep or settings.offline,
            ),
            on_error=on_error,
            remember=bool(cache) and temperature == 0,
            key=hashlib.blake2b(json.dumps(decides, sort_keys=True).encode(), digest_size=32).digest(),
            min_accuracy=_min_accuracy(function, own),
        )

    def summary(self, query: Query, function: str, caller: Caller) -> Summary:
        """The books of a function with a model in a query; an estimate has none that anyone sees."""
        if query.counting:
            return Summary(query.id, function, caller.client.provider, caller.name)
        return self.ledger.summary(query.id, function, caller.client.provider, caller.name)

    def caller(self, settings: Settings, model: str | None, *, embedding: bool = False) -> Caller:
        """The caller of a model, opened once.

        Raises:
            LLMSQLError: as ``open_row_model``.
        """
        key = (
            model, embedding, settings.provider, settings.model, settings.row_model, settings.embed_model,
            settings.base_url, settings.adapter, settings.api_key, settings.n_ctx, settings.threads, settings.cache_dir,
            settings.concurrency, settings.requests_per_minute, settings.tokens_per_minute,
            settings.keep_answers_days, settings.keep_answers_mb,
        )  # fmt: skip
        with self._lock:
            if key not in self._callers:
                name, client, concurrency = open_row_model(settings, model, embedding=embedding)
                kept = AnswerCache(
                    cache_folder(settings, "row_answers"),
                    settings.keep_answers_days * 86_400,
                    int(settings.keep_answers_mb * 1024 * 1024),
                )
                pacer = Pacer(settings.requests_per_minute, settings.tokens_per_minute)
                self._callers[key] = Caller(name, client, concurrency, pacer, self.ledger, kept)
            return self._callers[key]

    def outcomes(self, query: Query, plan: Plan, texts: Sequence[str], enough: int | None = None) -> list[Outcome]:
        """What comes of distinct inputs, in their order.

        Args:
            query: that asks.
            plan: of the function.
            texts: distinct inputs.
            enough: stop asking when this many inputs are true; those not asked then count as false.

        Raises:
            LLMSQLError: the query has to stop.
        """
        if query.counting:
            return [self._counted(query, plan, text) for text in texts]
        if time.monotonic() - query.interrupted_at < _INTERRUPTED_SECONDS:
            raise CancelledError("The query was cancelled.")
        with query.lock:
            query.active += 1
        try:
            return self._answered(query, plan, texts, enough)
        except (FatalError, CancelledError) as error:
            with query.lock:
                if isinstance(error, FatalError):
                    query.fatal = query.fatal or error.error
                else:
                    query.cancel.set()
                reason = query.fatal or CancelledError("The query was cancelled.")
            raise reason from None
        finally:
            with query.lock:
                query.active -= 1
                self._line.wipe()
                if not query.active and (query.cancel.is_set() or query.fatal is not None):
                    # DuckDB 1 gives a prepared statement the same id each time that it runs. Calls that are still on
                    # their way keep the event that stops them.
                    query.fatal, query.cancel = None, threading.Event()
                    query.plans.clear()

    def outcome(self, query: Query, plan: Plan, text: str) -> Outcome:
        """The outcome of an input that ``outcomes`` has just seen."""
        if query.counting:
            return self._counted(query, plan, text)
        key = plan.key_of(text)
        return self._known(query, key) or Outcome("false", None)  # not asked for, see ``early_stop``

    def count_rows(self, query: Query, function: str, caller: Caller, rows: int) -> None:
        """Enter rows that reached a function."""
        if query.counting:
            with query.lock:
                key = (function, caller.name)
                query.rows[key] = query.rows.get(key, 0) + rows
        else:
            self.ledger.count(self.summary(query, function, caller), rows=rows)

    def counted(self, token: str) -> Query:
        """An estimate, which is forgotten here."""
        with self._lock:
            return self._queries.pop((0, token), None) or Query(0, Budget(self._session, self._purses), token)

    def _counted(self, query: Query, plan: Plan, text: str) -> Outcome:
        """The stub of an answer, the calls noted that the true one would take."""
        key = plan.key_of(text)
        asked: list[Prompt] = []

        def ask(prompts: Sequence[Prompt]) -> list[Any]:
            asked.extend(prompts)
            return [plan.task.stub] * len(prompts)

        known = plan.task.known
        value = known(text) if known else plan.task.answer(text, ask)
        with query.lock:
            if key not in query.counts:
                needed = [p for p in asked if key not in self._answers and not plan.caller.is_kept(p, plan.occasion)]
                read = sum(count_tokens(m.content) for p in needed for m in p.messages) * BYTES_PER_TOKEN // 4
                write = len(needed) * plan.task.typical_tokens
                query.counts[key] = Count(plan.function, plan.caller, 1, len(needed), read, write)
        return Outcome(json.dumps(value), None)

    def _answered(self, query: Query, plan: Plan, texts: Sequence[str], enough: int | None) -> list[Outcome]:
        keys = [plan.key_of(text) for text in texts]
        found: dict[bytes, Outcome] = {}
        with self._lock:
            for key in keys:
                known = self._known(query, key)
                if known is not None:
                    found[key] = known
        new = query.first_seen(keys)
        remembered = len(new & found.keys())
        self.ledger.count(plan.summary, distinct_inputs=len(new), remembered=remembered)
        with query.lock:
            query.asked += remembered
        missing = [(key, text) for key, text in zip(keys, texts, strict=True) if key not in found]
        if enough is None:
            if plan.min_accuracy is not None and missing:
                missing = self._answer_by_proxy(query, plan, missing, found)
            found |= self._ask(query, plan, missing)
        else:
            self._ask_until(query, plan, missing, found, enough)
        self._check_failures(query, plan, settled=True)
        return [found[key] for key in keys]

    def _ask_until(
        self, query: Query, plan: Plan, missing: list[tuple[bytes, str]], found: dict[bytes, Outcome], enough: int
    ) -> None:
        """Ask in growing batches until enough inputs are true."""
        true = sum(outcome.value == "true" for outcome in found.values())
        batch = max(1, min(plan.caller.concurrency, enough - true))
        while missing and true < enough:
            now, missing = missing[:batch], missing[batch:]
            answers = self._ask(query, plan, now)
            found |= answers
            true += sum(outcome.value == "true" for outcome in answers.values())
            batch = max(batch, plan.caller.concurrency)
        found |= {key: Outcome("false", None) for key, _ in missing}

    def _answer_by_proxy(
        self, query: Query, plan: Plan, missing: list[tuple[bytes, str]], found: dict[bytes, Outcome]
    ) -> list[tuple[bytes, str]]:
        """Train a proxy where there is none yet, and let it answer what it may; what is left is for the model."""
        assert self.vectors is not None and plan.min_accuracy is not None
        with self._lock:
            lesson = self._lessons.setdefault(plan.key, Lesson(find_proxy(plan.key.hex())))
        with lesson.lock:
            if lesson.proxy is None:
                sample, missing = missing[: SAMPLE - len(lesson.texts)], missing[SAMPLE - len(lesson.texts) :]
                answers = self._ask(query, plan, sample)
                found |= answers
                for key, text in sample:
                    value = answers[key].value
                    if value is not None:
                        lesson.texts.append(text)
                        lesson.answers.append(value)
                if len(lesson.texts) >= SAMPLE:
                    embed_model, vectors = self.vectors(query, plan.occasion.settings, lesson.texts)
                    lesson.proxy = train(
                        vectors,
                        lesson.answers,
                        function=plan.function,
                        model=plan.caller.name,
                        embed_model=embed_model,
                        min_accuracy=plan.min_accuracy,
                    )
                    keep_proxy(plan.key.hex(), lesson.proxy)
        if lesson.proxy is None or not missing or not any(t is not None for t in lesson.proxy.thresholds):
            return missing
        _, vectors = self.vectors(query, plan.occasion.settings, [text for _, text in missing])
        left = []
        decided = {}
        for (key, text), value in zip(missing, lesson.proxy.decide(vectors), strict=True):
            if value is None:
                left.append((key, text))
            else:
                decided[key] = Outcome(value, None)
        with self._lock:
            self._answers.update(decided)
        found |= decided
        self.ledger.count(plan.summary, proxied=len(decided))
        return left

    def _ask(self, query: Query, plan: Plan, missing: Sequence[tuple[bytes, str]]) -> dict[bytes, Outcome]:
        """Ask for inputs, several at once; an input that another thread asks for is waited for."""
        own: dict[bytes, Future[Outcome]] = {}
        shared: dict[bytes, Future[Outcome]] = {}
        landed: dict[bytes, Outcome] = {}
        pool = self._step_pool(plan) if plan.task.steps else plan.caller.pool
        with self._lock:
            for key, text in missing:
                # It may have been answered since it was looked for.
                known = self._known(query, key)
                if known is not None:
                    landed[key] = known
                    continue
                flying = self._in_flight.get(key)
                if flying is not None:
                    shared[key] = flying
                    continue
                future = pool.submit(self._ask_one, query, plan, text)
                self._in_flight[key] = own[key] = future
                future.add_done_callback(partial(self._landed, query, plan, key))
        waiting = {*own.values(), *shared.values()}
        try:
            while waiting:
                done, waiting = wait(waiting, _WAIT_SECONDS)
                self._line.show(self.ledger.summaries(query.id), len(waiting), plan.occasion.settings.progress)
                if query.cancel.is_set():
                    raise CancelledError("The query was cancelled.")
                for future in done & set(own.values()):
                    error = None if future.cancelled() else future.exception()
                    if isinstance(error, FatalError):
                        query.fatal = query.fatal or error.error
                    elif error is not None and query.fatal is None:
                        raise error
                if query.fatal is not None:  # nothing new; what is on its way is paid for, and its answer is kept
                    waiting = {future for future in waiting & set(own.values()) if not future.cancel()}
            if query.fatal is not None:
                raise FatalError(query.fatal)
        except BaseException as error:
            if not isinstance(error, FatalError):
                query.cancel.set()
            for future in own.values():
                future.cancel()
            raise
        outcomes = landed | {key: future.result() for key, future in own.items()}
        lost = []
        texts = dict(missing)
        for key, future in shared.items():
            try:
                outcomes[key] = future.result()
            except (FutureCancelledError, CancelledError, FatalError):  # its query ended, ours goes on
                lost.append((key, texts[key]))
        return outcomes | (self._ask(query, plan, lost) if lost else {})

    def _landed(self, query: Query, plan: Plan, key: bytes, future: Future[Outcome]) -> None:
        with self._lock:
            self._in_flight.pop(key, None)
            if future.cancelled() or future.exception() is not None:
                return
            outcome = future.result()
            self._answers[key if outcome.error is None else self._failed_key(query, key)] = outcome
            while len(self._answers) > MOST_REMEMBERED:
                self._answers.popitem(last=False)

    def _known(self, query: Query, key: bytes) -> Outcome | None:
        """What came of an input before, or in this query where it failed."""
        return self._answers.get(key) or self._answers.get(self._failed_key(query, key))

    @staticmethod
    def _failed_key(query: Query, key: bytes) -> bytes:
        return key + query.id.to_bytes(8, "little")

    def _step_pool(self, plan: Plan) -> ThreadPoolExecutor:
        """Tasks of several steps run beside the calls that they wait for, or they would wait for their own place."""
        with self._lock:
            if self._steps is None:
                self._steps = ThreadPoolExecutor(16, thread_name_prefix="llmsql-steps")
            return self._steps

    def _ask_one(self, query: Query, plan: Plan, text: str) -> Outcome:
        if query.cancel.is_set() or query.fatal is not None:
            raise CancelledError("The query was cancelled.")
        try:
            known = plan.task.known
            value = known(text) if known else plan.task.answer(text, partial(self._ask_prompts, plan))
            outcome = Outcome(json.dumps(value, ensure_ascii=False), None)
        except UnfitAnswerError as error:
            outcome = Outcome(None, f"{plan.caller.name} gave an answer that cannot be used: {error}.")
        except ProviderResponseError as error:
            outcome = Outcome(None, str(error))
        except CancelledError:
            raise
        except LLMSQLError as error:
            outcome = Outcome(None, str(error))
        with query.lock:
            query.asked += 1
            query.failed += outcome.error is not None
        if outcome.error is not None:
            self.ledger.failed(plan.summary, text, outcome.error)
            if plan.on_error == "fail":
                raise FatalError(LLMSQLError(f"{plan.function} failed on a row: {outcome.error}"))
            self._check_failures(query, plan)
        return outcome

    def _ask_prompts(self, plan: Plan, prompts: Sequence[Prompt]) -> list[Any]:
        if not plan.task.steps:
            return [plan.caller.answer(prompt, plan.occasion) for prompt in prompts]
        futures = [plan.caller.pool.submit(plan.caller.answer, prompt, plan.occasion) for prompt in prompts]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise

    def _check_failures(self, query: Query, plan: Plan, *, settled: bool = False) -> None:
        """Stop where too many inputs failed; warn of those that did.

        Args:
            query: whose failures count.
            plan: has the setting.
            settled: a chunk is done, so that a small one counts too where the user set a ratio.
        """
        limit = plan.occasion.settings.max_error_ratio
        with query.lock:
            asked, failed = query.asked, query.failed
            ratio = failed / asked if asked else 0.0
            many = failed >= _LEAST_FAILURES or (settled and limit is not None)
            stop = many and ratio > (0.5 if limit is None else limit)
            warn = settled and failed > 2 * query.warned and plan.on_error == "null"
            query.warned = failed if warn else query.warned
        if stop:
            last = self.ledger.failures()[-1].error
            reason = BudgetError(
                f"{failed} of {asked} inputs failed in this query, the last one because: {last}",
                "See FROM ai_errors(), or allow more: SET VARIABLE llmsql_max_error_ratio = 1.",
            )
            raise FatalError(reason)
        if warn:
            warnings.warn(
                f"{plan.function}: {failed} of {asked} inputs failed and are NULL; see FROM ai_errors().",
                RowsFailedWarning,
                stacklevel=2,
            )

    def cancel_all(self) -> None:
        """Stop every query that waits for a model."""
        with self._lock:
            for query in self._queries.values():
                if query.active:
                    query.interrupted_at = time.monotonic()
                    query.cancel.set()

    def close(self) -> None:
        """Free the models."""
        self.cancel_all()
        with self._lock:
            for caller in self._callers.values():
                caller.close()
            self._callers.clear()
            if self._steps is not None:
                self._steps.shutdown(wait=False, cancel_futures=True)
                self._steps = None


def _min_accuracy(function: str, options: Mapping[str, Any]) -> float | None:
    optimize, least = options.get("optimize"), options.get("min_accuracy", 0.95)
    if optimize is None:
        return None
    if optimize != "cost" or options.get("multi"):
        raise ConfigError(f"optimize {optimize!r} of {function} is unknown here.", "Only 'cost', without multi, is.")
    if not 0 < least < 1:
        raise ConfigError(f"min_accuracy {least:g} of {function} is not between 0 and 1.", "Write it as 0.95.")
    return float(least)


def database_is_file(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database that a connection was opened on is a file."""
    sql = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    return any(path for (path,) in con.execute(sql).fetchall())
