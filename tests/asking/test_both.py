"""Two values that one thing has to have both."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import check_question_decides, know

BUYERS = (
    "SELECT customers.full_name FROM customers JOIN orders ON customers.id = orders.customer_id"
    " JOIN order_items ON orders.id = order_items.order_id JOIN products ON order_items.product_id = products.id"
    " WHERE {}"
)
BOTH = "products.title IN ('Lamp', 'Desk')"
GROUPED = " GROUP BY customers.full_name HAVING COUNT(DISTINCT products.title) = 2"


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("customers who bought both a lamp and a desk", BUYERS.format(BOTH), BUYERS.format(BOTH) + GROUPED),
        ("buyers of a lamp and also of a desk", BUYERS.format(BOTH).replace("SELECT", "SELECT DISTINCT"),
         BUYERS.format(BOTH) + GROUPED),
        ("who bought both a lamp and a desk", BUYERS.format("products.title = 'Lamp' AND products.title = 'Desk'"),
         BUYERS.format(BOTH) + GROUPED),
        ("who bought a lamp as well as a desk?", BUYERS.format(BOTH), BUYERS.format(BOTH) + GROUPED),
        ("who has bought both lamp and desk",
         BUYERS.format(BOTH) + GROUPED.replace("products.title", "order_items.product_id"), BUYERS.format(BOTH) + GROUPED),
        ("who bought both lamp and desk", BUYERS.format(BOTH) + GROUPED, None),
        ("who bought either or both of lamp and desk", BUYERS.format(BOTH), None),
        ("who bought a lamp and who a desk", BUYERS.format(BOTH), None),
        # of one table: a customer has one segment, a status has several notes
        ("customers of both consumer and enterprise",
         "SELECT full_name FROM customers WHERE segment IN ('Consumer', 'Enterprise')", None),
        ("statuses with both gift and broken", "SELECT status FROM orders WHERE note = 'gift' AND note = 'broken'",
         "SELECT status FROM orders WHERE note IN ('gift', 'broken') GROUP BY status HAVING COUNT(DISTINCT note) = 2"),
        # "both" of something else, or meaning either
        ("both the name and the email of buyers of lamp and desk", BUYERS.format(BOTH), None),
        ("buyers of a lamp and also those of a desk", BUYERS.format(BOTH), None),
        ("buyers of a lamp as well as buyers of a desk", BUYERS.format(BOTH), None),
        ("the customers from both the lamp and the desk campaign", BUYERS.format(BOTH), None),
        ("customers that both Lamp's and Desk's makers have", BUYERS.format(BOTH), None),
        ("who bought both a lamp and a desk, with prices", BUYERS.format(BOTH).replace(" FROM", ", products.price FROM", 1),
         None),
        # along a key to the one region of each
        ("customers that order in both North and South",
         "SELECT customers.full_name FROM customers JOIN regions ON customers.region_id = regions.id"
         " JOIN orders ON orders.customer_id = customers.id WHERE regions.region IN ('North', 'South')", None),
        ("customers in both North and South",
         "SELECT customers.full_name FROM customers JOIN regions ON customers.region_id = regions.id"
         " WHERE regions.region IN ('North', 'South')", None),
    ],
)  # fmt: skip
def test_both(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)


def test_the_rows_are_those_that_have_both(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    settled = settle(shop, BUYERS.format(BOTH), known, question="who bought both a lamp and a desk")
    assert shop.execute(settled.sql).fetchall() == [("Ada Lovelace",)]


def test_a_name_that_several_tables_have_is_no_obstacle() -> None:
    """Neither a label that is called as the compared column is, nor one whose table has to be found first."""
    with duckdb.connect() as con:
        con.execute(
            """CREATE TABLE buyer (buyer_id INTEGER PRIMARY KEY, name VARCHAR);
               CREATE TABLE thing (thing_id INTEGER PRIMARY KEY, name VARCHAR);
               INSERT INTO thing VALUES (1, 'Lamp'), (2, 'Desk');
               CREATE TABLE sale (buyer_id INTEGER REFERENCES buyer, thing_id INTEGER REFERENCES thing);"""
        )
        written = "SELECT name FROM buyer JOIN sale JOIN thing WHERE thing.name IN ('Lamp', 'Desk')"
        settled = settle(con, written, know(con), question="which buyer has both a lamp and a desk")
        assert settled.sql.endswith("GROUP BY buyer.name HAVING COUNT(DISTINCT thing.name) = 2")
        assert settled.notes == (
            "took buyer.name where several tables have the column",
            "wants both 'Lamp' and 'Desk'",
        )
