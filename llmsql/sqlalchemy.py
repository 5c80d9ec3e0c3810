"""``ask()`` through SQLAlchemy and duckdb-engine: ``create_engine("duckdb:///shop.duckdb?plugin=llmsql")``.

SQLAlchemy finds the plugin by its entry point, so that whatever takes a SQLAlchemy address gets ``ask()`` with it.
Settings may stand in the address, as ``llmsql_model=…``, or be arguments: ``create_engine(url, plugins=["llmsql"],
llmsql_model=…)``. A key never belongs into an address.
"""

from __future__ import annotations

from typing import Any

import duckdb
from sqlalchemy import event
from sqlalchemy.engine import URL, CreateEnginePlugin, Engine

from llmsql.errors import ConfigError
from llmsql.pooled import PooledInstall

_PREFIX = "llmsql_"


class AskPlugin(CreateEnginePlugin):
    """Puts ``ask()`` into each connection of an engine.

    Args:
        url: may carry settings.
        kwargs: of ``create_engine``; may carry settings.

    Raises:
        ConfigError: a setting is wrong, or the address is not DuckDB's.
    """

    def __init__(self, url: URL, kwargs: dict[str, Any]) -> None:
        super().__init__(url, kwargs)
        if url.get_backend_name() != "duckdb":
            raise ConfigError(f"llmsql asks DuckDB, not {url.get_backend_name()}.", "Use a duckdb:// address.")
        settings: dict[str, Any] = {
            name.removeprefix(_PREFIX): value for name, value in url.query.items() if name.startswith(_PREFIX)
        }
        for name in [name for name in kwargs if name.startswith(_PREFIX)]:
            settings[name.removeprefix(_PREFIX)] = kwargs.pop(name)
        if "api_key" in url.query or f"{_PREFIX}api_key" in url.query:
            raise ConfigError("An API key does not belong into an address.", "Set its environment variable.")
        self._install = PooledInstall(str(settings.pop("prefix", "")), **settings)

    def update_url(self, url: URL) -> URL:
        """The address as DuckDB may see it."""
        return url.difference_update_query([name for name in url.query if name.startswith(_PREFIX)])

    def engine_created(self, engine: Engine) -> None:
        """Have each connection that the pool opens get ``ask()``."""

        @event.listens_for(engine, "connect")
        def connected(connection: Any, _: object) -> None:
            # duckdb-engine hides DuckDB's connection in a wrapper; execute() returns the connection itself.
            plain = connection.execute("SELECT 1")
            if not isinstance(plain, duckdb.DuckDBPyConnection):
                raise ConfigError(f"{type(connection).__name__} is no DuckDB connection.", "Use duckdb-engine.")
            plain.fetchall()
            self._install(plain)

        @event.listens_for(engine, "engine_disposed")
        def disposed(_: object) -> None:
            self._install.close()
