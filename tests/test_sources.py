from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

import llmsql
from llmsql.errors import SourceError
from llmsql.sources import open_source, sales_database
from tests.clients.stubs import StubOpenAI
from tests.test_functions import QUESTION, ROWS, fill

pytestmark = pytest.mark.usefixtures("hermetic")
CHINOOK = Path(__file__).resolve().parents[2] / "shared" / "data" / "chinook" / "chinook.sqlite"
CSV = "id,name,day\n1,Ann,2024-01-02\n2,Bob,2024-02-03\n"
PEOPLE = [(1, "Ann", date(2024, 1, 2)), (2, "Bob", date(2024, 2, 3))]


def tables_of(source: Path | str, **options: Any) -> dict[str, list[tuple[Any, ...]]]:
    with open_source(source, **options) as con:
        return {t.reference: con.sql(f"FROM {t.reference}").fetchall() for t in con.catalog()}


def write_sqlite(path: Path) -> Path:
    with sqlite3.connect(path) as lite:
        lite.executescript(
            """CREATE TABLE team (id INTEGER PRIMARY KEY, "the name" TEXT);
            CREATE TABLE member (team INTEGER REFERENCES TEAM, no INTEGER, born DATE, share REAL, PRIMARY KEY (team, no));
            INSERT INTO team VALUES (1, 'red'); INSERT INTO member VALUES (1, 1, '2000-01-02', 0.5), (1, 2, '', NULL);"""
        )
    lite.close()
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv", CSV.encode()),
        ("people.tsv", CSV.replace(",", "\t").encode()),
        ("people.csv.gz", gzip.compress(CSV.encode())),
        ("PEOPLE.CSV", CSV.encode()),
        ("people.jsonl", b'{"id":1,"name":"Ann","day":"2024-01-02"}\n{"id":2,"name":"Bob","day":"2024-02-03"}\n'),
        ("people.json", b'[{"id":1,"name":"Ann","day":"2024-01-02"},{"id":2,"name":"Bob","day":"2024-02-03"}]'),
    ],
)
def test_text_files(hermetic: Path, name: str, content: bytes) -> None:
    path = hermetic / name
    path.write_bytes(content)
    assert {k.lower(): v for k, v in tables_of(path).items()} == {"people": PEOPLE}
    assert [p.name for p in hermetic.iterdir()] == [name]


def test_parquet_and_names_of_files(hermetic: Path) -> None:
    table = pa.table({"id": [1]})
    for name in ("sales.2023", "sales.2024", "order", "2024 Übersicht-Größe", "数据"):
        pyarrow.parquet.write_table(table, hermetic / f"{name}.parquet")
    found = tables_of(hermetic)
    assert sorted(found) == sorted(["sales_2023", "sales_2024", '"order"', '"2024_Übersicht_Größe"', '"数据"'])
    assert all(rows == [(1,)] for rows in found.values())


def test_excel_sheets_are_tables_with_types(hermetic: Path) -> None:
    book = openpyxl.Workbook()
    people = book.active
    people.title = "The People"
    for row in (("id", "name", "day"), (1, "Ann", date(2024, 1, 2)), (2, "Bob", date(2024, 2, 3))):
        people.append(row)
    more = book.create_sheet("Größe")
    more.append(("group", "size"))
    more.append(("a", 1.5))
    book.create_sheet("empty")
    book.save(hermetic / "book.xlsx")
    book.close()
    assert tables_of(hermetic / "book.xlsx") == {"The_People": PEOPLE, '"Größe"': [("a", 1.5)]}
    assert [p.name for p in hermetic.iterdir()] == ["book.xlsx"]


