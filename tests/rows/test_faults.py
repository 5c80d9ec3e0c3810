"""What a server can do wrong, and what becomes of the rows."""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

import llmsql
from llmsql.errors import RowsFailedWarning
from llmsql.rows import calls, pacing
from tests.rows.stubs import StubModel, vector

TEN = "CREATE TABLE ten AS SELECT i AS id, 'row ' || i AS body FROM range(10) r(i)"
ASK = "SELECT id, ai_complete(body) FROM ten ORDER BY id"


@pytest.fixture
def ten(model: StubModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[llmsql.Connection]:
    monkeypatch.setattr(pacing, "backoff", lambda failures: 0.01)
    monkeypatch.setattr(calls, "backoff", lambda failures: 0.01)
    with llmsql.connect(timeout=5) as con:
        con.execute(TEN).fetchall()
        yield con


def faults(model: StubModel, *answers: Callable[..., None] | None) -> None:
    """The first requests get these answers, then all is well."""
    queue = iter(answers)
    model.faults = lambda text: next(queue, None)


def always(model: StubModel, part: str, answer: Callable[..., None]) -> None:
    """Requests with a text get this answer each time."""
    model.faults = lambda text: answer if part in text else None


@pytest.mark.parametrize(
    "fault",
    [
        lambda m: m.status(500, {"error": {"message": "boom"}}),
        lambda m: m.status(503, "busy"),
        lambda m: m.status(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.05"}),
        lambda m: m.status(429, {"error": {"message": "slow down"}}),
        lambda m: m.cut(),
        lambda m: m.status(200, "this is not an event stream"),
    ],
    ids=["500", "503", "429 with Retry-After", "429", "cut", "no stream"],
)
def test_what_passes_is_tried_again(ten: llmsql.Connection, model: StubModel, fault: Any) -> None:
    faults(model, *[fault(model)] * 6)
    rows = ten.execute(ASK).fetchall()
    assert len(rows) == 10 and all(answer is not None for _, answer in rows)
    [(calls_made, retries, errors)] = ten.execute("SELECT calls, retries, errors FROM ai_usage_summary()").fetchall()
    assert (calls_made, errors) == (10, 0) and retries == 6 == len(model.requests) - 10


def test_a_slow_answer_is_given_up_and_asked_for_again(ten: llmsql.Connection, model: StubModel) -> None:
    ten.execute("SET VARIABLE llmsql_timeout = 1").fetchall()
    faults(model, model.silent())
    assert all(answer for _, answer in ten.execute(ASK).fetchall())
    assert len(model.requests) == 11


def test_a_storm_of_refusals_fails_no_row(ten: llmsql.Connection, model: StubModel) -> None:
    busy = model.status(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.02"})
    turns = itertools.count()
    model.faults = lambda text: busy if next(turns) % 4 else None
    assert all(answer for _, answer in ten.execute(ASK).fetchall())


def test_a_row_that_fails_is_null_and_counted(ten: llmsql.Connection, model: StubModel) -> None:
    always(model, "row 3", model.status(400, {"error": {"message": "content rejected"}}))
    with pytest.warns(RowsFailedWarning, match=r"ai_complete: 1 of 10 inputs failed and are NULL; see FROM ai_errors"):
        rows = ten.execute(ASK).fetchall()
    assert [id for id, answer in rows if answer is None] == [3]
    [(function, text, error)] = ten.execute("SELECT function, input, error FROM ai_errors()").fetchall()
    assert (function, text) == ("ai_complete", "row 3") and "content rejected" in error
    model.faults = lambda text: None
    assert all(answer for _, answer in ten.execute(ASK).fetchall())  # a failure is not remembered
    assert len(model.requests) == 11


def test_a_failed_row_is_asked_once_a_query(ten: llmsql.Connection, model: StubModel) -> None:
    always(model, "row 3", model.status(400, {"error": {"message": "no"}}))
    with pytest.warns(RowsFailedWarning):
        ten.execute("SELECT ai_complete(body), ai_complete(body) FROM ten WHERE ai_complete(body) IS NULL").fetchall()
    assert len(model.requests) == 10


def test_on_error_fail_stops_and_capture_tells(ten: llmsql.Connection, model: StubModel) -> None:
    always(model, "row 3", model.status(400, {"error": {"message": "content rejected"}}))
    with pytest.raises(duckdb.InvalidInputException, match=r"ai_complete failed on a row: .*content rejected"):
        ten.execute("SELECT ai_complete(body, on_error := 'fail') FROM ten").fetchall()
    for call in ("ai_complete(body, on_error := 'capture')", "ai_try_complete(body)"):
        rows = ten.execute(f"SELECT (r).response IS NULL, (r).error FROM (SELECT {call} AS r FROM ten)").fetchall()
        assert sum(empty for empty, _ in rows) == 1
        assert [error for _, error in rows if error] == [next(error for empty, error in rows if empty)]
    typed = "ai_extract('Ann 3', '{\"n\": \"INTEGER\"}', on_error := 'capture')"
    assert ten.execute(f"SELECT typeof({typed})").fetchall() == [
        ('STRUCT(response STRUCT(n INTEGER), "error" VARCHAR)',)
    ]
    with pytest.raises(duckdb.InvalidInputException, match="on_error 'ignore' of ai_complete is unknown"):
        ten.execute("SELECT ai_complete('x', on_error := 'ignore')").fetchall()


def test_too_many_failures_stop_the_query(ten: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda text: model.status(400, {"error": {"message": "no"}})
    ten.execute("CREATE TABLE many AS SELECT 'row ' || i AS body FROM range(300) r(i)").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match=r"\d+ of \d+ inputs failed in this query, the last one"):
        ten.execute("SELECT ai_complete(body) FROM many").fetchall()
    assert len(model.requests) <= 9 + 16  # sixteen at once, and one more after each of the nine that may fail
    model.requests.clear()
    always(model, "row 3", model.status(400, {"error": {"message": "no"}}))
    ten.execute("SET VARIABLE llmsql_max_error_ratio = 0.05").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match="1 of 10 inputs failed"):
        ten.execute(ASK).fetchall()
    ten.execute("SET VARIABLE llmsql_max_error_ratio = 0.1").fetchall()
    with pytest.warns(RowsFailedWarning):
        assert len(ten.execute(ASK).fetchall()) == 10


@pytest.mark.parametrize(
    ("code", "body", "says"),
    [
        (401, {"error": {"message": "bad key sk-test-0123456789"}}, "refused the API key"),
        (403, {"error": {"message": "no"}}, "does not let this key use"),
        (404, {"error": {"message": "no such model"}}, "has no model stub-1"),
        (429, {"error": {"message": "quota", "code": "insufficient_quota"}}, "has no quota left"),
    ],
)
def test_a_wrong_configuration_fails_at_once_and_is_never_null(
    ten: llmsql.Connection, model: StubModel, code: int, body: Any, says: str
) -> None:
    model.faults = lambda text: model.status(code, body)
    for call in ("ai_complete(body)", "ai_try_complete(body)", "ai_filter(body, 'c')"):
        with pytest.raises(duckdb.InvalidInputException, match=says) as caught:
            ten.execute(f"SELECT {call} FROM ten").fetchall()
        assert "sk-test" not in str(caught.value) and "Traceback" not in str(caught.value)
    model.faults = lambda text: None
    assert len(ten.execute(ASK).fetchall()) == 10


def test_a_dead_server_fails_at_once(ten: llmsql.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    ten.execute("SET VARIABLE llmsql_base_url = 'http://127.0.0.1:9/v1'").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match=r"openai at http://127\.0\.0\.1:9/v1 cannot be reached"):
        ten.execute(ASK).fetchall()


def test_an_unknown_model_or_setting_fails_before_any_call(ten: llmsql.Connection, model: StubModel) -> None:
    for sql, says in (
        (
            "SET VARIABLE llmsql_concurrency = 'many'",
            "concurrency 'many' from variable llmsql_concurrency is not valid",
        ),
        ("SET VARIABLE llmsql_provider = 'opnai'", "Did you mean openai"),
    ):
        ten.execute(sql).fetchall()
        with pytest.raises(duckdb.InvalidInputException, match=says):
            ten.execute(ASK).fetchall()
        ten.execute(f"RESET VARIABLE {sql.split()[2]}").fetchall()
    assert model.requests == []


@pytest.mark.parametrize(
    "text", ["not JSON", "{", '{"n": "three"}', '{"m": 3}', "[3]", '{"n": 1e999}', '{"n": NaN}', ""]
)
def test_an_answer_that_does_not_fit_is_asked_for_once_more(
    ten: llmsql.Connection, model: StubModel, text: str
) -> None:
    faults(model, model.good(text))
    spec = """'{"n": "INTEGER"}'"""
    assert ten.execute(f"SELECT ai_extract('row 7', {spec})").fetchall() == [({"n": 7},)]
    assert len(model.requests) == 2
    assert "That answer cannot be used" in model.texts[1]
    model.faults = lambda _: model.good(text)
    with pytest.warns(RowsFailedWarning):
        assert ten.execute(f"SELECT ai_extract('row 8', {spec})").fetchall() == [(None,)]
    [(error,)] = ten.execute("SELECT error FROM ai_errors()").fetchall()
    assert error.startswith("stub-1 gave an answer that cannot be used: ")
    assert len(model.requests) == 4


def test_answers_in_other_words_count(ten: llmsql.Connection, model: StubModel) -> None:
    labels = "['Billing ', 'bug/crash', 'ÄRGER']"
    for answer, label in (
        ('{"answer": "Billing "}', "Billing "),
        (r'"\u00c4RGER"', "ÄRGER"),
        ("billing.", "Billing "),
        ("**Bug/Crash**", "bug/crash"),
        ("The category is: bug/crash", "bug/crash"),
        ("**Answer:** 'bug/crash'", "bug/crash"),
        ("ärger", "ÄRGER"),
    ):
        model.requests.clear()
        model.faults = lambda _, answer=answer: model.good(answer)  # type: ignore[misc]
        assert ten.execute(f"SELECT ai_classify('{label}{len(answer)}', {labels})").fetchall() == [(label,)]
        assert len(model.requests) == 1
    for answer, value in (
        ("Yes.", True),
        ("NO", False),
        ("true", True),
        ('{"answer": "no"}', False),
        ('"no"', False),
        ("Answer: no.", False),
    ):
        model.requests.clear()
        model.faults = lambda _, answer=answer: model.good(answer)  # type: ignore[misc]
        assert ten.execute("SELECT ai_filter(?, 'c')", [f"text {answer}"]).fetchall() == [(value,)]
        assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("call", "said", "value"),
    [
        ("ai_filter('yes', 'c')", "No doubt, it does", True),
        ("ai_filter('yes', 'c')", "True or false: false", True),
        ("ai_filter('yes', 'c')", "False. The text says yes, but", True),
        ("ai_classify('a wish', ['bug', 'wish'])", "It is not a bug", "wish"),
        ("ai_classify('a wish', ['bug', 'wish'])", "bug or wish", "wish"),
        ("ai_classify('a wish', ['bug', 'wish'])", "request", "wish"),
        ("ai_sentiment('bad')", "not positive", "negative"),
        ("ai_score('12345', 'c')", "Somewhere from 2 to 8", 0.5),
    ],
)
def test_what_is_more_than_a_word_is_asked_for_as_json(
    ten: llmsql.Connection, model: StubModel, call: str, said: str, value: Any
) -> None:
    faults(model, model.good(said))
    assert ten.execute(f"SELECT {call}").fetchall() == [(value,)]
    bare, held = (body for _, _, body in model.requests)
    assert "response_format" not in bare and held["messages"][:-2] == bare["messages"]
    assert held["response_format"]["json_schema"]["schema"]["required"] == ["answer"]
    assert "That answer cannot be used" in model.texts[1]


@pytest.mark.parametrize(
    "answer", [("That would be a bug, I think", "stop"), ("<think>\nThe text", "length"), ("", "length")]
)
def test_a_model_that_talks_or_thinks_is_held_to_json_from_then_on(
    ten: llmsql.Connection, model: StubModel, answer: tuple[str, str]
) -> None:
    post = model.post

    def talk(handler: Any, body: Any) -> None:
        (post if "response_format" in body else model.good(*answer))(handler, body)

    model.post = talk  # type: ignore[method-assign]
    call = "ai_classify(body, ['row 3', 'row'])"
    ten.execute("SET VARIABLE llmsql_concurrency = 1").fetchall()
    assert ten.execute(f"SELECT {call} FROM ten WHERE id = 3").fetchall() == [("row 3",)]
    assert ten.execute(f"SELECT count(*) FROM ten WHERE {call} = 'row'").fetchall() == [(9,)]
    assert len(model.requests) == 2 + 9
    assert ten.execute("SELECT sum(calls), sum(errors) FROM ai_usage_summary()").fetchall() == [(11, 0)]


def test_one_answer_out_of_form_does_not_change_how_a_model_is_asked(ten: llmsql.Connection, model: StubModel) -> None:
    ten.execute("SET VARIABLE llmsql_concurrency = 1").fetchall()
    always(model, "row 7", model.good("I cannot tell"))
    ten.execute("SELECT ai_filter(body, 'c') FROM ten").fetchall()
    assert ["response_format" in body for _, _, body in model.requests].count(True) == 1


def test_the_longest_label_has_room(ten: llmsql.Connection, model: StubModel) -> None:
    labels = ["short", '„Größe"' * 40]
    model.faults = lambda _: model.good(labels[1])
    assert ten.execute("SELECT ai_classify('x', ?)", [labels]).fetchall() == [(labels[1],)]
    [(_, _, body)] = model.requests
    assert body["max_tokens"] >= len(json.dumps({"answer": labels[1]}))


def test_a_cut_off_answer_is_no_answer(ten: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good('{"n": 1', finish="length")
    with pytest.warns(RowsFailedWarning):
        assert ten.execute("""SELECT ai_extract('x', '{"n": "INTEGER"}')""").fetchall() == [(None,)]
    [(error,)] = ten.execute("SELECT error FROM ai_errors()").fetchall()
    assert "cut off at" in error and "raise max_tokens" in error


def test_a_text_that_cannot_be_embedded_is_null_and_asked_again_by_the_next_query(
    ten: llmsql.Connection, model: StubModel
) -> None:
    embed, refuse = model._embed, model.status(400, {"error": {"message": "input rejected"}})
    model._embed = lambda handler, body: (refuse if "row 3" in body["input"] else embed)(handler, body)  # type: ignore[method-assign]
    ask = "SELECT id FROM ten WHERE ai_embed(body) IS NULL"
    with pytest.warns(RowsFailedWarning, match="ai_embed: 1 of 10 inputs failed and are NULL"):
        assert ten.execute(ask).fetchall() == [(3,)]
    model._embed = embed  # type: ignore[method-assign]
    assert ten.execute(ask).fetchall() == []


def test_too_many_texts_that_cannot_be_embedded_stop_the_query(ten: llmsql.Connection, model: StubModel) -> None:
    model._embed = model.status(400, {"error": {"message": "input rejected"}})  # type: ignore[method-assign]
    with pytest.raises(duckdb.InvalidInputException, match=r"10 of 10 inputs failed in this query, the last one"):
        ten.execute("SELECT ai_embed('row ' || i) FROM range(120) r(i)").fetchall()
    assert len(model.requests) < 40


def test_fewer_vectors_than_texts_are_not_taken(ten: llmsql.Connection, model: StubModel) -> None:
    embed = model._embed
    model._embed = lambda handler, body: embed(handler, body | {"input": body["input"][:1]})  # type: ignore[method-assign]
    rows = ten.execute("SELECT body, ai_embed(body) FROM ten").fetchall()
    assert all(answer == pytest.approx(vector(body)) for body, answer in rows)  # each text by itself


def test_vectors_that_do_not_match_fail(ten: llmsql.Connection, model: StubModel) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="gives vectors of 16, not 3"):
        ten.execute("SELECT ai_embed('x', dims := 3)").fetchall()


def test_a_server_without_schemas_is_asked_without(ten: llmsql.Connection, model: StubModel) -> None:
    refusal = model.status(400, {"error": {"message": "Unknown parameter: response_format"}})
    original = model.post

    def post(handler: Any, body: Any) -> None:
        if "response_format" in body:
            refusal(handler, body)
        else:
            original(handler, body)

    model.post = post  # type: ignore[method-assign]
    spec = """'{"name": "VARCHAR"}'"""
    model.answer = lambda body: '{"name": "Ann"}'  # type: ignore[method-assign]
    ask = f"SELECT ai_extract('Ann', {spec}), ai_extract('Ann 2', {spec})"
    assert ten.execute(ask).fetchall() == [({"name": "Ann"}, {"name": "Ann"})]
    assert len(model.requests) == 3


def test_warnings_as_errors_are_a_line(ten: llmsql.Connection, model: StubModel) -> None:
    always(model, "row 3", model.status(400, {"error": {"message": "no"}}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(duckdb.InvalidInputException, match="1 of 10 inputs failed and are NULL"):
            ten.execute(ASK).fetchall()
