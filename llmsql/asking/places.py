"""The places of an order that a question asks for: the second, all that tie for the first, the best of each group.

Small models write ``ORDER BY … LIMIT 1`` for all of them, or a row for every pair of groups. Each of these repairs was
tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import name_stems, stem
from llmsql.asking.question_form import NUMBERS
from llmsql.asking.scopes import Scope, lone_select, shown_by_alias
from llmsql.catalog import Catalog

LEAST = frozenset("cheapest fewest least lowest minimum smallest".split())
MOST = frozenset("biggest busiest greatest heaviest highest largest longest most priciest".split())
"""Superlatives of amounts, whatever they are amounts of."""

_BEST_WORDS = MOST | {"best", "strongest", "top"}
_SUPERLATIVE = "|".join(sorted(_BEST_WORDS | LEAST | {"poorest", "weakest", "worst"}))
_PLACES = {"second": 2, "2nd": 2, "two": 2, "third": 3, "3rd": 3, "three": 3, "fourth": 4, "4th": 4}
_PLACE = re.compile(
    rf"\brunner[- ]?up\b|\b(?:number|no\.|rank(?:ed|s)?) (?P<number>two|three|[2-4])\b"
    rf"|\b(?P<ordinal>second|third|fourth|2nd|3rd|4th)(?:[- ]| place\b| )(?:{_SUPERLATIVE})\b",
    re.IGNORECASE,
)
_TIES = re.compile(
    r"\b(?:including|with|and) (?:all |any )?ties\b|\bties (?:are )?(?:included|kept|count(?:ed)?)\b"
    r"|\b(?:all|any|every\w*|everybody|those) (?:that|who|which|of them that)? ?(?:ties?|tied)\b"
    r"|\b(?:all|both)\b[^.?]*\bif (?:they |any |some )?(?:tied?|are tied)\b",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"\bbr(?:eak|oke)", re.IGNORECASE)
_EACH = re.compile(
    r"\b(?:each|every|per)\s+(?P<words>\w+(?:[ ]\w+)?)"
    r"(?P<more>\s*,(?! (?:the|which|what|who|its)\b)|\s+and\b|\s*/|\s+x\b)?",
    re.IGNORECASE,
)
_BEST = re.compile(
    rf"\b(?<!to )(?<!by )(?<!by the )(?P<superlative>{_SUPERLATIVE})\b(?! (?:first|to|at|of all))", re.IGNORECASE
)
_MANY = re.compile(rf"\b(?:{_SUPERLATIVE}) (?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE)
_ORDERED = re.compile(
    r"\b(?:order(?:ed|ing)?|sort(?:ed|ing)?)\b[^.?]*?\b(?:by|in order of|according to)\b(?P<keys>[^,.;?]*)",
    re.IGNORECASE,
)
_DIRECTED = re.compile(
    rf"\b(?:{_SUPERLATIVE}|(?:a|de)sc\w*|(?:in|de)creas\w*|(?:high|low|larg|small|big|long|short|old|young|new)\w*"
    r"|(?:fast|slow|earl)\w*|great\w*|recent\w*|late\w*|first|last|down\w*|up\w*|revers\w*|rank\w*|more|less|few\w*"
    r"|\w+est|before|after|z|lead\w*|back\w*)\b",
    re.IGNORECASE,
)
_IN_ORDER = re.compile(
    r"\b(?:order(?:ed|ing)?(?= (?:by|of|from|in)\b)|in [a-z ]*\border|sort\w*|rank\w*|from|ascend\w*|descend\w*"
    r"|each|every|per|by|all|top|first|last|increas\w*|decreas\w*|than|to)\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    rf"\b(?:has|have|had|with|of|is|are|was|were|which|what|who|whose|where|the) (?:the )?(?:{_SUPERLATIVE})\b"
    r"|\b(?:which|what) (?!\w+s\b)\w+ (?:\w+ ){0,4}(?:do|did) most\b"
    r"|\b(?:which|what) (?!\w+s\b)\w+ (?:\w+ ){0,5}?"
    r"(?:most (?:often|frequently|commonly)|(?:do|did) (?:\w+ ){1,3}the most)\b",
    re.IGNORECASE,
)
_PLACES_SHOWN = re.compile(
    r"\b(?:rank\w*|plac(?:e|es|ed|ing)|position\w*|number\w*|row|count\w*|label\w*|index\w*|standing\w*|ordinal)\b|#",
    re.IGNORECASE,
)
_TOP = re.compile(rf"\b(?:top|bottom) (?P<number>\d{{1,3}}|{'|'.join(NUMBERS)})\b(?! ?%| percent)", re.IGNORECASE)
_NOT_ALL = re.compile(r"\b(?:each|every|per|within|ties?|tied|share|percent\w*|rest|others?)\b", re.IGNORECASE)
_FIRST = re.compile(
    r"\b(?:(?P<most>most|largest|highest|biggest|greatest|busiest)|least|lowest|smallest|fewest)"
    r"(?: [a-z]+){0,2} (?:first|(?:on|at the) top|to (?:the )?(?:least|lowest|smallest|fewest|most|highest|largest))\b",
    re.IGNORECASE,
)
_BY_COUNT = re.compile(
    r"\b(?:in|by) (?P<way>descending|decreasing|ascending|increasing) order of (?:the |their )?(?:number|count)s? of\b",
    re.IGNORECASE,
)
_BY_LETTERS = re.compile(
    r"\b(?:(?:de|a)scending |reverse )?alphabetical(?:ly|ordered)?\b(?: (?:de|a)scending)?", re.IGNORECASE
)
_OTHERWISE = re.compile(r"\b(?:rank|ascend|descend|running|share|percent)", re.IGNORECASE)


def take_place(tree: exp.Expr, question: str) -> list[str]:
    """The second or third place of an order of which the query takes the first."""
    said = list(_PLACE.finditer(question))
    if len(said) != 1:
        return []
    word = (said[0]["number"] or said[0]["ordinal"] or "second").casefold()
    place = _PLACES.get(word) or int(word)
    limits = [limit for limit in tree.find_all(exp.Limit) if isinstance(limit.parent, exp.Select)]
    windows = list(tree.find_all(exp.Window))
    if len(limits) == 1 and not windows:
        [limit] = limits
        select = limit.parent
        if select is None or select.args.get("offset") or not select.args.get("order"):
            return []
        if limit.expression.sql() not in ("1", str(place)):
            return []
        limit.set("expression", exp.Literal.number(1))
        select.set("offset", exp.Offset(expression=exp.Literal.number(place - 1)))
        return [f"took the place that {said[0][0]!r} says"]
    if limits or len(windows) != 1 or not isinstance(windows[0].this, (exp.RowNumber, exp.Rank, exp.DenseRank)):
        return []
    compared = windows[0].parent
    if isinstance(compared, exp.EQ) and compared.expression.sql() == "1":
        compared.set("expression", exp.Literal.number(place))
        return [f"took the place that {said[0][0]!r} says"]
    return []


def take_first(tree: exp.Expr, question: str) -> list[str]:
    """The one that a superlative asks for, where the query gives all in its order."""
    best = list(_BEST.finditer(question))
    if not isinstance(tree, exp.Select) or len(best) != 1 or _IN_ORDER.search(question) or not _ONE.search(question):
        return []
    if any(tree.args.get(part) for part in ("limit", "qualify", "offset", "distinct")) or tree.find(exp.Window):
        return []
    order = tree.args.get("order")
    if order is None or len(order.expressions) != 1:
        return []
    if bool(order.expressions[0].args.get("desc")) != (best[0]["superlative"].casefold() in _BEST_WORDS):
        return []
    tree.set("limit", exp.Limit(expression=exp.Literal.number(1)))
    return [f"only the first, for {best[0][0]!r}"]


def take_top(tree: exp.Expr, question: str) -> list[str]:
    """The first of an order as far as the question wants them: "top 5", where the query gives all."""
    said = list(_TOP.finditer(question))
    if lone_select(tree) is None or not isinstance(tree, exp.Select) or len(said) != 1 or _NOT_ALL.search(question):
        return []
    if any(tree.args.get(part) for part in ("limit", "qualify", "offset")) or not tree.args.get("order"):
        return []
    if tree.find(exp.Window, exp.Limit):
        return []
    if bool(tree.args["order"].expressions[0].args.get("desc")) != (said[0][0][:3].casefold() == "top"):
        return []
    word = said[0]["number"].casefold()
    tree.set("limit", exp.Limit(expression=exp.Literal.number(NUMBERS.get(word, word))))
    return [f"only {word}, for {said[0][0]!r}"]


def drop_position(tree: exp.Expr, question: str) -> list[str]:
    """A column that numbers the rows, where the question asks for an order and not for places in it."""
    if not isinstance(tree, exp.Select) or _PLACES_SHOWN.search(question):
        return []
    order = tree.args.get("order")
    numbered = [e for e in tree.expressions if isinstance(e, exp.Alias) and _numbers_rows(e.this)]
    if len(numbered) != 1 or len(tree.expressions) < 2 or order is None or len(order.expressions) != 1:
        return []
    [shown], [key] = numbered, order.expressions
    by = shown.this.args["order"]
    if (
        not isinstance(key.this, exp.Column)
        or key.this.name.casefold() != shown.alias.casefold()
        or key.args.get("desc")
    ):
        return []
    if sum(c.name.casefold() == shown.alias.casefold() for c in tree.find_all(exp.Column)) != 1:
        return []
    tree.set("expressions", [e for e in tree.expressions if e is not shown])
    tree.set("order", exp.Order(expressions=[o.copy() for o in by.expressions]))
    return ["left out the number of each row, which the question does not ask for"]


def _numbers_rows(window: exp.Expr) -> bool:
    is_number = isinstance(window, exp.Window) and isinstance(window.this, (exp.RowNumber, exp.Rank, exp.DenseRank))
    return is_number and not window.args.get("partition_by") and window.args.get("order") is not None


def order_by_count(tree: exp.Expr, question: str) -> list[str]:
    """The order by a count that a question asks for, where a query of groups has none."""
    select = lone_select(tree)
    if select is None or select.args.get("group") is None or select.find(exp.Window):
        return []
    if any(select.args.get(part) for part in ("order", "limit", "qualify")):
        return []
    totals = [e for e in select.expressions if e.find(exp.AggFunc)]
    first = _FIRST.search(question)
    if first is not None and len(totals) == 1:
        by = exp.column(totals[0].args["alias"].copy()) if totals[0].alias else totals[0].copy()
        is_most = first["most"] is not None or None
        select.set("order", exp.Order(expressions=[exp.Ordered(this=by, desc=is_most)]))
        return [f"ordered for {first[0]!r}"]
    said = _BY_COUNT.search(question)
    if said is None:
        return []
    desc = said["way"].casefold().startswith(("desc", "decr")) or None
    select.set("order", exp.Order(expressions=[exp.Ordered(this=exp.Count(this=exp.Star()), desc=desc)]))
    return [f"ordered as {said[0]!r} says"]


def order_by_letters(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """ "In alphabetical order" is by a text that is shown, not by an amount."""
    select = lone_select(tree)
    order = select.args.get("order") if select is not None else None
    said = _BY_LETTERS.search(question)
    if select is None or order is None or said is None or len(order.expressions) != 1 or select.args.get("limit"):
        return []
    scope = Scope.of(select, catalog)
    texts = [e for e in select.expressions if isinstance(e, exp.Column) and _is_text(e, scope)]
    [key] = order.expressions
    is_amount = bool(key.this.find(exp.AggFunc)) or (isinstance(key.this, exp.Column) and not _is_text(key.this, scope))
    if len(texts) != 1 or not is_amount:
        return []
    desc = bool(re.search(r"desc|revers", said[0], re.IGNORECASE)) or None
    order.set("expressions", [exp.Ordered(this=texts[0].copy(), desc=desc)])
    return [f"ordered by {texts[0].sql('duckdb')} for {said[0]!r}"]


def _is_text(column: exp.Column, scope: Scope) -> bool:
    stored = scope.stored(column)
    return stored is not None and stored.type == "VARCHAR"


def order_plainly(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """An order by stored columns that the question names without a direction is ascending.

    Of counts and sums few mean that, and by age is downwards of dates of birth.
    """
    select = lone_select(tree)
    order = select.args.get("order") if select is not None else None
    said = _ORDERED.search(question)
    if select is None or order is None or select.args.get("limit") or said is None or _DIRECTED.search(question):
        return []
    turned = [ordered for ordered in order.expressions if ordered.args.get("desc")]
    scope, shown, asked = Scope.of(select, catalog), shown_by_alias(select), name_stems([said["keys"]])
    for ordered in turned:
        key = shown.get(ordered.this.name.casefold(), ordered.this)
        if not isinstance(key, exp.Column) or scope.table_of(key) is None or not name_stems([key.name]) & asked:
            return []
    if not turned or turned[0] is not order.expressions[0]:
        return []
    for ordered in turned:
        ordered.set("desc", False)
        ordered.set("nulls_first", None)
    return ["ordered upwards, for the question says no direction"]


def keep_ties(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """All rows that share the last place wanted, which the query cuts off with LIMIT or ROW_NUMBER."""
    select = lone_select(tree)
    if select is None or select.args.get("distinct") or not _TIES.search(question) or _BROKEN.search(question):
        return []
    order, limit, qualify = (select.args.get(part) for part in ("order", "limit", "qualify"))
    if order is not None and limit is not None and qualify is None and not select.args.get("offset"):
        keys = list(order.expressions)
        scope = Scope.of(select, catalog)
        while len(keys) > 1 and _is_label(keys[-1].this, scope):
            keys.pop()  # a name after the amount is there to tell those apart that tie
        if any(isinstance(key.this, exp.Literal) for key in keys) or limit.args.get("limit_options"):
            return []
        amount = exp.Order(expressions=[key.copy() for key in keys])
        ranks = exp.Window(this=exp.Rank(), order=amount, over="OVER")
        select.set("qualify", exp.Qualify(this=exp.LTE(this=ranks, expression=limit.expression.copy())))
        select.set("limit", None)
        return ["kept all that tie"]
    windows = list(qualify.find_all(exp.Window)) if qualify is not None else []
    if len(windows) == 1 and isinstance(windows[0].this, exp.RowNumber):
        windows[0].this.replace(exp.Rank())
        return ["kept all that tie"]
    return []


def _is_label(key: exp.Expr, scope: Scope) -> bool:
    """Whether it is a stored name or key, and no amount."""
    if not isinstance(key, exp.Column):
        return False
    table, stored = scope.table_of(key), scope.stored(key)
    return table is not None and stored is not None and (stored.type == "VARCHAR" or stored.name in table.primary_key)


def best_of_each(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """The best month of each year, where the query has a row for every month of every year or for the best of all."""
    each, best = list(_EACH.finditer(question)), list(_BEST.finditer(question))
    if len(each) != 1 or each[0]["more"] or len(best) != 1 or _MANY.search(question) or _OTHERWISE.search(question):
        return []
    select = lone_select(tree)
    if select is None or select.args.get("group") is None or select.find(exp.Window):
        return []
    limit = select.args.get("limit")
    if limit is not None and limit.expression.sql() != "1":
        return []
    if any(select.args.get(part) for part in ("having", "qualify", "distinct", "offset")):
        return []
    keys = [e for e in select.expressions if not e.find(exp.AggFunc)]
    measures = _measures(select)
    if len(keys) != 2 or len(measures) != 1:
        return []
    scope = Scope.of(select, catalog)
    named = [_key_stems(key, scope) for key in keys]
    wanted = {stem(word.casefold()) for word in each[0]["words"].split()}
    asked = name_stems([question[: each[0].start()], question[each[0].end() :]])
    of = [i for i, stems in enumerate(named) if stems & wanted]
    if len(of) != 1 or not (named[1 - of[0]] - named[of[0]]) & asked:
        return []
    said = best[0]["superlative"].casefold()
    best_first = exp.Ordered(this=measures[0].copy(), desc=said in _BEST_WORDS)
    window = exp.Window(
        this=exp.Rank(),
        partition_by=[keys[of[0]].unalias().copy()],
        order=exp.Order(expressions=[best_first]),
        over="OVER",
    )
    select.set("qualify", exp.Qualify(this=exp.EQ(this=window, expression=exp.Literal.number(1))))
    select.set("limit", None)
    return [f"only the {said} of each {keys[of[0]].alias_or_name or each[0]['words']}"]


def first_of_each(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """The largest award of each funder, where the query has the largest of all."""
    each = list(_EACH.finditer(question))
    select = lone_select(tree)
    if select is None or len(each) != 1 or each[0]["more"] or select.find(exp.AggFunc, exp.Window):
        return []
    if re.match(r"\W*(?:which|who|what)\b", question, re.IGNORECASE):
        return []  # one is asked for
    order, limit = select.args.get("order"), select.args.get("limit")
    if order is None or limit is None or limit.expression.sql() != "1" or select.args.get("offset"):
        return []
    scope = Scope.of(select, catalog)
    wanted = {stem(word.casefold()) for word in each[0]["words"].split()}
    of = [e.unalias() for e in select.expressions if _key_stems(e, scope) & wanted]
    ordered = {column.name.casefold() for column in order.find_all(exp.Column)}
    of = [key for key in of if isinstance(key, exp.Column) and key.name.casefold() not in ordered]
    if not of:
        return []
    window = exp.Window(this=exp.RowNumber(), partition_by=[of[0].copy()], order=order.copy(), over="OVER")
    select.set("qualify", exp.Qualify(this=exp.EQ(this=window, expression=exp.Literal.number(1))))
    select.set("limit", None)
    select.set("order", None)
    return [f"the first of each {of[0].name}"]


def _measures(select: exp.Select) -> list[exp.Expr]:
    """The different aggregates that a query shows or orders by, a name of a shown one for what it names."""
    shown = shown_by_alias(select)
    order = select.args.get("order")
    found: dict[str, exp.Expr] = {}
    for part in [*select.expressions, *((o.this for o in order.expressions) if order is not None else ())]:
        whole = part.unalias()
        if isinstance(whole, exp.Column) and not whole.table:
            whole = shown.get(whole.name.casefold(), whole)
        if whole.find(exp.AggFunc):
            found[whole.sql("duckdb")] = whole
    return list(found.values())


def _key_stems(key: exp.Expr, scope: Scope) -> set[str]:
    """Words for what a group is: its name, its unit of time, its column; of a name or key its table."""
    whole = key.unalias()
    if isinstance(whole, (exp.Year, exp.Month, exp.Quarter)):
        return {whole.key}
    if isinstance(whole, (exp.DateTrunc, exp.TimestampTrunc)):
        return {str(whole.args["unit"].name).casefold()}
    names = [key.alias] if isinstance(key, exp.Alias) else []
    if isinstance(whole, exp.Column):
        names.append(whole.name)
        table = scope.table_of(whole)
        if table is not None and whole.name.casefold() in ("name", "title", "id", "code", "label"):
            names.append(table.name)
    return name_stems(names)
