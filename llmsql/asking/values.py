"""Where each stored text value is, by its form without case and accents; and codes by what they stand for.

The index is a SQLite file beside the other caches, so that it costs no memory and a new process need not read the data
again; for a database in memory it is in memory, with the same bounds. It is filled when the first question comes, a
table at a time and for ``INDEX_SECONDS`` at most; what was not reached then is read with the next question. A table is
read again when its columns or its number of rows have changed, and when its file has, once in ``REREAD_SECONDS``. An
UPDATE in memory that leaves the number of rows alone goes unseen.

A view, or a registered DataFrame, is read where the catalog's profile could be made of it in time, and once for each
such profile: its first rows, for ``VIEW_SECONDS`` at most. Of a slower one there are those values that the profile has
all of. In the user's transaction no view is read: a query that fails or is stopped would end it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
import time
import unicodedata
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from llmsql.asking.prompt import StoredValue
from llmsql.catalog import Catalog, Column, Table
from llmsql.catalog.codes import code_meanings
from llmsql.catalog.profile import interrupted_at, is_in_transaction

MOST_VALUES = 200_000
MOST_VALUES_A_COLUMN = 20_000
LONGEST_VALUE = 60
MOST_PLACES = 4
INDEX_SECONDS = 2.0
VIEW_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 1.0
REREAD_SECONDS = 60.0
SHORTEST_MISSPELT = 5
FORMAT = "3"
"""Of the file; goes into its name, so that one of another format is not read."""
_PLAIN_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
"""What people type for letters that are more than a letter with an accent."""
_TO_PLAIN = str.maketrans(_PLAIN_LETTERS)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tables (
    id INTEGER PRIMARY KEY, reference TEXT UNIQUE, position INTEGER, shape TEXT, files TEXT, read_at REAL
);
CREATE TABLE IF NOT EXISTS columns (
    id INTEGER PRIMARY KEY, table_id INTEGER, name TEXT, complete INTEGER, UNIQUE (table_id, name)
);
CREATE TABLE IF NOT EXISTS stored (folded TEXT, start TEXT, length INTEGER, column_id INTEGER, value TEXT);
CREATE INDEX IF NOT EXISTS stored_folded ON stored (folded);
CREATE INDEX IF NOT EXISTS stored_column ON stored (column_id);
CREATE INDEX IF NOT EXISTS stored_start ON stored (start, length);
"""
_SIZES = "SELECT database_name, schema_name, table_name, estimated_size FROM duckdb_tables() WHERE NOT internal"
_FILES = "SELECT database_name, path FROM duckdb_databases() WHERE NOT internal AND path IS NOT NULL"


