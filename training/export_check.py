"""Whether an exported file is the trained model: both are shown the same tokens, and what they expect next is compared.

The trained model runs in transformers in float32, the file in llama.cpp. Compared are log-probabilities, which are
logits up to a constant for each position, at every token of known answers to a few questions in the training prompt.
"""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from llmsql.asking.prompt import build_messages
from llmsql.catalog.snapshot import snapshot
from llmsql.chat import CHAT_FORMATS, render_chat
from llmsql.clients.llamacpp import LlamaCppProvider
from llmsql.errors import TrainingError

COMPARED_TOKENS = 10
"""at each position, the likeliest of the file's"""
_SMALL_BYTES = 50_000_000
_TIE = 0.1  # log-probability; rounding decides between tokens that are so close

_EXAMPLES = (
    ("how many customers are there", "SELECT count(*) FROM customers"),
    ("customers in Paris", "SELECT name FROM customers WHERE city = 'Paris'"),
    ("revenue by city", "SELECT city, sum(total) FROM orders JOIN customers GROUP BY ALL"),
    ("orders above the average", "SELECT * FROM orders WHERE total > (SELECT avg(total) FROM orders)"),
    ("top 3 customers by spend in 2024", "SELECT name, sum(total) FROM orders JOIN customers WHERE year(day) = 2024"),
)


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a file may be from the trained model.

    Args:
        agreement: least share of positions at which both expect the same token, ties aside, 0 to 1.
        mean: most that log-probabilities may differ by on average.
        largest: most that any may differ by.
    """

    agreement: float
    mean: float
    largest: float


BOUNDS: dict[str, Bound] = {
    "f32": Bound(0.98, 0.02, 0.5),
    "f16": Bound(0.97, 0.03, 0.5),
    "q8_0": Bound(0.95, 0.1, 1.0),
    "activations": Bound(0.95, 0.15, 1.0),
    "q4_1": Bound(0.65, 0.4, 4.0),
}
"""By quantisation of the weights; ``activations`` is for an adapter on the quantised weights that it was trained on,
where the engine rounds activations only: 0.07 on average for Qwen2.5-Coder-0.5B, 0.11 for SmolLM2-135M. A file whose q
and k are not permuted, whose adapter has another scale or whose norms are off by one is outside all of them: it expects
other tokens nearly everywhere."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came out.

    Args:
        positions: compared.
        agreement: share of them at which both expect the same token, 0 to 1.
        mean: mean absolute difference of log-probabilities.
        largest: the largest one.
    """

    positions: int
    agreement: float
    mean: float
    largest: float

    def within(self, bound: Bound) -> bool:
        """Whether the file may be called the trained model."""
        return self.agreement >= bound.agreement and self.mean <= bound.mean and self.largest <= bound.largest

    def __str__(self) -> str:
        return (
            f"{self.agreement:.1%} of {self.positions} tokens the same, log-probabilities differ by {self.mean:.3f} "
            f"on average and {self.largest:.2f} at most"
        )


def check_export(
    model: Any,
    tokenizer: Any,
    file: Path,
    *,
    adapters: Sequence[Path] = (),
    chat_format: str,
    bound: Bound,
    name: str | None = None,
) -> Comparison:
    """Compare an exported file with the trained model.

    Args:
        model: the trained model in transformers; an adapter on it is active.
        tokenizer: its tokenizer.
        file: the ``.gguf`` file with the weights.
        adapters: ``.gguf`` adapters that go on top of it.
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
        bound: what is still the same model.
        name: of the file, for messages.

    Returns:
        The figures.

    Raises:
        TrainingError: the file tokenises differently, or expects other tokens than the model.
        WeightsError: llama.cpp cannot load the file.
    """
    # Of a small model, threads would spend their time in waiting for one another.
    threads = 1 if file.stat().st_size < _SMALL_BYTES else None
    provider = LlamaCppProvider(
        file, adapters=[(a, 1.0) for a in adapters], chat_format=chat_format, n_ctx=1024, threads=threads
    )
    shown = name or (adapters[0] if adapters else file)
    try:
        agreed, differences = 0, []
        served = _Served(provider)
        for prompt, answer in _texts(chat_format):
            # The engine puts the begin-of-sequence token in front by itself.
            begin = CHAT_FORMATS[chat_format].begin
            tokens = served.tokenize(prompt.removeprefix(begin) + answer)
            own = [int(t) for t in tokenizer(prompt + answer, add_special_tokens=False)["input_ids"]]
            if tokens != own:
                raise TrainingError(
                    f"{shown} cuts text into other tokens than the trained model.",
                    "Name a .gguf file of its base, so that the tokenizer is copied from there.",
                )
            first = len(tokenizer(prompt, add_special_tokens=False)["input_ids"])
            expected = _log_probabilities(model, own)
            for position in range(first, len(own)):
                seen = served.next_tokens(own[:position])
                reference = expected[position - 1]
                agreed += float(reference[seen[0][0]]) >= float(reference.max()) - _TIE
                differences += [abs(logprob - float(reference[token])) for token, logprob in seen]
    finally:
        provider.close()
    positions = len(differences) // COMPARED_TOKENS
    found = Comparison(positions, agreed / positions, float(np.mean(differences)), float(np.max(differences)))
    if not found.within(bound):
        raise TrainingError(
            f"{shown} is not the trained model: {found}.",
            f"At least {bound.agreement:.0%}, at most {bound.mean} and {bound.largest} are allowed. "
            "Check that the base is the one that was trained on.",
        )
    return found


def _texts(chat_format: str) -> list[tuple[str, str]]:
    """(prompt, answer) of a few questions about a small database."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR)")
        con.execute(
            "CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, day DATE, "
            "total DOUBLE)"
        )
        con.execute("INSERT INTO customers VALUES (1, 'Ann', 'Paris'), (2, 'Bob', 'Rome'), (3, 'Cyd', 'Paris')")
        catalog = snapshot(con)
    stop = CHAT_FORMATS[chat_format].stop
    return [(render_chat(build_messages(catalog, q), chat_format), sql + stop) for q, sql in _EXAMPLES]


