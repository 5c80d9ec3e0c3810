"""OpenAI, and every server that speaks its protocol: vLLM, TGI, llama.cpp and others by ``base_url``.

Answers are streamed, so that a cancelled call closes its connection and the server stops writing.
"""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import openai
from openai.types.chat import ChatCompletionChunk

from llmsql.clients.base import Embedding, Generation, GenerationRequest, choice_grammar
from llmsql.clients.calls import (
    HTTP_FAULTS,
    RAISE_TIMEOUT,
    Fault,
    as_model_error,
    class_names,
    find_fault,
    run_cancellable,
    safe_url,
    url_secrets,
)
from llmsql.errors import (
    ConfigError,
    LLMSQLError,
    ModelError,
    ModelNotFoundError,
    ProviderAuthError,
    ProviderConnectionError,
    ProviderRateLimitError,
    ProviderResponseError,
    ProviderTimeoutError,
)

FAULTS: Mapping[str, Fault] = {
    **HTTP_FAULTS,
    "AuthenticationError": Fault(
        ProviderAuthError, "refused the API key.", "Set OPENAI_API_KEY to a valid key.", detail=False
    ),
    "PermissionDeniedError": Fault(
        ProviderAuthError, "does not let this key use model {model}.", "Ask the owner of the project.", detail=False
    ),
    "NotFoundError": Fault(ModelNotFoundError, "has no model {model}.", "Check the model's name and base_url."),
    "RateLimitError": Fault(ProviderRateLimitError, "takes no more requests for now.", "Wait, then retry.", True),
    "402": Fault(ProviderRateLimitError, "wants to be paid first.", "Check the account's balance."),
    "insufficient_quota": Fault(ProviderRateLimitError, "has no quota left for this key.", "Check plan and billing."),
    "APITimeoutError": Fault(ProviderTimeoutError, "did not answer in time.", RAISE_TIMEOUT, True, False),
    "APIConnectionError": Fault(
        ProviderConnectionError, "cannot be reached.", "Check base_url and the network.", True, False
    ),
    "InternalServerError": Fault(ProviderResponseError, "failed on its side.", "Retry later.", True),
    "ConflictError": Fault(ProviderResponseError, "had a conflict.", "Retry later.", True),
    "BadRequestError": Fault(ProviderResponseError, "refused the request."),
    "UnprocessableEntityError": Fault(ProviderResponseError, "refused the request."),
    "APIResponseValidationError": Fault(
        ProviderResponseError, "sent an answer of another shape.", "Check base_url.", False, False
    ),
    "APIStatusError": Fault(ProviderResponseError, "answered with an error."),
    "APIError": Fault(ProviderResponseError, "failed while it answered.", "Retry later.", True),
    "LengthFinishReasonError": Fault(ProviderResponseError, "hit max_tokens.", "Raise max_tokens."),
    "ContentFilterFinishReasonError": Fault(ProviderResponseError, "filtered the answer.", "Rephrase the question."),
    "SubjectTokenProviderError": Fault(
        ProviderAuthError, "got no identity token.", "Set OPENAI_API_KEY.", detail=False
    ),
    # The rest cannot come from a chat call; they are here so that a new class of the SDK is noticed.
    "InvalidWebhookSignatureError": Fault(ProviderResponseError, "sent an unsigned webhook."),
    "WebSocketConnectionClosedError": Fault(ProviderConnectionError, "closed the connection.", None, True),
    "WebSocketQueueFullError": Fault(ProviderConnectionError, "has a full queue.", None, True),
    "_AmbiguousModuleClientUsageError": Fault(ProviderResponseError, "is configured twice."),
}
"""Exception class of the SDK to what it means; ``insufficient_quota`` is an error code of the API."""

# These fix their own sampling and give no log-probabilities.
_REASONING = re.compile(r"(ft:)?(o\d|gpt-(?:[5-9]|\d\d))")
_SCHEMA_WORDS = ("response_format", "json_schema", "structured")
_CHOICE_WORDS = ("structured_outputs", "grammar")
_OWN_SERVER = frozenset({"vllm", "tgi"})


