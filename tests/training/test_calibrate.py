"""Whether a fit tells right from wrong, and says truly how well."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from llmsql.asking.confidence import confidence
from llmsql.errors import TrainingError
from training.calibrate import (
    Seen,
    calibration_error,
    fit,
    fit_logistic,
    main,
    threshold_for,
    validation_records,
)


def answers(n: int) -> list[Seen]:
    rng = np.random.default_rng(7)
    seen = []
    for number in range(n):
        share = float(rng.uniform(0.2, 1.0))
        right = bool(rng.random() < 1 / (1 + np.exp(-8 * (share - 0.6))))
        seen.append(Seen(f"db{number % 20}", {"share": share, "logprob": float(rng.normal(-1, 0.5))}, right))
    return seen


def test_a_fit_is_calibrated_on_what_it_did_not_see() -> None:
    fitted = fit(answers(2000), "candidates", "toy")
    assert fitted.ece < 0.05
    assert fitted.weights["share"] == pytest.approx(8, rel=0.25)
    assert abs(fitted.weights["logprob"]) < 0.5
    sure = confidence({"share": 1.0, "logprob": -1.0}, {"candidates": fitted})
    assert sure is not None and 0.9 < sure < 1
    assert fitted.threshold is not None and 0.8 < fitted.threshold < 1
    assert 0.1 < fitted.coverage < 0.6


def test_logistic_regression_finds_the_weights() -> None:
    rng = np.random.default_rng(3)
    inputs = np.column_stack([rng.normal(size=5000), rng.normal(size=5000), np.ones(5000)])
    right = (rng.random(5000) < 1 / (1 + np.exp(-(0.5 + 2 * inputs[:, 0] - inputs[:, 1])))).astype(float)
    intercept, weights = fit_logistic(inputs, right)
    assert intercept == pytest.approx(0.5, abs=0.15)
    assert weights == pytest.approx([2, -1, 0], abs=0.2)


def test_error_and_threshold() -> None:
    assert calibration_error(np.array([0.95, 0.95, 0.15, 0.15]), np.array([1, 1, 0, 0])) == pytest.approx(0.1)
    assert threshold_for(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 1, 0, 1]), 0.95) == (0.8, 0.5)
    assert threshold_for(np.array([0.9, 0.8]), np.array([0, 0]), 0.95) == (None, 0.0)


def test_too_little_is_refused() -> None:
    with pytest.raises(TrainingError, match="too few"):
        fit(answers(5), "single", "toy")


def test_a_test_split_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "asked.jsonl"
    file.write_text(json.dumps({"database": "toy/shop", "question": "q", "sql": "SELECT 1", "split": "test"}))
    with pytest.raises(TrainingError, match="no validation split"):
        validation_records([file], None)
    assert main(["--dataset", str(file), "--no-model"]) == 1
    assert "no validation split" in capsys.readouterr().err


def orders_above(n: int) -> list[dict[str, str]]:
    """Records of a toy database."""
    return [
        {"database": "toy/shop", "question": f"how many orders above {i}", "split": "validation",
         "sql": f"SELECT count(*) FROM orders WHERE total > {i}"}
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.parametrize("samples", [1, 0])
def test_kept_texts_are_judged_without_the_model(
    samples: int, data_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = orders_above(30)
    file = tmp_path / "asked.jsonl"
    file.write_text("\n".join(map(json.dumps, records)))
    texts = tmp_path / "texts.jsonl"
    written = [
        {"database": r["database"], "question": r["question"],
         "greedy": [[r["sql"] if i % 3 else "SELECT 12345", -0.1 if i % 3 else -6.0, 12]],
         "samples": [[r["sql"], -0.2, 12]] * samples}
        for i, r in enumerate(records)
    ]  # fmt: skip
    texts.write_text("\n".join(map(json.dumps, written)))
    command = ["--dataset", str(file), "--data-root", str(data_root), "--texts", str(texts), "--no-model"]
    assert main(command) == 0
    kinds = [line.split(":")[0] for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert kinds == ["single", "candidates"][: 1 + samples]


def test_agreement_with_a_model_asked_before_is_evidence(
    data_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = orders_above(40)
    file, first, second = (tmp_path / name for name in ("asked.jsonl", "first.jsonl", "second.jsonl"))
    file.write_text("\n".join(map(json.dumps, records)))
    for path, wrong in ((first, lambda i: 1000 + i if i % 4 == 0 else None), (second, lambda i: i % 3 == 0 or None)):
        path.write_text(
            "\n".join(
                json.dumps(
                    {"database": r["database"], "question": r["question"], "samples": [],
                     "greedy": [[r["sql"] if wrong(i) is None else f"SELECT {5000 + int(wrong(i) or 0)}", -8.0, 12]]}
                )
                for i, r in enumerate(records)
            )
        )  # fmt: skip
    command = ["--dataset", str(file), "--data-root", str(data_root), "--texts", str(second), "--no-model"]
    assert main([*command, "--after", "llmsql-0.5b", "--after-texts", str(first)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if not line.startswith(" ")] == ["single", "after llmsql-0.5b"]
    assert json.loads(lines[-1])["agrees"] > 0.2
