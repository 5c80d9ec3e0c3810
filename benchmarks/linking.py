"""Whether the tables that a question needs are shown: ``python -m benchmarks.linking --data-root DIR``.

No model is asked. Validation questions with known SQL are asked over catalogs of 3 to 1,000 tables: their own
database's tables hidden among those of all the others, and again with every name written in another habit
(``OrderDate``, ``ord_dt`` with a comment). Recall is the share of questions for which every table of the right SQL, or
every column of it, is shown; the budget is that of a prompt, whatever the size of the catalog.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import sqlglot
from sqlglot import exp

from benchmarks.record import save
from llmsql.asking.joins import KeyGraph
from llmsql.asking.link import link_values, select_tables
from llmsql.asking.prompt import StoredValue, render_schema
from llmsql.asking.scopes import table_reference
from llmsql.catalog import Catalog, Column, ForeignKey, Table
from training.calibrate import validation_records
from training.dataset import Databases, Record

SIZES = (3, 10, 30, 100, 300, 1000)
Rename = Callable[[str], str]


def as_it_is(name: str) -> str:
    """The name itself."""
    return name


def camel(name: str) -> str:
    """``order_date`` → ``OrderDate``."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[_\s]+", name))


def short(name: str) -> str:
    """``order_date`` → ``ordr_dt``: without most vowels; the name goes into a comment."""
    parts = re.split(r"[_\s]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return "_".join(part[:1] + re.sub("[aeiou]", "", part[1:])[:3] for part in parts if part)


HABITS: dict[str, Rename] = {"as_it_is": as_it_is, "CamelCase": camel, "shrt_nms": short}


def prefixed(table: Table, prefix: str, rename: Rename) -> Table:
    """A table under another name, keys and all; names that say little get a comment."""
    comment = (lambda name: name.replace("_", " ")) if rename is short else (lambda name: None)
    return replace(
        table,
        reference=f"{prefix}{rename(_bare(table.reference))}",
        name=f"{prefix}{rename(table.name)}",
        comment=comment(table.name) or table.comment,
        columns=tuple(replace(c, name=rename(c.name), comment=comment(c.name) or c.comment) for c in table.columns),
        primary_key=tuple(rename(k) for k in table.primary_key),
        foreign_keys=tuple(
            replace(
                key,
                columns=tuple(rename(k) for k in key.columns),
                target=f"{prefix}{rename(_bare(key.target))}",
                target_columns=tuple(rename(k) for k in key.target_columns),
            )
            for key in table.foreign_keys
        ),
    )


def _bare(reference: str) -> str:
    return reference.replace('"', "")


def needed(record: Record, catalog: Catalog) -> tuple[set[str], set[tuple[str, str]]]:
    """Tables and (table, column) pairs of the right SQL."""
    tree = sqlglot.parse_one(record.sql, read="duckdb")
    tables = [t for node in tree.find_all(exp.Table) if (t := catalog.table(table_reference(node))) is not None]
    names = {column.name.casefold() for column in tree.find_all(exp.Column)}
    columns = {(t.reference, c.name) for t in tables for c in t.columns if c.name.casefold() in names}
    return {t.reference for t in tables}, columns


def measure(records: Sequence[Record], databases: Databases, size: int, habit: str) -> dict[str, float]:
    """Recall over one size of catalog and one habit of naming."""
    rename = HABITS[habit]
    rng = random.Random(1)
    names = {r.database for r in records}
    everything = [prefixed(table, "", rename) for table in _described(databases.root / "spider" / "schemas.json")] or [
        prefixed(table, "", rename) for name in sorted(names) for table in databases.open(name).catalog
    ]
    tables_hit = columns_hit = 0
    spent: list[float] = []
    chars: list[int] = []
    for record in records:
        database = databases.open(record.database)
        own = [prefixed(table, "", rename) for table in database.catalog]
        tables, columns = needed(record, database.catalog)
        taken = {t.reference.casefold() for t in own}
        fillers = []
        others = [t for t in everything if t.reference.casefold() not in taken]
        for copy in range(1 + size // max(len(others), 1)):
            fillers += [prefixed(t, f"x{copy}_", as_it_is) if copy else t for t in others]
        rng.shuffle(fillers)
        mixed = [*own, *fillers[: max(0, size - len(own))]]
        rng.shuffle(mixed)
        catalog = Catalog(tuple(mixed))
        started = time.perf_counter()
        values = _renamed(link_values(database.values, database.catalog, record.question), rename)
        shown = select_tables(catalog, KeyGraph(catalog), record.question, values)
        spent.append((time.perf_counter() - started) * 1000)
        chars.append(len(render_schema(shown)))
        shown_tables = {t.reference for t in shown}
        shown_columns = {(t.reference, c.name) for t in shown for c in t.columns}
        tables_hit += {rename(_bare(t)) for t in tables} <= shown_tables
        columns_hit += {(rename(_bare(t)), rename(c)) for t, c in columns} <= shown_columns
    return {
        "table_recall_percent": round(100 * tables_hit / len(records), 1),
        "column_recall_percent": round(100 * columns_hit / len(records), 1),
        "prompt_chars_most": max(chars),
        "p50_ms": round(statistics.median(spent), 1),
    }


def _described(schemas: Path) -> list[Table]:
    """The tables of every database that a file of Spider's form describes, without their rows; empty without one."""
    if not schemas.is_file():
        return []
    found: dict[str, Table] = {}
    for schema in json.loads(schemas.read_text(encoding="utf-8")).values():
        tables, columns = schema["table_names_original"], schema["column_names_original"]
        foreign: dict[int, list[ForeignKey]] = defaultdict(list)
        for here, there in schema["foreign_keys"]:
            key = ForeignKey((columns[here][1],), tables[columns[there][0]], (columns[there][1],))
            foreign[columns[here][0]].append(key)
        for number, name in enumerate(tables):
            mine = tuple(Column(c, "VARCHAR") for t, c in columns if t == number)
            found.setdefault(name.casefold(), Table(name, name, mine, foreign_keys=tuple(foreign[number])))
    return list(found.values())


def _renamed(values: Sequence[StoredValue], rename: Rename) -> list[StoredValue]:
    return [StoredValue(rename(_bare(v.table)), rename(v.column), v.value) for v in values]


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description="Recall of the tables and columns that questions need.")
    parser.add_argument("--dataset", type=Path, nargs="+", help="default: the sales questions and Spider's")
    parser.add_argument("--data-root", type=Path, default=Path("data/training"))
    parser.add_argument("--limit", type=int, default=100, help="questions of each dataset; default: %(default)s")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="tables in the catalog")
    parser.add_argument("--habits", nargs="+", choices=list(HABITS), default=list(HABITS))
    options = parser.parse_args()
    spider = options.data_root / "spider" / "spider.jsonl"
    files = options.dataset or [Path("data/sales_queries.json"), *([spider] if spider.is_file() else [])]
    records = validation_records(files, options.limit)
    databases = Databases(options.data_root)
    figures = {}
    for habit in options.habits:
        for size in options.sizes:
            name = f"{size}_tables_{habit}"
            figures[name] = measure(records, databases, size, habit)
            print(name, figures[name], flush=True)
    print(save("linking", {"questions": len(records), **figures}))


if __name__ == "__main__":
    main()
