"""Which stored values and which tables a question names."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.joins import KeyGraph
from llmsql.asking.link import (
    MOST_HINTS,
    MOST_TABLES,
    PROMPT_CHARS,
    link_values,
    select_tables,
)
from llmsql.asking.prompt import StoredValue, render_schema
from llmsql.asking.settle import Knowledge
from llmsql.asking.values import MOST_PLACES, build_value_index, fold
from llmsql.catalog import Catalog, Column, ForeignKey, Table
from llmsql.catalog.snapshot import snapshot


def linked(known: Knowledge, question: str) -> list[tuple[str, str, str]]:
    return [(v.table, v.column, v.value) for v in link_values(known.values, known.catalog, question)]


ENTERPRISE = ("customers", "segment", "Enterprise")
EMILIE = ("customers", "full_name", "Émilie du Châtelet")
ILE = ("regions", "region", "Île-de-France")


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("how many enterprise customers", [ENTERPRISE]),
        ("ENTERPRISE revenue", [ENTERPRISE]),
        ("revenue of enterprises", [ENTERPRISE]),
        ("orders of Émilie du Châtelet", [EMILIE]),
        ("orders of emilie du chatelet", [EMILIE]),
        ("orders of E\u0301milie  du\tCha\u0302telet", [EMILIE]),
        ("sales in ile-de-france", [ILE]),
        ("paid orders in the north", [("orders", "status", "paid"), ("regions", "region", "North")]),
        ("how many lamps did Ada Lovelace buy",
         [("products", "title", "Lamp"), ("customers", "full_name", "Ada Lovelace")]),
        ('orders with status "open"', [("orders", "status", "open")]),
        ("orders with status 'returned'", [("orders", "status", "returned")]),
        ("orders of ada@example.com", [("customers", "email", "ada@example.com")]),
        ("revenue by region", []),
        ("how many orders in 2024", []),
        ("top 3 customers", []),
        ("", []),
        ("?!", []),
        ("x" * 10_000, []),
    ],
)  # fmt: skip
def test_values_are_found(known: Knowledge, question: str, values: list[tuple[str, str, str]]) -> None:
    assert linked(known, question) == values


def test_the_longest_run_of_words_wins() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (city TEXT); INSERT INTO t VALUES ('York'), ('New York'), ('New York City')")
        catalog = snapshot(con)
        index = build_value_index(con, catalog)
        assert [v.value for v in link_values(index, catalog, "shops in new york city")] == ["New York City"]
        assert [v.value for v in link_values(index, catalog, "shops in new york or york")] == ["New York", "York"]


def test_numbers_are_values_only_in_quotes() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (code TEXT); INSERT INTO t VALUES ('2024'), ('17')")
        catalog = snapshot(con)
        index = build_value_index(con, catalog)
        assert link_values(index, catalog, "sales in 2024 above 17") == []
        assert [v.value for v in link_values(index, catalog, "code '2024'")] == ["2024"]


def test_a_value_in_two_columns_goes_to_the_one_that_is_named() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE ships (home_port TEXT, builder TEXT); INSERT INTO ships VALUES ('Lund', 'Lund')")
        catalog = snapshot(con)
        index = build_value_index(con, catalog)
        assert [v.column for v in link_values(index, catalog, "ships whose port is Lund")] == ["home_port"]
        assert [v.column for v in link_values(index, catalog, "how about Lund")] == ["home_port", "builder"]


def test_hints_are_bounded() -> None:
    with duckdb.connect() as con:
        for table in range(8):
            con.execute(f"CREATE TABLE t{table} (w TEXT)")
            con.execute(f"INSERT INTO t{table} SELECT 'word' || chr(65 + i::INT) FROM range(26) r(i)")
        catalog = snapshot(con)
        index = build_value_index(con, catalog)
        question = " ".join(f"word{chr(65 + i)}" for i in range(26))
        assert len(link_values(index, catalog, question)) == MOST_HINTS
        assert len(index.find("worda")) == MOST_PLACES


def test_the_index_bears_odd_text_and_leaves_long_text_out() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (a TEXT, e ENUM ('mild', 'hot'), n INT)")
        con.execute(
            "INSERT INTO t VALUES (repeat('x', 500), 'hot', 1), ('', 'mild', 2), (NULL, NULL, 3), (' \n ', 'hot', 4)"
        )
        con.execute("CREATE TABLE empty (a TEXT); CREATE VIEW v AS SELECT 'seen' AS a")
        index = build_value_index(con, snapshot(con))
        assert index.find("hot") and index.find("mild")
        assert not index.find("x" * 500)
        assert index.find("seen") and index.holds("v", "a", "unseen") is None


def test_the_index_stops_when_its_time_is_up() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT 'v' || range AS a FROM range(1000)")
        assert len(build_value_index(con, snapshot(con), seconds=-1)) == 0


@pytest.mark.parametrize(
    ("text", "folded"), [("  ÉCOLE  Normale ", "ecole normale"), ("Straße", "strasse"), ("ﬁn", "fin"), ("", "")]
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.fixture(scope="module")
def many() -> Catalog:
    """300 tables with ten columns each, of which a few matter; bookings reach sailors over crews only."""
    filler = tuple(Column(f"attribute_{i}", "VARCHAR", values=("aa", "bb")) for i in range(10))
    tables = [Table(f"ledger_{i}", f"ledger_{i}", (Column("id", "INTEGER"), *filler), rows=1) for i in range(296)]
    tables[50:50] = [
        Table("sailors", "sailors", (Column("id", "INTEGER"), *filler), primary_key=("id",)),
        Table(
            "crews", "crews", (Column("id", "INTEGER"), Column("sailor_id", "INTEGER"), *filler), primary_key=("id",),
            foreign_keys=(ForeignKey(("sailor_id",), "sailors", ("id",)),),
        ),
        Table(
            "bookings", "bookings", (Column("id", "INTEGER"), Column("crew_id", "INTEGER"), *filler),
            foreign_keys=(ForeignKey(("crew_id",), "crews", ("id",)),),
        ),
        Table("x17", "x17", filler, comment="Lighthouses along the coast"),
    ]  # fmt: skip
    return Catalog(tuple(tables))


@pytest.mark.parametrize(
    ("question", "values", "expected"),
    [
        ("how many sailors", [], {"sailors"}),
        ("bookings of sailors", [], {"sailors", "crews", "bookings"}),
        ("which lighthouse is oldest", [], {"x17"}),
        ("how many in Brest", [StoredValue("ledger_200", "attribute_3", "Brest")], {"ledger_200"}),
        ("what is in ledger_7", [], set()),
        ("nothing known at all", [], set()),
    ],
)
def test_tables_are_chosen(many: Catalog, question: str, values: list[StoredValue], expected: set[str]) -> None:
    shown = select_tables(many, KeyGraph(many), question, values)
    assert expected <= {t.reference for t in shown}
    assert 1 <= len(shown) <= MOST_TABLES + 3
    assert len(render_schema(shown)) <= PROMPT_CHARS * 1.1
    order = [t.reference for t in many]
    assert [t.reference for t in shown] == sorted((t.reference for t in shown), key=order.index)


def warehouse(*more: Table) -> Catalog:
    """The same tables in many schemas, and a few others."""
    columns = (
        Column("id", "INTEGER"),
        Column("customer_name", "VARCHAR"),
        Column("a_rather_long_column" * 2, "VARCHAR"),
    )
    schemas = [f"s{letter}x" for letter in "abcdefghijklmnopqrstuvwxyz"] + ["fin"]
    names = ("customer", "customer_hist", "customer_v2", *(f"thing_{i}" for i in range(40)))
    tables = [Table(f"{s}.{n}", n, columns if "customer" in n else columns[:1]) for s in schemas for n in names]
    return Catalog((*tables, *more))


@pytest.mark.parametrize(
    ("question", "table"),
    [
        ("customers in fin", "fin.customer"),  # its schema
        ("turnover by customer", "OrdHdr"),  # the only one that has the word, among hundreds that have the other
        ("Umsatz je Straße", '"KundenStraße"'),
        ("umsatz je strasse", '"KundenStraße"'),
    ],
)
def test_a_word_is_not_crowded_out(question: str, table: str) -> None:
    catalog = warehouse(
        Table("OrdHdr", "OrdHdr", (Column("id", "INTEGER"), Column("amt", "DOUBLE", comment="turnover in euro"))),
        Table('"KundenStraße"', "KundenStraße", (Column("nr", "INTEGER"),)),
    )
    shown = select_tables(catalog, KeyGraph(catalog), question, [])
    assert table in {t.reference for t in shown}


def test_a_catalog_that_fits_is_shown_whole(known: Knowledge) -> None:
    assert select_tables(known.catalog, known.graph, "how many regions", []) is known.catalog


def test_a_very_wide_table_keeps_keys_and_what_is_asked() -> None:
    columns = tuple(Column(f"c{i}", "INTEGER") for i in range(1000))
    table = Table(
        "wide", "wide", (*columns, Column("salinity", "DOUBLE"), Column("id", "INTEGER"), Column("z", "VARCHAR")),
        primary_key=("id",),
    )  # fmt: skip
    catalog = Catalog((table,))
    [shown] = select_tables(catalog, KeyGraph(catalog), "mean salinity at Brest", [StoredValue("wide", "z", "Brest")])
    names = [c.name for c in shown.columns]
    assert {"salinity", "id", "z"} <= set(names)
    assert len(names) == 60
