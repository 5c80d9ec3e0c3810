"""Names with spaces: shown without, and found again."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import sqlglot

from llmsql.asking.names import show_names
from llmsql.asking.prompt import render_schema
from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

TABLES = """
    CREATE TABLE "Order Header" ("Order No" VARCHAR, "Cust. No" INTEGER, "Ship-Date" DATE, "select" INTEGER, "2nd" INTEGER);
    INSERT INTO "Order Header" VALUES ('A1', 1, '2024-01-05', 7, 8), ('A2', 2, '2024-02-05', 9, 10);
    CREATE TABLE "Order Lines" ("Order No" VARCHAR, "Unit Price" DOUBLE, "Unit-Price" INTEGER, Qty INTEGER);
    INSERT INTO "Order Lines" VALUES ('A1', 2.5, 1, 3), ('A1', 1.0, 1, 1), ('A2', 4.0, 1, 2);
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        yield con, know(con)


def test_models_are_shown_names_that_need_no_quotes(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    schema = render_schema(shop[1].catalog)
    assert "Order_Header(Order_No text pk" in schema and "Cust_No int" in schema and "Ship_Date date" in schema
    assert '"select" int' in schema and '"2nd" int' in schema  # which nothing helps
    assert "-> Order_Header.Order_No" in schema
    assert '"Unit Price" float' in schema and '"Unit-Price" int' in schema  # of which there would be two


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT Order_No, Ship_Date FROM Order_Header WHERE Cust_No = 2", [("A2", "2024-02-05")]),
        ("SELECT order_no FROM order_header ORDER BY cust_no DESC LIMIT 1", [("A2",)]),
        ("SELECT SUM(Qty) FROM Order_Lines JOIN Order_Header WHERE Ship_Date < DATE '2024-02-01'", [("4",)]),
        ("SELECT Order_Header.Cust_No FROM Order_Header WHERE Order_Header.Order_No = 'A1'", [("1",)]),
        ("SELECT h.Cust_No FROM Order_Header AS h JOIN Order_Lines AS l USING (Order_No) WHERE l.Qty = 2", [("2",)]),
        ("SELECT MAX(Ship_Date) AS Ship_Date FROM Order_Header GROUP BY Order_No ORDER BY Ship_Date LIMIT 1", [("2024-01-05",)]),
        ("WITH Order_Header AS (SELECT 5 AS Order_No) SELECT Order_No FROM Order_Header", [("5",)]),
        ('SELECT "Order No" FROM "Order Header" WHERE "Cust. No" = 1', [("A1",)]),
    ],
)  # fmt: skip
def test_they_are_found_again(
    shop: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str, rows: list[tuple[str, ...]]
) -> None:
    con, known = shop
    settled = settle(con, sql, known)
    assert [tuple(map(str, row)) for row in con.execute(settled.sql).fetchall()] == rows
    assert not any("→" in note for note in settled.notes)


def test_what_is_learnt_has_the_names_that_are_shown(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    tree = sqlglot.parse_one('SELECT "Order Header"."Cust. No" AS "Unit x", "2nd" FROM "Order Header"', read="duckdb")
    show_names(tree, shop[1].catalog)
    assert tree.sql("duckdb") == 'SELECT Order_Header.Cust_No AS "Unit x", "2nd" FROM Order_Header'


OTHERS = """
    CREATE TABLE other (unit_price DOUBLE, ship_date INTEGER); INSERT INTO other VALUES (9, 1);
    CREATE TABLE third ("Unit_Price" INTEGER, "Total (EUR)" INTEGER); INSERT INTO third VALUES (4, 5);
    CREATE TABLE st (info STRUCT("Ship_Date" INTEGER)); INSERT INTO st VALUES ({'Ship_Date': 5});
    CREATE TABLE sales ("Unit Price" DOUBLE, "Ship Date" DATE); INSERT INTO sales VALUES (2.5, '2024-01-05');
"""


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT Unit_Price FROM sales", [(2.5,)]),  # whatever other tables have
        ("SELECT third.Unit_Price, sales.Unit_Price FROM third CROSS JOIN sales WHERE third.Unit_Price = 4", [(4, 2.5)]),
        ("SELECT info.Ship_Date FROM st", [(5,)]),
        ("SELECT ship_date FROM (VALUES (1)) t(ship_date)", [(1,)]),
        ("SELECT u.total_eur FROM unnest([1]) AS u(total_eur)", [(1,)]),
        ('WITH o(unit_price) AS (SELECT "Unit Price" FROM sales) SELECT unit_price FROM o', [(2.5,)]),
        ('WITH o AS (SELECT "Unit Price" AS unit_price FROM sales) SELECT o.unit_price FROM o', [(2.5,)]),
        ("SELECT SUM(Unit_Price) AS unit_price FROM sales GROUP BY Ship_Date ORDER BY sum(Unit_Price)", [(2.5,)]),
        ("SELECT Total_EUR FROM third WHERE EXISTS (SELECT 1 FROM sales WHERE Unit_Price < Total_EUR)", [(5,)]),
    ],
)  # fmt: skip
def test_names_that_are_real_somewhere_stay(sql: str, rows: list[tuple[object, ...]]) -> None:
    with duckdb.connect() as con:
        con.execute(OTHERS)
        assert con.execute(settle(con, sql, know(con)).sql).fetchall() == rows
