"""Which table or column a question speaks of, where the SQL leaves it open or names another.

Small models write ``SELECT name FROM actor JOIN musical`` for the names of musicals, and ``contact_phone`` for the
phone of a table that calls it ``customer_phone``. Each of these repairs was tried on thousands of right queries, which
it has to leave alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlglot import exp

from llmsql.asking.coverage import places_of, stems_in_order
from llmsql.asking.scopes import Scope, cte_names, identifier, own_columns, table_reference
from llmsql.catalog import Catalog, Table

_SMALL_WORDS = frozenset("the all each every any these those this that its their distinct different".split())
_BETWEEN = frozenset("number count total sum average share percentage maximum minimum full stop".split())
"""words after which "of" speaks of something else than the column"""
_ENDS = re.compile(r"[.?!;:](?:\s|$)")
_FARTHEST = 4
"""words between a column and the "of" that says whose it is: "the name, age and city of each customer" """


def spoken_owner(
    question: str, column: str, tables: Mapping[str, Table | None], farthest: int = _FARTHEST
) -> str | None:
    """The one of several tables whose column a question speaks of: "musical name", "the names of all musicals".

    Args:
        question: as typed.
        column: a name that several of the tables have.
        tables: alias → table.
        farthest: how many words there may be between the column and the "of" that says whose it is.

    Returns:
        An alias; None where the question speaks of none or of several.
    """
    spoken = spoken_owners(question, column, tables, farthest)
    return spoken[0] if len(spoken) == 1 else None


def spoken_owners(
    question: str, column: str, tables: Mapping[str, Table | None], farthest: int = _FARTHEST
) -> list[str]:
    """All whose column a question speaks of, in its order; arguments as of ``spoken_owner``."""
    words, name = stems_in_order(_ENDS.sub(" full stop ", question)), stems_in_order(column)
    able = [(alias, table) for alias, table in tables.items() if table is not None and table.column(column)]
    places = [(_place_of_owner(table, name, words, farthest), alias) for alias, table in able]
    return [alias for place, alias in sorted((p, a) for p, a in places if p is not None)]


def _place_of_owner(table: Table, name: Sequence[str], words: Sequence[str], farthest: int) -> int | None:
    owner = stems_in_order(table.name)
    whole = places_of([*owner, *name], words)
    if whole:
        return whole[0]
    for place in places_of(name, words):
        after = words[place + len(name) :]
        of = after.index("of") if "of" in after[: farthest + 1] else None
        if of is not None and not _BETWEEN.intersection(after[:of]):
            rest = [word for word in after[of + 1 :][: len(owner) + 2] if word not in _SMALL_WORDS]
            if rest[: len(owner)] == list(owner):
                return place
    return None


def column_here(question: str, column: exp.Column, scope: Scope) -> tuple[str, str] | None:
    """The column of a query's own tables that is meant by one that none of them has.

    It ends in the same word. Either the question says it whole, and not the one written ("document type description"
    for ``document_description``), or the question has no word for what else the written name says, and the other's
    further words are those of its table (``contact_phone`` for the ``customer_phone`` of customers).

    Args:
        question: as typed.
        column: as written.
        scope: of the query.

    Returns:
        (alias, name of the column); None where there is none or there are several.
    """
    words, written = stems_in_order(question), stems_in_order(column.name)
    if not written:
        return None
    strange = set(written[:-1]) - set(words)
    said, own = [], []
    for alias, table in scope.tables.items():
        for stored in table.columns if table is not None and column.table.casefold() in ("", alias) else ():
            name = stems_in_order(stored.name)
            if not name or name[-1] != written[-1]:
                continue
            if set(written) < set(name) and places_of(name, words) and not places_of(written, words):
                said.append((alias, stored.name))
            elif strange and name[-1] in words and set(name[:-1]) <= set(stems_in_order(table.name if table else "")):
                own.append((alias, stored.name))
    found = said or own
    return found[0] if len(found) == 1 else None


def take_named_tables(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Tables that the columns or the question's words show to be others than those written.

    ``game AS injury_accident`` whose columns are those of ``injury_accident``; ``Project_Staff``, of which no column is
    used, for "research staff" where there is a ``Research_Staff``.

    Args:
        tree: a parsed query, before its joins are completed; changed in place.
        question: as typed.
        catalog: the tables.
    """
    words = stems_in_order(question)
    notes = []
    for select in list(tree.find_all(exp.Select)):
        for source in [node for node in _tables_of(select) if node.name.casefold() not in cte_names(select)]:
            table = catalog.table(table_reference(source))
            if table is None:
                continue
            right = _by_columns(source, table, select, catalog) or _by_words(source, table, select, catalog, words)
            if right is None:
                continue
            new = exp.maybe_parse(right.reference, into=exp.Table, dialect="duckdb")
            if source.alias and source.alias.casefold() != right.name.casefold():
                new.set("alias", source.args["alias"])
            source.replace(new)
            notes.append(f"{table.reference} → {right.reference}")
    return notes


