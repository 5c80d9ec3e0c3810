"""What nobody should pass to a row function, and somebody will: the right answer, or one line that names the fix."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

import llmsql
from llmsql.errors import RowsFailedWarning, well_formed
from tests.rows.stubs import StubModel

FUNCTIONS = (
    "ai_complete({})",
    "ai_try_complete({})",
    "ai_filter({}, 'c')",
    "ai_classify({}, ['yes', 'no'])",
    'ai_extract({}, \'{{"a": "VARCHAR"}}\')',
    "ai_score({}, 'c')",
    "ai_sentiment({})",
    "ai_summarize({})",
    "ai_translate({}, 'German')",
    "ai_redact({})",
    "ai_embed({})",
    "ai_similarity({}, 'b')",
    "ai_match({}, 'b', 'c')",
    "ai_agg({}, 'the themes of all of these texts')",
)
SPECIAL = {
    "NUL": "a\0b",
    "combining": "e\u0301\u0323 Z\u0351\u036b\u0343",
    "right to left": "\u202eשלום עולם\u202c مرحبا",
    "emoji with joiners": "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
    "astral": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 🀄",
    "no character": "\ufffe\uffff\ufeff",
    "controls": "\x01\x1b[31m\x7f\u0085\u2028",
    "empty": "",
    "space": " \t\n\u3000",
}


@pytest.fixture
def con(model: StubModel) -> Iterator[llmsql.Connection]:
    with llmsql.connect() as con:
        yield con


def refused(con: llmsql.Connection, call: str) -> str:
    """The one line of an error."""
    with pytest.raises(duckdb.Error) as caught:
        con.execute(f"SELECT {call}").fetchall()
    said = str(caught.value)
    assert "\n" not in said and "Python exception" not in said and "Traceback" not in said
    return said


@pytest.mark.parametrize("call", FUNCTIONS)
def test_a_text_of_1_mb_reaches_the_model_whole(con: llmsql.Connection, model: StubModel, call: str) -> None:
    words = 120_000
    con.execute("SET VARIABLE llmsql_max_calls = 1000").fetchall()
    long = f"repeat('a heron ', {words})"
    [(answer,)] = con.execute(f"SELECT {call.format(long)}").fetchall()
    assert answer is not None
    sent = [text for text in [*model.texts, *model.embedded] if "heron a" in text]
    assert sum(text.count("heron") for text in sent) == words  # in pieces, where the function splits
    assert (len(sent) > 1) == call.startswith(("ai_summarize", "ai_agg"))


def test_an_answer_of_3_mb_comes_back_whole(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good("x" * 3_000_000)
    assert con.execute("SELECT length(ai_complete('q'))").fetchall() == [(3_000_000,)]


@pytest.mark.parametrize("text", SPECIAL.values(), ids=SPECIAL)
def test_unicode_of_every_kind_arrives_and_returns_as_it_is(
    con: llmsql.Connection, model: StubModel, text: str
) -> None:
    for call in FUNCTIONS:
        con.execute(f"SELECT {call.format('?')}", [text]).fetchall()
    asked = [t for t in model.texts if text in t]
    assert len(asked) == len(FUNCTIONS) - 3  # of two the answer is the same, two embed
    assert text in model.embedded
    model.faults = lambda _: model.good(text)
    if text.strip():
        assert con.execute("SELECT ai_complete('echo')").fetchall() == [(text,)]
    else:
        with pytest.warns(RowsFailedWarning):  # an answer is never nothing
            assert con.execute("SELECT ai_complete('echo')").fetchall() == [(None,)]
    assert con.execute("SELECT ai_redact(?)", [text]).fetchall() == [(text,)]


def test_binary_text_is_read_as_duckdb_writes_it(con: llmsql.Connection, model: StubModel) -> None:
    con.execute(r"SELECT ai_complete('\xAA\x00z'::BLOB)").fetchall()
    assert model.texts == [r"\xAA\x00z"]


def test_duckdb_lets_no_half_character_in(con: llmsql.Connection, model: StubModel) -> None:
    with pytest.raises((duckdb.Error, RuntimeError), match=r"surrogate|Unable to cast"):
        con.execute("SELECT ai_complete(?)", ["half \ud83d"])
    with pytest.raises(duckdb.Error, match="Invalid UTF8"):
        con.execute("SELECT ai_complete(chr(55357))")
    assert model.requests == []


def test_half_a_character_from_a_server_is_shown_as_lost(con: llmsql.Connection, model: StubModel) -> None:
    assert well_formed("a\ud83db \ud83d\ude00 é") == "a\ufffdb 😀 é"
    model.faults = lambda _: model.good("a\ud83db")
    assert con.execute("SELECT ai_complete('q')").fetchall() == [("a\ufffdb",)]
    model.faults = lambda _: model.good('{"a": "x\\ud83dy"}')
    for spec in ('{"a": "VARCHAR"}', "STRUCT(a VARCHAR)"):
        assert con.execute(f"SELECT ai_extract('q', '{spec}')").fetchall() == [({"a": "x\ufffdy"},)]
    model.faults = lambda _: model.status(400, {"error": {"message": "half \ud83d of one"}})
    with pytest.warns(RowsFailedWarning):
        con.execute("SELECT ai_complete('q2')").fetchall()
    assert "half \ufffd of one" in con.execute("SELECT error FROM ai_errors()").fetchall()[-1][0]
    assert "half \ufffd of one" in refused(con, "ai_complete('q3', on_error := 'fail')")


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("NULL", "ai_classify has no labels"),
        ("[]", "ai_classify has no labels"),
        ("['a', '']", "A label of ai_classify is empty"),
        ("['a', ' \t']", "A label of ai_classify is empty"),
        ("['a', chr(0)]", "A label of ai_classify is empty"),
        ("['a', chr(8203)]", "A label of ai_classify is empty"),  # a space without width
        ("['a', NULL]", "A label of ai_classify is empty"),
        ("['Bug', 'bug']", "Labels 'Bug' and 'bug' of ai_classify cannot be told apart. Keep one of them"),
        ("['bug', 'bug ']", "cannot be told apart"),
        ("['Straße', 'STRASSE']", "cannot be told apart"),
        ("['é', 'e' || chr(769)]", "cannot be told apart"),
    ],
)
def test_labels_that_are_none_or_alike(con: llmsql.Connection, model: StubModel, labels: str, says: str) -> None:
    assert says in refused(con, f"ai_classify('text', {labels})")
    assert says in refused(con, f"ai_classify('text', {labels}, multi := true)")
    assert model.requests == []


@pytest.mark.parametrize(
    ("labels", "answer", "label"),
    [
        (["bug", "bug", "wish"], "bug", "bug"),  # twice the same is once
        (["e\u0301tat", "autre"], "état", "e\u0301tat"),
        (["👨‍👩‍👧", "👨‍👩‍👦"], "👨‍👩‍👧", "👨‍👩‍👧"),
        (["בעיה", "שאלה"], '{"answer": "שאלה"}', "שאלה"),
        (["two\nlines", "one"], "two\nlines", "two\nlines"),
        (['say "x"', "{y}"], 'Say "x".', 'say "x"'),
        (["+", "-"], "-", "-"),
        ([f"label {n}" for n in range(500)], "Label 77", "label 77"),
    ],
)
def test_labels_of_every_kind_come_back_as_they_are_spelt(
    con: llmsql.Connection, model: StubModel, labels: list[str], answer: str, label: str
) -> None:
    model.faults = lambda _: model.good(answer)
    assert con.execute("SELECT ai_classify('text', ?)", [labels]).fetchall() == [(label,)]
    assert len(model.requests) == 1


WRITE = """Write it as '{"name": "VARCHAR", "amount": "DOUBLE"}' or 'STRUCT(name VARCHAR, amount DOUBLE)'."""


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("NULL", "ai_extract has no spec. Pass it as text"),
        ("''", "ai_extract has no spec. Pass it as text"),
        ("'{'", f"{WRITE}"),
        ("'{\"a\": }'", "The spec is not JSON"),
        ("'{}'", f"{{}} is no result type. {WRITE}"),
        ("'[]'", f"[] is no result type. {WRITE}"),
        ("'[1]'", "1 is no result type"),
        ("'{\"a\": null}'", "null is no result type"),
        ('\'{"": "VARCHAR"}\'', "A field of the spec has no name"),
        ('\'{"a": "VARCHAR", "A": "DATE"}\'', "The spec has the field 'A' twice. Names that differ in case only"),
        ("'STRUCT(a VARCHAR, a DATE)'", "The spec has the field 'a' twice"),
        ("'NOPE'", "There is no result type 'NOPE'. Known are VARCHAR"),
        ('\'{"a": ["NOPE"]}\'', "There is no result type 'NOPE'. Known are VARCHAR"),
        ("'STRUCT(a VARCHAR'", "There is no result type 'STRUCT(a VARCHAR'. Known are"),
        ("'STRUCT(a)'", "STRUCT(a) cannot be a result type. Known are"),
        ("'DECIMAL(99, 3)'", "A DECIMAL has 1 to 38 digits in all"),
        ("'DECIMAL(5, 9)'", "A DECIMAL has 1 to 38 digits in all"),
        ("'VARCHAR[0]'", "An array has 1 to 100000 elements"),
        ("'ENUM()'", "cannot be a result type"),
        ("'DROP TABLE t'", "There is no result type"),
        ("chr(0)", "There is no result type"),
        ("{'a': 'VARCHAR'}", "The spec is not JSON"),
        ("repeat('[', 500) || '\"VARCHAR\"' || repeat(']', 500)", "The spec is nested more than 30 deep"),
        ("repeat('[', 100000)", "The spec is not JSON"),
    ],
)
def test_a_spec_that_is_none(con: llmsql.Connection, model: StubModel, spec: str, says: str) -> None:
    assert says in refused(con, f"ai_extract('Ann 3', {spec})")
    if "no spec" not in says:
        assert says in refused(con, f"ai_complete('Ann 3', return_type := ({spec})::VARCHAR)")
    assert model.requests == []


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("''", "json_schema is not a JSON Schema"),
        ("'{'", "json_schema is not a JSON Schema"),
        ('\'{"type": "nope"}\'', "json_schema is not a JSON Schema"),
        ("'true'", "json_schema must be an object"),
        ('\'{"$ref": "https://example.invalid/schema"}\'', "which is not in it. Put it below $defs"),
        ('\'{"items": {"$ref": "#/$defs/x"}}\'', "which is not in it. Put it below $defs"),
        ('\'{"type": "object", "allOf": [{"$ref": "#"}]}\'', "refers to itself without end"),
        ('\'{"items": {"$ref": "#foo"}}\'', "refers to '#foo', which is not in it"),
    ],
)
def test_a_schema_that_is_none(con: llmsql.Connection, model: StubModel, schema: str, says: str) -> None:
    assert says in refused(con, f"ai_complete('Ann 3', json_schema := {schema})")
    assert model.requests == []


def test_a_schema_may_be_a_struct_and_refer_to_itself(con: llmsql.Connection) -> None:
    schema = "{'type': 'object', 'properties': {'a': {'$ref': '#/$defs/name'}}, '$defs': {'name': {'type': 'string'}}}"
    [(answer,)] = con.execute(f"SELECT ai_complete('Ann 3', json_schema := {schema})").fetchall()
    assert answer.startswith('{"a"')


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("ai_complete('x', temperature := 'hot')", "temperature 'hot' of ai_complete is not a number"),
        ("ai_complete('x', temperature := 3)", "temperature 3 of ai_complete is not from 0 to 2"),
        ("ai_complete('x', max_tokens := 'many')", "max_tokens 'many' of ai_complete is not a whole number"),
        ("ai_complete('x', max_tokens := 0)", "max_tokens 0 of ai_complete must be above 0"),
        ("ai_summarize('x', max_tokens := true)", "max_tokens True of ai_summarize is not a whole number"),
        ("ai_complete('x', model := 3)", "model 3 of ai_complete is not a text. Write model := '…'."),
        ("ai_complete('x', return_type := 3)", "return_type 3 of ai_complete is not a text"),
        ("ai_embed('x', dims := -1)", "dims -1 of ai_embed is not from 1 to 100000"),
        ("ai_embed('x', dims := 0)", "dims 0 of ai_embed is not from 1 to 100000"),
        ("ai_embed('x', dims := 'a')", "dims 'a' of ai_embed is not a whole number"),
        ("ai_filter('x', '')", "ai_filter has no condition. Pass it as text: ai_filter(body, '…')"),
        ("ai_filter('x', 'c', optimize := 'cost', min_accuracy := 'x')", "min_accuracy 'x' of ai_filter is not a number"),
        ("ai_redact('x', entities := [''])", "entities of ai_redact must be a list of texts"),
        ("ai_complete('x', cache := 'banana')", "cache 'banana' of ai_complete is neither true nor false"),
        ("ai_filter('x', 'c', cache := 'on')", "cache 'on' of ai_filter is neither true nor false. Write cache := false."),
        ("ai_complete('x', cache := 2.5)", "cache 2.5 of ai_complete is neither true nor false"),
        ("ai_complete('x', return_type := 'DATE', json_schema := '{}')", "has a return_type and a json_schema. Pass one"),
    ],
)  # fmt: skip
def test_options_of_a_wrong_kind(con: llmsql.Connection, model: StubModel, call: str, says: str) -> None:
    assert says in refused(con, call)
    assert model.requests == []


@pytest.mark.parametrize("call", FUNCTIONS)
def test_zero_rows_take_no_call(con: llmsql.Connection, model: StubModel, call: str) -> None:
    con.execute("CREATE TABLE none (body VARCHAR)").fetchall()
    rows: list[Any] = con.execute(f"SELECT {call.format('body')} FROM none").fetchall()
    assert rows == ([(None,)] if "ai_agg" in call else [])
    con.execute("INSERT INTO none VALUES (NULL), (NULL)").fetchall()
    rows = con.execute(f"SELECT {call.format('body')} FROM none").fetchall()
    assert all(value is None for (value,) in rows) and len(rows) in (1, 2)
    assert model.requests == []


@pytest.mark.slow
def test_ten_million_rows_of_few_values(con: llmsql.Connection, model: StubModel) -> None:
    con.execute("SET memory_limit = '2GB'").fetchall()
    con.execute("CREATE TABLE t AS SELECT 'text ' || (i % 40) || ' yes' AS body FROM range(10_000_000) r(i)").fetchall()
    con.execute("SELECT count(*) FROM t WHERE ai_filter(body, 'c') AND body < 'text 1'").fetchall()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts = "count(*) FILTER (ai_filter(body, 'c')), count(DISTINCT ai_classify(body, ['yes', 'no'])), count(DISTINCT ai_complete(body))"
    assert con.execute(f"SELECT {counts} FROM t").fetchall() == [(10_000_000, 1, 40)]
    assert len(model.requests) == 3 * 40
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / (1 if sys.platform == "darwin" else 1024)
    assert grown < 400, f"{grown:.0f} MB more"
    assert con.execute("SELECT max(rows), sum(calls) FROM ai_usage_summary()").fetchall() == [(10_000_000, 120)]
