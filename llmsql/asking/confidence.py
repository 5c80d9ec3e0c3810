"""How likely an answer is right, from what can be seen without knowing the right one.

A calibration is a logistic regression (Platt, 1999, with more than one input) over the evidence below, fitted by
``python -m training.calibrate`` on validation questions and kept in the model registry with its expected calibration
error. A model without one gets the bare evidence: its share of votes, or the probability of the text that it wrote.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from llmsql.registry import Calibration

EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "single": ("logprob", "worst", "coverage", "repaired", "corrected", "tables"),
    "candidates": ("logprob", "coverage", "repaired", "corrected", "tables", "share", "lead", "empty"),
    "after": ("own", "agrees"),
}
"""What each kind of calibration looks at: of one greedy answer, of several candidates that were run, and of the surer
of two models' answers; the name of the one that is asked first follows the kind's (``after llmsql-0.5b``).

=============  ==========================================================================
``logprob``    log-probability of the best text that gives the answer, at least -10
``worst``      the same by token, at least -1
``coverage``   share of the question's words, values and numbers that the SQL takes up
``repaired``   repairs that it took, at most 3
``corrected``  1 where the model was told an error and wrote again
``tables``     tables that the SQL reads, at most 5
``share``      share of the candidates that give the same rows
``lead``       that share less the next reading's
``empty``      1 where the answer has no rows, or nothing but NULL
``own``        confidence as its model's calibration has it
``agrees``     1 where the other model's answer gives the same rows
=============  ==========================================================================
"""


def probability(calibration: Calibration, evidence: Mapping[str, float]) -> float:
    """Of being right, 0 to 1, as a calibration sees the evidence."""
    weighed = sum(weight * evidence.get(name, 0.0) for name, weight in calibration.weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, calibration.intercept + weighed))))


def believed(earlier: float, later: float, agrees: bool) -> tuple[bool, dict[str, float]]:
    """Which of two models' answers is believed: the surer one, the later one where they agree.

    Args:
        earlier: confidence of the answer of the model asked first, as its own calibration has it.
        later: the same of the model asked after it.
        agrees: the two give the same rows.

    Returns:
        Whether it is the later one, and the evidence of an ``after`` calibration for the one believed.
    """
    return agrees or later >= earlier, {"own": max(earlier, later), "agrees": float(agrees)}


def confidence(evidence: Mapping[str, float], calibrations: Mapping[str, Calibration]) -> float | None:
    """How likely an answer is right, 0 to 1; None where nothing is known, not even probabilities of tokens.

    Args:
        evidence: what is seen of it; with ``share``, several candidates were run.
        calibrations: of the model, by kind.
    """
    calibration = calibrations.get("candidates" if "share" in evidence else "single")
    if calibration is not None and "logprob" in evidence:
        return probability(calibration, evidence)
    if "share" in evidence:
        return evidence["share"]
    return math.exp(evidence["logprob"]) if "logprob" in evidence else None
