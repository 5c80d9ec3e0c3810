"""``llmsql verify`` and ``llmsql glossary``: what users teach llmsql about their data."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmsql.errors import ConfigError, LLMSQLError
from llmsql.files import written_whole

if TYPE_CHECKING:
    from llmsql.connection import Connection

DATABASE_HELP = (
    "DuckDB or SQLite file, .csv .parquet .json .xlsx, or a folder of them; default: the built-in sales data"
)
_KEYS = {"y": "good", "n": "bad", "s": "skip", "q": "skip", "": "skip"}


def add_memory_commands(commands: Any) -> None:
    """Declare the commands.

    Args:
        commands: what ``add_subparsers`` gave.
    """
    verify = commands.add_parser(
        "verify",
        help="say whether an answer is right, list and export verified answers",
        description="Say whether an answer is right. A verified answer is given again to the same question, also with "
        "other years, numbers and values; a wrong one never.",
    )
    verify.add_argument("question", nargs="?", help="as it was asked")
    verify.add_argument("-d", "--database", metavar="FILE", help=DATABASE_HELP)
    verify.add_argument("-m", "--model", metavar="NAME", help="who answers, when no --sql is given")
    verify.add_argument("--sql", metavar="SQL", help="the right query; without it the question is asked and you decide")
    verify.add_argument("--wrong", action="store_true", help="the query of --sql is wrong")
    verify.add_argument("--forget", action="store_true", help="take back what was said of the query of --sql")
    verify.add_argument("--today", metavar="DATE", help="what 'last month' is relative to; default: today")
    verify.add_argument("--list", action="store_true", help="print what is verified, as tab-separated lines")
    verify.add_argument("--export", metavar="FILE", help="write verified answers as a dataset (JSONL) for training")

    glossary = commands.add_parser(
        "glossary",
        help="show terms and metrics, import them from dbt",
        description="Terms, metrics, preferred joins and hidden columns.",
    )
    actions = glossary.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="what is defined for a database")
    show.add_argument("-d", "--database", metavar="FILE", help=DATABASE_HELP)
    imported = actions.add_parser("import", help="from dbt's manifest.json or semantic_manifest.json")
    imported.add_argument("manifest", metavar="FILE", help="target/manifest.json or target/semantic_manifest.json")
    imported.add_argument(
        "-o", "--output", metavar="FILE", default="llmsql-glossary.toml", help="file to write; default: %(default)s"
    )


def run_verify(options: argparse.Namespace) -> int:
    """``llmsql verify``."""
    from llmsql.sources import open_source

    given = {name: value for name in ("model", "today") if (value := getattr(options, name)) is not None}
    if not (options.list or options.export or options.question):
        raise ConfigError("What is to be verified?", "Name a question, or use --list or --export FILE.")
    if (options.wrong or options.forget) and options.sql is None:
        raise ConfigError("Which query is meant?", "Give it with --sql.")
    with open_source(options.database, say=_note, **given) as con:
        if options.list:
            _list(con)
        if options.export:
            _export(con, Path(options.export), _name_of(options.database))
        if not options.question:
            return 0
        verdict = "forget" if options.forget else "bad" if options.wrong else "good"
        sql = options.sql
        if sql is None:
            sql, verdict = _decide(con, options.question)
            if verdict == "skip":
                return 0
        if verdict == "good":  # before the database is closed: a query that may not run is not kept
            sql = con.engine.check(con.duckdb, sql)
        today = con.engine.settings().today
    print(_keep(options.database, options.question, sql, verdict, str(today) if today else None), file=sys.stderr)
    return 0


def _keep(database: str | None, question: str, sql: str, verdict: str, today: str | None) -> str:
    """Keep a verdict in the database's own table where it can be written, else beside it."""
    import duckdb

    from llmsql.connection import connect
    from llmsql.sources import is_duckdb_file, open_source

    given: dict[str, Any] = {"today": today} if today else {}
    if database is not None and is_duckdb_file(database) and os.access(database, os.W_OK):
        try:
            writable = connect(database, **given)
        except duckdb.Error:
            _note(f"{database} is in use, so the verdict is kept beside it")
        else:
            with writable:
                return writable.feedback(question, sql, verdict)
    with open_source(database, **given) as con:
        return con.feedback(question, sql, verdict)


def _decide(con: Connection, question: str) -> tuple[str, str]:
    """Ask, show, and let the user say whether it is right."""
    if not sys.stdin.isatty():
        raise ConfigError("Nobody is there to say whether the answer is right.", "Give the query with --sql.")
    answer = con.ask(question)
    print(answer.sql)
    print(answer.explanation)
    answer.show(max_rows=20)
    while True:
        try:
            said = input("Is it right? [y]es, [n]o, [s]kip, or type the right SQL: ").strip()
        except EOFError:
            said = "skip"
        if said.casefold()[:1] in _KEYS and len(said) <= 4:
            return con.engine.timeless_sql(con.duckdb, answer.draft), _KEYS[said.casefold()[:1]]
        try:
            return con.engine.check(con.duckdb, said), "good"
        except LLMSQLError as error:
            print(f"error: {error}", file=sys.stderr)


def _list(con: Connection) -> None:
    memory = con.engine.verified.memory(con.duckdb)
    for record in [*memory.good, *memory.bad]:
        texts = (record.verdict, record.recorded_at.isoformat(" ", "seconds"), record.question, record.sql)
        print("\t".join(" ".join(text.split()) for text in texts))


def _export(con: Connection, path: Path, database: str) -> None:
    from llmsql.asking.verified import export_records

    lines = list(export_records(con.engine.verified.memory(con.duckdb), database))
    write_text(path, "".join(f"{line}\n" for line in lines))
    _note(f"{len(lines)} verified answers written to {path}")


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        with written_whole(path) as file:
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error


def _name_of(database: str | None) -> str:
    return Path(database).stem if database else "sales"


def run_glossary(options: argparse.Namespace) -> int:
    """``llmsql glossary``."""
    if options.action == "import":
        from llmsql.asking.glossary_import import import_manifest, render_glossary

        found, left_out = import_manifest(Path(options.manifest))
        write_text(Path(options.output), render_glossary(found, Path(options.manifest).name))
        for line in left_out:
            _note(f"left out: {line}")
        _note(f"{len(found.terms)} terms and {len(found.joins)} joins written to {options.output}")
        return 0
    from llmsql.sources import open_source

    with open_source(options.database, say=_note) as con:
        glossary = con.engine.knowledge(con.duckdb).glossary
    for term in glossary.terms:
        also = f" (also {', '.join(term.synonyms)})" if term.synonyms else ""
        print(f"{term.line}{also}")
    for left, right in glossary.joins:
        print(f"join {left} = {right}")
    for pattern in glossary.hidden:
        print(f"hidden {pattern}")
    return 0


def _note(text: str) -> None:
    print(f"-- {text}", file=sys.stderr)
