"""Names with spaces and signs in them, shown to models as they would write them: ``Unit_Price`` for "Unit Price".

Small models leave out the quotes that such names need, so that their SQL does not even parse.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, cte_names, identifier, table_reference
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


def shown_column(name: str, table: Table) -> str:
    """A column of a table as models are shown it; in quotes where another one would look the same."""
    shown = shown_name(name)
    same = [column.name for column in table.columns if shown_name(column.name).casefold() == shown.casefold()]
    return shown if len(same) == 1 else quote(name)


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
    known = {column.name.casefold() for table in catalog for column in table.columns}
    columns = {
        shown.casefold(): column.name
        for table in catalog
        for column in table.columns
        if (shown := shown_column(column.name, table)) != quote(column.name) and shown.casefold() not in known
    }
    if not tables and not columns:
        return
    aliases = {alias.alias_or_name.casefold() for alias in tree.find_all(exp.Alias, exp.TableAlias)}
    for table in tree.find_all(exp.Table):
        name = table.name.casefold()
        if (
            name in tables
            and not table.db
            and not catalog.table(table_reference(table))
            and name not in cte_names(table)
        ):
            table.set("this", identifier(tables[name]))
    for column in tree.find_all(exp.Column):
        owner, name = column.table.casefold(), column.name.casefold()
        if owner in tables and owner not in aliases:
            column.set("table", identifier(tables[owner]))
        if name in columns and (name not in aliases or _is_stored(column, columns[name], catalog)):
            column.set("this", identifier(columns[name]))
    for join in tree.find_all(exp.Join):
        for key in join.args.get("using") or []:
            if isinstance(key, exp.Identifier) and key.name.casefold() in columns:
                key.replace(identifier(columns[key.name.casefold()]))


def _is_stored(column: exp.Column, name: str, catalog: Catalog) -> bool:
    """Whether a column that is called like something that the query makes is one of a table all the same."""
    select = column.find_ancestor(exp.Select)
    is_output = column.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Qualify) is not None
    return select is not None and not is_output and bool(Scope.of(select, catalog).owners(name))


def show_names(tree: exp.Expr, catalog: Catalog) -> None:
    """The names that models are shown for the real ones: the reverse of ``restore_names``, for what models learn from.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
    """
    tables = {table.name: shown for table in catalog if (shown := shown_reference(table.reference)) != table.reference}
    columns = {
        column.name: shown
        for table in catalog
        for column in table.columns
        if (shown := shown_column(column.name, table)) != quote(column.name)
    }
    for name in list(tree.find_all(exp.Identifier)):
        is_table = isinstance(name.parent, exp.Table) or name.arg_key == "table"
        plain = (tables if is_table else columns).get(name.name)
        if plain is not None and not isinstance(name.parent, (exp.Alias, exp.TableAlias)):
            name.replace(exp.to_identifier(plain))
