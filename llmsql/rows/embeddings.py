"""``ai_embed``: vectors of texts, in batches, each distinct text once; kept on disk as other answers are."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from llmsql.clients import Generation
from llmsql.errors import CancelledError, ConfigError, ModelError
from llmsql.rows.answers import Answers, Inputs, Outcomes
from llmsql.rows.calls import Caller, FatalError, Occasion, count_tokens
from llmsql.rows.chunks import KEPT_CHUNKS, Stops, distinct_inputs
from llmsql.rows.engine import RowEngine
from llmsql.rows.failures import check_failures
from llmsql.rows.plans import check_options
from llmsql.rows.queries import Count, Outcome, Query
from llmsql.rows.shapes import MOST_ELEMENTS
from llmsql.settings import Settings

MOST_TEXTS_A_BATCH = 128
MOST_TOKENS_A_BATCH = 20_000
MOST_REMEMBERED = 100_000


class VectorFunctions:
    """The Python side of ``ai_embed``, in two functions as the others; see ``chunks``.

    Args:
        engine: has the models, the books and the queries.
    """

    def __init__(self, engine: RowEngine) -> None:
        self._engine = engine
        engine.vectors = self.vectors
        self._stops = Stops()
        self._vectors = Answers(MOST_REMEMBERED)
        self._alive: deque[Any] = deque(maxlen=KEPT_CHUNKS)

    def errors(self, texts: Any, arguments: Any, sessions: Any, queries: Any) -> Any:
        """Embed a chunk; NULL for each row, or the reason why the query must stop."""

        def work() -> None:
            for argument, session, inputs, places in distinct_inputs(texts, arguments, sessions):
                query, settings, caller, options = self._called(argument, session, queries)
                self._engine.count_rows(query, "ai_embed", caller, int(np.count_nonzero(places >= 0)))
                self._embed(query, settings, caller, options, inputs)

        return self._stops.column(queries, len(texts), work)

    def values(self, texts: Any, arguments: Any, sessions: Any, queries: Any) -> Any:
        """The vectors of a chunk, which ``errors`` has seen to."""
        vectors: list[Any] = []
        places = np.full(len(texts), -1, dtype=np.int64)
        for argument, session, inputs, own in distinct_inputs(texts, arguments, sessions):
            query, _, caller, options = self._called(argument, session, queries)
            model = _model_key(caller, options)
            places[own >= 0] = own[own >= 0] + len(vectors)
            found = (self._vectors.find(query, _key(model, text)) for text in inputs)
            vectors += [None if outcome is None else outcome.value for outcome in found]
        result = _as_lists(vectors).take(pa.array(places, mask=places < 0))
        self._alive.append(result)
        return result

    def _called(self, argument: str, session: str, queries: Any) -> tuple[Query, Settings, Caller, dict[str, Any]]:
        """The query of a call, its settings, the model, and the options."""
        variables, options = json.loads(session), json.loads(argument)
        check_options("ai_embed", options)
        if options["dims"] is not None and not 1 <= options["dims"] <= MOST_ELEMENTS:
            raise ConfigError(f"dims {options['dims']} of ai_embed is not from 1 to {MOST_ELEMENTS}.")
        settings = self._engine.settings(variables)
        caller = self._engine.caller(settings, options.get("model"), embedding=True)
        return self._engine.query(queries[0].as_py(), variables), settings, caller, options

    def vectors(self, query: Query, settings: Settings, inputs: Sequence[str]) -> tuple[str, Any]:
        """The embedding model's name, and vectors of distinct texts, one row each.

        Raises:
            LLMSQLError: a text cannot be embedded, or the query has to stop.
        """
        caller = self._engine.caller(settings, None, embedding=True)
        vectors = [outcome.value for outcome in self._embed(query, settings, caller, {}, inputs)]
        if any(vector is None for vector in vectors):
            raise ModelError(f"{caller.name} could not embed every text.", "See FROM ai_errors().")
        return caller.name, np.array(vectors)

    def _embed(
        self, query: Query, settings: Settings, caller: Caller, options: dict[str, Any], texts: Sequence[str]
    ) -> list[Outcome]:
        """What comes of distinct texts, in their order; nothing while counting."""
        model = _model_key(caller, options)
        summary = self._engine.summary(query, "ai_embed", caller)
        occasion = Occasion(settings, summary, query.budget, query.cancel, keep=self._engine.keeps(settings))
        inputs = [(_key(model, text), text) for text in texts]
        keys = [key for key, _ in inputs]
        if query.counting:
            known, new = self._vectors.find_all(query, keys), query.first_seen(keys)
            missing = [(key, text) for key, text in inputs if key in new and key not in known]
            needed = [(k, t) for k, t in missing if not (occasion.keep and caller.kept.find(k.hex()))]
            with query.lock:
                for batch in batched(needed):
                    read = sum(count_tokens(text) for _, text in batch)
                    query.counts[batch[0][0]] = Count("ai_embed", caller, len(batch), 1, read, 0)
            return []
        found = self._engine.known(query, summary, self._vectors, keys)
        found |= self._find_kept(query, caller, occasion, [key for key in keys if key not in found])
        ask = partial(self._embed_batch, query, caller, occasion, options)
        missing = [pair for pair in inputs if pair[0] not in found]
        with query.at_work():
            try:
                found |= self._engine.collect(
                    query,
                    settings,
                    missing,
                    lambda inputs: self._vectors.claim(query, inputs, ask, caller.pool.submit, batched),
                )
            finally:
                self._engine.progress.wipe()
            check_failures(query, "ai_embed", settings, self._engine.ledger, settled=True)
        return [found[key] for key in keys]

    def _find_kept(self, query: Query, caller: Caller, occasion: Occasion, keys: Sequence[bytes]) -> Outcomes:
        """Vectors that were kept on disk; they are remembered then."""
        found = {}
        for key in keys if occasion.keep else ():
            kept = caller.kept.find(key.hex())
            if kept is not None:
                caller.enter(kept, occasion, "kept")
                found[key] = Outcome(np.frombuffer(base64.b64decode(kept.text), np.float32), None)
        self._vectors.keep(found)
        with query.lock:
            query.asked += len(found)
        return found

    def _embed_batch(
        self, query: Query, caller: Caller, occasion: Occasion, options: dict[str, Any], texts: Sequence[str]
    ) -> Iterator[Outcome]:
        try:
            answer = caller.embed(texts, occasion, options.get("dims"))
        except CancelledError:
            raise
        except ModelError as error:
            if len(texts) > 1:  # one of them is too long, or all together: the halves tell which
                half = len(texts) // 2
                yield from self._embed_batch(query, caller, occasion, options, texts[:half])
                yield from self._embed_batch(query, caller, occasion, options, texts[half:])
                return
            self._engine.ledger.failed(occasion.summary, texts[0], str(error))
            with query.lock:
                query.asked += 1
                query.failed += 1
            check_failures(query, "ai_embed", occasion.settings, self._engine.ledger)
            yield Outcome(None, str(error))
            return
        dims = options.get("dims")
        if dims is not None and len(answer.vectors[0]) != dims:
            raise FatalError(
                ConfigError(
                    f"{caller.name} gives vectors of {len(answer.vectors[0])}, not {dims}.", "Change or leave out dims."
                )
            )
        with query.lock:
            query.asked += len(texts)
        model = _model_key(caller, options)
        for text, numbers in zip(texts, answer.vectors, strict=True):
            vector = np.asarray(numbers, np.float32)
            if occasion.keep:
                written = base64.b64encode(vector.tobytes()).decode()
                caller.kept.keep(_key(model, text).hex(), Generation(written, 0, 0, 0, 0.0, 0.0))
            yield Outcome(vector, None)


def batched(inputs: Inputs) -> list[Inputs]:
    """Inputs in their order, in batches that one request takes."""
    batches: list[Inputs] = []
    tokens = 0
    for key, text in inputs:
        size = count_tokens(text)
        if not batches or len(batches[-1]) >= MOST_TEXTS_A_BATCH or tokens + size > MOST_TOKENS_A_BATCH:
            batches.append([])
            tokens = 0
        batches[-1].append((key, text))
        tokens += size
    return batches


def _as_lists(vectors: Sequence[Any]) -> Any:
    """Vectors as Arrow knows lists."""
    lengths = [0 if vector is None else len(vector) for vector in vectors]
    present = [vector for vector in vectors if vector is not None]
    flat = np.concatenate(present) if present else np.empty(0, np.float32)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
    missing = pa.array([vector is None for vector in vectors], pa.bool_())
    return pa.ListArray.from_arrays(offsets, pa.array(flat, pa.float32()), mask=missing)


def _model_key(caller: Caller, options: dict[str, Any]) -> str:
    return f"{caller.client.identity} {options.get('dims')}"


def _key(model: str, text: str) -> bytes:
    return hashlib.blake2b(f"{model}\n{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
