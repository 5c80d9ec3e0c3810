"""The shell in this process, and DuckDB's own beside it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmsql.shell.main import main

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """What a run of a shell gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def shell(hermetic: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Runs ``llmsql shell`` with arguments."""

    def run(*arguments: str) -> Run:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run


@pytest.fixture
def official(hermetic: Path) -> Callable[..., Run]:
    """Runs the ``duckdb`` command of the duckdb-cli package."""
    program = Path(sys.executable).with_name("duckdb")
    found = str(program) if program.exists() else shutil.which("duckdb")
    if found is None:
        pytest.skip("duckdb-cli is not installed")

    def run(*arguments: str, stdin: str = "") -> Run:
        done = subprocess.run([found, *arguments], input=stdin.encode(), capture_output=True, check=False, timeout=60)
        return Run(done.returncode, _COLOURS.sub("", done.stdout.decode()), _COLOURS.sub("", done.stderr.decode()))

    return run
