"""Small questions about a parsed query: what is in FROM, what is a CTE, which columns belong to which SELECT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError


def table_reference(table: exp.Table) -> str:
    """A table as the catalog refers to it: ``name``, ``schema.name`` or ``database.schema.name``."""
    return ".".join(part for part in (table.catalog, table.db, table.name) if part)


def sources(select: exp.Select, joins: Sequence[exp.Join] | None = None) -> dict[str, exp.Expr]:
    """What is in FROM, in order, by the name that its columns go by.

    Args:
        select: one SELECT.
        joins: count only these joins; by default all of them.
    """
    found: dict[str, exp.Expr] = {}
    start = select.args.get("from_")
    if start is not None:
        found[start.this.alias_or_name] = start.this
    for join in (select.args.get("joins") or []) if joins is None else joins:
        found[join.this.alias_or_name] = join.this
    return found


def cte_names(node: exp.Expr) -> set[str]:
    """Folded names of the CTEs that ``node`` can see."""
    names: set[str] = set()
    current: exp.Expr | None = node
    while current is not None:
        with_ = current.args.get("with_")
        if with_ is not None:
            names |= {cte.alias.casefold() for cte in with_.expressions}
        current = current.parent
    return names


def own_nodes(select: exp.Select) -> Iterator[exp.Expr]:
    """What is written in this SELECT itself, not in the queries nested in it."""
    yield from select.walk(prune=lambda n: n is not select and isinstance(n, exp.Query))


def own_columns(select: exp.Select) -> Iterator[exp.Column]:
    """Columns written in this SELECT itself."""
    return (node for node in own_nodes(select) if isinstance(node, exp.Column))


def conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    """The conditions that all have to hold for one to hold."""
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


@lru_cache(maxsize=4096)
def plain_sql(sql: str) -> str:
    """SQL as it is compared: without differences of layout and of the case of keywords."""
    try:
        return sqlglot.parse_one(sql, read="duckdb").sql("duckdb", comments=False)
    except (SqlglotError, RecursionError):
        return " ".join(sql.split())


def table_names(sql: str) -> list[str]:
    """References of the tables that a query reads, each once, CTEs left out."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = [t for t in tree.find_all(exp.Table) if t.name.casefold() not in cte_names(t)]
    return list(dict.fromkeys(table_reference(t) for t in found))
