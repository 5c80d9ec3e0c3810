"""Fine-tunes Qwen2.5-Coder for text to SQL: ``python -m training.finetune_qwen --dataset … --output-dir …``."""

from __future__ import annotations

import sys

from training import finetune_core


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    return finetune_core.main("Fine-tune Qwen2.5-Coder with LoRA.", ["qwen-0.5b-lora-stage1"], argv)


if __name__ == "__main__":
    sys.exit(main())
