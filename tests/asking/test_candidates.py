"""Several answers to one question: grouped by their rows, weighed, and given back when none is sure enough."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import llmsql
from llmsql.asking.compare import fingerprint
from llmsql.asking.confidence import confidence
from llmsql.asking.engine import Engine
from llmsql.asking.pipeline import write_sql
from llmsql.asking.run import interrupted_after
from llmsql.asking.settle import Knowledge
from llmsql.clients import LLMClient
from llmsql.errors import CancelledError, ConfigError, LimitError, NoAnswerError, UnsureError
from llmsql.registry import Calibration, load_registry, record_calibration
from llmsql.settings import Settings, load_settings
from tests.clients.stubs import StubOpenAI

COUNT = "SELECT count(*) FROM orders"
SAME = "SELECT count(id) AS n FROM orders"
OTHER = "SELECT max(id) + 1 FROM orders"
BROKEN = "SELECT * FROM weather"


@pytest.fixture
def client(stub_openai: StubOpenAI) -> Iterator[LLMClient]:
    with LLMClient("openai", "stub", base_url=f"{stub_openai.url}/v1", api_key="k", max_retries=0) as opened:
        yield opened


def writes(stub: StubOpenAI, *texts: str) -> None:
    stub.answers = [stub.good(text) for text in texts]


def test_the_reading_with_most_votes_wins(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    writes(stub_openai, OTHER, COUNT, SAME, BROKEN, COUNT)
    draft = write_sql(shop, known, client, "stub", "how many orders", Settings(candidates=5))
    assert draft.sql in (COUNT.replace("count", "COUNT"), SAME.replace("count", "COUNT"))
    assert draft.confidence == pytest.approx(3 / 5)
    assert [c.votes for c in draft.candidates] == [3, 1, 3, 0]
    assert draft.candidates[0].result == draft.candidates[2].result != draft.candidates[1].result
    assert "no table weather" in (draft.candidates[-1].error or "")
    assert [r[2]["temperature"] for r in stub_openai.requests] == [0.0, 1.0, 1.0, 1.0, 1.0]


def test_a_query_that_fails_while_running_is_no_candidate_and_ends_no_transaction(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    shop.execute("BEGIN")
    writes(stub_openai, "SELECT ('x' || status)::INTEGER FROM orders", COUNT, COUNT)
    draft = write_sql(shop, known, client, "stub", "how many orders", Settings(candidates=3))
    assert draft.sql == COUNT.replace("count", "COUNT")
    assert "Conversion" in (draft.candidates[-1].error or "")
    assert shop.execute(draft.sql).fetchall() == [(5,)]
    shop.execute("ROLLBACK")


def test_a_doubtful_answer_says_what_its_sql_leaves_out(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    writes(stub_openai, OTHER, COUNT, OTHER, SAME)
    split = write_sql(shop, known, client, "stub", "how many orders of zebras", Settings(candidates=4))
    assert split.doubt is None  # one half is not less than one half
    weak = replace(split, sql=COUNT, sureness=0.2)
    assert weak.doubt == "not sure of this answer (confidence 0.20): the SQL takes up nothing for 'zebras'"
    plain = replace(weak, question="how many orders")
    assert plain.doubt == "not sure of this answer (confidence 0.20): read the SQL before you rely on it"
    assert replace(weak, sureness=None).doubt is None
    assert (replace(weak, surer="large").doubt or "").endswith("; `llmsql models pull large` adds a second opinion")


def test_below_the_threshold_both_readings_are_given_back(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    writes(stub_openai, OTHER, COUNT)
    with pytest.raises(UnsureError) as caught:
        write_sql(shop, known, client, "stub", "how many zebras came", Settings(candidates=2, min_confidence=0.9))
    assert len(caught.value.readings) == 2
    assert caught.value.confidence == pytest.approx(0.5)
    assert caught.value.missing == ("zebras",)
    assert "it may mean (0.50)" in str(caught.value)
    assert "called 'zebras'" in str(caught.value)


def test_doubt_about_one_answer_draws_more(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    writes(stub_openai, COUNT)  # the stub's probability is e^-0.5 a token
    draft = write_sql(shop, known, client, "stub", "how many orders", Settings(min_confidence=0.9))
    assert len(stub_openai.requests) == 5
    assert draft.confidence == 1.0


def test_what_no_table_has_is_said_when_nothing_binds(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    writes(stub_openai, BROKEN)
    with pytest.raises(NoAnswerError, match="nothing in the tables is called 'temperature'"):
        write_sql(shop, known, client, "stub", "average temperature of each region", Settings())


def test_ask_candidates_lists_them_in_sql_and_in_python(stub_openai: StubOpenAI) -> None:
    writes(stub_openai, COUNT, OTHER, COUNT, COUNT, BROKEN)
    options = {"provider": "openai", "model": "stub", "base_url": f"{stub_openai.url}/v1", "api_key": "k"}
    with llmsql.connect(**options) as con:
        con.execute("CREATE TABLE orders AS SELECT range AS id FROM range(7, 12)")
        rows = con.execute(
            "SELECT chosen, votes, rows, error IS NULL FROM ask_candidates('how many orders')"
        ).fetchall()
        assert rows == [(True, 3, 1, True), (False, 1, 1, True), (False, 0, None, False)]
        candidates = con.ask_candidates("how many orders")
        assert candidates[0].sql == COUNT.replace("count", "COUNT")
        assert con.sql("FROM ask('how many orders', candidates := 5)").fetchall() == [(5,)]
        assert con.ask("how many orders", candidates=5).confidence == candidates[0].confidence
        con.execute("SET VARIABLE llmsql_min_confidence = 0.99")
        writes(stub_openai, COUNT, OTHER, COUNT, COUNT, BROKEN)
        with pytest.raises(UnsureError):
            con.ask("how many orders", candidates=5)
        assert con.ask_candidates("how many orders") == candidates


def test_a_cascade_stops_at_the_first_that_is_sure(
    shop: duckdb.DuckDBPyConnection, stub_openai: StubOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = {"single": Calibration(0.0, {"coverage": 5.0}, 10, 0.0, None, 0.0, "x", "2026-01-01")}
    monkeypatch.setattr("llmsql.asking.engine.calibrations_of", lambda name: sure if name == "small" else {})
    options = {"provider": "openai", "model": "big", "base_url": f"{stub_openai.url}/v1", "api_key": "k"}
    engine = Engine({**options, "cascade": "small,big"})
    writes(stub_openai, COUNT, COUNT, OTHER, BROKEN, BROKEN, COUNT)
    first = engine.draft(shop, "how many orders")
    assert first.model == "small"
    assert engine.draft(shop, "how many zebras and quaggas").model == "big"  # 0.5 is not enough
    third = engine.draft(shop, "how many orders came")
    assert third.model == "big"  # nothing that the small one wrote may run
    assert (third.attempts, third.completion_tokens) == (
        3,
        3 * first.completion_tokens,
    )  # what was refused has been paid for
    assert [r[2]["model"] for r in stub_openai.requests] == ["small", "small", "big", "small", "small", "big"]
    engine.close()


def always(logit: float) -> Calibration:
    return Calibration(logit, {"coverage": 0.0}, 10, 0.0, None, 0.0, "x", "2026-01-01")


def test_two_models_that_agree_are_surer(
    shop: duckdb.DuckDBPyConnection, stub_openai: StubOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = Calibration(-2.0, {"agrees": 4.0}, 10, 0.0, None, 0.0, "x", "2026-01-01")
    known = {"small": {"single": always(-1.0)}, "big": {"single": always(0.0), "after small": after}}
    monkeypatch.setattr("llmsql.asking.engine.calibrations_of", lambda name: known[name])
    options = {"provider": "openai", "model": "big", "base_url": f"{stub_openai.url}/v1", "api_key": "k"}
    engine = Engine({**options, "cascade": "small,big"})
    failing = "SELECT ('x' || status)::INTEGER FROM orders"  # whose rows cannot be compared; no reason to take it away
    writes(stub_openai, COUNT, SAME, COUNT, OTHER, COUNT, failing, COUNT, OTHER, COUNT, OTHER)
    agreed = engine.draft(shop, "how many orders")
    assert (agreed.writer, agreed.attempts) == ("big (small asked too)", 2)
    assert agreed.confidence == pytest.approx(0.881, abs=0.001)
    alone = engine.draft(shop, "how many orders came")
    assert (alone.model, alone.confidence) == ("big", pytest.approx(0.119, abs=0.001))
    assert "status" in engine.draft(shop, "orders by status").sql
    known["small"]["single"] = always(0.5)
    believed = engine.draft(shop, "how many orders were there")
    assert (believed.writer, believed.confidence) == ("small (big asked too)", pytest.approx(0.119, abs=0.001))
    unsure = replace(engine.settings(), min_confidence=0.5)
    with pytest.raises(UnsureError) as raised:
        engine.draft(shop, "how many orders in all", settings=unsure)
    assert len(raised.value.readings) == 2
    assert raised.value.draft.completion_tokens > 0  # what was not given has been paid for too
    engine.close()


def test_a_calibration_makes_a_probability_and_lives_in_the_registry(tmp_path: Path) -> None:
    fitted = Calibration(-1.0, {"logprob": 1.0, "share": 2.0}, 50, 0.04, 0.8, 0.7, "toy", "2026-01-01")
    assert confidence({"logprob": -1.0, "share": 1.0}, {"candidates": fitted}) == pytest.approx(0.5)
    assert confidence({"share": 0.4}, {"candidates": fitted}) == 0.4
    assert confidence({"coverage": 1.0}, {}) is None
    registry = tmp_path / "registry.json"
    registry.write_text(
        '{"schema_version": 1, "default": "m", "models": {"m": {"title": "M", "provider": "openai", '
        '"base_model": "m", "id": "m", "deployment": {"status": "available"}}}}'
    )
    record_calibration("m", {"single": fitted}, registry)
    record_calibration("m", {"candidates": fitted}, registry)
    assert load_registry(registry).get("m").calibration == {"single": fitted, "candidates": fitted}


def test_equal_rows_have_one_fingerprint() -> None:
    assert fingerprint([(1, "a"), (2, "b")]) == fingerprint([("b", 2.0), ("a", 1)])
    assert fingerprint([(1, "a"), (2, "b")]) != fingerprint([(1, "b"), (2, "a")])
    assert fingerprint([]) == fingerprint([]) != fingerprint([(None,)])


@pytest.mark.parametrize(("name", "value"), [("candidates", "0"), ("min_confidence", "2"), ("fiscal_year_start", "13")])
def test_settings_out_of_range_are_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load_settings(None, {f"llmsql_{name}": value})


def test_a_query_can_be_stopped_by_time_and_by_the_user(shop: duckdb.DuckDBPyConnection) -> None:
    endless = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 3 = 1"
    with pytest.raises(LimitError, match=r"after 0\.2 s"), interrupted_after(shop, 0.2):
        shop.execute(endless)
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError), interrupted_after(shop, 60, cancel):
        shop.execute(endless)
    assert time.monotonic() - began < 30
    assert shop.execute("SELECT 1").fetchone() == (1,)
