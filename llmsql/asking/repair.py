"""Repairs of generated SQL that need no model.

They work on the tree before DuckDB sees it: names that are nearly right, columns of tables that were not joined,
ambiguous columns that the keys or the question decide, stored values in another spelling.

Every repair leaves a note in plain words, so that the user can see what was changed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from sqlglot import exp

from llmsql.asking.coverage import name_stems, stems_in_order
from llmsql.asking.joins import KeyGraph, Wording, chain_joins, fold
from llmsql.asking.scopes import (
    Scope,
    cte_names,
    derived_select,
    identifier,
    is_output_name,
    outer_scopes,
    own_columns,
    sources,
    table_reference,
)
from llmsql.asking.spoken import column_here, spoken_owner, spoken_owners
from llmsql.asking.values import ValueIndex
from llmsql.asking.values import fold as fold_text
from llmsql.catalog import Catalog, Table
from llmsql.errors import SQLRejectedError

SIMILAR = 0.8
SHORTEST_PART = 5


_OF_ANY_COLUMN = frozenset("id code date type name no number key is has of".split())


def repair_columns(tree: exp.Expr, catalog: Catalog, graph: KeyGraph, wording: Wording | None = None) -> list[str]:
    """Make column names mean what they can only mean.

    Args:
        tree: a parsed query with all its join conditions; changed in place.
        catalog: the tables.
        graph: their keys.
        wording: lets a table be brought in by a key column that it shares, where no key leads to it.

    Returns:
        Notes on what was changed.
    """
    notes = []
    for select in list(tree.find_all(exp.Select)):
        for column in list(own_columns(select)):
            note = _repair_column(column, select, catalog, graph, wording)
            if note:
                notes.append(note)
    return list(dict.fromkeys(notes))


def repair_tables(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Replace table names that are nearly right.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.

    Returns:
        Notes on what was changed.
    """
    notes = []
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or table.name.casefold() in cte_names(table):
            continue
        reference = table_reference(table)
        if catalog.table(reference) is not None:
            continue
        right = _without_main(table, catalog) or _nearest_table(table.name, catalog) or _by_key(table, catalog)
        if right is None:
            continue
        new = exp.maybe_parse(right.reference, into=exp.Table, dialect="duckdb")
        if table.alias:
            new.set("alias", table.args["alias"])
        select = table.find_ancestor(exp.Select)
        if select is not None and not table.alias:
            for column in own_columns(select):
                if column.table.casefold() == table.name.casefold():
                    column.set("table", identifier(right.name))
        table.replace(new)
        notes.append(f"table {reference} → {right.reference}")
    return notes


def _without_main(table: exp.Table, catalog: Catalog) -> Table | None:
    """``main.orders`` and ``other.main.orders`` are in the catalog as ``orders`` and ``other.orders``."""
    if table.db.casefold() != "main":
        return None
    return catalog.table(f"{table.catalog}.{table.name}" if table.catalog else table.name)


def _by_key(table: exp.Table, catalog: Catalog) -> Table | None:
    """``home_club`` joined on ``members.home_club_id``: the table that this key points at."""
    join = table.parent
    condition = join.args.get("on") if isinstance(join, exp.Join) else None
    select = table.find_ancestor(exp.Select)
    if not isinstance(condition, exp.EQ) or select is None:
        return None
    scope = Scope.of(select, catalog)
    for column in condition.find_all(exp.Column):
        owner = scope.table_of(column)
        for key in owner.foreign_keys if owner is not None else ():
            if [name.casefold() for name in key.columns] == [column.name.casefold()]:
                return catalog.table(key.target)
    return None


def _nearest_table(name: str, catalog: Catalog) -> Table | None:
    by_name: dict[str, list[Table]] = {}
    for table in catalog:
        by_name.setdefault(_plain(table.name), []).append(table)
    found = _nearest(name, list(by_name))
    return by_name[found][0] if found is not None and len(by_name[found]) == 1 else None


def _nearest(name: str, known: list[str]) -> str | None:
    plain = _plain(name)
    for form in (plain, plain + "s", plain.removesuffix("s"), plain.removesuffix("es")):
        if form in known:
            return form
    # A key and a thing that is no key are never the same column, however alike their names.
    alike = [other for other in known if other.endswith("id") == plain.endswith("id")]
    close = difflib.get_close_matches(plain, alike, n=2, cutoff=SIMILAR)
    if close:
        return close[0]
    longer = [other for other in alike if len(plain) >= SHORTEST_PART and plain in other]
    return longer[0] if len(longer) == 1 else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold_text(name))


