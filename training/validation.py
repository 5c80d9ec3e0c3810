"""How a model in training does on questions that it is not trained on: loss and token accuracy, with the right answer's
beginning given (teacher forcing). Cheap enough for the middle of a run; whether SQL gives the right rows is for
``training.evaluate`` to say, afterwards.
"""

from __future__ import annotations

from typing import Any

import torch

from llmsql.errors import TrainingError
from training.base_model import BaseModel
from training.dataset import Databases, Record, build_pack, plan_packs
from training.packing import PackedBatch, pack_tokens, packed_loss
from training.run import Recipe


class Validation:
    """Packs that are kept aside, tokenised once. Called with the model, it gives the figures for the log.

    Args:
        records: none of them may be trained on.
        databases: where they are asked.
        base: the model's tokenizer.
        recipe: sizes of packs and chat format.
        pairs: most pairs to use, evenly spread over the records.

    Raises:
        TrainingError: there are no records.
    """

    def __init__(
        self, records: list[Record], databases: Databases, base: BaseModel, recipe: Recipe, *, pairs: int = 200
    ) -> None:
        if not records:
            raise TrainingError("There is nothing to validate on.", "Name datasets that have a validation split.")
        count = min(pairs, len(records))
        chosen = [records[i * len(records) // count] for i in range(count)]
        self._packs: list[PackedBatch] = []
        for planned in plan_packs(chosen, pairs_a_pack=recipe.pairs_a_pack, examples=count, seed=0):
            pack = build_pack(planned, databases.open(planned[0].database), recipe.chat_format)
            self._packs.append(pack_tokens(pack, base.tokenize, longest=recipe.longest))

    def __call__(self, model: Any) -> dict[str, float]:
        """``validation_loss``, ``validation_token_accuracy`` and ``validation_pairs``; the model is left as it was."""
        device = next(model.parameters()).device
        was_training = model.training
        model.eval()
        loss, right, tokens = 0.0, 0, 0
        with torch.no_grad():
            for pack in self._packs:
                pack.input_ids, pack.position_ids = pack.input_ids.to(device), pack.position_ids.to(device)
                mean, correct = packed_loss(model, pack)
                loss += float(mean) * len(pack.targets)
                right += int(correct)
                tokens += len(pack.targets)
        model.train(was_training)
        return {
            "validation_loss": round(loss / tokens, 4),
            "validation_token_accuracy": round(right / tokens, 4),
            "validation_pairs": sum(pack.pairs for pack in self._packs),
        }
