"""Proxy models: a small classifier on embeddings that answers for the model where it has shown that it can.

``optimize := 'cost'`` asks the model about a sample, trains on part of it, and measures on the rest. A class is decided
by the classifier only above the confidence at which, on the rows held out, its answers agree with the model's in at
least ``min_accuracy`` of the cases, as the lower end of an 80 % interval. For a filter that holds for yes, its
precision, and for no, its recall. All other inputs go to the model. What was trained is kept with its figures.
"""

from __future__ import annotations

import datetime
import json
import math
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from llmsql.files import written_whole
from llmsql.registry import user_registry_path

SAMPLE = 200
_HELD_OUT = 0.4
_LEAST_OF_A_CLASS = 5
_STEPS, _RATE, _DECAY = 300, 0.5, 1e-3
_Z = 0.84  # the lower end of a two-sided 60 %, one-sided 80 % interval


@dataclass
class Proxy:
    """A trained classifier.

    Args:
        key: of the words and the vectors that it learnt from.
        function: that it answers for.
        model: whose answers it learnt.
        embed_model: whose vectors it reads.
        classes: answers as JSON, in the order of the columns of ``weights``.
        weights: one row a dimension and one for the constant.
        thresholds: by class, the confidence from which it decides; None where it never does.
        min_accuracy: asked for.
        sampled: inputs that the model answered for training and measuring.
        held_out: inputs measured on.
        agreement: with the model, of the held-out inputs that it would decide; None where there are none.
        coverage: share of the held-out inputs that it would decide.
        date: of the training.
    """

    key: str
    function: str
    model: str
    embed_model: str
    classes: list[str]
    weights: list[list[float]]
    thresholds: list[float | None]
    min_accuracy: float
    sampled: int
    held_out: int
    agreement: float | None
    coverage: float
    date: str = field(default_factory=lambda: datetime.date.today().isoformat())

    def decide(self, vectors: Any) -> list[str | None]:
        """Answers as JSON by input; None where the model should be asked.

        Args:
            vectors: one row an input.
        """
        shares = _shares(vectors, np.asarray(self.weights))
        best = shares.argmax(axis=1)
        limits = [math.inf if threshold is None else threshold for threshold in self.thresholds]
        return [
            self.classes[column] if shares[row, column] >= limits[column] else None for row, column in enumerate(best)
        ]


def train(
    vectors: Any, answers: Sequence[str], *, key: str, function: str, model: str, embed_model: str, min_accuracy: float
) -> Proxy:
    """A classifier that has learnt a model's answers, and how far it may be trusted.

    Args:
        vectors: one row an input.
        answers: of the model, as JSON.
        key: of the words and the vectors.
        function: that it answers for.
        model: that answered.
        embed_model: that made the vectors.
        min_accuracy: least agreement with the model, 0 to 1.
    """
    classes = sorted(set(answers))
    columns = np.array([classes.index(answer) for answer in answers])
    order = np.random.default_rng(0).permutation(len(answers))
    cut = int(len(order) * (1 - _HELD_OUT))
    learnt, held = order[:cut], order[cut:]
    weights = _fit(np.asarray(vectors)[learnt], columns[learnt], len(classes))
    shares = _shares(np.asarray(vectors)[held], weights)
    best = shares.argmax(axis=1)
    right = best == columns[held]
    confidence = shares.max(axis=1)
    thresholds = [
        _threshold(confidence[best == column], right[best == column], min_accuracy)
        if np.count_nonzero(columns == column) >= _LEAST_OF_A_CLASS
        else None
        for column in range(len(classes))
    ]
    limits = np.array([math.inf if threshold is None else threshold for threshold in thresholds])
    decided = confidence >= limits[best]
    return Proxy(
        key=key,
        function=function,
        model=model,
        embed_model=embed_model,
        classes=classes,
        weights=weights.round(6).tolist(),
        thresholds=thresholds,
        min_accuracy=min_accuracy,
        sampled=len(answers),
        held_out=len(held),
        agreement=float(right[decided].mean()) if decided.any() else None,
        coverage=float(decided.mean()) if len(held) else 0.0,
    )


def _fit(vectors: Any, columns: Any, classes: int) -> Any:
    """Softmax regression by gradient descent."""
    data = _with_constant(vectors)
    wanted = np.eye(classes)[columns]
    weights = np.zeros((data.shape[1], classes))
    for _ in range(_STEPS):
        shares = _softmax(data @ weights)
        weights -= _RATE * (data.T @ (shares - wanted) / len(data) + _DECAY * weights)
    return weights


def _with_constant(vectors: Any) -> Any:
    """Vectors of length √n, so that every model's have the same scale, and a column of ones."""
    data = np.asarray(vectors, dtype=float)
    lengths = np.linalg.norm(data, axis=1, keepdims=True)
    scaled = data / np.where(lengths == 0, 1.0, lengths) * math.sqrt(data.shape[1])
    return np.hstack([scaled, np.ones((len(scaled), 1))])


def _shares(vectors: Any, weights: Any) -> Any:
    return _softmax(_with_constant(vectors) @ weights)


def _softmax(values: Any) -> Any:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _threshold(confidence: Any, right: Any, least: float) -> float | None:
    """The lowest confidence above which enough answers are right, surely enough."""
    order = np.argsort(-confidence)
    found: float | None = None
    for count, hits in enumerate(np.cumsum(right[order]), start=1):
        if _wilson_low(int(hits), count) >= least:
            found = float(confidence[order[count - 1]])
    return found


def _wilson_low(hits: int, count: int) -> float:
    """Lower end of Wilson's interval of a share."""
    share = hits / count
    middle = share + _Z**2 / (2 * count)
    spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return (middle - spread) / (1 + _Z**2 / count)


def proxies_folder() -> Path:
    """Where proxies are kept: beside the user's model registry."""
    return user_registry_path().parent / "proxies"


def find_proxy(name: str) -> Proxy | None:
    """The proxy kept under a name; one that cannot be read counts as none."""
    with suppress(OSError, ValueError, TypeError):
        return Proxy(**json.loads((proxies_folder() / f"{name}.json").read_text(encoding="utf-8")))
    return None


def keep_proxy(name: str, proxy: Proxy) -> None:
    """Keep a proxy, in place of an older one; a folder that cannot be written is no reason not to answer."""
    with suppress(OSError):
        folder = proxies_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(folder / f"{name}.json") as file:
            file.write_text(json.dumps(asdict(proxy)), encoding="utf-8")


def kept_proxies() -> list[Proxy]:
    """Every proxy that is kept, newest last."""
    found = [find_proxy(path.stem) for path in sorted(proxies_folder().glob("*.json"), key=os.path.getmtime)]
    return [proxy for proxy in found if proxy is not None]
