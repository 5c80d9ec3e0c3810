"""Parts of dates as numbers, where a query gives the first day of each period: "month number", "1 to 12".

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

_NUMBERED = re.compile(
    r"\b(?P<part>month|quarter|week) (?:numbers?|no\.|#)(?! of (?!the (?:month|quarter|week|year)))"
    r"|\bnumber of the (?P<of>month|quarter|week)\b"
    r"|\b(?P<as>month|quarter|week) (?:as (?:a |an )?(?:number|integer)|\((?:as )?(?:a )?(?:number|1))",
    re.IGNORECASE,
)
_BESIDE_YEAR = re.compile(r"\byears?(?:,| and|,? ?/) ?(?:the )?(?P<part>month|quarter|week)s?\b", re.IGNORECASE)
_PARTS = {"month": exp.Month, "quarter": exp.Quarter, "week": exp.Week}
_TRUNCATED = (exp.DateTrunc, exp.TimestampTrunc)


def number_parts(tree: exp.Expr, question: str) -> list[str]:
    """``MONTH(day)`` for ``DATE_TRUNC('month', day)``, where the question asks for the number or for year and month.

    Args:
        tree: a parsed query; changed in place.
        question: as typed.
    """
    asked = {(m["part"] or m["of"] or m["as"]).casefold() for m in _NUMBERED.finditer(question)}
    beside = {match["part"].casefold() for match in _BESIDE_YEAR.finditer(question)}
    if not isinstance(tree, exp.Select) or tree.find(exp.Month, exp.Quarter, exp.Week, exp.Extract):
        return []
    years = {e.unalias().this for e in tree.expressions if isinstance(e.unalias(), exp.Year)}
    notes = []
    for shown in [e.unalias() for e in tree.expressions if isinstance(e.unalias(), _TRUNCATED)]:
        part = shown.text("unit").casefold()
        if part not in asked and not (part in beside and shown.this in years):
            continue
        for node in [node for node in tree.find_all(*_TRUNCATED) if node == shown]:
            if node.find_ancestor(exp.Where, exp.Filter) is None:
                node.replace(_PARTS[part](this=node.this.copy()))
        notes.append(f"{part} as a number")
    return notes
