"""What the data of a table looks like: frequent values and ranges, bounded in time and bytes.

Two queries a table: one for ranges and numbers of distinct values of every column, one for the values of the text
columns that have few. Tables above ``EXACT_ROWS`` are sampled by whole blocks, so that a hundred million rows cost
what half a million do.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import duckdb

from llmsql.catalog.model import Column, Table
from llmsql.catalog.nested import with_parts

EXACT_ROWS = 500_000
SAMPLE_ROWS = 100_000
LIST_ROWS = 10_000
MOST_VALUES = 12
MOST_COLUMNS = 200
LONGEST_VALUE = 40
_SLASHED_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_RANGED = re.compile(r"(TINY|SMALL|BIG|HUGE|U\w*)?INT|DECIMAL|DOUBLE|FLOAT|DATE|TIMESTAMP|TIME\b")
_ENUM = re.compile(r"ENUM\((.*)\)\Z", re.DOTALL)


@contextmanager
def interrupted_at(con: duckdb.DuckDBPyConnection, deadline: float) -> Iterator[None]:
    """In the body, what ``con`` runs is stopped at a time of ``time.monotonic()``; this ends an open transaction."""
    timer = threading.Timer(max(deadline - time.monotonic(), 0.001), con.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def is_in_transaction(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the user has begun a transaction: a query that fails or is interrupted would end it."""
    first, second = (con.execute("SELECT txid_current()").fetchall() for _ in range(2))
    return first == second


def profile_table(
    con: duckdb.DuckDBPyConnection, table: Table, deadline: float, *, in_transaction: bool = False
) -> Table:
    """``table`` with row count, values and ranges filled in as far as time allows.

    Args:
        con: the connection that sees the table.
        table: its structure.
        deadline: ``time.monotonic()`` after which nothing more is asked of the data.
        in_transaction: whether ``con`` is in one: no query is interrupted then, and views, which may fail or take
            any time, are left alone.
    """
    columns = [_with_enum_values(c) for c in table.columns]
    table = replace(table, columns=tuple(columns))
    is_left_out = in_transaction and table.kind == "view"
    if time.monotonic() >= deadline or not columns or table.rows == 0 or is_left_out:
        return with_parts(con, table, is_read=False)
    try:
        with nullcontext() if in_transaction else interrupted_at(con, deadline):
            table = with_parts(con, table, is_read=True)
            return _profile(con, table)
    except duckdb.Error:
        # A view over a file that is gone, or time is up: structure alone is still worth having.
        return with_parts(con, replace(table, columns=table.stored), is_read=False)


def _profile(con: duckdb.DuckDBPyConnection, table: Table) -> Table:
    source = table.sql
    if table.kind == "view":
        source = f"(SELECT * FROM {table.sql} LIMIT {SAMPLE_ROWS})"
    elif table.rows is not None and table.rows > EXACT_ROWS:
        percent = max(100 * SAMPLE_ROWS / table.rows, 0.001)
        source = f"(SELECT * FROM {table.reference} TABLESAMPLE system({percent:.4f} PERCENT) REPEATABLE (1))"
    looked_at = [c for c in table.columns[:MOST_COLUMNS] if _is_ranged(c) or _is_text(c)]
    measures = ["count(*)"]
    for column in looked_at:
        name = column.sql
        if _is_ranged(column):
            measures += [f"min({name})::VARCHAR", f"max({name})::VARCHAR"]
        else:
            measures += [f"approx_count_distinct({name})", f"min({name}) FILTER (WHERE {name} <> '')"]
    [row] = con.execute(f"SELECT {', '.join(measures)} FROM {source}").fetchall()
    documents = {c.name for c, first in zip(looked_at, row[2::2], strict=True) if _is_text(c) and str(first)[:1] == "{"}
    opened = with_parts(con, table, is_read=True, documents=documents) if documents else table
    if len(opened.columns) > len(table.columns):
        return _profile(con, opened)
    rows = table.rows if table.kind == "table" and table.rows and table.rows > EXACT_ROWS else row[0]
    found: dict[str, Column] = {}
    few: list[Column] = []
    for column, low, high in zip(looked_at, row[1::2], row[2::2], strict=True):
        if _is_ranged(column):
            found[column.name] = replace(column, minimum=low, maximum=high)
        elif low <= MOST_VALUES * 1.2:
            few.append(column)
        elif isinstance(high, str) and _SLASHED_DAY.fullmatch(high):
            # Which number is the month: the days of a year have one above 12 that is none.
            numbers = [f"try_cast(split_part({column.sql}, '/', {n}) AS INTEGER)" for n in (1, 2)]
            either = ", ".join(f"arg_max({column.sql}, {number})" for number in numbers)
            [furthest] = con.execute(f"SELECT {either} FROM {source}").fetchall()
            found[column.name] = replace(column, values=tuple(dict.fromkeys((high, *furthest))))
        elif isinstance(high, str) and len(high) <= LONGEST_VALUE:
            found[column.name] = replace(column, values=(high,))
    for column in table.columns[:MOST_COLUMNS]:
        if column.type == "VARCHAR[]":
            elements = f"SELECT unnest({column.sql}) AS v FROM (SELECT * FROM {source} LIMIT {LIST_ROWS})"
            common = con.execute(
                f"SELECT v, count(*) FROM ({elements}) GROUP BY v ORDER BY count(*) DESC, v LIMIT {MOST_VALUES + 1}"
            ).fetchall()
            is_whole = isinstance(rows, int) and rows <= LIST_ROWS
            values = _with_values(column, dict(common))
            found[column.name] = values if is_whole else replace(values, complete=False)
    if few:
        parts = ", ".join(f"histogram({c.sql})" for c in few)
        [counts] = con.execute(f"SELECT {parts} FROM {source}").fetchall()
        for column, histogram in zip(few, counts, strict=True):
            found[column.name] = _with_values(column, histogram or {})
    is_view = table.kind == "view"
    return replace(
        table,
        rows=None if is_view else rows,
        columns=tuple(found.get(c.name, c) for c in table.columns),
    )


def _with_values(column: Column, histogram: dict[str, int]) -> Column:
    ordered = sorted((v for v in histogram if v), key=lambda value: (-histogram[value], value))
    kept = tuple(v for v in ordered[:MOST_VALUES] if len(v) <= LONGEST_VALUE)
    return replace(column, values=kept, complete=len(kept) == len(ordered))


def _with_enum_values(column: Column) -> Column:
    match = _ENUM.match(column.type)
    if not match:
        return column
    values = tuple(v.replace("''", "'") for v in re.findall(r"'((?:[^']|'')*)'", match.group(1)))
    return replace(column, values=values[:MOST_VALUES], complete=len(values) <= MOST_VALUES)


def _is_ranged(column: Column) -> bool:
    return bool(_RANGED.match(column.type)) and not column.type.endswith("]")


def _is_text(column: Column) -> bool:
    return column.type == "VARCHAR"
