"""The dot commands for the shell itself: scripts, programs, help, its end."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from llmsql.shell.commands.command import COMMANDS, Arguments, dot_command, only_argument
from llmsql.shell.session import ExitShell, ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session


@dot_command("read", "FILE", "Read input from FILE")
def _read(session: Session, arguments: Arguments) -> bool:
    return session.run_file(only_argument(arguments, ".read FILE"))


@dot_command("print", "STRING...", "Print literal STRING")
def _print(session: Session, arguments: Arguments) -> None:
    session.output.write(" ".join(arguments) + "\n")


@dot_command("cd", "DIRECTORY", "Change the working directory to DIRECTORY")
def _cd(session: Session, arguments: Arguments) -> None:
    folder = only_argument(arguments, ".cd DIRECTORY")
    try:
        os.chdir(Path(folder).expanduser())
    except OSError as error:
        raise ShellError(f"Cannot go to {folder}: {error.strerror}.") from None


@dot_command(
    "edit",
    "",
    "Edit the last statement in a text editor, then in the prompt",
    details="The editor is DUCKDB_EDITOR, EDITOR, VISUAL, or vi. \\e does the same.",
)
def _edit(session: Session, arguments: Arguments) -> None:
    if not session.interactive:
        raise ShellError(".edit needs a terminal.")
    editor = next((os.environ[n] for n in ("DUCKDB_EDITOR", "EDITOR", "VISUAL") if os.environ.get(n)), "vi")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "query.sql"
        file.write_text(session.last_input, encoding="utf-8")
        done = subprocess.run(f"{editor} {shlex.quote(str(file))}", shell=True, check=False)
        if done.returncode:
            raise ShellError(f"{editor} ended with code {done.returncode}.", "Name an editor in EDITOR.")
        session.next_input = file.read_text(encoding="utf-8", errors="replace").strip()


@dot_command("shell", "CMD ARGS...", "Run CMD ARGS... in a system shell", raw=True)
def _shell(session: Session, arguments: Arguments) -> None:
    if not arguments[0]:
        raise ShellError("Usage: .shell CMD ARGS...")
    done = subprocess.run(arguments[0], shell=True, check=False)
    if done.returncode:
        raise ShellError(f"The command ended with code {done.returncode}.")


@dot_command("system", "CMD ARGS...", "Run CMD ARGS... in a system shell", raw=True)
def _system(session: Session, arguments: Arguments) -> None:
    _shell(session, arguments)


@dot_command("safe_mode", "", "Enable safe-mode: no files, no programs, no network, for good")
def _safe_mode(session: Session, arguments: Arguments) -> None:
    session.lock()


@dot_command("version", "", "Show the version")
def _version(session: Session, arguments: Arguments) -> None:
    from llmsql import __version__

    session.output.write(f"llmsql {__version__}, DuckDB v{duckdb.__version__}\n")


@dot_command("exit", "?CODE?", "Exit this program with return-code CODE")
def _exit(session: Session, arguments: Arguments) -> None:
    if arguments and not arguments[0].lstrip("-").isdigit():
        raise ShellError("Usage: .exit ?CODE?")
    raise ExitShell(int(arguments[0]) if arguments else 0)


@dot_command("quit", "", "Exit this program")
def _quit(session: Session, arguments: Arguments) -> None:
    raise ExitShell(0)


@dot_command("help", "?PATTERN?", "Show help text for PATTERN")
def _help(session: Session, arguments: Arguments) -> None:
    pattern = arguments[0].lstrip(".") if arguments and not arguments[0].startswith("-") else ""
    matching = [COMMANDS[pattern]] if pattern in COMMANDS else [c for n, c in sorted(COMMANDS.items()) if pattern in n]
    if not matching:
        raise ShellError(f"There is no command with {pattern} in its name.", "Type .help for all.")
    width = max(len(f".{c.name} {c.usage}") for c in matching)
    for command in matching:
        head = f".{command.name} {command.usage}"
        session.output.write(f"{head:<{width}}  {command.help}\n")
        if len(matching) == 1 and command.details:
            session.output.write("".join(f"  {line}\n" for line in command.details.split("\n")))
    if not pattern:
        session.output.write(
            "\nA line that is neither SQL nor a command is a question. Statements end with a semicolon.\n"
            "Ctrl-R searches the history, Tab completes, Alt-Enter begins a new line, Ctrl-C stops, Ctrl-D ends.\n"
        )
