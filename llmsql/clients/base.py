"""What every provider takes and gives."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from llmsql.chat import Message


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One call of a model.

    Args:
        messages: the chat so far.
        max_tokens: most tokens to write.
        temperature: 0 is greedy.
        stop: texts that end the answer and are not part of it.
        grammar: GBNF that the answer must follow; only the in-process engine obeys it, others ignore it.
        schema: JSON Schema of the answer; obeyed by the in-process engine, Ollama and servers with structured outputs.
        choices: the answer is one of these texts; obeyed by the in-process engine, vLLM, llama.cpp's server, and
            Ollama, which answers ``{"answer": choice}``. Others are held to nothing: the messages must ask for it too.
        break_loops: the right answer never says forty tokens over again, so that one that does is steered away from it;
            only by the in-process engine.
        seed: of the random numbers that sampling takes; hosted models keep to it as far as they can.
        timeout: seconds until the call is given up.
        cancel: set by the caller to stop the call; checked at least every 100 ms.
    """

    messages: Sequence[Message]
    max_tokens: int = 512
    temperature: float = 0.0
    stop: Sequence[str] = ()
    grammar: str | None = None
    schema: Mapping[str, Any] | None = None
    choices: Sequence[str] = ()
    break_loops: bool = False
    seed: int | None = None
    timeout: float = 60.0
    cancel: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model wrote, and what it took.

    Args:
        text: the answer.
        prompt_tokens: tokens of the prompt, the cached ones included.
        completion_tokens: tokens written.
        cached_tokens: prompt tokens that a prefix cache saved.
        seconds: wall time.
        cost_usd: price by ``llmsql/prices.json``; 0 for local engines, None where the model has no price there.
        logprob: mean log-probability of the written tokens, None where the provider gives none.
        attempts: requests sent, retries included.
        truncated: the answer hit ``max_tokens``.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    seconds: float
    cost_usd: float | None
    logprob: float | None = None
    attempts: int = 1
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class CallProgress:
    """How far a call of a local model is.

    Args:
        read: tokens of the prompt that it has read.
        to_read: tokens of the prompt.
        written: tokens of the answer.
        seconds: spent reading.
    """

    read: int
    to_read: int
    written: int
    seconds: float


def choice_schema(choices: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema by which a server that knows schemas only is held to ``choices``."""
    return {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": list(choices)}},
        "required": ["answer"],
        "additionalProperties": False,
    }


def choice_grammar(choices: Sequence[str]) -> str:
    """The GBNF by which llama.cpp is held to ``choices``."""
    return "root ::= " + " | ".join(map(_literal, choices))


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\x{ord(c):02X}" if ord(c) < 32 else c for c in escaped) + '"'


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors of some texts, and what they took.

    Args:
        vectors: one a text, in their order, all of one length.
        prompt_tokens: tokens read; 0 where the provider does not say.
        seconds: wall time.
        cost_usd: as in ``Generation``.
        attempts: requests sent, retries included.
    """

    vectors: Sequence[Sequence[float]]
    prompt_tokens: int
    seconds: float
    cost_usd: float | None
    attempts: int = 1


class Provider(Protocol):
    """One file a provider: opens the model lazily and answers one request, once, without retries.

    Errors are those of ``llmsql.errors``; SDK exceptions never leave a provider.
    """

    name: str
    model: str

    def generate(self, request: GenerationRequest) -> Generation:
        """Answer one request."""
        ...

    def close(self) -> None:
        """Free what the provider holds."""
        ...
