"""SQL text as people write it: ``x IS NOT NULL`` where sqlglot's own generator has ``NOT x IS NULL``."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import rename_func
from sqlglot.dialects.duckdb import DuckDB

from llmsql.asking.quiet import quiet_sqlglot

_WIDE_LINE = 76

_KEYWORDS: dict[type[exp.Expr], str] = {exp.Is: "IS", exp.In: "IN", exp.Between: "BETWEEN"}


class _Readable(DuckDB):
    class Generator(DuckDB.Generator):  # type: ignore[misc, valid-type]
        # Without the CAST that sqlglot puts around their argument.
        TRANSFORMS: ClassVar[dict[type[exp.Expr], Any]] = {
            **DuckDB.Generator.TRANSFORMS,
            exp.LogicalOr: rename_func("BOOL_OR"),
            exp.LogicalAnd: rename_func("BOOL_AND"),
        }

        def not_sql(self, expression: exp.Not) -> str:
            """A negation, inside the predicate where the predicate has a place for it."""
            inner = expression.this
            plain: str = super().not_sql(expression)
            keyword = _KEYWORDS.get(type(inner))
            if keyword is None:
                return plain
            left, text = self.sql(inner, "this"), self.sql(inner)
            rest = text.removeprefix(f"{left} {keyword}")
            if rest == text:
                return plain
            return f"{left} IS NOT{rest}" if keyword == "IS" else f"{left} NOT {keyword}{rest}"


def sql_text(tree: exp.Expr, *, pretty: bool = False) -> str:
    """A query as DuckDB SQL, on one line or, where ``pretty``, over several."""
    text: str = tree.sql(_Readable, pretty=pretty)
    return text


def laid_out(sql: str) -> str:
    """A query for reading: on several lines where one would be too long; as it is where sqlglot would change what it
    says or cannot read it.
    """
    if len(sql) <= _WIDE_LINE or "\n" in sql:
        return sql
    try:
        with quiet_sqlglot():
            tree = sqlglot.parse_one(sql, read="duckdb")
            pretty = sql_text(tree, pretty=True)
            same = sqlglot.parse_one(pretty, read="duckdb") == tree
    except Exception:  # whatever a parser may raise: what is only shown need not fail
        return sql
    return pretty if same else sql
