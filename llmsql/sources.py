"""Opens whatever people keep data in: DuckDB and SQLite files, CSV, Parquet, JSON and Excel files, folders of them.

A DuckDB file is opened read-only. Everything else is read into memory, types and keys with it, so that the connection
that runs generated SQL needs no access to files: ``open_source`` closes that door before it returns.

Each file is one table named after it (a sheet of several in a workbook after the sheet, a SQLite file gives all its
tables). Where two would have one name, the later one gets a number, and ``say`` is told.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import platformdirs

from llmsql.catalog import Catalog, ForeignKey
from llmsql.catalog.snapshot import quote, with_keys
from llmsql.connection import Connection, connect, lock_down
from llmsql.errors import SourceError
from llmsql.files import written_whole

SALES = "sales"
_READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}
_COMPRESSED = (".gz", ".zst")
_SQLITE = (".sqlite", ".sqlite3", ".db")
_EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?\Z")
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z")
_HOLDER = re.compile(r"lock is held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_NEWER = re.compile(r"version number (?P<file>\d+), but we can only read")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_BATCH = 50_000


def open_source(
    source: str | os.PathLike[str] | None = None,
    *,
    say: Callable[[str], None] | None = None,
    prepare: Callable[[Connection], None] | None = None,
    **settings: object,
) -> Connection:
    """A connection to the data in ``source``, without access to any other file and with its configuration locked.

    Args:
        source: a database, a data file or a folder of data files; None is the built-in sales database.
        say: told, in a sentence, of each table that got another name than its file and of files left out.
        prepare: called with the connection before the door to files closes, for example to load an extension.
        **settings: as ``llmsql.connect``.

    Raises:
        SourceError: there is no such file, or it is not what it claims to be.
    """
    if source is None or str(source) == SALES:
        from llmsql.sales import SALES_TODAY

        return _shut(_open_duckdb(sales_database(), {"today": SALES_TODAY, **settings}), prepare)
    if _URL.match(str(source)):
        raise SourceError(f"{source} is an address, and llmsql reads files only.", "Download it first.")
    try:
        path = Path(source).expanduser()
        if not path.exists():
            raise SourceError(
                f"There is no file {source}.", "Check the path; where none is named, it is the sales database."
            )
        if not path.is_file() and not path.is_dir():
            raise SourceError(f"{source} is neither a file nor a folder.")
        is_duckdb = path.is_file() and _magic(path, 8, b"DUCK")
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceError(f"{source} cannot be read: {error}.") from error
    con = _open_duckdb(path, settings) if is_duckdb else _read_into_memory(path, settings, say or (lambda _: None))
    return _shut(con, prepare)


def _shut(con: Connection, prepare: Callable[[Connection], None] | None) -> Connection:
    """Close the door to files behind what ``prepare`` needs them for."""
    try:
        if prepare is not None:
            prepare(con)
        lock_down(con.duckdb)
    except BaseException:
        con.close()
        raise
    return con


def is_duckdb_file(source: str | os.PathLike[str]) -> bool:
    """Whether ``source`` is a DuckDB database, by its first bytes."""
    try:
        return Path(source).is_file() and _magic(Path(source), 8, b"DUCK")
    except OSError:
        return False


def sales_database() -> Path:
    """The built-in sales database, built on first use in a moment and kept in the user's cache."""
    from llmsql import sales

    made_by = hashlib.sha256()
    for file in sorted(Path(sales.__file__).parent.glob("sales*.py")):
        made_by.update(file.read_bytes())
    folder = Path(os.environ.get("LLMSQL_CACHE_DIR") or platformdirs.user_cache_dir("llmsql", appauthor=False))
    path = folder / f"sales-{made_by.hexdigest()[:12]}-duckdb-{duckdb.__version__}.duckdb"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as fresh, duckdb.connect(str(fresh)) as con:
            sales.build_sales_database(con)
    return path


def _open_duckdb(path: Path, settings: dict[str, Any]) -> Connection:
    try:
        return connect(str(path), True, **settings)
    except duckdb.Error as error:
        raise explain_failure(str(path), error, read_only=True) from error


