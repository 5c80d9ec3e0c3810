"""Times between two moments."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.durations import between_moments, measure_durations
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot

TICKETS = (
    "CREATE TABLE tickets (took INTERVAL, id INTEGER, opened_at TIMESTAMP, closed_at TIMESTAMP, due DATE, paid DATE, price DOUBLE);"
    "CREATE TABLE visits (id INTEGER, ticket_id INTEGER, arrived_on DATE)"
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with duckdb.connect() as con:
        con.execute(TICKETS)
        return snapshot(con)


@pytest.mark.parametrize(
    ("question", "shown", "measured"),
    [
        ("average hours to close", "AVG(closed_at - opened_at)", "AVG(EPOCH(closed_at - opened_at) / 3600.0)"),
        ("median minutes to close", "MEDIAN(closed_at - opened_at)", "MEDIAN(EPOCH(closed_at - opened_at) / 60.0)"),
        ("days it took", "closed_at - opened_at", "DATE_DIFF('DAY', opened_at, closed_at)"),
        (
            "hours to close",
            "SUM(closed_at - opened_at) / COUNT(*)",
            "SUM(EPOCH(closed_at - opened_at) / 3600.0) / COUNT(*)",
        ),
        ("average minutes taken", "AVG(took)", "AVG(EPOCH(took) / 60.0)"),
        ("days taken", "SUM(took)", "SUM(EPOCH(took) / 86400.0)"),
        ("time taken", "AVG(took)", None),
        # as good already
        ("average hours to close", "AVG(EPOCH(closed_at - opened_at) / 3600)", None),
        ("average hours to close", "AVG(EXTRACT(EPOCH FROM closed_at - opened_at) / 3600)", None),
        ("days to close", "EXTRACT(DAY FROM closed_at - opened_at)", None),
        ("hours to close", "EPOCH(MAX(closed_at - opened_at)) / 3600", None),
        ("days after it was due", "closed_at - due", "DATE_DIFF('DAY', due, closed_at)"),
        ("hours to close per day", "AVG(closed_at - opened_at)", "AVG(EPOCH(closed_at - opened_at) / 3600.0)"),
        ("how long did each take", "closed_at - opened_at", None),
        ("hours and minutes it took", "closed_at - opened_at", None),
        ("days late", "paid - due", None),
        ("hours times price", "price - id", None),
    ],
)
def test_durations_shown(catalog: Catalog, question: str, shown: str, measured: str | None) -> None:
    tree = sqlglot.parse_one(f"SELECT {shown} FROM tickets", read="duckdb")
    assert bool(measure_durations(tree, question, catalog)) == (measured is not None)
    assert tree.sql("duckdb") == f"SELECT {measured or shown} FROM tickets"


@pytest.mark.parametrize(
    ("question", "condition", "measured"),
    [
        ("closed within 24 hours", "closed_at - opened_at < 24", "(EPOCH(closed_at - opened_at) / 3600.0) < 24"),
        ("closed within 24 hours", "closed_at - opened_at < INTERVAL '24' HOUR", None),
        ("longest in hours", "closed_at - opened_at = (SELECT MAX(closed_at - opened_at) FROM tickets)", None),
        ("late by more than two days", "closed_at - opened_at > 2", "DATE_DIFF('DAY', opened_at, closed_at) > 2"),
    ],
)
def test_durations_compared(catalog: Catalog, question: str, condition: str, measured: str | None) -> None:
    tree = sqlglot.parse_one(f"SELECT id FROM tickets WHERE {condition}", read="duckdb")
    measure_durations(tree, question, catalog)
    assert tree.sql("duckdb") == f"SELECT id FROM tickets WHERE {measured or condition}"


@pytest.mark.parametrize(
    ("question", "sql", "settled"),
    [
        ("days from opening to closing", "SELECT CURRENT_DATE - opened_at FROM tickets", "SELECT closed_at - opened_at FROM tickets"),
        ("days between opening and closing", "SELECT CURRENT_DATE - closed_at FROM tickets", "SELECT closed_at - opened_at FROM tickets"),
        ("days from due date to the day it was paid", "SELECT DATE_DIFF('DAY', due, CURRENT_DATE) FROM tickets", "SELECT DATE_DIFF('DAY', due, paid) FROM tickets"),
        ("days from opening to the visit", "SELECT CURRENT_DATE - tickets.opened_at FROM tickets JOIN visits ON tickets.id = visits.ticket_id", "SELECT visits.arrived_on - tickets.opened_at FROM tickets JOIN visits ON tickets.id = visits.ticket_id"),
        ("days since opening", "SELECT CURRENT_DATE - opened_at FROM tickets", None),
        ("days from opening to today", "SELECT CURRENT_DATE - opened_at FROM tickets", None),
        ("from Rome to Oslo", "SELECT CURRENT_DATE - opened_at FROM tickets", None),
    ],
)  # fmt: skip
def test_between_two_moments(catalog: Catalog, question: str, sql: str, settled: str | None) -> None:
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert bool(between_moments(tree, question, catalog)) == (settled is not None)
    assert tree.sql("duckdb") == (settled or sqlglot.parse_one(sql, read="duckdb").sql("duckdb"))
