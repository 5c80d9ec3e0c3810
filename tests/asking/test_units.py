"""Units of time that a question asks for."""

from __future__ import annotations

import pytest
import sqlglot

from llmsql.asking.units import convert_units


@pytest.mark.parametrize(
    ("question", "shown", "converted"),
    [
        ("total minutes of calls", "SUM(duration_sec)", "SUM(duration_sec) / 60.0"),
        ("longest call, in minutes", "MAX(durationSeconds)", "MAX(durationSeconds) / 60.0"),
        ("average hours per task", "AVG(minutes)", "AVG(minutes) / 60.0"),
        ("average length in hours", "AVG(length_min)", "AVG(length_min) / 60.0"),
        ("longest call in seconds", "MAX(duration_sec)", None),
        ("minutes and seconds of the longest call", "MAX(duration_sec)", None),
        ("calls in the last hour", "SUM(price)", None),
        ("longest call", "MAX(duration_sec)", None),
        ("total minutes of calls", "SUM(duration_sec * price)", None),
    ],
)
def test_units(question: str, shown: str, converted: str | None) -> None:
    tree = sqlglot.parse_one(f"SELECT {shown} FROM calls", read="duckdb")
    assert bool(convert_units(tree, question)) == (converted is not None)
    assert tree.sql("duckdb") == f"SELECT {converted or shown} FROM calls"
