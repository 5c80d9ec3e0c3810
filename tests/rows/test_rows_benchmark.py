"""The benchmark of row functions, tried without a model and without rivals that have to be installed."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchmarks.record
from benchmarks.record import save
from benchmarks.rows import LABELS, REQUIREMENTS, TEXTS, agreement, main, rows


def test_agreement_counts_what_is_missing_as_wrong() -> None:
    asked = rows(len(TEXTS), 1)
    assert agreement("classify", asked, [topic for _, topic, _ in TEXTS]) == 1.0
    assert agreement("classify", asked, [TEXTS[0][1]]) == 1 / len(TEXTS)
    assert agreement("filter", asked, [False] * len(asked)) == 0.5
    assert agreement("filter_limit", asked, [text for text, _, refund in TEXTS if refund][:3]) == 1.0
    assert agreement("filter_limit", asked, []) == 0.0
    assert agreement("filter_limit", asked, [1, ["no text"]]) == 0.0
    assert {topic for _, topic, _ in TEXTS[:4]} == set(LABELS)  # a few texts are a mixture too


def test_a_part_of_the_contestants_replaces_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarks.record, "RESULTS", tmp_path)
    whole = save("rows", {"llmsql": 1, "lotus": 2})
    written = (tmp_path / "rows.json").read_text()
    assert whole == tmp_path / "rows.json" and "left as it is" in str(save("rows", {"lotus": 3}, part=True))
    assert (tmp_path / "rows.json").read_text() == written


@pytest.mark.slow
def test_it_runs_whole_and_counts_calls(hermetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = main(["--stand-in", "--texts", "20", "--copies", "2", "--rows", "20000"])
    by_task = figures["side_by_side"]
    assert by_task["llmsql filter"]["calls"] == by_task["llmsql classify"]["calls"] == 20
    assert by_task["plain_udf filter"]["calls"] == 40
    assert by_task["llmsql filter_limit"]["calls"] == 3
    for rival in REQUIREMENTS:
        assert by_task[rival] == {"missing": "not asked for: name a --folder"}
    assert figures["overhead"]["rows"] == 20_000 and figures["concurrency"]["ratio"] >= 1
    assert "one_pass" not in figures and not list(hermetic.iterdir())
