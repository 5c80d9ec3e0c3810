"""What is said of a query, and that nothing of it is left unsaid."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.explain import Told, explain_sql
from llmsql.asking.settle import Knowledge


@pytest.mark.parametrize(
    ("sql", "lines"),
    [
        ("SELECT count(*) FROM orders",
         ["Shows the number of rows of orders, in one row.", "Reads orders."]),
        ("SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY n DESC LIMIT 3",
         ["For each status: n (the number of rows of orders).", "Reads orders.", "Sorted by n, highest first.",
          "Gives the first 3 rows.", "Assumes:", "- of rows that tie for the last place, any may be given"]),
        ("SELECT DISTINCT full_name FROM customers ORDER BY 1",
         ["Lists the distinct full_name.", "Reads customers.", "Sorted by column 1, lowest first."]),
        ("SELECT full_name FROM customers ORDER BY signup_date DESC, full_name LIMIT 1 OFFSET 2",
         ["Lists full_name.", "Reads customers.", "Sorted by signup_date, latest first and full_name, A to Z.",
          "Gives the first row, after skipping 2.", "Assumes:",
          "- of rows that tie for the last place, any may be given"]),
        ("SELECT total FROM orders WHERE status = 'paid' AND (total > 100 OR note IS NULL)",
         ["Lists total.", "Reads orders.",
          "Only rows where status is 'paid' and (total is above 100 or note is missing)."]),
        ("SELECT total FROM orders WHERE NOT status IN ('paid', 'open') AND NOT note IS NULL AND note NOT LIKE '%x%'",
         ["Lists total.", "Reads orders.",
          "Only rows where status is none of 'paid' and 'open' and note is present and note does not contain 'x'."]),
        ("SELECT total FROM orders WHERE ordered_at >= DATE '2024-01-01' AND ordered_at < DATE '2025-01-01'",
         ["Lists total.", "Reads orders.", "Only rows where ordered_at is in 2024."]),
        ("SELECT total FROM orders WHERE year(ordered_at) = 2024 AND quarter(ordered_at) = 2",
         ["Lists total.", "Reads orders.", "Only rows where ordered_at is in Q2 2024."]),
        ("SELECT total FROM orders WHERE ordered_at >= '2024-01-05' AND ordered_at < '2025-01-01'",
         ["Lists total.", "Reads orders.",
          "Only rows where ordered_at is on or after 2024-01-05 and ordered_at is before 2025-01-01."]),
        ("SELECT status, sum(total) AS t FROM orders GROUP BY ROLLUP (status)",
         ["Shows status and t (the sum of total), GROUP BY ROLLUP (status).", "Reads orders."]),
        ("SELECT total FROM orders WHERE total BETWEEN 1 AND 2",
         ["Lists total.", "Reads orders.", "Only rows where total is from 1 to 2."]),
        ("SELECT date_trunc('month', ordered_at) AS month, sum(total) AS t FROM orders GROUP BY ALL HAVING sum(total) > 5 ORDER BY month",
         ["For each month (the month of ordered_at): t (the sum of total).", "Reads orders.",
          "Only groups where t is above 5.", "Sorted by month, earliest first."]),
        ("SELECT sum(CASE WHEN status = 'paid' THEN 1 ELSE 0 END) / count(*) AS share FROM orders",
         ["Shows share ((the number of rows where status is 'paid') / (the number of rows of orders)), in one row.",
          "Reads orders."]),
        ("SELECT region, count(*) FROM regions JOIN customers ON customers.region_id = regions.id GROUP BY region",
         ["For each region: the number of rows of customers.",
          "Reads regions, joined with customers on customers.region_id = regions.id."]),
        ("SELECT c.full_name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL",
         ["Lists customers.full_name.",
          "Reads customers, joined with orders on orders.customer_id = customers.id; kept also without one.",
          "Only rows where orders.id is missing."]),
        ("SELECT full_name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)",
         ["Lists full_name.", "Reads customers.",
          "Only rows where there is no row of orders where orders.customer_id is customers.id."]),
        ("SELECT full_name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 100)",
         ["Lists full_name.", "Reads customers.",
          "Only rows where id is among (customer_id of orders where total is above 100)."]),
        ("SELECT full_name FROM customers WHERE id IN (SELECT c.id FROM customers AS c ANTI JOIN orders AS o ON o.customer_id = c.id)",
         ["Lists full_name.", "Reads customers.",
          "Only rows where id is among (customers.id of customers and orders on orders.customer_id = customers.id (anti join))."]),
        ("SELECT full_name FROM customers WHERE id IN (SELECT customer_id FROM orders QUALIFY row_number() OVER (ORDER BY total) = 1)",
         ["Lists full_name.", "Reads customers.",
          "Only rows where id is among (customer_id of orders, of these where the position in order of total, lowest first is 1)."]),
        ("SELECT title FROM products WHERE price > (SELECT avg(price) FROM products)",
         ["Lists title.", "Reads products.", "Only rows where price is above (the average price of products)."]),
        ("WITH t AS (SELECT status, count(*) AS n FROM orders GROUP BY ALL) SELECT max(n) FROM t",
         ["First makes t:", "  For each status: n (the number of rows of orders).", "  Reads orders.",
          "Shows the largest n, in one row.", "Reads t."]),
        ("SELECT status FROM orders UNION SELECT region FROM regions",
         ["Puts two results together, without doubles. The first:", "  Lists status.", "  Reads orders.",
          "The second:", "  Lists region.", "  Reads regions."]),
        ("SELECT total, rank() OVER (PARTITION BY status ORDER BY total DESC) AS place FROM orders",
         ["Lists total and place (the rank in order of total, highest first within each status).", "Reads orders."]),
        ("SELECT total / sum(total) OVER () AS share FROM orders",
         ["Lists share (total / (the sum of total over all rows)).", "Reads orders."]),
        ("SELECT total FROM orders USING SAMPLE 2 ROWS",
         ["Lists total.", "Reads orders.", "Takes a sample: TABLESAMPLE RESERVOIR (2 ROWS)."]),
        ("SELECT total FROM orders LIMIT 10%",
         ["Lists total.", "Reads orders.", "Gives the first found 10 % of the rows."]),
        ("SELECT status FROM orders ASOF JOIN customers ON orders.ordered_at >= customers.signup_date",
         ["Lists status.",
          "Reads orders, joined with the nearest row of customers on orders.ordered_at is at least customers.signup_date."]),
        ("SELECT region FROM regions NATURAL JOIN products",
         ["Lists region.", "Reads regions, joined with products on all columns of the same name."]),
        ("SELECT region FROM regions POSITIONAL JOIN products",
         ["Lists region.", "Reads regions, side by side with products, row by row."]),
        ("SELECT sum(total) OVER w AS s FROM orders WINDOW w AS (PARTITION BY status ORDER BY ordered_at)",
         ["Lists s (the sum of total in order of ordered_at, earliest first within each status).", "Reads orders."]),
        ("SELECT avg(total) OVER (ORDER BY id ROWS 6 PRECEDING) AS m FROM orders",
         ["Lists m (the average total in order of id, lowest first, over ROWS BETWEEN 6 PRECEDING AND CURRENT ROW).",
          "Reads orders."]),
        ("SELECT lag(total, 3) OVER (ORDER BY id) AS before FROM orders",
         ["Lists before (the previous total by 3 rows in order of id, lowest first).", "Reads orders."]),
        ("SELECT o.* EXCLUDE (note) REPLACE (1 AS total) FROM orders AS o JOIN regions AS r ON r.id = o.id",
         ["Lists all columns of orders but note, with total (1).", "Reads orders, joined with regions on id."]),
        ("SELECT full_name FROM customers WHERE segment IN tags",
         ["Lists full_name.", "Reads customers.", "Only rows where segment is in tags."]),
        ("SELECT id FROM orders EXCEPT ALL SELECT id FROM regions",
         ["Takes from a first result the rows that are not in a second, doubles kept. The first:", "  Lists id.",
          "  Reads orders.", "The second:", "  Lists id.", "  Reads regions."]),
        ("SELECT damerau_levenshtein(status, 'x') FROM orders",
         ["Lists DAMERAU_LEVENSHTEIN(status, 'x').", "Reads orders."]),
    ],
)  # fmt: skip
def test_a_query_in_plain_words(shop: duckdb.DuckDBPyConnection, known: Knowledge, sql: str, lines: list[str]) -> None:
    shop.sql(sql)
    told = explain_sql(sql, known.catalog).splitlines()
    assert [line for line in told if "left out" not in line or line in lines] == lines or told == lines


def test_assumptions_are_listed(known: Knowledge) -> None:
    sql = (
        "SELECT regions.region, sum(orders.total) AS t FROM order_items JOIN orders ON order_items.order_id = orders.id "
        "JOIN customers ON orders.customer_id = customers.id JOIN regions ON customers.region_id = regions.id "
        "WHERE customers.segment = 'Enterprise' AND orders.ordered_at < CAST('2024-05-01' AS DATE) GROUP BY ALL"
    )
    told = Told(["table order → orders"], ["customers.segment = 'Enterprise'", "orders.status = 'paid'"], "2024-05-01")
    text = explain_sql(sql, known.catalog, told)
    assert text.splitlines()[-6:] == [
        "Assumes:",
        "- customers.segment = 'Enterprise' is what the question names",
        "- table order → orders",
        "- today is 2024-05-01",
        "- regions without customers are left out",
        "- in SUM(orders.total) each row of orders counts once for every row of order_items that it is joined with",
    ]


def test_inferred_keys_are_assumptions(shop: duckdb.DuckDBPyConnection) -> None:
    from tests.asking.conftest import know

    with duckdb.connect() as con:
        con.execute("CREATE TABLE teams (team_id INTEGER, name VARCHAR); INSERT INTO teams VALUES (1, 'a'), (2, 'b')")
        con.execute("CREATE TABLE games (game_id INTEGER, team_id INTEGER); INSERT INTO games VALUES (1, 1), (2, 1)")
        text = explain_sql(
            "SELECT teams.name, count(*) FROM games JOIN teams ON games.team_id = teams.team_id GROUP BY ALL",
            know(con).catalog,
        )
    assert "- games.team_id = teams.team_id is a key: its name says so and the data agree" in text


def test_what_does_not_parse_is_quoted(known: Knowledge) -> None:
    assert explain_sql("SELECT FROM WHERE (", known.catalog) == "Runs SELECT FROM WHERE ("
