"""The columns that are measured and shown, as the question names them."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

PEAKS = """
    CREATE TABLE ranges (range_id INTEGER PRIMARY KEY, range_name VARCHAR, range_descriptrion VARCHAR, average_prominence DOUBLE);
    CREATE TABLE peaks (
        peak_id INTEGER PRIMARY KEY, range_id INTEGER REFERENCES ranges (range_id), peak_name VARCHAR,
        height DOUBLE, prominence DOUBLE, unit_price DOUBLE, quantity INTEGER, country VARCHAR,
        county VARCHAR, year INTEGER
    );
"""


@pytest.fixture
def peaks() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(PEAKS)
        yield con, know(con)


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        # what is measured
        ("average prominence by country", "SELECT country, AVG(height) FROM peaks GROUP BY ALL",
         "SELECT country, AVG(prominence) FROM peaks GROUP BY ALL"),
        ("the highest unit price", "SELECT MAX(height) FROM peaks", "SELECT MAX(unit_price) FROM peaks"),
        ("average height of peaks with a prominence", "SELECT AVG(height) FROM peaks", None),
        ("average prominence above its own", "SELECT AVG(height) FROM peaks WHERE prominence > 9", None),
        ("total units sold at full price", "SELECT SUM(quantity) FROM peaks", None),  # units are no unit price
        ("average peak id", "SELECT AVG(height) FROM peaks", None),  # a key measures nothing
        ("total quantity climbed", "SELECT SUM(height) FROM peaks", None),  # of something that is called otherwise
        ("average years since the ascent", "SELECT AVG(height) FROM peaks", None),  # as a unit
        ("of those with at least quantity 3", "SELECT SUM(height) FROM peaks", None),
        # a total of what is shown
        ("What is the total quantity of peaks in Nepal?", "SELECT quantity FROM peaks WHERE country = 'Nepal'",
         "SELECT SUM(quantity) FROM peaks WHERE country = 'Nepal'"),
        ("Find the average height.", "SELECT height FROM peaks", "SELECT AVG(height) FROM peaks"),
        ("Find the average prominence.", "SELECT average_prominence FROM ranges", None),
        ("the height of peaks with an average quantity", "SELECT height FROM peaks", None),
        ("show the total quantity by year", "SELECT year, quantity FROM peaks", None),
        # what a superlative is of
        ("the highest peak", "SELECT peak_name FROM peaks ORDER BY quantity DESC LIMIT 1",
         "SELECT peak_name FROM peaks ORDER BY height DESC LIMIT 1"),
        ("the highest quantity of a peak", "SELECT peak_name FROM peaks ORDER BY quantity DESC LIMIT 1", None),
        ("the highest priced", "SELECT peak_name FROM peaks ORDER BY unit_price DESC LIMIT 1", None),
        ("the highest or longest", "SELECT peak_name FROM peaks ORDER BY quantity DESC LIMIT 1", None),
        ("the oldest peak", "SELECT peak_name FROM peaks ORDER BY year LIMIT 1", None),  # nothing says an age
        # not the most of it but the last
        ("the latest height of each range", "SELECT range_id, MAX(height) FROM peaks GROUP BY ALL", None),  # without a date
        # what is shown
        ("Which country is called Nepal?", "SELECT country FROM peaks WHERE country = 'Nepal'", None),  # no county
        ("Is K2 a peak, whatever its height?", "SELECT peak_name FROM peaks WHERE peak_name = 'K2'", None),
        ("peaks called K2 by height",
         "SELECT peak_name FROM peaks WHERE peak_name = 'K2' GROUP BY peak_name HAVING COUNT(*) > 1", None),
        ("description of the range called Alps", "SELECT range_name FROM ranges WHERE range_name = 'Alps'",
         "SELECT range_descriptrion FROM ranges WHERE range_name = 'Alps'"),
        ("is there a range called Alps", "SELECT range_name FROM ranges WHERE range_name = 'Alps'", None),
        ("description of the Alps", "SELECT range_descriptrion FROM ranges WHERE range_name = 'Alps'", None),
        # a name that the table has under its own word
        ("names of ranges", "SELECT name FROM ranges", "SELECT range_name FROM ranges"),
        ("names and heights", "SELECT ranges.name, height FROM peaks JOIN ranges",
         "SELECT ranges.range_name, height FROM peaks JOIN ranges ON peaks.range_id = ranges.range_id"),
    ],
)  # fmt: skip
def test_measures(
    peaks: tuple[duckdb.DuckDBPyConnection, Knowledge], question: str, written: str, repaired: str | None
) -> None:
    con, known = peaks
    settled = settle(con, written, known, question=question)
    assert settled.sql == (repaired or written)
    assert bool(settled.notes) == (repaired is not None)


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("latest level of each tank", "MAX(level)", "ARG_MAX(level, taken_at)"),
        ("the most recent level per tank", "MAX(level) AS latest", "ARG_MAX(level, taken_at) AS latest"),
        ("first level of each tank", "MIN(level)", "ARG_MIN(level, taken_at)"),
        ("highest level of each tank", "MAX(level)", None),
        ("last reading of each tank", "MAX(taken_at)", None),
        ("the last tank by its level", "MAX(level)", None),
        ("last month level by tank", "MAX(level)", None),
        ("maximum of the last level readings", "MAX(level)", None),
    ],
)
def test_the_last_is_not_the_most(question: str, written: str, repaired: str | None) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE readings (tank INTEGER, level DOUBLE, taken_at TIMESTAMP)")
        sql = f"SELECT tank, {written} FROM readings GROUP BY ALL"
        settled = settle(con, sql, know(con), question=question).sql
    assert settled == f"SELECT tank, {repaired or written} FROM readings GROUP BY ALL"
