"""An answer as HTML for notebooks: the rows, a chart where one helps, and the SQL folded below them.

No script and no style sheet: a saved notebook shows the same in every viewer, and nothing that a cell of the data says
can act on the page.
"""

from __future__ import annotations

import decimal
import html
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from llmsql.asking.quiet import quiet_sqlglot
from llmsql.charts import choose_chart, render_svg

if TYPE_CHECKING:
    from llmsql.answer import Answer

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


def render_html(answer: Answer) -> str:
    """Table, chart, SQL, confidence and tables of an answer, as one ``<div>``.

    Args:
        answer: what ``con.ask()`` gave.
    """
    parts = [_table(answer)]
    chart = choose_chart(answer.table)
    if chart is not None:
        parts.append(f"<div>{render_svg(chart, answer.table)}</div>")
    parts.append(_origin(answer))
    return f'<div class="llmsql-answer">{"".join(parts)}</div>'


def pretty_sql(sql: str) -> str:
    """``sql`` over several lines, for reading; as it is where sqlglot does not read it."""
    try:
        with quiet_sqlglot():
            return sqlglot.parse_one(sql, read="duckdb").sql("duckdb", pretty=True)
    except Exception:
        return sql


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


def _table(answer: Answer) -> str:
    table, types = answer.table, [str(type_) for type_ in answer.relation.types][:MOST_COLUMNS]
    style = [f' style="text-align: {"right" if type_.startswith(_NUMBERS) else "left"}"' for type_ in types]
    heading = "".join(
        f'<th{s} title="{_text(type_)}">{_text(name)}</th>'
        for s, type_, name in zip(style, types, table.column_names, strict=False)
    )
    rows = answer.relation.limit(MOST_ROWS).project("COLUMNS(*)::VARCHAR").fetchall()  # text as DuckDB writes it
    body = "".join(
        "<tr>" + "".join(f"<td{s}>{_cell(v, t)}</td>" for s, v, t in zip(style, row, types, strict=False)) + "</tr>"
        for row in rows
    )
    return (
        f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{_extent(table.num_rows, table.num_columns, answer.truncated)}</p>"
    )


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


def _origin(answer: Answer) -> str:
    said = [_text(answer.model)]
    if answer.confidence is not None:
        said.append(f'<span title="of the words chosen, not calibrated">confidence {answer.confidence:.2f}</span>')
    if tables := tables_used(answer.sql):
        said.append("tables: " + ", ".join(map(_text, tables)))
    said.append(f"{answer.seconds:.2f} s")
    notes = "".join(f"<li>repaired: {_text(note)}</li>" for note in answer.notes)
    return (
        f"<details><summary>SQL · {' · '.join(said)}</summary>"
        f'<pre style="white-space: pre-wrap">{html.escape(pretty_sql(answer.sql))}</pre>'
        f"{f'<ul>{notes}</ul>' if notes else ''}</details>"
    )
