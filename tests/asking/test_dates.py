"""Which days a question names, and whether the SQL keeps to them."""

from __future__ import annotations

import datetime
import re

import duckdb
import pytest
import sqlglot

from llmsql.asking.date_conditions import repair_dates
from llmsql.asking.dates import as_of, find_dates
from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

TODAY = datetime.date(2024, 8, 15)  # a Thursday


@pytest.mark.parametrize(
    ("question", "ranges"),
    [
        ("revenue last quarter", [("2024-04-01", "2024-07-01")]),
        ("revenue last month", [("2024-07-01", "2024-08-01")]),
        ("revenue 1-7 june 2024, daily", [("2024-06-01", "2024-06-08")]),
        ("revenue of June 1 to 7, 2024", [("2024-06-01", "2024-06-08")]),
        ("revenue from 1 to 7 June 2024", [("2024-06-01", "2024-06-08")]),
        ("revenue between 1 and 7 June 2024", [("2024-06-01", "2024-06-08")]),
        ("revenue on 5 June 2024", [("2024-06-05", "2024-06-06")]),
        ("revenue on June 5th, 2024", [("2024-06-05", "2024-06-06")]),
        ("revenue in the week starting march 12 2024", [("2024-03-12", "2024-03-19")]),
        ("revenue in the week of 14 March 2024", [("2024-03-11", "2024-03-18")]),
        ("revenue on 31 June 2024", []),
        ("running total of 2023, starting at zero on 1 January 2023", []),
        ("cost per quarter, this year and last", [("2023-01-01", "2025-01-01")]),
        ("orders of last month and this by status", [("2024-07-01", "2024-09-01")]),
        ("sales this year vs last year", [("2024-01-01", "2025-01-01"), ("2023-01-01", "2024-01-01")]),
        ("charged below today's list price", []),
        ("customers whose anniversary falls in this month", []),
        ("discount in the last five days of each quarter", []),
        ("YTD revenue for 2022, 2023 and 2024", []),
        ("YTD vs prior YTD", [("2024-01-01", "2024-08-16"), ("2023-01-01", "2023-08-16")]),
        ("revenue YTD last year", [("2023-01-01", "2023-08-16")]),
        ("year-to-date sales for 2023 by month", []),
        ("YTD 2024 sales", [("2024-01-01", "2024-08-16")]),
        ("revenue on 5 June 2024 or later", []),
        ("revenue not booked on 5 June 2024", []),
        ("revenue starting on June 5, 2024", []),
        ("revenue on 7-1 June 2024", []),
        ("revenue until 5 June 2024", []),
        ("revenue on or after 5 June 2024", []),
        ("revenue last week", [("2024-08-05", "2024-08-12")]),
        ("revenue last year", [("2023-01-01", "2024-01-01")]),
        ("revenue this month", [("2024-08-01", "2024-09-01")]),
        ("revenue year to date", [("2024-01-01", "2024-08-16")]),
        ("YTD revenue", [("2024-01-01", "2024-08-16")]),
        ("revenue so far this quarter", [("2024-07-01", "2024-08-16")]),
        ("revenue of the past 12 months", [("2023-08-15", "2024-08-16")]),
        ("orders in the last seven days", [("2024-08-08", "2024-08-16")]),
        ("Q3 2024 vs Q3 2023", [("2024-07-01", "2024-10-01"), ("2023-07-01", "2023-10-01")]),
        ("2023-Q4 orders", [("2023-10-01", "2024-01-01")]),
        ("the third quarter of 2023", [("2023-07-01", "2023-10-01")]),
        ("Q2 of last year", [("2023-04-01", "2023-07-01")]),
        ("March 2023 orders", [("2023-03-01", "2023-04-01")]),
        ("last month and the same month last year", [("2024-07-01", "2024-08-01"), ("2023-07-01", "2023-08-01")]),
        ("revenue of the same month last year", [("2023-08-01", "2023-09-01")]),
        ("FY2024 revenue", [("2024-01-01", "2025-01-01")]),
        ("orders yesterday", [("2024-08-14", "2024-08-15")]),
        (
            "this month compared to the same month last year",
            [("2024-08-01", "2024-09-01"), ("2023-08-01", "2023-09-01")],
        ),
        ("this quarter last year", [("2023-07-01", "2023-10-01")]),
        ("YTD vs the same period last year", [("2024-01-01", "2024-08-16"), ("2023-01-01", "2023-08-16")]),
        ("the same period last year", []),
        ("March last year", [("2023-03-01", "2023-04-01")]),
        ("orders in Sept of this year", [("2024-09-01", "2024-10-01")]),
        ("H1 2024", [("2024-01-01", "2024-07-01")]),
        ("second half of last year", [("2023-07-01", "2024-01-01")]),
        ("last quarter of 2023", [("2023-10-01", "2024-01-01")]),
        ("the last 2 months of last year", [("2023-11-01", "2024-01-01")]),
        ("Q3 vs Q4 2023", [("2023-07-01", "2023-10-01"), ("2023-10-01", "2024-01-01")]),
        ("March, April and May 2023", [(f"2023-0{m}-01", f"2023-0{m + 1}-01") for m in (3, 4, 5)]),
        ("Q1 and Q2 of last year", [("2023-01-01", "2023-04-01"), ("2023-04-01", "2023-07-01")]),
        ("week to date", [("2024-08-12", "2024-08-16")]),
        ("the last 30 days of orders", [("2024-07-16", "2024-08-16")]),
        ("last month of the year", []),
        ("last week of March 2024", []),
        ("end of last month", []),
        ("first and second quarter of 2023", []),
        ("between Q1 and Q3 2023", []),
        ("signed up between March and May 2024", []),
        ("the first ten days of May 2024", []),
        ("days since the last order as of today", []),
        ("how many orders last year may be late", [("2023-01-01", "2024-01-01")]),
        ("orders in 2023", []),
        ("orders since last month", []),
        ("orders between May 2024 and July 2024", []),
        ("orders from May 2024 to July 2024", []),
        (
            "by how much did May 2024 differ from March 2023",
            [("2024-05-01", "2024-06-01"), ("2023-03-01", "2023-04-01")],
        ),
        ("sales in May 2024 compared to March 2023", [("2024-05-01", "2024-06-01"), ("2023-03-01", "2023-04-01")]),
        ("orders after 15 June 2024", []),
        ("the last 3 orders", []),
        ("customers by last name", []),
        ("the last day's customers", []),
        ("", []),
    ],
)
def test_phrases_are_days(question: str, ranges: list[tuple[str, str]]) -> None:
    assert [(str(r.start), str(r.end)) for r in find_dates(question, TODAY)] == ranges


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("revenue in FY2024", ("2023-10-01", "2024-10-01")),
        ("revenue in FY24", ("2023-10-01", "2024-10-01")),
        ("revenue this fiscal year", ("2023-10-01", "2024-10-01")),
        ("revenue last fiscal year", ("2022-10-01", "2023-10-01")),
        ("fiscal Q2 2024", ("2024-01-01", "2024-04-01")),
        ("Q1 FY24", ("2023-10-01", "2024-01-01")),
        ("Q3 2024", ("2024-07-01", "2024-10-01")),
        ("FY24 Q1", ("2023-10-01", "2024-01-01")),
        ("Q1 of last fiscal year", ("2022-10-01", "2023-01-01")),
        ("H2 FY2024", ("2024-04-01", "2024-10-01")),
        ("November FY2024", ("2023-11-01", "2023-12-01")),
        ("fiscal year to date", ("2023-10-01", "2024-08-16")),
        ("FYTD revenue", ("2023-10-01", "2024-08-16")),
    ],
)
def test_fiscal_years_begin_by_the_setting(question: str, days: tuple[str, str]) -> None:
    [found] = find_dates(question, TODAY, fiscal_year_start=10)
    assert (str(found.start), str(found.end)) == days


