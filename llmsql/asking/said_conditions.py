"""Conditions that a question spells out with a column's very name: "(left_on is empty)", "with no died_on"."""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, add_condition
from llmsql.catalog import Catalog, Column, Table

_OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "==": exp.EQ, "!=": exp.NEQ, "<>": exp.NEQ, ">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE,
}  # fmt: skip
_COMPARISON = re.compile(
    r"(?:[`\"](?P<quoted>[^`\"]+)[`\"]|(?<![\w.])(?P<plain>[A-Za-z_]\w*))\s*(?P<sign>==?|!=|<>|>=|<=|>|<)\s*"
    r"(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)(?![\w.%]))"
)
_MISSING = r"(?:null|empty|blank|missing|unknown|not (?:set|filled|given|known|there))"
_GIVEN = r"(?:filled|set|given|known|not (?:null|empty|blank|missing))"
_SHARE = re.compile(r"\b(?:fraction|share|percent\w*|proportion|ratio|rate)\b|%", re.IGNORECASE)
_NO_CONDITION = re.compile(r"\b(?:whether|regardless|if|when|or without|with or)\b", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"\bnot\b|n['’]t\b|\bleft out\b|\bleav\w+ out\b|\b(?:exclud|exclus|ignor|except|without|skip|drop|disregard)",
    re.IGNORECASE,
)


def compare_as_said(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Take ``status = 'A'`` from "active refers to status = 'A'": for another value that the query compares with, or
    beside its other conditions where it does not read the column.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed; it compares a column by its very name with a number or a text in quotes.
        catalog: the tables.
    """
    if not isinstance(tree, exp.Select) or not (scope := Scope.of(tree, catalog)).is_known:
        return []
    notes = []
    said = list(_COMPARISON.finditer(question))
    for match in said:
        written = match["quoted"] or match["plain"]
        owners = [(a, c) for a, t in scope.tables.items() if t is not None and (c := _called(written, t)) is not None]
        if len(owners) != 1 or sum(written == (m["quoted"] or m["plain"]) for m in said) > 1:
            continue
        before, after = (
            re.split(r"[.;?!]\s", question[: match.start()])[-1],
            re.split(r"[.;?!]\s", question[match.end() :])[0],
        )
        if _LEFT_OUT.search(before + after):
            continue  # "duplicates (dup = 1) don't count"
        [(alias, stored)] = owners
        column = scope.column(alias, stored.name)
        text, number = match["text"], match["number"]
        value = exp.Literal.number(number) if number else exp.Literal.string(text[1:-1])
        condition = _OPERATORS[match["sign"]](this=column, expression=value)
        reads = [c for c in tree.find_all(exp.Column) if c.name.casefold() == stored.name.casefold()]
        equals = [read.parent for read in reads if isinstance(read.parent, exp.EQ)]
        compared = [equal for equal in equals if isinstance(equal.expression, exp.Literal)]
        if not reads and not _SHARE.search(question):
            add_condition(tree, condition)
        elif len(reads) == len(compared) == 1 and isinstance(condition, exp.EQ) and compared[0].expression != value:
            compared[0].set("expression", value)
        else:
            continue
        notes.append(f"took {condition.sql('duckdb')} from the question")
    return notes


def _called(written: str, table: Table) -> Column | None:
    folded = " ".join(written.casefold().split())
    return next((c for c in table.stored if c.name.casefold() == folded), None)


def add_said(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Add ``died_on IS NULL`` for "alive (no died_on)", where the query says nothing of the column.

    Args:
        tree: a parsed query with right column names; changed in place.
        question: as typed.
        catalog: the tables.
    """
    if not isinstance(tree, exp.Select) or not (scope := Scope.of(tree, catalog)).is_known:
        return []
    if _NO_CONDITION.search(question) or _SHARE.search(question):
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
            column = scope.column(alias, stored.name)
            condition: exp.Expr = exp.Is(this=column, expression=exp.Null())
            condition = condition if is_missing else exp.not_(condition, copy=False)
            add_condition(tree, condition)
            notes.append(f"added {condition.sql('duckdb')}, which the question says")
    return notes
