"""What an answer must look like: a result type as a JSON Schema, and how an answer of a schema is read.

A shape is written as DuckDB's ``from_json`` takes it: a type, ``'INTEGER'`` or ``'STRUCT(a VARCHAR, b DATE)[]'``, or
JSON of names and types, ``'{"name": "VARCHAR", "amounts": ["DOUBLE"]}'``. A field may be null, for a text need not say
everything; a whole answer may not.

``from_json`` makes NULL of what it cannot cast and drops an offset of a time without a word, so what it gets is checked
here first, more narrowly than JSON Schema does: types are formats of the schema, ``DECIMAL(10, 2)`` as
``YYYY-MM-DDTHH:MM:SS``. Fractions are rounded as DuckDB rounds them.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import ROUND_HALF_UP, Context, Decimal
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
_FLOATS = {"FLOAT": 2**128 - 2**103, "DOUBLE": 2**1024 - 2**970}
"""What no longer rounds to the largest number of the type."""
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
FORMS = {"date": _DAY, "HH:MM:SS": _CLOCK, "YYYY-MM-DDTHH:MM:SS": f"{_DAY}([T ]{_CLOCK})?"}
"""Format to the regular expression of its texts; one that grammars and servers understand."""
_TIMES = {
    "DATE": "date",
    "TIME": "HH:MM:SS",
    "TIMESTAMP": "YYYY-MM-DDTHH:MM:SS",
    "TIMESTAMPNTZ": "YYYY-MM-DDTHH:MM:SS",
    "DATETIME": "YYYY-MM-DDTHH:MM:SS",
}
_KNOWN = "VARCHAR, BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(p, s), DATE, TIME, TIMESTAMP, ENUM, JSON, T[], STRUCT, MAP"
MOST_ELEMENTS = 100_000
_DEEPEST = 30
_EXAMPLE = """Write it as '{"name": "VARCHAR", "amount": "DOUBLE"}' or 'STRUCT(name VARCHAR, amount DOUBLE)'."""
_MOST_DIGITS = 38
_DECIMAL = re.compile(r"DECIMAL\((\d+), (\d+)\)")
_KEY = "a key of type "
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


def read_typed(text: str, schema: Mapping[str, Any]) -> Any:
    """The value in an answer that DuckDB casts to a shape.

    Args:
        text: as for ``read_answer``.
        schema: of ``schema_of``, or an object with such fields.

    Raises:
        UnfitAnswerError: as ``read_answer``.
    """
    return _castable(read_answer(text, schema), schema)


def read_answer(text: str, schema: Mapping[str, Any]) -> Any:
    """The value in an answer that must be JSON of a schema.

    Args:
        text: what the model wrote; a code fence around it does not matter.
        schema: of ``schema_of`` or the user's.

    Raises:
        UnfitAnswerError: it is not JSON, or not of that schema.
    """
    import jsonschema
    import referencing

    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced.group(1) if fenced else text, parse_constant=_no_constant, parse_float=_Written)
    except UnfitAnswerError:
        raise
    except (ValueError, RecursionError):
        raise UnfitAnswerError(f"it is not JSON: {' '.join(text.split())[:100]!r}") from None
    # An empty registry, for nothing is fetched.
    checker = jsonschema.Draft202012Validator(dict(schema), format_checker=_formats(), registry=referencing.Registry())
    try:
        error = min(checker.iter_errors(value), key=lambda e: list(map(str, e.path)), default=None)
    except Exception as failure:  # which one, a schema of the user's and an answer of the model's decide
        raise UnfitAnswerError(f"it cannot be checked against its schema: {type(failure).__name__}") from None
    while error is not None and error.validator == "anyOf" and error.validator_value[1:] == [{"type": "null"}]:
        error = error.context[0]  # what is wrong with the value of a field, which may be null as well
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path)
        raise UnfitAnswerError(f"{where + ': ' if where else ''}{error.message[:200]}")
    return value


def _no_constant(name: str) -> float:
    raise UnfitAnswerError(f"{name} is not JSON")


class _Written(float):
    """A number that remembers how it was written, for a ``DECIMAL`` may have more digits than a float.

    Raises:
        UnfitAnswerError: it is larger than any float.
    """

    def __init__(self, text: str) -> None:
        try:
            self.exact = Decimal(text)
        except ArithmeticError:  # an exponent of twenty digits
            raise UnfitAnswerError(f"{text[:60]} is out of range") from None
        if math.isinf(self):
            raise UnfitAnswerError(f"{text[:60]} is out of range")


def _castable(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value of a shape with its numbers as DuckDB casts them without loss: a decimal as text."""
    if not schema:  # any JSON, as it is
        return value
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    if isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties") or {}
        return {name: _castable(part, fields.get(name, others)) for name, part in value.items()}
    if isinstance(value, list):
        return [_castable(part, schema.get("items", {})) for part in value]
    if isinstance(value, _Written):
        decimal = _DECIMAL.fullmatch(schema.get("format", ""))
        if decimal:
            return f"{_rounded(value.exact, int(decimal.group(2))):f}"
        return int(value.exact) if schema.get("type") == "integer" else float(value)
    return value


