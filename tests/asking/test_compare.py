"""What counts as the same answer."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from llmsql.asking.compare import contains_rows, same_rows


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
