"""Columns without the name of their table, where one reading is possible."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from training.canonical import canonical_sql, shorten_columns

SCHEMA = """
CREATE TABLE customers (id INT PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT REFERENCES customers (id), total INT);
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with duckdb.connect() as con:
        con.execute(SCHEMA)
        return snapshot(con)


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (
            "SELECT customers.name, orders.id FROM orders JOIN customers ON orders.customer_id = customers.id",
            "SELECT name, orders.id FROM orders JOIN customers ON orders.customer_id = customers.id",
        ),
        (
            "SELECT name FROM customers WHERE EXISTS(SELECT 1 FROM orders WHERE orders.customer_id = customers.id)",
            "SELECT name FROM customers WHERE EXISTS(SELECT 1 FROM orders WHERE customer_id = customers.id)",
        ),
        (
            "SELECT SUM(orders.total) AS total FROM orders JOIN customers ON orders.customer_id = customers.id",
            "SELECT SUM(orders.total) AS total FROM orders JOIN customers ON orders.customer_id = customers.id",
        ),
        (
            "WITH big AS (SELECT customer_id, total FROM orders) SELECT customers.name, big.total FROM big "
            "JOIN customers ON big.customer_id = customers.id",
            "WITH big AS (SELECT customer_id, total FROM orders) SELECT name, total FROM big "
            "JOIN customers ON big.customer_id = customers.id",
        ),
        (
            "WITH big AS (SELECT * FROM orders) SELECT customers.name, big.total FROM big, customers",
            "WITH big AS (SELECT * FROM orders) SELECT customers.name, big.total FROM big, customers",
        ),
    ],
    ids=["ambiguous stays", "outer stays", "alias of the same name", "columns of a CTE", "CTE of a star"],
)
def test_only_what_is_ambiguous_is_qualified(full: str, short: str, catalog: Catalog) -> None:
    assert shorten_columns(sqlglot.parse_one(full, read="duckdb"), catalog).sql("duckdb") == short


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (
            "SELECT name FROM (SELECT customer_id AS id FROM orders) AS buyers JOIN customers USING (id)",
            "SELECT customers.name FROM (SELECT customer_id AS id FROM orders) AS buyers "
            "JOIN customers ON buyers.id = customers.id",
        ),
        (
            "SELECT city, COUNT(*) FROM customers GROUP BY ROLLUP (city)",
            "SELECT city, COUNT(*) FROM customers GROUP BY ROLLUP (city)",
        ),
        (
            "SELECT city FROM customers GROUP BY city HAVING COUNT(*) FILTER (WHERE name = 'Ann') = 0",
            "SELECT city FROM customers GROUP BY ALL HAVING COUNT(*) FILTER(WHERE name = 'Ann') = 0",
        ),
        (
            "SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM orders AS earlier "
            "WHERE earlier.customer_id = orders.customer_id AND earlier.id < orders.id)",
            "SELECT id FROM orders WHERE NOT EXISTS(SELECT 1 FROM orders AS earlier "
            "WHERE customer_id = orders.customer_id AND id < orders.id)",
        ),
        (
            "WITH big AS (SELECT customer_id, total FROM orders) SELECT name, total * 2 AS double FROM big "
            "JOIN customers ON customer_id = id ORDER BY double",
            "WITH big AS (SELECT customer_id, total FROM orders) SELECT customers.name, big.total * 2 AS double "
            "FROM big JOIN customers ON big.customer_id = customers.id ORDER BY double",
        ),
        (
            "SELECT city, name FROM customers GROUP BY city, name "
            "QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY COUNT(*)) = 1",
            "SELECT city, name FROM customers GROUP BY city, name "
            "QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY COUNT(*)) = 1",
        ),
        (
            "SELECT name, SUM(total) AS total FROM orders JOIN customers ON customer_id = customers.id "
            "GROUP BY name ORDER BY total DESC",
            "SELECT customers.name, SUM(orders.total) AS total FROM orders JOIN customers ON orders.customer_id = "
            "customers.id GROUP BY ALL ORDER BY total DESC",
        ),
        (
            "SELECT name, paid FROM (SELECT customer_id, SUM(total) AS paid FROM orders GROUP BY ALL) "
            "JOIN customers ON customer_id = id",
            "SELECT customers.name, paid FROM (SELECT customer_id, SUM(total) AS paid FROM orders GROUP BY ALL) "
            "JOIN customers ON customer_id = customers.id",
        ),
        (
            "WITH a AS (SELECT city, COUNT(*) AS n FROM customers GROUP BY ALL), b AS (SELECT city FROM customers) "
            "SELECT city, n FROM a JOIN b USING (city)",
            "WITH a AS (SELECT city, COUNT(*) AS n FROM customers GROUP BY ALL), b AS (SELECT city FROM customers) "
            "SELECT a.city, a.n FROM a JOIN b ON a.city = b.city",
        ),
    ],
    ids=[
        "using",
        "rollup",
        "filter in having",
        "a table compared with itself",
        "alias beside a CTE",
        "qualify",
        "ordered by what is shown",
        "a query without a name",
        "a column of two CTEs",
    ],
)
def test_canonical_form_keeps_the_meaning(written: str, canonical: str, catalog: Catalog) -> None:
    assert canonical_sql(sqlglot.parse_one(written, read="duckdb"), catalog) == canonical
    with duckdb.connect() as con:
        con.execute(SCHEMA)
        con.execute(canonical)
