"""Completion files, in the shells that read them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from llmsql.cli import COMPLETED_SHELLS, main
from tests.test_connection import child_environment

pytestmark = pytest.mark.usefixtures("hermetic")

COMPLETED = [  # what is typed before Tab, and what the shell offers
    ("llmsql mo", ["models"]),
    ("llmsql a", ["adapt", "ask"]),
    ("llmsql ask --for", ["--format"]),
    ("llmsql ask --format ", ["csv", "json", "markdown", "table"]),
    ("llmsql ask -d sh", ["shop.duckdb"]),
    ("llmsql ask -m smo", ["smollm2-135m"]),
    ("llmsql models use llms", ["llmsql-0.5b", "llmsql-1.5b"]),
    ("llmsql models export llmsql-0.5b --output mod", ["models"]),
    ("llmsql shell shop.duckdb -jso", ["-json", "-jsonlines"]),
    ("llmsql shell sh", ["shop.duckdb"]),
    ("llmsql completions z", ["zsh"]),
]
BASH = """
source llmsql.bash
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _shtab_llmsql; printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = "source llmsql.fish; complete -C $argv[1]"


def offered(shell: str, typed: str) -> list[str]:
    """What the shell offers where Tab is pressed."""
    program = [shell, "-c", BASH, shell, *typed.split(" ")] if shell == "bash" else [shell, "-c", FISH, typed]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return sorted(line.split("\t")[0].rstrip("/") for line in done.stdout.splitlines())


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_shells_complete_the_command(shell: str, hermetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert main(["completions", shell]) == 0
    Path(f"llmsql.{shell}").write_text(capsys.readouterr().out, encoding="utf-8")
    Path("shop.duckdb").touch()
    Path("models").mkdir()
    assert {typed: offered(shell, typed) for typed, _ in COMPLETED} == dict(COMPLETED)


@pytest.mark.parametrize("shell", COMPLETED_SHELLS)
def test_the_file_is_read_without_complaint(shell: str, hermetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completions", shell]) == 0
    text = capsys.readouterr().out
    for known in ("ask", "glossary", "jsonlines", "smollm2-135m", "markdown"):
        assert known in text
    if shutil.which(shell) is not None:
        Path("file").write_text(text, encoding="utf-8")
        done = subprocess.run([shell, "-n", "file"], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_help_does_not_load_what_only_completions_need() -> None:
    program = (
        "import sys; from llmsql.cli import build_parser; build_parser().format_help(); "
        "print(sorted({'shtab', 'duckdb', 'llmsql.shell.main'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=child_environment(), check=True
    )
    assert done.stdout == "[]\n"
