"""Keeps sqlglot's warnings about a model's SQL off the user's screen.

sqlglot warns through Python's logging of syntax that it reads as an opaque command, of JSON paths that it cannot read
and of what it cannot write for DuckDB. A program that has not set logging up gets such lines on standard error. What
they warn of is refused or bound by DuckDB afterwards, which gives an error of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_reading_model_sql: ContextVar[bool] = ContextVar("llmsql_reading_model_sql", default=False)


class _NotAboutModelSQL(logging.Filter):
    """Lets through what sqlglot says to the user's own calls."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _reading_model_sql.get()


logging.getLogger("sqlglot").addFilter(_NotAboutModelSQL("llmsql"))


@contextmanager
def quiet_sqlglot() -> Iterator[None]:
    """Drop sqlglot's log records in the body, in this thread only."""
    token = _reading_model_sql.set(True)
    try:
        yield
    finally:
        _reading_model_sql.reset(token)
