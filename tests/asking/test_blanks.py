"""Missing values that a question leaves out, and flags."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import check_question_decides, know


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("which notes are there? skip blanks", "SELECT DISTINCT note FROM orders", "SELECT DISTINCT note FROM orders WHERE note IS NOT NULL"),
        ("totals per note, ignoring missing ones", "SELECT note, SUM(total) FROM orders GROUP BY ALL",
         "SELECT note, SUM(total) FROM orders WHERE note IS NOT NULL GROUP BY ALL"),
        ("orders per status, leaving out orders with no note", "SELECT status, COUNT(*) FROM orders GROUP BY ALL", None),
        ("orders per note, leave out orders without a note", "SELECT note, COUNT(*) FROM orders WHERE total > 1 OR id = 3 GROUP BY ALL",
         "SELECT note, COUNT(*) FROM orders WHERE (total > 1 OR id = 3) AND note IS NOT NULL GROUP BY ALL"),
        ("which notes are there? skip blanks", "SELECT note FROM orders WHERE note IS NOT NULL", None),
        ("which notes are missing?", "SELECT note FROM orders", None),
        ("skip blanks: note and status", "SELECT note, status FROM orders", None),
    ],
)  # fmt: skip
def test_blanks(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)


@pytest.mark.parametrize(
    ("question", "repaired"),
    [
        ("who has not passed?", "SELECT who FROM exams WHERE NOT passed"),
        ("for whom is it unknown?", "SELECT who FROM exams WHERE passed IS NULL"),
    ],
)
def test_flags_are_false_and_not_missing(question: str, repaired: str) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE exams (who VARCHAR, passed BOOLEAN)").fetchall()
        assert settle(con, "SELECT who FROM exams WHERE passed IS NULL", know(con), None, question).sql == repaired
