"""Outcomes as threads share them."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import pytest

from llmsql.rows import answers as module
from llmsql.rows.answers import Answers
from llmsql.rows.budget import Budget, Purse
from llmsql.rows.queries import Outcome, Query


class Late(Future[Outcome]):
    """A future as its waiters may see it: done, and its callbacks not called yet."""

    def add_done_callback(self, fn: Any) -> None:
        pass


def run(work: Any) -> Late:
    future = Late()
    future.set_result(work())
    return future


def a_query(number: int) -> Query:
    return Query(number, Budget(Purse("session_"), threading.Lock()))


def test_what_is_done_is_known() -> None:
    answers = Answers()
    claim = answers.claim(a_query(1), [(b"k", "text")], lambda text: Outcome("true", None), run)
    assert claim.own[b"k"].result() == Outcome("true", None)
    assert answers.find(a_query(2), b"k") == Outcome("true", None)


def test_a_failure_is_known_to_its_query_only() -> None:
    answers = Answers()
    answers.claim(a_query(1), [(b"k", "text")], lambda text: Outcome(None, "no"), run)
    assert answers.find(a_query(1), b"k") == Outcome(None, "no")
    assert answers.find(a_query(2), b"k") is None and b"k" not in answers


def test_an_input_in_flight_is_shared_until_it_lands_or_is_given_up() -> None:
    answers, flying = Answers(), Future[Outcome]()
    first = answers.claim(a_query(1), [(b"k", "text")], lambda text: Outcome("1", None), lambda work: flying)
    second = answers.claim(a_query(2), [(b"k", "text")], lambda text: Outcome("1", None), run)
    assert second.shared == first.own == {b"k": flying} and not second.own
    assert flying.cancel()
    third = answers.claim(a_query(2), [(b"k", "text")], lambda text: Outcome("1", None), run)
    assert third.own and not third.shared


def test_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    answers = Answers()
    for name in (b"a", b"b", b"c"):
        answers.claim(a_query(1), [(name, "text")], lambda text: Outcome("1", None), run)
    assert answers.find_all(a_query(1), [b"a", b"b", b"c"]).keys() == {b"b", b"c"}
