"""Counts that a question asks for: what is repaired, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

BANKS = """
    CREATE TABLE bank (branch_id INTEGER PRIMARY KEY, bank_name VARCHAR, city VARCHAR, no_of_customers INTEGER);
    CREATE TABLE person (person_id INTEGER PRIMARY KEY, full_name VARCHAR, visit_no INTEGER);
    CREATE TABLE loan (problem_loan_id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (person_id), amount INTEGER);
"""
LENT = "person JOIN loan ON person.person_id = loan.person_id"
WITH_LOAN = "SELECT full_name FROM person WHERE person_id IN (SELECT person_id FROM loan"


@pytest.fixture
def banks() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(BANKS)
        yield con, know(con)


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        # a count that is stored
        ("number of customers in Utah", "SELECT COUNT(*) FROM bank WHERE city = 'Utah'",
         "SELECT SUM(no_of_customers) FROM bank WHERE city = 'Utah'"),
        ("which bank has the most customers",
         "SELECT bank_name FROM bank GROUP BY ALL ORDER BY COUNT(*) DESC LIMIT 1",
         "SELECT bank_name FROM bank GROUP BY ALL ORDER BY SUM(no_of_customers) DESC LIMIT 1"),
        ("banks with more than 100 total customer number", "SELECT bank_name FROM bank GROUP BY ALL HAVING COUNT(*) > 100",
         "SELECT bank_name FROM bank GROUP BY ALL HAVING SUM(no_of_customers) > 100"),
        ("how many banks", "SELECT COUNT(*) FROM bank", None),
        ("how many banks have customers", "SELECT COUNT(*) FROM bank WHERE no_of_customers > 0", None),
        ("how many visits", "SELECT COUNT(*) FROM person", None),  # visit_no numbers them
        # several of what is looked up
        ("people with more than one loan", f"{WITH_LOAN})",
         f"{WITH_LOAN} GROUP BY person_id HAVING COUNT(*) > 1)"),
        ("people with two or more loans", f"{WITH_LOAN} WHERE amount > 10)",
         f"{WITH_LOAN} WHERE amount > 10 GROUP BY person_id HAVING COUNT(*) >= 2)"),
        ("people with a loan of more than 500", f"{WITH_LOAN})", None),
        ("people with more than 3 visits", f"{WITH_LOAN})", None),
        ("people with more than one loan", f"{WITH_LOAN} GROUP BY person_id HAVING COUNT(*) > 1)", None),
        ("people without more than one loan", WITH_LOAN.replace("IN", "NOT IN") + " WHERE person_id IS NOT NULL)", None),
        # owners, once each
        ("how many persons have a loan", "SELECT COUNT(*) FROM loan", "SELECT COUNT(DISTINCT person_id) FROM loan"),
        ("number of persons who took loans", "SELECT COUNT(*) AS n FROM loan WHERE amount > 5",
         "SELECT COUNT(DISTINCT person_id) AS n FROM loan WHERE amount > 5"),
        ("how many loans have people", "SELECT COUNT(*) FROM loan", None),
        ("how many times did people take a loan", "SELECT COUNT(*) FROM loan", None),
        ("how many persons have a loan", f"SELECT COUNT(*) FROM {LENT}", None),
        # the most of something is counted
        ("in which city are most banks", "SELECT city FROM bank ORDER BY city DESC LIMIT 1",
         "SELECT city FROM bank GROUP BY ALL ORDER BY COUNT(*) DESC LIMIT 1"),
        ("who took the fewest loans", f"SELECT full_name FROM {LENT} ORDER BY problem_loan_id LIMIT 1",
         f"SELECT full_name FROM {LENT} GROUP BY person.person_id, full_name ORDER BY COUNT(*) LIMIT 1"),
        ("who has most loans by amount", f"SELECT full_name FROM {LENT} ORDER BY amount DESC LIMIT 1", None),
        ("most customers of a bank", "SELECT city FROM bank ORDER BY no_of_customers DESC LIMIT 1", None),
        # a share of all
        ("percent of all banks in each city", "SELECT city, 100.0 * COUNT(*) / COUNT(DISTINCT branch_id) FROM bank GROUP BY ALL",
         "SELECT city, 100.0 * COUNT(*) / SUM(COUNT(*)) OVER () FROM bank GROUP BY ALL"),
        ("share of large banks per city",
         "SELECT city, 1.0 * COUNT(*) FILTER(WHERE no_of_customers > 9) / COUNT(*) FROM bank GROUP BY ALL", None),
        ("banks per name, as a share", "SELECT city, COUNT(*) / COUNT(DISTINCT bank_name) FROM bank GROUP BY ALL", None),
        ("share of the banks per city and in all", "SELECT city, COUNT(*) / COUNT(*) FROM bank GROUP BY ROLLUP (city)", None),
        # a name that was invented from the question's words
        ("the loan id and the amount", "SELECT loan_entry_id, amount FROM loan", "SELECT problem_loan_id, amount FROM loan"),
    ],
)  # fmt: skip
def test_counts(
    banks: tuple[duckdb.DuckDBPyConnection, Knowledge], question: str, written: str, repaired: str | None
) -> None:
    con, known = banks
    settled = settle(con, written, known, question=question)
    assert settled.sql == (repaired or written)
    assert bool(settled.notes) == (repaired is not None)


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        ("drivers with at least 70 ratings", "SELECT driver, AVG(rating) FROM rides WHERE rating >= 70 GROUP BY ALL",
         "SELECT driver, AVG(rating) FROM rides GROUP BY ALL HAVING COUNT(rating) >= 70"),
        ("drivers with more than three ratings and a tip",
         "SELECT driver FROM rides WHERE tip > 0 AND rating > 7 GROUP BY ALL", None),
        ("drivers with at least 4 stars", "SELECT driver, COUNT(*) FROM rides WHERE rating >= 4 GROUP BY ALL", None),
        ("drivers with at least 70 ratings", "SELECT driver FROM rides WHERE rating >= 70", None),
    ],
)  # fmt: skip
def test_more_than_any_value_is_a_count(question: str, written: str, repaired: str | None) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE rides (driver VARCHAR, rating INTEGER, tip INTEGER)")
        con.execute("INSERT INTO rides VALUES ('a', 5, 1), ('b', 1, 0)")
        assert settle(con, written, know(con), None, question).sql == (repaired or written)
