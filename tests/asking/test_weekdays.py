"""Days of the week in the numbers of other databases."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import check_question_decides

DAYS = "SELECT COUNT(*) FROM orders WHERE {}"


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("orders on weekends", "DAYOFWEEK(ordered_at) >= 6", "ISODOW(ordered_at) >= 6"),
        ("orders on weekdays", "WEEKDAY(ordered_at) <= 5", "ISODOW(ordered_at) <= 5"),
        ("orders on weekends", "DAYOFWEEK(ordered_at) IN (6, 7)", "ISODOW(ordered_at) IN (6, 7)"),
        ("orders on weekends", "DAYOFWEEK(ordered_at) IN (1, 7)", "ISODOW(ordered_at) IN (6, 7)"),
        ("orders on sundays", "DAYOFWEEK(ordered_at) = 7", "ISODOW(ordered_at) = 7"),
        ("orders on weekends", "ISODOW(ordered_at) IN (0, 6)", "DAYOFWEEK(ordered_at) IN (0, 6)"),
        ("orders on sundays", "ISODOW(ordered_at) = 0", "DAYOFWEEK(ordered_at) = 0"),
        ("orders on weekends", "WEEK(ordered_at) >= 6", "ISODOW(ordered_at) >= 6"),
        # as DuckDB counts
        ("orders of the weekend in week 6", "WEEK(ordered_at) = 6", None),
        ("orders on weekends", "ISODOW(ordered_at) IN (6, 7)", None),
        ("orders", "ISODOW(ordered_at) > 0", None),
        ("orders on weekends", "DAYOFWEEK(ordered_at) IN (0, 6)", None),
        ("orders on weekends", "DAYOFWEEK(ordered_at) = 0 OR DAYOFWEEK(ordered_at) >= 6", None),
        ("orders on weekdays", "DAYOFWEEK(ordered_at) BETWEEN 1 AND 5", None),
        ("orders on saturdays", "DAYOFWEEK(ordered_at) = 6", None),
        ("orders late in the week", "DAYOFWEEK(ordered_at) > 5", None),
    ],
)
def test_weekdays(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(
        shop, known, question, DAYS.format(written), None if repaired is None else DAYS.format(repaired)
    )


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("orders by weekday", "SELECT DAYNAME(ordered_at) AS d, COUNT(*) FROM orders GROUP BY ALL ORDER BY d",
         "SELECT DAYNAME(ordered_at) AS d, COUNT(*) FROM orders GROUP BY ALL ORDER BY MIN(ISODOW(ordered_at))"),
        ("orders by weekday, Monday first", "SELECT DAYNAME(ordered_at) AS d, COUNT(*) FROM orders GROUP BY ALL",
         "SELECT DAYNAME(ordered_at) AS d, COUNT(*) FROM orders GROUP BY ALL ORDER BY MIN(ISODOW(ordered_at))"),
        ("orders by month", "SELECT STRFTIME(ordered_at, '%B') AS m, COUNT(*) FROM orders GROUP BY ALL ORDER BY m",
         "SELECT STRFTIME(ordered_at, '%B') AS m, COUNT(*) FROM orders GROUP BY ALL ORDER BY MIN(MONTH(ordered_at))"),
        ("orders", "SELECT id FROM orders ORDER BY MONTHNAME(ordered_at) DESC",
         "SELECT id FROM orders ORDER BY MONTH(ordered_at) DESC"),
        ("by month, alphabetically", "SELECT MONTHNAME(ordered_at) AS m, COUNT(*) FROM orders GROUP BY ALL ORDER BY m", None),
        ("orders by month", "SELECT MONTHNAME(ordered_at) AS m, COUNT(*) FROM orders GROUP BY ROLLUP (m) ORDER BY m", None),
        ("busiest weekdays", "SELECT DAYNAME(ordered_at) AS d, COUNT(*) AS n FROM orders GROUP BY ALL ORDER BY n DESC, d", None),
        ("orders by weekday", "SELECT DAYNAME(ordered_at) AS d, COUNT(*) FROM orders GROUP BY ALL", None),
        ("weekdays in order of their orders", "SELECT DAYNAME(ordered_at) AS d, COUNT(*) AS n FROM orders GROUP BY ALL", None),
        ("orders by month", "SELECT STRFTIME(ordered_at, '%Y-%m') AS m, COUNT(*) FROM orders GROUP BY ALL ORDER BY m", None),
    ],
)  # fmt: skip
def test_names_of_days_and_months_are_in_the_order_of_the_calendar(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    assert settle(shop, written, known, question=question).sql == (repaired or written)


def test_duckdb_counts_so() -> None:
    with duckdb.connect() as con:
        [row] = con.execute(
            "SELECT dayofweek(DATE '2026-11-28'), isodow(DATE '2026-11-28'), weekday(DATE '2026-11-29')"
        ).fetchall()
    assert row == (6, 6, 0)  # a Saturday and a Sunday: what the repair relies on
