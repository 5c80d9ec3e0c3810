from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from llmsql.errors import ConfigError
from llmsql.sales import SALES_TODAY, TABLES, build_sales_database, main


def built(orders: int = 2_000, seed: int = 42, threads: int = 2) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": threads})
    build_sales_database(con, orders, seed)
    return con


def rows_of(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {table: con.execute(f"FROM {table}").fetchall() for table in TABLES}


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return built(10_000)


def value(con: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = con.execute(sql).fetchone()
    assert row is not None
    return row[0]


def test_same_seed_gives_same_rows_with_any_number_of_threads() -> None:
    assert rows_of(built(threads=1)) == rows_of(built(threads=4))


def test_rows_are_those_of_every_duckdb_version(con: duckdb.DuckDBPyConnection) -> None:
    # Written down once: training data and measured figures depend on these very rows.
    revenue = "SELECT sum(quantity * unit_price * (1 - discount))::VARCHAR FROM order_lines"
    assert value(con, revenue) == "15799895.4175"
    assert value(con, "SELECT name FROM customers WHERE customer_id = 600") == "Michael Carter"


def test_other_seed_gives_other_rows() -> None:
    assert rows_of(built(500, seed=1))["orders"] != rows_of(built(500, seed=2))["orders"]


@pytest.mark.parametrize("orders", [1, 37, 3_000])
def test_size_option(orders: int) -> None:
    con = built(orders)
    assert value(con, "SELECT count(*) FROM orders") == orders
    assert value(con, "SELECT count(DISTINCT order_id) FROM order_lines") == orders


def test_names_tell_customers_apart_at_any_size() -> None:
    con = built(60_000)
    assert value(con, "SELECT count(*) - count(DISTINCT name) FROM customers") == 0


def test_refuses_no_orders_and_taken_schema(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        build_sales_database(duckdb.connect(), 0)
    with pytest.raises(ConfigError, match="empty schema"):
        build_sales_database(con)


@pytest.mark.skipif(
    duckdb.__version__.startswith("1."), reason="DuckDB 1 looks for a table that refers to itself in schema main only"
)
def test_builds_in_the_current_schema() -> None:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA shop; USE shop")
    build_sales_database(con, 50)
    assert value(con, "SELECT count(*) FROM shop.orders") == 50


def test_every_table_has_a_key_and_a_comment(con: duckdb.DuckDBPyConnection) -> None:
    keyed = con.execute("SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'").fetchall()
    commented = con.execute("SELECT table_name FROM duckdb_tables() WHERE comment IS NOT NULL").fetchall()
    assert {name for (name,) in keyed} == {name for (name,) in commented} == set(TABLES)
    assert value(con, "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'") == 10


@pytest.mark.parametrize(
    "broken",
    [
        "SELECT count(*) FROM orders WHERE order_date NOT BETWEEN DATE '2022-01-01' AND DATE '2024-12-31'",
        "SELECT count(*) FROM orders WHERE ship_date < order_date",
        f"SELECT count(*) FROM orders WHERE ship_date > DATE '{SALES_TODAY}'",
        "SELECT count(*) FROM orders WHERE (ship_date IS NULL) <> (status IN ('pending', 'cancelled'))",
        "SELECT count(*) FROM orders WHERE (sales_person_id IS NULL) <> (channel = 'online')",
        "SELECT count(*) FROM orders JOIN customers USING (customer_id) WHERE order_date < signup_date",
        "SELECT count(*) FROM orders JOIN sales_people USING (sales_person_id) WHERE order_date < hire_date",
        "SELECT count(*) FROM orders JOIN order_lines USING (order_id) JOIN products USING (product_id) "
        "WHERE order_date < launch_date OR order_date > discontinued_date",
        "SELECT count(*) FROM order_lines WHERE discount NOT BETWEEN 0 AND 0.3 OR quantity < 1",
        "SELECT count(*) FROM returns JOIN order_lines USING (order_line_id) "
        "WHERE returns.quantity > order_lines.quantity",
        f"SELECT count(*) FROM returns JOIN order_lines USING (order_line_id) JOIN orders USING (order_id) "
        f"WHERE return_date <= ship_date OR return_date > DATE '{SALES_TODAY}'",
        "SELECT count(*) - 60 FROM targets",
    ],
)
def test_rows_make_sense(con: duckdb.DuckDBPyConnection, broken: str) -> None:
    assert value(con, broken) == 0


@pytest.mark.parametrize(
    "some",
    [
        "SELECT count(*) FROM customers WHERE email IS NULL",
        "SELECT count(*) FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders)",
        "SELECT count(*) FROM products WHERE product_id NOT IN (SELECT product_id FROM order_lines)",
        "SELECT count(*) FROM products WHERE discontinued_date IS NOT NULL",
        "SELECT count(*) FROM sales_people WHERE manager_id IS NULL",
        "SELECT count(*) FROM returns WHERE reason IS NULL",
        "SELECT count(*) FROM orders WHERE status = 'shipped'",
        "SELECT count(*) FROM customers WHERE city = 'São Paulo'",
        "SELECT count(*) FROM customers WHERE city = 'Zürich'",
    ],
)
def test_data_has_what_real_data_has(con: duckdb.DuckDBPyConnection, some: str) -> None:
    found = value(con, some)
    assert isinstance(found, int) and found > 0


def test_orders_grow_and_have_seasons(con: duckdb.DuckDBPyConnection) -> None:
    years = con.execute("SELECT count(*) FROM orders GROUP BY year(order_date) ORDER BY year(order_date)").fetchall()
    assert years[0] < years[1] < years[2]
    assert value(con, "SELECT mode(quarter(order_date)) FROM orders") == 4
    weekend = value(con, "SELECT count(*) FILTER (isodow(order_date) >= 6) / count(*) FROM orders")
    assert isinstance(weekend, float) and 0.1 < weekend < 0.22


def test_few_products_sell_most(con: duckdb.DuckDBPyConnection) -> None:
    share = value(
        con,
        "SELECT sum(units) FILTER (place <= 10) / sum(units) FROM "
        "(SELECT sum(quantity) AS units, row_number() OVER (ORDER BY sum(quantity) DESC) AS place "
        "FROM order_lines GROUP BY product_id)",
    )
    assert isinstance(share, float) and share > 0.35


def test_main_writes_a_file_and_does_not_overwrite_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sales.duckdb"
    main([str(file), "--orders", "20"])
    with duckdb.connect(str(file), read_only=True) as con:
        assert value(con, "SELECT count(*) FROM orders") == 20
    with pytest.raises(SystemExit):
        main([str(file)])
    assert "--force" in capsys.readouterr().err
    main([str(file), "--orders", "10", "--force"])
    with duckdb.connect(str(file), read_only=True) as con:
        assert value(con, "SELECT count(*) FROM orders") == 10
    assert [entry.name for entry in tmp_path.iterdir()] == ["sales.duckdb"]
