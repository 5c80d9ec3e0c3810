"""Fits how sure answers are.

``python -m training.calibrate --model NAME --dataset FILE … [--write-registry NAME]`` asks validation questions,
several answers each, sees which are right on the database and on re-populated copies of it, and fits a logistic
regression from what can be seen of an answer (``llmsql.asking.confidence``) to whether it is right: once for single
greedy answers, once for candidates that were run and grouped. What is reported (expected calibration error, the
threshold for 95 % right answers, the share of questions above it) comes from questions left out of the fit, a fifth of
the databases at a time.

Questions of a test split are refused: what is tuned on them can't be measured on them.

``--texts FILE`` keeps what the model wrote; with a file that has the texts already the model is not asked again.

``--after NAME --after-texts FILE`` fits a third one: for the surer of two answers, where a model is asked after another
one in a cascade, from what both wrote. Both have to be calibrated by themselves first.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llmsql.asking.candidates import Candidate, weigh_candidates
from llmsql.asking.confidence import EVIDENCE, believed
from llmsql.asking.dates import find_dates
from llmsql.asking.engine import calibrations_of
from llmsql.asking.link import link_question
from llmsql.asking.pipeline import SAMPLING_TEMPERATURE
from llmsql.asking.prompt import StoredValue, build_correction, build_messages
from llmsql.chat import Message
from llmsql.clients import Generation, GenerationRequest, LLMClient
from llmsql.errors import TrainingError
from llmsql.models import open_model
from llmsql.registry import Calibration, load_registry, record_calibration
from llmsql.settings import Settings, load_settings
from training.command_line import one_line_errors
from training.dataset import Database, Databases, Record, load_records
from training.evaluate import Judge

FOLDS = 5
BINS = 10
RIDGE = 1.0
WANTED_RIGHT = 0.95


@dataclass(frozen=True)
class Seen:
    """An answer, as the engine sees it, and whether it is right.

    Args:
        database: where the question was asked; answers of one database are left out of a fit together.
        evidence: see ``llmsql.asking.confidence.EVIDENCE``.
        is_right: same rows as the right query, everywhere.
    """

    database: str
    evidence: dict[str, float]
    is_right: bool


def fit(seen: Sequence[Seen], kind: str, dataset: str) -> Calibration:
    """The calibration of one kind.

    Args:
        seen: answers.
        kind: a key of ``EVIDENCE``, ``after`` with the name of the model that was asked before.
        dataset: what to call the questions.

    Raises:
        TrainingError: there is nothing to tell right from wrong by.
    """
    right = np.array([s.is_right for s in seen], dtype=float)
    if len(seen) < 2 * FOLDS or right.min() == right.max():
        raise TrainingError(f"{len(seen)} answers, {int(right.sum())} of them right, are too few to calibrate on.")
    names = EVIDENCE[kind.split()[0]]
    inputs = np.array([[s.evidence.get(name, 0.0) for name in names] for s in seen])
    folds = _folds([s.database for s in seen])
    left_out = np.empty(len(seen))
    for fold in range(FOLDS):
        mine = folds == fold
        intercept, weights = fit_logistic(inputs[~mine], right[~mine])
        left_out[mine] = 1 / (1 + np.exp(-(intercept + inputs[mine] @ weights)))
    intercept, weights = fit_logistic(inputs, right)
    threshold, coverage = threshold_for(left_out, right, WANTED_RIGHT)
    return Calibration(
        intercept=round(float(intercept), 4),
        weights={name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
        n=len(seen),
        ece=round(calibration_error(left_out, right), 4),
        threshold=None if threshold is None else round(threshold, 4),
        coverage=round(coverage, 4),
        dataset=dataset,
        date=datetime.date.today().isoformat(),
    )


def fit_logistic(inputs: Any, right: Any) -> tuple[float, Any]:
    """Intercept and weights of a logistic regression with a small ridge, by Newton's method.

    Args:
        inputs: a row an answer.
        right: 0 or 1 for each.
    """
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    rows = np.column_stack([np.ones(len(inputs)), (inputs - mean) / scale])
    ridge = RIDGE * np.diag([0.0, *np.ones(inputs.shape[1])])
    beta = np.zeros(rows.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-np.clip(rows @ beta, -30, 30)))
        slope = rows.T @ (right - probability) - ridge @ beta
        curve = rows.T @ (rows * (probability * (1 - probability))[:, None]) + ridge + 1e-9 * np.eye(len(beta))
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    weights = beta[1:] / scale
    return float(beta[0] - weights @ mean), weights


def calibration_error(probability: Any, right: Any) -> float:
    """Expected calibration error: mean distance of confidence and share of right answers over ten equal bins.

    Source: Naeini, Cooper and Hauskrecht, 2015; each bin counts by its size.
    """
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    error = 0.0
    for number in range(BINS):
        mine = bins == number
        if mine.any():
            error += mine.mean() * abs(probability[mine].mean() - right[mine].mean())
    return float(error)


def threshold_for(probability: Any, right: Any, wanted: float) -> tuple[float | None, float]:
    """The lowest confidence from which on the wanted share is right, and the share of answers at or above it."""
    order = np.argsort(-probability, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(shares >= wanted)
    if not len(enough):
        return None, 0.0
    last = int(enough[-1])
    return float(probability[order[last]]), (last + 1) / len(right)


def _folds(databases: Sequence[str]) -> Any:
    """A fold for each answer; databases stay whole where there are enough of them."""
    names = sorted(set(databases))
    if len(names) >= 2 * FOLDS:
        return np.array([names.index(d) % FOLDS for d in databases])
    return np.arange(len(databases)) % FOLDS


@dataclass(frozen=True)
class _Asked:
    """A question and what a model wrote for it: ``greedy``, ``samples`` and ``corrected`` texts."""

    record: Record
    database: Database
    values: list[StoredValue]
    kept: dict[str, Any]


class Observer:
    """Draws answers and looks at them as the engine does.

    Args:
        client: the model; None uses kept texts only.
        databases: where questions are asked.
        candidates: answers to a question, the greedy one among them; 1 leaves the second kind out.
        texts: JSONL file of what was written, read and added to; None keeps nothing.
        model: its name, for those that are asked after it.
        earlier: of the model that is asked before it.
    """

    def __init__(
        self,
        client: LLMClient | None,
        databases: Databases,
        candidates: int,
        texts: Path | None,
        *,
        model: str = "",
        earlier: Observer | None = None,
    ) -> None:
        self._client = client
        self.model = model
        self._calibrations = calibrations_of(model)
        self._earlier = earlier
        self._databases = databases
        self._candidates = candidates
        self._texts = texts
        self._judges: dict[str, Judge] = {}
        self._kept: dict[tuple[str, str, str], dict[str, Any]] = {}
        if texts is not None and texts.is_file():
            lines = [json.loads(line) for line in texts.read_text(encoding="utf-8").splitlines()]
            self._kept = {(line["database"], line["question"], line.get("defines", "")): line for line in lines}

    def observe(self, record: Record) -> dict[str, Seen]:
        """The answers to a question, by kind; a kind that gave none is not there."""
        question = self._asked(record)
        if question is None:
            return {}
        found = {"single": self._single(question)}
        if question.kept["samples"]:
            found["candidates"] = self._best(question, [*question.kept["greedy"], *question.kept["samples"]])
        seen = {
            kind: Seen(record.database, dict(best.evidence or {}), self._judge(record, question.database, best.sql))
            for kind, best in found.items()
            if best.sql is not None and best.error is None
        }
        earlier = None if self._earlier is None else self._earlier.answer(record)
        if self._earlier is not None and earlier is not None:
            surer = self._surer(record, question, earlier)
            if surer is not None:
                seen[f"after {self._earlier.model}"] = surer
        return seen

    def answer(self, record: Record) -> Candidate | None:
        """The single answer to a question; None where there is none."""
        question = self._asked(record)
        best = None if question is None else self._single(question)
        return None if best is None or best.sql is None or best.error is not None else best

    def _surer(self, record: Record, question: _Asked, earlier: Candidate) -> Seen | None:
        """The answer that a cascade would believe; None for a question that would not reach this model."""
        mine = self._single(question, earlier.sql)
        if (earlier.confidence or 0.0) >= Settings().cascade_confidence or mine.sql is None or mine.error is not None:
            return None
        agrees = bool((mine.evidence or {})["agrees"])
        is_later, evidence = believed(earlier.confidence or 0.0, mine.confidence or 0.0, agrees)
        chosen = mine if is_later else earlier
        return Seen(record.database, evidence, self._judge(record, question.database, chosen.sql or ""))

    def _asked(self, record: Record) -> _Asked | None:
        """A question with what the model wrote for it, now or before; None without either."""
        database = self._databases.open(record.database)
        terms = record.glossary.lines(record.question)
        shown, values = link_question(database.catalog, database.graph, database.values, record.question, terms)
        kept = self._kept.get((record.database, record.question, record.defines))
        if kept is None and self._client is not None:
            kept = self._draw(record, build_messages(shown, record.question, values, terms), database, values)
        return None if kept is None else _Asked(record, database, values, kept)

    def _single(self, question: _Asked, earlier: str | None = None) -> Candidate:
        """The greedy answer, or the one after an error."""
        best = self._best(question, question.kept["greedy"], earlier=earlier)
        corrected = question.kept.get("corrected")
        if best.error is None or not corrected:
            return best
        return self._best(question, [corrected], corrected=True, earlier=earlier)

    def _draw(
        self,
        record: Record,
        messages: list[Message],
        database: Database,
        values: list[StoredValue],
    ) -> dict[str, Any]:
        assert self._client is not None
        greedy = self._client.generate(_request(messages, 0.0))
        more = self._candidates - 1
        samples = self._client.generate_many(_request(messages, SAMPLING_TEMPERATURE), more) if more else []
        drawn: dict[str, Any] = {
            "database": record.database,
            "question": record.question,
            "defines": record.defines,
            "greedy": [_text(greedy)],
            "samples": [_text(sample) for sample in samples],
        }
        first = self._best(_Asked(record, database, values, drawn), drawn["greedy"])
        if first.error is not None:
            correction = build_correction(messages, first.written, first.error)
            drawn["corrected"] = _text(self._client.generate(_request(correction, 0.0)))
        if self._texts is not None:
            with self._texts.open("a", encoding="utf-8") as file:
                file.write(json.dumps(drawn, ensure_ascii=False) + "\n")
        return drawn

    def _best(
        self, question: _Asked, texts: list[Any], *, corrected: bool = False, earlier: str | None = None
    ) -> Candidate:
        record, database = question.record, question.database
        return weigh_candidates(
            database.con,
            [_generation(*text) for text in texts],
            database.knowledge(record),
            record.question,
            question.values,
            today=database.today,
            dates=find_dates(record.question, database.today or datetime.date.today()),
            corrected=corrected,
            calibrations=self._calibrations,
            earlier=earlier,
        )[0]

    def _judge(self, record: Record, database: Database, sql: str) -> bool:
        if record.database not in self._judges:
            self._judges[record.database] = Judge(database)
        return self._judges[record.database].judge(record, sql)[0]


def _request(messages: list[Message], temperature: float) -> GenerationRequest:
    return GenerationRequest(
        tuple(messages), temperature=temperature, break_loops=True, timeout=600.0, cancel=threading.Event()
    )


def _text(generation: Generation) -> list[Any]:
    """Text, log-probability of the whole, tokens."""
    total = None if generation.logprob is None else generation.logprob * generation.completion_tokens
    return [generation.text, total, generation.completion_tokens]


def _generation(text: str, logprob: float | None, tokens: int) -> Generation:
    mean = None if logprob is None or not tokens else logprob / tokens
    return Generation(text, 0, tokens, 0, 0.0, 0.0, logprob=mean)


def validation_records(files: Sequence[Path], limit: int | None) -> list[Record]:
    """The validation split of several datasets, so many of each, evenly spread.

    Raises:
        TrainingError: a dataset has no validation split.
    """
    chosen: list[Record] = []
    for file in files:
        records = [r for r in load_records(file, "validation") if r.kind != "spider-syn"]
        if not records:
            raise TrainingError(f"{file} has no validation split.", "A test split is for measuring only.")
        if limit and len(records) > limit:
            records = [records[i * len(records) // limit] for i in range(limit)]
        chosen += records
    return chosen


def _observer_of(name: str, texts: Path | None, databases: Databases) -> Observer:
    """Of the model that is asked before the one to calibrate.

    Raises:
        TrainingError: there is nothing that it wrote, or its own answers have no confidence.
    """
    entry = load_registry().get(name)
    if "single" not in entry.calibration:
        raise TrainingError(f"{entry.name} has no calibration.", "Calibrate it first, with --write-registry.")
    if texts is None or not texts.is_file():
        raise TrainingError(f"What {entry.name} wrote is not there.", "Name the file of its texts: --after-texts FILE.")
    return Observer(None, databases, 1, texts, model=entry.name)


@one_line_errors()
def main(argv: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Fit how sure a model's answers are, on validation questions.")
    parser.add_argument("--model", help="registry name or GGUF file; default: the registry's default")
    parser.add_argument("--adapter", help="GGUF adapter on top of the model")
    parser.add_argument("--dataset", type=Path, nargs="+", required=True, help="JSON or JSONL of records")
    parser.add_argument(
        "--data-root", type=Path, default=Path("data/training"), help="folder of the datasets' databases"
    )
    parser.add_argument("--limit", type=int, help="only so many questions of each dataset, evenly spread")
    parser.add_argument(
        "--candidates", type=int, default=6, help="answers to a question, 1 for single ones only; default: %(default)s"
    )
    parser.add_argument("--texts", type=Path, help="JSONL of what the model wrote, read and added to")
    parser.add_argument("--no-model", action="store_true", help="use the texts of that file only")
    parser.add_argument("--after", metavar="NAME", help="the model that is asked before this one in a cascade")
    parser.add_argument("--after-texts", type=Path, help="JSONL of what that one wrote")
    parser.add_argument("--write-registry", metavar="NAME", help="keep the calibration with this model")
    options = parser.parse_args(argv)
    records = validation_records(options.dataset, options.limit)
    settings = load_settings({"model": options.model, "adapter": options.adapter})
    client = None if options.no_model else open_model(settings)[1]
    databases = Databases(options.data_root)
    earlier = _observer_of(options.after, options.after_texts, databases) if options.after else None
    name = load_registry().get(options.model or load_registry().default).name if options.after else ""
    if options.after and "single" not in calibrations_of(name):
        raise TrainingError(f"{name} has no calibration of its own.", "Calibrate it without --after first.")
    observer = Observer(client, databases, options.candidates, options.texts, model=name, earlier=earlier)
    seen: dict[str, list[Seen]] = {"single": []}
    for done, record in enumerate(records, 1):
        for kind, one in observer.observe(record).items():
            seen.setdefault(kind, []).append(one)
        if done % 25 == 0:
            print(f"{done}/{len(records)}", file=sys.stderr)
    if client is not None:
        client.close()
    dataset = " + ".join(f"{file.name} validation" for file in options.dataset)
    fitted = {kind: fit(answers, kind, dataset) for kind, answers in seen.items()}
    for kind, calibration in fitted.items():
        right = sum(s.is_right for s in seen[kind]) / len(seen[kind])
        print(
            f"{kind}: {calibration.n} answers, {right:.1%} right; calibration error {calibration.ece:.3f}; "
            f"95 % right from {calibration.threshold} on, {calibration.coverage:.1%} of the answers"
        )
        print(f"  {json.dumps(calibration.weights)}")
    if options.write_registry:
        print(f"written to {record_calibration(options.write_registry, fitted)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
