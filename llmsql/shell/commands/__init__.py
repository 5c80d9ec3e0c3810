"""The dot commands: what ``.help`` lists.

============= ==========================================
``command``   what one is, and how its arguments are read
``display``   how results look, and where they go
``database``  what is open, what it holds
``shell``     scripts, programs, help
``questions`` asking, and judging answers
============= ==========================================
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from llmsql.shell.commands import database, display, questions, shell  # noqa: F401  each lists its own
from llmsql.shell.commands.command import COMMANDS, Command, split_arguments
from llmsql.shell.session import ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session

__all__ = ["COMMANDS", "NOT_HERE", "UNSAFE", "Command", "find_command", "run_command"]

UNSAFE = frozenset("cd chart edit import once open output read shell system".split())
"""What safe mode takes away: files and programs."""
NOT_HERE = frozenset(
    "binary decimal_sep display_colors excel highlight_colors highlight_errors highlight_mode highlight_results "
    "large_number_rendering log multiline progress_bar read_line_version render_completion render_errors singleline "
    "thousand_sep ui_command".split()
)
"""Commands of ``duckdb`` that are refused: what they set is not in the hands of DuckDB's Python package, or ours."""
_SHORT = {
    **{"c": "cd", "d": "dump", "e": "edit", "h": "headers", "he": "headers", "hi": "highlight", "l": "last"},
    **{"m": "mode", "mo": "mode", "ma": "maxrows", "max": "maxrows", "o": "output", "p": "pager", "r": "read"},
    **{"sh": "shell", "t": "timer"},
}
"""What beginnings that several commands have are short for, as in ``duckdb``."""
_OWN_SEMICOLON = frozenset({"nullvalue", "print", "prompt", "separator"})
"""Commands whose text may end with a semicolon; elsewhere one does no harm."""


def run_command(session: Session, line: str) -> bool:
    """Run a dot command.

    Args:
        session: where.
        line: the command with its dot.

    Returns:
        Whether it went well.

    Raises:
        LLMSQLError: there is no such command, or it failed.
        ExitShell: it was ``.exit``.
    """
    line = {"\\e": ".edit", "\\q": ".quit", "\\d": ".tables", "\\?": ".help"}.get(line[:2], line[:2]) + line[2:]
    name, _, rest = line[1:].partition(" ")
    command = find_command(name.rstrip(";"))
    if session.options.safe and command.name in UNSAFE:
        raise ShellError(f".{command.name} is not there in safe mode.")
    rest = rest.strip()
    if not command.raw and command.name not in _OWN_SEMICOLON:
        rest = rest.removesuffix(";")
    return command.run(session, [rest] if command.raw else split_arguments(rest)) is not False


def find_command(name: str) -> Command:
    """The command of a name, or of a beginning that only one has or that DuckDB takes for it.

    Args:
        name: without its dot.

    Raises:
        ShellError: there is none, there are several, or it is one of ``NOT_HERE``.
    """
    name = _SHORT.get(name, name)
    known = sorted({*COMMANDS, *NOT_HERE})
    found = [name] if name in known else [other for other in known if other.startswith(name)]
    if len(found) > 1:
        raise ShellError(f".{name} is short for {', '.join('.' + other for other in found)}.", "Type one more letter.")
    if found and found[0] in NOT_HERE:
        raise ShellError(f".{found[0]} is not in llmsql's shell.", "Type .help for what is.")
    if found:
        return COMMANDS[found[0]]
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    raise ShellError(f"There is no command .{name}.", f"Did you mean .{near[0]}?" if near else "Type .help for all.")
