"""The groups that a question asks for, where a query shows totals without saying of what.

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import name_stems, places_of, stem, stems_in_order
from llmsql.asking.question_form import singular
from llmsql.asking.scopes import Scope, conditions, identifier, lone_select, set_conditions
from llmsql.asking.values import fold
from llmsql.catalog import Catalog

_EACH = re.compile(r"\b(?:each|every|per|(?:for|of|in|on|by|at|across) (?:the )?different)\b", re.IGNORECASE)
_BY_NAME = re.compile(r"\b(?:per|each|by|same|distinct|different|every) (?:\w+ )?names?\b", re.IGNORECASE)
_PEOPLE = ({"first", "last"}, {"fname", "lname"}, {"full", "name"})
_LEAVE_OUT = re.compile(r"\b(?:skip|ignor|leav|exclud|omit|drop)\w*", re.IGNORECASE)
_WITH_NONE = re.compile(
    r"\b(?:includ\w*|even|also|keep\w*)\b[^.;]{0,60}?"
    r"\b(?:(?:with|as|at|of|a|show|get|give|put) (?:a )?(?:0|zero)|with(?:out)? (?:any|none|no \w+)|nobody|without \w+"
    r"|(?:that|who|which) (?:have|had|has) (?:none|no \w+))\b"
    r"|\b(?:0|zero) (?:if|for|where|when) (?:\w+ )?(?:none|no|those|nothing|never)\b"
    r"|\b(?:0|zero|none)s? included\b",
    re.IGNORECASE,
)


def group_by_each(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``SELECT AVG(temperature)`` for "the average temperature on each day of week": by the column of that name.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables.
    """
    select = lone_select(tree)
    said = list(_EACH.finditer(question))
    if select is None or len(said) != 1 or any(select.args.get(part) for part in ("limit", "qualify", "distinct")):
        return []
    group = select.args.get("group")
    if group is not None and not (group.args.get("all") and not group.expressions):
        return []
    if not select.expressions or not all(e.find(exp.AggFunc) and not e.find(exp.Window) for e in select.expressions):
        return []
    scope = Scope.of(select, catalog)
    after = stems_in_order(question[said[0].end() :])
    read = {column.name.casefold() for column in select.find_all(exp.Column)}
    named = {
        (alias, stored.name)
        for alias, table in scope.tables.items()
        if table is not None
        for stored in table.columns
        if stored.name.casefold() not in read
        and stem(stored.name.casefold()) != stem(table.name.casefold())
        and (name := stems_in_order(stored.name))
        and after[: len(name)] in (name, [w for w in name if w != "of"])
    }
    if len(named) != 1 or not scope.is_known:
        return []
    [(alias, found)] = named
    column = scope.column(alias, found)
    select.set("expressions", [column, *select.expressions])
    select.set("group", exp.Group(all=True))
    return [f"grouped by {column.sql('duckdb')}, for {said[0][0].strip()!r}"]


