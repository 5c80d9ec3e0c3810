"""How tasks read their answers, on a stub of a model."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import llmsql
from llmsql.errors import ConfigError
from llmsql.rows.redaction import KINDS
from llmsql.rows.tasks import read_flag
from tests.clients.stubs import send_stream
from tests.rows.stubs import StubModel


@pytest.fixture
def con(model: StubModel) -> Iterator[llmsql.Connection]:
    with llmsql.connect() as con:
        yield con


@pytest.mark.parametrize(
    "call",
    ["ai_complete('q')", "ai_translate('q', 'German')", "ai_summarize('q')", "ai_agg('q', 'themes')"],
)
@pytest.mark.parametrize("answer", ["", " \n"])
def test_an_empty_answer_is_none(con: llmsql.Connection, model: StubModel, call: str, answer: str) -> None:
    model.faults = lambda _: model.good(answer)
    with pytest.raises(duckdb.InvalidInputException, match="cannot be used: it is empty"):
        con.execute(f"SELECT {call.replace(')', ', on_error := $$fail$$)')}").fetchall()
    assert len(model.requests) == 2


def test_the_translation_of_nothing_is_nothing(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good("")
    assert con.execute("SELECT ai_translate(' ', 'German')").fetchall() == [("",)]


def test_a_refusal_is_a_failed_row_that_says_so(con: llmsql.Connection, model: StubModel) -> None:
    def refuse(handler: Any, body: Any) -> None:
        def lines() -> Iterator[str]:
            for delta in ({"role": "assistant", "content": None}, {"refusal": "I cannot "}, {"refusal": "do that."}):
                yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': None}]})}\n\n"
            yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]})}\n\n"
            yield "data: [DONE]\n\n"

        send_stream(handler, "text/event-stream", lines())

    model.faults = lambda _: refuse
    for call in ("ai_complete('q', on_error := 'capture')", "ai_extract('q', 'DATE', on_error := 'capture')"):
        [(answer,)] = con.execute(f"SELECT {call}").fetchall()
        assert answer["response"] is None and "refused to answer: I cannot do that." in answer["error"]
    assert len(model.requests) == 2


def test_an_answer_that_is_too_deep_is_no_choice(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good('{"answer":' * 5000)
    for call in ("ai_filter('q', 'c'", "ai_classify('q', ['a', 'b']", "ai_score('q', 'c'"):
        [(answer,)] = con.execute(f"SELECT {call}, on_error := 'capture')").fetchall()
        assert answer["response"] is None and "cannot be used" in answer["error"]


@pytest.mark.parametrize("no", ["'no'", "'N'", "'false'", "'f'", "0", "false"])
def test_flags_may_be_words(con: llmsql.Connection, model: StubModel, no: str) -> None:
    for _ in range(2):
        con.execute(f"SELECT ai_complete('q', cache := {no})").fetchall()
    assert len(model.requests) == 2
    assert con.execute(f"SELECT ai_classify('b', ['a', 'b'], multi := {no})").fetchall() == [("b",)]
    for _ in range(2):
        con.execute("SELECT ai_complete('q', cache := 'yes')").fetchall()
    assert len(model.requests) == 4
    assert con.execute("SELECT ai_classify('b', ['a', 'b'], multi := 'yes')").fetchall() == [(["b"],)]


def test_what_is_no_flag_is_refused(con: llmsql.Connection, model: StubModel) -> None:
    with pytest.raises(duckdb.ConversionException, match="Could not convert string 'banana' to BOOL"):
        con.execute("SELECT ai_classify('b', ['a', 'b'], multi := 'banana')").fetchall()
    with pytest.raises(ConfigError, match="multi 'banana' of ai_classify is neither true nor false"):
        read_flag({"multi": "banana"}, "multi", "ai_classify")
    assert model.requests == []


def test_flags_are_words_that_duckdb_takes_for_booleans() -> None:
    with duckdb.connect() as plain:
        for word in ("true", "T", "yes", "Y", "1", "false", "f", "No", "n", "0"):
            [(value,)] = plain.execute("SELECT ?::VARCHAR::BOOLEAN", [word]).fetchall()
            assert read_flag({"x": word}, "x", "f") == value


def test_a_kept_answer_that_does_not_fit_is_asked_for_anew(model: StubModel, tmp_path: Path) -> None:
    model.faults = lambda _: model.good(json.dumps({"name": ["Ann"]} | {kind: [] for kind in KINDS[1:]}))

    def ask() -> int:
        with llmsql.connect() as con:
            con.execute("SET VARIABLE llmsql_keep_answers = true").fetchall()
            assert con.execute("SELECT ai_redact('Ann called')").fetchall() == [("[NAME] called",)]
        return len(model.requests)

    assert [ask(), ask()] == [1, 1]
    with contextlib.closing(sqlite3.connect(next(tmp_path.rglob("answers.sqlite")))) as kept, kept:
        assert kept.execute("UPDATE answers SET answer = replace(answer, 'Ann', 'Bo')").rowcount == 1
    assert [ask(), ask()] == [2, 2]
