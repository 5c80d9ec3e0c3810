"""The test questions of the sales database are well formed, and their SQL runs and answers something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from llmsql.sales import SALES_TODAY, build_sales_database

QUESTIONS = Path(__file__).parents[2] / "data" / "sales_test_questions.json"
FIELDS = {"id", "split", "kind", "difficulty", "ordered", "question", "sql"}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        build_sales_database(con)
        yield con


def test_records_are_200_with_the_same_fields(records: list[dict[str, Any]]) -> None:
    assert len(records) == 200
    for record in records:
        assert set(record) == FIELDS
        assert record["split"] == "test"
        assert record["difficulty"] in ("easy", "medium", "hard")
        assert isinstance(record["ordered"], bool)
        assert all(record[field].strip() for field in ("kind", "question", "sql"))


def test_ids_count_up(records: list[dict[str, Any]]) -> None:
    assert [record["id"] for record in records] == [f"test-{number:03}" for number in range(1, 201)]


def test_no_question_or_answer_comes_twice(records: list[dict[str, Any]]) -> None:
    questions = [" ".join(re.findall(r"\w+", record["question"].lower())) for record in records]
    assert len(set(questions)) == len(questions)
    assert len({record["sql"] for record in records}) == len(records)


def test_sql_of_ordered_questions_has_an_order(records: list[dict[str, Any]]) -> None:
    assert all("ORDER BY" in record["sql"] for record in records if record["ordered"])


def test_every_sql_answers_something(records: list[dict[str, Any]], con: duckdb.DuckDBPyConnection) -> None:
    for record in records:
        sql = re.sub(r"\bcurrent_date\b", f"DATE '{SALES_TODAY}'", record["sql"])
        rows = con.execute(sql).fetchall()
        assert rows, record["id"]
        assert all(any(value is not None for value in row) for row in rows), record["id"]
