"""The command line of the shell: DuckDB's flags, done in the order in which they stand."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from llmsql import __version__
from llmsql.errors import ConfigError, LLMSQLError, SourceError
from llmsql.shell.opening import MEMORY
from llmsql.shell.output import Output
from llmsql.shell.render import MODES
from llmsql.shell.session import ExitShell, Session, ShellError

INIT_FILE = "~/.llmsqlrc"
_OK, _FAILED, _USAGE, _SOURCE, _INTERRUPTED = 0, 1, 2, 3, 130
_MODE_FLAGS = ("duckbox", *MODES)
_FLAGS: dict[str, tuple[str, str]] = {
    **{mode: ("", f"set output mode to '{mode}'") for mode in _MODE_FLAGS},
    "bail": ("", "stop after hitting an error"),
    "batch": ("", "force batch I/O"),
    "c": ("COMMAND", "run COMMAND and exit"),
    "cmd": ("COMMAND", "run COMMAND before reading stdin"),
    "echo": ("", "print commands before execution"),
    "f": ("FILENAME", "read/process named file and exit"),
    "header": ("", "turn headers on"),
    "help": ("", "show this message"),
    "init": ("FILENAME", f"read/process named file instead of {INIT_FILE}"),
    "interactive": ("", "force interactive I/O"),
    "model": ("NAME", "the model that answers questions"),
    "newline": ("SEP", "set output row separator; default: '\\n'"),
    "no-init": ("", f"skip {INIT_FILE}"),
    "no-stdin": ("", "exit after processing options instead of reading stdin"),
    "noheader": ("", "turn headers off"),
    "nullvalue": ("TEXT", "set text string for NULL values; default: 'NULL'"),
    "official": ("", "run the official duckdb command instead; then FILENAME, then options of its own"),
    "readonly": ("", "open the database read-only"),
    "s": ("COMMAND", "run COMMAND and exit"),
    "safe": ("", "enable safe-mode: no files, no programs, no network"),
    "separator": ("SEP", "set output column separator; default: '|'"),
    "storage-version": ("VER", "database storage compatibility version to use"),
    "unredacted": ("", "allow printing unredacted secrets"),
    "unsigned": ("", "allow loading of unsigned extensions"),
    "version": ("", "show the versions"),
}
_SHORT = {"h": "help"}


@dataclass
class _Line:
    """A command line, taken apart.

    Args:
        database: FILENAME.
        before: what sets the session up, whatever its place: ``readonly``, ``safe``, …
        steps: flags and statements in their order.
    """

    database: str = MEMORY
    before: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)


_BEFORE = frozenset(
    "batch help init interactive model no-init no-stdin readonly safe storage-version unredacted unsigned "
    "version".split()
)


def main(argv: Sequence[str]) -> int:
    """Run the shell.

    Args:
        argv: what follows ``llmsql shell``.

    Returns:
        The exit code: 0, 1 where something failed, 2 for a wrong flag, 3 for a database that cannot be opened, 130
        after Ctrl-C, or what ``.exit`` says.
    """
    if any(word.lstrip("-") == "official" and word.startswith("-") for word in argv):
        return _official([word for word in argv if word.lstrip("-") != "official"])
    try:
        line = parse_line(argv)
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        return _USAGE
    if "help" in line.before:
        _print_help()
        return _OK
    if "version" in line.before:
        print(f"llmsql {__version__}, DuckDB v{duckdb.__version__}")
        return _OK
    runs_and_exits = any(flag in ("c", "s", "f", "sql") for flag, _ in line.steps)
    typed = "interactive" in line.before or (sys.stdin.isatty() and "batch" not in line.before)
    interactive = typed and not runs_and_exits and "no-stdin" not in line.before
    output = Output(interactive)
    session = None
    try:
        session = _open(line, output)
        return _run(session, line, interactive, reads_stdin=not runs_and_exits and "no-stdin" not in line.before)
    except ExitShell as leave:
        return leave.code
    except LLMSQLError as error:
        output.error(f"Error: {error}")
        return _SOURCE if isinstance(error, SourceError) else _FAILED
    except KeyboardInterrupt:
        output.error("Interrupted.")
        return _INTERRUPTED
    finally:
        if session is not None:
            session.close()


def _official(arguments: list[str]) -> int:
    """The official command with a server behind it; what we do not know is for that command to judge."""
    from llmsql.serve import run_official

    model = None
    for flag in ("-model", "--model"):
        if flag in arguments[:-1]:
            at = arguments.index(flag)
            model = arguments[at + 1]
            del arguments[at : at + 2]
    source = arguments.pop(0) if arguments and not arguments[0].startswith("-") else None
    return run_official(source, arguments, say=lambda text: print(f"-- {text}", file=sys.stderr), model=model)


def parse_line(argv: Sequence[str]) -> _Line:
    """Take a command line apart.

    Args:
        argv: what follows ``llmsql shell``.

    Raises:
        ConfigError: a flag is wrong.
    """
    line = _Line()
    words = iter(argv)
    named = False
    for word in words:
        if not word.startswith("-") or word == "-":
            if named:
                line.steps.append(("sql", word))
            else:
                line.database, named = word, True
            continue
        flag = word.lstrip("-")
        flag = _SHORT.get(flag, flag)
        if flag not in _FLAGS:
            near = difflib.get_close_matches(flag, _FLAGS, n=1, cutoff=0.5)
            hint = f"Did you mean -{near[0]}?" if near else "`llmsql shell -help` lists them."
            raise ConfigError(f"There is no option {word}.", hint)
        value = ""
        if _FLAGS[flag][0]:
            try:
                value = next(words)
            except StopIteration:
                raise ConfigError(f"{word} needs {_FLAGS[flag][0]}.", f"Write it after it: {word} …") from None
        if flag in _BEFORE:
            line.before[flag] = value
        else:
            line.steps.append((flag, value))
    return line


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags where they are to be known and not acted upon.

    Args:
        parser: what makes completion files of them.
    """
    parser.add_argument("database", metavar="FILENAME", nargs="?")
    for flag, (value, text) in _FLAGS.items():
        if value:
            parser.add_argument(f"-{flag}", help=text, metavar=value)
        else:
            parser.add_argument(f"-{flag}", help=text, action="store_true")


