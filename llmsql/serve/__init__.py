"""``llmsql serve``: the functions for other DuckDB programs, the official ``duckdb`` command among them.

=================  ==================================================================================
``extensions``     finds DuckDB's ``quack`` and ``httpfs`` extensions
``gate``           what a client may do: it shows the token and reads
``server``         opens the database, serves it on loopback by Quack, and stops
``init_file``      the SQL that gives the official ``duckdb`` command ``ask()`` and the served tables
``rows``           row functions typed in that command: answered here for the whole statement
``official``       ``llmsql shell --official``: that command and a server for it, in one
=================  ==================================================================================
"""

from llmsql.serve.official import run_official
from llmsql.serve.server import DEFAULT_PORT, Server, serve

__all__ = ["DEFAULT_PORT", "Server", "run_official", "serve"]
