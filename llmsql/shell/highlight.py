"""Colours for SQL, on what is typed and on what a model wrote."""

from __future__ import annotations

from functools import cache

from pygments import highlight
from pygments.formatters import TerminalFormatter
from pygments.lexers import PostgresLexer
from pygments.token import Comment, Keyword, Name, Number, Punctuation, String

LONGEST_COLOURED = 20_000
"""Characters: colouring longer text at every key would be felt."""

_OWN_KEYWORDS = frozenset(
    "PIVOT UNPIVOT QUALIFY ASOF SUMMARIZE DESCRIBE EXCLUDE REPLACE SAMPLE SEMI ANTI POSITIONAL USE".split()
)


class DuckDBLexer(PostgresLexer):  # type: ignore[misc]
    """DuckDB's SQL: PostgreSQL's, with a few words more."""

    name = "DuckDB"
    aliases = ["duckdb"]  # noqa: RUF012

    def get_tokens_unprocessed(self, text, *args):  # type: ignore[no-untyped-def]
        behind_dot = False
        for place, kind, value in super().get_tokens_unprocessed(text, *args):
            if value == ".":  # which PostgreSQL's lexer takes for a number
                kind = Punctuation
            elif behind_dot and kind is Keyword:  # a column called "name"
                kind = Name
            elif kind is Name and value.upper() in _OWN_KEYWORDS:
                kind = Keyword
            yield place, kind, value
            behind_dot = value == "."


@cache
def _lexer() -> DuckDBLexer:
    return DuckDBLexer(stripnl=False, ensurenl=False)


def paint_sql(sql: str) -> str:
    """SQL with escape sequences for a terminal.

    Args:
        sql: at most ``LONGEST_COLOURED`` characters are coloured.
    """
    if len(sql) > LONGEST_COLOURED:
        return sql
    return str(highlight(sql, _lexer(), TerminalFormatter())).rstrip("\n")


_CLASSES = (
    (Keyword, "class:sql.keyword"),
    (String, "class:sql.string"),
    (Number, "class:sql.number"),
    (Comment, "class:sql.comment"),
)


def classes(sql: str) -> list[list[tuple[str, str]]]:
    """Each line of a text as pieces with their style classes.

    Args:
        sql: what is typed.
    """
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, value in _lexer().get_tokens(sql):
        style = next((name for token, name in _CLASSES if kind in token), "")
        first, *rest = value.split("\n")
        lines[-1].append((style, first))
        lines.extend([(style, line)] for line in rest)
    return lines
