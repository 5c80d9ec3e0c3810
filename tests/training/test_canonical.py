"""Columns without the name of their table, where one reading is possible."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from training.canonical import shorten_columns

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
