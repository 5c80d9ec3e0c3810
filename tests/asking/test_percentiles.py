"""Percentiles that a question asks for."""

from __future__ import annotations

import pytest
import sqlglot

from llmsql.asking.percentiles import take_percentile


@pytest.mark.parametrize(
    ("question", "shown", "taken"),
    [
        ("p95 of the wait", "SUM(wait)", "QUANTILE_CONT(wait, 0.95)"),
        ("the 90th percentile of wait, by day", "day, AVG(wait)", "day, QUANTILE_CONT(wait, 0.9)"),
        ("99 percentile wait", "MAX(wait - 1)", "QUANTILE_CONT(wait - 1, 0.99)"),
        ("p95 of the wait", "QUANTILE_DISC(wait, 0.95)", None),
        ("p50 and p95 of the wait", "AVG(wait)", None),
        ("p95 and total of the wait", "AVG(wait), SUM(wait)", None),
        ("model P12 by wait", "SUM(wait)", None),
        ("wait above the 90th percentile", "AVG(wait)", None),
        ("5 percentile points more wait", "AVG(wait)", None),
        ("wait of P95", "AVG(wait) FILTER(WHERE model = 'P95')", None),
        ("wait in percent", "SUM(wait)", None),
    ],
)
def test_percentiles(question: str, shown: str, taken: str | None) -> None:
    tree = sqlglot.parse_one(f"SELECT {shown} FROM calls", read="duckdb")
    written = tree.sql("duckdb")
    assert bool(take_percentile(tree, question)) == (taken is not None)
    assert tree.sql("duckdb") == (f"SELECT {taken} FROM calls" if taken else written)
