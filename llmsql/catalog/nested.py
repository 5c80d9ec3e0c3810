"""The parts of nested columns as columns of their own: ``address_city`` of a STRUCT, ``payload_device`` of JSON.

Who writes SQL is shown ``address_city text`` rather than a type to take apart, and what a column stores is found for
parts as for any other column. In queries a part stands under its name until ``asking.parts`` writes it out.

A list of STRUCTs, as JSON files have them, is a table of its own, ``orders_lines``, with the key of the table that it
is in, or all its plain columns where it has none.

STRUCT types say what they have; the keys of MAP and JSON columns are those of the first rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import duckdb

from llmsql.catalog.model import Column, ForeignKey, Table, quote_always, quote_identifier, sql_string

SAMPLED_ROWS = 1000
MOST_PARTS = 30
"""Of one column; a MAP or JSON with more keys has them by data and not by design."""
DEEPEST = 3
_NESTED = re.compile(r"STRUCT\(|MAP\(|UNION\(|JSON\Z|.*\]\Z", re.DOTALL)
_SIGNS = re.compile(r"\W+")
_JSON_TYPES = {"BIGINT": "BIGINT", "UBIGINT": "BIGINT", "HUGEINT": "HUGEINT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN"}
"""Types that DuckDB finds in JSON and what they are read as; anything else is text."""


def with_parts(
    con: duckdb.DuckDBPyConnection, table: Table, *, is_read: bool, documents: Collection[str] = ()
) -> Table:
    """``table`` with the parts of its nested columns after each of them.

    Args:
        con: the connection that sees the table.
        table: its structure; a column whose parts cannot be told has none.
        is_read: whether MAP and JSON columns are looked at; without, only STRUCTs have parts.
        documents: columns of text that seem to have JSON in them, as CSV files keep it.
    """
    taken = {column.name.casefold() for column in table.columns}
    columns: list[Column] = []
    for column in table.columns:
        columns.append(column)
        try:
            parts = list(_of_struct(con, column) if column.type.startswith("STRUCT(") else ())
            parts = parts or list(_of_keys(con, table, column, documents) if is_read else ())
        except (duckdb.Error, RecursionError, ValueError):  # documents nested a thousand deep, a view of a lost file
            continue
        if len(parts) > MOST_PARTS:
            continue
        for part in parts:
            if part.name.casefold() not in taken:
                taken.add(part.name.casefold())
                columns.append(part)
    return replace(table, columns=tuple(columns)) if len(columns) > len(table.columns) else table


def element_tables(con: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Table]:
    """Tables of the elements of the lists of STRUCTs that a table has.

    Args:
        con: the connection that sees the table.
        table: with its parts and its key, which the elements have too; where it is none of one column, they have all
            its plain columns.
    """
    for column in table.columns:
        if column.type.startswith("STRUCT(") and column.type.endswith(")[]"):
            yield _elements(con, table, column)


def _elements(con: duckdb.DuckDBPyConnection, table: Table, column: Column) -> Table:
    key = table.primary_key if len(table.primary_key) == 1 else ()
    passed = [c for c in table.stored if (c.name in key if key else not _NESTED.match(c.type))][:MOST_PARTS]
    taken = {c.name.casefold() for c in passed}
    own: list[Column] = []
    shown = [quote_always(c.name) for c in passed]
    for field, type_ in con.type(column.type.removesuffix("[]")).children:
        name = f"{column.name}_{field}" if field.casefold() in taken else field
        own.append(Column(name, str(type_)))
        shown.append(f"element[{sql_string(field)}] AS {quote_always(name)}")
    each = ", ".join((*shown[: len(passed)], f"unnest({column.sql}) AS element"))
    name = f"{table.name}_{column.name}"
    return Table(
        reference=quote_identifier(name),
        name=name,
        columns=(*(Column(c.name, c.type, c.comment) for c in passed), *own),
        kind="view",
        foreign_keys=(ForeignKey(key, table.reference, key),) if key else (),
        part_of=(table.reference, column.name),
        source=f"SELECT {', '.join(shown)} FROM (SELECT {each} FROM {table.reference})",
    )


def _of_struct(con: duckdb.DuckDBPyConnection, column: Column) -> Iterator[Column]:
    if column.type.endswith(")"):  # not a list of them
        yield from _of_fields(con.type(column.type), column, ())


def _of_fields(type_: Any, column: Column, path: tuple[str, ...]) -> Iterator[Column]:
    for name, inner in type_.children:
        here = (*path, name)
        if inner.id == "struct" and len(here) < DEEPEST:
            yield from _of_fields(inner, column, here)
            continue
        expression = quote_always(column.name)
        for key in here:
            expression = f"struct_extract({expression}, {sql_string(key)})"
        yield _part(column, here, str(inner), expression)


def _of_keys(
    con: duckdb.DuckDBPyConnection, table: Table, column: Column, documents: Collection[str]
) -> Iterator[Column]:
    whole = quote_always(column.name)
    rows = f"(SELECT {whole} FROM {table.sql} LIMIT {SAMPLED_ROWS})"
    if column.type.startswith("MAP(VARCHAR,") and column.type.endswith(")"):
        value = str(con.type(column.type).children[1][1])
        for (key,) in con.execute(
            f"SELECT DISTINCT unnest(map_keys({whole})) AS key FROM {rows} ORDER BY key LIMIT {MOST_PARTS + 1}"
        ).fetchall():
            yield _part(column, (key,), value, f"{whole}[{sql_string(key)}]")
    elif column.type == "JSON" or column.name in documents:
        [(broken,)] = con.execute(f"SELECT count(*) FILTER (NOT json_valid({whole})) FROM {rows}").fetchall()
        if broken:
            return
        [(found,)] = con.execute(f"SELECT json_group_structure({whole}::JSON) FROM {rows}").fetchall()
        yield from _of_json(json.loads(found or "null"), column, ())


def _of_json(structure: Any, column: Column, path: tuple[str, ...]) -> Iterator[Column]:
    for key, inner in structure.items() if isinstance(structure, dict) else ():
        here = (*path, key)
        if isinstance(inner, dict) and len(here) < DEEPEST:
            yield from _of_json(inner, column, here)
            continue
        if inner == "NULL" or not key or '"' in key:
            continue
        steps = "".join(f".{key}" if key.isidentifier() else f'."{key}"' for key in here)
        found = f"{quote_always(column.name)} ->> {sql_string('$' + steps)}"
        type_ = _json_type(inner)
        yield _part(column, here, type_, f"({found})" if type_ == "VARCHAR" else f"TRY_CAST({found} AS {type_})")


def _json_type(structure: Any) -> str:
    if isinstance(structure, str):
        return _JSON_TYPES.get(structure, "VARCHAR")
    if isinstance(structure, list) and len(structure) == 1 and isinstance(structure[0], str):
        return f"{_json_type(structure[0])}[]"
    if isinstance(structure, list) and len(structure) == 1 and isinstance(structure[0], dict) and structure[0]:
        fields = ", ".join(f"{quote_always(key)} {_json_type(inner)}" for key, inner in structure[0].items())
        return f"STRUCT({fields})[]"
    return "JSON"


def _part(column: Column, path: tuple[str, ...], type_: str, expression: str) -> Column:
    name = "_".join(_SIGNS.sub("_", step).strip("_") for step in (column.name, *path))
    return Column(name, type_, part_of=column.name, path=path, expression=expression)
