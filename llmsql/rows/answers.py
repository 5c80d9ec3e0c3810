"""What has come of inputs, by the hash of all that decides it, and what is being asked for at the moment.

Who finds an input being asked for waits for it instead of asking again. An input that failed is remembered for its
query only, so that the next one may succeed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from llmsql.rows.queries import Outcome, Query

MOST_REMEMBERED = 200_000
Inputs = list[tuple[bytes, str]]
"""Keys and texts."""
Outcomes = dict[bytes, Outcome]
Ask = Callable[[Sequence[str]], Iterable[Outcome]]
"""What comes of each input of a batch, in their order; each is remembered as soon as it is given."""


def one_by_one(inputs: Inputs) -> list[Inputs]:
    """Each input in a request of its own."""
    return [[pair] for pair in inputs]


@dataclass
class Claim:
    """What becomes of inputs that a thread wants answered.

    Args:
        own: asked for by this thread; each gives the outcomes of its inputs.
        shared: asked for by another one, by input.
        landed: answered since they were looked for.
    """

    own: set[Future[Outcomes]] = field(default_factory=set)
    shared: dict[bytes, Future[Outcomes]] = field(default_factory=dict)
    landed: Outcomes = field(default_factory=dict)


class Answers:
    """The outcomes that a connection and its cursors share; safe from any thread, bounded, the oldest go first.

    Args:
        most: how many are remembered.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._lock = threading.RLock()  # a future that is done at once lands while it is claimed
        self._outcomes: OrderedDict[bytes, Outcome] = OrderedDict()
        self._in_flight: dict[bytes, Future[Outcomes]] = {}

    def __contains__(self, key: bytes) -> bool:
        return key in self._outcomes

    def find(self, query: Query, key: bytes, proxy_key: bytes = b"") -> Outcome | None:
        """What the model said of an input before, or in this query where it failed; else what a proxy decided."""
        known = self._outcomes.get(key) or self._outcomes.get(_failed_key(query, key))
        return known or (self._outcomes.get(key + proxy_key) if proxy_key else None)

    def find_all(self, query: Query, keys: Iterable[bytes], proxy_key: bytes = b"") -> Outcomes:
        """Those of several inputs that are known."""
        with self._lock:
            return {key: known for key in keys if (known := self.find(query, key, proxy_key)) is not None}

    def keep(self, outcomes: Mapping[bytes, Outcome]) -> None:
        """Remember outcomes."""
        with self._lock:
            self._outcomes.update(outcomes)
            while len(self._outcomes) > self._most:
                self._outcomes.popitem(last=False)

    def keep_decided(self, outcomes: Mapping[bytes, Outcome], proxy_key: bytes) -> None:
        """Remember what a proxy decided, apart from what the model says."""
        self.keep({key + proxy_key: outcome for key, outcome in outcomes.items()})

    def claim(
        self,
        query: Query,
        missing: Inputs,
        ask: Ask,
        submit: Callable[[Callable[[], Outcomes]], Future[Outcomes]],
        batched: Callable[[Inputs], list[Inputs]] = one_by_one,
    ) -> Claim:
        """Have every input asked for once.

        Args:
            query: that wants them.
            missing: inputs without an outcome.
            ask: answers a batch.
            submit: begins to do something, in another thread.
            batched: which inputs are asked for together.
        """
        with self._lock:
            claim = Claim(landed=self.find_all(query, [key for key, _ in missing]))
            left = [pair for pair in missing if pair[0] not in claim.landed]
            claim.shared = {key: self._in_flight[key] for key, _ in left if key in self._in_flight}
            for batch in batched([pair for pair in left if pair[0] not in claim.shared]):
                future = submit(partial(self._answer, query, ask, batch))
                keys = [key for key, _ in batch]
                self._in_flight.update(dict.fromkeys(keys, future))
                future.add_done_callback(partial(self._landed, keys))
                claim.own.add(future)
        return claim

    def _answer(self, query: Query, ask: Ask, batch: Inputs) -> Outcomes:
        """Ask and remember: before the future is done, for who waits for it looks here, and callbacks come later."""
        outcomes = {}
        for (key, _), outcome in zip(batch, ask([text for _, text in batch]), strict=True):
            outcomes[key] = outcome
            self.keep({key if outcome.error is None else _failed_key(query, key): outcome})
        return outcomes

    def _landed(self, keys: Sequence[bytes], _: Future[Outcomes]) -> None:
        with self._lock:
            for key in keys:
                self._in_flight.pop(key, None)


def _failed_key(query: Query, key: bytes) -> bytes:
    return key + query.id.to_bytes(8, "little")
