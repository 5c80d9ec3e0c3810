"""Turns a trained adapter into the files that servers load: a GGUF adapter for llama.cpp and Ollama, beside the PEFT
folder that vLLM and TGI take.

Format: llama.cpp's ``convert_lora_to_gguf.py``. A is stored as PEFT has it, (r, in); B as (out, r); the scale is
alpha / r. For the Llama architecture, whose GGUF files have the rows of q and k permuted for interleaved rotary
embeddings, B's rows are permuted likewise and A stays as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from llmsql.errors import LLMSQLError, TrainingError

_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_TENSOR = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.([a-z_.]+)\.lora_([AB])\.weight\Z")


def export_gguf_adapter(peft_folder: Path, base_gguf: Path, target: Path) -> Path:
    """Write a PEFT LoRA adapter as a GGUF file.

    Args:
        peft_folder: with ``adapter_config.json`` and ``adapter_model.safetensors``.
        base_gguf: the GGUF file that it will be loaded on; its architecture and head counts are read.
        target: the file to write.

    Raises:
        TrainingError: the adapter is not plain LoRA on the layers that servers know.
    """
    try:
        config = json.loads((peft_folder / "adapter_config.json").read_text(encoding="utf-8"))
        tensors = load_file(str(peft_folder / "adapter_model.safetensors"))
        base = gguf.GGUFReader(str(base_gguf))
    except (OSError, ValueError, SafetensorError) as error:
        raise TrainingError(
            f"{peft_folder} on {base_gguf} cannot be read: {error}.", "Give a PEFT folder and the base's .gguf file."
        ) from error
    for option in ("use_rslora", "use_dora", "alpha_pattern", "rank_pattern"):
        if config.get(option):
            raise TrainingError(f"{peft_folder}: {option} cannot be exported.", "Train plain LoRA.")
    architecture = _field(base, "general.architecture")
    heads = _field(base, f"{architecture}.attention.head_count")
    kv_heads = _field(base, f"{architecture}.attention.head_count_kv")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".part")
    writer = gguf.GGUFWriter(str(fresh), architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(config["lora_alpha"]))
    writer.add_string("general.name", target.stem)
    for name, tensor in sorted(tensors.items()):
        match = _TENSOR.match(name)
        if not match or match.group(2) not in _NAMES:
            raise TrainingError(f"{peft_folder}: no server knows the tensor {name}.")
        layer, module, side = match.groups()
        data = np.ascontiguousarray(tensor.astype(np.float32))
        if architecture == "llama" and side == "B" and module in ("self_attn.q_proj", "self_attn.k_proj"):
            data = permute_rows(data, heads if module.endswith("q_proj") else kv_heads)
        writer.add_tensor(f"blk.{layer}.{_NAMES[module]}.weight.lora_{side.lower()}", data.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(fresh, target)
    return target


def permute_rows(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rows of q or k from rotate-half order to the interleaved order of Llama GGUF files.

    Args:
        weights: shape (heads × head size, any).
        heads: number of heads.
    """
    rows, columns = weights.shape
    return np.ascontiguousarray(
        weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    )


def _field(reader: Any, name: str) -> Any:
    found = reader.get_field(name)
    if found is None:
        raise TrainingError(f"The base file has no {name}.")
    return found.contents()


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write a PEFT adapter as a GGUF adapter.")
    parser.add_argument("--adapter", type=Path, required=True, help="PEFT folder")
    parser.add_argument("--base-model", type=Path, required=True, help="the .gguf file that it was trained on")
    parser.add_argument("--output", type=Path, required=True, help="the .gguf adapter to write")
    options = parser.parse_args(argv)
    try:
        print(export_gguf_adapter(options.adapter, options.base_model, options.output))
    except LLMSQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
