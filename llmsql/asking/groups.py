"""The groups that a question asks for, where a query shows totals without saying of what.

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import stem, stems_in_order
from llmsql.asking.scopes import Scope, identifier, lone_select
from llmsql.catalog import Catalog

_EACH = re.compile(r"\b(?:each|every|per|(?:for|of|in|on|by|at|across) (?:the )?different)\b", re.IGNORECASE)


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
    column = exp.column(identifier(found), table=identifier(alias) if len(scope.tables) > 1 else None)
    select.set("expressions", [column, *select.expressions])
    select.set("group", exp.Group(all=True))
    return [f"grouped by {column.sql('duckdb')}, for {said[0][0].strip()!r}"]
