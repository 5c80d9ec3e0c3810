"""Parts of dates as numbers."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge
from tests.asking.conftest import check_question_decides

MONTHS = "SELECT DATE_TRUNC('MONTH', ordered_at) AS month, COUNT(*) FROM orders GROUP BY ALL ORDER BY month"


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("orders in each month: month number and count", MONTHS, MONTHS.replace("DATE_TRUNC('MONTH', ordered_at)", "MONTH(ordered_at)")),
        ("orders by month (1 to 12)", MONTHS, MONTHS.replace("DATE_TRUNC('MONTH', ordered_at)", "MONTH(ordered_at)")),
        ("orders by month", MONTHS, None),
        ("number of orders by month", MONTHS, None),
        ("orders by year, quarter", "SELECT YEAR(ordered_at) AS year, DATE_TRUNC('QUARTER', ordered_at) AS quarter, COUNT(*) FROM orders GROUP BY ALL",
         "SELECT YEAR(ordered_at) AS year, QUARTER(ordered_at) AS quarter, COUNT(*) FROM orders GROUP BY ALL"),
        ("quarters of each year", "SELECT YEAR(ordered_at) AS year, DATE_TRUNC('QUARTER', ordered_at) AS quarter, COUNT(*) FROM orders GROUP BY ALL", None),
    ],
)  # fmt: skip
def test_parts(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)
