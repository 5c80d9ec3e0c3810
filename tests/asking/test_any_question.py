"""Whatever is asked beside whatever SQL: settled, or refused in words."""

from __future__ import annotations

import datetime

import duckdb
import pytest

from llmsql.asking.dates import find_dates
from llmsql.asking.settle import Knowledge, settle
from llmsql.errors import SQLRejectedError
from tests.asking.corpus import read_corpus

TODAY = datetime.date(2024, 8, 15)
QUESTIONS = """
p95 of the total, most expensive first, ties by name
latest total of each customer on 5 June 2024, in hours
compare Enterprise and Consumer customers on their average price as a fraction
customers who pay more than the average of their own region, Monday first
days between order and signup, as of 31 December 2024
how many enterprise customers (no signup_date) have at least 70 orders in Q1 2024
for each status the largest order; status = 'paid' and id > 3
tags and cities of the vip customers, weekends only, alphabetically, leaving Consumer out
""".strip().splitlines()


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_repair_fails(shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str) -> None:
    for _, sql in read_corpus("legitimate.txt"):
        try:
            settle(shop, sql, known, TODAY, question, find_dates(question, TODAY))
        except SQLRejectedError as refused:
            assert str(refused)
