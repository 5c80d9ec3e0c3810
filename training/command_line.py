"""How a script ends: what its user can mend is one line on stderr, never a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

import duckdb

from llmsql.errors import LLMSQLError

P = ParamSpec("P")


def one_line_errors(stopped: str = "stopped") -> Callable[[Callable[P, int]], Callable[P, int]]:
    """Makes a script's ``main`` say in a line why it failed, and give the exit code 1, or 130 after Ctrl-C.

    Args:
        stopped: said after Ctrl-C.
    """

    def decorate(main: Callable[P, int]) -> Callable[P, int]:
        @functools.wraps(main)
        def run(*args: P.args, **kwargs: P.kwargs) -> int:
            try:
                return main(*args, **kwargs)
            except LLMSQLError as error:
                said = str(error)
            except duckdb.Error as error:
                said = str(error).split("\n", 1)[0]
            except OSError as error:
                said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            except KeyboardInterrupt:
                print(stopped, file=sys.stderr)
                return 130
            print(f"error: {said}", file=sys.stderr)
            return 1

        return run

    return decorate
