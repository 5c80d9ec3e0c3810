"""Reads a catalog snapshot from a live connection.

Structure comes from DuckDB's own catalog functions; what a writer of SQL needs to know of the data (frequent values,
ranges) from ``profile``; keys that nobody declared from ``keys``.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache

import duckdb

from llmsql.catalog.keys import infer_keys
from llmsql.catalog.model import Catalog, Column, ForeignKey, Table, quote_identifier
from llmsql.catalog.nested import element_tables
from llmsql.catalog.profile import is_in_transaction, profile_table

PROFILE_SECONDS = 2.0
_HIDDEN_DATABASES = ("system",)
OWN_SCHEMA = "_llmsql"
_HIDDEN_SCHEMAS = ("information_schema", "pg_catalog", OWN_SCHEMA)

_RELATIONS = """
SELECT database_name, schema_name, table_name, 'table', comment, estimated_size, table_oid, NULL
FROM duckdb_tables() WHERE NOT internal
UNION ALL
SELECT database_name, schema_name, view_name, 'view', comment, NULL, view_oid, sql
FROM duckdb_views() WHERE NOT internal
"""
_COLUMNS = """
SELECT database_name, schema_name, table_name, column_name, data_type, comment
FROM duckdb_columns() WHERE NOT internal ORDER BY database_name, schema_name, table_oid, column_index
"""
_CONSTRAINTS = """
SELECT database_name, schema_name, table_name, constraint_type, constraint_column_names,
       referenced_table, referenced_column_names
FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
"""
_VERSION = f"""
SELECT current_database(), current_schema(), bit_xor(part), count(*) FROM (
    SELECT hash(database_name, schema_name, table_name, comment, table_oid, (10 * log2(estimated_size + 1))::INTEGER)
        AS part FROM duckdb_tables() WHERE NOT internal AND schema_name <> '{OWN_SCHEMA}'
    UNION ALL
    SELECT hash(database_name, schema_name, view_name, comment, view_oid) FROM duckdb_views() WHERE NOT internal
    UNION ALL
    SELECT hash(database_oid, table_oid, column_name, comment, column_index, data_type)
        FROM duckdb_columns() WHERE NOT internal AND schema_name <> '{OWN_SCHEMA}'
)
"""
_Place = tuple[str, str, str]


@lru_cache(maxsize=1)
def reserved_words() -> frozenset[str]:
    """Words that an identifier may not be without quotes, in lower case, as this DuckDB has them."""
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
        ).fetchall()
    return frozenset(row[0] for row in rows)


def quote(name: str) -> str:
    """``name`` as this DuckDB's SQL writes it."""
    return quote_identifier(name, reserved_words())


def structure_version(con: duckdb.DuckDBPyConnection) -> str:
    """A cheap hash that changes when tables, columns or comments change, or a table's size by a tenth.

    Args:
        con: the connection whose catalog is meant.
    """
    return str(con.execute(_VERSION).fetchall())


def snapshot(
    con: duckdb.DuckDBPyConnection, *, profile_seconds: float = PROFILE_SECONDS, infer: bool = True
) -> Catalog:
    """Read the catalog of everything that ``con`` can query.

    Args:
        con: an open connection; only read from. Temporary tables are seen on the connection that made them.
        profile_seconds: time for looking at data in all; tables not reached by then have structure only.
        infer: whether to look for keys that nobody declared.

    Raises:
        duckdb.Error: the connection is closed or its catalog cannot be read.
    """
    [current] = con.execute("SELECT current_database(), current_schema()").fetchall()
    relations = [
        row
        for row in con.execute(_RELATIONS).fetchall()
        if row[0] not in _HIDDEN_DATABASES and row[1] not in _HIDDEN_SCHEMAS
    ]
    relations.sort(key=lambda row: (row[0] != current[0], row[1] != current[1], row[0], row[1], row[6]))
    columns: dict[_Place, list[Column]] = defaultdict(list)
    for database, schema, table, name, type_, comment in con.execute(_COLUMNS).fetchall():
        columns[database, schema, table].append(Column(name, type_, comment))
    references = {row[:3]: _reference(row[0], row[1], row[2], current) for row in relations}
    primary, foreign = _declared_keys(con, references)

    in_transaction = is_in_transaction(con)
    deadline = time.monotonic() + profile_seconds
    tables = []
    for database, schema, name, kind, comment, size, _, definition in relations:
        place = (database, schema, name)
        table = Table(
            reference=references[place],
            name=name,
            columns=tuple(columns[place]),
            kind=kind,
            primary_key=primary.get(place, ()),
            foreign_keys=tuple(foreign.get(place, ())),
            comment=comment,
            rows=size,
            definition=definition,
        )
        tables.append(profile_table(con, table, deadline, in_transaction=in_transaction))
    catalog = Catalog(tuple(tables))
    catalog = infer_keys(con, catalog, deadline) if infer else catalog
    return _with_elements(con, catalog, deadline, in_transaction)


def _with_elements(con: duckdb.DuckDBPyConnection, catalog: Catalog, deadline: float, in_transaction: bool) -> Catalog:
    tables: list[Table] = []
    for table in catalog:
        tables.append(table)
        for elements in element_tables(con, table):
            if catalog.table(elements.reference) is None:
                tables.append(profile_table(con, elements, deadline, in_transaction=in_transaction))
    return Catalog(tuple(tables)) if len(tables) > len(catalog) else catalog


def _reference(database: str, schema: str, table: str, current: tuple[str, str]) -> str:
    if database == "temp" or (database, schema) == tuple(current):
        return quote(table)
    if database == current[0]:
        return f"{quote(schema)}.{quote(table)}"
    if schema == "main":
        return f"{quote(database)}.{quote(table)}"
    return f"{quote(database)}.{quote(schema)}.{quote(table)}"


def _declared_keys(
    con: duckdb.DuckDBPyConnection, references: dict[_Place, str]
) -> tuple[dict[_Place, tuple[str, ...]], dict[_Place, list[ForeignKey]]]:
    primary: dict[_Place, tuple[str, ...]] = {}
    foreign: dict[_Place, list[ForeignKey]] = defaultdict(list)
    for database, schema, table, kind, names, target, target_names in con.execute(_CONSTRAINTS).fetchall():
        place = (database, schema, table)
        if kind == "PRIMARY KEY":
            primary[place] = tuple(names)
        elif kind == "UNIQUE":
            primary.setdefault(place, tuple(names))
        elif (database, schema, target) in references:
            foreign[place].append(ForeignKey(tuple(names), references[database, schema, target], tuple(target_names)))
    return primary, foreign


def with_keys(catalog: Catalog, primary: dict[str, tuple[str, ...]], foreign: dict[str, list[ForeignKey]]) -> Catalog:
    """``catalog`` with keys known from elsewhere (a SQLite file's pragmas, a settings file).

    Args:
        catalog: the snapshot to complete.
        primary: primary key columns by ``Table.reference``.
        foreign: foreign keys by ``Table.reference``; they stand before those already there.
    """
    tables = []
    for table in catalog:
        known = {fk.columns for fk in foreign.get(table.reference, [])}
        kept = [fk for fk in table.foreign_keys if fk.columns not in known]
        tables.append(
            replace(
                table,
                primary_key=primary.get(table.reference, table.primary_key),
                foreign_keys=(*foreign.get(table.reference, []), *kept),
            )
        )
    return Catalog(tuple(tables))
