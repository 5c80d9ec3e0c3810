"""Fine-tunes the default model on one database, without labels: ``python -m training.adapt shop.duckdb``, which is also
``llmsql adapt shop.duckdb``.

Questions are made up from the database itself and split by SQL skeleton; the model that is in use is measured on those
kept aside, an adapter goes on from the default's and is measured on the same ones. Only if it answers more of them is
it registered, and used for this database from then on (``llmsql.models.adapted_model``). Nothing is fetched and nothing
leaves the machine. Killed at any point and started again with the same arguments, it goes on where it was.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import math
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock

from llmsql import __version__
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from llmsql.machine import describe_machine
from llmsql.models import KNOWN_COLUMNS, adapted_model, column_names
from llmsql.registry import (
    AdaptedTo,
    Adapter,
    Deployment,
    Measurement,
    ModelEntry,
    Training,
    load_registry,
    save_entry,
    user_registry_path,
)
from llmsql.settings import Settings
from llmsql.sources import open_source
from llmsql.weights import fetch_weights
from training.adapt_questions import PAIRS, OneDatabase, Questions, make_questions, verified_answers
from training.command_line import one_line_errors
from training.dataset import Database, Record
from training.evaluate import evaluate, summarise, wilson
from training.run import Recipe, load_recipe, train

RECIPE = Path(__file__).parent / "recipes" / "adapt.yaml"
MINUTES = 30.0
HELD_OUT = 100
SIGNIFICANCE = 0.05
"""an adapter as good as the model before it would be kept in so many cases"""
MOST_EPOCHS = 1  # a second pass over synthetic questions teaches their wording only
_ANSWER_SECONDS = 600.0
_ROWS_TO_COPY = 500_000  # a larger database is measured on its own rows only

Measure = Callable[[list[Record], Database, str, Path | None], tuple[list[bool], dict[str, float]]]
"""Asks questions of a model, with or without an adapter; gives which were answered right, and the figures."""


@dataclass(frozen=True)
class Adapted:
    """What came of it.

    Args:
        kept: whether the adapter is used from now on.
        model: its name, else that of the model that stays in use.
        before: figures of the model that was in use.
        after: figures of the adapter, on the same questions.
        questions: how many these were.
        verified: how many of the user's verified answers were among them.
        fewer: whether the adapter gave fewer of those.
    """

    kept: bool
    model: str
    before: dict[str, float]
    after: dict[str, float]
    questions: int
    verified: int = 0
    fewer: bool = False

    def __str__(self) -> str:
        before, after = self.before["execution_accuracy"], self.after["execution_accuracy"]
        among = f" ({self.verified} of them verified by you)" if self.verified else ""
        change = f"{before:.1f} % → {after:.1f} % of {self.questions} questions of new kinds{among} answered right"
        if self.kept:
            unjudged = "" if self.verified else " (no verified answers of yours judged it)"
            back = f"`llmsql models remove {self.model}` goes back"
            return f"{change}: {self.model} is used for this database from now on{unjudged}; {back}"
        why = "which may be chance" if after > before else "no more than before"
        why = "but fewer of those that you verified" if self.fewer else why
        return f"{change}, {why}: {self.model} stays in use"


def adapt(
    source: str,
    *,
    examples: int | None = None,
    minutes: float | None = None,
    held_out: int = HELD_OUT,
    pairs: int = PAIRS,
    seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
    measure: Measure | None = None,
) -> Adapted:
    """Adapt the default model to a database.

    Args:
        source: a DuckDB file, or whatever ``llmsql ask -d`` takes.
        examples: pairs to train on; None is what fits into ``minutes``.
        minutes: for everything; 30 where neither this nor ``examples`` is given.
        held_out: most questions to measure on.
        pairs: most questions to make up.
        seed: of questions and training.
        say: told in a line how far it is.
        measure: asks the questions; ``training.evaluate`` by default.

    Raises:
        SourceError: the database cannot be opened.
        WeightsError: the base's weights are not in the cache.
        TrainingError: too little data, too little time, or another process adapts to this database.
    """
    for option, value in (("--examples", examples), ("--minutes", minutes), ("--questions", held_out)):
        if value is not None and not value > 0:
            raise TrainingError(f"{option} is {value}, more than 0 is needed.")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    started = time.monotonic()
    with open_source(source, say=say) as con:
        knowledge = con.engine.knowledge(con.duckdb)
        database = Database(con.duckdb, knowledge.catalog, knowledge.graph, knowledge.values)
        default, current = _models(database)
        weights = fetch_weights(default, offline=True)
        work = _folder(default, source, database)
        try:
            with filelock.FileLock(work / ".lock", timeout=0):
                verified = verified_answers(con)
                questions = make_questions(database, verified, held_out=held_out, seed=seed, pairs=pairs)
                plan = _Plan.open(work, _identity(questions, current, examples, minutes, held_out, pairs, seed))
                say(
                    f"{len(questions.train)} questions to learn from ({questions.verified} verified by you), "
                    f"{len(questions.held_out)} others to measure on"
                )
                measure = measure or _measure
                if plan.before is None:
                    plan.before = _measured(measure, questions, database, current, None, say)
                    plan.save()
                adapter = _train(plan, questions, database, current, weights, examples, minutes, started, seed, say)
                after = _measured(measure, questions, database, default, adapter, say)
                found = _decide(plan, after, questions, database, source, default, current, adapter)
                plan.finish()
                return found
        except filelock.Timeout:
            raise TrainingError(
                f"Another process adapts to {source}.", "Wait for it, or end it and start again."
            ) from None


def _models(database: Database) -> tuple[ModelEntry, ModelEntry]:
    """The registry's default, and the model that is in use for this database."""
    registry = load_registry()
    default = registry.get(registry.default)
    if default.provider != "llamacpp":
        raise TrainingError(
            f"The default model, {default.name}, runs at {default.provider} and cannot be trained here.",
            "Choose one that runs in process: `llmsql models use llmsql-0.5b`.",
        )
    adapted = adapted_model(Settings(), database.catalog)
    return default, registry.get(adapted) if adapted else default


