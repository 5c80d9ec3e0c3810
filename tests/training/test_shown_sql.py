"""What models are taught to write about nested columns, untyped text and names with spaces, and that the engine runs it."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.joins import KeyGraph
from llmsql.asking.settle import settle
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot
from training.dataset import Database, Record, target_sql
from training.shown_sql import shown_sql

SCRIPT = """
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, payload JSON, address STRUCT(city VARCHAR, zip VARCHAR),
                     lines STRUCT(sku VARCHAR, qty INTEGER)[]);
INSERT INTO orders VALUES
  (1, '{"device": "mobile", "ms": 120, "alarms": ["door"]}', {'city': 'Bern', 'zip': '3011'}, [{'sku': 'A', 'qty': 2}]),
  (2, '{"device": "web", "ms": 80, "alarms": []}', {'city': 'Genf', 'zip': '1201'}, [{'sku': 'A', 'qty': 1}, {'sku': 'B', 'qty': 5}]);
CREATE TABLE "Parts List" ("Part No." VARCHAR, "Unit Price" VARCHAR, "Bought On" VARCHAR);
INSERT INTO "Parts List" VALUES ('P1', '2.50', '2024-01-31'), ('P2', 'n/a', '2024-02-01'), ('P3', '10', '2025-02-01');
"""


@pytest.fixture(scope="module")
def database() -> Database:
    con = duckdb.connect()
    con.execute(SCRIPT)
    catalog = snapshot(con)
    return Database(con, catalog, KeyGraph(catalog), build_value_index(con, catalog))


@pytest.mark.parametrize(
    ("sql", "taught"),
    [
        (
            "SELECT payload ->> '$.device', AVG(CAST(payload ->> '$.ms' AS DOUBLE)) FROM orders GROUP BY ALL",
            "SELECT payload_device, AVG(payload_ms) FROM orders GROUP BY ALL",
        ),
        (
            "SELECT order_id FROM orders WHERE CAST(payload ->> '$.ms' AS INTEGER) > 100",
            "SELECT order_id FROM orders WHERE payload_ms > 100",
        ),
        ("SELECT o.address.city FROM orders o", "SELECT address_city FROM orders"),
        (
            "SELECT line.sku, SUM(line.qty) FROM orders, UNNEST(lines) AS u(line) WHERE payload ->> '$.device' = 'web' GROUP BY ALL",
            "SELECT sku, SUM(qty) FROM orders JOIN orders_lines WHERE payload_device = 'web' GROUP BY ALL",
        ),
        (
            """SELECT AVG(TRY_CAST("Unit Price" AS DOUBLE)) FROM "Parts List" WHERE year(TRY_CAST("Bought On" AS DATE)) = 2024""",
            "SELECT AVG(Unit_Price) FROM Parts_List WHERE YEAR(Bought_On) = 2024",
        ),
        (
            """SELECT "Part No." FROM "Parts List" WHERE TRY_CAST("Unit Price" AS DOUBLE) > 5""",
            "SELECT Part_No FROM Parts_List WHERE Unit_Price > 5",
        ),
    ],
)
def test_a_query_is_taught_in_the_terms_that_models_are_shown(database: Database, sql: str, taught: str) -> None:
    record = Record("made", "which?", sql)
    assert target_sql(record, database) == taught
    settled = settle(database.con, taught, database.knowledge(record), question=record.question)
    assert sorted(database.con.execute(settled.sql).fetchall()) == sorted(database.con.execute(sql).fetchall())


def test_a_cast_that_says_more_than_the_column_stays(database: Database) -> None:
    tree = sqlglot.parse_one("SELECT CAST(payload ->> '$.device' AS INTEGER) FROM orders", read="duckdb")
    assert "CAST(payload_device AS INT)" in shown_sql(tree, database.catalog)
    tree = sqlglot.parse_one('SELECT TRY_CAST("Unit Price" AS DOUBLE) FROM "Parts List"', read="duckdb")
    assert 'TRY_CAST("Unit Price" AS DOUBLE)' in shown_sql(tree, database.catalog)
