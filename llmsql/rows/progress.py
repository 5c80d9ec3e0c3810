"""A line on standard error that says how far a query's row functions are.

DuckDB hands over a chunk at a time, so what is left is known for the chunk: the line says so.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence

from llmsql.rows.ledger import Summary

_AFTER_SECONDS = 2.0
_EVERY_SECONDS = 0.5
_CLEAR = "\r\x1b[K"


class ProgressLine:
    """Written over itself at most twice a second, from two seconds on, and wiped at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0.0
        self._shown = False

    def show(self, summaries: Sequence[Summary], left: int, wanted: bool | None) -> None:
        """Write the line, if it is time.

        Args:
            summaries: of the query.
            left: inputs of this chunk that wait for an answer.
            wanted: None where only a terminal wants it.
        """
        if wanted is False or not summaries or (wanted is None and not sys.stderr.isatty()):
            return
        now = time.monotonic()
        with self._lock:
            if now - self._last < _EVERY_SECONDS or now - min(s.began for s in summaries) < _AFTER_SECONDS:
                return
            self._last, self._shown = now, True
        print(_CLEAR + describe(summaries, left, now), end="", file=sys.stderr, flush=True)

    def wipe(self) -> None:
        """Take the line away."""
        with self._lock:
            shown, self._shown = self._shown, False
        if shown:
            print(_CLEAR, end="", file=sys.stderr, flush=True)


def describe(summaries: Sequence[Summary], left: int, now: float) -> str:
    """The line.

    Args:
        summaries: of a query.
        left: inputs of the chunk without an answer yet.
        now: of the monotonic clock.
    """
    calls, kept = sum(s.calls for s in summaries), sum(s.kept for s in summaries)
    errors, rows = sum(s.errors for s in summaries), sum(s.rows for s in summaries)
    rate = (calls + kept) / max(0.001, now - min(s.began for s in summaries))
    costs = [s.cost_usd for s in summaries]
    parts = [f"{', '.join(dict.fromkeys(s.function for s in summaries))}: {rows:,} rows, {calls:,} calls"]
    parts += [f"{number:,} {what}" for number, what in ((kept, "kept"), (errors, "failed")) if number]
    if any(costs):
        parts.append(f"{sum(cost or 0.0 for cost in costs):.4f} $")
    parts.append(f"{rate:.1f}/s")
    if left and rate:
        parts.append(f"{left:,} left of this chunk, {left / rate:.0f} s")
    return ", ".join(parts)
