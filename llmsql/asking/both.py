"""Two values that one thing has to have both: "customers who bought desks and also lamps".

Small models write ``name IN ('Desks', 'Lamps')``, for which either will do, or ``name = 'Desks' AND name = 'Lamps'``,
which no row can meet. Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from llmsql.asking.joins import fold as fold_reference
from llmsql.asking.scopes import Scope, conjuncts, set_conditions
from llmsql.asking.values import fold
from llmsql.catalog import Catalog

# "For both", "of both" and "from both" mean either of them as a rule, and so does "and also those".
_BOTH = re.compile(
    r"(?<!\bfor )(?<!\bfrom )(?<!\bof )(?<!, )\b(?P<both>both)\b"
    r"|\b(?P<as_well>as well as)\b|\band also\b(?! (?:those|the|how|list|show|which|who)\b)",
    re.IGNORECASE,
)
_SMALL_WORDS = re.compile(r"\A(?:\s*(?:an?|of|in|from|some|for|by)\b)*\s*")
_EITHER = re.compile(r"\b(?:either|or|each|per|combined|together)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Pair:
    """A column that is compared with two values, by one IN or by two equalities that exclude one another."""

    column: exp.Column
    values: list[exp.Expr]
    conditions: list[exp.Expr]

    @property
    def is_impossible(self) -> bool:
        return len(self.conditions) > 1


def want_both(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Group by what is shown, and keep the groups that have two of the values.

    Args:
        tree: a parsed query; changed in place.
        question: as typed.
        catalog: the tables.
    """
    said = _BOTH.search(question)
    if said is None or _EITHER.search(question):
        return []
    pairs = [(select, pair) for select in tree.find_all(exp.Select) for pair in _pairs(select)]
    found = [(select, pair) for select, pair in pairs if _are_said(pair.values, question, said)]
    if len(found) != 1:
        return []
    [(select, pair)] = found
    if any(select.args.get(part) for part in ("qualify", "limit", "order")) or select.find(exp.Window):
        return []
    if select.args.get("having") is not None:
        if not _counts_two_others(select.args["having"].this, pair.column):
            return []
    elif select.args.get("group") or not _may_have_several(select, pair, catalog):
        return []
    else:
        select.set("group", exp.Group(expressions=[e.unalias().copy() for e in select.expressions]))
        select.set("distinct", None)
    counted = exp.Count(this=exp.Distinct(expressions=[pair.column.copy()]))
    select.set("having", exp.Having(this=exp.EQ(this=counted, expression=exp.Literal.number(2))))
    if pair.is_impossible:
        either = exp.In(this=pair.column.copy(), expressions=[value.copy() for value in pair.values])
        kept = [c for c in conjuncts(select.args["where"].this) if c not in pair.conditions]
        set_conditions(select, [*kept, either])
    return [f"wants both {' and '.join(value.sql('duckdb') for value in pair.values)}"]


def _pairs(select: exp.Select) -> list[_Pair]:
    where = select.args.get("where")
    conditions = [c for c in conjuncts(where.this) if isinstance(c.this, exp.Column)] if where is not None else []
    pairs = [_Pair(c.this, c.expressions, [c]) for c in conditions if isinstance(c, exp.In) and len(c.expressions) == 2]
    equal = [c for c in conditions if isinstance(c, exp.EQ)]
    for i, one in enumerate(equal):
        for other in equal[i + 1 :]:
            if one.this == other.this and one.expression != other.expression:
                pairs.append(_Pair(one.this, [one.expression, other.expression], [one, other]))
    return pairs


def _are_said(values: list[exp.Expr], question: str, said: re.Match[str]) -> bool:
    """Whether "both" is said of the values: of a name and an email it is said with an "and" of their own."""
    texts = [fold(v.this) for v in values if isinstance(v, exp.Literal) and v.is_string]
    before, after = fold(question[: said.start()]), fold(question[said.end() :])
    if len(texts) != 2 or any(f"{text}'s" in after for text in texts):
        return False
    if said["as_well"] is not None:  # "as well as buyers of a desk" are others
        after = _SMALL_WORDS.sub("", after)
        return any(one in before and after.startswith(other) for one, other in (texts, texts[::-1]))
    if said["both"] is None:
        return any(one in before and other in after for one, other in (texts, texts[::-1]))
    if all(text in before for text in texts):
        return True
    return all(t in after for t in texts) and not re.search(r"\band\b", after[: min(map(after.index, texts))])


def _counts_two_others(having: exp.Expr, column: exp.Column) -> bool:
    """Whether it wants two of something else: two products are not two categories."""
    if not isinstance(having, exp.EQ) or not isinstance(having.this, exp.Count) or having.expression.sql() != "2":
        return False
    counted = having.this.this
    return not (isinstance(counted, exp.Distinct) and counted.expressions == [column])


def _may_have_several(select: exp.Select, pair: _Pair, catalog: Catalog) -> bool:
    """Whether one of what is shown may have several of the values: some row of another table points at each.

    Not where what is shown points at the values: a product has one category, however often it was sold.
    Of one table only where no row would do otherwise: a city has women and men, but a customer has one country.
    """
    scope = Scope.of(select, catalog)
    shown = [e.unalias() for e in select.expressions]
    owner = scope.owner(pair.column)
    if owner is None or not all(isinstance(e, exp.Column) and not _is_same(e, pair.column, scope) for e in shown):
        return False
    owners = {scope.owner(e) for e in shown if isinstance(e, exp.Column)}
    if owners == {owner}:
        return pair.is_impossible
    if owner in owners or any(_points_at(o, owner, scope) for o in owners if o is not None):
        return False
    targets = {fold_reference(key.target) for t in scope.tables.values() if t is not None for key in t.foreign_keys}
    tables = [scope.tables[o] for o in owners if o is not None]
    return None not in owners and any(t is not None and fold_reference(t.reference) in targets for t in tables)


def _is_same(one: exp.Column, other: exp.Column, scope: Scope) -> bool:
    return one.name == other.name and scope.owner(one) == scope.owner(other)


def _points_at(alias: str, goal: str, scope: Scope) -> bool:
    """Whether the keys of a table lead to another one in FROM, by way of others there."""
    reached = {alias}
    for _ in scope.tables:
        tables = [table for a, table in scope.tables.items() if a in reached and table is not None]
        targets = {fold_reference(key.target) for table in tables for key in table.foreign_keys}
        reached |= {a for a, t in scope.tables.items() if t is not None and fold_reference(t.reference) in targets}
    return goal in reached - {alias}
