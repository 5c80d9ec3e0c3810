from __future__ import annotations

from html.parser import HTMLParser

import duckdb
import pytest

from llmsql.answer import Answer
from llmsql.answer_html import MOST_COLUMNS, MOST_ROWS, tables_used
from llmsql.asking.pipeline import Draft

VOID = {"br", "rect", "path", "circle", "polyline"}


class Balanced(HTMLParser):
    """Fails on an element that is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def answer(sql: str, *, truncated: bool = False, notes: tuple[str, ...] = ()) -> Answer:
    con = duckdb.connect()
    draft = Draft("q", sql, "stub-1", sql, notes=notes, logprob=-0.1)
    return Answer(draft, con.sql(sql).to_arrow_table(), truncated, 0.25, con)


def elements(html: str) -> list[str]:
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return parser.seen


def test_rows_chart_and_folded_sql() -> None:
    html = answer(
        "WITH t(region, revenue) AS (VALUES ('N', 1234567.50), ('S', NULL)) SELECT * FROM t", notes=("a → b",)
    )._repr_html_()
    seen = elements(html)
    assert seen.count("tr") == 3 and {"svg", "details", "summary", "pre"} <= set(seen)
    for part in (
        ">region</th>", 'title="DECIMAL(9,2)">revenue</th>', ">1,234,567.50</td>", "NULL", "2 rows × 2 columns",
        "stub-1", "confidence 0.90", "repaired: a → b", "0.25 s",
    ):  # fmt: skip
        assert part in html
    assert html.index("</table>") < html.index("<svg") < html.index("<details")


def test_doubt_is_not_folded() -> None:
    con = duckdb.connect()
    draft = Draft("orders by <region>", "SELECT 1 AS orders", "stub-1", "SELECT 1 AS orders", sureness=0.2)
    html = Answer(draft, con.sql(draft.sql).to_arrow_table(), False, 0.25, con)._repr_html_()
    said = "<p>not sure of this answer (confidence 0.20): the SQL takes up nothing for &#x27;region&#x27;</p>"
    assert html.index("</table>") < html.index(said) < html.index("<details")


def test_every_type_is_shown_and_nothing_is_markup() -> None:
    # DuckDB cannot read the least 128-bit integers back from Arrow.
    html = answer("SELECT * EXCLUDE (hugeint, uhugeint) FROM test_all_types()")._repr_html_()
    assert elements(html).count("th") == MOST_COLUMNS and f"the first {MOST_COLUMNS} columns shown" in html
    html = answer("""SELECT '<script>alert(1)</script>' AS "<b>", ['<i>'] AS y, {'a': '<u>'} AS z""")._repr_html_()
    assert not {"script", "b", "i", "u"} & set(elements(html))


def test_long_answers_are_cut_and_say_so() -> None:
    html = answer("SELECT i, repeat('x', 1000) AS text FROM range(1000) r(i)", truncated=True)._repr_html_()
    assert elements(html).count("tr") == MOST_ROWS + 1
    assert "the first 20 of 1,000 rows × 2 columns; there are more: raise max_rows" in html
    assert "x" * 201 not in html
    assert "0 rows × 1 column" in answer("SELECT 1 AS a LIMIT 0")._repr_html_()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM orders JOIN customers USING (id) JOIN orders o ON true", ["orders", "customers"]),
        ("WITH c AS (FROM orders) SELECT * FROM c WHERE x IN (SELECT y FROM db.s.t)", ["orders", "db.s.t"]),
        ("SELECT * FROM range(3), unnest([1])", []),
        ("not sql at all (", []),
    ],
)
def test_the_tables_that_a_query_reads(sql: str, tables: list[str]) -> None:
    assert sorted(tables_used(sql)) == sorted(tables)
