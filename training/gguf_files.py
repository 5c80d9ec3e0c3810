"""GGUF files: what is in them, and how Llama, Qwen2 and Gemma models are laid out there.

Differences from the Hugging Face layout: tensors have other names; for the Llama architecture the rows of q and k are
permuted for interleaved rotary embeddings; Gemma's norms are stored as the factor itself, one more than Hugging Face's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from llmsql.errors import TrainingError
from llmsql.files import written_whole

PROJECTIONS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""Linear layers that an adapter may sit on: the name in transformers, the name in GGUF."""

ARCHITECTURES = {
    "LlamaForCausalLM": "llama",
    "Qwen2ForCausalLM": "qwen2",
    "GemmaForCausalLM": "gemma",
    "Gemma3ForCausalLM": "gemma3",
}
"""Class in transformers to architecture in GGUF."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the layout of a model's tensors depends on.

    Args:
        architecture: as GGUF names it.
        heads: of queries.
        kv_heads: of keys and values.
    """

    architecture: str
    heads: int
    kv_heads: int

    def permuted_heads(self, projection: str) -> int | None:
        """Heads by which the rows of a projection are permuted, None where they are not.

        Args:
            projection: a name of ``PROJECTIONS``, of either layout.
        """
        if self.architecture != "llama":
            return None
        return {"q_proj": self.heads, "attn_q": self.heads, "k_proj": self.kv_heads, "attn_k": self.kv_heads}.get(
            projection.rpartition(".")[2]
        )


def permute_rows(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rows of q or k from rotate-half order to the interleaved order of Llama GGUF files.

    Args:
        weights: shape (heads × head size, …).
        heads: number of heads.
    """
    return np.ascontiguousarray(
        weights.reshape(heads, 2, len(weights) // heads // 2, -1).swapaxes(1, 2).reshape(weights.shape)
    )


def unpermute_rows(weights: np.ndarray, heads: int) -> np.ndarray:
    """The inverse of ``permute_rows``."""
    return np.ascontiguousarray(
        weights.reshape(heads, len(weights) // heads // 2, 2, -1).swapaxes(1, 2).reshape(weights.shape)
    )


def open_gguf(path: Path) -> gguf.GGUFReader:
    """A reader of a GGUF file.

    Raises:
        TrainingError: it cannot be read.
    """
    try:
        return gguf.GGUFReader(str(path))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read: {error}.", "Give a whole .gguf file.") from error


def field(reader: gguf.GGUFReader, name: str) -> Any:
    """A value of the header.

    Raises:
        TrainingError: there is none of that name.
    """
    found = reader.get_field(name)
    if found is None:
        raise TrainingError(f"The base file has no {name}.")
    return found.contents()


def shape_of(base: Path) -> Shape:
    """Architecture and heads of a base model.

    Args:
        base: a ``.gguf`` file, or a folder with ``config.json``.

    Raises:
        TrainingError: it cannot be read, or its architecture is not one of ``ARCHITECTURES``.
    """
    if base.suffix == ".gguf":
        reader = open_gguf(base)
        architecture = str(field(reader, "general.architecture"))
        heads = field(reader, f"{architecture}.attention.head_count")
        return Shape(architecture, heads, field(reader, f"{architecture}.attention.head_count_kv"))
    try:
        config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{base} cannot be read: {error}.", "Give a model's folder or a .gguf file.") from error
    named = (config.get("architectures") or ["?"])[0]
    if named not in ARCHITECTURES:
        raise TrainingError(f"{base} is a {named}.", f"Those known are {', '.join(ARCHITECTURES)}.")
    heads = config["num_attention_heads"]
    return Shape(ARCHITECTURES[named], heads, config.get("num_key_value_heads") or heads)


QUANTISATIONS: dict[str, tuple[gguf.GGMLQuantizationType, gguf.LlamaFileType]] = {
    "f32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
    "q4_1": (gguf.GGMLQuantizationType.Q4_1, gguf.LlamaFileType.MOSTLY_Q4_1),
}
# Small, or read for every word: worth 8 bits where the rest has 4.
_EIGHT_BITS_AT_LEAST = ("token_embd.weight", "output.weight", "attn_v.weight")


def type_of(name: str, shape: tuple[int, ...], quantisation: str) -> gguf.GGMLQuantizationType:
    """How a tensor is stored.

    Args:
        name: in GGUF.
        shape: rows, columns.
        quantisation: a key of ``QUANTISATIONS``.
    """
    wanted = QUANTISATIONS[quantisation][0]
    if len(shape) == 1:
        return gguf.GGMLQuantizationType.F32
    if quantisation == "q4_1" and name.endswith(_EIGHT_BITS_AT_LEAST):
        wanted = gguf.GGMLQuantizationType.Q8_0
    block = gguf.GGML_QUANT_SIZES[wanted][0]
    return wanted if shape[-1] % block == 0 else gguf.GGMLQuantizationType.F16


@dataclass(frozen=True)
class TensorPlan:
    """A tensor to write; computed only when it is its turn.

    Args:
        name: in GGUF.
        shape: rows, columns.
        load: gives the values in float32.
    """

    name: str
    shape: tuple[int, ...]
    load: Callable[[], np.ndarray]


def write_model(
    target: Path,
    architecture: str,
    metadata: Callable[[gguf.GGUFWriter], None],
    tensors: list[TensorPlan],
    quantisation: str,
) -> Path:
    """Write a model as GGUF, one tensor after the other.

    Args:
        target: the file; it appears only when it is whole.
        architecture: as GGUF names it.
        metadata: adds all header fields but the architecture and the file type.
        tensors: what to write.
        quantisation: a key of ``QUANTISATIONS``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as part:
        writer = gguf.GGUFWriter(str(part), architecture)
        metadata(writer)
        writer.add_file_type(QUANTISATIONS[quantisation][1])
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
        for tensor in tensors:
            kind = type_of(tensor.name, tensor.shape, quantisation)
            in_bytes = gguf.quant_shape_to_byte_shape(tensor.shape, kind)
            writer.add_tensor_info(tensor.name, in_bytes, np.dtype(np.uint8), int(np.prod(in_bytes)), kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in tensors:
            kind = type_of(tensor.name, tensor.shape, quantisation)
            writer.write_tensor_data(gguf.quants.quantize(tensor.load(), kind).view(np.uint8))
        writer.close()
    return target


def copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    """Copy the header fields of a file, the tokenizer with them, but those that ``write_model`` writes itself."""
    for found in reader.fields.values():
        if found.name.startswith("GGUF.") or found.name in (
            "general.architecture",
            "general.file_type",
            "general.quantization_version",
        ):
            continue
        kind = found.types[0]
        inner = found.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(found.name, found.contents(), kind, sub_type=inner)


def stored_tensors(reader: gguf.GGUFReader) -> Iterator[TensorPlan]:
    """The tensors of a file, to be dequantised when they are loaded."""
    for tensor in reader.tensors:
        shape = tuple(int(n) for n in reversed(tensor.shape))

        def load(tensor: gguf.ReaderTensor = tensor, shape: tuple[int, ...] = shape) -> np.ndarray:
            values: np.ndarray = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            return values.astype(np.float32).reshape(shape)

        yield TensorPlan(tensor.name, shape, load)
