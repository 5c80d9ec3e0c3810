from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import llmsql
from llmsql.errors import CancelledError, ConfigError, LimitError, LLMSQLError, NoAnswerError, QuestionError
from tests.clients.stubs import StubOpenAI
from tests.test_functions import QUESTION, ROWS, fill

pytestmark = pytest.mark.usefixtures("hermetic")


@pytest.fixture
def con(stub: StubOpenAI) -> Iterator[llmsql.Connection]:
    with llmsql.connect() as con:
        fill(con)
        yield con


def test_connect_takes_what_duckdb_takes(stub: StubOpenAI, hermetic: Path) -> None:
    for opened in (
        llmsql.connect(),
        llmsql.connect(":memory:"),
        llmsql.connect(":memory:named", False, {"threads": 1}),
        llmsql.connect(database="shop.duckdb", read_only=False, config={"threads": "1"}),
        llmsql.connect(hermetic / "path.duckdb"),
    ):
        with opened as con:
            fill(con)
            assert con.sql("FROM ask('revenue by region')").fetchall() == ROWS
    with llmsql.connect("shop.duckdb", True) as con:
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("CREATE TABLE x (y INTEGER)").fetchall()
        assert con.sql("FROM ask('revenue by region')").fetchall() == ROWS
        assert con.ask(QUESTION).fetchall() == ROWS
    with pytest.raises(duckdb.Error):
        llmsql.connect("missing.duckdb", read_only=True)
    with pytest.raises(ConfigError, match="Did you mean model"):
        llmsql.connect(modell="x")


def test_nothing_of_ours_is_stored_in_the_database(stub: StubOpenAI) -> None:
    with llmsql.connect("shop.duckdb") as con:
        fill(con)
        con.ask(QUESTION).df()
    with duckdb.connect("shop.duckdb") as con:
        assert con.sql("SELECT table_name FROM duckdb_tables()").fetchall() == [("orders",)]
        assert (
            con.sql(
                "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND database_name = 'shop'"
            ).fetchall()
            == []
        )
        assert con.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []


def test_an_answer_runs_once_and_comes_in_every_form(con: llmsql.Connection, stub: StubOpenAI) -> None:
    answer = con.ask(QUESTION)
    con.execute("DELETE FROM orders").fetchall()
    assert type(answer.relation) is duckdb.DuckDBPyRelation
    assert answer.relation.filter("revenue > 6").fetchall() == ROWS[:1]
    assert answer.fetchall() == answer.fetchall() == ROWS
    assert isinstance(answer.df(), pd.DataFrame) and answer.df()["revenue"].tolist() == [11.0, 5.0]
    assert isinstance(answer.pl(), pl.DataFrame) and answer.pl().rows() == ROWS
    assert isinstance(answer.arrow(), pa.Table) and answer.arrow().num_rows == 2
    assert (answer.question, answer.model, answer.attempts, answer.truncated) == (QUESTION, "stub-1", 1, False)
    assert answer.sql.upper().startswith("SELECT REGION") and answer.sql in repr(answer)
    assert 0 < (answer.confidence or 0) < 1 and answer.seconds > 0
    assert [t.reference for t in con.catalog()] == ["orders"]
    assert len(stub.requests) == 1


def test_an_answer_does_what_a_relation_does(con: llmsql.Connection) -> None:
    answer = con.ask(QUESTION)
    assert answer.filter("revenue > 6").fetchall() == ROWS[:1]
    assert answer.order("revenue").limit(1).fetchall() == ROWS[1:]
    assert answer.columns == ["region", "revenue"] and "to_parquet" in dir(answer)
    assert answer.sql_query() == answer.sql
    assert pl.DataFrame(answer).rows() == ROWS and pa.table(answer).num_rows == 2  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="nonsense"):
        _ = answer.nonsense
    with pytest.raises(TypeError, match=r"An answer cannot be pickled.*answer\.df\(\)"):
        pickle.dumps(answer)
    assert pickle.loads(pickle.dumps(answer.df())).shape == (2, 2)


def test_waiting_for_answers_side_by_side(con: llmsql.Connection, stub: StubOpenAI) -> None:
    async def ask_all() -> list[llmsql.Answer]:
        answers = await asyncio.gather(*(con.aask(f"{QUESTION} {n}", max_rows=1) for n in range(4)))
        assert con.execute("SELECT 1").fetchall() == [(1,)]
        return answers

    answers = asyncio.run(ask_all())
    assert [answer.fetchall() for answer in answers] == [ROWS[:1]] * 4 and answers[0].truncated
    assert len(stub.requests) == 4
    con.execute("SET VARIABLE llmsql_model = 'stub-9'").fetchall()
    assert asyncio.run(con.aask("who")).model == "stub-9"
    with pytest.raises(QuestionError, match="The question is empty"):
        asyncio.run(con.aask(""))


