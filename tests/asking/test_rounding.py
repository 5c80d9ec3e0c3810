"""The digits that a question asks for."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.rounding import digits_asked
from llmsql.asking.settle import Knowledge
from tests.asking.conftest import check_question_decides


@pytest.mark.parametrize(
    ("question", "digits"),
    [
        ("average total, rounded to 2 decimals", 2),
        ("average total (two decimal places)", 2),
        ("share in percent, one decimal", 1),
        ("average total to 1 d.p.", 1),
        ("average total with no decimals", 0),
        ("average total rounded to whole euros", 0),
        ("average total, round it to the nearest integer", 0),
        ("average total to the nearest cent", 2),
        ("revenue to the nearest thousand", -3),
        ("revenue, rounded to hundreds", -2),
        ("average delay in whole days", None),
        ("how many rounded tables are there", None),
        ("average with 1 decimal and share with 2 decimals", None),
        ("average total", None),
    ],
)
def test_digits(question: str, digits: int | None) -> None:
    assert digits_asked(question) == digits


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("average total, 1 decimal", "SELECT AVG(total) FROM orders", "SELECT ROUND(AVG(total), 1) FROM orders"),
        ("average total as a whole number", "SELECT AVG(total) FROM orders", "SELECT ROUND(AVG(total)) FROM orders"),
        ("total to the nearest hundred", "SELECT SUM(total) FROM orders", "SELECT ROUND(SUM(total), -2) FROM orders"),
        # The average is what is rounded, not the sum beside it.
        ("sum and average, average to 1 decimal", "SELECT SUM(total), AVG(total) FROM orders",
         "SELECT SUM(total), ROUND(AVG(total), 1) FROM orders"),
        ("average total per status, 1 decimal", "WITH t AS (SELECT status, AVG(total) AS a FROM orders GROUP BY ALL) SELECT status, a FROM t",
         "WITH t AS (SELECT status, AVG(total) AS a FROM orders GROUP BY ALL) SELECT status, ROUND(a, 1) FROM t"),
        ("totals with 1 decimal", "SELECT total FROM orders", None),
        ("number of orders, no decimals", "SELECT COUNT(*) FROM orders", None),
        ("average age of orders, 1 decimal", "SELECT AVG(ordered_at - TIMESTAMP '2024-01-01') FROM orders", None),
        ("average total, 1 decimal", "SELECT ROUND(AVG(total), 3) FROM orders", None),
        ("orders, 1 decimal", "SELECT * FROM orders", None),
    ],
)  # fmt: skip
def test_rounding(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)
