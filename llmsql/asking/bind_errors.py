"""Answers to DuckDB's complaints about generated SQL: a function of another dialect, a text operator on a date, a
column missing from GROUP BY, a column that several tables have.

Each gives candidates with a note in plain words; the caller tries them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from llmsql.asking.explain import group_keys
from llmsql.asking.scopes import (
    Scope,
    conjuncts,
    has_grouping_sets,
    identifier,
    is_output_name,
    names_output,
    own_columns,
    own_nodes,
    shown_by_alias,
    sources,
)
from llmsql.catalog import Catalog

OTHER_DIALECTS = ("mysql", "postgres", "sqlite", "tsql", "snowflake", "bigquery", "oracle")


def repair_error(sql: str, error: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Candidates that may not meet an error of DuckDB's binder any more.

    Args:
        sql: the query that did not bind.
        error: DuckDB's message, or the checker's.
        catalog: the tables.

    Yields:
        (SQL, note), most likely first; the caller tries each.
    """
    if (
        ("does not exist" in error and "Function" in error)
        or "No function matches" in error
        or "() is not allowed" in error
    ):
        yield from _translated(sql)
    if "No function matches" in error or "Could not convert" in error or "Cannot compare" in error:
        yield from _cast_text(sql)
    if "Cannot compare" in error and " in IN" in error:
        yield from _cast_lookups(sql, catalog)
    if "cannot be nested" in error:
        yield from _nested(sql)
    if "cannot contain window" in error:
        yield from _windows_first(sql)
    if "GROUP BY" in error:
        yield from _grouped(sql, catalog)
    if "QUALIFY" in error or "window functions are not allowed in WHERE" in error or "WHERE clause cannot" in error:
        yield from _where_to_having(sql, catalog)


