"""Missing values: those that a question leaves out, and flags that are not missing but false.

Tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import is_known, name_stems
from llmsql.asking.scopes import Scope, add_condition, conditions, lone_select
from llmsql.catalog import Catalog

_LEAVE_OUT = r"\b(?:(?:skip|ignor|exclud|omit|disregard|discard)\w*|leav\w* (?:out|off|aside)|drop(?:ping)?)"
_LACKING = r"(?:without|with no|(?:that|which|who) (?:have|has) no|where there is no|lacking|missing)"
_BLANKS = re.compile(
    rf"{_LEAVE_OUT} (?:(?:the|any|all|those|rows|ones|with|where|which|that|are|is) ){{0,5}}"
    rf"(?:{_LACKING} (?!ones?\b|values?\b)(?:an? |any |the )?(?P<what>\w+(?: \w+)?)"
    r"|(?:blanks?|nulls?|empty|missing|unknowns?|unset)\b(?! (?!ones?\b|values?\b|entries\b|rows?\b|and\b|or\b)[a-z]))"
    rf"|{_LEAVE_OUT} (?:\w+ ){{1,3}}{_LACKING} (?:an? |any |the )?(?P<other>\w+(?: \w+)?)",
    re.IGNORECASE,
)
_MAY_BE_MISSING = re.compile(
    r"\b(?:unknown|missing|null|blank|empty|unset|unrecorded"
    r"|(?:not|n['’]?t) (?:known|recorded|said|specified|given|set|sure)"
    r"|under|pending|lack\w*|n/a|flag\w*|filled|yet|neither|status|undecided|unclear|await\w*|investigat\w*"
    r"|no (?:answer|value|entry|information|data))\b",
    re.IGNORECASE,
)


def leave_out_blanks(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``sector IS NOT NULL`` for "skip blanks" and for "leave out those with no sector".

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables.
    """
    select = lone_select(tree)
    said = _BLANKS.search(question)
    if select is None or said is None or any(isinstance(node.expression, exp.Null) for node in tree.find_all(exp.Is)):
        return []
    scope = Scope.of(select, catalog)
    shown = [e.unalias() for e in select.expressions]
    named = said["what"] or said["other"]
    keys = [c for c in shown if isinstance(c, exp.Column) and scope.stored(c) is not None]
    if named:
        words = named.split()
        keys = [c for c in {*keys, *tree.find_all(exp.Column)} if any(is_known(w, name_stems([c.name])) for w in words)]
        keys = list({c.name.casefold(): c for c in keys if scope.stored(c) is not None}.values())
    read = {c.name.casefold() for condition in conditions(select) for c in condition.find_all(exp.Column)}
    if len(keys) != 1 or keys[0].name.casefold() in read:
        return []
    missing = exp.Is(this=keys[0].copy(), expression=exp.Null())
    add_condition(select, exp.Not(this=missing))
    return [f"left out where {missing.sql('duckdb')}, for {said[0]!r}"]


def read_flags(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``NOT passed`` for ``passed IS NULL`` of a BOOLEAN column, unless the question speaks of what is not known."""
    if _MAY_BE_MISSING.search(question):
        return []
    select = lone_select(tree)
    if select is None or select.args.get("joins"):
        return []
    notes = []
    for missing in conditions(select):
        column = missing.this
        if not isinstance(missing, exp.Is) or not isinstance(missing.expression, exp.Null):
            continue
        stored = Scope.of(select, catalog).stored(column) if isinstance(column, exp.Column) else None
        is_alone = stored and sum(c.name.casefold() == column.name.casefold() for c in tree.find_all(exp.Column)) == 1
        if stored is not None and stored.type == "BOOLEAN" and is_alone:
            notes.append(f"{missing.sql('duckdb')} → NOT {column.sql('duckdb')}")
            missing.replace(exp.Not(this=column.copy()))
    return notes
