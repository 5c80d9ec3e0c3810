"""What ``ai_redact``, ``ai_extract`` and lists of structs are worth: ``python -m benchmarks.extraction`` (two minutes).

The texts with what is in them are in ``benchmarks/extraction.json``: made up by a large language model that saw neither
the prompts nor any answer. The prompts were chosen on others.
"""

from __future__ import annotations

import argparse
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import llmsql
from benchmarks.record import save
from llmsql.rows.redaction import KINDS

CASES = Path(__file__).with_suffix(".json")
_MARK = re.compile("|".join(re.escape(f"[{kind.upper()}]") for kind in KINDS))


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b", help="default: %(default)s")
    options = parser.parse_args()
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    with llmsql.connect(row_model=options.model, timeout=600) as con:
        figures = _redact(con, cases["redact"]) | _extract(con, cases["extract"]) | _lists(con, cases["lists"])
    print(json.dumps(figures, indent=2))
    print(save("extraction", {"model": options.model, **figures}))


def _redact(con: llmsql.Connection, cases: list[dict[str, Any]]) -> dict[str, str]:
    """Pieces without a word left, and texts that lost other words or everything."""
    gone, pieces, too_much, failed = 0, 0, 0, 0
    for case in cases:
        pieces += len(case["pieces"])
        redacted = _value(con, "SELECT ai_redact(?)", case["text"])
        if redacted is None:
            failed += 1
            continue
        left = _words(_MARK.sub(" ", redacted))
        others = case["text"]
        for piece in case["pieces"]:
            others = others.replace(piece, " ")
        gone += sum(not (_words(piece) - _words(others)) & left for piece in case["pieces"])
        too_much += bool(_words(others) - left)
    return {
        "pieces redacted": f"{gone} of {pieces}",
        "texts with more redacted": f"{too_much} of {len(cases)}",
        "texts without an answer": f"{failed} of {len(cases)}",
    }


def _extract(con: llmsql.Connection, cases: list[dict[str, Any]]) -> dict[str, str]:
    right, fields = 0, 0
    for case in cases:
        spec = case["spec"].replace("'", "''")
        answer = _value(con, f"SELECT ai_extract(?, '{spec}')", case["text"]) or {}
        right += sum(_plain(answer.get(field)) == _plain(value) for field, value in case["gold"].items())
        fields += len(case["gold"])
    return {"fields right": f"{right} of {fields}"}


def _lists(con: llmsql.Connection, cases: list[dict[str, Any]]) -> dict[str, str]:
    right = 0
    for case in cases:
        answer = _value(con, f"SELECT ai_complete(?, return_type := '{case['type']}')", case["prompt"])
        right += answer is not None and sorted(map(_key, answer)) == sorted(map(_key, case["gold"]))
    return {"lists right": f"{right} of {len(cases)}"}


def _value(con: llmsql.Connection, sql: str, text: str) -> Any:
    [(value,)] = con.execute(sql, [text]).fetchall()
    return value


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _key(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    """A value in which case, a last full stop and the type of a number do not count."""
    if isinstance(value, str):
        return value.strip().rstrip(".").casefold()
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


if __name__ == "__main__":
    main()
