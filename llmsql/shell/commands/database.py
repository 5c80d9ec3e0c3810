"""The dot commands for what is open, and what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from llmsql.catalog.snapshot import quote
from llmsql.shell.commands.command import Arguments, dot_command
from llmsql.shell.session import ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session


@dot_command(
    "open",
    "?OPTIONS? ?FILE?",
    "Close existing database and reopen FILE",
    details="--readonly  change nothing\n--new       begin with an empty file",
)
def _open(session: Session, arguments: Arguments) -> None:
    flags = {word.lstrip("-") for word in arguments if word.startswith("-")}
    files = [word for word in arguments if not word.startswith("-")]
    unknown = flags - {"readonly", "new", "nofollow"}
    if unknown or len(files) > 1:
        raise ShellError("Usage: .open ?--readonly? ?--new? ?FILE?")
    name = files[0] if files else ":memory:"
    if "new" in flags and name != ":memory:" and Path(name).expanduser().exists():
        raise ShellError(f"{name} is there already.", "Remove it first, or open it without --new.")
    session.open(name, read_only="readonly" in flags)


@dot_command("tables", "?TABLE?", "List tables whose name is LIKE the pattern TABLE")
def _tables(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.listing import draw_tables

    session.ready_or_say()
    session.output.write(draw_tables(session, arguments[0] if arguments else "%"))


@dot_command("schema", "?PATTERN?", "Show the CREATE statements matching PATTERN")
def _schema(session: Session, arguments: Arguments) -> None:
    session.ready_or_say()
    patterns = [word for word in arguments if not word.startswith("--")]
    rows = session.query(
        "SELECT sql FROM sqlite_master WHERE tbl_name ILIKE ? AND sql IS NOT NULL ORDER BY name, type",
        [patterns[0] if patterns else "%"],
    )
    session.output.write("".join(f"{row[0].rstrip().rstrip(';')};\n" for row in rows))


@dot_command("databases", "", "List names and files of attached databases")
def _databases(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.boxes import Box, draw_boxes
    from llmsql.shell.listing import painter

    session.ready_or_say()
    rows = session.query(
        "SELECT database_name, coalesce(path, 'in memory') FROM duckdb_databases() WHERE NOT internal ORDER BY ALL"
    )
    box = Box("databases", [(name, path, False) for name, path in rows])
    session.output.write(draw_boxes([box], session.output.width, painter(session)))


@dot_command("indexes", "?TABLE?", "Show names of indexes")
def _indexes(session: Session, arguments: Arguments) -> None:
    session.ready_or_say()
    pattern = arguments[0] if arguments else "%"
    rows = session.query("SELECT index_name FROM duckdb_indexes() WHERE table_name ILIKE ? ORDER BY ALL", [pattern])
    session.output.write("".join(f"{row[0]}\n" for row in rows))


@dot_command(
    "dump", "?TABLE?", "Render database content as SQL", details="TABLE is a LIKE pattern for the tables to dump"
)
def _dump(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.listing import dump

    session.ready_or_say()
    session.work(lambda: session.output.write_all(dump(session.duckdb, arguments or ["%"])))


@dot_command(
    "import",
    "FILE TABLE",
    "Import data from FILE into TABLE",
    details="--csv|--json|--parquet   what FILE is; else its ending tells\n"
    "--PARAMETER VALUE        for the reader, as in read_csv; lines that do not fit are left out,\n"
    "                         unless --ignore_errors false is given\n"
    "If TABLE does not exist, it is created.",
)
def _import(session: Session, arguments: Arguments) -> None:
    session.ready_or_say()
    names: list[str] = []
    kind, parameters = "", {}
    words: Iterator[str] = iter(arguments)
    for word in words:
        option = word.lstrip("-")
        if word.startswith("-") and option in ("csv", "json", "parquet"):
            kind = option
        elif word.startswith("--") or (word.startswith("-") and len(word) > 1):
            if not re.fullmatch(r"\w+", option):
                raise ShellError(f"{word} is no parameter of a reader.")
            value = next(words, None)
            if value is None:
                raise ShellError(f"{word} needs a value.", "Usage: .import FILE TABLE --PARAMETER VALUE")
            parameters[option] = _sql_value(value)
        else:
            names.append(word)
    if len(names) != 2:
        raise ShellError("Usage: .import FILE TABLE")
    file, table = names
    endings = {".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet"}
    kind = kind or endings.get(Path(file).suffix.lower(), "csv")
    if kind == "csv":  # as DuckDB: lines that do not fit are left out, and do not make one column of the file
        parameters.setdefault("ignore_errors", "true")
    listed = [_sql_value(file, text=True), *(f"{name} = {value}" for name, value in parameters.items())]
    source = f"read_{kind}({', '.join(listed)})"
    target = ".".join(quote(part) for part in table.split(".", 2))
    try:
        session.query(f"SELECT 1 FROM {target} LIMIT 0")
        statement = f"INSERT INTO {target} SELECT * FROM {source}"
    except duckdb.CatalogException:
        statement = f"CREATE TABLE {target} AS SELECT * FROM {source}"
    session.work(lambda: session.duckdb.execute(statement).fetchall())


def _sql_value(word: str, *, text: bool = False) -> str:
    if not text and re.fullmatch(r"\d+|true|false|\[.*\]|\{.*\}", word, re.IGNORECASE):
        return word
    return "'" + word.replace("'", "''") + "'"
