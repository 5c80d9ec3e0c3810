"""The groups that a question asks for and a query leaves out."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge
from tests.asking.conftest import check_question_decides


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("average total for each status", "SELECT AVG(total) FROM orders", "SELECT status, AVG(total) FROM orders GROUP BY ALL"),
        ("number of orders with different notes", "SELECT COUNT(*) FROM orders GROUP BY ALL", None),
        ("number of orders for different notes", "SELECT COUNT(*) FROM orders GROUP BY ALL",
         "SELECT note, COUNT(*) FROM orders GROUP BY ALL"),
        ("customers per segment", "SELECT COUNT(*) FROM customers JOIN orders",
         "SELECT customers.segment, COUNT(*) FROM customers JOIN orders ON customers.id = orders.customer_id GROUP BY ALL"),
        ("how many different statuses are there", "SELECT COUNT(DISTINCT status) FROM orders", None),
        ("statuses for different statuses", "SELECT COUNT(DISTINCT status) FROM orders", None),
        ("orders of each kind", "SELECT COUNT(*) FROM orders", None),
        ("the total per status and per note", "SELECT SUM(total) FROM orders", None),
        ("average total per status", "SELECT note, AVG(total) FROM orders GROUP BY ALL", None),
        ("average total per status", "SELECT AVG(total) FROM orders GROUP BY status", None),
        ("lines per product, include those with none", "SELECT title, COUNT(*) FROM products JOIN order_items GROUP BY ALL",
         "SELECT title, COUNT(order_items.product_id) FROM products LEFT JOIN order_items ON products.id = order_items.product_id GROUP BY ALL"),
        ("quantity per product above 1, also products nobody bought, with 0",
         "SELECT title, SUM(quantity) FROM order_items JOIN products WHERE quantity > 1 AND price > 5 GROUP BY ALL",
         "SELECT title, COALESCE(SUM(quantity), 0) FROM products LEFT JOIN order_items ON order_items.product_id = products.id"
         " AND quantity > 1 WHERE price > 5 GROUP BY ALL"),
        ("lines per product, leave out those with none", "SELECT title, COUNT(*) FROM products JOIN order_items GROUP BY ALL", None),
        ("lines per product", "SELECT title, COUNT(*) FROM products JOIN order_items GROUP BY ALL", None),
        # what WHERE has fixed is no group
        ("enterprise emails by number", "SELECT segment, COUNT(*) FROM customers WHERE segment = 'Enterprise' GROUP BY ALL",
         "SELECT email, COUNT(*) FROM customers WHERE segment = 'Enterprise' GROUP BY ALL"),
        ("enterprise customers", "SELECT segment, COUNT(*) FROM customers WHERE segment = 'Enterprise' GROUP BY ALL", None),
        ("customers of 2024", "SELECT YEAR(signup_date), COUNT(*) FROM customers WHERE YEAR(signup_date) = 2024 GROUP BY ALL", None),
        ("emails by segment", "SELECT segment, COUNT(*) FROM customers GROUP BY ALL", None),
        ("by segment, and ignore the email", "SELECT segment, COUNT(*) FROM customers WHERE segment = 'Enterprise' GROUP BY ALL", None),
        ("Enterprise and Consumer customers, compared with others together",
         "SELECT COUNT(*) FROM customers WHERE segment IN ('Enterprise', 'Consumer')", None),
        ("how many Enterprise or Consumer ones between 2 and 4",
         "SELECT COUNT(*) FROM customers WHERE segment IN ('Enterprise', 'Consumer') AND id BETWEEN 2 AND 4", None),
        # what is compared
        ("compare Enterprise and Consumer on their number", "SELECT COUNT(*) FROM customers WHERE segment IN ('Enterprise', 'Consumer')",
         "SELECT segment, COUNT(*) FROM customers WHERE segment IN ('Enterprise', 'Consumer') GROUP BY ALL"),
        ("Enterprise and Consumer together", "SELECT COUNT(*) FROM customers WHERE segment IN ('Enterprise', 'Consumer')", None),
        ("compare A and B", "SELECT COUNT(*) FROM customers WHERE segment IN ('Enterprise', 'Consumer')", None),
    ],
)  # fmt: skip
def test_groups(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)


@pytest.mark.parametrize(
    ("written", "repaired"),
    [
        ("SELECT full_name, COUNT(*) FROM customers JOIN orders GROUP BY ALL",
         "SELECT full_name, COUNT(*) FROM customers JOIN orders ON customers.id = orders.customer_id"
         " GROUP BY customers.id, full_name"),
        ("SELECT segment, COUNT(*) FROM customers JOIN orders GROUP BY ALL", None),
        ("SELECT title, COUNT(*) FROM products JOIN order_items GROUP BY ALL", None),
        ("SELECT full_name, COUNT(*) FROM customers GROUP BY ALL", None),
    ],
)  # fmt: skip
def test_two_people_may_have_the_same_name(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, "how many each?", written, repaired)
