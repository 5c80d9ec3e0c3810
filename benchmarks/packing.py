"""Packed training against the plain Hugging Face Trainer: ``python -m benchmarks.packing --base-model FILE.gguf``.
To be run alone on the machine; a busy one gives other figures.

Both train the same model, with the same adapter, optimizer and rate, on the same questions about the built-in sales
database, in prompts that are rendered by the same function. The Trainer does it as its own examples do: one sequence a
pair, prompt and padding masked out of the loss, in batches. What is counted is pairs a second of whole optimizer steps,
after one that warms up. The two losses of the same pairs are given as well: they are equal up to the weighting of short
and long answers.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from benchmarks.record import save
from llmsql.errors import LLMSQLError

RANK, ALPHA, RATE, SEED = 16, 32, 2e-4, 1
LONGEST = 4096
DATASET = Path(__file__).parent.parent / "data" / "sales_queries.json"


def main(argv: list[str] | None = None) -> int:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description="Packed training against the plain Hugging Face Trainer.")
    parser.add_argument("--base-model", required=True, help="hub id, folder or .gguf file")
    parser.add_argument("--method", choices=["lora", "full"], default="lora")
    parser.add_argument("--pairs-a-pack", type=int, default=28, help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=4, help="pairs a step of the Trainer; default: %(default)s")
    parser.add_argument("--steps", type=int, default=3, help="that are timed, of each; default: %(default)s")
    parser.add_argument("--output", help="name in benchmarks/results; default: packing")
    options = parser.parse_args(argv)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        figures = measure(options)
    except LLMSQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(save(options.output or "packing", figures))
    return 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Both ways, one after the other, each with a fresh model."""
    from training.dataset import Databases, load_records

    records = load_records(DATASET, "train")
    needed = max(options.pairs_a_pack, options.batch) * (options.steps + 1)
    chosen = [records[i * len(records) // needed] for i in range(needed)]
    databases = Databases(Path("data/training"))
    packed = _packed(options, chosen, databases)
    gc.collect()
    plain = _plain(options, chosen, databases)
    return {
        "model": Path(options.base_model).name,
        "method": options.method,
        "pairs_a_pack": options.pairs_a_pack,
        "trainer_batch": options.batch,
        "packed_pairs_a_second": round(packed["speed"], 3),
        "trainer_pairs_a_second": round(plain["speed"], 3),
        "ratio": round(packed["speed"] / plain["speed"], 2),
        "loss_of_the_first_pairs_packed": round(packed["loss"], 4),
        "loss_of_the_first_pairs_trainer": round(plain["loss"], 4),
        "prompt_tokens": packed["prompt_tokens"],
    }


def _model(options: argparse.Namespace, attention: str) -> tuple[Any, Any]:
    from training.base_model import add_lora, load_base_model

    base = load_base_model(options.base_model, attention=attention, full=options.method == "full")
    model = base.model
    if options.method == "lora":
        model = add_lora(base, rank=RANK, alpha=ALPHA, seed=SEED)
    return base, model


def _chat_format(base: Any) -> str:
    from llmsql.chat import CHAT_FORMATS

    return next(name for name, fmt in CHAT_FORMATS.items() if len(base.tokenize(fmt.stop)) == 1)


def _packed(options: argparse.Namespace, records: list[Any], databases: Any) -> dict[str, Any]:
    import torch

    from training.dataset import build_pack
    from training.packing import ATTENTION, pack_tokens, packed_loss

    base, model = _model(options, ATTENTION)
    device = next(model.parameters()).device
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE)
    model.train()
    size = options.pairs_a_pack
    with torch.no_grad():
        first = build_pack(records[: options.batch], databases.open("sales"), _chat_format(base))
        batch = pack_tokens(first, base.tokenize, longest=LONGEST)
        batch.input_ids, batch.position_ids = batch.input_ids.to(device), batch.position_ids.to(device)
        loss = float(packed_loss(model, batch)[0])
    began, pairs = 0.0, 0
    for step in range(options.steps + 1):
        if step == 1:
            began, pairs = time.monotonic(), 0
        pack = build_pack(records[step * size : (step + 1) * size], databases.open("sales"), _chat_format(base))
        batch = pack_tokens(pack, base.tokenize, longest=LONGEST)
        batch.input_ids, batch.position_ids = batch.input_ids.to(device), batch.position_ids.to(device)
        packed_loss(model, batch)[0].backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        pairs += batch.pairs
    return {
        "speed": pairs / (time.monotonic() - began),
        "loss": loss,
        "prompt_tokens": len(base.tokenize(first.prefix)),
    }


def _plain(options: argparse.Namespace, records: list[Any], databases: Any) -> dict[str, Any]:
    import torch
    import transformers

    from training.dataset import build_pack

    base, model = _model(options, "sdpa")
    pack = build_pack(records, databases.open("sales"), _chat_format(base))
    rows = []
    for pair in pack.pairs:
        prompt, answer = base.tokenize(pack.prefix + pair.question), base.tokenize(pair.answer)
        rows.append({"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer})
    rows = rows[: options.batch * (options.steps + 1)]

    def collate(batch: list[dict[str, list[int]]]) -> dict[str, Any]:
        longest = max(len(row["input_ids"]) for row in batch)
        padding = [longest - len(row["input_ids"]) for row in batch]
        return {
            "input_ids": torch.tensor([r["input_ids"] + [0] * n for r, n in zip(batch, padding, strict=True)]),
            "labels": torch.tensor([r["labels"] + [-100] * n for r, n in zip(batch, padding, strict=True)]),
            "attention_mask": torch.tensor(
                [[1] * len(r["input_ids"]) + [0] * n for r, n in zip(batch, padding, strict=True)]
            ),
        }

    class Stopwatch(transformers.TrainerCallback):  # type: ignore[misc]
        """When each step ended."""

        def __init__(self) -> None:
            self.ends: list[float] = []

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.ends.append(time.monotonic())

    device = next(model.parameters()).device
    with torch.no_grad():
        loss = float(model(**{k: v.to(device) for k, v in collate(rows[: options.batch]).items()}).loss)
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arguments = transformers.TrainingArguments(
            output_dir=scratch,
            per_device_train_batch_size=options.batch,
            max_steps=options.steps + 1,
            learning_rate=RATE,
            lr_scheduler_type="constant",
            max_grad_norm=1.0,
            seed=SEED,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            use_cpu=not torch.cuda.is_available(),
        )
        trainer = transformers.Trainer(
            model=model, args=arguments, train_dataset=rows, data_collator=collate, callbacks=[watch]
        )
        trainer.train()
    return {"speed": options.batch * options.steps / (watch.ends[-1] - watch.ends[0]), "loss": loss}


if __name__ == "__main__":
    sys.exit(main())
