"""What a model learns about one database, and what it is measured on: synthetic questions, split by SQL skeleton, and
the answers that the user has verified.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot.errors import SqlglotError

from llmsql.connection import Connection
from llmsql.errors import TrainingError
from training.canonical import canonical_sql
from training.dataset import Database, Databases, Record, target_sql
from training.evaluate import rows_of
from training.skeleton import skeleton
from training.synthesize import synthesize_pairs

DATABASE = "adapted"
"""what records call the one database"""
PAIRS = 2500
FEWEST_PAIRS = 40
HELD_OUT_SHARE = 5
"""one skeleton of so many is kept aside"""
VERIFIED_WEIGHT = 5
"""a verified answer is trained on as often as so many synthetic ones"""
VERIFIED_TO_JUDGE = 6
"""so many verified answers are needed before some are kept aside: with fewer there is too little to learn from"""
VERIFIED_HELD_OUT_SHARE = 3
"""one verified answer of so many is kept aside then"""


class OneDatabase(Databases):
    """The database that is adapted to, under any name."""

    def __init__(self, database: Database) -> None:
        self.open = lambda name: database  # type: ignore[assignment]


@dataclass(frozen=True)
class Questions:
    """Questions with their SQL.

    Args:
        train: to learn from, verified answers several times.
        held_out: to measure on; no skeleton of the synthetic ones is in ``train``, and none of the verified answers.
        verified: how many different verified answers are in ``train``.
    """

    train: list[Record]
    held_out: list[Record]
    verified: int


def make_questions(
    database: Database, verified: list[tuple[str, str]], *, held_out: int, seed: int, pairs: int = PAIRS
) -> Questions:
    """Ask a database.

    A skeleton, or a verified answer, is kept aside or not by its hash alone: a model adapted twice has not seen what
    it is measured on.

    Args:
        database: opened; only read from.
        verified: (question, SQL) that the user has called right.
        held_out: most questions to measure on.
        seed: the same seed gives the same questions.
        pairs: most synthetic questions.

    Raises:
        TrainingError: too few questions can be asked of these tables.
    """
    known = _verified_records(database, verified)
    judges = [
        record
        for record in known
        if _hash(record.question) % VERIFIED_HELD_OUT_SHARE == 0 and rows_of(database.con, record.sql)
    ]
    judges = judges if len(known) >= VERIFIED_TO_JUDGE else []
    taught = [record for record in known if record not in judges]
    shapes = {_shape(record.sql, database) for record in known}
    train: list[Record] = []
    aside: list[Record] = []
    for pair in synthesize_pairs(database.con, database.catalog, count=pairs, seed=seed):
        record = Record(DATABASE, pair.question, pair.sql, kind=pair.kind, ordered=pair.ordered)
        if not _is_trainable(record, database):
            continue
        shape = _shape(record.sql, database)
        if _hash(shape) % HELD_OUT_SHARE:
            train.append(record)
        elif shape not in shapes and rows_of(database.con, record.sql):
            aside.append(record)  # whatever finds nothing would be right about what is not there
    if len(train) < FEWEST_PAIRS or len(aside) < FEWEST_PAIRS // HELD_OUT_SHARE:
        raise TrainingError(
            f"Only {len(train) + len(aside)} questions can be asked of these tables, too few to learn from.",
            "Adapt once there are more tables, columns and rows.",
        )
    return Questions([*train, *taught * VERIFIED_WEIGHT], [*_evenly(aside, held_out), *judges], len(taught))


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def _verified_records(database: Database, verified: list[tuple[str, str]]) -> list[Record]:
    records = []
    for question, sql in verified:
        try:
            tree = sqlglot.parse_one(sql, read="duckdb")
            written = canonical_sql(tree, database.catalog)
            database.con.execute(f"EXPLAIN {written}").fetchall()
        except (SqlglotError, ValueError, duckdb.Error):
            continue  # the tables have changed since
        ordered = tree.args.get("order") is not None
        record = Record(DATABASE, question, written, kind="verified", ordered=ordered)
        if _is_trainable(record, database):
            records.append(record)
    return records


def _is_trainable(record: Record, database: Database) -> bool:
    try:
        return bool(target_sql(record, database))
    except TrainingError:
        return False


def _shape(sql: str, database: Database) -> str:
    return skeleton(sql, database.catalog)


def _evenly(records: list[Record], count: int) -> list[Record]:
    """So many records, of every kind in turn."""
    by_kind: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_kind[record.kind].append(record)
    picked: list[Record] = []
    for turn in range(max(map(len, by_kind.values()))):
        picked += [mine[turn] for mine in by_kind.values() if turn < len(mine)]
    return picked[:count]


def verified_answers(con: Connection) -> list[tuple[str, str]]:
    """(question, SQL) of the answers that the user has verified for the database of a connection.

    Args:
        con: opened with the database.
    """
    return [(answer.question, answer.sql) for answer in con.engine.verified.memory(con.duckdb).good]
