"""Packed training gives the loss and the gradients of training pair by pair."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from tests.training.conftest import CharacterTokenizer, tiny_model  # noqa: E402
from training.base_model import BaseModel, add_lora  # noqa: E402
from training.dataset import Pack, Pair  # noqa: E402
from training.packing import ATTENTION, pack_tokens, packed_loss  # noqa: E402

PACK = Pack(
    "schema: customers(id, name), orders(id, customer_id, total)\n\n",
    [
        Pair("Question: how many?\n", "SELECT count(*) FROM orders."),
        Pair("Question: a somewhat longer question about names\n", "SELECT name FROM customers."),
        Pair("Q\n", "S."),
    ],
)


def tokenize(text: str) -> list[int]:
    return CharacterTokenizer()(text)["input_ids"]


def unpacked_loss(model, pack: Pack):
    """The plain way: every pair alone behind its own copy of the prefix, mean over all answer tokens."""
    total, tokens = 0.0, 0
    for pair in pack.pairs:
        before, answer = tokenize(pack.prefix + pair.question), tokenize(pair.answer)
        ids = torch.tensor([before + answer])
        logits = model(input_ids=ids, use_cache=False).logits[0, len(before) - 1 : -1]
        total = total + torch.nn.functional.cross_entropy(logits.float(), torch.tensor(answer), reduction="sum")
        tokens += len(answer)
    return total / tokens


@pytest.mark.parametrize("architecture", ["qwen2", "llama", "gemma3"])
@pytest.mark.parametrize("method", ["full", "lora"])
def test_packed_equals_unpacked(architecture: str, method: str) -> None:
    packed_model, plain_model = (tiny_model(architecture, attention) for attention in (ATTENTION, "eager"))
    if method == "lora":
        tokenizer = CharacterTokenizer()
        packed_model, plain_model = (
            add_lora(BaseModel(m, tokenizer, "tiny", None), rank=4, alpha=8, seed=3)
            for m in (packed_model, plain_model)
        )
        for model in (packed_model, plain_model):  # B starts at zero, where A has no gradient
            generator = torch.Generator().manual_seed(7)
            for name, parameter in model.named_parameters():
                if "lora_B" in name:
                    parameter.data.normal_(std=0.1, generator=generator)
    batch = pack_tokens(PACK, tokenize, longest=10_000)
    assert batch.pairs == 3
    loss, right = packed_loss(packed_model, batch)
    plain = unpacked_loss(plain_model, PACK)
    assert 0 <= int(right) <= len(batch.targets)
    torch.testing.assert_close(loss, plain, rtol=1e-5, atol=1e-6)
    loss.backward()
    plain.backward()
    plain_gradients = {n: p.grad for n, p in plain_model.named_parameters() if p.requires_grad}
    compared = 0
    for name, parameter in packed_model.named_parameters():
        if parameter.requires_grad and plain_gradients[name] is not None:
            torch.testing.assert_close(parameter.grad, plain_gradients[name], rtol=2e-4, atol=1e-6)
            compared += 1
    assert compared > 10


def test_pairs_do_not_see_each_other() -> None:
    model = tiny_model("qwen2", ATTENTION)
    alone = packed_loss(model, pack_tokens(Pack(PACK.prefix, PACK.pairs[:1]), tokenize, longest=10_000))[0]
    other = Pack(PACK.prefix, [PACK.pairs[0], Pair("noise" * 20, "more noise")])
    batch = pack_tokens(other, tokenize, longest=10_000)
    first = len(tokenize(PACK.pairs[0].answer))
    batch.predicting, batch.targets = batch.predicting[:first], batch.targets[:first]
    torch.testing.assert_close(packed_loss(model, batch)[0], alone)


def test_a_pack_keeps_to_its_length() -> None:
    batch = pack_tokens(PACK, tokenize, longest=150)
    assert batch.input_ids.shape[1] <= 150
    assert 1 <= batch.pairs < 3


def test_long_packs_beyond_the_window_of_gemma() -> None:
    """Gemma 3 layers see 64 tokens here; the prefix is longer than that."""
    pack = Pack("a long schema " * 12 + "\n\n", PACK.pairs)
    packed_model, plain_model = (tiny_model("gemma3", attention) for attention in (ATTENTION, "eager"))
    loss = packed_loss(packed_model, pack_tokens(pack, tokenize, longest=10_000))[0]
    torch.testing.assert_close(loss, unpacked_loss(plain_model, pack), rtol=1e-5, atol=1e-6)
