"""When a proxy is trained, and which inputs it may answer, while a query runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmsql.rows.answers import Inputs
from llmsql.rows.proxy import SAMPLE, Proxy, find_proxy, keep_proxy, train
from llmsql.rows.queries import Outcome, Plan


@dataclass
class Lesson:
    """What a proxy learns from, until it is trained."""

    proxy: Proxy | None
    texts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Lessons:
    """The proxies of a connection, by the function and the arguments that they answer for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lessons: dict[bytes, Lesson] = {}

    def answer(
        self,
        plan: Plan,
        missing: Inputs,
        ask: Callable[[Inputs], dict[bytes, Outcome]],
        embed: Callable[[Sequence[str]], tuple[str, Any]],
    ) -> tuple[dict[bytes, Outcome], dict[bytes, Outcome], Inputs]:
        """Train a proxy where there is none yet, and let it answer what it may.

        Args:
            plan: of the function.
            missing: inputs without an answer.
            ask: asks the model.
            embed: gives the embedding model's name, and vectors of texts.

        Returns:
            What the model answered for the sample, what the proxy decided, and what is left for the model.
        """
        with self._lock:
            lesson = self._lessons.setdefault(plan.key, Lesson(find_proxy(plan.key.hex())))
        sampled: dict[bytes, Outcome] = {}
        with lesson.lock:
            if lesson.proxy is None:
                wanted = SAMPLE - len(lesson.texts)
                sample, missing = missing[:wanted], missing[wanted:]
                sampled = ask(sample)
                for key, text in sample:
                    value = sampled[key].value
                    if value is not None:
                        lesson.texts.append(text)
                        lesson.answers.append(value)
                if len(lesson.texts) >= SAMPLE:
                    lesson.proxy = _trained(plan, lesson, embed)
        proxy = lesson.proxy
        if proxy is None or not missing or not any(threshold is not None for threshold in proxy.thresholds):
            return sampled, {}, missing
        _, vectors = embed([text for _, text in missing])
        verdicts = list(zip(missing, proxy.decide(vectors), strict=True))
        decided = {key: Outcome(value, None) for (key, _), value in verdicts if value is not None}
        return sampled, decided, [pair for pair, value in verdicts if value is None]


def _trained(plan: Plan, lesson: Lesson, embed: Callable[[Sequence[str]], tuple[str, Any]]) -> Proxy:
    assert plan.min_accuracy is not None
    embed_model, vectors = embed(lesson.texts)
    proxy = train(
        vectors,
        lesson.answers,
        function=plan.function,
        model=plan.caller.name,
        embed_model=embed_model,
        min_accuracy=plan.min_accuracy,
    )
    keep_proxy(plan.key.hex(), proxy)
    return proxy
