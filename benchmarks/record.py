"""Where and with what a benchmark ran, and the file that its figures go to."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from llmsql.machine import describe_machine

RESULTS = Path(__file__).parent / "results"


def save(name: str, figures: dict[str, Any]) -> Path:
    """Write the figures of a run with machine, versions and date.

    Args:
        name: of the benchmark; the file is ``results/NAME.json``.
        figures: what was measured, units in the keys.
    """
    packages = ("duckdb", "sqlglot", "xllamacpp")
    document = {
        "benchmark": name,
        "date": datetime.date.today().isoformat(),
        "machine": describe_machine(),
        "python": platform.python_version(),
        "versions": {p: importlib.metadata.version(p) for p in packages},
        "figures": figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path
