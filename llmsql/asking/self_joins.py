"""Tables joined with themselves by a key that points at another row: managers, parents, who referred whom."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, conditions, identifier, lone_select
from llmsql.catalog import Catalog

_LABEL = re.compile(r"name|title|label", re.IGNORECASE)


def count_pointing(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Count by the row pointed at, where each row that points is counted by itself and all counts are 1.

    ``SELECT c.name, COUNT(*) FROM customers c JOIN customers r ON c.referred_by = r.id`` is of those who were referred.

    Args:
        tree: a parsed query with all its join conditions and right column names; changed in place.
        catalog: the tables.
    """
    select = lone_select(tree)
    joins = select.args.get("joins") or [] if select is not None else []
    if select is None or select.args.get("group") is None or len(joins) != 1 or not select.find(exp.Count):
        return []
    scope, on = Scope.of(select, catalog), joins[0].args.get("on")
    tables = list(scope.tables.values())
    if len(tables) != 2 or tables[0] is None or tables[0] is not tables[1] or not isinstance(on, exp.EQ):
        return []
    keys = {column: column.name.casefold() for column in (on.this, on.expression) if isinstance(column, exp.Column)}
    own = {key.casefold() for key in tables[0].primary_key}
    pointing = [column for column, name in keys.items() if {name} != own]
    target = [column for column, name in keys.items() if {name} == own]
    if len(pointing) != 1 or len(target) != 1:
        return []
    of_each, other = pointing[0].table.casefold(), target[0].table
    shown = [e.unalias() for e in select.expressions if not e.find(exp.AggFunc)]
    if joins[0].side or not any(_LABEL.search(column.name) or {column.name.casefold()} == own for column in shown):
        return []  # of a department more than one may point
    if any(len({column.table for column in c.find_all(exp.Column)}) > 1 for c in conditions(select)):
        return []
    if not shown or any(not isinstance(e, exp.Column) or e.table.casefold() != of_each for e in shown):
        return []
    behind = [select.args[part] for part in ("group", "order") if select.args.get(part) is not None]
    for column in [*shown, *(column for part in behind for column in part.find_all(exp.Column))]:
        if column.table.casefold() == of_each and not column.find_ancestor(exp.AggFunc):
            column.set("table", identifier(other))
    return [f"counted by {other}, for each row of {of_each} points at one"]
