"""Counting mode, for ``ai_estimate``: what an input would take, and an answer that lets its row through."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llmsql.rows.answers import Answers
from llmsql.rows.calls import BYTES_PER_TOKEN, count_tokens
from llmsql.rows.queries import Count, Outcome, Plan, Query
from llmsql.rows.tasks import Prompt


def count_input(query: Query, plan: Plan, text: str, answers: Answers) -> Outcome:
    """The stub of an answer, the calls noted that the true one would take.

    Args:
        query: that is estimated.
        plan: of the function.
        text: the input.
        answers: those that are known take no call.
    """
    key = plan.key_of(text)
    asked: list[Prompt] = []

    def ask(prompts: Sequence[Prompt]) -> list[Any]:
        asked.extend(prompts)
        return [plan.task.stub] * len(prompts)

    known = plan.task.known
    value = known(text) if known else plan.task.answer(text, ask)
    with query.lock:
        if key not in query.counts:
            needed = [p for p in asked if key not in answers and not plan.caller.is_kept(p, plan.occasion)]
            read = sum(count_tokens(m.content) for p in needed for m in p.messages) * BYTES_PER_TOKEN // 4
            write = len(needed) * plan.task.typical_tokens
            query.counts[key] = Count(plan.function, plan.caller, 1, len(needed), read, write)
    return Outcome(json.dumps(value), None)
