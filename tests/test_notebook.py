from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import llmsql
from llmsql.answer import Answer
from tests.clients.stubs import StubOpenAI
from tests.test_connection import child_environment
from tests.test_functions import QUESTION, ROWS, fill

pytest.importorskip("IPython")
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from llmsql.notebook import split_line, split_name

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def shell(stub: StubOpenAI) -> Iterator[InteractiveShell]:
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "llmsql")
    yield shell
    shell.run_line_magic("unload_ext", "llmsql")
    assert "ask" not in shell.magics_manager.magics["line"]


def ask(shell: InteractiveShell, line: str, cell: str | None = None) -> Any:
    if cell is None:
        return shell.run_line_magic("ask", line)
    return shell.run_cell_magic("ask", line, cell)


def shop(file: Path) -> Path:
    with duckdb.connect(str(file)) as con:
        fill(con)
    return file


@pytest.mark.parametrize(
    ("line", "words", "rest"),
    [
        ("what's the revenue", [], "what's the revenue"),
        ("-m x -t a,b  what's up", ["-m", "x", "-t", "a,b"], "what's up"),
        ("-d 'my shop.duckdb' orders - all", ["-d", "my shop.duckdb"], "orders - all"),
        ("--sql revenue", ["--sql"], "revenue"),
        ("-d sales", ["-d", "sales"], ""),
        ("-d", ["-d"], ""),
        ("", [], ""),
    ],
)
def test_only_options_are_read_as_a_shell_would(line: str, words: list[str], rest: str) -> None:
    assert split_line(line) == (words, rest)


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("answer << revenue", ("answer", "revenue")),
        ("a<<\nrevenue\nby region", ("a", "revenue\nby region")),
        ("what does << mean", (None, "what does << mean")),
        ("class << x", (None, "class << x")),
        ("revenue", (None, "revenue")),
    ],
)
def test_the_name_before_the_arrow(text: str, split: tuple[str | None, str]) -> None:
    assert split_name(text) == split


def test_the_only_connection_is_asked(shell: InteractiveShell, stub: StubOpenAI) -> None:
    with llmsql.connect() as con:
        fill(con)
        shell.user_ns["con"] = con
        answer = ask(shell, QUESTION)
        assert isinstance(answer, Answer) and answer.fetchall() == ROWS
        assert ask(shell, "", "revenue\nby region").fetchall() == ROWS
        assert ask(shell, "kept <<", QUESTION) is None and shell.user_ns["kept"].fetchall() == ROWS
        assert ask(shell, f"--sql {QUESTION}").upper().startswith("SELECT")
        assert len(stub.requests) == 1
        ask(shell, f"-m stub-2 -t orders {QUESTION}")
        assert stub.requests[-1][2]["model"] == "stub-2"


def test_a_plain_connection_gets_the_functions(shell: InteractiveShell) -> None:
    with duckdb.connect() as plain:
        fill(plain)
        shell.user_ns["plain"] = plain
        assert ask(shell, QUESTION).fetchall() == ROWS
        assert ask(shell, f"-c plain {QUESTION}").fetchall() == ROWS
        assert plain.sql("FROM ask('revenue by region')").fetchall() == ROWS


def test_a_database_is_opened_once_and_remembered(shell: InteractiveShell, hermetic: Path) -> None:
    shop(hermetic / "my shop.duckdb")
    assert ask(shell, "-d 'my shop.duckdb'") is None
    assert ask(shell, QUESTION).fetchall() == ROWS
    first = ask(shell, f"-d 'my shop.duckdb' {QUESTION}")
    assert first.connection is ask(shell, QUESTION).connection


def test_closed_connections_are_left_alone(shell: InteractiveShell) -> None:
    old, new = llmsql.connect(), llmsql.connect()
    fill(old)
    fill(new)
    shell.user_ns.update(old=old, new=new)
    ask(shell, f"-c old {QUESTION}")
    old.close()
    assert ask(shell, QUESTION).connection is new.duckdb
    new.close()
    with pytest.raises(UsageError, match="no database to ask"):
        ask(shell, QUESTION)


def test_what_is_wrong_is_said_in_one_line(shell: InteractiveShell, stub: StubOpenAI, hermetic: Path) -> None:
    def fails(match: str, line: str, cell: str | None = None) -> None:
        with pytest.raises(UsageError, match=match):
            ask(shell, line, cell)

    fails("no database to ask. Open one: %ask -d shop.duckdb", QUESTION)
    fails("There is no file nope.duckdb", f"-d nope.duckdb {QUESTION}")
    fails("There is no variable con", f"-c con {QUESTION}")
    shell.user_ns["con"] = 1
    fails("No DuckDB connection is in the variable con", f"-c con {QUESTION}")
    fails("unrecognized arguments: --modell", f"--modell {QUESTION}")
    fails("quotation mark is not closed", f"-d 'shop {QUESTION}")
    fails("expected one argument", "-d")
    with llmsql.connect() as one, duckdb.connect() as two:
        fill(one)
        shell.user_ns.update(one=one, two=two, three=one)
        fails("which of one, two, three", QUESTION)
        fails("There are no tables", f"-c two {QUESTION}")
        fails("there is no question", "-c one", "  ")
        fails("There is no table nope", f"-c one -t nope {QUESTION}")
        ask(shell, f"-c one {QUESTION}")
        fails("there is no question", "")
        assert ask(shell, QUESTION).fetchall() == ROWS  # the one that was named
        stub.answers = [stub.good("DROP TABLE orders")]
        fails("No answer to 'something else'", "something else")


def test_a_message_has_no_traceback(stub: StubOpenAI) -> None:
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell('%load_ext llmsql')\n"
        "shell.run_cell('%ask revenue')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=child_environment())
    assert "Traceback" not in done.stdout + done.stderr
    assert "UsageError: %ask: there is no database to ask" in done.stdout + done.stderr


@pytest.mark.slow
def test_beside_jupysql(stub: StubOpenAI, hermetic: Path, entry_points: Path) -> None:
    """``%sql`` and ``%ask`` share a connection, whichever way jupysql opened it."""
    pytest.importorskip("sql", reason="jupysql is not installed")
    pytest.importorskip("duckdb_engine")
    shop(hermetic / "shop.duckdb")
    code = """
from IPython.core.interactiveshell import InteractiveShell
import llmsql
shell = InteractiveShell.instance()
def run(cell):
    result = shell.run_cell(cell)
    result.raise_error()
    return result.result
run("%load_ext sql")
run("%load_ext llmsql")
run("%config SqlMagic.autopandas = True")
run("%config SqlMagic.displaycon = False")
run("%sql duckdb:///shop.duckdb?plugin=llmsql")
print(len(run("%sql SELECT * FROM ask('revenue by region')")))
print(run("%ask revenue by region").fetchall())
run("%sql --close duckdb:///shop.duckdb")
con = shell.user_ns["con"] = llmsql.connect("shop.duckdb")
run("%sql con --alias mine")
print(len(run("%sql FROM ask('revenue by region')")))
print(run("%ask revenue by region").connection is con.duckdb)
"""
    path = os.pathsep.join([str(entry_points), str(ROOT)])
    environment = child_environment(PYTHONPATH=path, PLOOMBER_STATS_ENABLED="false")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr + done.stdout
    printed = [line for line in done.stdout.splitlines() if line[:1] in "2[T"]
    assert printed == ["2", str(ROWS), "2", "True"]
