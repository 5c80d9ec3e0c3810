"""Work beside the terminal: Ctrl-C stops it, and after two seconds a line says how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
QUIET_SECONDS = 2.0
_POLL_SECONDS = 0.05
_STOP_SECONDS = 0.1
_BAR_CELLS = 20
_LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is.

    Args:
        what: in a few words.
        done: share between 0 and 1, None where it is not known.
        left: seconds still to go, None where nobody can say.
        handed: ``done`` is of rows that were handed over, some of which still wait for a model, ``left`` seconds: no
            bar is drawn, for it would run ahead.
    """

    what: str
    done: float | None = None
    left: float | None = None
    handed: bool = False


def run_interruptibly(
    work: Callable[[], T],
    stop: Callable[[], object],
    *,
    progress: Callable[[], Progress] | None = None,
    show: Callable[[str], object] | None = None,
) -> T:
    """What ``work`` returns, in a thread of its own.

    DuckDB may not notice a signal before its query is done, nor let itself be closed until then, while its
    ``interrupt`` stops it at once: hence the thread.

    Args:
        work: to be done.
        stop: makes ``work`` end soon; called until it does.
        progress: tells how far it is; called from this thread.
        show: replaces the status line; called with an empty text at the end.

    Raises:
        KeyboardInterrupt: Ctrl-C, after ``work`` has ended.
    """
    started = time.monotonic()
    shown = False
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="llmsql-work") as pool:
        future = pool.submit(work)
        try:
            poll = 0.001  # most statements are done at once
            while not future.done():
                wait([future], timeout=poll)
                poll = min(_POLL_SECONDS, poll * 2)
                seconds = time.monotonic() - started
                if seconds >= QUIET_SECONDS and show is not None and progress is not None and not future.done():
                    show(status_line(progress(), seconds))
                    shown = True
        except KeyboardInterrupt:
            while not future.done():  # again and again: between the model and the query there is nothing to stop
                stop()
                wait([future], timeout=_STOP_SECONDS)
            raise
        finally:
            if shown and show is not None:
                show("")
        return future.result()


def status_line(progress: Progress, seconds: float) -> str:
    """One line for a status: what, a bar, the time spent and the time left.

    Args:
        progress: how far it is.
        seconds: spent so far.
    """
    parts = [progress.what]
    share = None if progress.done is None else min(1.0, max(0.0, progress.done))
    if share is not None and not progress.handed:
        filled = round(share * _BAR_CELLS)
        parts.append(f"[{'#' * filled}{'-' * (_BAR_CELLS - filled)}] {share:4.0%}")
    left = _seconds_left(progress, share, seconds)
    parts.append(f"{seconds:.0f} s")
    if left is not None:
        parts.append(f"about {_duration(left)} left" if left >= 1 else "nearly done")
    return "  ".join(parts)


def _seconds_left(progress: Progress, share: float | None, spent: float) -> float | None:
    """At the speed so far, or as whoever is at work says."""
    if share is None or (progress.left is not None and not progress.handed):
        return progress.left
    if share <= _LEAST_SHARE:
        return None
    if not progress.handed:
        return spent / share - spent
    # What was handed over is done when the chunk is; all rows may have been, before the first has its answer.
    return None if progress.left is None else (spent + progress.left) / share - spent


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class StatusLine:
    """The last line of a terminal, written over again and again.

    Args:
        width: of the terminal, asked each time.
    """

    def __init__(self, width: Callable[[], int]) -> None:
        self._width = width

    def __call__(self, text: str) -> None:
        """Show a text in place of the last one; an empty one takes it away."""
        sys.stderr.write("\r\x1b[K" + text[: max(1, self._width() - 1)])
        sys.stderr.flush()
