"""What counts as the same answer, and what a score says."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from training.compare import contains_rows, same_rows
from training.dataset import Databases, Record
from training.evaluate import Judge, not_trained_on, wilson


@pytest.mark.parametrize(
    ("rows", "gold", "ordered", "same"),
    [
        ([(1, "a")], [(1, "a")], False, True),
        ([(1,), (2,)], [(2,), (1,)], False, True),
        ([(1,), (2,)], [(2,), (1,)], True, False),
        ([(1,), (1,), (2,)], [(1,), (2,), (2,)], False, False),
        ([("a", 1)], [(1, "a")], False, True),  # columns in any order
        ([(1, 2), (3, 4)], [(1, 4), (3, 2)], False, False),  # the same cells, other rows
        ([(0.1 + 0.2,)], [(0.3,)], False, True),
        ([(Decimal("1.50"),)], [(1.5,)], False, True),
        ([(datetime.datetime(2024, 1, 1),)], [(datetime.date(2024, 1, 1),)], False, True),
        ([(None,)], [(0,)], False, False),
        ([], [], False, True),
        ([(1,)], [], False, False),
        ([(1, 2)], [(1,)], False, False),
        ([(1, 1)], [(1, 1)], False, True),
        ([(1, 2, 1)], [(1, 1, 2)], False, True),
    ],
)
def test_same_rows(rows: list, gold: list, ordered: bool, same: bool) -> None:
    assert same_rows(rows, gold, ordered=ordered) is same


def test_extra_columns_are_forgiven_by_the_lax_figure_only() -> None:
    assert not same_rows([(1, "x")], [("x",)], ordered=False)
    assert contains_rows([(1, "x")], [("x",)], ordered=False)
    assert not contains_rows([("x",)], [(1, "x")], ordered=False)


def test_wilson_holds_the_share() -> None:
    low, high = wilson(70, 100)
    assert 59 < low < 70 < high < 79
    assert wilson(0, 0) == (0.0, 100.0)


def test_a_lucky_match_does_not_count(data_root: Path) -> None:
    judge = Judge(Databases(data_root).open("toy/shop"))
    record = Record("toy/shop", "how many orders", "SELECT count(*) FROM orders")
    assert judge.judge(record, record.sql, "SELECT count(order_id) FROM orders") == (True, True, True)
    right, here, _ = judge.judge(record, record.sql, "SELECT 20")
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
