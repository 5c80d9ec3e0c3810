"""The command line that every local method shares."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path

from llmsql.chat import CHAT_FORMATS
from llmsql.errors import TrainingError
from training.command_line import one_line_errors

RECIPES = Path(__file__).parent / "recipes"


def build_parser(description: str, recipes: Sequence[str]) -> argparse.ArgumentParser:
    """The options of a training script.

    Args:
        description: first line of ``--help``.
        recipes: names of the script's recipes, without ``.yaml``.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--base-model", help="hub id, local folder or .gguf file; default: the recipe's")
    parser.add_argument("--revision", help="branch, tag or commit on the hub; default: main")
    parser.add_argument("--dataset", type=Path, nargs="+", required=True, help="JSONL files of records")
    parser.add_argument(
        "--data-root", type=Path, default=Path("data/training"), help="folder of the datasets' databases"
    )
    parser.add_argument("--output-dir", type=Path, required=True, help="folder of the run; a run in it is gone on with")
    parser.add_argument("--method", choices=["lora", "full"], help="default: the recipe's")
    parser.add_argument(
        "--recipe", type=Path, help=f"YAML of hyper-parameters; default: by model and method, of {', '.join(recipes)}"
    )
    parser.add_argument("--start-from", type=Path, help="PEFT folder of an adapter to go on from")
    parser.add_argument("--examples", type=int, help="pairs to train on in all; default: the recipe's")
    parser.add_argument("--seed", type=int, help="default: the recipe's")
    parser.add_argument("--validation", type=Path, nargs="+", help="datasets whose validation split is watched")
    parser.add_argument(
        "--validate-examples", type=_positive, default=400, help="pairs in between; default: %(default)s"
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


@one_line_errors("stopped; the same command goes on from the last checkpoint")
def main(description: str, recipes: Sequence[str], argv: list[str] | None = None) -> int:
    """Parse, load, train; returns the exit code."""
    options = build_parser(description, recipes).parse_args(argv)
    options.recipe = options.recipe or choose_recipe(recipes, options.base_model, options.method)
    print(f"trained weights: {run(options)}")
    return 0


def choose_recipe(recipes: Sequence[str], base_model: str | None, method: str | None) -> Path:
    """The recipe for a model and a method: the one for this very model, else the script's first for the method.

    Args:
        recipes: names of the script's recipes.
        base_model: as given; None is the recipe's own.
        method: ``lora``, ``full``, or None for any.

    Raises:
        TrainingError: the script has no recipe for the method.
    """
    from training.run import load_recipe

    paths = [RECIPES / f"{name}.yaml" for name in recipes]
    loaded = {path: load_recipe(path) for path in paths}
    fitting = [path for path in paths if method in (None, loaded[path].method)]
    if not fitting:
        raise TrainingError(f"There is no recipe for the method {method}.", "Write one and give it as --recipe.")
    named = [path for path in fitting if base_model and _plain(loaded[path].base_model) in _plain(base_model)]
    return (named or fitting)[0]


def _plain(model: str) -> str:
    """A model's name without its owner, its file's ending and its punctuation."""
    return re.sub(r"[^a-z0-9]", "", Path(model).name.lower().removesuffix(".gguf"))


def run(options: argparse.Namespace) -> Path:
    """Train as the options say; returns the folder of the trained weights."""
    # The tokenizer's own threads would fight with the model's for the cores.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from training.base_model import add_lora, load_base_model
    from training.dataset import Databases, load_records
    from training.packing import ATTENTION
    from training.run import load_recipe, train
    from training.validation import Validation

    recipe = load_recipe(
        options.recipe,
        base_model=options.base_model,
        method=options.method,
        examples=options.examples,
        seed=options.seed,
    )
    records = [r for path in options.dataset for r in load_records(path, "train")]
    if not records:
        raise TrainingError("The datasets have no train split.", "Check --dataset.")
    base = load_base_model(
        recipe.base_model, attention=ATTENTION, revision=options.revision, full=recipe.method == "full"
    )
    stop = CHAT_FORMATS[recipe.chat_format].stop
    if len(base.tokenize(stop)) != 1:
        raise TrainingError(
            f"{base.source} has no token {stop}, so it cannot learn the chat format {recipe.chat_format}.",
            "Give a --recipe with another chat_format.",
        )
    model = base.model
    if recipe.method == "lora":
        model = add_lora(
            base,
            rank=recipe.lora_rank,
            alpha=recipe.lora_alpha,
            seed=recipe.seed,
            start_from=options.start_from,
            frozen_layers=recipe.frozen_layers,
        )
    databases = Databases(options.data_root)
    validate = None
    if options.validation:
        aside = [r for path in options.validation for r in load_records(path, "validation")]
        validate = Validation(aside, databases, base, recipe)
    return train(
        recipe,
        base,
        model,
        records,
        databases,
        options.output_dir,
        start_from=options.start_from if recipe.method == "lora" else None,
        validate=validate,
        validate_examples=options.validate_examples,
    )
