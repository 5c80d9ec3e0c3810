"""Parts of nested columns in queries: the names that models are shown for them, and what DuckDB takes.

Models write ``meta_device`` as they read it, or take ``meta ->> 'device'`` apart themselves. What is repaired in
between sees the names only.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from llmsql.asking.scopes import (
    Scope,
    cte_names,
    derived_select,
    identifier,
    names_output,
    outer_scopes,
    own_columns,
    own_nodes,
    sources,
    table_reference,
)
from llmsql.catalog import Catalog, Column, Table

_WRITTEN = "written"
"""Beside the name of a part, how the query itself took it, which stays where nothing is changed."""


def name_parts(tree: exp.Expr, catalog: Catalog) -> None:
    """The names of parts for what takes them out of their columns: ``meta_device`` for ``meta ->> 'device'``.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
    """
    if not catalog.has_parts:
        return
    for select in list(tree.find_all(exp.Select)):
        scope = Scope.of(select, catalog)
        for node in list(own_nodes(select)):
            if isinstance(node, exp.Column) and names_output(node, select):
                continue
            is_json = isinstance(node, exp.JSONExtract)  # '"pdf"', with its quotes, which equals no text
            if is_json and not (isinstance(node.parent, exp.Predicate) and not _has_json(node.parent)):
                continue
            named = _named(node, scope, catalog)
            if named is not None:
                if not is_json:
                    named.meta[_WRITTEN] = node.copy()
                node.replace(named)


def write_parts(tree: exp.Expr, catalog: Catalog) -> None:
    """What DuckDB takes for the names of parts: ``meta ->> '$.device'`` for ``meta_device``.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
    """
    if not catalog.has_parts:
        return
    for select in list(tree.find_all(exp.Select)):
        _write_elements(select, catalog)
    for select in list(tree.find_all(exp.Select)):
        scopes = [Scope.of(select, catalog), *outer_scopes(select, catalog)]
        for column in list(own_columns(select)):
            part = _part(column, scopes, catalog)
            if part is None:
                continue
            written = column.meta.get(_WRITTEN)
            if written is not None and (_path(written) or [""])[0] == (column.table or part.part_of):
                column.replace(written)
            else:
                taken = _taken(part, column, scopes[0])
                is_shown = isinstance(column.parent, exp.Select) and column.arg_key == "expressions"
                column.replace(exp.alias_(taken, identifier(part.name)) if is_shown else taken)


def _has_json(comparison: exp.Expr) -> bool:
    """Whether text is compared with as JSON writes it, in its quotes."""
    return any(e.is_string and e.name.startswith('"') for e in comparison.find_all(exp.Literal))


def _write_elements(select: exp.Select, catalog: Catalog) -> None:
    """A query in FROM for the name of a table of elements."""
    for alias, source in sources(select).items():
        if not isinstance(source, exp.Table) or source.name.casefold() in cte_names(select):
            continue
        table = catalog.table(table_reference(source))
        if table is not None and table.source is not None:
            query = sqlglot.parse_one(table.source, read="duckdb")
            for name in list(query.find_all(exp.Identifier)):
                name.replace(identifier(name.name))
            source.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(alias))))


def _named(node: exp.Expr, scope: Scope, catalog: Catalog) -> exp.Column | None:
    """A part by its name, where ``node`` takes one out of a column of FROM."""
    names = _path(node)
    if names is None:
        return None
    if len(names) == 1:
        return _by_last_step(node, names[0], scope, catalog)
    owner = names[0].casefold() if names[0].casefold() in scope.tables else None
    name, *path = names[1:] if owner else names
    owners = [owner] if owner else scope.owners(name)
    table = scope.tables[owners[0]] if len(owners) == 1 else None
    if table is None or not path:
        return None
    for column in table.columns:
        if (column.part_of or "").casefold() == name.casefold() and _is_same(column, path, table):
            return exp.column(identifier(column.name), table=identifier(owner) if owner else None)
    return None


def _is_same(part: Column, path: list[str], table: Table) -> bool:
    """Whether a path leads to a part: fields have names in any case of letters, keys are text."""
    whole = table.column(part.part_of or "")
    if whole is not None and whole.type.startswith("STRUCT"):
        return [step.casefold() for step in part.path] == [step.casefold() for step in path]
    return list(part.path) == path


def _by_last_step(node: exp.Expr, name: str, scope: Scope, catalog: Catalog) -> exp.Column | None:
    """``payload_file_kind`` where a query says ``kind`` and nothing that it can see is called so."""
    if not scope.is_known or node.find_ancestor(exp.Lambda, exp.Comprehension):
        return None
    if any(around.owners(name) or not around.is_known for around in (scope, *outer_scopes(scope.select, catalog))):
        return None
    made = [e for e in scope.select.expressions if isinstance(e, exp.Alias) and e.alias.casefold() == name.casefold()]
    if made and node.find_ancestor(exp.Alias) not in made:
        return None
    found = [
        (alias, column.name)
        for alias, table in scope.tables.items()
        for column in (table.columns if table is not None else ())
        if column.path and column.path[-1].casefold() == name.casefold()
    ]
    if len(found) != 1:
        return None
    [(alias, part)] = found
    return scope.column(alias, part)


def _path(node: exp.Expr | None) -> list[str] | None:
    """``[t, meta, utm, source]`` of ``t.meta -> 'utm' ->> 'source'``, of a STRUCT's fields and a MAP's keys too."""
    steps: list[str] = []
    while not isinstance(node, exp.Column):
        if isinstance(node, exp.Dot):
            steps.insert(0, node.expression.name)
        elif isinstance(node, exp.Bracket) and len(node.expressions) == 1 and node.expressions[0].is_string:
            steps.insert(0, node.expressions[0].name)
        elif isinstance(node, exp.StructExtract):
            steps.insert(0, node.expression.name)
        elif isinstance(node, (exp.JSONExtract, exp.JSONExtractScalar)) and isinstance(node.expression, exp.JSONPath):
            _root, *keys = node.expression.expressions
            if not keys or not all(isinstance(key, exp.JSONPathKey) for key in keys):
                return None
            steps[:0] = [str(key.this) for key in keys]
        elif not isinstance(node, exp.Paren):
            return None
        node = node.this
    return [part.name for part in node.parts] + steps


def _part(column: exp.Column, scopes: Sequence[Scope], catalog: Catalog) -> Column | None:
    """The part of a nested column that a column of a query names."""
    if names_output(column, scopes[0].select):
        return None
    owner = column.table.casefold()
    for scope in scopes:
        for alias, source in sources(scope.select).items():
            if owner in ("", alias.casefold()):
                is_given, part = _given(column.name, source, scope.tables[alias.casefold()], catalog)
                if is_given:
                    return part
        if owner in scope.tables:
            return None
    return None


def _given(name: str, source: exp.Expr, table: Table | None, catalog: Catalog) -> tuple[bool, Column | None]:
    """Whether a source of FROM gives a name, and the part that it is, if it is one: ``SELECT *`` passes parts on."""
    if table is not None:
        found = table.column(name)
        return found is not None, found if found is not None and found.part_of else None
    alias = source.args.get("alias")
    if alias is not None and alias.columns:
        return name.casefold() in (column.name.casefold() for column in alias.columns), None
    query = derived_select(source)
    if query is None:
        return True, None  # it may give anything
    if any(e.alias_or_name.casefold() == name.casefold() for e in query.expressions if not e.is_star):
        return True, None
    if any(e.is_star for e in query.expressions):
        inside = Scope.of(query, catalog)
        for inner, read in sources(query).items():
            is_given, part = _given(name, read, inside.tables[inner.casefold()], catalog)
            if is_given:
                return True, part
    return False, None


def _taken(part: Column, column: exp.Column, scope: Scope) -> exp.Expr:
    tree: exp.Expr = sqlglot.parse_one(part.expression or "", read="duckdb")
    for node in list(tree.find_all(exp.Column)):
        node.replace(exp.column(identifier(node.name), table=column.args.get("table")))
    if not column.table and (part.part_of or "").casefold() in scope.tables:
        return tree  # there address.city would be a column of the table address
    return tree.transform(
        lambda node: (
            exp.Dot(this=node.this, expression=identifier(node.expression.name))
            if isinstance(node, exp.StructExtract)
            else node
        )
    )
