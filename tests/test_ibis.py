from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

import llmsql
from tests.clients.stubs import StubOpenAI
from tests.test_docs import section
from tests.test_functions import QUESTION, fill

ibis = pytest.importorskip("ibis")
pytestmark = [
    pytest.mark.usefixtures("hermetic"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.skipif(
        not hasattr(duckdb.DuckDBPyConnection, "fetch_arrow_table"),
        reason=f"Ibis {ibis.__version__} calls fetch_arrow_table(), which DuckDB {duckdb.__version__} no longer has",
    ),
]


@pytest.fixture
def backend(stub: StubOpenAI) -> Iterator[Any]:
    con = duckdb.connect()
    fill(con)
    llmsql.install(con)
    yield ibis.duckdb.from_connection(con)
    con.close()


def test_ask_is_a_table_of_the_backend(backend: Any, stub: StubOpenAI) -> None:
    answer = backend.sql("SELECT * FROM ask('revenue by region')")
    assert answer.columns == ("region", "revenue")
    assert answer.filter(answer.revenue > 6).to_pyarrow().to_pylist() == [{"region": "N", "revenue": 11.0}]
    joined = answer.join(backend.table("orders"), "region").count()
    assert joined.execute() == 3
    assert len(stub.requests) == 1


def test_an_answer_joins_what_ibis_has(backend: Any) -> None:
    answer = ibis.memtable(llmsql.install(backend.con).ask(QUESTION).arrow())
    assert backend.table("orders").join(answer, "region").revenue.sum().execute() == 27


def test_the_documented_program(stub: StubOpenAI, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect("shop.duckdb") as con:
        fill(con)
    exec(compile(section("integrations.md", "Ibis", "python"), "docs/integrations.md", "exec"), {})
    assert capsys.readouterr().out.split() == ["region", "revenue", "0", "N", "11.0"]
