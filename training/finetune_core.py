"""The command line that every local method shares."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from llmsql.errors import LLMSQLError

RECIPES = Path(__file__).parent / "recipes"


def build_parser(description: str, recipe: str) -> argparse.ArgumentParser:
    """The options of a training script.

    Args:
        description: first line of ``--help``.
        recipe: name of the default recipe, without ``.yaml``.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--base-model", help="hub id, local folder or .gguf file; default: the recipe's")
    parser.add_argument("--dataset", type=Path, nargs="+", required=True, help="JSONL files of records")
    parser.add_argument(
        "--data-root", type=Path, default=Path("data/training"), help="folder of the datasets' databases"
    )
    parser.add_argument("--output-dir", type=Path, required=True, help="folder of the run; a run in it is gone on with")
    parser.add_argument("--method", choices=["lora", "full"], help="default: the recipe's")
    parser.add_argument("--recipe", type=Path, default=RECIPES / f"{recipe}.yaml", help="YAML of hyper-parameters")
    parser.add_argument("--start-from", type=Path, help="PEFT folder of an adapter to go on from")
    parser.add_argument("--examples", type=int, help="pairs to train on in all; default: the recipe's")
    parser.add_argument("--seed", type=int, help="default: the recipe's")
    return parser


def main(description: str, recipe: str, argv: list[str] | None = None) -> int:
    """Parse, load, train; returns the exit code."""
    options = build_parser(description, recipe).parse_args(argv)
    try:
        print(f"trained weights: {run(options)}")
    except LLMSQLError as error:
        print(f"error: {error}")
        return 1
    return 0


def run(options: argparse.Namespace) -> Path:
    """Train as the options say; returns the folder of the trained weights."""
    # glibc gives memory back between steps and faults it in again: on a small machine that is half the time.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from training.base_model import add_lora, load_base_model
    from training.dataset import Databases, load_records
    from training.packing import ATTENTION
    from training.run import load_recipe, train

    recipe = load_recipe(
        options.recipe,
        base_model=options.base_model,
        method=options.method,
        examples=options.examples,
        seed=options.seed,
    )
    records = [r for path in options.dataset for r in load_records(path, "train")]
    base = load_base_model(recipe.base_model, attention=ATTENTION)
    model = base.model
    if recipe.method == "lora":
        model = add_lora(
            base, rank=recipe.lora_rank, alpha=recipe.lora_alpha, seed=recipe.seed, start_from=options.start_from
        )
    return train(recipe, base, model, records, Databases(options.data_root), options.output_dir)
