"""Records as the prompts that a model is trained on."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from llmsql.errors import TrainingError
from tests.asking.conftest import know
from training.dataset import Database, Databases, Record, build_pack, load_records, target_sql

DEFINES = """
[glossary]
regular = { means = "a customer with more than 5 orders", synonyms = ["stalwart"] }
whale = "a customer who spent more than 100"

[metrics]
basket = "sum(total) / count(*)"
"""


def test_words_that_a_question_uses_are_in_its_prompt_as_served(data_root: Path) -> None:
    database = Databases(data_root).open("toy/shop")
    record = Record("toy/shop", "basket of our stalwarts", "SELECT 1", defines=DEFINES)
    [pair] = build_pack([record], database, "chatml").pairs
    assert "Terms: stalwart = a customer with more than 5 orders; basket = sum(total) / count(*)" in pair.question
    assert "whale" not in pair.question
    assert database.knowledge(record).glossary.lines("a whale") == ("whale = a customer who spent more than 100",)


def test_a_record_without_definitions_has_no_trace_of_them(data_root: Path) -> None:
    [pair] = build_pack(
        [Record("toy/shop", "how many orders", "SELECT 1")], Databases(data_root).open("toy/shop"), "chatml"
    ).pairs
    assert "Terms" not in pair.question


def test_definitions_that_cannot_be_read_name_their_question() -> None:
    with pytest.raises(TrainingError, match="'orders of whales'"):
        _ = Record("toy/shop", "orders of whales", "SELECT 1", defines="[metrics]\nx = 'sum('").glossary


def test_sql_that_cannot_be_taught_names_its_question(data_root: Path) -> None:
    database = Databases(data_root).open("toy/shop")
    with pytest.raises(TrainingError, match="'odd one', asked of toy/shop, cannot be taught") as raised:
        build_pack([Record("toy/shop", "odd one", "SELEC FROM WHERE")], database, "chatml")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("line", ["[1, 2]", '{"database": 5, "question": "q", "sql": "SELECT 1"}', '{"question": "q"}'])
def test_what_is_no_record_is_no_dataset(line: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(TrainingError, match="is not a dataset of questions"):
        load_records(path)


def test_parts_of_nested_columns_are_taught_as_they_are_shown() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE clients (id INTEGER, address STRUCT(city VARCHAR))")
        known = know(con)
        database = Database(con, known.catalog, known.graph, known.values)
        record = Record("x/y", "clients by city", "SELECT clients.address.city, COUNT(*) FROM clients GROUP BY ALL")
        assert target_sql(record, database) == "SELECT address_city, COUNT(*) FROM clients GROUP BY ALL"
