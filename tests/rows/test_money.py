"""Limits that stop before the call that would cross them; estimates; what is kept on disk; offline replay."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import llmsql
from tests.rows.stubs import StubModel

ASK = "SELECT count(ai_complete(body)) FROM ten"


@pytest.fixture
def ten(model: StubModel, hermetic: Path) -> Iterator[llmsql.Connection]:
    """A database file with ten texts."""
    with llmsql.connect(str(hermetic / "ten.duckdb")) as con:
        con.execute("CREATE TABLE ten AS SELECT i AS id, 'row ' || i AS body FROM range(10) r(i)").fetchall()
        yield con


@pytest.mark.parametrize(
    ("setting", "value", "most"),
    [
        ("max_calls", "4", 4),
        ("session_max_calls", "4", 4),
        ("max_calls", "0", 0),
        ("max_total_tokens", "3500", 4),  # a call of the stub takes 1,100 tokens, and may take 512 more
        ("max_cost_usd", "0.0005", 4),  # and 0.00011 $ at the price of gpt-4.1-nano, at most 0.0002
    ],
)
def test_limits_stop_before_the_call_that_would_cross_them(
    ten: llmsql.Connection, model: StubModel, setting: str, value: str, most: int
) -> None:
    ten.execute("SET VARIABLE llmsql_model = 'gpt-4.1-nano'").fetchall()
    ten.execute("SET VARIABLE llmsql_concurrency = 2").fetchall()
    ten.execute(f"SET VARIABLE llmsql_{setting} = '{value}'").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match=rf"would cross llmsql_{setting} = .*raise it: SET VARIABLE"):
        ten.execute(ASK).fetchall()
    assert len(model.requests) <= most
    before = len(model.requests)
    ten.execute(f"SET VARIABLE llmsql_{setting} = '1000000'").fetchall()
    assert ten.execute(ASK).fetchall() == [(10,)]
    assert len(model.requests) == 10 and before <= 10  # what was answered is not paid for twice


def test_a_cost_limit_needs_a_price(ten: llmsql.Connection, model: StubModel) -> None:
    ten.execute("SET VARIABLE llmsql_max_cost_usd = 1").fetchall()
    with pytest.raises(
        duckdb.InvalidInputException, match=r"price of stub-1 is not known. Limit calls or tokens instead"
    ):
        ten.execute(ASK).fetchall()
    assert model.requests == []


def test_an_estimate_calls_nothing_and_is_right(ten: llmsql.Connection, model: StubModel) -> None:
    ten.execute("SET VARIABLE llmsql_model = 'gpt-4.1-nano'").fetchall()
    sql = "SELECT ai_complete(body), ai_embed(body, model := ''text-embedding-3-small'') FROM ten WHERE ai_filter(body, ''c'') AND id < 6"
    estimate = {
        row[0]: row[1:]
        for row in ten.execute(
            f"SELECT function, rows, distinct_inputs, calls, input_tokens, output_tokens, cost_usd FROM ai_estimate('{sql}')"
        ).fetchall()
    }
    assert model.requests == []
    assert estimate["ai_filter"][:3] == (6, 6, 6)
    assert estimate["ai_complete"][:3] == (6, 6, 6)
    assert estimate["ai_embed"][:3] == (6, 6, 1)
    assert all(cost > 0 for *_, cost in estimate.values())
    ten.execute("SELECT ai_complete(body) FROM ten WHERE id < 4").fetchall()
    [(calls, seconds)] = ten.execute(
        "SELECT calls, seconds FROM ai_estimate('SELECT ai_complete(body) FROM ten')"
    ).fetchall()
    assert calls == 6 and seconds > 0
    assert ten.execute("SELECT count(*) FROM ai_usage_summary()").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DROP TABLE ten", "takes one SELECT"),
        ("CREATE VIEW x AS SELECT ai_complete(''a'')", "pass the SELECT"),
        ("SELECT 1; SELECT 2", "takes one SELECT"),
        ("", "takes one SELECT"),
        ("SELECT nope FROM ten", "nope"),
        ("SELECT ai_filter(body, NULL) FROM ten", "has no condition"),
    ],
)
def test_what_cannot_be_estimated(ten: llmsql.Connection, sql: str, says: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=says):
        ten.execute(f"FROM ai_estimate('{sql}')").fetchall()
    assert ten.execute("SELECT count(*) FROM ten").fetchall() == [(10,)]


def test_usage_says_what_was_spent(ten: llmsql.Connection, model: StubModel) -> None:
    ten.execute("SET VARIABLE llmsql_model = 'gpt-4.1-nano'").fetchall()
    ten.execute("SELECT ai_complete(body) FROM ten").fetchall()
    ten.execute("SELECT ai_complete(body) FROM ten").fetchall()
    columns = "function, model, rows, distinct_inputs, calls, remembered, input_tokens, output_tokens, errors"
    rows = ten.execute(f"SELECT {columns}, cost_usd FROM ai_usage_summary() ORDER BY query_id").fetchall()
    assert [row[:-1] for row in rows] == [
        ("ai_complete", "gpt-4.1-nano", 10, 10, 10, 0, 10_000, 1_000, 0),
        ("ai_complete", "gpt-4.1-nano", 10, 10, 0, 10, 0, 0, 0),
    ]
    assert rows[0][-1] == pytest.approx(10 * (600 * 0.1 + 400 * 0.025 + 100 * 0.4) / 1e6)
    assert ten.execute("SELECT count(*), sum(input_tokens) FROM ai_usage()").fetchall() == [(10, 10_000)]


def test_answers_of_a_database_file_are_kept_and_replayed(model: StubModel, hermetic: Path) -> None:
    path = str(hermetic / "shop.duckdb")
    with llmsql.connect(path) as con:
        con.execute("CREATE TABLE ten AS SELECT 'row ' || i AS body FROM range(10) r(i)").fetchall()
        con.execute(f"{ASK} WHERE body < 'row 5'").fetchall()
    assert len(model.requests) == 5
    with llmsql.connect(path) as con:  # as after a kill at half of the way
        assert con.execute(ASK).fetchall() == [(10,)]
        [(kept, calls)] = con.execute("SELECT kept, calls FROM ai_usage_summary()").fetchall()
        assert (kept, calls) == (5, 5)
    assert len(model.requests) == 10
    with llmsql.connect(path) as con:
        con.execute("SET VARIABLE llmsql_offline = true").fetchall()
        assert con.execute(ASK).fetchall() == [(10,)]
        with pytest.raises(
            duckdb.InvalidInputException, match="llmsql_offline is set, and an answer of stub-1 was not"
        ):
            con.execute("SELECT ai_complete('new')").fetchall()
    assert len(model.requests) == 10


def test_vectors_are_kept_and_replayed_too(model: StubModel, hermetic: Path) -> None:
    path = str(hermetic / "shop.duckdb")
    embed = "SELECT ai_embed('row ' || i) FROM range({}) r(i)"
    with llmsql.connect(path) as con:
        first = con.execute(embed.format(5)).fetchall()
    assert len(model.embedded) == 5
    with llmsql.connect(path) as con:
        [(inputs,)] = con.execute(f"SELECT distinct_inputs FROM ai_estimate($${embed.format(10)}$$)").fetchall()
        assert inputs == 5 and con.execute(embed.format(10)).fetchall()[:5] == first
        assert con.execute("SELECT kept, calls FROM ai_usage_summary()").fetchall() == [(5, 1)]
    assert len(model.embedded) == 10
    with llmsql.connect(path) as con:
        con.execute("SET VARIABLE llmsql_offline = true").fetchall()
        assert con.execute(embed.format(5)).fetchall() == first
        with pytest.raises(duckdb.InvalidInputException, match="llmsql_offline is set"):
            con.execute(embed.format(11)).fetchall()
    assert len(model.embedded) == 10


KILLED = """
import os, threading, time, llmsql
con = llmsql.connect("shop.duckdb", concurrency=2)
def kill():
    while len(con.rows.ledger.calls()) < 5:
        time.sleep(0.01)
    time.sleep(0.1)  # a call is in the books a moment before its answer is kept
    os._exit(9)
