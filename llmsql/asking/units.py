"""Units of time that a question asks for, where the column is kept in another: minutes of ``duration_sec``.

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import math
import re

from sqlglot import exp

from llmsql.asking.coverage import stems_in_order
from llmsql.asking.scopes import Scope
from llmsql.catalog import Catalog

_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_STORED = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600, "hr": 3600}
_ASKED = re.compile(
    r"\b(?:in|total|many|number of|sum of|average|avg) (?P<unit>second|minute|hour|min|sec)s?\b"
    r"|\A\W*(?P<first>second|minute|hour)s?\b",
    re.IGNORECASE,
)

_FRACTION = re.compile(r"\b(?:as|what) (?:a )?(?:fraction|ratio|decimal)\b|\bfraction of\b", re.IGNORECASE)
_PERCENT = re.compile(r"percent|%|\bpct\b", re.IGNORECASE)


def convert_units(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``SUM(duration_sec) / 60`` for "total minutes".

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed; it names one unit only.
        catalog: the tables.
    """
    said = {(match["unit"] or match["first"]).casefold() for match in _ASKED.finditer(question)}
    named = {unit for unit in _SECONDS if re.search(rf"\b{unit[:3]}(?:{unit[3:]})?s?\b", question, re.IGNORECASE)}
    units = {next(unit for unit in _SECONDS if unit.startswith(word[:3])) for word in said}
    if not isinstance(tree, exp.Select) or len(units) != 1 or named != units:
        return []
    [unit] = units
    if tree.find(exp.Hour, exp.Minute, exp.Second, exp.Extract, exp.DateTrunc, exp.TimestampTrunc):
        return []
    scope = Scope.of(tree, catalog)
    notes = []
    for shown in tree.expressions:
        amount = shown.unalias()
        if not isinstance(amount, (exp.Sum, exp.Avg, exp.Min, exp.Max)) or not isinstance(amount.this, exp.Column):
            continue
        stored = scope.stored(amount.this)
        factor = _SECONDS[unit] / (_kept_in(stored.name) or math.inf) if stored is not None else 0
        if factor <= 1:
            continue
        notes.append(f"{amount.sql('duckdb')} in {unit}s")
        amount.replace(exp.Div(this=amount.copy(), expression=exp.Literal.number(f"{factor:.1f}")))
    return notes


def show_fraction(tree: exp.Expr, question: str) -> list[str]:
    """``1.0 * x / y`` for ``100.0 * x / y`` where a question wants a fraction.

    Args:
        tree: a parsed query; changed in place.
        question: as typed.
    """
    if not _FRACTION.search(question) or _PERCENT.search(question):
        return []
    notes = []
    for product in tree.find_all(exp.Mul):
        is_share = isinstance(product.parent, exp.Div) or product.find(exp.Div) is not None
        if product.this.sql() in ("100", "100.0") and is_share and not product.find_ancestor(exp.Where):
            product.set("this", exp.Literal.number("1.0"))
            notes.append("as a fraction, not in percent")
    return notes


def _kept_in(column: str) -> int | None:
    """Seconds in the unit that a column's name says it is kept in."""
    if re.search(r"(?:\A|_)s\Z", column, re.IGNORECASE):
        return 1
    return _STORED.get((stems_in_order(column) or [""])[-1])
