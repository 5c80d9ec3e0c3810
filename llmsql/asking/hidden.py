"""Keeps hidden columns out of answers, whichever way a query may reach them.

Each table that has any is read through ``(SELECT * EXCLUDE (…) FROM t)``, so that DuckDB itself does not find them: by
name, in ``*`` and ``COLUMNS(…)``, as part of a whole row, by position or by NATURAL JOIN. A query that plainly does
none of this stays as it is.

A view that shows such a column, under its name or another, has it hidden too. What a view works out from one
(``md5(email) AS id``) is the view's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.scopes import cte_names, table_reference
from llmsql.asking.sql_text import sql_text
from llmsql.catalog import Catalog, Table


def hide_columns(sql: str, catalog: Catalog) -> str:
    """A query that cannot show hidden columns.

    Args:
        sql: a checked query over the catalog.
        catalog: its tables say which columns are hidden.
    """
    if not any(table.hidden for table in catalog):
        return sql
    tree = sqlglot.parse_one(sql, read="duckdb")
    reads = [(node, table) for node in tree.find_all(exp.Table) if (table := _hiding(node, catalog)) is not None]
    if not reads or not _may_show(tree, reads):
        return sql
    for node, table in reads:
        if not _is_hidden_already(node, table):
            _wrap(node, table)
    return sql_text(tree)


def _hiding(node: exp.Table, catalog: Catalog) -> Table | None:
    if not isinstance(node.this, exp.Identifier) or (not node.db and node.name.casefold() in cte_names(node)):
        return None
    table = catalog.table(table_reference(node))
    return table if table is not None and table.hidden else None


def _may_show(tree: exp.Expr, reads: list[tuple[exp.Table, Table]]) -> bool:
    names = {name.casefold() for _, table in reads for name in table.hidden}
    rows = {name.casefold() for node, _ in reads for name in (node.name, node.alias_or_name)}
    for node in tree.walk():
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            return True
        if isinstance(node, exp.Identifier) and node.name.casefold() in names:
            return True
        if isinstance(node, exp.Column) and not node.table and node.name.casefold() in rows:
            return True
        if isinstance(node, exp.TableAlias) and node.args.get("columns"):
            return True
        if isinstance(node, exp.Join) and node.args.get("method"):
            return True
        if isinstance(node, (exp.Pivot, exp.Columns, exp.PositionalColumn)) or (
            isinstance(node, exp.Anonymous) and node.name.casefold() == "columns"
        ):
            return True
    return False


def _is_hidden_already(node: exp.Table, table: Table) -> bool:
    select = node.find_ancestor(exp.Select)
    if select is None or len(select.expressions) != 1 or not isinstance(select.expressions[0], exp.Star):
        return False
    left_out = select.expressions[0].args.get("except_") or []
    return {name.casefold() for name in table.hidden} <= {column.name.casefold() for column in left_out}


def _wrap(node: exp.Table, table: Table) -> None:
    alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name, quoted=node.this.quoted))
    inner = node.copy()
    inner.set("alias", None)
    star = exp.Star(except_=[exp.to_identifier(name, quoted=True) for name in table.hidden])
    select = exp.select(star).from_(inner)
    node.replace(exp.Subquery(this=select, alias=alias.copy()))


def hide_in_views(tables: Sequence[Table], hidden: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Names of hidden columns by ``Table.reference``, those that views show of other tables' among them.

    Args:
        tables: all, whatever is hidden.
        hidden: names of the columns that are hidden by themselves, by ``Table.reference``.
    """
    found = {reference: set(names) for reference, names in hidden.items()}
    views = [table for table in tables if table.definition is not None]
    for _ in views:  # a view of a view of a view
        before = sum(map(len, found.values()))
        for view in views:
            found[view.reference] |= _shown_by(view, tables, found)
        if sum(map(len, found.values())) == before:
            break
    return found


def _shown_by(view: Table, tables: Sequence[Table], hidden: Mapping[str, set[str]]) -> set[str]:
    """Columns of a view that are hidden ones of the tables that it reads; these are told by their bare names."""
    try:
        tree = sqlglot.parse_one(view.definition or "", read="duckdb")
    except (SqlglotError, RecursionError):
        tree = None
    read = None if tree is None else {node.name.casefold() for node in tree.find_all(exp.Table)}
    secret = {
        name.casefold()
        for table in tables
        if table is not view and (read is None or table.name.casefold() in read)
        for name in hidden[table.reference]
    }
    called = set(secret)
    if secret and tree is not None:
        shown = tree.find(exp.Select)
        names = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
        renamed = [(e, name.name) for e, name in zip(shown.expressions if shown else [], names, strict=False)]
        renamed += [(alias.this, alias.alias) for alias in tree.find_all(exp.Alias)]
        called |= {new.casefold() for e, new in renamed if isinstance(e, exp.Column) and e.name.casefold() in secret}
    return {column.name for column in view.columns if column.name.casefold() in called}
