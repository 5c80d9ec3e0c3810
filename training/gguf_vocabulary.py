"""The header of a GGUF model from a Hugging Face folder: hyper-parameters from its ``config.json``, the tokenizer from
its ``tokenizer.json``.

Field names and values follow llama.cpp's ``convert_hf_to_gguf.py``. What that engine cannot do is refused here; whether
the rest came out right is for ``export_check`` to see.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from llmsql.errors import TrainingError
from training.gguf_files import ARCHITECTURES

_GEMMA3_LOCAL_ROPE = 10_000.0
_GEMMA3_FULL_EVERY = 6


def write_metadata(folder: Path, writer: gguf.GGUFWriter, name: str) -> None:
    """Add everything that a model's header needs.

    Args:
        folder: of the model, with ``config.json`` and ``tokenizer.json``.
        writer: of the new file.
        name: of the model.

    Raises:
        TrainingError: a file is missing, or says something that the engine cannot do.
    """
    config = _read_json(folder / "config.json")
    architecture = ARCHITECTURES[config["architectures"][0]]
    writer.add_type("model")
    writer.add_name(name)
    _write_sizes(config, architecture, writer, folder)
    _write_tokenizer(folder, writer, config["vocab_size"])


def rope_factors(folder: Path) -> np.ndarray | None:
    """Divisors of the rotary frequencies of Llama 3.1 and later, None for other models.

    Args:
        folder: of the model.

    Raises:
        TrainingError: the model scales its frequencies in another way.
    """
    config = _read_json(folder / "config.json")
    rope = _rope(config)
    kind = rope.get("rope_type", "default")
    if kind == "default":
        return None
    if kind != "llama3":
        raise TrainingError(f"{folder}: rotary embeddings of the type {kind} cannot be exported.")
    size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    frequencies = rope["rope_theta"] ** -(np.arange(0, size, 2, dtype=np.float64) / size)
    waves = 2 * math.pi / frequencies
    original = rope["original_max_position_embeddings"]
    long, short = original / rope["low_freq_factor"], original / rope["high_freq_factor"]
    smooth = (original / waves - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
    between = 1 / ((1 - smooth) / rope["factor"] + smooth)
    factors = np.where(waves < short, 1.0, np.where(waves > long, rope["factor"], between))
    return factors.astype(np.float32)


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    """Rotary parameters of full attention, as transformers 5 or 4 keeps them."""
    found = config.get("rope_parameters") or {}
    if "full_attention" in found:
        found = found["full_attention"]
    if not found:
        found = {"rope_theta": config.get("rope_theta", 10_000.0), **(config.get("rope_scaling") or {})}
    return found


def _write_sizes(config: dict[str, Any], architecture: str, writer: gguf.GGUFWriter, folder: Path) -> None:
    heads = config["num_attention_heads"]
    head_size = config.get("head_dim") or config["hidden_size"] // heads
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_rope_freq_base(_rope(config)["rope_theta"])
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    if architecture == "llama":
        writer.add_rope_dimension_count(head_size)
    if architecture == "gemma3":
        _write_gemma3(config, head_size, writer, folder)


def _write_gemma3(config: dict[str, Any], head_size: int, writer: gguf.GGUFWriter, folder: Path) -> None:
    """Its windows and scales, of which the engine takes some for granted."""
    layers = config["num_hidden_layers"]
    usual = ["sliding_attention" if (i + 1) % _GEMMA3_FULL_EVERY else "full_attention" for i in range(layers)]
    local = (config.get("rope_parameters") or {}).get("sliding_attention", {}).get("rope_theta", _GEMMA3_LOCAL_ROPE)
    unusual = {
        "query_pre_attn_scalar": config.get("query_pre_attn_scalar", head_size) != head_size,
        "layer_types": config.get("layer_types", usual) != usual,
        "rope_theta of sliding attention": local != _GEMMA3_LOCAL_ROPE,
        "softcapping": bool(config.get("attn_logit_softcapping") or config.get("final_logit_softcapping")),
    }
    for what, is_unusual in unusual.items():
        if is_unusual:
            raise TrainingError(f"{folder}: llama.cpp knows no Gemma 3 with this {what}.")
    writer.add_sliding_window(config["sliding_window"])


def _write_tokenizer(folder: Path, writer: gguf.GGUFWriter, vocabulary: int) -> None:
    tokenizer = _read_json(folder / "tokenizer.json")
    model = tokenizer["model"]
    if model.get("type") != "BPE":
        raise TrainingError(f"{folder}: a tokenizer of the type {model.get('type')} cannot be exported.")
    tokens = [f"[PAD{i}]" for i in range(vocabulary)]
    kinds = [gguf.TokenType.UNUSED] * vocabulary
    for text, number in model["vocab"].items():
        tokens[number], kinds[number] = text, gguf.TokenType.NORMAL
    for added in tokenizer.get("added_tokens", []):
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
    is_sentencepiece = bool(model.get("byte_fallback"))
    if is_sentencepiece:
        ranks: dict[str, int] = {}
        for rank, merge in enumerate(model["merges"]):
            ranks.setdefault("".join(merge if isinstance(merge, list) else merge.split(" ")), rank)
        for number, text in enumerate(tokens):
            if kinds[number] == gguf.TokenType.NORMAL and len(text) == 6 and text.startswith("<0x"):
                kinds[number] = gguf.TokenType.BYTE
        # Sentencepiece merges the pair with the best score first: the first merge gets the best one.
        lowest = float(len(model["merges"]) + 1)
        writer.add_tokenizer_model("llama")
        writer.add_token_scores([-float(ranks.get(text, lowest)) for text in tokens])
        writer.add_add_space_prefix(_puts_a_space_first(tokenizer))
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(_splitter(tokenizer, folder))
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    special = gguf.SpecialVocab(folder, load_merges=not is_sentencepiece, n_vocab=vocabulary)
    template = folder / "chat_template.jinja"
    if special.chat_template is None and template.is_file():
        special.chat_template = template.read_text(encoding="utf-8")
    special.add_special_token.setdefault("bos", _puts_bos_first(tokenizer))
    special.add_to_gguf(writer, quiet=True)


def _splitter(tokenizer: dict[str, Any], folder: Path) -> str:
    """llama.cpp's name of the way in which text is cut before merging."""
    steps = json.dumps(tokenizer.get("pre_tokenizer") or {})
    if '"individual_digits": true' in steps:
        return "smollm"
    if r"\\p{N}{1,3}" in steps:
        return "llama-bpe"
    if r"|\\p{N}|" in steps:
        return "qwen2"
    raise TrainingError(
        f"{folder}: its tokenizer cuts text in a way that is not known here.", "Name a .gguf file of its base."
    )


def _puts_bos_first(tokenizer: dict[str, Any]) -> bool:
    steps = tokenizer.get("post_processor") or {}
    processors = steps.get("processors", [steps])
    return any(
        p.get("type") == "TemplateProcessing" and p.get("single") and "SpecialToken" in p["single"][0]
        for p in processors
    )


def _puts_a_space_first(tokenizer: dict[str, Any]) -> bool:
    steps = json.dumps([tokenizer.get("normalizer"), tokenizer.get("pre_tokenizer")])
    return '"Prepend"' in steps or '"prepend_scheme": "first"' in steps or '"prepend_scheme": "always"' in steps


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read: {error}.", "Give a model's whole folder.") from error
