"""Queries that say the question's own word back."""

from __future__ import annotations

import datetime

import duckdb
import pytest

from llmsql.asking.joins import KeyGraph
from llmsql.asking.settle import Knowledge, settle
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot

FRIENDS = """
CREATE TABLE friendships (person VARCHAR, friend VARCHAR, since INTEGER);
INSERT INTO friendships VALUES ('Bob', 'Alice', 2019), ('Alice', 'Bob', 2020), ('Zach', 'Bob', 2021), ('Dan', 'Eve', 2022);
CREATE TABLE flights (origin VARCHAR, destination VARCHAR, stop VARCHAR);
INSERT INTO flights VALUES ('Rome', 'Oslo', 'Bonn'), ('Oslo', 'Rome', 'Rome'), ('Bonn', 'Oslo', 'Oslo');
"""


@pytest.mark.parametrize(
    ("question", "written", "wanted"),
    [
        (
            "who are the friends of Bob?",
            "SELECT friend FROM friendships WHERE friend = 'Bob'",
            "SELECT friend FROM friendships WHERE person = 'Bob'",
        ),
        (
            "Bob's friends since 2019",
            "SELECT DISTINCT friend FROM friendships WHERE friend = 'Bob' AND since >= 2019",
            "SELECT DISTINCT friend FROM friendships WHERE person = 'Bob' AND since >= 2019",
        ),
        ("who is friends with Bob?", "SELECT person FROM friendships WHERE friend = 'Bob'", None),
        ("is Bob a friend?", "SELECT friend FROM friendships WHERE friend = 'Bob'", None),
        ("friends called Bob", "SELECT friend FROM friendships WHERE friend = 'Bob'", None),
        ("friends Bob", "SELECT friend, since FROM friendships WHERE friend = 'Bob'", None),
        ("Eve's friends", "SELECT friend FROM friendships WHERE friend = 'Eve'", None),  # nobody else is Eve
        ("where do flights from Rome go", "SELECT origin FROM flights WHERE origin = 'Rome'", None),  # which of two?
    ],
)
def test_an_answer_is_not_the_questions_own_word(question: str, written: str, wanted: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(FRIENDS)
        catalog = snapshot(con)
        known = Knowledge(catalog, KeyGraph(catalog), build_value_index(con, catalog))
        settled = settle(con, written, known, datetime.date(2026, 11, 28), question)
        assert settled.sql == (wanted or written)
        assert bool(settled.notes) == (wanted is not None)