def _rounded(number: Decimal, scale: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, Context(prec=3 * _MOST_DIGITS))


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
    if name in _FLOATS:
        return {"type": "number", "format": name}
    if name == "DECIMAL":
        sizes = [int(size.name) for size in kind.expressions] or [18, 3]
        scale = sizes[1] if len(sizes) > 1 else 0
        if not 1 <= sizes[0] <= _MOST_DIGITS or scale > sizes[0]:
            raise ConfigError(
                f"{kind.sql('duckdb')} cannot be a result type.", f"A DECIMAL has 1 to {_MOST_DIGITS} digits in all."
            )
        return {"type": "number", "format": f"DECIMAL({sizes[0]}, {scale})"}
    if name in _TIMES:
        return {"type": "string", "format": _TIMES[name]}
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
        keys = _schema_of_type(kind.expressions[0])
        if keys.get("type") != "string":
            keys = {"format": _KEY + kind.expressions[0].sql("duckdb")}
        return {"type": "object", "propertyNames": keys, "additionalProperties": _schema_of_type(kind.expressions[1])}
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

    class Formats(jsonschema.FormatChecker):
        def check(self, instance: object, format: str) -> None:
            fault = _fault(instance, format)
            if fault is not None:
                raise jsonschema.exceptions.FormatError(fault)

    return Formats(formats=())


def _fault(value: Any, kind: str) -> str | None:
    """Why a value is not of a format; None where it is, or where the format is not checked."""
    if isinstance(value, str):
        fault = _fault_of_text(value, kind)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        fault = _fault_of_number(value, kind)
    else:
        fault = None
    return fault and f"{repr(value)[:60]} is {fault}"


def _fault_of_text(text: str, kind: str) -> str | None:
    if kind == "time":  # of a user's schema, which may have an offset
        return None if _is_read(time.fromisoformat, text) else "no time"
    if kind.startswith(_KEY):
        of = _schema_of_type(_parse_type(kind.removeprefix(_KEY)))
        return None if _is_read(lambda key: read_answer(key, of), text) else f"not {kind}"
    if kind in FORMS and not re.fullmatch(FORMS[kind], text):
        return f"not of the form {'YYYY-MM-DD' if kind == 'date' else kind}, without an offset"
    if kind in FORMS and kind != "HH:MM:SS" and not _is_read(date.fromisoformat, text[:10]):
        return "no day"
    return None


def _fault_of_number(number: int | float, kind: str) -> str | None:
    decimal = _DECIMAL.fullmatch(kind)
    exact = number.exact if isinstance(number, _Written) else Decimal(number)
    if decimal:
        digits, scale = int(decimal.group(1)), int(decimal.group(2))
        limit = 10 ** (digits - scale)
        fits = exact.copy_abs() < limit and _rounded(exact, scale).copy_abs() < limit
    else:
        fits = kind not in _FLOATS or exact.copy_abs() < _FLOATS[kind]
    return None if fits else f"out of the range of {kind}"


def _is_read(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
