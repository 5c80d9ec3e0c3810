"""Side by side with what a user would pick instead: ``python -m benchmarks.rivals --data-root DIR [--limit N]``.

Vanna 2, LangChain's SQL chain, LlamaIndex's NLSQL engine and duckdb-llm-udf get the same questions, and the same base
weights through the in-process engine's OpenAI-compatible port; llmsql is measured twice, on those weights and with its
default model. Each rival is installed into a virtual environment of its own under ``--folder``, once.
Their SQL is judged as ours is, on the database and on re-populated copies, after code fences and prose are taken off.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.environments import LLMUDF, installed
from benchmarks.record import save
from llmsql.asking.check import extract_sql
from llmsql.asking.pipeline import write_sql
from llmsql.errors import LLMSQLError
from llmsql.models import open_model
from llmsql.sales import build_sales_database
from llmsql.settings import load_settings
from training.calibrate import validation_records
from training.dataset import Databases, Record
from training.evaluate import Judge, rows_of, wilson

_BEFORE_2 = ("duckdb<2", "sqlalchemy==2.0.36")
# duckdb-engine does not know DuckDB 2.0, nor later SQLAlchemy (REGCLASS).
REQUIREMENTS = {
    "vanna": ("vanna==2.0.2", "openai", "duckdb"),
    "langchain": ("langchain-classic", "langchain-community", "langchain-openai", "duckdb-engine", *_BEFORE_2),
    "llamaindex": ("llama-index-core", "llama-index-llms-openai-like", "duckdb-engine", *_BEFORE_2),
    "llmudf": LLMUDF,
}
# duckdb-engine 0.17 cannot reflect tables that have keys, not even with these versions.
WITHOUT_KEYS = frozenset({"langchain", "llamaindex"})
WORKER = Path(__file__).parent / "rival_worker.py"


class Court:
    """Judges SQL for records, whoever wrote it.

    Args:
        databases: where questions are asked.
    """

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._judges: dict[str, Judge] = {}

    def judge(self, record: Record, sql: str) -> tuple[bool, bool]:
        """Whether the SQL is right, and whether it runs."""
        database = self._databases.open(record.database)
        if not sql or rows_of(database.con, sql) is None:
            return False, False
        if record.database not in self._judges:
            self._judges[record.database] = Judge(database)
        return self._judges[record.database].judge(record, sql)[0], True


def files_of(records: Sequence[Record], root: Path, folder: Path, *, keys: bool) -> dict[str, str]:
    """A file of each database for the rivals to open, in the form that older versions of DuckDB read as well.

    Args:
        records: whose databases.
        root: folder of the datasets.
        folder: where to write them.
        keys: with primary and foreign keys; else the same tables and rows without.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in {r.database for r in records}:
        path = folder / f"{name.replace('/', '.')}.duckdb"
        path.unlink(missing_ok=True)
        with duckdb.connect() as con:
            con.execute(f"ATTACH '{path}' AS theirs (STORAGE_VERSION 'v1.0.0')")
            if name == "sales":
                if not keys:
                    con.execute("ATTACH ':memory:' AS ours")
                con.execute(f"USE {'theirs' if keys else 'ours'}")
                build_sales_database(con)
            else:
                dataset, _, file = name.partition("/")
                con.execute(f"ATTACH '{root / dataset / 'databases' / file}.duckdb' AS ours (READ_ONLY)")
                if keys:
                    con.execute("COPY FROM DATABASE ours TO theirs")
            if not keys:
                tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'ours'").fetchall()
                for (table,) in tables:
                    con.execute(f'CREATE TABLE theirs."{table}" AS FROM ours."{table}"')
            con.execute("USE memory")
        found[name] = str(path.resolve())
    return found


