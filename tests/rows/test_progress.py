from __future__ import annotations

import pytest

import llmsql
from llmsql.rows import progress
from llmsql.rows.ledger import Summary
from tests.rows.stubs import StubModel


def test_the_line() -> None:
    summary = Summary(
        1, "ai_filter", "openai", "m", rows=2048, calls=100, kept=20, errors=3, cost_usd=0.0123, began=0.0
    )
    text = "ai_filter: 2,048 rows, 100 calls, 20 kept, 3 failed, 0.0123 $, 12.0/s, 60 left of this chunk, 5 s"
    assert progress.describe([summary], 60, 10.0) == text


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
        assert not shown or shown.endswith("\r\x1b[K")