def _print_help() -> None:
    print("usage: llmsql shell [OPTIONS] [FILENAME] [SQL]\n")
    print("A DuckDB shell in which a line that is neither SQL nor a dot command is a question.\n")
    print("FILENAME is a DuckDB database, made if it does not exist; without one, the database is in memory.")
    print("`sales` is the built-in sales database. Options act in the order in which they stand.\n\noptions:")
    for flag, (value, text) in sorted(_FLAGS.items()):
        print(f"  {'-' + flag + (' ' + value if value else ''):<24} {text}")


def _open(line: _Line, output: Output) -> Session:
    before = line.before
    config: dict[str, Any] = {}
    if "unsigned" in before:
        config["allow_unsigned_extensions"] = "true"
    if "unredacted" in before:
        config["allow_unredacted_secrets"] = "true"
    if "storage-version" in before:
        config["storage_compatibility_version"] = before["storage-version"]
    settings: dict[str, object] = {"model": before["model"]} if "model" in before else {}
    options: dict[str, Any] = {"config": config, "settings": settings}
    try:
        return Session(output, line.database, read_only="readonly" in before, **options)
    except SourceError as error:
        if not output.interactive:
            raise
        output.error(f"Error: {error}")
        output.note("-- an empty database in memory is open instead; .open FILE opens another")
        return Session(output, MEMORY, **options)


def _run(session: Session, line: _Line, interactive: bool, *, reads_stdin: bool) -> int:
    fine = _run_init_file(session, line)
    if "safe" in line.before:
        session.lock()
    for flag, value in line.steps:
        went_well = _step(session, flag, value)
        fine = fine and went_well
        if not went_well and (flag in ("c", "s", "f", "sql") or session.options.bail):
            return _FAILED
    if not reads_stdin:
        return _OK if fine else _FAILED
    if interactive:
        from llmsql.shell.terminal import converse

        return converse(session)
    lines = (raw.decode("utf-8", "surrogateescape") for raw in sys.stdin.buffer)
    fine = session.run_lines(lines) and fine
    return _OK if fine else _FAILED


def _run_init_file(session: Session, line: _Line) -> bool:
    if "init" in line.before:
        path = line.before["init"]
    elif "no-init" in line.before or not Path(INIT_FILE).expanduser().is_file():
        return True
    else:
        path = INIT_FILE
    if path == os.devnull:
        return True
    if session.interactive and session.options.startup_text == "all":
        session.output.note(f"-- Loading resources from {path}")
    try:
        return session.run_file(path)
    except ShellError as error:
        session.output.error(f"Error: {error}")
        return False


def _step(session: Session, flag: str, value: str) -> bool:
    options = session.options
    if flag in ("c", "s", "sql", "cmd"):
        return session.run_text(value, stop=True)
    if flag == "f":
        try:
            return session.run_file(value)
        except ShellError as error:
            session.output.error(f"Error: {error}")
            return False
    from llmsql.shell.commands.display import unescaped

    setters: dict[str, Callable[[], None]] = {
        "bail": lambda: setattr(options, "bail", True),
        "echo": lambda: setattr(options, "echo", True),
        "header": lambda: setattr(options.format, "headers", True),
        "noheader": lambda: setattr(options.format, "headers", False),
        "nullvalue": lambda: setattr(options.format, "null", value),
        "separator": lambda: setattr(options.format, "column_separator", unescaped(value)),
        "newline": lambda: setattr(options.format, "row_separator", unescaped(value)),
    }
    setters.get(flag, lambda: session.set_mode(flag, by_flag=True))()
    return True
