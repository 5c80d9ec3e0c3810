"""Joins along the keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from llmsql.asking.joins import KeyGraph, complete_joins, shorten_joins
from llmsql.asking.names import restore_names
from llmsql.asking.settle import settle
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import quote, snapshot
from llmsql.errors import SQLRejectedError
from tests.asking.conftest import know

SCHEMA = """
CREATE TABLE regions (id INT PRIMARY KEY, region TEXT);
CREATE TABLE customers (id INT PRIMARY KEY, region_id INT REFERENCES regions (id), name TEXT);
CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT REFERENCES customers (id), total INT);
CREATE TABLE products (id INT PRIMARY KEY, title TEXT);
CREATE TABLE items (order_id INT REFERENCES orders (id), product_id INT REFERENCES products (id), line INT,
    PRIMARY KEY (order_id, line));
CREATE TABLE returns (order_id INT, line INT, reason TEXT,
    FOREIGN KEY (order_id, line) REFERENCES items (order_id, line));
CREATE TABLE airports (code TEXT PRIMARY KEY, city TEXT);
CREATE TABLE flights (no INT PRIMARY KEY,
    origin TEXT REFERENCES airports (code), target TEXT REFERENCES airports (code));
CREATE TABLE employees (id INT PRIMARY KEY, boss_id INT REFERENCES employees (id));
CREATE TABLE lonely (x INT);
CREATE TABLE "Bad Debts" ("Debt No" INT PRIMARY KEY, "Customer Id" INT REFERENCES customers (id));
"""


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SCHEMA)
        con.execute("ATTACH ':memory:' AS other; USE other; CREATE TABLE parent (id INT PRIMARY KEY, p INT)")
        con.execute("CREATE TABLE child (id INT PRIMARY KEY, parent_id INT REFERENCES parent (id)); USE memory")
        yield con


@pytest.fixture(scope="module")
def catalog(con: duckdb.DuckDBPyConnection) -> Catalog:
    return snapshot(con, infer=False)


def complete(sql: str, catalog: Catalog) -> str:
    return complete_joins(sqlglot.parse_one(sql, read="duckdb"), catalog, KeyGraph(catalog)).sql("duckdb")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("orders JOIN customers", "orders JOIN customers ON orders.customer_id = customers.id"),
        ("customers JOIN orders", "customers JOIN orders ON customers.id = orders.customer_id"),
        ("orders o JOIN customers c", "orders AS o JOIN customers AS c ON o.customer_id = c.id"),
        ("customers LEFT JOIN orders", "customers LEFT JOIN orders ON customers.id = orders.customer_id"),
        ("customers FULL JOIN orders", "customers FULL JOIN orders ON customers.id = orders.customer_id"),
        ("ORDERS JOIN Customers", "ORDERS JOIN Customers ON ORDERS.customer_id = Customers.id"),
        (
            "orders JOIN regions",
            "orders JOIN customers ON orders.customer_id = customers.id "
            "JOIN regions ON customers.region_id = regions.id",
        ),
        (
            "customers LEFT JOIN items",
            "customers LEFT JOIN orders ON customers.id = orders.customer_id "
            "LEFT JOIN items ON orders.id = items.order_id",
        ),
        (
            "regions JOIN customers JOIN orders",
            "regions JOIN customers ON regions.id = customers.region_id "
            "JOIN orders ON customers.id = orders.customer_id",
        ),
        (
            "items JOIN orders ON items.order_id = orders.id JOIN customers",
            "items JOIN orders ON items.order_id = orders.id JOIN customers ON orders.customer_id = customers.id",
        ),
        (
            "items JOIN returns",
            "items JOIN returns ON items.order_id = returns.order_id AND items.line = returns.line",
        ),
        (
            'customers JOIN "Bad Debts"',
            'customers JOIN "Bad Debts" ON customers.id = "Bad Debts"."Customer Id"',
        ),
        ('"Bad Debts" d JOIN customers', '"Bad Debts" AS d JOIN customers ON d."Customer Id" = customers.id'),
        ("other.child JOIN other.parent", "other.child JOIN other.parent ON child.parent_id = parent.id"),
        ("other.child c JOIN other.parent p", "other.child AS c JOIN other.parent AS p ON c.parent_id = p.id"),
    ],
)
def test_keys_give_the_condition(short: str, full: str, con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    completed = complete(f"SELECT count(*) FROM {short}", catalog)
    assert completed == f"SELECT COUNT(*) FROM {full}"
    con.execute(completed)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders JOIN customers ON orders.id = customers.id",
        "SELECT * FROM orders JOIN customers USING (id)",
        "SELECT * FROM orders NATURAL JOIN customers",
        "SELECT * FROM orders CROSS JOIN customers",
        "SELECT * FROM orders, customers WHERE orders.customer_id = customers.id",
        "SELECT * FROM orders AS o, customers AS c WHERE o.customer_id = c.id AND o.total > 3",
        "SELECT * FROM orders AS a JOIN orders AS b ON a.customer_id = b.customer_id",
        "SELECT * FROM orders SEMI JOIN customers ON orders.customer_id = customers.id",
        "SELECT * FROM orders JOIN (SELECT id AS cid FROM customers) AS c ON customer_id = cid",
        "SELECT * FROM orders POSITIONAL JOIN customers",
        "WITH c AS (SELECT id FROM customers) SELECT * FROM orders, c",
        "WITH customers AS (SELECT 1 AS x) SELECT * FROM orders, customers",
        "SELECT * FROM orders, RANGE(3)",
        "SELECT * FROM orders, UNNEST([1, 2]) AS u(x)",
    ],
)
def test_what_is_complete_stays(sql: str, con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    assert complete(sql, catalog) == sqlglot.transpile(sql, read="duckdb", write="duckdb")[0]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT * FROM flights JOIN airports", ("flights.origin = airports.code", "flights.target = airports.code")),
        (
            "SELECT * FROM airports LEFT JOIN flights",
            ("airports.code = flights.origin", "airports.code = flights.target"),
        ),
        ("SELECT * FROM orders JOIN lonely", ("No key links lonely to orders",)),
        ("SELECT * FROM orders a JOIN orders b", ("joined to itself",)),
        ("SELECT * FROM employees a JOIN employees b", ("joined to itself",)),
        ("SELECT * FROM (SELECT * FROM orders JOIN lonely)", ("No key",)),
    ],
)
def test_what_keys_do_not_say_is_refused_with_a_fix(sql: str, names: tuple[str, ...], catalog: Catalog) -> None:
    with pytest.raises(SQLRejectedError) as caught:
        complete(sql, catalog)
    assert all(name in str(caught.value) for name in names)
    assert "ON" in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH x AS (SELECT * FROM orders JOIN customers) SELECT count(*) FROM x",
        "SELECT * FROM (SELECT orders.id FROM orders JOIN customers) AS t",
        "SELECT 1 FROM regions WHERE EXISTS (SELECT 1 FROM orders JOIN customers)",
        "SELECT orders.id FROM orders JOIN customers UNION SELECT orders.id FROM orders JOIN customers",
    ],
)
def test_nested_queries_are_completed_too(sql: str, con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    assert "ON orders.customer_id = customers.id" in complete(sql, catalog)


@pytest.mark.parametrize(
    "where",
    [
        "EXISTS (SELECT 1 FROM items WHERE items.order_id = orders.id)",
        "customers.id IN (SELECT c.id FROM customers c WHERE c.id = customers.id)",
        "customers.name = customers.name",
        "customers.name = 'x'",
        "orders.id = orders.total",
    ],
)
def test_conditions_that_do_not_join_leave_the_keys_in_force(where: str, catalog: Catalog) -> None:
    completed = complete(f"SELECT 1 FROM orders JOIN customers WHERE {where}", catalog)
    assert "JOIN customers ON orders.customer_id = customers.id" in completed


def conditions(tree: exp.Expression) -> list[tuple[str, str, set[frozenset[str]]]]:
    """What is joined, how, and on which equalities, for every join of a query."""
    found = []
    for join in tree.find_all(exp.Join):
        on = join.args.get("on")
        equal = {frozenset((e.left.sql(), e.right.sql())) for e in on.find_all(exp.EQ)} if on else set()
        found.append((join.this.sql("duckdb"), join.side, equal))
    return found


def walks(catalog: Catalog) -> Iterator[str]:
    """Every chain of up to four tables along the keys, with aliases or none, with inner or left joins."""
    graph = KeyGraph(catalog)

    def grow(chain: list[str], joins: list[str]) -> Iterator[list[str]]:
        yield joins
        if len(chain) < 4:
            for edge in graph.edges.get(chain[-1], ()):
                if edge.right not in chain:
                    yield from grow([*chain, edge.right], [*joins, *[_join(edge)]])

    def _join(edge) -> str:  # type: ignore[no-untyped-def]
        left, right = catalog.table(edge.left), catalog.table(edge.right)
        on = " AND ".join(
            f"{left.reference}.{quote(a)} = {right.reference}.{quote(b)}"
            for a, b in zip(edge.left_columns, edge.right_columns, strict=True)
        )
        return f"JOIN {right.reference} ON {on}"

    for table in catalog:
        if "." in table.reference:
            continue
        for joins in grow([table.reference.replace('"', "").casefold()], []):
            for sides in itertools.islice(itertools.product(("", "LEFT "), repeat=len(joins)), 4):
                yield f"SELECT 1 FROM {table.reference} " + " ".join(
                    side + join for side, join in zip(sides, joins, strict=True)
                )


def test_completing_what_was_shortened_gives_the_same_joins(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    graph = KeyGraph(catalog)
    shorter = 0
    queries = list(walks(catalog))
    for sql in queries:
        full = sqlglot.parse_one(sql, read="duckdb")
        short = shorten_joins(full, catalog, graph)
        taught = sqlglot.parse_one(short, read="duckdb")
        restore_names(taught, catalog)
        again = complete_joins(taught, catalog, graph)
        unquoted = [
            [(t, s, {frozenset(c.replace('"', "") for c in e) for e in eq}) for t, s, eq in conditions(x)]
            for x in (full, again)
        ]
        assert unquoted[0] == unquoted[1], (sql, short)
        con.execute(f"EXPLAIN {again.sql('duckdb')}")
        shorter += len(short) < len(full.sql("duckdb"))
    assert len(queries) > 100
    assert shorter > len(queries) * 0.5


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders AS o JOIN customers AS c ON o.customer_id = c.id AND c.id > 3",
        "SELECT * FROM orders AS o JOIN customers AS c ON o.id = c.id",
        "SELECT * FROM flights AS f JOIN airports AS a ON f.origin = a.code",
        "SELECT * FROM orders AS a JOIN orders AS b ON a.customer_id = b.customer_id",
        "SELECT * FROM orders AS o JOIN customers AS c ON o.customer_id = c.id WHERE c.id = o.total",
    ],
)
def test_shortening_keeps_what_completing_could_not_restore(sql: str, catalog: Catalog) -> None:
    graph = KeyGraph(catalog)
    short = shorten_joins(sqlglot.parse_one(sql, read="duckdb"), catalog, graph)
    again = complete_joins(sqlglot.parse_one(short, read="duckdb"), catalog, graph).sql("duckdb")
    assert again == sql


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (
            "SELECT customers.name, products.title FROM customers JOIN orders ON customers.id = orders.customer_id "
            "JOIN items ON orders.id = items.order_id JOIN products ON items.product_id = products.id",
            "SELECT customers.name, products.title FROM customers JOIN products",
        ),
        (
            "SELECT customers.name FROM items JOIN orders ON items.order_id = orders.id "
            "JOIN customers ON orders.customer_id = customers.id JOIN products ON items.product_id = products.id "
            "WHERE products.title = 'x'",
            "SELECT customers.name FROM customers JOIN products WHERE products.title = 'x'",
        ),
        (  # a row of items counts, so items stays
            "SELECT COUNT(*) FROM items JOIN orders ON items.order_id = orders.id",
            "SELECT COUNT(*) FROM items JOIN orders",
        ),
        (  # a column without a table's name is its table's
            "SELECT name, total, title FROM customers JOIN orders ON customers.id = orders.customer_id "
            "JOIN items ON orders.id = items.order_id JOIN products ON items.product_id = products.id",
            "SELECT name, total, title FROM customers JOIN orders JOIN products",
        ),
    ],
)
def test_tables_in_between_are_left_to_the_keys(full: str, short: str, catalog: Catalog) -> None:
    graph = KeyGraph(catalog)
    assert shorten_joins(sqlglot.parse_one(full, read="duckdb"), catalog, graph) == short
    again = complete_joins(sqlglot.parse_one(short, read="duckdb"), catalog, graph)
    tables = {table.name for table in again.find_all(exp.Table)}
    assert tables == {table.name for table in sqlglot.parse_one(full, read="duckdb").find_all(exp.Table)}


@pytest.fixture(scope="module")
def tickets():
    """Two keys to the same table, a table that two others meet in, and tables without a declared key between them."""
    import duckdb

    from llmsql.asking.settle import Knowledge
    from llmsql.asking.values import build_value_index
    from llmsql.catalog.snapshot import snapshot

    con = duckdb.connect()
    con.execute("CREATE TABLE staff (staff_id INT PRIMARY KEY, name TEXT)")
    con.execute("CREATE TABLE banks (branch_id INT PRIMARY KEY, bank_name TEXT)")
    con.execute(
        "CREATE TABLE tickets (ticket_id INT PRIMARY KEY, closed_by INT REFERENCES staff (staff_id), "
        "reported_by INT REFERENCES staff (staff_id))"
    )
    con.execute("CREATE TABLE loans (loan_id INT PRIMARY KEY, branch_id INT REFERENCES banks (branch_id), amount INT)")
    con.execute(
        "CREATE TABLE clients (client_id INT PRIMARY KEY, branch_id INT REFERENCES banks (branch_id), score INT)"
    )
    con.execute("CREATE TABLE teams (team TEXT, budget INT)")
    con.execute("CREATE TABLE people (name TEXT, team TEXT)")
    for link in ("undergoes", "trained_in"):
        con.execute(
            f"CREATE TABLE {link} (client_id INT REFERENCES clients (client_id), ticket_id INT REFERENCES tickets (ticket_id))"
        )
    con.execute("CREATE TABLE places (branch_id INT, place TEXT, PRIMARY KEY (branch_id, place))")
    catalog = snapshot(con, infer=False)
    yield con, Knowledge(catalog, KeyGraph(catalog), build_value_index(con, catalog))
    con.close()


@pytest.mark.parametrize(
    ("question", "sql", "joined"),
    [
        ("tickets reported by Ann", "SELECT ticket_id FROM tickets JOIN staff WHERE staff.name = 'Ann'", "tickets.reported_by = staff.staff_id"),
        ("tickets that Ann closed", "SELECT ticket_id FROM tickets JOIN staff WHERE staff.name = 'Ann'", "tickets.closed_by = staff.staff_id"),
        ("tickets of Ann", "SELECT ticket_id FROM tickets JOIN staff WHERE staff.name = 'Ann'", "tickets.closed_by = staff.staff_id"),
        ("banks of clients with loans", "SELECT bank_name FROM loans JOIN clients JOIN banks", "banks.branch_id = clients.branch_id"),
        ("tickets twice", "SELECT tickets.ticket_id FROM tickets JOIN tickets", "FROM tickets"),
        ("places of banks", "SELECT place FROM banks JOIN places", "banks.branch_id = places.branch_id"),
        ("pay by team", "SELECT teams.budget FROM people JOIN teams", "people.team = teams.team"),
        ("tickets that clients were trained in", "SELECT score FROM clients JOIN tickets", "JOIN trained_in ON"),
        ("tickets that clients undergo", "SELECT score FROM clients JOIN tickets", "JOIN undergoes ON"),
        ("bank of a loan", "SELECT loans.banks.bank_name FROM loans", "loans.branch_id = banks.branch_id"),
    ],
)  # fmt: skip
def test_the_question_s_words_decide_between_keys(tickets, question: str, sql: str, joined: str) -> None:
    from llmsql.asking.settle import settle

    con, knowledge = tickets
    settled = settle(con, sql, knowledge, question=question)
    assert joined in settled.sql
    assert settled.sql.count("JOIN") <= 2


def test_a_choice_between_keys_is_said(tickets) -> None:
    from llmsql.asking.settle import settle

    con, knowledge = tickets
    sql = "SELECT ticket_id FROM tickets JOIN staff"
    assert "reported_by" in settle(con, sql, knowledge, question="reported tickets").notes[0]
    with pytest.raises(SQLRejectedError, match="More than one way"):
        settle(con, sql, knowledge)


SHIPPED = """
CREATE TABLE addresses (id INTEGER PRIMARY KEY, city VARCHAR);
CREATE TABLE customers (id INTEGER PRIMARY KEY, city VARCHAR);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, billing_address_id INTEGER REFERENCES addresses (id), shipping_address_id INTEGER
    REFERENCES addresses (id), referrer_customer_id INTEGER REFERENCES customers (id),
    customer_id INTEGER REFERENCES customers (id)
);
CREATE TABLE airports (code VARCHAR PRIMARY KEY, name VARCHAR);
CREATE TABLE routes (src_ap VARCHAR REFERENCES airports (code), dst_ap VARCHAR REFERENCES airports (code));
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE tasks (checker_id INTEGER REFERENCES people (id), people_id INTEGER REFERENCES people (id));
"""
BY_CITY = "SELECT addresses.city, COUNT(*) FROM orders JOIN addresses GROUP BY ALL"
ROUTES = "SELECT COUNT(*) FROM routes JOIN airports WHERE name = 'Rome'"


@pytest.mark.parametrize(
    ("question", "sql", "key", "open_"),
    [
        ("orders by city", BY_CITY, "billing_address_id", True),
        ("orders by address city", BY_CITY, "billing_address_id", True),
        ("orders by billing city", BY_CITY, "billing_address_id", False),
        ("orders shipped by city", BY_CITY, "shipping_address_id", False),
        ("orders by shipping city", BY_CITY, "shipping_address_id", False),
        # The plain key goes before the one with another word in its name, or the one of another name.
        ("orders by customer", "SELECT customers.city, COUNT(*) FROM orders JOIN customers GROUP BY ALL", "orders.customer_id", False),
        ("tasks of Ann", "SELECT COUNT(*) FROM tasks JOIN people WHERE name = 'Ann'", "people_id", False),
        ("tasks where Ann was the checker", "SELECT COUNT(*) FROM tasks JOIN people WHERE name = 'Ann'", "checker_id", False),
        # The writer has said it.
        ("orders by city", BY_CITY.replace(" GROUP", " ON orders.shipping_address_id = addresses.id GROUP"), "shipping_address_id", False),
        # src and dst are short for source and destination.
        ("routes with destination Rome", ROUTES, "dst_ap", False),
        ("routes with source Rome", ROUTES, "src_ap", False),
        ("routes of Rome", ROUTES, "src_ap", True),
    ],
)  # fmt: skip
def test_a_choice_that_nothing_decides_is_open(question: str, sql: str, key: str, open_: bool) -> None:
    with duckdb.connect() as con:
        con.execute(SHIPPED)
        known = know(con)
        settled = settle(con, sql, known, question=question)
        assert key in settled.sql and bool(settled.open) == open_
        other = settle(con, sql, known, question=question, second_key=True).sql
        assert (other != settled.sql) == open_


def test_two_ids_are_no_link() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE machines (id INTEGER PRIMARY KEY); CREATE TABLE invoices (id INTEGER PRIMARY KEY)")
        con.execute("CREATE TABLE machines_extra (id INTEGER PRIMARY KEY, colour VARCHAR)")
        known = know(con)
        with pytest.raises(SQLRejectedError, match="No key links"):
            settle(con, "SELECT count(*) FROM machines JOIN invoices", known, question="how many")
        settled = settle(con, "SELECT colour FROM machines JOIN machines_extra", known, question="colours")
        assert settled.sql.endswith("ON machines.id = machines_extra.id")
