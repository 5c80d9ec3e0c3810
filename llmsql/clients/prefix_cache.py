"""Prefilled prompt prefixes on disk, so that a fresh process need not read a long schema again.

One file a prefix, ``KEY.DIGEST.kv``: the digest of the content is in the name, so a damaged or foreign file is noticed
and removed. Files hold the prompt's tokens, sample values of the database among them; the folder is for its owner only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024
_STALE_SECONDS = 3600.0


class PrefixCache:
    """A folder of saved engine states.

    Args:
        folder: created when missing.
        limit_bytes: total size; the least recently used files go first.

    Raises:
        OSError: the folder cannot be made.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def find(self, key: str) -> str | None:
        """Name of the intact file for ``key``, or None; marks it as used and removes what is not intact."""
        for path in self.folder.glob(f"{key}.*.kv"):
            with contextlib.suppress(OSError):
                if path.name == f"{key}.{_digest(path)}.kv":
                    os.utime(path)
                    return path.name
            self.remove(path.name)
        return None

    def add(self, key: str, save: Callable[[str], None]) -> None:
        """Keep what ``save`` writes.

        Args:
            key: hexadecimal.
            save: gets a file name inside the folder and writes that file; when it raises, nothing is kept.
        """
        temporary = self.folder / f"{uuid.uuid4().hex}.tmp"
        try:
            save(temporary.name)
            temporary.chmod(0o600)
            size = temporary.stat().st_size
            if size > self.limit_bytes:
                return
            self._make_room(size)
            os.replace(temporary, self.folder / f"{key}.{_digest(temporary)}.kv")
        finally:
            temporary.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Forget a file."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    def _make_room(self, size: int) -> None:
        for left_over in self.folder.glob("*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - left_over.stat().st_mtime > _STALE_SECONDS:
                    left_over.unlink()
        kept: list[tuple[float, int, Path]] = []
        for path in self.folder.glob("*.kv"):
            with contextlib.suppress(OSError):
                kept.append((path.stat().st_mtime, path.stat().st_size, path))
        total = sum(bytes_ for _, bytes_, _ in kept) + size
        for _, bytes_, path in sorted(kept):
            if total <= self.limit_bytes:
                break
            self.remove(path.name)
            total -= bytes_


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
