"""Two values that one thing has to have both: "customers who bought desks and also lamps".

Small models write ``name IN ('Desks', 'Lamps')``, for which either will do, or ``name = 'Desks' AND name = 'Lamps'``,
which no row can meet. Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from llmsql.asking.joins import fold as fold_reference
from llmsql.asking.scopes import Scope, conjuncts
from llmsql.asking.values import fold
from llmsql.catalog import Catalog

_BOTH = re.compile(r"\bboth\b|\band also\b|\bas well as\b", re.IGNORECASE)
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
    if not _BOTH.search(question) or _EITHER.search(question):
        return []
    found = [(s, pair) for s in tree.find_all(exp.Select) for pair in _pairs(s) if _are_said(pair.values, question)]
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
        select.set("where", exp.Where(this=exp.and_(*kept, either, copy=False)))
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


def _are_said(values: list[exp.Expr], question: str) -> bool:
    said = fold(question)
    return all(isinstance(v, exp.Literal) and v.is_string and fold(v.this) in said for v in values)


def _counts_two_others(having: exp.Expr, column: exp.Column) -> bool:
    """Whether it wants two of something else: two products are not two categories."""
    if not isinstance(having, exp.EQ) or not isinstance(having.this, exp.Count) or having.expression.sql() != "2":
        return False
    counted = having.this.this
    return not (isinstance(counted, exp.Distinct) and counted.expressions == [column])


def _may_have_several(select: exp.Select, pair: _Pair, catalog: Catalog) -> bool:
    """Whether one of what is shown may have several of the values: some row of another table points at each.

    Of one table only where no row would do otherwise: a city has women and men, but a customer has one country.
    """
    scope = Scope.of(select, catalog)
    shown = [e.unalias() for e in select.expressions]
    owner = scope.owner(pair.column)
    if owner is None or not all(isinstance(e, exp.Column) and e.name != pair.column.name for e in shown):
        return False
    owners = {scope.owner(e) for e in shown if isinstance(e, exp.Column)}
    if owners == {owner}:
        return pair.is_impossible
    targets = {fold_reference(key.target) for t in scope.tables.values() if t is not None for key in t.foreign_keys}
    tables = [scope.tables[o] for o in owners if o is not None]
    return None not in owners and any(t is not None and fold_reference(t.reference) in targets for t in tables)
