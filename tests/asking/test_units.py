"""Units of time that a question asks for."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.units import convert_units, show_fraction
from llmsql.catalog.snapshot import snapshot

CALLS = "CREATE TABLE calls (duration_sec INTEGER, durationSeconds INTEGER, minutes INTEGER, length_min INTEGER, price DOUBLE, called_at TIMESTAMP)"


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
        ("how many minutes is the average call?", "AVG(duration_sec / 60.0)", None),
        ("which hour has the longest average wait?", "HOUR(called_at), AVG(minutes)", None),
    ],
)
def test_units(question: str, shown: str, converted: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(CALLS).fetchall()
        catalog = snapshot(con)
    tree = sqlglot.parse_one(f"SELECT {shown} FROM calls", read="duckdb")
    assert bool(convert_units(tree, question, catalog)) == (converted is not None)
    assert tree.sql("duckdb") == f"SELECT {converted or shown} FROM calls"


@pytest.mark.parametrize(
    ("question", "shown", "fraction"),
    [
        ("short calls as a fraction of all", "100.0 * COUNT(*) FILTER(WHERE minutes < 2) / COUNT(*)", True),
        ("what fraction of calls is short", "100 * COUNT(*) FILTER(WHERE minutes < 2) / COUNT(*)", True),
        (
            "short calls in percent, as a fraction of all",
            "100.0 * COUNT(*) FILTER(WHERE minutes < 2) / COUNT(*)",
            False,
        ),
        ("short calls", "100.0 * COUNT(*) FILTER(WHERE minutes < 2) / COUNT(*)", False),
        ("what fraction of calls is short", "COUNT(*) / 2", False),
        ("what fraction of calls is short", "COUNT(*) FILTER(WHERE price > 100 * 2)", False),
    ],
)
def test_fractions(question: str, shown: str, fraction: bool) -> None:
    tree = sqlglot.parse_one(f"SELECT {shown} FROM calls", read="duckdb")
    assert bool(show_fraction(tree, question)) == fraction
    assert ("1.0 *" in tree.sql("duckdb")) == fraction
