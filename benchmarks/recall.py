"""How often a verified answer is recalled, and how often that is right.

    python -m benchmarks.recall --dataset data/sales_queries.json
    python -m benchmarks.recall --dataset data/training/spider/spider.jsonl --root data/training

Every question of a database but the one asked is taken as verified, then it is asked; so is every question with the
answers to its own SQL left out, which shows what is recalled where nothing should be but a re-bound answer. A recall is
right when its SQL is the question's own, or gives the same rows. Test splits are left out.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import time
from collections import defaultdict
from pathlib import Path

import duckdb

from llmsql.asking.compare import same_rows
from llmsql.asking.recall import Memory, Recall, Verified
from llmsql.asking.scopes import plain_sql
from llmsql.asking.stored import value_lookup
from training.dataset import Databases, Record, load_records

DAY = datetime.date(2024, 12, 31)
SECONDS = 5.0


def verified(record: Record) -> Verified:
    """A dataset's record as a user's verdict."""
    return Verified(record.question, record.sql, "good", DAY, datetime.datetime(2024, 12, 31))


def is_right(con: duckdb.DuckDBPyConnection, recalled: Recall, record: Record) -> bool:
    """Whether the recalled SQL answers the question."""
    if plain_sql(recalled.sql) == plain_sql(record.sql):
        return True
    try:
        ours, theirs = con.sql(recalled.sql).fetchall(), con.sql(record.sql).fetchall()
    except duckdb.Error:
        return False
    return same_rows(ours, theirs, ordered=record.ordered)


def main() -> None:
    """Print a line of JSON for each way of asking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--root", type=Path, default=Path("data/training"))
    parser.add_argument("--limit", type=int, default=500, help="questions to ask; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="print every wrong recall")
    options = parser.parse_args()
    records = [r for r in load_records(options.dataset) if r.split != "test"]
    by_database: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_database[record.database].append(record)
    asked = random.Random(options.seed).sample(records, min(options.limit, len(records)))
    databases = Databases(options.root)
    for kept in ("other questions", "other SQL"):
        right = wrong = possible = 0
        seconds = 0.0
        for record in asked:
            database = databases.open(record.database)
            own = plain_sql(record.sql)
            others = [
                r
                for r in by_database[record.database]
                if r.question != record.question and (kept == "other questions" or plain_sql(r.sql) != own)
            ]
            possible += any(plain_sql(r.sql) == own for r in others)
            memory = Memory([verified(r) for r in others])
            started = time.perf_counter()
            found = memory.recall(record.question, DAY, value_lookup(database.con, database.catalog, database.values))
            seconds += time.perf_counter() - started
            if found is None:
                continue
            if is_right(database.con, found, record):
                right += 1
            else:
                wrong += 1
                if options.wrong:
                    print(
                        f"{record.question}\n  {record.sql}\n  {found.record.question}\n  {found.sql} {found.changes}"
                    )
        report = {
            "verified": kept,
            "asked": len(asked),
            "same SQL verified": possible,
            "recalled": right + wrong,
            "right": right,
            "precision": round(right / (right + wrong), 4) if right + wrong else None,
            "ms": round(1000 * seconds / len(asked), 2),
        }
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
