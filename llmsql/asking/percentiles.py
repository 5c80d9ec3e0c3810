"""Percentiles that a question asks for, where the query has another measure of the same column."""

from __future__ import annotations

import re

from sqlglot import exp

_SAID = re.compile(
    r"\bp(?P<short>50|75|80|90|95|98|99)\b|\b(?P<long>\d{1,2})(?:st|nd|rd|th)?[ -]percentile\b(?! points?)",
    re.IGNORECASE,
)
_BEYOND = re.compile(r"\b(?:above|below|over|under|beyond|within|top|bottom) (?:the )?\Z", re.IGNORECASE)
_OTHERS = (exp.Sum, exp.Avg, exp.Max, exp.Min, exp.Median)


def take_percentile(tree: exp.Expr, question: str) -> list[str]:
    """``QUANTILE_CONT(duration, 0.95)`` for the one sum, average or extreme where a question says "p95".

    Args:
        tree: a parsed query; changed in place.
        question: as typed.
    """
    said = list(_SAID.finditer(question))
    if len(said) != 1 or tree.find(exp.Quantile, exp.PercentileCont, exp.PercentileDisc, exp.Window):
        return []
    if _BEYOND.search(question[: said[0].start()]) or said[0][0].casefold() in tree.sql("duckdb").casefold():
        return []  # a limit, or what something is called
    measures = list(tree.find_all(*_OTHERS))
    if len(measures) != 1 or measures[0].find_ancestor(exp.Where):
        return []
    share = exp.Literal.number(f"{int(said[0]['short'] or said[0]['long']) / 100:g}")
    measures[0].replace(exp.PercentileCont(this=measures[0].this.copy(), expression=share))
    return [f"the {said[0][0]}"]