@pytest.mark.parametrize("what", ["model", "query"])
def test_a_cancelled_task_stops_its_model_or_query(con: llmsql.Connection, stub: StubOpenAI, what: str) -> None:
    heavy = "SELECT count(*) FROM range(10000000) a, range(10000000) b, orders"
    stub.answers = [stub.silent() if what == "model" else stub.good(heavy)]

    async def ask() -> None:
        task = asyncio.create_task(con.aask("slow"))
        while not stub.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0 if what == "model" else 0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(ask())  # waits for the thread, which would go on for half a minute
    assert con.sql("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize("heading", ["DataFrames, Arrow, polars", "asyncio"])
def test_the_documented_programs(stub: StubOpenAI, heading: str, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.test_docs import section

    with duckdb.connect("shop.duckdb") as shop:
        fill(shop)
    exec(compile(section("integrations.md", heading, "python"), "docs/integrations.md", "exec"), {})
    assert "N" in capsys.readouterr().out


def test_python_and_sql_share_the_memo(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.ask(QUESTION)
    con.sql("FROM ask('revenue by region')").fetchall()
    assert con.ask_sql(f"  {QUESTION} ") == con.ask(QUESTION).sql
    assert len(stub.requests) == 1
    con.ask(QUESTION, model="stub-2", tables=["orders"])
    assert [body["model"] for _, _, body in stub.requests] == ["stub-1", "stub-2"]
    with pytest.raises(QuestionError, match="There is no table nope"):
        con.ask(QUESTION, tables=["nope"])


def frames() -> list[Any]:
    return [pd.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1, 2]}), pa.table({"a": [1, 2]})]


@pytest.mark.parametrize("frame", frames(), ids=["pandas", "polars", "arrow"])
def test_frames_of_the_caller_and_registered_ones(con: llmsql.Connection, stub: StubOpenAI, frame: Any) -> None:
    stub.answers = [stub.good("SELECT sum(a)::INTEGER AS s FROM frame")]
    assert con.sql("FROM frame").fetchall() == con.execute("FROM frame").fetchall() == [(1,), (2,)]
    assert con.query("SELECT count(*) FROM frame").fetchall() == [(2,)]
    with pytest.raises(QuestionError, match=r"register it: con\.register\('frame', frame\)"):
        con.ask("sum of a")
    with pytest.raises(QuestionError, match=r"con\.register\('frame', frame\)"):
        con.ask_sql("sum of a", tables=["frame"])
    con.register("frame", frame)
    assert con.ask("sum of a").fetchall() == [(3,)]
    with pytest.raises(duckdb.InvalidInputException, match=r"use con\.ask\(\) for .* DataFrames"):
        con.sql("FROM ask('sum of a')").fetchall()


def test_the_hint_at_frames_is_only_given_where_there_are_some(stub: StubOpenAI) -> None:
    with llmsql.connect() as con:
        with pytest.raises(QuestionError, match="There are no tables to ask about") as caught:
            con.ask(QUESTION)
        assert "register" not in str(caught.value)
        frame = pd.DataFrame({"a": [1]})
        with pytest.raises(QuestionError, match=r"con\.register\('frame', frame\)"):
            con.ask(QUESTION)
        assert len(frame) == 1 and stub.requests == []


