"""The digits that a question asks for, where its query gives all of them: "rounded to 2 decimals".

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

import duckdb
from sqlglot import exp

from llmsql.asking.question_form import NUMBERS
from llmsql.asking.scopes import Scope, shown_by_alias
from llmsql.asking.sql_text import sql_text
from llmsql.catalog import Catalog

_NUMBER_WORDS = {"no": 0, "zero": 0, "one": 1} | NUMBERS
_DECIMALS = re.compile(
    rf"\b(?P<digits>\d|{'|'.join(_NUMBER_WORDS)})[- ]"
    r"(?:decimals?(?: (?:places?|digits?|points?))?|d\.?p\.?|digits? after the (?:decimal )?(?:point|comma))(?!\w)",
    re.IGNORECASE,
)
_NEAREST = re.compile(
    r"\b(?:to (?:the )?nearest|(?:as|in|to) (?:a |the )?(?:whole|full)"
    r"|round\w* (?:it |them |up |off |down )?to (?:an? |the (?:nearest )?)?) ?(?P<unit>[a-z]+)",
    re.IGNORECASE,
)
_UNITS = {"tenth": 1, "hundredth": 2, "thousandth": 3, "cent": 2, "penny": 2}
_UNITS |= {"ten": -1, "hundred": -2, "thousand": -3, "million": -6}
_WHOLE = re.compile(r"(?:whole|full|integer|number|percent|unit|dollar|euro|pound)", re.IGNORECASE)
_FRACTIONS = (exp.Avg, exp.Div, exp.Median, exp.Quantile, exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance)
_ROUNDED = (exp.Round, exp.Floor, exp.Ceil, exp.Trunc)


def digits_asked(question: str) -> int | None:
    """The one number of decimals that a question asks for, below 0 for tens and hundreds; None where there is none."""
    words = [match["digits"].casefold() for match in _DECIMALS.finditer(question)]
    asked = {int(_NUMBER_WORDS.get(word, word)) for word in words}
    if not asked:
        units = [match["unit"].casefold().removesuffix("s") for match in _NEAREST.finditer(question)]
        asked = {_UNITS.get(unit, 0) for unit in units if unit in _UNITS or _WHOLE.match(unit)}
    return asked.pop() if len(asked) == 1 else None


def round_asked(con: duckdb.DuckDBPyConnection, tree: exp.Expr, digits: int, catalog: Catalog) -> list[str]:
    """Round the averages and shares that a query shows or, if there are none, its other computed amounts.

    Args:
        con: tells the types of what is shown; nothing is run.
        tree: a parsed query that binds; changed in place.
        digits: of ``digits_asked``.
        catalog: the tables.
    """
    if not isinstance(tree, exp.Select) or tree.find(*_ROUNDED):
        return []
    types = [row[1] for row in con.execute(f"DESCRIBE {sql_text(tree)}").fetchall()]
    if len(types) != len(tree.expressions):  # a star, or a STRUCT taken apart
        return []
    read = {
        column.name.casefold()
        for part in ("having", "qualify")
        if (node := tree.args.get(part)) is not None
        for column in node.find_all(exp.Column)
    }
    if any(e.alias and e.alias.casefold() in read for e in tree.expressions):
        return []  # what is compared is not rounded
    amounts = [
        (e.unalias(), made)
        for e, type_ in zip(tree.expressions, types, strict=True)
        if type_.startswith(("DOUBLE", "FLOAT", "DECIMAL")) and (made := _made_of(e.unalias(), tree, catalog))
    ]
    fractions = [amount for amount, made in amounts if any(part.find(*_FRACTIONS) for part in made)]
    notes = []
    for amount in fractions or [amount for amount, _ in amounts]:
        notes.append(f"rounded {amount.sql('duckdb')} to {digits} decimals, as asked")
        amount.replace(exp.Round(this=amount.copy(), decimals=exp.convert(digits) if digits else None))
    return notes


def _made_of(amount: exp.Expr, tree: exp.Select, catalog: Catalog) -> list[exp.Expr]:
    """What an amount is computed from, looked up in the queries that it comes from; nothing for a stored column."""
    if not isinstance(amount, exp.Column):
        return [amount]
    if Scope.of(tree, catalog).stored(amount) is not None:
        return []
    inner = [shown_by_alias(s).get(amount.name.casefold()) for s in tree.find_all(exp.Select) if s is not tree]
    return [part for part in inner if part is not None and not isinstance(part, exp.Column)]
