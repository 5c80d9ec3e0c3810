"""Fine-tunes models of the Llama architecture for text to SQL, Llama 3 and SmolLM2 among them.

``python -m training.finetune_llama --base-model meta-llama/Meta-Llama-3-8B --dataset … --output-dir … --method lora``
"""

from __future__ import annotations

import sys

from training import finetune_core

RECIPES = ["llama3-8b-lora", "llama3-8b-full", "smollm2-135m-lora", "smollm2-135m-full"]


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    return finetune_core.main("Fine-tune Llama 3, SmolLM2 or another Llama, with LoRA or in full.", RECIPES, argv)


if __name__ == "__main__":
    sys.exit(main())
