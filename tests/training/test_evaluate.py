"""What a score says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from llmsql.asking.joins import KeyGraph
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot
from training.dataset import Database, Databases, Record
from training.evaluate import Judge, not_trained_on, wilson


def test_wilson_holds_the_share() -> None:
    low, high = wilson(70, 100)
    assert 59 < low < 70 < high < 79
    assert wilson(0, 0) == (0.0, 100.0)


def test_a_lucky_match_does_not_count(data_root: Path) -> None:
    judge = Judge(Databases(data_root).open("toy/shop"))
    record = Record("toy/shop", "how many orders", "SELECT count(*) FROM orders")
    assert judge.judge(record, "SELECT count(order_id) FROM orders") == (True, True, True)
    right, here, _ = judge.judge(record, "SELECT 20")
    assert here and not right


def test_copies_have_every_schema_and_the_views() -> None:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA \"my facts\"; ATTACH ':memory:' AS old; CREATE SCHEMA old.deep")
    for place in ("here", '"my facts"."Sold % items"', "old.there", "old.deep.down"):
        con.execute(f"CREATE TABLE {place} AS SELECT i AS n, i * 3 AS amount FROM range(40) t(i)")
    con.execute('CREATE VIEW sums AS SELECT sum(amount) AS total FROM "my facts"."Sold % items"')
    catalog = snapshot(con)
    judge = Judge(Database(con, catalog, KeyGraph(catalog), build_value_index(con, catalog)))
    for table in ("here", '"my facts"."Sold % items"', "old.there", "old.deep.down"):
        record = Record("x", "total", f"SELECT sum(amount) FROM {table}")
        assert judge.judge(record, f"SELECT sum(amount) AS total FROM {table}") == (True, True, True)
        assert judge.judge(record, "SELECT 2340") == (False, True, False), "by luck, on the database only"
    record = Record("x", "sold", 'SELECT sum(amount) FROM "my facts"."Sold % items"')
    assert judge.judge(record, "SELECT total FROM sums") == (True, True, True)


def test_nothing_is_right_where_the_right_sql_fails(data_root: Path) -> None:
    judge = Judge(Databases(data_root).open("toy/shop"))
    record = Record("toy/shop", "broken", "SELECT gone FROM orders")
    assert not judge.is_answered(record)
    assert judge.judge(record, "SELECT gone FROM orders") == (False, False, False)
    assert judge.judge(record, "SELECT count(*) FROM orders") == (False, False, False)


def test_what_was_trained_on_is_left_out(data_root: Path) -> None:
    databases = Databases(data_root)
    trained = [Record("toy/shop", "orders above 5", "SELECT count(*) FROM orders WHERE total > 5")]
    records = [
        Record("toy/shop", "Orders  above 5", "SELECT 1"),
        Record("toy/shop", "how many orders are above 7?", "SELECT count(*) FROM orders WHERE total > 7"),
        Record("toy/shop", "biggest order", "SELECT max(total) FROM orders"),
    ]
    assert not_trained_on(records, trained, databases) == records[2:]