def test_the_end_of_a_long_month_has_a_month_before() -> None:
    [found] = find_dates("last 1 month", datetime.date(2024, 3, 31))
    assert str(found.start) == "2024-02-29"
    assert find_dates("last 999 years", TODAY)[0].start.year == 1025


@pytest.mark.parametrize("today", [datetime.date.min, datetime.date.max])
@pytest.mark.parametrize("fiscal_year_start", [1, 12])
def test_days_beyond_the_calendar_are_left_to_the_model(today: datetime.date, fiscal_year_start: int) -> None:
    for phrase in ("last year", "this year", "yesterday", "today", "same month last year", "this fiscal year", "YTD"):
        for found in find_dates(phrase, today, fiscal_year_start):
            assert found.start < found.end


JULY = "ordered_at >= CAST('2024-07-01' AS DATE) AND ordered_at < CAST('2024-08-01' AS DATE)"


@pytest.mark.parametrize(
    ("question", "sql", "where"),
    [
        # said otherwise, the same days
        ("orders last month", "SELECT COUNT(*) FROM orders WHERE DATE_TRUNC('MONTH', ordered_at) = DATE '2024-07-01'", None),
        ("orders last month", "SELECT COUNT(*) FROM orders WHERE YEAR(ordered_at) = 2024 AND MONTH(ordered_at) = 7", None),
        ("the last 30 days", "SELECT COUNT(*) FROM orders WHERE ordered_at >= DATE '2024-08-15' - INTERVAL '30' DAY", None),
        # other days
        ("orders last month", "SELECT COUNT(*) FROM orders WHERE MONTH(ordered_at) = 7", JULY),
        ("paid last month", "SELECT COUNT(*) FROM orders WHERE status = 'paid' AND ordered_at > '2024-07-15'", f"status = 'paid' AND {JULY}"),
        ("those last month", "SELECT COUNT(*) FROM orders WHERE (status = 'open' OR total > 5) AND ordered_at > '2024-07-15'", f"(status = 'open' OR total > 5) AND {JULY}"),
        ("Q3 2024 vs Q3 2023", "SELECT COUNT(*) FROM orders WHERE QUARTER(ordered_at) = 3", "(ordered_at >= CAST('2024-07-01' AS DATE) AND ordered_at < CAST('2024-10-01' AS DATE) OR ordered_at >= CAST('2023-07-01' AS DATE) AND ordered_at < CAST('2023-10-01' AS DATE))"),
        # none at all
        ("orders last month", "SELECT COUNT(*) FROM orders", JULY),
        ("items last month", "SELECT COUNT(*) FROM order_items JOIN orders ON order_items.order_id = orders.id", JULY.replace("ordered_at", "orders.ordered_at")),
        ("orders per week over the last 2 weeks", "SELECT DATE_TRUNC('WEEK', ordered_at) AS week, COUNT(*) FROM orders GROUP BY ALL ORDER BY week", "ordered_at >= CAST('2024-08-01' AS DATE) AND ordered_at < CAST('2024-08-16' AS DATE)"),
        # which column is meant is open, or the query tells ranges apart itself
        ("orders last month", "SELECT COUNT(*) FROM orders JOIN customers ON orders.customer_id = customers.id", None),
        ("by day, last month", "SELECT ordered_at, COUNT(*) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY ALL", JULY.replace("ordered_at", "orders.ordered_at")),
        ("last month, by segment", "SELECT segment, COUNT(*) FILTER(WHERE ordered_at > signup_date) FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY ALL", None),
        ("last month and this month", "SELECT COUNT(*) FILTER(WHERE MONTH(ordered_at) = 7) FROM orders", None),
        ("last month", "SELECT COUNT(*) FROM products", None),
        # whether today and the first day count is a matter of taste
        ("the last 30 days", "SELECT COUNT(*) FROM orders WHERE ordered_at > DATE '2024-08-15' - INTERVAL '30' DAY AND ordered_at < DATE '2024-08-15'", None),
        # the first month is compared with the one before it
        ("growth by month this year", "WITH m AS (SELECT DATE_TRUNC('MONTH', ordered_at) AS m, COUNT(*) AS n FROM orders WHERE ordered_at >= '2023-12-01' GROUP BY ALL) SELECT m, n - LAG(n) OVER (ORDER BY m) FROM m", None),
        # what was not on those days may have been on others
        ("orders not placed in the past 90 days", "SELECT COUNT(*) FROM orders WHERE ordered_at < DATE '2024-05-17'", None),
        ("no orders placed last month", "SELECT COUNT(*) FROM orders", None),
        ("on weekends last month", "SELECT COUNT(*) FROM orders WHERE MONTH(ordered_at) = 7 AND DAYOFWEEK(ordered_at) IN (0, 6)", None),
        ("last month", "SELECT customers.id, COUNT(orders.id) FROM customers LEFT JOIN orders ON orders.customer_id = customers.id AND MONTH(ordered_at) = 7 GROUP BY ALL", None),
        ("first last month", "SELECT customer_id FROM orders GROUP BY ALL HAVING MIN(ordered_at) >= DATE '2024-07-01'", None),
        ("last month", "SELECT COUNT_IF(ordered_at >= DATE '2024-07-01') / COUNT(*) FROM orders", None),
        ("last month", "SELECT full_name, signup_date FROM orders JOIN customers ON orders.customer_id = customers.id", None),
        ("last month", "SELECT COUNT(*) FROM orders WHERE ordered_at IS NULL", None),
        ("days since, today", "SELECT CAST('2024-08-15' AS DATE) - ordered_at FROM orders", None),
        ("older than a week today", "SELECT id FROM orders WHERE ordered_at < CAST('2024-08-15' AS DATE) - INTERVAL '7' DAY", None),
        ("change over the previous month", "SELECT DATE_TRUNC('MONTH', ordered_at) AS m, COUNT(*) - LAG(COUNT(*)) OVER (ORDER BY DATE_TRUNC('MONTH', ordered_at)) FROM orders GROUP BY DATE_TRUNC('MONTH', ordered_at)", None),
    ],
)  # fmt: skip
def test_the_sql_keeps_to_the_days(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, sql: str, where: str | None
) -> None:
    tree = sqlglot.parse_one(sql, read="duckdb")
    before = tree.sql("duckdb")
    repair_dates(shop, tree, known.catalog, find_dates(question, TODAY), TODAY)
    if where is None:
        assert tree.sql("duckdb") == before
    else:
        assert tree.args["where"].this.sql("duckdb") == where
    shop.execute(tree.sql("duckdb"))