def fold(text: str) -> str:
    """``text`` without case, accents and runs of space, as values are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_TO_PLAIN))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def folded_sql(expression: str) -> str:
    """SQL for a text without case and accents, as ``fold`` writes it.

    Args:
        expression: SQL for the text.
    """
    folded = f"lower(strip_accents({expression}))"
    for letter, plain in _PLAIN_LETTERS.items():
        folded = f"replace({folded}, '{letter}', '{plain}')"
    return folded


class ValueIndex:
    """Distinct stored text values by their folded form.

    Args:
        path: the file that keeps it; None keeps it in memory. One that is damaged is begun anew.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._looked = -1e9
        self._db = _opened(path)
        weakref.finalize(self, self._db.close)

    def find(self, folded: str) -> list[StoredValue]:
        """Where a value with that folded form is stored, at most ``MOST_PLACES``; empty where it is not."""
        return self._places("stored.folded = ?", (folded,))

    def near(self, folded: str) -> list[StoredValue]:
        """Where the one value is stored that is spelt nearly so: one letter other, missing, added or swapped.

        Two letters in a text of ten or more. The first letter is taken to be right. Empty where none or several are.
        """
        if len(folded) < SHORTEST_MISSPELT:
            return []
        most = 1 if len(folded) < 10 else 2
        with self._lock:
            rows = self._db.execute(
                "SELECT DISTINCT folded FROM stored WHERE start = ? AND length BETWEEN ? AND ?",
                (folded[0], len(folded) - most, len(folded) + most),
            ).fetchall()
        alike = [row[0] for row in rows if row[0] != folded and _edits(folded, row[0], most) <= most]
        return self.find(alike[0]) if len(alike) == 1 else []

    def holds(self, table: str, column: str, value: str) -> bool | None:
        """Whether a column has a value, letter for letter; None where that is not known.

        Args:
            table: ``Table.reference``.
            column: its name.
            value: as stored.
        """
        if not 1 <= len(value) <= LONGEST_VALUE:
            return None
        with self._lock:
            known = self._db.execute(
                "SELECT columns.id, complete FROM columns JOIN tables ON tables.id = table_id "
                "WHERE reference = ? AND name = ?",
                (table, column),
            ).fetchone()
            if known is None:
                return None
            found = self._db.execute(
                "SELECT 1 FROM stored WHERE folded = ? AND column_id = ? AND value = ?", (fold(value), known[0], value)
            ).fetchone()
        return True if found else (False if known[1] else None)

    def __len__(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM stored").fetchone()[0])

    def refresh(
        self,
        con: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        *,
        seconds: float = INDEX_SECONDS,
        wait: float = 0.0,
        is_fresh: bool = True,
    ) -> None:
        """Read the tables that are new or have changed.

        Args:
            con: the connection that sees the tables; only read from.
            catalog: its snapshot.
            seconds: time allowed; tables not reached by then are left for the next time.
            wait: seconds since the last look before which there is none.
            is_fresh: whether the snapshot was taken just now; an older one has values of then.
        """
        with self._lock, contextlib.suppress(sqlite3.OperationalError):  # another process is writing, or a full disk
            if time.monotonic() - self._looked < wait:
                return
            deadline = time.monotonic() + seconds
            known = {
                row[0]: row[1:]
                for row in self._db.execute("SELECT reference, shape, files, read_at FROM tables").fetchall()
            }
            sizes, files = _sizes_and_files(con)
            with self._db:
                gone = set(known) - {t.reference for t in catalog}
                for reference in gone:
                    self._forget(reference)
                for position, table in enumerate(_views_last(catalog)):
                    if table.kind == "table" and not table.rows:
                        continue
                    structure = [(c.name, c.type, c.comment) for c in table.columns]
                    shape = repr((structure, sorted(sizes.get(table.name, []))))
                    if table.kind == "view":
                        shape = repr(table.columns)
                    shape_then, files_then, read_at = known.get(table.reference, ("", "", 0.0))
                    is_recent = time.time() - read_at < REREAD_SECONDS
                    if shape_then == shape and (files_then == files or is_recent):
                        continue
                    if time.monotonic() > deadline or len(self) > MOST_VALUES:
                        break
                    if table.kind == "view" and is_in_transaction(con):
                        continue
                    self._forget(table.reference)
                    is_whole = self._read(con, table, position, deadline, is_fresh or table.kind == "view")
                    self._db.execute(
                        "UPDATE tables SET shape = ?, files = ?, read_at = ? WHERE reference = ?",
                        (shape if is_whole else "", files, time.time(), table.reference),
                    )
            self._looked = time.monotonic()

    def _places(self, where: str, values: Iterable[object]) -> list[StoredValue]:
        with self._lock:
            rows = self._db.execute(
                "SELECT reference, name, value FROM stored JOIN columns ON columns.id = column_id "
                f"JOIN tables ON tables.id = table_id WHERE {where} "
                f"ORDER BY position, stored.rowid LIMIT {MOST_PLACES}",
                tuple(values),
            ).fetchall()
        return [StoredValue(*row) for row in rows]

    def _forget(self, reference: str) -> None:
        mine = "SELECT columns.id FROM columns JOIN tables ON tables.id = table_id WHERE reference = ?"
        self._db.execute(f"DELETE FROM stored WHERE column_id IN ({mine})", (reference,))
        self._db.execute(f"DELETE FROM columns WHERE id IN ({mine})", (reference,))
        self._db.execute("DELETE FROM tables WHERE reference = ?", (reference,))

    def _read(
        self, con: duckdb.DuckDBPyConnection, table: Table, position: int, deadline: float, is_fresh: bool
    ) -> bool:
        """Take in a table; whether there was time for all of it."""
        key = self._db.execute(
            "INSERT INTO tables (reference, position) VALUES (?, ?)", (table.reference, position)
        ).lastrowid
        texts = [c for c in table.columns if c.type in ("VARCHAR", "VARCHAR[]") or c.type.startswith("ENUM")]
        of_view = _values_of_view(con, table, texts, deadline) if table.kind == "view" else {}
        for column in table.columns:
            meanings = code_meanings(column)
            if column not in texts and not meanings:
                continue
            if time.monotonic() > deadline:
                return False
            if column not in texts:
                values, complete = [], False
            elif column.complete and is_fresh:
                values, complete = list(column.values), table.kind == "table"  # of a view's first rows
            elif table.kind == "view":
                values, complete = of_view.get(column.name, []), False
            else:
                value = f"unnest({column.sql})" if column.type.endswith("[]") else column.sql
                source = f"(SELECT {value}::VARCHAR AS v FROM {table.sql} LIMIT {MOST_VALUES_A_COLUMN * 5})"
                try:
                    rows = con.execute(
                        f"SELECT DISTINCT v FROM {source} WHERE length(v) BETWEEN 1 AND {LONGEST_VALUE} "
                        f"ORDER BY v LIMIT {MOST_VALUES_A_COLUMN}"
                    ).fetchall()
                except duckdb.Error:
                    continue
                values = [row[0] for row in rows]
                complete = len(values) < MOST_VALUES_A_COLUMN and (table.rows or 0) <= MOST_VALUES_A_COLUMN * 5
            place = self._db.execute(
                "INSERT INTO columns (table_id, name, complete) VALUES (?, ?, ?)", (key, column.name, complete)
            ).lastrowid
            folded = [(fold(value), value) for value in values]
            folded += [(fold(meaning), code) for meaning, code in meanings.items()]
            self._db.executemany(
                "INSERT INTO stored VALUES (?, ?, ?, ?, ?)",
                ((form, form[:1], len(form), place, value) for form, value in folded),
            )
        return True


def _views_last(catalog: Catalog) -> list[Table]:
    """Tables before views, which mostly show what a table stores."""
    return sorted(catalog, key=lambda table: table.kind == "view")


def _values_of_view(
    con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[Column], deadline: float
) -> dict[str, list[str]]:
    """Text in the first rows of a view by column, of those columns that the profile does not have all values of."""
    is_profiled = any(c.values or c.minimum is not None for c in table.columns)
    read = [column for column in columns if not column.complete and not column.type.endswith("[]")]
    if not is_profiled or not read:
        return {}
    lists = [
        f"list(DISTINCT {c.sql}::VARCHAR) FILTER (length({c.sql}::VARCHAR) BETWEEN 1 AND {LONGEST_VALUE})" for c in read
    ]
    source = f"(SELECT * FROM {table.sql} LIMIT {MOST_VALUES_A_COLUMN * 5})"
    try:
        with interrupted_at(con, min(deadline, time.monotonic() + VIEW_SECONDS)):
            [row] = con.execute(f"SELECT {', '.join(lists)} FROM {source}").fetchall()
    except duckdb.Error:
        return {}
    return {column.name: sorted(found or ())[:MOST_VALUES_A_COLUMN] for column, found in zip(read, row, strict=True)}


def build_value_index(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, *, seconds: float = INDEX_SECONDS
) -> ValueIndex:
    """An index in memory of the text values of a catalog.

    Args:
        con: the connection that sees the tables; only read from.
        catalog: its snapshot.
        seconds: time allowed; columns not reached by then are left out.
    """
    index = ValueIndex()
    index.refresh(con, catalog, seconds=seconds)
    return index


def index_path(con: duckdb.DuckDBPyConnection, folder: Path) -> Path | None:
    """The file for the index of what a connection sees; None for a database that is in memory only.

    Args:
        con: the connection.
        folder: of indexes; made when the index is.
    """
    paths = sorted(os.path.abspath(path) for _, path in con.execute(_FILES).fetchall())
    if not paths:
        return None
    return folder / f"{hashlib.sha256(os.pathsep.join((FORMAT, *paths)).encode()).hexdigest()[:24]}.sqlite"


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        for _ in range(2):
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.touch(mode=0o600)
                return _prepared(sqlite3.connect(path, timeout=1.0, check_same_thread=False))
            except sqlite3.DatabaseError:
                with contextlib.suppress(OSError):
                    path.unlink()
            except OSError:
                break
    return _prepared(sqlite3.connect(":memory:", check_same_thread=False))


def _prepared(db: sqlite3.Connection) -> sqlite3.Connection:
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(_SCHEMA)
        db.execute("SELECT count(*) FROM stored WHERE folded = ''").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def _sizes_and_files(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, list[int]], str]:
    """Rows of the tables of each name, and the state of the files behind them."""
    sizes: dict[str, list[int]] = {}
    for database, schema, name, size in con.execute(_SIZES).fetchall():
        sizes.setdefault(name, []).append(hash((database, schema, size)) if size is None else size)
    states = []
    for _, path in con.execute(_FILES).fetchall():
        for file in (path, f"{path}.wal"):
            with contextlib.suppress(OSError):
                stat = os.stat(file)
                states.append(f"{file} {stat.st_size} {stat.st_mtime_ns}")
    return sizes, " ".join(states) or f"memory of process {os.getpid()}"


def _edits(left: str, right: str, most: int) -> int:
    """Letters to change, add, take away or swap with the next one; above ``most`` any number above it."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
