"""Serves a database with all functions in it to other DuckDB programs, by Quack, until it is told to stop."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, Self

import duckdb

from llmsql.connection import Connection
from llmsql.errors import ConfigError, SourceError
from llmsql.serve.extensions import load_extensions
from llmsql.serve.gate import Gate
from llmsql.serve.init_file import remove_init_file, render_init_file, write_init_file
from llmsql.serve.rows import RowNotes
from llmsql.sources import open_source

DEFAULT_PORT = 9494
"""Quack's own."""
_HIGHEST_PORT = 65_535
_TRIES_FOR_A_FREE_PORT = 5
_SECONDS_TO_END = 5.0


class Server:
    """A database that other DuckDB programs reach, with ``ask()`` and its family in it.

    It is open for reading only and without access to files, as for ``llmsql ask``. Stop it with ``stop`` or by leaving
    the ``with`` block.

    Args:
        source: as ``llmsql.sources.open_source``.
        host: name or address to listen on. Only loopback cannot be reached from other machines.
        port: to listen on; 0 for any that is free.
        say: told what the user should know, a sentence at a time.
        **settings: as ``llmsql.connect``.

    Raises:
        SourceError: the database cannot be opened.
        ConfigError: Quack cannot be had for this DuckDB, or the port is taken or none.
        ModelError: the model cannot be had.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | None = None,
        *,
        host: str = "localhost",
        port: int = DEFAULT_PORT,
        say: Callable[[str], None] | None = None,
        **settings: object,
    ) -> None:
        if not 0 <= port <= _HIGHEST_PORT:
            raise ConfigError(f"There is no port {port}.", f"Name one from 1 to {_HIGHEST_PORT}, or 0 for any.")
        self._host = host
        self._token = secrets.token_urlsafe(32)
        self._extensions: list[Path] = []
        self._port = 0
        self.is_quiet = True
        self.connection = open_source(source, say=say, prepare=lambda con: self._listen(con, port), **settings)
        try:
            # Not when the first client asks: weights may have to be fetched, and a missing key is to be told here.
            self.model, _ = self.connection.engine.client(self.connection.engine.settings())
        except BaseException:
            self.stop()
            raise

    @property
    def address(self) -> str:
        """What a client connects to."""
        host = socket.gethostname() if self._host in ("0.0.0.0", "::") else self._host
        return f"quack:{host}:{self._port}"

    @property
    def is_local(self) -> bool:
        """Whether only programs on this machine can connect."""
        return _is_loopback(self._host)

    def tables(self) -> list[tuple[str, str]]:
        """Schema and name of each served table and view."""
        rows: list[tuple[str, str]] = self.connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_catalog = current_database() ORDER BY ALL"
        ).fetchall()
        return rows

    def init_file(self) -> str:
        """What an init file for the official ``duckdb`` command has to say; it holds the token."""
        return render_init_file(
            self.address,
            self._token,
            self._extensions,
            self.connection.macros(),
            self.tables(),
            plain_http=not self.is_local,
        )

    def stop(self) -> None:
        """Stop the models, close the port and the database. Clients get their answer, or hear that there is none.

        A client's long statement cannot be stopped from here: ``is_quiet`` says whether all have ended.
        """
        deadline = time.monotonic() + _SECONDS_TO_END
        while True:
            self.connection.stop_models()  # again and again: one may be about to be asked
            self.connection.interrupt()
            self.is_quiet = not self._running()
            if self.is_quiet or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        with contextlib.suppress(duckdb.Error):
            self.connection.execute("CALL quack_stop(?)", [self._listening]).fetchall()
        self.connection.close()

    def _running(self) -> int:
        """Statements of clients that run."""
        [(running,)] = self.connection.execute(
            "SELECT count(*) FROM quack_active_connections() WHERE state = 'active'"
        ).fetchall()
        return int(running)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _listening(self) -> str:
        return f"quack:{self._host}:{self._port}"

    def _listen(self, connection: Connection, port: int) -> None:
        con = connection.duckdb
        if con.execute("SELECT current_setting('lock_configuration')").fetchall() == [(True,)]:
            raise SourceError("The database is open in this process, and locked.", "Serve it from another process.")
        self._extensions = load_extensions(con, offline=connection.engine.settings().offline)
        self._install_gate(connection)
        for _ in range(_TRIES_FOR_A_FREE_PORT):
            try:
                self._port = port or _free_port(self._host)
                if port and _is_taken(self._host, port):
                    break
                con.execute(
                    # The gate knows the token, Quack need not.
                    f"CALL quack_serve(?, token = ?, allow_other_hostname = {not self.is_local}, disable_ssl = true)",
                    [self._listening, secrets.token_urlsafe(32)],
                ).fetchall()
                return
            except (duckdb.Error, OSError):
                if port:
                    break
        raise ConfigError(
            f"Port {self._port} of {self._host} cannot be had: another program uses it, you may not, "
            "or this machine has no such address.",
            "Name another with --port, or --port 0 for any that is free.",
        )

    def _install_gate(self, connection: Connection) -> None:
        macros = (*connection.macros(), RowNotes(connection).macro)
        gate = Gate(self._token, macros, connection.duckdb.cursor())
        con = connection.duckdb
        for name, function, parameters, result in (
            ("_llmsql_authenticate", gate.authenticate, 3, "BOOLEAN"),
            ("_llmsql_admit", gate.admit, 2, "VARCHAR"),
        ):
            con.create_function(  # type: ignore[call-overload]
                name, function, ["VARCHAR"] * parameters, result, null_handling="special", side_effects=True
            )
        con.execute("SET GLOBAL quack_authentication_function = '_llmsql_authenticate'")
        con.execute("SET GLOBAL quack_authorization_function = '_llmsql_admit'")


def serve(
    source: str | os.PathLike[str] | None = None,
    *,
    host: str = "localhost",
    port: int = DEFAULT_PORT,
    init_file: Path | None = None,
    say: Callable[[str], None],
    show: Callable[[str], None],
    **settings: object,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        source: as ``Server``.
        host: as ``Server``.
        port: as ``Server``.
        init_file: where to write the init file; None for a private temporary folder. It goes with the server.
        say: told what the user should know, a sentence at a time.
        show: given the command that connects, once the server is there.
        **settings: as ``llmsql.connect``.

    Raises:
        LLMSQLError: as ``Server``, or the init file cannot be written.
    """
    with contextlib.ExitStack() as stack:
        ended = stack.enter_context(_told_to_end())
        if init_file is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="llmsql-"))  # mode 0700
            init_file = Path(folder) / "init.sql"
        server = stack.enter_context(Server(source, host=host, port=port, say=say, **settings))
        text = server.init_file()
        write_init_file(init_file, text)
        stack.callback(remove_init_file, init_file, text)
        if not server.is_local:
            say(f"{host} can be reached from other machines, and what goes over the wire is not encrypted")
        say(f"{len(server.tables())} tables at {server.address}, for reading; {server.model} writes the SQL")
        say("Ctrl-C stops the server; until then, in another terminal:")
        show(f"duckdb -init {init_file}")
        while not ended.wait(1.0):  # in turns: a wait without end cannot be interrupted on Windows
            pass
    if not server.is_quiet:
        leave(0)


def leave(code: int) -> NoReturn:
    """End the process though statements run on: Python would wait for their threads, or trip over them."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextlib.contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM or a closed terminal sets, the first time."""
    ended = threading.Event()
    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, lambda *_: ended.set())
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _is_taken(host: str, port: int) -> bool:
    """Whether somebody listens: two servers may bind one port, and each would get some of the clients."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1" if host in ("0.0.0.0", "::") else host, port)) == 0
