"""``LLMClient``: one object in front of every provider. Retries, waits, counts and prices; providers only answer.

``PROVIDERS`` says where each one is; its SDK is imported when the first client for it is made.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any, Self

import tenacity

from llmsql.chat import Message
from llmsql.clients.base import CallProgress, Embedding, Generation, GenerationRequest, Provider
from llmsql.clients.calls import POLL_SECONDS, sleep
from llmsql.errors import ConfigError, ProviderError, well_formed

PROVIDERS: dict[str, str] = {
    "llamacpp": "llmsql.clients.llamacpp:LlamaCppProvider",
    "ollama": "llmsql.clients.ollama:OllamaProvider",
    "openai": "llmsql.clients.openai:OpenAIProvider",
    "tgi": "llmsql.clients.openai:OpenAIProvider",
    "transformers": "llmsql.clients.transformers:TransformersProvider",
    "vllm": "llmsql.clients.openai:OpenAIProvider",
}
"""Provider name to ``module:Class``."""

_UNPRICED = frozenset({"llamacpp", "ollama", "tgi", "transformers", "vllm"})
_BACKOFF = tenacity.wait_random_exponential(multiplier=0.5, max=8.0)
# What may follow a priced name: a snapshot date or "-latest", then the owner and name of a fine-tune.
_SNAPSHOT = re.compile(r"(-\d{4}-\d{2}-\d{2}|-\d{4}|-latest)?(:.*)?")


class LLMClient:
    """A model, wherever it runs.

    Args:
        provider: a key of ``PROVIDERS``.
        model: the provider's name of the model; for ``llamacpp`` a GGUF file, for ``transformers`` a folder.
        base_url: address of the server, for the providers that have one.
        api_key: overrides the provider's environment variable.
        timeout: seconds for one ``generate`` call, retries and waits included.
        max_retries: further requests after the first one fails in a way that may pass.
        **options: what the provider's class takes, for example ``n_ctx``.

    Raises:
        ConfigError: unknown provider or option, or something that the provider needs is missing.
    """

    def __init__(
        self,
        provider: str,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout: float = 60.0,
        max_retries: int = 3,
        **options: Any,
    ) -> None:
        if timeout <= 0 or max_retries < 0:
            raise ConfigError("timeout must be above 0 and max_retries at least 0.")
        if not model:
            raise ConfigError("No model was named.", "Pass model or set LLM_MODEL.")
        self.provider = provider
        self.model = model
        self.timeout = timeout
        self.max_retries = max_retries
        self._provider = _open_provider(provider, model, {"base_url": base_url, "api_key": api_key, **options})

    def generate(
        self,
        request: GenerationRequest | Sequence[Message] | str,
        *,
        max_tokens: int = 512,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """Answer one request, trying again where that may help.

        Args:
            request: a whole request, which carries its own settings; or messages, or one user text.
            max_tokens: most tokens to write.
            temperature: 0 is greedy.
            stop: texts that end the answer and are not part of it.
            grammar: GBNF for the in-process engine.
            timeout: seconds for the whole call; the client's by default.
            cancel: set it to stop the call.

        Raises:
            CancelledError: ``cancel`` was set.
            ProviderError: the provider failed, after the retries that it allowed.
            ModelNotFoundError: the provider has no such model.
            WeightsError: the model's files cannot be loaded.
        """
        if not isinstance(request, GenerationRequest):
            request = GenerationRequest(
                messages=(Message("user", request),) if isinstance(request, str) else tuple(request),
                max_tokens=max_tokens,
                temperature=temperature,
                stop=tuple(stop),
                grammar=grammar,
                timeout=self.timeout if timeout is None else timeout,
                cancel=cancel or threading.Event(),
            )
        started = time.monotonic()
        deadline = started + request.timeout
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.max_retries + 1) | _stop_past(deadline),
            wait=_seconds_to_wait,
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, ProviderError) and error.retryable),
            sleep=functools.partial(sleep, cancel=request.cancel),
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                left = max(deadline - time.monotonic(), POLL_SECONDS)
                generation = self._provider.generate(replace(request, timeout=left))
        cost = 0.0 if self.provider in _UNPRICED else price_usd(self.model, generation)
        return replace(
            generation,
            text=well_formed(generation.text),
            seconds=time.monotonic() - started,
            cost_usd=cost,
            attempts=attempt.retry_state.attempt_number,
        )

    def generate_many(self, request: GenerationRequest, n: int) -> list[Generation]:
        """Several answers to one request, for example candidates at a temperature above 0.

        The in-process engine reads the prompt once and writes the answers side by side; other providers are asked
        ``n`` times.

        Args:
            request: what to answer.
            n: how many answers.

        Raises:
            ModelError: as ``generate``.
        """
        several = getattr(self._provider, "generate_many", None)
        if several is None:
            return [self.generate(request) for _ in range(n)]
        answers: list[Generation] = several(request, n)
        return answers

    def prepare(self, messages: Sequence[Message], cancel: threading.Event) -> None:
        """Load a local model, and let it read what questions on one schema share; nothing for a hosted one.

        Args:
            messages: as a question would send them.
            cancel: set it to stop.

        Raises:
            CancelledError: ``cancel`` was set.
            WeightsError: the model's files cannot be loaded.
        """
        prepare = getattr(self._provider, "prepare", None)
        if prepare is not None:
            prepare(messages, cancel)

    @property
    def progress(self) -> CallProgress | None:
        """How far a local model is with its call; None between calls, and for a hosted one."""
        return getattr(self._provider, "progress", None)

    def embed(
        self, texts: Sequence[str], request: GenerationRequest | None = None, *, dimensions: int | None = None
    ) -> Embedding:
        """Vectors of texts, in one request, tried again as ``generate`` is not: the caller decides.

        Args:
            texts: at least one.
            request: gives ``timeout`` and ``cancel``.
            dimensions: length of the vectors, for models that let it be chosen.

        Raises:
            ConfigError: the provider has no embeddings.
            CancelledError, ProviderError, ModelNotFoundError, WeightsError: as ``generate``.
        """
        embed = getattr(self._provider, "embed", None)
        if embed is None:
            raise ConfigError(
                f"Provider {self.provider} has no embeddings.", "Set llmsql_embed_model to another model."
            )
        answer: Embedding = embed(texts, request or GenerationRequest((), timeout=self.timeout), dimensions)
        read = Generation("", answer.prompt_tokens, 0, 0, answer.seconds, None)
        cost = 0.0 if self.provider in _UNPRICED else price_usd(self.model, read)
        return replace(answer, cost_usd=cost)

    def close(self) -> None:
        """Free connections, and a local model that no other client uses."""
        self._provider.close()

    @property
    def identity(self) -> str:
        """What decides an answer besides the request: provider, server and model, or a local model's files."""
        own = getattr(self._provider, "identity", None)
        return str(own) if own is not None else f"{self.provider} {self.server_url} {self.model}"

    @property
    def server_url(self) -> str | None:
        """Address of the server that answers, the in-process engine's loopback port included; else None."""
        return getattr(self._provider, "server_url", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"LLMClient(provider={self.provider!r}, model={self.model!r})"


def list_price(provider: str, model: str) -> Mapping[str, float] | None:
    """Dollars per million tokens: ``input``, ``cached_input``, ``output``; zeros for an own engine, None if unknown."""
    if provider in _UNPRICED:
        return {"input": 0.0, "cached_input": 0.0, "output": 0.0}
    names = [name for name in _prices() if model.startswith(name) and _SNAPSHOT.fullmatch(model[len(name) :])]
    return _prices()[max(names, key=len)] if names else None


def price_usd(model: str, generation: Generation) -> float | None:
    """List price of a generation in US dollars, or None without a known price or without counts.

    Args:
        model: the provider's name; a snapshot date and the tail of a fine-tune's name do not matter.
        generation: its token counts.
    """
    price = list_price("openai", model)
    if price is None or not generation.prompt_tokens:
        return None
    fresh = generation.prompt_tokens - generation.cached_tokens
    dollars = (
        fresh * price["input"]
        + generation.cached_tokens * price["cached_input"]
        + generation.completion_tokens * price["output"]
    )
    return dollars / 1_000_000


@functools.cache
def _prices() -> dict[str, dict[str, float]]:
    table = json.loads(resources.files("llmsql").joinpath("prices.json").read_text(encoding="utf-8"))
    models: dict[str, dict[str, float]] = table["models"]
    embeddings = {
        name: {"input": price, "cached_input": price, "output": 0.0}
        for name, price in table["embeddings"]["models"].items()
    }
    return models | embeddings


def _open_provider(name: str, model: str, options: dict[str, Any]) -> Provider:
    if name not in PROVIDERS:
        near = difflib.get_close_matches(name.lower(), PROVIDERS, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(PROVIDERS)}."
        raise ConfigError(f"There is no provider {name!r}.", hint)
    module, _, attribute = PROVIDERS[name].partition(":")
    provider_class = getattr(importlib.import_module(module), attribute)
    known = [p for p in inspect.signature(provider_class).parameters if p not in ("model", "provider")]
    given = {key: value for key, value in options.items() if value is not None}
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(known)}."
            raise ConfigError(f"Provider {name} has no option {key!r}.", hint)
    opened: Provider = provider_class(model, provider=name, **given)
    return opened


def _seconds_to_wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    return _BACKOFF(state) if asked is None else float(asked)


def _stop_past(deadline: float) -> Any:
    """Give up at once when the wait would end after the deadline: sleeping first would only hide the error."""
    return lambda state: time.monotonic() + state.upcoming_sleep >= deadline