def _repair_column(
    column: exp.Column, select: exp.Select, catalog: Catalog, graph: KeyGraph, wording: Wording | None
) -> str | None:
    if isinstance(column.this, exp.Star) or not isinstance(column.this, exp.Identifier):
        return None
    scope = Scope.of(select, catalog)
    if column.args.get("db") and column.db.casefold() in scope.tables:
        # orders.customers.name: the way along the key, written as one name.
        column.set("db", None)
    if column.table:
        return _repair_qualified(column, scope, catalog, graph, wording)
    shown = column.find_ancestor(exp.Alias, exp.Select)
    is_itself = isinstance(shown, exp.Alias) and shown.alias.casefold() == column.name.casefold()  # made of a column
    if (is_output_name(column, select) and not is_itself) or _is_lambda_parameter(column):
        return None
    if not scope.is_known:
        return _renamed_column(column, select, scope)
    owners = scope.owners(column.name)
    if len(owners) == 1:
        return _bring_spoken(column, select, scope, catalog, graph, wording)
    if len(owners) > 1:
        return _qualify_ambiguous(column, scope, owners) or _qualify_spoken(column, scope, owners, wording)
    is_inner = _is_looked_up(column, select) or (_is_all_of_an_aggregate(column) and not _is_correlated(select, scope))
    if not is_inner and any(outer.owners(column.name) for outer in outer_scopes(select, catalog)):
        return None
    return (
        _prefix_column(column, scope)
        or _take_key(column, scope)
        or _take_here(column, scope, wording)
        or _bring_column(column, scope, catalog, graph, wording)
        or _spell_column(column, scope, wording)
        or _take_alike(column, scope)
        or _take_shortened(column, scope)
    )


def _renamed_column(column: exp.Column, select: exp.Select, scope: Scope) -> str | None:
    """``order_date`` of a query in FROM, or of a CTE, that gives it as ``first_order`` only."""
    derived = [derived_select(source) for source in sources(select).values()]
    if not all(derived) or any(scope.tables.values()) or _is_nested(select):
        return None
    given = [e for query in derived if query is not None for e in query.expressions]
    if any(e.is_star or e.alias_or_name.casefold() == column.name.casefold() for e in given):
        return None
    made = [
        e for e in given if e.alias and [c.name.casefold() for c in e.find_all(exp.Column)] == [column.name.casefold()]
    ]
    if len(made) != 1 or column.find_ancestor(exp.Lambda):
        return None
    before = column.sql("duckdb")
    column.set("this", identifier(made[0].alias))
    return f"{before} → {column.sql('duckdb')}"


def _is_nested(select: exp.Select) -> bool:
    """Whether the columns of a query around it may be meant."""
    around = select.find_ancestor(exp.Select, exp.CTE)
    return isinstance(around, exp.Select)


def _prefix_column(column: exp.Column, scope: Scope) -> str | None:
    """``name`` of a table of festivals whose column is called ``festival_name``."""
    wanted = name_stems([column.name])
    found = [
        (alias, stored.name)
        for alias, table in scope.tables.items()
        if table is not None and column.table.casefold() in ("", alias)
        for stored in table.columns
        if wanted == name_stems([stored.name]) - name_stems([table.name]) and _plain(stored.name) != _plain(column.name)
    ]
    if not wanted or len(found) != 1:
        return None
    return _renamed(column, scope, *found[0])


def _take_key(column: exp.Column, scope: Scope) -> str | None:
    """``PhysicianID`` of a table of physicians whose key is called ``EmployeeID``."""
    name = stems_in_order(column.name)
    found = [
        (alias, table.primary_key[0])
        for alias, table in scope.tables.items()
        if table is not None
        and column.table.casefold() in ("", alias)
        and len(table.primary_key) == 1
        and name[-1:] in (["id"], ["num"], ["number"], ["no"], ["code"])
        and name[:-1] == stems_in_order(table.name)
    ]
    return _renamed(column, scope, *found[0]) if len(found) == 1 else None


