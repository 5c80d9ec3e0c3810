"""Every test starts in an empty home and working directory, without settings or keys from outside."""

from __future__ import annotations

import os
import signal
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.stubs import StubOpenAI

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for `pytest &` in a script: programs under test inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LLMSQL_CACHE_DIR", "LLMSQL_DATA_DIR")
REVENUE = "SELECT region, sum(amount) AS revenue FROM orders GROUP BY region ORDER BY region"


@pytest.fixture
def hermetic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home, caches and working directory in ``tmp_path``; no variable of ours or of a provider is set."""
    for name in list(os.environ):
        if name.startswith(("LLM_", "LLMSQL_", "OPENAI_", "OLLAMA_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in _FOLDERS:
        folder = tmp_path / "home" / name.lower()
        folder.mkdir(parents=True)
        monkeypatch.setenv(name, str(folder))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path in which the package looks installed, with the entry points that ``pyproject.toml`` names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = tmp_path / "installed"
    info = folder / f"duckdb_llmsql-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = []
    for group, names in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in names.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def stub(hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubOpenAI]:
    """A stub of an OpenAI-compatible server, named in the environment; it answers with ``REVENUE``."""
    with StubOpenAI() as server:
        server.answers = [server.good(REVENUE)]
        monkeypatch.setenv("LLM_PROVIDER", "openai")
        monkeypatch.setenv("LLM_MODEL", "stub-1")
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
        yield server
