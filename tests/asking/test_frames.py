"""How many rows a moving average runs over."""

from __future__ import annotations

import pytest
import sqlglot

from llmsql.asking.frames import fit_frame

FIVE = "SELECT AVG(x) OVER (ORDER BY d ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) FROM t"
BY_MONTH = FIVE.replace("ORDER BY d", "ORDER BY DATE_TRUNC('MONTH', d)")


@pytest.mark.parametrize(
    ("question", "written", "rows"),
    [
        ("average over that day and the four trading days before it", FIVE, 4),
        ("average of the month and the previous two months", BY_MONTH, 2),
        ("7-day moving average", FIVE, 6),
        ("rolling 3 month total", BY_MONTH, 2),
        ("rolling 3 month total", FIVE, 5),  # of days, for all that is known
        ("12-day rolling average", BY_MONTH, 5),
        ("6 day moving average", FIVE, 5),
        ("moving average", FIVE, 5),
        ("7-day moving average beside the 30-day moving average", FIVE, 5),
    ],
)
def test_frames(question: str, written: str, rows: int) -> None:
    tree = sqlglot.parse_one(written, read="duckdb")
    assert bool(fit_frame(tree, question)) == (rows != 5)
    assert tree.sql("duckdb") == written.replace("5 PREC", f"{rows} PREC")
