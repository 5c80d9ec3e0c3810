"""Made-up databases: reproducible, various, small, and fit to be asked."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from llmsql.catalog.snapshot import snapshot
from training.synthesis.domains import load_domains
from training.synthesis.schemas import build_synthetic_database
from training.synthesize import write_dataset, write_pairs

SEEDS = range(24)


def contents(seed: int) -> list[object]:
    """Everything a made-up database holds."""
    with duckdb.connect() as con:
        build_synthetic_database(con, seed)
        tables = con.execute("SELECT sql FROM duckdb_tables() ORDER BY table_oid").fetchall()
        comments = con.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL ORDER BY 1"
        ).fetchall()
        rows = [con.execute(f"FROM {table.reference}").fetchall() for table in snapshot(con, infer=False)]
        return [tables, comments, rows]


def test_seed_reproduces_the_database() -> None:
    assert contents(3) == contents(3)
    assert contents(3) != contents(4)


def test_databases_are_small_and_various() -> None:
    tables, kinds, names, keys = Counter(), set(), set(), Counter()
    for seed in SEEDS:
        with duckdb.connect() as con:
            info = build_synthetic_database(con, seed)
            catalog = snapshot(con)
        tables[info.tables] += 1
        assert len(catalog) == info.tables <= 10
        for table in catalog:
            assert table.rows is not None and 5 <= table.rows <= 300
            assert len({c.name.casefold() for c in table.columns}) == len(table.columns)
            kinds |= {c.type.split("(")[0] for c in table.columns}
            names.add(table.name)
            keys["declared"] += any(not fk.inferred for fk in table.foreign_keys)
            keys["inferred"] += any(fk.inferred for fk in table.foreign_keys)
    assert len(tables) >= 4
    assert {"INTEGER", "VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN", "DOUBLE", "DECIMAL", "VARCHAR[]"} <= kinds
    assert len(names) > 40
    assert keys["declared"] > 5 and keys["inferred"] > 2


def test_domains_are_whole_and_split_once_and_for_all() -> None:
    domains = load_domains()
    assert len(domains) >= 40
    for domain in domains:
        nouns = {e.noun for e in domain.entities}
        assert all(r.parent in nouns for e in domain.entities for r in e.relations), domain.name
        assert all(a.noun and a.kind for e in domain.entities for a in e.attributes), domain.name
    validation = [d.name for d in domains if d.split == "validation"]
    assert 0.1 <= len(validation) / len(domains) <= 0.2
    assert "farm" in validation


def test_dataset_has_records_and_their_databases(tmp_path: Path) -> None:
    output = tmp_path / "synthetic"
    counts = write_dataset(output, schemas=3, pairs_per_schema=6, seed=5)
    records = [json.loads(line) for line in (output / "synthetic.jsonl").read_text().splitlines()]
    assert len(records) == counts.total() > 10
    for record in records:
        assert set(record) == {"database", "question", "sql", "kind", "ordered", "split"}
        file = output / "databases" / f"{record['database'].removeprefix('synthetic/')}.duckdb"
        with duckdb.connect(str(file), read_only=True) as con:
            con.execute(record["sql"]).fetchall()
    assert not list(output.rglob("*.part"))
    first = (output / "synthetic.jsonl").read_text()
    write_dataset(output, schemas=3, pairs_per_schema=6, seed=5)
    assert (output / "synthetic.jsonl").read_text() == first
    database = next((output / "databases").glob("*.duckdb"))
    assert write_pairs(database, tmp_path / "pairs.jsonl", count=5, seed=1) == 5


@pytest.mark.slow
def test_hundreds_of_databases_can_be_built() -> None:
    for seed in range(300):
        with duckdb.connect() as con:
            build_synthetic_database(con, seed)
