from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

import llmsql
from llmsql.errors import ConfigError
from llmsql.registry import load_registry
from tests.clients.stubs import StubOpenAI
from tests.conftest import REVENUE

QUESTION = "revenue by region"
ROWS = [("N", 11.0), ("S", 5.0)]


@pytest.fixture
def con(stub: StubOpenAI) -> Iterator[llmsql.Connection]:
    with llmsql.connect() as con:
        fill(con)
        yield con


def fill(con: llmsql.Connection | duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE orders (id INTEGER, region VARCHAR, amount DOUBLE)")
    con.execute("INSERT INTO orders VALUES (1, 'N', 10), (2, 'S', 5), (3, 'N', 1)")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("FROM ask('revenue by region')", ROWS),
        ("SELECT * FROM ask('revenue by region') WHERE revenue > 6", ROWS[:1]),
        ("SELECT count(*) FROM ask('revenue by region') JOIN orders USING (region)", [(3,)]),
        ("SELECT count(*) FROM ask('revenue by region') a, ask('revenue by region') b", [(4,)]),
        ("WITH r AS (FROM ask('revenue by region')) SELECT max(revenue) FROM r", [(11.0,)]),
        ("FROM ask('revenue by region', tables := ['orders'])", ROWS),
        ("FROM ask('revenue by region', model := 'stub-2')", ROWS),
    ],
)
def test_ask_is_a_table_for_one_model_call(con: llmsql.Connection, stub: StubOpenAI, sql: str, rows: object) -> None:
    relation = con.sql(sql)
    assert relation.fetchall() == rows
    assert con.sql(sql).fetchall() == con.execute(sql).fetchall() == rows
    con.sql(f"EXPLAIN {sql}").fetchall()
    assert len(stub.requests) == 1


