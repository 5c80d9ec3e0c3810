"""Whole models and adapters as GGUF, run by llama.cpp and compared with the trained model in transformers."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import gguf  # noqa: E402
import peft  # noqa: E402

import training.export_merged  # noqa: E402
from llmsql.asking.prompt import SYSTEM  # noqa: E402
from llmsql.chat import CHAT_FORMATS, Message, render_chat  # noqa: E402
from llmsql.errors import TrainingError  # noqa: E402
from llmsql.registry import load_registry  # noqa: E402
from tests.training.tiny import CHAT_FORMAT, FAMILIES, save_tiny_model  # noqa: E402
from training.export import export, main  # noqa: E402
from training.export_adapter import LoraAdapter, read_peft  # noqa: E402
from training.export_check import BOUNDS  # noqa: E402
from training.export_merged import export_merged  # noqa: E402
from training.export_serving import Served, chat_template, model_card, modelfile, tgi_command, vllm_command  # noqa: E402
from training.export_source import Source, source_of_files  # noqa: E402

TURNS = [
    Message("system", SYSTEM),
    Message("user", "orders(total float)\n\nQuestion: how many orders"),
    Message("assistant", "SELECT count(*) FROM orders"),
    Message("user", "and above 10?"),
]


def save_adapter(base: Path, folder: Path) -> Path:
    """A PEFT folder with random weights that change a lot, as PEFT itself writes it."""
    import transformers

    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_pretrained(str(base), dtype=torch.float32)
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=8, target_modules=targets))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    model.save_pretrained(str(folder))
    return folder


def source(family: str, folder: Path, *, adapter: bool) -> Source:
    base = save_tiny_model(family, folder / "base")
    peft_folder = save_adapter(base, folder / "peft") if adapter else None
    return source_of_files(
        adapter=peft_folder,
        trained=None if adapter else base,
        base_model=str(base) if adapter else None,
        chat_format=CHAT_FORMAT[family],
        name="tiny",
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_weight_trained(family: str, tmp_path: Path) -> None:
    said: list[str] = []
    made = export(source(family, tmp_path, adapter=False), ["f16", "q8_0", "q4_1"], tmp_path / "out", say=said.append)
    assert [Path(m).name for m in made] == ["tiny-f16.gguf", "tiny-q8_0.gguf", "tiny-q4_1.gguf"]
    assert len(said) == 3
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(Path(m).name for m in made)
    sizes = [Path(m).stat().st_size for m in made]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_adapter_alone_and_merged_into_a_folder(family: str, tmp_path: Path) -> None:
    said: list[str] = []
    export(source(family, tmp_path, adapter=True), ["adapter", "peft", "q8_0"], tmp_path / "out", say=said.append)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["peft", "tiny-adapter.gguf", "tiny-q8_0.gguf"]
    assert len(said) == 2


@pytest.mark.parametrize("family", ["smollm", "qwen2", "gemma3"])
def test_an_adapter_merged_into_a_gguf_file(family: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = save_tiny_model(family, tmp_path / "base")
    stored = export_merged(tmp_path / "base.gguf", quantisation="f16", base=base)
    folder = save_adapter(base, tmp_path / "run" / "result")
    run = {"recipe": {"chat_format": CHAT_FORMAT[family], "base_model": str(stored)}}
    (tmp_path / "run" / "run.json").write_text(json.dumps(run), encoding="utf-8")
    target = tmp_path / "whole.gguf"
    assert main(["--adapter", str(folder), "--format", "q8_0", "--output", str(target)]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == str(target)
    assert "whole.gguf is the trained model: " in err
    names = {t.name for t in gguf.GGUFReader(str(target)).tensors}
    assert names == {t.name for t in gguf.GGUFReader(str(stored)).tensors}


def test_header_and_tokenizer_come_from_a_file_of_the_base(tmp_path: Path) -> None:
    """As after full fine-tuning of a GGUF file: the folder holds the weights, the file the tokenizer."""
    base = export_merged(tmp_path / "base.gguf", quantisation="q8_0", base=save_tiny_model("gemma3", tmp_path / "base"))
    trained = save_tiny_model("gemma3", tmp_path / "trained", seed=7)
    given = source_of_files(adapter=None, trained=trained, base_model=str(base), chat_format=None, name="tiny")
    [made] = export(given, ["f16"], tmp_path / "tiny.gguf")
    fields = gguf.GGUFReader(made).fields
    assert fields["general.name"].contents() == "base"
    assert fields["general.file_type"].contents() == gguf.LlamaFileType.MOSTLY_F16


def test_the_wrong_base_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, other = (save_tiny_model("qwen2", tmp_path / name, seed) for name, seed in (("base", 0), ("other", 1)))
    folder = save_adapter(base, tmp_path / "peft")
    stored = export_merged(tmp_path / "other.gguf", quantisation="f16", base=other)
    good = source_of_files(adapter=folder, trained=None, base_model=str(base), chat_format=None, name="tiny")
    # The model in transformers is the right one, the file is not.
    mixed = Source(good.entry, stored, "chatml", good.adapter)
    mixed.__dict__["trained"] = good.trained
    with pytest.raises(
        TrainingError, match=r"tiny-q8_0.gguf is not the trained model: \d+\.\d% of \d+ tokens the same"
    ):
        export(mixed, ["q8_0"], tmp_path / "out")
    with pytest.raises(TrainingError, match=r"tiny-adapter.gguf is not the trained model"):
        export(mixed, ["adapter"], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == [], "nothing that could be taken for the model is left"
    llama = export_merged(tmp_path / "llama.gguf", quantisation="f16", base=save_tiny_model("smollm", tmp_path / "l"))
    arguments = ["--trained", str(base), "--base-model", str(llama), "--format", "f16", "--output", str(tmp_path / "o")]
    assert main(arguments) == 1
    assert "llama.gguf is not a qwen2" in capsys.readouterr().err


def test_known_mistakes_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of q and k not permuted; an adapter at twice its strength; norms off by one."""
    llama = source("smollm", tmp_path / "llama", adapter=True)
    twice = Source(llama.entry, llama.base, "chatml", LoraAdapter(llama.adapter.alpha * 2, llama.adapter.pairs))
    twice.__dict__["trained"] = llama.trained
    with pytest.raises(TrainingError, match="is not the trained model"):
        export(twice, ["q8_0"], tmp_path / "out")
    monkeypatch.setattr(training.export_merged, "permute_rows", lambda weights, heads: weights)
    with pytest.raises(TrainingError, match="is not the trained model"):
        export(llama, ["q4_1"], tmp_path / "out")
    gemma = source("gemma", tmp_path / "gemma", adapter=False)
    config = json.loads((gemma.base / "config.json").read_text())
    right = gemma.trained
    # As a Llama its norms would be taken as they are.
    (gemma.base / "config.json").write_text(json.dumps(config | {"rms_norm_eps": 1.0}))
    gemma.__dict__["trained"] = right
    with pytest.raises(TrainingError, match="is not the trained model"):
        export(gemma, ["f16"], tmp_path / "out")


