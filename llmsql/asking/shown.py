"""The column that a query shows, where the question asks for another."""

from __future__ import annotations

import difflib
import re

from sqlglot import exp

from llmsql.asking.coverage import content_words, name_stems, stem
from llmsql.asking.scopes import Scope, conjuncts, identifier, lone_select
from llmsql.catalog import Catalog

_ALIKE = 0.8
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


def _is_asked(stems: set[str], words: set[str]) -> bool:
    return bool(stems) and all(difflib.get_close_matches(s, words, n=1, cutoff=_ALIKE) for s in stems)