class OpenAIProvider:
    """A model behind an OpenAI-compatible server.

    Args:
        model: name, for example ``gpt-4.1-mini`` or ``ft:gpt-4o-mini-2024-07-18:org::id``.
        provider: ``openai``, ``vllm`` or ``tgi``.
        base_url: address up to and with ``/v1``; ``OPENAI_BASE_URL`` or OpenAI's own by default.
        api_key: ``OPENAI_API_KEY`` by default; vllm and tgi need none.
        logprobs: ask for log-probabilities, until the server refuses the parameter.

    Raises:
        ConfigError: base_url or the key is missing, or base_url has no scheme.
    """

    def __init__(
        self,
        model: str,
        *,
        provider: str = "openai",
        base_url: str | None = None,
        api_key: str | None = None,
        logprobs: bool = True,
    ) -> None:
        self.name = provider
        self.model = model
        if provider in _OWN_SERVER:
            if not base_url:
                raise ConfigError(
                    f"Provider {provider} needs base_url.",
                    "Pass it or set LLM_BASE_URL, as in http://localhost:8000/v1.",
                )
            api_key = api_key or "none"
        else:
            base_url = base_url or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
            api_key = api_key or os.environ.get("OPENAI_API_KEY")
        if not api_key:
            raise ConfigError("There is no OpenAI API key.", "Set OPENAI_API_KEY in the environment or in .env.")
        if not base_url.casefold().startswith(("http://", "https://")):
            raise ConfigError(
                "base_url begins with neither http:// nor https://.", "Write it as in http://localhost:8000/v1."
            )
        self.server_url = safe_url(base_url)
        self._secrets = (None if provider in _OWN_SERVER and api_key == "none" else api_key, *url_secrets(base_url))
        self._logprobs = logprobs
        self._structured = True
        self._chooses = provider in _OWN_SERVER
        self._client = openai.OpenAI(api_key=api_key, base_url=base_url, max_retries=0)

    def generate(self, request: GenerationRequest) -> Generation:
        """Answer one request.

        Raises:
            CancelledError: the request was cancelled.
            ProviderError: the server failed or cannot be reached.
            ModelNotFoundError: the server has no such model.
        """
        chooses, structured, logprobs = self._chooses, self._structured, self._logprobs  # other calls change them
        try:
            return run_cancellable(lambda abandoned: self._stream(request, abandoned), request, self.name)
        except LLMSQLError:
            raise
        except Exception as error:
            failure = error
        if chooses and request.choices and _refuses(failure, _CHOICE_WORDS):
            self._chooses = False
            return self.generate(request)
        if structured and request.schema and _refuses(failure, _SCHEMA_WORDS):
            self._structured = False  # an older server: the answer is held to its form by whoever reads it
            return self.generate(request)
        if logprobs and _refuses(failure, ("logprobs",)):
            self._logprobs = False
            return self.generate(request)
        raise self._as_model_error(failure)

    def embed(self, texts: Sequence[str], request: GenerationRequest, dimensions: int | None = None) -> Embedding:
        """Vectors of texts, in one request.

        Args:
            texts: at least one.
            request: gives ``timeout`` and ``cancel``.
            dimensions: length of the vectors, for models that let it be chosen.

        Raises:
            CancelledError, ProviderError, ModelNotFoundError: as ``generate``.
        """
        started = time.monotonic()
        parameters: dict[str, Any] = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        if dimensions is not None:
            parameters["dimensions"] = dimensions
        try:
            answer = run_cancellable(
                lambda _: self._client.embeddings.create(**parameters, timeout=request.timeout), request, self.name
            )
        except LLMSQLError:
            raise
        except Exception as error:
            failure: Exception | None = error
        else:
            failure = None
        if failure is not None:
            raise self._as_model_error(failure)
        if len(answer.data) != len(texts):
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} sent {len(answer.data)} vectors for {len(texts)} texts.",
                "Check base_url.",
                provider=self.name,
            )
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        if not _are_vectors(vectors):
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} sent something else than vectors of one length.",
                "Check base_url and the model.",
                provider=self.name,
            )
        tokens = getattr(answer.usage, "prompt_tokens", 0) or 0
        return Embedding(vectors, tokens, time.monotonic() - started, None)

    def _as_model_error(self, failure: Exception) -> ModelError:
        response = getattr(failure, "response", None)
        names = [str(getattr(failure, name, "")) for name in ("code", "status_code")] + class_names(failure)
        # Raised by the callers outside their handlers: no traceback then carries what the server echoed.
        return as_model_error(
            failure,
            find_fault(names, FAULTS),
            provider=self.name,
            model=self.model,
            where=self.server_url,
            secrets=self._secrets,
            status_code=getattr(failure, "status_code", None),
            headers=getattr(response, "headers", None),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _stream(self, request: GenerationRequest, abandoned: threading.Event) -> Generation:
        started = time.monotonic()
        texts: list[str] = []
        refusals: list[str] = []
        logprobs: list[float] = []
        finish: str | None = None
        usage: Any = None
        with self._client.chat.completions.with_streaming_response.create(**self._parameters(request)) as answer:
            # Read to its end, as the SDK's own stream is not: each call would then open a connection of its own.
            for line in answer.iter_lines():
                if abandoned.is_set():
                    break
                chunk = _chunk(line, answer.http_request)
                if chunk is None:
                    continue
                usage = chunk.usage or usage
                for choice in chunk.choices[:1]:
                    texts.append(choice.delta.content or "")
                    refusals.append(choice.delta.refusal or "")
                    finish = choice.finish_reason or finish
                    for token in (choice.logprobs and choice.logprobs.content) or ():
                        logprobs.append(token.logprob)
        if finish is None:
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} ended its answer too early.",
                "Check base_url if this stays so.",
                provider=self.name,
                retryable=True,
            )
        if finish == "content_filter":
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} filtered the answer.", "Rephrase the question.", provider=self.name
            )
        refusal = " ".join("".join(refusals).split())
        if refusal:
            raise ProviderResponseError(
                f"{self.name} at {self.server_url} refused to answer: {refusal[:300]}", provider=self.name
            )
        details = getattr(usage, "prompt_tokens_details", None)
        return Generation(
            text="".join(texts),
            prompt_tokens=getattr(usage, "prompt_tokens", 0) or 0,
            completion_tokens=getattr(usage, "completion_tokens", 0) or 0,
            cached_tokens=getattr(details, "cached_tokens", 0) or 0,
            seconds=time.monotonic() - started,
            cost_usd=None,
            logprob=sum(logprobs) / len(logprobs) if logprobs else None,
            truncated=finish == "length",
        )

    def _parameters(self, request: GenerationRequest) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": [message.as_dict() for message in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "timeout": request.timeout,
        }
        if request.seed is not None:
            parameters["seed"] = request.seed
        if request.schema and self._structured:
            json_schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
            parameters["response_format"] = {"type": "json_schema", "json_schema": json_schema}
        if request.choices and self._chooses and "\0" not in "".join(request.choices):  # where llama.cpp ends a text
            parameters["extra_body"] = {
                "structured_outputs": {"choice": list(request.choices)},  # vLLM's
                "grammar": choice_grammar(request.choices),  # llama.cpp's
            }
        if self.name == "openai" and _REASONING.match(self.model):
            # Thinking counts: a limit that fits a short answer alone would leave none of it.
            least = 2048 if request.schema or request.choices else 0
            return parameters | {"max_completion_tokens": max(request.max_tokens, least)}
        parameters |= {"max_tokens": request.max_tokens, "temperature": request.temperature}
        if request.stop:
            parameters["stop"] = list(request.stop)
        if self._logprobs:
            parameters["logprobs"] = True
        return parameters


def _chunk(line: str, request: Any) -> ChatCompletionChunk | None:
    """What a line of an event stream carries; None for those between events and the one that ends them.

    Args:
        line: of the answer.
        request: that is answered.

    Raises:
        openai.APIError: the server failed while it answered.
    """
    name, _, data = line.partition(":")
    if name != "data" or data.strip() == "[DONE]":
        return None
    fields = json.loads(data)
    error = fields.get("error")
    if error:
        raise openai.APIError(str(error.get("message", error)), request, body=error)
    return ChatCompletionChunk.construct(**fields)


def _are_vectors(vectors: Sequence[Any]) -> bool:
    """Whether all have one length and finite numbers only."""
    try:
        return len({len(vector) for vector in vectors}) == 1 and all(
            len(vector) > 0 and all(map(math.isfinite, vector)) for vector in vectors
        )
    except TypeError:
        return False


def _refuses(error: Exception, parameters: tuple[str, ...]) -> bool:
    """Whether a server says that it does not take one of these parameters."""
    known = any(name in ("BadRequestError", "UnprocessableEntityError") for name in class_names(error))
    return known and any(word in str(error) for word in parameters)
