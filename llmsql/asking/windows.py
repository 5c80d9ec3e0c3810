"""Window functions over groups, put the way in which DuckDB takes them.

DuckDB refuses ``GROUP BY ALL`` beside QUALIFY, beside a column in a window, and beside a column that stands in one
expression with an aggregate. An average of counts is a window there, and what is compared with a window stands in
QUALIFY. Small models write all of these otherwise.
"""

from __future__ import annotations

from sqlglot import exp

from llmsql.asking.scopes import Scope, conjuncts, has_grouping_sets, own_nodes, shown_by_alias
from llmsql.catalog import Catalog

# What a function sqlglot does not know does is not known either: it may well be an aggregate.
_OVER_GROUPS = (exp.AggFunc, exp.Filter, exp.WithinGroup, exp.Window, exp.Anonymous)
_AROUND_AGGREGATES = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)


def group_windows(tree: exp.Expr, catalog: Catalog) -> None:
    """Rewrite the windows and groups of a query that does not bind.

    A partition by every group, in the divisor of a shown share or in a shown rank, goes: it makes all shares 100 % and
    all ranks 1.

    Args:
        tree: a parsed query with right column names; changed in place.
        catalog: the tables.
    """
    for select in list(tree.find_all(exp.Select)):
        group = select.args.get("group")
        scope = Scope.of(select, catalog)
        if group is None or not scope.is_known or has_grouping_sets(group):
            continue
        _open_nested(select)
        if _windows(select):
            _move_to_qualify(select)
        _name_expressions(select, scope)
        _spell_out_groups(select, scope)
        keys = _Keys(select, scope)
        for window in _windows(select):
            _sum_sums(window, keys)
            _fit_to_groups(window, keys)
            _widen(window, select, keys)


def _windows(select: exp.Select) -> list[exp.Window]:
    return [node for node in own_nodes(select) if isinstance(node, exp.Window)]


def _open_nested(select: exp.Select) -> None:
    """``AVG(COUNT(*))`` beside groups is the average over all of them: ``AVG(COUNT(*)) OVER ()``.

    One that is all that is shown is one row (``llmsql.asking.bind_errors``).
    """
    for node in list(own_nodes(select)):
        if not isinstance(node, exp.AggFunc) or [e.unalias() for e in select.expressions] == [node]:
            continue
        outside = node.parent
        while isinstance(outside, _AROUND_AGGREGATES):
            outside = outside.parent
        if isinstance(outside, exp.Window) or isinstance(node.parent, _AROUND_AGGREGATES):
            continue
        if any(n is not node and n.parent_select is select for n in node.find_all(exp.AggFunc)):
            node.replace(exp.Window(this=node.copy()))


def _move_to_qualify(select: exp.Select) -> None:
    having = select.args.get("having")
    if having is None:
        return
    parts = conjuncts(having.this)
    windowed = [p for p in parts if any(w.parent_select is select for w in p.find_all(exp.Window))]
    if not windowed:
        return
    kept = [p for p in parts if not any(p is w for w in windowed)]
    select.set("having", exp.Having(this=exp.and_(*kept)) if kept else None)
    before = select.args.get("qualify")
    select.set("qualify", exp.Qualify(this=exp.and_(*([before.this] if before else []), *windowed)))


def _name_expressions(select: exp.Select, scope: Scope) -> None:
    """Names of shown columns inside windows as what they name: DuckDB looks them up among the tables' columns first."""
    shown = shown_by_alias(select)
    for column in [c for window in _windows(select) for c in window.find_all(exp.Column)]:
        meant = shown.get(column.name.casefold())
        if meant is None or column.table or scope.owners(column.name) or column.parent_select is not select:
            continue
        inside = column.find_ancestor(exp.AggFunc)
        if meant.find(exp.Window) or (meant.find(exp.AggFunc) and inside is not None and not _is_windowed(inside)):
            continue
        column.replace(exp.paren(meant.copy()) if isinstance(meant, exp.Binary) else meant.copy())


def _is_windowed(function: exp.Expr) -> bool:
    return isinstance(function.parent, exp.Window) and function.arg_key == "this"


def _plain_columns(expression: exp.Expr, select: exp.Select, scope: Scope) -> list[exp.Column]:
    """Columns of a shown expression that stand in no aggregate and no window; names of other shown ones aside."""
    shown = shown_by_alias(select)
    found = []
    for column in expression.find_all(exp.Column):
        if column.parent_select is not select or column.find_ancestor(*_OVER_GROUPS) is not None:
            continue
        if column.table or scope.owners(column.name) or column.name.casefold() not in shown:
            found.append(column)
    return found