def _repair_qualified(
    column: exp.Column, scope: Scope, catalog: Catalog, graph: KeyGraph, wording: Wording | None
) -> str | None:
    alias = column.table.casefold()
    visible = [scope, *outer_scopes(scope.select, catalog)]
    home = next((s for s in visible if alias in s.tables), None)
    if home is None:
        by_name = next(
            (a for s in visible for a, t in s.tables.items() if t is not None and _same_name(t, column.table)), None
        )
        if by_name is not None:
            column.set("table", identifier(by_name))
            return _repair_qualified(column, scope, catalog, graph, wording)
        if any(t is not None and t.column(column.table) for s in visible for t in s.tables.values()):
            return None  # a field of a STRUCT column
        table = catalog.table(column.table) or _nearest_table(column.table, catalog)
        if table is not None and table.column(column.name) and scope.is_known:
            return _join_table(column, table, scope, catalog, graph, wording)
        return _bring_column(column, scope, catalog, graph, wording) if scope.is_known else None
    table = home.tables[alias]
    if table is None or table.column(column.name) or home is not scope:
        return None
    others = [owner for owner in scope.owners(column.name) if owner != alias]
    if len(others) == 1:
        before = column.sql("duckdb")
        column.set("table", identifier(others[0]))
        return f"{before} → {column.sql('duckdb')}"
    if others:
        return None
    return (
        _prefix_column(column, scope)
        or _take_key(column, scope)
        or _spell_column(column, scope, wording)
        or _bring_column(column, scope, catalog, graph, wording)
        or _take_shortened(column, scope)
    )


def _same_name(table: Table, name: str) -> bool:
    return table.name.casefold() == name.casefold() or fold(table.reference) == fold(name)


def _qualify_ambiguous(column: exp.Column, scope: Scope, owners: list[str]) -> str | None:
    """A key that several tables share is the same value in all of them: take the one it is the key of."""
    joined = {
        frozenset((f"{eq.left.table}.{eq.left.name}".casefold(), f"{eq.right.table}.{eq.right.name}".casefold()))
        for join in scope.select.args.get("joins") or []
        for eq in (join.args["on"].find_all(exp.EQ) if join.args.get("on") else ())
        if isinstance(eq.left, exp.Column) and isinstance(eq.right, exp.Column)
    }
    first = owners[0]
    name = column.name.casefold()
    linked = {first}
    for _ in owners:
        linked |= {b for a in linked for b in owners if frozenset((f"{a}.{name}", f"{b}.{name}")) in joined}
    if linked != set(owners):
        return None
    keyed = [a for a in owners if name in [k.casefold() for k in (scope.tables[a] or _NO_TABLE).primary_key]]
    column.set("table", identifier((keyed or owners)[0]))
    return f"{column.name} → {column.sql('duckdb')}"


SHORTEST_SPELLED = 3
"""letters of a value whose case is a matter of spelling: 'm' and 'M' may be two things"""
_NO_TABLE = Table("", "", ())


def _qualify_spoken(column: exp.Column, scope: Scope, owners: list[str], wording: Wording | None) -> str | None:
    """The column of the table that the question speaks of; of one compared with a value the value says more."""
    if wording is None or _is_compared(column):
        return None
    same = [c for c in scope.select.expressions if isinstance(c, exp.Column) and c.name == column.name]
    shown = {c.table.casefold() for c in same}
    spoken = spoken_owners(wording.question, column.name, {a: scope.tables[a] for a in owners if a not in shown})
    is_each = len(spoken) == len([c for c in same if not c.table])  # as many as are spoken of: in the question's order
    if not spoken or (len(spoken) > 1 and not is_each):
        return None
    column.set("table", identifier(spoken[0]))
    return f"{column.name} → {column.sql('duckdb')}, which the question speaks of"


def _bring_spoken(
    column: exp.Column, select: exp.Select, scope: Scope, catalog: Catalog, graph: KeyGraph, wording: Wording | None
) -> str | None:
    """Join the table whose column the question says, where another one is shown: "train names" of stations."""
    is_shown = any(e.unalias() is column for e in select.expressions)
    if wording is None or not is_shown or select.parent is not None:
        return None
    if _is_key(column, scope) or spoken_owner(wording.question, column.name, scope.tables) is not None:
        return None
    others = {
        t.reference: t
        for t in catalog
        if t.column(column.name) and t not in scope.tables.values() and column.name not in t.primary_key
    }
    reference = spoken_owner(wording.question, column.name, others, farthest=0)
    return _join_table(column, others[reference], scope, catalog, graph, wording) if reference is not None else None


