"""The shell in a real pseudo-terminal, its screen kept by a terminal emulator."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients.stubs import StubOpenAI
from tests.rows.conftest import model
from tests.rows.stubs import StubModel

pytest.importorskip("pexpect", reason="drives a terminal")
pytest.importorskip("pyte", reason="reads a terminal's screen")

from tests.shell.screen import Screen

__all__ = ["model"]  # a fixture
pytestmark = pytest.mark.slow


@pytest.fixture
def opened(hermetic: Path) -> Iterator[Callable[..., Screen]]:
    """Opens shells in terminals, and ends them."""
    screens: list[Screen] = []

    def open_screen(*arguments: str, **options: object) -> Screen:
        screen = Screen(*arguments, **options)  # type: ignore[arg-type]
        screens.append(screen)
        screen.wait(lambda text: text.endswith(" D"))
        return screen

    yield open_screen
    for screen in screens:
        screen.end()


def prompts(count: int) -> Callable[[str], bool]:
    """Whether so many prompts are on the screen, the last one empty."""
    return lambda text: text.count("memory D") >= count and text.rstrip().endswith("memory D")


def test_a_statement_over_two_lines_and_its_history(opened: Callable[..., Screen]) -> None:
    shell = opened()
    shell.type("select 40 + 2\r")
    shell.wait("·")
    shell.type("as answer;\r")
    assert "│     42 │" in shell.wait(prompts(2))
    shell.type("from _;\r")
    assert shell.wait(prompts(3)).count("│     42 │") == 2
    shell.type("\x12")  # Ctrl-R
    shell.wait("I-search backward")
    shell.type("answ")
    shell.wait(lambda text: text.count("as answer;") == 2)
    shell.type("\r")
    shell.wait(lambda text: "I-search" not in text)
    shell.type("\r")
    shell.wait(lambda text: text.count("│     42 │") == 3)
    assert shell.leave() == 0
    history = Path("~/.llmsql_history").expanduser()
    assert "+as answer;" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_ctrl_c_stops_a_query_and_keeps_the_shell(opened: Callable[..., Screen]) -> None:
    shell = opened()
    shell.type("create table t as select 1 a;\r")
    shell.wait(prompts(2))
    shell.type("select count(*) from range(30000000000) t(i) where hash(i) % 3 = 1;\r")
    shell.wait("running")  # the status line, after two seconds
    shell.type("\x03")
    shell.wait("Interrupted.")
    shell.type("from t;\r")
    shell.wait("│     1 │")
    shell.type("select 'half")
    shell.wait("'half")
    shell.type("\x03")
    shell.wait(lambda text: text.rstrip().endswith("memory D"))
    assert shell.leave() == 0


@pytest.fixture
def slow_model(model: StubModel) -> StubModel:
    """Answers after half a second."""
    model.latency = 0.5
    return model


def test_row_functions_show_how_far_they_are(opened: Callable[..., Screen], slow_model: StubModel) -> None:
    shell = opened(LLMSQL_CONCURRENCY="2")
    shell.type("select count(ai_complete('row ' || i)) as answered from range(60) r(i);\r")
    line = shell.wait(lambda text: re.search(r"ai_complete: 60 rows, \d+ calls.*about \d+ s left", text) is not None)
    assert line.count("ai_complete: 60 rows") == 1  # one status line, not two
    shell.wait("│       60 │")
    assert "calls" not in shell.text
    assert shell.leave() == 0


def test_ctrl_c_stops_row_functions(opened: Callable[..., Screen], slow_model: StubModel) -> None:
    shell = opened(LLMSQL_CONCURRENCY="2")
    shell.type("select ai_complete('row ' || i) from range(2000) r(i);\r")
    shell.wait("2,000 rows")
    shell.type("\x03")
    shell.wait("Interrupted.")
    asked = len(slow_model.requests)
    shell.type("select 'still' || ' here';\r")
    shell.wait("still here")
    assert len(slow_model.requests) <= asked + 2
    assert shell.leave() == 0


def test_ctrl_c_stops_a_question(opened: Callable[..., Screen], stub: StubOpenAI) -> None:
    stub.answers = [stub.silent()]
    shell = opened("sales")
    shell.type("all regions\r")
    shell.wait("asking the model")
    shell.type("\x03")
    shell.wait("Interrupted.")
    shell.type("select 'still' || ' here';\r")
    shell.wait("still here")


def test_tab_completes_tables(opened: Callable[..., Screen]) -> None:
    shell = opened()
    shell.type("create table customers(first_name int);\r")
    shell.wait(prompts(2))
    shell.type("from custo\t")
    shell.wait("D from customers")
    shell.type(";\r")
    shell.wait("0 rows")
    shell.type("select first_n\t")
    shell.wait("select first_name")


def test_40_columns(opened: Callable[..., Screen]) -> None:
    shell = opened("sales", columns=40)
    shell.type("from orders;\r")
    shell.wait(lambda text: "columns" in text and text.rstrip().endswith("sales D"))
    shell.type(".tables reg%\r")
    assert "│ region_id integer │" in shell.wait("│ region_id")


def test_no_color(opened: Callable[..., Screen]) -> None:
    shell = opened(NO_COLOR="1")
    shell.type("select null a, 'x' b;\r")
    shell.wait(prompts(2))
    colours = [code for code in (b"\x1b[90m", b"\x1b[31m", b"\x1b[32m", b"\x1b[36m", b"38;5") if code in shell.raw]
    assert colours == []


def test_a_dumb_terminal(opened: Callable[..., Screen]) -> None:
    shell = opened(TERM="dumb")
    shell.type("select 41 + 1\n")
    shell.wait("·")
    shell.type("as answer;\n")
    shell.wait("│     42 │")
    assert b"\x1b" not in shell.raw
    assert shell.leave() == 0


def test_bytes_that_are_no_text(opened: Callable[..., Screen]) -> None:
    shell = opened()
    shell.child.send(b"select '\xff';\r")
    shell.wait("Error: Line 1 is not UTF-8: byte 0xff.")
    shell.type("select 'still' || ' here';\r")
    shell.wait("still here")


def test_megabytes_pasted(opened: Callable[..., Screen]) -> None:
    shell = opened()
    shell.type("\x1b[200~select length('" + "x" * 10_000_000 + "') as n;\x1b[201~")
    shell.wait("10000000")
    shell.type("select 1 as still_here;\r")
    shell.wait("still_here │")


@pytest.mark.skipif(not os.path.isdir("/sys"), reason="no folder that even root cannot write to")
def test_a_home_that_is_read_only(opened: Callable[..., Screen]) -> None:
    shell = opened(HOME="/sys")
    shell.type("select 40 + 2 as answer;\r")
    shell.wait("│     42 │")
    assert shell.leave() == 0


def test_a_pager_for_long_results(opened: Callable[..., Screen]) -> None:
    shell = opened(PAGER="sed -n '/ 77 /s/77/seventy-seven/p'")
    shell.type("from range(100);\r")
    shell.wait("seventy-seven")
    shell.type(".pager off\r")
    shell.type("from range(100);\r")
    shell.wait("(40 shown)")


def test_a_question(opened: Callable[..., Screen], stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT name FROM regions ORDER BY name")]
    shell = opened("sales")
    shell.type("all regions\r")
    text = shell.wait("Asia Pacific")
    assert text.index("FROM regions") < text.index("Asia Pacific")
    shell.type(".fix\r")
    shell.wait(".fix SELECT")
    assert os.environ["LLM_MODEL"] == "stub-1"
