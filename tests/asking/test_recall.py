"""Which questions a verified answer answers, with which literals, and above all which it does not."""

from __future__ import annotations

import datetime
from dataclasses import replace

import duckdb
import pytest

from llmsql.asking.question_form import form_of
from llmsql.asking.rebind import Change, rebind_sql
from llmsql.asking.recall import Memory, Recall, Verified
from llmsql.asking.settle import Knowledge
from llmsql.asking.stored import value_lookup

DAY = datetime.date(2024, 6, 1)
REVENUE = "SELECT segment, SUM(total) AS revenue FROM orders JOIN customers ON orders.customer_id = customers.id WHERE YEAR(ordered_at) = 2023 GROUP BY ALL"
ENTERPRISE = "SELECT COUNT(*) FROM customers WHERE segment = 'Enterprise'"
PAID = (
    "SELECT SUM(total) FROM orders WHERE status = 'paid' AND ordered_at >= '2023-01-01' AND ordered_at < '2024-01-01'"
)
TOP = "SELECT customer_id, SUM(total) AS spend FROM orders GROUP BY ALL ORDER BY spend DESC LIMIT 5"
MANY = (
    "SELECT full_name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY ALL HAVING COUNT(*) > 3"
)
NOT_PAID = "SELECT COUNT(*) FROM orders WHERE status <> 'paid'"


def record(question: str, sql: str, verdict: str = "good", day: datetime.date = DAY, second: int = 0) -> Verified:
    return Verified(question, sql, verdict, day, datetime.datetime(2024, 6, 1, 12, 0, second))


@pytest.fixture(scope="module")
def everything() -> Memory:
    return Memory(
        [
            record("revenue by segment in 2023", REVENUE),
            record("how many enterprise customers", ENTERPRISE),
            record("total of paid orders in 2023", PAID),
            record("top 5 customers by spend", TOP),
            record("customers with more than 3 orders", MANY),
            record("how many orders are not paid", NOT_PAID),
            record("orders between March 2023 and March 2024",
                   "SELECT * FROM orders WHERE ordered_at >= '2023-03-01' AND ordered_at < '2024-04-01'"),
            record("growth from 2022 to 2023", "SELECT 1 FROM orders WHERE ordered_at >= '2022-01-01' AND ordered_at < '2023-01-01'"),
            record("products whose title contains lamp", "SELECT * FROM products WHERE title ILIKE '%lamp%'"),
        ]
    )  # fmt: skip


def ask(memory: Memory, shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str) -> Recall | None:
    return memory.recall(question, DAY, value_lookup(shop, known.catalog, known.values))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        # in other words
        ("revenue by segment in 2023", REVENUE),
        ("What is the revenue per segment in 2023?", REVENUE),
        ("Please show me revenue for each segment during 2023", REVENUE),
        ("in 2023, revenue by segment", REVENUE),
        ("2023 revenue by segment", REVENUE),
        ("revenue in 2023 by segment", REVENUE),
        ("number of Enterprise customers?", ENTERPRISE),
        ("customers who have over 3 orders", MANY),
        # another year, period, number
        ("revenue by segment in 2024", REVENUE.replace("2023", "2024")),
        ("total of paid orders in 2022", PAID.replace("'2023-", "'2022-").replace("'2024-", "'2023-")),
        ("top 10 customers by spend", TOP.replace("LIMIT 5", "LIMIT 10")),
        ("top ten customers by spend", TOP.replace("LIMIT 5", "LIMIT 10")),
        ("customers with more than 12 orders", MANY.replace("> 3", "> 12")),
        ("orders between May 2023 and January 2024",
         "SELECT * FROM orders WHERE ordered_at >= '2023-05-01' AND ordered_at < '2024-02-01'"),
        # another stored value of the same column
        ("how many consumer customers", ENTERPRISE.replace("Enterprise", "Consumer")),
        ("total of open orders in 2023", PAID.replace("'paid'", "'open'")),
        ("total of returned orders in 2022",
         PAID.replace("'2023-", "'2022-").replace("'2024-", "'2023-").replace("'paid'", "'returned'")),
        ("how many orders are not open", NOT_PAID.replace("'paid'", "'open'")),
    ],
)  # fmt: skip
def test_the_same_question_is_recalled(
    everything: Memory, shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, sql: str
) -> None:
    found = ask(everything, shop, known, question)
    assert found is not None
    assert found.sql == sql
    assert 0.9 < found.confidence <= 1.0


