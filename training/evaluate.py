"""Measures a model by running what it writes.

``python -m training.evaluate --model NAME --dataset FILE [--split test]`` asks every question through the same pipeline
that serves users, runs the SQL and the right SQL, and compares rows: as multisets unless the question asks for an
order, columns in any order. Each pair of queries is run on re-populated copies of the database as well, so that two
queries that agree by luck count as different (the idea of Zhong et al., 2020, arXiv 2010.02840). Intervals are
Wilson's at 95 %.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from llmsql.asking.cascade import ask_in_turn
from llmsql.asking.compare import contains_rows, same_rows
from llmsql.asking.engine import calibrations_of
from llmsql.asking.pipeline import Draft, write_sql
from llmsql.asking.run import interrupted_after
from llmsql.asking.settle import set_today
from llmsql.catalog import Column
from llmsql.catalog.snapshot import quote
from llmsql.clients import LLMClient
from llmsql.errors import (
    LimitError,
    LLMSQLError,
    NoAnswerError,
    ProviderResponseError,
    ProviderTimeoutError,
    QuestionError,
    SQLRejectedError,
    TrainingError,
    UnsureError,
)
from llmsql.machine import describe_machine
from llmsql.models import open_model
from llmsql.registry import Measurement, load_registry, record_measurement
from llmsql.settings import Settings, load_settings
from training.command_line import one_line_errors
from training.dataset import Database, Databases, Record, load_records
from training.skeleton import skeleton

COPIES = 2
MOST_ROWS = 50_000
QUERY_SECONDS = 20.0
_VIEWS = """
SELECT sql FROM duckdb_views() WHERE NOT internal AND database_name = current_database() ORDER BY view_oid
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    Args:
        record: the question and its right answer.
        sql: what would run, None where nothing bound.
        written: the model's own text.
        right: same rows on the database and on every copy.
        right_here: same rows on the database itself.
        contains: as ``right``, forgiving extra columns.
        bound: DuckDB accepted the SQL.
        error: why there was no answer.
        milliseconds: from the question to the SQL.
        tokens: written by the model.
        attempts: answers of the model.
        notes: repairs.
        logprob: mean of the answer's tokens.
        cost_usd: of all attempts, None where it is not known.
    """

    record: Record
    sql: str | None
    written: str | None
    right: bool
    right_here: bool
    contains: bool
    bound: bool
    error: str
    milliseconds: float
    tokens: int
    attempts: int
    notes: tuple[str, ...] = ()
    logprob: float | None = None
    cost_usd: float | None = None


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, in percent (Wilson, 1927)."""
    if n == 0:
        return (0.0, 100.0)
    z = 1.959964
    p = right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (round(100 * (middle - half), 1), round(100 * (middle + half), 1))


def repopulated(database: Database, seed: int) -> duckdb.DuckDBPyConnection:
    """An in-memory copy with other rows: a fifth of the rows goes, and every other column that is no key is shuffled.

    Views look at the copied tables; one that needs something else is left out.

    Args:
        database: what to copy.
        seed: another seed, other rows.
    """
    copy = duckdb.connect()
    attached = {name for (name,) in database.con.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    for table in database.catalog:
        if table.kind != "table":
            continue
        keys = {*table.primary_key, *(name for fk in table.foreign_keys for name in fk.columns)}
        moved = {c.name for i, c in enumerate(table.stored) if c.name not in keys and i % 2 == seed % 2}
        picked = ", ".join(_picked(c, "r" if c.name in moved else "l") for c in table.stored)
        _make_place(copy, table.reference, attached)
        copy.register("source_rows", database.con.sql(f"FROM {table.reference}").to_arrow_table())
        copy.execute(
            f"CREATE TABLE {table.reference} AS "
            "WITH numbered AS (SELECT *, row_number() OVER () AS n_ FROM source_rows), "
            f"kept AS (SELECT *, row_number() OVER (ORDER BY n_) AS a_, "
            f"row_number() OVER (ORDER BY hash(n_ + {seed})) AS b_ FROM numbered WHERE hash(n_ * 31 + {seed}) % 5 > 0) "
            f"SELECT {picked} FROM kept l JOIN kept r ON l.a_ = r.b_ ORDER BY l.a_"
        ).fetchall()
        copy.unregister("source_rows")
    for (view,) in database.con.execute(_VIEWS).fetchall():
        with suppress(duckdb.Error):
            copy.execute(view)
    return copy


def _picked(column: Column, side: str) -> str:
    """A column of one side; Arrow brings ENUM and JSON as plain text, and an ENUM has an order of its own."""
    name = quote(column.name)
    is_plain = column.type != "JSON" and not column.type.startswith("ENUM(")
    return f"{side}.{name}" if is_plain else f"CAST({side}.{name} AS {column.type}) AS {name}"


def _make_place(copy: duckdb.DuckDBPyConnection, reference: str, attached: set[str]) -> None:
    """The schema and the attached database that a table is named with."""
    place = [part.name for part in exp.to_table(reference, dialect="duckdb").parts[:-1]]
    if place and place[0] in attached:
        copy.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {quote(place[0])}")
    if len(place) == 2 or (place and place[0] not in attached):
        copy.execute(f"CREATE SCHEMA IF NOT EXISTS {'.'.join(map(quote, place))}")


def rows_of(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]] | None:
    """The rows of a query, None where it fails or takes too long."""
    try:
        with interrupted_after(con, QUERY_SECONDS):
            return con.execute(sql).fetchmany(MOST_ROWS)
    except (duckdb.Error, LLMSQLError):
        return None


