"""Every command and program in the documentation is run, or at least understood by what it is typed into."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import llmsql
from llmsql.cli import build_parser
from llmsql.shell.main import main as run_shell
from llmsql.shell.main import parse_line
from tests.clients.stubs import StubOpenAI
from tests.rows.conftest import model
from tests.rows.stubs import StubModel

__all__ = ["model"]  # a fixture

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "training" / "README.md",
    ROOT / "data" / "README.md",
]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REVENUE = (
    "SELECT regions.name AS region, SUM(quantity * unit_price * (1 - discount)) AS revenue "
    "FROM order_lines JOIN orders JOIN customers JOIN regions GROUP BY ALL ORDER BY revenue DESC"
)


def blocks(language: str) -> list[tuple[str, str]]:
    """(where, text) of every block of a language."""
    return [
        (f"{page.relative_to(ROOT)}:{page.read_text(encoding='utf-8')[: m.start()].count(chr(10)) + 1}", m.group(2))
        for page in PAGES
        for m in _BLOCK.finditer(page.read_text(encoding="utf-8"))
        if m.group(1) == language
    ]


def section(page: str, heading: str, language: str) -> str:
    """The first block of a language below a heading of a page in docs."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return next(m.group(2) for m in _BLOCK.finditer(text) if m.group(1) == language)


def commands() -> list[tuple[str, str]]:
    """(where, command) of every line that a reader would type into a shell."""
    return [
        (where, line[2:].split("   #")[0].strip())
        for where, text in blocks("console")
        for line in text.splitlines()
        if line.startswith("$ ")
    ]


@pytest.mark.parametrize(("where", "command"), commands())
def test_commands_are_understood(where: str, command: str) -> None:
    for part in command.split("&&"):
        words = shlex.split(part.split(">")[0])
        if words[:2] == ["llmsql", "shell"]:
            parse_line(words[2:])
        elif words[0] == "llmsql":
            build_parser().parse_args(words[1:])
        elif words[:2] == ["python", "-m"]:
            module = words[2]
            assert importlib.util.find_spec(module) is not None, f"{where}: no module {module}"
            text = Path(str(importlib.util.find_spec(module).origin)).read_text(encoding="utf-8")
            shared = (ROOT / "training" / "finetune_core.py").read_text(encoding="utf-8")
            for option in (w for w in words[3:] if w.startswith("--")):
                assert f'"{option}"' in text + shared, f"{where}: {module} has no {option}"
        elif words[0] in ("pipx", "uvx") or words[:2] == ["docker", "run"]:
            if words[-1] != "llmsql" and "install" not in words:
                build_parser().parse_args(words[words.index("llmsql") + 1 :])
        else:
            assert words[0] in ("pip", "pytest", "export", "make", "docker"), f"{where}: what is {words[0]}?"


@pytest.mark.parametrize(("where", "program"), blocks("python"))
def test_programs_compile(where: str, program: str) -> None:
    compile(program, where, "exec")


@pytest.mark.parametrize(("where", "script"), [block for block in blocks("sql") if "functions.md" in block[0]])
def test_row_functions_run(where: str, script: str, model: StubModel) -> None:
    with llmsql.connect(model="gpt-4o-mini") as con:
        con.execute(
            "CREATE TABLE tickets AS SELECT i AS id, 'team ' || i % 2 AS team, 'yes, a bug in Word ' || i AS body, "
            "DATE '2026-01-01' + i::INTEGER AS opened FROM range(3) r(i)"
        ).fetchall()
        for statement in script.split(";"):
            if statement.strip() and not all(x.strip().startswith("--") for x in statement.strip().splitlines()):
                con.execute(statement).fetchall()


@pytest.mark.parametrize(("where", "script"), [block for block in blocks("sql") if "functions.md" not in block[0]])
def test_sql_runs(where: str, script: str, stub: StubOpenAI) -> None:
    from llmsql.sources import open_source

    stub.answers = [stub.good(REVENUE)]
    with open_source(model="stub-1") as con:
        for statement in script.split(";"):
            if statement.strip() and not all(x.strip().startswith("--") for x in statement.strip().splitlines()):
                text = statement.replace("'gpt-4o-mini'", "'stub-1'")
                assert con.execute(text).fetchall() is not None, f"{where}: {statement}"


def test_the_first_python_program_runs(stub: StubOpenAI, hermetic: Path) -> None:
    import duckdb

    from llmsql.sales import build_sales_database

    with duckdb.connect(str(hermetic / "shop.duckdb")) as con:
        build_sales_database(con, orders=500)
    stub.answers = [stub.good(REVENUE)]
    _, program = next(block for block in blocks("python") if "llmsql.connect" in block[1] and "README.md" in block[0])
    exec(compile(program, "README.md", "exec"), {})
    program = section("functions.md", "Coming from elsewhere", "python")
    exec(compile(program, "functions.md", "exec"), names := {"llmsql": llmsql})
    names["con"].close()


@pytest.mark.parametrize(("where", "session"), blocks("session"))
def test_sessions_in_the_shell(
    where: str, session: str, hermetic: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    typed = re.findall(r"^\w+ D (.*)$", session, re.MULTILINE)
    assert run_shell(["sales", *(word for line in typed for word in ("-c", line))]) == 0
    shown = "".join(line for line in session.splitlines(keepends=True) if not re.match(r"\w+ D ", line))
    assert capsys.readouterr().out == shown, where


def test_exit_codes_are_documented() -> None:
    from llmsql.cli import ExitCode

    text = (ROOT / "docs" / "asking.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {code.value} |" in text


@pytest.mark.slow
def test_the_readme_s_first_answer(tmp_path: Path) -> None:
    """The output that the README shows is what the default model gives."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    done = subprocess.run(
        [sys.executable, "-m", "llmsql", "ask", "revenue by region"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = shown.group(1).splitlines()
    assert next(line for line in done.stderr.splitlines() if line.startswith("SELECT")) in lines
    # The question asks for no order of rows.
    assert set(done.stdout.splitlines()) - {""} <= set(lines)


def test_the_version_is_one() -> None:
    assert llmsql.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'version = "{llmsql.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
