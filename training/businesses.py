"""Makes a dataset of ``data/businesses``: made-up businesses, and questions about them written one by one.

A business is ``NAME.sql`` (tables, comments, rows without chance) and ``NAME.jsonl`` (``question``, ``sql`` and
``difficulty`` a line). Those in the folders ``validation`` and ``test`` are of that split, the others are for training.
The dataset folder gets ``databases/NAME.duckdb`` and ``business.jsonl``.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

import duckdb

from llmsql.catalog.snapshot import snapshot
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.dataset import write_records
from training.written import read_written

BUSINESSES = Path("data/businesses")
FOLDERS = {"train": ".", "validation": "validation", "test": "test"}


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


def write_dataset(source: Path, output: Path) -> int:
    """Build all databases and write ``business.jsonl``; returns the number of questions.

    Args:
        source: folder of ``NAME.sql`` and ``NAME.jsonl``, and of the two folders.
        output: folder of the dataset; its name must be ``business`` for records to be found by theirs.

    Raises:
        TrainingError: a script or a line is wrong, or there is none.
    """
    scripts = [(split, path) for split, folder in FOLDERS.items() for path in sorted((source / folder).glob("*.sql"))]
    if not scripts:
        raise TrainingError(f"{source} holds no NAME.sql.", "Run it in a checkout, or give --source.")
    (output / "databases").mkdir(parents=True, exist_ok=True)
    records = []
    for split, script in scripts:
        database = output / "databases" / f"{script.stem}.duckdb"
        build_database(script, database)
        with duckdb.connect(str(database), read_only=True) as con:
            records += read_written(script.with_suffix(".jsonl"), f"business/{script.stem}", snapshot(con), split)
    write_records(output / "business.jsonl", [asdict(record) for record in records])
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