def _is_key(column: exp.Column, scope: Scope) -> bool:
    """Whether it is of a key of its table: the same value as in the table that the key is of."""
    table = scope.table_of(column)
    keys = [] if table is None else [table.primary_key, *(key.columns for key in table.foreign_keys)]
    return any(name.casefold() == column.name.casefold() for key in keys for name in key)


def _take_here(column: exp.Column, scope: Scope, wording: Wording | None) -> str | None:
    found = column_here(wording.question, column, scope) if wording is not None else None
    return _renamed(column, scope, *found) if found is not None else None


def _take_alike(column: exp.Column, scope: Scope) -> str | None:
    """The one column that ends in the same word, where nothing else is to be had."""
    last = stems_in_order(column.name)[-1:]
    found = [
        (alias, stored.name)
        for alias, table in scope.tables.items()
        if table is not None and column.table.casefold() in ("", alias)
        for stored in table.columns
        if last and last[0] not in ("id", "code", "date") and stems_in_order(stored.name)[-1:] == last
    ]
    return _renamed(column, scope, *found[0]) if len(found) == 1 else None


def _take_shortened(column: exp.Column, scope: Scope) -> str | None:
    """``vt_sal`` for a salary, ``sa_pay`` for a payment type: the one column with a word that begins one of its."""
    asked = [word for word in stems_in_order(column.name) if word not in _OF_ANY_COLUMN]
    found = []
    for alias, table in scope.tables.items():
        if table is None or column.table.casefold() not in ("", alias):
            continue
        names = [stems_in_order(stored.name) for stored in table.columns]
        prefix = names[0][:1] if len(names) > 1 and all(name[:1] == names[0][:1] for name in names) else []
        for stored, name in zip(table.columns, names, strict=True):
            words = [word for word in name[len(prefix) :] if len(word) > 2]
            if any(one.startswith(word) or word.startswith(one) for word in words for one in asked if len(one) > 2):
                found.append((alias, stored.name))
    return _renamed(column, scope, *found[0]) if len(found) == 1 else None


def _renamed(column: exp.Column, scope: Scope, alias: str, name: str) -> str:
    before = column.sql("duckdb")
    column.set("this", identifier(name))
    if len(scope.tables) > 1 and not column.table:
        column.set("table", identifier(alias))
    return f"{before} → {column.sql('duckdb')}"


NEAR = 2
"""keys away: a column of a table farther off is less likely meant than one here with nearly its name"""


def _bring_column(
    column: exp.Column, scope: Scope, catalog: Catalog, graph: KeyGraph, wording: Wording | None
) -> str | None:
    """Join the nearest table that has the column; of several as near, the one that the question names best."""
    candidates = []
    trial = Wording(wording.question) if wording is not None else None  # what is chosen on the way is not yet said
    starts = [fold(t.reference) for t in scope.tables.values() if t is not None]
    for table in catalog:
        if table.column(column.name) and fold(table.reference) not in starts:
            try:
                candidates.append((len(graph.path(starts, fold(table.reference), trial)), table))
            except SQLRejectedError:
                continue
    if not candidates:
        return None
    nearest = min(distance for distance, _ in candidates)
    if nearest > NEAR and not column.table and not _is_compared(column) and _is_nearly_here(column, scope):
        return None
    best = [table for distance, table in candidates if distance == nearest]
    if len(best) > 1 and wording is not None:
        asked = name_stems([wording.question])
        spoken = [len(asked & name_stems([table.name])) for table in best]
        best = [table for table, said in zip(best, spoken, strict=True) if said == max(spoken)]
    return _join_table(column, best[0], scope, catalog, graph, wording) if len(best) == 1 else None


def _is_compared(column: exp.Column) -> bool:
    """Whether it is compared with a value, which says more about the column than its name."""
    return isinstance(column.parent, (exp.EQ, exp.NEQ, exp.In, exp.Like, exp.ILike))


