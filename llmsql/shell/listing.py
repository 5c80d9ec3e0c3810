"""What a database holds: its tables as boxes, its content as SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import duckdb

from llmsql.catalog.model import quote_always
from llmsql.catalog.snapshot import OWN_SCHEMA, quote
from llmsql.shell.boxes import Box, Painter, draw_boxes
from llmsql.shell.render import Column, insert_statements
from llmsql.shell.results import Result

if TYPE_CHECKING:
    from llmsql.shell.session import Session

_COUNTED_TABLES = 200
_COLUMNS = f"""
SELECT c.database_name, c.schema_name, c.table_name, c.column_name, lower(regexp_replace(c.data_type, '\\(.*', '')),
       t.estimated_size, list_contains(coalesce(k.columns, []), c.column_name)
FROM duckdb_columns() c
LEFT JOIN duckdb_tables() t USING (database_oid, schema_oid, table_oid)
LEFT JOIN (
  SELECT database_oid, schema_oid, table_oid, flatten(list(constraint_column_names)) AS columns
  FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' GROUP BY ALL
) k USING (database_oid, schema_oid, table_oid)
WHERE NOT c.internal AND c.schema_name <> '{OWN_SCHEMA}' AND c.table_name ILIKE ?
ORDER BY c.database_name, c.schema_name, c.table_name, c.column_index
"""


def painter(session: Session) -> Painter:
    """Colours texts where the output takes colours."""
    if not session.output.has_colour:
        return lambda text, _: text
    codes = {"bold": "1", "dim": "90", "key": "4", "schema": "36"}
    return lambda text, style: f"\x1b[{codes[style]}m{text}\x1b[0m" if style in codes and text.strip() else text


def draw_tables(session: Session, pattern: str) -> str:
    """Tables and views with their columns, types and numbers of rows.

    Args:
        session: whose database.
        pattern: for ``LIKE``.
    """
    rows = session.query(_COLUMNS, [pattern])
    paint = painter(session)
    width = session.output.width
    out = []
    groups: dict[tuple[str, str], dict[str, list[tuple[str, str, bool]]]] = {}
    sizes: dict[tuple[str, str, str], int | None] = {}
    for database, schema, table, column, type_, size, is_key in rows:
        groups.setdefault((database, schema), {}).setdefault(table, []).append((column, type_, is_key))
        sizes[database, schema, table] = size
    for (database, schema), tables in groups.items():
        if len(groups) > 1 or schema != "main":
            out.append(paint(f"── {database}.{schema} ──", "schema") + "\n")
        boxes = []
        for table, columns in tables.items():
            size = sizes[database, schema, table]
            boxes.append(Box(table, columns, "" if size is None else f"{size:,} rows"))
        out.append(draw_boxes(boxes, width, paint))
    return "".join(out)


def dump(con: duckdb.DuckDBPyConnection, patterns: Sequence[str]) -> Iterator[str]:
    """The current database as SQL that makes it again: schemas, sequences, tables with their rows, views, indexes.

    Verified answers are among it, for they are the user's. Not covered, as in DuckDB: types and macros.

    Args:
        con: the connection.
        patterns: for ``LIKE``; what matches one is written, and indexes with their table.
    """

    def made(kind: str, named: str = "") -> list[tuple[str, str, str]]:
        likes = " OR ".join([f"{named or kind}_name ILIKE ?"] * len(patterns))
        plural = "indexes" if kind == "index" else f"{kind}s"
        not_internal = "AND NOT internal" if kind in ("table", "view") else ""
        rows: list[tuple[str, str, str]] = con.execute(
            f"SELECT schema_name, {kind}_name, rtrim(sql, '; \n') FROM duckdb_{plural}() "
            f"WHERE database_name = current_database() AND sql IS NOT NULL {not_internal} AND ({likes}) "
            f"ORDER BY {kind}_oid",  # so that a table stands behind those that it refers to
            list(patterns),
        ).fetchall()
        return rows

    sequences, tables, views = made("sequence"), made("table"), _by_reference(made("view"))
    yield "BEGIN TRANSACTION;\n"
    for schema in sorted({schema for schema, _, _ in (*sequences, *tables, *views)} - {"main"}):
        yield f"CREATE SCHEMA IF NOT EXISTS {quote(schema)};\n"
    for schema, name, sql in sequences:  # DuckDB's text of a sequence leaves its schema out
        rest = sql.rpartition(" INCREMENT BY ")[2]
        yield f"CREATE SEQUENCE {quote(schema)}.{quote(name)} INCREMENT BY {rest};\n"
    for schema, name, sql in tables:
        yield f"{sql};\n"
        yield from _inserts(con, f"{quote_always(schema)}.{quote_always(name)}", sql)
    for _, _, sql in (*views, *made("index", "table")):
        yield f"{sql};\n"
    yield "COMMIT;\n"


def _by_reference(views: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Views in an order in which each stands behind those that it may read: those whose names are in its text."""
    waiting, ordered = list(views), []
    while waiting:
        free = (v for v in waiting if not any(w is not v and _is_named(w[1], v[2]) for w in waiting))
        ordered.append(next(free, waiting[0]))
        waiting.remove(ordered[-1])
    return ordered


def _is_named(name: str, sql: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql.partition(" AS ")[2], re.IGNORECASE) is not None


def _inserts(con: duckdb.DuckDBPyConnection, table: str, sql: str) -> Iterator[str]:
    relation = con.sql(f"FROM {table}")
    if "GENERATED ALWAYS AS" in sql:
        relation = relation.project(", ".join(quote_always(c) for c in relation.columns if _takes(con, table, c)))
    # As text, floating-point numbers keep NaN and infinities, which SQL has no numbers for.
    types = ["VARCHAR" if str(type_) in ("FLOAT", "DOUBLE") else str(type_) for type_ in relation.types]
    columns = [Column(name, type_) for name, type_ in zip(relation.columns, types, strict=True)]
    yield from insert_statements(table, columns, Result(relation, columns, held=False).texts())


def _takes(con: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Whether a column can be inserted into: it is not computed. Only the binder tells."""
    try:
        con.execute(f"EXPLAIN INSERT INTO {table}({quote_always(column)}) SELECT NULL").fetchall()
    except duckdb.BinderException as error:
        return "generated column" not in str(error)
    except duckdb.Error:
        return True  # the database is open for reading only, which is found later than a computed column
    return True
