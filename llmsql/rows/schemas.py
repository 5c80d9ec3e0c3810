"""JSON Schemas: a user's, which is checked before any call, and each of them as a model and its server see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmsql.errors import ConfigError
from llmsql.rows.shapes import FORMS

_NOT_SENT = frozenset({"minimum", "maximum", "uniqueItems", "propertyNames"})
_FORMATS_SENT = frozenset({"date", "time"})
_DEFINITIONS = ("$defs", "definitions")
_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas", *_DEFINITIONS})
"""Keywords whose values are schemas by name; a name is no keyword, whatever it is."""
_REFERENCES = ("$ref", "$dynamicRef")
_SAMPLES: tuple[Any, ...] = (None, True, 1, "", [], {})


def parse_schema(given: Any) -> dict[str, Any]:
    """A JSON Schema from the text, or the struct, that a user wrote.

    Raises:
        ConfigError: it is no JSON Schema, refers to something outside of it, or to itself without end.
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
    # Its own address would make another document of it where it stands in an object.
    schema = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
    if "properties" in schema and "type" not in schema:
        schema = {"type": "object", **schema}
    _check_references(schema)
    return schema


def _check_references(schema: dict[str, Any]) -> None:
    """Nothing is fetched for an answer, so every reference has to lead to a place in the schema itself.

    Whether it also comes to an end is tried, part by part, on a value of each kind: a part that passes may still fail
    to check some answer, which then does not fit.
    """
    import jsonschema
    import referencing
    from referencing.jsonschema import DRAFT202012

    resolver = referencing.Registry().resolver_with_root(DRAFT202012.create_resource(schema))
    parts = list(_parts(schema))
    for part in parts:
        for reference in (part[keyword] for keyword in _REFERENCES if keyword in part):
            try:
                resolver.lookup(reference)
            except referencing.exceptions.Unresolvable:
                raise ConfigError(
                    f"json_schema refers to {reference!r}, which is not in it.", "Put it below $defs."
                ) from None
    checker = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
    for part in parts:
        try:
            for sample in _SAMPLES:
                list(checker.evolve(schema=part).iter_errors(sample))
        except RecursionError:
            raise ConfigError(
                "json_schema refers to itself without end.", "Refer to the whole from a field or an element only."
            ) from None
        except Exception as error:  # a reference to something that is no schema, say
            raise ConfigError(f"json_schema cannot be checked: {str(error)[:200]}.", "Put it below $defs.") from None


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all in it."""
    from referencing.jsonschema import DRAFT202012

    if isinstance(schema, dict):
        yield schema
        earlier = schema.get("definitions")  # the name before draft 2019-09
        for part in (*DRAFT202012.subresources_of(schema), *(earlier.values() if isinstance(earlier, dict) else ())):
            yield from _parts(part)


def as_field(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An object with a value of a schema as its one field, ``value``; servers take objects only.

    Definitions move to the root, where servers look for them; other references follow what they refer to.
    """
    own = {key: value for key, value in schema.items() if key in _DEFINITIONS}
    value = {key: value for key, value in schema.items() if key not in _DEFINITIONS}
    fields = {"properties": {"value": value}, "required": ["value"], "additionalProperties": False}
    field: dict[str, Any] = _each({"type": "object", **fields, **own}, _moved)
    return field


def _moved(keywords: dict[str, Any]) -> dict[str, Any]:
    """A part of a schema whose references follow the whole into the field, but for those to definitions."""
    moved = {}
    for keyword in _REFERENCES:
        root, *steps = str(keywords.get(keyword)).split("/")
        if root == "#" and steps[:1] not in [[name] for name in _DEFINITIONS]:
            moved[keyword] = "/".join(["#/properties/value", *steps])
    return keywords | moved


def for_the_prompt(schema: Any) -> Any:
    """A schema as a model reads it: without what only the check of its answer needs."""
    return _each(schema, _shown)


def _shown(keywords: dict[str, Any]) -> dict[str, Any]:
    formats = _FORMATS_SENT | FORMS.keys()
    return {
        key: value
        for key, value in keywords.items()
        if key not in _NOT_SENT and not (key == "format" and value not in formats)
    }


def for_the_wire(schema: Any) -> Any:
    """A schema without what servers and grammars disagree about; the rest is checked here."""
    return _each(_each(schema, _shown), _sent)


def _sent(keywords: dict[str, Any]) -> dict[str, Any]:
    form = keywords.get("format")
    if not isinstance(form, str):
        return keywords
    patterns = {"pattern": f"^{FORMS[form]}$"} if form in FORMS else {}
    return patterns | {key: value for key, value in keywords.items() if key != "format" or value in _FORMATS_SENT}


def _each(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A schema with the keywords of each schema in it changed."""
    if isinstance(schema, list):
        return [_each(part, change) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return change(
        {
            key: {name: _each(part, change) for name, part in value.items()}
            if key in _BY_NAME and isinstance(value, dict)
            else _each(value, change)
            for key, value in schema.items()
        }
    )
