"""``llmsql shell --official``: the official ``duckdb`` command with a server behind it, both gone when it ends."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from llmsql.errors import ConfigError
from llmsql.serve.extensions import install_from_index
from llmsql.serve.init_file import write_init_file
from llmsql.serve.server import Server, leave


def run_official(
    source: str | os.PathLike[str] | None = None,
    arguments: Sequence[str] = (),
    *,
    say: Callable[[str], None] | None = None,
    **settings: Any,
) -> int:
    """Run the official ``duckdb`` command with ``ask()`` over a database.

    Args:
        source: as ``llmsql.sources.open_source``.
        arguments: more of that command's own, for example ``["-csv", "-c", "FROM ask('revenue by region')"]``.
        say: told what the user should know, a sentence at a time.
        **settings: as ``llmsql.connect``.

    Returns:
        Its exit code.

    Raises:
        ConfigError: there is no such command, or none of the version that serves.
        LLMSQLError: as ``Server``.
    """
    command = find_official()
    with (
        tempfile.TemporaryDirectory(prefix="llmsql-") as folder,  # mode 0700
        Server(source, port=0, say=say, **settings) as server,
    ):
        init_file = Path(folder) / "init.sql"
        write_init_file(init_file, server.init_file())
        process = subprocess.Popen([str(command), "-init", str(init_file), *arguments])
        with _signals_are_the_child_s(server, process):
            code = process.wait()
    if not server.is_quiet:
        leave(code)
    return code


def find_official() -> Path:
    """The official command, of the version that serves: extensions and files are that version's only.

    It is looked for in the ``duckdb-cli`` package of this Python, then in PATH.

    Raises:
        ConfigError: there is none of that version.
    """
    found = {}
    for candidate in _candidates():
        version = _version(candidate)
        if version == duckdb.__version__:
            return candidate
        found[candidate] = version
    fix = f"{_how_to_get_it()}, or run `llmsql shell` without --official."
    if not found:
        raise ConfigError("There is no duckdb command.", fix)
    candidate, version = next(iter(found.items()))
    raise ConfigError(f"{candidate} is DuckDB {version}, and the server {duckdb.__version__}.", fix)


def _how_to_get_it() -> str:
    if duckdb.__version__.startswith("1."):
        return f"Run `pip install duckdb-cli=={duckdb.__version__}`"
    # The package index has neither the command nor the extensions of a later DuckDB.
    return f"Get it from duckdb.org, or use the DuckDB that is on the package index, `{install_from_index()}`"


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec("duckdb_cli")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        for name in ("duckdb", "duckdb.exe"):
            if (Path(folder) / name).is_file():
                yield Path(folder) / name
    in_path = shutil.which("duckdb")
    if in_path is not None:
        yield Path(in_path)


def _version(command: Path) -> str:
    try:
        done = subprocess.run([command, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return "of an unknown version"
    words = done.stdout.split()
    return words[0].removeprefix("v") if words else "of an unknown version"


@contextlib.contextmanager
def _signals_are_the_child_s(server: Server, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ctrl-C stops what the model writes and leaves the shell to the child; being told to end ends the child."""

    def interrupt(*_: object) -> None:
        server.connection.stop_models()

    def end(*_: object) -> None:
        process.terminate()

    before = {signal.SIGINT: signal.signal(signal.SIGINT, interrupt)}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
