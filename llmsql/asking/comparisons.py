"""Comparisons with a number that say the opposite of the question's words.

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.question_form import NUMBERS
from llmsql.asking.scopes import Scope
from llmsql.catalog import Catalog

_LEAVES_OUT = re.compile(
    r"\b(?:no|not|never|\w*n['’]?t|neither|nor|none|without|except\w*|exclud\w*|skip\w*|ignor\w*|drop\w*|leav\w*|left|omit\w*"
    r"|hid\w*|remov\w*|filter\w*|avoid\w*|minus|unless|but|only|cut\w*|discard\w*|rul\w+ out)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:(?P<more>(?:more|greater|higher|larger|bigger|taller|longer|heavier) than|above|exceed\w*|over)"
    r"|(?P<less>(?:less|fewer|lower|smaller|shorter|lighter) than|below|under)"
    r"|(?P<least>at least|of least|no less than)|(?P<most>at most|no more than|up to))"
    r" (?P<number>[\d,]*\d(?:\.\d+)?|" + "|".join(NUMBERS) + r")\b",
    re.IGNORECASE,
)
_WANTED: dict[str, type[exp.Expr]] = {"more": exp.GT, "less": exp.LT, "least": exp.GTE, "most": exp.LTE}
_UPWARDS = (exp.GT, exp.GTE)


def turn_comparison(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``deaths < 10`` for "at least 10 deaths".

    Only where the number is said and written once, and never for dates and times, where more may be earlier.
    """
    notes = []
    said = list(_SAID.finditer(question))
    for match in said:
        if _LEAVES_OUT.search(question[: match.start()]):
            continue
        word = match["number"].replace(",", "").casefold()
        number = str(NUMBERS.get(word, word))
        if len(re.findall(rf"(?<![\d.]){re.escape(match['number'])}(?![\d.])", question)) != 1:
            continue
        written = [
            literal for literal in tree.find_all(exp.Literal) if not literal.is_string and literal.this == number
        ]
        comparison = written[0].parent if len(written) == 1 else None
        if not isinstance(comparison, exp.GT | exp.GTE | exp.LT | exp.LTE) or comparison.expression is not written[0]:
            continue
        kind = next(name for name in _WANTED if match[name])
        is_up, wants_up = isinstance(comparison, _UPWARDS), kind in ("more", "least")
        select = comparison.find_ancestor(exp.Select)
        if is_up == wants_up or select is None or comparison.find_ancestor(exp.Not, exp.Case, exp.In) is not None:
            continue
        scope = Scope.of(select, catalog)
        types = [stored.type if (stored := scope.stored(c)) else "DATE" for c in comparison.this.find_all(exp.Column)]
        if any(type_.startswith(("DATE", "TIME")) for type_ in types):
            continue
        before = comparison.sql("duckdb")
        comparison.replace(_WANTED[kind](this=comparison.this.copy(), expression=comparison.expression.copy()))
        notes.append(f"{before} turned round for {match[0].strip()!r}")
    return notes
