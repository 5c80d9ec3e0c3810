"""Where text goes: the terminal, a file, a pipe or the pager. Data go to stdout, all else to stderr."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import IO

from llmsql.errors import LLMSQLError

PAGED_ROWS = 50
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Of an ``OSError`` where standard output or a disk takes no more."""
_RESET = "\x1b[0m"
_STYLES = {"dim": "\x1b[90m", "bold": "\x1b[1m", "error": "\x1b[1;31m", "good": "\x1b[32m"}
_NULL_CELL = re.compile(r"(?<=│)( +NULL +)(?=│)")
_ERROR_KIND = re.compile(r"(?:[A-Z][\w ]* )?[Ee]rror:")


class Output:
    """All that the shell writes.

    Args:
        interactive: a person is typing.
    """

    def __init__(self, interactive: bool) -> None:
        self.interactive = interactive
        self.target = "stdout"
        self.pager_mode = "automatic"
        self.pager_command: str | None = None
        self.paged_rows = PAGED_ROWS
        self._redirected: IO[str] | None = None
        self._pipe: subprocess.Popen[str] | None = None
        self._once = False

    @property
    def is_terminal(self) -> bool:
        """Whether data go to a terminal now."""
        return self._redirected is None and sys.stdout.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal, 80 where there is none."""
        return shutil.get_terminal_size((80, 24)).columns

    @property
    def has_colour(self) -> bool:
        """Whether data may be coloured."""
        return self._redirected is None and may_colour(sys.stdout)

    @property
    def has_error_colour(self) -> bool:
        """Whether what goes to stderr may be coloured."""
        return may_colour(sys.stderr)

    def write(self, text: str) -> None:
        """Write data."""
        stream = self._redirected or sys.stdout
        try:
            stream.write(text)
            if stream is sys.stdout and self.interactive:
                stream.flush()
        except BrokenPipeError:
            if self._redirected is None:
                raise
            self.redirect("off", once=True)  # the program at the other end has seen enough
        except OSError as error:
            if self._redirected is None:
                raise
            raise self._cannot_write(error) from None
        except UnicodeEncodeError as error:
            raise LLMSQLError(f"The output cannot be written as {error.encoding}.", "Set PYTHONUTF8=1.") from None

    def write_all(self, pieces: Iterable[str]) -> None:
        """Write data as they come."""
        try:
            for piece in pieces:
                self.write(piece)
        finally:
            if isinstance(pieces, Generator):  # else the query that they come from stays open where writing fails
                pieces.close()

    def note(self, text: str) -> None:
        """Say something beside the data."""
        self._say(f"{_STYLES['dim']}{text}{_RESET}" if self.has_error_colour else text)

    def say(self, text: str) -> None:
        """Write a text of ours, as it is."""
        self._say(text)

    def error(self, text: str) -> None:
        """Say what went wrong."""
        if self.has_error_colour:
            kind = _ERROR_KIND.match(text)
            end = kind.end() if kind else 0
            text = f"{_STYLES['error']}{text[:end]}{_RESET}{text[end:]}"
        self._say(text)

    def _say(self, text: str) -> None:
        sys.stdout.flush()
        print(text, file=sys.stderr, flush=True)

    def redirect(self, target: str | None, *, once: bool = False) -> None:
        """Send data elsewhere from now on.

        Args:
            target: a file, a command after ``|``, or None for stdout.
            once: for the next command only.

        Raises:
            LLMSQLError: the file cannot be written or the command cannot be started.
        """
        self._close()
        self._once = once
        if target is None or target in ("stdout", "-"):
            self._once = False
            return
        try:
            if target.startswith("|"):
                self._pipe = subprocess.Popen(
                    target[1:], shell=True, stdin=subprocess.PIPE, text=True, encoding="utf-8"
                )
                self._redirected = self._pipe.stdin
            else:
                path = os.devnull if target == "off" else Path(target).expanduser()
                self._redirected = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115
        except OSError as error:
            raise LLMSQLError(f"Cannot write to {target}: {error.strerror}.") from None
        self.target = target

    def end_command(self) -> None:
        """A command has ended: what was redirected for it goes to stdout again."""
        if self._once:
            self.redirect(None)
        elif self._redirected is not None and not self._redirected.closed:
            try:
                self._redirected.flush()
            except BrokenPipeError:
                self.redirect(None)
            except OSError as error:
                raise self._cannot_write(error) from None

    def _cannot_write(self, error: OSError) -> LLMSQLError:
        """What to raise where the file takes no more; it is given up."""
        target = self.target
        with contextlib.suppress(LLMSQLError):
            self._close()
        return LLMSQLError(f"Cannot write to {target}: {error.strerror}.")

    def _close(self) -> None:
        stream, pipe, target = self._redirected, self._pipe, self.target
        self._redirected, self._pipe, self.target, self._once = None, None, "stdout", False
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                pass
            except OSError as error:
                raise LLMSQLError(f"Cannot write to {target}: {error.strerror}.") from None
        if pipe is not None:
            pipe.wait()

    def close(self) -> None:
        """Close files and pipes."""
        self._close()

    def pages(self, rows: int) -> bool:
        """Whether a result of so many rows goes to the pager."""
        if not (self.interactive and self.is_terminal) or self.pager_mode == "off":
            return False
        return self.pager() is not None and (self.pager_mode == "on" or rows > self.paged_rows)

    def pager(self) -> str | None:
        """The pager's command line, or None where there is none."""
        for command in (self.pager_command, os.environ.get("DUCKDB_PAGER"), os.environ.get("PAGER")):
            if command:
                return command
        if os.environ.get("TERM", "dumb") == "dumb" or shutil.which("less") is None:
            return None
        return "less -SRX"

    def page(self, text: str) -> None:
        """Show a text in the pager and wait until it is closed."""
        command = self.pager() or "cat"
        sys.stdout.flush()
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's
        try:
            subprocess.run(command, shell=True, input=text, text=True, encoding="utf-8", check=False)
        except BrokenPipeError:
            pass
        finally:
            signal.signal(signal.SIGINT, before)


def may_colour(stream: IO[str]) -> bool:
    """Whether a stream is a terminal that shows colours and may: ``NO_COLOR`` is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def paint_table(drawn: str) -> str:
    """Colour a table that DuckDB has drawn: names bold, types and NULL grey.

    Args:
        drawn: with its frame.
    """
    lines = drawn.split("\n")
    body = next((i for i, line in enumerate(lines) if line.startswith(("├", "└"))), 0)
    for number, line in enumerate(lines):
        if number == 1 and body > 1:
            lines[number] = _paint_cells(line, "bold")
        elif 1 < number < body:
            lines[number] = _paint_cells(line, "dim")
        elif number > body and line.startswith("│"):
            lines[number] = _NULL_CELL.sub(lambda m: f"{_STYLES['dim']}{m.group()}{_RESET}", line)
        elif number > body and line and not line.startswith(("├", "└", "┌")):
            lines[number] = f"{_STYLES['dim']}{line}{_RESET}"
    return "\n".join(lines)


def _paint_cells(line: str, style: str) -> str:
    return "│".join(f"{_STYLES[style]}{cell}{_RESET}" if cell.strip() else cell for cell in line.split("│"))