def qualify_first(sql: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Ambiguous columns as those of the table named first: who asks for names of photos writes photos first.

    Args:
        sql: a query that did not bind for an ambiguous column.
        catalog: the tables.

    Yields:
        (SQL, note), at most one.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    qualified: list[str] = []
    for select in tree.find_all(exp.Select):
        scope = Scope.of(select, catalog)
        for column in list(own_columns(select)):
            if column.table or not scope.is_known or is_output_name(column, select):
                continue
            owners = scope.owners(column.name)
            if len(owners) > 1:
                column.set("table", identifier(owners[0]))
                qualified.append(column.sql("duckdb"))
    if qualified:
        yield (
            tree.sql("duckdb"),
            "took " + ", ".join(dict.fromkeys(qualified)) + " where several tables have the column",
        )


def _translated(sql: str) -> Iterator[tuple[str, str]]:
    for dialect in OTHER_DIALECTS:
        try:
            translated = sqlglot.transpile(sql, read=dialect, write="duckdb", unsupported_level=ErrorLevel.RAISE)
        except Exception:  # on another dialect's text sqlglot also fails with whatever it trips over
            continue
        if len(translated) == 1 and translated[0] != sql:
            yield translated[0], f"translated from {dialect}"


def _cast_text(sql: str) -> Iterator[tuple[str, str]]:
    tree = sqlglot.parse_one(sql, read="duckdb")
    changed = False
    for node in list(tree.find_all(exp.Like, exp.ILike, exp.Lower, exp.Upper, exp.Substring, exp.Contains)):
        if isinstance(node.this, exp.Column):
            node.this.replace(exp.cast(node.this.copy(), "VARCHAR", dialect="duckdb"))
            changed = True
    if changed:
        yield tree.sql("duckdb"), "compared as text"


def _cast_lookups(sql: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """A key that one table keeps as a number and another as text."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for lookup in tree.find_all(exp.In):
        query = lookup.args.get("query")
        select = query.this if isinstance(query, exp.Subquery) else None
        if not isinstance(select, exp.Select) or len(select.expressions) != 1:
            continue
        sides = [lookup.this, select.expressions[0].unalias()]
        if (
            not all(isinstance(side, exp.Column) for side in sides)
            or sides[0].name.casefold() != sides[1].name.casefold()
        ):
            continue
        types = [_type_of(side, catalog) for side in sides]
        for side, type_, other in ((sides[0], *types), (sides[1], *types[::-1])):
            if other == "VARCHAR" and type_ not in ("VARCHAR", None):
                side.replace(exp.cast(side.copy(), "VARCHAR", dialect="duckdb"))
                yield tree.sql("duckdb"), f"compared {side.name} as text"


def _type_of(column: exp.Column, catalog: Catalog) -> str | None:
    select = column.find_ancestor(exp.Select)
    if select is None:
        return None
    scope = Scope.of(select, catalog)
    owners = [column.table.casefold()] if column.table else scope.owners(column.name)
    table = scope.tables.get(owners[0]) if owners else None
    found = table.column(column.name) if table is not None else None
    return found.type if found is not None else None


def _grouped(sql: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    tree = sqlglot.parse_one(sql, read="duckdb")
    changed = False
    for select in tree.find_all(exp.Select):
        has_aggregate = any(e.find(exp.AggFunc) for e in select.expressions) or select.args.get("having")
        group = select.args.get("group")
        if not (has_aggregate or group) or (group is not None and has_grouping_sets(group)):
            continue
        shown = {e.unalias().sql("duckdb") for e in select.expressions}
        keys = [] if group is None else [k for k in group.expressions if k.sql("duckdb") not in shown]
        if keys:
            plain = [e.unalias().copy() for e in select.expressions if not e.find(exp.AggFunc)]
            select.set("group", exp.Group(expressions=[*(k.copy() for k in keys), *plain]))
        else:
            select.set("group", exp.Group(all=True))
        changed = True
    if changed:
        yield tree.sql("duckdb"), "grouped by the columns shown"
        for select in tree.find_all(exp.Select):
            scope = Scope.of(select, catalog)
            shown = {e.unalias().sql("duckdb") for e in select.expressions} | {e.alias for e in select.expressions}
            order = select.args.get("order")
            for ordered in order.expressions if order else []:
                for column in list(ordered.find_all(exp.Column)):
                    if column.sql("duckdb") in shown or column.find_ancestor(exp.AggFunc):
                        continue
                    table = scope.table_of(column)
                    if table is not None and [column.name.casefold()] == [key.casefold() for key in table.primary_key]:
                        plain = [e.unalias().copy() for e in select.expressions if not e.find(exp.AggFunc)]
                        select.set("group", exp.Group(expressions=[column.copy(), *plain]))
                    else:
                        column.replace(exp.AnyValue(this=column.copy()))
        yield tree.sql("duckdb"), "grouped by the columns shown"


def _where_to_having(sql: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    tree = sqlglot.parse_one(sql, read="duckdb")
    for select in tree.find_all(exp.Select):
        where = select.args.get("where")
        if where is None:
            continue
        conditions = conjuncts(where.this)
        shown, scope = shown_by_alias(select), Scope.of(select, catalog)
        windowed = [c for c in conditions if _shows(c, exp.Window, shown, scope)]
        aggregated = [c for c in conditions if c not in windowed and _shows(c, exp.AggFunc, shown, scope)]
        if not windowed and not aggregated:
            continue
        kept = [c for c in conditions if c not in windowed and c not in aggregated]
        select.set("where", exp.Where(this=exp.and_(*kept)) if kept else None)
        for part, clause, moved in (("having", exp.Having, aggregated), ("qualify", exp.Qualify, windowed)):
            before = select.args.get(part)
            if moved:
                select.set(part, clause(this=exp.and_(*([before.this] if before is not None else []), *moved)))
        yield tree.sql("duckdb"), "moved a condition on aggregates out of WHERE"


def _shows(condition: exp.Expr, kind: type[exp.Expr], shown: Mapping[str, exp.Expr], scope: Scope) -> bool:
    """Whether a condition has an aggregate or a window in it, written out or by the alias under which it is shown."""
    parts = list(condition.walk(prune=lambda node: isinstance(node, exp.Query)))
    named = [
        shown.get(p.name.casefold())
        for p in parts
        if isinstance(p, exp.Column) and not p.table and not scope.owners(p.name)
    ]
    return any(isinstance(part, kind) for part in parts) or any(n is not None and n.find(kind) for n in named)


def _nested(sql: str) -> Iterator[tuple[str, str]]:
    """``AVG(COUNT(*))``: over the groups of its own query, or of the one whose groups are compared with it."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for outer in list(tree.find_all(exp.AggFunc)):
        select = outer.find_ancestor(exp.Select)
        if (
            not isinstance(outer.this, exp.AggFunc)
            or select is None
            or [e.unalias() for e in select.expressions] != [outer]
        ):
            continue
        compared = outer.find_ancestor(exp.Having)
        grouped = select if select.args.get("group") or compared is None else compared.parent
        keys = group_keys(grouped) if isinstance(grouped, exp.Select) else []
        if not isinstance(grouped, exp.Select) or not keys:
            continue
        if grouped is not select and (
            select.args.get("where") or not sources(select).keys() <= sources(grouped).keys()
        ):
            continue  # it counts something else than the groups that are compared with it
        parts = ("from_", "joins", "where", "having") if grouped is select else ("from_", "joins", "where")
        rows = grouped.copy()
        groups = exp.Select(
            expressions=[exp.alias_(outer.this.copy(), "value")], **{part: rows.args.get(part) for part in parts}
        ).group_by(*(key.unalias().copy() for key in keys))
        for part in ("joins", "where", "group", "having"):
            select.set(part, None)
        select.set("from_", exp.From(this=groups.subquery("groups")))
        outer.this.replace(exp.column("value"))
        yield tree.sql("duckdb"), "counted in each group first"
        return


def _windows_first(sql: str) -> Iterator[tuple[str, str]]:
    """``MAX(day - LAG(day) OVER (ORDER BY day))``: the windows in a query in FROM, the aggregates over its rows."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    changed = False
    for select in list(tree.find_all(exp.Select)):
        inside = [w for w in own_nodes(select) if isinstance(w, exp.Window) and _is_aggregated(w)]
        if not inside or select.is_star:
            continue
        keys = [key.unalias() for key in group_keys(select)]
        for window in inside:
            _part_by_groups(window, keys)
        rows = exp.Select(**{part: select.args.get(part) for part in ("from_", "joins", "where")})
        for part in ("joins", "where"):
            select.set(part, None)
        given: dict[str, exp.Expr] = {}
        for node in [*inside, *own_columns(select)]:
            if isinstance(node, exp.Column) and (
                node.find_ancestor(exp.Window) in inside or names_output(node, select)
            ):
                continue
            name = next((name for name, other in given.items() if _is_same(node, other)), None)
            if name is None:
                name = "step" if isinstance(node, exp.Window) else node.name
                while name.casefold() in map(str.casefold, given):
                    name += "_"
                given[name] = node.copy()
                rows.select(node.copy() if node.name == name else exp.alias_(node.copy(), identifier(name)), copy=False)
            node.replace(exp.column(identifier(name)))
        select.set("from_", exp.From(this=rows.subquery("steps")))
        changed = True
    if changed:
        yield tree.sql("duckdb"), "worked the windows out first"


def _part_by_groups(window: exp.Window, keys: list[exp.Expr]) -> None:
    """A window that is by nothing is by the groups, but not by those made of what it is ordered by: months of days."""
    order = window.args.get("order")
    names = {c.name.casefold() for c in order.find_all(exp.Column)} if order is not None else set()
    if not window.args.get("partition_by"):
        others = [k for k in keys if not any(c.name.casefold() in names for c in k.find_all(exp.Column))]
        window.set("partition_by", [key.copy() for key in others])


def _is_aggregated(window: exp.Window) -> bool:
    """Whether a window stands inside an aggregate of its own SELECT."""
    around = window.find_ancestor(exp.AggFunc, exp.Filter, exp.Window, exp.Query)
    return isinstance(around, (exp.AggFunc, exp.Filter)) and not isinstance(around.parent, exp.Window)


def _is_same(one: exp.Expr, other: exp.Expr) -> bool:
    """Whether two parts of a query are the same; a column may be written with its table or without."""
    if not isinstance(one, exp.Column) or not isinstance(other, exp.Column):
        return one == other
    tables = {one.table.casefold(), other.table.casefold()} - {""}
    return one.name.casefold() == other.name.casefold() and len(tables) < 2