threading.Thread(target=kill, daemon=True).start()
con.execute("CREATE TABLE made AS SELECT ai_complete('row ' || i) AS a FROM range(10) r(i)")
"""


def test_a_job_that_was_killed_pays_for_the_rest_only(model: StubModel, hermetic: Path) -> None:
    model.latency = 0.3
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=hermetic)
    assert done.returncode == 9
    paid = len(model.requests)
    assert 5 <= paid < 10
    with llmsql.connect(str(hermetic / "shop.duckdb")) as con:
        con.execute("CREATE TABLE made AS SELECT ai_complete('row ' || i) AS a FROM range(10) r(i)").fetchall()
        [(kept, calls)] = con.execute("SELECT kept, calls FROM ai_usage_summary()").fetchall()
    assert kept >= 5 and kept + calls == 10 and len(model.requests) == paid + calls


def test_a_database_in_memory_keeps_nothing_unless_told(model: StubModel, hermetic: Path) -> None:
    for setting, calls in ((None, 1), (None, 2), (True, 3), (True, 3)):
        with llmsql.connect(keep_answers=setting) as con:
            con.execute("SELECT ai_complete('q')").fetchall()
        assert len(model.requests) == calls


@pytest.mark.parametrize(("setting", "limit"), [("requests_per_minute", 300), ("tokens_per_minute", 300 * 523)])
def test_what_a_minute_allows_is_kept(ten: llmsql.Connection, model: StubModel, setting: str, limit: int) -> None:
    ten.execute(f"SET VARIABLE llmsql_{setting} = {limit}").fetchall()
    started = time.monotonic()
    ten.execute(ASK).fetchall()
    assert time.monotonic() - started > 0.5  # five a second, six of them at once to begin with
    assert len(model.requests) == 10


def test_calls_run_at_once_up_to_the_setting(model: StubModel) -> None:
    model.latency = 0.05
    with llmsql.connect(concurrency=4) as con:
        con.execute("SELECT ai_complete('row ' || i) FROM range(30) r(i)").fetchall()
    assert model.most_at_once == 4


@pytest.mark.parametrize("ask", [ASK, "SELECT count(ai_embed(body)) FROM ten", "SELECT ai_agg(body, 'x') FROM ten"])
def test_interrupt_stops_the_calls(ten: llmsql.Connection, model: StubModel, ask: str) -> None:
    model.faults = lambda text: model.silent()
    embed, model._embed = model._embed, model.silent()  # type: ignore[method-assign]
    failures: list[BaseException] = []

    def run() -> None:
        try:
            ten.execute(ask).fetchall()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not model.requests:
        time.sleep(0.01)
    ten.interrupt()
    thread.join(timeout=1)
    assert not thread.is_alive() and len(failures) == 1
    model.faults = lambda text: None
    model._embed = embed  # type: ignore[method-assign]
    assert ten.execute(ask).fetchall() != [(None,)]


def test_interrupt_stops_the_calls_of_its_connection_only(ten: llmsql.Connection, model: StubModel) -> None:
    go_on = threading.Event()
    model.faults = lambda text: go_on.wait(5) and None
    told: dict[str, Any] = {}

    def run(name: str, con: llmsql.Connection) -> None:
        try:
            told[name] = con.execute(ASK).fetchall()
        except duckdb.Error as error:
            told[name] = error

    cursor = ten.cursor()
    threads = [threading.Thread(target=run, args=asked) for asked in (("con", ten), ("cursor", cursor))]
    for thread in threads:  # the second waits for the answers that the first has asked for
        thread.start()
        time.sleep(0.2)
    ten.interrupt()
    threads[0].join(timeout=1)
    assert isinstance(told["con"], duckdb.Error) and "cursor" not in told
    go_on.set()
    threads[1].join(timeout=5)
    assert told["cursor"] == [(10,)]
