"""Right queries that a repair once made wrong: the words that call for it are in the question, and mean something else."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.intent import turn_superlative
from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import check_question_decides, know

STAFF = """
CREATE TABLE employees (
    id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, manager_id INTEGER REFERENCES employees (id),
    is_remote BOOLEAN, certified BOOLEAN
);
CREATE TABLE calls (
    id INTEGER PRIMARY KEY, employee_id INTEGER REFERENCES employees (id), duration_sec INTEGER, wait_min INTEGER,
    called_at TIMESTAMP, status VARCHAR, vip BOOLEAN
);
INSERT INTO employees VALUES (1, 'A', 'B', NULL, true, NULL), (2, 'A', 'C', NULL, false, true);
INSERT INTO calls VALUES
    (1, 1, 60, 3, '2024-01-05 10:00', 'missed', true), (2, 2, 600, 30, '2024-02-05 11:00', 'answered', NULL);
"""


@pytest.mark.parametrize(
    ("question", "written"),
    [
        (
            "Show each order with its share of the total, to 2 decimals",
            "SELECT o.*, 100.0*total/SUM(total) OVER () AS pct FROM orders AS o",
        ),
        ("x to 2 decimals", "SELECT MIN(COLUMNS(*)) FROM products"),
        ("x to 2 decimals", "SELECT address.* FROM customers"),
        (
            "Statuses with an average total above 110, average rounded to the nearest hundred",
            "SELECT status, AVG(total) AS a FROM orders GROUP BY ALL HAVING a > 110",
        ),
        (
            "All orders except returned ones",
            "SELECT id FROM orders EXCEPT SELECT id FROM orders WHERE status = 'returned'",
        ),
        (
            "Customers except those with returned orders",
            "SELECT full_name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE status = 'returned')",
        ),
        ("How many open orders are left out of invoicing?", "SELECT COUNT(*) FROM orders WHERE status = 'open'"),
        ("How many open orders are excluded from the report?", "SELECT COUNT(*) FROM orders WHERE status = 'open'"),
        ("How many paid orders were ignored?", "SELECT COUNT(*) FROM orders WHERE status = 'paid'"),
        ("total, excluding vat of paid orders?", "SELECT SUM(total) FROM orders WHERE status = 'paid'"),
        (
            "Which of our customers open orders most often?",
            "SELECT c.full_name FROM customers AS c JOIN orders AS o ON c.id = o.customer_id GROUP BY c.id, c.full_name ORDER BY COUNT(*) DESC LIMIT 1",
        ),
        (
            "Which customers have paid orders or open orders?",
            "SELECT DISTINCT c.full_name FROM customers AS c JOIN orders AS o ON c.id = o.customer_id",
        ),
        (
            "Show every customer and their paid orders",
            "SELECT c.full_name, o.id FROM customers AS c LEFT JOIN orders AS o ON c.id = o.customer_id",
        ),
        (
            "List customers and emails; leave it blank where there is no email",
            "SELECT UPPER(full_name), email FROM customers",
        ),
        (
            "Customers by segment, ignoring unknown emails",
            "SELECT segment, COUNT(*) FROM customers WHERE email <> '' GROUP BY segment",
        ),
        (
            "List regions that have customers with no email and count them",
            "SELECT region, COUNT(*) AS n FROM regions AS r JOIN customers AS c ON c.region_id = r.id WHERE c.email IS NULL GROUP BY region ORDER BY n DESC",
        ),
        (
            "Show the number of orders without notes for each customer",
            "SELECT c.full_name, COUNT(*) AS n FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.note IS NULL GROUP BY c.id, c.full_name",
        ),
        (
            "regions with the number of customers, also without any",
            "SELECT region, COUNT(*) AS n FROM regions AS r JOIN customers AS c ON c.region_id = r.id WHERE r.id < 3 OR c.segment = 'x' GROUP BY region",
        ),
        (
            "orders that were in the top 2 of totals ordered by id",
            "SELECT id FROM orders WHERE total >= 50 ORDER BY id",
        ),
        (
            "How often does each full name occur among order buyers?",
            "SELECT c.full_name, COUNT(*) FROM customers AS c JOIN orders AS o ON c.id = o.customer_id GROUP BY ALL",
        ),
    ],
)
def test_in_a_shop(shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str) -> None:
    check_question_decides(shop, known, question, written, None)


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("Which calls are not vip?", "SELECT id FROM calls WHERE NOT vip OR vip IS NULL"),
        (
            "Count calls by vip yes, no and n/a",
            "SELECT CASE WHEN vip IS NULL THEN 'n/a' WHEN vip THEN 'yes' ELSE 'no' END AS v, COUNT(*) FROM calls GROUP BY ALL",
        ),
        ("Which calls haven't got a vip value yet", "SELECT id FROM calls WHERE vip IS NULL"),
        (
            "Number of calls sorted",
            "SELECT e.last_name, COUNT(*) FROM employees AS e JOIN calls AS c ON e.id = c.employee_id GROUP BY ALL ORDER BY 2 DESC",
        ),
        ("who", "SELECT last_name || ', ' || first_name AS n, last_name FROM employees"),
        (
            "For each month number of calls",
            "SELECT DATE_TRUNC('MONTH', called_at) AS m, COUNT(*) FROM calls GROUP BY 1",
        ),
        (
            "Month number and running total",
            "SELECT MONTH(m) AS month, n FROM (SELECT DATE_TRUNC('MONTH', called_at) AS m, COUNT(*) AS n FROM calls GROUP BY ALL) AS t",
        ),
        (
            "3-month moving average of daily calls",
            "SELECT AVG(COUNT(*)) OVER (ORDER BY CAST(called_at AS DATE) ROWS BETWEEN 89 PRECEDING AND CURRENT ROW) FROM calls GROUP BY CAST(called_at AS DATE)",
        ),
    ],
)
def test_of_staff(question: str, written: str) -> None:
    with duckdb.connect() as con:
        con.execute(STAFF).fetchall()
        known = know(con)
        assert settle(con, written, known, None, question).sql == settle(con, written, known).sql


def test_an_age_that_is_worked_out_has_its_own_order() -> None:
    sql = "SELECT name FROM players JOIN wins USING (id) ORDER BY won_on - born_on LIMIT 1"
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert not turn_superlative(tree, "who was the youngest player ever to win?")
    tree = sqlglot.parse_one("SELECT name FROM players ORDER BY born_on LIMIT 1", read="duckdb")
    assert turn_superlative(tree, "who is the youngest player?")
