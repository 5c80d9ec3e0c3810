"""Questions written one by one, for training: a JSONL file of ``question``, ``sql`` and ``difficulty`` a line."""

from __future__ import annotations

import json
from pathlib import Path

import sqlglot

from llmsql.catalog import Catalog
from llmsql.errors import TrainingError
from training.canonical import canonical_sql
from training.dataset import Record


def read_written(path: Path, database: str, catalog: Catalog) -> list[Record]:
    """The questions as records of the training split, their SQL in canonical form.

    Args:
        path: the file.
        database: the records' name of it.
        catalog: of it.

    Raises:
        TrainingError: a line is not such a question, or its SQL is not about this database.
    """
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            written = json.loads(line)
            sql = canonical_sql(sqlglot.parse_one(written["sql"], read="duckdb"), catalog)
            ordered = sqlglot.parse_one(sql, read="duckdb").args.get("order") is not None
            question, difficulty = written["question"], written["difficulty"]
            records.append(Record(database, question, sql, "train", "written", ordered, difficulty))
        except (ValueError, KeyError, TypeError, sqlglot.errors.SqlglotError) as error:
            raise TrainingError(
                f"Line {number} of {path} is not a training question ({error!r}).", "See data/README.md."
            ) from error
    return records
