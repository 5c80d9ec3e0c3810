"""Fine-tunes Gemma for text to SQL.

``python -m training.finetune_gemma --base-model google/gemma-7b --dataset … --output-dir … --method full``
"""

from __future__ import annotations

import sys

from training import finetune_core

RECIPES = ["gemma-7b-full", "gemma-7b-lora", "gemma-3-270m-full"]


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    return finetune_core.main("Fine-tune Gemma, in full or with LoRA.", RECIPES, argv)


if __name__ == "__main__":
    sys.exit(main())
