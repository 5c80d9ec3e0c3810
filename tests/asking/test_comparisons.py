"""Comparisons that say the opposite of the question's words."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge
from tests.asking.conftest import check_question_decides

TOTALS = "SELECT id FROM orders WHERE total"


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("orders of at least 100", f"{TOTALS} < 100", f"{TOTALS} >= 100"),
        ("orders with a total above 100", f"{TOTALS} <= 100", f"{TOTALS} > 100"),
        ("orders of less than 100", f"{TOTALS} > 100", f"{TOTALS} < 100"),
        ("orders of up to 100", f"{TOTALS} >= 100", f"{TOTALS} <= 100"),
        ("orders of more than 100", f"{TOTALS} >= 100", None),  # a matter of one
        ("orders that are not above 100", f"{TOTALS} <= 100", None),
        ("totals of orders, skip those under 100", f"{TOTALS} >= 100", None),
        ("orders above 100, and all above 100", f"{TOTALS} <= 100", None),
        ("orders of at least 100", f"{TOTALS} < 90", None),
        ("customers with no orders over 100",
         "SELECT full_name FROM customers WHERE NOT id IN (SELECT customer_id FROM orders WHERE total <= 100)", None),
    ],
)  # fmt: skip
def test_comparisons(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)
