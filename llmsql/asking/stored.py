"""Where verified answers lie: a table of the user's database, or a file beside the settings where it is read-only.

The table is ``_llmsql.verified_answers`` in the current database, a log of verdicts that is only ever added to. Its
schema is no part of the catalog, so that no question is answered from it. For a database that cannot be written, and
for data read into memory from files, the log is a JSONL file in the user's data folder (``LLMSQL_DATA_DIR``, else where
``platformdirs`` puts it), under ``verified/``, named after the database. Both are read, the file after the table.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import filelock
import platformdirs

from llmsql.asking.rebind import Place
from llmsql.asking.recall import Lookup, Memory, Verified, value_forms
from llmsql.asking.values import ValueIndex, fold, folded_sql
from llmsql.catalog import Catalog
from llmsql.catalog.model import quote_always
from llmsql.catalog.snapshot import OWN_SCHEMA
from llmsql.errors import LLMSQLError

TABLE = f"{OWN_SCHEMA}.verified_answers"
_COLUMNS = "question, sql, verdict, asked_on, recorded_at, fiscal_year_start"


class MemoryStore:
    """The verified answers about one database.

    Args:
        origin: the file or folder that an in-memory database was read from; None for a database of its own.
    """

    def __init__(self, origin: Path | None = None) -> None:
        self._origin = origin
        self._read: tuple[object, Memory] | None = None

    def memory(self, con: duckdb.DuckDBPyConnection) -> Memory:
        """What is verified now; read anew only when something was added, by whomever.

        Args:
            con: the connection whose current database is meant.
        """
        table = _existing_table(con)
        version: tuple[object, object, object] = (None, None, None)
        if table is not None:
            [row] = con.execute(f"SELECT count(*), max(recorded_at) FROM {table}").fetchall()
            version = (table, *row)
        file = self._side(con)[0]
        stamp = None
        if file is not None and file.is_file():
            status = file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        if self._read is None or self._read[0] != (version, stamp):
            records = list(_table_records(con, table)) if table is not None else []
            if file is not None and stamp is not None:
                records += _file_records(file)
            self._read = ((version, stamp), Memory(records))
        return self._read[1]

    def add(self, con: duckdb.DuckDBPyConnection, record: Verified) -> str:
        """Put a verdict where it belongs.

        Args:
            con: any connection to the database; one that is in no transaction.
            record: the verdict.

        Returns:
            Where it lies now, for the user.

        Raises:
            LLMSQLError: the table or file cannot be written.
        """
        file = self.file(con)
        if file is not None:
            _append(file, record)
            return self.where(con)
        [[database]] = con.execute("SELECT current_database()").fetchall()
        schema = f"{quote_always(database)}.{OWN_SCHEMA}"
        try:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            con.execute(
                f"CREATE TABLE IF NOT EXISTS {quote_always(database)}.{TABLE} (question VARCHAR, sql VARCHAR, "
                "verdict VARCHAR, asked_on DATE, recorded_at TIMESTAMP, fiscal_year_start INTEGER DEFAULT 1)"
            )
            con.execute(
                f"ALTER TABLE {quote_always(database)}.{TABLE} "
                "ADD COLUMN IF NOT EXISTS fiscal_year_start INTEGER DEFAULT 1"
            )
            con.execute(
                f"INSERT INTO {quote_always(database)}.{TABLE} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    record.question,
                    record.sql,
                    record.verdict,
                    record.asked_on,
                    record.recorded_at,
                    record.fiscal_year_start,
                ],
            )
        except duckdb.Error as error:
            message = str(error).splitlines()[0]
            raise LLMSQLError(f"The verdict cannot be kept in {database}.{TABLE}: {message}") from error
        return self.where(con)

    def where(self, con: duckdb.DuckDBPyConnection) -> str:
        """Where verdicts are kept, for the user."""
        file = self.file(con)
        if file is not None:
            return str(file)
        [[database]] = con.execute("SELECT current_database()").fetchall()
        return f"{database}.{TABLE}"

    def file(self, con: duckdb.DuckDBPyConnection) -> Path | None:
        """The side file, or None where the database itself takes the verdicts."""
        file, takes_verdicts = self._side(con)
        return None if takes_verdicts else file

    def _side(self, con: duckdb.DuckDBPyConnection) -> tuple[Path | None, bool]:
        """The side file, which may not be there, and whether the database takes verdicts itself."""
        if self._origin is not None:
            return side_file(self._origin), False
        rows = con.execute(
            "SELECT path, readonly, type FROM duckdb_databases() WHERE database_name = current_database()"
        ).fetchall()
        path, read_only, kind = rows[0]
        takes_verdicts = not read_only and kind == "duckdb"
        return side_file(Path(path)) if path else None if takes_verdicts else side_file(Path("memory")), takes_verdicts


def side_file(database: Path) -> Path:
    """The file for the verdicts about a database that is not written to.

    Args:
        database: its file or folder.
    """
    base = os.environ.get("LLMSQL_DATA_DIR") or platformdirs.user_data_dir("llmsql", appauthor=False)
    whole = str(database.expanduser().absolute())
    return Path(base) / "verified" / f"{database.stem}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}.jsonl"


def _existing_table(con: duckdb.DuckDBPyConnection) -> str | None:
    rows = con.execute(
        "SELECT database_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ? "
        "AND table_name = 'verified_answers'",
        [OWN_SCHEMA],
    ).fetchall()
    return f"{quote_always(rows[0][0])}.{TABLE}" if rows else None


def _table_records(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[Verified]:
    # A log of another version may have fewer columns or more.
    known = _COLUMNS.replace(", ", "|")
    rows = con.execute(f"SELECT COLUMNS('^({known})$') FROM {table} ORDER BY recorded_at, rowid")
    names = [column[0] for column in rows.description]
    for row in rows.fetchall():
        yield Verified(**dict(zip(names, row, strict=True)))


def _file_records(file: Path) -> Iterator[Verified]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            raw = json.loads(line)
            yield Verified(
                raw["question"],
                raw["sql"],
                raw["verdict"],
                datetime.date.fromisoformat(raw["asked_on"]),
                datetime.datetime.fromisoformat(raw["recorded_at"]),
                int(raw.get("fiscal_year_start", 1)),
            )
        except (ValueError, KeyError, TypeError):
            continue  # a line that somebody edited: the others still count


def _append(file: Path, record: Verified) -> None:
    line = json.dumps(
        {
            "question": record.question,
            "sql": record.sql,
            "verdict": record.verdict,
            "asked_on": record.asked_on.isoformat(),
            "recorded_at": record.recorded_at.isoformat(),
            "fiscal_year_start": record.fiscal_year_start,
        },
        ensure_ascii=False,
    )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with filelock.FileLock(f"{file}.lock"):
            handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as opened:
                opened.write(line + "\n")
    except OSError as error:
        raise LLMSQLError(f"The verdict cannot be kept: {error}.", "Name another folder in LLMSQL_DATA_DIR.") from error


def value_lookup(con: duckdb.DuckDBPyConnection, catalog: Catalog, values: ValueIndex) -> Lookup:
    """Finds a text of a question as the column of a verified query stores it.

    A text that some other column stores too, and the verified value is not in that one, may mean the other column:
    it is not found.

    Args:
        con: reads the column.
        catalog: the tables.
        values: the stored text of all columns.
    """

    def lookup(place: Place, text: str) -> str | None:
        owners = []
        for alias, reference in place.tables:
            table = catalog.table(reference)
            named = not place.table or place.table.casefold() == alias.casefold()
            if table is not None and named and (column := table.column(place.column)) is not None:
                owners.append((table, column))
        if len(owners) != 1:
            return None
        table, column = owners[0]
        forms = value_forms(fold(text))
        elsewhere = {(v.table, v.column) for v in values.find(fold(text))}
        known = {(v.table, v.column) for v in values.find(fold(place.value))}
        if elsewhere - known - {(table.reference, column.name)}:
            return None
        name = quote_always(column.name)
        try:
            rows = con.execute(
                f"SELECT DISTINCT {name}::VARCHAR FROM {table.reference} "
                f"WHERE list_contains(?, {folded_sql(f'{name}::VARCHAR')}) LIMIT 2",
                [forms],
            ).fetchall()
        except duckdb.Error:
            return None
        return rows[0][0] if len(rows) == 1 else None

    return lookup
