"""Opens what the shell is pointed at, or says in one line why not."""

from __future__ import annotations

import contextlib
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
        con = duckdb.connect(database, read_only, config or {})
    except duckdb.Error as error:
        from llmsql.sources import explain_failure

        raise explain_failure(name, error, read_only=read_only) from error
    with contextlib.suppress(duckdb.Error):  # open elsewhere in this process, and locked
        # What is held in memory as Arrow keeps its types: BIT, HUGEINT, UUID, JSON, TIMETZ.
        con.execute("SET arrow_lossless_conversion = true")
    return con
