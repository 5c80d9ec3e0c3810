"""Outcomes as threads share them."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import Future
from typing import Any

from llmsql.rows.answers import Answers
from llmsql.rows.budget import Budget, Purse
from llmsql.rows.queries import Outcome, Query

Outcomes = dict[bytes, Outcome]


class Late(Future[Outcomes]):
    """A future as its waiters may see it: done, and its callbacks not called yet."""

    def add_done_callback(self, fn: Any) -> None:
        pass


def run(work: Any) -> Late:
    future = Late()
    future.set_result(work())
    return future


def all_are(value: str | None, error: str | None = None) -> Any:
    return lambda texts: [Outcome(value, error)] * len(texts)


def a_query(number: int) -> Query:
    return Query(number, Budget(Purse("session_"), threading.Condition()))


def test_what_is_done_is_known() -> None:
    answers = Answers()
    claim = answers.claim(a_query(1), [(b"k", "text")], all_are("true"), run)
    assert [future.result() for future in claim.own] == [{b"k": Outcome("true", None)}]
    assert answers.find(a_query(2), b"k") == Outcome("true", None)


def test_a_failure_is_known_to_its_query_only() -> None:
    answers = Answers()
    answers.claim(a_query(1), [(b"k", "text")], all_are(None, "no"), run)
    assert answers.find(a_query(1), b"k") == Outcome(None, "no")
    assert answers.find(a_query(2), b"k") is None and b"k" not in answers


def test_a_batch_in_flight_is_shared_by_input_until_it_lands_or_is_given_up() -> None:
    answers, flying = Answers(), Future[Outcomes]()
    two, three = [(b"j", "one"), (b"k", "two")], [(b"i", "new"), (b"j", "one"), (b"k", "two")]
    first = answers.claim(a_query(1), two, all_are("1"), lambda work: flying, lambda inputs: [inputs])
    second = answers.claim(a_query(2), three, all_are("1"), run)
    assert first.own == {flying} and second.shared == {b"j": flying, b"k": flying}
    assert [future.result().keys() for future in second.own] == [{b"i"}]
    assert flying.cancel()
    third = answers.claim(a_query(2), three, all_are("1"), run)
    assert third.landed.keys() == {b"i"} and len(third.own) == 2 and not third.shared


def test_what_a_batch_gave_before_it_failed_is_kept() -> None:
    answers = Answers()

    def ask(texts: Any) -> Any:
        yield Outcome("1", None)
        raise ValueError

    with contextlib.suppress(ValueError):
        answers.claim(a_query(1), [(b"j", "one"), (b"k", "two")], ask, run, lambda inputs: [inputs])
    assert answers.find_all(a_query(2), [b"j", b"k"]).keys() == {b"j"}


def test_the_oldest_go_first() -> None:
    answers = Answers(most=2)
    for name in (b"a", b"b", b"c"):
        answers.claim(a_query(1), [(name, "text")], all_are("1"), run)
    assert answers.find_all(a_query(1), [b"a", b"b", b"c"]).keys() == {b"b", b"c"}
