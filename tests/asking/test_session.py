"""Follow-ups through the connection: sessions, what is remembered, and what goes to a model."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

import llmsql
from llmsql.errors import QuestionError
from tests.clients.stubs import StubOpenAI

REVENUE = "SELECT region, SUM(amount) AS revenue FROM orders GROUP BY region"


@pytest.fixture
def con(stub: StubOpenAI) -> Iterator[llmsql.Connection]:
    stub.answers = [stub.good(REVENUE)]
    with llmsql.connect() as con:
        con.execute("CREATE TABLE orders (region VARCHAR, product VARCHAR, amount DOUBLE, day DATE)")
        con.execute(
            "INSERT INTO orders VALUES ('Germany', 'Lamp', 10, '2023-01-05'), ('France', 'Desk', 5, '2024-02-01'), "
            "('Germany', 'Desk', 1, '2024-03-01')"
        )
        yield con


def test_a_conversation(con: llmsql.Connection, stub: StubOpenAI) -> None:
    first = con.ask("revenue by region", session="a")
    assert (first.source, sorted(first.fetchall())) == ("model", [("France", 5.0), ("Germany", 11.0)])
    steps = [
        ("and by product?", [("France", "Desk", 5.0), ("Germany", "Desk", 1.0), ("Germany", "Lamp", 10.0)]),
        ("only Germany", [("Germany", "Desk", 1.0), ("Germany", "Lamp", 10.0)]),
        ("what about France", [("France", "Desk", 5.0)]),
        ("by region instead", [("France", 5.0)]),
        ("in 2023", []),
        ("go back", [("France", 5.0)]),
    ]
    for question, rows in steps:
        answer = con.ask(question, session="a")
        assert sorted(answer.fetchall()) == rows, question
        assert answer.source == "follow-up"
    assert con.ask("and by product?", session="a").draft.before[0] == "revenue by region"
    assert len(stub.requests) == 1


def test_notes_say_what_was_changed(con: llmsql.Connection) -> None:
    con.ask("revenue by region", session="a")
    answer = con.ask("only Germany, as a share", session="a")
    assert answer.notes == (
        "follow-up to 'revenue by region': orders.region is 'Germany', revenue as a share of the whole",
    )
    assert f"- {answer.notes[0]}" in answer.explanation
    assert (answer.model, answer.attempts, answer.draft.before) == ("stub-1", 0, ("revenue by region",))


def test_in_sql_one_statement_is_one_turn(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.sql("FROM ask('revenue by region', session := 'a')").fetchall()
    relation = con.sql("SELECT * FROM ask('and by product?', session := 'a') ORDER BY ALL")
    assert len(relation.fetchall()) == len(relation.fetchall()) == 3
    [(sql,)] = con.sql("SELECT ask_sql('and by product?', session := 'a')").fetchall()
    assert sql.count("product") == 1
    [row] = con.sql("SELECT source, sql FROM ask_explain('top 1', session := 'a')").fetchall()
    assert row == ("follow-up", sql + " ORDER BY revenue DESC LIMIT 1")
    con.execute("SET VARIABLE llmsql_session = 'a'")
    assert con.sql("FROM ask('without Germany')").fetchall() == [("France", "Desk", 5.0)]
    assert len(stub.requests) == 1


def test_sessions_do_not_mix(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.ask("revenue by region", session="a")
    stub.answers = [stub.good("SELECT product, COUNT(*) AS n FROM orders GROUP BY product")]
    con.ask("orders by product", session="b")
    assert "product" not in con.ask("only Germany", session="a").sql
    asked = len(stub.requests)
    con.ask("only Germany")  # without a session it is a question of its own
    assert len(stub.requests) == asked + 1
    assert len(stub.requests[-1][2]["messages"]) == 2


def test_what_no_rewrite_understands_goes_to_the_model_with_the_last_query(
    con: llmsql.Connection, stub: StubOpenAI
) -> None:
    con.ask("revenue by region", session="a")
    stub.answers = [stub.good(REVENUE.replace("SUM", "MAX"))]
    answer = con.ask("and now the most expensive ones of those", session="a")
    assert (answer.source, answer.draft.before) == ("model", ("revenue by region",))
    messages = stub.requests[-1][2]["messages"]
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user"]
    assert messages[1]["content"].endswith("\n\nQuestion: revenue by region")
    assert messages[2]["content"] == REVENUE
    assert messages[3]["content"] == "Question: and now the most expensive ones of those"
    stub.answers = [stub.good("SELECT DISTINCT product FROM orders")]
    assert con.ask("which products are there", session="a").draft.before == ()
    assert len(stub.requests[-1][2]["messages"]) == 2


def test_a_follow_up_can_be_corrected(con: llmsql.Connection, stub: StubOpenAI) -> None:
    con.ask("revenue by region", session="a")
    right = "SELECT product, COUNT(*) AS n FROM orders GROUP BY product"
    assert "revenue by region, by product (kept" in con.ask("by product", session="a").bad(right)
    assert con.ask("by product", session="a").sql == right
    con.ask("revenue by region", session="b")
    again = con.ask("by product", session="b")
    assert (again.source, again.sql, again.question) == ("verified", right, "by product")
    assert con.ask("revenue by region, by product").source == "verified"


def test_nothing_to_go_back_to(con: llmsql.Connection) -> None:
    with pytest.raises(QuestionError, match="no answer to go back to"):
        con.ask("undo", session="a")
    with pytest.raises(duckdb.InvalidInputException, match="no answer to go back to"):
        con.sql("FROM ask('undo', session := 'a')").fetchall()
