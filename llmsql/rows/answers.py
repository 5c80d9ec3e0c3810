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


@dataclass
class Claim:
    """What becomes of inputs that a thread wants answered.

    Args:
        own: asked for by this thread.
        shared: asked for by another one.
        landed: answered since they were looked for.
    """

    own: dict[bytes, Future[Outcome]] = field(default_factory=dict)
    shared: dict[bytes, Future[Outcome]] = field(default_factory=dict)
    landed: dict[bytes, Outcome] = field(default_factory=dict)


class Answers:
    """The outcomes that a connection and its cursors share; safe from any thread, bounded, the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a future that is done at once lands while it is claimed
        self._outcomes: OrderedDict[bytes, Outcome] = OrderedDict()
        self._in_flight: dict[bytes, Future[Outcome]] = {}

    def __contains__(self, key: bytes) -> bool:
        return key in self._outcomes

    def find(self, query: Query, key: bytes) -> Outcome | None:
        """What came of an input before, or in this query where it failed."""
        return self._outcomes.get(key) or self._outcomes.get(_failed_key(query, key))

    def find_all(self, query: Query, keys: Iterable[bytes]) -> dict[bytes, Outcome]:
        """Those of several inputs that are known."""
        with self._lock:
            return {key: known for key in keys if (known := self.find(query, key)) is not None}

    def keep(self, outcomes: Mapping[bytes, Outcome]) -> None:
        """Remember outcomes that nobody asked a model for."""
        with self._lock:
            self._outcomes.update(outcomes)
            self._drop_oldest()

    def claim(
        self,
        query: Query,
        missing: Sequence[tuple[bytes, str]],
        ask: Callable[[str], Outcome],
        submit: Callable[[Callable[[], Outcome]], Future[Outcome]],
    ) -> Claim:
        """Have every input asked for once.

        Args:
            query: that wants them.
            missing: keys and inputs.
            ask: what comes of one input.
            submit: begins to do something, in another thread.
        """
        claim = Claim()
        with self._lock:
            for key, text in missing:
                known = self.find(query, key)
                if known is not None:
                    claim.landed[key] = known
                elif key in self._in_flight:
                    claim.shared[key] = self._in_flight[key]
                else:
                    future = submit(partial(self._answer, query, key, ask, text))
                    self._in_flight[key] = claim.own[key] = future
                    future.add_done_callback(partial(self._landed, key))
        return claim

    def _answer(self, query: Query, key: bytes, ask: Callable[[str], Outcome], text: str) -> Outcome:
        """Ask and remember: before the future is done, for who waits for it looks here, and callbacks come later."""
        outcome = ask(text)
        with self._lock:
            self._outcomes[key if outcome.error is None else _failed_key(query, key)] = outcome
            self._drop_oldest()
        return outcome

    def _landed(self, key: bytes, _: Future[Outcome]) -> None:
        with self._lock:
            self._in_flight.pop(key, None)

    def _drop_oldest(self) -> None:
        while len(self._outcomes) > MOST_REMEMBERED:
            self._outcomes.popitem(last=False)


def _failed_key(query: Query, key: bytes) -> bytes:
    return key + query.id.to_bytes(8, "little")
