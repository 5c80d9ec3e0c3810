"""The command line. Data go to stdout, everything else to stderr; the exit code says what went wrong."""

from __future__ import annotations

import argparse
import csv
import enum
import io
import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from llmsql import __version__
from llmsql.cli_memory import DATABASE_HELP, add_memory_commands, run_glossary, run_verify
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
    from llmsql.connection import Connection
    from llmsql.registry import ModelEntry

T = TypeVar("T")
FORMATS = ("table", "csv", "json", "markdown")
COMPLETED_SHELLS = ("bash", "zsh", "fish", "tcsh")


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
    BUG = 70
    """an error that llmsql does not know; please report it"""
    INTERRUPT = 130
    """Ctrl-C"""


def exit_code(error: BaseException) -> ExitCode:
    """The exit code for an error."""
    kinds: tuple[tuple[type[BaseException], ExitCode], ...] = (
        (KeyboardInterrupt, ExitCode.INTERRUPT),
        (ConfigError, ExitCode.USAGE),
        (RegistryError, ExitCode.USAGE),
        (SourceError, ExitCode.SOURCE),
        (ModelError, ExitCode.MODEL),
        (LimitError, ExitCode.LIMIT),
        (LLMSQLError, ExitCode.QUERY),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), ExitCode.BUG)


