"""Runs a checked query under limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from llmsql.errors import CancelledError, LimitError, LLMSQLError

_POLL_SECONDS = 0.05


@contextmanager
def interrupted_after(
    con: duckdb.DuckDBPyConnection, seconds: float, cancel: threading.Event | None = None
) -> Iterator[None]:
    """Stop whatever ``con`` runs in the body after some time, or when told to.

    Args:
        con: the connection.
        seconds: how long.
        cancel: set it to stop.

    Raises:
        LimitError: the time was up.
        CancelledError: it was told to.
    """
    over, fired = threading.Event(), threading.Event()

    def watch() -> None:
        until = time.monotonic() + seconds
        while not over.wait(max(_POLL_SECONDS, until - time.monotonic()) if cancel is None else _POLL_SECONDS):
            if time.monotonic() >= until:
                fired.set()
            if fired.is_set() or (cancel is not None and cancel.is_set()):
                con.interrupt()  # again and again: what it is to stop may not have begun

    watcher = threading.Thread(target=watch, name="llmsql-timeout", daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.InterruptException as error:
        if cancel is not None and cancel.is_set():
            raise CancelledError("The query was stopped.") from error
        if fired.is_set():
            raise LimitError(
                f"The query was stopped after {seconds:g} s.",
                "Ask for less, or raise the limit: SET VARIABLE llmsql_query_timeout = 120.",
            ) from error
        raise
    finally:
        over.set()


def run_query(con: duckdb.DuckDBPyConnection, sql: str, *, timeout: float, max_rows: int) -> tuple[Any, bool]:
    """Run a query that ``check_sql`` has passed.

    Args:
        con: the connection to run on.
        sql: the query.
        timeout: seconds until it is stopped.
        max_rows: most rows to return.

    Returns:
        An Arrow table of at most ``max_rows`` rows, and whether rows were cut off.

    Raises:
        LimitError: the time limit passed.
        LLMSQLError: DuckDB failed while running it, for example on a cast of the data.
    """
    try:
        with interrupted_after(con, timeout):
            table = con.sql(sql).limit(max_rows + 1).to_arrow_table()
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise LLMSQLError(f"The query failed while running: {str(error).splitlines()[0]}\n  {sql}") from error
    return (table.slice(0, max_rows), True) if table.num_rows > max_rows else (table, False)