class Judge:
    """Compares queries on a database and its re-populated copies.

    Args:
        database: where the questions are asked.
        copies: how many re-populated copies to use.
    """

    def __init__(self, database: Database, copies: int = COPIES) -> None:
        self._today = database.today
        self._places = [database.con, *(repopulated(database, seed) for seed in range(copies))]
        self._gold: dict[str, list[list[tuple[Any, ...]] | None]] = {}

    def judge(self, record: Record, sql: str) -> tuple[bool, bool, bool]:
        """Whether ``sql`` answers as the record's does: everywhere, on the database itself, everywhere if extra
        columns are forgiven. No answer is right where the record's own fails."""
        golds = self._gold_rows(record)
        if golds[0] is None:
            return False, False, False
        right, contains = [], []
        for con, wanted in zip(self._places, golds, strict=True):
            if wanted is None:
                continue
            rows = rows_of(con, sql)
            right.append(rows is not None and same_rows(rows, wanted, ordered=record.ordered))
            contains.append(rows is not None and contains_rows(rows, wanted, ordered=record.ordered))
        return all(right), right[0], all(contains)

    def is_answered(self, record: Record) -> bool:
        """Whether the record's own SQL runs on the database."""
        return self._gold_rows(record)[0] is not None

    def _gold_rows(self, record: Record) -> list[list[tuple[Any, ...]] | None]:
        tree = sqlglot.parse_one(record.sql, read="duckdb")
        gold = (set_today(tree, self._today) if self._today else tree).sql("duckdb")
        if gold not in self._gold:
            self._gold[gold] = [rows_of(con, gold) for con in self._places]
        return self._gold[gold]


def evaluate(
    records: Sequence[Record],
    databases: Databases,
    *,
    model: str | None,
    adapter: str | None,
    copies: int = COPIES,
    timeout: float | None = None,
) -> list[Outcome]:
    """Ask every question and judge the answers.

    Args:
        records: the questions; none of them may have been trained on.
        databases: where they are asked.
        model: as ``llmsql ask --model``; several with commas between them are asked in turn, as a cascade.
        adapter: a GGUF adapter that goes on top of the model.
        copies: re-populated copies to compare on.
        timeout: seconds for an answer of the model; the settings' by default. An answer that comes too late is wrong.

    Raises:
        TrainingError: there is nothing to ask.
        ModelError: the model cannot be asked, or not any more.
    """
    if not records:
        raise TrainingError("There is no question to ask.", "Check --dataset, --split and --kind.")
    outcomes = []
    chain = [name.strip() for name in model.split(",")] if model is not None else [None]
    if adapter is not None and len(chain) > 1:
        raise TrainingError("An adapter goes on one model, not on a cascade.", "Name models that have theirs.")
    settings = load_settings({"model": chain[-1], "adapter": adapter, "timeout": timeout})
    clients = dict(open_model(settings, name) for name in chain)
    by_database: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_database[record.database].append(record)
    for where, mine in by_database.items():
        database = databases.open(where)
        here = replace(settings, today=database.today)
        judge = Judge(database, copies)
        for record in mine:
            outcomes.append(_ask(record, database, judge, clients, here))
            done = len(outcomes)
            if sys.stderr.isatty() or done % 25 == 0:
                right = sum(o.right for o in outcomes)
                print(f"{done}/{len(records)}: {right / done:.1%} right", file=sys.stderr)
    for client in clients.values():
        client.close()
    return outcomes