@pytest.mark.parametrize(
    "question",
    [
        "profit by segment in 2023",  # another metric
        "average revenue by segment in 2023",
        "revenue by region in 2023",  # another grouping
        "revenue by segment and region in 2023",
        "revenue by segment",  # no year
        "revenue by segment since 2023",  # another relation to the year
        "revenue by segment before 2023",
        "revenue by segment in March 2023",  # another kind of period
        "revenue by segment in 2023 and 2024",
        "revenue by segment not in 2023",
        "revenue without segment in 2023",
        "how many enterprise orders",
        "how many non enterprise customers",  # negation
        "how many customers are not enterprise",
        "how many enterprise and consumer customers",
        "how many happy customers",  # no stored value
        "how many London customers",  # stored, in another column
        "how many paid customers",
        "total of unpaid orders in 2023",
        "total of orders in 2023",
        "number of paid orders in 2023",
        "top customers by spend",
        "top 5 customers by orders",
        "bottom 5 customers by spend",
        "top 5 products by spend",
        "top 5 spend by customers",
        "customers with fewer than 3 orders",  # another comparison
        "customers with at least 3 orders",
        "customers with more than -3 orders",  # a sign is no punctuation
        "customers with more than 3+ orders",
        "customers with more than €3 orders",
        "customers with more than 3 products",
        "orders with more than 3 customers",
        "how many orders are paid",
        "how many orders are not paid yet",
        "growth from 2021 to 2024",  # '2023-01-01' may end the first year or begin the second
        "products whose title contains desk",
        "",
    ],
)
def test_a_near_miss_is_not(
    everything: Memory, shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str
) -> None:
    assert ask(everything, shop, known, question) is None


def test_two_explanations_that_agree_are_one(
    everything: Memory, shop: duckdb.DuckDBPyConnection, known: Knowledge
) -> None:
    found = ask(everything, shop, known, "growth from 2020 to 2021")
    assert found is not None
    assert "'2020-01-01'" in found.sql and "'2021-01-01'" in found.sql


