"""What a model is taught to write comes out of the engine with the rows of the right query, for written questions."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import sqlglot

from llmsql.asking.settle import set_today, settle
from llmsql.sales import SALES_TODAY
from training.businesses import write_dataset
from training.dataset import Databases, Record, load_records, target_sql
from training.evaluate import Judge

DATA = Path(__file__).parents[2] / "data"
EVERY = 6


@pytest.mark.slow
def test_the_engine_leaves_right_answers_alone(tmp_path: Path) -> None:
    write_dataset(DATA / "businesses", tmp_path / "business")
    sales = [r for r in load_records(DATA / "sales_queries.json", "train") if r.kind == "written"]
    records = [*sales, *load_records(tmp_path / "business" / "business.jsonl", "train")][::EVERY]
    databases = Databases(tmp_path)
    judges: dict[str, Judge] = {}
    undone = []
    for record in records:
        database = databases.open(record.database)
        database.con.execute("SET threads = 1")  # rows that tie in their order come in any otherwise
        judge = judges.setdefault(record.database, Judge(database, copies=0))
        answer = target_sql(record, database)
        settled = settle(database.con, answer, database.knowledge(record), today=SALES_TODAY, question=record.question)
        if not judge.judge(on_that_day(record), settled.sql)[0]:
            undone.append((record.question, answer, settled.sql))
    assert undone == []


def on_that_day(record: Record) -> Record:
    """The record with ``current_date`` as the sales data's last day, where no database of its own says a day."""
    sql = set_today(sqlglot.parse_one(record.sql, read="duckdb"), SALES_TODAY).sql("duckdb")
    return dataclasses.replace(record, sql=sql)
