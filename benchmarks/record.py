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


def save(name: str, figures: dict[str, Any], *, part: bool = False) -> Path | str:
    """Write the figures of a run with machine, versions and date; those of a part of one have been printed.

    Args:
        name: of the benchmark; the file is ``results/NAME.json``.
        figures: what was measured, units in the keys.
        part: whether some of what the file has was not measured, and would be lost.

    Returns:
        The file, or why there is none.
    """
    path = RESULTS / f"{name}.json"
    if part:
        return f"a part only: {path} is left as it is"
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
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path
