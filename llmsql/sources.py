"""Opens whatever people keep data in: DuckDB and SQLite files, CSV, Parquet, JSON and Excel files, folders of them.

A DuckDB file is opened read-only. Everything else is read into memory, types and keys with it, so that the connection
that runs generated SQL needs no access to files: ``open_source`` closes that door before it returns.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import platformdirs

from llmsql.catalog import Catalog, ForeignKey
from llmsql.catalog.snapshot import quote, with_keys
from llmsql.connection import Connection, connect
from llmsql.errors import SourceError

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
_EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?\Z")
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z")
_BATCH = 50_000


def open_source(source: str | os.PathLike[str] | None = None, **settings: object) -> Connection:
    """A connection to the data in ``source``, without access to any other file and with its configuration locked.

    Args:
        source: a database, a data file or a folder of data files; None is the built-in sales database.
        **settings: as ``llmsql.connect``.

    Raises:
        SourceError: there is no such file, or it is not what it claims to be.
    """
    if source is None or str(source) == SALES:
        from llmsql.sales import SALES_TODAY

        con = _open_duckdb(sales_database(), {"today": SALES_TODAY, **settings})
    else:
        path = Path(source).expanduser()
        if not path.exists():
            raise SourceError(f"There is no file {source}.", "Check the path; without -d the sales database is asked.")
        if path.is_file() and _magic(path, 8, b"DUCK"):
            con = _open_duckdb(path, settings)
        else:
            con = _read_into_memory(path, settings)
    con.execute("SET enable_external_access = false").fetchall()
    con.execute("SET lock_configuration = true").fetchall()
    return con


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
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            fresh = Path(scratch) / "sales.duckdb"
            with duckdb.connect(str(fresh)) as con:
                sales.build_sales_database(con)
            os.replace(fresh, path)
    return path


def _open_duckdb(path: Path, settings: dict[str, Any]) -> Connection:
    try:
        return connect(str(path), True, **settings)
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        if "lock" in message.lower():
            raise SourceError(f"{path} is in use by another process that writes to it: {message}") from error
        raise SourceError(
            f"{path} cannot be opened by DuckDB {duckdb.__version__}: {message}",
            "A file of a newer DuckDB needs that DuckDB; a damaged one its backup.",
        ) from error


def _read_into_memory(path: Path, settings: dict[str, Any]) -> Connection:
    primary: dict[str, tuple[str, ...]] = {}
    foreign: dict[str, list[ForeignKey]] = {}

    def refine(catalog: Catalog) -> Catalog:
        return with_keys(catalog, primary, foreign)

    con = connect(":memory:", refine=refine, **settings)
    files = sorted(_data_files(path)) if path.is_dir() else [path]
    if not files:
        con.close()
        raise SourceError(f"{path} has no data files.", f"Known are {', '.join([*_READERS, *_EXCEL])}.")
    try:
        for file in files:
            if _magic(file, 0, b"SQLite format 3\0"):
                copy_sqlite(file, con.duckdb, primary, foreign)
            else:
                _read_file(file, con.duckdb)
    except (duckdb.Error, sqlite3.Error, OSError, ValueError) as error:
        con.close()
        raise SourceError(f"{file} cannot be read: {str(error).splitlines()[0]}") from error
    except SourceError:
        con.close()
        raise
    return con


def _data_files(folder: Path) -> Iterator[Path]:
    for file in folder.iterdir():
        if file.is_file() and (_suffix(file) in _READERS or _suffix(file) in _EXCEL):
            yield file


def _suffix(file: Path) -> str:
    suffixes = [s.lower() for s in file.suffixes]
    if len(suffixes) > 1 and suffixes[-1] in _COMPRESSED:
        return suffixes[-2]
    return suffixes[-1] if suffixes else ""


def _magic(path: Path, offset: int, magic: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(len(magic)) == magic


def _table_name(file: Path) -> str:
    stem = file.name.removesuffix("".join(file.suffixes)) or file.stem
    return re.sub(r"\W+", "_", stem).strip("_") or "data"


def _read_file(file: Path, con: duckdb.DuckDBPyConnection) -> None:
    suffix = _suffix(file)
    name = _table_name(file)
    if suffix in _EXCEL:
        _read_excel(file, con)
    elif suffix in _READERS:
        con.execute(f"CREATE TABLE {quote(name)} AS FROM {_READERS[suffix]}(?)", [str(file)]).fetchall()
    else:
        raise SourceError(
            f"{file} is no database and no data file that llmsql knows.",
            f"Known are DuckDB and SQLite files and {', '.join([*_READERS, *_EXCEL])}.",
        )


def _read_excel(file: Path, con: duckdb.DuckDBPyConnection) -> None:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(file))
    except CalamineError as error:
        raise SourceError(f"{file} is not a readable Excel file: {error}.") from error
    for sheet in workbook.sheet_names:
        rows = [row for row in workbook.get_sheet_by_name(sheet).to_python() if any(cell != "" for cell in row)]
        if len(rows) < 2:
            continue
        name = _table_name(file) if len(workbook.sheet_names) == 1 else re.sub(r"\W+", "_", sheet).strip("_")
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
) -> None:
    """Copy the tables of a SQLite file, giving columns the types that their values have.

    Args:
        file: the SQLite file; only read from.
        con: takes the tables into its current schema.
        primary: filled with primary keys by table reference.
        foreign: filled with foreign keys by table reference.

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
        for table in tables:
            info = lite.execute(f"PRAGMA table_info({_lite(table)})").fetchall()
            if not info:
                continue
            copy_rows(con, table, [(row[1], row[2]) for row in info], lite.execute(f"SELECT * FROM {_lite(table)}"))
            keys = sorted((row[5], row[1]) for row in info if row[5])
            if keys:
                primary[quote(table)] = tuple(name for _, name in keys)
            foreign[quote(table)] = list(_sqlite_foreign_keys(lite, table))
    finally:
        lite.close()


def _sqlite_foreign_keys(lite: sqlite3.Connection, table: str) -> Iterator[ForeignKey]:
    rows = lite.execute(f"PRAGMA foreign_key_list({_lite(table)})").fetchall()
    for number in sorted({row[0] for row in rows}):
        mine = sorted((row for row in rows if row[0] == number), key=lambda row: row[1])
        target = mine[0][2]
        target_info = lite.execute(f"PRAGMA table_info({_lite(target)})").fetchall()
        its_keys = [row[1] for row in sorted(target_info, key=lambda row: row[5]) if row[5]]
        columns = tuple(row[3] for row in mine)
        target_columns = tuple(row[4] or key for row, key in zip(mine, its_keys or [None] * len(mine), strict=False))
        if len(columns) == len(target_columns) and all(target_columns):
            yield ForeignKey(columns, quote(target), target_columns)


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
