"""Queries that can only say the question's own word back.

``SELECT friend FROM friendships WHERE friend = 'Bob'`` answers "who are Bob's friends?" with Bob. Small models
write that where a table has two columns of one kind: a friendship's two people, a flight's two cities.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, conjuncts, identifier
from llmsql.asking.values import ValueIndex, fold
from llmsql.catalog import Catalog

# Whether there is one, and how often it is there, are questions to which the word itself is an answer.
_WHETHER = re.compile(
    r"\A\W*(?:is|are|was|were|do|does|did|has|have|had|can|check|verify)\b|\b(?:called|named|spelled|spelt|exists?)\b",
    re.IGNORECASE,
)


def turn_echo(tree: exp.Expr, question: str, catalog: Catalog, values: ValueIndex) -> list[str]:
    """Ask for the value in the other column that has it, where nothing is shown but the column that must equal it.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables.
        values: the stored text.
    """
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or _WHETHER.search(question):
        return []
    shown, where = tree.expressions[0].unalias(), tree.args.get("where")
    if not isinstance(shown, exp.Column) or where is None:
        return []
    scope = Scope.of(tree, catalog)
    table = scope.table_of(shown)
    echoes = [c for c in conjuncts(where.this) if isinstance(c, exp.EQ) and _is_text_of(c, shown, scope)]
    if table is None or len(echoes) != 1:
        return []
    column, literal = echoes[0].this, echoes[0].expression
    found = values.find(fold(literal.this))
    others = [p for p in found if p.table == table.reference and p.column.casefold() != shown.name.casefold()]
    if len(others) != 1:
        return []
    before = echoes[0].sql("duckdb")
    column.set("this", identifier(others[0].column))
    literal.replace(exp.Literal.string(others[0].value))
    return [f"{before} → {echoes[0].sql('duckdb')}: what is asked for is the other one"]


def _is_text_of(equal: exp.EQ, shown: exp.Column, scope: Scope) -> bool:
    """Whether it compares the column that is shown with a text."""
    column, literal = equal.this, equal.expression
    if not isinstance(column, exp.Column) or not isinstance(literal, exp.Literal) or not literal.is_string:
        return False
    return column.name.casefold() == shown.name.casefold() and scope.owner(column) == scope.owner(shown)
