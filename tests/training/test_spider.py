"""Questions in Spider's form, about a made-up database, become records for DuckDB."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import pytest

from training.spider import convert, is_validation

SCHEMA = {
    "db_id": "bakery",
    "table_names_original": ["Baker", "Loaf"],
    "column_names_original": [[-1, "*"], [0, "id"], [0, "Name"], [1, "id"], [1, "baker_id"], [1, "price"]],
    "primary_keys": [1, 3],
    "foreign_keys": [[4, 1]],
    "column_types": ["text", "number", "text", "number", "number", "number"],
}
ROWS = """
CREATE TABLE Baker (id INTEGER PRIMARY KEY, Name TEXT);
CREATE TABLE Loaf (id INTEGER PRIMARY KEY, baker_id INTEGER REFERENCES Baker (id), price REAL);
INSERT INTO Baker VALUES (1, 'Ann'), (2, 'Ben'), (3, 'Cem');
INSERT INTO Loaf VALUES (1, 1, 3.5), (2, 1, 4.0), (3, 2, 5.5);
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    lite = sqlite3.connect(tmp_path / "bakery.sqlite")
    lite.executescript(ROWS)
    lite.close()
    with zipfile.ZipFile(tmp_path / "databases.zip", "w") as archive:
        archive.write(tmp_path / "bakery.sqlite", "bakery.sqlite")
    (tmp_path / "tables.json").write_text(json.dumps([SCHEMA]))
    return tmp_path


@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("SELECT Name FROM Baker", False),
        ("SELECT Name FROM Baker ORDER BY Name", True),
        ("SELECT baker_id FROM Loaf GROUP BY baker_id ORDER BY COUNT(*) DESC", True),
        ("SELECT Name FROM Baker WHERE id = (SELECT baker_id FROM Loaf ORDER BY price DESC LIMIT 1)", False),
    ],
)
def test_the_order_of_rows_matters_where_the_query_itself_has_one(source: Path, query: str, ordered: bool) -> None:
    record = {"db_id": "bakery", "SpiderQuestion": "Who?", "SpiderSynQuestion": "Which one?", "query": query}
    (source / "train.json").write_text(json.dumps([record]))
    assert convert(source, source / "out")["kept"] == 1
    lines = (source / "out" / "spider.jsonl").read_text().splitlines()
    assert [json.loads(line)["ordered"] for line in lines] == [ordered, ordered]
    assert [json.loads(line)["kind"] for line in lines] == ["spider", "spider-syn"]


def test_queries_that_do_not_bind_or_find_nothing_are_dropped(source: Path) -> None:
    queries = ["SELECT Nobody FROM Baker", "SELECT Name FROM Baker WHERE id = 9", "SELECT COUNT(*) FROM Loaf"]
    records = [{"db_id": "bakery", "SpiderQuestion": q, "SpiderSynQuestion": q, "query": q} for q in queries]
    (source / "train.json").write_text(json.dumps(records))
    counts = convert(source, source / "out")
    assert counts["kept"] == 1
    assert counts["dropped: no rows"] == 1
    assert sum(counts.values()) == 3


def test_a_database_without_rows_gets_some_that_its_queries_tell_apart(source: Path) -> None:
    names = [f"garden_{n}" for n in range(40)]
    name = next(name for name in names if is_validation(name))
    (source / "tables.json").write_text(json.dumps([SCHEMA | {"db_id": name}]))
    queries = [
        "SELECT COUNT(*) FROM Loaf WHERE price > 120",
        "SELECT T1.Name, COUNT(*) FROM Baker AS T1 JOIN Loaf AS T2 ON T1.id = T2.baker_id GROUP BY T1.id",
        "SELECT Name FROM Baker WHERE Name LIKE '%Dora%'",
    ]
    records = [{"db_id": name, "SpiderQuestion": q, "SpiderSynQuestion": q, "query": q} for q in queries]
    (source / "train.json").write_text(json.dumps(records))
    assert convert(source, source / "out")["kept"] == len(queries)
    lines = (source / "out" / "spider.jsonl").read_text().splitlines()
    assert {json.loads(line)["split"] for line in lines} == {"train"}  # made-up rows are not measured on
    file = source / "out" / "databases" / f"{name}.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        [(above, all_of_them)] = con.execute("SELECT count(*) FILTER (price > 120), count(*) FROM Loaf").fetchall()
        assert 0 < above < all_of_them
        assert con.execute("FROM Loaf ANTI JOIN Baker ON baker_id = Baker.id").fetchall() == []
        rows = con.execute("FROM Loaf").fetchall()
    convert(source, source / "again")
    with duckdb.connect(str(source / "again" / "databases" / f"{name}.duckdb"), read_only=True) as con:
        assert con.execute("FROM Loaf").fetchall() == rows
