"""What a database holds: its tables as boxes, its content as SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import duckdb

from llmsql.catalog.snapshot import quote
from llmsql.shell.boxes import Box, Painter, draw_boxes
from llmsql.shell.render import Column, Format, render
from llmsql.shell.results import Result

if TYPE_CHECKING:
    from llmsql.shell.session import Session

_COUNTED_TABLES = 200
_COLUMNS = """
SELECT c.database_name, c.schema_name, c.table_name, c.column_name, lower(regexp_replace(c.data_type, '\\(.*', '')),
       t.estimated_size, list_contains(coalesce(k.columns, []), c.column_name)
FROM duckdb_columns() c
LEFT JOIN duckdb_tables() t USING (database_oid, schema_oid, table_oid)
LEFT JOIN (
  SELECT database_oid, schema_oid, table_oid, flatten(list(constraint_column_names)) AS columns
  FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' GROUP BY ALL
) k USING (database_oid, schema_oid, table_oid)
WHERE NOT c.internal AND c.table_name ILIKE ?
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
    """The current database as SQL that makes it again.

    Args:
        con: the connection.
        patterns: for ``LIKE``; tables that match one are written.
    """
    likes = " OR ".join(["name ILIKE ?"] * len(patterns))
    made = con.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ({likes}) "
        "ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'view' THEN 1 ELSE 2 END, name",
        list(patterns),
    ).fetchall()
    yield "BEGIN TRANSACTION;\n"
    for type_, name, sql in made:
        yield f"{sql.rstrip().rstrip(';')};\n"
        if type_ == "table":
            yield from _inserts(con, name)
    yield "COMMIT;\n"


def _inserts(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    relation = con.sql(f"FROM {quote(table)}")
    # As text, floating-point numbers keep NaN and infinities, which SQL has no numbers for.
    types = ["VARCHAR" if str(type_) in ("FLOAT", "DOUBLE") else str(type_) for type_ in relation.types]
    columns = [Column(name, type_) for name, type_ in zip(relation.columns, types, strict=True)]
    result = Result(relation, columns, held=False)
    # The name is quoted always: a keyword would need it.
    yield from render(columns, result.texts(), Format(mode="insert", table=table, keywords=frozenset({table})))
