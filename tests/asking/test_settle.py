"""From a model's answer to SQL that binds."""

from __future__ import annotations

import datetime

import duckdb
import pytest
import sqlglot

from llmsql.asking.settle import Knowledge, bind_error, set_today, settle
from llmsql.errors import SQLRejectedError

DAY = datetime.date(2024, 2, 20)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("current_date", DAY),
        ("CURRENT_DATE", DAY),
        ("today()", DAY),
        ("CURRENT_DATE - INTERVAL 1 DAY", datetime.datetime(2024, 2, 19)),
        ("now()", datetime.datetime(2024, 2, 20)),
        ("current_timestamp", datetime.datetime(2024, 2, 20)),
        ("get_current_timestamp()", datetime.datetime(2024, 2, 20)),
        ("date_trunc('month', current_date)", datetime.date(2024, 2, 1)),
        ("year(today())", 2024),
        ("curdate()", DAY),
        ("'today()'", "today()"),
    ],
)
def test_today_is_the_day_that_is_set(
    expression: str, value: object, shop: duckdb.DuckDBPyConnection, known: Knowledge
) -> None:
    settled = settle(shop, f"SELECT {expression}", known, DAY)
    [[found]] = shop.execute(settled.sql).fetchall()
    assert found == value or found == datetime.datetime.combine(value, datetime.time())  # type: ignore[arg-type]


def test_without_a_day_duckdb_says_what_today_is(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    settled = settle(shop, "SELECT current_date = today()", known)
    assert "CURRENT_DATE" in settled.sql
    assert shop.execute(settled.sql).fetchall() == [(True,)]


def test_today_reaches_nested_queries() -> None:
    tree = sqlglot.parse_one("WITH a AS (SELECT current_date AS d) SELECT (SELECT today()) FROM a", read="duckdb")
    assert "2024-02-20" in set_today(tree, DAY).sql("duckdb")
    assert "CURRENT_DATE" not in set_today(tree, DAY).sql("duckdb")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("```sql\nSELECT count(*) FROM orders;\n```", [(5,)]),
        ("The answer is SELECT count(*) FROM orders", [(5,)]),
        ("SELECT region, count(*) FROM orders JOIN regions GROUP BY region ORDER BY ALL",
         [("North", 2), ("South", 1), ("Île-de-France", 2)]),
        ("SELECT count(*) FROM orders JOIN customers WHERE segment = 'enterprise' AND status = 'PAID'", [(2,)]),
        ("SELECT full_name FROM customers LEFT JOIN orders WHERE orders.id IS NULL", [("Alan Turing",)]),
        ("SELECT count(*) FROM customer JOIN order", [(5,)]),
    ],
)  # fmt: skip
def test_answers_are_settled(
    text: str, rows: list[tuple[object, ...]], shop: duckdb.DuckDBPyConnection, known: Knowledge
) -> None:
    assert shop.execute(settle(shop, text, known).sql).fetchall() == rows


def test_binding_runs_nothing(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    sql = "SELECT sum(a.range * b.range) FROM range(100000000000) a, range(100000000000) b"
    assert settle(shop, sql, known).sql


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("SELECT nothing_like_it FROM orders", "nothing_like_it"),
        ("SELECT sum(status) FROM orders WHERE id", "No function matches"),
    ],
)
def test_bind_errors_are_one_short_line(shop: duckdb.DuckDBPyConnection, sql: str, part: str) -> None:
    error = bind_error(shop, sql)
    assert error is not None
    assert part in error
    assert "\n" not in error
    assert "LINE 1" not in error
    assert len(error) <= 500


def test_an_error_in_the_data_is_not_a_bind_error(shop: duckdb.DuckDBPyConnection) -> None:
    assert bind_error(shop, "SELECT note::INTEGER FROM orders") is None


def test_a_refusal_names_the_reason(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    with pytest.raises(SQLRejectedError, match="There is no table weather"):
        settle(shop, "SELECT * FROM weather", known)
    with pytest.raises(SQLRejectedError, match=r"getenv\(\) is not allowed"):
        settle(shop, "SELECT getenv('HOME')", known)


def test_a_query_that_does_not_bind_leaves_the_transaction_open() -> None:
    import duckdb

    from llmsql.asking.settle import bind_error

    with duckdb.connect() as con:
        con.execute("BEGIN").fetchall()
        con.execute("CREATE TABLE fresh (x INTEGER)").fetchall()
        assert "not found" in (bind_error(con, "SELECT y FROM fresh") or "")
        assert bind_error(con, "SELECT x FROM fresh") is None
        assert con.execute("SELECT count(*) FROM fresh").fetchall() == [(0,)]
        con.execute("COMMIT").fetchall()
