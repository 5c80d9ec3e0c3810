"""The made-up businesses: every script runs, every question's query answers something."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from llmsql.errors import TrainingError
from training.businesses import build_database, write_dataset
from training.dataset import Databases, load_records, target_sql
from training.sales_questions import on_last_day

SOURCE = Path(__file__).parents[2] / "data" / "businesses"


def test_every_business_is_built_and_every_query_answers(tmp_path: Path) -> None:
    output = tmp_path / "business"
    assert write_dataset(SOURCE, output) >= 3000
    records = load_records(output / "business.jsonl")
    databases = Databases(tmp_path)
    for record in [r for r in records if r.split == "train"][::7]:
        database = databases.open(record.database)
        assert database.con.execute(on_last_day(record.sql)).fetchall(), record.question
        assert " USING " not in target_sql(record, database), record.question
    for record in [r for r in records if r.split != "train"][::3]:
        assert databases.open(record.database).con.execute(record.sql).fetchall(), record.question
    splits = {(record.database, record.split) for record in records}
    assert len(splits) == len({database for database, _ in splits}), "a database that is trained on is not scored on"
    assert Counter(split for _, split in splits) == {"train": 38, "validation": 6, "test": 6}


def test_a_script_that_does_not_run_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "bad.sql"
    script.write_text("CREATE TABLE t (a INT); SELECT nothing FROM t")
    with pytest.raises(TrainingError, match=r"bad\.sql does not run"):
        build_database(script, tmp_path / "bad.duckdb")
    assert [p.name for p in tmp_path.iterdir()] == ["bad.sql"]


def test_rows_are_the_same_each_time(tmp_path: Path) -> None:
    counts = []
    for name in ("a.duckdb", "b.duckdb"):
        build_database(SOURCE / "bank.sql", tmp_path / name)
        with duckdb.connect(str(tmp_path / name), read_only=True) as con:
            tables = [row[0] for row in con.execute("SHOW TABLES").fetchall()]
            counts.append([con.execute(f'SELECT sum(hash(t)) FROM "{t}" AS t').fetchone() for t in tables])
    assert counts[0] == counts[1]
