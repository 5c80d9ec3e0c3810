"""Columns of lists, which models take for single values: elements are looked for, counted and grouped by one by one."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, identifier, own_columns, shown_by_alias, sources
from llmsql.asking.values import ValueIndex, fold
from llmsql.catalog import Catalog, Column

_WHOLE = re.compile(r"\b(?:combinations?|sets? of|lists? of|exact)\b", re.IGNORECASE)
_COMPARED = (exp.EQ, exp.NEQ, exp.Like, exp.ILike)
_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_OF_ELEMENTS = (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median, exp.Quantile, exp.Stddev, exp.StddevSamp)


def repair_lists(tree: exp.Expr, catalog: Catalog, values: ValueIndex, question: str | None) -> list[str]:
    """Look into lists where a query takes them for their elements.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
        values: stored text, for the spelling of elements.
        question: its words say where whole lists are meant; None leaves groups as they are.

    Returns:
        A note for each repair.
    """
    if not any(column.type.endswith("[]") for table in catalog for column in table.columns):
        return []
    notes: list[str] = []
    for select in list(tree.find_all(exp.Select)):
        scope = Scope.of(select, catalog)
        for column in list(own_columns(select)):
            stored = scope.stored(column)
            if stored is None or not stored.type.endswith("[]"):
                continue
            condition = column.parent if not isinstance(column.parent, exp.Cast) else column.parent.parent
            if _is_measured(column, stored):
                column.replace(exp.Length(this=column.copy()))
                notes.append(f"counted the elements of {column.name}")
            elif isinstance(condition, (*_COMPARED, exp.In, exp.ArrayContains)):
                notes += _look_into(condition, column, stored, scope, values)
        if question is not None and not _WHOLE.search(question):
            notes += _take_apart(select, scope)
    return notes


def _is_measured(column: exp.Column, stored: Column) -> bool:
    """Whether a list of texts is taken for a number: how many there are in it."""
    beside = column.parent
    if isinstance(beside, (exp.Sum, exp.Avg, exp.Median)):
        return stored.type == "VARCHAR[]"
    return isinstance(beside, (*_ORDERED, exp.EQ)) and any(e.is_number for e in (beside.this, beside.expression))


def _look_into(condition: exp.Expr, column: exp.Column, stored: Column, scope: Scope, values: ValueIndex) -> list[str]:
    if isinstance(condition, exp.In):
        wanted = condition.expressions
    else:
        wanted = [condition.expression if column in condition.this.walk() else condition.this]
    table = scope.table_of(column)
    if not wanted or not all(isinstance(value, exp.Literal) and value.is_string for value in wanted) or table is None:
        return []
    spelt = [_spelt(value, table.reference, stored, values) for value in wanted]
    if isinstance(condition, exp.ArrayContains) and spelt == wanted:
        return []
    found: exp.Expr = exp.ArrayContains(this=column.copy(), expression=spelt[0])
    if len(spelt) > 1:
        found = exp.ArrayOverlaps(this=column.copy(), expression=exp.Array(expressions=spelt))
    if isinstance(condition, exp.NEQ):
        found = exp.Not(this=found)
    before = condition.sql("duckdb")
    condition.replace(found)
    return [f"{before} → {found.sql('duckdb')}"]


def _spelt(value: exp.Expr, table: str, column: Column, values: ValueIndex) -> exp.Expr:
    """An element as it is stored, whatever its case and the signs of a pattern around it."""
    text = value.name.strip("%")
    found = [v.value for v in values.find(fold(text)) if (v.table, v.column) == (table, column.name)]
    return exp.Literal.string(found[0] if found else text)


def _take_apart(select: exp.Select, scope: Scope) -> list[str]:
    """A row for each element where a query shows, groups by, counts or adds up a column of lists."""
    shown = [e.unalias() for e in select.expressions]
    has_aggregates = any(e.find(exp.AggFunc) for e in select.expressions)
    for column in own_columns(select):
        stored = scope.stored(column)
        if stored is None or not stored.type.endswith("[]"):
            continue
        is_counted = isinstance(column.parent, exp.Distinct) and isinstance(column.parent.parent, exp.Count)
        is_grouped = column in shown and (has_aggregates or bool(select.args.get("distinct")))
        if is_counted or is_grouped or isinstance(column.parent, _OF_ELEMENTS):
            return [_unnested(select, scope, column)]
    return []


def _unnested(select: exp.Select, scope: Scope, column: exp.Column) -> str:
    name = f"{column.name}_element"
    alias = name
    while alias.casefold() in {taken.casefold() for taken in sources(select)}:
        alias += "_"
    owner = scope.owner(column)
    source = next(s for s in sources(select) if s.casefold() == owner)
    whole = exp.column(column.this.copy(), table=identifier(source))
    for other in list(own_columns(select)):
        inside = other.find_ancestor(exp.Where, exp.Join, exp.Select)
        is_same = other.name.casefold() == column.name.casefold() and scope.owner(other) == owner
        if is_same and isinstance(inside, exp.Select) and other.name.casefold() not in shown_by_alias(select):
            element = exp.column(identifier(column.name), table=identifier(alias))
            other.replace(element)
    unnest = exp.Unnest(
        expressions=[whole], alias=exp.TableAlias(this=identifier(alias), columns=[identifier(column.name)])
    )
    select.append("joins", exp.Join(this=unnest))
    return f"a row for each element of {column.name}"
