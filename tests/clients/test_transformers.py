from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from llmsql.clients import LLMClient
from llmsql.clients.transformers import _cut
from llmsql.errors import CancelledError, ConfigError, WeightsError


def test_a_missing_extra_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ConfigError, match=r"pip install 'duckdb-llmsql\[train\]'"):
        LLMClient("transformers", "folder")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("SELECT 1<|im_end|>", ("SELECT 1", True)), ("SELECT 1", ("SELECT 1", False)), ("a;b<|im_end|>", ("a", True))],
)
def test_answers_end_at_the_first_stop(text: str, expected: tuple[str, bool]) -> None:
    assert _cut(text, ["<|im_end|>", ";"]) == expected


@pytest.mark.slow
def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with LLMClient("transformers", str(tmp_path)) as client, pytest.raises(WeightsError, match="not a model folder"):
        client.generate("q")
    (tmp_path / "config.json").write_text("{}")
    with LLMClient("transformers", str(tmp_path)) as client, pytest.raises(WeightsError, match="cannot be loaded"):
        client.generate("q")


@pytest.mark.slow
def test_a_small_random_model_answers(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    words = {word: i for i, word in enumerate(["<|im_start|>", "<|im_end|>", "[UNK]", "user", "assistant", "SELECT"])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", unk_token="[UNK]"
    ).save_pretrained(tmp_path)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    transformers.LlamaForCausalLM(config).save_pretrained(tmp_path)
    with LLMClient("transformers", str(tmp_path)) as client:
        answer = client.generate("SELECT", max_tokens=4)
        assert answer.prompt_tokens > 0
        assert 1 <= answer.completion_tokens <= 4
        assert answer.logprob is not None and answer.logprob < 0
        assert answer.cost_usd == 0.0
        cancel = threading.Event()
        cancel.set()
        with pytest.raises(CancelledError):
            client.generate("SELECT", cancel=cancel)
