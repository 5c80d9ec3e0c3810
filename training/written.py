"""Questions written one by one, for training: a JSONL file of ``question``, ``sql`` and ``difficulty`` a line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlglot

from llmsql.catalog import Catalog
from llmsql.errors import TrainingError
from training.canonical import canonical_sql
from training.dataset import Databases, Record


def read_written(path: Path, database: str, catalog: Catalog) -> list[Record]:
    """The questions as records of the training split, their SQL in canonical form.

    Args:
        path: the file.
        database: the records' name of it.
        catalog: of it.

    Raises:
        TrainingError: a line is not such a question, or its SQL is not about this database.
    """
    lines = _lines(path)
    return [_record(number, line, path, database, catalog) for number, line in lines]


def read_glossary_questions(path: Path, databases: Databases) -> list[Record]:
    """Questions that use words of their own: each line also has ``database``, ``split`` and ``defines``.

    Args:
        path: the file.
        databases: where they are asked.

    Raises:
        TrainingError: as ``read_written``.
    """
    records = []
    for number, line in _lines(path):
        name = str(line.get("database"))
        record = _record(number, line, path, name, databases.open(name).catalog)
        records.append(replace(record, split=line["split"], kind="glossary", defines=line["defines"]))
    return records


def _lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [(number, json.loads(line)) for number, line in enumerate(lines, 1)]
    except ValueError as error:
        raise TrainingError(f"{path} is no JSONL file ({error}).", "See data/README.md.") from error


def _record(number: int, line: dict[str, Any], path: Path, database: str, catalog: Catalog) -> Record:
    try:
        sql = canonical_sql(sqlglot.parse_one(line["sql"], read="duckdb"), catalog)
        ordered = sqlglot.parse_one(sql, read="duckdb").args.get("order") is not None
        return Record(database, line["question"], sql, "train", "written", ordered, line["difficulty"])
    except (ValueError, KeyError, TypeError, sqlglot.errors.SqlglotError) as error:
        raise TrainingError(
            f"Line {number} of {path} is not a training question ({error!r}).", "See data/README.md."
        ) from error
