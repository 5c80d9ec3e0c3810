"""Ctrl-C while row functions wait for a model, in a process of its own."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import llmsql
from tests.rows.stubs import StubModel

ASK = "CREATE TABLE made AS SELECT ai_complete('row ' || i) AS a FROM range(30) r(i)"
# DuckDB raises RuntimeError where it sees the signal itself. Where it had the function run in the main thread, the function
# ends the query with an error, and KeyboardInterrupt comes a moment after.
PROGRAM = f"""
import sys, time, duckdb, llmsql
con = llmsql.connect("shop.duckdb", concurrency=2)
try:
    try:
        con.execute("{ASK}")
    except duckdb.Error:
        time.sleep(30)
except (RuntimeError, KeyboardInterrupt):
    print("Query interrupted", file=sys.stderr, flush=True)
print(con.execute("SELECT 42").fetchall(), flush=True)
"""
SHELL = ["-m", "llmsql", "shell", "shop.duckdb", "-c", "SET VARIABLE llmsql_concurrency = 2", "-c", ASK]


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [(["-c", PROGRAM], "Query interrupted", 0), (SHELL, "Interrupted.", 130)],
    ids=["python", "shell"],
)
def test_ctrl_c_stops_within_a_second_and_what_was_answered_is_kept(
    model: StubModel, hermetic: Path, arguments: list[str], says: str, code: int
) -> None:
    turns = itertools.count()
    model.faults = lambda text: model.silent() if next(turns) >= 5 else None
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=hermetic, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None and asking.stderr is not None
        while len(model.requests) < 7:  # five answers, and two calls that the server says nothing to
            assert asking.poll() is None, asking.stderr.read()
            time.sleep(0.01)
        asking.send_signal(signal.SIGINT)
        sent = time.monotonic()
        line = asking.stderr.readline()
        assert time.monotonic() - sent < 1
        rest, out = asking.stderr.read(), asking.stdout.read()
    assert (line.strip(), rest, asking.returncode) == (says, "", code)
    assert code or "[(42,)]" in out  # a program goes on
    model.faults = lambda text: None
    with llmsql.connect(str(hermetic / "shop.duckdb")) as con:
        con.execute(ASK).fetchall()
        [(kept, calls)] = con.execute("SELECT kept, calls FROM ai_usage_summary()").fetchall()
    assert (kept, calls) == (5, 25)
    asked = Counter(model.texts)
    assert len(asked) == 30 and sum(asked.values()) == 32