def explain_failure(name: str, error: duckdb.Error, *, read_only: bool) -> SourceError:
    """What DuckDB said when it could not open a file, in one line.

    Args:
        name: of the file.
        error: DuckDB's.
        read_only: whether it was to be opened for reading only.
    """
    text = str(error)
    first = text.splitlines()[0].partition(": ")[2] or text.splitlines()[0]
    holder = _HOLDER.search(text)
    if holder or "Could not set lock" in text:
        who = f"process {holder['pid']} ({os.path.basename(holder['program'])})" if holder else "another process"
        or_else = "use a copy of the file" if read_only else "open it with -readonly once nobody writes"
        return SourceError(f"{name} is locked by {who}.", f"Close it there, or {or_else}.")
    newer = _NEWER.search(text)
    if newer:
        return SourceError(
            f"{name} was written by a newer DuckDB (storage version {newer['file']}), not {duckdb.__version__}.",
            "Update it: pip install -U duckdb.",
        )
    if "not a valid DuckDB database" in text:
        return SourceError(f"{name} is no DuckDB database.", _what_it_may_be(name))
    if "sqlite_scanner" in text:
        return SourceError(
            f"{name} is of SQLite, and DuckDB's extension for that cannot be had.",
            f"`llmsql ask -d {name}` needs none.",
        )
    if "Corrupt database file" in text:
        return SourceError(f"{name} is damaged.", "Restore it from its backup.")
    path = os.path.expanduser(name)
    if "Permission denied" in text and os.path.isfile(path) and not os.access(path, os.R_OK):
        return SourceError(f"{name} may not be read.", "Its owner can let you: chmod u+r, or g+r for your group.")
    if "Permission denied" in text or "Read-only file system" in text:
        return SourceError(f"{name} may not be written to.", "Open it with -readonly, or choose another folder.")
    if "No such file or directory" in text:
        return SourceError(f"There is no folder {os.path.dirname(name) or '.'}.", "Create it first.")
    return SourceError(f"{name} cannot be opened by DuckDB {duckdb.__version__}: {first.rstrip('.')}.")


def _what_it_may_be(name: str) -> str:
    """Where to go with a file that is no DuckDB database."""
    if _suffix(Path(name)) in _READERS:
        return f"It may be data: FROM '{name}'; or `llmsql ask -d {name}`."
    if _suffix(Path(name)) in _EXCEL:
        return f"It may be data: `llmsql ask -d {name}`."
    return "Check the path, or restore the file from its backup."


def _read_into_memory(path: Path, settings: dict[str, Any], say: Callable[[str], None]) -> Connection:
    primary: dict[str, tuple[str, ...]] = {}
    foreign: dict[str, list[ForeignKey]] = {}

    def refine(catalog: Catalog) -> Catalog:
        return with_keys(catalog, primary, foreign)

    files = list(_data_files(path, say)) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"{path} has no data files.", f"Known are {', '.join([*_READERS, *_EXCEL, *_SQLITE])}.")
    con = connect(":memory:", refine=refine, origin=path, **settings)
    try:
        for file in files:
            try:
                _read_file(file, con.duckdb, primary, foreign, say)
            except (duckdb.Error, sqlite3.Error, OSError, ValueError, ArithmeticError) as error:
                raise SourceError(f"{file} cannot be read: {_one_line(error)}") from error
        if not con.sql("SELECT 1 FROM duckdb_tables() WHERE NOT internal LIMIT 1").fetchall():
            raise SourceError(f"{path} has no tables.", "Excel sheets need a row of headings and one of values.")
    except BaseException:
        con.close()
        raise
    return con


