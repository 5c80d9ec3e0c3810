"""Columns of lists, which models take for single values: elements are looked for, counted and grouped by one by one."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, identifier, names_output, own_columns, sources
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
    if stored.type != "VARCHAR[]":
        return False
    if isinstance(beside, (exp.Sum, exp.Avg, exp.Median)):
        return True
    return isinstance(beside, (*_ORDERED, exp.EQ)) and any(e.is_number for e in (beside.this, beside.expression))


def _look_into(condition: exp.Expr, column: exp.Column, stored: Column, scope: Scope, values: ValueIndex) -> list[str]:
    if isinstance(condition, exp.In):
        wanted = condition.expressions
    else:
        wanted = [condition.expression if column in condition.this.walk() else condition.this]
    table = scope.table_of(column)
    if not wanted or not all(isinstance(value, exp.Literal) for value in wanted) or table is None:
        return []
    if any(value.is_string and (not value.name or value.name.startswith("[")) for value in wanted):
        return []  # a whole list, as text
    stored_as = [_spelt(value, table.reference, stored, values) for value in wanted]
    if isinstance(condition, (exp.Like, exp.ILike)) and None in stored_as:
        if isinstance(column.parent, exp.Cast):
            return []
        column.replace(exp.func("array_to_string", column.copy(), exp.Literal.string(", "), dialect="duckdb"))
        return [f"looked for {wanted[0].name} in the text of {column.name}"]
    spelt = [value if found is None else found for value, found in zip(wanted, stored_as, strict=True)]
    if isinstance(condition, exp.ArrayContains) and spelt == wanted:
        return []
    found: exp.Expr = exp.ArrayContains(this=column.copy(), expression=spelt[0])
    if len(spelt) > 1:
        found = exp.ArrayOverlaps(this=column.copy(), expression=exp.Array(expressions=spelt))
    if isinstance(condition, exp.NEQ):  # of no list neither
        found = exp.Not(this=exp.Coalesce(this=found, expressions=[exp.false()]))
    before = condition.sql("duckdb")
    condition.replace(found)
    return [f"{before} → {found.sql('duckdb')}"]


def _spelt(value: exp.Expr, table: str, column: Column, values: ValueIndex) -> exp.Expr | None:
    """An element as it is stored, whatever its case and the signs of a pattern around it; None where it is not."""
    if not value.is_string:
        return value
    text = value.name.strip("%")
    found = [v.value for v in values.find(fold(text)) if (v.table, v.column) == (table, column.name)]
    return exp.Literal.string(found[0]) if found else None


def _take_apart(select: exp.Select, scope: Scope) -> list[str]:
    """A row for each element where a query shows, groups by, counts or adds up a column of lists, and nothing else
    that a row for each would multiply.
    """
    if any(isinstance(source, exp.Unnest) for source in sources(select).values()) or select.find(exp.Window):
        return []
    keys = [e.unalias() for e in select.expressions if not e.find(exp.AggFunc)]
    aggregates = [node for e in select.expressions for node in e.find_all(exp.AggFunc)]
    is_grouped = bool(select.args.get("distinct")) or bool(aggregates)
    for column in own_columns(select):
        stored = scope.stored(column)
        if stored is None or not stored.type.endswith("[]"):
            continue
        around = column.parent
        counted = around.parent if isinstance(around, exp.Distinct) else around
        is_measure = isinstance(counted, exp.Count if counted is not around else _OF_ELEMENTS)
        if keys == [column] and is_grouped and not any(node.find(exp.Distinct) for node in aggregates):
            return [_unnested(select, scope, column, "")]
        if is_measure and aggregates == [counted]:
            return [_unnested(select, scope, column, "LEFT")]
    return []


def _unnested(select: exp.Select, scope: Scope, column: exp.Column, side: str) -> str:
    alias = f"{column.name}_element"
    owner = scope.owner(column)
    source = next(s for s in sources(select) if s.casefold() == owner)
    whole = exp.column(column.this.copy(), table=identifier(source))
    element = exp.column(identifier(column.name), table=identifier(alias))
    for other in list(own_columns(select)):
        if other.name.casefold() != column.name.casefold() or scope.owner(other) != owner:
            continue
        if isinstance(other.find_ancestor(exp.Where, exp.Join, exp.Select), exp.Select):
            if not names_output(other, select):
                other.replace(element.copy())
        else:
            other.set("table", identifier(source))
    names = exp.TableAlias(this=identifier(alias), columns=[identifier(column.name)])
    join = exp.Join(this=exp.Unnest(expressions=[whole], alias=names), side=side, on=exp.true())
    select.append("joins", join)
    return f"a row for each element of {column.name}"
