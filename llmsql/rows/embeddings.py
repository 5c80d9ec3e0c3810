"""``ai_embed``: vectors of texts, in batches, each distinct text once; kept on disk as other answers are."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from llmsql.clients import Generation
from llmsql.errors import CancelledError, ConfigError, ModelError
from llmsql.rows.calls import BYTES_PER_TOKEN, Caller, FatalError, Occasion, count_tokens
from llmsql.rows.chunks import KEPT_CHUNKS, Stops
from llmsql.rows.engine import RowEngine
from llmsql.rows.failures import check_failures
from llmsql.rows.plans import check_options
from llmsql.rows.queries import Count, Query
from llmsql.rows.shapes import MOST_ELEMENTS
from llmsql.settings import Settings

MOST_TEXTS_A_BATCH = 128
MOST_TOKENS_A_BATCH = 20_000
MOST_REMEMBERED = 100_000
_WAIT_SECONDS = 0.1


class VectorFunctions:
    """The Python side of ``ai_embed``, in two functions as the others; see ``chunks``.

    Args:
        engine: has the models, the books and the queries.
    """

    def __init__(self, engine: RowEngine) -> None:
        self._engine = engine
        engine.vectors = self.vectors
        self._stops = Stops()
        self._vectors: OrderedDict[bytes, np.ndarray[Any, np.dtype[np.float32]] | None] = OrderedDict()
        self._in_flight: dict[bytes, Future[None]] = {}
        self._lock = threading.RLock()  # a future that is done at once lands while it is claimed
        self._alive: deque[Any] = deque(maxlen=KEPT_CHUNKS)

    def errors(self, texts: Any, arguments: Any, sessions: Any, queries: Any) -> Any:
        """Embed a chunk; NULL for each row, or the reason why the query must stop."""

        def work() -> None:
            options, session = json.loads(arguments[0].as_py()), json.loads(sessions[0].as_py())
            check_options("ai_embed", options)
            if options["dims"] is not None and not 1 <= options["dims"] <= MOST_ELEMENTS:
                raise ConfigError(f"dims {options['dims']} of ai_embed is not from 1 to {MOST_ELEMENTS}.")
            query = self._engine.query(queries[0].as_py(), session.get("llmsql_counting"))
            inputs = [text for text in texts.unique().to_pylist() if text is not None]
            settings = self._engine.settings(session)
            caller = self._engine.caller(settings, options.get("model"), embedding=True)
            self._engine.count_rows(query, "ai_embed", caller, len(texts) - texts.null_count)
            self._embed(query, settings, caller, options, inputs)

        return self._stops.column(queries, len(texts), work)

    def values(self, texts: Any, arguments: Any, sessions: Any, queries: Any) -> Any:
        """The vectors of a chunk, which ``errors`` has seen to."""
        options = json.loads(arguments[0].as_py())
        settings = self._engine.settings(json.loads(sessions[0].as_py()))
        model = _model_key(self._engine.caller(settings, options.get("model"), embedding=True), options)
        vectors = [None if text is None else self._vectors.get(_key(model, text)) for text in texts.to_pylist()]
        lengths = np.array([0 if vector is None else len(vector) for vector in vectors])
        present = [vector for vector in vectors if vector is not None]
        flat = np.concatenate(present) if present else np.empty(0, np.float32)
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
        missing = pa.array([vector is None for vector in vectors], pa.bool_())
        result = pa.ListArray.from_arrays(offsets, pa.array(flat, pa.float32()), mask=missing)
        self._alive.append(result)
        return result

    def vectors(self, query: Query, settings: Settings, inputs: Sequence[str]) -> tuple[str, Any]:
        """The embedding model's name, and vectors of distinct texts, one row each.

        Raises:
            LLMSQLError: a text cannot be embedded, or the query has to stop.
        """
        caller = self._engine.caller(settings, None, embedding=True)
        self._embed(query, settings, caller, {}, inputs)
        found = [self._vectors.get(_key(_model_key(caller, {}), text)) for text in inputs]
        if any(vector is None for vector in found):
            raise ModelError(f"{caller.name} could not embed every text.", "See FROM ai_errors().")
        return caller.name, np.array(found)

    def _embed(
        self, query: Query, settings: Settings, caller: Caller, options: dict[str, Any], inputs: Sequence[str]
    ) -> None:
        model = _model_key(caller, options)
        summary = self._engine.summary(query, "ai_embed", caller)
        occasion = Occasion(settings, summary, query.budget, query.cancel, keep=self._engine.keeps(settings))
        missing = [text for text in inputs if self._vectors.get(_key(model, text)) is None]  # what failed may succeed
        remembered = len(inputs) - len(missing)
        missing = [text for text in missing if not self._find_kept(query, caller, occasion, model, text)]
        if query.counting:
            with query.lock:
                for batch in batched(missing):
                    read = sum(map(count_tokens, batch))
                    query.counts[_key(model, batch[0])] = Count("ai_embed", caller, len(batch), 1, read, 0)
            return
        self._engine.ledger.count(summary, distinct_inputs=len(inputs), remembered=remembered)
        with query.lock:
            query.asked += len(inputs) - len(missing)
        with query.at_work():
            try:
                while missing:
                    missing = self._embed_missing(query, caller, occasion, options, model, missing)
            finally:
                self._engine.progress.wipe()
            check_failures(query, "ai_embed", settings, self._engine.ledger, settled=True)

    def _find_kept(self, query: Query, caller: Caller, occasion: Occasion, model: str, text: str) -> bool:
        """Whether a vector was kept on disk; it is remembered then."""
        found = caller.kept.find(_key(model, text).hex()) if occasion.keep else None
        if found is not None and not query.counting:
            caller.enter(found, occasion, "kept")
            self._remember(model, [text], [np.frombuffer(base64.b64decode(found.text), np.float32)])
        return found is not None

    def _embed_missing(
        self, query: Query, caller: Caller, occasion: Occasion, options: dict[str, Any], model: str, texts: list[str]
    ) -> list[str]:
        """Have texts embedded once, whoever asks for them, and wait; those that another query gave up are returned."""
        with self._lock:
            shared = {text: self._in_flight[key] for text in texts if (key := _key(model, text)) in self._in_flight}
            own: set[Future[None]] = set()
            for batch in batched([text for text in texts if text not in shared]):
                future = caller.pool.submit(self._embed_batch, query, caller, occasion, options, model, batch)
                keys = [_key(model, text) for text in batch]
                self._in_flight.update(dict.fromkeys(keys, future))
                future.add_done_callback(partial(self._landed, keys))
                own.add(future)
        waiting = own | set(shared.values())
        try:
            while waiting:
                done, waiting = wait(waiting, _WAIT_SECONDS)
                summaries = self._engine.ledger.summaries(query.id)
                self._engine.progress.show(summaries, len(waiting), occasion.settings.progress)
                if query.cancel.is_set():
                    raise CancelledError("The query was cancelled.")
                for future in done & own:
                    future.result()
        except BaseException as error:
            if not isinstance(error, FatalError):
                query.cancel.set()
            for future in own:
                future.cancel()
            raise
        return [text for text, future in shared.items() if future.cancelled() or future.exception() is not None]

    def _landed(self, keys: Sequence[bytes], _: Future[None]) -> None:
        with self._lock:
            for key in keys:
                self._in_flight.pop(key, None)

    def _embed_batch(
        self,
        query: Query,
        caller: Caller,
        occasion: Occasion,
        options: dict[str, Any],
        model: str,
        texts: Sequence[str],
    ) -> None:
        try:
            answer = caller.embed(texts, occasion, options.get("dims"))
        except CancelledError:
            raise
        except ModelError as error:
            if len(texts) > 1:  # one of them is too long, or all together: the halves tell which
                half = len(texts) // 2
                self._embed_batch(query, caller, occasion, options, model, texts[:half])
                self._embed_batch(query, caller, occasion, options, model, texts[half:])
                return
            self._engine.ledger.failed(occasion.summary, texts[0], str(error))
            self._remember(model, texts, [None])
            with query.lock:
                query.asked += 1
                query.failed += 1
            check_failures(query, "ai_embed", occasion.settings, self._engine.ledger)
            return
        dims = options.get("dims")
        if dims is not None and len(answer.vectors[0]) != dims:
            raise FatalError(
                ConfigError(
                    f"{caller.name} gives vectors of {len(answer.vectors[0])}, not {dims}.", "Change or leave out dims."
                )
            )
        vectors = [np.asarray(vector, np.float32) for vector in answer.vectors]
        self._remember(model, texts, vectors)
        with query.lock:
            query.asked += len(texts)
        if occasion.keep:
            for text, vector in zip(texts, vectors, strict=True):
                written = base64.b64encode(vector.tobytes()).decode()
                caller.kept.keep(_key(model, text).hex(), Generation(written, 0, 0, 0, 0.0, 0.0))

    def _remember(self, model: str, texts: Sequence[str], vectors: Sequence[Any]) -> None:
        with self._lock:
            for text, vector in zip(texts, vectors, strict=True):
                self._vectors[_key(model, text)] = vector
            while len(self._vectors) > MOST_REMEMBERED:
                self._vectors.popitem(last=False)


def batched(texts: Sequence[str]) -> list[list[str]]:
    """Texts in their order, in batches that one request takes."""
    batches: list[list[str]] = []
    tokens = 0
    for text in texts:
        size = len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN + 1
        if not batches or len(batches[-1]) >= MOST_TEXTS_A_BATCH or tokens + size > MOST_TOKENS_A_BATCH:
            batches.append([])
            tokens = 0
        batches[-1].append(text)
        tokens += size
    return batches


def _model_key(caller: Caller, options: dict[str, Any]) -> str:
    return f"{caller.client.identity} {options.get('dims')}"


def _key(model: str, text: str) -> bytes:
    return hashlib.blake2b(f"{model}\n{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
