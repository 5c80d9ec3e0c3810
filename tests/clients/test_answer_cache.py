"""Answers kept on disk."""

from __future__ import annotations

import stat
from pathlib import Path

from llmsql.clients import answer_cache
from llmsql.clients.answer_cache import AnswerCache
from llmsql.clients.base import Generation

ANSWER = Generation("SELECT 1", 10, 3, 5, 0.4, 0.0, logprob=-0.1)


def test_an_answer_is_found_again_by_its_key_only(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "answers")
    assert cache.find("a") is None
    cache.keep("a", ANSWER)
    assert AnswerCache(tmp_path / "answers").find("a") == ANSWER
    assert cache.find("b") is None
    assert stat.S_IMODE((tmp_path / "answers").stat().st_mode) == 0o700


def test_a_damaged_answer_is_none(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    cache.keep("a", ANSWER)
    for text in ("", "{", '{"text": "SELECT 1"}', '{"unknown": 1}', "[]"):
        (tmp_path / "a.json").write_text(text)
        assert cache.find("a") is None


def test_a_folder_that_cannot_be_made_is_borne(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    AnswerCache(tmp_path / "file" / "answers").keep("a", ANSWER)


def test_the_number_of_answers_is_bounded(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(answer_cache, "MOST_ANSWERS", 20)
    cache = AnswerCache(tmp_path)
    for number in range(60):
        cache.keep(f"{number}", ANSWER)
    assert len(list(tmp_path.iterdir())) <= 20
    assert cache.find("59") == ANSWER
