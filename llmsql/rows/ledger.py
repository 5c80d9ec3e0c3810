"""What row functions called, what it took, and what failed. Bounded: the oldest entries go first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MOST_CALLS = 100_000
MOST_FAILURES = 10_000
MOST_QUERIES = 1_000
_SHOWN_INPUT = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model, whether answered or not (``source = 'failed'``), or one kept answer (``'kept'``)."""

    query_id: int
    at: datetime
    function: str
    provider: str
    model: str
    source: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    attempts: int
    seconds: float
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Failure:
    """One input without an answer."""

    query_id: int
    at: datetime
    function: str
    model: str
    input: str
    error: str


@dataclass
class Summary:
    """One function with one model in one query.

    Args:
        rows: that reached the function with an input, repeated ones included.
        distinct_inputs: among them, with the constant arguments.
        calls: of the model that were answered.
        kept: answers that were kept from before.
        remembered: distinct inputs that an earlier query, or another part of this one, had answered.
        proxied: distinct inputs that a classifier trained on the model's answers decided.
    """

    query_id: int
    function: str
    provider: str
    model: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    rows: int = 0
    distinct_inputs: int = 0
    calls: int = 0
    kept: int = 0
    remembered: int = 0
    proxied: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    retries: int = 0
    errors: int = 0
    elapsed_ms: float = 0.0
    cost_usd: float | None = 0.0
    began: float = field(default_factory=time.monotonic, repr=False)


class Ledger:
    """The books of a connection and its cursors; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=MOST_CALLS)
        self._failures: deque[Failure] = deque(maxlen=MOST_FAILURES)
        self._summaries: OrderedDict[tuple[int, str, str], Summary] = OrderedDict()

    def summary(self, query_id: int, function: str, provider: str, model: str) -> Summary:
        """The summary of a function with a model in a query, made when first asked for."""
        key = (query_id, function, model)
        with self._lock:
            if key not in self._summaries:
                self._summaries[key] = Summary(query_id, function, provider, model)
                while len(self._summaries) > MOST_QUERIES:
                    self._summaries.popitem(last=False)
            return self._summaries[key]

    def count(self, summary: Summary, **amounts: int) -> None:
        """Add amounts to fields of a summary."""
        with self._lock:
            for name, amount in amounts.items():
                setattr(summary, name, getattr(summary, name) + amount)
            summary.elapsed_ms = (time.monotonic() - summary.began) * 1000

    def called(self, summary: Summary, call: Call) -> None:
        """Enter a call."""
        with self._lock:
            self._calls.append(call)
            if call.source == "kept":
                summary.kept += 1
                return
            summary.retries += call.attempts - 1
            summary.elapsed_ms = (time.monotonic() - summary.began) * 1000
            if call.source == "failed":
                return
            summary.calls += 1
            summary.input_tokens += call.input_tokens
            summary.output_tokens += call.output_tokens
            summary.cached_tokens += call.cached_tokens
            if summary.cost_usd is not None:
                summary.cost_usd = None if call.cost_usd is None else summary.cost_usd + call.cost_usd

    def failed(self, summary: Summary, text: str, error: str) -> None:
        """Enter an input without an answer."""
        shown = text if len(text) <= _SHOWN_INPUT else text[:_SHOWN_INPUT] + "…"
        with self._lock:
            summary.errors += 1
            self._failures.append(
                Failure(summary.query_id, datetime.now(UTC), summary.function, summary.model, shown, error)
            )

    def calls(self) -> list[Call]:
        """Calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def failures(self) -> list[Failure]:
        """Failures, oldest first."""
        with self._lock:
            return list(self._failures)

    def summaries(self, query_id: int | None = None) -> list[Summary]:
        """Summaries, oldest first; of one query, or all."""
        with self._lock:
            return [s for s in self._summaries.values() if query_id in (None, s.query_id)]

    def mean_seconds(self, model: str, function: str) -> float | None:
        """Mean time of a function's latest answered calls of a model, or else of any function's; None before them."""
        with self._lock:
            latest = [call.seconds for call in self._recent(model, function, 200)]
            latest = latest or [call.seconds for call in self._recent(model, None, 200)]
        return sum(latest) / len(latest) if latest else None

    def _recent(self, model: str, function: str | None, most: int) -> Iterator[Call]:
        for call in reversed(self._calls):
            if most <= 0:
                return
            if call.model == model and call.source == "model" and function in (None, call.function):
                most -= 1
                yield call


def as_rows(entries: list[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Entries as dictionaries that are ready for JSON."""

    def plain(value: Any) -> Any:
        return value.replace(tzinfo=None).isoformat(sep=" ") if isinstance(value, datetime) else value

    return [{name: plain(getattr(entry, name)) for name in names} for entry in entries]
