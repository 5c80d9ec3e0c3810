"""Codes in queries: numbers as numbers, and those that a question's words stand for."""

from __future__ import annotations

from sqlglot import exp

from llmsql.asking.coverage import places_of, stems_in_order
from llmsql.asking.scopes import Scope
from llmsql.catalog import Catalog
from llmsql.catalog.codes import NUMBERS, code_meanings


def repair_codes(tree: exp.Expr, catalog: Catalog, question: str | None) -> list[str]:
    """``state = 3`` for ``state = '3'`` where the column has numbers, and for ``state = 1`` in "solved tickets".

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
        question: as typed; None where nobody asked.

    Returns:
        A note for each other code.
    """
    words = stems_in_order(question or "")
    notes = []
    for comparison in tree.find_all(exp.EQ, exp.NEQ, exp.In):
        sides = [comparison.this, comparison.args.get("expression"), *comparison.args.get("expressions", [])]
        columns = [side for side in sides if isinstance(side, exp.Column)]
        scope = Scope.around(comparison, catalog) if columns else None
        stored = scope.stored(columns[0]) if scope is not None else None
        if stored is None or stored.part_of or comparison.find_ancestor(exp.Filter, exp.Case):
            continue
        is_number = bool(NUMBERS.match(stored.type))
        literals = [side for side in sides if isinstance(side, exp.Literal)]
        for literal in literals:
            if is_number and literal.is_string and literal.name.isdigit():
                literal.replace(exp.Literal.number(literal.name))
        meanings = code_meanings(stored)
        said = {code for meaning, code in meanings.items() if places_of(stems_in_order(meaning), words)}
        if len(literals) != 1 or len(said) != 1 or literals[0].name in said or literals[0].name in words:
            continue
        [code] = said
        others = [e for e in tree.find_all(exp.EQ, exp.NEQ, exp.In) if e is not comparison and columns[0] in e.walk()]
        if any(literal.name == code for other in others for literal in other.find_all(exp.Literal)):
            continue
        right = exp.Literal.number(code) if is_number else exp.Literal.string(code)
        notes.append(f"{comparison.sql('duckdb')} → {code}, by the comment on {stored.name}")
        [literal] = [e for e in comparison.iter_expressions() if isinstance(e, exp.Literal)]
        literal.replace(right)
    return notes