def group_by_named(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``breed`` for "dog breeds by weight", where the groups are of ``species``, which WHERE has fixed at one."""
    select = lone_select(tree)
    if select is None or select.args.get("group") is None:
        return []
    scope = Scope.of(select, catalog)
    keys = [e.unalias() for e in select.expressions if not e.find(exp.AggFunc)]
    fixed = [c.this for c in conditions(select) if isinstance(c, exp.EQ) and isinstance(c.expression, exp.Literal)]
    if len(keys) != 1 or not isinstance(keys[0], exp.Column) or keys[0] not in fixed:
        return []
    table = scope.table_of(keys[0])
    if table is None:
        return []
    if name_stems([keys[0].name]) & name_stems([question]):
        return []
    read = {column.name.casefold() for column in select.find_all(exp.Column)}
    asked = [singular(word) for word in re.findall(r"[^\W_]+", fold(question))]
    named = [
        stored.name
        for stored in table.columns
        if stored.name.casefold() not in read
        and stored.type.startswith(("VARCHAR", "ENUM"))
        and places_of([singular(word) for word in re.findall(r"[^\W_]+", fold(stored.name))], asked)
    ]
    if len(named) != 1:
        return []
    before = keys[0].copy()
    for column in [*keys, *(c for part in ("group", "order") for c in _of(select, part) if c == before)]:
        column.set("this", identifier(named[0]))
    return [f"grouped by {named[0]}, for {before.name} is fixed"]


def _of(select: exp.Select, part: str) -> list[exp.Column]:
    return list(select.args[part].find_all(exp.Column)) if select.args.get(part) is not None else []


_TOGETHER = re.compile(r"\bcombined\b|\btogether\b|\bin total\b", re.IGNORECASE)
_COMPARED = re.compile(r"\bcompar\w*|\bversus\b|\bvs\b|\bfor both\b", re.IGNORECASE)


def group_by_compared(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """A row for each of the values that a question compares: "compare funded and rejected ones on their score"."""
    select = lone_select(tree)
    if select is None or any(select.args.get(part) for part in ("group", "having", "limit")):
        return []
    if not _COMPARED.search(question) or _TOGETHER.search(question):
        return []
    if not all(e.find(exp.AggFunc) and not e.find(exp.Window, exp.Filter) for e in select.expressions):
        return []
    among = [c for c in conditions(select) if isinstance(c, exp.In) and isinstance(c.this, exp.Column)]
    values = among[0].expressions if len(among) == 1 else []
    if not values or not all(e.is_string and fold(e.name) in fold(question) for e in values):
        return []
    column = among[0].this.copy()
    select.set("expressions", [column, *select.expressions])
    select.set("group", exp.Group(all=True))
    return [f"a row for each {column.name} compared"]


def keep_empty_groups(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``LEFT JOIN`` and a count of the other table's key for "include codes nobody used, with 0".

    Args:
        tree: a parsed query with all its join conditions and right column names; changed in place.
        question: as typed.
        catalog: the tables.
    """
    select = lone_select(tree)
    group = select.args.get("group") if select is not None else None
    joins = select.args.get("joins") or [] if select is not None else []
    if select is None or group is None or len(joins) != 1 or _LEAVE_OUT.search(question):
        return []
    said = _WITH_NONE.search(question)
    if said is None:
        return []
    scope = Scope.of(select, catalog)
    [join] = joins
    keys = [e.unalias() for e in select.expressions if not e.find(exp.AggFunc)]
    owners = {scope.owner(key) if isinstance(key, exp.Column) else None for key in keys}
    condition = join.args.get("on")
    if (
        join.side
        or join.kind
        or len(owners) != 1
        or None in owners
        or not isinstance(condition, exp.EQ)
        or not scope.is_known
    ):
        return []
    [owner] = owners
    table = scope.tables.get(owner) if owner is not None else None
    sides = [c for c in (condition.this, condition.expression) if isinstance(c, exp.Column)]
    inner = [c for c in sides if scope.owner(c) not in (owner, None)]
    outer = [c for c in sides if scope.owner(c) == owner]
    if (
        table is None
        or len(inner) != 1
        or len(outer) != 1
        or [k.casefold() for k in table.primary_key] != [outer[0].name.casefold()]
    ):
        return []
    if select.args.get("having") or any(c.find(exp.Window) for c in select.expressions):
        return []
    wanted = conditions(select)
    there = [c for c in wanted if any(scope.owner(column) != owner for column in c.find_all(exp.Column))]
    start = select.args["from_"].this
    first, second = (start, join.this) if start.alias_or_name.casefold() == owner else (join.this, start)
    if any(isinstance(c, exp.Or) for c in wanted) or select.find(exp.Div):
        return []
    on = exp.and_(condition.copy(), *(c.copy() for c in there), wrap=False)
    select.set("from_", exp.From(this=first.copy()))
    select.set("joins", [exp.Join(this=second.copy(), side="LEFT", on=on)])
    set_conditions(select, [c.copy() for c in wanted if c not in there])
    for count in list(select.find_all(exp.Count)):
        if isinstance(count.this, exp.Star):
            count.set("this", inner[0].copy())
    for total in list(select.find_all(exp.Sum)):
        if not isinstance(total.parent, exp.Coalesce | exp.Filter | exp.Window):
            total.replace(exp.Coalesce(this=total.copy(), expressions=[exp.Literal.number(0)]))
    return [f"kept those without any, for {said[0]!r}"]


def group_by_person(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """By the key too where people's names are all that is shown of their table: two may have the same name."""
    select = lone_select(tree)
    group = select.args.get("group") if select is not None else None
    if select is None or group is None or not group.args.get("all") or group.expressions or select.find(exp.Window):
        return []
    if _BY_NAME.search(question):
        return []
    scope = Scope.of(select, catalog)
    keys = [e.unalias() for e in select.expressions if not e.find(exp.AggFunc)]
    owners = {scope.owner(key) if isinstance(key, exp.Column) else None for key in keys}
    [owner, *more] = owners or {None}
    table = scope.tables.get(owner) if owner is not None else None
    if owner is None or table is None or more or len(table.primary_key) != 1 or len(scope.tables) < 2:
        return []
    if not any(person <= name_stems(key.name for key in keys) for person in _PEOPLE):
        return []
    key = exp.column(identifier(table.primary_key[0]), table=identifier(owner))
    if key.name.casefold() in {shown.name.casefold() for shown in keys}:
        return []
    select.set("group", exp.Group(expressions=[key, *(shown.copy() for shown in keys)]))
    return [f"grouped by {key.sql('duckdb')} too: two may have the same name"]
