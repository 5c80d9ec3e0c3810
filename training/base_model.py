"""Loads the model to train from a hub id, a local folder or a GGUF file, and puts an adapter on it.

A GGUF file is dequantised to float32, so that an adapter is trained against the very weights that it is served with.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import huggingface_hub
import torch
from huggingface_hub.errors import HfHubHTTPError
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from llmsql.clients.calls import class_names
from llmsql.errors import TrainingError
from llmsql.files import sha256_of

LORA_TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class BaseModel:
    """A model ready to be trained.

    Args:
        model: the causal language model.
        tokenizer: its tokenizer.
        source: what it was loaded from.
        sha256: of the GGUF file, None for other sources.
        revision: commit on the hub, None for other sources.
    """

    model: Any
    tokenizer: Any
    source: str
    sha256: str | None
    revision: str | None = None

    def tokenize(self, text: str) -> list[int]:
        """Token ids of text; special tokens written in it are recognised, none are added."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])


def load_base_model(source: str, *, attention: str, revision: str | None = None, full: bool = False) -> BaseModel:
    """Load a model and its tokenizer.

    Args:
        source: hub id, folder, or path of a ``.gguf`` file.
        attention: attention implementation, see ``training.packing.ATTENTION``.
        revision: branch, tag or commit on the hub; for hub ids only.
        full: all its weights will be trained, so that they should be float32 if the GPU has room for that.

    Raises:
        TrainingError: there is no such model, or it cannot be read.
    """
    if not sys.stderr.isatty():
        transformers_logging.disable_progress_bar()  # hundreds of lines in a log
    on_gpu = torch.cuda.is_available()
    options: dict[str, Any] = {}
    path = Path(source)
    where, sha256, commit = source, None, None
    if path.suffix == ".gguf":
        if not path.is_file():
            raise TrainingError(f"{source} is not there.", "Fetch it with `llmsql models pull`.")
        where = str(path.parent)
        options["gguf_file"] = path.name
        sha256 = sha256_of(path)
    elif not path.is_dir():
        commit = _hub_commit(source, revision)
        # Without a connection only what was fetched before is tried; asking again and again would take minutes.
        options |= {"revision": commit or revision or "main", "local_files_only": commit is None}
    try:
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        model = AutoModelForCausalLM.from_pretrained(
            where, attn_implementation=attention, dtype=torch.bfloat16 if on_gpu else torch.float32, **options
        )
    except Exception as error:  # readers of several formats fail on a damaged file with errors of all kinds
        said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise TrainingError(
            f"The base model {source} cannot be loaded: {said.strip()}",
            "Give a hub id that you may read, a local folder, or a .gguf file.",
        ) from error
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
        # All weights are float32 by now: else transformers' Trainer refuses them, and saving does.
        model.is_quantized = False
        model.hf_quantizer = None
    model.tie_weights()
    if on_gpu:
        model = _to_gpu(model, full)
    return BaseModel(model, tokenizer, source, sha256, commit or getattr(model.config, "_commit_hash", None))


def _hub_commit(source: str, revision: str | None) -> str | None:
    """The commit that a hub id stands for, None where the hub cannot be reached."""
    try:
        return huggingface_hub.HfApi().model_info(source, revision=revision, timeout=20).sha
    except (HfHubHTTPError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise TrainingError(
            f"There is no folder {source}, and the hub does not give a model of that name: {said}",
            "Check the name; for a model with terms, accept them and set HF_TOKEN.",
        ) from error
    except Exception as error:
        # The hub's client uses httpx or httpx2, whichever its version is built on.
        if isinstance(error, OSError) or "HTTPError" in class_names(error):
            return None
        raise


def _to_gpu(model: Any, full: bool) -> Any:
    # Steps of a small rate vanish in bfloat16 weights. Weights, gradients and AdamW's two moments: 16 bytes each.
    room = torch.cuda.get_device_properties(0).total_memory * 0.8
    if full and model.num_parameters() * 16 < room:
        torch.set_float32_matmul_precision("high")
        model = model.float()
    model = model.cuda()
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return model


def add_lora(
    base: BaseModel, *, rank: int, alpha: int, seed: int, start_from: Path | None = None, frozen_layers: int = 0
) -> Any:
    """Put a LoRA adapter on every linear layer (Hu et al., 2021, arXiv 2106.09685).

    Plain LoRA only: no rsLoRA, no DoRA, no trained embeddings, so that every server can load the result.

    Args:
        base: the model; changed in place.
        rank: r, at most 16 so that vLLM takes it by default.
        alpha: integer; the adapter is scaled by alpha / r.
        seed: of the initial weights.
        start_from: a PEFT folder to go on from.
        frozen_layers: so many layers, from the bottom, get no adapter, or keep that of ``start_from`` as it is, which
            saves the backward pass through them: a quarter of the time at half of the layers.

    Raises:
        TrainingError: ``start_from`` is no adapter of this model, or nothing is left to train.
    """
    from peft import LoraConfig, PeftModel, get_peft_model

    torch.manual_seed(seed)
    layers = base.model.config.num_hidden_layers
    if frozen_layers >= layers:
        raise TrainingError(f"{base.source} has {layers} layers, and {frozen_layers} are frozen.", "Freeze fewer.")
    if start_from is not None:
        if not (start_from / "adapter_config.json").is_file():  # PEFT would ask the hub for it
            raise TrainingError(f"There is no adapter in {start_from}.", "Give a PEFT folder.")
        try:
            model = PeftModel.from_pretrained(base.model, str(start_from), is_trainable=True)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
            said = " ".join(str(error).split())[:200]
            raise TrainingError(
                f"{start_from} is not an adapter of {base.source}: {said}", "Give a PEFT folder of one."
            ) from error
        return _freeze(model, frozen_layers)
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules=list(LORA_TARGETS),
        lora_dropout=0.0,
        bias="none",
        task_type="CAUSAL_LM",
        layers_to_transform=list(range(frozen_layers, layers)) if frozen_layers else None,
    )
    return get_peft_model(base.model, config)


def _freeze(model: Any, layers: int) -> Any:
    for name, parameter in model.named_parameters():
        number = re.search(r"\.layers\.(\d+)\.", name)
        if number and int(number[1]) < layers:
            parameter.requires_grad_(False)
    return model
