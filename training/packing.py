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
    on_cpu = query.device.type == "cpu" and query.dtype == torch.float32
    if on_cpu and sliding_window is None and dropout == 0.0:
        attended = _TwoPartAttention.apply(query, key, value, blocks, scaling)
    else:
        attended = _blockwise_attention(query, key, value, blocks, scaling, dropout, sliding_window)
    return attended.transpose(1, 2).contiguous(), None


def _blockwise_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    blocks: list[tuple[int, int]],
    scaling: float | None,
    dropout: float,
    sliding_window: int | None,
) -> Tensor:
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
    return torch.cat(parts, dim=2)


_attend = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
_attend_backward = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward


class _TwoPartAttention(torch.autograd.Function):  # type: ignore[misc]  # torch has no types for it
    """The pairs' attention in two parts, to the prefix and to themselves, each a single call for all pairs.

    A softmax over both is the two softmaxes weighted by their sums, and the backward pass of either part needs but the
    output and the log-sum-exp of the whole, as in ring attention (Liu et al., 2023, arXiv 2310.01889).
    """

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, blocks: list[tuple[int, int]], scale: float | None
    ) -> Tensor:
        rows = _Rows(blocks)
        prefix, rest = slice(0, rows.prefix), slice(rows.prefix, None)
        prefix_key, prefix_value = key[:, :, prefix], value[:, :, prefix]
        first, first_lse = _attend(query[:, :, prefix], prefix_key, prefix_value, 0.0, True, scale=scale)
        to_prefix, prefix_lse = _attend(query[:, :, rest], prefix_key, prefix_value, 0.0, False, scale=scale)
        own, own_lse = _attend(*(rows.spread(x[:, :, rest]) for x in (query, key, value)), 0.0, True, scale=scale)
        own, own_lse = rows.gather(own), rows.gather(own_lse[..., None])
        prefix_lse = prefix_lse[..., None]
        lse = torch.logaddexp(prefix_lse, own_lse)
        later = to_prefix * (prefix_lse - lse).exp_() + own * (own_lse - lse).exp_()
        whole = torch.cat([first, later], dim=2)
        ctx.save_for_backward(query, key, value, whole, first_lse, lse)
        ctx.rows, ctx.scale = rows, scale
        return whole

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        query, key, value, whole, first_lse, lse = ctx.saved_tensors
        rows, scale = ctx.rows, ctx.scale
        prefix, rest = slice(0, rows.prefix), slice(rows.prefix, None)
        prefix_key, prefix_value = key[:, :, prefix], value[:, :, prefix]

        def parts(of: slice) -> tuple[Tensor, Tensor, Tensor]:
            return gradient[:, :, of].contiguous(), query[:, :, of], whole[:, :, of]

        d_out, q, out = parts(prefix)
        first = _attend_backward(d_out, q, prefix_key, prefix_value, out, first_lse, 0.0, True, scale=scale)
        d_out, q, out = parts(rest)
        to_prefix = _attend_backward(d_out, q, prefix_key, prefix_value, out, lse.squeeze(-1), 0.0, False, scale=scale)
        d_out, q, k, v, out = (rows.spread(x) for x in (d_out, q, key[:, :, rest], value[:, :, rest], out))
        own_lse = rows.spread(lse, fill=torch.inf).squeeze(-1)  # rows that only fill up weigh nothing
        own = [rows.gather(x) for x in _attend_backward(d_out, q, k, v, out, own_lse, 0.0, True, scale=scale)]
        return (
            torch.cat([first[0], to_prefix[0] + own[0]], dim=2),
            torch.cat([first[1] + to_prefix[1], own[1]], dim=2),
            torch.cat([first[2] + to_prefix[2], own[2]], dim=2),
            None,
            None,
        )


class _Rows:
    """Blocks of a sequence as the rows of a batch, filled up at their ends to one length.

    Args:
        blocks: as ``PackedBatch.blocks``; they lie behind one another without a gap.
    """

    def __init__(self, blocks: list[tuple[int, int]]) -> None:
        self.prefix = blocks[0][0]
        lengths = torch.tensor([end - start for start, end in blocks])
        self._filled = torch.arange(int(lengths.max())) < lengths[:, None]

    def spread(self, tokens: Tensor, fill: float = 0.0) -> Tensor:
        """(1, heads, T without prefix, n) as (blocks, heads, longest, n)."""
        spread = tokens.new_full((*self._filled.shape, tokens.shape[1], tokens.shape[3]), fill)
        spread[self._filled] = tokens[0].transpose(0, 1)
        return spread.transpose(1, 2)

    def gather(self, spread: Tensor) -> Tensor:
        """The inverse of ``spread``."""
        return spread.transpose(1, 2)[self._filled].transpose(0, 1)[None]


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
