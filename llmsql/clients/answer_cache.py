"""Answers of a local model kept on disk: the same greedy request gives the same text, so it need not be written twice.

One small JSON file an answer, named by a hash of the model's files and the whole request. What is kept is the text
alone: it is checked and bound anew each time that it is used.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from llmsql.clients.base import Generation

MOST_ANSWERS = 2_000


class AnswerCache:
    """Answers by key.

    Args:
        folder: made, readable by its owner only, when the first answer is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> Generation | None:
        """The answer kept under ``key``; a damaged file counts as none."""
        try:
            kept = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            return Generation(**kept)
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, key: str, answer: Generation) -> None:
        """Keep an answer; a folder that cannot be written is no reason not to answer."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room()
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(answer), file)
            os.replace(name, self._folder / f"{key}.json")

    def _make_room(self) -> None:
        kept = list(self._folder.glob("*.json"))
        if len(kept) >= MOST_ANSWERS:
            for path in sorted(kept, key=lambda p: p.stat().st_mtime)[: MOST_ANSWERS // 10]:
                path.unlink(missing_ok=True)