def _tables_of(select: exp.Select) -> list[exp.Table]:
    start = select.args.get("from_")
    found = [start.this if start is not None else None, *(join.this for join in select.args.get("joins") or [])]
    return [node for node in found if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier)]


def _by_columns(source: exp.Table, table: Table, select: exp.Select, catalog: Catalog) -> Table | None:
    """The table that has all columns that an alias is written with, where its own has not."""
    if not source.alias:
        return None
    used = {c.name for c in select.find_all(exp.Column) if c.table.casefold() == source.alias.casefold()}
    if not used or all(table.column(name) for name in used):
        return None
    able = [other for other in catalog if all(other.column(name) for name in used)]
    named = [other for other in able if other.name.casefold() == source.alias.casefold()]
    chosen = named or able
    return chosen[0] if len(chosen) == 1 else None


def _by_words(
    source: exp.Table, table: Table, select: exp.Select, catalog: Catalog, words: Sequence[str]
) -> Table | None:
    """The table of two words or more that the question names, for one like it that it does not and that is not used."""
    mine = stems_in_order(table.name)
    name = source.alias_or_name.casefold()
    if source.alias or set(mine) <= set(words):
        return None
    columns = list(own_columns(select))
    here = {node.name.casefold() for node in _tables_of(select)}
    if any(c.table.casefold() == name or (not c.table and table.column(c.name)) for c in columns):
        return None
    scope = Scope.of(select, catalog)
    loose = [c.name for c in columns if not c.table and not scope.owners(c.name)]
    alike = [
        other
        for other in catalog
        if other.name.casefold() not in here
        and len(stems_in_order(other.name)) > 1
        and set(stems_in_order(other.name)) & set(mine)
        and places_of(stems_in_order(other.name), words)
    ]
    if len(alike) != 1 or not all(alike[0].column(c) for c in loose):
        return None
    is_part = set(stems_in_order(alike[0].name)) <= set(mine)
    return alike[0] if loose or not is_part else None


def show_said(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """The column of two words or more that a question says, for a shown one that it does not and that is like it."""
    words = stems_in_order(question)
    notes = []
    for select in list(tree.find_all(exp.Select)):
        scope = Scope.of(select, catalog)
        if select is not tree or not scope.is_known or select.args.get("group"):
            continue
        read = {column.name.casefold() for column in select.find_all(exp.Column)}
        for shown in select.expressions:
            column = shown.unalias()
            written = stems_in_order(column.name) if isinstance(column, exp.Column) else []
            if not written or places_of(written[-2:], words):
                continue
            named = [
                (alias, stored.name)
                for alias, table in scope.tables.items()
                if table is not None
                for stored in table.columns
                if stored.name.casefold() not in read and _is_fuller(stems_in_order(stored.name), written, words)
            ]
            if len(named) != 1 or not isinstance(column, exp.Column):
                continue
            [(alias, name)] = named
            before = column.sql("duckdb")
            column.set("this", identifier(name))
            if len(scope.tables) > 1:
                column.set("table", identifier(alias))
            notes.append(f"shows {column.sql('duckdb')}, which the question names, not {before}")
    return notes


def _is_fuller(name: Sequence[str], written: Sequence[str], words: Sequence[str]) -> bool:
    return len(name) > 1 and name[-1] == written[-1] and bool(places_of(name, words))
