"""``ask()`` in dbt models on DuckDB.

In ``profiles.yml``, under a target of ``type: duckdb``::

    plugins:
      - module: llmsql.dbt
        config: {model: llmsql-0.5b}

``config`` takes the fields of ``llmsql.settings.Settings`` and ``prefix``.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from llmsql.pooled import PooledInstall


class Plugin(BasePlugin):  # type: ignore[misc]
    """What dbt-duckdb looks for in a plugin's module."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the settings.

        Args:
            plugin_config: the plugin's ``config`` in ``profiles.yml``.

        Raises:
            ConfigError: a setting is wrong.
        """
        settings = dict(plugin_config)
        self._install = PooledInstall(settings.pop("prefix", ""), **settings)

    def configure_connection(self, conn: Any) -> None:
        """Put ``ask()`` into the connection that dbt opened."""
        self._install(conn)

    def configure_cursor(self, cursor: Any) -> None:
        """Put ``ask()`` into a cursor, which runs the models: macros go with a connection, not with a database."""
        self._install(cursor)
