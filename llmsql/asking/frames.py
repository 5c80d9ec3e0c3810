"""How many rows a moving average or total runs over, where the question's number is another than the query's.

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.question_form import NUMBERS

_NUMBER = rf"(?P<{{name}}>\d+|{'|'.join(NUMBERS)})"
_PERIOD = r"(?:\w+ )?(?P<{name}>row|day|week|month|quarter|year)s?"
_MOVING = r"(?:moving|rolling|running|trailing)"
_BEFORE = re.compile(
    rf"\band the {_NUMBER.format(name='n1')} {_PERIOD.format(name='p1')} (?:before|preceding|prior to|leading up to)\b"
    rf"|\band the (?:previous|preceding|prior|last) {_NUMBER.format(name='n2')} {_PERIOD.format(name='p2')}\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    rf"\b{_NUMBER.format(name='n1')}[- ]{_PERIOD.format(name='p1')} {_MOVING}\b"
    rf"|\b{_MOVING} {_NUMBER.format(name='n2')}[- ]{_PERIOD.format(name='p2')}\b",
    re.IGNORECASE,
)


def fit_frame(tree: exp.Expr, question: str) -> list[str]:
    """``ROWS BETWEEN 4 PRECEDING AND CURRENT ROW`` for "that day and the four before it" or "5-day moving average".

    Args:
        tree: a parsed query; changed in place.
        question: as typed.
    """
    found = [(m, less) for less, said in ((0, _BEFORE), (1, _ALL)) for m in said.finditer(question)]
    frames = [
        spec
        for spec in tree.find_all(exp.WindowSpec)
        if spec.args.get("kind") == "ROWS"
        and spec.args.get("end") == "CURRENT ROW"
        and spec.args.get("start_side") == "PRECEDING"
    ]
    if len(found) != 1 or len(frames) != 1:
        return []
    [(match, less)], [frame] = found, frames
    period = (match["p1"] or match["p2"]).casefold()
    units = {node.text("unit").casefold() for node in tree.find_all(exp.DateTrunc, exp.TimestampTrunc)}
    if units - {period} if period in ("row", "day") else units != {period}:  # twelve months are four quarters
        return []
    word = (match["n1"] or match["n2"]).casefold()
    rows = int(NUMBERS.get(word, word)) - less
    start = frame.args["start"]
    if not isinstance(start, exp.Literal) or start.is_string or int(start.this) == rows or rows < 1:
        return []
    frame.set("start", exp.Literal.number(rows))
    return [f"{rows} rows before the current one, as the question says"]
