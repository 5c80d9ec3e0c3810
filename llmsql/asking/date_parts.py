"""Parts of dates as numbers, where a query gives the first day of each period: "month number", "1 to 12".

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

_NUMBERED = re.compile(
    r"\b(?P<part>month|quarter|week) (?:number|no\.|#)|\bnumber of the (?P<of>month|quarter|week)\b"
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
    notes = []
    for select in list(tree.find_all(exp.Select)):
        years = {e.unalias().this for e in select.expressions if isinstance(e.unalias(), exp.Year)}
        for node in list(select.find_all(*_TRUNCATED)):
            part = node.text("unit").casefold()
            is_wanted = part in asked or (part in beside and node.this in years)
            if not is_wanted or node.find_ancestor(exp.Where, exp.Filter) is not None:
                continue
            notes.append(f"{part} as a number")
            node.replace(_PARTS[part](this=node.this.copy()))
    return list(dict.fromkeys(notes))
