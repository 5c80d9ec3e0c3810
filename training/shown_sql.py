"""Queries in the terms in which models are shown a database, from which the engine finds its way back.

Parts of nested columns stand under their names, lists of STRUCTs are tables, and text that a query reads as numbers or
days needs no casts.
"""

from __future__ import annotations

from sqlglot import exp

from llmsql.asking.parts import name_parts
from llmsql.asking.scopes import Scope, identifier, own_columns, sources
from llmsql.asking.text_columns import Kind, kind_of_type, read_text
from llmsql.catalog import Catalog
from training.canonical import canonical_sql


def shown_sql(tree: exp.Expr, catalog: Catalog) -> str:
    """The query as a model is to write it, in canonical form, with its join conditions.

    Args:
        tree: a parsed query that DuckDB runs; not changed.
        catalog: the tables.

    Raises:
        ValueError: a name is unknown or ambiguous.
    """
    tree = tree.copy()
    _name_elements(tree, catalog)
    name_parts(tree, catalog)
    _drop_casts(tree, catalog)
    return canonical_sql(tree, catalog)


def _name_elements(tree: exp.Expr, catalog: Catalog) -> None:
    """``FROM orders, UNNEST(lines) AS u(line)`` and ``line.sku`` as the table ``orders_lines`` and its column."""
    elements = {table.part_of: table for table in catalog if table.part_of is not None}
    for select in list(tree.find_all(exp.Select)) if elements else []:
        for join in select.args.get("joins") or []:
            scope = Scope.of(select, catalog)
            unnested = _unnested(join.this, scope)
            table = elements.get(unnested) if unnested is not None else None
            if unnested is None or table is None or len(table.foreign_keys) != 1 or join.side:
                continue
            reference, whole = unnested
            [element] = join.this.args["alias"].columns
            [key] = table.foreign_keys[0].columns
            owner = next(a for a, t in scope.tables.items() if t is not None and t.reference == reference)
            alias = next(a for a in sources(select) if a.casefold() == owner)
            for column in list(own_columns(select)):
                if column.table.casefold() == element.name.casefold():
                    field = column.name if table.column(column.name) else f"{whole}_{column.name}"
                    column.replace(exp.column(identifier(field), table=identifier(table.name)))
            join.set("this", exp.to_table(table.reference, dialect="duckdb"))
            join.set("kind", None)
            join.set(
                "on",
                exp.column(identifier(key), table=identifier(alias)).eq(
                    exp.column(identifier(key), table=identifier(table.name))
                ),
            )


def _unnested(source: exp.Expr, scope: Scope) -> tuple[str, str] | None:
    """The table and the column whose elements an ``UNNEST`` in FROM gives."""
    names = source.args.get("alias")
    if not isinstance(source, exp.Unnest) or len(source.expressions) != 1 or names is None or len(names.columns) != 1:
        return None
    column = source.expressions[0]
    owner = scope.table_of(column) if isinstance(column, exp.Column) else None
    return (owner.reference, column.name) if owner is not None else None


def _drop_casts(tree: exp.Expr, catalog: Catalog) -> None:
    """Casts of columns go where what they are cast to is what they are read as anyway."""
    for cast in reversed(list(tree.find_all(exp.Cast))):
        scope = Scope.around(cast, catalog)
        stored = scope.stored(cast.this) if scope is not None and isinstance(cast.this, exp.Column) else None
        wanted = kind_of_type(cast.to.sql("duckdb"))
        if stored is None or wanted in (None, Kind.TEXT):
            continue
        is_text = kind_of_type(stored.type) is Kind.TEXT
        makes_whole = "INT" in cast.to.sql("duckdb") and "INT" not in stored.type
        if not is_text and (kind_of_type(stored.type) is not wanted or makes_whole):
            continue
        with_cast = _as_read(tree, catalog) if is_text else None
        bare = cast.this.copy()
        cast.replace(bare)
        if is_text and _as_read(tree, catalog) != with_cast:
            bare.replace(cast)


def _as_read(tree: exp.Expr, catalog: Catalog) -> str:
    """The query as the engine would run it, casts to one kind of value being one."""
    read = tree.copy()
    read_text(read, catalog)
    for cast in list(read.find_all(exp.Cast)):
        kind = kind_of_type(cast.to.sql("duckdb"))
        if kind is not None:
            cast.replace(exp.TryCast(this=cast.this.copy(), to=exp.DataType.build(kind.value, dialect="duckdb")))
    return read.sql("duckdb")
