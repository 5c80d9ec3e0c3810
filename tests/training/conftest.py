"""A tiny model with the real architecture, and a tiny database."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")


class CharacterTokenizer:
    """Stands in for a tokenizer: one token a character. Says so where a run would save it."""

    def __call__(self, text: str, add_special_tokens: bool = False) -> dict[str, list[int]]:
        return {"input_ids": [ord(c) % 256 for c in text]}

    def save_pretrained(self, folder: str) -> None:
        (Path(folder) / "tokenizer.txt").write_text("a stand-in: one token a character", encoding="utf-8")


def tiny_model(architecture: str, attention: str):
    """Two layers of Qwen2, Llama or Gemma 3 with random weights, the same at every call."""
    import transformers

    torch.manual_seed(0)
    common = {
        "vocab_size": 256,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "attn_implementation": attention,
    }
    if architecture == "qwen2":
        config = transformers.Qwen2Config(**common)
    elif architecture == "llama":
        config = transformers.LlamaConfig(**common)
    else:
        config = transformers.Gemma3TextConfig(**common, head_dim=8, sliding_window=64)
    return transformers.AutoModelForCausalLM.from_config(config, attn_implementation=attention)


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """A dataset folder with one small database, ``toy/shop``."""
    folder = tmp_path / "toy" / "databases"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "shop.duckdb")) as con:
        con.execute("CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR)")
        con.execute(
            "CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, total DOUBLE)"
        )
        con.execute("INSERT INTO customers VALUES (1, 'Ann', 'Paris'), (2, 'Bob', 'Rome'), (3, 'Cyd', 'Paris')")
        con.execute("INSERT INTO orders SELECT range, range % 2 + 1, range * 10 FROM range(20)")
    return tmp_path
