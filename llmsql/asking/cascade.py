"""Asks models in turn, the quick one first, and stops at the first that is sure enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from llmsql.asking.pipeline import Draft
from llmsql.errors import CancelledError, LLMSQLError, ModelError, NoAnswerError, UnsureError


def ask_in_turn(
    chain: Sequence[str], ask: Callable[[str, bool, Draft | None], Draft], *, enough: float, least: float
) -> Draft:
    """The first draft that is confident enough, else the last model's.

    Args:
        chain: names of models, at least one. A model without a calibration is never confident enough, for its
            figure would mean nothing.
        ask: writes a draft with the model of that name; told whether it is the last one, whose answer has to do, and
            the draft before, for two that agree are more likely right.
        enough: the confidence to stop at.
        least: the confidence below which there is no answer.

    Raises:
        LLMSQLError: no model of the chain had an answer; the last one's reason.
    """
    earlier: list[Draft] = []
    asked: list[str] = []
    failure: LLMSQLError | None = None
    for name in chain:
        try:
            draft = ask(name, name == chain[-1], earlier[-1] if earlier else None)
        except CancelledError:
            raise
        except (NoAnswerError, UnsureError, ModelError) as error:
            failure = error
            asked.append(name)
            continue
        if name == chain[-1] or (draft.sureness is not None and draft.sureness >= enough):
            return _with_all_costs(draft, [*earlier, draft], asked)
        earlier.append(draft)
        asked.append(draft.model)
    good_enough = [draft for draft in earlier if (draft.confidence or 0.0) >= least]
    if good_enough:
        return _with_all_costs(max(good_enough, key=lambda draft: draft.sureness or 0.0), earlier, asked)
    assert failure is not None
    raise failure


def _with_all_costs(chosen: Draft, drafts: Sequence[Draft], asked: Sequence[str]) -> Draft:
    """The chosen draft with the time, the tokens and the money of all drafts, and who was asked first."""
    milliseconds: Counter[str] = Counter()
    for draft in drafts:
        milliseconds.update(draft.milliseconds)
    costs = [draft.cost_usd for draft in drafts]
    return replace(
        chosen,
        attempts=sum(draft.attempts for draft in drafts),
        prompt_tokens=sum(draft.prompt_tokens for draft in drafts),
        completion_tokens=sum(draft.completion_tokens for draft in drafts),
        cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
        milliseconds={stage: round(spent, 3) for stage, spent in milliseconds.items()},
        asked_first=tuple(asked[: asked.index(chosen.model)] if chosen.model in asked else asked),
    )
