from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import llmsql
from llmsql.rows import progress
from llmsql.rows.ledger import Summary
from tests.rows.stubs import StubModel


def test_the_line() -> None:
    summary = Summary(
        1, "ai_filter", "openai", "m", rows=2048, calls=100, kept=20, remembered=7, errors=3, cost_usd=0.0123, began=0.0
    )
    standing = progress.describe([summary], 60, 10.0)
    assert standing.text == "ai_filter: 2,048 rows, 100 calls, 27 cached, 3 failed, 0.0123 $, 12.0/s"
    assert str(standing) == f"{standing.text}, 60 left of this chunk, 5 s"
    assert str(progress.describe([summary], 0, 10.0)) == standing.text
    assert progress.describe([replace(summary, calls=0, kept=0)], 60, 10.0).seconds is None


def test_it_is_shown_when_asked_for_and_wiped(
    model: StubModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_AFTER_SECONDS", 0.0)
    model.latency = 0.15
    for wanted in (None, False, True):
        with llmsql.connect(progress=wanted) as con:
            con.execute("SELECT ai_complete('row ' || i) FROM range(3) r(i)").fetchall()
        shown = capsys.readouterr().err
        assert ("ai_complete: 3 rows" in shown) is bool(wanted)
        assert not shown or shown.endswith(" \r")
        assert "\x1b" not in shown and all(len(line) < 80 for line in shown.split("\r"))


def test_a_front_end_shows_it_instead(
    model: StubModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_AFTER_SECONDS", 0.0)
    seen: list[str] = []
    with llmsql.connect(progress=True) as con:
        con.rows.progress.elsewhere = True
        model.latency = 0.3
        model.faults = lambda text: seen.append(str(con.rows.progress.standing))  # type: ignore[func-returns-value]
        con.execute("SELECT ai_complete('row ' || i) FROM range(40) r(i)").fetchall()
        assert con.rows.progress.standing is None
    assert capsys.readouterr().err == ""
    assert any("ai_complete: 40 rows" in text and "left of this chunk" in text for text in seen)


@pytest.mark.slow
def test_it_is_shown_in_a_notebook(model: StubModel, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    model.latency = 0.5
    program = (
        "import llmsql\ncon = llmsql.connect(concurrency=2)\n"
        "rows = con.execute(\"SELECT ai_complete('row ' || i) FROM range(16) r(i)\").fetchall()"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(program)])
    nbclient.NotebookClient(notebook, timeout=120).execute()
    text = "".join(o.text for o in notebook.cells[0].outputs if o.get("name") == "stderr")
    assert re.search(r"ai_complete: 16 rows, \d+ calls, [\d.]+/s, \d+ left of this chunk, \d+ s", text)
    assert text.endswith(" \r")