def _one_line(error: Exception) -> str:
    """The first line of a message, or the first two where DuckDB's CSV reader keeps the reason for the second."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2] if lines and lines[0].endswith((":", ".")) else lines[:1])[:300] or type(error).__name__


def _data_files(folder: Path, say: Callable[[str], None]) -> Iterator[Path]:
    for file in sorted(folder.iterdir()):
        if file.name.startswith((".", "~$")) or not file.is_file():
            continue
        if _suffix(file) in (*_READERS, *_EXCEL, *_SQLITE):
            yield file
        elif _suffix(file) == ".duckdb":
            say(f"{file.name} was left out: ask a DuckDB file by itself.")


def _suffix(file: Path) -> str:
    suffixes = [s.lower() for s in file.suffixes]
    if len(suffixes) > 1 and suffixes[-1] in _COMPRESSED:
        return suffixes[-2]
    return suffixes[-1] if suffixes else ""


def _magic(path: Path, offset: int, magic: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(len(magic)) == magic


def _table_name(text: str) -> str:
    return re.sub(r"\W+", "_", unicodedata.normalize("NFC", text)).strip("_") or "data"


def _stem(file: Path) -> str:
    stem = file.stem if file.suffix.lower() in _COMPRESSED else file.name
    return Path(stem).stem


def _new_table(con: duckdb.DuckDBPyConnection, name: str, where: str, say: Callable[[str], None]) -> str:
    """``name``, or where that is taken the next one with a number."""
    taken = {row[0].casefold() for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name}_{number}"
    if free != name:
        say(f"{where} became table {quote(free)}: there is a {quote(name)} already.")
    return free


def _read_file(
    file: Path,
    con: duckdb.DuckDBPyConnection,
    primary: dict[str, tuple[str, ...]],
    foreign: dict[str, list[ForeignKey]],
    say: Callable[[str], None],
) -> None:
    suffix = _suffix(file)
    if file.stat().st_size == 0:
        raise SourceError(f"{file} is empty.", "Name a file with data in it.")
    if _magic(file, 0, b"SQLite format 3\0"):
        copy_sqlite(file, con, primary, foreign, say)
    elif suffix in _EXCEL:
        _read_excel(file, con, say)
    elif suffix in _READERS:
        name = _new_table(con, _table_name(_stem(file)), file.name, say)
        con.execute(f"CREATE TABLE {quote(name)} AS FROM {_READERS[suffix]}(?)", [str(file)]).fetchall()
    else:
        raise SourceError(
            f"{file} is no database and no data file that llmsql knows.",
            f"Known are DuckDB and SQLite files and {', '.join([*_READERS, *_EXCEL])}.",
        )


def _read_excel(file: Path, con: duckdb.DuckDBPyConnection, say: Callable[[str], None]) -> None:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(file))
    except CalamineError as error:
        raise SourceError(f"{file} is not a readable Excel file: {error}.") from error
    for sheet in workbook.sheet_names:
        rows = [row for row in workbook.get_sheet_by_name(sheet).to_python() if any(cell != "" for cell in row)]
        if len(rows) < 2:
            continue
        wanted = _table_name(_stem(file) if len(workbook.sheet_names) == 1 else sheet)
        name = _new_table(con, wanted, f"{file.name}, sheet {sheet}", say)
        # DuckDB's CSV reader finds the types of the cells better than we could.
        with tempfile.TemporaryDirectory() as scratch:
            text = Path(scratch) / "sheet.csv"
            with text.open("w", newline="", encoding="utf-8") as out:
                csv.writer(out).writerows(rows)
            con.execute(
                f"CREATE TABLE {quote(name)} AS FROM read_csv(?, header = true, sample_size = -1)", [str(text)]
            ).fetchall()


def copy_sqlite(
    file: Path,
    con: duckdb.DuckDBPyConnection,
    primary: dict[str, tuple[str, ...]],
    foreign: dict[str, list[ForeignKey]],
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Copy the tables of a SQLite file, giving columns the types that their values have.

    Args:
        file: the SQLite file; only read from.
        con: takes the tables into its current schema.
        primary: filled with primary keys by table reference.
        foreign: filled with foreign keys by table reference.
        say: told of tables that got another name.

    Raises:
        sqlite3.Error: the file is damaged.
    """
    lite = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    lite.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        tables = [
            row[0]
            for row in lite.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ]
        names = {table: _new_table(con, table, f"{file.name}, table {table}", say) for table in tables}
        for table, name in names.items():
            info = lite.execute(f"PRAGMA table_info({_lite(table)})").fetchall()
            if not info:
                continue
            listed = ", ".join(_lite(row[1]) for row in info)  # not *: that has generated columns too
            rows = lite.execute(f"SELECT {listed} FROM {_lite(table)}")
            copy_rows(con, name, [(row[1], row[2]) for row in info], rows)
            keys = sorted((row[5], row[1]) for row in info if row[5])
            if keys:
                primary[quote(name)] = tuple(column for _, column in keys)
            foreign[quote(name)] = [
                ForeignKey(key.columns, quote(names.get(key.target, key.target)), key.target_columns)
                for key in _sqlite_foreign_keys(lite, table)
            ]
    finally:
        lite.close()


