"""What is known of a query while it runs: its functions, its budget, and what has come of its inputs."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from llmsql.errors import CancelledError, LLMSQLError
from llmsql.rows.budget import Budget
from llmsql.rows.calls import Caller, FatalError, Occasion
from llmsql.rows.ledger import Summary
from llmsql.rows.tasks import Task

COUNTING = "llmsql_counting"
MOST_SEEN = 1_000_000
# DuckDB may evaluate a function again before it notices that the query was interrupted.
_INTERRUPTED_SECONDS = 1.0


class Outcome(NamedTuple):
    """What came of an input: its value, as JSON or a vector, or why it has none."""

    value: Any
    error: str | None


@dataclass
class Query:
    """A query, as far as its row functions know of it.

    Args:
        id: DuckDB's.
        budget: what it may spend.
        counting: a token where it is only estimated: nothing is asked.
        connection: number of the one that it runs on.
        rows: that reached a function with a model, while counting.
        counts: what distinct inputs would take, while counting.
        ended_early: keys of functions that a ``LIMIT`` may stop: what they have not been asked is NULL.
    """

    id: int
    budget: Budget
    counting: str | None = None
    connection: int | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    fatal: LLMSQLError | None = None
    active: int = 0
    asked: int = 0
    failed: int = 0
    warned: int = 0
    interrupted_at: float = -math.inf
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict)
    ended_early: set[bytes] = field(default_factory=set)
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

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While a chunk is answered: whatever stops it stops the whole query, and all its threads give one reason.

        Raises:
            LLMSQLError: the reason.
        """
        if time.monotonic() - self.interrupted_at < _INTERRUPTED_SECONDS:
            raise CancelledError("The query was cancelled.")
        with self.lock:
            self.active += 1
        try:
            yield
        except (FatalError, CancelledError) as error:
            with self.lock:
                if isinstance(error, FatalError):
                    self.fatal = self.fatal or error.error
                else:
                    self.cancel.set()
                reason = self.fatal or CancelledError("The query was cancelled.")
            raise reason from None
        finally:
            with self.lock:
                self.active -= 1
                if not self.active and (self.cancel.is_set() or self.fatal is not None):
                    # DuckDB 1 gives a prepared statement the same id each time that it runs. Calls that are still on
                    # their way keep the event that stops them.
                    self.fatal, self.cancel = None, threading.Event()
                    self.plans.clear()

    def interrupt(self) -> None:
        """Stop what waits for a model."""
        if self.active:
            self.interrupted_at = time.monotonic()
            self.cancel.set()


@dataclass(frozen=True)
class Plan:
    """A function with its constant arguments, in a query.

    Args:
        function: its name.
        task: what it asks.
        caller: of the model.
        occasion: for its calls.
        on_error: one of ``ON_ERROR``.
        key: hash of what decides the model's answer besides the input.
        min_accuracy: agreement with the model from which a proxy may answer for it; None for no proxy.
        proxy_key: hash of what decides such a proxy.
        proxy_name: that it is kept under, in place of those that other words or vectors made; empty for one that is of
            its query only.
    """

    function: str
    task: Task
    caller: Caller
    occasion: Occasion
    on_error: str
    key: bytes
    min_accuracy: float | None = None
    proxy_key: bytes = b""
    proxy_name: str = ""

    @property
    def summary(self) -> Summary:
        """The books."""
        return self.occasion.summary

    def key_of(self, text: str) -> bytes:
        """What the model's answer for an input is remembered under."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self.key, digest_size=16).digest()


class Count(NamedTuple):
    """What an input, or a batch of them, would take."""

    function: str
    caller: Caller
    inputs: int
    calls: int
    input_tokens: int
    output_tokens: int
