"""Model folders as the hub has them, tiny, with random weights that matter and real tokenizers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers

_TEXTS = [
    "SELECT count(*) FROM orders WHERE total > 10",
    "orders(order_id int pk, day date, total float)",
    "customers in Paris by city, top 3 in 2024",
]
_QWEN_SPLIT = r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_LLAMA_SPLIT = r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
MARKERS = {
    "chatml": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    "llama3": ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    "gemma": ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"],
}
CHAT_FORMAT = {"qwen2": "chatml", "smollm": "chatml", "llama3": "llama3", "gemma": "gemma", "gemma3": "gemma"}
FAMILIES = tuple(CHAT_FORMAT)


def tokenizer_of(family: str) -> Any:
    """A tokenizer that cuts and merges text as the family's does, with a small vocabulary."""
    markers = MARKERS[CHAT_FORMAT[family]]
    return _sentencepiece(markers) if family.startswith("gemma") else _byte_level(family, markers)


def _byte_level(family: str, markers: list[str]) -> Any:
    pre = tokenizers.pre_tokenizers
    split = {
        "qwen2": pre.Split(tokenizers.Regex(_QWEN_SPLIT), "isolated"),
        "llama3": pre.Split(tokenizers.Regex(_LLAMA_SPLIT), "isolated"),
        "smollm": pre.Digits(individual_digits=True),
    }[family]
    built = tokenizers.Tokenizer(tokenizers.models.BPE())
    built.pre_tokenizer = pre.Sequence([split, pre.ByteLevel(add_prefix_space=False, use_regex=family == "smollm")])
    built.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=384, special_tokens=markers, initial_alphabet=pre.ByteLevel.alphabet(), show_progress=False
    )
    built.train_from_iterator(_TEXTS, trainer)
    special: dict[str, Any] = {"eos_token": markers[-1]}
    if family == "llama3":
        special = {"bos_token": markers[0], "eos_token": markers[-1]}
        built.post_processor = _bos_first(markers[0], 0)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=built, **special)


def _sentencepiece(markers: list[str]) -> Any:
    """As Gemma's: spaces are a character of their own, unknown characters are bytes."""
    learner = tokenizers.Tokenizer(tokenizers.models.BPE())
    learner.normalizer = tokenizers.normalizers.Replace(" ", "▁")
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=200, show_progress=False, initial_alphabet=[chr(c) for c in range(33, 127)]
    )
    learner.train_from_iterator(_TEXTS, trainer)
    import json

    model = json.loads(learner.to_str())["model"]
    merges = [tuple(m) for m in model["merges"]]
    pieces = [*markers, "<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "\n"]
    letters = [p for p in model["vocab"] if len(p) == 1 and p not in pieces]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, *("".join(m) for m in merges), *letters])}
    built = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True, ignore_merges=False
        )
    )
    built.normalizer = tokenizers.normalizers.Replace(" ", "▁")
    built.add_special_tokens([tokenizers.AddedToken(m, special=True, normalized=False) for m in markers])
    built.post_processor = _bos_first("<bos>", markers.index("<bos>"))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=built, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    )


def _bos_first(token: str, number: int) -> Any:
    return tokenizers.processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token} $B", special_tokens=[(token, number)]
    )


def tiny_config(family: str, vocabulary: int) -> Any:
    """Hyper-parameters of a model with two layers, as the family has them."""
    common = {
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "initializer_range": 0.15,
    }
    if family == "qwen2":
        return transformers.Qwen2Config(**common, tie_word_embeddings=True, rope_theta=1e6)
    if family == "smollm":
        return transformers.LlamaConfig(**common, tie_word_embeddings=True, rope_theta=1e5)
    if family == "llama3":
        rope = {
            "rope_type": "llama3",
            "rope_theta": 500_000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        }
        return transformers.LlamaConfig(**common, tie_word_embeddings=False, rope_parameters=rope)
    if family == "gemma":
        return transformers.GemmaConfig(**common, head_dim=32)
    return transformers.Gemma3TextConfig(**common, head_dim=256, query_pre_attn_scalar=256, sliding_window=64)


def save_tiny_model(family: str, folder: Path, seed: int = 0) -> Path:
    """Write a model's folder: random weights, in which norms and biases differ from those of a fresh model too."""
    torch.manual_seed(seed)
    tokenizer = tokenizer_of(family)
    model = transformers.AutoModelForCausalLM.from_config(tiny_config(family, len(tokenizer)))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return folder
