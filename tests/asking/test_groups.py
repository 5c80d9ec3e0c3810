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
    ],
)  # fmt: skip
def test_groups(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)
