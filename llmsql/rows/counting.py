"""Counting mode, for ``ai_estimate``: what an input would take, and a stand-in for its answer.

Stand-ins are such that functions over them count at most too much: texts differ for each input, labels and scores take
their turns, filters are true, and lists have one element.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from llmsql.rows.answers import Answers
from llmsql.rows.calls import BYTES_PER_TOKEN, count_tokens
from llmsql.rows.queries import Count, Outcome, Plan, Query
from llmsql.rows.shapes import UnfitAnswerError
from llmsql.rows.tasks import Prompt

_FORMS = {"date": "2026-01-01", "time": "00:00:00", "date-time": "2026-01-01T00:00:00"}
_SHORTEST = 32
_DEEPEST = 30


def count_input(query: Query, plan: Plan, text: str, answers: Answers) -> Outcome:
    """The stand-in for an answer, the calls noted that the true one would take.

    Args:
        query: that is estimated.
        plan: of the function.
        text: the input.
        answers: those that are known take no call, and need no stand-in.
    """
    key = plan.key_of(text)
    asked: list[Prompt] = []

    def ask(prompts: Sequence[Prompt]) -> list[Any]:
        asked.extend(prompts)
        return [_stand_in(plan, key, prompt, place) for place, prompt in enumerate(prompts)]

    known = plan.task.known
    try:
        value = known(text) if known else plan.task.answer(text, ask)
    except UnfitAnswerError:
        value = plan.task.stub
    remembered = answers.find(query, key, plan.proxy_key)
    is_known = remembered is not None and remembered.error is None
    with query.lock:
        if key not in query.counts:
            needed = [p for p in asked if not is_known and not plan.caller.is_kept(p, plan.occasion)]
            read = sum(count_tokens(m.content) for p in needed for m in p.messages) * BYTES_PER_TOKEN // 4
            write = len(needed) * plan.task.typical_tokens
            query.counts[key] = Count(plan.function, plan.caller, 1, len(needed), read, write)
    return remembered if remembered is not None and is_known else Outcome(json.dumps(value), None)


def _stand_in(plan: Plan, key: bytes, prompt: Prompt, place: int) -> Any:
    """What a prompt's answer might be."""
    number = int.from_bytes(key[:8], "little") + place
    if plan.task.stub is True:
        return True
    if prompt.choices:
        return prompt.read(prompt.choices[number % len(prompt.choices)])
    word = f"{number:016x}"
    if prompt.schema is not None:
        for elements in (1, 0):  # what is said to be in a text must be in it
            try:
                return prompt.read(json.dumps(_example(prompt.schema, word, number, elements)))
            except UnfitAnswerError:
                pass
        return plan.task.stub
    length = min(plan.task.typical_tokens, prompt.max_tokens or plan.task.typical_tokens) * BYTES_PER_TOKEN
    if plan.task.steps:  # the answers to parts of a text must be shorter than the parts
        length = min(length, max(_SHORTEST, len(prompt.messages[-1].content) // 2))
    return " ".join([word] * max(1, length // (len(word) + 1)))


def _example(schema: Mapping[str, Any], word: str, number: int, elements: int, depth: int = 0) -> Any:
    """A value of a JSON Schema, as far as its usual words say what that is."""
    if depth > _DEEPEST:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][number % len(schema["enum"])]
    for choice in ("anyOf", "oneOf"):
        if schema.get(choice):
            return _example(schema[choice][0], word, number, elements, depth + 1)
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) and kinds else kinds
    if kind == "object":
        fields = schema.get("properties") or {}
        return {name: _example(field, word, number, elements, depth + 1) for name, field in fields.items()}
    if kind == "array":
        return [_example(schema.get("items") or {}, word, number, elements, depth + 1)] * elements
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    return _FORMS.get(str(schema.get("format")), word) if kind == "string" else None
