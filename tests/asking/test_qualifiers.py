"""Values and flags that a question puts before a noun."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import settle
from tests.asking.conftest import know

DISHES = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, status VARCHAR, delivered_at TIMESTAMP, total DOUBLE);
CREATE TABLE dishes (id INTEGER PRIMARY KEY, kind VARCHAR, size VARCHAR, is_vegan BOOLEAN, price DOUBLE, maker VARCHAR);
INSERT INTO orders VALUES (1, 'delivered', now(), 5), (2, 'refunded', now(), 6), (3, 'the', NULL, 7), (4, 'late', NULL, 8);
INSERT INTO dishes VALUES (1, 'main', 'new', true, 5, 'late'), (2, 'soup', 'big', false, 6, 'Main Ltd');
"""


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("price of vegan dishes", "SELECT price FROM dishes", "SELECT price FROM dishes WHERE is_vegan"),
        ("price of vegan mains", "SELECT price FROM dishes WHERE kind = 'main'", "SELECT price FROM dishes WHERE kind = 'main' AND is_vegan"),
        ("price of new dishes", "SELECT price FROM dishes", "SELECT price FROM dishes WHERE size = 'new'"),
        ("how many new dishes", "SELECT COUNT(*) FROM dishes", "SELECT COUNT(*) FROM dishes WHERE size = 'new'"),
        ("so many new dishes", "SELECT COUNT(*) FROM dishes", None),
        ("price of dishes that are not vegan dishes", "SELECT price FROM dishes WHERE NOT is_vegan", None),
        ("price of non vegan dishes", "SELECT price FROM dishes", None),
        ("refunded orders", "SELECT id FROM orders", "SELECT id FROM orders WHERE status = 'refunded'"),
        ("delivered orders", "SELECT id FROM orders WHERE delivered_at IS NOT NULL", "SELECT id FROM orders WHERE status = 'delivered'"),
        ("delivered orders of 2024", "SELECT id FROM orders WHERE YEAR(delivered_at) = 2024",
         "SELECT id FROM orders WHERE YEAR(delivered_at) = 2024 AND status = 'delivered'"),
        ("the orders", "SELECT id FROM orders", None),
        ("refunded orders per status", "SELECT status, COUNT(*) FROM orders GROUP BY ALL", None),
        ("dishes of main dishes", "SELECT id FROM dishes WHERE maker = 'Main Ltd'", None),
        ("late orders and dishes", "SELECT o.id FROM orders AS o JOIN dishes AS d ON o.id = d.id", None),  # a maker has the name too
    ],
)  # fmt: skip
def test_qualifiers(question: str, written: str, repaired: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(DISHES).fetchall()
        assert settle(con, written, know(con), None, question).sql == (repaired or written)
