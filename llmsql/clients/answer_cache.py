"""Answers of models kept on disk, so that the same request need not be paid or waited for twice.

One SQLite file in a folder of its own, shared by processes; each answer is written when it is there, so a run that is
killed keeps what it has. An answer is found by a hash of the whole request and of what answers it; what is kept is the
text alone, neither the prompt nor the row that it was about.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from llmsql.clients.base import Generation

DEFAULT_LIMIT_BYTES = 256 * 1024 * 1024
DEFAULT_TTL = 90 * 24 * 3600.0
_FILE = "answers.sqlite"
_TOUCH_SECONDS = 3600.0
_WAIT_SECONDS = 5.0
_TABLE = """
CREATE TABLE IF NOT EXISTS answers
    (key TEXT PRIMARY KEY, answer TEXT NOT NULL, bytes INTEGER NOT NULL, made REAL NOT NULL, used REAL NOT NULL)
    WITHOUT ROWID
"""

T = TypeVar("T")


class AnswerCache:
    """Answers by key.

    A cache that cannot be read or written is no reason not to answer: it then holds nothing.

    Args:
        folder: made, readable by its owner only, when the first answer is kept.
        ttl: seconds after which an answer counts as none.
        limit_bytes: of all answers; the least recently used go first.
    """

    def __init__(self, folder: Path, ttl: float = DEFAULT_TTL, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._folder = folder
        self.ttl = ttl
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._bytes = 0

    def find(self, key: str) -> Generation | None:
        """The answer kept under ``key``; one that is damaged or too old counts as none."""

        def look(database: sqlite3.Connection) -> str | None:
            now = time.time()
            row = database.execute("SELECT answer, made, used FROM answers WHERE key = ?", [key]).fetchone()
            if row is None or row[1] < now - self.ttl:
                return None
            if row[2] < now - _TOUCH_SECONDS:
                database.execute("UPDATE answers SET used = ? WHERE key = ?", [now, key])
            return str(row[0])

        text = self._with_database(look, make=False)
        try:
            return Generation(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None

    def keep(self, key: str, answer: Generation) -> None:
        """Keep an answer, in place of one that was kept under the same key."""
        text = json.dumps(asdict(answer))

        def write(database: sqlite3.Connection) -> None:
            now = time.time()
            values = [key, text, len(text), now, now]
            database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", values)
            self._bytes += len(text)
            if self._bytes > self.limit_bytes:
                self._make_room(database, now)

        self._with_database(write, make=True)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._shut()

    def _with_database(self, work: Callable[[sqlite3.Connection], T], *, make: bool) -> T | None:
        """What ``work`` gives; None where there is no database or SQLite fails."""
        with self._lock:
            try:
                database = self._open(make)
                return None if database is None else work(database)
            except sqlite3.OperationalError:  # locked for long, full disk, read-only folder
                self._shut()
            except sqlite3.DatabaseError:  # not a database, or damaged: nothing in it can be trusted
                self._shut()
                with contextlib.suppress(OSError):
                    (self._folder / _FILE).unlink()
            return None

    def _open(self, make: bool) -> sqlite3.Connection | None:
        path = self._folder / _FILE
        if self._database is None:
            if not make and not path.is_file():
                return None
            with contextlib.suppress(OSError):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
            self._prepare(self._database)
            self._bytes = self._size(self._database)
        return self._database

    def _prepare(self, database: sqlite3.Connection) -> None:
        """Journal and table, one opener at a time: SQLite does not wait for a lock when it changes to WAL."""
        with contextlib.ExitStack() as stack:
            # A folder that cannot be written, a lock held too long, a file system without locks.
            with contextlib.suppress(OSError, NotImplementedError):
                stack.enter_context(FileLock(self._folder / f"{_FILE}.lock", timeout=_WAIT_SECONDS, poll_interval=0.01))
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_TABLE)

    def _make_room(self, database: sqlite3.Connection, now: float) -> None:
        """Down to nine tenths of the limit, so that this is not done for every answer."""
        database.execute("DELETE FROM answers WHERE made < ?", [now - self.ttl])
        kept = 0
        for used, size in database.execute("SELECT used, bytes FROM answers ORDER BY used DESC").fetchall():
            kept += size
            if kept > self.limit_bytes * 0.9:
                database.execute("DELETE FROM answers WHERE used <= ?", [used])
                break
        self._bytes = self._size(database)

    @staticmethod
    def _size(database: sqlite3.Connection) -> int:
        return int(database.execute("SELECT coalesce(sum(bytes), 0) FROM answers").fetchone()[0])

    def _shut(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.close()
