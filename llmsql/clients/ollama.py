"""Ollama, through its official client. Answers are streamed, so that a cancelled call stops the server too."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import ollama

from llmsql.clients.base import Embedding, Generation, GenerationRequest, choice_schema
from llmsql.clients.calls import (
    HTTP_FAULTS,
    Fault,
    as_model_error,
    class_names,
    find_fault,
    run_cancellable,
    safe_url,
    url_secrets,
)
from llmsql.errors import (
    LLMSQLError,
    ModelError,
    ModelNotFoundError,
    ProviderAuthError,
    ProviderConnectionError,
    ProviderRateLimitError,
    ProviderResponseError,
)

_START = "Start it with `ollama serve` or set OLLAMA_HOST."
FAULTS: Mapping[str, Fault] = {
    **HTTP_FAULTS,
    "ConnectionError": Fault(ProviderConnectionError, "cannot be reached.", _START, True, False),
    "ConnectError": Fault(ProviderConnectionError, "cannot be reached.", _START, True, False),
    "404": Fault(ModelNotFoundError, "has no model {model}.", "Run `ollama pull {model}`."),
    "401": Fault(ProviderAuthError, "refused the API key.", "Set OLLAMA_API_KEY.", detail=False),
    "403": Fault(ProviderAuthError, "refused the request.", "Set OLLAMA_API_KEY.", detail=False),
    "429": Fault(ProviderRateLimitError, "takes no more requests for now.", "Wait, then retry.", True),
    "5xx": Fault(ProviderResponseError, "failed on its side.", "Retry later, or look into its log.", True),
    "ResponseError": Fault(ProviderResponseError, "answered with an error."),
    "RequestError": Fault(ProviderResponseError, "got an incomplete request."),
}
"""Exception class of the SDK, or HTTP status of its ``ResponseError``, to what it means."""


class OllamaProvider:
    """A model that an Ollama server holds.

    Args:
        model: name and tag, as in ``qwen2.5-coder:1.5b``.
        provider: the name in messages.
        base_url: address; ``OLLAMA_HOST`` or http://localhost:11434 by default.
        api_key: for a server behind a proxy; ``OLLAMA_API_KEY`` by default.
        n_ctx: tokens of context. Always sent, because Ollama cuts longer prompts at its own default without a word.
        keep_alive: how long the server keeps the model loaded, as Ollama writes it.
    """

    def __init__(
        self,
        model: str,
        *,
        provider: str = "ollama",
        base_url: str | None = None,
        api_key: str | None = None,
        n_ctx: int = 8192,
        keep_alive: str = "10m",
    ) -> None:
        self.name = provider
        self.model = model
        base_url = base_url or os.environ.get("OLLAMA_HOST") or "http://localhost:11434"
        self.server_url = safe_url(base_url if "://" in base_url else f"http://{base_url}")
        self._n_ctx = n_ctx
        self._keep_alive = keep_alive
        self._secrets = (api_key, os.environ.get("OLLAMA_API_KEY"), *url_secrets(base_url))
        headers = {"authorization": f"Bearer {api_key}"} if api_key else None
        # httpx's limit is per read; the request's own limit covers the whole call and is kept by run_cancellable.
        self._client = ollama.Client(host=base_url, headers=headers, timeout=600.0)

    def generate(self, request: GenerationRequest) -> Generation:
        """Answer one request.

        Raises:
            CancelledError: the request was cancelled.
            ProviderError: the server failed or cannot be reached.
            ModelNotFoundError: the model is not pulled.
        """
        try:
            return run_cancellable(lambda abandoned: self._stream(request, abandoned), request, self.name)
        except LLMSQLError:
            raise
        except Exception as error:
            failure = error
        raise self._as_model_error(failure)

    def embed(self, texts: Sequence[str], request: GenerationRequest, dimensions: int | None = None) -> Embedding:
        """Vectors of texts, in one request; arguments and errors as ``OpenAIProvider.embed``."""
        started = time.monotonic()
        failure: Exception | None = None
        try:
            answer: Any = run_cancellable(
                lambda _: self._client.embed(
                    model=self.model, input=list(texts), dimensions=dimensions, keep_alive=self._keep_alive
                ),
                request,
                self.name,
            )
        except LLMSQLError:
            raise
        except Exception as error:
            failure = error
        if failure is not None:
            raise self._as_model_error(failure)
        if len(answer.embeddings) != len(texts):
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} sent {len(answer.embeddings)} vectors for {len(texts)} texts.",
                provider=self.name,
            )
        return Embedding(answer.embeddings, answer.prompt_eval_count or 0, time.monotonic() - started, 0.0)

    def _as_model_error(self, failure: Exception) -> ModelError:
        status = getattr(failure, "status_code", None)
        names = [str(status), f"{status // 100}xx" if status else "", *class_names(failure)]
        # Raised by the callers outside their handlers: no traceback then carries what the server echoed.
        return as_model_error(
            failure,
            find_fault(names, FAULTS),
            provider=self.name,
            model=self.model,
            where=self.server_url,
            secrets=self._secrets,
            status_code=status,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _stream(self, request: GenerationRequest, abandoned: threading.Event) -> Generation:
        started = time.monotonic()
        options: dict[str, Any] = {
            "num_ctx": self._n_ctx,
            "num_predict": request.max_tokens,
            "temperature": request.temperature,
        }
        if request.stop:
            options["stop"] = list(request.stop)
        if request.seed is not None:
            options["seed"] = request.seed
        schema = request.schema or (choice_schema(request.choices) if request.choices else None)
        texts: list[str] = []
        last: Any = None
        stream: Any = self._client.chat(
            model=self.model,
            messages=[message.as_dict() for message in request.messages],
            options=options,
            format=dict(schema) if schema else None,
            keep_alive=self._keep_alive,
            stream=True,
        )
        with contextlib.closing(stream):
            for last in stream:
                if abandoned.is_set():
                    break
                texts.append(last.message.content or "")
        if last is None or not last.done:
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} ended its answer too early.", provider=self.name, retryable=True
            )
        return Generation(
            text="".join(texts),
            prompt_tokens=last.prompt_eval_count or 0,
            completion_tokens=last.eval_count or 0,
            cached_tokens=0,
            seconds=time.monotonic() - started,
            cost_usd=0.0,
            truncated=last.done_reason == "length",
        )
