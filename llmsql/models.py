"""Opens the model that the settings name: a registry entry, or a provider's own model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs

from llmsql.catalog import Catalog
from llmsql.clients import LLMClient
from llmsql.errors import ConfigError, ModelNotFoundError
from llmsql.registry import ModelEntry, load_registry, user_registry_path
from llmsql.settings import Settings, load_settings
from llmsql.weights import ProgressCallback, fetch_weights, weights_path

PROMPT_TOKENS = 4096
KNOWN_COLUMNS = 0.9
"""share of the columns that an adapted model has learnt which must be there for it to be used"""


def open_model(
    settings: Settings,
    model: str | None = None,
    *,
    remember: bool = False,
    cancel: threading.Event | None = None,
    on_fetch: Callable[[ModelEntry], ProgressCallback] | None = None,
    **embedded: Any,
) -> tuple[str, LLMClient]:
    """The client of a model, its weights fetched if need be.

    Args:
        settings: ``provider``, ``model``, ``base_url``, ``adapter`` and what local engines take.
        model: a name that goes before the settings'.
        remember: give answers that a local model has written before from disk.
        cancel: set it to stop fetching weights.
        on_fetch: called before weights are fetched; what it gives is told how far that is.
        **embedded: options of the in-process engine that go before those made here.

    Returns:
        The name to show, and the client; a local model is loaded by its first call.

    Raises:
        ModelNotFoundError: no such model.
        ConfigError: the settings do not fit together.
        WeightsError: the weights cannot be had.
    """
    name = model or settings.model
    registry = load_registry()
    try:
        entry = registry.get(name or registry.default)
    except ModelNotFoundError:
        if settings.provider is None or name is None:
            raise
        entry = None
    if entry is None or (settings.provider is not None and settings.provider != entry.provider):
        if settings.provider is None or name is None:
            raise ConfigError(
                f"Provider {settings.provider} is set, but no model.", "Set LLM_MODEL, or unset LLM_PROVIDER."
            )
        return name, _hosted(settings, settings.provider, name)
    if entry.provider == "llamacpp":
        weights = fetch_weights(
            entry,
            cache_dir=settings.cache_dir,
            offline=settings.offline,
            cancel=cancel,
            progress=on_fetch(entry) if on_fetch is not None and _missing(entry, settings) else None,
        )
        return entry.name, _embedded(settings, entry, weights, remember, embedded)
    if entry.provider == "transformers":
        return entry.name, LLMClient("transformers", str(entry.path or entry.id), timeout=settings.timeout)
    if entry.id is None:
        raise ConfigError(
            f"{entry.name} has to be trained before it can be asked.",
            f"See `llmsql models show {entry.name}`.",
        )
    if settings.provider is None:
        # Only now is it known whose key and address count.
        hosted = load_settings({"provider": entry.provider, "model": name})
        settings = replace(
            settings, api_key=settings.api_key or hosted.api_key, base_url=settings.base_url or hosted.base_url
        )
    return entry.name, _hosted(settings, entry.provider, entry.id)


def missing_weights(settings: Settings, model: str | None = None) -> ModelEntry | None:
    """The model whose weights ``open_model`` would have to fetch, or None where it fetches nothing.

    Args:
        settings: as ``open_model``.
        model: as ``open_model``.

    Raises:
        RegistryError: the registry is unreadable.
    """
    registry = load_registry()
    try:
        entry = registry.get(model or settings.model or registry.default)
    except ModelNotFoundError:
        return None
    return _missing(entry, settings)


def _missing(entry: ModelEntry, settings: Settings) -> ModelEntry | None:
    if entry.provider != "llamacpp" or entry.weights is None or settings.provider not in (None, "llamacpp"):
        return None
    path = weights_path(entry, settings.cache_dir)
    return None if path.is_file() and path.stat().st_size == entry.weights.bytes else entry


def models_in_turn(settings: Settings, model: str | None = None) -> tuple[str, ...]:
    """The models that a question goes to in turn, until one is sure enough; empty for the one of ``open_model``.

    Where nobody chose a model or a cascade, they are the default and its fallback, once that has been fetched:
    nobody waits for a gigabyte in the middle of a question.

    Args:
        settings: ``cascade``, ``model``, ``provider``, ``adapter``, ``cache_dir``.
        model: a name that goes before the settings'.
    """
    if model is not None:
        return ()
    if settings.cascade:
        return settings.cascade
    pair = _default_and_fallback(settings)
    return tuple(entry.name for entry in pair) if pair and _missing(pair[1], settings) is None else ()


def surer_model(settings: Settings, model: str | None = None) -> str | None:
    """The model that would be asked where the default is not sure, had it been fetched; else None.

    Args:
        settings: as ``models_in_turn``.
        model: as ``models_in_turn``.
    """
    pair = None if model is not None or settings.cascade else _default_and_fallback(settings)
    return pair[1].name if pair and _missing(pair[1], settings) is not None else None


def _default_and_fallback(settings: Settings) -> tuple[ModelEntry, ModelEntry] | None:
    """The registry's default and the model after it; None where there is none, or somebody chose a model."""
    if settings.model or settings.provider or settings.adapter:
        return None
    return _default_pair(user_registry_path(), _changed(user_registry_path()))


