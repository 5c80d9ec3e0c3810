from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from llmsql.errors import ConfigError
from tests.clients.stubs import StubOpenAI
from tests.test_docs import section
from tests.test_functions import QUESTION, ROWS, fill

pytest.importorskip("duckdb_engine")
sqlalchemy = pytest.importorskip("sqlalchemy")
pytestmark = [
    pytest.mark.usefixtures("hermetic", "entry_points"),
    pytest.mark.filterwarnings("ignore::duckdb_engine.DuckDBEngineWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def shop(stub: StubOpenAI, hermetic: Path) -> Path:
    with duckdb.connect("shop.duckdb") as con:
        fill(con)
    return hermetic / "shop.duckdb"


def test_the_plugin_in_an_address(shop: Path, stub: StubOpenAI) -> None:
    engine = sqlalchemy.create_engine("duckdb:///shop.duckdb?plugin=llmsql&llmsql_model=stub-2")
    with engine.connect() as one, engine.connect() as two:  # two connections of the pool
        for con in (one, two):
            asked = sqlalchemy.text("SELECT * FROM ask(:question) WHERE revenue > :least")
            assert con.execute(asked, {"question": QUESTION, "least": 6}).fetchall() == ROWS[:1]
            assert con.exec_driver_sql("SELECT ask_sql('revenue by region')").scalar().upper().startswith("SELECT")
    assert [body["model"] for _, _, body in stub.requests] == ["stub-2"]
    engine.dispose()
    duckdb.connect("shop.duckdb", config={"threads": 1}).close()  # another configuration needs the file to be free


def test_the_documented_program(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(section("integrations.md", "SQLAlchemy", "python"), "docs/integrations.md", "exec"), {})
    assert capsys.readouterr().out == "N 11.0\n"


def test_the_plugin_as_an_argument(shop: Path, stub: StubOpenAI) -> None:
    engine = sqlalchemy.create_engine("duckdb:///shop.duckdb", plugins=["llmsql"], llmsql_prefix="llm_")
    with engine.connect() as con:
        assert con.execute(sqlalchemy.text("SELECT * FROM llm_ask('revenue by region')")).fetchall() == ROWS
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="The question is empty"):
            con.execute(sqlalchemy.text("SELECT * FROM llm_ask('')")).fetchall()
    engine.dispose()


def test_databases_in_memory_are_kept_apart(stub: StubOpenAI) -> None:
    engines = [sqlalchemy.create_engine("duckdb:///:memory:", plugins=["llmsql"]) for _ in range(2)]
    for rows, engine in enumerate(engines):
        with engine.connect() as con:
            con.exec_driver_sql("CREATE TABLE orders (region VARCHAR, amount DOUBLE)")
            for n in range(rows + 1):
                con.exec_driver_sql(f"INSERT INTO orders VALUES ('r{n}', 1)")
            con.commit()
            assert len(con.exec_driver_sql("FROM ask('revenue by region')").fetchall()) == rows + 1


def test_what_is_wrong_is_said_at_once(shop: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean model"):
        sqlalchemy.create_engine("duckdb:///shop.duckdb?plugin=llmsql&llmsql_modell=x")
    with pytest.raises(ConfigError, match="asks DuckDB, not sqlite"):
        sqlalchemy.create_engine("sqlite:///?plugin=llmsql")
    with pytest.raises(ConfigError, match="key does not belong into an address") as caught:
        sqlalchemy.create_engine("duckdb:///shop.duckdb?plugin=llmsql&llmsql_api_key=sk-secret")
    assert "secret" not in str(caught.value)
