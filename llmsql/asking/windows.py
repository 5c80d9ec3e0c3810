"""Window functions over groups, put the way in which DuckDB takes them.

DuckDB takes ``GROUP BY ALL`` neither beside QUALIFY nor beside a column in a window; an average of counts is a window
there, and what is compared with a window stands in QUALIFY. Small models write all of these otherwise.
"""

from __future__ import annotations

from sqlglot import exp

from llmsql.asking.repair import Scope
from llmsql.asking.scopes import own_nodes
from llmsql.catalog import Catalog

_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.PercentRank, exp.CumeDist)


def repair_windows(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Make window functions over groups bind, and take partitions away that hold one group each.

    Args:
        tree: a parsed query with right column names; changed in place.
        catalog: the tables.

    Returns:
        Notes on what was changed.
    """
    notes = []
    for select in list(tree.find_all(exp.Select)):
        if not _is_grouped(select):
            continue
        before = select.sql("duckdb")
        _open_nested(select)
        windows = [node for node in own_nodes(select) if isinstance(node, exp.Window)]
        if windows:
            _move_to_qualify(select)
            _name_expressions(select, windows, Scope.of(select, catalog))
        if windows or any(_is_mixed(shown, select) for shown in select.expressions):
            _spell_out_groups(select)
        if _fit_to_groups(select):
            notes.append("a window that held one group each now holds them all")
        elif select.sql("duckdb") != before:
            notes.append("wrote the groups and windows as DuckDB takes them")
    return list(dict.fromkeys(notes))


def _is_grouped(select: exp.Select) -> bool:
    return bool(select.args.get("group")) and not any(
        select.args["group"].args.get(kind) for kind in ("cube", "rollup", "grouping_sets", "totals")
    )


def _open_nested(select: exp.Select) -> None:
    """``AVG(COUNT(*))`` beside groups is the average over all of them: ``AVG(COUNT(*)) OVER ()``."""
    for node in list(own_nodes(select)):
        if not isinstance(node, exp.AggFunc) or isinstance(node.parent, (exp.Window, exp.Filter)):
            continue
        if any(n is not node and n.parent_select is select for n in node.find_all(exp.AggFunc)):
            node.replace(exp.Window(this=node.copy()))


def _move_to_qualify(select: exp.Select) -> None:
    having = select.args.get("having")
    if having is None:
        return
    parts = list(having.this.flatten()) if isinstance(having.this, exp.And) else [having.this]
    windowed = [p for p in parts if any(w.parent_select is select for w in p.find_all(exp.Window))]
    if not windowed:
        return
    kept = [p for p in parts if not any(p is w for w in windowed)]
    select.set("having", exp.Having(this=exp.and_(*kept)) if kept else None)
    before = select.args.get("qualify")
    select.set("qualify", exp.Qualify(this=exp.and_(*([before.this] if before else []), *windowed)))


def _name_expressions(select: exp.Select, windows: list[exp.Window], scope: Scope) -> None:
    """Names of shown columns inside windows as what they name: DuckDB looks them up among the tables' columns first."""
    shown = {e.alias.casefold(): e.this for e in select.expressions if isinstance(e, exp.Alias)}
    for column in [c for window in windows for c in window.find_all(exp.Column)]:
        meant = shown.get(column.name.casefold())
        if meant is None or column.table or scope.owners(column.name) or meant.find(exp.Window):
            continue
        if column.parent_select is select:
            column.replace(exp.paren(meant.copy()) if isinstance(meant, exp.Binary) else meant.copy())


def _over_groups(expression: exp.Expr, select: exp.Select) -> list[exp.Expr]:
    return [n for n in expression.find_all(exp.AggFunc, exp.Filter, exp.Window) if n.parent_select is select]


def _plain_columns(expression: exp.Expr, select: exp.Select) -> list[exp.Column]:
    """Columns of a shown expression that stand in no aggregate and no window."""
    inside = {id(c) for node in _over_groups(expression, select) for c in node.find_all(exp.Column)}
    return [c for c in expression.find_all(exp.Column) if id(c) not in inside and c.parent_select is select]


def _is_mixed(shown: exp.Expr, select: exp.Select) -> bool:
    return bool(_over_groups(shown, select)) and bool(_plain_columns(shown, select))


def _spell_out_groups(select: exp.Select) -> None:
    if not select.args["group"].args.get("all"):
        return
    keys: list[exp.Expr] = []
    for shown in select.expressions:
        if _over_groups(shown, select):
            keys += _plain_columns(shown, select)
        elif not isinstance(shown.unalias(), exp.Literal):
            keys.append(shown.unalias())
    written = {key.sql("duckdb"): key.copy() for key in keys}
    select.set("group", exp.Group(expressions=list(written.values())) if written else None)


def _fit_to_groups(select: exp.Select) -> bool:
    """Make windows speak of groups only; whether a partition was by every group, so that it held one.

    The rank in such a partition is 1 and the share is all, which nobody asks for.
    """
    group = select.args.get("group")
    keys = {key.sql("duckdb"): key for key in group.expressions} if group is not None else {}
    widened = False
    for window in [n for n in own_nodes(select) if isinstance(n, exp.Window)]:
        if _is_of_rows(window.this, keys):
            window.this.set("this", exp.Sum(this=window.this.this.copy()))  # the groups' sums
        if not (isinstance(window.this, _RANKS) or window.this.find(exp.AggFunc)):
            continue
        parts = [_of_groups(part, keys) for part in window.args.get("partition_by") or []]
        kept = [part for part in parts if part is not None]
        order = window.args.get("order")
        for ordered in order.expressions if order is not None else []:
            fitting = _of_groups(ordered.this, keys)
            if fitting is not None:
                ordered.set("this", fitting)
        if keys and keys.keys() <= {part.sql("duckdb") for part in kept}:
            kept, widened = [], True
        window.set("partition_by", kept or None)
    return widened


def _is_of_rows(function: exp.Expr, keys: dict[str, exp.Expr]) -> bool:
    """Whether it sums up columns of rows, as ``SUM(quantity) OVER (…)`` does, of which groups have none left."""
    return (
        isinstance(function, exp.Sum)
        and not any(n is not function for n in function.find_all(exp.AggFunc))
        and not any(column.sql("duckdb") in keys for column in function.find_all(exp.Column))
    )


def _of_groups(part: exp.Expr, keys: dict[str, exp.Expr]) -> exp.Expr | None:
    """What a window is by, said of the groups: ``YEAR(d)`` beside months is the month's year; None: it cannot be."""
    if part.sql("duckdb") in keys or part.find(exp.AggFunc):
        return part
    copy: exp.Expr = exp.paren(part.copy())
    for column in list(copy.find_all(exp.Column)):
        written = column.sql("duckdb")
        if written in keys:
            continue
        made = [key for key in keys.values() if any(c.sql("duckdb") == written for c in key.find_all(exp.Column))]
        if len(made) != 1:
            return None
        column.replace(made[0].copy())
    said: exp.Expr = copy.this
    return said
