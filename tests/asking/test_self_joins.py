"""Tables joined with themselves."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.self_joins import count_pointing
from llmsql.catalog.snapshot import snapshot

PEOPLE = """
    CREATE TABLE people (
        id INTEGER PRIMARY KEY, name VARCHAR, referred_by INTEGER REFERENCES people (id), pay DOUBLE, city VARCHAR
    )
"""


@pytest.mark.parametrize(
    ("sql", "settled"),
    [
        ("SELECT p.name, COUNT(*) AS n FROM people AS p JOIN people AS r ON p.referred_by = r.id GROUP BY ALL HAVING COUNT(*) >= 3",
         "SELECT r.name, COUNT(*) AS n FROM people AS p JOIN people AS r ON p.referred_by = r.id GROUP BY ALL HAVING COUNT(*) >= 3"),
        ("SELECT p.name, COUNT(*) FROM people AS p JOIN people AS r ON r.id = p.referred_by GROUP BY p.id, p.name ORDER BY p.name",
         "SELECT r.name, COUNT(*) FROM people AS p JOIN people AS r ON r.id = p.referred_by GROUP BY r.id, r.name ORDER BY r.name"),
        ("SELECT r.name, COUNT(*) FROM people AS p JOIN people AS r ON p.referred_by = r.id GROUP BY ALL", None),
        ("SELECT p.name, r.name, COUNT(*) FROM people AS p JOIN people AS r ON p.referred_by = r.id GROUP BY ALL", None),
        ("SELECT p.city, COUNT(*) FROM people AS p JOIN people AS r ON p.referred_by = r.id GROUP BY ALL", None),
        ("SELECT p.name, COUNT(*) FROM people AS p LEFT JOIN people AS r ON p.referred_by = r.id GROUP BY ALL", None),
        ("SELECT p.name, COUNT(*) FROM people AS p JOIN people AS r ON p.referred_by = r.id WHERE p.pay < r.pay GROUP BY ALL", None),
        ("SELECT p.name, r.pay FROM people AS p JOIN people AS r ON p.referred_by = r.id", None),
        ("SELECT p.name, COUNT(*) FROM people AS p JOIN people AS r ON p.pay < r.pay GROUP BY ALL", None),
        ("SELECT p.name, COUNT(*) FROM people AS p JOIN people AS r ON p.id = r.id GROUP BY ALL", None),
    ],
)  # fmt: skip
def test_counts_are_of_what_is_pointed_at(sql: str, settled: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(PEOPLE)
        catalog = snapshot(con)
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert bool(count_pointing(tree, catalog)) == (settled is not None)
    assert tree.sql("duckdb") == (settled or sql)
