"""Asks models in turn, the quick one first, and stops at the first that is sure enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from llmsql.asking.confidence import believed, probability
from llmsql.asking.pipeline import Draft, unsure_error
from llmsql.errors import CancelledError, LLMSQLError, ModelError, NoAnswerError, UnsureError
from llmsql.registry import Calibration


def ask_in_turn(
    chain: Sequence[str],
    ask: Callable[[str, Draft | None], Draft],
    calibrations_of: Callable[[str], Mapping[str, Calibration]],
    *,
    enough: float,
    least: float,
) -> Draft:
    """The first draft that is confident enough, else the surest.

    Two models that give the same rows are more likely right than either; where they do not, the surer one is believed,
    and how far is what the later model's calibration ``after`` the earlier one says. A model without a calibration of
    its own cannot be compared: the one that is asked after it is believed.

    Args:
        chain: names of models, at least one.
        ask: writes a draft with the model of that name, told the best draft before, which it is compared with.
        calibrations_of: a model's calibrations, by kind.
        enough: the confidence to stop at.
        least: the confidence below which there is no answer.

    Raises:
        UnsureError: no answer is as confident as ``least``, or nothing decides between two readings.
        LLMSQLError: no model of the chain had an answer; the last one's reason.
    """
    drafts: list[Draft] = []
    refused: list[Draft] = []
    asked: list[str] = []
    best: Draft | None = None
    failure: LLMSQLError | None = None
    for name in chain:
        try:
            draft = ask(name, best)
        except CancelledError:
            raise
        except (NoAnswerError, UnsureError, ModelError) as error:
            failure = error
            asked.append(name)
            if not isinstance(error, ModelError) and error.draft is not None:
                refused.append(error.draft)
            continue
        drafts.append(draft)
        asked.append(draft.model)
        best = draft if best is None else _surer(best, draft, calibrations_of(draft.model))
        if best.sureness is not None and best.sureness >= enough:
            break
    if best is None:
        assert failure is not None
        raise failure
    if (1.0 if best.confidence is None else best.confidence) < least:
        others = sorted((d for d in drafts if d.sql != best.sql), key=lambda d: -(d.confidence or 0.0))
        raise unsure_error(best, [(d.sql, d.confidence) for d in (best, *others)], least)
    return _with_all_costs(best, [*drafts, *refused], asked)


def _surer(earlier: Draft, later: Draft, calibrations: Mapping[str, Calibration]) -> Draft:
    """The draft to believe, with the confidence that both together give it."""
    if earlier.sureness is None or later.sureness is None:
        return later
    is_later, evidence = believed(earlier.sureness, later.sureness, later.agrees)
    chosen = later if is_later else earlier
    calibration = calibrations.get(f"after {earlier.model}")
    return chosen if calibration is None else replace(chosen, sureness=probability(calibration, evidence))


def _with_all_costs(chosen: Draft, drafts: Sequence[Draft], asked: Sequence[str]) -> Draft:
    """The chosen draft with the time, the tokens and the money of all, refused ones too, and who else was asked."""
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
        also_asked=tuple(name for name in asked if name != chosen.model),
    )
