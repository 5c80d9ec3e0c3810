"""Joins with CTEs and subqueries that say no condition."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import sqlglot

from llmsql.asking.derived_joins import join_derived
from llmsql.asking.joins import KeyGraph
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot

SCRIPT = """
CREATE TABLE agents (id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE cases (case_id INTEGER PRIMARY KEY, agent_id INTEGER REFERENCES agents (id), days INTEGER, opened DATE);
"""
OWN = "WITH own AS (SELECT agent_id, AVG(days) AS mean FROM cases GROUP BY ALL)"
MONTH = "SELECT DATE_TRUNC('MONTH', opened) AS month, COUNT(*) AS n FROM cases GROUP BY ALL"


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[duckdb.DuckDBPyConnection, Catalog]]:
    with duckdb.connect() as con:
        con.execute(SCRIPT)
        yield con, snapshot(con)


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        (f"{OWN} SELECT name, mean FROM own JOIN agents", "own.agent_id = agents.id"),
        (f"{OWN} SELECT name, mean FROM agents LEFT JOIN own", "agents.id = own.agent_id"),
        (f"{OWN} SELECT case_id FROM cases JOIN own WHERE days > mean", "cases.agent_id = own.agent_id"),
        (f"{OWN}, worst AS (SELECT agent_id, MAX(days) AS m FROM cases GROUP BY ALL) SELECT mean, m FROM own JOIN worst",
         "own.agent_id = worst.agent_id"),
        ("SELECT case_id FROM cases JOIN (SELECT agent_id, AVG(days) AS mean FROM cases GROUP BY ALL) AS own",
         "cases.agent_id = own.agent_id"),
        ("WITH firsts AS (SELECT * FROM cases QUALIFY ROW_NUMBER() OVER (PARTITION BY agent_id ORDER BY opened) = 1) "
         "SELECT name, days FROM firsts JOIN agents", "firsts.agent_id = agents.id"),
        ("WITH some AS (SELECT agent_id AS who, opened FROM cases), last AS (SELECT who, MAX(opened) AS o FROM some "
         "GROUP BY ALL) SELECT name, o FROM agents JOIN last", "agents.id = last.who"),
        (f"WITH a AS ({MONTH}), b AS ({MONTH}) SELECT month, a.n, b.n FROM a JOIN b", "a.month = b.month"),
    ],
    ids=["CTE, table", "table, CTE", "same column", "two CTEs", "subquery", "keys of a star", "through a CTE", "months"],
)  # fmt: skip
def test_the_keys_say_how(shop: tuple[duckdb.DuckDBPyConnection, Catalog], written: str, joined: str) -> None:
    con, catalog = shop
    tree = sqlglot.parse_one(written, read="duckdb")
    [note] = join_derived(tree, catalog, KeyGraph(catalog))
    assert note.endswith(f" on {joined}")
    con.execute(f"EXPLAIN {tree.sql('duckdb')}")


@pytest.mark.parametrize(
    "written",
    [
        "WITH whole AS (SELECT AVG(days) AS mean FROM cases) SELECT case_id FROM cases, whole WHERE days > mean",
        f"WITH m AS ({MONTH}) SELECT a.month, a.n - b.n FROM m AS a, m AS b WHERE a.n > b.n",
        f"{OWN} SELECT name FROM agents, own WHERE agents.id = own.agent_id",
        f"{OWN} SELECT name, mean FROM agents CROSS JOIN own",
        f"WITH m AS ({MONTH}) SELECT name, month FROM agents, m",
        "WITH c AS (SELECT opened, days FROM cases WHERE days > 3) SELECT COUNT(*) FROM cases, c",
        "WITH a AS (SELECT id FROM agents), agents AS (SELECT id FROM a) SELECT case_id FROM cases, agents",
        "SELECT name FROM agents, (VALUES (1), (2)) AS v(id)",
        "SELECT name, o FROM agents, LATERAL (SELECT MAX(opened) AS o FROM cases WHERE agent_id = agents.id) AS x",
    ],
)
def test_what_no_key_links_stays(shop: tuple[duckdb.DuckDBPyConnection, Catalog], written: str) -> None:
    con, catalog = shop
    tree = sqlglot.parse_one(written, read="duckdb")
    before = tree.copy()
    assert join_derived(tree, catalog, KeyGraph(catalog)) == []
    assert tree == before
    con.execute(f"EXPLAIN {written}")
