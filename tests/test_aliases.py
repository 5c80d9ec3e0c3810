"""Names that MotherDuck and Flock give these functions."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

import llmsql
from llmsql.errors import ConfigError
from tests.clients.stubs import StubOpenAI
from tests.rows.conftest import model
from tests.rows.stubs import StubModel
from tests.test_functions import ROWS, fill

__all__ = ["model"]  # a fixture


@pytest.fixture
def con(stub: StubOpenAI) -> Iterator[llmsql.Connection]:
    with llmsql.connect(aliases=["motherduck"]) as con:
        fill(con)
        yield con


@pytest.mark.parametrize(
    "sql",
    [
        "FROM prompt_query('revenue by region')",
        "CALL prompt_query('revenue by region')",
        "FROM prompt_query('revenue by region', include_tables := ['orders'])",
        "CALL prompt_query('revenue by region', include_tables := ['orders'])",
        "FROM prompt_query('revenue by region', model := 'stub-2') WHERE true",
    ],
)
def test_prompt_query_gives_the_rows_for_one_call(con: llmsql.Connection, stub: StubOpenAI, sql: str) -> None:
    assert con.execute(sql).fetchall() == ROWS
    assert len(stub.requests) == 1


def test_prompt_sql_gives_the_text_alone(con: llmsql.Connection, stub: StubOpenAI) -> None:
    relation = con.sql("CALL prompt_sql('revenue by region', include_tables := ['orders'])")
    assert relation.columns == ["query"]
    [(sql,)] = relation.fetchall()
    assert con.sql(sql).fetchall() == ROWS and len(stub.requests) == 1


def test_include_tables_reach_the_model_alone(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.execute("CREATE TABLE secret_salaries (person VARCHAR, salary DOUBLE)").fetchall()
    con.sql("FROM prompt_query('revenue by region', include_tables := ['orders'])").fetchall()
    assert "orders" in str(stub.requests[0][2]) and "secret_salaries" not in str(stub.requests[0][2])
    with pytest.raises(duckdb.InvalidInputException, match="There is no table nope"):
        con.sql("FROM prompt_query('revenue by region', include_tables := ['nope'])")


def test_a_cursor_has_the_aliases_too(con: llmsql.Connection) -> None:
    assert con.cursor().execute("FROM prompt_query('revenue by region')").fetchall() == ROWS
    assert {"prompt_query", "prompt_sql", "prompt", "embedding"} <= {macro.name for macro in con.macros()}


def test_without_the_set_there_are_no_such_names(stub: StubOpenAI) -> None:
    with llmsql.connect(aliases=["flock"]) as con:
        fill(con)
        with pytest.raises(duckdb.CatalogException, match="prompt_query"):
            con.sql("FROM prompt_query('revenue by region')")
    with pytest.raises(ConfigError, match=r"There are no aliases 'snowflake'. *Choose from motherduck, flock"):
        llmsql.connect(aliases=["snowflake"])


def test_a_function_of_the_database_is_not_shadowed(stub: StubOpenAI) -> None:
    with duckdb.connect() as plain:
        plain.execute("CREATE MACRO prompt_sql(x) AS x").fetchall()
        with pytest.raises(ConfigError, match=r"main\.prompt_sql of its own.*prefix="):
            llmsql.install(plain, aliases=["motherduck"])
        con = llmsql.install(plain, aliases=["motherduck"], prefix="x_")
        fill(con)
        assert con.execute("FROM x_prompt_query('revenue by region')").fetchall() == ROWS
        assert plain.sql("SELECT prompt_sql(3)").fetchall() == [(3,)]


def test_row_functions_by_other_names(model: StubModel) -> None:
    with llmsql.connect(aliases=["motherduck", "flock"]) as con:
        [row] = con.execute(
            "SELECT prompt('Bill has 7', return_type := 'INTEGER'), len(embedding('x')), "
            "llm_complete({'model_name': 'stub-2'}, {'prompt': 'q', 'context_columns': [{'data': 'd'}]}), "
            "llm_filter({'model_name': 'stub-2'}, {'prompt': 'is good', 'context_columns': [{'data': 'yes'}]}), "
            "len(llm_embedding({'model_name': 'stub-3'}, {'context_columns': [{'data': 'text'}]}))"
        ).fetchall()
    assert row[0] == 7 and row[1] == 16 and row[3:] == (True, 16)
    assert "q\n" in model.texts[1] and "d" in model.texts[1]
    assert {body["model"] for _, _, body in model.requests} >= {"stub-1", "stub-2", "stub-3"}


def test_an_estimate_knows_the_other_names(model: StubModel) -> None:
    with llmsql.connect(aliases=["motherduck"]) as con:
        [(function, calls)] = con.execute("SELECT function, calls FROM ai_estimate('SELECT prompt(''q'')')").fetchall()
    assert (function, calls) == ("ai_complete", 1) and model.requests == []
