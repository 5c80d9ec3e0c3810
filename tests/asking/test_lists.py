"""Columns of lists that are taken for single values."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

TABLES = """
    CREATE TABLE tickets (id INTEGER PRIMARY KEY, tags VARCHAR[], scores INTEGER[], state VARCHAR, payload JSON);
    INSERT INTO tickets VALUES
        (1, ['Billing', 'login'], [1, 3], 'a', '{"filters": ["x", "y"]}'), (2, ['login'], [5], 'a', '{"filters": ["x"]}'),
        (3, [], NULL, 'b', NULL);
"""


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        yield con, know(con)


@pytest.mark.parametrize(
    ("question", "sql", "rows"),
    [
        ("billing tickets", "SELECT id FROM tickets WHERE tags = 'billing'", [(1,)]),
        ("billing tickets", "SELECT id FROM tickets WHERE 'billing' = tags", [(1,)]),
        ("billing tickets", "SELECT id FROM tickets WHERE tags ILIKE '%billing%'", [(1,)]),
        ("billing tickets", "SELECT id FROM tickets WHERE CAST(tags AS TEXT) LIKE '%billing%'", [(1,)]),
        ("billing tickets", "SELECT id FROM tickets WHERE list_contains(tags, 'BILLING')", [(1,)]),
        ("not billing", "SELECT id FROM tickets WHERE tags <> 'billing' ORDER BY id", [(2,), (3,)]),
        ("either", "SELECT id FROM tickets WHERE tags IN ('billing', 'login') ORDER BY id", [(1,), (2,)]),
        ("tickets by tag", "SELECT tags, COUNT(*) FROM tickets GROUP BY tags ORDER BY tags", [("Billing", 1), ("login", 2)]),
        ("tickets by tag", "SELECT tags, COUNT(*) FROM tickets GROUP BY ALL ORDER BY COUNT(*) DESC", [("login", 2), ("Billing", 1)]),
        ("all the tags", "SELECT DISTINCT tags FROM tickets ORDER BY tags", [("Billing",), ("login",)]),
        ("how many tags", "SELECT COUNT(DISTINCT tags) FROM tickets", [(2,)]),
        ("by filter", "SELECT payload_filters, COUNT(*) FROM tickets GROUP BY ALL ORDER BY 1", [("x", 2), ("y", 1)]),
        ("combinations of tags", "SELECT tags, COUNT(*) FROM tickets GROUP BY ALL ORDER BY id", None),
        ("with two tags", "SELECT id FROM tickets WHERE tags >= 2", [(1,)]),
        ("tags per ticket", "SELECT AVG(tags) FROM tickets", [(1.0,)]),
        ("average score", "SELECT AVG(scores) FROM tickets", [(3.0,)]),
        ("the tags of ticket 1", "SELECT tags FROM tickets WHERE id = 1", [(["Billing", "login"],)]),
        ("by tag", "SELECT tags, COUNT(*) FROM tickets WHERE tags IS NOT NULL GROUP BY tags ORDER BY tags", [("Billing", 1), ("login", 2)]),
        ("by tag", "SELECT t.tags, COUNT(*) FROM tickets, UNNEST(tickets.tags) AS t(tags) GROUP BY ALL ORDER BY 1", [("Billing", 1), ("login", 2)]),
        ("tickets and different tags", "SELECT COUNT(*), COUNT(DISTINCT tags) FROM tickets", [(3, 3)]),
        ("tickets and score", "SELECT COUNT(*), MAX(scores) FROM tickets", [(3, [5])]),
        ("ids and tags", "SELECT DISTINCT id, tags FROM tickets WHERE id = 1", [(1, ["Billing", "login"])]),
        ("numbered", "SELECT tags, MAX(id) OVER () FROM tickets WHERE id = 1", [(["Billing", "login"], 1)]),
        ("without tags", "SELECT id FROM tickets WHERE tags = '[]'", [(3,)]),
        ("tags like bill", "SELECT id FROM tickets WHERE tags ILIKE '%bill%'", [(1,)]),
        ("tags like bill", "SELECT id FROM tickets WHERE CAST(tags AS TEXT) ILIKE '%bill%'", [(1,)]),
        ("with score 5", "SELECT id FROM tickets WHERE scores = 5", [(2,)]),
        ("none with score 5", "SELECT id FROM tickets WHERE scores <> 5 ORDER BY id", [(1,), (3,)]),
        ("by state", "SELECT state, COUNT(*) FROM tickets WHERE tags = 'login' GROUP BY ALL", [("a", 2)]),
    ],
)  # fmt: skip
def test_lists_are_looked_into(
    desk: tuple[duckdb.DuckDBPyConnection, Knowledge], question: str, sql: str, rows: list[tuple[object, ...]] | None
) -> None:
    con, known = desk
    if rows is None:  # whole lists are meant
        sql = sql.replace("ORDER BY id", "ORDER BY tags")
        settled = settle(con, sql, known, question=question)
        assert con.execute(settled.sql).fetchall() == [([], 1), (["Billing", "login"], 1), (["login"], 1)]
        return
    settled = settle(con, sql, known, question=question)
    assert con.execute(settled.sql).fetchall() == rows
    assert settle(con, settled.sql, known, question=question).sql == settled.sql
