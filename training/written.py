"""Questions written one by one: a JSONL file of ``question``, ``sql`` and ``difficulty`` a line."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlglot

from llmsql.catalog import Catalog
from llmsql.errors import TrainingError
from training.canonical import canonical_sql
from training.dataset import Databases, Record


def read_written(path: Path, database: str, catalog: Catalog, split: str) -> list[Record]:
    """The questions as records; the SQL of those that are trained on in canonical form, of others as it was written.

    Args:
        path: the file.
        database: the records' name of it.
        catalog: of it.
        split: the records'.

    Raises:
        TrainingError: a line is not such a question, or its SQL is not about this database.
    """
    return [_record(path, number, line, database, catalog, split) for number, line in _lines(path)]


def read_glossary_questions(path: Path, databases: Databases) -> list[Record]:
    """Questions that use words of their own: each line also has ``database``, ``split`` and ``defines``.

    Args:
        path: the file.
        databases: where they are asked.

    Raises:
        TrainingError: as ``read_written``, or a question names none of the words that it defines.
    """
    records = []
    for number, line in _lines(path):
        with _naming(path, number):
            name, split, defines = line["database"], line["split"], line["defines"]
        record = _record(path, number, line, name, databases.open(name).catalog, split)
        record = replace(record, kind="glossary", defines=defines)
        with _naming(path, number):
            if not record.glossary.lines(record.question):
                raise ValueError("it names none of the words that it defines")
        records.append(record)
    return records


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        with _naming(path, number):
            yield number, json.loads(text)


def _record(path: Path, number: int, line: dict[str, Any], database: str, catalog: Catalog, split: str) -> Record:
    with _naming(path, number):
        tree = sqlglot.parse_one(line["sql"], read="duckdb")
        # With nested columns only what models are shown has a canonical form, which is made for training.
        sql = canonical_sql(tree, catalog) if split == "train" and not catalog.has_parts else line["sql"]
        ordered = tree.args.get("order") is not None
        return Record(database, line["question"], sql, split, "written", ordered, line["difficulty"])


@contextlib.contextmanager
def _naming(path: Path, number: int) -> Iterator[None]:
    """Say which line an error is about."""
    try:
        yield
    except (ValueError, KeyError, TypeError, sqlglot.errors.SqlglotError, TrainingError) as error:
        raise TrainingError(
            f"Line {number} of {path} is not a training question ({error!r}).", "See data/README.md."
        ) from error
