"""When a proxy is trained, and which inputs it may answer, while a query runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmsql.rows.answers import Inputs, Outcomes
from llmsql.rows.proxy import SAMPLE, Proxy, find_proxy, keep_proxy, train
from llmsql.rows.queries import Outcome, Plan

_MOST_LESSONS = 100  # more are of queries that have ended, or are found again where they are kept


@dataclass
class Lesson:
    """What a proxy learns from, until it is trained: texts, and what the model said of them."""

    proxy: Proxy | None
    answers: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def wanted(self) -> int:
        """How many answers are still to come."""
        return SAMPLE - len(self.answers)

    def learn(self, inputs: Inputs, outcomes: Mapping[bytes, Outcome]) -> None:
        """Take in what the model said, as far as it is wanted."""
        for key, text in inputs:
            if self.wanted and key in outcomes and outcomes[key].value is not None:
                self.answers[text] = outcomes[key].value


class Lessons:
    """The proxies of a connection, by the function and the arguments that they answer for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lessons: dict[bytes, Lesson] = {}

    def answer(
        self,
        plan: Plan,
        inputs: Inputs,
        found: Outcomes,
        ask: Callable[[Inputs], Outcomes],
        embed: Callable[[Sequence[str]], tuple[str, Any]],
    ) -> tuple[Outcomes, Outcomes, Inputs]:
        """Train a proxy where there is none yet, and let it answer what it may.

        Args:
            plan: of the function.
            inputs: of the query.
            found: the answers that are known; those of the model teach as well as others, and cost nothing.
            ask: asks the model.
            embed: gives the embedding model's name, and vectors of texts.

        Returns:
            What the model answered for the sample, what the proxy decided, and what is left for the model.
        """
        with self._lock:
            lesson = self._lessons.get(plan.proxy_key)
            if lesson is None:
                lesson = self._lessons[plan.proxy_key] = Lesson(_kept(plan))
                if len(self._lessons) > _MOST_LESSONS:
                    del self._lessons[next(iter(self._lessons))]
        missing = [pair for pair in inputs if pair[0] not in found]
        sampled: Outcomes = {}
        with lesson.lock:
            if lesson.proxy is None:
                lesson.learn(inputs, found)
                sample, missing = missing[: lesson.wanted], missing[lesson.wanted :]
                sampled = ask(sample)
                lesson.learn(sample, sampled)
                if not lesson.wanted and (sample or missing):
                    lesson.proxy = _trained(plan, lesson, embed)
        proxy = lesson.proxy
        if proxy is None or not missing or not any(threshold is not None for threshold in proxy.thresholds):
            return sampled, {}, missing
        _, vectors = embed([text for _, text in missing])
        verdicts = list(zip(missing, proxy.decide(vectors), strict=True))
        decided = {key: Outcome(value, None) for (key, _), value in verdicts if value is not None}
        return sampled, decided, [pair for pair, value in verdicts if value is None]


def _kept(plan: Plan) -> Proxy | None:
    """The proxy from an earlier query that learnt from the same words and vectors."""
    proxy = find_proxy(plan.proxy_name) if plan.proxy_name else None
    return proxy if proxy is not None and proxy.key == plan.proxy_key.hex() else None


def _trained(plan: Plan, lesson: Lesson, embed: Callable[[Sequence[str]], tuple[str, Any]]) -> Proxy:
    assert plan.min_accuracy is not None
    embed_model, vectors = embed(list(lesson.answers))
    proxy = train(
        vectors,
        list(lesson.answers.values()),
        key=plan.proxy_key.hex(),
        function=plan.function,
        model=plan.caller.name,
        embed_model=embed_model,
        min_accuracy=plan.min_accuracy,
    )
    if plan.proxy_name:
        keep_proxy(plan.proxy_name, proxy)
    return proxy