@pytest.mark.parametrize("year", [1901, 1929, 1969, 2045, 2099])
def test_years_of_two_centuries_are_kept_to(shop: duckdb.DuckDBPyConnection, known: Knowledge, year: int) -> None:
    days = f"ordered_at >= CAST('{year}-04-01' AS DATE) AND ordered_at < CAST('{year}-07-01' AS DATE)"
    ranges = find_dates(f"orders in Q2 {year}", TODAY)
    for written, note in (
        (f"YEAR(ordered_at) = {year}", 2),
        (f"YEAR(ordered_at) = {year} AND QUARTER(ordered_at) = 2", 1),
    ):
        tree = sqlglot.parse_one(f"SELECT COUNT(*) FROM orders WHERE {written}", read="duckdb")
        assert len(repair_dates(shop, tree, known.catalog, ranges, TODAY)) == note
        assert tree.args["where"].this.sql("duckdb") == (days if note == 2 else written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (("2024-05-01", "2024-06-01"), ("2024-05-01", "2024-06-01")),
        (("2024-05-01", "2024-08-01"), ("2024-05-01", "2024-06-01")),
        (("2024-07-01", "2024-08-01"), ("2024-05-01", "2024-06-01")),
        (("2024-05-02", "2024-05-09"), ("2024-05-02", "2024-05-09")),  # some days of the month
    ],
)
def test_each_figure_keeps_to_the_days_that_are_left(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, written: tuple[str, str], kept: tuple[str, str]
) -> None:
    sql = (
        "SELECT COUNT(*) FILTER(WHERE ordered_at >= CAST('{}' AS DATE) AND ordered_at < CAST('{}' AS DATE)) - "
        "COUNT(*) FILTER(WHERE ordered_at >= CAST('2023-04-01' AS DATE) AND ordered_at < CAST('2023-05-01' AS DATE)) FROM orders"
    )
    tree = sqlglot.parse_one(sql.format(*written), read="duckdb")
    notes = repair_dates(shop, tree, known.catalog, find_dates("May 2024 minus April 2023", TODAY), TODAY)
    assert tree.sql("duckdb") == sql.format(*kept)
    assert any("each figure" in note for note in notes) == (written != kept)


