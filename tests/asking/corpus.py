"""Reads the corpora of SQL beside it: one text a line, ``#`` starts a heading, ``\\n`` and ``\\uXXXX`` are escapes."""

from __future__ import annotations

import re
from pathlib import Path

_ESCAPE = re.compile(r"\\(n|u[0-9a-f]{4}|\\)")


def read_corpus(name: str) -> list[tuple[str, str]]:
    """(heading, text) of every line of a corpus."""
    heading, texts = "", []
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line[2:]
        elif line:
            texts.append((heading, _ESCAPE.sub(_unescaped, line)))
    return texts


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    return "\n" if code == "n" else "\\" if code == "\\" else chr(int(code[1:], 16))
