"""Virtual environments for the packages that we are measured against: one each, made once."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

LLMUDF = ("duckdb-llm-udf[openai]==0.1.4", "duckdb<1.4")
"""What duckdb-llm-udf needs; it does not know later versions of DuckDB."""


def installed(name: str, requirements: Sequence[str], folder: Path) -> Path:
    """The Python of a rival's environment, made when missing.

    Args:
        name: of the rival, and of the environment.
        requirements: what to install.
        folder: where the environments are.

    Raises:
        subprocess.CalledProcessError: it cannot be installed; ``stderr`` says why.
    """
    home = folder / name
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = home / "installed.txt"
    wanted = "\n".join(requirements)
    if not done.is_file() or done.read_text() != wanted:
        print(f"installing {name} …", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "-q", *requirements]
        subprocess.run(pip, check=True, capture_output=True, text=True)
        done.write_text(wanted)
    return python
