"""Makes a dataset of ``data/businesses``: eight made-up businesses, and questions about them written one by one.

A business is ``NAME.sql`` (tables, comments, rows without chance) and ``NAME.jsonl`` (``question``, ``sql`` and
``difficulty`` a line). The dataset folder gets ``databases/NAME.duckdb`` and ``business.jsonl``, all training.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from llmsql.catalog.snapshot import snapshot
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.canonical import canonical_sql

BUSINESSES = Path("data/businesses")


def build_database(script: Path, target: Path) -> None:
    """Run a business's script into a new database file.

    Args:
        script: ``NAME.sql``.
        target: the file; replaced if there.

    Raises:
        TrainingError: the script does not run.
    """
    try:
        with written_whole(target) as file, duckdb.connect(str(file)) as con:
            con.execute(script.read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise TrainingError(f"{script} does not run: {str(error).splitlines()[0]}", "Correct the script.") from error


def read_questions(path: Path, database: Path) -> list[dict[str, Any]]:
    """Records of one business, their SQL in canonical form.

    Args:
        path: ``NAME.jsonl``.
        database: built of ``NAME.sql``.

    Raises:
        TrainingError: a line is not a question with SQL about this database.
    """
    with duckdb.connect(str(database), read_only=True) as con:
        catalog = snapshot(con)
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            written = json.loads(line)
            sql = canonical_sql(sqlglot.parse_one(written["sql"], read="duckdb"), catalog)
            records.append(
                {
                    "database": f"business/{path.stem}",
                    "split": "train",
                    "question": written["question"],
                    "sql": sql,
                    "ordered": sqlglot.parse_one(sql, read="duckdb").args.get("order") is not None,
                    "kind": "written",
                    "difficulty": written["difficulty"],
                }
            )
        except (ValueError, KeyError, TypeError, sqlglot.errors.SqlglotError) as error:
            raise TrainingError(f"Line {number} of {path} is not a question ({error!r}).", "Correct it.") from error
    return records


def write_dataset(source: Path, output: Path) -> int:
    """Build all databases and write ``business.jsonl``; returns the number of questions.

    Args:
        source: folder of ``NAME.sql`` and ``NAME.jsonl``.
        output: folder of the dataset; its name must be ``business`` for records to be found by theirs.

    Raises:
        TrainingError: a script or a line is wrong, or there is none.
    """
    scripts = sorted(source.glob("*.sql"))
    if not scripts:
        raise TrainingError(f"{source} holds no NAME.sql.", "Run it in a checkout, or give --source.")
    (output / "databases").mkdir(parents=True, exist_ok=True)
    records = []
    for script in scripts:
        database = output / "databases" / f"{script.stem}.duckdb"
        build_database(script, database)
        records += read_questions(script.with_suffix(".jsonl"), database)
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (output / "business.jsonl").write_text(lines, encoding="utf-8")
    return len(records)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.businesses", description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=BUSINESSES)
    parser.add_argument("--output", type=Path, default=Path("data/training/business"))
    options = parser.parse_args()
    print(f"{write_dataset(options.source, options.output)} questions -> {options.output}")


if __name__ == "__main__":
    main()
