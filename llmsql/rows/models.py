"""Which model a row function asks, and how much fits into one of its prompts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from llmsql.clients import LLMClient
from llmsql.errors import ModelNotFoundError
from llmsql.models import open_model
from llmsql.registry import load_registry
from llmsql.settings import Settings

OPENAI_EMBEDDINGS = "text-embedding-3-small"
HOSTED_CONTEXT_TOKENS = 8192
EMBEDDED_CONTEXT_TOKENS = 4096
EMBEDDING_CONTEXT_TOKENS = 2048
_MOST_SLOTS = 4
_NO_KEY = "offline"  # kept answers are found without a key, and nothing is sent
_INSTRUCTION_TOKENS = 400
# Text in Latin letters has more characters in a token, Chinese has fewer, and does not count for more here: a prompt
# that turns out too long is refused by the model, not cut.
_CHARACTERS_PER_TOKEN = 3
_LEAST_ROOM = 400


def open_row_model(settings: Settings, model: str | None, *, embedding: bool = False) -> tuple[str, LLMClient, int]:
    """The model of a row function, its weights fetched if need be.

    Args:
        settings: of the query.
        model: the function's own option, which goes before the settings.
        embedding: for vectors rather than for text.

    Returns:
        The name to show, the client, and how many calls it takes at once.

    Raises:
        ModelNotFoundError, ConfigError, WeightsError: as ``open_model``.
    """
    name = model or (settings.embed_model if embedding else None) or settings.row_model
    if name is None and embedding and settings.provider == "openai":
        name = OPENAI_EMBEDDINGS
    if name is None:
        name = _without_sql_adapter(settings.model)
    if settings.offline and settings.api_key is None:
        settings = replace(settings, api_key=_NO_KEY)
    slots = _slots()
    # A saved prompt prefix would hold a row's text: the cache in memory is enough for rows of one query.
    own: dict[str, Any] = {"cache_dir": None, "logprobs": False, "slots": slots}
    if embedding:
        own = {"cache_dir": None, "embedding": True, "n_ctx": settings.n_ctx or EMBEDDING_CONTEXT_TOKENS}
    shown, client = open_model(replace(settings, adapter=None), name, **own)  # which is for writing SQL
    if client.provider in ("llamacpp", "transformers"):
        return shown, client, 1 if embedding or client.provider == "transformers" else slots
    return shown, client, settings.concurrency


def _without_sql_adapter(model: str | None) -> str | None:
    """The base of a model that was trained to write SQL; other tasks are no better for that training."""
    registry = load_registry()
    with suppress(ModelNotFoundError):
        entry = registry.get(model or registry.default)
        if entry.adapter is not None and entry.weights is not None:
            for other in registry:
                if other.adapter is None and other.weights and other.weights.sha256 == entry.weights.sha256:
                    return other.name
    return model


def _slots() -> int:
    from llmsql.clients.llamacpp import physical_cores

    return max(1, min(_MOST_SLOTS, physical_cores()))


def room_for_text(settings: Settings, client: LLMClient, answer_tokens: int) -> int:
    """Characters of text that fit into one prompt beside the instruction and the answer."""
    context = settings.n_ctx
    if context is None:
        context = EMBEDDED_CONTEXT_TOKENS if client.provider == "llamacpp" else HOSTED_CONTEXT_TOKENS
    return max(_LEAST_ROOM, (context - answer_tokens - _INSTRUCTION_TOKENS) * _CHARACTERS_PER_TOKEN)
