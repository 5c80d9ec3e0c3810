"""Answers kept on disk."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from llmsql.clients.answer_cache import AnswerCache
from llmsql.clients.base import Generation

ANSWER = Generation("SELECT 1", 10, 3, 5, 0.4, 0.0, logprob=-0.1)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    cache = AnswerCache(tmp_path / "answers")
    yield cache
    cache.close()


def test_an_answer_is_found_again_by_its_key_only(cache: AnswerCache, tmp_path: Path) -> None:
    assert cache.find("a") is None
    assert not (tmp_path / "answers").exists()  # looking makes nothing
    cache.keep("a", ANSWER)
    other = AnswerCache(tmp_path / "answers")
    assert other.find("a") == ANSWER
    other.close()
    assert cache.find("b") is None
    assert stat.S_IMODE((tmp_path / "answers").stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{", '{"text": "SELECT 1"}', '{"unknown": 1}', "[]"])
def test_a_damaged_answer_is_none(cache: AnswerCache, tmp_path: Path, text: str) -> None:
    cache.keep("a", ANSWER)
    with sqlite3.connect(tmp_path / "answers" / "answers.sqlite") as database:
        database.execute("UPDATE answers SET answer = ?", [text])
    database.close()
    assert cache.find("a") is None


def test_a_damaged_file_is_replaced(cache: AnswerCache, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "answers.sqlite").write_bytes(b"no database " * 1000)
    assert cache.find("a") is None
    cache.keep("a", ANSWER)
    assert cache.find("a") == ANSWER


def test_a_folder_that_cannot_be_made_is_borne(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = AnswerCache(tmp_path / "file" / "answers")
    cache.keep("a", ANSWER)
    assert cache.find("a") is None


def test_an_old_answer_is_none(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path, ttl=-1.0)
    cache.keep("a", ANSWER)
    assert cache.find("a") is None
    cache.close()


def test_the_size_is_bounded_and_the_newest_stay(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path, limit_bytes=4_000)
    for number in range(100):
        cache.keep(f"{number}", ANSWER)
    left = [number for number in range(100) if cache.find(f"{number}")]
    assert 5 < len(left) < 40 and left[-1] == 99
    cache.close()


def test_threads_and_processes_share_it(cache: AnswerCache, tmp_path: Path) -> None:
    other = AnswerCache(tmp_path / "answers")

    def keep(own: AnswerCache, start: int) -> None:
        for number in range(start, start + 50):
            own.keep(f"{number}", ANSWER)

    threads = [threading.Thread(target=keep, args=(own, n * 50)) for n, own in enumerate([cache, other, cache, other])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.find(f"{number}") == ANSWER for number in range(200))
    other.close()


def test_an_opener_waits_for_another(tmp_path: Path) -> None:
    """SQLite itself does not wait while another process changes a new file to WAL: the answer would be lost."""
    own = AnswerCache(tmp_path)
    other = FileLock(tmp_path / "answers.sqlite.lock")
    with other:
        keeping = threading.Thread(target=own.keep, args=("a", ANSWER))
        keeping.start()
        keeping.join(0.3)
        assert keeping.is_alive()
    keeping.join()
    assert own.find("a") == ANSWER
    own.close()


def test_none_is_lost_when_many_open_it_at_once(tmp_path: Path) -> None:
    for attempt in range(40):
        caches = [AnswerCache(tmp_path / f"{attempt}") for _ in range(4)]
        ready = threading.Barrier(len(caches))

        def keep(own: AnswerCache, key: str, ready: threading.Barrier = ready) -> None:
            ready.wait()
            own.keep(key, ANSWER)

        threads = [threading.Thread(target=keep, args=(own, f"{key}")) for key, own in enumerate(caches)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [caches[0].find(f"{key}") for key in range(len(caches))] == [ANSWER] * len(caches)
        for own in caches:
            own.close()
