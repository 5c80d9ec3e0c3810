"""Codes in queries, by the comments on their columns."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.link import link_values
from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

TABLES = """
    CREATE TABLE tickets (id INTEGER PRIMARY KEY, state INTEGER, channel VARCHAR);
    INSERT INTO tickets VALUES (1, 0, 'W'), (2, 3, 'W'), (3, 3, 'P');
    COMMENT ON COLUMN tickets.state IS '0 = new, 1 = waiting on customer, 2 = waiting on us, 3 = solved';
    COMMENT ON COLUMN tickets.channel IS 'W = web form, P = phone';
"""


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        yield con, know(con)


@pytest.mark.parametrize(
    ("question", "sql", "settled"),
    [
        ("solved ones", "SELECT id FROM tickets WHERE state = 'solved'", "SELECT id FROM tickets WHERE state = 3"),
        ("solved ones", "SELECT id FROM tickets WHERE state = '3'", "SELECT id FROM tickets WHERE state = 3"),
        ("solved ones", "SELECT id FROM tickets WHERE state = 1", "SELECT id FROM tickets WHERE state = 3"),
        ("those in state 1 that are solved", "SELECT id FROM tickets WHERE state = 1", "SELECT id FROM tickets WHERE state = 3"),
        ("not solved", "SELECT id FROM tickets WHERE state <> 1", "SELECT id FROM tickets WHERE state <> 3"),
        ("new or solved", "SELECT id FROM tickets WHERE state IN ('new', 'Solved')", "SELECT id FROM tickets WHERE state IN (0, 3)"),
        ("new or solved", "SELECT id FROM tickets WHERE state = 0", "SELECT id FROM tickets WHERE state = 0"),
        ("by phone", "SELECT id FROM tickets WHERE channel = 'phone'", "SELECT id FROM tickets WHERE channel = 'P'"),
        ("by phone", "SELECT id FROM tickets WHERE channel = 'W'", "SELECT id FROM tickets WHERE channel = 'P'"),
        ("share of solved to new ones", "SELECT COUNT(*) FILTER(WHERE state = 3) / COUNT(*) FILTER(WHERE state = 0) FROM tickets",
         "SELECT COUNT(*) FILTER(WHERE state = 3) / COUNT(*) FILTER(WHERE state = 0) FROM tickets"),
        ("those that were solved before", "SELECT id FROM tickets WHERE state = 1 OR state = 3", "SELECT id FROM tickets WHERE state = 1 OR state = 3"),
        ("waiting ones", "SELECT id FROM tickets WHERE state = 1", "SELECT id FROM tickets WHERE state = 1"),
        ("how many solved tickets", "SELECT COUNT(*) FROM tickets", "SELECT COUNT(*) FROM tickets WHERE state = 3"),
    ],
)  # fmt: skip
def test_codes_in_queries(
    desk: tuple[duckdb.DuckDBPyConnection, Knowledge], question: str, sql: str, settled: str
) -> None:
    assert settle(desk[0], sql, desk[1], question=question).sql == settled


def test_what_codes_stand_for_is_found_in_questions(desk: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    found = link_values(desk[1].values, desk[1].catalog, "solved tickets from the web form, or waiting on us")
    assert [(v.column, v.value) for v in found] == [("state", "3"), ("channel", "W"), ("state", "2")]


def test_a_changed_comment_is_read(desk: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    with duckdb.connect() as con:
        con.execute(TABLES)
        before = know(con)
        con.execute("COMMENT ON COLUMN tickets.state IS '0 = open, 3 = done'")
        after = know(con)
        before.values.refresh(con, after.catalog)
        assert [v.value for v in before.values.find("done")] == ["3"] and not before.values.find("solved")
