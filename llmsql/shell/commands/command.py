"""What a dot command is, and how its arguments are read."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmsql.shell.session import ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session

SWITCH = "on|off"
"""The usage of what is turned on or off."""
Arguments = list[str]


@dataclass(frozen=True, slots=True)
class Command:
    """A dot command.

    Args:
        name: without its dot.
        usage: its arguments, as ``.help`` writes them.
        help: what it does, in a few words.
        run: does it; gets the arguments, or the rest of the line in one piece where ``raw``.
        raw: the rest of the line is one argument.
        details: further lines of ``.help NAME``.
    """

    name: str
    usage: str
    help: str
    run: Callable[[Session, Arguments], bool | None]
    raw: bool = False
    details: str = ""


COMMANDS: dict[str, Command] = {}
"""By name; filled as the modules of this package are imported."""


def dot_command(
    name: str, usage: str, help_: str, *, raw: bool = False, details: str = ""
) -> Callable[[Callable[[Session, Arguments], bool | None]], Callable[[Session, Arguments], bool | None]]:
    """List a function as the command of a name; arguments as ``Command``."""

    def register(run: Callable[[Session, Arguments], bool | None]) -> Callable[[Session, Arguments], bool | None]:
        COMMANDS[name] = Command(name, usage, help_, run, raw, details)
        return run

    return register


def split_arguments(rest: str) -> Arguments:
    """The words after a command's name, quotes taken off.

    Raises:
        ShellError: a quote is not closed.
    """
    try:
        lexer = shlex.shlex(rest, posix=True, punctuation_chars=False)
        lexer.whitespace_split = True
        lexer.commenters = ""
        lexer.escape = "" if os.name == "nt" else "\\"
        return list(lexer)
    except ValueError:
        raise ShellError("A quote is not closed.", f"Close it: .help tells what a command takes. ({rest})") from None


def only_argument(arguments: Arguments, usage: str) -> str:
    """The argument of a command that takes one.

    Raises:
        ShellError: there is none, or several.
    """
    if len(arguments) != 1 or not arguments[0]:
        raise ShellError(f"Usage: {usage}")
    return arguments[0]


def read_switch(arguments: Arguments, name: str) -> bool:
    """Whether a command is to turn something on.

    Raises:
        ShellError: it says neither on nor off.
    """
    word = only_argument(arguments, f".{name} {SWITCH}").lower()
    if word in ("on", "1", "true", "yes"):
        return True
    if word in ("off", "0", "false", "no"):
        return False
    raise ShellError(f".{name} is on or off, not {word}.")


def read_number(arguments: Arguments, name: str) -> int:
    """The number that a command is given.

    Raises:
        ShellError: it is none.
    """
    word = only_argument(arguments, f".{name} NUMBER")
    if not word.isdigit():
        raise ShellError(f".{name} takes a whole number, not {word}.")
    return int(word)
