"""Whether two results are the same answer."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

MOST_CHOICES = 5_000
"""columns put in place before two results count as different"""
Row = Sequence[Any]


def normal_cell(value: Any) -> Any:
    """A cell in a form in which equal answers are equal: numbers rounded to 6 digits, dates as ISO text.

    Midnight timestamps equal dates, ``1`` equals ``1.0`` and ``true``, text is compared as it stands.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, (int, float, decimal.Decimal)):
        number = float(value)
        if math.isnan(number):
            return "nan"
        if abs(number) >= 1e15:
            return number
        # First what the order of additions changes: 1234.565 and 1234.5649999999998 are not to be rounded apart.
        return float(f"{float(f'{number:.12g}'):.6g}")
    if isinstance(value, datetime.datetime):
        text = value.isoformat(" ")
        return text.removesuffix(" 00:00:00")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return tuple(normal_cell(v) for v in value)
    if isinstance(value, dict):
        return tuple((k, normal_cell(v)) for k, v in value.items())
    return str(value)


def same_rows(rows: Sequence[Row], gold: Sequence[Row], *, ordered: bool) -> bool:
    """Whether two results have the same rows, columns in any order.

    Args:
        rows: of the query under test.
        gold: of the right query.
        ordered: whether the order of rows counts.
    """
    if len(rows) != len(gold):
        return False
    if not gold:
        return True
    if len(rows[0]) != len(gold[0]):
        return False
    return _match_columns(rows, gold, ordered=ordered)


def contains_rows(rows: Sequence[Row], gold: Sequence[Row], *, ordered: bool) -> bool:
    """The laxer figure: as ``same_rows``, but columns that nobody asked for are forgiven."""
    if len(rows) != len(gold):
        return False
    if not gold:
        return True
    if len(rows[0]) < len(gold[0]):
        return False
    return _match_columns(rows, gold, ordered=ordered)


def _match_columns(rows: Sequence[Row], gold: Sequence[Row], *, ordered: bool) -> bool:
    columns = list(zip(*([normal_cell(v) for v in row] for row in rows), strict=True))
    wanted = list(zip(*([normal_cell(v) for v in row] for row in gold), strict=True))
    if ordered:
        return not Counter(wanted) - Counter(columns)
    cells = [Counter(column) for column in columns]
    choices = [[i for i, own in enumerate(cells) if own == goal] for goal in map(Counter, wanted)]
    return all(choices) and _rows_can_match(columns, wanted, choices)


def _rows_can_match(
    columns: Sequence[tuple[Any, ...]], wanted: Sequence[tuple[Any, ...]], choices: Sequence[Sequence[int]]
) -> bool:
    """Whether each wanted column can have a column of its own so that the rows are the same multiset.

    Column after column is chosen. Rows that have been equal so far are one group, by number; a choice stands only if
    the groups of both sides are of the same sizes.
    """
    none = [0] * len(wanted[0])
    open_ends: list[tuple[frozenset[int], list[int], list[int]]] = [(frozenset(), none, none)]
    for _ in range(MOST_CHOICES):
        if not open_ends:
            return False
        used, mine, theirs = open_ends.pop()
        if len(used) == len(wanted):
            return True
        groups: dict[tuple[int, Any], int] = {}
        goal = _split_groups(theirs, wanted[len(used)], groups)
        sizes = Counter(goal)
        # Of columns that are the same in every row, one stands for all.
        for i in {columns[i]: i for i in choices[len(used)] if i not in used}.values():
            split = _split_groups(mine, columns[i], groups)
            if Counter(split) == sizes:
                open_ends.append((used | {i}, split, goal))
    return False


def _split_groups(groups: list[int], column: tuple[Any, ...], numbers: dict[tuple[int, Any], int]) -> list[int]:
    return [numbers.setdefault(place, len(numbers)) for place in zip(groups, column, strict=True)]


def fingerprint(rows: Sequence[Row]) -> str:
    """A short hash that two results share when they are the same rows, columns and rows in any order.

    Args:
        rows: of one query.
    """
    columns = [[normal_cell(v) for v in column] for column in zip(*rows, strict=True)]
    columns.sort(key=lambda column: sorted(map(repr, column)))
    ordered = sorted(map(repr, zip(*columns, strict=True)))
    return hashlib.sha256("\n".join([str(len(rows)), *ordered]).encode()).hexdigest()[:12]