def test_the_latest_word_counts(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    first, second = "SELECT COUNT(*) FROM orders", "SELECT COUNT(*) FROM orders WHERE status = 'paid'"
    log = [record("orders", first), record("the orders", second, second=1)]
    found = ask(Memory(log), shop, known, "orders")
    assert found is not None and found.sql == second
    log.append(record("Orders?", second, "bad", second=2))
    found = ask(Memory(log), shop, known, "orders")
    assert found is not None and found.sql == first
    log.append(record("orders", first, "forgotten", second=3))
    assert ask(Memory(log), shop, known, "orders") is None
    log.append(record("orders", second, second=4))
    found = ask(Memory(log), shop, known, "orders")
    assert found is not None and found.sql == second


def test_what_was_called_wrong_is_not_made_again_by_binding(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    wrong = record("revenue by segment in 2024", REVENUE.replace("2023", "2024"), "bad")
    memory = Memory([record("revenue by segment in 2023", REVENUE), wrong])
    assert ask(memory, shop, known, "revenue by segment in 2024") is None
    assert ask(memory, shop, known, "revenue by segment in 2022") is not None
    assert memory.refused("REVENUE per segment in 2024") == {REVENUE.replace("2023", "2024")}
    assert memory.refused("revenue by segment in 2023") == frozenset()


def test_two_answers_that_differ_are_none(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    log = [
        record("orders in 2022", "SELECT * FROM orders WHERE YEAR(ordered_at) = 2022"),
        record("orders in 2023", "SELECT id FROM orders WHERE YEAR(ordered_at) = 2023"),
    ]
    assert ask(Memory(log), shop, known, "orders in 2024") is None
    assert ask(Memory(log), shop, known, "orders in 2022") is not None


@pytest.mark.parametrize(
    ("question", "sql", "later", "sql_later"),
    [
        ("orders last month", "SELECT * FROM orders WHERE ordered_at >= '2024-05-01' AND ordered_at < '2024-06-01'",
         "2024-07-03", "SELECT * FROM orders WHERE ordered_at >= '2024-06-01' AND ordered_at < '2024-07-01'"),
        ("orders last month", "SELECT * FROM orders WHERE YEAR(ordered_at) = 2024 AND MONTH(ordered_at) = 5",
         "2025-01-03", "SELECT * FROM orders WHERE YEAR(ordered_at) = 2024 AND MONTH(ordered_at) = 12"),
        ("orders last year", "SELECT * FROM orders WHERE YEAR(ordered_at) = 2023",
         "2026-01-03", "SELECT * FROM orders WHERE YEAR(ordered_at) = 2025"),
        ("orders last month", "SELECT * FROM orders WHERE ordered_at >= CURRENT_DATE - INTERVAL '1' MONTH",
         "2024-07-03", "SELECT * FROM orders WHERE ordered_at >= CURRENT_DATE - INTERVAL '1' MONTH"),
        # A day that "last month" does not explain, and words that no day is known for.
        ("orders last month", "SELECT * FROM orders WHERE ordered_at >= '2024-04-01' AND ordered_at < '2024-06-01'",
         "2024-07-03", None),
        ("orders of late, this season", "SELECT * FROM orders WHERE ordered_at >= '2024-05-01'", "2024-07-03", None),
    ],
)  # fmt: skip
def test_relative_times_move_with_the_day(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, sql: str, later: str, sql_later: str | None
) -> None:
    lookup = value_lookup(shop, known.catalog, known.values)
    memory = Memory([record(question, sql)])
    found = memory.recall(question, DAY, lookup)
    assert found is not None and found.sql == sql
    found = memory.recall(question, datetime.date.fromisoformat(later), lookup)
    assert (found.sql if found else None) == sql_later


FY24 = "SELECT * FROM orders WHERE ordered_at >= '2023-07-01' AND ordered_at < '2024-07-01'"
FY24_LATER = "SELECT * FROM orders WHERE ordered_at >= '2023-10-01' AND ordered_at < '2024-10-01'"


@pytest.mark.parametrize(
    ("question", "sql", "start", "sql_then"),
    [
        ("orders in FY24", FY24, 7, FY24),
        ("orders in FY24", FY24, 10, FY24_LATER),
        ("orders in fiscal year 2024", FY24, 10, FY24_LATER),
        ("orders this fiscal year", FY24, 10, FY24_LATER),
        # Neither says where the days of the condition come from.
        ("orders in fiscal 2024", FY24, 10, None),
        ("orders in FY24", "SELECT * FROM orders WHERE YEAR(ordered_at + INTERVAL '6' MONTH) = 2024", 10, None),
        ("orders in 2023", "SELECT * FROM orders WHERE YEAR(ordered_at) = 2023", 10,
         "SELECT * FROM orders WHERE YEAR(ordered_at) = 2023"),
    ],
)  # fmt: skip
def test_fiscal_years_move_with_their_first_month(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, sql: str, start: int, sql_then: str | None
) -> None:
    lookup = value_lookup(shop, known.catalog, known.values)
    memory = Memory([replace(record(question, sql), fiscal_year_start=7)])
    found = memory.recall(question, DAY, lookup, fiscal_year_start=start)
    assert (found.sql if found else None) == sql_then


def test_synonyms_of_a_glossary_count(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    memory = Memory([record("how many enterprise customers", ENTERPRISE)])
    lookup = value_lookup(shop, known.catalog, known.values)
    assert memory.recall("how many enterprise clients", DAY, lookup) is None
    assert memory.recall("how many enterprise clients", DAY, lookup, (("client", "customer"),)) is not None


@pytest.mark.parametrize(
    ("sql", "changes", "bound"),
    [
        ("SELECT 1 FROM t LIMIT 1", [Change("number", "1", "2")], None),  # which 1?
        ("SELECT a FROM t LIMIT 5", [Change("number", "5", "6")], "SELECT a FROM t LIMIT 6"),
        ("SELECT a FROM t WHERE b > 5 LIMIT 5", [Change("number", "5", "6"), Change("number", "5", "7")], None),
        ("SELECT a FROM t WHERE d > CURRENT_DATE - INTERVAL '7' DAY", [Change("number", "7", "9")], None),
        ("SELECT a FROM t WHERE y = 2023 OR y = 2022", [Change("year", (2023,), (2024,))], None),  # the year before
        ("SELECT a FROM t WHERE d BETWEEN '2023-01-01' AND '2023-12-31'", [Change("year", (2023,), (2024,))],
         "SELECT a FROM t WHERE d BETWEEN '2024-01-01' AND '2024-12-31'"),
        ("SELECT a FROM t WHERE d >= '2023-10-01' AND d < '2024-01-01'", [Change("quarter", (2023, 4), (2024, 1))],
         "SELECT a FROM t WHERE d >= '2024-01-01' AND d < '2024-04-01'"),
        ("SELECT a FROM t WHERE YEAR(d) = 2023 AND MONTH(d) = 2", [Change("month", (2023, 2), (2024, 11))],
         "SELECT a FROM t WHERE YEAR(d) = 2024 AND MONTH(d) = 11"),
        ("SELECT a FROM t WHERE d = '2023-02-28'", [Change("date", (2023, 2, 28), (2024, 2, 29))],
         "SELECT a FROM t WHERE d = '2024-02-29'"),
        ("SELECT a FROM t WHERE d < '2023-06-30'", [Change("year", (2023,), (2024,))], None),  # a day of its own
        ("SELECT a FROM t", [Change("year", (2023,), (2024,))], None),  # the year has no place
        ("SELECT a FROM t WHERE strftime(d, '%Y') = '2023'", [Change("year", (2023,), (2024,))],
         "SELECT a FROM t WHERE STRFTIME(d, '%Y') = '2024'"),
    ],
)  # fmt: skip
def test_literals_are_bound_only_where_certain(sql: str, changes: list[Change], bound: str | None) -> None:
    assert rebind_sql(sql, changes) == bound


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("What are the names of all the customers?", "name of customer"),
        ("customers that don't have orders", "customer not with order"),
        ("customers without orders", "customer without order"),
        ("orders over 1,000, please", "order > number:1000"),
        ("revenue for Q1 2024", "revenue in quarter:(2024, 1)"),
        ("Revenue in the first quarter of 2024", "revenue in quarter:(2024, 1)"),
        ("sales on 2024-02-29", "sale on date:(2024, 2, 29)"),
        ("sales on 2023-02-29", "sale on 2023-02-29"),
        ("3 or more orders", ">= number:3 order"),
        ("orders ≥ 3, not ≠ 5", "order >= number:3 not != number:5"),
        ("C++ and C# (10-20)", "c ++ and c # number:10 number:20"),
    ],
)
def test_forms(question: str, key: str) -> None:
    assert form_of(question).key.replace(" of ", " ") == key.replace(" of ", " ")
