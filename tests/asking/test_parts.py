"""Parts of nested columns in queries."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.glossary import Glossary, apply_glossary
from llmsql.asking.link import link_values
from llmsql.asking.prompt import render_schema
from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

TABLES = """
    CREATE TABLE clients (client_id INTEGER PRIMARY KEY, name VARCHAR, address STRUCT(city VARCHAR, geo STRUCT(lat DOUBLE)));
    INSERT INTO clients VALUES (1, 'Ann', {'city': 'Ghent', 'geo': {'lat': 51.0}}), (2, 'Bob', {'city': 'Oslo', 'geo': {'lat': 60.0}});
    CREATE TABLE events (event_id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients, payload JSON, quota MAP(VARCHAR, INTEGER));
    INSERT INTO events VALUES
        (1, 1, '{"kind": "pdf", "file": {"size": 10}, "ok": true}', MAP {'tiles': 5}),
        (2, 1, '{"kind": "png", "file": {"size": 20}, "ok": false}', MAP {'tiles': 7}), (3, 2, '{"kind": "pdf"}', NULL);
    CREATE TABLE invoices (no INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients, lines STRUCT(product VARCHAR, units INTEGER)[]);
    INSERT INTO invoices VALUES (7, 1, [{'product': 'Lamp', 'units': 2}, {'product': 'Desk', 'units': 1}]), (8, 2, [{'product': 'Lamp', 'units': 5}]);