@pytest.mark.parametrize(
    ("months", "kept"),
    [
        (("2024-08-01", "2023-08-01"), ["2024-07-01", "2023-07-01"]),
        (("2023-08-01", "2024-08-01"), ["2023-07-01", "2024-07-01"]),
        (("2024-08-01", "2024-08-01"), []),  # which is which is open
    ],
)
def test_figures_on_other_days_are_told_by_their_order(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, months: tuple[str, str], kept: list[str]
) -> None:
    month = "COUNT(*) FILTER(WHERE DATE_TRUNC('MONTH', ordered_at) = CAST('{}' AS DATE))"
    tree = sqlglot.parse_one(f"SELECT {', '.join(month.format(m) for m in months)} FROM orders", read="duckdb")
    question = "orders last month vs the same month last year"
    repair_dates(shop, tree, known.catalog, find_dates(question, TODAY), TODAY)
    assert re.findall(r">= CAST\('(\S+)' AS DATE\)", tree.sql("duckdb")) == kept


def test_conditions_are_checked_before_they_are_tried(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    tree = sqlglot.parse_one("SELECT 1 FROM orders WHERE ordered_at > (read_text('/etc/passwd'))::DATE", read="duckdb")
    before = tree.sql("duckdb")
    repair_dates(shop, tree, known.catalog, find_dates("last month", TODAY), TODAY)
    assert tree.sql("duckdb") == before


def test_what_was_understood_is_said(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    question = "how many orders last month"
    settled = settle(shop, "SELECT count(*) FROM orders", known, TODAY, question, find_dates(question, TODAY))
    assert settled.notes == (
        "read 'last month' as 2024-07-01 to 2024-07-31",
        "added the condition on ordered_at, which the SQL lacked",
    )


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("overdue as of 31 December 2024", datetime.date(2024, 12, 31)),
        ("overdue as at the 1st of March 2024?", datetime.date(2024, 3, 1)),
        ("overdue as of March 1st, 2024", datetime.date(2024, 3, 1)),
        ("overdue as of 2024-03-01", datetime.date(2024, 3, 1)),
        ("overdue as of 31 February 2024", None),
        ("overdue on 31 December 2024", None),
        ("as of late", None),
        ("stock as of 31 December 2024 compared with today", None),
    ],
)
def test_the_day_that_a_question_is_asked_as_of(question: str, day: datetime.date | None) -> None:
    assert as_of(question) == day


