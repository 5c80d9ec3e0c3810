"""Whole models as GGUF: an adapter merged into its base, or a folder whose every weight was trained.

A base that is a GGUF file is dequantised, changed and quantised anew; tokenizer and header are copied from it. A folder
is written from its ``config.json``, ``tokenizer.json`` and safetensors, see ``gguf_vocabulary``; where a GGUF file of
its base is at hand, header and tokenizer come from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors import SafetensorError, safe_open

from llmsql.errors import TrainingError
from training.export_adapter import LoraAdapter
from training.gguf_files import (
    PROJECTIONS,
    QUANTISATIONS,
    Shape,
    TensorPlan,
    copy_metadata,
    field,
    open_gguf,
    permute_rows,
    shape_of,
    stored_tensors,
    write_model,
)
from training.gguf_vocabulary import rope_factors, write_metadata

_LAYER = re.compile(r"blk\.(\d+)\.([a-z_]+)\.weight\Z")
_HF_LAYER = re.compile(r"model\.layers\.(\d+)\.([a-z_.]+)\.(weight|bias)\Z")


def export_merged(
    target: Path,
    *,
    quantisation: str,
    base: Path,
    adapter: LoraAdapter | None = None,
    header: Path | None = None,
    name: str | None = None,
) -> Path:
    """Write a model with its adapter merged into the weights.

    Args:
        target: the ``.gguf`` file to write.
        quantisation: a key of ``training.gguf_files.QUANTISATIONS``.
        base: a ``.gguf`` file, or a model's folder.
        adapter: added to the weights; None for a model whose own weights were trained.
        header: a ``.gguf`` file of the same architecture whose header and tokenizer are used for a folder.
        name: of the model, for its header.

    Raises:
        TrainingError: a file cannot be read, or does not belong to a model that can be laid out as GGUF.
    """
    if quantisation not in QUANTISATIONS:
        raise TrainingError(f"There is no quantisation {quantisation!r}.", f"Choose one of {', '.join(QUANTISATIONS)}.")
    shape = shape_of(base)
    if base.suffix == ".gguf":
        source = open_gguf(base)
        tensors = list(_merged_stored(source, shape, adapter))
        _check_place(adapter, {t.name for t in tensors})
        return write_model(target, shape.architecture, lambda w: copy_metadata(source, w), tensors, quantisation)
    tensors = list(_converted(base, shape, adapter))
    _check_place(adapter, {t.name for t in tensors})
    if header is None:
        return write_model(
            target, shape.architecture, lambda w: write_metadata(base, w, name or target.stem), tensors, quantisation
        )
    template = open_gguf(header)
    if field(template, "general.architecture") != shape.architecture:
        raise TrainingError(f"{header} is not a {shape.architecture}, as {base} is.", "Name the base of this model.")
    _check_vocabulary(template, tensors, header, base)
    return write_model(target, shape.architecture, lambda w: copy_metadata(template, w), tensors, quantisation)


def _check_place(adapter: LoraAdapter | None, names: set[str]) -> None:
    for layer, projection in adapter.pairs if adapter else ():
        if f"blk.{layer}.{PROJECTIONS[projection]}.weight" not in names:
            raise TrainingError(
                f"The adapter changes layer {layer}'s {projection}, which the base does not have.",
                "Name the base that it was trained on.",
            )


def _check_vocabulary(template: gguf.GGUFReader, tensors: list[TensorPlan], header: Path, base: Path) -> None:
    tokens = len(template.fields["tokenizer.ggml.tokens"].data)
    rows = next(t.shape[0] for t in tensors if t.name == "token_embd.weight")
    if tokens != rows:
        raise TrainingError(f"{header} has {tokens} tokens, {base} has {rows}.", "Name the base of this model.")


def _merged_stored(source: gguf.GGUFReader, shape: Shape, adapter: LoraAdapter | None) -> Iterator[TensorPlan]:
    projections = {stored: name for name, stored in PROJECTIONS.items()}
    for tensor in stored_tensors(source):
        match = _LAYER.match(tensor.name)
        if adapter is None or not match or match.group(2) not in projections:
            yield tensor
            continue
        layer, stored = int(match.group(1)), match.group(2)

        def load(tensor: TensorPlan = tensor, layer: int = layer, stored: str = stored) -> np.ndarray:
            delta = adapter.delta(layer, projections[stored])
            if delta is None:
                return tensor.load()
            heads = shape.permuted_heads(stored)
            changed: np.ndarray = tensor.load() + (delta if heads is None else permute_rows(delta, heads))
            return changed

        yield TensorPlan(tensor.name, tensor.shape, load)


def _converted(folder: Path, shape: Shape, adapter: LoraAdapter | None) -> Iterator[TensorPlan]:
    """The tensors of a folder in GGUF's names and layout."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    architecture = next(a for a, name in gguf.MODEL_ARCH_NAMES.items() if name == shape.architecture)
    names = gguf.get_tensor_name_map(architecture, config["num_hidden_layers"])
    factors = rope_factors(folder)
    if factors is not None:
        yield TensorPlan("rope_freqs.weight", factors.shape, lambda: factors)
    tied = config.get("tie_word_embeddings", shape.architecture.startswith("gemma"))
    for file, stored in _safetensors(folder):
        if stored == "lm_head.weight" and tied:
            continue
        new = names.get_name(stored, try_suffixes=(".weight", ".bias"))
        if new is None:
            raise TrainingError(f"{folder}: GGUF has no place for the tensor {stored}.")
        with safe_open(str(file), framework="pt") as opened:
            rows = tuple(opened.get_slice(stored).get_shape())

        def load(file: Path = file, stored: str = stored) -> np.ndarray:
            return _load(file, stored, shape, adapter)

        yield TensorPlan(new, rows, load)


def _load(file: Path, stored: str, shape: Shape, adapter: LoraAdapter | None) -> np.ndarray:
    with safe_open(str(file), framework="pt") as opened:
        data: np.ndarray = opened.get_tensor(stored).float().numpy()
    match = _HF_LAYER.match(stored)
    if match:
        layer, projection, part = int(match.group(1)), match.group(2), match.group(3)
        delta = adapter.delta(layer, projection) if adapter and part == "weight" else None
        data = data if delta is None else data + delta
        heads = shape.permuted_heads(projection)
        if heads is not None:
            data = permute_rows(data, heads)
    if shape.architecture.startswith("gemma") and stored.endswith("norm.weight"):
        data = data + 1.0
    return data


def _safetensors(folder: Path) -> list[tuple[Path, str]]:
    """(file, name) of every tensor of a folder."""
    index = folder / "model.safetensors.index.json"
    try:
        if index.is_file():
            placed: dict[str, Any] = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
            return [(folder / file, name) for name, file in placed.items()]
        file = folder / "model.safetensors"
        with safe_open(str(file), framework="pt") as opened:
            return [(file, name) for name in opened.keys()]  # noqa: SIM118  # not a mapping
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise TrainingError(
            f"The weights of {folder} cannot be read: {error}.", "Give a folder with model.safetensors."
        ) from error
