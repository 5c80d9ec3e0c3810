"""Limits on a running query."""

from __future__ import annotations

import threading
import time

import duckdb
import pytest

from llmsql.asking.run import run_query
from llmsql.errors import LimitError, LLMSQLError

ENDLESS = "SELECT sum(a.range * b.range) FROM range(100000000000) a, range(100000000000) b"


@pytest.mark.parametrize(("max_rows", "rows", "cut"), [(1, 1, True), (4, 4, True), (5, 5, False), (100, 5, False)])
def test_rows_are_cut_at_the_limit(shop: duckdb.DuckDBPyConnection, max_rows: int, rows: int, cut: bool) -> None:
    table, was_cut = run_query(shop, "SELECT * FROM orders ORDER BY id", timeout=30, max_rows=max_rows)
    assert (table.num_rows, was_cut) == (rows, cut)
    assert table.column("id").to_pylist() == list(range(1, rows + 1))


def test_a_slow_query_is_stopped_and_the_connection_lives_on(shop: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LimitError, match=r"stopped after 0.2 s.*llmsql_query_timeout"):
        run_query(shop, ENDLESS, timeout=0.2, max_rows=10)
    assert run_query(shop, "SELECT 1 AS a", timeout=5, max_rows=1)[0].to_pylist() == [{"a": 1}]


def test_the_users_own_interrupt_stays_duckdbs(shop: duckdb.DuckDBPyConnection) -> None:
    stopper = threading.Timer(0.3, shop.interrupt)
    stopper.start()
    with pytest.raises(duckdb.InterruptException):
        run_query(shop, ENDLESS, timeout=60, max_rows=10)
    stopper.join()


def test_a_late_limit_does_not_hit_the_next_query(shop: duckdb.DuckDBPyConnection) -> None:
    run_query(shop, "SELECT 1", timeout=0.1, max_rows=1)
    time.sleep(0.2)
    assert shop.execute("SELECT count(*) FROM range(1000000)").fetchall() == [(1_000_000,)]


def test_errors_of_the_data_name_the_query(shop: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LLMSQLError, match="failed while running: Conversion Error") as caught:
        run_query(shop, "SELECT note::INTEGER FROM orders", timeout=30, max_rows=10)
    assert "SELECT note::INTEGER FROM orders" in str(caught.value)


@pytest.mark.parametrize("sql", ["SELECT id FROM orders WHERE false", "SELECT [1, NULL] AS a, {'b': 'ü'} AS c"])
def test_empty_and_nested_results_come_as_arrow(shop: duckdb.DuckDBPyConnection, sql: str) -> None:
    table, cut = run_query(shop, sql, timeout=30, max_rows=10)
    assert not cut
    assert table.num_rows == len(shop.execute(sql).fetchall())