def _folder(default: ModelEntry, source: str, database: Database) -> Path:
    """Where the adapter of this database is kept; a folder that belongs to another one gets a neighbour."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(source).stem.casefold()).strip("-") or "data"
    columns = column_names(database.catalog)
    registry = load_registry()
    name, number = f"{default.name}-{stem}", 1
    while True:
        work = user_registry_path().parent / "adapted" / name
        theirs = _columns_adapted_to(registry.entries.get(name), work)
        if theirs is None or (theirs and len(columns & theirs) >= KNOWN_COLUMNS * len(theirs)):
            break
        number += 1
        name = f"{default.name}-{stem}-{number}"
    work.mkdir(parents=True, exist_ok=True)
    with written_whole(work / "columns.json") as file:
        file.write_text(json.dumps(sorted(columns)) + "\n", encoding="utf-8")
    return work


def _columns_adapted_to(entry: ModelEntry | None, work: Path) -> frozenset[str] | None:
    """The columns of the database that a name or a begun run is of; None where both are free."""
    if entry is not None:
        return frozenset(entry.adapted_to.columns if entry.adapted_to else ())
    with suppress(OSError, ValueError, TypeError):  # there is none, or none that can be read
        return frozenset(json.loads((work / "columns.json").read_text(encoding="utf-8")))
    return None


def _identity(questions: Questions, current: ModelEntry, *arguments: object) -> str:
    """What a run is about: another one is not gone on with, nor is one after rows or verified answers changed."""
    about = [questions, RECIPE.read_text(encoding="utf-8"), current.name, current.adapter, *arguments]
    return hashlib.sha256(repr(about).encode()).hexdigest()[:16]


@dataclass
class _Plan:
    """How far an adaptation is; kept in ``plan.json`` until it is done."""

    work: Path
    identity: str
    examples: int | None = None
    before: tuple[list[bool], dict[str, float]] | None = None

    @classmethod
    def open(cls, work: Path, identity: str) -> _Plan:
        with suppress(OSError, ValueError, KeyError, TypeError):  # there is none, or none that can be read
            kept = json.loads((work / "plan.json").read_text(encoding="utf-8"))
            if kept["identity"] == identity:
                before = (kept["before"][0], kept["before"][1]) if kept["before"] else None
                return cls(work, identity, kept["examples"], before)
        for leftover in ("run", "start"):
            shutil.rmtree(work / leftover, ignore_errors=True)
        return cls(work, identity)

    def save(self) -> None:
        kept = {"identity": self.identity, "examples": self.examples, "before": self.before}
        with written_whole(self.work / "plan.json") as file:
            file.write_text(json.dumps(kept) + "\n", encoding="utf-8")

    def finish(self) -> None:
        for leftover in ("run", "start"):
            shutil.rmtree(self.work / leftover, ignore_errors=True)
        for file in ("plan.json", "columns.json"):
            (self.work / file).unlink(missing_ok=True)


def _measured(
    measure: Measure,
    questions: Questions,
    database: Database,
    model: ModelEntry,
    adapter: Path | None,
    say: Callable[[str], None],
) -> tuple[list[bool], dict[str, float]]:
    right, figures = measure(questions.held_out, database, model.name, adapter)
    what = "the new adapter" if adapter else model.name
    say(f"{what}: {figures['execution_accuracy']:.1f} % of {len(right)} questions right")
    return right, figures


def _measure(
    records: list[Record], database: Database, model: str, adapter: Path | None
) -> tuple[list[bool], dict[str, float]]:
    rows = sum(table.rows or 0 for table in database.catalog)
    copies = 1 if rows <= _ROWS_TO_COPY else 0
    # On a busy machine answers that come too late would make two models look different that are not.
    outcomes = evaluate(
        records,
        OneDatabase(database),
        model=model,
        adapter=str(adapter) if adapter else None,
        copies=copies,
        timeout=_ANSWER_SECONDS,
    )
    return [outcome.right for outcome in outcomes], summarise(outcomes)


class _TimeIsUp(Exception):
    """The training has had its minutes."""


def _train(
    plan: _Plan,
    questions: Questions,
    database: Database,
    current: ModelEntry,
    weights: Path,
    examples: int | None,
    minutes: float | None,
    started: float,
    seed: int,
    say: Callable[[str], None],
) -> Path:
    """Train from the current adapter on; gives the new one as a checked GGUF file."""
    from training.base_model import add_lora, load_base_model
    from training.export import export
    from training.export_adapter import export_peft, read_gguf_adapter, read_peft
    from training.export_source import Source
    from training.gguf_files import shape_of
    from training.packing import ATTENTION

    target = plan.work / "candidate.gguf"
    result = plan.work / "run" / "result"
    chat_format = current.chat_format or "chatml"
    if not (result / "adapter_config.json").is_file():
        start = None
        if current.adapter is not None:
            stored = read_gguf_adapter(current.adapter.path, shape_of(weights))
            start = export_peft(stored, current.base_model, plan.work / "start")
        spent = time.monotonic() - started
        base = load_base_model(str(weights), attention=ATTENTION)
        recipe = dataclasses.replace(
            load_recipe(RECIPE, base_model=weights.name, seed=seed),
            chat_format=chat_format,
            frozen_layers=base.model.config.num_hidden_layers // 2 if start else 0,
        )
        model = add_lora(
            base,
            rank=recipe.lora_rank,
            alpha=recipe.lora_alpha,
            seed=seed,
            start_from=start,
            frozen_layers=recipe.frozen_layers,
        )
        left = None
        if minutes is not None or examples is None:
            # Measuring took as long as it will take once more.
            left = (MINUTES if minutes is None else minutes) * 60 - 2 * spent - (time.monotonic() - started - spent)
        if plan.examples is None:
            plan.examples = _examples(recipe, base, model, questions, database, examples, left, say)
            plan.save()
        recipe = dataclasses.replace(recipe, examples=plan.examples)
        _run(recipe, base, model, questions, database, plan.work / "run", left, say)
        del model, base
    trained = Source(dataclasses.replace(current, name="candidate"), weights, chat_format, read_peft(result))
    export(trained, ["adapter"], target, say=say)
    return target


def _examples(
    recipe: Recipe,
    base: Any,
    model: Any,
    questions: Questions,
    database: Database,
    examples: int | None,
    seconds: float | None,
    say: Callable[[str], None],
) -> int:
    """How many pairs to train on: those asked for, or what fits into the time, by the speed of one pack."""
    most = MOST_EPOCHS * len(questions.train)
    if seconds is None:
        return min(examples or recipe.examples, most)
    speed = _pairs_a_second(recipe, base, model, questions, database)
    fitting = int(speed * seconds * 0.9)
    if fitting < recipe.pairs_a_pack:
        raise TrainingError("The time is too short to train in.", "Give more --minutes, or --examples.")
    count = min(fitting, examples or most, most)
    say(f"{speed:.2f} pairs a second: {count} pairs")
    return count


def _pairs_a_second(recipe: Recipe, base: Any, model: Any, questions: Questions, database: Database) -> float:
    from training.dataset import build_pack
    from training.packing import pack_tokens, packed_loss

    pack = build_pack(questions.train[: recipe.pairs_a_pack], database, recipe.chat_format)
    batch = pack_tokens(pack, base.tokenize, longest=recipe.longest)
    device = next(model.parameters()).device
    batch.input_ids, batch.position_ids = batch.input_ids.to(device), batch.position_ids.to(device)
    began = time.monotonic()
    packed_loss(model, batch)[0].backward()
    model.zero_grad(set_to_none=True)
    return batch.pairs / (time.monotonic() - began)


def _run(
    recipe: Recipe,
    base: Any,
    model: Any,
    questions: Questions,
    database: Database,
    folder: Path,
    seconds: float | None,
    say: Callable[[str], None],
) -> None:
    deadline = None if seconds is None else time.monotonic() + 1.2 * seconds

    def report(line: str) -> None:
        say(line)
        if deadline is not None and time.monotonic() > deadline:
            raise _TimeIsUp

    try:
        train(recipe, base, model, questions.train, OneDatabase(database), folder, report=report)
    except _TimeIsUp:
        say("the time is up: the weights are taken as they are")
        part = folder / "result.part"
        shutil.rmtree(part, ignore_errors=True)
        model.save_pretrained(str(part), save_embedding_layers=False)
        os.replace(part, folder / "result")


def is_better(before: list[bool], after: list[bool]) -> bool:
    """Whether a model answers more of the same questions than chance explains (one-sided sign test).

    Args:
        before: which questions the old model answered right.
        after: which the new one.
    """
    won = sum(b < a for b, a in zip(before, after, strict=True))
    lost = sum(b > a for b, a in zip(before, after, strict=True))
    changed = won + lost
    by_chance = sum(math.comb(changed, k) for k in range(won, changed + 1)) / 2**changed
    return won > lost and by_chance < SIGNIFICANCE


def _decide(
    plan: _Plan,
    after: tuple[list[bool], dict[str, float]],
    questions: Questions,
    database: Database,
    source: str,
    default: ModelEntry,
    current: ModelEntry,
    candidate: Path,
) -> Adapted:
    """Register the adapter if it is better, else throw it away."""
    assert plan.before is not None
    n = len(questions.held_out)
    verified = [place for place, record in enumerate(questions.held_out) if record.kind == "verified"]
    fewer = sum(after[0][place] for place in verified) < sum(plan.before[0][place] for place in verified)
    if fewer or not is_better(plan.before[0], after[0]):
        candidate.unlink()
        return Adapted(False, current.name, plan.before[1], after[1], n, len(verified), fewer)
    adapter = plan.work / "adapter.gguf"
    os.replace(candidate, adapter)
    run = json.loads((plan.work / "run" / "run.json").read_text(encoding="utf-8"))
    where = Path(source).expanduser().resolve()
    right = sum(after[0])
    measurement = Measurement(
        metrics={**after[1], "execution_accuracy_before": plan.before[1]["execution_accuracy"]},
        n=n,
        interval=wilson(right, n),
        command=f"llmsql adapt {where.name}",
        date=datetime.date.today().isoformat(),
        commit=f"llmsql {__version__}",
        machine=describe_machine(),
        dataset=f"synthetic questions about {where.name}, skeletons kept aside"
        + (f", {len(verified)} verified answers" if verified else "")
        + f"; before: {current.name}",
        quantisation=default.weights.file.rsplit(".", 1)[0].rsplit("-", 1)[-1] if default.weights else None,
    )
    entry = dataclasses.replace(
        default,
        name=plan.work.name,
        title=f"{default.title}, adapted to {where.name}",
        aliases=(),
        training=Training(
            "lora",
            dataset=f"{len(questions.train)} synthetic questions about {where.name}"
            + (f", {questions.verified} verified answers among them" if questions.verified else ""),
            hyperparameters=run["recipe"],
            recipe="training/recipes/adapt.yaml",
            base_revision=default.training.base_revision,
        ),
        adapter=Adapter(adapter, hashlib.sha256(adapter.read_bytes()).hexdigest()),
        deployment=Deployment("available", ("used for its database by itself",)),
        reported=None,
        measured=(measurement,),
        adapted_to=AdaptedTo(default.name, tuple(sorted(column_names(database.catalog))), str(where)),
    )
    save_entry(entry)
    return Adapted(True, entry.name, plan.before[1], after[1], n, len(verified))


@one_line_errors("stopped; the same command goes on where it was")
def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Fine-tune the default model on one database; no labels needed.")
    add_arguments(parser)
    options = parser.parse_args(argv)
    print(run(options, lambda line: print(line, file=sys.stderr)))
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, which `llmsql adapt` has as well."""
    parser.add_argument("database", help="a DuckDB file, or whatever `llmsql ask -d` takes")
    parser.add_argument("--examples", type=int, help="pairs to train on; default: what fits into --minutes")
    parser.add_argument("--minutes", type=float, help=f"for everything; default: {MINUTES:g}")
    parser.add_argument("--questions", type=int, default=HELD_OUT, help="to measure on; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="of questions and training; default: %(default)s")


def run(options: argparse.Namespace, say: Callable[[str], None]) -> Adapted:
    """Adapt as the options say."""
    return adapt(
        options.database,
        examples=options.examples,
        minutes=options.minutes,
        held_out=options.questions,
        seed=options.seed,
        say=say,
    )


if __name__ == "__main__":
    sys.exit(main())