@lru_cache(maxsize=4)
def _default_pair(_path: Path, _changed_ns: int | None) -> tuple[ModelEntry, ModelEntry] | None:
    """Read once for a state of the user's registry: every question asks for it."""
    registry = load_registry()
    entry = registry.get(registry.default)
    return (entry, registry.get(entry.fallback)) if entry.fallback else None


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _hosted(settings: Settings, provider: str, model: str) -> LLMClient:
    if provider in ("llamacpp", "transformers"):
        return LLMClient(provider, model, timeout=settings.timeout)
    return LLMClient(provider, model, base_url=settings.base_url, api_key=settings.api_key, timeout=settings.timeout)


def _embedded(settings: Settings, entry: ModelEntry, weights: Path, remember: bool, more: dict[str, Any]) -> LLMClient:
    options: dict[str, Any] = {
        "n_ctx": settings.n_ctx or PROMPT_TOKENS,
        "chat_format": entry.chat_format or "chatml",
        "cache_dir": cache_folder(settings, "prefixes"),
    }
    if remember:
        options["answers_dir"] = cache_folder(settings, "answers")
    if settings.threads is not None:
        options["threads"] = settings.threads
    if settings.adapter is not None:
        options["adapters"] = [(_adapter_file(settings.adapter), 1.0)]
    elif entry.adapter is not None:
        options["adapters"] = [(entry.adapter.path, entry.adapter.scale)]
    return LLMClient("llamacpp", str(weights), timeout=settings.timeout, **(options | more))


def column_names(catalog: Catalog) -> frozenset[str]:
    """Every ``table.column`` of a database, case-folded; neither schema nor file is part of it."""
    return frozenset(
        f"{table.name}.{column.name}".casefold()
        for table in catalog
        if table.part_of is None
        for column in table.stored
    )


def adapted_model(settings: Settings, catalog: Catalog) -> str | None:
    """The model that ``llmsql adapt`` made for a database, where nobody chose another one.

    It is used while at least nine tenths of the columns that it has learnt are there, and while the registry's default
    is still the model that it was found to be better than.

    Args:
        settings: a model, provider, adapter or cascade in them goes before it.
        catalog: of the database.
    """
    if settings.model or settings.provider or settings.adapter or settings.cascade:
        return None
    path = user_registry_path()
    changed = _changed(path)
    if changed is None:
        return None
    candidates = _adapted_models(path, changed)
    if not candidates:
        return None
    there = column_names(catalog)
    shares = {entry.name: _share_known(entry, there) for entry in candidates}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= KNOWN_COLUMNS else None


@lru_cache(maxsize=4)
def _adapted_models(path: Path, changed_ns: int) -> tuple[ModelEntry, ...]:
    """Adapted models that go before the default; the latest first."""
    registry = load_registry()
    try:
        default = registry.get(registry.default).name
    except ModelNotFoundError:
        return ()
    return tuple(e for e in reversed(list(registry)) if e.adapted_to is not None and e.adapted_to.base == default)


def _share_known(entry: ModelEntry, there: frozenset[str]) -> float:
    columns = entry.adapted_to.columns if entry.adapted_to else ()
    return len(there.intersection(columns)) / len(columns) if columns else 0.0


def _adapter_file(adapter: str) -> Path:
    path = Path(adapter).expanduser()
    if path.is_file():
        return path
    entry = load_registry().get(adapter)
    if entry.adapter is None:
        raise ConfigError(f"{adapter} has no adapter.", "Name a .gguf file or a model that was trained with LoRA.")
    return entry.adapter.path


def cache_folder(settings: Settings, name: str) -> Path:
    """Where something is kept between processes.

    Args:
        settings: ``cache_dir``.
        name: what: ``prefixes`` of prompts, ``answers``, ``row_answers``, ``values``.
    """
    return (settings.cache_dir or Path(platformdirs.user_cache_dir("llmsql", appauthor=False))) / name