def ask_rival(
    python: Path,
    rival: str,
    records: Sequence[Record],
    files: dict[str, str],
    environment: dict[str, str],
    seconds: float,
) -> list[dict[str, object]]:
    """What a rival writes for each question that it comes to within the time allowed."""
    lines = "".join(json.dumps({"database": files[r.database], "question": r.question}) + "\n" for r in records)
    command, own = [str(python), str(WORKER), rival], {**os.environ, **environment}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as complaints:
        try:
            subprocess.run(
                command, input=lines, stdout=out, stderr=complaints, text=True, env=own, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            print(f"{rival}: stopped after {seconds / 60:.0f} minutes", file=sys.stderr)
        out.seek(0)
        answers = [json.loads(line) for line in out if line.startswith("{")]
        if not answers:
            complaints.seek(0)
            raise SystemExit(f"{rival} answered nothing:\n{complaints.read()[-2000:]}")
    return answers


def ask_llmsql(model: str | None, records: Sequence[Record], databases: Databases) -> list[dict[str, object]]:
    """What llmsql writes for each question."""
    settings = load_settings({"model": model, "timeout": 600.0})
    name, client = open_model(settings)
    answers: list[dict[str, object]] = []
    for record in records:
        database = databases.open(record.database)
        mine = load_settings({"model": model, "timeout": 600.0, "today": database.today})
        started = time.perf_counter()
        try:
            draft = write_sql(database.con, database.knowledge(record), client, name, record.question, mine)
            sql, error = draft.sql, ""
        except LLMSQLError as refused:
            sql, error = "", str(refused).splitlines()[0]
        answers.append({"sql": sql, "error": error, "seconds": time.perf_counter() - started})
    client.close()
    return answers


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description="llmsql beside other ways to ask DuckDB, on the same weights.")
    parser.add_argument("--weights", default="qwen2.5-coder-0.5b", help="registry name; default: %(default)s")
    parser.add_argument("--dataset", type=Path, nargs="+", help="default: the sales questions and Spider's")
    parser.add_argument("--data-root", type=Path, default=Path("data/training"))
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "llmsql" / "rivals")
    parser.add_argument("--limit", type=int, default=40, help="questions of each dataset; default: %(default)s")
    parser.add_argument("--minutes", type=float, default=15, help="for each rival at most; default: %(default)s")
    parser.add_argument("--only", nargs="+", choices=[*REQUIREMENTS, "llmsql"], help="and save nothing; default: all")
    options = parser.parse_args()
    spider = options.data_root / "spider" / "spider.jsonl"
    files = options.dataset or [Path("data/sales_queries.json"), *([spider] if spider.is_file() else [])]
    records = validation_records(files, options.limit)
    random.Random(1).shuffle(records)  # so that those that a slow rival comes to are of every dataset
    databases = Databases(options.data_root)
    court = Court(databases)
    chosen = options.only or [*REQUIREMENTS, "llmsql"]
    written: dict[str, list[dict[str, object]]] = {}
    rivals = [r for r in chosen if r != "llmsql"]
    if rivals:
        options.folder.mkdir(parents=True, exist_ok=True)
        pythons = {rival: installed(rival, REQUIREMENTS[rival], options.folder) for rival in rivals}
        paths = {
            keys: files_of(records, options.data_root, options.folder / ("keys" if keys else "no_keys"), keys=keys)
            for keys in (True, False)
        }
        _, client = open_model(load_settings({"model": options.weights, "n_ctx": 8192}))
        provider = client._provider
        environment = {
            "OPENAI_BASE_URL": str(client.server_url),
            "OPENAI_API_BASE": str(client.server_url),
            "OPENAI_API_KEY": provider.server_key,  # type: ignore[attr-defined]
            "LLM_MODEL": options.weights,
            "LLM_PROVIDER": "openai",
        }
        for rival in rivals:
            written[rival] = ask_rival(
                pythons[rival], rival, records, paths[rival not in WITHOUT_KEYS], environment, 60 * options.minutes
            )
        client.close()
    if "llmsql" in chosen:
        written[f"llmsql on {options.weights}"] = ask_llmsql(options.weights, records, databases)
        written["llmsql, default model"] = ask_llmsql(None, records, databases)
    figures: dict[str, object] = {"questions": len(records), "date": datetime.date.today().isoformat()}
    for name, answers in written.items():
        # Who is stopped is judged by the questions that he came to: the first ones.
        judged = [court.judge(r, extract_sql(str(a["sql"]))) for r, a in zip(records, answers, strict=False)]
        right = sum(is_right for is_right, _ in judged)
        low, high = wilson(right, len(judged))
        figures[name] = {
            "answered": len(judged),
            "right_percent": round(100 * right / len(judged), 1),
            "interval_95": f"{low}-{high}",
            "runs_percent": round(100 * sum(runs for _, runs in judged) / len(judged), 1),
            "p50_ms": round(1000 * statistics.median(float(str(a["seconds"])) for a in answers)),
            "first_error": next((str(a["error"]) for a in answers if a["error"]), ""),
        }
        print(name, figures[name], flush=True)
    print(save("rivals", figures, part=options.only is not None))


if __name__ == "__main__":
    main()
