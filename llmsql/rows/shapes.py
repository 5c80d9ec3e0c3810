"""What an answer must look like: a result type or a JSON Schema, sent to the model and checked here in any case.

A shape is written as DuckDB's ``from_json`` takes it: a type, ``'INTEGER'`` or ``'STRUCT(a VARCHAR, b DATE)[]'``, or
JSON of names and types, ``'{"name": "VARCHAR", "amounts": ["DOUBLE"]}'``. A field may be null, for a text need not say
everything; a whole answer may not.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from llmsql.errors import ConfigError

_INTEGERS = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "INT": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "INT128": (-(2**127) + 1, 2**127 - 1),
    "UTINYINT": (0, 2**8 - 1),
    "USMALLINT": (0, 2**16 - 1),
    "UINT": (0, 2**32 - 1),
    "UBIGINT": (0, 2**64 - 1),
}
_TEXTS = frozenset({"VARCHAR", "TEXT", "CHAR", "NCHAR", "NVARCHAR"})
_NUMBERS = frozenset({"FLOAT", "DOUBLE"})
_TIMES: Mapping[str, type[date] | type[time] | type[datetime]] = {
    "DATE": date,
    "TIME": time,
    "TIMESTAMP": datetime,
    "TIMESTAMPNTZ": datetime,
    "DATETIME": datetime,
}
_KNOWN = "VARCHAR, BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(p, s), DATE, TIME, TIMESTAMP, ENUM, JSON, T[], STRUCT, MAP"
MOST_ELEMENTS = 100_000
_DEEPEST = 30
_NOT_ON_THE_WIRE = frozenset({"minimum", "maximum", "uniqueItems"})
_EXAMPLE = """Write it as '{"name": "VARCHAR", "amount": "DOUBLE"}' or 'STRUCT(name VARCHAR, amount DOUBLE)'."""
_MOST_DIGITS = 38
_FENCE = re.compile(r"\A\s*```\w*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


class UnfitAnswerError(ValueError):
    """An answer that is not of its shape; the text says how, in words that the model understands too."""


def schema_of(shape: Any, depth: int = 0) -> dict[str, Any]:
    """The JSON Schema of a shape.

    Args:
        shape: a type as text, or a dictionary or one-element list of shapes.
        depth: of the shape in the whole one.

    Raises:
        ConfigError: it is no shape.
    """
    if depth > _DEEPEST:
        raise ConfigError(f"The spec is nested more than {_DEEPEST} deep.", _EXAMPLE)
    if isinstance(shape, str):
        return _schema_of_type(_parse_type(shape))
    if isinstance(shape, list) and len(shape) == 1:
        return {"type": "array", "items": schema_of(shape[0], depth + 1)}
    if isinstance(shape, dict) and shape:
        return _object({name: schema_of(field, depth + 1) for name, field in shape.items()})
    raise ConfigError(f"{json.dumps(shape)[:100]} is no result type.", _EXAMPLE)


def shape_for_from_json(text: str | None) -> str:
    """A user's shape as ``from_json`` takes it; text for one that is none: the function itself says what is wrong."""
    try:
        shape = parse_shape(text or "")
        schema_of(shape)
    except ConfigError:
        return '"VARCHAR"'
    return json.dumps(shape)


def parse_shape(text: str) -> Any:
    """A shape from the text that a user wrote: JSON, or a type.

    Raises:
        ConfigError: it is neither.
    """
    stripped = text.strip()
    if stripped[:1] not in ("{", "[", '"'):
        return stripped
    try:
        return json.loads(stripped, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"The spec is not JSON: {error}.", _EXAMPLE) from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _check_names([name for name, _ in pairs])
    return dict(pairs)


def _check_names(names: Sequence[str]) -> None:
    """DuckDB has no field without a name, and no two fields that differ in case only."""
    folded = [name.casefold() for name in names]
    for position, name in enumerate(names):
        if not name.strip():
            raise ConfigError("A field of the spec has no name.", _EXAMPLE)
        if folded[position] in folded[:position]:
            raise ConfigError(f"The spec has the field {name!r} twice.", "Names that differ in case only are one name.")


def parse_schema(given: Any) -> dict[str, Any]:
    """A JSON Schema from the text, or the struct, that a user wrote.

    Raises:
        ConfigError: it is no JSON Schema, or refers to something outside of it.
    """
    import jsonschema

    try:
        schema = json.loads(given) if isinstance(given, str) else given
        jsonschema.Draft202012Validator.check_schema(schema)
    except (ValueError, RecursionError, jsonschema.SchemaError) as error:
        reason = getattr(error, "message", str(error))
        raise ConfigError(
            f"json_schema is not a JSON Schema: {reason[:200]}.", """Write it as '{"type": "object", …}'."""
        ) from None
    if not isinstance(schema, dict):
        raise ConfigError("json_schema must be an object.", """Write it as '{"type": "object", …}'.""")
    _check_references(schema, schema)
    return schema


