"""Days of the week in the numbers of another database.

DuckDB's ``dayofweek`` gives 0 for Sunday and 6 for Saturday. Models also write the numbers of ISO 8601 (Monday is 1,
Sunday 7) and of MySQL (Sunday is 1, Saturday 7), with which no day is a Sunday; or ``isodow(…) IN (0, 6)``, which
means DuckDB's own numbers.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import has_grouping_sets, identifier

_IN_ORDER = re.compile(
    r"\b(?:monday|january|jan|mon)(?:s)? (?:first|to|through|on top)\b"
    r"|\bin (?:calendar |week ?day )?order\b(?! (?:to|of))",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\bweek \d", re.IGNORECASE)
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
    is_of_days = tree.find(exp.DayOfWeek, exp.DayOfWeekIso, exp.Dayname) is not None
    weeks = [week for week in tree.find_all(exp.Week) if _numbers(week.parent) & {5, 6, 7}]
    # Week 6 of the year is meant for Saturday.
    if weeks and not is_of_days and _WEEKENDS.search(question) and not _NUMBERED.search(question):
        for week in weeks:
            week.replace(exp.DayOfWeekIso(this=week.this))
        return ["counted the days of the week from Monday"]
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


def order_by_calendar(tree: exp.Expr, question: str) -> list[str]:
    """Monday before Tuesday and March before April, which are not in the order of their letters.

    Args:
        tree: a parsed query; changed in place.
        question: as typed; "Monday first" orders a query that has no order.
    """
    notes = []
    for select in list(tree.find_all(exp.Select)) if "alphabet" not in question.casefold() else []:
        group = select.args.get("group")
        if group is not None and has_grouping_sets(group):
            continue
        shown = {e.alias_or_name.casefold(): named for e in select.expressions if (named := _named(e.unalias()))}
        order = select.args.get("order")
        if order is None and shown and select is tree and _IN_ORDER.search(question):
            order = exp.Order(expressions=[exp.Ordered(this=exp.column(identifier(next(iter(shown)))))])
            select.set("order", order)
        for ordered in order.expressions[:1] if order is not None else ():
            by = ordered.this
            is_output = isinstance(by, exp.Column) and not by.table
            found = shown.get(by.name.casefold()) if is_output else _named(by)
            if found is None:
                continue
            number: exp.Expr = found[1](this=found[0].copy())
            ordered.set("this", exp.Min(this=number) if group is not None else number)
            notes.append("in the order of the calendar")
    return notes


def _named(node: exp.Expr) -> tuple[exp.Expr, type[exp.Func]] | None:
    """Of what a name of a day or month is taken, and what numbers it instead."""
    if isinstance(node, exp.TimeToStr) and isinstance(node.args.get("format"), exp.Literal):
        numbered = {"%A": exp.DayOfWeekIso, "%a": exp.DayOfWeekIso, "%B": exp.Month, "%b": exp.Month}.get(
            node.args["format"].name
        )
        return (node.this, numbered) if numbered else None
    if isinstance(node, (exp.Dayname, exp.Monthname)):
        return node.this, exp.DayOfWeekIso if isinstance(node, exp.Dayname) else exp.Month
    return None


def _is_weekday(node: exp.Expr) -> bool:
    return isinstance(node, exp.DayOfWeek) or (node.name.casefold() == "weekday" and len(node.expressions) == 1)


def _numbers(comparison: exp.Expr | None) -> set[int]:
    """The whole numbers that stand beside a day of the week."""
    if not isinstance(comparison, exp.Predicate):
        return set()
    literals = [child for child in comparison.iter_expressions() if isinstance(child, exp.Literal)]
    return {int(literal.this) for literal in literals if literal.is_int}
