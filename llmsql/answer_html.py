"""An answer as HTML for notebooks: the rows, a chart where one helps, and the SQL folded below them.

No script and no style sheet: a saved notebook shows the same in every viewer, and nothing that a cell of the data says
can act on the page.
"""

from __future__ import annotations

import decimal
import html
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from llmsql.asking.pipeline import Draft
from llmsql.asking.quiet import quiet_sqlglot
from llmsql.asking.sql_text import laid_out
from llmsql.charts import choose_chart, render_svg

MOST_ROWS = 20
MOST_COLUMNS = 30
LONGEST_CELL = 200
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)
_NULL = '<span style="opacity: 0.5">NULL</span>'


def render_html(draft: Draft, relation: duckdb.DuckDBPyRelation, table: Any, *, truncated: bool, seconds: float) -> str:
    """Rows, chart, SQL, confidence and tables of an answer, as one ``<div>``.

    Args:
        draft: the SQL and how it came about.
        relation: the rows.
        table: the same rows, an Arrow table.
        truncated: the row limit cut rows off.
        seconds: wall time of the query.
    """
    parts = [_rows(relation), f"<p>{_extent(table.num_rows, table.num_columns, truncated)}</p>"]
    chart = choose_chart(table)
    if chart is not None:
        parts.append(f"<div>{render_svg(chart, table)}</div>")
    if draft.doubt:
        parts.append(f"<p>{_text(draft.doubt)}</p>")
    parts.append(_origin(draft, seconds))
    return f'<div class="llmsql-answer">{"".join(parts)}</div>'


def tables_used(sql: str) -> list[str]:
    """Names of the tables that a query reads, in order of appearance, CTEs left out."""
    try:
        with quiet_sqlglot():
            tree = sqlglot.parse_one(sql, read="duckdb")
    except Exception:
        return []
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    named = [
        ".".join(part.name for part in table.parts)
        for table in tree.find_all(exp.Table, bfs=False)
        if isinstance(table.this, exp.Identifier)
    ]
    return list(dict.fromkeys(name for name in named if name.casefold() not in ctes))


def _rows(relation: duckdb.DuckDBPyRelation) -> str:
    types = [str(type_) for type_ in relation.types][:MOST_COLUMNS]
    style = [f' style="text-align: {"right" if type_.startswith(_NUMBERS) else "left"}"' for type_ in types]
    heading = "".join(
        f'<th{s} title="{_text(type_)}">{_text(name)}</th>'
        for s, type_, name in zip(style, types, relation.columns, strict=False)
    )
    rows = relation.limit(MOST_ROWS).project("COLUMNS(*)::VARCHAR").fetchall()  # text as DuckDB writes it
    body = "".join(
        "<tr>" + "".join(f"<td{s}>{_cell(v, t)}</td>" for s, v, t in zip(style, row, types, strict=False)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"


def _extent(rows: int, columns: int, truncated: bool) -> str:
    said = f"{rows:,} {'row' if rows == 1 else 'rows'} × {columns} {'column' if columns == 1 else 'columns'}"
    if rows > MOST_ROWS:
        said = f"the first {MOST_ROWS} of {said}"
    if columns > MOST_COLUMNS:
        said += f", the first {MOST_COLUMNS} columns shown"
    return said + ("; there are more: raise max_rows" if truncated else "")


def _cell(text: str | None, type_: str) -> str:
    if text is None:
        return _NULL
    return f"{decimal.Decimal(text):,}" if type_.startswith("DECIMAL") else _text(text)


def _text(value: Any) -> str:
    text = str(value)
    return html.escape(text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…")


def _origin(draft: Draft, seconds: float) -> str:
    said = [_text(draft.writer)]
    if draft.confidence is not None:
        said.append(f"confidence {draft.confidence:.2f}")
    if tables := tables_used(draft.sql):
        said.append("tables: " + ", ".join(map(_text, tables)))
    said.append(f"{seconds:.2f} s")
    notes = "".join(f"<li>repaired: {_text(note)}</li>" for note in draft.notes)
    return (
        f"<details><summary>SQL · {' · '.join(said)}</summary>"
        f'<pre style="white-space: pre-wrap">{html.escape(laid_out(draft.sql))}</pre>'
        f'<p style="white-space: pre-line">{html.escape(draft.explanation)}</p>'
        f"{f'<ul>{notes}</ul>' if notes else ''}</details>"
    )
