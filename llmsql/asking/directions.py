"""The direction of an order: "newest first", "lowest margin first", "from high to low"."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, shown_by_alias
from llmsql.catalog import Catalog

_DOWN = "highest|largest|biggest|greatest|most expensive|dearest|priciest|costliest|longest|heaviest|tallest|most"
_UP = "lowest|smallest|fewest|least|cheapest|shortest|lightest"
_LATE = "newest|latest|most recent|youngest"
_EARLY = "oldest|earliest"
_FIRST = re.compile(
    rf"\b(?:(?P<down>{_DOWN})|(?P<up>{_UP})|(?P<late>{_LATE})|(?P<early>{_EARLY}))\b"
    r"(?:[ -][\w/-]+){0,4}? (?:first|(?:on|at the) top)\b"
    r"|\bfrom (?:the )?(?:(?P<down2>high|large|big|most|great)\w* to (?:the )?(?:low|small|few|least)"
    r"|(?P<up2>low|small|few|least)\w* to (?:the )?(?:high|large|big|most|great))",
    re.IGNORECASE,
)
# The most of a shortfall is the least of what is left, and a running total has an order of its own.
_OTHERWISE = re.compile(
    r"short|gap|loss|lost|lose|drop|fell|fall|declin|decreas|deficit|running|cumulativ", re.IGNORECASE
)
_TIES = re.compile(
    r"\b(?:ties(?: are)?(?: broken)?|(?:equal|tied) ones|(?:if|when|where)(?: \w+ (?:are|is))? (?:equal|tied)"
    r"|(?:on|in case of) (?:a )?ties?),? (?:by|in|with|alphabetical|the|lower|lowest|smaller)\b(?P<rest>[^.;]*)",
    re.IGNORECASE,
)
_DOWNWARDS = re.compile(r"desc|\b(?:high|larg|big|great|late|new|recent|long|more|most|reverse|z to a)", re.IGNORECASE)
_DAYS = ("DATE", "TIMESTAMP")


def direct_order(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Turn an order that goes the other way than the question says, of numbers or of days as the word is of.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed; it names one direction only.
        catalog: the tables.
    """
    said = list(_FIRST.finditer(question))
    order = tree.args.get("order") if isinstance(tree, exp.Select) else None
    if len(said) != 1 or _OTHERWISE.search(question) or order is None or not isinstance(tree, exp.Select):
        return []
    [word] = said
    if tree.args.get("limit") and re.search(rf"\b(?:{_UP if word['down'] else _DOWN})\b", question, re.IGNORECASE):
        return []  # the dearest first of the three cheapest
    is_of_days = bool(word["late"] or word["early"])
    is_down = bool(word["down"] or word["down2"] or word["late"])
    scope = Scope.of(tree, catalog)
    first = order.expressions[0]
    if _is_of_days(first.this, tree, scope) != is_of_days or bool(first.args.get("desc")) == is_down:
        return []
    first.set("desc", is_down)
    first.set("nulls_first", None)
    return [f"ordered for {word[0]!r}"]


def order_ties(tree: exp.Expr, question: str) -> list[str]:
    """What tells equal ones apart goes upwards: "ties by name", "equal ones by lower number first".

    Args:
        tree: a parsed query; changed in place.
        question: as typed.
    """
    said = _TIES.search(question)
    order = tree.args.get("order")
    if said is None or order is None or _DOWNWARDS.search(said["rest"]):
        return []
    turned = [ordered for ordered in order.expressions[1:] if ordered.args.get("desc")]
    for ordered in turned:
        ordered.set("desc", False)
        ordered.set("nulls_first", None)
    return ["ordered equal ones upwards"] if turned else []


def _is_of_days(key: exp.Expr, select: exp.Select, scope: Scope) -> bool | None:
    """Whether an order is by days or times; None where it is by text, or by what is not known."""
    if isinstance(key, exp.Column) and not key.table:
        key = shown_by_alias(select).get(key.name.casefold(), key)
    if isinstance(key, (exp.Max, exp.Min)):
        key = key.this
    if isinstance(key, exp.Column):
        stored = scope.stored(key)
        if stored is None or stored.type == "VARCHAR":
            return None
        return stored.type.startswith(_DAYS)
    if isinstance(key, (exp.Year, exp.Month, exp.DateTrunc, exp.TimestampTrunc)):
        return True
    return False if isinstance(key, (exp.AggFunc, exp.Binary, exp.Round)) else None