def _spell_out_groups(select: exp.Select, scope: Scope) -> None:
    if not select.args["group"].args.get("all"):
        return
    keys: list[exp.Expr] = []
    for shown in select.expressions:
        if any(n.parent_select is select for n in shown.find_all(*_OVER_GROUPS)):
            keys += _plain_columns(shown, select, scope)
        elif shown.find(exp.Column):
            keys.append(shown.unalias())
    written = {key.sql("duckdb"): key.copy() for key in keys}
    select.set("group", exp.Group(expressions=list(written.values())) if written else None)


class _Keys:
    """What a SELECT is grouped by, comparable however it is written: by its place, its name, with a table or without.

    Args:
        select: with its groups spelled out.
        scope: of it.
    """

    def __init__(self, select: exp.Select, scope: Scope) -> None:
        self._scope = scope
        self._names = shown_by_alias(select)
        group = select.args.get("group")
        self.expressions: dict[str, exp.Expr] = {}
        for key in [part for k in (group.expressions if group is not None else []) for part in _parts(k)]:
            meant = key
            if isinstance(key, exp.Literal) and not key.is_string and 0 < int(key.this) <= len(select.expressions):
                meant = select.expressions[int(key.this) - 1].unalias()
            elif isinstance(key, exp.Column) and not key.table and not scope.owners(key.name):
                meant = self._names.get(key.name.casefold(), key)
            self.expressions[self.form(meant)] = meant

    def form(self, expression: exp.Expr) -> str:
        """An expression as it is compared."""
        copy = exp.paren(expression.copy())
        for column in copy.find_all(exp.Column):
            owners = self._scope.owners(column.name)
            if not column.table and len(owners) == 1:
                column.set("table", exp.to_identifier(owners[0]))
        written: str = copy.this.sql("duckdb")
        return written.casefold()

    def has(self, expression: exp.Expr) -> bool:
        """Whether an expression is one of the groups."""
        return self.form(expression) in self.expressions


def _parts(key: exp.Expr) -> list[exp.Expr]:
    return key.expressions if isinstance(key, exp.Tuple) else [key.this if isinstance(key, exp.Paren) else key]


def _sum_sums(window: exp.Window, keys: _Keys) -> None:
    """``SUM(quantity) OVER (…)`` beside groups, of which no row is left, sums up their sums."""
    function = window.this
    columns = list(function.find_all(exp.Column))
    if not isinstance(function, exp.Sum) or not columns or any(keys.has(column) for column in columns):
        return
    if not keys.has(function.this) and not any(n is not function for n in function.find_all(exp.AggFunc)):
        function.set("this", exp.Sum(this=function.this.copy()))


def _fit_to_groups(window: exp.Window, keys: _Keys) -> None:
    """What a window is by, said of the groups: ``YEAR(d)`` beside months is the year of the month."""
    order = window.args.get("order")
    by = [*(window.args.get("partition_by") or []), *(o.this for o in (order.expressions if order is not None else []))]
    for part in by:
        _fit(part, keys)


def _fit(node: exp.Expr, keys: _Keys) -> None:
    if keys.has(node) or isinstance(node, (exp.AggFunc, exp.Query)):
        return
    if not isinstance(node, exp.Column):
        for child in list(node.iter_expressions()):
            _fit(child, keys)
        return
    form = keys.form(node)
    made = [k for k in keys.expressions.values() if any(keys.form(c) == form for c in k.find_all(exp.Column))]
    if len(made) == 1:
        node.replace(exp.paren(made[0].copy()) if isinstance(made[0], exp.Binary) else made[0].copy())


def _widen(window: exp.Window, select: exp.Select, keys: _Keys) -> None:
    by = window.args.get("partition_by") or []
    is_shown = any(shown is window or window.find_ancestor(exp.Alias) is shown for shown in select.expressions)
    is_share = (
        isinstance(window.this, exp.Sum) and isinstance(window.parent, exp.Div) and window.arg_key == "expression"
    )
    is_rank = isinstance(window.this, (exp.RowNumber, exp.Rank, exp.DenseRank))
    if by and is_shown and (is_share or is_rank) and keys.expressions.keys() <= {keys.form(part) for part in by}:
        window.set("partition_by", None)
