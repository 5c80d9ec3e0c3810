"""What a query leaves out though the question does not say so, and what no row can meet."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import check_question_decides

WITHOUT = "SELECT full_name FROM customers WHERE NOT id IN (SELECT customer_id FROM orders)"
WITH = "SELECT full_name FROM customers WHERE id IN (SELECT customer_id FROM orders)"


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("who ordered", WITHOUT, WITH),
        ("customers that have orders", WITHOUT, WITH),
        ("who never ordered", WITHOUT, None),
        ("customers w/o orders", WITHOUT, None),
        ("who didn't order", WITHOUT, None),
        ("who didnt order", WITHOUT, None),
        ("inactive customers", WITHOUT, None),
        ("customers free of orders", WITHOUT, None),
        # in words of any kind
        ("customers awaiting orders", WITHOUT, None),
        ("customers who order from our rivals", WITHOUT, None),
        ("Which customers should order?", WITHOUT, None),
        ("prospects among the customers", WITHOUT, None),
        ("customers with orders over 50", WITHOUT.replace("orders)", "orders WHERE total <= 50)"), None),
        ("customers with email", WITHOUT.replace("customer_id FROM orders", "id FROM customers WHERE email IS NULL"), None),
        ("customers in these regions", "SELECT full_name FROM customers WHERE NOT region_id IN (1, 2)", None),
        # what is measured is not missing
        ("the order with the lowest total", "SELECT id FROM orders WHERE total IS NULL AND id > 1 ORDER BY total LIMIT 1",
         "SELECT id FROM orders WHERE id > 1 ORDER BY total LIMIT 1"),
        ("customers with orders open longer than their own average",
         "WITH own AS (SELECT customer_id, AVG(total) AS mean FROM orders GROUP BY ALL) SELECT orders.id FROM orders JOIN own "
         "ON orders.customer_id = own.customer_id WHERE total IS NULL", None),
        ("the order without a total", "SELECT id FROM orders WHERE total IS NULL ORDER BY total LIMIT 1", None),
        ("orders with the lowest id", "SELECT id FROM orders WHERE note IS NULL ORDER BY id LIMIT 1", None),
        # those who have none, not those who have another
        ("customers who did not buy a lamp",
         "SELECT full_name FROM customers JOIN order_items JOIN products WHERE title <> 'Lamp' AND segment = 'Consumer'",
         "SELECT customers.full_name FROM customers WHERE customers.segment = 'Consumer' AND customers.id NOT IN (SELECT"
         " customers.id FROM customers JOIN orders ON customers.id = orders.customer_id JOIN order_items"
         " ON orders.id = order_items.order_id JOIN products ON order_items.product_id = products.id"
         " WHERE products.title = 'Lamp')"),
        ("customers with orders that are not open",
         "SELECT full_name FROM customers JOIN orders WHERE status <> 'open'", None),
        ("orders that were not made by Ada",
         "SELECT orders.id FROM orders JOIN customers WHERE full_name <> 'Ada Lovelace'", None),
        # values that are left out
        ("total of orders, open and returned orders left out",
         "SELECT SUM(total) FROM orders WHERE status IN ('open', 'returned')",
         "SELECT SUM(total) FROM orders WHERE status NOT IN ('open', 'returned')"),
        ("how many orders, excluding open ones?", "SELECT COUNT(*) FROM orders WHERE status = 'open'",
         "SELECT COUNT(*) FROM orders WHERE status <> 'open'"),
        ("how many open orders, excluding those of Ada?", "SELECT COUNT(*) FROM orders WHERE status = 'open'", None),
        ("open orders", "SELECT COUNT(*) FROM orders WHERE status = 'open'", None),
        # conditions that no row meets
        ("names of people both here and there",
         "SELECT full_name FROM customers WHERE id > 1 AND NOT full_name IN (SELECT full_name FROM customers)",
         "SELECT full_name FROM customers WHERE id > 1"),
        ("orders not paid", "SELECT id FROM orders WHERE total > Total AND status <> 'paid'",
         "SELECT id FROM orders WHERE status <> 'paid'"),
        ("regions without a namesake",
         "SELECT region FROM regions AS r WHERE EXISTS(SELECT 1 FROM orders"
         " WHERE total > 1 AND NOT r.id IN (SELECT id FROM orders))", None),
        ("totals", "SELECT id FROM orders WHERE total <> total", None),  # the only one: what else was meant is not known
        ("customers not in the north",
         "SELECT full_name FROM customers WHERE id > 1 AND NOT region_id IN (SELECT region_id FROM customers WHERE id = 4)",
         None),
    ],
)  # fmt: skip
def test_negation(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)


def test_an_order_without_a_customer_hides_nobody(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    shop.execute("INSERT INTO orders VALUES (6, NULL, NULL, 'open', 5, NULL)").fetchall()
    written = "SELECT full_name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"
    assert shop.execute(written).fetchall() == []
    assert shop.execute(settle(shop, written, known).sql).fetchall() == [("Alan Turing",)]
    keys = "SELECT full_name FROM customers WHERE id NOT IN (SELECT id FROM regions)"
    assert settle(shop, keys, known).sql == keys


def test_the_rows_are_those_asked_for(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    settled = settle(shop, WITHOUT, known, question="which customers ordered")
    assert len(shop.execute(settled.sql).fetchall()) == 3
