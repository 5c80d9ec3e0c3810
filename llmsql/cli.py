"""The command line. Data go to stdout, everything else to stderr; the exit code says what went wrong."""

from __future__ import annotations

import argparse
import enum
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmsql import __version__
from llmsql.errors import (
    ConfigError,
    LimitError,
    LLMSQLError,
    ModelError,
    RegistryError,
    SourceError,
)

if TYPE_CHECKING:
    from llmsql.answer import Answer
    from llmsql.registry import ModelEntry

FORMATS = ("table", "csv", "json", "markdown")


class ExitCode(enum.IntEnum):
    """What the process says about how it ended."""

    OK = 0
    """the answer was given"""
    QUERY = 1
    """the question has no answer, or its SQL failed"""
    USAGE = 2
    """the command line or a setting is wrong"""
    SOURCE = 3
    """the database or file cannot be opened"""
    MODEL = 4
    """the model cannot be had or cannot answer"""
    LIMIT = 5
    """a time limit stopped the query"""
    INTERRUPT = 130
    """Ctrl-C"""


def exit_code(error: BaseException) -> ExitCode:
    """The exit code for an error."""
    for kind, code in (
        (KeyboardInterrupt, ExitCode.INTERRUPT),
        ((ConfigError, RegistryError), ExitCode.USAGE),
        (SourceError, ExitCode.SOURCE),
        (ModelError, ExitCode.MODEL),
        (LimitError, ExitCode.LIMIT),
    ):
        if isinstance(error, kind):
            return code
    return ExitCode.QUERY


