"""``ask()`` in each connection that something else opens: a pool of SQLAlchemy, the cursors of dbt.

The Python functions behind ``ask()`` belong to a database, the macros over them to one connection. Connections to one
database share one engine, so that a question is written once whichever of them asks.
"""

from __future__ import annotations

import threading

import duckdb

from llmsql.asking.engine import Engine
from llmsql.connection import Connection
from llmsql.functions import has_functions


class PooledInstall:
    """Puts ``ask()`` into connections, any number of them and to any number of databases.

    Args:
        prefix: goes before the names of the SQL functions.
        **settings: fields of ``llmsql.settings.Settings``.

    Raises:
        ConfigError: a setting is wrong.
    """

    def __init__(self, prefix: str = "", **settings: object) -> None:
        self._prefix = prefix
        self._settings = settings
        self._firsts: list[Connection] = []
        self._lock = threading.Lock()
        Engine(settings).settings()

    def __call__(self, con: duckdb.DuckDBPyConnection) -> Connection:
        """Put ``ask()`` into a connection.

        Args:
            con: fresh; closed by who opened it.

        Raises:
            ConfigError: the database has functions of these names.
        """
        with self._lock:
            for first in self._firsts:
                if has_functions(con, first.engine):
                    return Connection(con, first.engine, self._prefix, parent=first)
            first = Connection(con, Engine(self._settings), self._prefix)
            self._firsts.append(first)
            return first

    def close(self) -> None:
        """Free the models; the connections are left to who opened them."""
        with self._lock:
            for first in self._firsts:
                first.engine.close()
                first.rows.close()
            self._firsts.clear()
