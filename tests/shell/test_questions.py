"""Questions in the shell, put to a stub of an OpenAI-compatible server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from llmsql.asking.sql_text import laid_out
from llmsql.clients.base import CallProgress
from llmsql.registry import load_registry
from llmsql.shell.complete import read_names
from llmsql.shell.questions import Download, model_progress
from llmsql.shell.work import Progress, status_line
from tests.clients.stubs import StubOpenAI
from tests.shell.conftest import Run

Shell = Callable[..., Run]


@pytest.fixture
def shop(stub: StubOpenAI, hermetic: Path) -> str:
    with duckdb.connect("shop.duckdb") as con:
        con.execute(
            "CREATE TABLE orders AS SELECT * FROM (VALUES ('north', 10.5), ('south', 4.5), ('north', 2)) t(region, amount)"
        )
    return "shop.duckdb"


def test_a_line_that_is_no_sql_is_a_question(shell: Shell, shop: str) -> None:
    done = shell(shop, "-csv", "-c", "revenue by region", "-c", "from _ where region = 'north'")
    assert done.code == 0
    assert done.out == "region,revenue\nnorth,12.5\nsouth,4.5\nregion,revenue\nnorth,12.5\n"
    assert done.err.startswith("SELECT")
    assert "SUM(amount) AS revenue" in done.err
    assert "-- stub-1, " in done.err


def test_ask_in_sql(shell: Shell, shop: str) -> None:
    assert (
        shell(shop, "-csv", "-c", "from ask('revenue by region') where revenue < 5").out
        == "region,revenue\nsouth,4.5\n"
    )


def test_commands_on_the_last_question(shell: Shell, shop: str) -> None:
    done = shell(shop, "-c", "revenue by region", "-csv", "-c", ".sql", "-c", ".why", "-c", ".cost")
    assert "SELECT" in done.out and "tables shown: " in done.out
    assert "stub-1" in done.out and "1 in this session" in done.out
    for command in (".sql", ".why", ".cost"):
        done = shell(shop, "-c", command)
        assert done.code == 1 and "Nothing has been asked yet." in done.err


def test_no_answer_is_one_error_and_the_sql_can_be_seen(shell: Shell, shop: str, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT nope FROM nowhere")] * 2
    done = shell(shop, "-cmd", "revenue by region", "-cmd", ".sql", "-c", ".why")
    assert "Error: No answer to 'revenue by region'" in done.err
    assert "nowhere" in done.out and "no answer" in done.out


def test_ask_takes_what_looks_like_sql(shell: Shell, shop: str, stub: StubOpenAI) -> None:
    assert shell(shop, "-csv", "-c", ".ask show orders").code == 0
    assert "show orders" in str(stub.requests[-1])


def test_limits(shell: Shell, shop: str, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT amount FROM orders")]
    done = shell(shop, "-csv", "-c", "set variable llmsql_max_rows = 2", "-c", "all amounts")
    assert len(done.out.splitlines()) == 3 and "only the first 2 rows" in done.err


def test_a_misspelt_setting_is_said_where_it_is_set(shell: Shell, shop: str) -> None:
    done = shell(shop, "-csv", "-c", "set variable llmsql_ofline = true", "-c", "select 1 a")
    assert "There is no setting 'llmsql_ofline' (SET VARIABLE)." in done.err and "llmsql_offline" in done.err
    assert shell(shop, "-c", "set variable llmsql_offline = true", "-c", "set variable mine = 1").err == ""


def test_models(shell: Shell, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "* stub-1" in shell(shop, "-c", ".model").out
    monkeypatch.delenv("LLM_PROVIDER")
    monkeypatch.delenv("LLM_MODEL")
    assert "llmsql-0.6b" in shell(shop, "-c", ".model llmsql-0.6b").err
    done = shell(shop, "-c", ".model llmsql-0.5b", "-c", ".model", "-csv", "-c", "select getvariable('llmsql_model') m")
    assert "* llmsql-0.5b" in done.out and done.out.endswith("m\nllmsql-0.5b\n")


def test_wrong_settings_leave_a_database(shell: Shell, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMSQL_TIMEOUT", "soon")
    done = shell(shop, "-csv", "-c", "select 1 a", "-cmd", "from ask('x')", "-cmd", "select 2 a", "-no-stdin")
    assert done.out == "a\n1\na\n2\n"
    assert done.err.count("ask() is not there:") == 1


def test_a_database_with_its_own_ask(shell: Shell, shop: str) -> None:
    with duckdb.connect(shop) as con:
        con.execute("CREATE MACRO ask(x) AS x + 1")
    done = shell(shop, "-csv", "-c", "select ask(1) a")
    assert done.out == "a\n2\n" and "ask() is not there" in done.err


def test_progress_of_a_model() -> None:
    assert model_progress(None).what == "asking the model"
    assert model_progress(CallProgress(50, 200, 0, 2.0)) == Progress("reading the schema", 0.25, 6.0)
    assert "12 tokens" in model_progress(CallProgress(200, 200, 12, 2.0)).what


def test_a_resumed_download_tells_the_time_by_what_it_fetches() -> None:
    download = Download()
    report = download.start(replace(load_registry().get("smollm2-135m"), name="m"))
    assert download.progress() == Progress("fetching m, 0 of 0 MB", 0.0)
    report(400_000_000, 500_000_000)  # there before
    assert download.progress() == Progress("fetching m, 400 of 500 MB", 0.8)
    time.sleep(0.1)
    report(401_000_000, 500_000_000)
    left = download.progress().left
    assert left is not None and left >= 0.1 * 99


def test_status_lines() -> None:
    assert status_line(Progress("reading", 0.25), 2.0) == "reading  [#####---------------]  25%  2 s  about 6 s left"
    assert status_line(Progress("running"), 3.0) == "running  3 s"
    assert "about 3 min left" in status_line(Progress("fetching", 0.5), 180.0)
    for done, left, said in [
        (1.0, 12.0, "rows  3 s  about 12 s left"),  # DuckDB has read all rows, the model has not answered them
        (0.1, 12.0, "rows  3 s  about 2 min left"),  # nine times as many rows are to come
        (0.001, 12.0, "rows  3 s"),  # too early to say
        (1.0, None, "rows  3 s"),
        (None, 12.0, "rows  3 s  about 12 s left"),
    ]:
        assert status_line(Progress("rows", done, left, handed=True), 3.0) == said


def test_verdicts_are_kept(shell: Shell, shop: str, stub: StubOpenAI) -> None:
    done = shell(shop, "-csv", "-c", "revenue by region", "-c", ".good", "-c", ".bad")
    assert done.code == 0, done.err
    right = "SELECT region, COUNT(*) AS n FROM orders GROUP BY region ORDER BY region"
    done = shell(shop, "-csv", "-cmd", "revenue by region", "-c", f".fix {right};", "-c", ".sql")
    assert done.out.endswith("region,n\nnorth,2\nsouth,1\n" + laid_out(right) + "\n"), done
    asked = len(stub.requests)
    assert shell(shop, "-csv", "-c", "revenue by region").out == "region,n\nnorth,2\nsouth,1\n"
    assert len(stub.requests) == asked  # the kept answer needs no model
    assert "Nothing has been asked yet." in shell(shop, "-c", ".good").err
    assert "Usage: .fix SQL" in shell(shop, "-c", "revenue by region", "-c", ".fix").err


@pytest.mark.parametrize(
    "sql",
    [
        "drop table orders",
        "insert into orders values ('west', 1)",
        "update orders set amount = 0",
        "copy orders to 'orders.csv'",
        "select 1; drop table orders",
        "with gone as (delete from orders returning *) select * from gone",
    ],
)
def test_fix_runs_nothing_but_a_query(shell: Shell, shop: str, sql: str) -> None:
    done = shell(shop, "-c", "revenue by region", "-c", f".fix {sql}")
    assert done.code == 1 and "Error: " in done.err
    assert not Path("orders.csv").exists()
    with duckdb.connect(shop) as con:
        assert con.execute("SELECT count(*), sum(amount) FROM orders").fetchall() == [(3, 17)]
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_llmsql'").fetchall() == [(0,)]


def test_verified_answers_are_dumped_but_not_listed(shell: Shell, shop: str) -> None:
    assert shell(shop, "-c", "revenue by region", "-c", ".good").code == 0
    assert "verified_answers" not in shell(shop, "-c", ".tables").out
    dumped = shell(shop, "-c", ".dump").out
    assert shell("copy.duckdb", "-c", dumped).err == ""
    with duckdb.connect("copy.duckdb") as con:
        assert con.execute("SELECT question FROM _llmsql.verified_answers").fetchall() == [("revenue by region",)]
        assert "_llmsql" not in read_names(con).schemas and "verified_answers" not in read_names(con).tables


def test_a_verified_answer_costs_nothing_and_was_not_repaired(shell: Shell, shop: str) -> None:
    shell(shop, "-c", "revenue by region", "-c", ".good")
    done = shell(shop, "-csv", "-c", "revenue by region", "-c", ".cost", "-c", ".why")
    assert "$0.000000" in done.out and "price unknown" not in done.out
    assert "no model was asked" in done.out and "attempt" not in done.out
    assert "repair" not in done.out + done.err


@pytest.mark.parametrize("hosted", ["environment", "flag", "command"])
def test_a_hosted_model_can_be_left(shell: Shell, shop: str, hosted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLM_PROVIDER")
    monkeypatch.delenv("LLM_MODEL")
    monkeypatch.delenv("OPENAI_API_KEY")
    before: tuple[str, ...] = ()
    if hosted == "environment":
        monkeypatch.setenv("LLM_MODEL", "gpt-4o-mini")
    elif hosted == "flag":
        before = ("-model", "gpt-4o-mini")
    else:
        refused = shell(shop, "-cmd", ".model gpt-4o-mini", "-c", ".model")
        assert "There is no OpenAI API key." in refused.err and "* gpt-4o-mini" not in refused.out
        before = ("-cmd", "set variable llmsql_model = 'gpt-4o-mini'")
    done = shell(shop, *before, "-c", ".model llmsql-0.5b", "-c", ".model")
    assert done.err == "" and "* llmsql-0.5b" in done.out


def test_where_nothing_can_be_asked_a_slip_is_sql(shell: Shell, stub: StubOpenAI) -> None:
    assert 'syntax error at or near "selec"' in shell("-c", "selec 1").err
    for question in ("how many orders", "show me the money", "revenue by region"):
        assert "There are no tables to ask about." in shell("-c", question).err
    assert "There are no tables to ask about." in shell("-c", ".ask selec 1").err


def test_answers_keep_the_types_of_their_columns(shell: Shell, shop: str, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT region::ENUM('north', 'south') AS e, 1::HUGEINT AS h FROM orders")]
    done = shell(shop, "-c", "the regions", "-c", "create table kept as from _")
    assert done.code == 0, done.err
    with duckdb.connect(shop) as con:
        assert list(map(str, con.table("kept").types)) == ["ENUM('north', 'south')", "HUGEINT"]
