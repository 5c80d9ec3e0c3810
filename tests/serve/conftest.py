"""The real ``duckdb`` command against a real server; only the model's service is a stub."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from llmsql.errors import ConfigError
from llmsql.serve.extensions import load_extensions
from llmsql.serve.official import find_official
from tests.clients.stubs import StubOpenAI
from tests.conftest import REVENUE
from tests.test_functions import fill

CLI_SECONDS = 300

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def quack() -> None:
    """Skips where Quack or the official command cannot be had for the DuckDB at hand."""
    try:
        with duckdb.connect() as con:
            load_extensions(con, offline=True)
        find_official()
    except ConfigError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Home, caches and working directory, with ``shop.duckdb`` in it; no variable of ours is set."""
    root = tmp_path_factory.mktemp("serve")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("LLM_", "LLMSQL_", "OPENAI_", "OLLAMA_")) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LLMSQL_CACHE_DIR"):
            patch.setenv(name, str(root / "home"))
        (root / "home").mkdir()
        patch.chdir(root)
        with duckdb.connect("shop.duckdb") as con:
            fill(con)
            con.execute('CREATE SCHEMA "the past"')
            con.execute('CREATE TABLE "the past"."Old Orders" AS FROM orders WHERE id < 3')
        yield root


@pytest.fixture(scope="module")
def model(folder: Path) -> Iterator[StubOpenAI]:
    """A stub of an OpenAI-compatible server, named in the environment."""
    with StubOpenAI() as stub, pytest.MonkeyPatch.context() as patch:
        stub.answers = [stub.good(REVENUE)]
        patch.setenv("LLM_PROVIDER", "openai")
        patch.setenv("LLM_MODEL", "stub-1")
        patch.setenv("OPENAI_BASE_URL", f"{stub.url}/v1")
        patch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
        yield stub


def run_cli(init_file: Path, *statements: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the official command with an init file, rows as CSV."""
    commands = [argument for statement in statements for argument in ("-c", statement)]
    done = subprocess.run(
        [str(find_official()), "-init", str(init_file), "-csv", *commands],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=CLI_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done
