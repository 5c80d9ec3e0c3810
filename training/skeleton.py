"""The skeleton of a query: what is left when everything that a slot could fill, and every matter of style, is masked.

Two pairs with one skeleton are the same exercise with other values. Training, validation and test sets are kept apart
by it, whoever wrote them: ``USING`` or ``ON``, ``GROUP BY ALL`` or spelt out, conditions and tables in any order.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from llmsql.catalog import Catalog


def skeleton(sql: str, catalog: Catalog) -> str:
    """The query with literals, intervals, aliases, join conditions, grouping and columns of one kind masked.

    Tables keep their names; a column becomes its kind: ``key``, ``text``, ``date`` or ``number``.

    Args:
        sql: DuckDB SQL over the catalog's tables.
        catalog: tells the kinds of columns.
    """
    kinds = _column_kinds(catalog)
    tree = sqlglot.parse_one(sql, read="duckdb")
    for select in tree.find_all(exp.Select):
        if select.args.get("group"):
            select.set("group", exp.Group(all=True))
        for join in select.args.get("joins") or []:
            join.set("on", None)
            join.set("using", None)
    for node in list(tree.walk()):
        if isinstance(node, exp.Column):
            kind = kinds.get(node.name.casefold(), "alias")
            node.replace(exp.column("star" if isinstance(node.this, exp.Star) else kind))
        elif isinstance(node, exp.Interval) or _is_constant(node):
            node.replace(exp.Placeholder())
    tables = {table.name.casefold() for table in catalog}
    for node in list(tree.walk()):
        if isinstance(node, exp.Alias):
            node.replace(node.this)
        elif isinstance(node, exp.Table):
            node.set("alias", None)
            if node.name.casefold() not in tables:
                node.set("this", exp.to_identifier("alias"))
        elif isinstance(node, exp.TableAlias):
            node.set("this", exp.to_identifier("alias"))
        elif isinstance(node, exp.In) and node.expressions:
            node.set("expressions", node.expressions[:1])
        elif isinstance(node, exp.Like):
            node.replace(exp.ILike(this=node.this, expression=node.expression))
    # Inner queries first: the text of an outer one is compared after its parts are in order.
    for select in reversed(list(tree.find_all(exp.Select))):
        _sort_tables(select)
        _sort_conditions(select)
    return tree.sql("duckdb", normalize_functions="lower")


def _sort_tables(select: exp.Select) -> None:
    joins = select.args.get("joins") or []
    if joins and not any(join.side or join.kind for join in joins):
        sources = sorted([select.args["from_"].this, *(join.this for join in joins)], key=lambda s: s.sql("duckdb"))
        select.set("from_", exp.From(this=sources[0].copy()))
        select.set("joins", [exp.Join(this=source.copy()) for source in sources[1:]])


def _sort_conditions(select: exp.Select) -> None:
    where = select.args.get("where")
    if where is not None:
        parts = sorted((part.copy() for part in where.this.flatten()), key=lambda p: p.sql("duckdb"))
        if isinstance(where.this, exp.And):
            select.set("where", exp.Where(this=exp.and_(*parts)))


def _is_constant(node: exp.Expr) -> bool:
    inner = node.this if isinstance(node, exp.Cast | exp.Neg) else node
    return isinstance(inner, exp.Literal) and not isinstance(node.parent, exp.Cast | exp.Neg)


def _column_kinds(catalog: Catalog) -> dict[str, str]:
    kinds = {}
    for table in catalog:
        keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
        for column in table.columns:
            if column.name in keys and not column.type.startswith("DATE"):
                kind = "key"
            elif column.type.startswith(("VARCHAR", "ENUM")):
                kind = "text"
            else:
                kind = "date" if column.type.startswith(("DATE", "TIME")) else "number"
            kinds[column.name.casefold()] = kind
    return kinds
