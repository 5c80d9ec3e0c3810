"""How follow-ups change the last query, and which are left to a model."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.followup import is_follow_up, rewrite_sql
from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

SEGMENTS = (
    "SELECT customers.segment, SUM(orders.total) AS revenue FROM orders JOIN customers ON orders.customer_id = "
    "customers.id GROUP BY ALL"
)
LIST = "SELECT full_name FROM customers WHERE segment = 'Enterprise' ORDER BY full_name LIMIT 3"
YEAR = "SELECT SUM(total) AS revenue FROM orders WHERE status = 'paid' AND YEAR(ordered_at) = 2023"
OPEN = "SELECT COUNT(*) AS n FROM orders WHERE orders.status = 'open' AND total > 1"
EITHER = "SELECT COUNT(*) AS n FROM orders WHERE (status = 'paid' OR status = 'open') AND total > 1"


@pytest.mark.parametrize(
    ("sql", "follow_up", "rows"),
    [
        (SEGMENTS, "and by status?",
         [("Consumer", "paid", 40.0), ("Enterprise", "open", 60.0), ("Enterprise", "paid", 380.0), ("Enterprise", "returned", 150.0)]),
        (SEGMENTS, "by status instead", [("open", 60.0), ("paid", 420.0), ("returned", 150.0)]),
        (SEGMENTS, "what about by region?", [("North", 230.0), ("South", 40.0), ("Île-de-France", 360.0)]),
        (SEGMENTS, "per region", [("North", 230.0), ("South", 40.0), ("Île-de-France", 360.0)]),
        (SEGMENTS, "only North", [("Enterprise", 230.0)]),
        (SEGMENTS, "without the South", [("Enterprise", 590.0)]),
        (SEGMENTS, "just paid orders", [("Consumer", 40.0), ("Enterprise", 380.0)]),
        (SEGMENTS, "in March 2024", [("Enterprise", 150.0)]),
        (SEGMENTS, "and in Q1 2024", [("Consumer", 40.0), ("Enterprise", 380.0)]),
        (SEGMENTS, "top 1", [("Enterprise", 590.0)]),
        (SEGMENTS, "only the top 1 please", [("Enterprise", 590.0)]),
        (SEGMENTS, "only above 100", [("Enterprise", 590.0)]),
        (SEGMENTS, "as a share of total", [("Consumer", 40 / 630), ("Enterprise", 590 / 630)]),
        (SEGMENTS, "average instead", [("Consumer", 40.0), ("Enterprise", 147.5)]),
        (SEGMENTS, "only paid, top 1", [("Enterprise", 380.0)]),
        (SEGMENTS, "only paid and in February 2024", [("Consumer", 40.0)]),
        (SEGMENTS, "how many rows", [(2,)]),
        (LIST, "what about Consumer?", [("Alan Turing",), ("Grace Hopper",)]),
        (LIST, "only the first 1", [("Ada Lovelace",)]),
        (LIST, "reverse the order", [("Ada Lovelace",), ("Émilie du Châtelet",)]),
        (LIST, "how many are there?", [(2,)]),
        (YEAR, "and in 2024?", [(420.0,)]),
        (SEGMENTS, "only North and South", [("Consumer", 40.0), ("Enterprise", 230.0)]),
        (SEGMENTS, "without North and South", [("Enterprise", 360.0)]),
        (SEGMENTS, "only Enterprise, Consumer, top 1", [("Enterprise", 590.0)]),
        (OPEN, "what about returned?", [(1,)]),
        (EITHER, "what about returned?", [(1,)]),
        (EITHER, "without open", [(3,)]),
        (YEAR, "in 2024, by segment", [("Consumer", 40.0), ("Enterprise", 380.0)]),
    ],
)  # fmt: skip
def test_a_step_changes_one_thing(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, sql: str, follow_up: str, rows: list[tuple[object, ...]]
) -> None:
    rewritten = rewrite_sql(sql, follow_up, known)
    assert rewritten is not None
    settled = settle(shop, rewritten[0], known, question=follow_up)
    assert rewritten[1]
    found = shop.sql(settled.sql).fetchall()
    assert sorted(found, key=str) == [pytest.approx(row) if None not in row else row for row in sorted(rows, key=str)]


@pytest.mark.parametrize(
    ("sql", "follow_up", "end"),
    [
        (SEGMENTS, "sort by revenue", "ORDER BY revenue DESC"),
        (SEGMENTS, "sort by segment", "ORDER BY customers.segment"),
        (SEGMENTS, "sorted by revenue ascending", "ORDER BY revenue"),
        (SEGMENTS, "highest first", "ORDER BY revenue DESC"),
        (SEGMENTS, "top 10 instead", "ORDER BY revenue DESC LIMIT 10"),
        (SEGMENTS, "by month", "GROUP BY ALL ORDER BY month"),
        (LIST, "top 10 instead", "ORDER BY full_name LIMIT 10"),
        (LIST, "all of them", "ORDER BY full_name"),
    ],
)
def test_order_and_limit(known: Knowledge, sql: str, follow_up: str, end: str) -> None:
    rewritten = rewrite_sql(sql, follow_up, known)
    assert rewritten is not None
    assert rewritten[0].endswith(end)


def test_a_period_takes_the_place_of_the_last(known: Knowledge) -> None:
    first = rewrite_sql(YEAR, "in 2024", known)
    assert first is not None
    second = rewrite_sql(first[0], "and in Q2 2022?", known)
    assert second is not None
    assert "2024" not in second[0] and "2023" not in second[0] and "'2022-07-01'" in second[0]
    assert "status = 'paid'" in second[0]
    assert second[1] == ("ordered_at in Q2 2022",)


def test_the_date_of_what_is_counted_is_meant() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR, signup_date DATE)")
        con.execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people (id), order_date DATE, "
            "ship_date DATE)"
        )
        con.execute("CREATE TABLE lines (order_id INTEGER REFERENCES orders (id), amount DOUBLE)")
        known = know(con)
        joined = "FROM lines JOIN orders ON order_id = orders.id JOIN people ON person_id = people.id GROUP BY ALL"
        by_lines = rewrite_sql(f"SELECT name, SUM(amount) AS revenue {joined}", "by month", known)
        by_people = rewrite_sql(f"SELECT name, COUNT(people.id) AS n {joined}", "by month", known)
    assert by_lines is not None and "DATE_TRUNC('MONTH', orders.order_date)" in by_lines[0]
    assert by_people is not None and "DATE_TRUNC('MONTH', people.signup_date)" in by_people[0]


def test_a_value_takes_the_place_of_the_last(known: Knowledge) -> None:
    first = rewrite_sql(SEGMENTS, "only paid", known)
    assert first is not None
    second = rewrite_sql(first[0], "and open?", known)
    assert second is not None
    assert "'paid'" not in second[0] and "status = 'open'" in second[0]


@pytest.mark.parametrize(
    ("sql", "follow_up"),
    [
        (SEGMENTS, "only the happy ones"),
        (SEGMENTS, "only North in red"),
        (SEGMENTS, "by mood"),
        (SEGMENTS, "by id"),  # of what?
        (SEGMENTS, "compare it with last year"),
        (SEGMENTS, "top 5 products"),
        (SEGMENTS, "sort by mood"),
        (SEGMENTS, "revenue by region"),
        (SEGMENTS, "paid orders"),  # a question of its own
        (SEGMENTS, "average price"),
        (SEGMENTS, "by segment"),  # it is already
        (SEGMENTS, "and as a pie chart"),
        (SEGMENTS, "in 2023 or 2024"),
        (SEGMENTS, ""),
        (LIST, "as a share"),
        (LIST, "by month"),
        (LIST, "average instead"),
        (LIST, "in 2024 and lilac"),
        (YEAR, "only above 100"),
        (YEAR, "how many are there?"),  # one row
        ("SELECT 1 UNION SELECT 2", "top 1"),
        ("SELECT segment, SUM(total), COUNT(*) FROM orders JOIN customers ON customer_id = customers.id GROUP BY ALL",
         "as a share"),  # which?
        ("no sql", "top 1"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_left_to_a_model(known: Knowledge, sql: str, follow_up: str) -> None:
    assert rewrite_sql(sql, follow_up, known) is None


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("and by month?", True),
        ("what about the returned ones", True),
        ("as a pie", True),
        ("compare that with last year", True),
        ("revenue by region", False),
        ("top 5 customers by revenue", False),
        ("how many orders were paid in 2023", False),
    ],
)
def test_what_leans_on_the_last_question(question: str, leans: bool) -> None:
    assert is_follow_up(question) is leans
