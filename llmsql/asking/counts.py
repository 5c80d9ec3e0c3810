"""Counts that a question asks for and small models leave out or take from the wrong place.

Each of these repairs was tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import name_stems, stem, stems_in_order
from llmsql.asking.question_form import NUMBERS
from llmsql.asking.scopes import Scope, conditions, identifier, lone_select, set_conditions, sources
from llmsql.catalog import Catalog, Column
from llmsql.catalog.snapshot import quote

_COUNTED = re.compile(
    r"\b(?:how many|number of|count of|most|fewest) (?P<noun>[a-z]+)|\btotal (?P<total>[a-z]+) (?:count|number)s?\b",
    re.IGNORECASE,
)
# "customer_no" is no count of customers.
_COUNTS = re.compile(
    r"(?:no|number|nr|count)_?of_?(?P<of>[a-z]+)\Z|(?:num|cnt|n)_(?:of_)?(?P<after>[a-z]+)\Z|(?P<before>[a-z]+)_(?:count|cnt)\Z"
)
_SHARE = re.compile(r"\b(?:share|percent\w*|proportion|fraction|part)\b|%", re.IGNORECASE)
_SEVERAL = re.compile(
    rf"\b(?P<than>more than|over|at least) (?P<number>\d+|one|{'|'.join(NUMBERS)})"
    r" (?:different |distinct )?(?P<noun>[a-z]+)"
    rf"|\b(?P<least>\d+|{'|'.join(NUMBERS)}) or more (?P<thing>[a-z]+)",
    re.IGNORECASE,
)


_WHO = re.compile(
    r"\b(?:how many|number of) (?:different |distinct )?(?P<noun>[a-z]+) (?:that |who |which )?"
    r"(?:ha(?:s|ve|d)|did|do|made|used|bought|ordered|opened|placed|took|take|received|got|own|are in|were in)\b",
    re.IGNORECASE,
)
_MOST_OF = re.compile(r"\b(?P<most>most|fewest) (?:number of )?(?P<noun>[a-z]+)", re.IGNORECASE)


def count_at_least(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``HAVING COUNT(rating) >= 70`` for "at least 70 ratings", where a query wants a rating of 70 and none is above 5.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables, with the ranges of their numbers.
    """
    select = lone_select(tree)
    said = {
        NUMBERS.get((m["number"] or m["least"]).casefold(), m["number"] or m["least"])
        for m in _SEVERAL.finditer(question)
    }
    if select is None or select.args.get("group") is None or select.args.get("having") is not None or not said:
        return []
    scope = Scope.of(select, catalog)
    for condition in conditions(select):
        if not isinstance(condition, (exp.GT, exp.GTE)) or not isinstance(condition.this, exp.Column):
            continue
        stored = scope.stored(condition.this)
        number = condition.expression
        if stored is None or stored.maximum is None or not number.is_int or str(number.name) not in map(str, said):
            continue
        if not re.fullmatch(r"-?\d+(\.\d+)?", stored.maximum) or float(stored.maximum) >= float(number.name):
            continue
        set_conditions(select, [c for c in conditions(select) if c is not condition])
        counted = type(condition)(this=exp.Count(this=condition.this.copy()), expression=number.copy())
        select.set("having", exp.Having(this=counted))
        return [f"{condition.sql('duckdb')} → {counted.sql('duckdb')}, for none is so high"]
    return []


def sum_stored_counts(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``COUNT(*)`` of banks for "the number of customers", where the banks' ``no_of_customers`` says it."""
    select = lone_select(tree)
    if select is None or len(sources(select)) != 1:
        return []
    [table] = Scope.of(select, catalog).tables.values()
    stars = [count for count in select.find_all(exp.Count) if isinstance(count.this, exp.Star)]
    if table is None or not stars:
        return []
    counted = {stem((match["noun"] or match["total"]).casefold()) for match in _COUNTED.finditer(question)}
    nouns = counted - name_stems([table.name])
    stored = [column for column in table.columns if _counts(column) in nouns]
    if len(stored) != 1 or any(c.name.casefold() == stored[0].name.casefold() for c in select.find_all(exp.Column)):
        return []
    name = stored[0].name
    for star in stars:
        star.replace(exp.Sum(this=exp.column(identifier(name))))
    return [f"summed {quote(name)}, which counts them"]


def _counts(column: Column) -> str | None:
    """What a column of whole numbers counts by its name: customers for ``no_of_customers`` or ``customer_count``."""
    match = _COUNTS.match(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name).casefold())
    if match is None or "INT" not in column.type:
        return None
    return stem(match["of"] or match["after"] or match["before"])