def build_parser() -> argparse.ArgumentParser:
    """Every command and option."""
    parser = argparse.ArgumentParser(prog="llmsql", description="Ask questions in DuckDB.")
    parser.add_argument("--version", action="version", version=f"llmsql {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    ask = commands.add_parser("ask", help="answer a question", description="Answer a question from a database.")
    ask.add_argument("question", help="in your words; - reads it from standard input")
    ask.add_argument("-d", "--database", metavar="FILE", help=DATABASE_HELP)
    ask.add_argument("-m", "--model", metavar="NAME", help="a model of `llmsql models list`, or a provider's own")
    ask.add_argument("-t", "--tables", metavar="A,B", help="use only these tables")
    ask.add_argument("-f", "--format", choices=FORMATS, default="table", help="of the rows; default: %(default)s")
    ask.add_argument("--sql", action="store_true", help="print the SQL and do not run it")
    ask.add_argument("--explain", action="store_true", help="say in plain words what the SQL does and assumes")
    ask.add_argument("--max-rows", type=int, metavar="N", help="most rows to return; default: 10000")
    ask.add_argument("--timeout", type=float, metavar="S", help="seconds for the query; default: 30")
    ask.add_argument("--today", metavar="DATE", help="what 'last month' is relative to; default: today")
    ask.add_argument(
        "--candidates", type=int, metavar="N", help="draw N answers and give the one that most agree on; default: 1"
    )
    ask.add_argument(
        "--min-confidence", type=float, metavar="P", help="give no answer below this confidence, 0 to 1; default: 0"
    )

    commands.add_parser("shell", help="a DuckDB shell that takes questions; `llmsql shell -help`", add_help=False)

    models = commands.add_parser("models", help="list, fetch and choose models", description="The model registry.")
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="every model, with reported and measured figures")
    for action, text in (
        ("show", "all that is known of a model"),
        ("pull", "fetch the weights of a local model"),
        ("use", "make a model the default"),
        ("remove", "forget a model of your own, as `llmsql adapt` makes them, and delete its adapter"),
        ("verify", "check the SHA-256 of fetched weights"),
    ):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")
    export = actions.add_parser("export", help="write a model as the files that servers load")
    export.add_argument("name", metavar="NAME")
    export.add_argument(
        "--format",
        default="q8_0,modelfile",
        metavar="A,B",
        help="adapter and peft (the adapter alone); f16, q8_0, q4_1 (whole, as GGUF); modelfile (Ollama); vllm, tgi "
        "(the line that starts them); card (Hugging Face); default: %(default)s",
    )
    export.add_argument("--output", metavar="DIR", help="folder to write to; default: NAME in the working directory")

    doctor = commands.add_parser("doctor", help="look for what is wrong", description="Look for what is wrong here.")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    config = commands.add_parser("config", help="show and check settings", description="Settings, and their sources.")
    config_actions = config.add_subparsers(dest="action", metavar="ACTION", required=True)
    config_actions.add_parser("show", help="every setting, its value and where it came from")
    config_actions.add_parser("validate", help="name unknown and wrong settings")

    completions = commands.add_parser(
        "completions",
        help="print what your shell needs to complete llmsql",
        description="Print the file with which a shell completes llmsql's commands, options, models and files.",
    )
    completions.add_argument("shell", choices=COMPLETED_SHELLS)

    serve = commands.add_parser(
        "serve",
        help="give other DuckDB programs ask()",
        description="Serve a database to other DuckDB programs, the official duckdb command among them, for reading.",
    )
    serve.add_argument("database", metavar="FILE", nargs="?", help="as ask -d; default: the built-in sales data")
    serve.add_argument("-m", "--model", metavar="NAME", help="as ask -m")
    serve.add_argument("--write-init", metavar="F", help="the file for `duckdb -init F`; it goes with the server")
    serve.add_argument(
        "--port", type=int, metavar="N", default=9494, help="0 is any that is free; default: %(default)s"
    )
    serve.add_argument("--host", metavar="NAME", default="localhost", help="default: %(default)s, this machine only")
    add_memory_commands(commands)

    adapt = commands.add_parser(
        "adapt",
        help="fine-tune the default model on a database",
        description="Fine-tune the default model on one database, on this machine, without labels. The result is kept, "
        "and used for that database from then on, only if it answers more questions of kinds that it was not taught. "
        "Started again after a kill, it goes on where it was.",
    )
    adapt.add_argument("database", metavar="FILE", help="as `llmsql ask -d`")
    adapt.add_argument("--examples", type=int, metavar="N", help="pairs to train on; default: what fits into --minutes")
    adapt.add_argument("--minutes", type=float, metavar="M", help="for everything; default: 30")
    adapt.add_argument("--questions", type=int, metavar="N", default=100, help="to measure on; default: %(default)s")
    adapt.add_argument("--seed", type=int, metavar="N", default=1, help="of questions and training; default: 1")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: arguments without the program's name; ``sys.argv`` by default.

    Returns:
        The exit code.
    """
    if sys.stderr is None:  # closed by whoever started us; what is said to nobody is lost, and must not go to stdout
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        print("error: Standard output is closed: there is nowhere to write to.", file=sys.stderr)
        return ExitCode.USAGE
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # rows are UTF-8, whatever the locale says
    warnings.showwarning = _show_warning
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv[:1] == ["shell"]:  # its flags act in order, as DuckDB's do: no work for argparse
            from llmsql.shell.main import main as run_shell

            code = run_shell(argv[1:])
            sys.stdout.flush()
            return code
        options = build_parser().parse_args(argv)
        run = {
            "ask": _ask,
            "models": _models,
            "adapt": _adapt,
            "serve": _serve,
            "doctor": _doctor,
            "config": _config,
            "completions": _completions,
            "verify": run_verify,
            "glossary": run_glossary,
        }
        code = run[options.command](options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has seen enough
        _drop_output()
        return ExitCode.OK
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return ExitCode.INTERRUPT
    except LLMSQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return exit_code(error)
    except Exception as error:
        from llmsql.shell.output import NO_ROOM

        if isinstance(error, OSError) and error.errno in NO_ROOM:
            _drop_output()
            print(f"error: The output cannot be written: {error.strerror}.", file=sys.stderr)
            return ExitCode.QUERY
        return _unexpected(error)


def _drop_output() -> None:
    """What is still to be written goes nowhere: Python would complain once more when it flushes on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> ExitCode:
    if os.environ.get("LLMSQL_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    if type(error).__module__ in ("duckdb", "_duckdb"):
        print(f"error: DuckDB cannot read the data: {what}", file=sys.stderr)
        return ExitCode.SOURCE
    print(f"error: this is a bug in llmsql: {what} Please report it with what LLMSQL_DEBUG=1 prints.", file=sys.stderr)
    return ExitCode.BUG


def _ask(options: argparse.Namespace) -> int:
    from llmsql.sources import open_source

    if options.question == "-":
        question = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    else:  # an argument that is not UTF-8 has surrogates, which cannot be sent
        question = options.question.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    settings = {
        "model": options.model,
        "today": options.today,
        "max_rows": options.max_rows,
        "query_timeout": options.timeout,
        "candidates": options.candidates,
        "min_confidence": options.min_confidence,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    tables = [name.strip() for name in options.tables.split(",")] if options.tables else None
    with open_source(options.database, say=_note, **given) as con:
        if options.sql:
            print(_interruptible(con, lambda: con.ask_sql(question, tables=tables)))
            return ExitCode.OK
        answer = _interruptible(con, lambda: con.ask(question, tables=tables))
        _report(answer, explain=options.explain)
        _print_rows(answer, options.format)
        if answer.truncated:
            _note(f"only the first {answer.table.num_rows:,} rows; see --max-rows")
        if answer.draft.doubt:
            _note(answer.draft.doubt)
    return ExitCode.OK


def _serve(options: argparse.Namespace) -> int:
    from pathlib import Path

    from llmsql.serve import serve

    serve(
        options.database,
        host=options.host,
        port=options.port,
        init_file=Path(options.write_init).expanduser() if options.write_init else None,
        say=_note,
        show=lambda text: print(text, flush=True),
        model=options.model,
    )
    return ExitCode.OK


def _doctor(options: argparse.Namespace) -> int:
    import dataclasses

    from llmsql.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not options.json:
            print(f"{'!!' if finding.is_problem else 'ok':<3}{finding.check}: {finding.value}", flush=True)
            if finding.fix:
                print(f"   {finding.fix}", flush=True)
    if options.json:
        print(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    return ExitCode.MODEL if any(finding.is_problem for finding in findings) else ExitCode.OK


def _config(options: argparse.Namespace) -> int:
    from llmsql.config import problems, settings_in_force

    if options.action == "show":
        for setting in settings_in_force():
            print(f"{setting.name} = {'(not set)' if setting.value is None else setting.value}  -- {setting.source}")
        return ExitCode.OK
    found = list(problems())
    print("\n".join(found) if found else "all settings are known and valid")
    return ExitCode.USAGE if found else ExitCode.OK


def _completions(options: argparse.Namespace) -> int:
    from llmsql.completions import completion_file

    print(completion_file(build_parser(), options.shell))
    return ExitCode.OK


def _interruptible(con: Connection, work: Callable[[], T]) -> T:
    """What ``work`` returns; Ctrl-C stops it through ``con``.

    It runs in a thread of its own, for DuckDB may not notice a signal before its query is done, nor let itself be
    closed until then, while ``interrupt`` stops it at once.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(work)
        try:
            while not future.done():
                wait([future], timeout=0.2)
        except KeyboardInterrupt:
            while not future.done():  # again and again: between the model and the query there is nothing to stop
                con.interrupt()
                wait([future], timeout=0.1)
            raise
        return future.result()


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """In one line: where in the code a warning comes from says nothing to a user."""
    print(f"warning: {message}", file=sys.stderr)


def _note(text: str) -> None:
    print(f"-- {text}", file=sys.stderr)


def _report(answer: Answer, *, explain: bool) -> None:
    draft = answer.draft
    print(answer.sql, file=sys.stderr)
    seconds = sum(draft.milliseconds.values()) / 1000
    _note(f"{draft.writer}, {seconds:.2f} s for the SQL, {answer.seconds:.2f} s to run it")
    for repair in answer.notes:
        _note(f"repaired: {repair}")
    if explain:
        for line in answer.explanation.splitlines():
            _note(line)
        _note(f"tables shown: {', '.join(draft.tables)}")
        for value in draft.values:
            _note(f"value found: {value.sql}")
        spent = ", ".join(f"{stage} {ms:.1f} ms" for stage, ms in draft.milliseconds.items())
        _note(f"{spent}; {draft.prompt_tokens}+{draft.completion_tokens} tokens")
        if answer.confidence is not None:
            _note(f"confidence {answer.confidence:.2f}{'' if draft.sureness is not None else ' (not calibrated)'}")
        for candidate in draft.candidates if len(draft.candidates) > 1 else ():
            outcome = candidate.error or f"{candidate.votes} votes, {candidate.rows} rows"
            _note(f"candidate ({outcome}): {candidate.sql or candidate.written}")


def _print_rows(answer: Answer, format_: str) -> None:
    """Values are written as DuckDB writes them: its JSON, or its text for CSV and Markdown."""
    names = answer.table.column_names
    if format_ == "table":
        answer.show(max_rows=40)
    elif format_ == "json":
        rows = answer.relation.set_alias("answer").project("to_json(answer)::VARCHAR").fetchall()
        print("[" + ",\n ".join(row[0] for row in rows) + "]")
    else:
        texts = answer.relation.project("COLUMNS(*)::VARCHAR").fetchall()
        if format_ == "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(texts)
        else:
            print("| " + " | ".join(map(_markdown, names)) + " |\n|" + "---|" * len(names))
            for text in texts:
                print("| " + " | ".join(map(_markdown, text)) + " |")


def _markdown(cell: str | None) -> str:
    return "" if cell is None else cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def _models(options: argparse.Namespace) -> int:
    from llmsql.registry import load_registry, remove_entry, use_model
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
    elif options.action == "remove":
        print(f"{remove_entry(options.name).name} is removed")
    elif options.action == "export":
        _export_model(entry.name, options)
    else:
        state = verify_weights(entry)
        print(f"{state.state}: {state.path} ({state.bytes:,} bytes, sha256 {state.sha256 or 'not computed'})")
        return ExitCode.OK if state.state == "ok" else ExitCode.MODEL
    return ExitCode.OK


def _adapt(options: argparse.Namespace) -> int:
    with _train_extra():
        from training.adapt import run
    print(run(options, _note))
    return ExitCode.OK


def _export_model(name: str, options: argparse.Namespace) -> None:
    with _train_extra():
        from training.export import export, parse_formats
        from training.export_source import source_of_model
    formats = parse_formats(options.format)
    for line in export(source_of_model(name), formats, Path(options.output or name), say=_note):
        print(line)


@contextmanager
def _train_extra() -> Iterator[None]:
    """Say what to install where an import in here fails."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"This needs {error.name}, which is not installed.", "pip install 'duckdb-llmsql[train]'"
        ) from error


def _print_models() -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from llmsql.registry import load_registry

    registry = load_registry()
    # Without borders, so that it fits into 80 columns.
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        caption="% right; reported: by others; measured: by us, see `llmsql models show NAME`",
    )
    table.add_column("model", no_wrap=True)
    for heading in ("provider", "status", "reported", "measured"):
        table.add_column(heading, overflow="fold")
    for entry in registry:
        reported = entry.reported.execution_accuracy if entry.reported is not None else None
        # Accuracies on different questions are not to be compared: each says on which.
        measured = [
            f"{m.metrics['execution_accuracy']:.1f} {_short_name(m.dataset)}"
            for m in entry.measured
            if "execution_accuracy" in m.metrics
        ]
        table.add_row(
            f"{entry.name} *" if entry.name == registry.default else entry.name,
            entry.provider,
            entry.deployment.status,
            f"{reported:.1f}" if reported is not None else "",
            "\n".join(measured),
        )
    Console().print(table)


def _short_name(dataset: str) -> str:
    """The file and split of a dataset: ``sales test`` of ``sales_queries.json test; 23 of the …``."""
    return re.sub(r"(?:_queries|_questions)?\.jsonl?", "", re.split(r"[,;:]", dataset)[0])


def _show_model(entry: ModelEntry) -> None:
    import dataclasses

    print(json.dumps(dataclasses.asdict(entry), indent=2, default=str, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
