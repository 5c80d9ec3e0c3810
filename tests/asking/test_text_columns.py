"""Numbers and days kept as text, some of which are none."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from llmsql.asking.prompt import build_messages
from llmsql.asking.settle import Knowledge, settle
from llmsql.errors import SQLRejectedError
from tests.asking.conftest import know

TABLES = """
    CREATE TABLE customers (id BIGINT PRIMARY KEY, name VARCHAR, joined VARCHAR);
    INSERT INTO customers VALUES (9007199254740993, 'Ann', '2024-01-05'), (9007199254740992, 'Bob', '2024-03-01'),
        (3, 'Cy', NULL);
    CREATE TABLE sales (id INTEGER, customer_id VARCHAR, price VARCHAR, cost VARCHAR, day VARCHAR, qty VARCHAR,
        paid DATE);
    INSERT INTO sales VALUES
        (1, '9007199254740993', '12.50', '10', '2024-01-07', '3', '2024-01-08'),
        (2, '9007199254740992', 'n/a', '1', '2024-02-07 10:30', '4', NULL),
        (3, 'x9', '7', '8', '07/03/2024', '', NULL),
        (4, '9007199254740993', '9', '4.5', '2024-04-01', '5', '2024-04-02');
    CREATE TABLE untyped AS SELECT id::VARCHAR AS code, price, cost, day FROM sales;
    CREATE TABLE calls (started_at VARCHAR, ordered_at VARCHAR);
    INSERT INTO calls VALUES ('2024-01-01 10:10:00', '2024-01-01 10:00:00');
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        yield con, know(con)


READ = [
    ("SELECT sum(price) FROM sales", [(28.5,)]),
    ("SELECT avg(price), median(qty) FROM sales", [(9.5, 4.0)]),
    ("SELECT count(*) FROM sales WHERE price > 8", [(2,)]),
    ("SELECT count(*) FROM sales WHERE qty = 3 OR qty IN (4, 5)", [(3,)]),
    ("SELECT count(*) FROM sales WHERE qty BETWEEN 3 AND 4", [(2,)]),
    ("SELECT count(*) FROM sales WHERE qty > id", [(3,)]),
    ("SELECT sum(price * qty) FROM sales", [(82.5,)]),
    ("SELECT sum(price - cost) FROM sales WHERE id <> 2", [(6.0,)]),
    ("SELECT sum(CASE WHEN id > 1 THEN price ELSE 0 END) FROM sales", [(16.0,)]),
    ("SELECT sum(coalesce(price, 0)) FROM sales", [(28.5,)]),
    ("SELECT sum(DISTINCT qty) FILTER (WHERE price > 8) FROM sales", [(8.0,)]),
    ("SELECT round(price) FROM sales WHERE id = 1", [(13.0,)]),
    ("SELECT id FROM sales WHERE price > (SELECT avg(price) FROM sales)", [(1,)]),
    ("SELECT price - lag(price) OVER (ORDER BY id) FROM sales WHERE id > 2 QUALIFY id = 4", [(2.0,)]),
    ("SELECT customer_id FROM sales GROUP BY 1 HAVING max(price) > 10", [("9007199254740993",)]),
    ("SELECT c.total FROM (SELECT price AS total FROM sales) c WHERE c.total > 10", [("12.50",)]),
    ("WITH a AS (SELECT qty AS q FROM sales) SELECT sum(q) FROM a", [(12.0,)]),
    ("SELECT price::DOUBLE FROM sales WHERE id = 2", [(None,)]),
    # where text would be compared and ordered by its letters
    ("SELECT max(price), min(cost) FROM untyped", [(12.5, 1.0)]),
    ("SELECT code FROM untyped WHERE cost < price ORDER BY price DESC", [("1",), ("4",)]),
    ("SELECT code FROM untyped WHERE price = (SELECT max(price) FROM untyped)", [("1",)]),
    ("SELECT code FROM untyped WHERE price IN (SELECT max(price) FROM untyped)", [("1",)]),
    ("WITH m AS (SELECT max(price) AS p FROM untyped) SELECT code FROM untyped, m WHERE price = m.p", [("1",)]),
    ("SELECT arg_max(code, price) FROM untyped", [("1",)]),
    ("SELECT price // 2 FROM sales WHERE id = 4", [(4,)]),
    # what is missing
    ("SELECT count(*) FROM untyped WHERE price IS NULL", [(1,)]),
    ("SELECT count(*) FROM untyped WHERE day IS NOT NULL", [(3,)]),
    # days
    ("SELECT count(*) FROM sales WHERE year(day) = 2024", [(3,)]),
    ("SELECT count(*) FROM sales WHERE day >= DATE '2024-02-01'", [(2,)]),
    ("SELECT count(*) FROM sales WHERE day < paid", [(2,)]),
    ("SELECT extract(month FROM day), extract(hour FROM day) FROM sales WHERE id = 2", [(2, 10)]),
    ("SELECT strftime(day, '%Y-%m') FROM sales WHERE id = 4", [("2024-04",)]),
    ("SELECT monthname(day), date_part('month', day) FROM sales WHERE id = 1", [("January", 1)]),
    ("SELECT date_diff('day', day, paid) FROM sales WHERE id = 4", [(1,)]),
    ("SELECT count(*) FROM sales WHERE day + INTERVAL 1 DAY = paid", [(2,)]),
    ("SELECT s.day - c.joined FROM sales s JOIN customers c ON s.customer_id = c.id WHERE s.id = 1", [(2,)]),
    ("SELECT started_at - ordered_at FROM calls", [(datetime.timedelta(minutes=10),)]),
    ("SELECT max(paid) - min(day) FROM sales", [(86,)]),
    ("SELECT day + INTERVAL 1 HOUR FROM sales WHERE id = 2", [(datetime.datetime(2024, 2, 7, 11, 30),)]),
    # keys of many digits
    ("SELECT s.id FROM sales s JOIN customers c ON s.customer_id = c.id WHERE c.name = 'Bob'", [(2,)]),
    (
        "SELECT name FROM customers c WHERE EXISTS (FROM sales WHERE customer_id = c.id) ORDER BY 1",
        [("Ann",), ("Bob",)],
    ),
]


