"""A small shop that has every kind of key, type and name that the asking stages meet."""

from __future__ import annotations

import os
from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.joins import KeyGraph
from llmsql.asking.settle import Knowledge, settle
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot
from tests.clients.stubs import StubOpenAI

SHOP = """
CREATE TABLE regions (id INTEGER PRIMARY KEY, region VARCHAR);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, full_name VARCHAR, segment VARCHAR, signup_date DATE, email VARCHAR,
    region_id INTEGER REFERENCES regions (id), address STRUCT(city VARCHAR, zip VARCHAR), tags VARCHAR[]
);
CREATE TABLE products (id INTEGER PRIMARY KEY, title VARCHAR, price DECIMAL(10, 2), attributes JSON);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), ordered_at TIMESTAMP,
    status VARCHAR, total DOUBLE, note VARCHAR
);
CREATE TABLE order_items (
    order_id INTEGER REFERENCES orders (id), product_id INTEGER REFERENCES products (id), quantity INTEGER,
    unit_price DECIMAL(10, 2), PRIMARY KEY (order_id, product_id)
);
CREATE TABLE "Bad Debts" ("Debt No" INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), "select" DOUBLE);
INSERT INTO regions VALUES (1, 'North'), (2, 'South'), (3, 'Île-de-France');
INSERT INTO customers VALUES
    (1, 'Ada Lovelace', 'Enterprise', '2023-01-05', 'ada@example.com', 1, {'city': 'London', 'zip': 'N1'}, ['vip', 'eu']),
    (2, 'Grace Hopper', 'Consumer', '2023-02-11', 'grace@example.com', 2, {'city': 'New York', 'zip': 'NY'}, ['us']),
    (3, 'Émilie du Châtelet', 'Enterprise', '2024-03-01', 'emilie@example.com', 3, {'city': 'Paris', 'zip': '75'}, []),
    (4, 'Alan Turing', 'Consumer', '2024-03-09', NULL, 1, {'city': 'London', 'zip': 'W1'}, NULL);
INSERT INTO products VALUES
    (1, 'Lamp', 20.00, '{"color": "red", "size": 3}'), (2, 'Desk', 150.00, '{"color": "oak"}'), (3, 'Chair', 60.00, NULL);
INSERT INTO orders VALUES
    (1, 1, '2024-01-03 10:00:00', 'paid', 170.0, NULL), (2, 1, '2024-02-14 12:30:00', 'open', 60.0, 'gift'),
    (3, 2, '2024-02-20 09:15:00', 'paid', 40.0, NULL), (4, 3, '2024-03-30 18:45:00', 'returned', 150.0, 'broken'),
    (5, 3, '2024-04-02 08:00:00', 'paid', 210.0, NULL);
INSERT INTO order_items VALUES
    (1, 1, 1, 20.00), (1, 2, 1, 150.00), (2, 3, 1, 60.00), (3, 1, 2, 20.00), (4, 2, 1, 150.00), (5, 2, 1, 150.00),
    (5, 3, 1, 60.00);
INSERT INTO "Bad Debts" VALUES (1, 2, 12.5), (2, 4, 99.0);
"""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "OLLAMA_", "LLM_", "LLMSQL_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SHOP)
        yield con


@pytest.fixture
def known(shop: duckdb.DuckDBPyConnection) -> Knowledge:
    return know(shop)


def know(con: duckdb.DuckDBPyConnection) -> Knowledge:
    """All that is known of a database, as the engine finds out."""
    catalog = snapshot(con)
    return Knowledge(catalog, KeyGraph(catalog), build_value_index(con, catalog))


def check_question_decides(
    con: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    """What a question makes of a query beyond what is made of it without one: ``repaired``, or nothing where None."""
    plain = settle(con, written, known).sql
    settled = settle(con, written, known, question=question)
    assert settled.sql == (repaired or plain)
    assert bool(settled.notes) == (repaired is not None)


@pytest.fixture
def stub_openai() -> Iterator[StubOpenAI]:
    with StubOpenAI() as stub:
        yield stub