def test_a_tokenizer_that_cuts_differently_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.gguf_vocabulary._splitter", lambda tokenizer, folder: "smollm")
    with pytest.raises(TrainingError, match="cuts text into other tokens"):
        export(source("llama3", tmp_path, adapter=False), ["f16"], tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"architectures": ["MambaForCausalLM"]}, "is a MambaForCausalLM"),
        ({"query_pre_attn_scalar": 168}, "query_pre_attn_scalar"),
        ({"layer_types": ["full_attention", "full_attention"]}, "layer_types"),
        ({"rope_parameters": {"full_attention": {"rope_type": "yarn", "rope_theta": 1e6}}}, "yarn"),
    ],
)
def test_what_the_engine_cannot_do_is_named(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    base = save_tiny_model("gemma3", tmp_path / "base")
    config = json.loads((base / "config.json").read_text()) | change
    (base / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(TrainingError, match=said):
        export_merged(tmp_path / "out.gguf", quantisation="f16", base=base)
    assert not list(tmp_path.glob("out*"))


def test_an_adapter_that_does_not_fit_the_base_is_refused(tmp_path: Path) -> None:
    base = save_tiny_model("qwen2", tmp_path / "base")
    adapter = LoraAdapter(8.0, {(5, "mlp.up_proj"): (np.zeros((4, 64), np.float32), np.zeros((96, 4), np.float32))})
    with pytest.raises(TrainingError, match=r"layer 5's mlp\.up_proj, which the base does not have"):
        export_merged(tmp_path / "out.gguf", quantisation="f16", base=base, adapter=adapter)


def test_four_bits_keep_eight_where_it_matters(tmp_path: Path) -> None:
    path = export_merged(tmp_path / "t.gguf", quantisation="q4_1", base=save_tiny_model("llama3", tmp_path / "base"))
    kinds = {t.name: t.tensor_type.name for t in gguf.GGUFReader(str(path)).tensors}
    assert kinds["token_embd.weight"] == kinds["output.weight"] == kinds["blk.0.attn_v.weight"] == "Q8_0"
    assert kinds["blk.0.attn_q.weight"] == kinds["blk.1.ffn_down.weight"] == "Q4_1"
    assert kinds["blk.0.attn_norm.weight"] == kinds["rope_freqs.weight"] == "F32"


def go_template(template: str, *, system: str, prompt: str, response: str) -> str:
    """The few words of Go's templates that a Modelfile of ours uses: ``{{ .X }}`` and ``{{ if .X }}…{{ end }}``."""
    values = {"System": system, "Prompt": prompt, "Response": response}
    inner = re.compile(r"\{\{ if \.(\w+) \}\}((?:(?!\{\{ (?:if|end)).)*)\{\{ end \}\}", re.DOTALL)
    while inner.search(template):
        template = inner.sub(lambda m: m.group(2) if values[m.group(1)] else "", template)
    return re.sub(r"\{\{ \.(\w+) \}\}", lambda m: values[m.group(1)], template)


@pytest.mark.parametrize("chat_format", CHAT_FORMATS)
def test_servers_get_the_training_prompt(chat_format: str) -> None:
    fmt = CHAT_FORMATS[chat_format]
    expected = render_chat(TURNS[:2], chat_format)
    text = modelfile(Served("tiny", chat_format, "owner/base"), "./tiny-q8_0.gguf")
    template = re.search(r'TEMPLATE """(.*?)"""', text, re.DOTALL)
    system = re.search(r'SYSTEM """(.*?)"""', text, re.DOTALL)
    assert template and system
    rendered = go_template(template.group(1), system=system.group(1), prompt=TURNS[1].content, response="SELECT 1")
    # Ollama puts the begin-of-sequence token in front by itself, and stops before what follows the answer.
    assert fmt.begin + rendered == expected + "SELECT 1" + fmt.end
    assert f'PARAMETER stop "{fmt.stop}"' in text
    assert "PARAMETER temperature 0" in text
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    for turns in (TURNS[:2], TURNS, TURNS[1:2]):
        shown = environment.from_string(chat_template(chat_format)).render(
            messages=[t.as_dict() for t in turns], add_generation_prompt=True
        )
        assert shown == render_chat(turns, chat_format)


def test_the_lines_that_start_servers() -> None:
    adapter = Served("tiny", "chatml", "owner/base", revision="abc", rank=16)
    assert vllm_command(adapter, Path("/m/peft"), Path("/m/chat_template.jinja")) == (
        "vllm serve owner/base --revision abc --enable-lora --lora-modules tiny=/m/peft --max-lora-rank 16 "
        "--chat-template /m/chat_template.jinja --max-model-len 4096"
    )
    for rank, taken in ((1, 8), (4, 8), (12, 16), (300, 320)):  # vLLM takes some numbers only
        line = vllm_command(Served("tiny", "chatml", "b", rank=rank), Path("/m/peft"), Path("/m/c.jinja"))
        assert f"--max-lora-rank {taken} " in line
    assert tgi_command(adapter, Path("/m/peft"), Path("/m/t.json")) == (
        "text-generation-launcher --model-id owner/base --revision abc --lora-adapters tiny=/m/peft "
        "--tokenizer-config-path /m/t.json --max-input-tokens 3584 --max-total-tokens 4096"
    )
    whole = Served("tiny", "chatml", "/m/my model")
    assert vllm_command(whole, Path("/m/my model"), Path("/m/c.jinja")) == (
        "vllm serve '/m/my model' --served-model-name tiny --chat-template /m/c.jinja --max-model-len 4096"
    )


def test_everything_of_an_adapter_in_one_folder(tmp_path: Path) -> None:
    made = export(source("qwen2", tmp_path, adapter=True), ["card", "vllm", "tgi", "modelfile", "q4_1"], tmp_path / "o")
    names = {"README.md", "Modelfile", "peft", "chat_template.jinja", "tgi_tokenizer_config.json", "tiny-q4_1.gguf"}
    assert {p.name for p in (tmp_path / "o").iterdir()} == names
    assert made[0].endswith("tiny-q4_1.gguf")
    assert (tmp_path / "o" / "Modelfile").read_text().startswith("FROM ./tiny-q4_1.gguf\nTEMPLATE")
    assert [m.split()[0] for m in made if " " in m] == ["vllm", "text-generation-launcher"]
    card = (tmp_path / "o" / "README.md").read_text()
    assert "`tiny-q4_1.gguf`" in card
    assert "$ ollama create tiny -f Modelfile" in card
    read_peft(tmp_path / "o" / "peft")


def test_the_card_has_the_registry_s_figures() -> None:
    import yaml

    entry = load_registry().get("llmsql-0.5b")
    card = model_card(entry, ["`peft`: for vLLM"], [])
    head = yaml.safe_load(card.split("---")[1])
    assert head["base_model"] == entry.base_model
    assert head["license"] == "apache-2.0"
    assert head["library_name"] == "peft"
    for measurement, result in zip(entry.measured, head["model-index"][0]["results"], strict=True):
        assert result["metrics"][0]["value"] == measurement.metrics["execution_accuracy"]
        assert f"| {measurement.n} | {measurement.metrics['execution_accuracy']:g} %" in card


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "gpt-4", "--output", "o"], "runs at openai"),
        (["--model", "nothing-like-this", "--output", "o"], "There is no model"),
        (["--model", "llmsql-0.5b", "--format", "q9", "--output", "o"], "no format 'q9'"),
        (["--adapter", "nowhere", "--output", "o"], "nowhere cannot be read"),
        (["--trained", "nowhere", "--format", "f16", "--output", "o"], "nowhere cannot be read"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], said: str, hermetic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert list(hermetic.iterdir()) == []


def test_the_bounds_widen_with_the_quantisation() -> None:
    order = [BOUNDS[q] for q in ("f32", "f16", "q8_0", "activations", "q4_1")]
    for narrow, wide in itertools.pairwise(order):
        assert narrow.agreement >= wide.agreement
        assert (narrow.mean, narrow.largest) <= (wide.mean, wide.largest)


@pytest.mark.slow
def test_the_default_adapter(tmp_path: Path) -> None:
    """The real adapter on the real base: needs its weights in the cache and a few minutes."""
    said: list[str] = []
    from training.export_source import source_of_model

    export(source_of_model("llmsql-0.5b"), ["adapter", "q8_0"], tmp_path, say=said.append)
    assert len(said) == 2
