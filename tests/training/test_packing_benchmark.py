"""The benchmark of packed training does the same work both ways; how fast it is, is not tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import benchmarks.record  # noqa: E402
from benchmarks.packing import main  # noqa: E402
from tests.training.tiny import save_tiny_model  # noqa: E402


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
def test_both_ways_have_the_same_loss(method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarks.record, "RESULTS", tmp_path / "results")
    base = save_tiny_model("qwen2", tmp_path / "base")
    small = ["--pairs-a-pack", "4", "--batch", "2", "--steps", "1", "--method", method]
    assert main(["--base-model", str(base), *small]) == 0
    figures = json.loads((tmp_path / "results" / "packing.json").read_text())["figures"]
    assert figures["ratio"] > 0
    assert figures["loss_of_the_first_pairs_packed"] == pytest.approx(
        figures["loss_of_the_first_pairs_trainer"], abs=1e-3
    )
