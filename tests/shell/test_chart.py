from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from llmsql.charts import choose_chart
from llmsql.shell.chart import draw_chart, drawing_of
from llmsql.shell.results import run_statement
from llmsql.shell.session import ShellError
from tests.shell.conftest import Run

MONTHS = "select date '2024-01-01' + interval (i) month as month, i * 10 as revenue, i as n from range(12) t(i)"
NAMES = "select unnest(['north', 'south', 'Ångström']) as region, unnest([10, -5, null]) as revenue"
POINTS = "select random() a, i * 1.5 b from range(50) t(i)"


@pytest.mark.parametrize(
    ("query", "kind", "series"),
    [
        (MONTHS, "line", 2),
        (NAMES, "bar", 1),
        (POINTS, "scatter", 1),
        ("select 2020 + i as year, i * 2 as n from range(5) t(i)", "line", 1),
        ("select i as customer_id, i * 2 as n from range(5) t(i)", "bar", 1),
        ("select 42 as answer", "bar", 1),
    ],
)
def test_the_types_choose_the_chart(query: str, kind: str, series: int) -> None:
    result = run_statement(duckdb.connect(), query, None, hold=True)
    chart = drawing_of(result)
    assert (chart.kind, len(chart.series)) == (kind, series)
    for width in (40, 100):
        drawn = draw_chart(chart, width, colour=False)
        assert max(map(len, drawn.splitlines())) <= width
        assert "\x1b" not in drawn and len(drawn.splitlines()) >= 2


@pytest.mark.parametrize("query", [MONTHS, NAMES, POINTS, "select 'a' || i s, i n, i * 2 m from range(9) t(i)"])
def test_the_shell_draws_what_a_notebook_shows(query: str) -> None:
    con = duckdb.connect()
    in_notebook = choose_chart(con.sql(query).to_arrow_table())
    drawn = drawing_of(run_statement(con, query, None, hold=True))
    assert in_notebook is not None
    assert (drawn.kind, drawn.x_name) == (in_notebook.kind, in_notebook.x)
    assert [name for name, _ in drawn.series] == list(in_notebook.ys)


def test_a_line_goes_from_left_to_right() -> None:
    query = "from (values (2022, 5), (2020, 3), (2021, 4)) t(year, n)"
    chart = drawing_of(run_statement(duckdb.connect(), query, None, hold=True))
    assert (chart.x, chart.series) == ([2020.0, 2021.0, 2022.0], [("n", [3.0, 4.0, 5.0])])


def test_bars_are_in_proportion() -> None:
    query = "select unnest(['a', 'b']) as x, unnest([10, 5]) as y"
    chart = drawing_of(run_statement(duckdb.connect(), query, None, hold=True))
    lines = draw_chart(chart, 60, colour=False).splitlines()
    assert lines[1].count("█") == pytest.approx(2 * lines[2].count("█"), abs=1)
    assert lines[1].startswith("a │") and lines[1].endswith(" 10")


def test_what_is_left_out_is_said() -> None:
    result = run_statement(duckdb.connect(), "select 'n' || i as x, i as y from range(100) t(i)", None, hold=True)
    assert "(60 more rows are not drawn)" in draw_chart(drawing_of(result), 80, colour=False)


@pytest.mark.parametrize("query", ["select 'a' x", "select 1 x where false"])
def test_nothing_to_draw(query: str) -> None:
    with pytest.raises(ShellError):
        drawing_of(run_statement(duckdb.connect(), query, None, hold=True))


@pytest.mark.parametrize("query", [MONTHS, NAMES, POINTS])
def test_files(shell: Callable[..., Run], query: str) -> None:
    pytest.importorskip("matplotlib")
    done = shell("-c", query, "-c", ".chart a.svg", "-c", ".chart b.png", "-c", ".chart bar c.svg")
    assert done.code == 0, done.err
    assert b"<svg" in Path("a.svg").read_bytes()
    assert Path("b.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in Path().iterdir()) == ["a.svg", "b.png", "c.svg"]


def test_wrong_files(shell: Callable[..., Run]) -> None:
    pytest.importorskip("matplotlib", reason="draws charts into files")
    assert "as .gif" in shell("-c", "select 1 a", "-c", ".chart x.gif").err
    assert shell("-c", "select 1 a", "-c", ".chart /no/such/x.svg").err.startswith(
        "Error: /no/such/x.svg cannot be written"
    )
    assert "Run a query" in shell("-c", ".chart").err
