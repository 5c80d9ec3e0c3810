"""Opens what the shell is pointed at, or says in one line why not."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import duckdb

from llmsql.errors import SourceError

MEMORY = ":memory:"
SALES = "sales"
"""Stands for the built-in sales database where there is no file of this name."""
_URL = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+://")
_SERVICES = ("md:", "motherduck:", "ducklake:", "quack:", "postgres:", "mysql:", "sqlite:")
_HOLDER = re.compile(r"lock is held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_NEWER = re.compile(r"version number (?P<file>\d+), but we can only read")
_DATA_FILES = re.compile(
    r"\.(csv|tsv|parquet|json|jsonl|ndjson|sqlite3?|db|xlsx?|xlsm|xlsb|ods)(\.gz|\.zst)?\Z", re.IGNORECASE
)


def open_database(
    name: str, *, read_only: bool = False, config: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB database, or a new one.

    Args:
        name: a file, ``:memory:``, or ``SALES``.
        read_only: change nothing.
        config: as ``duckdb.connect``.

    Raises:
        SourceError: why it cannot be opened, in one line that names the fix.
    """
    name = name or MEMORY
    if _URL.match(name):
        raise SourceError(
            f"{name} is an address.", f"Attach it: ATTACH '{name}' AS remote; (needs the httpfs extension)"
        )
    if name == MEMORY or name.startswith((MEMORY, *_SERVICES)):
        if read_only and name.startswith(MEMORY):
            raise SourceError("A database in memory cannot be read-only: it would stay empty.", "Name a file.")
        return _connect(name, name, read_only, config)
    if name == SALES and not Path(name).exists():
        from llmsql.sources import sales_database

        return _connect(str(sales_database()), name, True, config)
    if "\0" in name:  # DuckDB would stop reading there
        raise SourceError(f"{name!r} is no file name.")
    path = Path(name).expanduser()
    try:
        if path.is_dir():
            raise SourceError(
                f"{name} is a folder.", f"Name a file in it; `llmsql ask -d {name}` asks a folder of data files."
            )
        if not path.exists() and read_only:
            raise SourceError(f"There is no file {name}, and -readonly creates none.", "Check the path.")
    except (OSError, ValueError) as error:
        raise SourceError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    return _connect(str(path), name, read_only, config)


def _connect(database: str, name: str, read_only: bool, config: dict[str, Any] | None) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(database, read_only, config or {})
    except duckdb.Error as error:
        raise explain_failure(name, error) from error


def explain_failure(name: str, error: duckdb.Error) -> SourceError:
    """What DuckDB said when it could not open a file, in one line.

    Args:
        name: of the file.
        error: DuckDB's.
    """
    text = str(error)
    first = text.splitlines()[0].partition(": ")[2] or text.splitlines()[0]
    holder = _HOLDER.search(text)
    if holder or "Could not set lock" in text:
        who = f"process {holder['pid']} ({os.path.basename(holder['program'])})" if holder else "another process"
        return SourceError(
            f"{name} is locked by {who}.", "Close it there, or open it with -readonly once nobody writes."
        )
    newer = _NEWER.search(text)
    if newer:
        return SourceError(
            f"{name} was written by a newer DuckDB (storage version {newer['file']}), not {duckdb.__version__}.",
            "Update it: pip install -U duckdb.",
        )
    if "not a valid DuckDB database" in text:
        if _DATA_FILES.search(name):
            hint = f"It may be data: FROM '{name}'; or `llmsql ask -d {name}`."
        else:
            hint = "Check the path, or restore the file from its backup."
        return SourceError(f"{name} is no DuckDB database.", hint)
    if "Corrupt database file" in text:
        return SourceError(f"{name} is damaged.", "Restore it from its backup.")
    if "Permission denied" in text or "Read-only file system" in text:
        return SourceError(f"{name} may not be written to.", "Open it with -readonly, or choose another folder.")
    if "No such file or directory" in text:
        return SourceError(f"There is no folder {os.path.dirname(name) or '.'}.", "Create it first.")
    return SourceError(f"{name} cannot be opened: {first.rstrip('.')}.")
