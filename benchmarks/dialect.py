"""What a small model should be taught to write: ``python -m benchmarks.dialect --base-model FILE --data-root DIR``.

Two adapters are trained from the same base on the same pairs in the same order: one on answers without the joins that
the keys imply (``llmsql.asking.joins.shorten_joins``), one on answers with every table and condition spelt out. Both
answer the same validation questions in the engine that serves, which completes what is left out and leaves alone what
is there. The trained adapters stay in ``--folder``; a run that was cut off goes on from there.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlglot import exp

from benchmarks.accuracy import mcnemar
from benchmarks.record import save
from llmsql.asking.joins import KeyGraph
from llmsql.asking.names import show_names
from llmsql.asking.sql_text import sql_text
from llmsql.catalog import Catalog
from training import export, finetune_core
from training.calibrate import validation_records
from training.dataset import Databases
from training.evaluate import Outcome, evaluate, summarise, wilson

RECIPE = "qwen-0.5b-lora-comparison"
SYSTEM_OF_FULL = "Write one DuckDB SQL query that answers the question from these tables. Answer with the SQL only."


@contextlib.contextmanager
def full_sql() -> Iterator[None]:
    """Targets and prompts of full SQL, for training and for asking."""
    with (
        patch("training.dataset.shorten_joins", _spelt_out),
        patch("llmsql.asking.prompt.SYSTEM", SYSTEM_OF_FULL),
    ):
        yield


def _spelt_out(tree: exp.Expr, catalog: Catalog, graph: KeyGraph) -> str:
    show_names(tree, catalog)
    return sql_text(tree)


FORMS = {"joins left out": contextlib.nullcontext, "full SQL": full_sql}


def train_adapter(options: argparse.Namespace, folder: Path) -> Path:
    """Train in ``folder``, or go on there; gives the adapter as a GGUF file."""
    dataset = [str(path) for path in options.dataset]
    recipe = str(finetune_core.RECIPES / f"{RECIPE}.yaml")
    words = ["--base-model", options.base_model, "--dataset", *dataset, "--data-root", str(options.data_root)]
    words += ["--output-dir", str(folder), "--recipe", recipe, "--examples", str(options.examples)]
    result = finetune_core.run(finetune_core.build_parser("", [RECIPE]).parse_args(words))
    adapter = folder / "adapter.gguf"
    if not adapter.is_file():
        words = ["--adapter", str(result), "--base-model", options.base_model, "--output", str(adapter)]
        if export.main(words) != 0:
            raise SystemExit("The adapter could not be exported, see above.")
    return adapter


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What is told of one form."""
    low, high = wilson(sum(o.right for o in outcomes), len(outcomes))
    figures: dict[str, Any] = summarise(outcomes)
    figures["interval_95"] = f"{low}-{high}"
    figures["tokens_median"] = statistics.median(o.tokens for o in outcomes)
    return figures


def main() -> None:
    """Train, ask, print, save."""
    parser = argparse.ArgumentParser(description="Answers without the joins that keys imply against full SQL.")
    parser.add_argument("--base-model", required=True, help=".gguf file: what is trained on and asked")
    parser.add_argument("--dataset", type=Path, nargs="+", required=True, help="records with a train split")
    parser.add_argument("--validation", type=Path, nargs="+", help="records to ask; default: those of --dataset")
    parser.add_argument("--data-root", type=Path, default=Path("data/training"))
    parser.add_argument("--folder", type=Path, required=True, help="of the two runs")
    parser.add_argument("--examples", type=int, default=400, help="pairs to train on; default: %(default)s")
    parser.add_argument("--limit", type=int, default=80, help="questions of each dataset; default: %(default)s")
    options = parser.parse_args()
    records = validation_records(options.validation or options.dataset, options.limit)
    databases = Databases(options.data_root)
    right: dict[str, list[bool]] = {}
    figures: dict[str, Any] = {"base": Path(options.base_model).name, "pairs": options.examples, "n": len(records)}
    for form, applied in FORMS.items():
        with applied():
            adapter = train_adapter(options, options.folder / form.replace(" ", "-"))
            outcomes = evaluate(records, databases, model=options.base_model, adapter=str(adapter), timeout=600.0)
        right[form] = [outcome.right for outcome in outcomes]
        figures[form] = figures_of(outcomes)
        print(form, figures[form], flush=True)
    figures["p (McNemar)"] = round(mcnemar(*right.values()), 3)
    print(save("dialect", figures))


if __name__ == "__main__":
    main()