def test_temporary_and_uncommitted_tables(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.execute("CREATE TEMP TABLE mine AS SELECT 7 AS q").fetchall()
    stub.answers = [stub.good("SELECT q FROM mine")]
    assert con.ask("the q").fetchall() == [(7,)]
    con.begin()
    con.execute("CREATE TABLE fresh AS SELECT 8 AS f").fetchall()
    stub.answers = [stub.good("SELECT f FROM fresh")]
    assert con.ask("the f").fetchall() == [(8,)]
    assert con.sql("FROM fresh").fetchall() == [(8,)]  # the transaction lives
    con.rollback()
    with pytest.raises(NoAnswerError, match="no table fresh"):
        con.ask("the f")
    con.begin()
    con.execute("CREATE TABLE fresh AS SELECT 8 AS f").fetchall()
    with pytest.raises(duckdb.Error, match="committed tables only"):
        con.sql("FROM ask('the f again')").fetchall()
    con.rollback()


def test_cursors_and_threads(con: llmsql.Connection, stub: StubOpenAI) -> None:
    results: list[Any] = []

    def work(number: int) -> None:
        with con.cursor() as cursor:
            results.append(cursor.sql("FROM ask('revenue by region')").fetchall())
            results.append(cursor.ask(QUESTION).fetchall())
            results.append(cursor.ask(f"{QUESTION} {number}").fetchall())

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [ROWS] * 12
    assert len(stub.requests) == 5  # one for the shared question, one for each thread's own
    assert con.ask(QUESTION).fetchall() == ROWS


def test_a_cursor_outlives_the_object_that_made_it(stub: StubOpenAI) -> None:
    cursor = llmsql.connect().cursor()
    fill(cursor)
    assert cursor.sql("FROM ask('revenue by region')").fetchall() == ROWS
    cursor.close()


def test_install_on_a_plain_connection_once_and_twice(stub: StubOpenAI) -> None:
    plain = duckdb.connect()
    fill(plain)
    first = llmsql.install(plain)
    assert plain.sql("FROM ask('revenue by region')").fetchall() == ROWS
    second = llmsql.install(plain, model="stub-2")
    assert first.duckdb is second.duckdb is plain
    assert plain.sql("FROM ask('revenue by region')").fetchall() == ROWS
    assert [body["model"] for _, _, body in stub.requests] == ["stub-1", "stub-2"]
    assert first.ask(QUESTION).model == "stub-1"
    with pytest.raises(ConfigError, match="There is no setting"):
        llmsql.install(plain, nonsense=1)
    plain.close()


def test_close_frees_the_file(stub: StubOpenAI) -> None:
    con = llmsql.connect("shop.duckdb")
    fill(con)
    con.sql("FROM ask('revenue by region')").fetchall()
    con.close()
    duckdb.connect("shop.duckdb", read_only=True, config={"threads": 1}).close()  # another configuration needs it free
    with pytest.raises(duckdb.ConnectionException, match="closed"):
        con.ask(QUESTION)
    con = llmsql.connect("shop.duckdb")
    del con
    duckdb.connect("shop.duckdb", read_only=True, config={"threads": 2}).close()


def test_it_looks_like_a_connection(con: llmsql.Connection) -> None:
    assert {"ask", "ask_sql", "catalog", "sql", "execute", "register", "duckdb"} <= set(dir(con))
    assert set(n for n in dir(con.duckdb) if not n.startswith("_")) <= set(dir(con))
    assert con.execute("SELECT 1, 2").fetchone() == (1, 2)
    assert con.description is not None and con.table("orders").columns == ["id", "region", "amount"]
    with pytest.raises(AttributeError, match="nonsense"):
        _ = con.nonsense
    with pytest.raises(TypeError, match=r"cannot be pickled: open one in each process with llmsql\.connect\(\)"):
        pickle.dumps(con)
    with llmsql.connect() as inner:
        inner.execute("SELECT 1")
    with pytest.raises(duckdb.ConnectionException):
        inner.execute("SELECT 1")


def test_max_rows_cuts_and_says_so(con: llmsql.Connection, stub: StubOpenAI) -> None:
    assert not con.ask(QUESTION, max_rows=2).truncated
    answer = con.ask(QUESTION, max_rows=1)
    assert answer.truncated and answer.fetchall() == ROWS[:1] and "cut by the row limit" in repr(answer)
    assert len(stub.requests) == 1
    with llmsql.connect(max_rows=1) as limited:
        fill(limited)
        assert limited.sql("FROM ask('revenue by region')").fetchall() == ROWS[:1]
        assert limited.ask(QUESTION).truncated


def test_a_heavy_query_is_stopped(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT count(*) FROM range(10000000) a, range(10000000) b, orders")]
    with pytest.raises(LimitError, match=r"stopped after 0\.3 s"):
        con.ask("count it all", query_timeout=0.3)
    assert con.sql("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda con: con.ask("slow"), CancelledError),
        (lambda con: con.sql("FROM ask('slow')").fetchall(), duckdb.Error),
    ],
    ids=["python", "sql"],
)
def test_interrupt_stops_a_model(
    con: llmsql.Connection, stub: StubOpenAI, ask: Callable[[llmsql.Connection], Any], error: type[Exception]
) -> None:
    stub.answers = [stub.silent()]

    def interrupt() -> None:
        while not stub.requests:
            time.sleep(0.01)
        con.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(error, match="cancelled"):  # the model would have been silent for 30 s
        ask(con)
    thread.join()
    assert len(stub.requests) == 1
    assert con.sql("SELECT 1").fetchall() == [(1,)]


def test_interrupt_stops_who_waits_for_the_same_question_of_another(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.silent()]
    told: dict[llmsql.Connection, BaseException] = {}

    def run(asking: llmsql.Connection) -> None:
        try:
            asking.ask("slow")
        except BaseException as error:
            told[asking] = error

    cursor = con.cursor()
    first, second = (threading.Thread(target=run, args=(asking,)) for asking in (con, cursor))
    first.start()
    while not stub.requests:
        time.sleep(0.01)
    second.start()
    time.sleep(0.3)  # until it waits for what the first one asked for
    cursor.interrupt()
    second.join(timeout=1)
    assert list(told) == [cursor] and isinstance(told[cursor], CancelledError)
    con.interrupt()
    first.join(timeout=5)
    assert len(stub.requests) == 1 and isinstance(told[con], CancelledError)


@pytest.mark.parametrize(
    "ask", [lambda con: con.ask("slow"), lambda con: con.sql("FROM ask('slow')").fetchall()], ids=["python", "sql"]
)
def test_interrupt_leaves_the_model_of_another_cursor_alone(
    con: llmsql.Connection, stub: StubOpenAI, ask: Callable[[llmsql.Connection], Any]
) -> None:
    stub.answers = [stub.silent()]
    failures: list[BaseException] = []

    def run() -> None:
        try:
            ask(con)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    cursor = con.cursor()
    thread.start()
    while not stub.requests:
        time.sleep(0.01)
    cursor.interrupt()
    thread.join(timeout=0.5)
    assert thread.is_alive()
    cursor.stop_models()
    thread.join(timeout=5)
    assert not thread.is_alive() and len(failures) == 1


@pytest.mark.parametrize(
    ("variable", "says"), [("llmsql_Ofline", "Did you mean llmsql_offline"), ("llmsql_api_key", "does not belong")]
)
def test_a_misspelt_variable_is_refused(con: llmsql.Connection, stub: StubOpenAI, variable: str, says: str) -> None:
    con.execute("SET VARIABLE mine = 1").fetchall()
    con.execute(f"SET VARIABLE {variable} = 'x'").fetchall()
    for refused in (con.ask, con.ask_sql):
        with pytest.raises(ConfigError, match=says):
            refused("regions")
    assert stub.requests == []


def test_a_failing_query_names_its_sql(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT CAST(region AS INTEGER) AS n FROM orders")]
    with pytest.raises(LLMSQLError, match="The query failed while running: Conversion Error") as caught:
        con.ask("regions as numbers")
    assert "CAST(region AS" in str(caught.value)


@pytest.mark.parametrize(
    "reaching",
    [
        "FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET memory_limit = '1GB'",
    ],
)
def test_sandbox_closes_the_door_for_everybody(stub: StubOpenAI, hermetic: Path, reaching: str) -> None:
    with llmsql.connect("shop.duckdb", sandbox=True) as con:
        fill(con)
        for sibling in (con, con.cursor(), con.duckdb.cursor()):
            with pytest.raises(duckdb.Error):
                sibling.execute(reaching).fetchall()
        con.execute("SET VARIABLE llmsql_max_rows = 1").fetchall()
        assert con.sql("FROM ask('revenue by region')").fetchall() == ROWS[:1]
        assert con.cursor().ask(QUESTION, max_rows=5).fetchall() == ROWS
        con.register("frame", pd.DataFrame({"a": [1]}))
        assert con.sql("FROM frame").fetchall() == [(1,)]
    # the log may be there as long as the last sibling is
    assert {p.name for p in hermetic.iterdir()} <= {"shop.duckdb", "shop.duckdb.wal"}


def test_a_file_is_opened_twice_in_the_sandbox(stub: StubOpenAI) -> None:
    with llmsql.connect("shop.duckdb", sandbox=True) as first:
        fill(first)
        with llmsql.connect("shop.duckdb", sandbox=True) as second:
            assert second.ask(QUESTION).fetchall() == first.ask(QUESTION).fetchall() == ROWS
            with pytest.raises(duckdb.Error):
                second.execute("SET enable_external_access = true").fetchall()
        assert first.sql("FROM ask('revenue by region')").fetchall() == ROWS


def test_without_sandbox_the_user_may_read_files(con: llmsql.Connection, hermetic: Path) -> None:
    (hermetic / "x.csv").write_text("a\n1\n")
    assert con.sql("FROM 'x.csv'").fetchall() == [(1,)]


def test_asking_a_server_loads_no_local_engine(stub: StubOpenAI) -> None:
    code = (
        "import sys, llmsql\n"
        "con = llmsql.connect()\n"
        "con.execute(\"CREATE TABLE orders AS SELECT 'N' AS region, 1 AS amount\")\n"
        "con.ask('revenue by region')\n"
        "con.sql(\"FROM ask('revenue by region')\").fetchall()\n"
        "print([m for m in ('torch', 'transformers', 'peft', 'xllamacpp', 'ollama', 'rich') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=child_environment(), timeout=120
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def child_environment(**more: str) -> dict[str, str]:
    """The environment of this test, for a child that runs in another folder."""
    import os

    root = str(Path(__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": root, "COLUMNS": "100", **more}
