from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import duckdb
import pytest

from llmsql.charts import Chart, chart_of, choose_chart, format_number, render_svg

MONTHS = "SELECT DATE '2024-01-01' + INTERVAL (i) MONTH AS month, i * 10.5 AS revenue, i AS orders FROM range(6) r(i)"


def rows(sql: str) -> Any:
    with duckdb.connect() as con:
        return con.sql(sql).to_arrow_table()


@pytest.mark.parametrize(
    ("sql", "chart"),
    [
        (MONTHS, Chart("line", "month", ("revenue", "orders"))),
        ("SELECT 2000 + i AS year, i AS n FROM range(4) r(i)", Chart("line", "year", ("n",))),
        ("FROM (VALUES ('N', 1.5, 2), ('S', 2.5, 3)) t(region, revenue, n)", Chart("bar", "region", ("revenue",))),
        ("SELECT i % 3 = 0 AS late, count(*) AS n FROM range(9) r(i) GROUP BY 1", Chart("bar", "late", ("n",))),
        ("SELECT i AS price, i * i AS size FROM range(9) r(i)", Chart("scatter", "price", ("size",))),
        ("SELECT 'N' AS region, 1 AS n", None),
        ("FROM (VALUES ('N', 1), ('N', 2)) t(region, n)", None),
        ("FROM (VALUES ('N', 1), (NULL, 2)) t(region, n)", None),
        ("SELECT 'c' || i AS name, i AS n FROM range(31) r(i)", None),
        ("SELECT 'c' || i AS name, i AS customer_id FROM range(9) r(i)", None),
        ("SELECT i AS order_id, i AS n FROM range(9) r(i)", None),
        ("SELECT 'N' AS region, NULL::INTEGER AS n FROM range(3)", None),
        ("SELECT 'a' AS a, 'b' AS b, i AS n FROM range(3) r(i)", None),
        ("SELECT d, 1 AS n FROM (VALUES ('infinity'::DATE), ('290000-01-01'::DATE)) t(d)", None),
        ("SELECT INTERVAL (i) DAY AS gap, i AS n FROM range(3) r(i)", None),
        ("SELECT DATE '2024-01-01' + i::INTEGER AS day, 'nan'::DOUBLE AS n FROM range(3) r(i)", None),
        ("SELECT i / 3 AS a, i / 7 AS b FROM range(2001) r(i)", None),
        ("SELECT 1 AS n LIMIT 0", None),
    ],
)
def test_the_shape_of_a_result_decides(sql: str, chart: Chart | None) -> None:
    assert choose_chart(rows(sql)) == chart


@pytest.mark.parametrize(
    ("kind", "chart"),
    [
        (None, Chart("bar", "region", ("n",))),
        ("bar", Chart("bar", "region", ("n",))),
        ("line", Chart("line", "day", ("n", "m"))),
        ("scatter", Chart("scatter", "region", ("n", "m"))),
    ],
)
def test_a_kind_that_is_asked_for(kind: str | None, chart: Chart) -> None:
    table = rows("SELECT DATE '2024-01-01' AS day, 1 AS order_id, 'N' AS region, 2 AS n, 3 AS m")
    assert chart_of(table.schema, kind) == chart


@pytest.mark.parametrize(
    ("sql", "shapes"),
    [
        (MONTHS, {"polyline": 2}),
        ("FROM (VALUES ('<b>&', -1.5), ('S', 0), ('T', NULL)) t(region, profit)", {"rect": 2}),
        ("SELECT i / 3 AS a, i * i AS b FROM range(9) r(i)", {"circle": 9}),
        ("SELECT 'c' || i AS name, 0 AS n FROM range(3) r(i)", {"rect": 3}),
        ("SELECT DATE '2024-01-01' + i::INTEGER AS day, 5 AS n FROM range(3) r(i)", {"polyline": 1}),
    ],
)
def test_a_chart_is_one_sound_element_without_script(sql: str, shapes: dict[str, int]) -> None:
    table = rows(sql)
    chart = choose_chart(table)
    assert chart is not None
    svg = render_svg(chart, table)
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("}svg") and root.get("aria-label") and "<script" not in svg
    found = [element.tag.partition("}")[2] for element in root.iter()]
    assert {kind: found.count(kind) for kind in ("polyline", "rect", "circle") if kind in shapes} == shapes
    assert "nan" not in svg and "inf" not in svg


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.25, "0.25"), (12, "12"), (4500.4, "4,500"), (-1_234_567, "-1.23M"), (5e9, "5B"), (2e13, "20T")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert format_number(value) == text
