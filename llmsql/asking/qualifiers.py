"""Stored values and flags that a question puts before a noun, where its query leaves them out: "new suvs".

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import ASKING, is_known, name_stems, stem, stems_in_order
from llmsql.asking.joins import fold as fold_reference
from llmsql.asking.prompt import StoredValue
from llmsql.asking.scopes import Scope, add_condition, conditions
from llmsql.asking.values import ValueIndex, fold
from llmsql.catalog import Catalog, Table

_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,.;:?!()]")
_NOT = frozenset(
    """no not non never without except excluding but or and versus vs other than most many more fewest least less
    top""".split()
)
_NEGATED = re.compile(r"\b(?:not|never|without|no|none|nobody|except|exclud\w*)\b|n['’]t\b", re.IGNORECASE)
_PLAIN = ASKING - {"new"}
_PREFIXES = frozenset("is has was are can had did".split())


def take_qualifiers(tree: exp.Expr, question: str, catalog: Catalog, values: ValueIndex) -> list[str]:
    """Add ``status = 'delivered'`` for "delivered orders" and ``is_vegetarian`` for "vegetarian dishes".

    The word has to stand right before the name of a table of the query, or before a value of it that the query has.
    Only one column of the query's tables may have the value, and the query must not read that column. A condition that
    a column with the word in its name is not NULL gives way: delivered_at is known of an order that came back.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables.
        values: the stored text.
    """
    if not isinstance(tree, exp.Select) or not (scope := Scope.of(tree, catalog)).is_known:
        return []
    if any(join.side for join in tree.args.get("joins") or []) or _NEGATED.search(question):
        return []
    read = {column.name.casefold() for column in tree.find_all(exp.Column)}
    words = [word.casefold() for word in _WORDS.findall(question)]
    nouns = {stems_in_order(t.name)[-1] for t in scope.tables.values() if t is not None and stems_in_order(t.name)}
    notes = []
    for alias, table in scope.tables.items():
        if table is None:
            continue
        before_noun = _before_noun(words, table, scope, alias)
        named = [_value(word, table, values) for _, word in before_noun]
        said = [place.column.casefold() for place in dict.fromkeys(p for p in named if p is not None)]
        either = {column for column in said if said.count(column) > 1}
        for before, word in before_noun:
            if word in _PLAIN or before in _NOT or stem(before) in nouns or before.endswith(("n't", "n’t")):
                continue
            found = _flag(word, table) or _value(word, table, values)
            if found is None or found.column.casefold() in read or found.column.casefold() in either:
                continue
            others = [c.name for c in tree.find_all(exp.Column) if word not in c.name.casefold()]
            written = [fold(text.this) for text in tree.find_all(exp.Literal)]
            if is_known(word, name_stems(others)) or any(word in text for text in written):
                continue
            column = scope.column(alias, found.column)
            condition = exp.EQ(this=column, expression=exp.Literal.string(found.value)) if found.value else column
            given = [c for c in conditions(tree) if _is_set(c, word)]
            if given:
                given[0].replace(condition)
            else:
                add_condition(tree, condition)
            notes.append(f"added {condition.sql('duckdb')}, which the question says before its noun")
            read.add(found.column.casefold())
    return notes


def _before_noun(words: list[str], table: Table, scope: Scope, alias: str) -> list[tuple[str, str]]:
    """Words right before a table's name or before a value of it that the query has, each with the word before it."""
    noun = stems_in_order(table.name)[-1:]
    literals = {
        fold(equal.expression.this)
        for equal in scope.select.find_all(exp.EQ)
        if isinstance(equal.this, exp.Column)
        and isinstance(equal.expression, exp.Literal)
        and scope.owner(equal.this) == alias
    }
    return [
        (words[i - 2] if i > 1 and words[i - 3 : i - 1] != ["how", "many"] else "", words[i - 1])
        for i, word in enumerate(words)
        if i and ([stem(word)] == noun or fold(word) in literals or stem(fold(word)) in literals)
    ]


def _flag(word: str, table: Table) -> StoredValue | None:
    named = [
        column.name
        for column in table.columns
        if column.type == "BOOLEAN" and [s for s in stems_in_order(column.name) if s not in _PREFIXES] == [stem(word)]
    ]
    return StoredValue(table.reference, named[0], "") if len(named) == 1 else None


def _value(word: str, table: Table, values: ValueIndex) -> StoredValue | None:
    found = [p for p in values.find(fold(word)) if fold_reference(p.table) == fold_reference(table.reference)]
    return found[0] if len(found) == 1 else None


def _is_set(condition: exp.Expr, word: str) -> bool:
    """Whether a condition is that a column with the word in its name is not NULL."""
    if not isinstance(condition, exp.Not) or not isinstance(condition.this, exp.Is):
        return False
    column, null = condition.this.this, condition.this.expression
    return isinstance(null, exp.Null) and isinstance(column, exp.Column) and word in column.name.casefold()
