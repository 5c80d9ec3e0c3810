"""What a score says."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from training.dataset import Databases, Record
from training.evaluate import Judge, not_trained_on, wilson


def test_wilson_holds_the_share() -> None:
    low, high = wilson(70, 100)
    assert 59 < low < 70 < high < 79
    assert wilson(0, 0) == (0.0, 100.0)


def test_a_lucky_match_does_not_count(data_root: Path) -> None:
    judge = Judge(Databases(data_root).open("toy/shop"))
    record = Record("toy/shop", "how many orders", "SELECT count(*) FROM orders")
    assert judge.judge(record, "SELECT count(order_id) FROM orders") == (True, True, True)
    right, here, _ = judge.judge(record, "SELECT 20")
    assert here and not right


def test_what_was_trained_on_is_left_out(data_root: Path) -> None:
    databases = Databases(data_root)
    trained = [Record("toy/shop", "orders above 5", "SELECT count(*) FROM orders WHERE total > 5")]
    records = [
        Record("toy/shop", "Orders  above 5", "SELECT 1"),
        Record("toy/shop", "how many orders are above 7?", "SELECT count(*) FROM orders WHERE total > 7"),
        Record("toy/shop", "biggest order", "SELECT max(total) FROM orders"),
    ]
    assert not_trained_on(records, trained, databases) == records[2:]
