"""Codes by what the comments on their columns say."""

from __future__ import annotations

import pytest

from llmsql.catalog import Column
from llmsql.catalog.codes import code_meanings


@pytest.mark.parametrize(
    ("type_", "comment", "meanings"),
    [
        ("INTEGER", "0 = new, 1 = solved", {"new": "0", "solved": "1"}),
        ("INTEGER", "1 card, 2 cash, 3 monthly pass", {"card": "1", "cash": "2", "monthly pass": "3"}),
        ("SMALLINT", "State (0 open, 1 paid)", {"open": "0", "paid": "1"}),
        ("INTEGER", "status: 1=booked; 2=confirmed", {"booked": "1", "confirmed": "2"}),
        ("VARCHAR", "A: active / B: blocked / Z: never stored", {"active": "A", "blocked": "B"}),
        ("VARCHAR", "'A' means active, 'B' means blocked by us", {"active": "A", "blocked": "B", "blocked by us": "B"}),
        ("INTEGER", "1 = paid by card, 2 = paid by cash", {"paid by card": "1", "paid by cash": "2"}),
        ("INTEGER", "satisfaction 1 to 5 given by the customer", {}),
        ("INTEGER", "1 = yes", {}),
        ("DOUBLE", "0 = new, 1 = solved", {}),
        ("VARCHAR", "as the customer wrote it", {}),
        ("VARCHAR", None, {}),
    ],
)
def test_codes(type_: str, comment: str | None, meanings: dict[str, str]) -> None:
    column = Column("state", type_, comment, values=("A", "B") if type_ == "VARCHAR" else ())
    assert code_meanings(column) == meanings
