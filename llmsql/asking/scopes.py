"""Small questions about a parsed query: what is in FROM, what is a CTE, which columns belong to which SELECT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.catalog import Catalog, Column, Table
from llmsql.catalog.snapshot import quote


def identifier(name: str) -> exp.Identifier:
    """A name as it is written, in quotes where DuckDB needs them."""
    return exp.to_identifier(name, quoted=quote(name) != name)


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


def lone_select(tree: exp.Expr) -> exp.Select | None:
    """The one SELECT that a query is; None where another is nested in it or beside it."""
    return tree if isinstance(tree, exp.Select) and len(list(tree.find_all(exp.Select))) == 1 else None


def shown_by_alias(select: exp.Select) -> dict[str, exp.Expr]:
    """What a SELECT shows under an alias, by the folded alias."""
    return {e.alias.casefold(): e.this for e in select.expressions if isinstance(e, exp.Alias)}


def is_output_name(column: exp.Column, select: exp.Select) -> bool:
    """Whether a column of a SELECT may be the name of something that it shows."""
    return column.name.casefold() in shown_by_alias(select)


def names_output(column: exp.Column, select: exp.Select) -> bool:
    """Whether a column names what the query shows, rather than what a table has."""
    part = column.find_ancestor(exp.AggFunc, exp.Order, exp.Group, exp.Having, exp.Qualify, exp.Select)
    is_behind = isinstance(part, (exp.Order, exp.Group, exp.Having, exp.Qualify))
    return is_behind and not column.table and column.name.casefold() in shown_by_alias(select)


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


@dataclass
class Scope:
    """One SELECT with its sources.

    Args:
        select: the node.
        tables: alias → catalog table; None for CTEs and subqueries.
    """

    select: exp.Select
    tables: dict[str, Table | None] = field(default_factory=dict)

    @classmethod
    def of(cls, select: exp.Select, catalog: Catalog) -> Scope:
        """Look the sources of a SELECT up in the catalog."""
        ctes = cte_names(select)
        tables: dict[str, Table | None] = {}
        for alias, source in sources(select).items():
            table = None
            if isinstance(source, exp.Table) and source.name.casefold() not in ctes:
                table = catalog.table(table_reference(source))
            tables[alias.casefold()] = table
        return cls(select, tables)

    @classmethod
    def around(cls, node: exp.Expr, catalog: Catalog) -> Scope | None:
        """What the SELECT that a part of a query is written in reads from."""
        select = node.find_ancestor(exp.Select)
        return cls.of(select, catalog) if select is not None else None

    @property
    def is_known(self) -> bool:
        """Whether the columns of every source are known."""
        return bool(self.tables) and all(self.tables.values())

    def owners(self, column: str) -> list[str]:
        """Aliases of the tables that have a column of that name."""
        return [alias for alias, table in self.tables.items() if table is not None and table.column(column)]

    def column(self, alias: str, name: str) -> exp.Column:
        """A column of one of the sources as the query writes it: with the alias only where there are others."""
        return exp.column(identifier(name), table=identifier(alias) if len(self.tables) > 1 else None)

    def owner(self, column: exp.Column) -> str | None:
        """Alias of the one source that a column is of; None where several have it, or none."""
        owners = [column.table.casefold()] if column.table else self.owners(column.name)
        return owners[0] if len(owners) == 1 else None

    def table_of(self, column: exp.Column) -> Table | None:
        """The one catalog table that a column is of, by ``owner``."""
        owner = self.owner(column)
        return self.tables.get(owner) if owner is not None else None

    def stored(self, column: exp.Column) -> Column | None:
        """The catalog's column that one in the query is, by ``owner``."""
        table = self.table_of(column)
        return table.column(column.name) if table is not None else None


def selects_around(node: exp.Expr) -> Iterator[exp.Select]:
    """The SELECT that a part of a query is written in, the one around that, and so on."""
    current = node.parent
    while current is not None:
        if isinstance(current, exp.Select):
            yield current
        current = current.parent


def outer_scopes(select: exp.Select, catalog: Catalog) -> Iterator[Scope]:
    """The scopes of the SELECTs around one, whose columns it may use as well; the nearest first."""
    return (Scope.of(around, catalog) for around in selects_around(select))


def derived_select(source: exp.Expr) -> exp.Select | None:
    """The SELECT behind a source of FROM: its own or that of the CTE that it names, if it names no columns itself."""
    if source.args.get("alias") is not None and source.args["alias"].columns:
        return None
    query = source.this if isinstance(source, exp.Subquery) else None
    node: exp.Expr | None = source
    while query is None and isinstance(source, exp.Table) and node is not None:
        with_ = node.args.get("with_")
        named = [c for c in with_.expressions if c.alias.casefold() == source.name.casefold()] if with_ else []
        query = named[0].this if named and not named[0].args["alias"].columns else None
        node = node.parent
    return query if isinstance(query, exp.Select) else None


def has_grouping_sets(group: exp.Group) -> bool:
    """Whether a GROUP BY has more than one way of grouping: ROLLUP, CUBE, GROUPING SETS."""
    several = (exp.Rollup, exp.Cube, exp.GroupingSets)
    return any(isinstance(e, several) for e in group.expressions) or any(
        group.args.get(kind) for kind in ("rollup", "cube", "grouping_sets", "totals")
    )


def own_nodes(select: exp.Select) -> Iterator[exp.Expr]:
    """What is written in this SELECT itself, not in the queries nested in it."""
    yield from select.walk(prune=lambda n: n is not select and isinstance(n, exp.Query))


def own_columns(select: exp.Select) -> Iterator[exp.Column]:
    """Columns written in this SELECT itself."""
    return (node for node in own_nodes(select) if isinstance(node, exp.Column))


def conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    """The conditions that all have to hold for one to hold."""
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def conditions(select: exp.Select) -> list[exp.Expr]:
    """What WHERE wants of each row; nothing where a SELECT has none."""
    where = select.args.get("where")
    return conjuncts(where.this) if where is not None else []


def set_conditions(select: exp.Select, wanted: Sequence[exp.Expr]) -> None:
    """Make WHERE want all of these, or nothing."""
    select.set("where", exp.Where(this=exp.and_(*wanted, copy=False)) if wanted else None)


def add_condition(select: exp.Select, condition: exp.Expr) -> None:
    """Let a condition hold too, after those that a SELECT has."""
    set_conditions(select, [*conditions(select), condition])


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