def _check_references(part: Any, schema: dict[str, Any]) -> None:
    """Nothing is fetched for an answer, so every ``$ref`` has to lead to a place in the schema itself."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            _check_references(value, schema)
    reference = part.get("$ref") if isinstance(part, dict) else None
    if isinstance(reference, str):
        place: Any = schema
        for step in reference.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            place = place.get(name) if isinstance(place, dict) else None
        if not reference.startswith("#") or place is None:
            raise ConfigError(f"json_schema refers to {reference!r}, which is not in it.", "Put it below $defs.")


def for_the_wire(schema: Any) -> Any:
    """A schema without what servers and grammars disagree about; the rest is checked here."""
    if isinstance(schema, dict):
        return {
            key: for_the_wire(value)
            for key, value in schema.items()
            if not (key in _NOT_ON_THE_WIRE or (key == "format" and value not in ("date", "time")))
        }
    return [for_the_wire(item) for item in schema] if isinstance(schema, list) else schema


def read_answer(text: str, schema: Mapping[str, Any]) -> Any:
    """The value in an answer that must be JSON of a schema.

    Args:
        text: what the model wrote; a code fence around it does not matter.
        schema: of ``schema_of`` or the user's.

    Raises:
        UnfitAnswerError: it is not JSON, or not of that schema.
    """
    import jsonschema

    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced.group(1) if fenced else text, parse_constant=_no_constant)
    except ValueError:
        raise UnfitAnswerError(f"it is not JSON: {' '.join(text.split())[:100]!r}") from None
    checker = jsonschema.Draft202012Validator(dict(schema), format_checker=_formats())
    error = next(iter(sorted(checker.iter_errors(value), key=lambda e: list(map(str, e.path)))), None)
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path)
        raise UnfitAnswerError(f"{where + ': ' if where else ''}{error.message[:200]}")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _parse_type(text: str) -> Any:
    from sqlglot import errors, exp

    try:
        kind = exp.DataType.build(text, dialect="duckdb", udt=False)
    except (errors.ParseError, errors.TokenError, ValueError):
        kind = None
    if not isinstance(kind, exp.DataType):
        raise ConfigError(f"There is no result type {text[:100]!r}.", f"Known are {_KNOWN}.")
    return kind


def _schema_of_type(kind: Any) -> dict[str, Any]:
    from sqlglot import exp

    name = kind.this.value if isinstance(kind.this, exp.DataType.Type) else str(kind.this)
    if name in _TEXTS:
        return {"type": "string"}
    if name == "BOOLEAN":
        return {"type": "boolean"}
    if name in _INTEGERS:
        low, high = _INTEGERS[name]
        return {"type": "integer", "minimum": low, "maximum": high}
    if name in _NUMBERS:
        return {"type": "number"}
    if name == "DECIMAL":
        sizes = [int(size.name) for size in kind.expressions] or [18, 3]
        scale = sizes[1] if len(sizes) > 1 else 0
        if not 1 <= sizes[0] <= _MOST_DIGITS or scale > sizes[0]:
            raise ConfigError(
                f"{kind.sql('duckdb')} cannot be a result type.", f"A DECIMAL has 1 to {_MOST_DIGITS} digits in all."
            )
        limit = float(Decimal(10) ** (sizes[0] - scale))
        return {"type": "number", "minimum": math.nextafter(-limit, 0), "maximum": math.nextafter(limit, 0)}
    if name in _TIMES:
        return {"type": "string", "format": "timestamp" if _TIMES[name] is datetime else name.lower()}
    if name == "JSON":
        return {}
    if name == "ENUM" and kind.expressions:
        return {"type": "string", "enum": [value.name for value in kind.expressions]}
    if name in ("ARRAY", "LIST"):
        schema: dict[str, Any] = {"type": "array", "items": _schema_of_type(kind.expressions[0])}
        for size in kind.args.get("values") or ():
            if not isinstance(size, exp.Literal) or not size.is_int or not 1 <= int(size.name) <= MOST_ELEMENTS:
                raise ConfigError(
                    f"{kind.sql('duckdb')} cannot be a result type.", f"An array has 1 to {MOST_ELEMENTS} elements."
                )
            schema |= {"minItems": int(size.name), "maxItems": int(size.name)}
        return schema
    if name == "STRUCT" and kind.expressions:
        _check_names([field.name for field in kind.expressions])
        fields = {field.name: field.args.get("kind") for field in kind.expressions}
        if all(isinstance(field, exp.DataType) for field in fields.values()):
            return _object({field: _schema_of_type(of) for field, of in fields.items()})
    if name == "MAP" and len(kind.expressions) == 2:
        return {"type": "object", "additionalProperties": _schema_of_type(kind.expressions[1])}
    raise ConfigError(f"{kind.sql('duckdb')} cannot be a result type.", f"Known are {_KNOWN}.")


def _object(fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {"anyOf": [field, {"type": "null"}]} if field else field for name, field in fields.items()
        },
        "required": list(fields),
        "additionalProperties": False,
    }


@functools.cache
def _formats() -> Any:
    import jsonschema

    checker = jsonschema.FormatChecker(formats=())
    for name, kind in (("date", date), ("time", time), ("timestamp", datetime)):
        checker.checks(name, raises=ValueError)(_reader(kind))
    return checker


def _reader(kind: Any) -> Any:
    return lambda value: not isinstance(value, str) or kind.fromisoformat(value) is not None