def test_model_option_reaches_the_server(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.sql("FROM ask('revenue by region', model := 'stub-2')").fetchall()
    assert [body["model"] for _, _, body in stub.requests] == ["stub-2"]


def test_prepared_statements(con: llmsql.Connection, stub: StubOpenAI) -> None:
    assert con.execute("FROM ask(?)", [QUESTION]).fetchall() == ROWS
    assert con.execute("FROM ask($q) WHERE region = $r", {"q": QUESTION, "r": "S"}).fetchall() == ROWS[1:]
    con.execute("PREPARE answer AS FROM ask(?)").fetchall()
    assert con.execute("EXECUTE answer('revenue by region')").fetchall() == ROWS
    assert len(stub.requests) == 1


def test_ctas_and_views_keep_the_rows_and_the_question(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.execute("CREATE TABLE kept AS FROM ask('revenue by region')").fetchall()
    con.execute("CREATE VIEW asked AS FROM ask('revenue by region', tables := ['orders'])").fetchall()
    assert con.sql("FROM kept").fetchall() == con.sql("FROM asked").fetchall() == ROWS
    before = len(stub.requests)
    assert con.sql("FROM asked").fetchall() == ROWS
    assert len(stub.requests) == before
    assert con.ask(QUESTION).fetchall() == ROWS  # reading the catalog with such a view in it does not hang


def test_another_catalog_is_another_question(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.sql("FROM ask('revenue by region')").fetchall()
    con.execute("CREATE TABLE more (x INTEGER)")
    con.sql("FROM ask('revenue by region')").fetchall()
    assert len(stub.requests) == 2
    assert "more" in str(stub.requests[1][2]) and "more" not in str(stub.requests[0][2])


def test_ask_sql_explain_and_models(con: llmsql.Connection, stub: StubOpenAI) -> None:
    [(sql,)] = con.sql("SELECT ask_sql('revenue by region')").fetchall()
    assert sql.lower() == REVENUE.lower()
    [(source, told)] = con.sql("SELECT source, explanation FROM ask_explain('revenue by region')").fetchall()
    assert (source, told.splitlines()[1]) == ("model", "Reads orders.")
    assert con.ask("revenue by region").explanation == told
    listed = "sql, tables, model, attempts, confidence, generate_ms"
    relation = con.sql(f"SELECT {listed} FROM ask_explain('revenue by region')")
    [(explained, tables, model, attempts, confidence, spent)] = relation.fetchall()
    assert (explained, tables, model, attempts) == (sql, ["orders"], "stub-1", 1)
    assert 0 < confidence < 1 and spent > 0
    assert len(stub.requests) == 1
    assert (load_registry().default, "llamacpp", True) in con.sql(
        "SELECT name, provider, is_default FROM llm_models()"
    ).fetchall()


@pytest.mark.parametrize("question", ["", "  ?! ", None])
def test_no_question(con: llmsql.Connection, stub: StubOpenAI, question: str | None) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=r"^Invalid Input Error: The question is empty\. Ask"):
        con.execute("FROM ask(?)", [question]).fetchall()
    assert stub.requests == []


def test_a_failure_is_asked_for_once_a_statement(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT nope FROM orders")]
    for requests in (2, 4):  # the model gets one chance to correct itself
        with pytest.raises(duckdb.InvalidInputException, match="No answer to 'a'"):
            con.execute("FROM ask('a')")
        assert len(stub.requests) == requests


def test_an_error_is_a_line_without_a_traceback_or_the_key(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.echo_key(401)]
    for sql in ("FROM ask('a')", "SELECT ask_sql('a')", "FROM ask_explain('a')"):
        with pytest.raises(duckdb.InvalidInputException) as caught:
            con.sql(sql).fetchall()
        assert "refused the API key" in str(caught.value)
        assert "Traceback" not in str(caught.value) and "sk-test" not in str(caught.value)


@pytest.mark.parametrize(
    "written",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "FROM read_text('/etc/passwd')",
        "SELECT getenv('HOME')",
        "COPY orders TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "SELECT 1; DROP TABLE orders",
        "FROM query('DROP TABLE orders')",
        "FROM ask('revenue by region')",
    ],
)
def test_sql_that_reaches_out_is_refused(con: llmsql.Connection, stub: StubOpenAI, written: str) -> None:
    stub.answers = [stub.good(written)]
    for door in (
        lambda: con.sql("FROM ask('x y z')").fetchall(),
        lambda: con.sql("SELECT ask_sql('x y z')").fetchall(),
        lambda: con.ask("x y z"),
        lambda: con.ask_sql("x y z"),
    ):
        with pytest.raises((duckdb.InvalidInputException, llmsql.LLMSQLError), match="No answer to 'x y z'"):
            door()
    assert con.sql("SELECT count(*) FROM orders").fetchall() == [(3,)]


def test_tables_of_one_connection_are_not_seen_from_sql(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.execute("CREATE TEMP TABLE mine AS SELECT 7 AS q")
    stub.answers = [stub.good("SELECT q FROM mine")]
    with pytest.raises(duckdb.InvalidInputException, match=r"committed tables only: use con\.ask\(\)"):
        con.sql("FROM ask('the q')").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match=r"no table mine.*\n.*committed tables only"):
        con.sql("FROM ask('the q', tables := ['mine'])").fetchall()
    assert con.ask("the q").fetchall() == [(7,)]


@pytest.mark.parametrize(
    "own",
    [
        "CREATE MACRO ask(x) AS x",
        "CREATE TEMP MACRO ask(x) AS x",
        "CREATE MACRO ASK_SQL(x) AS x",
        "CREATE MACRO ask(x) AS TABLE SELECT x",
        "CREATE SCHEMA s; CREATE MACRO s.llm_models() AS 1",
    ],
)
def test_own_macros_are_not_overwritten(stub: StubOpenAI, own: str) -> None:
    with duckdb.connect() as con:
        con.execute(own)
        before = con.execute("SELECT * FROM duckdb_functions() WHERE NOT internal").fetchall()
        with pytest.raises(ConfigError, match=r"of its own\. Install under other names: .*prefix='llm_'"):
            llmsql.install(con)
        assert con.execute("SELECT * FROM duckdb_functions() WHERE NOT internal").fetchall() == before
        fill(con)
        llmsql.install(con, prefix="llm_")
        assert con.sql("FROM llm_ask('revenue by region')").fetchall() == ROWS
        assert con.sql("SELECT count(*) > 3 FROM llm_llm_models()").fetchall() == [(True,)]


def test_own_python_functions_are_not_overwritten(stub: StubOpenAI) -> None:
    with duckdb.connect() as con:
        con.create_function("ask", lambda x: x + "!", ["VARCHAR"], "VARCHAR")
        with pytest.raises(ConfigError, match="prefix="):
            llmsql.install(con)
        llmsql.install(con, prefix="llm_")
        assert con.sql("SELECT ask('mine')").fetchall() == [("mine!",)]


def test_a_table_named_ask_and_the_function_live_side_by_side(con: llmsql.Connection) -> None:
    with duckdb.connect() as plain:
        fill(plain)
        plain.execute("CREATE TABLE ask AS SELECT 42 AS x")
        llmsql.install(plain)
        assert plain.sql("FROM ask").fetchall() == [(42,)]
        assert plain.sql("FROM ask('revenue by region')").fetchall() == ROWS


@pytest.mark.parametrize("prefix", ["1", "a b", "x; DROP TABLE orders; --", "é", '"'])
def test_a_prefix_must_begin_a_name(stub: StubOpenAI, prefix: str) -> None:
    with pytest.raises(ConfigError, match="cannot begin with"):
        llmsql.connect(prefix=prefix)


def test_variables_of_the_session_are_obeyed(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.execute("SET VARIABLE llmsql_model = 'other'")
    con.execute("SET VARIABLE llmsql_today = DATE '2024-05-06'")
    con.execute("SET VARIABLE llmsql_max_rows = 1")
    stub.answers = [stub.good("SELECT current_date AS day, region FROM orders ORDER BY region")]
    [(day, region)] = con.sql("FROM ask('today')").fetchall()
    assert (str(day), region) == ("2024-05-06", "N")
    answer = con.ask("today")
    assert [(str(day), region) for day, region in answer.fetchall()] == [("2024-05-06", "N")]
    assert answer.truncated and answer.model == "other"
    assert [body["model"] for _, _, body in stub.requests] == ["other"]
    con.execute("SET VARIABLE llmsql_max_rows = 'many'")
    with pytest.raises(duckdb.InvalidInputException, match="max_rows 'many' from variable llmsql_max_rows"):
        con.sql("FROM ask('today')").fetchall()
    with pytest.raises(ConfigError, match="max_rows 'many' from variable llmsql_max_rows"):
        con.ask("today")


def test_an_unreadable_registry_is_a_line(con: llmsql.Connection, hermetic: object) -> None:
    from llmsql.registry import user_registry_path

    path = user_registry_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{")
    with pytest.raises(duckdb.InvalidInputException) as caught:
        con.sql("FROM llm_models()").fetchall()
    assert "Traceback" not in str(caught.value) and path.name in str(caught.value)