def _log_probabilities(model: Any, tokens: list[int]) -> np.ndarray:
    import torch

    was_training = model.training
    model.eval()
    with torch.no_grad():
        ids = torch.tensor([tokens], device=next(model.parameters()).device)
        logits = model(input_ids=ids, use_cache=False).logits[0].float()
    model.train(was_training)
    found: np.ndarray = torch.log_softmax(logits, dim=-1).cpu().numpy()
    return found


class _Served:
    """The engine's own HTTP calls, which take token numbers and give what is likeliest next."""

    def __init__(self, provider: LlamaCppProvider) -> None:
        host, _, port = provider.server_url.removeprefix("http://").removesuffix("/v1").rpartition(":")
        self._host, self._port = host, int(port)
        self._key = provider.server_key
        # What is written does not matter, but it must be something whole: of half a character the engine says nothing.
        self._whole = self.tokenize("SELECT")[-1]

    def tokenize(self, text: str) -> list[int]:
        """Token numbers as the engine sees a prompt, the begin-of-sequence token with them where it adds one."""
        body = {"content": text, "add_special": True, "parse_special": True}
        return [int(t) for t in self._post("/tokenize", body)["tokens"]]

    def next_tokens(self, tokens: list[int]) -> list[tuple[int, float]]:
        """(token, log-probability) of the likeliest next tokens, the likeliest first."""
        body = {
            "prompt": tokens,
            "n_predict": 1,
            "logit_bias": [[self._whole, 1e4]],
            "n_probs": COMPARED_TOKENS,
            "cache_prompt": True,
        }
        [written] = self._post("/completion", body)["completion_probabilities"]
        return [(int(t["id"]), float(t["logprob"])) for t in written["top_logprobs"]]

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        # A connection for each call: the engine closes one that waits while the other model thinks.
        with contextlib.closing(http.client.HTTPConnection(self._host, self._port, timeout=600)) as connection:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        if answer.status != 200:
            raise TrainingError(f"llama.cpp refuses to compare: {text[:200].decode('utf-8', 'replace')}.")
        return dict(json.loads(text))
