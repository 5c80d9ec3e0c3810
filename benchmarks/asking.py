"""What a question costs: ``python -m benchmarks.asking`` (alone on the machine; a busy one gives other figures).

Prints time per stage and the share that is not the model at 20 tables, the first and the second question in fresh
processes, the same question again, and catalog snapshots at 10, 100 and 1,000 tables.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

import llmsql
from benchmarks.record import save
from llmsql.catalog.snapshot import snapshot, structure_version
from llmsql.registry import load_registry
from llmsql.sources import open_source
from llmsql.weights import weights_path

QUESTIONS = (
    "how many customers are there",
    "number of orders by channel",
    "customers by segment",
    "average list price of products by category",
    "orders per year",
    "how many orders were cancelled in 2023",
    "top 5 products by units sold",
    "total refund amount by reason",
    "customers in Europe",
    "revenue by region",
)
_FRESH = (
    "import time; t = time.perf_counter()\n"
    "from llmsql.sources import open_source\n"
    "con = open_source(); a = con.ask({question!r}); print(time.perf_counter() - t)"
)


def main() -> None:
    """Measure, print, save."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "").parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else a fresh process compiles what an installation has compiled
    figures: dict[str, Any] = {}
    registry = load_registry()
    weights = weights_path(registry.get(registry.default))
    with tempfile.TemporaryDirectory() as cache:  # no answer of an earlier run, no prefix that was read before
        (Path(cache) / weights.name).symlink_to(weights)
        os.environ["LLMSQL_CACHE_DIR"] = cache
        figures["fresh_process_s"] = fresh_processes()
        figures["stages_at_20_tables"] = stages()
        figures["snapshot_ms"] = snapshots()
    for name, value in figures.items():
        print(name)
        for key, figure in value.items():
            print(f"  {key}: {figure}")
    print(save("asking", figures))


def fresh_processes() -> dict[str, float]:
    """Seconds from the start of Python's work to the rows, in processes of their own."""
    seconds = []
    for question in ("revenue by region", "number of orders by channel", "revenue by region"):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", _FRESH.format(question=question)], check=True, capture_output=True)
        seconds.append(round(time.perf_counter() - started, 2))
    return {
        "first_question": seconds[0],
        "another_question": seconds[1],
        "first_question_again": seconds[2],
        "ratio_first_to_another": round(seconds[0] / seconds[1], 2),
    }


def stages() -> dict[str, Any]:
    """Milliseconds by stage over several questions on the sales data with eleven more tables beside them."""
    with open_source() as sales:
        names = [t.reference for t in sales.catalog()]
        arrow = {name: sales.duckdb.sql(f"FROM {name}").to_arrow_table() for name in names}
    con = llmsql.connect(today="2024-12-31")
    for name, table in arrow.items():
        con.duckdb.register("source_rows", table)
        con.execute(f"CREATE TABLE {name} AS FROM source_rows").fetchall()
    for number in range(20 - len(names)):
        con.execute(f"CREATE TABLE side_{number} AS SELECT range AS id, 'x' AS label FROM range(1000)").fetchall()
    spent: dict[str, list[float]] = {}
    total, tokens = [], []
    answered = 0
    for question in QUESTIONS:
        started = time.perf_counter()
        try:
            draft = con.ask(question).draft
        except llmsql.LLMSQLError:
            continue
        answered += 1
        if answered > 1:  # the first one loads the model and reads the catalog
            total.append((time.perf_counter() - started) * 1000)
            tokens.append(draft.completion_tokens)
            for stage, ms in draft.milliseconds.items():
                spent.setdefault(stage, []).append(ms)
    again = []
    for _ in range(50):
        started = time.perf_counter()
        con.ask_sql(QUESTIONS[0])
        again.append((time.perf_counter() - started) * 1000)
    con.engine.close()
    con.close()
    model = statistics.median(spent["generate"])
    whole = statistics.median(total)
    others = statistics.median(t - g for t, g in zip(total, spent["generate"], strict=True))
    return {
        "questions_answered": f"{answered} of {len(QUESTIONS)}",
        **{f"{stage}_p50_ms": round(statistics.median(ms), 2) for stage, ms in spent.items()},
        "whole_p50_ms": round(whole, 1),
        "not_the_model_p50_ms": round(others, 2),
        "not_the_model_share": f"{others / whole:.1%}",
        "model_ms_a_token": round(model / statistics.median(tokens), 1),
        "same_question_again_p50_ms": round(statistics.median(again), 2),
    }


def snapshots() -> dict[str, Any]:
    """Milliseconds for a snapshot, and for seeing that it is still good, by number of tables."""
    figures: dict[str, Any] = {}
    for tables in (10, 100, 1000):
        con = duckdb.connect()
        for number in range(tables):
            con.execute(
                f"CREATE TABLE t{number} AS SELECT range AS t{number}_id, range % 9 AS t{number // 2}_id, "
                f"'name ' || range % 7 AS name, DATE '2024-01-01' + range::INTEGER AS day FROM range(200)"
            ).fetchall()
        started = time.perf_counter()
        snapshot(con)
        figures[f"{tables}_tables"] = round((time.perf_counter() - started) * 1000, 1)
        started = time.perf_counter()
        structure_version(con)
        figures[f"{tables}_tables_unchanged"] = round((time.perf_counter() - started) * 1000, 2)
        con.close()
    return figures


if __name__ == "__main__":
    main()
