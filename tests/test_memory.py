"""What a user teaches: through the connection, in SQL and on the command line, on real databases."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import llmsql
from llmsql.cli import main
from llmsql.errors import ConfigError, LLMSQLError, NoAnswerError, NothingHiddenWarning, SQLRejectedError
from tests.clients.stubs import StubOpenAI
from tests.test_connection import child_environment

QUESTION = "revenue by region in 2023"
BY_YEAR = "SELECT region, SUM(amount) AS revenue FROM orders WHERE YEAR(day) = {} GROUP BY region ORDER BY region"
ROWS = [("N", 1.0), ("S", 5.0)]


@pytest.fixture
def shop(hermetic: Path) -> Path:
    path = hermetic / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE orders (id INTEGER, region VARCHAR, amount DOUBLE, day DATE)")
        con.execute(
            "INSERT INTO orders VALUES (1, 'N', 10, '2023-01-05'), (2, 'S', 5, '2024-02-01'), (3, 'N', 1, '2024-03-01')"
        )
    return path


@pytest.fixture
def con(stub: StubOpenAI, shop: Path) -> Iterator[llmsql.Connection]:
    stub.answers = [stub.good(BY_YEAR.format(2023))]
    with llmsql.connect(str(shop)) as con:
        yield con


def test_a_good_answer_is_given_again_with_another_year(con: llmsql.Connection, stub: StubOpenAI) -> None:
    answer = con.ask(QUESTION)
    assert answer.source == "model"
    assert answer.good() == f"verified: {QUESTION} (kept in shop._llmsql.verified_answers)"
    again = con.ask("What is the revenue per region in 2024?")
    assert again.fetchall() == ROWS
    assert (again.source, again.model, again.attempts) == ("verified", "verified", 0)
    assert again.confidence is not None and again.confidence > 0.9
    assert again.notes == (f"recalled the verified answer to {QUESTION!r} with 2023 → 2024",)
    assert f"- {again.notes[0]}" in again.explanation
    assert con.sql("FROM ask('revenue by region in 2024')").fetchall() == ROWS
    [row] = con.sql("SELECT source, model FROM ask_explain('revenue by region in 2024')").fetchall()
    assert row == ("verified", "verified")
    assert len(stub.requests) == 1


def test_a_correction_takes_effect_at_once(con: llmsql.Connection, stub: StubOpenAI) -> None:
    right = "SELECT region, COUNT(*) AS n FROM orders GROUP BY region ORDER BY region"
    answer = con.ask(QUESTION)
    assert con.sql(f"FROM ask('{QUESTION}')").fetchall() == [("N", 10.0)]
    answer.bad(right)
    assert con.ask(QUESTION).sql == right
    assert con.sql(f"FROM ask('{QUESTION}')").fetchall() == [("N", 2), ("S", 1)]
    assert con.cursor().ask(QUESTION).source == "verified"
    con.feedback(QUESTION, right, "forget")
    assert len(stub.requests) == 1


def test_a_wrong_answer_is_not_given_again(con: llmsql.Connection, stub: StubOpenAI) -> None:
    wrong = con.ask(QUESTION)
    assert wrong.bad().startswith("marked as wrong: ")
    with pytest.raises(NoAnswerError, match="has called this answer wrong"):
        con.ask(QUESTION)
    stub.answers = [stub.good(BY_YEAR.format(2023)), stub.good("SELECT region FROM orders")]
    assert con.ask(QUESTION).sql == "SELECT region FROM orders"
    assert con.ask("revenue by region in 2024").source == "model"
    con.feedback(QUESTION, wrong.sql, "forget")
    stub.answers = [stub.good(BY_YEAR.format(2023))]
    assert con.ask(QUESTION).sql == wrong.sql


def test_in_sql(con: llmsql.Connection, stub: StubOpenAI) -> None:
    count = "SELECT COUNT(*) AS n FROM orders WHERE region = ''N''"
    [(said,)] = con.sql(f"SELECT ask_feedback('how many orders in N', '{count}', 'good')").fetchall()
    assert said == "verified: how many orders in N (kept in shop._llmsql.verified_answers)"
    assert con.sql("FROM ask('how many orders in S')").fetchall() == [(1,)]
    assert con.sql("SELECT question, verdict FROM _llmsql.verified_answers").fetchall() == [
        ("how many orders in N", "good")
    ]
    for call, message in (
        ("'x', 'DROP TABLE orders', 'good'", "Only a SELECT may be run"),
        ("'x', 'SELECT nope FROM orders', 'good'", "nope"),
        ("'x', 'SELECT 1', 'fine'", "no verdict 'fine'. Say good, bad or forget"),
        ("'', 'SELECT 1', 'good'", "question is empty"),
        ("NULL, NULL, NULL", "no verdict"),
    ):
        with pytest.raises(duckdb.InvalidInputException, match=message):
            con.sql(f"SELECT ask_feedback({call})").fetchall()
    assert con.sql("SELECT count(*) FROM _llmsql.verified_answers").fetchall() == [(1,)]
    assert stub.requests == []


def test_the_log_is_no_table_to_ask_about(con: llmsql.Connection, stub: StubOpenAI) -> None:
    before = con.engine.knowledge(con.duckdb)
    con.feedback("all orders", "SELECT * FROM orders")
    assert con.engine.knowledge(con.duckdb) is before
    assert [t.name for t in con.catalog()] == ["orders"]
    stub.answers = [stub.good("SELECT * FROM _llmsql.verified_answers")]
    with pytest.raises(NoAnswerError, match="no table"):
        con.ask("what was verified")


def test_an_open_transaction_is_left_alone(con: llmsql.Connection) -> None:
    con.execute("BEGIN")
    con.execute("INSERT INTO orders VALUES (4, 'W', 7, '2024-01-01')")
    con.feedback("all orders", "SELECT * FROM orders")
    con.execute("ROLLBACK")
    assert con.ask("all orders").table.num_rows == 3


def test_recall_can_be_switched_off(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.ask(QUESTION).good()
    assert con.ask(QUESTION, verified=False).source == "model"
    con.execute("SET VARIABLE llmsql_verified = false")
    assert con.ask(QUESTION).source == "model"
    assert con.ask_candidates(QUESTION, candidates=1)[0].sql == BY_YEAR.format(2023)


def test_relative_times_move_with_the_day(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT count(*) AS n FROM orders WHERE day > current_date - INTERVAL 1 YEAR")]
    first = con.ask("orders of the past year", today="2024-06-01")
    first.good()
    answer = con.ask("orders of the past year", today="2025-02-15")
    assert (first.fetchall(), answer.source, answer.fetchall()) == ([(2,)], "verified", [(1,)])
    assert len(stub.requests) == 1


def test_fiscal_years_move_with_the_setting(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT count(*) AS n FROM orders WHERE day >= '2023-02-01' AND day < '2024-02-01'")]
    first = con.ask("orders in FY24", fiscal_year_start=2)
    first.good()
    same = con.ask("orders in FY24", fiscal_year_start=2)
    other = con.ask("orders in FY24", fiscal_year_start=4)
    assert [(a.source, a.fetchall()) for a in (first, same, other)] == [
        ("model", [(0,)]),
        ("verified", [(0,)]),
        ("verified", [(2,)]),
    ]


def test_a_log_of_an_older_version_is_read_and_goes_on(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.ask(QUESTION).good()
    con.execute("ALTER TABLE _llmsql.verified_answers DROP COLUMN fiscal_year_start")
    con.feedback("number of orders", "SELECT count(*) FROM orders")
    assert [con.ask(q).source for q in (QUESTION, "number of orders")] == ["verified", "verified"]


def test_today_is_not_frozen_into_what_is_kept(con: llmsql.Connection, stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT count(*) AS n FROM orders WHERE day < current_date")]
    con.ask("orders so far", today="2024-02-15").good()
    assert "CURRENT_DATE" in con.sql("SELECT sql FROM _llmsql.verified_answers").fetchall()[0][0]
    answer = con.ask("orders so far", today="2023-02-15")
    assert (answer.source, answer.fetchall()) == ("verified", [(1,)])


def test_changed_tables_are_noticed(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.ask(QUESTION).good()
    con.execute("ALTER TABLE orders RENAME COLUMN day TO happened_on_date_of_sale")
    stub.answers = [stub.good("SELECT 1 AS one")]
    assert con.ask(QUESTION).source == "model"


def test_a_read_only_database_has_a_file_beside_it(stub: StubOpenAI, shop: Path, hermetic: Path) -> None:
    with llmsql.connect(str(shop), read_only=True) as con:
        said = con.feedback("how many orders", "SELECT count(*) FROM orders")
        assert con.ask("number of orders").source == "verified"
    [file] = (hermetic.parent / "home" / "llmsql_data_dir" / "verified").glob("shop-*.jsonl")
    assert str(file) in said
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(file.read_text() + "not a line\n")
    with llmsql.connect(str(shop)) as con:
        assert con.ask("number of orders").source == "verified"
        con.feedback("all orders", "SELECT * FROM orders")
    with llmsql.connect(str(shop), read_only=True) as con:
        assert [con.ask(q).source for q in ("number of orders", "all orders")] == ["verified", "verified"]


def test_the_command_line(stub: StubOpenAI, shop: Path, hermetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify = ["verify", "-d", str(shop)]
    assert main([*verify, QUESTION, "--sql", BY_YEAR.format(2023)]) == 0
    assert "verified: revenue by region in 2023 (kept in shop._llmsql" in capsys.readouterr().err
    assert main(["ask", "-d", str(shop), "--format", "csv", "revenue by region in 2024"]) == 0
    out = capsys.readouterr()
    assert out.out == "region,revenue\nN,1.0\nS,5.0\n"
    assert "-- verified," in out.err and "recalled the verified answer" in out.err
    assert main([*verify, "how many rows", "--sql", "SELECT 7", "--wrong"]) == 0
    assert main([*verify, "--list"]) == 0
    listed = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[2]) for line in listed] == [("good", QUESTION), ("bad", "how many rows")]
    assert main([*verify, "--export", "verified.jsonl"]) == 0
    [line] = (hermetic / "verified.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "database": "shop", "question": QUESTION, "sql": BY_YEAR.format(2023), "split": "train", "kind": "verified",
        "ordered": True,
    }  # fmt: skip
    from training.dataset import load_records

    assert load_records(hermetic / "verified.jsonl")[0].question == QUESTION
    for bad, code in (
        ([*verify], 2),
        ([*verify, "x", "--wrong"], 2),
        ([*verify, "x", "--sql", "DROP TABLE orders"], 1),
        ([*verify, "x"], 2),  # nobody at the keyboard
        ([*verify, "--export", "no/such/folder/x.jsonl"], 2),
    ):
        assert main(bad) == code
        assert "Traceback" not in capsys.readouterr().err


def test_a_pattern_that_hides_nothing_is_warned_of(
    stub: StubOpenAI, shop: Path, hermetic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hermetic / "llmsql.toml").write_text("[hidden]\ncolumns = ['orders.amuont', 'orders.id']")
    said = "[hidden] 'orders.amuont' hides nothing: this database has no such column."
    with llmsql.connect(str(shop)) as con, pytest.warns(NothingHiddenWarning) as warned:
        con.feedback("number of orders", "SELECT count(*) FROM orders")
        con.ask("number of orders")
    assert [str(w.message) for w in warned] == [said]
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(["ask", "-d", str(shop), "number of orders"]) == 0
    assert f"warning: {said}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        (["y"], [("good", BY_YEAR.format(2023))]),
        (["No"], [("bad", BY_YEAR.format(2023))]),
        (["SELECT nope", "SELECT COUNT(*) FROM orders"], [("good", "SELECT COUNT(*) FROM orders")]),
        (["skip"], []),
        ([], []),
    ],
)
def test_deciding_at_the_keyboard(
    stub: StubOpenAI, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    typed: list[str], listed: list[tuple[str, str]],
) -> None:  # fmt: skip
    stub.answers = [stub.good(BY_YEAR.format(2023))]
    keys = iter(typed)

    def typing(_: str) -> str:
        for line in keys:
            return line
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", typing)
    assert main(["verify", "-d", str(shop), QUESTION]) == 0
    shown = capsys.readouterr()
    assert "For each region: revenue (the sum of amount)." in shown.out
    assert ("nope" in shown.err) == (typed[:1] == ["SELECT nope"])
    assert main(["verify", "-d", str(shop), "--list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[3]) for line in lines] == listed


def test_the_built_in_database_is_not_written_to(stub: StubOpenAI, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "how many customers", "--sql", "SELECT count(*) FROM customers"]) == 0
    assert "verified/sales-" in capsys.readouterr().err
    assert main(["ask", "number of customers", "--format", "csv"]) == 0
    assert stub.requests == []


def test_another_process_sees_it(stub: StubOpenAI, shop: Path) -> None:
    code = f"import llmsql; c = llmsql.connect({str(shop)!r}); c.feedback('all orders', 'SELECT id FROM orders')"
    subprocess.run([sys.executable, "-c", code], check=True, env=child_environment(), timeout=300)
    with llmsql.connect(str(shop)) as con:
        assert con.ask("all the orders").source == "verified"


def test_verdicts_on_nothing() -> None:
    with llmsql.connect() as con:
        with pytest.raises(SQLRejectedError):
            con.feedback("x", "SELECT * FROM nowhere")
        with pytest.raises(ConfigError):
            con.feedback("x", "SELECT 1", "maybe")
        with pytest.raises(LLMSQLError):
            con.feedback("x", "COPY (SELECT 1) TO 'x.csv'", "bad")
