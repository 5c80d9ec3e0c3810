from __future__ import annotations

from llmsql.shell.highlight import classes


def test_columns_behind_a_dot_are_no_keywords() -> None:
    [line] = classes("select r.name from regions r where 1.5 > r.size")
    coloured = [(style.removeprefix("class:sql."), text) for style, text in line if style]
    assert coloured == [("keyword", "select"), ("keyword", "from"), ("keyword", "where"), ("number", "1.5")]


def test_duckdb_s_own_keywords() -> None:
    [line] = classes("summarize orders")
    assert line[0] == ("class:sql.keyword", "summarize")
