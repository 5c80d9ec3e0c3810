"""What a glossary changes: the prompt, the keys, the tables and columns that can be seen, and metrics in SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import sqlglot

from llmsql.asking.glossary import Glossary, Term, apply_glossary, idle_patterns, load_glossary, parse_glossary
from llmsql.asking.hidden import hide_columns
from llmsql.asking.joins import KeyGraph, complete_joins
from llmsql.asking.prompt import build_messages
from llmsql.asking.settle import Knowledge, settle
from llmsql.asking.values import build_value_index
from llmsql.catalog.snapshot import snapshot
from llmsql.errors import ConfigError, SQLRejectedError

TOML = """
[glossary]
client = "customer"
"big customer" = "customers.segment = 'Enterprise'"
churned = { means = "a customer without orders in the last year", synonyms = ["lost"] }

[metrics]
revenue = "sum(quantity * unit_price)"
"order value" = { sql = "revenue / count(DISTINCT orders.id)", synonyms = ["AOV"] }
returned = { sql = "sum(total)", where = "status = 'returned'" }

[joins]
"orders.customer_id" = "customers.id"

[hidden]
tables = ["Bad *"]
columns = ["customers.email", "*.note"]
"""


def parsed(text: str) -> Glossary:
    import tomllib

    return parse_glossary(tomllib.loads(text), Path("llmsql.toml"))


def know_with(con: duckdb.DuckDBPyConnection, glossary: Glossary) -> Knowledge:
    catalog, whole = apply_glossary(snapshot(con), glossary)
    return Knowledge(catalog, KeyGraph(catalog), build_value_index(con, catalog), whole)


def test_only_what_the_question_touches_is_shown() -> None:
    glossary = parsed(TOML)
    assert glossary.lines("how many orders") == ()
    assert glossary.lines("Revenue by client?") == ("client = customer", "revenue = sum(quantity * unit_price)")
    assert glossary.lines("the BIG customers") == ("big customer = customers.segment = 'Enterprise'",)
    assert glossary.lines("lost people") == ("lost = a customer without orders in the last year",)
    # A definition that names another term brings it along.
    assert glossary.lines("aov per month") == (
        "revenue = sum(quantity * unit_price)",
        "AOV = revenue / count(DISTINCT orders.id)",
    )
    assert glossary.lines("returned") == ("returned = sum(total) where status = 'returned'",)
    assert glossary.synonyms == (("client", "customer"), ("aov", "order value"))


def test_the_prompt_is_the_same_without_terms(shop: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    plain = build_messages(known.catalog, "how many orders")
    assert build_messages(known.catalog, "how many orders", [], parsed(TOML).lines("how many orders")) == plain
    shown = build_messages(known.catalog, "revenue of clients", [], parsed(TOML).lines("revenue of clients"))
    assert shown[1].content == plain[1].content.replace(
        "Question: how many orders",
        "Question: revenue of clients\nTerms: client = customer; revenue = sum(quantity * unit_price)",
    )


def test_an_empty_glossary_leaves_the_catalog_as_it_is(shop: duckdb.DuckDBPyConnection) -> None:
    catalog = snapshot(shop)
    assert apply_glossary(catalog, Glossary()) == (catalog, Glossary())
    assert Glossary().version == "" != parsed(TOML).version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("glossary = 3", "must be a table"),
        ("[glossary]\nx = 3", "'x' is neither text"),
        ("[glossary]\nx = { means = 'y', synonym = ['z'] }", "'x' is neither text"),
        ("[metrics]\nx = 'sum('", "'x' is no SQL expression"),
        ("[metrics]\nx = ''", "'x' is no SQL expression"),
        ("[metrics]\nx = 'sum(a), sum(b)'", "'x' is no SQL expression"),
        ("[metrics]\nx = { sql = 'sum(a)', where = 'b = ' }", "'x' is no SQL expression"),
        ("[joins]\norders = 'customers'", "'orders' is no key"),
        ("[hidden]\nrows = ['x']", "tables and columns only"),
        ("[hidden]\ncolumns = ['password']", "Columns go with their table"),
    ],
)
def test_a_wrong_glossary_says_where(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parsed(text)
    assert "llmsql.toml" in str(caught.value)


def test_files_are_read_nearest_first(hermetic: Path) -> None:
    assert load_glossary() == Glossary()
    (hermetic / "llmsql.toml").write_text("max_rows = 5\n[metrics]\nrevenue = 'sum(a)'\n")
    (hermetic / "llmsql-glossary.toml").write_text("[metrics]\nRevenue = 'sum(b)'\ncost = 'sum(c)'\n")
    assert load_glossary().terms == (Term("revenue", "sum(a)", is_metric=True), Term("cost", "sum(c)", is_metric=True))
    from llmsql.settings import load_settings

    assert load_settings().max_rows == 5


def test_comments_define_and_are_shown_without(shop: duckdb.DuckDBPyConnection) -> None:
    shop.execute("COMMENT ON TABLE customers IS 'Who buys. @synonyms client, buyer'")
    shop.execute("COMMENT ON COLUMN customers.segment IS '@synonyms tier'")
    shop.execute("COMMENT ON TABLE order_items IS '@metric revenue = sum(quantity * unit_price)'")
    shop.execute("COMMENT ON COLUMN customers.email IS '@hidden'")
    known = know_with(shop, Glossary((Term("buyer", "somebody else"),)))
    customers = known.catalog.table("customers")
    assert customers is not None
    assert (customers.comment, customers.hidden) == ("Who buys.", ("email",))
    assert customers.column("email") is None
    assert [t.line for t in known.glossary.terms] == [
        "buyer = somebody else",
        "client = customers",
        "tier = customers.segment",
        "revenue = sum(quantity * unit_price)",
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT email FROM customers",
        "SELECT customers.email FROM customers",
        "SELECT c.* FROM customers c WHERE c.email IS NOT NULL",
        "SELECT full_name FROM customers ORDER BY email",
        "SELECT COLUMNS('email') FROM customers",
        "SELECT h FROM customers AS t(a, b, c, d, e, f, g, h)",
        "SELECT full_name, #8 FROM customers",
        "SELECT note FROM orders",
        'SELECT * FROM "Bad Debts"',
    ],
)
def test_hidden_columns_are_not_to_be_had(shop: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(SQLRejectedError):
        settle(shop, sql, know_with(shop, parsed(TOML)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM customers",
        "FROM customers",
        "SELECT c FROM customers c",
        "SELECT #1, #2, #3, #4, #5, #6, #7 FROM customers",
        "SELECT customers FROM customers",
        "SELECT to_json(customers)::VARCHAR FROM customers",
        "SELECT COLUMNS(*) FROM customers JOIN orders ON orders.customer_id = customers.id",
        "WITH t AS (SELECT * FROM customers) SELECT * FROM t",
    ],
)
def test_all_columns_are_all_but_the_hidden(shop: duckdb.DuckDBPyConnection, sql: str) -> None:
    known = know_with(shop, parsed(TOML))
    settled = settle(shop, sql, known)
    assert "example.com" not in str(shop.sql(settled.sql).fetchall())
    assert "example.com" in str(shop.sql(sql).fetchall())
    assert settle(shop, settled.sql, known).sql == settled.sql


@pytest.mark.parametrize(
    ("view", "sql"),
    [
        ("v AS FROM customers", "SELECT email FROM v"),
        ("v AS SELECT id, email AS contact FROM main.customers AS c", "SELECT contact FROM v"),
        ("v (a, b) AS SELECT id, email FROM customers", "SELECT b FROM v"),
        ("w AS SELECT * FROM customers; CREATE VIEW v AS SELECT * FROM w", "SELECT email FROM v"),
    ],
)
def test_views_do_not_show_what_is_hidden(shop: duckdb.DuckDBPyConnection, view: str, sql: str) -> None:
    shop.execute(f"CREATE VIEW {view}")
    known = know_with(shop, parsed(TOML))
    with pytest.raises(SQLRejectedError):
        settle(shop, sql, known)
    settled = settle(shop, "SELECT * FROM v", known)
    assert "example.com" not in str(shop.sql(settled.sql).fetchall())
    assert "example.com" in str(shop.sql(sql).fetchall())


def test_what_a_view_works_out_is_its_own(shop: duckdb.DuckDBPyConnection) -> None:
    shop.execute("CREATE VIEW v AS SELECT count(email) AS reachable FROM customers")
    sql = "SELECT reachable FROM v"
    assert settle(shop, sql, know_with(shop, parsed(TOML))).sql == sql


def test_plain_queries_stay_as_they_are(shop: duckdb.DuckDBPyConnection) -> None:
    known = know_with(shop, parsed(TOML))
    sql = "SELECT segment, COUNT(*) AS n FROM customers GROUP BY ALL ORDER BY n"
    assert hide_columns(sql, known.catalog) == sql
    assert known.catalog.table("Bad Debts") is None
    assert not known.values.find("ada@example.com")


def test_a_pattern_that_hides_nothing_is_named(shop: duckdb.DuckDBPyConnection) -> None:
    patterns = ["etl_*", "Bad*", "customer.email", "customers.e*", "*.pasword", "CUSTOMERS.EMAIL"]
    assert idle_patterns(snapshot(shop), patterns) == ["etl_*", "customer.email", "*.pasword"]


def test_metrics_are_written_out(shop: duckdb.DuckDBPyConnection) -> None:
    known = know_with(shop, parsed(TOML))
    settled = settle(shop, "SELECT products.title, revenue FROM products GROUP BY ALL ORDER BY revenue DESC", known)
    assert shop.sql(settled.sql).fetchall()[0][0] == "Desk"
    assert "revenue = sum(quantity * unit_price)" in settled.notes
    for shown in ("revenue", "sum(revenue)", "revenue AS revenue", "sum(revenue) AS revenue"):
        sql = f"SELECT {shown} FROM order_items"
        assert float(shop.sql(settle(shop, sql, known).sql).fetchall()[0][0]) == 630.0
    settled = settle(shop, "SELECT aov FROM order_items JOIN orders", known)
    assert float(shop.sql(settled.sql).fetchall()[0][0]) == 126.0
    settled = settle(shop, "SELECT count(*), returned FROM orders", known)
    assert shop.sql(settled.sql).fetchall() == [(5, 150.0)]


BUDGETED = """
CREATE TABLE regions (id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE sales (id INTEGER PRIMARY KEY, region_id INTEGER REFERENCES regions (id), amount DOUBLE, fee DOUBLE, state VARCHAR);
CREATE TABLE budgets (region_id INTEGER REFERENCES regions (id), revenue DOUBLE, amount DOUBLE);
"""
REVENUE = "[metrics]\nrevenue = 'sum(sales.amount - fee)'\namount = { sql = 'sum(amount)', where = \"state = 'paid'\" }"
WRITTEN_OUT = "SUM(sales.amount - fee)"
PAID = "SUM(amount) FILTER(WHERE state = 'paid')"


@pytest.mark.parametrize(
    ("question", "sql", "shown"),
    [
        # Another table has a column of the name.
        ("revenue by region", "SELECT name, revenue FROM regions JOIN sales GROUP BY ALL", WRITTEN_OUT),
        (None, "SELECT name, revenue FROM regions JOIN sales GROUP BY ALL", WRITTEN_OUT),
        ("revenue by region", "WITH r AS (SELECT region_id, SUM(amount) AS revenue FROM sales GROUP BY ALL) "
         "SELECT name, revenue FROM r JOIN regions ON r.region_id = regions.id", "revenue"),
        # The question names the table of the column, or the query reads the column and the question says nothing else.
        ("budget revenue by region", "SELECT name, SUM(revenue) FROM regions JOIN budgets GROUP BY ALL", "SUM(revenue)"),
        ("what was planned by region", "SELECT name, SUM(revenue) FROM regions JOIN budgets GROUP BY ALL", "SUM(revenue)"),
        (None, "SELECT name, SUM(revenue) FROM regions JOIN budgets GROUP BY ALL", "SUM(revenue)"),
        # The metric is made of the column that is called like it.
        ("amount by region", "SELECT name, SUM(sales.amount) FROM regions JOIN sales GROUP BY ALL", PAID),
        ("amount by region", "SELECT name, amount FROM regions JOIN sales GROUP BY ALL", PAID),
        ("amount by region", f"SELECT name, {PAID} FROM regions JOIN sales GROUP BY ALL", PAID),
        ("amount by region", "SELECT name, AVG(sales.amount) FROM regions JOIN sales GROUP BY ALL", "AVG(sales.amount)"),
        ("amount of each sale", "SELECT name, sales.amount FROM regions JOIN sales", "sales.amount"),
    ],
)  # fmt: skip
def test_a_metric_goes_before_a_column_that_the_question_does_not_name(
    question: str | None, sql: str, shown: str
) -> None:
    with duckdb.connect() as con:
        con.execute(BUDGETED)
        settled = settle(con, sql, know_with(con, parsed(REVENUE)), question=question)
        tree = sqlglot.parse_one(settled.sql, read="duckdb")
        assert tree.expressions[1].unalias().sql("duckdb") == shown


def test_a_column_that_is_not_the_metric_is_refused() -> None:
    with duckdb.connect() as con:
        con.execute(BUDGETED)
        known = know_with(con, parsed(REVENUE))
        assert known.glossary.lines("revenue by region", known.catalog)[:1] == ("revenue = sum(sales.amount - fee)",)
        assert known.glossary.lines("revenue in the budgets", known.catalog) == ()
        sql = "SELECT name, SUM(budgets.revenue) FROM regions JOIN budgets GROUP BY ALL"
        with pytest.raises(SQLRejectedError, match=r"revenue is defined as sum.* and is not budgets\.revenue"):
            settle(con, sql, known, question="revenue by region")


def test_a_preferred_join_is_taken_unless_words_speak_for_another() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE places (id INTEGER PRIMARY KEY, city VARCHAR)")
        con.execute(
            "CREATE TABLE trips (id INTEGER, start_id INTEGER REFERENCES places (id), goal_id INTEGER REFERENCES places (id))"
        )
        for joins, column in (("", None), ('[joins]\n"trips.goal_id" = "places.id"', "goal_id")):
            known = know_with(con, parsed(joins))
            if column is None:
                with pytest.raises(SQLRejectedError, match="More than one way"):
                    settle(con, "SELECT city FROM trips JOIN places", known)
            else:
                assert f"trips.{column}" in settle(con, "SELECT city FROM trips JOIN places", known).sql
                asked = "SELECT city FROM trips JOIN places"
                assert "trips.start_id" in settle(con, asked, known, question="cities where trips start").sql
                assert "trips.goal_id" in settle(con, asked, known, question="cities of trips").sql


def test_joins_of_other_databases_do_not_disturb(shop: duckdb.DuckDBPyConnection) -> None:
    known = know_with(shop, parsed('[joins]\n"flights.plane_id" = "planes.id"\n[hidden]\ntables = ["etl"]'))
    tree = sqlglot.parse_one("SELECT 1 FROM orders JOIN customers", read="duckdb")
    assert "customer_id" in complete_joins(tree, known.catalog, known.graph).sql("duckdb")
