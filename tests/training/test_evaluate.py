"""What a score says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from llmsql.asking.joins import KeyGraph
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot
from tests.clients.stubs import StubOpenAI
from training.dataset import Database, Databases, Record
from training.evaluate import Judge, evaluate, main, not_trained_on, repopulated, summarise, wilson


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


def test_copies_keep_the_order_of_an_enum_and_json() -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE jobs AS SELECT i AS n, (['low', 'high'][i % 2 + 1])::ENUM('low', 'high') AS level, "
        "json_object('of', i % 3) AS note FROM range(40) t(i)"
    )
    catalog = snapshot(con)
    copy = repopulated(Database(con, catalog, KeyGraph(catalog), build_value_index(con, catalog)), 0)
    assert copy.execute("SELECT max(level) FROM jobs").fetchone() == ("high",)
    assert copy.execute("SELECT typeof(note) FROM jobs LIMIT 1").fetchone() == ("JSON",)


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


COUNT = Record("toy/shop", "how many orders are there?", "SELECT count(*) FROM orders")
NAMES = Record("toy/shop", "which names do customers have?", "SELECT name FROM customers")


def test_what_answers_cost_is_counted_refused_ones_too(
    data_root: Path, stub: StubOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_MODEL", "gpt-4o-mini")
    stub.answers = [stub.good("SELECT count(*) FROM orders"), stub.good("DROP TABLE customers")]
    right, refused = evaluate([COUNT, NAMES], Databases(data_root), model=None, adapter=None)
    assert (right.right, refused.right, refused.bound, refused.written) == (True, False, False, "DROP TABLE customers")
    assert right.cost_usd and refused.cost_usd and refused.attempts > 1 and refused.tokens > right.tokens
    assert summarise([right, refused])["cost_usd_mean"] == pytest.approx((right.cost_usd + refused.cost_usd) / 2, 0.01)


def test_a_model_that_cannot_be_asked_has_no_figures(
    data_root: Path, stub: StubOpenAI, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = data_root / "toy.jsonl"
    data.write_text('{"database": "toy/shop", "question": "how many?", "sql": "SELECT 1", "split": "test"}\n')
    call = ["--dataset", str(data), "--data-root", str(data_root)]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert main(call) == 1
    out, err = capsys.readouterr()
    assert out == "" and "cannot be reached" in err and err.count("\n") == 1
    assert main([*call, "--split", "validation"]) == 1
    assert "no question to ask" in capsys.readouterr().err


def test_hostile_sql_changes_nothing_and_ends(
    data_root: Path, stub: StubOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.evaluate.QUERY_SECONDS", 0.3)
    endless = "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r"
    copy = "COPY orders TO '/tmp/orders.csv'"
    stub.answers = [stub.good(endless), stub.good(copy)]
    outcomes = evaluate([COUNT, NAMES], Databases(data_root), model=None, adapter=None)
    assert [o.right for o in outcomes] == [False, False]
