"""Keys that nobody declared."""

from __future__ import annotations

import time
from collections.abc import Iterator

import duckdb
import pytest

from llmsql.catalog import Catalog, Column, Table
from llmsql.catalog.keys import infer_keys
from llmsql.catalog.snapshot import snapshot


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def keys(catalog: Catalog) -> set[str]:
    """Every foreign key as ``orders.customer_id -> customers.id``."""
    return {
        f"{t.reference}.{','.join(k.columns)} -> {k.target}.{','.join(k.target_columns)}"
        for t in catalog
        for k in t.foreign_keys
    }


CASES = {
    "plain": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, range % 5 AS customer_id FROM range(9)",
        {"orders.customer_id -> customers.id"},
    ),
    "codes of text, whatever they are called": (
        "CREATE TABLE permits AS SELECT 'BP-' || (100 + range) AS \"Application No.\", 'x' AS note FROM range(9);"
        "CREATE TABLE visits AS SELECT range AS \"Visit #\", CASE WHEN range % 4 = 0 THEN 'OWNER' ELSE 'BP-' || (100 + range % 9) END AS ref, "
        "'ZZ-' || range AS other FROM range(40)",
        {"visits.ref -> permits.Application No."},
    ),
    "too few codes": (
        "CREATE TABLE permits AS SELECT 'BP-' || (100 + range) AS code, 'x' AS note FROM range(9);"
        "CREATE TABLE visits AS SELECT range AS visit, 'BP-' || (100 + range % 3) AS ref FROM range(40)",
        set(),
    ),
    "signs for a number": (
        'CREATE TABLE "Ward Lookup" AS SELECT range::VARCHAR AS "Ward No.", \'w\' || range AS name FROM range(5);'
        'CREATE TABLE "Contractor Licenses" AS SELECT \'L\' || range AS "License #" FROM range(5);'
        "CREATE TABLE works AS SELECT (range % 5)::VARCHAR AS Ward, 'L' || range % 4 AS \"Contractor License #\" FROM range(20)",
        {'works.Ward -> "Ward Lookup".Ward No.', 'works.Contractor License # -> "Contractor Licenses".License #'},
    ),
    "a text that is called like the key": (
        "CREATE TABLE categories (category VARCHAR PRIMARY KEY, meaning VARCHAR); INSERT INTO categories VALUES ('A', 'x'), ('B', 'y');"
        "CREATE TABLE calls AS SELECT range AS n, ['A', 'B'][range % 2 + 1] AS category FROM range(9);"
        "CREATE TABLE states (status VARCHAR PRIMARY KEY); INSERT INTO states VALUES ('open');"
        "CREATE TABLE jobs AS SELECT range AS n, 'open' AS status FROM range(9)",
        {"calls.category -> categories.category"},
    ),
    "an end of a way": (
        "CREATE TABLE depots AS SELECT 'D' || range AS depot_code FROM range(5);"
        "CREATE TABLE trips AS SELECT range AS trip_no, 'D' || range % 5 AS from_depot, 'D' || range % 3 AS last_depot FROM range(9)",
        {"trips.from_depot -> depots.depot_code", "trips.last_depot -> depots.depot_code"},
    ),
    "numbers that are an end of a way, and a number of them": (
        "CREATE TABLE team AS SELECT range AS team_id FROM range(9);"
        "CREATE TABLE games AS SELECT range AS game_id, range % 5 AS home_team, range % 5 AS best_team FROM range(9)",
        {"games.home_team -> team.team_id"},
    ),
    "another row of the same table": (
        "CREATE TABLE staff AS SELECT range AS staff_id, range // 2 AS manager_id, range // 3 AS referred_by, range // 4 AS age FROM range(9)",
        {"staff.manager_id -> staff.staff_id", "staff.referred_by -> staff.staff_id"},
    ),
    "other case and no underscore": (
        "CREATE TABLE Customer AS SELECT range AS CustomerId FROM range(5); CREATE TABLE Invoice AS SELECT range AS InvoiceId, range % 5 AS CustomerId FROM range(9)",
        {"Invoice.CustomerId -> Customer.CustomerId"},
    ),
    "same name of key": (
        "CREATE TABLE customers AS SELECT range AS customer_id FROM range(5); CREATE TABLE orders AS SELECT range AS order_id, range % 5 AS customer_id FROM range(9)",
        {"orders.customer_id -> customers.customer_id"},
    ),
    "prefixes of warehouses": (
        "CREATE TABLE dim_store AS SELECT range AS store_key FROM range(5); CREATE TABLE fact_sales AS SELECT range % 5 AS store_key, 1.5 AS v FROM range(9)",
        {"fact_sales.store_key -> dim_store.store_key"},
    ),
    "plural in ies": (
        "CREATE TABLE companies AS SELECT range AS id FROM range(5); CREATE TABLE deals AS SELECT range AS id, range % 5 AS company_id FROM range(9)",
        {"deals.company_id -> companies.id"},
    ),
    "role before the name": (
        "CREATE TABLE users AS SELECT range AS id FROM range(5); CREATE TABLE notes AS SELECT range AS id, range % 5 AS created_by_user_id FROM range(9)",
        {"notes.created_by_user_id -> users.id"},
    ),
    "text keys": (
        "CREATE TABLE countries AS SELECT 'c' || range AS country_code FROM range(5); CREATE TABLE towns AS SELECT range AS town_id, 'c' || range % 5 AS country_code FROM range(9)",
        {"towns.country_code -> countries.country_code"},
    ),
    "nulls are no contradiction": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, nullif(range % 6, 5) AS customer_id FROM range(9)",
        {"orders.customer_id -> customers.id"},
    ),
    "values that are not there": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, range AS customer_id FROM range(9)",
        set(),
    ),
    "target that is not unique": (
        "CREATE TABLE customers AS SELECT range % 3 AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, range % 3 AS customer_id FROM range(9)",
        set(),
    ),
    "other types": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, (range % 5)::VARCHAR AS customer_id FROM range(9)",
        set(),
    ),
    "only nulls": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, NULL::BIGINT AS customer_id FROM range(9)",
        set(),
    ),
    "empty tables": (
        "CREATE TABLE customers (id INT); CREATE TABLE orders (id INT, customer_id INT)",
        set(),
    ),
    "ids of nothing": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, range AS paid, range AS grid, range AS valid FROM range(5)",
        set(),
    ),
    "floats are no keys": (
        "CREATE TABLE customers AS SELECT range::DOUBLE AS id FROM range(5); CREATE TABLE orders AS SELECT (range % 5)::DOUBLE AS customer_id FROM range(9)",
        set(),
    ),
    "whole numbers with gaps come as floats": (
        "CREATE TABLE customers AS SELECT range AS id FROM range(5); CREATE TABLE orders AS SELECT range AS id, nullif(range % 6, 5)::DOUBLE AS customer_id FROM range(9)",
        {"orders.customer_id -> customers.id"},
    ),
    "a key not called after its table": (
        "CREATE TABLE apartments AS SELECT range AS apt_id FROM range(5); CREATE TABLE bookings AS SELECT range AS booking_id, range % 5 AS apt_id FROM range(9)",
        {"bookings.apt_id -> apartments.apt_id"},
    ),
    "two tables that begin with it": (
        "CREATE TABLE Student AS SELECT range AS StuID FROM range(9); CREATE TABLE Votes AS SELECT range AS StuID, 'x' AS vote FROM range(9)",
        {"Votes.StuID -> Student.StuID"},
    ),
    "a table does not point at its part": (
        "CREATE TABLE film AS SELECT range AS film_id FROM range(5); CREATE TABLE film_category AS SELECT range AS film_id, 'c' AS category FROM range(5)",
        {"film_category.film_id -> film.film_id"},
    ),
    "a first column like any other": (
        "CREATE TABLE notes AS SELECT range AS paid FROM range(5); CREATE TABLE others AS SELECT range AS id, range AS paid FROM range(5)",
        set(),
    ),
    "row counters of two imports": (
        "CREATE TABLE customers_raw AS SELECT range AS row_id, 'a' AS name FROM range(5); CREATE TABLE products_raw AS SELECT range AS row_id, 'b' AS pname FROM range(8)",
        set(),
    ),
    "months of one thing": (
        "CREATE TABLE jan AS SELECT range AS item_code FROM range(5); CREATE TABLE feb AS SELECT range AS item_code FROM range(8)",
        set(),
    ),
    "another key in front": (
        "CREATE TABLE countries AS SELECT range AS country_id, range % 5 AS capital_id FROM range(9); CREATE TABLE capitals AS SELECT range AS country_id, 'c' AS city FROM range(9)",
        {"capitals.country_id -> countries.country_id"},
    ),
    "a number called like a table": (
        "CREATE TABLE ratings AS SELECT range AS id FROM range(9); CREATE TABLE reviews AS SELECT range AS id, (range % 5)::DOUBLE AS rating FROM range(9)",
        set(),
    ),
    "the longest name, whatever the keys are called": (
        "CREATE TABLE items (id INT PRIMARY KEY); INSERT INTO items FROM range(5); CREATE TABLE order_items (line_id INT PRIMARY KEY); INSERT INTO order_items FROM range(5); CREATE TABLE shipments AS SELECT range AS id, (range % 5)::INT AS order_item_id FROM range(9)",
        {"shipments.order_item_id -> order_items.line_id"},
    ),
    "quoted names": (
        'CREATE TABLE "Customers" AS SELECT range AS "Id" FROM range(5); CREATE TABLE "All Orders" AS SELECT range AS "Id", range % 5 AS "Customer_Id" FROM range(9)',
        {'"All Orders".Customer_Id -> Customers.Id'},
    ),
}


