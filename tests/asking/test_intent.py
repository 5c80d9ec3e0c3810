"""Repairs that the question's words decide: what they change, and what they leave alone."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.intent import repair_intent
from llmsql.asking.joins import KeyGraph
from llmsql.asking.settle import Knowledge, settle
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot
from tests.asking.conftest import check_question_decides


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        # a joined table that nothing asks for
        ("total of each order", "SELECT orders.total FROM orders JOIN customers", "SELECT orders.total FROM orders"),
        ("total of each order of a customer", "SELECT orders.total FROM orders JOIN customers", None),
        ("how many orders", "SELECT COUNT(*) FROM orders JOIN customers", "SELECT COUNT(*) FROM orders"),
        ("how many orders", "SELECT COUNT(*) FROM customers JOIN orders", "SELECT COUNT(*) FROM orders"),
        ("how many orders", "SELECT COUNT(*) FROM orders JOIN order_items", None),
        ("how many orders by segment",
         'SELECT segment, COUNT(*) FROM orders JOIN customers JOIN "Bad Debts" GROUP BY ALL',
         "SELECT segment, COUNT(*) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY ALL"),
        ("how many orders and debts by segment",
         'SELECT segment, COUNT(*) FROM orders JOIN customers JOIN "Bad Debts" GROUP BY ALL', None),
        ("totals by region", "SELECT region, SUM(total) FROM orders JOIN customers JOIN regions GROUP BY ALL", None),
        ("names of customers", "SELECT customers.full_name FROM customers JOIN orders", "SELECT customers.full_name FROM customers"),
        ("customers with orders", "SELECT customers.full_name FROM customers JOIN orders", None),
        ("any customers", "SELECT DISTINCT customers.full_name FROM customers JOIN orders", None),
        # a value of another column
        ("paid customers", "SELECT id FROM orders WHERE note = 'paid'", "SELECT id FROM orders WHERE status = 'paid'"),
        ("ids in the North", "SELECT id FROM orders WHERE note = 'North'", None),  # no column note has it elsewhere
        ("a gift", "SELECT id FROM orders WHERE status = 'unheard of'", None),
        ("orders that are paid or a gift", "SELECT id FROM orders WHERE status IN ('paid', 'gift')",
         "SELECT id FROM orders WHERE (status = 'paid' OR note = 'gift')"),
        ("orders that are paid or open", "SELECT id FROM orders WHERE status IN ('paid', 'open')", None),
        ("orders that are neither", "SELECT id FROM orders WHERE NOT status IN ('paid', 'gift')", None),
        # the value that is named, not one from nowhere
        ("how many customers are in the South", "SELECT COUNT(*) AS n FROM customers WHERE segment = 'Consumer'",
         "SELECT COUNT(*) AS n FROM customers JOIN regions ON customers.region_id = regions.id WHERE regions.region = 'South'"),
        ("consumers in the South", "SELECT COUNT(*) FROM customers WHERE segment = 'Consumer'", None),
        ("US customers in the South", "SELECT COUNT(*) FROM customers WHERE segment = 'Ultra small'", None),
        # least and most
        ("the highest price", "SELECT MIN(price) FROM products", "SELECT MAX(price) FROM products"),
        ("lowest total by status", "SELECT status, MAX(total) FROM orders GROUP BY ALL",
         "SELECT status, MIN(total) FROM orders GROUP BY ALL"),
        ("least total of statuses with at least 3", "SELECT MAX(total) FROM orders", None),
        ("the fastest order", "SELECT MAX(total) FROM orders", None),  # not of a time
        ("the highest price and the lowest", "SELECT MIN(price) FROM products", None),
        ("slowest order after signup",
         "SELECT MIN(orders.ordered_at::DATE - customers.signup_date) FROM orders JOIN customers",
         "SELECT MAX(CAST(orders.ordered_at AS DATE) - customers.signup_date)"
         " FROM orders JOIN customers ON orders.customer_id = customers.id"),
        ("the fastest growth of a price", "SELECT MAX(price - id) FROM products", None),  # not of a time
        ("biggest drop in total", "SELECT MIN(total) FROM orders", None),
        ("the highest position in price", "SELECT MIN(price) FROM products", None),
        ("when did the largest customer order", "SELECT MIN(ordered_at) FROM orders", None),
        ("price of the priciest thing that nobody tops", "SELECT MIN(price) FROM products", None),
        ("what they start with, the most loyal", "SELECT MIN(total) FROM orders", None),
        ("totals with most total on top",
         "SELECT customer_id, MIN(total) FROM orders GROUP BY customer_id ORDER BY COUNT(*) DESC", None),
        ("how far from the highest price", "SELECT price - MIN(price) OVER () FROM products", None),
        # who came first has been there longest
        ("who has been with us longest", "SELECT full_name FROM customers ORDER BY signup_date DESC", None),
        ("who has been with us longest", "SELECT id AS years_since_join FROM orders ORDER BY years_since_join DESC LIMIT 1",
         None),
        ("who has been with us longest, five of them",
         "SELECT full_name FROM customers ORDER BY signup_date DESC, full_name LIMIT 5",
         "SELECT full_name FROM customers ORDER BY signup_date ASC LIMIT 5"),
        ("newest customers", "SELECT full_name FROM customers ORDER BY signup_date DESC LIMIT 5", None),
        # the other way round
        ("the cheapest product", "SELECT title FROM products ORDER BY price DESC LIMIT 1",
         "SELECT title FROM products ORDER BY price ASC LIMIT 1"),
        ("the most expensive product", "SELECT title FROM products ORDER BY price LIMIT 1",
         "SELECT title FROM products ORDER BY price DESC LIMIT 1"),
        ("the cheapest product of the biggest order", "SELECT title FROM products ORDER BY price DESC LIMIT 1", None),
        ("which product lost most", "SELECT title FROM products ORDER BY price LIMIT 1", None),
        ("the most expensive 3", "SELECT title FROM products ORDER BY price LIMIT 3", None),
        ("which order was paid fastest", "SELECT id FROM orders ORDER BY total LIMIT 1", None),  # a time or a speed
        ("who has gone longest without an order", "SELECT customer_id, MAX(ordered_at) AS last FROM orders GROUP BY ALL ORDER BY last LIMIT 1", None),
        ("who is the oldest customer", "SELECT full_name, AGE(signup_date) AS age FROM customers ORDER BY age DESC LIMIT 1", None),
        ("who has been a customer longest", "SELECT full_name FROM customers ORDER BY signup_date LIMIT 1", None),
        ("people who never sent anything back",
         "SELECT full_name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders JOIN order_items)", None),
        ("the oldest customer", "SELECT full_name FROM customers ORDER BY signup_date LIMIT 1", None),
    ],
)  # fmt: skip
def test_the_question_decides(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)


def staff() -> tuple[duckdb.DuckDBPyConnection, Knowledge]:
    con = duckdb.connect()
    con.execute(
        """
        CREATE TABLE places (place_id INTEGER PRIMARY KEY, town VARCHAR);
        CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, name VARCHAR, state VARCHAR,
            place_id INTEGER REFERENCES places (place_id));
        CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, name VARCHAR, room INTEGER, born INTEGER,
            place_id INTEGER REFERENCES places (place_id));
        INSERT INTO places VALUES (1, 'Utah'), (2, 'Lund');
        INSERT INTO staff VALUES (1, 'Ada', 'Texas', 1);
        INSERT INTO guests VALUES (1, 'Bob', 7, 1990, 2);
        """
    )
    catalog = snapshot(con)
    return con, Knowledge(catalog, KeyGraph(catalog), build_value_index(con, catalog))


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        ("SELECT places.town FROM places JOIN guests WHERE guests.name = 'Ada'", [("Utah",)]),  # the other table's
        ("SELECT name FROM guests WHERE name = 'ada'", [("Ada",)]),
        ("SELECT staff.name FROM staff JOIN places WHERE places.town = 'Texas'", [("Ada",)]),  # the one column here
        ("SELECT COUNT(*) FROM guests WHERE YEAR(born) = 1990", [(1,)]),  # a number that is a year
    ],
)
def test_a_value_finds_its_column(written: str, rows: list[tuple[object, ...]]) -> None:
    con, known = staff()
    with con:
        settled = settle(con, written, known, question="where is it")
        assert con.execute(settled.sql).fetchall() == rows


def test_right_queries_are_left_alone(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    for sql in (
        "SELECT full_name FROM customers WHERE segment = 'Enterprise' AND region_id IN (SELECT id FROM regions)",
        "SELECT c.full_name FROM customers AS c LEFT JOIN orders AS o ON c.id = o.customer_id WHERE o.id IS NULL",
        "WITH big AS (SELECT customer_id FROM orders WHERE status = 'paid') SELECT COUNT(*) FROM big",
    ):
        tree = sqlglot.parse_one(sql, read="duckdb")
        assert repair_intent(tree, "anything", known.catalog, known.graph, known.values) == []
        assert tree.sql("duckdb") == sql
