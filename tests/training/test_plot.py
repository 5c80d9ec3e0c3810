"""The picture of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

from training.plot import main, plot_run, read_log, smoothed


def write_log(run: Path, steps: int, rest: str = "") -> Path:
    run.mkdir()
    lines = [{"examples": 24 * (i + 1), "loss": 2 / (i + 1), "token_accuracy": 1 - 1 / (i + 2)} for i in range(steps)]
    (run / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + rest, encoding="utf-8")
    return run


def test_a_run_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from matplotlib.image import imread

    run = write_log(tmp_path / "run", 40)
    assert main([str(run)]) == 0
    assert capsys.readouterr().out == f"{run / 'log.png'}\n"
    picture = imread(run / "log.png")
    assert picture.shape[:2] == (720, 960)
    assert picture[..., :3].std() > 0.01, "something is drawn"
    assert sorted(p.name for p in run.iterdir()) == ["log.jsonl", "log.png"]


def test_the_validation_set_is_drawn(tmp_path: Path) -> None:
    from matplotlib.image import imread

    pictures = []
    for name in ("plain", "watched"):
        run = write_log(tmp_path / name, 40)
        if name == "watched":
            steps = read_log(run)
            for step in steps[9::10]:
                step |= {"validation_loss": 1.5, "validation_token_accuracy": 0.5}
            (run / "log.jsonl").write_text("".join(json.dumps(step) + "\n" for step in steps), encoding="utf-8")
        pictures.append(imread(plot_run(run)))
    assert (pictures[0] != pictures[1]).any()


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    assert len(read_log(write_log(tmp_path / "run", 3, rest='{"examples": 9'))) == 3


def test_the_mean_is_of_the_steps_before() -> None:
    assert smoothed([1, 2, 3, 4], over=2) == [1, 1.5, 2.5, 3.5]


@pytest.mark.parametrize("steps", [None, 0])
def test_nothing_to_draw_is_one_line(tmp_path: Path, steps: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    if steps is not None:
        write_log(tmp_path / "run", steps)
    assert main([str(tmp_path / "run")]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "run" / "log.png").exists()
