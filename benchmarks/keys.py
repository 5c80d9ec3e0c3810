"""How many undeclared keys are found: ``python -m benchmarks.keys --data-root DIR``.

The databases of Spider's training set, made by ``training.spider``, declare no keys, but the dataset lists them. What
``llmsql.catalog.keys`` finds from names and rows is held against that list, single-column keys only. An extra key is
not always wrong: some are true and merely not listed. The rules were made looking at these databases, so the figure is
somewhat optimistic.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import duckdb

from benchmarks.record import save
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from training.spider import catalog_of

Key = tuple[str, str, str, str]


def keys_of(catalog: Catalog) -> set[Key]:
    """Table, column, target and its column of every single-column foreign key, folded."""
    return {
        (
            table.name.casefold(),
            key.columns[0].casefold(),
            key.target.strip('"').casefold(),
            key.target_columns[0].casefold(),
        )
        for table in catalog
        for key in table.foreign_keys
        if len(key.columns) == 1
    }


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data-root", type=Path, default=Path("data/training"), help="where spider/databases is")
    parser.add_argument("--misses", action="store_true", help="print what is missed and what is extra")
    options = parser.parse_args()
    schemas = json.loads((options.data_root / "spider" / "schemas.json").read_text(encoding="utf-8"))
    found = missed = extra = 0
    files = sorted((options.data_root / "spider" / "databases").glob("*.duckdb"))
    if not files:
        parser.error(f"{options.data_root}/spider/databases is empty; make it with python -m training.spider")
    for file in files:
        with duckdb.connect(str(file), read_only=True) as con:
            ours = keys_of(snapshot(con))
            listed = keys_of(catalog_of(con, schemas[file.stem]))
        found, missed, extra = found + len(ours & listed), missed + len(listed - ours), extra + len(ours - listed)
        if options.misses:
            for sign, keys in (("-", listed - ours), ("+", ours - listed)):
                for table, column, target, key in sorted(keys):
                    print(f"{sign} {file.stem}: {table}.{column} -> {target}.{key}")
    figures = {
        "databases": len(files),
        "listed": found + missed,
        "found": found,
        "recall_percent": round(100 * found / (found + missed), 1),
        "extra": extra,
        "precision_percent": round(100 * found / (found + extra), 1),
    }
    print(figures)
    print(save("keys", figures))


if __name__ == "__main__":
    main()
