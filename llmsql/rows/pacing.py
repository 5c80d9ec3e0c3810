"""How fast a model is called: requests and tokens per minute, and pauses that the server asks for.

One ``Pacer`` a model: when one call is told to wait, all of them wait, instead of each running into the same limit.
"""

from __future__ import annotations

import random
import threading
import time

from llmsql.clients.calls import sleep

_POLL_SECONDS = 0.1
_LONGEST_BACKOFF = 30.0


class Pacer:
    """Spaces calls.

    Args:
        requests_per_minute: None for no limit.
        tokens_per_minute: None for no limit.
    """

    def __init__(self, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._buckets = [_Bucket(limit) for limit in (requests_per_minute, tokens_per_minute)]
        self._lock = threading.Lock()
        self._paused_until = 0.0
        self._refusals = 0

    def wait(self, tokens: int, cancel: threading.Event) -> None:
        """Wait for the turn of a call.

        Args:
            tokens: that it will likely take.
            cancel: stops the waiting.

        Raises:
            CancelledError: ``cancel`` was set.
        """
        while True:
            with self._lock:
                now = time.monotonic()
                delay = max(
                    self._paused_until - now,
                    *(b.delay(n, now) for b, n in zip(self._buckets, (1, tokens), strict=True)),
                )
                if delay <= 0:
                    for bucket, amount in zip(self._buckets, (1, tokens), strict=True):
                        bucket.take(amount)
                    return
            sleep(min(delay, _POLL_SECONDS * 10), cancel)

    def refused(self, retry_after: float | None) -> float:
        """The server takes no more for now: pause all calls.

        Args:
            retry_after: seconds that it asked for; else they grow from refusal to refusal, with jitter.

        Returns:
            Seconds of the pause.
        """
        with self._lock:
            seconds = backoff(self._refusals) if retry_after is None else retry_after * random.uniform(1.0, 1.1)
            self._refusals += 1
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)
            return seconds

    def accepted(self) -> None:
        """The server answers again."""
        self._refusals = 0


class _Bucket:
    """Allows an amount a minute, evenly, after a burst of at most a second's worth and one call."""

    def __init__(self, per_minute: float | None) -> None:
        self._per_second = None if per_minute is None else per_minute / 60
        self._level = 0.0
        self._at = time.monotonic()

    def delay(self, amount: float, now: float) -> float:
        """Seconds until the amount may be taken."""
        if self._per_second is None:
            return 0.0
        self._level = max(0.0, self._level - (now - self._at) * self._per_second)
        self._at = now
        return max(0.0, (self._level - self._per_second) / self._per_second)

    def take(self, amount: float) -> None:
        """Count an amount."""
        self._level += amount


def backoff(failures: int) -> float:
    """Seconds to wait after that many failures before: exponential, jittered, at most half a minute."""
    return random.uniform(0.5, 1.0) * min(_LONGEST_BACKOFF, 0.5 * 2.0**failures)
