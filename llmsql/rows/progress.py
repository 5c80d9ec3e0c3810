"""How far a query's row functions are: a line on standard error, or wherever a front end shows it.

DuckDB hands over a chunk at a time, so what is left is known for the chunk: the line says so. It is shown on terminals
and in notebooks; the shell has a status line of its own, and asks for ``ProgressLine.standing``.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from llmsql.rows.ledger import Summary

_AFTER_SECONDS = 2.0
_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a query is.

    Args:
        text: rows, calls, cached answers, failures, cost and speed so far.
        waiting: inputs of the chunk without an answer yet.
        seconds: until they have one, at the speed so far; None before the first answer.
    """

    text: str
    waiting: int
    seconds: float | None

    def __str__(self) -> str:
        if not self.waiting or self.seconds is None:
            return self.text
        return f"{self.text}, {self.waiting:,} left of this chunk, {self.seconds:.0f} s"


class ProgressLine:
    """Written over itself at most twice a second, from two seconds on, and wiped at the end.

    Attributes:
        standing: of the query that waits for a model; None where none does.
        elsewhere: a front end shows it, and nothing is written.
    """

    def __init__(self) -> None:
        self.standing: Standing | None = None
        self.elsewhere = False
        self._lock = threading.Lock()
        self._last = 0.0
        self._width = 0

    def show(self, summaries: Sequence[Summary], left: int, wanted: bool | None) -> None:
        """Write the line, if it is time.

        Args:
            summaries: of the query.
            left: inputs of this chunk that wait for an answer.
            wanted: None where only a person who looks on wants it.
        """
        if not summaries:
            return
        now = time.monotonic()
        self.standing = describe(summaries, left, now)
        if wanted is False or self.elsewhere or (wanted is None and not _is_looked_at()):
            return
        with self._lock:
            if now - self._last < _EVERY_SECONDS or now - min(s.began for s in summaries) < _AFTER_SECONDS:
                return
            self._last = now
            self._write(str(self.standing))

    def wipe(self) -> None:
        """Take the line away."""
        with self._lock:
            self.standing = None
            if self._width:
                self._write("")
                self._width = 0

    def _write(self, text: str) -> None:
        """Over the last line, with blanks over what was longer: notebooks know no code that erases."""
        text = text[: shutil.get_terminal_size().columns - 1]
        back = "" if text else "\r"
        print(f"\r{text.ljust(self._width)}{back}", end="", file=sys.stderr, flush=True)
        self._width = len(text)


def _is_looked_at() -> bool:
    """Whether standard error is a terminal or a notebook's cell."""
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel.")


def describe(summaries: Sequence[Summary], left: int, now: float) -> Standing:
    """How far a query is.

    Args:
        summaries: of its functions.
        left: inputs of the chunk without an answer yet.
        now: of the monotonic clock.
    """
    calls, kept = sum(s.calls for s in summaries), sum(s.kept for s in summaries)
    cached = kept + sum(s.remembered for s in summaries)
    errors, rows = sum(s.errors for s in summaries), sum(s.rows for s in summaries)
    rate = (calls + kept) / max(0.001, now - min(s.began for s in summaries))
    costs = [s.cost_usd for s in summaries]
    parts = [f"{', '.join(dict.fromkeys(s.function for s in summaries))}: {rows:,} rows, {calls:,} calls"]
    parts += [f"{number:,} {what}" for number, what in ((cached, "cached"), (errors, "failed")) if number]
    if any(costs):
        parts.append(f"{sum(cost or 0.0 for cost in costs):.4f} $")
    parts.append(f"{rate:.1f}/s")
    return Standing(", ".join(parts), left, left / rate if rate else None)