def test_sqlite_with_its_types_and_keys(hermetic: Path) -> None:
    path = write_sqlite(hermetic / "club.db")
    with open_source(path) as con:
        assert con.sql("FROM member").fetchall() == [(1, 1, date(2000, 1, 2), 0.5), (1, 2, None, None)]
        team, member = con.catalog().table("team"), con.catalog().table("member")
        assert team is not None and member is not None
        assert (team.primary_key, member.primary_key) == (("id",), ("team", "no"))
        [key] = member.foreign_keys
        assert (key.columns, key.target.lower(), key.target_columns, key.inferred) == (
            ("team",),
            "team",
            ("id",),
            False,
        )
    assert [p.name for p in hermetic.iterdir()] == ["club.db"]


def test_sqlite_generated_columns_and_write_ahead_log(hermetic: Path) -> None:
    path = hermetic / "wal.sqlite"
    lite = sqlite3.connect(path)
    lite.execute("PRAGMA journal_mode = wal")
    lite.execute("CREATE TABLE t (a INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2) STORED, b TEXT)")
    lite.execute("INSERT INTO t (a, b) VALUES (1, 'x')")
    lite.commit()
    assert tables_of(path) == {"t": [(1, "x")]}
    lite.close()
    assert [p.name for p in hermetic.iterdir()] == ["wal.sqlite"]
    assert tables_of(path) == {"t": [(1, "x")]}


@pytest.mark.skipif(not CHINOOK.exists(), reason="the Chinook database is not beside the project")
def test_chinook_keeps_its_keys() -> None:
    with open_source(CHINOOK) as con:
        catalog = con.catalog()
        tracks, invoices = catalog.table("Track"), catalog.table("Invoice")
        assert len(catalog) == 11 and tracks is not None and invoices is not None
        assert tracks.primary_key == ("TrackId",)
        declared = {key.target for key in tracks.foreign_keys if not key.inferred}
        assert declared == {"Album", "Genre", "MediaType"}
        assert con.sql("SELECT count(*), typeof(any_value(InvoiceDate)) FROM Invoice").fetchall()[0][1] in (
            "TIMESTAMP",
            "DATE",
        )


def test_a_folder_of_all_kinds(hermetic: Path) -> None:
    (hermetic / "people.csv").write_text(CSV)
    (hermetic / "people.jsonl").write_text('{"x":1}\n')
    (hermetic / "notes.txt").write_text("no data")
    (hermetic / ".hidden.csv").write_text("a\n1\n")
    (hermetic / "~$book.xlsx").write_text("a lock file of Excel")
    (hermetic / "below").mkdir()
    write_sqlite(hermetic / "club.sqlite")
    duckdb.connect(hermetic / "own.duckdb").close()
    said: list[str] = []
    assert tables_of(hermetic, say=said.append) == {
        "people": PEOPLE,
        "people_2": [(1,)],
        "team": [(1, "red")],
        "member": [(1, 1, date(2000, 1, 2), 0.5), (1, 2, None, None)],
    }
    assert said == [
        "own.duckdb was left out: ask a DuckDB file by itself.",
        "people.jsonl became table people_2: there is a people already.",
    ]


def test_duckdb_files_are_opened_read_only_and_sandboxed(stub: StubOpenAI, hermetic: Path) -> None:
    with duckdb.connect("shop.anything") as con:
        fill(con)
    (hermetic / "other.csv").write_text(CSV)
    with open_source("shop.anything") as con:
        assert con.ask(QUESTION).fetchall() == ROWS
        for refused in (
            "DELETE FROM orders",
            "FROM 'other.csv'",
            "ATTACH 'x.duckdb'",
            "SET enable_external_access = true",
            "SET threads = 1",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(refused).fetchall()
    with open_source(hermetic / "other.csv") as con, pytest.raises(duckdb.PermissionException):
        con.sql("FROM 'other.csv'").fetchall()


def test_the_sales_database_is_built_once(hermetic: Path) -> None:
    path = sales_database()
    stamp = path.stat().st_mtime_ns
    with open_source() as con:
        assert len(con.catalog()) >= 5
    assert sales_database() == path and path.stat().st_mtime_ns == stamp
    assert [p.name for p in path.parent.iterdir() if p.is_file()] == [path.name]  # the index of values has a folder


def _text(name: str, content: bytes = b"hello\n") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def _folder(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).mkdir()
        return folder / name

    return make


def _truncated_duckdb(folder: Path) -> Path:
    path = folder / "cut.duckdb"
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE t AS SELECT range AS x FROM range(100000)")
    path.write_bytes(path.read_bytes()[:6000])
    return path


def _corrupt_sqlite(folder: Path) -> Path:
    path = write_sqlite(folder / "bad.sqlite")
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 5000)
    return path