def _is_nearly_here(column: exp.Column, scope: Scope) -> bool:
    here = [_plain(c.name) for table in scope.tables.values() if table is not None for c in table.columns]
    return bool(difflib.get_close_matches(_plain(column.name), here, n=1, cutoff=SIMILAR))


def _join_table(
    column: exp.Column, table: Table, scope: Scope, catalog: Catalog, graph: KeyGraph, wording: Wording | None
) -> str | None:
    aliases = {fold(t.reference): alias for alias, t in scope.tables.items() if t is not None}
    if fold(table.reference) in aliases:
        return None
    try:
        joins = chain_joins(graph.path(aliases, fold(table.reference), wording), aliases, catalog)
    except SQLRejectedError:
        return None
    select = scope.select
    if len(scope.tables) == 1:
        # Names that were unique in the one table may not be so any more.
        only = next(iter(sources(select)))
        for other in own_columns(select):
            if not other.table and other is not column and scope.owners(other.name):
                other.set("table", identifier(only))
    for join in joins:
        select.append("joins", join)
    stored = table.column(column.name)
    column.set("table", identifier(table.name))
    if stored is not None:
        column.set("this", identifier(stored.name))
    return f"joined {table.reference} for {column.sql('duckdb')}"


def _spell_column(column: exp.Column, scope: Scope, wording: Wording | None) -> str | None:
    alias = column.table.casefold()
    tables = [scope.tables.get(alias)] if alias else list(scope.tables.values())
    known: dict[str, str] = {}
    for table in tables:
        if table is not None:
            known.update({_plain(c.name): c.name for c in table.columns})
    found = _nearest(column.name, list(known)) or (wording and _named_by(wording.question, column.name, known))
    if not found:
        return None
    before = column.sql("duckdb")
    column.set("this", identifier(known[found]))
    return f"{before} → {column.sql('duckdb')}"


def _named_by(question: str, name: str, known: Mapping[str, str]) -> str | None:
    """The one name with every word that both the question and an invented name have, if these are two at least."""
    said = name_stems([name]) & name_stems([question])
    named = [plain for plain, other in known.items() if said <= name_stems([other])]
    return named[0] if len(said) > 1 and len(named) == 1 else None


def _is_looked_up(column: exp.Column, select: exp.Select) -> bool:
    """Whether it is what ``x IN (SELECT column …)`` looks x up in: a column of the outer query would find itself."""
    query = select.parent
    lookup = query.parent if query is not None else None
    return (
        isinstance(lookup, exp.In)
        and lookup.args.get("query") is query
        and isinstance(lookup.this, exp.Column)
        and [e.unalias() for e in select.expressions] == [column]
    )


def _is_all_of_an_aggregate(column: exp.Column) -> bool:
    """Whether it is the only column of an aggregate, which is never over the one row of the outer query."""
    aggregate = column.find_ancestor(exp.AggFunc, exp.Query)
    return isinstance(aggregate, exp.AggFunc) and len(list(aggregate.find_all(exp.Column))) == 1


def _is_correlated(select: exp.Select, scope: Scope) -> bool:
    return any(column.table and column.table.casefold() not in scope.tables for column in own_columns(select))


def _is_lambda_parameter(column: exp.Column) -> bool:
    lambda_ = column.find_ancestor(exp.Lambda)
    return lambda_ is not None and any(p.name == column.name for p in lambda_.expressions)


def repair_values(tree: exp.Expr, catalog: Catalog, values: ValueIndex) -> list[str]:
    """Write compared text as it is stored: ``segment = 'enterprise'`` becomes ``segment = 'Enterprise'``.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
        values: the stored text.
    """
    notes = []
    for literal in list(tree.find_all(exp.Literal)):
        comparison = literal.parent
        if not literal.is_string or not isinstance(comparison, (exp.EQ, exp.NEQ, exp.In)):
            continue
        column = comparison.this if isinstance(comparison, exp.In) or comparison.expression is literal else None
        column = comparison.expression if column is None else column
        select = literal.find_ancestor(exp.Select)
        if not isinstance(column, exp.Column) or select is None:
            continue
        scope = Scope.of(select, catalog)
        owners = [column.table.casefold()] if column.table else scope.owners(column.name)
        table = scope.tables.get(owners[0]) if owners else None
        if table is None:
            continue
        stored = {
            place.value
            for form in _value_forms(fold_text(literal.this))
            for place in values.find(form)
            if place.table == table.reference and place.column.casefold() == column.name.casefold()
        }
        if len(stored) == 1 and literal.this not in stored:
            right = stored.pop()
            notes.append(f"'{literal.this}' → '{right}'")
            literal.replace(exp.Literal.string(right))
        alike = sorted(value for value in stored if fold_text(value) == fold_text(literal.this))
        if len(alike) > 1 and len(literal.this) >= SHORTEST_SPELLED:
            notes.append(f"'{literal.this}' → {' and '.join(map(repr, alike))}")
            _take_all(comparison, column, literal, alike)
    return notes


