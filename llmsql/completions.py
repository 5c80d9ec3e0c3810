"""``llmsql completions``: the file with which a shell completes ``llmsql``, made from the command line's own parser."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import shtab

from llmsql.registry import load_registry
from llmsql.shell.main import add_flags


def completion_file(parser: argparse.ArgumentParser, shell: str) -> str:
    """What a shell reads to complete a command.

    Args:
        parser: of the command line; what its words complete to is written into it.
        shell: ``bash``, ``zsh``, ``fish`` or ``tcsh``.
    """
    models = [entry.name for entry in load_registry()]
    for name, command in _commands("", parser):
        if name == "shell":
            add_flags(command)
        for action in command._actions:  # argparse and shtab have no other door
            if action.metavar in ("FILE", "FILENAME", "F"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.metavar == "DIR":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif action.metavar == "NAME" and action.dest in ("name", "model"):
                action.choices = models
        command.description = None  # the list of commands shows their short help
    text = shtab.complete(parser, shell)
    if shell == "fish":  # which has an option of its own for words behind one dash, as DuckDB's flags are
        text = re.sub(r" -s (?=\w[\w-]+ )", " -o ", text)
    return text.rstrip("\n")


def _commands(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child, command in action.choices.items():
                yield from _commands(child, command)
