"""Conditions that a question spells out with a column's very name: "(left_on is empty)", "with no died_on"."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, add_condition, identifier
from llmsql.catalog import Catalog

_MISSING = r"(?:null|empty|blank|missing|unknown|not (?:set|filled|given|known|there))"
_GIVEN = r"(?:filled|set|given|known|not (?:null|empty|blank|missing))"
_NO_CONDITION = re.compile(
    r"\b(?:whether|regardless|if|when|fraction|share|percent\w*|proportion|rate|or without|with or)\b|%", re.IGNORECASE
)


def add_said(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Add ``died_on IS NULL`` for "alive (no died_on)", where the query says nothing of the column.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables.
    """
    if not isinstance(tree, exp.Select) or not (scope := Scope.of(tree, catalog)).is_known:
        return []
    if _NO_CONDITION.search(question):
        return []
    read = {column.name.casefold() for column in tree.find_all(exp.Column)}
    notes = []
    for alias, table in scope.tables.items():
        for stored in table.columns if table is not None else ():
            if "_" not in stored.name or stored.name.casefold() in read or len(scope.owners(stored.name)) > 1:
                continue
            name = re.escape(stored.name)
            missing = rf"(?i)\b(?:no|without(?: an?)?) {name}\b|\b{name} (?:is |are )?{_MISSING}\b"
            given = rf"(?i)\b(?:with|has|have) an? {name}\b|\b{name} (?:is |are )?{_GIVEN}\b"
            if re.search(
                rf"(?i)\bor (?:\w+ )?{name}\b|\b{name} or\b|(?:\bnot\b|n['’]t\b)[^.,;()]*\b{name}\b", question
            ):
                continue
            is_missing, is_given = (re.search(pattern, question) is not None for pattern in (missing, given))
            if is_missing == is_given:
                continue
            column = exp.column(identifier(stored.name), table=identifier(alias) if len(scope.tables) > 1 else None)
            condition: exp.Expr = exp.Is(this=column, expression=exp.Null())
            condition = condition if is_missing else exp.not_(condition, copy=False)
            add_condition(tree, condition)
            notes.append(f"added {condition.sql('duckdb')}, which the question says")
    return notes