@pytest.mark.parametrize(("setup", "expected"), CASES.values(), ids=CASES)
def test_names_suggest_and_data_decide(con: duckdb.DuckDBPyConnection, setup: str, expected: set[str]) -> None:
    con.execute(setup)
    catalog = snapshot(con)
    assert keys(catalog) == expected
    assert all(key.inferred for t in catalog for key in t.foreign_keys)
    assert keys(snapshot(con, infer=False)) == set()


def test_declared_keys_are_kept_and_not_doubled(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE customers (id INT PRIMARY KEY); INSERT INTO customers VALUES (1)")
    con.execute(
        "CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT REFERENCES customers (id)); INSERT INTO orders VALUES (1, 1)"
    )
    catalog = snapshot(con)
    assert keys(catalog) == {"orders.customer_id -> customers.id"}
    assert not catalog.tables[1].foreign_keys[0].inferred


def test_the_longest_name_wins(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE TABLE items AS SELECT range AS id FROM range(5); CREATE TABLE order_items AS SELECT range AS id FROM range(5)"
    )
    con.execute("CREATE TABLE returns AS SELECT range AS id, range % 5 AS order_item_id FROM range(9)")
    assert keys(snapshot(con)) == {"returns.order_item_id -> order_items.id"}


def test_keys_across_attached_databases(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ATTACH ':memory:' AS other; CREATE TABLE other.customers AS SELECT range AS id FROM range(5)")
    con.execute("CREATE TABLE other.orders AS SELECT range AS id, range % 5 AS customer_id FROM range(9)")
    assert keys(snapshot(con)) == {"other.orders.customer_id -> other.customers.id"}


def test_no_time_infers_nothing(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(CASES["plain"][0])
    catalog = snapshot(con, infer=False)
    assert infer_keys(con, catalog, time.monotonic() - 1) == catalog


def test_views_are_not_primary_but_may_point(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE customers AS SELECT range AS id FROM range(5)")
    con.execute("CREATE VIEW orders AS SELECT range AS id, range % 5 AS customer_id FROM range(9)")
    catalog = snapshot(con)
    assert catalog.tables[1].primary_key == ()
    assert keys(catalog) == {"orders.customer_id -> customers.id"}


def test_a_likely_key_that_nothing_points_at_is_none(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE readings AS SELECT range AS sensor_no, 1.5 AS v FROM range(5)")
    [table] = snapshot(con).tables
    assert table.primary_key == ()


def test_a_thousand_tables_are_soon_compared(con: duckdb.DuckDBPyConnection) -> None:
    """By names alone: no time is left for the data. Each column against each table took a quarter of a minute."""
    columns = tuple(
        Column(name, "INTEGER") for name in ("id", "customer_id", "region_id", "order_id", "amount", "status")
    )
    tables = [Table(f"t{i}.order{i % 20}", f"order{i % 20}", columns, primary_key=("id",), rows=9) for i in range(1000)]
    started = time.process_time()
    infer_keys(con, Catalog(tuple(tables)), time.monotonic() - 1)
    assert time.process_time() - started < 3
