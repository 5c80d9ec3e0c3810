"""What a client of the server may do: it shows the token, and then it reads.

Quack asks two functions, one when a client connects and one before each statement. The second may hand back other SQL
than it was given: that is how each client's connection gets the macros, which belong to connections and cannot be
stored in a database that is open for reading only.

Not covered: how much a client reads, and how much it asks the model. Whoever has the token may do both at will.
"""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Sequence

import duckdb

from llmsql.errors import LLMSQLError
from llmsql.functions import Macro

_READING = frozenset({"SELECT", "SET", "VARIABLE_SET", "TRANSACTION", "PRAGMA", "RELATION"})
_EXPLAIN = re.compile(r"\s*EXPLAIN\s*(ANALY[SZ]E\b)?\s*(\([^)]*\))?", re.IGNORECASE)
_FORBIDDEN = {
    "quack_serve": "Starting another server is up to whoever runs llmsql serve.",
    "quack_stop": "Stopping the server is up to whoever runs llmsql serve: Ctrl-C does it there.",
    "llmsql_base_url": "The address of the model's server is set where llmsql serve runs, for a key goes with it.",
}


class Gate:
    """Lets clients in and their statements through.

    Args:
        token: what a client has to show.
        macros: what a client's connection gets.
        parser: a connection of the gate's own, to parse statements with.
    """

    def __init__(self, token: str, macros: Sequence[Macro], parser: duckdb.DuckDBPyConnection) -> None:
        self._token = token.encode()
        self._macros = [
            (re.compile(rf"\b{re.escape(macro.name)}\b", re.IGNORECASE), macro.statement) for macro in macros
        ]
        self._parser = parser
        self._lock = threading.Lock()

    def authenticate(self, session: str, given: str | None, _server_token: str | None) -> bool:
        """Whether a client may connect; compares in constant time."""
        return hmac.compare_digest((given or "").encode(), self._token)

    def admit(self, session: str, sql: str | None) -> str:
        """The SQL to run for what a client sent: its own with the macros before it, or one that raises the reason."""
        try:
            self._check(sql or "")
        except LLMSQLError as error:
            message = str(error).replace("'", "''")
            return f"SELECT error('{message}')"
        needed = [statement for name, statement in self._macros if name.search(sql or "")]
        return ";".join([*needed, sql or ""])

    def _check(self, sql: str) -> None:
        lowered = sql.lower()
        for name, reason in _FORBIDDEN.items():
            if name in lowered:
                raise LLMSQLError(reason)
        try:
            with self._lock:
                statements = self._parser.extract_statements(sql)
        except duckdb.Error:
            return  # DuckDB says what is wrong, and where, when it is asked to run this
        for statement in statements:
            if statement.type.name == "EXPLAIN":  # EXPLAIN ANALYZE runs what it explains
                self._check(_EXPLAIN.sub("", statement.query, count=1))
            elif statement.type.name not in _READING:
                raise LLMSQLError(
                    f"The served database is for reading: {statement.type.name.replace('_', ' ')} is refused.",
                    "Create tables in your own database; the rows of a query can fill them: "
                    "CREATE TABLE t AS FROM served($$ SELECT … $$).",
                )