@pytest.mark.parametrize(("sql", "rows"), READ)
def test_text_is_read_as_what_it_is_taken_for(
    shop: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str, rows: list[Any]
) -> None:
    con, known = shop
    settled = settle(con, sql, known)
    assert con.execute(settled.sql).fetchall() == rows
    assert any(note.startswith("read the text of ") for note in settled.notes)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT max(day), min(code) FROM untyped",
        "SELECT max(cost), min(cost) FROM sales ORDER BY max(cost)",  # a table with types has text where it is meant
        "SELECT id FROM sales WHERE day >= '2024-02-01' AND qty = '3' ORDER BY day, customer_id",
        "SELECT TRY_CAST(price AS INT) FROM sales",
        "SELECT CAST(name AS INT) FROM customers WHERE name = '7'",
        "SELECT paid - INTERVAL 1 DAY, year(paid), id * 2, id::VARCHAR FROM sales WHERE paid > DATE '2024-01-01'",
        "SELECT price || ' EUR', length(price), lower(day) FROM sales",
        "SELECT count(price), CASE WHEN id > 1 THEN price ELSE 'none' END FROM sales GROUP BY ALL",
        "SELECT list_transform([1, 2], price -> price + 1) FROM sales",
        "WITH sales AS (SELECT price, id FROM sales WHERE id > 1) SELECT count(*) FROM sales WHERE id > 1",
        "SELECT u.code FROM untyped u LEFT JOIN untyped v ON u.code = v.cost WHERE v.price IS NULL",
    ],
)
def test_text_stays_text(shop: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str) -> None:
    con, known = shop
    settled = settle(con, sql, known)
    assert settled.sql.count("TRY_CAST") == sql.count("TRY_CAST") and settled.notes == ()
    con.execute(settled.sql).fetchall()


def test_marks_for_what_is_missing() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (region VARCHAR)")
        con.execute("INSERT INTO t VALUES ('North'), ('n/a'), (''), (NULL), ('None'), ('South'), ('n/a')")
        known = know(con)
        for condition, count in (("region IS NULL", 4), ("region IS NOT NULL", 3), ("NOT region IS NULL", 3)):
            settled = settle(con, f"SELECT count(*) FROM t WHERE {condition}", known)
            assert con.execute(settled.sql).fetchall() == [(count,)]
            assert any(note.startswith("region is missing where it is ") for note in settled.notes)
            assert settle(con, settled.sql, known).sql == settled.sql


def test_numbers_that_a_mark_made_text() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (id INTEGER, day DATE, price VARCHAR, grade VARCHAR)")
        con.execute("INSERT INTO t VALUES (1, NULL, '9', '9'), (2, NULL, 'n/a', '10'), (3, NULL, '10', '8')")
        known = know(con)
        assert con.execute(settle(con, "SELECT max(price) FROM t", known).sql).fetchall() == [(10.0,)]
        assert con.execute(settle(con, "SELECT max(grade) FROM t", known).sql).fetchall() == [("9",)]


