"""One engine, many askers: how often the model is asked, and what makes it be asked again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from llmsql.asking.engine import MOST_CATALOGS, Engine
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import with_keys
from llmsql.errors import CancelledError, ConfigError, ModelError, NoAnswerError, QuestionError, UnsureError
from tests.clients.stubs import StubOpenAI


@pytest.fixture
def engine(stub_openai: StubOpenAI) -> Iterator[Engine]:
    stub_openai.answers = [stub_openai.good("SELECT count(*) FROM orders")]
    opened = Engine(overrides(stub_openai))
    yield opened
    opened.close()


def overrides(stub: StubOpenAI) -> dict[str, object]:
    return {"provider": "openai", "model": "stub", "base_url": f"{stub.url}/v1", "api_key": "k"}


def test_the_model_is_asked_once_a_question(
    shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI
) -> None:
    first = engine.draft(shop, "how many orders")
    assert engine.draft(shop, " how  many\norders ") is first
    assert engine.draft(shop.cursor(), "how many orders") is first
    assert len(stub_openai.requests) == 1


def test_a_join_that_nothing_decides_is_asked_back(engine: Engine, stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good("SELECT city, count(*) FROM orders JOIN addresses GROUP BY ALL")]
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE addresses (id INTEGER PRIMARY KEY, city VARCHAR); CREATE TABLE orders (billing_id INTEGER "
            "REFERENCES addresses (id), shipping_id INTEGER REFERENCES addresses (id))"
        )
        with pytest.raises(UnsureError, match=r"two ways: orders\.billing_id = .* Say in the") as raised:
            engine.draft(con, "orders by city")
        assert ["billing_id" in raised.value.readings[0], "shipping_id" in raised.value.readings[1]] == [True, True]
        assert "orders.shipping_id" in engine.draft(con, "orders by shipping city").sql
        both = replace(engine.settings(), cascade=("stub", "stub"))
        with pytest.raises(UnsureError, match="two ways"):
            engine.draft(con, "orders by city", settings=both)


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO orders (id) VALUES (99)",
        "CREATE TABLE extra (a INT)",
        "ALTER TABLE regions ADD COLUMN boss TEXT",
        "COMMENT ON TABLE orders IS 'one row a sale'",
        "COMMENT ON COLUMN orders.total IS 'net'",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE TEMP TABLE extra (a INT)",
        "ATTACH ':memory:' AS other; CREATE TABLE other.t (a INT)",
    ],
)
def test_a_changed_catalog_is_asked_anew(
    shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI, change: str
) -> None:
    engine.draft(shop, "how many orders")
    shop.execute(change)
    engine.draft(shop, "how many orders")
    assert len(stub_openai.requests) == 2


def test_other_settings_are_asked_anew(
    shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI
) -> None:
    engine.draft(shop, "how many orders")
    engine.draft(shop, "how many orders", tables=("orders",))
    engine.draft(shop, "how many orders", model="other")
    engine.draft(shop, "how many orders", settings=engine.settings({"llmsql_today": "2024-01-01"}))
    engine.draft(shop, "how many orders", settings=engine.settings({"llmsql_temperature": "0.5"}))
    engine.draft(shop, "how many orders", settings=engine.settings({"llmsql_max_tokens": "100"}))
    engine.draft(shop, "how many Orders")
    models = [body["model"] for _, _, body in stub_openai.requests]
    assert models == ["stub", "stub", "other", "stub", "stub", "stub", "stub"]


@pytest.mark.parametrize(
    ("question", "tables", "says"),
    [("", (), "question is empty"), (" ?! ", (), "question is empty"), ("how many", ("nope",), "no table nope")],
)
def test_what_cannot_be_asked_opens_no_model(
    shop: duckdb.DuckDBPyConnection, question: str, tables: tuple[str, ...], says: str
) -> None:
    engine = Engine({"provider": "llamacpp", "model": "no-such-file.gguf"})
    with pytest.raises(QuestionError, match=says):
        engine.draft(shop, question, tables=tables)
    with pytest.raises(ModelError):
        engine.draft(shop, "how many orders")
    with duckdb.connect() as empty, pytest.raises(QuestionError, match="no tables to ask about"):
        engine.draft(empty, "how many orders")


def test_threads_with_the_same_question_share_one_answer(
    shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI
) -> None:
    drafts: list[object] = []
    cursors = [shop.cursor() for _ in range(8)]
    threads = [
        threading.Thread(target=lambda c=cursor: drafts.append(engine.draft(c, "how many orders")))  # type: ignore[misc]
        for cursor in cursors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drafts) == 8
    assert all(draft is drafts[0] for draft in drafts)
    assert len(stub_openai.requests) == 1


def test_a_failure_is_not_remembered(shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI) -> None:
    good = stub_openai.good("SELECT count(*) FROM orders")
    bad = stub_openai.good("DROP TABLE orders")
    stub_openai.answers = [bad, bad, good]
    with pytest.raises(NoAnswerError):
        engine.draft(shop, "how many orders")
    assert engine.draft(shop, "how many orders").attempts == 1
    assert len(stub_openai.requests) == 3


def test_no_answer_names_the_model_that_could_be_fetched(
    shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmsql.asking.engine.surer_model", lambda settings, model: "large")
    stub_openai.answers = [stub_openai.good("SELECT * FROM weather")]
    with pytest.raises(NoAnswerError, match="no table weather") as caught:
        engine.draft(shop, "how many orders")
    assert str(caught.value).endswith("\n  `llmsql models pull large` adds a second model, which may know")
    assert (caught.value.sql, caught.value.draft and caught.value.draft.attempts) == ("SELECT * FROM weather", 2)


def test_knowledge_is_read_once_and_few_catalogs_are_kept(shop: duckdb.DuckDBPyConnection, engine: Engine) -> None:
    first = engine.knowledge(shop)
    assert engine.knowledge(shop.cursor()) is first
    for number in range(MOST_CATALOGS):
        shop.execute(f"CREATE TABLE extra_{number} (a INT)")
        assert engine.knowledge(shop).catalog.table(f"extra_{number}") is not None
    for number in range(MOST_CATALOGS):
        shop.execute(f"DROP TABLE extra_{number}")
    again = engine.knowledge(shop)
    assert again is not first
    assert again.catalog == first.catalog


def test_a_table_that_came_later_is_found(
    shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI
) -> None:
    engine.knowledge(shop)
    shop.execute("CREATE TABLE boats (id INT)")
    stub_openai.answers = [stub_openai.good("SELECT count(*) FROM boats")]
    assert shop.execute(engine.draft(shop, "how many boats").sql).fetchall() == [(0,)]


def test_keys_known_from_elsewhere_are_used(shop: duckdb.DuckDBPyConnection, stub_openai: StubOpenAI) -> None:
    def refine(catalog: Catalog) -> Catalog:
        return with_keys(catalog, {"regions": ("region",)}, {})

    engine = Engine(overrides(stub_openai), refine)
    table = engine.knowledge(shop).catalog.table("regions")
    assert table is not None
    assert table.primary_key == ("region",)


def test_cancelling_stops_the_model(shop: duckdb.DuckDBPyConnection, engine: Engine, stub_openai: StubOpenAI) -> None:
    silent, asked = stub_openai.silent(), threading.Event()

    def answer(*request: Any) -> None:
        asked.set()
        silent(*request)

    def stop() -> None:
        asked.wait(60)
        engine.cancel_all()

    stub_openai.answers = [answer]
    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(CancelledError):
        engine.draft(shop, "how many orders")
    stopper.join()


def test_unknown_settings_are_named(shop: duckdb.DuckDBPyConnection, engine: Engine) -> None:
    with pytest.raises(ConfigError, match="llmsql_modle"):
        engine.draft(shop, "how many orders", settings=engine.settings({"llmsql_modle": "x"}))
    with pytest.raises(ConfigError):
        Engine({"modle": "x"}).draft(shop, "how many orders")