def test_today_is_the_day_that_a_question_is_asked_as_of(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    sql = "SELECT COUNT(*) FROM customers WHERE signup_date < CURRENT_DATE"
    settled = settle(shop, sql, known, TODAY, "customers as of 1 March 2024")
    assert "CAST('2024-03-01' AS DATE)" in settled.sql


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("number_date >= DATE '2024-01-01' AND number_date < DATE '2024-04-01'", 31),
        ("YEAR(text_date) = 2024", 31),
        ("MONTH(text_date) = 3 AND YEAR(text_date) = 2024", 31),
        ("MONTH(seen_at) = 3", 31),
        ("iso_day LIKE '2024-02%'", 31),
        ("iso_day LIKE '2024-03%'", 31),
        ("SUBSTR(iso_day, 1, 7) = '2024-03'", 31),
        ("iso_day BETWEEN '2024-03-01' AND '2024-03-31'", 31),
        ("iso_day >= DATE '2024-03-01' AND iso_day < DATE '2024-04-01'", 31),
        ("number_date BETWEEN 20240201 AND 20240229", 31),
        ("text_date BETWEEN '01.03.2024' AND '31.03.2024'", 31),
        ("seen_at BETWEEN 1709251200 AND 1711929599", 31),
        ("seen_at BETWEEN 1706745600 AND 1709251199", 31),
    ],
)
def test_days_written_otherwise_are_kept_to_as_well(written: str, days: int) -> None:
    with duckdb.connect() as con:
        con.execute("""
            CREATE TABLE log AS SELECT strftime(d, '%Y%m%d')::INTEGER AS number_date, strftime(d, '%d.%m.%Y') AS text_date,
                epoch(d)::BIGINT AS seen_at, d::VARCHAR AS iso_day
            FROM (SELECT DATE '2023-01-01' + i::INTEGER AS d FROM range(700) AS r(i))
        """)
        question = "how many entries in March 2024"
        sql = f"SELECT count(*) FROM log WHERE {written}"
        settled = settle(con, sql, know(con), TODAY, question, find_dates(question, TODAY))
        assert con.execute(settled.sql).fetchall() == [(days,)], settled.sql


