"""Names with spaces and signs in them, shown to models as they would write them: ``Unit_Price`` for "Unit Price".

Small models leave out the quotes that such names need, so that their SQL does not even parse.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from sqlglot import exp

from llmsql.asking.scopes import (
    Scope,
    cte_names,
    identifier,
    names_output,
    outer_scopes,
    own_columns,
    sources,
    table_reference,
)
from llmsql.catalog import Catalog, Table
from llmsql.catalog.snapshot import quote

_SIGNS = re.compile(r"\W+")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')


def shown_name(name: str) -> str:
    """A name without what would need quotes; in quotes where that leaves none that DuckDB takes without."""
    plain = _SIGNS.sub("_", name).strip("_")
    return plain if plain != name and quote(plain) == plain else quote(name)


def shown_reference(reference: str) -> str:
    """A table as models are shown it, by how the catalog refers to it; one of another schema stays as it is."""
    quoted = _QUOTED.fullmatch(reference)
    return shown_name(quoted[1].replace('""', '"')) if quoted else reference


@lru_cache(maxsize=4096)
def shown_columns(table: Table) -> dict[str, str]:
    """The columns of a table as models are shown them, by name; in quotes where two would look the same."""
    plain = {column.name: shown_name(column.name) for column in table.columns}
    alike = Counter(shown.casefold() for shown in plain.values())
    return {name: shown if alike[shown.casefold()] == 1 else quote(name) for name, shown in plain.items()}


def restore_names(tree: exp.Expr, catalog: Catalog) -> None:
    """Real names for those that were shown.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
    """
    tables = {
        shown.casefold(): table.name
        for table in catalog
        if (shown := shown_reference(table.reference)) != table.reference
    }
    for select in list(tree.find_all(exp.Select)):
        _restore_tables(select, tables, catalog)
    for select in list(tree.find_all(exp.Select)):
        scopes = [Scope.of(select, catalog), *outer_scopes(select, catalog)]
        for column in own_columns(select):
            real = _real_name(column, scopes)
            if real is not None:
                column.set("this", identifier(real))
        for join in select.args.get("joins") or []:
            for key in join.args.get("using") or []:
                real = _of_a_table(key.name, list(scopes[0].tables.values()))
                if isinstance(key, exp.Identifier) and real is not None:
                    key.replace(identifier(real))


def _restore_tables(select: exp.Select, tables: dict[str, str], catalog: Catalog) -> None:
    for source in sources(select).values():
        name = source.name.casefold()
        if not isinstance(source, exp.Table) or name not in tables or source.db or name in cte_names(select):
            continue
        if catalog.table(table_reference(source)) is not None:
            continue
        source.set("this", identifier(tables[name]))
        if not source.alias:
            for column in select.find_all(exp.Column):
                if column.table.casefold() == name:
                    column.set("table", identifier(tables[name]))


def _real_name(column: exp.Column, scopes: Sequence[Scope]) -> str | None:
    """What a column is called that a table of FROM, or of a query around, shows under another name."""
    owner = column.table.casefold()
    if names_output(column, scopes[0].select):
        return None
    for scope in scopes:
        if not owner or owner in scope.tables:
            found = _of_a_table(column.name, [scope.tables[owner]] if owner else list(scope.tables.values()))
            if found is not None or owner:
                return found
    return None


def _of_a_table(name: str, tables: list[Table | None]) -> str | None:
    """The column that one of the tables shows as ``name``; None where one really has it."""
    if any(table is not None and table.column(name) for table in tables):
        return None
    for table in tables:
        for real, shown in shown_columns(table).items() if table is not None else ():
            if shown.casefold() == name.casefold() and shown != quote(real):
                return real
    return None


def show_names(tree: exp.Expr, catalog: Catalog) -> None:
    """The names that models are shown for the real ones: the reverse of ``restore_names``, for what models learn from.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
    """
    tables = {table.name: shown for table in catalog if (shown := shown_reference(table.reference)) != table.reference}
    columns = {name: shown for table in catalog for name, shown in shown_columns(table).items() if shown != quote(name)}
    for name in list(tree.find_all(exp.Identifier)):
        is_table = isinstance(name.parent, exp.Table) or name.arg_key == "table"
        plain = (tables if is_table else columns).get(name.name)
        if plain is not None and not isinstance(name.parent, (exp.Alias, exp.TableAlias)):
            name.replace(exp.to_identifier(plain))
