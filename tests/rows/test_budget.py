"""What counts against the limits on calls, tokens and cost, and how near to them a query comes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import llmsql
from llmsql.errors import BudgetError, CancelledError, RowsFailedWarning
from llmsql.rows import calls
from llmsql.rows.budget import Amounts, Budget, Purse
from llmsql.settings import Settings
from tests.clients.stubs import send_stream
from tests.rows.stubs import StubModel

ASK = "SELECT count(ai_complete('row ' || i)) FROM range(10) r(i)"


@pytest.fixture
def con(model: StubModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[llmsql.Connection]:
    monkeypatch.setattr(calls, "backoff", lambda failures: 0.01)
    with llmsql.connect(timeout=5) as con:
        con.execute("SET VARIABLE llmsql_max_error_ratio = 1").fetchall()
        yield con


def budget() -> Budget:
    return Budget(Purse("session_"), threading.Condition())


def uncounted(text: str) -> Callable[..., None]:
    """An answer of a server that does not count tokens."""

    def answer(handler: Any, body: Any) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": "stop"}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        send_stream(handler, "text/event-stream", iter([f"data: {json.dumps(chunk)}\n\n", "data: [DONE]\n\n"]))

    return answer


@pytest.mark.parametrize("fault", ["500", "cut"])
def test_requests_that_fail_count(con: llmsql.Connection, model: StubModel, fault: str) -> None:
    failing = model.cut() if fault == "cut" else model.status(500, {"error": {"message": "boom"}})
    model.faults = lambda text: failing
    con.execute("SET VARIABLE llmsql_max_calls = 6").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match=r"would cross llmsql_max_calls = 6: 6 used"):
        con.execute(ASK).fetchall()
    assert len(model.requests) == 6


def test_requests_that_fail_are_in_the_books(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda text: model.status(500, {"error": {"message": "boom"}})
    with pytest.warns(RowsFailedWarning):
        assert con.execute("SELECT ai_complete('a')").fetchall() == [(None,)]
    assert con.execute("SELECT source, attempts, input_tokens FROM ai_usage()").fetchall() == [("failed", 4, 0)]
    assert con.execute("SELECT calls, retries, errors FROM ai_usage_summary()").fetchall() == [(0, 3, 1)]


def test_refusals_for_being_too_fast_do_not_count(con: llmsql.Connection, model: StubModel) -> None:
    busy = iter([model.status(429, {"error": {"message": "slow"}}, {"Retry-After": "0.01"})] * 5)
    model.faults = lambda text: next(busy, None)
    con.execute("SET VARIABLE llmsql_max_calls = 10").fetchall()
    assert con.execute(ASK).fetchall() == [(10,)]
    assert len(model.requests) == 15


def test_a_server_that_does_not_count_is_counted_for(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda text: uncounted("word " * 400)
    con.execute("SET VARIABLE llmsql_max_total_tokens = 2000").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match="would cross llmsql_max_total_tokens"):
        con.execute(ASK).fetchall()
    assert len(model.requests) < 4
    [(read, written)] = con.execute("SELECT min(input_tokens), min(output_tokens) FROM ai_usage()").fetchall()
    assert read > 0 and written > 400


def test_a_limit_is_used_up_before_it_stops(con: llmsql.Connection, model: StubModel) -> None:
    """A call may take 4,000 tokens and takes 1,100: those on their way are waited for."""
    model.latency = 0.02
    con.execute("SET VARIABLE llmsql_max_tokens = 4000").fetchall()
    con.execute("SET VARIABLE llmsql_max_total_tokens = 8000").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match="would cross llmsql_max_total_tokens"):
        con.execute(ASK).fetchall()
    assert len(model.requests) == 4


def test_who_waits_can_be_stopped() -> None:
    spent, cancel = budget(), threading.Event()
    limited = Settings(max_calls=1)
    spent.reserve(Amounts(1), limited, "m", cancel)
    threading.Timer(0.2, cancel.set).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        spent.reserve(Amounts(1), limited, "m", cancel)
    assert time.monotonic() - started < 2
    spent.settle(Amounts(1), Amounts(1))
    with pytest.raises(BudgetError, match="1 used in this query"):
        spent.reserve(Amounts(1), limited, "m", threading.Event())


def test_kept_answers_need_no_key_offline(model: StubModel, hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(hermetic / "shop.duckdb")
    with llmsql.connect(path) as con:
        con.execute("SELECT ai_complete('a')").fetchall()
    monkeypatch.delenv("OPENAI_API_KEY")
    with llmsql.connect(path, offline=True) as con:
        [(answer,)] = con.execute("SELECT ai_complete('a')").fetchall()
        assert answer is not None
        with pytest.raises(duckdb.InvalidInputException, match="was not kept from before"):
            con.execute("SELECT ai_complete('b')").fetchall()
    assert len(model.requests) == 1


def test_an_empty_account_and_an_address_without_a_scheme_stop_the_query(
    con: llmsql.Connection, model: StubModel
) -> None:
    model.faults = lambda text: model.status(402, {"error": {"message": "Insufficient Balance"}})
    with pytest.raises(duckdb.InvalidInputException, match=r"wants to be paid first\. .*Check the account's balance"):
        con.execute(ASK).fetchall()
    con.execute("SET VARIABLE llmsql_base_url = 'localhost:8000/v1'").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match="neither http:// nor https://"):
        con.execute(ASK).fetchall()


def test_a_busy_server_is_asked_again_when_it_says(con: llmsql.Connection, model: StubModel) -> None:
    busy = iter([model.status(503, "busy", {"Retry-After": "0.5"})])
    model.faults = lambda text: next(busy, None)
    started = time.monotonic()
    assert con.execute("SELECT ai_complete('a') IS NOT NULL").fetchall() == [(True,)]
    assert time.monotonic() - started >= 0.5


def test_a_query_that_shows_its_errors_is_not_stopped_by_them(con: llmsql.Connection, model: StubModel) -> None:
    con.execute("RESET VARIABLE llmsql_max_error_ratio").fetchall()
    model.faults = lambda text: model.status(400, {"error": {"message": "no"}})
    sql = "SELECT count(a.error) FROM (SELECT ai_try_complete('row ' || i) AS a FROM range(40) r(i))"
    assert con.execute(sql).fetchall() == [(40,)]
    con.execute("SET VARIABLE llmsql_max_error_ratio = 0.5").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match="inputs failed"):
        con.execute(sql.replace("row", "other row")).fetchall()


def test_the_seed_is_sent(con: llmsql.Connection, model: StubModel) -> None:
    con.execute("SELECT ai_complete('a', seed := 7, temperature := 1)").fetchall()
    con.execute("SELECT ai_complete('a', temperature := 1)").fetchall()
    assert [body.get("seed") for _, _, body in model.requests] == [7, None]


@pytest.mark.parametrize("vectors", [["abc"], [[]], [[1.0, None]], [[1.0, float("nan")]]])
def test_what_is_no_vector(con: llmsql.Connection, model: StubModel, vectors: list[Any]) -> None:
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    whole = {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    model._embed = lambda handler, body: model.status(200, whole)(handler, body)  # type: ignore[method-assign]
    with pytest.warns(RowsFailedWarning):
        assert con.execute("SELECT ai_embed('a')").fetchall() == [(None,)]
    assert "something else than vectors" in con.execute("SELECT error FROM ai_errors()").fetchall()[0][0]
