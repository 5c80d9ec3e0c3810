"""Questions with words of their own: every one names a word that is defined, and its query answers something."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from llmsql.errors import TrainingError
from training.businesses import write_dataset
from training.dataset import Databases, messages_for
from training.sales_questions import on_last_day
from training.written import read_glossary_questions

DATA = Path(__file__).parents[2] / "data"


def test_every_question_is_shown_what_its_words_mean(tmp_path: Path) -> None:
    write_dataset(DATA / "businesses", tmp_path / "business")
    databases = Databases(tmp_path)
    records = read_glossary_questions(DATA / "glossary_questions.jsonl", databases)
    splits = Counter(record.split for record in records)
    assert splits["train"] >= 200 and splits["validation"] >= 50
    seen = {record.database for record in records if record.split == "train"}
    assert not seen & {"business/hotels", "business/bank"}, "their words are kept for validation"
    for record in records[::5]:
        database = databases.open(record.database)
        assert "Terms: " in messages_for(record, database)[-1].content, record.question
        assert database.con.execute(on_last_day(record.sql)).fetchall(), record.question


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"question": "how many", "sql": "SELECT 1"}',
        '{"database": "toy/shop", "split": "train", "question": "how many", "sql": "SELECT FROM", "difficulty": "easy", "defines": ""}',
        '{"database": "toy/shop", "split": "train", "question": "how many", "sql": "SELECT 1", "difficulty": "easy", "defines": "[glossary"}',
        '{"database": "toy/shop", "split": "train", "question": "how many", "sql": "SELECT 1", "difficulty": "easy", "defines": "[glosary]\\nmany = \'x\'"}',
    ],
    ids=["no JSON", "no database", "no SQL", "no TOML", "no such section"],
)
def test_a_wrong_line_is_named(data_root: Path, line: str) -> None:
    path = data_root / "questions.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(TrainingError, match=r"Line 1 of .*questions\.jsonl is not a training question"):
        read_glossary_questions(path, Databases(data_root))