def test_the_one_column_of_days_gets_the_condition_however_it_writes_them() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE log AS SELECT 20240228 + i AS orddt, i FROM range(0, 81, 80) AS r(i)")
        question = "how many entries in March 2024"
        sql = "SELECT count(*) FROM log"
        settled = settle(con, sql, know(con), TODAY, question, find_dates(question, TODAY))
        assert con.execute(settled.sql).fetchall() == [(1,)], settled.sql


BILLS = """
    CREATE TABLE bills (id INTEGER, billed DATE, paid VARCHAR, made TIMESTAMP, article_no BIGINT, booked_date INTEGER);
    INSERT INTO bills SELECT i, DATE '2023-01-01' + i::INTEGER, CASE WHEN i % 3 THEN (DATE '2023-01-09' + i::INTEGER)::VARCHAR
        ELSE 'n/a' END, DATE '2023-01-01' + i::INTEGER + INTERVAL (i % 24) HOUR, 20110101 + i % 28,
        strftime(DATE '2023-01-01' + i::INTEGER, '%Y%m%d')::INTEGER FROM range(600) AS r(i);
    CREATE TABLE monthly (year INTEGER, month INTEGER, amount INTEGER, loaded_at DATE);
    INSERT INTO monthly VALUES (2024, 7, 5, '2024-08-02');
"""


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        # what a question says is not on some days, in whatever part of the query
        ("how many were not billed in the past 90 days", "WITH g AS (SELECT id FROM bills WHERE billed < DATE '2024-05-17') SELECT count(*) FROM g"),
        ("share not billed in the past 90 days", "SELECT (SELECT count(*) FROM bills WHERE billed < DATE '2024-05-17') / count(*) FROM bills"),
        ("who has been inactive in the past 90 days", "SELECT count(*) FROM bills WHERE billed < DATE '2024-05-17'"),
        # a mark is no day, the time of day is none, nor a number without a name
        ("still unpaid this year", "SELECT count(*) FROM bills WHERE paid = 'n/a' AND billed >= '2024-01-01'"),
        ("bills last month between 9 and 17", "SELECT count(*) FROM bills WHERE made >= '2024-07-01' AND made < '2024-08-01' AND EXTRACT(HOUR FROM made) BETWEEN 9 AND 16"),
        ("bills last month at noon", "SELECT count(*) FROM bills WHERE made >= '2024-07-01' AND made < '2024-08-01' AND CAST(made AS TIME) = '12:00'"),
        ("average id of articles this year", "SELECT avg(article_no) FROM bills JOIN monthly ON id = amount"),
        # narrower than what is read
        ("bills on Valentine's Day this year", "SELECT count(*) FROM bills WHERE billed = DATE '2024-02-14'"),
        ("bills in the summer months this year", "SELECT count(*) FROM bills WHERE MONTH(billed) IN (6, 7, 8) AND YEAR(billed) = 2024"),
        ("bills on the first day of a month this year", "SELECT count(*) FROM bills WHERE YEAR(billed) = 2024 AND DAY(billed) = 1"),
        ("Q2 bills, this year and last", "SELECT count(*) FROM bills WHERE QUARTER(billed) = 2 AND YEAR(billed) IN (2023, 2024)"),
        # wider for a reason
        ("bills in 2022 versus last year", "SELECT YEAR(billed), count(*) FROM bills WHERE YEAR(billed) IN (2022, 2023) GROUP BY ALL"),
        ("bills last month vs the month before", "SELECT MONTH(billed), count(*) FROM bills WHERE billed >= '2024-06-01' AND billed < '2024-08-01' GROUP BY ALL"),
        ("what was open on 5 June 2024", "SELECT count(*) FROM bills WHERE billed <= '2024-06-05'"),
        ("moving average over three months, this year", "WITH m AS (SELECT DATE_TRUNC('month', billed) AS m, count(*) AS n FROM bills WHERE billed >= '2023-11-01' GROUP BY m) SELECT m, AVG(n) OVER (ORDER BY m ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM m"),
        # a state, a table by month, what another query has made
        ("how many bills do we have today", "SELECT count(*) FROM bills"),
        ("amount last month", "SELECT SUM(amount) FROM monthly WHERE year = 2024 AND month = 7"),
        ("how many first came last month", "WITH f AS (SELECT id, MIN(billed) AS first FROM bills WHERE billed < '2024-08-01' GROUP BY id) SELECT count(*) FROM f WHERE first >= '2024-07-01'"),
        # a range that the reader would double
        ("the last 30 days vs the prior 30 days", "SELECT count(*) FROM bills WHERE billed >= '2024-06-16' AND billed <= '2024-08-15'"),
    ],
)  # fmt: skip
def test_what_is_right_stays(question: str, sql: str) -> None:
    with duckdb.connect() as con:
        con.execute(BILLS)
        settled = settle(con, sql, know(con), TODAY, question, find_dates(question, TODAY))
        assert con.execute(settled.sql).fetchall() == con.execute(sql).fetchall(), settled