def count_members(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """For "more than one loan" the loans that ``IN (SELECT …)`` looks among are counted, where it asks for one only."""
    said = list(_SEVERAL.finditer(question))
    lookups = [node for node in tree.find_all(exp.In) if isinstance(node.args.get("query"), exp.Subquery)]
    if len(said) != 1 or len(lookups) != 1 or isinstance(lookups[0].parent, exp.Not):
        return []
    inner = lookups[0].args["query"].this
    if not isinstance(inner, exp.Select) or len(inner.expressions) != 1:
        return []
    if any(inner.args.get(part) for part in ("group", "having", "qualify", "distinct", "limit")):
        return []
    [match] = said
    number = (match["number"] or match["least"]).casefold()
    value = 1 if number == "one" else NUMBERS.get(number) or int(number)
    if any(not literal.is_string and literal.this == str(value) for literal in tree.find_all(exp.Literal)):
        return []
    [member] = inner.expressions
    tables = [table for table in Scope.of(inner, catalog).tables.values() if table is not None]
    noun = stem((match["noun"] or match["thing"]).casefold())
    if not isinstance(member, exp.Column) or noun not in name_stems(table.name for table in tables):
        return []
    is_exclusive = (match["than"] or "").casefold() in ("more than", "over")
    compared = (exp.GT if is_exclusive else exp.GTE)(
        this=exp.Count(this=exp.Star()), expression=exp.Literal.number(value)
    )
    inner.set("group", exp.Group(expressions=[member.copy()]))
    inner.set("having", exp.Having(this=compared))
    return [f"counted for {match[0]!r}"]


def count_owners(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """ "How many customers have an account" counts customers once, where ``COUNT(*)`` counts their accounts."""
    select = lone_select(tree)
    said = list(_WHO.finditer(question))
    if select is None or len(sources(select)) != 1 or len(said) != 1 or len(select.expressions) != 1:
        return []
    if any(select.args.get(part) for part in ("group", "having", "qualify", "distinct")):
        return []
    [table] = Scope.of(select, catalog).tables.values()
    count = select.expressions[0].unalias()
    if table is None or not isinstance(count, exp.Count) or not isinstance(count.this, exp.Star):
        return []
    noun = [stem(said[0]["noun"].casefold())]
    if stems_in_order(table.name)[-1:] == noun:
        return []
    keys = [key.columns for key in table.foreign_keys if stems_in_order(key.target)[-1:] == noun]
    if len(keys) != 1 or len(keys[0]) != 1 or tuple(keys[0]) == table.primary_key:
        return []
    name = keys[0][0]
    count.set("this", exp.Distinct(expressions=[exp.column(identifier(name))]))
    return [f"counted each {quote(name)} once"]


def count_most(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """The year in which most departments were founded is not the latest: groups are counted."""
    select = lone_select(tree)
    said = list(_MOST_OF.finditer(question))
    if select is None or len(said) != 1 or select.find(exp.AggFunc, exp.Window):
        return []
    order, limit = select.args.get("order"), select.args.get("limit")
    if order is None or limit is None or len(order.expressions) != 1 or limit.expression.sql() != "1":
        return []
    if any(select.args.get(part) for part in ("group", "distinct", "offset")):
        return []
    key, scope = order.expressions[0].this, Scope.of(select, catalog)
    noun, words = [stem(said[0]["noun"].casefold())], set(stems_in_order(question))
    counted = [alias for alias, table in scope.tables.items() if table and stems_in_order(table.name)[-1:] == noun]
    shown = [e.unalias() for e in select.expressions]
    if not isinstance(key, exp.Column) or len(counted) != 1 or not all(isinstance(e, exp.Column) for e in shown):
        return []
    is_shown = [e.name.casefold() for e in shown] == [key.name.casefold()]
    is_theirs = scope.owner(key) == counted[0] and not set(stems_in_order(key.name)) <= words
    is_theirs &= all(scope.owner(e) != counted[0] for e in shown if isinstance(e, exp.Column))
    if not is_shown and not is_theirs:
        return []
    select.set("group", exp.Group(all=True))
    is_most = said[0]["most"].casefold() == "most" or None
    order.set("expressions", [exp.Ordered(this=exp.Count(this=exp.Star()), desc=is_most)])
    return [f"counted for {said[0][0]!r}"]


def share_of_all(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``COUNT(*)`` of a group by the rows of the same group, which is always all of them: by those of all groups."""
    select = lone_select(tree)
    group = select.args.get("group") if select is not None else None
    if select is None or group is None or not _SHARE.search(question):
        return []
    if group.find(exp.Rollup, exp.Cube, exp.GroupingSets):
        return []
    scope = Scope.of(select, catalog)
    if len(scope.tables) != 1:
        return []
    [table] = scope.tables.values()
    keys = [name.casefold() for name in table.primary_key] if table is not None else []
    for division in list(select.find_all(exp.Div)):
        part, whole = list(division.this.find_all(exp.AggFunc, exp.Filter)), division.expression
        if len(part) == 1 and isinstance(whole, exp.Count) and _is_rows(part[0], keys) and _is_rows(whole, keys):
            total = exp.Window(this=exp.Sum(this=exp.Count(this=exp.Star())), over="OVER")
            division.set("expression", total)
            return ["took the share of all rows, not of the group's own"]
    return []


def _is_rows(count: exp.Expr, keys: list[str]) -> bool:
    """Whether it counts each row once."""
    if not isinstance(count, exp.Count):
        return False
    counted = count.this
    if isinstance(counted, exp.Distinct) and len(counted.expressions) == 1:
        counted = counted.expressions[0]
    return isinstance(counted, exp.Star) or (isinstance(counted, exp.Column) and [counted.name.casefold()] == keys)
