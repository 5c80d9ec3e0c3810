"""Finds the extensions that Quack needs, for this very version of DuckDB.

They are looked for where DuckDB keeps installed ones, in the wheels ``duckdb-extension-quack`` and
``duckdb-extension-httpfs`` if those are installed, and in the user's cache; then fetched from DuckDB's extension
repository, and where that cannot be reached as wheels from the package index. DuckDB itself checks their signatures
when it loads them.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import platformdirs

from llmsql.errors import ConfigError

NAMES = ("httpfs", "quack")
"""In the order in which they are loaded: Quack's HTTP is that of ``httpfs``."""
_PIP_SECONDS = 300
_NEWEST_WITH_WHEELS = "1.5.5"


def load_extensions(con: duckdb.DuckDBPyConnection, *, offline: bool = False) -> list[Path]:
    """Load what Quack needs.

    Args:
        con: a connection that may still reach files.
        offline: fetch nothing.

    Returns:
        The files, in the order in which another DuckDB of the same version has to load them.

    Raises:
        ConfigError: they cannot be had for this DuckDB.
    """
    paths = []
    for name in NAMES:
        path = find_extension(con, name) or (None if offline else _fetch(con, name))
        if path is None:
            raise _missing(name, offline)
        _load(con, name, path)
        paths.append(path)
    return paths


def _missing(name: str, offline: bool) -> ConfigError:
    reason = "llmsql is offline" if offline else "neither DuckDB's extension repository nor the package index gives it"
    return ConfigError(
        f"The {name} extension of DuckDB {duckdb.__version__} cannot be had: {reason}.",
        f"Run `INSTALL {name}` in DuckDB {duckdb.__version__} where the network reaches extensions.duckdb.org, "
        f"or use the DuckDB whose extensions are on the package index: `{install_from_index()}`.",
    )


def install_from_index() -> str:
    """The command line that installs a DuckDB, its command and its extensions from the package index."""
    packages = ("duckdb", "duckdb-cli", *map(_wheel, NAMES))
    return " ".join(("pip install", *(f"{package}=={_NEWEST_WITH_WHEELS}" for package in packages)))


def _wheel(name: str) -> str:
    return f"duckdb-extension-{name}"


def find_extension(con: duckdb.DuckDBPyConnection, name: str) -> Path | None:
    """An extension that is on this machine already, or None."""
    return next((path for path in _places(con, name) if path.is_file()), None)


def _places(con: duckdb.DuckDBPyConnection, name: str) -> Iterator[Path]:
    rows = con.execute(
        "SELECT install_path FROM duckdb_extensions() WHERE extension_name = ? AND installed", [name]
    ).fetchall()
    for (installed,) in rows:
        yield Path(installed or "")
    version = f"v{duckdb.__version__}"
    wheel = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (wheel.submodule_search_locations or []) if wheel is not None else []:
        yield Path(folder) / "extensions" / version / f"{name}.duckdb_extension"
    yield _cached(con, name)


def _cached(con: duckdb.DuckDBPyConnection, name: str) -> Path:
    [(platform,)] = con.execute("PRAGMA platform").fetchall()
    cache = Path(os.environ.get("LLMSQL_CACHE_DIR") or platformdirs.user_cache_dir("llmsql", appauthor=False))
    return cache / "extensions" / f"v{duckdb.__version__}" / str(platform) / f"{name}.duckdb_extension"


def _load(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    quoted = str(path).replace("'", "''")
    try:
        con.execute(f"LOAD '{quoted}'")
    except duckdb.Error as error:
        raise ConfigError(
            f"DuckDB {duckdb.__version__} does not load {path}: {' '.join(str(error).split())[:300]}",
            f"Delete that file, or reinstall {_wheel(name)}=={duckdb.__version__}.",
        ) from error


def _fetch(con: duckdb.DuckDBPyConnection, name: str) -> Path | None:
    try:
        con.execute(f"INSTALL {name}")
    except duckdb.Error:
        return _fetch_wheel(name, _cached(con, name))
    return find_extension(con, name)


def _fetch_wheel(name: str, target: Path) -> Path | None:
    """The extension out of its wheel; no code of the wheel is run."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            done = subprocess.run(
                [
                    *(sys.executable, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input", "download"),
                    *("--no-deps", "--only-binary=:all:", "--quiet", "--retries=1", "--dest", scratch),
                    f"{_wheel(name)}=={duckdb.__version__}",
                ],
                capture_output=True,
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=_PIP_SECONDS,
            )
            wheels = list(Path(scratch).glob("*.whl"))
            if done.returncode != 0 or len(wheels) != 1:
                return None
            with zipfile.ZipFile(wheels[0]) as archive:
                member = f"duckdb_extension_{name}/extensions/v{duckdb.__version__}/{target.name}"
                os.replace(archive.extract(member, scratch), target)
    except (OSError, KeyError, zipfile.BadZipFile, subprocess.TimeoutExpired):
        return None
    return target
