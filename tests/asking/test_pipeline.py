"""A question's way to SQL, with the real client of a stub server."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from llmsql.asking.glossary import Glossary, apply_glossary
from llmsql.asking.pipeline import LONGEST_QUESTION, Draft, write_sql
from llmsql.asking.settle import Knowledge
from llmsql.catalog import Catalog
from llmsql.clients import LLMClient
from llmsql.errors import NoAnswerError, ProviderError, QuestionError
from llmsql.settings import Settings
from tests.asking.conftest import know
from tests.clients.stubs import StubOpenAI


@pytest.fixture
def client(stub_openai: StubOpenAI) -> Iterator[LLMClient]:
    with LLMClient("openai", "stub", base_url=f"{stub_openai.url}/v1", api_key="k", max_retries=0) as opened:
        yield opened


def ask(
    con: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, question: str = "how many orders",
    tables: tuple[str, ...] = (), settings: Settings | None = None,
) -> Draft:  # fmt: skip
    return write_sql(con, known, client, "stub", question, settings or Settings(), tables=tables)


def test_one_answer_makes_a_draft(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.good("```sql\nSELECT count(*) FROM order WHERE status = 'PAID';\n```")]
    draft = ask(shop, known, client, "how many paid orders")
    assert shop.execute(draft.sql).fetchall() == [(3,)]
    assert draft.written == "SELECT count(*) FROM order WHERE status = 'PAID'"
    assert (draft.model, draft.attempts) == ("stub", 1)
    assert len(draft.notes) == 2
    assert [v.value for v in draft.values] == ["paid"]
    assert draft.tables == tuple(t.reference for t in known.catalog)
    assert (draft.prompt_tokens, draft.completion_tokens) == (1000, 100)
    assert draft.confidence == pytest.approx(math.exp(-0.5))
    assert set(draft.milliseconds) == {"link", "prompt", "generate", "settle"}
    assert len(stub_openai.requests) == 1
    body = stub_openai.requests[0][2]
    assert body["messages"][1]["content"].endswith("Values: orders.status = 'paid'")


@pytest.mark.parametrize(
    ("question", "is_refused"),
    [
        ("what is the email of Ada Lovelace?", True),
        ("emails of all customers", True),
        ("names of all customers", False),
        ("status of each order", False),  # of orders it is shown
    ],
)
def test_what_is_hidden_is_not_asked_for(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI,
    question: str, is_refused: bool,
) -> None:  # fmt: skip
    shop.execute("ALTER TABLE customers ADD COLUMN status VARCHAR")
    glossary = Glossary(hidden=("customers.email", "customers.status"))
    catalog, _ = apply_glossary(know(shop).catalog, glossary)
    stub_openai.answers = [stub_openai.good("SELECT full_name FROM customers")]
    hiding = replace(known, catalog=catalog)
    if not is_refused:
        assert ask(shop, hiding, client, question).sql
        return
    with pytest.raises(QuestionError, match="email may not be asked about: hidden by the glossary"):
        ask(shop, hiding, client, question)
    assert not stub_openai.requests


def test_a_refusal_is_told_to_the_model_once(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.good("SELECT * FROM weather"), stub_openai.good("SELECT count(*) FROM orders")]
    draft = ask(shop, known, client)
    assert (draft.attempts, draft.prompt_tokens) == (2, 2000)
    messages = stub_openai.requests[1][2]["messages"]
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user"]
    assert messages[2]["content"] == "SELECT * FROM weather"
    assert "There is no table weather" in messages[3]["content"]


@pytest.mark.parametrize(
    "answer", ["DROP TABLE orders", "I cannot do that.", "SELECT getenv('HOME')", "SELECT x FROM orders o JOIN"]
)
def test_two_refusals_are_no_answer(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI, answer: str
) -> None:
    stub_openai.answers = [stub_openai.good(answer)]
    with pytest.raises(NoAnswerError) as caught:
        ask(shop, known, client, "how many\norders")
    assert len(stub_openai.requests) == 2
    assert str(caught.value).startswith("No answer to 'how many\\norders': ")
    assert caught.value.reason in str(caught.value)
    assert caught.value.sql is not None
    assert f"last SQL: {caught.value.sql}" in str(caught.value)
    assert shop.execute("SELECT count(*) FROM orders").fetchall() == [(5,)]


def test_silence_is_no_answer(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.good("```\n```")]
    with pytest.raises(NoAnswerError, match="wrote no SQL") as caught:
        ask(shop, known, client)
    assert caught.value.sql is None
    assert "last SQL" not in str(caught.value)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (5, "of type int, not a text"),
        ("", "is empty"),
        ("  \n ", "is empty"),
        ("?!…", "is empty"),
        ("x" * (LONGEST_QUESTION + 1), "4,001 characters"),
    ],
)
def test_questions_that_are_none_reach_no_model(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI, question: str, message: str
) -> None:  # fmt: skip
    with pytest.raises(QuestionError, match=message):
        ask(shop, known, client, question)
    assert stub_openai.requests == []


@pytest.mark.parametrize(
    "question", ["x" * LONGEST_QUESTION, "多少订单?", "how many 🚢", "'; DROP TABLE orders; --", "7"]
)
def test_odd_questions_are_asked(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI, question: str
) -> None:
    stub_openai.answers = [stub_openai.good("SELECT 1")]
    assert ask(shop, known, client, question).question == question
    assert question in stub_openai.requests[0][2]["messages"][1]["content"]


def test_only_the_tables_named_are_shown_and_read(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.good("SELECT count(*) FROM regions")]
    with pytest.raises(NoAnswerError, match="no table regions"):
        ask(shop, known, client, tables=("Orders", "customers"))
    shown = stub_openai.requests[0][2]["messages"][1]["content"]
    assert "orders(" in shown and "customers(" in shown
    assert "products(" not in shown and "regions(" not in shown


def test_no_join_leads_through_a_table_that_was_not_named(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.good("SELECT region, sum(total) FROM orders JOIN regions GROUP BY region")]
    with pytest.raises(
        NoAnswerError, match="customers is needed to join regions, and is not among the tables asked about"
    ):
        ask(shop, known, client, tables=("orders", "regions"))
    assert "JOIN customers" in ask(shop, known, client, tables=("orders", "regions", "customers")).sql


def test_unknown_tables_and_empty_databases_are_questions_amiss(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    with pytest.raises(QuestionError, match=r"no table invoices. Known are .*orders"):
        ask(shop, known, client, tables=("orders", "invoices"))
    with duckdb.connect() as empty, pytest.raises(QuestionError, match="no tables"):
        ask(empty, know(empty), client)
    assert len(Catalog()) == 0
    assert stub_openai.requests == []


def test_today_is_written_into_the_sql(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.good("SELECT count(*) FROM orders WHERE ordered_at < current_date")]
    draft = ask(shop, known, client, settings=Settings(today=datetime.date(2024, 2, 1)))
    assert shop.execute(draft.sql).fetchall() == [(1,)]


def test_a_failing_provider_is_no_refusal(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, client: LLMClient, stub_openai: StubOpenAI
) -> None:
    stub_openai.answers = [stub_openai.status(500, {"error": {"message": "down"}})]
    with pytest.raises(ProviderError):
        ask(shop, known, client)
    assert len(stub_openai.requests) == 1
