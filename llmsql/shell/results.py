"""Runs one SQL statement and reads its rows, once."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import duckdb

from llmsql.catalog.model import quote_always
from llmsql.shell.render import Column, Row

_BATCH_ROWS = 2_048
_MOST_COUNTED = 10_000
"""Rows of which DuckDB's Python client draws the last ones and says the number."""
_LEFT_OUT = 10
_FOOTER = re.compile(r"(?<=\n)( *)\d+ rows *(?=[\n\d])")
_CHANGES = re.compile(r"\s*(insert|update|delete|merge|copy|truncate|create)\b", re.IGNORECASE)
_RETURNING = re.compile(r"\breturning\b", re.IGNORECASE)


@dataclass(slots=True)
class Result:
    """What a statement gave.

    Args:
        relation: the rows, or None where there are none to show.
        columns: of the rows.
        held: the rows are in memory, and may be read again.
        changed: rows that the statement changed, None for one that changes none.
    """

    relation: duckdb.DuckDBPyRelation | None
    columns: list[Column]
    held: bool
    changed: int | None = None

    @property
    def plan(self) -> str | None:
        """The text of an ``EXPLAIN``."""
        if self.relation is None or [c.name for c in self.columns] != ["explain_key", "explain_value"]:
            return None
        return "\n".join(row[1] for row in self.relation.fetchall())

    def texts(self, *, json: bool = False) -> Iterator[Row]:
        """The rows as DuckDB's own text.

        Args:
            json: as JSON where ``Column.has_own_json``.
        """
        if self.relation is None:
            return
        cells = (
            f"to_json(#{place})::VARCHAR AS c{place}"
            if json and column.has_own_json
            else f"#{place}::VARCHAR AS c{place}"
            for place, column in enumerate(self.columns, start=1)
        )
        relation: Any = self.relation.project(", ".join(cells))
        open_reader = getattr(relation, "to_arrow_reader", None) or relation.fetch_record_batch
        for batch in open_reader(_BATCH_ROWS):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def count(self) -> int:
        """How many rows there are; the rows must be held."""
        return 0 if self.relation is None else int(self.relation.shape[0])

    def draw(self, *, width: int, rows: int, null: str, by_column: bool = False) -> str:
        """DuckDB's own table.

        Args:
            width: columns of the terminal.
            rows: most rows to show.
            null: stands for NULL.
            by_column: a line for each column, not for each row.
        """
        if self.relation is None:
            return ""
        count = self.count() if self.held else 0
        if by_column:
            return _drawn(self.relation, width, rows, null, "columns")
        if count <= _MOST_COUNTED:
            return _drawn(self.relation, width, rows, null)
        # DuckDB would draw the first 10,000 as if they were all: give it what it will show, and some rows to leave out.
        tail = rows - rows // 2
        ends = self.relation.limit(rows // 2 + _LEFT_OUT).union(self.relation.limit(tail, count - tail))
        table = _drawn(ends, width, rows, null)
        return _FOOTER.sub(lambda m: _same_width(m.group(), f"{count} rows"), table)


def _drawn(relation: duckdb.DuckDBPyRelation, width: int, rows: int, null: str, mode: str = "rows") -> str:
    drawn = io.StringIO()
    with contextlib.redirect_stdout(drawn):
        relation.show(max_width=width, max_rows=rows, null_value=null, render_mode=mode)
    return drawn.getvalue().rstrip("\n") + "\n"


def _same_width(old: str, new: str) -> str:
    """``new`` where ``old`` stood, taking from the blanks around it what it is longer."""
    text = old[: len(old) - len(old.lstrip())] + new
    text = text if len(text) <= len(old) else text.lstrip()
    return text.ljust(max(len(old), len(new) + 1))


def run_statement(con: duckdb.DuckDBPyConnection, sql: str, last: object, *, hold: bool) -> Result:
    """Run one statement.

    Args:
        con: the connection.
        sql: the statement.
        last: what ``_`` stands for in ``FROM _``, None where there is no such thing.
        hold: read all rows into memory now. Else they are read, and computed, when the result is written.

    Raises:
        duckdb.Error: as DuckDB has it.
    """
    if not hasattr(duckdb.DuckDBPyRelation, "materialize") and _CHANGES.match(sql) and not _RETURNING.search(sql):
        # DuckDB 1 gives no relation, and so no count, for a change.
        return Result(None, [], True, _single_number(_with_underscore(_execute, con, sql, last).fetchall()))
    try:
        relation = _with_underscore(_query, con, sql, last)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise _with_caret(error, con, sql, last) from None
    if relation is None:
        return Result(None, [], True)
    columns = [Column(name, str(type_)) for name, type_ in zip(relation.columns, relation.types, strict=True)]
    names = [c.name for c in columns]
    if names == ["Count"] and _CHANGES.match(sql):
        return Result(None, [], True, _single_number(relation.fetchall()))
    if names == ["Success"] and columns[0].type == "BOOLEAN" and not relation.fetchall():
        return Result(None, [], True)
    return Result(held(con, relation) if hold else relation, columns, hold)


def held(con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The rows of a relation in memory: reading them again does not compute them again.

    Args:
        con: the connection of the relation.
        relation: the rows.
    """
    materialize: Callable[[], duckdb.DuckDBPyRelation] | None = getattr(relation, "materialize", None)
    if materialize is not None:
        return materialize()
    return from_arrow(con, relation.to_arrow_table(), relation.types)


def from_arrow(con: duckdb.DuckDBPyConnection, table: Any, types: Sequence[object]) -> duckdb.DuckDBPyRelation:
    """An Arrow table as a relation with the types that its rows had in DuckDB.

    Args:
        con: the connection.
        table: with ``arrow_lossless_conversion``; of what that keeps, only enums come back as text.
        types: of the columns.
    """
    seen: dict[str, int] = {}
    names = []
    for name in table.column_names:
        seen[name] = seen.get(name, -1) + 1
        names.append(f"{name}_{seen[name]}" if seen[name] else name)
    relation = con.from_arrow(table.rename_columns(names))
    if list(map(str, relation.types)) == list(map(str, types)):
        return relation
    pairs = zip(names, types, strict=True)
    cast = (f"#{place}::{type_} AS {quote_always(name)}" for place, (name, type_) in enumerate(pairs, start=1))
    return relation.project(", ".join(cast))


def _single_number(rows: list[tuple[Any, ...]]) -> int | None:
    return rows[0][0] if rows and isinstance(rows[0][0], int) else None


def _query(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.sql(sql)


def _execute(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.execute(sql)


def _with_underscore(
    call: Callable[[duckdb.DuckDBPyConnection, str], Any], con: duckdb.DuckDBPyConnection, sql: str, last: object
) -> Any:
    """Call where ``_`` is the only Python variable that DuckDB can find."""
    variables = {"__builtins__": __builtins__} | ({} if last is None else {"_": last})
    return FunctionType(call.__code__, variables)(con, sql)


def _with_caret(error: duckdb.Error, con: duckdb.DuckDBPyConnection, sql: str, last: object) -> duckdb.Error:
    """The error with the place of the fault, which DuckDB 2 tells from ``execute`` only.

    A statement that did not bind has done nothing, and does not bind the second time either.
    """
    if "LINE " in str(error):
        return error
    try:
        _with_underscore(_execute, con, sql, last)
    except duckdb.Error as again:
        if str(again).startswith(str(error).split("\n")[0]):
            return again
    return error
