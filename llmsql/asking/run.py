"""Runs a checked query under limits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from llmsql.errors import LimitError, LLMSQLError


@contextmanager
def interrupted_after(con: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Stop whatever ``con`` runs in the body after some time.

    Args:
        con: the connection.
        seconds: how long.

    Raises:
        LimitError: it was stopped.
    """
    fired = threading.Event()

    def stop() -> None:
        fired.set()
        con.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        if fired.is_set():
            raise LimitError(
                f"The query was stopped after {seconds:g} s.",
                "Ask for less, or raise the limit: SET VARIABLE llmsql_query_timeout = 120.",
            ) from error
        raise
    finally:
        timer.cancel()


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
