"""What is told of the data."""

from __future__ import annotations

import time
from collections.abc import Iterator

import duckdb
import pytest

from llmsql.catalog import Column, Table
from llmsql.catalog.profile import EXACT_ROWS, LONGEST_VALUE, MOST_COLUMNS, MOST_VALUES, profile_table
from llmsql.catalog.snapshot import snapshot


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def column(con: duckdb.DuckDBPyConnection, type_: str, values: str) -> Column:
    con.execute(f"CREATE TABLE t (a {type_}); INSERT INTO t {values}")
    [table] = snapshot(con, infer=False)
    return table.columns[0]


@pytest.mark.parametrize(
    ("type_", "values", "expected", "complete"),
    [
        ("TEXT", "VALUES ('b'), ('a'), ('b')", ("b", "a"), True),
        ("TEXT", "VALUES ('b'), ('a')", ("a", "b"), True),
        ("TEXT", "VALUES (NULL), ('a'), ('')", ("a",), True),
        ("TEXT", "VALUES (NULL), (NULL)", (), True),
        ("TEXT", "VALUES ('')", (), True),
        ("TEXT", "SELECT 'v' || lpad(range::TEXT, 2, '0') FROM range(12)", tuple(f"v{i:02}" for i in range(12)), True),
        ("TEXT", "SELECT 'name ' || range FROM range(1000)", ("name 0",), False),
        ("TEXT", f"VALUES (repeat('x', {LONGEST_VALUE + 1})), ('y')", ("y",), False),
        ("TEXT", "SELECT repeat('long ', 100) || range FROM range(1000)", (), False),
        ("TEXT", "VALUES ('it''s'), ('new\nline'), ('\"q\"')", ('"q"', "it's", "new\nline"), True),
        ("ENUM ('hot', 'mild', 'it''s, (x)')", "VALUES ('mild')", ("hot", "mild", "it's, (x)"), True),
        ("BOOLEAN", "VALUES (true)", (), False),
    ],
)
def test_frequent_values(
    con: duckdb.DuckDBPyConnection, type_: str, values: str, expected: tuple[str, ...], complete: bool
) -> None:
    found = column(con, type_, values)
    assert (found.values, found.complete) == (expected, complete)


def test_long_enums_are_cut(con: duckdb.DuckDBPyConnection) -> None:
    names = [f"kind {i:03}" for i in range(50)]
    found = column(con, "ENUM (" + ", ".join(f"'{n}'" for n in names) + ")", "VALUES ('kind 007')")
    assert found.values == tuple(names[:MOST_VALUES])
    assert not found.complete


@pytest.mark.parametrize(
    ("type_", "values", "low", "high"),
    [
        ("INTEGER", "VALUES (3), (-1), (NULL)", "-1", "3"),
        ("DATE", "VALUES ('2024-02-29'), ('1999-01-01')", "1999-01-01", "2024-02-29"),
        ("TIMESTAMP", "VALUES ('2024-02-29 01:02:03')", "2024-02-29 01:02:03", "2024-02-29 01:02:03"),
        ("DECIMAL(10,2)", "VALUES (1.50), (2)", "1.50", "2.00"),
        ("DOUBLE", "VALUES (1.5), ('nan'), ('inf')", "1.5", "nan"),
        ("INTEGER", "VALUES (NULL)", None, None),
        ("DATE", "VALUES ('infinity'), ('2024-01-01')", "2024-01-01", "infinity"),
        ("HUGEINT", "VALUES (170141183460469231731687303715884105727)", "170141183460469231731687303715884105727",
         "170141183460469231731687303715884105727"),
        ("INTEGER[]", "VALUES ([1, 2])", None, None),
        ("STRUCT(a INTEGER)", "VALUES ({'a': 1})", None, None),
    ],
)  # fmt: skip
def test_ranges(con: duckdb.DuckDBPyConnection, type_: str, values: str, low: str | None, high: str | None) -> None:
    found = column(con, type_, values)
    assert (found.minimum, found.maximum) == (low, high)


def test_five_million_rows_are_sampled_not_read(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE big AS SELECT range AS id, 'v' || range % 3 AS kind FROM range(5_000_000)")
    assert EXACT_ROWS < 5_000_000
    [big] = snapshot(con, infer=False, profile_seconds=60)
    assert big.rows == 5_000_000
    assert set(big.columns[1].values) == {"v0", "v1", "v2"}
    assert int(big.columns[0].maximum or 0) - int(big.columns[0].minimum or 0) < 4_999_999


def test_empty_tables_have_structure_only(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE t (a TEXT, b INT, c DATE)")
    [table] = snapshot(con)
    assert table.rows == 0
    assert table.columns == (Column("a", "VARCHAR"), Column("b", "INTEGER"), Column("c", "DATE"))


def test_columns_beyond_the_limit_keep_their_structure(con: duckdb.DuckDBPyConnection) -> None:
    names = [f"c{i}" for i in range(MOST_COLUMNS + 5)]
    con.execute(
        f"CREATE TABLE t ({', '.join(f'{n} INT' for n in names)}); INSERT INTO t (c0, c{MOST_COLUMNS}) VALUES (1, 2)"
    )
    [table] = snapshot(con)
    assert table.columns[0].minimum == "1"
    assert table.columns[MOST_COLUMNS].minimum is None


def test_time_that_is_up_interrupts_and_leaves_the_connection_usable(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE VIEW slow AS SELECT sum(a.range * b.range) AS s FROM range(100000000) a, range(100000000) b")
    slow = Table("slow", "slow", (Column("s", "HUGEINT"),), kind="view")
    assert profile_table(con, slow, time.monotonic() + 0.3) == slow
    assert con.execute("SELECT count(*) FROM range(100000)").fetchall() == [(100_000,)]


def test_a_deadline_that_has_passed_asks_nothing_but_knows_enums(con: duckdb.DuckDBPyConnection) -> None:
    table = Table("none_such", "none_such", (Column("e", "ENUM('a', 'b')"), Column("t", "VARCHAR")))
    assert profile_table(con, table, time.monotonic() - 1).columns[0].values == ("a", "b")
    assert profile_table(con, table, time.monotonic() + 10).columns[1].values == ()


def test_a_day_above_twelve_says_which_number_is_the_month(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE TABLE trips AS SELECT strftime(DATE '2014-01-01' + i::INTEGER, '%-m/%-d/%Y') AS american, "
        "strftime(DATE '2014-01-01' + i::INTEGER, '%-d/%-m/%Y') AS british FROM range(300) t(i)"
    )
    [table] = snapshot(con)
    assert [column.day_format for column in table.columns] == ["%m/%d/%Y", "%d/%m/%Y"]
