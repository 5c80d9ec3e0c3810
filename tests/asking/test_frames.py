"""How many rows a moving average runs over."""

from __future__ import annotations

import pytest
import sqlglot

from llmsql.asking.frames import fit_frame

FIVE = "SELECT AVG(x) OVER (ORDER BY d ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) FROM t"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("average over that day and the four trading days before it", 4),
        ("average of the month and the previous two months", 2),
        ("7-day moving average", 6),
        ("rolling 3 month total", 2),
        ("four-week rolling average", 3),
        ("6 day moving average", 5),
        ("moving average", 5),
        ("7-day moving average beside the 30-day moving average", 5),
    ],
)
def test_frames(question: str, rows: int) -> None:
    tree = sqlglot.parse_one(FIVE, read="duckdb")
    assert bool(fit_frame(tree, question)) == (rows != 5)
    assert tree.sql("duckdb") == FIVE.replace("5 PREC", f"{rows} PREC")