def _empty_sqlite(folder: Path) -> Path:
    with sqlite3.connect(folder / "none.sqlite") as lite:
        lite.execute("PRAGMA user_version = 1")
    lite.close()
    return folder / "none.sqlite"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "nope.csv", r"There is no file .*nope\.csv\. Check the path"),
        (lambda folder: "https://example.org/x.csv", r"is an address, .* Download it first"),
        (lambda folder: "s3://bucket/x.parquet", r"is an address"),
        (lambda folder: "/dev/null", r"neither a file nor a folder"),
        (lambda folder: "a\0b", r"cannot be read|There is no file"),
        (_folder("empty"), r"has no data files\. Known are \.csv"),
        (_folder("x.duckdb"), r"has no data files"),
        (_text("empty.csv", b""), r"empty\.csv is empty"),
        (_text("empty.duckdb", b""), r"empty\.duckdb is empty"),
        (_text("x.duckdb"), r"no database and no data file that llmsql knows"),
        (_text("x.pdf"), r"no database and no data file that llmsql knows"),
        (_text("x"), r"no database and no data file that llmsql knows"),
        (_text("x.parquet"), r"x\.parquet cannot be read: "),
        (_text("x.json", b"{not json"), r"x\.json cannot be read: "),
        (_text("x.xlsx"), r"x\.xlsx is not a readable Excel file"),
        (_text("x.csv.gz"), r"x\.csv\.gz cannot be read: "),
        (_truncated_duckdb, r"cut\.duckdb (is damaged|cannot be opened by DuckDB)"),
        (_corrupt_sqlite, r"bad\.sqlite cannot be read: "),
        (_empty_sqlite, r"none\.sqlite has no tables"),
    ],
)
def test_what_cannot_be_opened_is_one_line(
    hermetic: Path, tmp_path: Path, make: Callable[[Path], Path | str], says: str
) -> None:
    source = make(hermetic)
    before = sorted(p for p in hermetic.rglob("*"))
    with pytest.raises(SourceError, match=says) as caught:
        open_source(source)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700
    assert sorted(p for p in hermetic.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(hermetic: Path) -> None:
    path = _text("secret.csv")(hermetic)
    path.chmod(0)
    with pytest.raises(SourceError, match=r"cannot be read: .*Permission"):
        open_source(path)


def test_a_file_that_another_process_writes_to(hermetic: Path) -> None:
    code = "import duckdb, sys; c = duckdb.connect('busy.duckdb'); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == b"open\n"
        with pytest.raises(
            SourceError,
            match=rf"busy\.duckdb is locked by process {writer.pid} \(python.*\)\. Close it there, or use a copy",
        ):
            open_source("busy.duckdb")
        writer.communicate()
    open_source("busy.duckdb").close()


def test_one_bad_file_in_a_folder_is_named(hermetic: Path) -> None:
    (hermetic / "good.csv").write_text(CSV)
    (hermetic / "x.parquet").write_text("no")
    with pytest.raises(SourceError, match=r"x\.parquet cannot be read"):
        open_source(hermetic)
    shutil.rmtree(hermetic)
    hermetic.mkdir()


def test_settings_reach_the_connection(stub: StubOpenAI, hermetic: Path) -> None:
    (hermetic / "orders.csv").write_text("region,amount\nN,1\nS,2\n")
    with open_source("orders.csv", model="stub-9", max_rows=1) as con:
        answer = con.ask(QUESTION)
        assert answer.truncated and answer.model == "stub-9"
    assert isinstance(con, llmsql.Connection)
