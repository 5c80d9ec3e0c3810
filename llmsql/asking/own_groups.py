"""Averages of a row's own group: "more than the average of their own department"."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import name_stems
from llmsql.asking.scopes import Scope, add_condition, identifier, own_columns
from llmsql.catalog import Catalog, Table

_WORD = r"(?!own\b|respective\b)[\w-]+"
_OWN = re.compile(
    rf"\b(?:their|its|his|her|his or her|his/her) (?:own|respective) (?P<what>{_WORD})\b"
    r"|\b(?:average|avg|mean|median)(?: [\w-]+){0,3}? (?:of|in|for|at|within|across) (?:all )?"
    rf"(?:their|its|his|her|that|the same) (?P<what2>{_WORD})\b",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\baverages?\b|\bavg\b|\bmean\b|\bmedian\b", re.IGNORECASE)


def compare_with_own(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Let the average that each row is compared with be of the rows of its own group.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed; it names the group as a column, or the table that a key points at, is called.
        catalog: the tables.
    """
    if not _AVERAGE.search(question) or not isinstance(tree, exp.Select):
        return []
    said = name_stems(m["what"] or m["what2"] for m in _OWN.finditer(question))
    outer = Scope.of(tree, catalog)
    where = tree.args.get("where")
    if not said or where is None:
        return []
    for comparison in where.find_all(exp.GT, exp.GTE, exp.LT, exp.LTE):
        inner = comparison.expression.this if isinstance(comparison.expression, exp.Subquery) else None
        if not isinstance(inner, exp.Select) or not inner.find(exp.Avg, exp.Median) or inner.args.get("joins"):
            continue
        scope = Scope.of(inner, catalog)
        [(alias, table)] = scope.tables.items() if len(scope.tables) == 1 else [("", None)]
        owners = [name for name, known in outer.tables.items() if known is not None and known is table]
        if table is None or len(owners) != 1 or inner.find_ancestor(exp.Select) is not tree:
            continue
        group = _group(table, said, catalog)
        if group is None or any(c.name.casefold() == group.casefold() for c in own_columns(inner)):
            continue
        name = "own" if alias == owners[0] else alias
        if name != alias:
            source = inner.args["from_"].this
            source.set("alias", exp.TableAlias(this=identifier(name)))
            for column in own_columns(inner):
                if column.table:
                    column.set("table", identifier(name))
        same = exp.EQ(
            this=exp.column(identifier(group), table=identifier(name)),
            expression=exp.column(identifier(group), table=identifier(owners[0])),
        )
        add_condition(inner, same)
        return [f"compared with the average of the same {group}"]
    return []


def _group(table: Table, said: set[str], catalog: Catalog) -> str | None:
    """The column that tells the groups apart."""
    targets = [(key.columns, catalog.table(key.target)) for key in table.foreign_keys]
    keys = [
        columns[0]
        for columns, target in targets
        if len(columns) == 1 and target is not None and name_stems([target.name]) & said
    ]
    names = [c.name for c in table.columns if name_stems([c.name]) <= said and c.name not in keys]
    found = list(dict.fromkeys([*names, *keys]))
    return found[0] if len(found) == 1 else None
