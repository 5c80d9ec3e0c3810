"""Packed training: a schema once, then many of its question–SQL pairs.

The pairs lie behind one another in a single sequence. Each sees the schema and itself, never another pair, and its
positions start where the schema ends, so that loss and gradients are those of training pair by pair, without computing
the schema anew for each. Attention is computed block by block: no mask over the whole sequence, no padding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AttentionInterface

from training.dataset import Pack

ATTENTION = "llmsql_packed"


@dataclass
class PackedBatch:
    """A pack as tensors.

    Args:
        input_ids: tokens, shape (1, T).
        position_ids: positions restarting behind the prefix for every pair, shape (1, T).
        blocks: (start, end) of every pair in T; the prefix is all before the first start.
        predicting: positions whose next token is part of an answer, shape (A,).
        targets: those next tokens, shape (A,).
    """

    input_ids: Tensor
    position_ids: Tensor
    blocks: list[tuple[int, int]]
    predicting: Tensor
    targets: Tensor

    @property
    def pairs(self) -> int:
        """How many examples the pack holds."""
        return len(self.blocks)


def pack_tokens(pack: Pack, tokenize: Callable[[str], list[int]], *, longest: int) -> PackedBatch:
    """Tokenise a pack.

    Args:
        pack: the texts.
        tokenize: text to token ids, special tokens in the text recognised, none added.
        longest: most tokens in all; pairs that do not fit any more are left out.
    """
    tokens = tokenize(pack.prefix)
    positions = list(range(len(tokens)))
    prefix = len(tokens)
    blocks: list[tuple[int, int]] = []
    predicting: list[int] = []
    targets: list[int] = []
    for pair in pack.pairs:
        question, answer = tokenize(pair.question), tokenize(pair.answer)
        if len(tokens) + len(question) + len(answer) > longest and blocks:
            continue
        start = len(tokens)
        first_answer = start + len(question)
        tokens += question + answer[:-1]
        positions += range(prefix, prefix + len(question) + len(answer) - 1)
        blocks.append((start, len(tokens)))
        predicting += range(first_answer - 1, len(tokens))
        targets += answer
    return PackedBatch(
        input_ids=torch.tensor([tokens]),
        position_ids=torch.tensor([positions]),
        blocks=blocks,
        predicting=torch.tensor(predicting),
        targets=torch.tensor(targets),
    )


def packed_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    *,
    blocks: list[tuple[int, int]],
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention of a packed sequence; shapes as ``transformers`` passes them, (1, heads, T, head size)."""
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key = key.repeat_interleave(groups, dim=1)
        value = value.repeat_interleave(groups, dim=1)
    prefix = blocks[0][0]

    def attend(start: int, end: int, keys: Tensor, values: Tensor) -> Tensor:
        """Tokens start to end, which are the last of ``keys``."""
        before, length = keys.shape[2] - (end - start), end - start
        mask = torch.ones(length, keys.shape[2], dtype=torch.bool, device=query.device).tril(diagonal=before)
        if sliding_window is not None:
            mask &= mask.new_ones(mask.shape).triu(diagonal=before - sliding_window + 1)
        return F.scaled_dot_product_attention(
            query[:, :, start:end], keys, values, attn_mask=mask, scale=scaling, dropout_p=dropout
        )

    prefix_key, prefix_value = key[:, :, :prefix], value[:, :, :prefix]
    parts = [attend(0, prefix, prefix_key, prefix_value)]
    for start, end in blocks:
        keys = torch.cat([prefix_key, key[:, :, start:end]], dim=2)
        values = torch.cat([prefix_value, value[:, :, start:end]], dim=2)
        parts.append(attend(start, end, keys, values))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


AttentionInterface.register(ATTENTION, packed_attention)


def packed_loss(model: Any, batch: PackedBatch) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy of the answers' tokens.

    Args:
        model: a causal language model loaded with ``attn_implementation=ATTENTION``, with or without an adapter.
        batch: from ``pack_tokens``.

    Returns:
        The loss, and how many answer tokens would have been written right, both scalars.
    """
    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = causal.model(
        input_ids=batch.input_ids,
        position_ids=batch.position_ids,
        use_cache=False,
        blocks=batch.blocks,
    ).last_hidden_state[0]
    logits = causal.lm_head(hidden[batch.predicting]).float()
    targets = batch.targets.to(logits.device)
    return F.cross_entropy(logits, targets), (logits.argmax(-1) == targets).sum()
