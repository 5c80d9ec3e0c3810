"""Joins with a CTE or a subquery that say no condition: ``FROM customers JOIN totals``.

What such a query has a row for (what it groups by, or the keys that it shows) is the same column of another source, or
points at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from llmsql.asking.joins import KeyGraph, fold, is_condition_in_where
from llmsql.asking.scopes import Scope, derived_select, identifier, names_output, own_columns, sources
from llmsql.catalog import Catalog, Table


@dataclass(frozen=True, slots=True)
class _Key:
    """A column that a source has a row for.

    Args:
        name: as the source gives it.
        table: folded reference of the table that it is stored in; empty where it is worked out.
        column: its folded name there; of what is worked out, the one that it is given.
    """

    name: str
    table: str
    column: str


def join_derived(tree: exp.Expr, catalog: Catalog, graph: KeyGraph) -> list[str]:
    """Give joins with queries in FROM the condition that their keys imply, where they have none.

    Args:
        tree: a parsed query whose joins of tables are complete; changed in place.
        catalog: the tables.
        graph: their keys.

    Returns:
        A note for each join.
    """
    notes = []
    for select in tree.find_all(exp.Select):
        joins = select.args.get("joins") or []
        for number, join in enumerate(joins):
            if not _is_open(join) or is_condition_in_where(select, join):
                continue
            condition = _condition(select, join, sources(select, joins[:number]), catalog, graph)
            if condition is not None:
                join.set("on", condition)
                _qualify(select, condition)
                notes.append(f"joined {join.this.alias_or_name} on {condition.sql('duckdb')}")
    return notes


def _qualify(select: exp.Select, condition: exp.Expr) -> None:
    """Say which of two columns is meant that have one name and are equal."""
    for equal in condition.find_all(exp.EQ):
        if equal.left.name.casefold() != equal.right.name.casefold():
            continue
        for column in list(own_columns(select)):
            is_alike = column.name.casefold() == equal.left.name.casefold()
            if is_alike and not column.table and not names_output(column, select):
                column.replace(equal.left.copy())


def _is_open(join: exp.Join) -> bool:
    has_condition = any(join.args.get(part) for part in ("on", "using", "method", "kind"))
    return isinstance(join.this, (exp.Table, exp.Subquery)) and bool(join.this.alias_or_name) and not has_condition


def _condition(
    select: exp.Select, join: exp.Join, before: dict[str, exp.Expr], catalog: Catalog, graph: KeyGraph
) -> exp.Expr | None:
    scope = Scope.of(select, catalog)
    new = join.this.alias_or_name
    theirs = _keys(join.this, scope.tables[new.casefold()], catalog)
    if theirs is None:
        return None
    equal: dict[str, exp.Expr] = {}
    for alias, source in before.items():
        is_derived = scope.tables[alias.casefold()] is None
        if not is_derived and scope.tables[new.casefold()] is not None:
            continue  # two tables, whose keys have been looked at
        if is_derived and source.name and source.name.casefold() == join.this.name.casefold():
            return None  # a query beside itself: which rows belong together is not a matter of keys
        for own in _keys(source, scope.tables[alias.casefold()], catalog) or ():
            for their in theirs:
                known = their.name if scope.tables[new.casefold()] is None else own.name
                if known not in equal and _is_same(own, their, graph):
                    equal[known] = _column(alias, own).eq(_column(new, their))
    return exp.and_(*equal.values(), copy=False) if equal else None


def _column(alias: str, key: _Key) -> exp.Column:
    return exp.column(identifier(key.name), table=identifier(alias))


def _is_same(one: _Key, other: _Key, graph: KeyGraph) -> bool:
    """Whether two columns are one, or one points at the other."""
    if (one.table, one.column) == (other.table, other.column):
        return True
    return any(
        [c.casefold() for c in edge.left_columns] == [one.column]
        and [c.casefold() for c in edge.right_columns] == [other.column]
        for edge in graph.between(one.table, other.table)
    )


def _keys(source: exp.Expr, table: Table | None, catalog: Catalog) -> list[_Key] | None:
    """What a source has a row for: any column of a table, of a query what it groups by or the keys that it shows."""
    if table is not None:
        return _columns_of(table)
    query = derived_select(source)
    if query is None:
        return None
    keys = [key for e in query.expressions for key in _shown(e, query, catalog)]
    if query.args.get("group") or query.args.get("distinct"):
        return keys
    return [key for key in keys if _is_key(key, catalog)]


def _columns_of(table: Table) -> list[_Key]:
    return [_Key(column.name, fold(table.reference), column.name.casefold()) for column in table.columns]


def _shown(
    expression: exp.Expr, query: exp.Select, catalog: Catalog, behind: tuple[exp.Select, ...] = ()
) -> Iterator[_Key]:
    """What one thing that a query shows stands for; nothing where it is an aggregate or says nothing.

    Args:
        expression: what is shown.
        query: that shows it.
        catalog: the tables.
        behind: the queries that read this one: CTEs of the same names as tables may seem to read each other.
    """
    scope = Scope.of(query, catalog)
    if expression.is_star:
        for starred in filter(None, scope.tables.values()):
            yield from _columns_of(starred)
        return
    inner, name = expression.unalias(), expression.alias_or_name
    if not name or inner.find(exp.AggFunc, exp.Window, exp.Subquery) or isinstance(inner, exp.Literal):
        return
    if not isinstance(inner, exp.Column):
        yield _Key(name, "", name.casefold())
        return
    table = scope.table_of(inner)
    if table is not None and table.column(inner.name):
        yield _Key(name, fold(table.reference), inner.name.casefold())
        return
    behind = (*behind, query)
    for alias, source in sources(query).items():
        read = derived_select(source) if inner.table.casefold() in ("", alias.casefold()) else None
        if read is None or scope.tables[alias.casefold()] is not None or any(read is one for one in behind):
            continue
        keys = (key for shown in read.expressions for key in _shown(shown, read, catalog, behind))
        yield from (_Key(name, k.table, k.column) for k in keys if k.name.casefold() == inner.name.casefold())


def _is_key(key: _Key, catalog: Catalog) -> bool:
    table = catalog.table(key.table)
    if table is None:
        return False
    keys = {*table.primary_key, *(name for foreign in table.foreign_keys for name in foreign.columns)}
    return key.column in {name.casefold() for name in keys}
