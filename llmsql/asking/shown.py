"""The column that a query shows, where the question asks for another."""

from __future__ import annotations

import difflib
import re

from sqlglot import exp

from llmsql.asking.coverage import content_words, name_stems, stem
from llmsql.asking.scopes import Scope, conjuncts, identifier, lone_select
from llmsql.catalog import Catalog

_ALIKE = 0.8
_NAME = re.compile(r"(?P<before>\w*?)_?(?P<part>first|last|given|family|sur|f|l)_?name", re.IGNORECASE)
_PART_OF_NAME = re.compile(
    r"\b(?:(?:first|last|given|family|fore)[ -]?names?|surnames?|by name|(?:which|common|popular) name"
    r"|called|letters?)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"\W*(?:is|are|was|were|do|does|did|has|have|can)\b", re.IGNORECASE)


def show_asked(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """The description of the region called China, where the query shows the name that it has looked for."""
    select = lone_select(tree)
    where = select.args.get("where") if select is not None else None
    if select is None or where is None or len(select.expressions) != 1 or _WHETHER.match(question):
        return []
    if any(select.args.get(part) for part in ("group", "having", "distinct")):
        return []
    [shown] = select.expressions
    scope = Scope.of(select, catalog)
    table = scope.table_of(shown) if isinstance(shown, exp.Column) else None
    fixed = [c.this for c in conjuncts(where.this) if isinstance(c, exp.EQ) and isinstance(c.expression, exp.Literal)]
    if table is None or shown not in fixed:
        return []
    read = {column.name.casefold() for column in select.find_all(exp.Column)}
    words = {stem(word) for word in content_words(question)} - name_stems([table.name, *read])  # "country" is no county
    named = [
        column.name
        for column in table.columns
        if column.name.casefold() not in read and _is_asked(name_stems([column.name]) - name_stems([table.name]), words)
    ]
    if len(named) != 1:
        return []
    before = shown.sql("duckdb")
    shown.set("this", identifier(named[0]))
    return [f"shows {shown.sql('duckdb')}, which the question names, not {before}"]


def show_once(tree: exp.Expr) -> list[str]:
    """A column once, where the query shows the very same one again."""
    if not isinstance(tree, exp.Select):
        return []
    kept = list(dict.fromkeys(tree.expressions))
    behind = [key for part in ("group", "order") if tree.args.get(part) for key in tree.args[part].expressions]
    if any(isinstance(key.this if isinstance(key, exp.Ordered) else key, exp.Literal) for key in behind):
        return []  # by place
    if len(kept) == len(tree.expressions):
        return []
    tree.set("expressions", kept)
    return ["shows each column once"]


def show_whole_name(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """First and last name of a person where the query shows one of them and the question does not say which."""
    if not isinstance(tree, exp.Select) or _PART_OF_NAME.search(question) or tree.args.get("distinct"):
        return []
    scope = Scope.of(tree, catalog)
    columns = [e for e in tree.expressions if isinstance(e, exp.Column)]
    shown = [(e, part) for e in columns if (part := _part_of_name(e.name)) is not None]
    if len(shown) != 1:
        return []
    [(one, (is_first, rest))] = shown
    table = scope.table_of(one)
    others = [] if table is None else [c.name for c in table.columns if _part_of_name(c.name) == (not is_first, rest)]
    group, order = tree.args.get("group"), tree.args.get("order")
    read = {column.name.casefold() for column in tree.find_all(exp.Column)}
    if any(isinstance(key.this, exp.Literal) for key in (order.expressions if order is not None else [])):
        return []  # by place
    if len(others) == 1 and others[0].casefold() in read:
        return []
    if len(others) != 1 or (group is not None and not group.args.get("all")):
        return []
    other = exp.column(identifier(others[0]), table=one.args.get("table"))
    place = tree.expressions.index(one) + is_first
    tree.set("expressions", [*tree.expressions[:place], other, *tree.expressions[place:]])
    return [f"shows {other.sql('duckdb')} too, for the whole name"]


def _part_of_name(column: str) -> tuple[bool, str] | None:
    """Whether a column is a first name, not a last one, and what else is in its name; None where it is neither."""
    match = _NAME.fullmatch(column)
    return (match["part"].casefold()[0] in "fg", match["before"].casefold()) if match else None


def _is_asked(stems: set[str], words: set[str]) -> bool:
    return bool(stems) and all(difflib.get_close_matches(s, words, n=1, cutoff=_ALIKE) for s in stems)
