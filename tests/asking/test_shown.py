"""What a query shows of people."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import settle
from tests.asking.conftest import know


@pytest.mark.parametrize(
    ("question", "shown", "repaired"),
    [
        ("who is there?", "tc_fname", "tc_fname, tc_lname"),
        ("who earns what?", "tc_lname, pay", "tc_fname, tc_lname, pay"),
        ("first names of all", "tc_fname", None),
        ("surnames of all", "tc_lname", None),
        ("who is there?", "DISTINCT tc_fname", None),
        ("pay of all", "pay", None),
        ("pay of all", "pay, tc_id, pay", "pay, tc_id"),
        ("pay of all", "pay, pay AS again", None),
    ],
)
def test_a_name_is_shown_whole(question: str, shown: str, repaired: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE tch (tc_id INTEGER PRIMARY KEY, tc_fname VARCHAR, tc_lname VARCHAR, pay INTEGER)"
        ).fetchall()
        written = f"SELECT {shown} FROM tch"
        assert settle(con, written, know(con), None, question).sql == f"SELECT {repaired or shown} FROM tch"


def test_columns_that_are_referred_to_by_place_stay() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE pays (pay INTEGER, kind VARCHAR)")
        for written in ("SELECT pay, pay FROM pays ORDER BY 2", "SELECT kind, kind, COUNT(*) FROM pays GROUP BY 1, 2"):
            assert settle(con, written, know(con), None, "all").sql == written