def _take_all(comparison: exp.Expr, column: exp.Column, literal: exp.Literal, values: list[str]) -> None:
    """Compare with every spelling of a value that is stored."""
    literals = [exp.Literal.string(value) for value in values]
    if isinstance(comparison, exp.In):
        kept = [e for e in comparison.expressions if e is not literal and e not in literals]
        comparison.set("expressions", [*kept, *literals])
        return
    among = exp.In(this=column.copy(), expressions=literals)
    comparison.replace(exp.not_(among) if isinstance(comparison, exp.NEQ) else among)


_BEGINS = r"\b(?:start|begin)\w*\s+(?:with|in|by)\W+(?:\w+\W+){0,3}?"
_ENDS = r"\bend\w*\s+(?:with|in|on)\W+(?:\w+\W+){0,3}?"


def repair_patterns(tree: exp.Expr, catalog: Catalog, values: ValueIndex, question: str) -> list[str]:
    """``LIKE 'a'`` where nothing is called just that: what begins with it, ends with it or has it in it.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
        values: the stored text.
        question: as typed; it says which of the three.
    """
    notes = []
    for like in list(tree.find_all(exp.Like, exp.ILike)):
        column, pattern = like.this, like.expression
        select = like.find_ancestor(exp.Select)
        if not isinstance(column, exp.Column) or not isinstance(pattern, exp.Literal) or select is None:
            continue
        text = pattern.this
        inside = text.strip("%")
        if inside and text in (f"{inside}%", f"%{inside}"):
            if _is_contained(inside, question):
                like.set("expression", exp.Literal.string(f"%{inside}%"))
                notes.append(f"'{text}' → '%{inside}%'")
            continue
        table = Scope.of(select, catalog).table_of(column)
        if table is None or not text or any(wild in text for wild in "%_") or isinstance(like.parent, exp.Not):
            continue
        if values.holds(table.reference, column.name, text) is not False:
            continue
        alike = [p for p in values.find(fold_text(text)) if p.table == table.reference]
        if any(p.column.casefold() == column.name.casefold() for p in alike):
            continue
        said = re.escape(text)
        before = "" if re.search(_BEGINS + said, question, re.IGNORECASE) else "%"
        after = "" if re.search(_ENDS + said, question, re.IGNORECASE) else "%"
        like.set("expression", exp.Literal.string(f"{before}{text}{after}"))
        notes.append(f"'{text}' → '{like.expression.this}'")
    return notes


def _is_contained(text: str, question: str) -> bool:
    """Whether the question asks for what has a text in it, wherever."""
    if re.search(r"\b(?:start|begin|end|prefix|suffix|first|last|initial|final)", question, re.IGNORECASE):
        return False
    said = rf"['\"“‘]?{re.escape(text)}['\"”’]?"
    has = r"\b(?:contain\w*|includes?|ha(?:s|ve|ving)|with)\b"
    what = r"(?:\W+(?:an?|the))?\W+(?:letters?|words?|text|substring|string)\b"
    inside = r"(?:in (?:it|them|its|their)|(?:some|any)where|as (?:a |the )?(?:sub|part))\b"
    forms = (rf"\b(?:contain\w*|includes?)\W+{said}", rf"{has}{what}\W+{said}\W*$", rf"(?<!\w){said}\W+{inside}")
    return any(re.search(form, question, re.IGNORECASE) for form in forms)


def _value_forms(folded: str) -> list[str]:
    return [folded] if not folded.endswith("s") else [folded, folded[:-1]]
