"""Puts the functions into a database, and loads the model, while a person begins to type."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import duckdb

from llmsql.errors import LLMSQLError, SourceError

if TYPE_CHECKING:
    from llmsql.connection import Connection
    from llmsql.rows.progress import Standing

_PROGRESS = ("SET enable_progress_bar = true", "SET enable_progress_bar_print = false")


class Installation:
    """The functions of one database, which come in a thread of their own.

    Args:
        con: the database.
        settings: as ``llmsql.connect``.
        shows_progress: the shell itself shows how far row functions are.

    Attributes:
        said: the user has been told why the functions are not there.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: dict[str, Any], shows_progress: bool) -> None:
        self.said = False
        self._shows_progress = shows_progress
        self._con = con
        self._settings = settings
        self._thread: threading.Thread | None = None
        self._preload = False
        self._done = threading.Event()
        self._abandoned = threading.Event()
        self._connection: Connection | None = None
        self._error: LLMSQLError | None = None

    def start(self, preload: bool) -> None:
        """Begin, the first time that this is called.

        Args:
            preload: load the model too, where its weights are there.
        """
        if self._thread is None:
            self._preload = preload
            self._thread = threading.Thread(target=self._run, name="llmsql-install", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            from llmsql.connection import install

            for statement in _PROGRESS:
                self._con.execute(statement).fetchall()
            self._connection = install(self._con, **self._settings)
            self._connection.rows.progress.elsewhere = self._shows_progress
        except (LLMSQLError, duckdb.Error) as error:
            self._error = error if isinstance(error, LLMSQLError) else SourceError(str(error).splitlines()[0])
        finally:
            self._done.set()
        if self._preload and self._connection is not None and not self._abandoned.is_set():
            # What fails here fails again, and is said, when a question is asked.
            with contextlib.suppress(LLMSQLError, duckdb.Error), self._con.cursor() as cursor:
                self._connection.engine.prepare(cursor, self._abandoned)

    @property
    def is_started(self) -> bool:
        """Whether it has begun."""
        return self._thread is not None

    @property
    def is_done(self) -> bool:
        """Whether the functions are there, or cannot be had."""
        return self._done.is_set()

    def result(self) -> Connection:
        """The database with its functions, waited for.

        Raises:
            LLMSQLError: the functions cannot be had.
        """
        self._done.wait()
        if self._connection is None:
            raise self._error or SourceError("The functions could not be installed.")
        return self._connection

    def row_progress(self) -> Standing | None:
        """How far the row functions of a query are; None where there are none."""
        return self._connection.rows.progress.standing if self._connection is not None else None

    def cancel_models(self) -> None:
        """Stop every model that writes."""
        if self._connection is not None:
            self._connection.stop_models()

    def close(self) -> None:
        """Wait until it has ended, and free the models."""
        self._abandoned.set()
        if self._thread is not None:
            self._thread.join()
        if self._connection is not None:
            self._connection.engine.close()
            self._connection.rows.close()