@pytest.mark.parametrize(
    ("question", "sql", "right"),
    [
        # a last day that ends at midnight
        ("bills in July 2024", "SELECT count(*) FROM bills WHERE made BETWEEN '2024-07-01' AND '2024-07-31'", JULY),
        ("bills yesterday", "SELECT count(*) FROM bills WHERE made = '2024-08-14'", "ordered_at = '2024-08-14'"),
        # a negation of something else
        ("bills that were not paid last month", "SELECT count(*) FROM bills WHERE paid <> 'n/a' AND MONTH(billed) = 7", f"paid <> 'n/a' AND {JULY}"),
        ("loads that were not 7 last month", "SELECT count(*) FROM monthly WHERE amount <> 7", "id = 0"),
        # wider for none
        ("running total of bills last month", "SELECT billed, SUM(count(*)) OVER (ORDER BY billed) FROM bills WHERE billed >= '2024-06-01' GROUP BY billed", None),
        ("bills of last month", "SELECT count(*) FROM bills WHERE booked_date BETWEEN 20230701 AND 20230731", JULY),
        ("today's bills", "SELECT count(*) FROM bills WHERE billed >= '2024-08-01'", "ordered_at = '2024-08-15'"),
    ],
)  # fmt: skip
def test_what_is_wrong_does_not(question: str, sql: str, right: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(BILLS)
        settled = settle(con, sql, know(con), TODAY, question, find_dates(question, TODAY))
        if right is None:
            assert "now keeps to these days" in settled.notes[-1]
        else:
            wanted = f"SELECT count(*) FROM bills WHERE {right.replace('ordered_at', 'CAST(billed AS DATE)')}"
            assert con.execute(settled.sql).fetchall() == con.execute(wanted).fetchall(), settled
