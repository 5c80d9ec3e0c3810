"""The training loop that every method shares: packs in, checkpoints out, resumable at any point.

A run is a folder. ``run.json`` says what is trained on what; ``log.jsonl`` has a line a step; ``checkpoint/`` has the
weights, the optimizer and the position; ``result/`` the trained weights once the run is done. Everything random comes
from the seed and everything needed to go on is in the checkpoint, so that a run that was killed ends with the same
weights as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
import yaml
from safetensors import SafetensorError

from llmsql.chat import CHAT_FORMATS
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.base_model import BaseModel
from training.dataset import Databases, Record, build_pack, plan_packs
from training.packing import pack_tokens, packed_loss


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters of a run, one key each in ``training/recipes/*.yaml``."""

    base_model: str
    """hub id, folder or .gguf file"""
    method: str
    """``lora`` or ``full``"""
    chat_format: str
    """key of llmsql.chat.CHAT_FORMATS"""
    examples: int
    """pairs to train on in all"""
    pairs_a_pack: int = 24
    """most pairs behind one schema"""
    packs_a_step: int = 1
    """packs whose gradients are added up before the weights move"""
    longest: int = 3000
    """most tokens in a pack"""
    learning_rate: float = 3e-4
    """peak"""
    warmup_examples: int = 200
    """pairs over which the rate rises from 0"""
    decay_share: float = 0.3
    """share of the run, at its end, over which the rate falls linearly to a tenth"""
    weight_decay: float = 0.0
    """AdamW's"""
    max_grad_norm: float = 1.0
    """gradients are clipped to this norm"""
    lora_rank: int = 16
    """at most 16, so that vLLM takes it by default"""
    lora_alpha: int = 32
    """integer; scale is alpha / rank"""
    frozen_layers: int = 0
    """layers, from the bottom, whose adapter stays as it is: no backward pass through them"""
    seed: int = 1
    """of data order and initial weights"""
    checkpoint_examples: int = 400
    """pairs between checkpoints"""


_CHOICES = {"method": ("lora", "full"), "chat_format": tuple(CHAT_FORMATS)}
_LEAST: dict[str, float] = {
    "examples": 1,
    "pairs_a_pack": 1,
    "packs_a_step": 1,
    "longest": 1,
    "learning_rate": 1e-9,
    "warmup_examples": 0,
    "decay_share": 0,
    "weight_decay": 0,
    "max_grad_norm": 1e-9,
    "lora_rank": 1,
    "lora_alpha": 1,
    "frozen_layers": 0,
    "checkpoint_examples": 1,
}
_MOST: dict[str, float] = {"decay_share": 1, "lora_rank": 16}


def load_recipe(path: Path, **overrides: Any) -> Recipe:
    """Read a recipe.

    Args:
        path: YAML with the keys of ``Recipe``.
        overrides: values that replace the file's; None is no value.

    Raises:
        TrainingError: a key is unknown or missing, or a value is of the wrong type or out of range.
    """
    try:
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        raw = {**raw, **{k: v for k, v in overrides.items() if v is not None}}
    except (OSError, ValueError, yaml.YAMLError, TypeError) as error:
        said = " ".join(str(error).split())
        raise TrainingError(f"The recipe {path} cannot be read: {said}.") from error
    known = {f.name: f for f in fields(Recipe)}
    for key, value in raw.items():
        if key not in known:
            raise TrainingError(f"{path}: unknown key {key!r}.", f"Known keys: {', '.join(known)}.")
        wanted: tuple[type, ...] = {"str": (str,), "int": (int,), "float": (int, float)}[str(known[key].type)]
        if type(value) not in wanted:
            raise TrainingError(f"{path}: {key} is {value!r}, not a {known[key].type}.")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise TrainingError(f"{path}: {key} is {value!r}.", f"Choose of {', '.join(_CHOICES[key])}.")
        if key in _LEAST and not value >= _LEAST[key]:
            raise TrainingError(f"{path}: {key} is {value}, at least {_LEAST[key]:g} is needed.")
        if key in _MOST and value > _MOST[key]:
            raise TrainingError(f"{path}: {key} is {value}, at most {_MOST[key]:g} is allowed.")
    try:
        return Recipe(**raw)
    except TypeError as error:
        raise TrainingError(f"{path}: {error}.") from error