def _ask(
    record: Record, database: Database, judge: Judge, clients: Mapping[str, LLMClient], settings: Settings
) -> Outcome:
    knowledge = database.knowledge(record)

    def ask(name: str, before: Draft | None) -> Draft:
        return write_sql(
            database.con,
            knowledge,
            clients[name],
            name,
            record.question,
            replace(settings, min_confidence=0.0),
            calibrations=calibrations_of(name),
            earlier=None if before is None else before.sql,
        )

    started = time.perf_counter()
    try:
        draft = ask_in_turn(
            list(clients),
            ask,
            calibrations_of,
            enough=settings.cascade_confidence,
            least=0.0,
        )
    except (ProviderTimeoutError, ProviderResponseError, QuestionError, LimitError, SQLRejectedError) as error:
        spent = (time.perf_counter() - started) * 1000
        tried = error.draft if isinstance(error, (NoAnswerError, UnsureError)) else None
        return Outcome(
            record,
            None,
            error.sql if isinstance(error, NoAnswerError) else None,
            False,
            False,
            False,
            False,
            str(error).splitlines()[0],
            spent,
            tried.completion_tokens if tried else 0,
            tried.attempts if tried else 1,
            cost_usd=tried.cost_usd if tried else None,
        )
    spent = (time.perf_counter() - started) * 1000
    right, here, contains = judge.judge(record, draft.sql)
    return Outcome(
        record,
        draft.sql,
        draft.written,
        right,
        here,
        contains,
        True,
        "" if right else _what_is_wrong(judge, record, here),
        spent,
        draft.completion_tokens,
        draft.attempts,
        draft.notes,
        draft.logprob,
        draft.cost_usd,
    )


def _what_is_wrong(judge: Judge, record: Record, here: bool) -> str:
    if not judge.is_answered(record):
        return "the right SQL does not run"
    return "other rows on a re-populated copy" if here else "other rows"


def not_trained_on(records: Sequence[Record], trained: Sequence[Record], databases: Databases) -> list[Record]:
    """The records that a model has not seen in any form: neither the question nor the skeleton of its SQL.

    Args:
        records: what it would be scored on.
        trained: what it was trained on.
        databases: where they are asked.
    """
    questions = {" ".join(r.question.casefold().split()) for r in trained}
    asked_on = {r.database for r in records}
    skeletons = {
        (r.database, skeleton(r.sql, databases.open(r.database).catalog)) for r in trained if r.database in asked_on
    }
    return [
        r
        for r in records
        if " ".join(r.question.casefold().split()) not in questions
        and (r.database, skeleton(r.sql, databases.open(r.database).catalog)) not in skeletons
    ]


