"""The direction of an order, as questions say it."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.directions import direct_order, order_ties
from llmsql.catalog.snapshot import snapshot

WARES = "CREATE TABLE wares (name VARCHAR, price DOUBLE, cost DOUBLE, made_on DATE)"


@pytest.mark.parametrize(
    ("question", "order", "turned"),
    [
        ("dearest first", "price", "price DESC"),
        ("lowest margin first", "price - cost DESC", "price - cost ASC"),
        ("newest ware first", "made_on", "made_on DESC"),
        ("oldest first", "made_on DESC", "made_on ASC"),
        ("from high to low", "price", "price DESC"),
        ("from the smallest to the largest price", "price DESC", "price ASC"),
        ("with the highest price on top", "price, name", "price DESC, name"),
        ("dearest first", "price DESC", None),
        ("oldest first", "price DESC", None),  # an age may be kept in it
        ("highest first", "name", None),
        ("highest first", "made_on", None),
        ("biggest shortfall first", "price - cost", None),
        ("the 3 cheapest wares, dearest first", "price LIMIT 3", None),
        ("the lowest price, then the highest first", "price DESC", None),
        ("the first of the newest wares", "made_on", None),
    ],
)
def test_directions(question: str, order: str, turned: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(WARES)
        catalog = snapshot(con)
    tree = sqlglot.parse_one(f"SELECT name FROM wares ORDER BY {order}", read="duckdb")
    assert bool(direct_order(tree, question, catalog)) == (turned is not None)
    assert tree.sql("duckdb") == f"SELECT name FROM wares ORDER BY {turned or order}"


def test_of_a_total_under_its_name() -> None:
    with duckdb.connect() as con:
        con.execute(WARES)
        catalog = snapshot(con)
    tree = sqlglot.parse_one("SELECT name, SUM(price) AS total FROM wares GROUP BY ALL ORDER BY total", read="duckdb")
    assert direct_order(tree, "total price by name, largest first", catalog)
    assert tree.sql("duckdb").endswith("ORDER BY total DESC")


@pytest.mark.parametrize(
    ("question", "order", "turned"),
    [
        ("dearest first, ties by name", "price DESC, name DESC", "price DESC, name ASC"),
        ("dearest first, equal ones by lower cost", "price DESC, cost DESC", "price DESC, cost ASC"),
        ("dearest first, ties by highest cost", "price DESC, cost DESC", None),
        ("dearest first", "price DESC, cost DESC", None),
        ("dearest first, ties by name", "price DESC, name", None),
    ],
)
def test_equal_ones_go_upwards(question: str, order: str, turned: str | None) -> None:
    tree = sqlglot.parse_one(f"SELECT name FROM wares ORDER BY {order}", read="duckdb")
    assert bool(order_ties(tree, question)) == (turned is not None)
    assert tree.sql("duckdb") == f"SELECT name FROM wares ORDER BY {turned or order}"