def build_parser() -> argparse.ArgumentParser:
    """Every command and option."""
    parser = argparse.ArgumentParser(prog="llmsql", description="Ask questions in DuckDB.")
    parser.add_argument("--version", action="version", version=f"llmsql {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    ask = commands.add_parser("ask", help="answer a question", description="Answer a question from a database.")
    ask.add_argument("question", help="in your words; - reads it from standard input")
    ask.add_argument(
        "-d",
        "--database",
        metavar="FILE",
        help="DuckDB or SQLite file, .csv .parquet .json .xlsx, or a folder of them; default: the built-in sales data",
    )
    ask.add_argument("-m", "--model", metavar="NAME", help="a model of `llmsql models list`, or a provider's own")
    ask.add_argument("-t", "--tables", metavar="A,B", help="use only these tables")
    ask.add_argument("-f", "--format", choices=FORMATS, default="table", help="of the rows; default: %(default)s")
    ask.add_argument("--sql", action="store_true", help="print the SQL and do not run it")
    ask.add_argument("--explain", action="store_true", help="say how the SQL came about")
    ask.add_argument("--max-rows", type=int, metavar="N", help="most rows to return; default: 10000")
    ask.add_argument("--timeout", type=float, metavar="S", help="seconds for the query; default: 30")
    ask.add_argument("--today", metavar="DATE", help="what 'last month' is relative to; default: today")

    models = commands.add_parser("models", help="list, fetch and choose models", description="The model registry.")
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="every model, with reported and measured figures")
    for action, text in (
        ("show", "all that is known of a model"),
        ("pull", "fetch the weights of a local model"),
        ("use", "make a model the default"),
        ("verify", "check the SHA-256 of fetched weights"),
    ):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: arguments without the program's name; ``sys.argv`` by default.

    Returns:
        The exit code.
    """
    options = build_parser().parse_args(argv)
    try:
        code = _ask(options) if options.command == "ask" else _models(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more when it flushes on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return ExitCode.INTERRUPT
    except LLMSQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return exit_code(error)


def _ask(options: argparse.Namespace) -> int:
    from llmsql.sources import open_source

    question = sys.stdin.read() if options.question == "-" else options.question
    settings = {
        "model": options.model,
        "today": options.today,
        "max_rows": options.max_rows,
        "query_timeout": options.timeout,
    }
    tables = [name.strip() for name in options.tables.split(",")] if options.tables else None
    with open_source(options.database, **{k: v for k, v in settings.items() if v is not None}) as con:
        if options.sql:
            print(con.ask_sql(question, tables=tables))
            return ExitCode.OK
        answer = con.ask(question, tables=tables)
        _report(answer, explain=options.explain)
        _print_rows(answer, options.format)
        if answer.truncated:
            print(f"-- only the first {answer.table.num_rows:,} rows; see --max-rows", file=sys.stderr)
        con.engine.close()
    return ExitCode.OK


def _report(answer: Answer, *, explain: bool) -> None:
    draft = answer.draft
    print(answer.sql, file=sys.stderr)
    seconds = sum(draft.milliseconds.values()) / 1000
    print(f"-- {answer.model}, {seconds:.2f} s for the SQL, {answer.seconds:.2f} s to run it", file=sys.stderr)
    for note in answer.notes:
        print(f"-- repaired: {note}", file=sys.stderr)
    if explain:
        print(f"-- tables shown: {', '.join(draft.tables)}", file=sys.stderr)
        for value in draft.values:
            print(f"-- value found: {value.sql}", file=sys.stderr)
        spent = ", ".join(f"{stage} {ms:.1f} ms" for stage, ms in draft.milliseconds.items())
        print(f"-- {spent}; {draft.prompt_tokens}+{draft.completion_tokens} tokens", file=sys.stderr)
        if answer.confidence is not None:
            print(f"-- confidence {answer.confidence:.2f} (of the words chosen, not calibrated)", file=sys.stderr)


def _print_rows(answer: Answer, format_: str) -> None:
    names = answer.table.column_names
    if format_ == "csv":
        import pyarrow.csv

        sys.stdout.flush()
        pyarrow.csv.write_csv(answer.table, sys.stdout.buffer)
    elif format_ == "json":
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        print(json.dumps(rows, default=str, ensure_ascii=False))
    elif format_ == "markdown":
        print("| " + " | ".join(names) + " |\n|" + "---|" * len(names))
        for row in answer.fetchall():
            print("| " + " | ".join("" if v is None else str(v).replace("|", "\\|") for v in row) + " |")
    else:
        answer.show(max_rows=40)


def _models(options: argparse.Namespace) -> int:
    from llmsql.registry import load_registry, use_model
    from llmsql.weights import fetch_weights, verify_weights

    if options.action == "list":
        _print_models()
        return ExitCode.OK
    entry = load_registry().get(options.name)
    if options.action == "show":
        _show_model(entry)
    elif options.action == "pull":
        print(fetch_weights(entry))
    elif options.action == "use":
        print(f"{use_model(options.name).name} is the default now")
    else:
        state = verify_weights(entry)
        print(f"{state.state}: {state.path} ({state.bytes:,} bytes, sha256 {state.sha256})")
        return ExitCode.OK if state.state == "ok" else ExitCode.MODEL
    return ExitCode.OK


def _print_models() -> None:
    from rich.console import Console
    from rich.table import Table

    from llmsql.registry import load_registry

    registry = load_registry()
    table = Table(caption="reported: somebody else's figures; measured: this project's, see `llmsql models show NAME`")
    for heading in ("model", "provider", "status", "reported", "measured", "n"):
        table.add_column(heading, overflow="fold")
    for entry in registry:
        measured = entry.measured[-1] if entry.measured else None
        table.add_row(
            f"{entry.name} *" if entry.name == registry.default else entry.name,
            entry.provider,
            entry.deployment.status,
            _percent(entry.reported.execution_accuracy if entry.reported else None),
            _percent(measured.metrics.get("execution_accuracy") if measured else None),
            str(measured.n) if measured else "",
        )
    Console().print(table)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} %"


def _show_model(entry: ModelEntry) -> None:
    import dataclasses

    print(json.dumps(dataclasses.asdict(entry), indent=2, default=str, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
