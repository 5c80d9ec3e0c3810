"""Where a trained model to export comes from: the registry, or the folder that a training run left."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from llmsql.chat import CHAT_FORMATS
from llmsql.errors import TrainingError
from llmsql.registry import Deployment, ModelEntry, Training, load_registry
from llmsql.weights import fetch_weights
from training.export_adapter import LoraAdapter, export_peft, read_gguf_adapter, read_peft
from training.gguf_files import shape_of

_NAME = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Source:
    """A trained model.

    Args:
        entry: what the registry says of it, or would say.
        base: ``.gguf`` file or folder with the weights; of the base where there is an adapter, else the model's own.
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
        adapter: on top of the base, None where all weights were trained.
        header: a ``.gguf`` file whose header and tokenizer are taken for a model in a folder.
    """

    entry: ModelEntry
    base: Path
    chat_format: str
    adapter: LoraAdapter | None = None
    header: Path | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self.entry.name

    @cached_property
    def trained(self) -> tuple[Any, Any]:
        """The trained model in transformers, in float32, and its tokenizer."""
        from training.base_model import load_base_model

        loaded = load_base_model(str(self.base), attention="sdpa", full=True)
        if self.adapter is None:
            return loaded.model, loaded.tokenizer
        from peft import PeftModel

        with tempfile.TemporaryDirectory() as scratch:
            folder = export_peft(self.adapter, str(self.base), Path(scratch) / "peft")
            return PeftModel.from_pretrained(loaded.model, str(folder)).float(), loaded.tokenizer


def source_of_model(name: str) -> Source:
    """A model of the registry that runs in process.

    Args:
        name: a name or alias.

    Raises:
        ModelNotFoundError: there is no such model.
        TrainingError: it has no weights here to export.
        WeightsError: the base's weights cannot be had.
    """
    entry = load_registry().get(name)
    if entry.provider not in ("llamacpp", "transformers") or (entry.provider == "transformers" and not entry.path):
        raise TrainingError(
            f"{entry.name} runs at {entry.provider}: there is nothing here to export.",
            "Name a model of `llmsql models list` that runs in process.",
        )
    base = Path(entry.path or ".") if entry.provider == "transformers" else fetch_weights(entry)
    adapter = None
    if entry.adapter:
        stored = read_gguf_adapter(entry.adapter.path, shape_of(base))
        adapter = LoraAdapter(stored.alpha * entry.adapter.scale, stored.pairs)
    return Source(entry, base, entry.chat_format or _chat_format(base, None), adapter)


def source_of_files(
    *, adapter: Path | None, trained: Path | None, base_model: str | None, chat_format: str | None, name: str | None
) -> Source:
    """A model in files, as a training run leaves it.

    Args:
        adapter: PEFT folder.
        trained: folder of a model whose every weight was trained.
        base_model: what the adapter was trained on: ``.gguf`` file, folder or hub id. For ``trained`` a ``.gguf`` file
            of the same tokenizer, which need not be.
        chat_format: what it was trained with; None looks into the run's ``run.json``.
        name: the model's; by default the run's.

    Raises:
        TrainingError: something is missing or cannot be read.
    """
    folder = adapter or trained
    assert folder is not None
    run = _run_of(folder)
    shown = name or (folder.resolve().parent.name if folder.name in ("result", "peft") else folder.name)
    if not _NAME.fullmatch(shown):
        raise TrainingError(f"{shown!r} is no name for a model's files.", "Give --name: letters, digits, dots, dashes.")
    recipe = run.get("recipe", {})
    if adapter is not None:
        weights = read_peft(adapter)
        base = _local(base_model or recipe.get("base_model"))
        header = None
    else:
        weights, base = None, folder
        header = Path(base_model) if base_model else None
    entry = ModelEntry(
        name=shown,
        title=shown,
        provider="llamacpp",
        base_model=_published(base_model or recipe.get("base_model") or str(base)),
        chat_format=_chat_format(base, chat_format or recipe.get("chat_format")),
        training=Training(
            "lora" if adapter else "full", hyperparameters=recipe or None, base_revision=run.get("base_revision")
        ),
        deployment=Deployment("available"),
    )
    return Source(entry, base, entry.chat_format or "chatml", weights, header)


def _published(base_model: str) -> str:
    """The hub id of a GGUF file that the registry knows; other names as they are."""
    file = Path(base_model).name
    return next((e.base_model for e in load_registry() if e.weights and e.weights.file == file), base_model)


def _run_of(folder: Path) -> dict[str, Any]:
    """What the training run wrote about itself, in the folder or beside it; empty where there is nothing."""
    for path in (folder / "run.json", folder.parent / "run.json"):
        if path.is_file():
            try:
                return dict(json.loads(path.read_text(encoding="utf-8")))
            except ValueError as error:
                raise TrainingError(
                    f"{path} cannot be read: {error}.",
                    "Take it away, and give --base-model and --chat-format.",
                ) from error
    return {}


def _chat_format(base: Path, given: str | None) -> str:
    if given is not None:
        if given not in CHAT_FORMATS:
            raise TrainingError(f"There is no chat format {given!r}.", f"Choose one of {', '.join(CHAT_FORMATS)}.")
        return given
    architecture = shape_of(base).architecture
    if architecture == "llama":
        raise TrainingError(f"{base} may be of any chat format.", "Say with --chat-format what it was trained with.")
    return "chatml" if architecture == "qwen2" else "gemma"


def _local(base_model: str | None) -> Path:
    """A base model's file or folder; one of the hub is fetched, or taken from the cache without a network."""
    if base_model is None:
        raise TrainingError("What the adapter was trained on is not known.", "Name it with --base-model.")
    path = Path(base_model)
    if path.exists() or path.suffix == ".gguf":
        return path
    import huggingface_hub

    wanted = ["*.json", "*.safetensors", "*.jinja"]
    try:
        return Path(huggingface_hub.snapshot_download(base_model, allow_patterns=wanted))
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise TrainingError(
            f"The base model {base_model} cannot be had: {said}", "Give a .gguf file, a local folder or a hub id."
        ) from error
