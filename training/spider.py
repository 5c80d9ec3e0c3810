"""Human questions of the Spider training set, for DuckDB.

``python -m training.spider --source ../shared/data/spider_train --output DIR`` copies the SQLite databases into DuckDB
files, translates every query, keeps what gives the same rows on both engines, and writes ``DIR/spider.jsonl`` with
both phrasings of each question. Databases, not questions, are split into train and validation; those that come without
rows get made-up ones.

Source: Yu et al., "Spider" (EMNLP 2018), CC BY-SA 4.0; the synonym phrasings are Gan et al., "Spider-Syn" (ACL 2021).
The questions are read from a folder beside the project and never become part of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from llmsql.asking.compare import same_rows
from llmsql.asking.joins import KeyGraph, complete_joins, shorten_joins
from llmsql.asking.names import restore_names
from llmsql.catalog import Catalog, ForeignKey
from llmsql.catalog.snapshot import quote, snapshot, with_keys
from llmsql.sources import copy_rows
from training.canonical import canonical_sql
from training.command_line import one_line_errors
from training.dataset import write_records
from training.spider_rows import generate_rows

VALIDATION_SHARE = 0.1


def is_validation(database: str) -> bool:
    """Whether a database is set aside; decided by a hash of its name, so that it never changes."""
    return int(hashlib.sha256(f"split:{database}".encode()).hexdigest(), 16) % 1000 < 1000 * VALIDATION_SHARE


def copy_database(source: Path, target: Path, schema: dict[str, Any]) -> None:
    """Copy a SQLite file into a DuckDB file with the types that its values have.

    Args:
        source: SQLite file.
        target: DuckDB file to write; replaced if it is there.
        schema: the database's record in ``tables.json``, for the spelling of names.
    """
    target.unlink(missing_ok=True)
    lite = sqlite3.connect(source)
    lite.text_factory = lambda raw: raw.decode("utf-8", "replace")
    with duckdb.connect(str(target)) as con:
        for number, table in enumerate(schema["table_names_original"]):
            names = [c for t, c in schema["column_names_original"] if t == number]
            declared = {row[1].casefold(): row[2] for row in lite.execute(f'PRAGMA table_info("{table}")')}
            columns = [(name, declared.get(name.casefold(), "")) for name in names]
            rows = lite.execute("SELECT {} FROM {}".format(", ".join(f'"{n}"' for n in names), f'"{table}"'))
            copy_rows(con, table, columns, rows)
    lite.close()


def catalog_of(con: duckdb.DuckDBPyConnection, schema: dict[str, Any]) -> Catalog:
    """The snapshot of a copied database with the keys that ``tables.json`` knows."""
    catalog = snapshot(con, infer=False)
    tables, columns = schema["table_names_original"], schema["column_names_original"]
    primary: dict[str, tuple[str, ...]] = {}
    for number in schema["primary_keys"]:
        for one in number if isinstance(number, list) else [number]:
            table = quote(tables[columns[one][0]])
            primary[table] = (*primary.get(table, ()), columns[one][1])
    foreign: dict[str, list[ForeignKey]] = {}
    for here, there in schema["foreign_keys"]:
        (table, column), (target, target_column) = columns[here], columns[there]
        key = ForeignKey((column,), quote(tables[target]), (target_column,))
        foreign.setdefault(quote(tables[table]), []).append(key)
    return with_keys(catalog, primary, foreign)


def translate(sqlite_sql: str, catalog: Catalog) -> str:
    """A SQLite query as canonical DuckDB SQL in full.

    Raises:
        sqlglot.errors.SqlglotError, LLMSQLError, ValueError: it cannot be translated.
    """
    tree = sqlglot.parse_one(sqlite_sql.strip().rstrip(";"), read="sqlite")
    return canonical_sql(tree, catalog)


def convert(source: Path, output: Path) -> Counter[str]:
    """Write the databases and the dataset.

    Args:
        source: folder with ``train.json``, ``tables.json`` and ``databases.zip``.
        output: folder for ``spider.jsonl``, ``schemas.json`` and ``databases/*.duckdb``.

    Returns:
        How many records were kept, and how many dropped for which reason.
    """
    schemas = {s["db_id"]: s for s in json.loads((source / "tables.json").read_text())}
    records = json.loads((source / "train.json").read_text())
    databases = output / "databases"
    databases.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as unpacked:
        with zipfile.ZipFile(source / "databases.zip") as archive:
            archive.extractall(unpacked)
        for name, schema in schemas.items():
            lite_file = next(Path(unpacked).rglob(f"{name}.sqlite"), None)
            mine = [r for r in records if r["db_id"] == name]
            # What is right on made-up rows is not what is measured: such databases are for training only.
            split = "validation" if lite_file is not None and is_validation(name) else "train"
            if lite_file is None:
                lite_file = Path(unpacked) / f"{name}.sqlite"
                generate_rows(lite_file, schema, (r["query"] for r in mine))
            target = databases / f"{name}.duckdb"
            copy_database(lite_file, target, schema)
            with duckdb.connect(str(target), read_only=True) as con, sqlite3.connect(lite_file) as lite:
                lite.text_factory = lambda raw: raw.decode("utf-8", "replace")
                catalog = catalog_of(con, schema)
                kept += _convert_records(mine, split, con, lite, catalog, counts)
    write_records(output / "spider.jsonl", kept)
    (output / "schemas.json").write_text(json.dumps(schemas))
    return counts


def _convert_records(
    records: list[dict[str, Any]],
    split: str,
    con: duckdb.DuckDBPyConnection,
    lite: sqlite3.Connection,
    catalog: Catalog,
    counts: Counter[str],
) -> list[dict[str, Any]]:
    graph = KeyGraph(catalog)
    kept = []
    for record in records:
        try:
            sql = translate(record["query"], catalog)
            tree = sqlglot.parse_one(sql, read="duckdb")
            ordered = tree.args.get("order") is not None
            taught = sqlglot.parse_one(shorten_joins(tree, catalog, graph), read="duckdb")
            restore_names(taught, catalog)
            full = complete_joins(taught, catalog, graph).sql("duckdb")
            rows = con.execute(full).fetchmany(20_001)
            gold = lite.execute(record["query"]).fetchmany(20_001)
        except Exception as error:
            counts[f"dropped: {type(error).__name__}"] += 1
            continue
        if not gold:
            counts["dropped: no rows"] += 1
            continue
        if not same_rows(rows, gold, ordered=False):
            counts["dropped: other rows"] += 1
            continue
        counts["kept"] += 1
        phrasings = dict.fromkeys((record["SpiderQuestion"].strip(), record["SpiderSynQuestion"].strip()))
        for question in phrasings:
            kept.append(
                {
                    "database": f"spider/{record['db_id']}",
                    "split": split,
                    "question": question,
                    "sql": sql,
                    "ordered": ordered,
                    "kind": "spider" if question == record["SpiderQuestion"].strip() else "spider-syn",
                }
            )
    return kept


@one_line_errors()
def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Translate the Spider training set to DuckDB.")
    parser.add_argument("--source", type=Path, required=True, help="folder with train.json, tables.json, databases.zip")
    parser.add_argument("--output", type=Path, required=True, help="folder to write to")
    options = parser.parse_args(argv)
    for reason, count in convert(options.source, options.output).most_common():
        print(f"{count:6d}  {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
