"""Whether two results are the same answer."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

MOST_PERMUTED = 7
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
        return float(f"{number:.6g}") if abs(number) < 1e15 else number
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
    mine = [[normal_cell(v) for v in row] for row in rows]
    theirs = [[normal_cell(v) for v in row] for row in gold]
    columns = list(zip(*mine, strict=True))
    wanted = list(zip(*theirs, strict=True))

    def key(column: Sequence[Any]) -> Any:
        return tuple(column) if ordered else frozenset(Counter(column).items())

    keys = [key(c) for c in columns]
    choices = [[i for i, k in enumerate(keys) if k == key(column)] for column in wanted]
    if any(not choice for choice in choices):
        return False
    goal: Any = [tuple(r) for r in theirs]
    if not ordered:
        goal = Counter(goal)
    tried = 0
    for chosen in itertools.product(*choices):
        if len(set(chosen)) < len(chosen):
            continue
        tried += 1
        if tried > math.factorial(MOST_PERMUTED):
            return False
        picked: Any = [tuple(row[i] for i in chosen) for row in mine]
        if (picked if ordered else Counter(picked)) == goal:
            return True
    return False


def fingerprint(rows: Sequence[Row]) -> str:
    """A short hash that two results share when they are the same rows, columns and rows in any order.

    Args:
        rows: of one query.
    """
    columns = [[normal_cell(v) for v in column] for column in zip(*rows, strict=True)]
    columns.sort(key=lambda column: sorted(map(repr, column)))
    ordered = sorted(map(repr, zip(*columns, strict=True)))
    return hashlib.sha256("\n".join([str(len(rows)), *ordered]).encode()).hexdigest()[:12]
