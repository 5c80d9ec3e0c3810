"""Writes questions with their SQL for any DuckDB database, from its catalog and values alone.

``python -m training.synthesize DB.duckdb --count 2000 --seed 1 --output pairs.jsonl`` asks one database;
``python -m training.synthesize --schemas 200 --pairs-per-schema 25 --seed 1 --output DIR`` makes databases up first.

Every SQL is run; what gives nothing, one constant, an arbitrary choice between ties, or the same with and without its
conditions is dropped. A seed reproduces the set.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from training.command_line import one_line_errors
from training.dataset import write_records
from training.synthesis import extremes, groups, measures, nested, rows, sets, trends
from training.synthesis.asker import Asker, Draft
from training.synthesis.database import KnownDatabase
from training.synthesis.learning import learn_database
from training.synthesis.schemas import build_synthetic_database

QUERY_SECONDS = 2.0
MOST_ROWS = 5_000
MOST_A_SHAPE = 3
TRIES_A_PAIR = 25

SKELETONS: tuple[tuple[str, Callable[[Asker], Draft | None], float], ...] = (
    ("list", rows.list_names, 10),
    ("list_fields", rows.list_fields, 8),
    ("all_columns", rows.all_columns, 3),
    ("look_up", rows.look_up, 7),
    ("count", rows.count_rows, 11),
    ("aggregate", measures.aggregate, 10),
    ("two_aggregates", measures.two_aggregates, 2.5),
    ("distinct", rows.distinct_values, 4),
    ("superlative", extremes.superlative, 9),
    ("ties", extremes.ties, 1.5),
    ("above_average", measures.compared_with_average, 2),
    ("time_between", measures.time_between, 2),
    ("list_column", nested.list_columns, 6),
    ("struct_column", nested.struct_columns, 6),
    ("flag", nested.flag_counts, 1),
    ("group", groups.group_by, 14),
    ("group_two", groups.group_by_two, 3),
    ("over_time", trends.over_time, 6),
    ("having", groups.having, 4.5),
    ("top_group", groups.top_group, 9),
    ("share", trends.share, 3),
    ("best_of_each", trends.best_of_each, 2),
    ("average_per_parent", trends.average_per_parent, 1),
    ("without_any", sets.without_any, 3.5),
    ("with_some", sets.with_some, 2.5),
    ("having_children", sets.children_of, 2),
    ("through_link", sets.through_link, 5),
    ("both_or_neither", sets.both_or_neither, 4),
    ("self_join", sets.self_join, 5),
    ("is_there", sets.is_there, 0.5),
)
HOPS, HOP_WEIGHTS = (0, 1, 2, 3), (0.42, 0.3, 0.2, 0.08)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its right answer.

    Args:
        question: as a person types it.
        sql: canonical DuckDB SQL in full.
        kind: which skeleton it comes from.
        ordered: whether the order of rows matters.
        skeleton: what tells it from others: the kind, the tables and the columns.
    """

    question: str
    sql: str
    kind: str
    ordered: bool
    skeleton: str


def synthesize_pairs(con: duckdb.DuckDBPyConnection, catalog: Catalog, *, count: int, seed: int) -> Iterator[Pair]:
    """Question–SQL pairs about a database.

    Args:
        con: the connection that sees the tables; only read from.
        catalog: its snapshot.
        count: most pairs to give; small databases give fewer.
        seed: the same seed gives the same pairs.
    """
    known = learn_database(con, catalog)
    rng = random.Random(seed)
    shapes: Counter[str] = Counter()
    questions: set[str] = set()
    made = 0
    for _ in range(count * TRIES_A_PAIR):
        if made >= count or not known.entities:
            return
        kind, skeleton, _weight = rng.choices(SKELETONS, [weight for _, _, weight in SKELETONS])[0]
        pair = _try_pair(con, known, kind, skeleton, rng, shapes, questions)
        if pair is not None:
            shapes[pair.skeleton] += 1
            questions.add(pair.question.casefold())
            made += 1
            yield pair


def _try_pair(
    con: duckdb.DuckDBPyConnection,
    known: KnownDatabase,
    kind: str,
    skeleton: Callable[[Asker], Draft | None],
    rng: random.Random,
    shapes: Counter[str],
    questions: set[str],
) -> Pair | None:
    asker = Asker(known, random.Random(rng.getrandbits(64)), rng.choices(HOPS, HOP_WEIGHTS)[0])
    draft = skeleton(asker)
    if draft is None or draft.question.casefold() in questions:
        return None
    shape = " ".join((kind, *draft.columns))
    if shapes[shape] >= MOST_A_SHAPE or not _is_telling(con, draft):
        return None
    sql = sqlglot.parse_one(draft.sql, read="duckdb").sql("duckdb")
    return Pair(draft.question, sql, kind, draft.ordered, shape)


