"""Keys that nobody declared, found from names and checked against the data."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import duckdb

from llmsql.catalog.model import Catalog, Column, ForeignKey, Table, quote_always

CHECKED_ROWS = 2_000_000
CHECKED_VALUES = 10_000
_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z")
_KEY_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z|VARCHAR\Z|UUID\Z|DECIMAL\(\d+,0\)\Z")
_KEY_SUFFIX = re.compile(r"(_?(id|key|code|no|num|nr|number|uuid|sk))\Z")


def infer_keys(con: duckdb.DuckDBPyConnection, catalog: Catalog, deadline: float) -> Catalog:
    """``catalog`` with primary and foreign keys that names suggest and the data bear out.

    Args:
        con: the connection that sees the tables.
        catalog: a snapshot with declared keys.
        deadline: ``time.monotonic()`` after which no more data are checked, and nothing more is inferred.
    """
    tables = [
        table if table.primary_key else replace(table, primary_key=_primary_key(con, table, deadline))
        for table in catalog
    ]
    keyed = [(t, t.primary_key[0]) for t in tables if len(t.primary_key) == 1]
    return Catalog(tuple(_with_foreign_keys(con, table, keyed, deadline) for table in tables))


def _primary_key(con: duckdb.DuckDBPyConnection, table: Table, deadline: float) -> tuple[str, ...]:
    if table.kind != "table" or not table.rows or table.rows > CHECKED_ROWS:
        return ()
    for column in table.columns:
        folded = column.name.casefold()
        entity = _entity(folded)
        if not _KEY_TYPE.match(column.type) or entity is None:
            continue
        if entity and entity not in _names(table):
            continue
        name = quote_always(column.name)
        if _is_true(con, f"SELECT count(*) = count(DISTINCT {name}) FROM {table.reference}", deadline):
            return (column.name,)
    return ()


def _with_foreign_keys(
    con: duckdb.DuckDBPyConnection, table: Table, keyed: list[tuple[Table, str]], deadline: float
) -> Table:
    taken = {name.casefold() for fk in table.foreign_keys for name in fk.columns}
    added = []
    for column in table.columns:
        folded = column.name.casefold()
        if folded in taken or not _KEY_TYPE.match(column.type):
            continue
        candidates = [
            (target, key)
            for target, key in keyed
            if (target is not table and target.reference != table.reference) and _points_at(column, table, target, key)
        ]
        # The longest name is the most telling one: order_item_id points at order_items, not at items.
        candidates.sort(key=lambda pair: (-len(pair[0].name), pair[0].reference))
        for target, key in candidates:
            if _is_contained(con, table, column.name, target, key, deadline):
                added.append(ForeignKey((column.name,), target.reference, (key,), inferred=True))
                break
    return replace(table, foreign_keys=(*table.foreign_keys, *added)) if added else table


def _points_at(column: Column, table: Table, target: Table, key: str) -> bool:
    key_column = target.column(key)
    if key_column is None or _key_kind(key_column.type) != _key_kind(column.type):
        return False
    folded, key_folded = column.name.casefold(), key.casefold()
    if [name.casefold() for name in table.primary_key] == [folded] and not _same_key_name(folded, key_folded):
        return False
    entity = _entity(folded)
    if entity:
        return any(entity == name or entity.endswith(f"_{name}") for name in _names(target))
    return _same_key_name(folded, key_folded) or folded in _names(target)


def _same_key_name(folded: str, key_folded: str) -> bool:
    return folded == key_folded and bool(_entity(key_folded))


def _entity(folded: str) -> str | None:
    """``customer`` of ``customer_id`` or ``customerid``; empty for ``id``; None where nothing looks like a key."""
    match = _KEY_SUFFIX.search(folded)
    return folded[: match.start()].rstrip("_") if match else None


def _names(table: Table) -> set[str]:
    """The table's name and its likely singular, folded, without habitual prefixes."""
    base = re.sub(r"\A(tbl|dim|fact|fct|stg|t)_", "", table.name.casefold())
    names = {base, base.replace("_", "")}
    for name in list(names):
        if name.endswith("ies"):
            names.add(name[:-3] + "y")
        if name.endswith(("ses", "xes", "ches", "shes", "zes")):
            names.add(name[:-2])
        if name.endswith("people"):
            names.add(name[:-6] + "person")
        if name.endswith("s") and not name.endswith("ss"):
            names.add(name[:-1])
    return names


def _key_kind(type_: str) -> str:
    return "integer" if _INTEGER.match(type_) or type_.startswith("DECIMAL") else type_


def _is_contained(
    con: duckdb.DuckDBPyConnection, table: Table, column: str, target: Table, key: str, deadline: float
) -> bool:
    if target.rows is not None and target.rows > CHECKED_ROWS:
        return False
    name = quote_always(column)
    return _is_true(
        con,
        f"SELECT count(*) > 0 AND bool_and(v IN (SELECT {quote_always(key)} FROM {target.reference})) FROM "
        f"(SELECT DISTINCT {name} AS v FROM (SELECT {name} FROM {table.reference} WHERE {name} IS NOT NULL "
        f"LIMIT {CHECKED_VALUES}))",
        deadline,
    )


def _is_true(con: duckdb.DuckDBPyConnection, sql: str, deadline: float) -> bool:
    if time.monotonic() >= deadline:
        return False
    try:
        rows = con.execute(sql).fetchall()
    except duckdb.Error:
        return False
    return bool(rows[0][0])
