"""Draws a run's loss and token accuracy, in training and, where it was watched, on the validation set:
``python -m training.plot RUN_DIR`` writes ``RUN_DIR/log.png``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.command_line import one_line_errors

_SMOOTHED_OVER = 20  # steps


def read_log(run: Path) -> list[dict[str, float]]:
    """The lines of a run's log.

    Args:
        run: the run's folder.

    Raises:
        TrainingError: there is no log, or nothing in it yet.
    """
    log = run / "log.jsonl"
    try:
        lines = log.read_text(encoding="utf-8").split("\n")
        # A run that is going on may be in the middle of its last line.
        steps = [dict(json.loads(line)) for line in lines[:-1]]
    except (OSError, ValueError) as error:
        raise TrainingError(f"{log} cannot be read: {error}.", "Give the --output-dir of a run.") from error
    if not steps:
        raise TrainingError(f"{log} has no step yet.", "Wait for the first.")
    return steps


def smoothed(values: list[float], over: int = _SMOOTHED_OVER) -> list[float]:
    """Mean of each value and those before it, at most ``over`` of them."""
    return [sum(values[max(0, i + 1 - over) : i + 1]) / min(i + 1, over) for i in range(len(values))]


def plot_run(run: Path) -> Path:
    """Draw a run.

    Args:
        run: the run's folder.

    Returns:
        The picture, ``log.png`` in that folder.

    Raises:
        TrainingError: there is nothing to draw.
    """
    from matplotlib.figure import Figure

    steps = read_log(run)
    examples = [step["examples"] for step in steps]
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots(2, sharex=True)
    for axis, key, label in zip(axes, ("loss", "token_accuracy"), ("loss", "tokens right"), strict=True):
        values = [step[key] for step in steps]
        axis.plot(examples, values, color="0.75", linewidth=0.8, label="a step")
        axis.plot(examples, smoothed(values), color="tab:blue", label=f"mean of {_SMOOTHED_OVER} steps")
        watched = [(step["examples"], step[f"validation_{key}"]) for step in steps if f"validation_{key}" in step]
        if watched:
            axis.plot(*zip(*watched, strict=True), color="tab:orange", marker="o", markersize=3, label="validation")
        axis.set_ylabel(label)
        axis.grid(alpha=0.3)
    axes[0].set_title(run.name)
    axes[0].legend(frameon=False)
    axes[1].set_xlabel("examples")
    target = run / "log.png"
    with written_whole(target) as file:
        figure.savefig(file, format="png", dpi=120)
    return target


@one_line_errors()
def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Draw loss and token accuracy of a training run.")
    parser.add_argument("run", type=Path, help="folder of the run")
    options = parser.parse_args(argv)
    print(plot_run(options.run.resolve()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