def _is_telling(con: duckdb.DuckDBPyConnection, draft: Draft) -> bool:
    """Whether the query answers something, and the question leaves no doubt which rows are meant."""
    found = _run(con, draft.sql)
    if found is None:
        return False
    if draft.is_relative:
        return True
    if not found or (len(found) == 1 and all(cell is None or cell == 0 for cell in found[0])):
        return False
    if len(found) > 1 and all(row == found[0] for row in found):
        return False
    if draft.without and _sorted(_run(con, draft.without)) == _sorted(found):
        return False
    if draft.same and _sorted(_run(con, draft.same)) != _sorted(found):
        return False
    if draft.ties:
        ranked = _run(con, draft.ties)
        if ranked is None or len(ranked) <= draft.ties_limit:
            return False
        return all(row[-1] is not None for row in ranked) and len({row[-1] for row in ranked}) == len(ranked)
    return True


def _sorted(found: list[Any] | None) -> list[str]:
    return sorted(map(repr, found or []))


def _run(con: duckdb.DuckDBPyConnection, sql: str) -> list[Any] | None:
    timer = threading.Timer(QUERY_SECONDS, con.interrupt)
    timer.daemon = True
    timer.start()
    try:
        return con.execute(sql).fetchmany(MOST_ROWS)
    except duckdb.Error:
        return None
    finally:
        timer.cancel()


def write_pairs(database: Path, output: Path, *, count: int, seed: int) -> int:
    """Ask one database file; write its pairs as JSONL.

    Args:
        database: DuckDB file; only read from.
        output: JSONL file to write.
        count: most pairs to write.
        seed: the same seed gives the same pairs.

    Returns:
        How many pairs were written.
    """
    with duckdb.connect(str(database), read_only=True) as con:
        pairs = list(synthesize_pairs(con, snapshot(con), count=count, seed=seed))
    output.parent.mkdir(parents=True, exist_ok=True)
    write_records(output, [_record(database.stem, pair) for pair in pairs])
    return len(pairs)


def write_dataset(output: Path, *, schemas: int, pairs_per_schema: int, seed: int) -> Counter[str]:
    """Make databases up and ask them: ``OUTPUT/synthetic.jsonl`` and ``OUTPUT/databases/*.duckdb``.

    Args:
        output: folder to write to; files of the same name are replaced.
        schemas: how many databases.
        pairs_per_schema: most pairs about each.
        seed: databases are numbered from here on; the same seed gives the same set.

    Returns:
        How many pairs there are in each split.
    """
    databases = output / "databases"
    databases.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    records = []
    for number in range(seed * 100_000, seed * 100_000 + schemas):
        part = databases / f"{number}.duckdb.part"
        part.unlink(missing_ok=True)
        # Small blocks: the files are many and tiny.
        with duckdb.connect(str(part), config={"default_block_size": "16384"}) as con:
            con.execute("BEGIN")
            info = build_synthetic_database(con, number)
            con.execute("COMMIT")
            for pair in synthesize_pairs(con, snapshot(con), count=pairs_per_schema, seed=number):
                records.append(_record(f"{output.name}/{number}", pair) | {"split": info.split})
                counts[info.split] += 1
        part.replace(databases / f"{number}.duckdb")
    write_records(output / "synthetic.jsonl", records)
    return counts


def _record(database: str, pair: Pair) -> dict[str, Any]:
    return {
        "database": database,
        "question": pair.question,
        "sql": pair.sql,
        "kind": pair.kind,
        "ordered": pair.ordered,
        "split": "train",
    }


@one_line_errors()
def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write questions with their SQL.")
    parser.add_argument("database", type=Path, nargs="?", help="a DuckDB file to ask; left out with --schemas")
    parser.add_argument("--count", type=int, default=2000, help="pairs about that file")
    parser.add_argument("--schemas", type=int, help="make up this many databases instead")
    parser.add_argument("--pairs-per-schema", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--output", type=Path, required=True, help="a JSONL file; with --schemas a folder, best named synthetic"
    )
    options = parser.parse_args(argv)
    if (options.database is None) == (options.schemas is None):
        parser.error("name a DuckDB file, or give --schemas")
    if options.schemas is None:
        print(write_pairs(options.database, options.output, count=options.count, seed=options.seed), "pairs")
        return 0
    counts = write_dataset(
        options.output, schemas=options.schemas, pairs_per_schema=options.pairs_per_schema, seed=options.seed
    )
    for split, count in sorted(counts.items()):
        print(f"{count:7d}  {split}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
