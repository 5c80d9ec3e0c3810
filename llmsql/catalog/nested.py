"""The parts of nested columns as columns of their own: ``address_city`` of a STRUCT, ``payload_device`` of JSON.

Who writes SQL is shown ``address_city text`` rather than a type to take apart, and what a column stores is found for
parts as for any other column. In queries a part stands under its name until ``asking.parts`` writes it out.

STRUCT types say what they have; the keys of MAP and JSON columns are those of the first rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb

from llmsql.catalog.model import Column, Table, quote_always

SAMPLED_ROWS = 1000
MOST_PARTS = 30
"""Of one column; a MAP or JSON with more keys has them by data and not by design."""
DEEPEST = 3
_SIGNS = re.compile(r"\W+")
_JSON_TYPES = {"BIGINT": "BIGINT", "UBIGINT": "BIGINT", "HUGEINT": "HUGEINT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN"}
"""Types that DuckDB finds in JSON and what they are read as; anything else is text."""


def with_parts(con: duckdb.DuckDBPyConnection, table: Table) -> Table:
    """``table`` with the parts of its nested columns after each of them.

    Args:
        con: the connection that sees the table; MAP and JSON columns are looked at.
        table: its structure.

    Raises:
        duckdb.Error: the table cannot be read.
    """
    taken = {column.name.casefold() for column in table.columns}
    columns: list[Column] = []
    for column in table.columns:
        columns.append(column)
        parts = list(_parts(con, table, column))
        if len(parts) > MOST_PARTS:
            continue
        for part in parts:
            if part.name.casefold() not in taken:
                taken.add(part.name.casefold())
                columns.append(part)
    return replace(table, columns=tuple(columns)) if len(columns) > len(table.columns) else table


def _parts(con: duckdb.DuckDBPyConnection, table: Table, column: Column) -> Iterator[Column]:
    whole = quote_always(column.name)
    if column.type.startswith("STRUCT(") and column.type.endswith(")"):
        yield from _of_struct(con.type(column.type), column, ())
    elif column.type.startswith("MAP(VARCHAR,") and column.type.endswith(")"):
        value = str(con.type(column.type).children[1][1])
        for (key,) in con.execute(
            f"SELECT DISTINCT unnest(map_keys({whole})) AS key FROM (SELECT {whole} FROM {table.reference} "
            f"LIMIT {SAMPLED_ROWS}) ORDER BY key LIMIT {MOST_PARTS + 1}"
        ).fetchall():
            yield _part(column, (key,), value, f"{whole}[{_literal(key)}]")
    elif column.type == "JSON":
        [(found,)] = con.execute(
            f"SELECT json_group_structure({whole}) FROM (SELECT {whole} FROM {table.reference} LIMIT {SAMPLED_ROWS})"
        ).fetchall()
        yield from _of_json(json.loads(found or "null"), column, ())


def _of_struct(type_: Any, column: Column, path: tuple[str, ...]) -> Iterator[Column]:
    for name, inner in type_.children:
        here = (*path, name)
        if inner.id == "struct" and len(here) < DEEPEST:
            yield from _of_struct(inner, column, here)
            continue
        expression = quote_always(column.name)
        for key in here:
            expression = f"struct_extract({expression}, {_literal(key)})"
        yield _part(column, here, str(inner), expression)


def _of_json(structure: Any, column: Column, path: tuple[str, ...]) -> Iterator[Column]:
    for key, inner in structure.items() if isinstance(structure, dict) else ():
        here = (*path, key)
        if isinstance(inner, dict) and len(here) < DEEPEST:
            yield from _of_json(inner, column, here)
            continue
        if inner == "NULL" or '"' in key:
            continue
        steps = "".join(f".{key}" if key.isidentifier() else f'."{key}"' for key in here)
        found = f"{quote_always(column.name)} ->> {_literal('$' + steps)}"
        if isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], str):
            type_ = f"{_JSON_TYPES.get(inner[0], 'VARCHAR')}[]"
        elif isinstance(inner, str):
            type_ = _JSON_TYPES.get(inner, "VARCHAR")
        else:
            type_ = "JSON"
        yield _part(column, here, type_, f"({found})" if type_ == "VARCHAR" else f"CAST({found} AS {type_})")


def _part(column: Column, path: tuple[str, ...], type_: str, expression: str) -> Column:
    name = "_".join(_SIGNS.sub("_", step).strip("_") for step in (column.name, *path))
    return Column(name, type_, part_of=column.name, path=path, expression=expression)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