"""  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        yield con, know(con)


def test_models_are_shown_the_parts(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    schema = render_schema(shop[1].catalog)
    assert "address_city text 'Ghent' 'Oslo', address_geo_lat float" in schema
    assert "payload_kind text 'pdf' 'png', payload_file_size int, payload_ok bool, quota_tiles int" in schema
    assert "STRUCT" not in schema and "json" not in schema and "MAP" not in schema


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT address_city FROM clients WHERE address_geo_lat > 55", [("Oslo",)]),
        ("SELECT payload_kind, COUNT(*) AS n FROM events GROUP BY payload_kind ORDER BY n DESC", [("pdf", 2), ("png", 1)]),
        ("SELECT payload_kind, COUNT(*) FROM events GROUP BY ALL ORDER BY payload_kind", [("pdf", 2), ("png", 1)]),
        ("SELECT SUM(payload_file_size) FROM events WHERE payload_ok", [(10,)]),
        ("SELECT SUM(e.payload_file_size) FROM events AS e WHERE NOT e.payload_ok", [(20,)]),
        ("SELECT MAX(quota_tiles) AS quota_tiles FROM events", [(7,)]),
        ("SELECT name FROM clients WHERE address.city = 'ghent'", [("Ann",)]),
        ("SELECT c.address.geo.lat FROM clients AS c WHERE c.address.city = 'Oslo'", [(60.0,)]),
        ("SELECT COUNT(*) FROM events WHERE payload ->> 'kind' = 'PDF'", [(2,)]),
        ("SELECT COUNT(*) FROM events WHERE payload -> 'kind' = 'pdf'", [(2,)]),
        ("SELECT COUNT(*) FROM events WHERE json_extract_string(payload, '$.file.size') = 20", [(1,)]),
        ("SELECT COUNT(*) FROM events WHERE quota['tiles'] > 5", [(1,)]),
        ("SELECT MAX(size) AS size FROM events", [(20,)]),
        ("SELECT city, COUNT(*) FROM clients JOIN events GROUP BY ALL ORDER BY city", [("Ghent", 2), ("Oslo", 1)]),
        ("SELECT name FROM clients WHERE client_id IN (SELECT client_id FROM events WHERE payload_kind = 'png')", [("Ann",)]),
        ("SELECT name FROM clients WHERE EXISTS (SELECT 1 FROM events WHERE client_id = clients.client_id AND address_city = 'Oslo')", [("Bob",)]),
        ("SELECT k FROM (SELECT payload_kind AS k FROM events) ORDER BY k LIMIT 1", [("pdf",)]),
        ("SELECT SUM(event_id) FROM events WHERE payload_kind IN (SELECT payload_kind FROM (SELECT payload_kind, COUNT(*) FROM events GROUP BY ALL HAVING COUNT(*) = 1))", [(2,)]),
        ("WITH t AS (SELECT payload_kind, COUNT(*) AS n FROM events GROUP BY ALL) SELECT COUNT(*) FROM events WHERE payload_kind IN (SELECT payload_kind FROM t WHERE n > 1)", [(2,)]),
        ("WITH t AS (SELECT * FROM events) SELECT payload_kind, COUNT(*) FROM t GROUP BY ALL ORDER BY 1", [("pdf", 2), ("png", 1)]),
        ("SELECT MAX(e.payload_file_size) FROM (SELECT * FROM events) AS e", [(20,)]),
        ("SELECT COUNT(*) FROM events WHERE json_extract(payload, '$.kind') = '\"pdf\"'", [(2,)]),
        ("SELECT event_id * 2 AS city, city + 1 FROM events WHERE event_id = 1", [(2, 3)]),
        ("SELECT [kind + 1 for kind in [1]] FROM clients WHERE client_id = 1", [([2],)]),
        ("WITH t AS (SELECT payload_kind FROM events) SELECT payload_kind FROM t ORDER BY payload_kind LIMIT 1", [("pdf",)]),
    ],
)  # fmt: skip
def test_parts_are_read(
    shop: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str, rows: list[tuple[object, ...]]
) -> None:
    con, known = shop
    settled = settle(con, sql, known, question="whatever")
    assert con.execute(settled.sql).fetchall() == rows


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT product, SUM(units) FROM invoices_lines GROUP BY ALL ORDER BY product", [("Desk", 1), ("Lamp", 7)]),
        ("SELECT name, SUM(units) FROM clients JOIN invoices JOIN invoices_lines GROUP BY ALL ORDER BY name", [("Ann", 3), ("Bob", 5)]),
        ("SELECT SUM(l.units) FROM invoices_lines AS l WHERE l.product = 'lamp'", [(7,)]),
        ("SELECT name FROM clients JOIN invoices WHERE no IN (SELECT no FROM invoices_lines WHERE product = 'Desk')", [("Ann",)]),
        ("SELECT COUNT(*) FROM invoices WHERE no NOT IN (SELECT no FROM invoices_lines WHERE units > 2)", [(1,)]),
        ("WITH invoices_lines AS (SELECT 1 AS units) SELECT units FROM invoices_lines", [(1,)]),
    ],
)  # fmt: skip
def test_elements_are_read(
    shop: tuple[duckdb.DuckDBPyConnection, Knowledge], sql: str, rows: list[tuple[object, ...]]
) -> None:
    con, known = shop
    settled = settle(con, sql, known, question="whatever")
    assert con.execute(settled.sql).fetchall() == rows
    assert settle(con, settled.sql, known, question="whatever").sql == settled.sql


def test_elements_of_a_hidden_column_are_hidden(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    catalog, _ = apply_glossary(shop[1].catalog, Glossary(hidden=("invoices.lines",)))
    assert catalog.table("invoices_lines") is None and catalog.table("invoices") is not None
    assert "invoices_lines(no int -> invoices.no, product text 'Lamp' 'Desk', units int)" in render_schema(
        shop[1].catalog
    )
    assert "lines STRUCT" not in render_schema(shop[1].catalog)


def test_what_is_settled_stays_settled(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    con, known = shop
    once = settle(con, "SELECT payload_kind, address_city FROM events JOIN clients", known, question="x").sql
    assert settle(con, once, known, question="x").sql == once
    assert "payload ->> '$.kind'" in once and "address.city" in once


def test_values_in_parts_are_found(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    _, known = shop
    [value] = link_values(known.values, known.catalog, "events of clients in ghent")
    assert (value.table, value.column, value.value) == ("clients", "address_city", "Ghent")


def test_a_hidden_column_hides_its_parts(shop: tuple[duckdb.DuckDBPyConnection, Knowledge]) -> None:
    catalog, _ = apply_glossary(shop[1].catalog, Glossary(hidden=("clients.address",)))
    clients = catalog.table("clients")
    assert clients is not None and [c.name for c in clients.columns] == ["client_id", "name"]
    assert clients.hidden == ("address",)


@pytest.mark.parametrize("pattern", ["clients.address_city", "*.city"])
def test_a_hidden_part_hides_the_whole(shop: tuple[duckdb.DuckDBPyConnection, Knowledge], pattern: str) -> None:
    catalog, _ = apply_glossary(shop[1].catalog, Glossary(hidden=(pattern,)))
    clients = catalog.table("clients")
    assert clients is not None and clients.column("address_geo_lat") is None and clients.hidden == ("address",)


def test_a_view_that_renames_a_hidden_column_hides_its_parts() -> None:
    with duckdb.connect() as con:
        con.execute(TABLES + "CREATE VIEW seen AS SELECT client_id, address AS home FROM clients")
        catalog, _ = apply_glossary(know(con).catalog, Glossary(hidden=("clients.address",)))
    assert "home" not in render_schema(catalog) and "Ghent" not in render_schema(catalog)


def test_parts_of_a_view() -> None:
    with duckdb.connect() as con:
        con.execute(TABLES + "CREATE VIEW seen AS SELECT payload AS p FROM events")
        sql = settle(con, "SELECT COUNT(*) FROM seen WHERE p_kind = 'pdf'", know(con), question="x").sql
        assert con.execute(sql).fetchall() == [(2,)]
