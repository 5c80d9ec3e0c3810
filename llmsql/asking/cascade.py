"""Asks models in turn, the quick one first, and stops at the first that is sure enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llmsql.asking.pipeline import Draft
from llmsql.errors import CancelledError, LLMSQLError, ModelError, NoAnswerError, UnsureError


def ask_in_turn(chain: Sequence[str], ask: Callable[[str, bool], Draft], *, enough: float, least: float) -> Draft:
    """The first draft that is confident enough, else the last model's.

    Args:
        chain: names of models, at least one. A model without a calibration is never confident enough, for its
            figure would mean nothing.
        ask: writes a draft with the model of that name; told whether it is the last one, whose answer has to do.
        enough: the confidence to stop at.
        least: the confidence below which there is no answer.

    Raises:
        LLMSQLError: no model of the chain had an answer; the last one's reason.
    """
    earlier: list[Draft] = []
    failure: LLMSQLError | None = None
    for name in chain:
        try:
            draft = ask(name, name == chain[-1])
        except CancelledError:
            raise
        except (NoAnswerError, UnsureError, ModelError) as error:
            failure = error
            continue
        if name == chain[-1] or (draft.sureness is not None and draft.sureness >= enough):
            return draft
        earlier.append(draft)
    good_enough = [draft for draft in earlier if (draft.confidence or 0.0) >= least]
    if good_enough:
        return max(good_enough, key=lambda draft: draft.sureness or 0.0)
    assert failure is not None
    raise failure
