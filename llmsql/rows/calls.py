"""One call of a model for one prompt: kept answers first, then budget, pacing, retries; the books are kept here too."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from llmsql.chat import Message
from llmsql.clients import Generation, GenerationRequest, LLMClient
from llmsql.clients.answer_cache import AnswerCache
from llmsql.clients.base import Embedding, choice_schema
from llmsql.clients.calls import sleep
from llmsql.clients.client import list_price, price_usd
from llmsql.errors import (
    ConfigError,
    LimitError,
    LLMSQLError,
    ModelNotFoundError,
    OfflineError,
    ProviderAuthError,
    ProviderConnectionError,
    ProviderError,
    ProviderRateLimitError,
    RegistryError,
    WeightsError,
)
from llmsql.rows.budget import Amounts, Budget
from llmsql.rows.ledger import Call, Ledger, Summary
from llmsql.rows.pacing import Pacer, backoff
from llmsql.rows.shapes import UnfitAnswerError
from llmsql.rows.tasks import Prompt
from llmsql.settings import Settings

MOST_RETRIES = 3
PATIENCE_SECONDS = 600.0
_REACH_SECONDS = 2.0
# A token has at least this many bytes in nearly every text; estimates that must not be too low use it.
BYTES_PER_TOKEN = 3
_CHAT_TOKENS = 8
_SMALL_MODELS = frozenset({"llamacpp", "ollama", "transformers"})
"""Providers whose models run on this machine."""
_ALWAYS_FATAL = (
    ConfigError, LimitError, ModelNotFoundError, OfflineError, ProviderAuthError, RegistryError, WeightsError,
)  # fmt: skip


class FatalError(Exception):
    """Stops the whole query; ``error`` is the reason to show."""

    def __init__(self, error: LLMSQLError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Occasion:
    """For whom a call is made.

    Args:
        settings: of the query.
        summary: the books of the function in the query.
        budget: of the query and its connection.
        cancel: stops the call.
        temperature: 0 is greedy.
        seed: of sampling; tells apart requests that are else the same.
        keep: use and keep answers on disk.
    """

    settings: Settings
    summary: Summary
    budget: Budget
    cancel: threading.Event
    temperature: float = 0.0
    seed: int | None = None
    keep: bool = False


@dataclass
class Caller:
    """A model as the row functions call it.

    Args:
        name: to show.
        client: of the model; its own retries are off, they are made here for all calls together.
        concurrency: calls in flight at once.
        pacer: shared by all calls.
        ledger: where calls are entered.
        kept: answers on disk, for whoever wants them.
        answered: whether the model has answered anything yet.
        strays: answers that were to be a bare word and were none, less those that were one; while there are more, the
            model is held to a JSON Schema at once.
    """

    name: str
    client: LLMClient
    concurrency: int
    pacer: Pacer
    ledger: Ledger
    kept: AnswerCache
    answered: bool = False
    strays: int = 0
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.client.max_retries = 0
        self.pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix=f"llmsql-{self.client.provider}")

    def close(self) -> None:
        """Let the calls in flight go, and free the model."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.kept.close()
        self.client.close()

    def answer(self, prompt: Prompt, occasion: Occasion) -> Any:
        """The value of a model's answer to a prompt; one that does not fit its form is asked for once more.

        A choice is asked for as a bare word, which is short, and the second time as JSON, which servers are held to.

        Raises:
            UnfitAnswerError: neither answer fits.
            FatalError: the whole query has to stop.
            ModelError: this call failed.
        """
        request = self._request(prompt, occasion)
        key = self._key(request, occasion)
        found = self.kept.find(key) if occasion.keep and occasion.temperature == 0 else None
        if found is not None:
            with contextlib.suppress(UnfitAnswerError):  # kept by a version that read it otherwise
                value = prompt.read(found.text)
                self.enter(found, occasion, "kept")
                return value
        held = _held(request)
        sent = held if self.strays > 0 else request
        written = self._generate(sent, occasion)
        try:
            value = _read(prompt, written)
            self.strays -= sent is not held
        except UnfitAnswerError as error:
            self.strays += sent is not held
            told = Message("user", f"That answer cannot be used: {error}. Answer again, in the form asked for.")
            again = (*request.messages, Message("assistant", written.text), told)
            written = self._generate(replace(held, messages=again), occasion)
            value = _read(prompt, written)
        if occasion.keep and occasion.temperature == 0:
            self.kept.keep(key, written)
        return value

    def is_kept(self, prompt: Prompt, occasion: Occasion) -> bool:
        """Whether an answer to a prompt was kept from before."""
        if not occasion.keep or occasion.temperature > 0:
            return False
        return self.kept.find(self.request_key(prompt, occasion)) is not None

    def request_key(self, prompt: Prompt, occasion: Occasion) -> str:
        """Hash of all that a prompt asks with, which its answer is kept under."""
        return self._key(self._request(prompt, occasion), occasion)

    def embed(self, texts: Sequence[str], occasion: Occasion, dimensions: int | None) -> Embedding:
        """Vectors of texts, in one request.

        Raises:
            FatalError, ModelError: as ``answer``.
        """
        if occasion.settings.offline:
            raise FatalError(_offline(self.name))
        read = sum(map(count_tokens, texts))
        request = GenerationRequest((), timeout=occasion.settings.timeout, cancel=occasion.cancel)

        def books(answer: Embedding) -> Generation:
            return Generation("", answer.prompt_tokens, 0, 0, answer.seconds, answer.cost_usd)

        answer: Embedding = self._sent(
            lambda: self.client.embed(texts, request, dimensions=dimensions), books, read, 0, occasion
        )
        return answer

    def most(self, read: int, write: int) -> Amounts:
        """What a call takes at most.

        Args:
            read: tokens of the prompt.
            write: most tokens of the answer.
        """
        price = list_price(self.client.provider, self.client.model)
        cost = None if price is None else (read * price["input"] + write * price["output"]) / 1e6
        return Amounts(1, read + write, cost)

    def _request(self, prompt: Prompt, occasion: Occasion) -> GenerationRequest:
        examples = prompt.examples if self.client.provider in _SMALL_MODELS else ()
        return GenerationRequest(
            messages=(*prompt.messages[:-1], *examples, prompt.messages[-1]),
            max_tokens=prompt.max_tokens or occasion.settings.max_tokens,
            temperature=occasion.temperature,
            schema=prompt.schema,
            choices=prompt.choices,
            seed=occasion.seed,
            timeout=occasion.settings.timeout,
            cancel=occasion.cancel,
        )

    def _key(self, request: GenerationRequest, occasion: Occasion) -> str:
        asked = [
            "rows",
            self.client.identity,
            [[message.role, message.content] for message in request.messages],
            request.max_tokens,
            request.schema,
            list(request.choices),
            occasion.seed,
        ]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=True).encode()).hexdigest()

    def _generate(self, request: GenerationRequest, occasion: Occasion) -> Generation:
        if occasion.settings.offline:
            raise FatalError(_offline(self.name))
        read = sum(count_tokens(message.content) + _CHAT_TOKENS for message in request.messages)
        answer: Generation = self._sent(
            lambda: self.client.generate(request), lambda answer: answer, read, request.max_tokens, occasion
        )
        return answer

    def _sent(
        self, send: Callable[[], Any], books: Callable[[Any], Generation], read: int, write: int, occasion: Occasion
    ) -> Any:
        """An answer, asked for again where that may help; every request is in the budget and in the books.

        Refusals for being too fast are waited out by all calls together.
        """
        errors: list[ProviderError] = []
        started = time.monotonic()
        try:
            while True:
                self.pacer.wait(read + write, occasion.cancel)
                try:
                    answer, counted = self._send_once(send, books, read, write, occasion)
                    break
                except ProviderError as error:
                    errors.append(error)
                    self._wait_to_resend(errors, started, occasion.cancel)
                except _ALWAYS_FATAL as error:
                    raise FatalError(error) from None
        except (FatalError, LLMSQLError):
            if errors:
                nothing = Generation("", 0, 0, 0, time.monotonic() - started, 0.0)
                self.enter(nothing, occasion, "failed", len(errors))
            raise
        self.pacer.accepted()
        self.answered = True
        self.enter(counted, occasion, "model", len(errors) + 1)
        return answer

    def _wait_to_resend(self, errors: Sequence[ProviderError], started: float, cancel: threading.Event) -> None:
        """Wait as long as the latest error of a call asks for.

        Raises:
            FatalError: the whole query has to stop.
            ProviderError: the latest error, where sending again does not help.
        """
        error = errors[-1]
        if isinstance(error, ProviderRateLimitError):
            waits = time.monotonic() + (error.retry_after or 0.0)
            if not error.retryable or waits > started + PATIENCE_SECONDS:
                raise FatalError(error) from None
            self.pacer.refused(error.retry_after)
            return
        failures = sum(not isinstance(other, ProviderRateLimitError) for other in errors)
        dead = isinstance(error, ProviderConnectionError) and not self._reachable()
        if isinstance(error, _ALWAYS_FATAL) or (dead and (not self.answered or failures > MOST_RETRIES)):
            raise FatalError(error) from None
        if not error.retryable or failures > MOST_RETRIES:
            raise error
        sleep(max(backoff(failures - 1), error.retry_after or 0.0), cancel)

    def _send_once(
        self, send: Callable[[], Any], books: Callable[[Any], Generation], read: int, write: int, occasion: Occasion
    ) -> tuple[Any, Generation]:
        """An answer, and as it goes into the books: with our own count of tokens where the server has none."""
        most = self.most(read, write)
        occasion.budget.reserve(most, occasion.settings, self.name, occasion.cancel)
        spent = self.most(read, 0)  # of a call that is cut off or given up
        try:
            answer = send()
            counted = books(answer)
            if not counted.prompt_tokens:
                wrote = count_tokens(counted.text) if write else 0
                counted = replace(counted, prompt_tokens=read, completion_tokens=wrote)
                if counted.cost_usd is None:
                    counted = replace(counted, cost_usd=price_usd(self.client.model, counted))
            spent = Amounts(1, counted.prompt_tokens + counted.completion_tokens, counted.cost_usd)
        except ProviderRateLimitError:
            spent = Amounts()
            raise
        except ProviderError as error:
            if error.status_code is not None or not self.answered:
                spent = Amounts(1)
            raise
        finally:
            occasion.budget.settle(most, spent)
        return answer, counted

    def _reachable(self) -> bool:
        """Whether something listens at the server's address: a cut connection is one row's trouble, this is not."""
        url = urlsplit(self.client.server_url or "")
        if not url.hostname:
            return True
        try:
            port = url.port or (443 if url.scheme == "https" else 80)
            socket.create_connection((url.hostname, port), _REACH_SECONDS).close()
        except (OSError, ValueError):
            return False
        return True

    def enter(self, answer: Generation, occasion: Occasion, source: str, attempts: int = 1) -> None:
        """Enter an answer into the books.

        Args:
            answer: with its counts.
            occasion: that it was for.
            source: ``model``, ``kept`` where it was kept from before, ``failed`` where there is none.
            attempts: requests that it took.
        """
        summary = occasion.summary
        free = source == "kept"
        self.ledger.called(
            summary,
            Call(
                query_id=summary.query_id,
                at=datetime.now(UTC),
                function=summary.function,
                provider=summary.provider,
                model=summary.model,
                source=source,
                input_tokens=answer.prompt_tokens,
                output_tokens=answer.completion_tokens,
                cached_tokens=answer.cached_tokens,
                attempts=0 if free else attempts,
                seconds=0.0 if free else answer.seconds,
                cost_usd=0.0 if free else answer.cost_usd,
            ),
        )


def count_tokens(text: str) -> int:
    """About how many tokens a text has; rather too many than too few."""
    return len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN + 1


def _held(request: GenerationRequest) -> GenerationRequest:
    """A request for a choice as one for JSON; any other as it is."""
    return replace(request, choices=(), schema=choice_schema(request.choices)) if request.choices else request


def _read(prompt: Prompt, answer: Generation) -> Any:
    if answer.truncated and prompt.whole:
        raise UnfitAnswerError(f"it was cut off at {answer.completion_tokens} tokens; raise max_tokens")
    return prompt.read(answer.text)


def _offline(model: str) -> OfflineError:
    return OfflineError(
        f"llmsql_offline is set, and an answer of {model} was not kept from before.",
        "Run the query once with SET VARIABLE llmsql_offline = false and llmsql_keep_answers = true.",
    )
