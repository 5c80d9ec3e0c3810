"""Ctrl-C in a Python program: DuckDB notices it at once, but cannot stop a Python function that waits for a model.

Python runs signal handlers in the main thread, also while that is inside DuckDB. So a handler stops the models first,
and then does what Ctrl-C did before. It is set once, in the main thread, and only over Python's own handler: a program
that handles Ctrl-C itself calls ``con.interrupt()``.
"""

from __future__ import annotations

import _thread
import signal
import threading
import weakref
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmsql.rows.engine import RowEngine

_MOMENT_SECONDS = 0.05
_ENGINES: weakref.WeakSet[RowEngine] = weakref.WeakSet()


def stop_on_interrupt(engine: RowEngine) -> None:
    """Stop an engine's calls on Ctrl-C, for as long as it lives."""
    _ENGINES.add(engine)
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    for engine in list(_ENGINES):
        engine.cancel_all()
    signal.default_int_handler(number, frame)


def interrupt_later() -> None:
    """Raise ``KeyboardInterrupt`` in the main thread in a moment, when DuckDB has let go of the function.

    Raised inside of it, DuckDB would wrap it in an error of its own.
    """
    threading.Timer(_MOMENT_SECONDS, _interrupt_main).start()


def _interrupt_main() -> None:
    if hasattr(signal, "pthread_kill"):  # which wakes a program that sleeps
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()