def test_every_spelling_of_a_value_counts() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (country VARCHAR, size VARCHAR)")
        con.execute("INSERT INTO t VALUES ('Germany', 'm'), ('GERMANY', 'M'), ('France', 'M'), ('germany', 'L')")
        known = know(con)
        for condition, count in (
            ("country = 'Germany'", 3), ("country <> 'GERMANY'", 1), ("country IN ('germany', 'France')", 4), ("size = 'M'", 2)
        ):  # fmt: skip
            settled = settle(con, f"SELECT count(*) FROM t WHERE {condition}", known)
            assert con.execute(settled.sql).fetchall() == [(count,)]
            assert settle(con, settled.sql, known).sql == settled.sql


def test_text_that_is_no_number_is_not_made_one(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    con, known = shop
    for sql in (
        "SELECT coalesce(name, 0) FROM customers",
        "SELECT CASE WHEN id > 3 THEN name ELSE 0 END FROM customers",
        "SELECT CASE WHEN id > 3 THEN price WHEN id > 2 THEN 'none' ELSE 0 END FROM sales",
    ):
        with pytest.raises(SQLRejectedError):
            settle(con, sql, known)


def test_nested_sums_take_no_time(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    con, known = shop
    sql = "SELECT price AS x FROM sales"
    for _ in range(30):
        sql = f"SELECT x + x AS x FROM ({sql})"
    assert "TRY_CAST" in settle(con, sql, known).sql


@pytest.fixture(scope="module")
def legacy() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    """Days as old systems and exports write them."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE orders AS SELECT i AS no, 20230100 + i AS orddt, 20230200 + i AS reqdt, "
            "'202301' || lpad(i::VARCHAR, 2, '0') AS ship_date, lpad(i::VARCHAR, 2, '0') || '/04/2024' AS paid, "
            "'1' || i % 9 || '.05.2024' AS billed, 20000000 + i AS code, 1704067200 + i * 86400 AS made_at, "
            "1704067200000 + i * 1000 AS done_ts FROM range(1, 29) t(i)"
        )
        yield con, know(con)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM orders WHERE year(orddt) = 2023", [(28,)]),
        ("SELECT count(*) FROM orders WHERE orddt >= DATE '2023-01-27'", [(2,)]),
        ("SELECT count(*) FROM orders WHERE orddt >= '2023-01-27'", [(2,)]),
        ("SELECT avg(reqdt - orddt) FROM orders", [(31.0,)]),
        ("SELECT date_diff('day', min(orddt), max(reqdt)) FROM orders", [(58,)]),
        ("SELECT no FROM orders WHERE CAST(orddt AS DATE) = DATE '2023-01-03'", [(3,)]),
        ("SELECT DISTINCT strftime(orddt, '%Y-%m') FROM orders", [("2023-01",)]),
        ("SELECT count(*) FROM orders WHERE month(ship_date) = 1 AND month(paid) = 4 AND month(billed) = 5", [(28,)]),
        ("SELECT no FROM orders WHERE paid > DATE '2024-04-27'", [(28,)]),
        ("SELECT count(*) FROM orders WHERE year(made_at) = 2024 AND month(done_ts) = 1", [(28,)]),
        ("SELECT no FROM orders WHERE made_at >= TIMESTAMP '2024-01-28 00:00:00' ORDER BY no LIMIT 1", [(27,)]),
        ("SELECT max(made_at) - min(made_at) FROM orders", [(27 * 86400,)]),
    ],
)
def test_days_are_read_however_they_are_written(
    legacy: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str, rows: list[tuple[Any, ...]]
) -> None:
    con, known = legacy
    assert con.execute(settle(con, sql, known).sql).fetchall() == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM orders WHERE orddt BETWEEN 20230101 AND 20230110",
        "SELECT MAX(orddt), SUM(code) FROM orders",
        "SELECT orddt FROM orders WHERE orddt IN (20230103, 20230104)",
        "SELECT a.no FROM orders AS a JOIN orders AS b ON a.orddt = b.orddt",
    ],
)
def test_numbers_that_write_days_stay_numbers(legacy: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str) -> None:
    con, known = legacy
    assert settle(con, sql, known).sql == sql


def test_what_writes_days_is_shown_as_dates(legacy: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    prompt = build_messages(legacy[1].catalog, "how many?", [], [])[-1].content
    assert "orddt date 2023-01-01..2023-01-28" in prompt
    assert "paid date" in prompt and "billed date" in prompt and "ship_date date" in prompt
    assert "code int" in prompt
    assert "made_at timestamp 2024-01-02..2024-01-29" in prompt
