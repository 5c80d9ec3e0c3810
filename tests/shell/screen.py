"""A shell in a real pseudo-terminal, its screen kept by a terminal emulator."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable

import pexpect
import pyte

from tests.test_connection import child_environment


class Screen:
    """A shell, and what a person would see of it.

    Args:
        arguments: what follows ``llmsql shell``.
        columns: of the terminal.
        lines: of the terminal.
        patience: seconds to wait for what ``wait`` is told; a machine that runs tests may be busy.
        **environment: more variables.
    """

    def __init__(
        self, *arguments: str, columns: int = 100, lines: int = 40, patience: float = 300.0, **environment: str
    ) -> None:
        self._patience = patience
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            sys.executable, ["-m", "llmsql", "shell", *arguments], dimensions=(lines, columns), timeout=self._patience,
            env={**child_environment(), "TERM": "xterm-256color", "PAGER": "cat", "COLUMNS": str(columns), **environment},
        )  # fmt: skip

    @property
    def text(self) -> str:
        """The screen's lines without blanks at their ends."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait(self, seen: Callable[[str], bool] | str) -> str:
        """Read until the screen shows something."""
        deadline = time.monotonic() + self._patience
        while not (seen in self.text if isinstance(seen, str) else seen(self.text)):
            assert time.monotonic() < deadline, f"not seen; the screen is\n{self.text}"
            try:
                chunk = self.child.read_nonblocking(65536, timeout=0.5)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                chunk = b""
                assert seen in self.text if isinstance(seen, str) else seen(self.text), self.text
            self.raw += chunk
            self._stream.feed(chunk)
            if b"\x1b[6n" in chunk:  # the prompt asks where the cursor is
                self.child.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
        return self.text

    def type(self, text: str) -> None:
        self.child.send(text)

    def leave(self) -> int:
        """End the shell with Ctrl-D; its exit code."""
        self.type("\x04")
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)

    def end(self) -> None:
        """Kill the shell where it is still there, and wait until it is gone."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.close()
