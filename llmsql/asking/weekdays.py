"""Days of the week in the numbers of another database.

DuckDB's ``dayofweek`` gives 0 for Sunday and 6 for Saturday. Models also write the numbers of ISO 8601 (Monday is 1,
Sunday 7) and of MySQL (Sunday is 1, Saturday 7), with which no day is a Sunday; or ``isodow(…) IN (0, 6)``, which
means DuckDB's own numbers.
"""

from __future__ import annotations

import re

from sqlglot import exp

_WEEKENDS = re.compile(r"\bweek-?(?:ends?|days?)\b|\b(?:working|business) days?\b", re.IGNORECASE)


def number_weekdays(tree: exp.Expr, question: str) -> list[str]:
    """Let ``dayofweek`` and ``isodow`` count as the numbers that they are compared with do.

    Args:
        tree: a parsed query; changed in place.
        question: as typed; one about weekends and weekdays means Saturday and Sunday by ``>= 6``.
    """
    from_monday = list(tree.find_all(exp.DayOfWeekIso))
    listed = [_numbers(node.parent) for node in from_monday if isinstance(node.parent, exp.In | exp.EQ)]
    if any(0 in numbers for numbers in listed) and not any(7 in numbers for numbers in listed):
        for counted in from_monday:
            counted.replace(exp.DayOfWeek(this=counted.this))
        return ["counted the days of the week from Sunday, which is 0"]
    days = [node for node in tree.find_all(exp.DayOfWeek, exp.Anonymous) if _is_weekday(node)]
    compared = {id(node): _numbers(node.parent) for node in days}
    numbers = {number for found in compared.values() for number in found}
    is_split = any(isinstance(node.parent, exp.GT | exp.GTE | exp.LT | exp.LTE) for node in days)
    if 0 in numbers or not (7 in numbers or (is_split and numbers & {5, 6} and _WEEKENDS.search(question))):
        return []
    for node in days:
        if isinstance(node.parent, exp.In) and compared[id(node)] == {1, 7}:
            node.parent.set("expressions", [exp.Literal.number(6), exp.Literal.number(7)])
        node.replace(exp.DayOfWeekIso(this=node.expressions[0] if isinstance(node, exp.Anonymous) else node.this))
    return ["counted the days of the week from Monday"]


def _is_weekday(node: exp.Expr) -> bool:
    return isinstance(node, exp.DayOfWeek) or (node.name.casefold() == "weekday" and len(node.expressions) == 1)


def _numbers(comparison: exp.Expr | None) -> set[int]:
    """The whole numbers that stand beside a day of the week."""
    if not isinstance(comparison, exp.Predicate):
        return set()
    literals = [child for child in comparison.iter_expressions() if isinstance(child, exp.Literal)]
    return {int(literal.this) for literal in literals if literal.is_int}
