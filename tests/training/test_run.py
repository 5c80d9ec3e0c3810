"""Recipes, the plan of a run, and going on after a kill."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from llmsql.errors import TrainingError  # noqa: E402
from tests.training.conftest import CharacterTokenizer, tiny_model  # noqa: E402
from training.base_model import BaseModel, add_lora  # noqa: E402
from training.dataset import Databases, Record, plan_packs  # noqa: E402
from training.export_adapter import export_peft, read_peft  # noqa: E402
from training.finetune_core import RECIPES  # noqa: E402
from training.packing import ATTENTION  # noqa: E402
from training.run import Recipe, load_recipe, rate_at, train  # noqa: E402
from training.validation import Validation  # noqa: E402

RECORDS = [Record("toy/shop", f"orders above {i}", f"SELECT count(*) FROM orders WHERE total > {i}") for i in range(12)]
ASIDE = [
    Record("toy/shop", f"how many orders below {i}", f"SELECT count(*) FROM orders WHERE total < {i}") for i in range(5)
]
RECIPE = Recipe(
    base_model="tiny", method="lora", chat_format="chatml", examples=30, pairs_a_pack=4, warmup_examples=4,
    learning_rate=1e-2, lora_rank=4, lora_alpha=8, checkpoint_examples=6,
)  # fmt: skip


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_recipe_parses(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.method in ("lora", "full")
    assert recipe.lora_rank <= 16


def test_a_wrong_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("base_model: x\nmethod: lora\nchat_format: chatml\nexamples: 10\nlearning_rat: 1.0\n")
    with pytest.raises(TrainingError, match="learning_rat"):
        load_recipe(path)


def test_a_wrong_type_is_named(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("base_model: x\nmethod: lora\nchat_format: chatml\nexamples: many\n")
    with pytest.raises(TrainingError, match="examples"):
        load_recipe(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("method: qlora", "Choose of lora, full"),  # not full fine-tuning in its stead
        ("chat_format: alpaca", "Choose of chatml"),
        ("examples: 0", "at least 1"),
        ("examples: true", "not a int"),
        ("packs_a_step: 0", "at least 1"),
        ("learning_rate: .nan", "at least 1e-09"),
        ("decay_share: 2", "at most 1"),
        ("lora_rank: 32", "at most 16"),
        ("seed: : 1", "cannot be read: mapping"),
    ],
)
def test_a_value_that_no_run_can_have_is_named(line: str, said: str, tmp_path: Path) -> None:
    key = line.split(":")[0]
    lines = {"base_model": "x", "method": "lora", "chat_format": "chatml", "examples": "10"}
    lines.pop(key, None)
    path = tmp_path / "r.yaml"
    path.write_text("".join(f"{k}: {v}\n" for k, v in lines.items()) + line + "\n")
    with pytest.raises(TrainingError, match=said) as raised:
        load_recipe(path)
    assert "\n" not in str(raised.value)


def test_what_is_not_an_adapter_is_not_gone_on_from(tmp_path: Path) -> None:
    _adapted(0)[0].save_pretrained(tmp_path / "adapter")
    with pytest.raises(TrainingError, match="no adapter in"):
        _adapted(0, tmp_path / "nowhere")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(config | {"r": 2}))
    with pytest.raises(TrainingError, match="is not an adapter of tiny"):
        _adapted(0, tmp_path / "adapter")
    with pytest.raises(TrainingError, match="2 layers, and 2 are frozen"):
        _adapted(2)


def test_the_plan_is_the_seed_s() -> None:
    plans = [plan_packs(RECORDS, pairs_a_pack=5, examples=30, seed=seed) for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
    assert sum(map(len, plans[0])) == 30


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(RECIPE, n) for n in range(31)]
    assert rates[0] < rates[4] == RECIPE.learning_rate
    assert rates[30] == pytest.approx(RECIPE.learning_rate / 10)


def _adapted(frozen_layers: int, start_from: Path | None = None) -> tuple[Any, dict[str, bool]]:
    base = BaseModel(tiny_model("qwen2", ATTENTION), CharacterTokenizer(), "tiny", None)
    model = add_lora(base, rank=4, alpha=8, seed=1, frozen_layers=frozen_layers, start_from=start_from)
    return model, {name: p.requires_grad for name, p in model.named_parameters() if "lora_" in name}


def test_frozen_layers_get_no_adapter_or_keep_the_one_they_have(tmp_path: Path) -> None:
    whole, _ = _adapted(0)
    whole.save_pretrained(tmp_path / "whole")
    _, kept = _adapted(1, tmp_path / "whole")
    assert {trained for name, trained in kept.items() if ".layers.0." in name} == {False}
    assert {trained for name, trained in kept.items() if ".layers.1." in name} == {True}
    upper, fresh = _adapted(1)
    assert fresh and all(trained and ".layers.1." in name for name, trained in fresh.items())
    upper.save_pretrained(tmp_path / "upper")
    export_peft(read_peft(tmp_path / "upper"), "tiny", tmp_path / "again")
    _, there = _adapted(0, tmp_path / "again")  # no new weights on the layers that had none
    assert there == fresh


def _train(
    output: Path, data_root: Path, stop_after: int | None = None, *, watched: bool = False
) -> dict[str, torch.Tensor]:
    base = BaseModel(tiny_model("qwen2", ATTENTION), CharacterTokenizer(), "tiny", None)
    model = add_lora(base, rank=4, alpha=8, seed=1)
    seen = 0

    def report(line: str) -> None:
        nonlocal seen
        seen += 1
        if stop_after is not None and seen >= stop_after:
            raise KeyboardInterrupt

    databases = Databases(data_root)
    validate = Validation(ASIDE, databases, base, RECIPE) if watched else None
    try:
        train(RECIPE, base, model, RECORDS, databases, output, report=report, validate=validate, validate_examples=10)
    except KeyboardInterrupt:
        return {}
    return {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}


def test_a_killed_run_ends_with_the_same_weights(tmp_path: Path, data_root: Path) -> None:
    whole = _train(tmp_path / "whole", data_root)
    _train(tmp_path / "killed", data_root, stop_after=5)
    assert not (tmp_path / "killed" / "result").exists()
    resumed = _train(tmp_path / "killed", data_root)
    assert whole.keys() == resumed.keys()
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor, rtol=0, atol=0)
    logs = [(tmp_path / run / "log.jsonl").read_text().splitlines() for run in ("whole", "killed")]
    kept = [[{k: v for k, v in json.loads(x).items() if k != "examples_a_second"} for x in log] for log in logs]
    assert kept[0] == kept[1]
    assert kept[0][-1]["loss"] < kept[0][0]["loss"]


def test_watching_the_validation_set_changes_nothing(tmp_path: Path, data_root: Path) -> None:
    """Neither the weights, nor those of a run that was killed and gone on with, nor its log."""
    plain = _train(tmp_path / "plain", data_root)
    watched = _train(tmp_path / "watched", data_root, watched=True)
    _train(tmp_path / "killed", data_root, stop_after=6, watched=True)
    resumed = _train(tmp_path / "killed", data_root, watched=True)
    for name, tensor in plain.items():
        torch.testing.assert_close(watched[name], tensor, rtol=0, atol=0)
        torch.testing.assert_close(resumed[name], tensor, rtol=0, atol=0)
    logs = [
        [json.loads(x) for x in (tmp_path / run / "log.jsonl").read_text().splitlines()]
        for run in ("watched", "killed")
    ]
    seen = [{s["examples"]: s["validation_loss"] for s in log if "validation_loss" in s} for log in logs]
    assert seen[0] == seen[1]
    assert list(seen[0]) == [12, 20, 30]
    assert seen[0][30] < seen[0][12]
    last = logs[0][-1]
    assert last["validation_pairs"] == len(ASIDE)
    assert 0 < last["validation_token_accuracy"] <= 1


def test_there_must_be_something_to_validate_on(data_root: Path) -> None:
    base = BaseModel(tiny_model("qwen2", ATTENTION), CharacterTokenizer(), "tiny", None)
    with pytest.raises(TrainingError, match="nothing to validate on"):
        Validation([], Databases(data_root), base, RECIPE)


def test_another_recipe_does_not_go_on_with_a_run(tmp_path: Path, data_root: Path) -> None:
    _train(tmp_path / "run", data_root, stop_after=3)
    base = BaseModel(tiny_model("qwen2", ATTENTION), CharacterTokenizer(), "tiny", None)
    other = dataclasses.replace(RECIPE, learning_rate=1.0)
    with pytest.raises(TrainingError, match="another recipe"):
        train(other, base, base.model, RECORDS, Databases(data_root), tmp_path / "run", report=lambda _: None)


def _log_of(run: Path) -> list[dict[str, Any]]:
    steps = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in step.items() if k != "examples_a_second"} for step in steps]


def test_a_run_killed_before_its_first_checkpoint_begins_anew(tmp_path: Path, data_root: Path) -> None:
    whole = _train(tmp_path / "whole", data_root)
    _train(tmp_path / "killed", data_root, stop_after=1)
    with (tmp_path / "killed" / "log.jsonl").open("a") as log:
        log.write('{"examples": 8, "lo')  # cut off in the middle
    resumed = _train(tmp_path / "killed", data_root)
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor, rtol=0, atol=0)
    assert _log_of(tmp_path / "killed") == _log_of(tmp_path / "whole"), "no step stands there twice"


def test_a_kill_while_a_checkpoint_takes_another_s_place_loses_nothing(tmp_path: Path, data_root: Path) -> None:
    output = tmp_path / "killed"
    _train(output, data_root, stop_after=5)
    (output / "checkpoint").rename(output / "checkpoint.old")
    said: list[str] = []
    base = BaseModel(tiny_model("qwen2", ATTENTION), CharacterTokenizer(), "tiny", None)
    train(
        RECIPE, base, add_lora(base, rank=4, alpha=8, seed=1), RECORDS, Databases(data_root), output, report=said.append
    )
    assert not said[0].startswith("4/30"), "it goes on"


@pytest.mark.parametrize("how", ["cut off", "no checkpoint", "of another rank", "of another model", "no weights"])
def test_a_damaged_or_foreign_checkpoint_is_named(how: str, tmp_path: Path, data_root: Path) -> None:
    output = tmp_path / "run"
    _train(output, data_root, stop_after=5)
    path = output / "checkpoint" / "state.pt"
    if how == "cut off":
        path.write_bytes(path.read_bytes()[:2000])
    elif how == "no checkpoint":
        path.write_text("hello")
    else:
        state = torch.load(path, weights_only=True)
        if how == "of another rank":
            state["weights"] = {name: tensor[:1] for name, tensor in state["weights"].items()}
        elif how == "of another model":
            state["weights"] = {f"x.{name}": tensor for name, tensor in state["weights"].items()}
        else:
            del state["weights"]
        torch.save(state, path)
    with pytest.raises(TrainingError, match="not a checkpoint of this run, or damaged") as raised:
        _train(output, data_root)
    assert "\n" not in str(raised.value) and str(output / "checkpoint") in str(raised.value)


def test_a_damaged_description_is_named(tmp_path: Path, data_root: Path) -> None:
    _train(tmp_path / "run", data_root, stop_after=1)
    (tmp_path / "run" / "run.json").write_text('{"recipe": {')
    with pytest.raises(TrainingError, match=r"run\.json cannot be read"):
        _train(tmp_path / "run", data_root)
