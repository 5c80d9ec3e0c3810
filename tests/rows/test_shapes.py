"""What an answer may be for a type: what DuckDB then casts, and nothing that it makes NULL of or cuts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import jsonschema
import pytest

import llmsql
from llmsql.errors import ConfigError, RowsFailedWarning
from llmsql.rows.schemas import as_field, for_the_prompt, for_the_wire, parse_schema
from llmsql.rows.shapes import UnfitAnswerError, read_answer, read_typed, schema_of
from tests.rows.stubs import StubModel

FIT = {
    "DATE": ['"2026-01-31"', '"0001-01-01"', '"9999-12-31"'],
    "TIMESTAMP": ['"2026-01-31T10:30:00"', '"2026-01-31 10:30"', '"2026-01-31T10:30:00.123456"', '"2026-01-31"'],
    "TIME": ['"10:30"', '"10:30:00"', '"23:59:59.999999"'],
    "FLOAT": ["3.4028235e38", "-3.4028235e38", "1", "0.5", "1e-60"],
    "DOUBLE": ["1e308", "-1e308", "9007199254740993", "1" + "0" * 308],
    "DECIMAL(10, 2)": ["99999999.99", "99999999.994", "-99999999.994", "1.005", "1e7", "1e-400", "7"],
    "DECIMAL(38, 10)": ["1234567890123456789012345678.1234567890", "0.1", "12"],
    "DECIMAL(38, 0)": ["9" * 38, "12345678901234567890.0"],
    "INTEGER": ["2147483647", "-2147483648", "1.0", "1e3"],
    "BIGINT": ["9223372036854775807", "1e18"],
    "HUGEINT": ["170141183460469231731687303715884105727", "1.2e30"],
    "UTINYINT": ["255"],
    "JSON": ['{"a": 1.5}', "[" * 900 + "]" * 900, '"x"'],
    "MAP(INTEGER, DATE)": ['{"3": "2026-01-31"}'],
    "MAP(DATE, INTEGER)": ['{"2026-01-31": 3}'],
    "STRUCT(a DATE, b DECIMAL(10, 2)[])": ['{"a": null, "b": [1.5, 99999999.99]}'],
}
UNFIT = {
    "DATE": ['"20260131"', '"2026-W01-1"', '"2026-02-30"', '"2026-01-31T10:00"', '"2026-1-31"', '"2026-01-31\\n"'],
    "TIMESTAMP": [
        '"20260131T100000"', '"2026-W05-1T10"', '"2026-01-31 10"', '"2026-01-31T24:00"', '"2026-02-30T10:00"',
        '"2026-01-31T10:30:00Z"', '"2026-01-31T10:30:00+02:00"', '"2026-01-31T10:30:00 UTC"',
    ],
    "TIME": ['"T10:30"', '"1030"', '"10"', '"10:30:00,5"', '"24:00:00"', '"10:30:00Z"', '"9:30"'],
    "FLOAT": ["1e300", "-1e300", "3.4028236e38", "1" + "0" * 45],
    "DOUBLE": ["1e400", "-1e400", "1" + "0" * 400, "NaN", "Infinity"],
    "DECIMAL(10, 2)": ["99999999.999", "99999999.995", "-99999999.995", "1e8", "1e999999", f"1e-{'9' * 30}", "true", '"1"'],
    "DECIMAL(38, 0)": ["9" * 39],
    "INTEGER": ["2147483648", "1.5", "true", '"3"'],
    "BIGINT": ["9223372036854775808", "9223372036854775807.0"],
    "JSON": ["Infinity", '{"a": NaN}', '{"a": 1e999}', "[" * 5000, "[" * 5000 + "]" * 5000],
    "MAP(INTEGER, DATE)": ['{"x": "2026-01-31"}', '{"99999999999": "2026-01-31"}', '{"3": "20260131"}'],
    "MAP(DATE, INTEGER)": ['{"x": 3}'],
    "STRUCT(a DATE, b DECIMAL(10, 2)[])": ['{"a": "20260131", "b": []}', '{"a": null, "b": [99999999.999]}'],
    "DATE[]": ['["2026-01-31", "20260131"]', "[null]"],
}  # fmt: skip


@pytest.fixture
def con(model: StubModel) -> Iterator[llmsql.Connection]:
    with llmsql.connect() as con:
        yield con


def cases(by_type: dict[str, list[str]]) -> pytest.MarkDecorator:
    pairs = [(kind, text) for kind, texts in by_type.items() for text in texts]
    return pytest.mark.parametrize(("kind", "text"), pairs, ids=[f"{kind} {text[:30]}" for kind, text in pairs])


@cases(FIT)
def test_what_fits_is_cast_as_duckdb_casts_the_answer_itself(kind: str, text: str) -> None:
    value = read_typed(text, schema_of(kind))
    with duckdb.connect() as plain:
        shape = json.dumps(kind)
        [(ours,)] = plain.execute("SELECT from_json(?, ?)", [json.dumps(value), shape]).fetchall()
        # DuckDB 1.5 takes the decimals of JSON by way of a double, and both do so with an exponent.
        by_text = kind.startswith("DECIMAL")
        cast, given = (f"SELECT CAST(? AS {kind})", [text]) if by_text else ("SELECT from_json(?, ?)", [text, shape])
        [(theirs,)] = plain.execute(cast, given).fetchall()
    assert ours is not None
    assert ours == theirs or text == "1.2e30"


@cases(UNFIT)
def test_what_does_not_fit_is_no_answer(kind: str, text: str) -> None:
    with pytest.raises(UnfitAnswerError):
        read_typed(text, schema_of(kind))


def test_digits_are_not_lost_to_a_float(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good('{"a": 1234567890123456789012345678.1234567890, "b": 12345678901234567890.0}')
    spec = "STRUCT(a DECIMAL(38, 10), b HUGEINT)"
    [(row,)] = con.execute(f"SELECT ai_extract('x', '{spec}')").fetchall()
    assert str(row["a"]) == "1234567890123456789012345678.1234567890" and row["b"] == 12345678901234567890


def test_an_unfit_answer_is_asked_again_once_and_is_then_an_error(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good('{"value": "2026-01-31T10:30:00+02:00"}')
    with pytest.warns(RowsFailedWarning):
        assert con.execute("SELECT ai_complete('when', return_type := 'TIMESTAMP')").fetchall() == [(None,)]
    [(error,)] = con.execute("SELECT error FROM ai_errors()").fetchall()
    assert "is not of the form YYYY-MM-DDTHH:MM:SS, without an offset" in error and len(model.requests) == 2
    for kind, text in (
        ("DATE", '"20260131"'),
        ("FLOAT", "1e300"),
        ("DECIMAL(10,2)", "99999999.999"),
        ("JSON", "[" * 5000),
    ):
        model.faults = lambda _, text=text: model.good(f'{{"value": {text}}}')  # type: ignore[misc]
        with pytest.raises(duckdb.InvalidInputException, match="gave an answer that cannot be used"):
            con.execute(f"SELECT ai_complete('x', return_type := '{kind}', on_error := 'fail')").fetchall()


def test_an_error_in_a_field_says_what_is_wrong_with_its_value() -> None:
    with pytest.raises(UnfitAnswerError, match=r"^a: '20260131' is not of the form YYYY-MM-DD"):
        read_typed('{"a": "20260131"}', schema_of({"a": "DATE"}))


@pytest.mark.parametrize(
    ("kind", "texts", "others"),
    [
        ("DATE", ["2026-01-31"], ["20260131", "2026-13-01", "2026-01-31T10:00"]),
        ("TIME", ["10:30", "10:30:00.5"], ["1030", "25:00", "10:30Z"]),
        ("TIMESTAMP", ["2026-01-31", "2026-01-31T10:30:00", "2026-01-31 10:30"], ["2026-01-31T10:30:00Z", "20260131"]),
    ],
)
def test_times_are_held_to_their_form_on_the_wire(kind: str, texts: list[str], others: list[str]) -> None:
    wire = jsonschema.Draft202012Validator(for_the_wire(schema_of(kind)))
    assert all(wire.is_valid(text) for text in texts) and not any(wire.is_valid(text) for text in others)
    told = for_the_prompt(schema_of(kind))
    assert "pattern" not in told and ("format" in told)


def test_the_wire_reaches_the_server(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good('{"value": "2026-01-31T10:30:00"}')
    con.execute("SELECT ai_complete('when', return_type := 'TIMESTAMP')").fetchall()
    schema = model.requests[0][2]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["value"]["pattern"].startswith("^[0-9]{4}-")


def test_a_field_may_have_the_name_of_a_keyword() -> None:
    schema = schema_of({"format": "VARCHAR", "minimum": "DOUBLE"})
    assert for_the_wire(schema)["properties"].keys() == {"format", "minimum"}


PEOPLE = {
    "type": "array",
    "items": {"$ref": "#/$defs/p"},
    "$defs": {"p": {"type": "object", "properties": {"name": {"type": "string"}, "children": {"$ref": "#"}}}},
}


def test_definitions_are_found_below_a_schema_that_is_no_object(con: llmsql.Connection, model: StubModel) -> None:
    full = as_field(parse_schema(json.dumps(PEOPLE)))
    assert "$defs" in full and "$defs" not in full["properties"]["value"]
    answer = '{"value": [{"name": "Ann", "children": [{"name": "Bo"}]}]}'
    for schema in (full, for_the_wire(full)):
        assert read_answer(answer, schema)["value"][0]["name"] == "Ann"
        for wrong in ('{"value": [{"name": 3}]}', '{"value": [{"children": [{"name": 3}]}]}'):
            with pytest.raises(UnfitAnswerError):
                read_answer(wrong, schema)
    model.faults = lambda _: model.good(answer)
    [(said,)] = con.execute("SELECT ai_complete('x', json_schema := ?)", [json.dumps(PEOPLE)]).fetchall()
    assert json.loads(said)[0]["name"] == "Ann"


def test_a_schema_with_properties_is_one_of_an_object(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good('{"a": "x"}')
    schema = '{"properties": {"a": {"type": "string"}}}'
    assert con.execute(f"SELECT ai_complete('x', json_schema := '{schema}')").fetchall() == [('{"a":"x"}',)]
    assert "value" not in str(model.requests[0][2]["response_format"])


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "object", "allOf": [{"$ref": "#"}]}, "refers to itself without end"),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}},
            "refers to itself without end",
        ),
        ({"type": "object", "properties": {"a": {"$ref": "#foo"}}}, "refers to '#foo', which is not in it"),
        ({"type": "object", "properties": {"a": {"$dynamicRef": "#foo"}}}, "refers to '#foo', which is not in it"),
        ({"type": "array", "items": {"$ref": "#/required"}, "required": ["a"]}, "cannot be checked"),
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, "which is not in it"),
        ({"type": "string", "pattern": "("}, "is not a JSON Schema"),
    ],
)
def test_a_schema_that_cannot_be_resolved_is_refused(schema: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_schema(json.dumps(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"$anchor": "foo", "type": "string"}, "b": {"$ref": "#foo"}}},
        {"type": "object", "properties": {"next": {"$ref": "#"}}},
        {"type": "array", "items": {"$ref": "#/definitions/p"}, "definitions": {"p": {"type": "string"}}},
        {"$id": "https://example.invalid/x", "type": "array", "items": {"$ref": "#/$defs/p"}, "$defs": {"p": True}},
        {"properties": {"type": {"type": "string"}, "$ref": {"type": "string"}}},
    ],
)
def test_a_schema_that_can_be_resolved_is_not(schema: Any) -> None:
    jsonschema.Draft202012Validator(as_field(parse_schema(json.dumps(schema)))).is_valid({"value": {"a": 1}})


def test_what_cannot_be_checked_does_not_fit() -> None:
    schema = {"type": "object", "properties": {"a": {"multipleOf": 0.5}}}
    with pytest.raises(UnfitAnswerError, match="cannot be checked against its schema: OverflowError"):
        read_answer(f'{{"a": 1{"0" * 400}}}', parse_schema(json.dumps(schema)))
    deep = '{"value": ' + "[" * 500 + "]" * 500 + "}"
    with pytest.raises(UnfitAnswerError, match="cannot be checked against its schema: RecursionError"):
        read_answer(deep, as_field(parse_schema('{"type": "array", "items": {"$ref": "#"}}')))
