"""The local training scripts through their command lines, on tiny models with random weights and real tokenizers."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import gguf  # noqa: E402
import huggingface_hub  # noqa: E402
import numpy as np  # noqa: E402
import tokenizers  # noqa: E402
import transformers  # noqa: E402
from peft import PeftModel  # noqa: E402

from llmsql.errors import TrainingError  # noqa: E402
from training import finetune_gemma, finetune_llama, finetune_qwen  # noqa: E402
from training.base_model import load_base_model  # noqa: E402
from training.finetune_core import build_parser, choose_recipe  # noqa: E402
from training.gguf_files import permute_rows  # noqa: E402
from training.packing import ATTENTION  # noqa: E402

MARKERS = {
    "llama": ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    "gemma": ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"],
    "gemma3": ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"],
}


def tokenizer_of(markers: list[str]) -> Any:
    """A byte-level BPE tokenizer that knows the markers as single tokens."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=markers,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["SELECT count(*) FROM orders WHERE total > 10", "orders(order_id int pk)"], trainer)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def save_tiny_model(architecture: str, folder: Path) -> Path:
    """A folder as the hub has them: two layers with random weights, and a tokenizer."""
    torch.manual_seed(0)
    tokenizer = tokenizer_of(MARKERS[architecture])
    common = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
    }
    config = {
        "llama": lambda: transformers.LlamaConfig(**common, bos_token_id=0, eos_token_id=3),
        "gemma": lambda: transformers.GemmaConfig(**common, head_dim=8),
        "gemma3": lambda: transformers.Gemma3TextConfig(**common, head_dim=8, sliding_window=64),
    }[architecture]()
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def dataset(data_root: Path) -> Path:
    path = data_root / "toy.jsonl"
    lines = [
        {
            "database": "toy/shop",
            "question": f"orders above {i}",
            "sql": f"SELECT count(*) FROM orders WHERE total > {i}",
        }
        for i in range(6)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


SCRIPTS = {
    "llama lora": ("llama", finetune_llama.main, "lora", "llama3-8b-lora"),
    "llama full": ("llama", finetune_llama.main, "full", "llama3-8b-full"),
    "gemma lora": ("gemma", finetune_gemma.main, "lora", "gemma-7b-lora"),
    "gemma full": ("gemma", finetune_gemma.main, "full", "gemma-7b-full"),
    "gemma 3 full": ("gemma3", finetune_gemma.main, "full", "gemma-7b-full"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_folder_is_trained_and_loads_again(
    name: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    architecture, main, method, recipe = SCRIPTS[name]
    folder, output = save_tiny_model(architecture, tmp_path / "base"), tmp_path / "run"
    arguments = ["--base-model", folder, "--dataset", dataset, "--data-root", dataset.parent, "--output-dir", output]
    assert main([*map(str, arguments), "--method", method, "--examples", "12"]) == 0
    assert f"trained weights: {output / 'result'}" in capsys.readouterr().out
    made = json.loads((output / "run.json").read_text())
    assert (made["recipe"]["method"], made["recipe"]["examples"]) == (method, 12)
    assert choose_recipe(_recipes(main), str(folder), method).stem == recipe
    assert json.loads((output / "log.jsonl").read_text().splitlines()[-1])["examples"] == 12

    base = load_base_model(str(folder), attention="eager")
    trained = (
        PeftModel.from_pretrained(base.model, str(output / "result"))
        if method == "lora"
        else load_base_model(str(output / "result"), attention="eager").model
    )
    ids = torch.tensor([base.tokenize("SELECT count(*) FROM orders")])
    with torch.no_grad():
        after = trained(ids).logits
        before = load_base_model(str(folder), attention="eager").model(ids).logits
    assert not torch.equal(before, after)
    state = torch.load(output / "checkpoint" / "state.pt", weights_only=True)["weights"]
    saved = {key.replace(".default", ""): value for key, value in trained.named_parameters()}
    for key, tensor in state.items():
        torch.testing.assert_close(saved[key.replace(".default", "")].detach(), tensor, rtol=0, atol=0)
    reread = transformers.AutoTokenizer.from_pretrained(output / "result")
    assert reread("SELECT", add_special_tokens=False)["input_ids"] == base.tokenize("SELECT")


def test_a_run_says_which_adapter_it_went_on_from_and_goes_on_from_no_other(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, second = save_tiny_model("llama", tmp_path / "base"), tmp_path / "second"

    def run(output: Path, seed: int, *more: object) -> int:
        common = ["--base-model", folder, "--dataset", dataset, "--data-root", dataset.parent, "--method", "lora"]
        return finetune_llama.main(
            [*map(str, [*common, "--output-dir", output, "--seed", seed, *more]), "--examples", "6"]
        )

    first = [tmp_path / "one" / "result", tmp_path / "other" / "result"]
    assert [run(start.parent, seed) for seed, start in enumerate(first)] == [0, 0]
    assert run(second, 1, "--start-from", first[0]) == 0
    made = json.loads((second / "run.json").read_text())
    assert (
        made["start_adapter_sha256"]
        == hashlib.sha256((first[0] / "adapter_model.safetensors").read_bytes()).hexdigest()
    )
    capsys.readouterr()
    assert run(second, 1, "--start-from", first[1]) != 0
    assert "holds a run with another start adapter sha256. Give another --output-dir." in capsys.readouterr().err


def _recipes(main: Any) -> list[str]:
    return finetune_llama.RECIPES if main is finetune_llama.main else finetune_gemma.RECIPES


@pytest.mark.parametrize(
    ("recipes", "base_model", "method", "expected"),
    [
        (finetune_llama.RECIPES, None, None, "llama3-8b-lora"),
        (finetune_llama.RECIPES, "meta-llama/Meta-Llama-3-8B", "full", "llama3-8b-full"),
        (finetune_llama.RECIPES, "meta-llama/Meta-Llama-3-8B-Instruct", "lora", "llama3-8b-lora"),
        (finetune_llama.RECIPES, "cache/SmolLM2-135M-Instruct.Q4_1.gguf", None, "smollm2-135m-lora"),
        (finetune_llama.RECIPES, "HuggingFaceTB/SmolLM2-135M-Instruct", "full", "smollm2-135m-full"),
        (finetune_gemma.RECIPES, "google/gemma-7b", None, "gemma-7b-full"),
        (finetune_gemma.RECIPES, "gemma-3-270m-q4_k_m.gguf", None, "gemma-3-270m-full"),
    ],
)
def test_the_recipe_is_the_model_s(
    recipes: list[str], base_model: str | None, method: str | None, expected: str
) -> None:
    assert choose_recipe(recipes, base_model, method).stem == expected


def test_a_method_without_a_recipe_is_refused(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert finetune_qwen.main(["--dataset", str(dataset), "--output-dir", "run", "--method", "full"]) == 1
    assert "--recipe" in capsys.readouterr().err


@pytest.fixture
def unreachable_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    huggingface_hub.close_session()
    yield
    huggingface_hub.close_session()


@pytest.mark.parametrize(
    ("main", "base_model", "options"),
    [
        (finetune_llama.main, "nobody-at-all/Meta-Llama-3-8B", ["--method", "lora"]),
        (finetune_llama.main, "nobody-at-all/Meta-Llama-3-8B", ["--method", "full", "--revision", "v1"]),
        (finetune_gemma.main, "nobody-at-all/gemma-7b", []),
    ],
)
def test_without_a_network_there_is_one_clear_line(
    main: Any, base_model: str, options: list[str], unreachable_hub: None, dataset: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    arguments = ["--base-model", base_model, "--dataset", str(dataset), "--output-dir", str(tmp_path / "run"), *options]
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"error: The base model {base_model} cannot be loaded: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("source", ["absent.gguf", "models/no/such/folder", "~/model"])
def test_what_is_not_there_is_said(source: str, unreachable_hub: None) -> None:
    with pytest.raises(TrainingError, match=source):
        load_base_model(source, attention="eager")


@pytest.mark.parametrize("damaged", ["model.safetensors", "config.json", "tokenizer.json", "tiny.gguf"])
def test_a_damaged_model_is_one_line(damaged: str, tmp_path: Path) -> None:
    folder = save_tiny_model("llama", tmp_path / "base")
    save_tiny_gguf(folder / "tiny.gguf")
    (folder / damaged).write_bytes((folder / damaged).read_bytes()[:700])
    with pytest.raises(TrainingError, match="cannot be loaded: ") as raised:
        load_base_model(str(folder / damaged if damaged.endswith(".gguf") else folder), attention="eager")
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be loaded"):
        load_base_model(str(tmp_path), attention="eager")


def test_a_model_of_another_chat_format_is_refused(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = save_tiny_model("llama", tmp_path / "base")
    arguments = ["--base-model", folder, "--dataset", dataset, "--output-dir", tmp_path / "run"]
    assert finetune_gemma.main([*map(str, arguments)]) == 1
    assert "has no token <end_of_turn>" in capsys.readouterr().err


def test_the_documented_calls_parse() -> None:
    for recipes, line in (
        (finetune_llama.RECIPES, "--base-model meta-llama/Meta-Llama-3-8B --dataset d.jsonl "
         "--output-dir models/llama3-finetuned --method lora"),
        (finetune_gemma.RECIPES, "--base-model google/gemma-7b --dataset d.jsonl --output-dir models/gemma-finetuned"),
    ):  # fmt: skip
        assert build_parser("x", recipes).parse_args(line.split()).recipe is None


def test_packed_attention_is_registered_for_folders(tmp_path: Path) -> None:
    base = load_base_model(str(save_tiny_model("llama", tmp_path / "base")), attention=ATTENTION)
    assert base.model.config._attn_implementation == ATTENTION
    assert (base.sha256, base.revision) == (None, None)


def save_tiny_gguf(path: Path) -> dict[str, np.ndarray]:
    """A one-layer Llama as llama.cpp has it, with random weights; returns its tensors."""
    tokenizer = tokenizer_of(MARKERS["llama"])
    model = json.loads(tokenizer._tokenizer.to_str())["model"]
    vocabulary = sorted(model["vocab"], key=model["vocab"].get)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(4096)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(vocabulary)
    writer.add_token_types([3 if token in MARKERS["llama"] else 1 for token in vocabulary])  # 3: a control token
    writer.add_token_merges([" ".join(merge) for merge in model["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(3)
    shapes = {
        "attn_q": (32, 32), "attn_k": (16, 32), "attn_v": (16, 32), "attn_output": (32, 32), "attn_norm": (32,),
        "ffn_gate": (64, 32), "ffn_up": (64, 32), "ffn_down": (32, 64), "ffn_norm": (32,),
    }  # fmt: skip
    whole = {"token_embd.weight": (len(vocabulary), 32), "output_norm.weight": (32,)}
    whole |= {f"blk.0.{name}.weight": shape for name, shape in shapes.items()}
    rng = np.random.default_rng(0)
    tensors = {name: rng.normal(scale=0.1, size=shape).astype(np.float32) for name, shape in whole.items()}
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors


def test_a_gguf_file_is_loaded_as_it_is_served(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    tensors = save_tiny_gguf(path)
    base = load_base_model(str(path), attention="eager")
    assert base.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert base.revision is None
    assert base.tokenize("<|eot_id|>SELECT") == tokenizer_of(MARKERS["llama"])("<|eot_id|>SELECT")["input_ids"]
    layer = base.model.model.layers[0].self_attn
    np.testing.assert_allclose(permute_rows(layer.q_proj.weight.detach().numpy(), 4), tensors["blk.0.attn_q.weight"])
    np.testing.assert_allclose(permute_rows(layer.k_proj.weight.detach().numpy(), 2), tensors["blk.0.attn_k.weight"])
    assert base.model.lm_head.weight is base.model.model.embed_tokens.weight
    assert not hasattr(base.model.config, "quantization_config")


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_gguf_file_is_trained_and_saved(method: str, dataset: Path, tmp_path: Path) -> None:
    path, output = tmp_path / "tiny.gguf", tmp_path / "run"
    save_tiny_gguf(path)
    arguments = ["--base-model", path, "--dataset", dataset, "--data-root", dataset.parent, "--output-dir", output]
    assert finetune_llama.main([*map(str, arguments), "--method", method, "--examples", "12"]) == 0
    if method == "full":
        before = load_base_model(str(path), attention="eager").model
        after = load_base_model(str(output / "result"), attention="eager").model
        weights = [model.model.layers[0].mlp.up_proj.weight for model in (before, after)]
        assert not torch.equal(*weights)
    else:
        assert (output / "result" / "adapter_model.safetensors").is_file()


def test_a_result_that_cannot_be_written_is_no_loss(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, output = save_tiny_model("llama", tmp_path / "base"), tmp_path / "run"
    arguments = ["--base-model", folder, "--dataset", dataset, "--data-root", dataset.parent, "--output-dir", output]
    call = [*map(str, arguments), "--method", "full", "--examples", "12"]

    def full_disk(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def ctrl_c(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("training.run.train", ctrl_c)
        assert finetune_llama.main(call) == 130
        assert capsys.readouterr().err.endswith("stopped; the same command goes on from the last checkpoint\n")
    with monkeypatch.context() as context:
        context.setattr(transformers.LlamaForCausalLM, "save_pretrained", full_disk)
        assert finetune_llama.main(call) == 1
    assert "No space left on device" in (said := capsys.readouterr().err) and "goes on from the last" in said
    log = (output / "log.jsonl").read_text()
    assert finetune_llama.main(call) == 0
    assert (output / "log.jsonl").read_text() == log  # nothing is trained again
    assert (output / "result" / "model.safetensors").is_file()
