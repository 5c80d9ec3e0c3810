"""Fine-tunes Qwen2.5-Coder for text to SQL: ``python -m training.finetune_qwen --dataset … --output-dir …``."""

from __future__ import annotations

import sys

from training.finetune_core import main

if __name__ == "__main__":
    sys.exit(main("Fine-tune Qwen2.5-Coder with LoRA.", "qwen-0.5b-lora-stage1"))