def rate_at(recipe: Recipe, examples: int) -> float:
    """Learning rate after so many pairs: up, flat, down."""
    if examples < recipe.warmup_examples:
        return recipe.learning_rate * (examples + 1) / recipe.warmup_examples
    start = recipe.examples * (1 - recipe.decay_share)
    if examples <= start or recipe.decay_share == 0:
        return recipe.learning_rate
    left = (recipe.examples - examples) / max(recipe.examples - start, 1)
    return recipe.learning_rate * (0.1 + 0.9 * max(left, 0.0))


@dataclass
class Progress:
    """How far a run is."""

    examples: int = 0
    packs: int = 0


def train(
    recipe: Recipe,
    base: BaseModel,
    model: Any,
    records: list[Record],
    databases: Databases,
    output: Path,
    *,
    start_from: Path | None = None,
    report: Any = print,
    validate: Callable[[Any], dict[str, float]] | None = None,
    validate_examples: int = 400,
) -> Path:
    """Train until ``recipe.examples`` pairs are done.

    Args:
        recipe: the hyper-parameters.
        base: the base model and its tokenizer.
        model: what is trained: ``base.model`` itself, or it with an adapter.
        records: the training records.
        databases: where they are asked.
        output: the run's folder; a checkpoint in it is gone on from.
        start_from: the PEFT folder that the model's adapter came from, to be written down and held to.
        report: takes one line of text a step.
        validate: gives figures of the model for the log, for example ``training.validation.Validation``; it must not
            draw random numbers, lest a run that was killed ends otherwise.
        validate_examples: pairs between its calls; it is called at the end as well.

    Returns:
        The folder of the trained weights.

    Raises:
        TrainingError: the folder holds a run of another recipe.
    """
    output.mkdir(parents=True, exist_ok=True)
    _write_run(output, recipe, base, records, start_from)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    plan = plan_packs(records, pairs_a_pack=recipe.pairs_a_pack, examples=recipe.examples, seed=recipe.seed)
    progress = _resume(output, model, optimizer)
    model.train()
    device = next(model.parameters()).device
    saved_at, began, began_at = progress.examples, time.monotonic(), progress.examples
    while progress.packs < len(plan):
        step_packs = plan[progress.packs : progress.packs + recipe.packs_a_step]
        pairs = sum(len(pack) for pack in step_packs)
        losses, right, tokens, trained = [], 0, 0, 0
        for planned in step_packs:
            pack = build_pack(planned, databases.open(planned[0].database), recipe.chat_format)
            batch = pack_tokens(pack, base.tokenize, longest=recipe.longest)
            batch.input_ids, batch.position_ids = batch.input_ids.to(device), batch.position_ids.to(device)
            loss, correct = packed_loss(model, batch)
            (loss * len(planned) / pairs).backward()
            losses.append(loss.item())
            right += int(correct)
            tokens += len(batch.targets)
            trained += batch.pairs
        norm = torch.nn.utils.clip_grad_norm_(parameters, recipe.max_grad_norm)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(recipe, progress.examples)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.examples += pairs
        progress.packs += len(step_packs)
        speed = (progress.examples - began_at) / (time.monotonic() - began)
        line = {
            "examples": progress.examples,
            "loss": round(sum(losses) / len(losses), 4),
            "token_accuracy": round(right / max(tokens, 1), 4),
            "grad_norm": round(float(norm), 3),
            "rate": optimizer.param_groups[0]["lr"],
            "examples_a_second": round(speed, 2),
            "left_out": pairs - trained,
        }
        is_due = progress.examples // validate_examples > (progress.examples - pairs) // validate_examples
        if validate is not None and (is_due or progress.packs == len(plan)):
            figures = validate(model)
            line |= figures
            report(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))
        with (output / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        minutes = (recipe.examples - progress.examples) / max(speed, 1e-9) / 60
        report(
            f"{progress.examples}/{recipe.examples} pairs, loss {line['loss']:.3f}, tokens right "
            f"{line['token_accuracy']:.1%}, {speed:.2f} pairs/s, {minutes:.0f} min left"
        )
        if progress.examples - saved_at >= recipe.checkpoint_examples and progress.packs < len(plan):
            _save(output, model, optimizer, progress)
            saved_at = progress.examples
    # First what a run that is started again goes on from, should the result not be written.
    _save(output, model, optimizer, progress)
    result = output / "result"
    _replace_folder(result, lambda folder: _save_weights(model, base, folder))
    return result


def _write_run(output: Path, recipe: Recipe, base: BaseModel, records: list[Record], start_from: Path | None) -> None:
    import platform

    import peft
    import transformers

    this = {
        "recipe": asdict(recipe),
        "base_sha256": base.sha256,
        "base_revision": base.revision,
        "start_adapter_sha256": start_from
        and hashlib.sha256(next(start_from.glob("adapter_model.*")).read_bytes()).hexdigest(),
        "records": len(records),
        "records_hash": f"{hash_records(records)}",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
    }
    path = output / "run.json"
    if not path.is_file():
        with written_whole(path) as part:
            part.write_text(json.dumps(this, indent=2) + "\n", encoding="utf-8")
        return
    try:
        before = dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise TrainingError(f"{path} cannot be read: {error}.", "Give another --output-dir.") from error
    for key in ("recipe", "base_sha256", "base_revision", "start_adapter_sha256", "records_hash"):
        if before.get(key) != this[key]:
            raise TrainingError(
                f"{output} holds a run with another {key.replace('_', ' ')}.", "Give another --output-dir."
            )


def hash_records(records: list[Record]) -> str:
    """A hash of the training data."""
    return hashlib.sha256(repr(records).encode()).hexdigest()[:16]


def _resume(output: Path, model: Any, optimizer: torch.optim.Optimizer) -> Progress:
    folder, before = output / "checkpoint", output / "checkpoint.old"
    if before.is_dir() and not folder.exists():  # killed while one took the other's place
        os.replace(before, folder)
    checkpoint = folder / "state.pt"
    progress = Progress()
    if checkpoint.is_file():
        try:
            progress = _load(checkpoint, model, optimizer)
        except (OSError, EOFError, RuntimeError, ValueError, KeyError, TypeError, UnpicklingError) as error:
            said = " ".join(str(error).split())[:200]
            raise TrainingError(
                f"{checkpoint} is not a checkpoint of this run, or damaged: {said}",
                f"Remove {folder} to train from the beginning.",
            ) from error
    _cut_log(output / "log.jsonl", progress.examples)
    return progress


def _load(checkpoint: Path, model: Any, optimizer: torch.optim.Optimizer) -> Progress:
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if state["weights"].keys() != trained.keys():
        raise ValueError("it has other weights.")
    with torch.no_grad():
        for name, tensor in state["weights"].items():
            if tensor.shape != trained[name].shape:
                raise ValueError(f"{name} has another shape.")
            trained[name].copy_(tensor)
    optimizer.load_state_dict(state["optimizer"])
    return Progress(state["examples"], state["packs"])


def _cut_log(log: Path, examples: int) -> None:
    """Steps after the checkpoint will be done again: their lines go, and with them one that was cut off."""
    if not log.is_file():
        return
    lines = log.read_text(encoding="utf-8").split("\n")[:-1]
    kept = [line for line in lines if json.loads(line)["examples"] <= examples]
    with written_whole(log) as part:
        part.write_text("".join(line + "\n" for line in kept), encoding="utf-8")


def _save(output: Path, model: Any, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
    weights = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    state = {"weights": weights, "optimizer": optimizer.state_dict(), **asdict(progress)}

    def write(folder: Path) -> None:
        torch.save(state, folder / "state.pt")

    _replace_folder(output / "checkpoint", write)


def _save_weights(model: Any, base: BaseModel, folder: Path) -> None:
    # Adapters leave the embeddings alone; to find that out PEFT would look for the base's config, on the hub too.
    options = {"save_embedding_layers": False} if hasattr(model, "peft_config") else {}
    model.save_pretrained(str(folder), **options)
    base.tokenizer.save_pretrained(str(folder))


def _replace_folder(target: Path, write: Any) -> None:
    """Write a folder beside ``target`` and put it in its place, so that a kill leaves the old or the new one."""
    fresh, old = (target.with_name(target.name + ending) for ending in (".new", ".old"))
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        write(fresh)
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            os.replace(target, old)
        os.replace(fresh, target)
    except (OSError, SafetensorError, RuntimeError) as error:  # the last is torch.save's
        shutil.rmtree(fresh, ignore_errors=True)
        raise TrainingError(
            f"{target} cannot be written: {error}",
            "Make room, or the folder writable, and start the same command again: it goes on from the last checkpoint.",
        ) from error
    shutil.rmtree(old, ignore_errors=True)
