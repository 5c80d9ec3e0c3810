"""LoRA adapters: PEFT folders and llama.cpp's GGUF files.

Format: llama.cpp's ``convert_lora_to_gguf.py``. A is stored as PEFT has it, (r, in); B as (out, r); the scale is
alpha / r. For the Llama architecture B's rows of q and k are permuted as the weights are, and A stays as it is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.gguf_files import PROJECTIONS, Shape, field, open_gguf, permute_rows, shape_of, unpermute_rows

HALF_MANTISSA = 10
"""bits of mantissa of a half-precision number"""
_PEFT_TENSOR = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.([a-z_.]+)\.lora_([AB])\.weight\Z")
_GGUF_TENSOR = re.compile(r"blk\.(\d+)\.([a-z_]+)\.weight\.lora_([ab])\Z")


@dataclass(frozen=True)
class LoraAdapter:
    """A plain LoRA adapter in the layout of transformers.

    Args:
        alpha: scale times rank.
        pairs: (layer, projection) to A (r, in) and B (out, r), in float32.
    """

    alpha: float
    pairs: dict[tuple[int, str], tuple[np.ndarray, np.ndarray]]

    @property
    def rank(self) -> int:
        """r, the same in every layer."""
        return len(next(iter(self.pairs.values()))[0])

    def delta(self, layer: int, projection: str) -> np.ndarray | None:
        """What the adapter adds to a weight, None where it adds nothing.

        Args:
            layer: counted from 0.
            projection: a key of ``PROJECTIONS``.
        """
        if (layer, projection) not in self.pairs:
            return None
        a, b = self.pairs[layer, projection]
        added: np.ndarray = (self.alpha / len(a)) * (b @ a)
        return added


def read_peft(folder: Path) -> LoraAdapter:
    """Read a PEFT folder.

    Args:
        folder: with ``adapter_config.json`` and ``adapter_model.safetensors``.

    Raises:
        TrainingError: it cannot be read, or is not plain LoRA on the layers that servers know.
    """
    try:
        config = dict(json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")))
        alpha = float(config["lora_alpha"])
        tensors = load_file(str(folder / "adapter_model.safetensors"))
    except KeyError as error:
        raise TrainingError(f"{folder}: adapter_config.json has no {error.args[0]}.", "Give a LoRA adapter.") from error
    except (OSError, ValueError, TypeError, SafetensorError) as error:
        raise TrainingError(f"{folder} cannot be read: {error}.", "Give a PEFT folder.") from error
    for option in ("use_rslora", "use_dora", "alpha_pattern", "rank_pattern"):
        if config.get(option):
            raise TrainingError(f"{folder}: {option} cannot be exported.", "Train plain LoRA.")
    halves: dict[tuple[int, str], dict[str, np.ndarray]] = {}
    for name, tensor in tensors.items():
        match = _PEFT_TENSOR.match(name)
        if not match or match.group(2) not in PROJECTIONS:
            raise TrainingError(f"{folder}: no server knows the tensor {name}.")
        layer, projection, side = match.groups()
        halves.setdefault((int(layer), projection), {})[side] = np.ascontiguousarray(tensor.astype(np.float32))
    for (layer, projection), both in halves.items():
        if len(both) < 2:
            raise TrainingError(f"{folder}: layer {layer} has only one half of the adapter of {projection}.")
    return LoraAdapter(alpha, {place: (both["A"], both["B"]) for place, both in halves.items()})


def read_gguf_adapter(path: Path, shape: Shape) -> LoraAdapter:
    """Read a GGUF adapter back into the layout of transformers.

    Args:
        path: the ``.gguf`` file.
        shape: of its base model.

    Raises:
        TrainingError: it is no adapter for such a base.
    """
    reader = open_gguf(path)
    if field(reader, "general.architecture") != shape.architecture:
        raise TrainingError(f"{path} is not an adapter for {shape.architecture}.", "Name the base it was trained on.")
    projections = {stored: name for name, stored in PROJECTIONS.items()}
    halves: dict[tuple[int, str], dict[str, np.ndarray]] = {}
    for tensor in reader.tensors:
        match = _GGUF_TENSOR.match(tensor.name)
        if not match or match.group(2) not in projections:
            raise TrainingError(f"{path}: the tensor {tensor.name} has no place in a PEFT adapter.")
        layer, stored, side = match.groups()
        data = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        heads = shape.permuted_heads(stored)
        if side == "b" and heads is not None:
            data = unpermute_rows(data, heads)
        halves.setdefault((int(layer), projections[stored]), {})[side] = data
    alpha = float(field(reader, "adapter.lora.alpha"))
    return LoraAdapter(alpha, {place: (both["a"], both["b"]) for place, both in halves.items()})


def export_gguf_adapter(
    adapter: LoraAdapter, base: Path, target: Path, *, name: str | None = None, mantissa_bits: int = HALF_MANTISSA
) -> Path:
    """Write a LoRA adapter as a GGUF file.

    Args:
        adapter: as it was trained, in float32.
        base: the GGUF file, or the model's folder, that it will be loaded on; its architecture and heads are read.
        target: the file to write.
        name: for its header.
        mantissa_bits: of each half-precision number, at most 10; the rest is zero, so that the file compresses well.
            Tensors that are of half precision already, as frozen layers are, stay what they were in the file that
            training began with.

    Raises:
        TrainingError: ``base`` cannot be read.
    """
    shape = shape_of(base)
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as part:
        writer = gguf.GGUFWriter(str(part), shape.architecture)
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", adapter.alpha)
        writer.add_string("general.name", name or target.stem)
        for (layer, projection), (a, b) in sorted(adapter.pairs.items()):
            heads = shape.permuted_heads(projection)
            b = b if heads is None else permute_rows(b, heads)
            stem = f"blk.{layer}.{PROJECTIONS[projection]}.weight.lora_"
            for side, numbers in (("a", a), ("b", b)):
                is_kept = np.array_equal(numbers, numbers.astype(np.float16))
                writer.add_tensor(f"{stem}{side}", round_half(numbers, HALF_MANTISSA if is_kept else mantissa_bits))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return target


def round_half(numbers: np.ndarray, mantissa_bits: int) -> np.ndarray:
    """Numbers in half precision, to the nearest of so many bits of mantissa.

    Args:
        numbers: of any shape, below 60,000.
        mantissa_bits: from 1 to 10.
    """
    dropped = HALF_MANTISSA - mantissa_bits
    bits = numbers.astype(np.float16).view(np.uint16)
    if dropped:
        # Half a step more and cut off: what overflows the mantissa goes into the exponent, as it should.
        bits = (bits + np.uint16(1 << (dropped - 1))) & np.uint16(0xFFFF << dropped & 0xFFFF)
    return bits.view(np.float16)


def export_peft(adapter: LoraAdapter, base_model: str, folder: Path) -> Path:
    """Write an adapter as a PEFT folder, for vLLM, TGI and further training.

    Args:
        adapter: the weights.
        base_model: what PEFT loads it on; a hub id for servers.
        folder: put in place when it is whole.
    """
    if adapter.alpha != int(adapter.alpha):
        raise TrainingError(f"alpha is {adapter.alpha}, and servers read whole numbers.", "Train with another alpha.")
    config: dict[str, Any] = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_model,
        "r": adapter.rank,
        "lora_alpha": int(adapter.alpha),
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted({projection.rpartition(".")[2] for _, projection in adapter.pairs}),
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
        "use_rslora": False,
        "use_dora": False,
        "modules_to_save": None,
    }
    layers = sorted({layer for layer, _ in adapter.pairs})
    if layers != list(range(len(layers))):
        config["layers_to_transform"] = layers  # else PEFT would put new weights on the others
    tensors: dict[str, np.ndarray] = {}
    for (layer, projection), (a, b) in adapter.pairs.items():
        stem = f"base_model.model.model.layers.{layer}.{projection}.lora_"
        tensors |= {f"{stem}A.weight": a.astype(np.float16), f"{stem}B.weight": b.astype(np.float16)}
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (part / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    save_file(tensors, str(part / "adapter_model.safetensors"), metadata={"format": "pt"})
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)
    return folder