def summarise(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of a run; accuracies in percent, latencies in milliseconds, the cost in dollars where it is known."""
    n = len(outcomes)
    times = sorted(o.milliseconds for o in outcomes)
    costs = [o.cost_usd for o in outcomes if o.cost_usd is not None]
    cost = {"cost_usd_mean": float(f"{statistics.mean(costs):.3g}")} if any(costs) else {}
    return {
        "execution_accuracy": round(100 * sum(o.right for o in outcomes) / n, 1),
        "execution_accuracy_lax": round(100 * sum(o.contains for o in outcomes) / n, 1),
        "execution_accuracy_one_database": round(100 * sum(o.right_here for o in outcomes) / n, 1),
        "bind_rate": round(100 * sum(o.bound for o in outcomes) / n, 1),
        "latency_p50_ms": round(statistics.median(times)),
        "latency_p95_ms": round(times[min(n - 1, math.ceil(0.95 * n) - 1)]),
        "tokens_mean": round(statistics.mean(o.tokens for o in outcomes), 1),
        **cost,
    }


def report(outcomes: Sequence[Outcome], title: str) -> str:
    """The figures, the accuracy by kind and difficulty, and every failure, as Markdown."""
    n = len(outcomes)
    figures = summarise(outcomes)
    low, high = wilson(sum(o.right for o in outcomes), n)
    lines = [f"# {title}", "", f"{n} questions, {figures['execution_accuracy']} % right (95 %: {low}–{high}).", ""]
    lines += ["| figure | value |", "|---|---|", *(f"| {k} | {v} |" for k, v in figures.items()), ""]
    for by in ("kind", "difficulty", "database"):
        groups: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            groups[str(getattr(outcome.record, by))].append(outcome)
        if len(groups) < 2:
            continue
        lines += [f"| {by} | n | right % | bound % |", "|---|---|---|---|"]
        for name, mine in sorted(groups.items(), key=lambda item: -len(item[1])):
            right = 100 * sum(o.right for o in mine) / len(mine)
            bound = 100 * sum(o.bound for o in mine) / len(mine)
            lines.append(f"| {name} | {len(mine)} | {right:.0f} | {bound:.0f} |")
        lines.append("")
    lines += ["## Failures", ""]
    for outcome in outcomes:
        if not outcome.right:
            lines += [
                f"- **{outcome.record.question}** ({outcome.record.database}) — {outcome.error}",
                f"  - right: `{outcome.record.sql}`",
                f"  - wrote: `{outcome.sql or outcome.written}`",
            ]
    return "\n".join(lines) + "\n"


def draw(outcomes: Sequence[Outcome], target: Path) -> None:
    """A bar chart of the accuracy by kind of question, with intervals."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.record.kind or "all"].append(outcome)
    names = sorted(groups, key=lambda k: -len(groups[k]))[:30]
    shares = [100 * sum(o.right for o in groups[k]) / len(groups[k]) for k in names]
    bounds = [wilson(sum(o.right for o in groups[k]), len(groups[k])) for k in names]
    figure, axes = pyplot.subplots(figsize=(8, 0.35 * len(names) + 1.2))
    below = [max(s - low, 0) for s, (low, _) in zip(shares, bounds, strict=True)]
    above = [max(high - s, 0) for s, (_, high) in zip(shares, bounds, strict=True)]
    axes.barh([f"{k} ({len(groups[k])})" for k in names], shares, xerr=[below, above], color="#4c78a8", capsize=2)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("right, % (bars: 95 % interval)")
    figure.tight_layout()
    figure.savefig(target, dpi=120)
    pyplot.close(figure)


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


@one_line_errors()
def main(argv: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure a model by running what it writes.")
    parser.add_argument(
        "--model",
        help="registry name, GGUF file or a provider's model; several with commas are a cascade",
    )
    parser.add_argument("--adapter", help="GGUF adapter on top of the model")
    parser.add_argument("--dataset", type=Path, required=True, help="JSON or JSONL of records")
    parser.add_argument(
        "--trained-on",
        type=Path,
        nargs="*",
        default=[],
        help="what the model saw: questions and skeletons in it are left out",
    )
    parser.add_argument("--split", default="test", help="default: %(default)s")
    parser.add_argument("--kind", help="only this kind of question")
    parser.add_argument(
        "--data-root", type=Path, default=Path("data/training"), help="folder of the datasets' databases"
    )
    parser.add_argument("--limit", type=int, help="only so many questions, evenly spread")
    parser.add_argument("--copies", type=int, default=COPIES, help="re-populated copies; default: %(default)s")
    parser.add_argument("--output", type=Path, help="folder for report.md, report.png and outcomes.jsonl")
    parser.add_argument("--write-registry", metavar="NAME", help="add the figures to this model's `measured` block")
    options = parser.parse_args(argv)
    records = load_records(options.dataset, options.split)
    records = [r for r in records if options.kind in (None, r.kind)]
    databases = Databases(options.data_root)
    trained = [r for path in options.trained_on for r in load_records(path, "train")]
    fresh = not_trained_on(records, trained, databases) if trained else records
    if len(fresh) < len(records):
        print(f"{len(records) - len(fresh)} questions left out: the model was trained on their like", file=sys.stderr)
    records = fresh
    if options.limit and len(records) > options.limit:
        records = [records[i * len(records) // options.limit] for i in range(options.limit)]
    outcomes = evaluate(records, databases, model=options.model, adapter=options.adapter, copies=options.copies)
    title = f"{options.model or 'default'} on {options.dataset.name}, {options.split}"
    figures = summarise(outcomes)
    print(json.dumps(figures))
    interval = wilson(sum(o.right for o in outcomes), len(outcomes))
    print(f"{len(outcomes)} questions, 95 % interval {interval[0]}–{interval[1]} %")
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "report.md").write_text(report(outcomes, title), encoding="utf-8")
        draw(outcomes, options.output / "report.png")
        with (options.output / "outcomes.jsonl").open("w", encoding="utf-8") as out:
            for outcome in outcomes:
                out.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
    if options.write_registry:
        weights = load_registry().get(options.write_registry).weights
        measurement = Measurement(
            metrics=figures,
            n=len(outcomes),
            interval=interval,
            command="python -m training.evaluate " + " ".join(argv if argv is not None else sys.argv[1:]),
            date=datetime.date.today().isoformat(),
            commit=_commit(),
            machine=describe_machine(),
            dataset=f"{options.dataset.name} {options.split}" + (f" {options.kind}" if options.kind else ""),
            quantisation=weights.file.rsplit(".", 1)[0].rsplit("-", 1)[-1] if weights else None,
        )
        print(f"written to {record_measurement(options.write_registry, measurement)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
