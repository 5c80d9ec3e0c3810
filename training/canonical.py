"""One way to write a query, so that a small model has one thing to learn.

Full table names instead of aliases (unless a table is joined to itself), columns qualified only where more than one
table is in FROM, ``ON`` for ``USING``, the catalog's spelling of names, ``GROUP BY ALL`` for plain grouping, ``ILIKE``
for ``LIKE``.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from llmsql.asking.scopes import cte_names, has_grouping_sets, names_output, own_columns, sources, table_reference
from llmsql.catalog import Catalog, Table
from llmsql.catalog.snapshot import quote


def canonical_sql(tree: exp.Expr, catalog: Catalog) -> str:
    """The query in canonical form, in full (with its join conditions).

    Args:
        tree: a parsed query of any dialect that names only catalog tables and CTEs; not changed.
        catalog: the tables.

    Raises:
        ValueError: a name is unknown or ambiguous.
    """
    tree = tree.copy()
    selects = list(tree.find_all(exp.Select))
    for select in selects:
        _spell_out_using(select, catalog)
    resolved = {id(select): _Scope(select, catalog) for select in selects}
    columns = [(select, column) for select in selects for column in own_columns(select)]
    for select, column in columns:
        _keep_alias_of_correlated(select, column, resolved)
    for select, column in columns:
        _resolve(select, column, resolved)
    for select in selects:
        resolved[id(select)].rename_sources()
    for select in selects:
        _group_by_all(select)
    for select in selects:
        if (
            select.args.get("distinct")
            and len(select.expressions) == 1
            and isinstance(select.expressions[0], exp.Paren)
        ):
            select.expressions[0].replace(select.expressions[0].this)
    for ordered in tree.find_all(exp.Ordered):
        # SQLite puts NULLs first; a person who asks for an order does not mean to say where they go.
        ordered.set("nulls_first", None)
    for like in list(tree.find_all(exp.Like)):
        like.replace(exp.ILike(this=like.this, expression=like.expression, negate=like.args.get("negate")))
    return tree.sql("duckdb")


class _Scope:
    """The sources of one SELECT, and what each will be called."""

    def __init__(self, select: exp.Select, catalog: Catalog) -> None:
        self.select = select
        self.catalog = catalog
        self.tables: dict[str, Table | None] = {}
        self.nodes: dict[str, exp.Expr] = {}
        ctes = cte_names(select)
        for alias, source in sources(select).items():
            key = alias.casefold()
            self.nodes[key] = source
            if isinstance(source, exp.Table) and source.name.casefold() not in ctes:
                table = catalog.table(table_reference(source))
                if table is None:
                    raise ValueError(f"unknown table {source.sql()}")
                self.tables[key] = table
            else:
                self.tables[key] = None
        named = [t.reference for t in self.tables.values() if t]
        self.keeps_aliases = len(named) != len(set(named))
        self.is_single = len(self.nodes) == 1

    @property
    def references(self) -> set[str]:
        """The catalog tables in FROM."""
        return {table.reference for table in self.tables.values() if table is not None}

    def derived(self, name: str) -> list[str]:
        """The CTEs and subqueries in FROM that have a column of this name, or may have one."""
        found = []
        for alias, table in self.tables.items():
            names = _names_of(self.nodes[alias], self.select, self.catalog) if table is None else set()
            if names is None or name in names:
                found.append(alias)
        return found

    def name_of(self, alias: str) -> str:
        table = self.tables.get(alias)
        return alias if table is None or self.keeps_aliases else table.name

    def rename_sources(self) -> None:
        for alias, node in self.nodes.items():
            table = self.tables[alias]
            if table is None:
                continue
            new = exp.maybe_parse(table.reference, into=exp.Table, dialect="duckdb")
            if self.keeps_aliases:
                new.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
            node.replace(new)


def _outwards(select: exp.Select, scopes: dict[int, _Scope]) -> Iterator[_Scope]:
    """The scopes in which a column of a SELECT is looked for, its own first."""
    current: exp.Expr | None = select
    while current is not None:
        if id(current) in scopes:
            yield scopes[id(current)]
        current = current.parent


def _spell_out_using(select: exp.Select, catalog: Catalog) -> None:
    """``USING (x)`` as ``ON a.x = b.x``: one way to say how tables are joined, which the keys may then imply."""
    before = [select.args["from_"].this] if select.args.get("from_") else []
    for join in select.args.get("joins") or []:
        using = join.args.get("using")
        if using and join.args.get("side") in (None, "", "LEFT"):
            conditions = []
            for column in using:
                name = column.name.casefold()
                owner = next((s for s in before if name in (_names_of(s, select, catalog) or ())), None)
                if owner is None:
                    raise ValueError(f"no table before {join.this.sql()} has the column {column.name}")
                if not owner.alias_or_name:
                    raise ValueError(f"what USING ({column.name}) joins has no name")
                for shown in own_columns(select):
                    if not shown.table and shown.name.casefold() == name and not names_output(shown, select):
                        shown.set("table", exp.to_identifier(owner.alias_or_name))
                conditions.append(exp.column(name, owner.alias_or_name).eq(exp.column(name, join.this.alias_or_name)))
            join.set("using", None)
            join.set("on", exp.and_(*conditions))
        before.append(join.this)


def _keep_alias_of_correlated(select: exp.Select, column: exp.Column, scopes: dict[int, _Scope]) -> None:
    """Where an inner query compares with an outer one of the same table, only aliases tell them apart."""
    owner = column.table.casefold()
    passed: list[_Scope] = []
    for scope in _outwards(select, scopes):
        table = scope.tables.get(owner)
        if table is not None:
            for inner in passed:
                inner.keeps_aliases |= table.reference in inner.references
        if owner in scope.nodes:
            return
        passed.append(scope)


def _resolve(select: exp.Select, column: exp.Column, scopes: dict[int, _Scope]) -> None:
    if isinstance(column.this, exp.Star):
        column.set("table", None)
        return
    if names_output(column, select):
        return
    name = column.name.casefold()
    for depth, scope in enumerate(_outwards(select, scopes)):
        if column.table:
            owners = [column.table.casefold()] if column.table.casefold() in scope.nodes else []
        else:
            owners = [a for a, t in scope.tables.items() if t is not None and t.column(name)]
            derived = [] if owners else scope.derived(name)
            if len(derived) == 1:
                owners = derived
        if owners:
            _write(column, scope, owners, depth)
            return
    aliases = {e.alias.casefold() for e in select.expressions if e.alias}
    if not column.table and name in aliases:
        return
    if isinstance(column.this, exp.Identifier) and column.this.quoted:
        # SQLite reads "text" as a string where no column has that name.
        column.replace(exp.Literal.string(column.name))
        return
    raise ValueError(f"unknown column {column.sql()}")


def _write(column: exp.Column, scope: _Scope, owners: list[str], depth: int) -> None:
    owner = owners[0]
    table = scope.tables[owner]
    if table is not None:
        stored = table.column(column.name)
        if stored is None:
            if isinstance(column.this, exp.Identifier) and column.this.quoted and not column.table:
                column.replace(exp.Literal.string(column.name))
                return
            raise ValueError(f"unknown column {column.sql()}")
        column.set("this", exp.to_identifier(stored.name, quoted=quote(stored.name) != stored.name))
    if not owner or (scope.is_single and depth == 0):
        column.set("table", None)
    else:
        new = scope.name_of(owner)
        column.set("table", exp.to_identifier(new, quoted=quote(new) != new))
    column.set("db", None)


def _group_by_all(select: exp.Select) -> None:
    group = select.args.get("group")
    if group is None or has_grouping_sets(group) or group.args.get("all"):
        return
    keys = {e.sql("duckdb"): e for e in group.expressions}
    shown = [e.unalias() for e in select.expressions]
    plain = {
        e.sql("duckdb"): e for e in shown if not e.find(exp.AggFunc, exp.Window) and not isinstance(e, exp.Literal)
    }
    also = _ungrouped(select, set(keys) | set(plain))
    wanted = {**keys, **plain, **also}
    # DuckDB does not take GROUP BY ALL together with QUALIFY or with windows over aggregates.
    is_windowed = bool(select.args.get("qualify")) or any(e.find(exp.Window) for e in select.expressions)
    if set(wanted) == set(plain) and plain and not is_windowed:
        select.set("group", exp.Group(all=True))
    else:
        select.set("group", exp.Group(expressions=[e.copy() for e in wanted.values()]))


def _ungrouped(select: exp.Select, grouped: set[str]) -> dict[str, exp.Expr]:
    """Bare columns of HAVING and ORDER BY, which SQLite allows and DuckDB wants grouped."""
    found: dict[str, exp.Expr] = {}
    aliases = {e.alias.casefold() for e in select.expressions if e.alias}
    for clause in ("having", "order"):
        node = select.args.get(clause)
        if node is None:
            continue
        for column in node.find_all(exp.Column):
            inside = column.find_ancestor(exp.AggFunc, exp.Filter, exp.Subquery, exp.Select)
            text = column.sql("duckdb")
            if inside is select and text not in grouped and column.name.casefold() not in aliases:
                found[text] = column
    return found


def shorten_columns(tree: exp.Expr, catalog: Catalog) -> exp.Expr:
    """The query with columns qualified only where their name alone would not say which one is meant.

    Join conditions stay as they are. DuckDB resolves the rest to the same columns.

    Args:
        tree: a canonical query; not changed.
        catalog: the tables.
    """
    tree = tree.copy()
    for select in list(tree.find_all(exp.Select)):
        names = {alias.casefold(): _names_of(source, select, catalog) for alias, source in sources(select).items()}
        if any(found is None for found in names.values()):
            continue
        aliases = {e.alias.casefold() for e in select.expressions if isinstance(e, exp.Alias)}
        for column in list(own_columns(select)):
            owner, name = column.table.casefold(), column.name.casefold()
            if owner not in names or name in aliases or _is_in_join(column, select):
                continue
            if sum(name in (found or ()) for found in names.values()) == 1:
                column.set("table", None)
    return tree


def _names_of(source: exp.Expr, select: exp.Select, catalog: Catalog) -> set[str] | None:
    """Folded column names of a table, CTE or subquery in FROM; None where they cannot be told."""
    if isinstance(source, exp.Table):
        table = None if source.name.casefold() in cte_names(select) else catalog.table(table_reference(source))
        if table is not None:
            return {c.name.casefold() for c in table.columns}
        query = _cte(source.name, select)
    else:
        query = source.this if isinstance(source, exp.Subquery) else None
    if not isinstance(query, exp.Query) or query.is_star:
        return None
    return {name.casefold() for name in query.named_selects}


def _cte(name: str, node: exp.Expr) -> exp.Expr | None:
    current: exp.Expr | None = node
    while current is not None:
        with_ = current.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            if cte.alias.casefold() == name.casefold():
                query: exp.Expr = cte.this
                return query
        current = current.parent
    return None


def _is_in_join(column: exp.Column, select: exp.Select) -> bool:
    join = column.find_ancestor(exp.Join, exp.Select)
    return isinstance(join, exp.Join) and join.parent is select
