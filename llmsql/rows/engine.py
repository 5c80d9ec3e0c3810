"""Answers each distinct input of a row function once, whatever plan DuckDB picks and from however many threads.

The way of an input: known already, or asked for by another thread (``answers``); decided by a proxy (``lessons``);
else asked, as its task says (``tasks``), by the model's caller (``calls``). What fails is judged in ``failures``.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any

from llmsql.clients.answer_cache import AnswerCache
from llmsql.errors import CancelledError, LLMSQLError, well_formed
from llmsql.functions import CONNECTION
from llmsql.models import cache_folder
from llmsql.rows.answers import Answers, Claim, Inputs, Outcomes
from llmsql.rows.budget import Budget, Purse
from llmsql.rows.calls import Caller, FatalError
from llmsql.rows.counting import count_input
from llmsql.rows.failures import check_failures
from llmsql.rows.ledger import Ledger, Summary
from llmsql.rows.lessons import Lessons
from llmsql.rows.models import open_row_model
from llmsql.rows.pacing import Pacer
from llmsql.rows.plans import build_plan, check_options
from llmsql.rows.progress import ProgressLine
from llmsql.rows.queries import COUNTING, Outcome, Plan, Query
from llmsql.rows.shapes import UnfitAnswerError
from llmsql.rows.tasks import Prompt

if TYPE_CHECKING:
    import duckdb

    from llmsql.settings import Settings

MOST_QUERIES = 200
_WAIT_SECONDS = 0.1
_MOST_STEPS = 16


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
        self._answers = Answers()
        self._lessons = Lessons()
        self._queries: OrderedDict[tuple[int, str | None], Query] = OrderedDict()
        self._session = Purse("session_")
        self._purses = threading.Condition()
        self._steps: ThreadPoolExecutor | None = None
        self.progress = ProgressLine()
        self.vectors: Callable[[Query, Settings, Sequence[str]], tuple[str, Any]] | None = None

    def settings(self, session: Mapping[str, str | None]) -> Settings:
        """The settings in force, by a session's variables."""
        given = {n: value for n, value in session.items() if value is not None and n not in (COUNTING, CONNECTION)}
        return self._settings_of(given)

    def keeps(self, settings: Settings) -> bool:
        """Whether answers are kept on disk, and looked for there."""
        return settings.offline or (self._on_disk if settings.keep_answers is None else settings.keep_answers)

    def query(self, query_id: int, session: Mapping[str, Any]) -> Query:
        """What is known of a query; made when first asked for.

        Args:
            query_id: DuckDB's.
            session: its variables, the token of an estimate and the number of the connection among them.
        """
        counting, connection = session.get(COUNTING), session.get(CONNECTION)
        with self._lock:
            key = (0, counting) if counting else (query_id, None)
            if key not in self._queries:
                self._queries[key] = Query(query_id, Budget(self._session, self._purses), counting, connection)
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
                options = {name: value for name, value in json.loads(arguments).items() if value is not None}
                function = options.pop("function")
                check_options(function, options)
                settings = self.settings(json.loads(session))
                caller = self.caller(settings, options.get("model"))
                summary = self.summary(query, function, caller)
                known = build_plan(query, function, options, settings, caller, summary, self.keeps(settings))
                query.plans[arguments, session] = known
            return known

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

    def outcomes(self, query: Query, plan: Plan, texts: Sequence[str], *, few: bool = False) -> list[Outcome]:
        """What comes of distinct inputs, in their order.

        Args:
            query: that asks.
            plan: of the function.
            texts: distinct inputs.
            few: they are only the first of more that may not be needed: no proxy learns from them.

        Raises:
            LLMSQLError: the query has to stop.
        """
        if query.counting:
            return [count_input(query, plan, text, self._answers) for text in texts]
        with query.at_work():
            try:
                return self._answered(query, plan, texts, few)
            finally:
                self.progress.wipe()

    def outcome(self, query: Query, plan: Plan, text: str) -> Outcome:
        """The outcome of an input that ``outcomes`` has just seen."""
        if query.counting:
            return count_input(query, plan, text, self._answers)
        known = self._answers.find(query, plan.key_of(text), plan.proxy_key)
        if known is not None:
            return known
        if plan.key in query.ended_early:  # not asked for, see ``early_stop``
            return Outcome(None, None)
        return self.outcomes(query, plan, [text])[0]  # forgotten in between

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

    def known(
        self, query: Query, summary: Summary, answers: Answers, keys: Sequence[bytes], proxy_key: bytes = b""
    ) -> Outcomes:
        """Inputs whose outcome is remembered; entered into the books when the query has not had them before."""
        found = answers.find_all(query, keys, proxy_key)
        new = query.first_seen(keys)
        remembered = len(new & found.keys())
        self.ledger.count(summary, distinct_inputs=len(new), remembered=remembered)
        with query.lock:
            query.asked += remembered
        return found

    def _answered(self, query: Query, plan: Plan, texts: Sequence[str], few: bool) -> list[Outcome]:
        keys = [plan.key_of(text) for text in texts]
        found = self.known(query, plan.summary, self._answers, keys, plan.proxy_key)
        inputs = list(zip(keys, texts, strict=True))
        missing = [(key, text) for key, text in inputs if key not in found]
        if plan.min_accuracy is not None and not few:
            missing = self._answer_by_proxy(query, plan, inputs, found)
        found |= self._ask(query, plan, missing)
        settings, wants_errors = plan.occasion.settings, plan.on_error == "capture"
        check_failures(query, plan.function, settings, self.ledger, settled=True, wants_errors=wants_errors)
        return [found[key] for key in keys]

    def _answer_by_proxy(self, query: Query, plan: Plan, inputs: Inputs, found: Outcomes) -> Inputs:
        """Let a proxy answer what it may; what is left is for the model."""
        assert self.vectors is not None
        ask, embed = partial(self._ask, query, plan), partial(self.vectors, query, plan.occasion.settings)
        sampled, decided, left = self._lessons.answer(plan, inputs, found, ask, embed)
        self._answers.keep_decided(decided, plan.proxy_key)
        self.ledger.count(plan.summary, proxied=len(decided))
        found |= sampled | decided
        return left

    def _ask(self, query: Query, plan: Plan, missing: Inputs) -> Outcomes:
        """Ask for inputs, several at once."""
        pool = self._step_pool() if plan.task.steps else plan.caller.pool
        ask = partial(self._ask_one, query, plan)
        return self.collect(
            query, plan.occasion.settings, missing, lambda inputs: self._answers.claim(query, inputs, ask, pool.submit)
        )

    def collect(self, query: Query, settings: Settings, missing: Inputs, claim: Callable[[Inputs], Claim]) -> Outcomes:
        """The outcomes of inputs, which are waited for.

        Args:
            query: that wants them.
            settings: of the query.
            missing: inputs without an outcome.
            claim: has them asked for; called again for those that another query asked for and gave up.

        Raises:
            FatalError, CancelledError: the query has to stop.
        """
        claimed = claim(missing)
        try:
            self._wait(query, settings, claimed)
        except BaseException as error:
            if not isinstance(error, FatalError):
                query.cancel.set()
            for future in claimed.own:
                future.cancel()
            raise
        outcomes = claimed.landed
        for future in claimed.own:
            outcomes |= future.result()
        lost = []
        for key, text in missing:
            if key not in outcomes:
                try:
                    outcomes[key] = claimed.shared[key].result()[key]
                except (FutureCancelledError, CancelledError, FatalError):  # its query ended, ours goes on
                    lost.append((key, text))
        return outcomes | (self.collect(query, settings, lost, claim) if lost else {})

    def _wait(self, query: Query, settings: Settings, claim: Claim) -> None:
        """Wait for inputs that are asked for, and stop as soon as the query must."""
        waiting = claim.own | set(claim.shared.values())
        while waiting:
            done, waiting = wait(waiting, _WAIT_SECONDS)
            self.progress.show(self.ledger.summaries(query.id), len(waiting), settings.progress)
            if query.cancel.is_set():
                raise CancelledError("The query was cancelled.")
            for future in done & claim.own:
                error = None if future.cancelled() else future.exception()
                if isinstance(error, FatalError):
                    query.fatal = query.fatal or error.error
                elif error is not None and query.fatal is None:
                    raise error
            if query.fatal is not None:  # nothing new; what is on its way is paid for, and its answer is kept
                waiting = {future for future in waiting & claim.own if not future.cancel()}
        if query.fatal is not None:
            raise FatalError(query.fatal)

    def _step_pool(self) -> ThreadPoolExecutor:
        """Tasks of several steps run beside the calls that they wait for, or they would wait for their own place."""
        with self._lock:
            if self._steps is None:
                self._steps = ThreadPoolExecutor(_MOST_STEPS, thread_name_prefix="llmsql-steps")
            return self._steps

    def _ask_one(self, query: Query, plan: Plan, texts: Sequence[str]) -> Iterator[Outcome]:
        [text] = texts
        if query.cancel.is_set() or query.fatal is not None:
            raise CancelledError("The query was cancelled.")
        try:
            outcome = _outcome(plan, text)
            with query.lock:
                query.asked += 1
                query.failed += outcome.error is not None
            if outcome.error is not None:
                self.ledger.failed(plan.summary, text, outcome.error)
                if plan.on_error == "fail":
                    raise FatalError(LLMSQLError(f"{plan.function} failed on a row: {outcome.error}"))
                settings, wants_errors = plan.occasion.settings, plan.on_error == "capture"
                check_failures(query, plan.function, settings, self.ledger, wants_errors=wants_errors)
        except FatalError as error:  # said at once, or calls start until the waiting thread hears of it
            query.fatal = query.fatal or error.error
            raise
        yield outcome

    def cancel(self, connection: int) -> None:
        """Stop the queries of a connection that wait for a model."""
        with self._lock:
            for query in self._queries.values():
                if query.connection == connection:
                    query.interrupt()

    def cancel_all(self) -> None:
        """Stop every query that waits for a model."""
        with self._lock:
            for query in self._queries.values():
                query.interrupt()

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


def _outcome(plan: Plan, text: str) -> Outcome:
    """The answer to an input, or why there is none."""
    try:
        known = plan.task.known
        value = known(text) if known else plan.task.answer(text, partial(_ask_prompts, plan))
        return Outcome(well_formed(json.dumps(value, ensure_ascii=False)), None)
    except UnfitAnswerError as error:
        return Outcome(None, well_formed(f"{plan.caller.name} gave an answer that cannot be used: {error}."))
    except CancelledError:
        raise
    except LLMSQLError as error:
        return Outcome(None, str(error))


def _ask_prompts(plan: Plan, prompts: Sequence[Prompt]) -> list[Any]:
    if not plan.task.steps:
        return [plan.caller.answer(prompt, plan.occasion) for prompt in prompts]
    futures: list[Future[Any]] = [plan.caller.pool.submit(plan.caller.answer, p, plan.occasion) for p in prompts]
    try:
        return [future.result() for future in futures]
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def database_is_file(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database that a connection was opened on is a file."""
    sql = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    return any(path for (path,) in con.execute(sql).fetchall())