def _sqlite_foreign_keys(lite: sqlite3.Connection, table: str) -> Iterator[ForeignKey]:
    """Foreign keys with SQLite's own names of the tables that they point at."""
    rows = lite.execute(f"PRAGMA foreign_key_list({_lite(table)})").fetchall()
    for number in sorted({row[0] for row in rows}):
        mine = sorted((row for row in rows if row[0] == number), key=lambda row: row[1])
        target = mine[0][2]
        target_info = lite.execute(f"PRAGMA table_info({_lite(target)})").fetchall()
        its_keys = [row[1] for row in sorted(target_info, key=lambda row: row[5]) if row[5]]
        columns = tuple(row[3] for row in mine)
        target_columns = tuple(row[4] or key for row, key in zip(mine, its_keys or [None] * len(mine), strict=False))
        if len(columns) == len(target_columns) and all(target_columns):
            yield ForeignKey(columns, target, target_columns)


def copy_rows(
    con: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]], cursor: sqlite3.Cursor
) -> None:
    """Create a table from SQLite's rows.

    Args:
        con: takes the table.
        table: its name.
        columns: (name, declared type) in order.
        cursor: gives the rows.
    """
    import pyarrow as pa

    rows = cursor.fetchall()
    types = [sqlite_type([row[i] for row in rows], declared) for i, (_, declared) in enumerate(columns)]
    listed = ", ".join(f"{quote(name)} {type_}" for (name, _), type_ in zip(columns, types, strict=True))
    con.execute(f"CREATE TABLE {quote(table)} ({listed})").fetchall()
    names = [f"c{i}" for i in range(len(columns))]
    cast = ", ".join(f"{name}::{type_}" for name, type_ in zip(names, types, strict=True))
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        arrays = [
            pa.array([_cell(row[i], type_) for row in batch], type=_arrow_type(pa, type_))
            for i, type_ in enumerate(types)
        ]
        con.register("llmsql_batch", pa.table(arrays, names=names))
        con.execute(f"INSERT INTO {quote(table)} SELECT {cast} FROM llmsql_batch").fetchall()
        con.unregister("llmsql_batch")


def sqlite_type(values: list[Any], declared: str) -> str:
    """The DuckDB type for a SQLite column: the declared one where every value fits it, else text.

    Args:
        values: all cells.
        declared: SQLite's declared type, which SQLite does not hold anybody to.
    """
    declared = declared.upper()
    present = [v for v in values if v is not None and v != ""]
    if any(isinstance(v, bytes) for v in present):
        return "BLOB"
    if any(word in declared for word in ("DATE", "TIME")) and present:
        texts = [str(v) for v in present]
        if all(_DATE.match(t) for t in texts):
            return "DATE"
        if all(_DATE.match(t) or _TIMESTAMP.match(t) for t in texts):
            return "TIMESTAMP"
        return "VARCHAR"
    if any(word in declared for word in ("INT", "NUM", "REAL", "DEC", "FLOA", "DOUB", "YEAR")):
        if present and all(isinstance(v, int) or _INTEGER.match(str(v)) for v in present):
            return "INTEGER" if all(abs(int(v)) < 2**31 for v in present) else "BIGINT"
        if all(_is_number(v) for v in present):
            return "INTEGER" if not present and "INT" in declared else "DOUBLE"
    return "VARCHAR"


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _cell(value: Any, type_: str) -> Any:
    if value is None or (value == "" and type_ != "VARCHAR"):
        return None
    if type_ == "DOUBLE":
        return float(value)
    if type_ in ("INTEGER", "BIGINT"):
        return int(value)
    return value if type_ == "BLOB" and isinstance(value, bytes) else str(value)


def _arrow_type(pa: Any, type_: str) -> Any:
    return {"DOUBLE": pa.float64(), "INTEGER": pa.int64(), "BIGINT": pa.int64(), "BLOB": pa.binary()}.get(
        type_, pa.string()
    )


def _lite(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
