"""Makes a dataset of ``data/glossary_questions.jsonl``: questions with words that a company has defined for itself.

The same word means one thing in one question and another in the next, so that a model learns to read the definition
beside the question. ``python -m training.businesses`` makes the databases that they are about.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from training.dataset import Databases, write_records
from training.written import read_glossary_questions

QUESTIONS = Path("data/glossary_questions.jsonl")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.glossary_questions", description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=QUESTIONS)
    parser.add_argument("--data-root", type=Path, default=Path("data/training"), help="where business/databases is")
    parser.add_argument("--output", type=Path, default=Path("data/training/glossary.jsonl"))
    options = parser.parse_args()
    records = read_glossary_questions(options.source, Databases(options.data_root))
    write_records(options.output, [asdict(record) for record in records])
    print(f"{len(records)} questions -> {options.output}")


if __name__ == "__main__":
    main()
