"""The same arguments to this shell and to DuckDB's own give the same bytes and the same exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.shell.conftest import Run
from tests.shell.test_main import spawn

Shell = Callable[..., Run]
VALUES = (
    "select 1 as a, 'x''y' as b, null::int as c, 1.5::double as d, [1,2,null] as l, {'a':1,'b':'q'} as s, "
    "date '2024-01-02' as dt, 'a,b\"c' as t, true as e, 'li\nne' as nl, '\\xAA\\xBB'::blob as bb, map{'k':1} as m, "
    "123.450::decimal(9,3) as de, interval 1 month as i, 1e300::double as big, 'nan'::double as nn, 'a\tb' as tab, "
    "9007199254740993::bigint as bi, 1::hugeint as hu, uuid '12345678-1234-1234-1234-123456789012' as uu, "
    "'{\"a\": [1, 2]}'::json as js, 1e-7::double as small "
    "union all select 2,'é|日本','3',null,[],null,null,'','false',null,null,null,null,null,null,null,null,null,null,null,null,null"
)
MODES = "box column csv html insert json jsonlines line list markdown quote table tabs tcl trash".split()


@pytest.mark.parametrize("mode", MODES)
def test_modes(shell: Callable[..., Run], official: Callable[..., Run], mode: str) -> None:
    values = VALUES.replace("'li\nne'", "'line'") if mode == "markdown" else VALUES  # ours has no line break in a row
    for query in (
        values,
        "select 1 a where false",
        'select \'x\' "long name", 22222 "select" union all select null, 3',
    ):
        arguments = ("-c", f".mode {mode}", "-c", query)
        ours, theirs = shell(*arguments), official(*arguments)
        if (mode, theirs.out) != ("jsonlines", "\n"):  # no rows are no line, where DuckDB writes an empty one
            assert ours == theirs


@pytest.mark.parametrize(
    "mode", ["column", "csv", "json", "jsonlines", "line", "list", "markdown", "box", "table", "html"]
)
def test_flags(shell: Callable[..., Run], official: Callable[..., Run], mode: str) -> None:
    arguments = (
        f"-{mode}",
        "-noheader",
        "-nullvalue",
        "-",
        "-separator",
        ";",
        "-c",
        "select 1 a, null::int b, 'x;y' c",
    )
    assert shell(*arguments) == official(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-csv", "-c", "select 1 a", "-json", "-c", "select 2 b"),
        (":memory:", "select 42", "select 43"),
        ("-c", "create table t(i int); insert into t values (1),(2); select * from t"),
        ("-c", "create table t(i int); insert into t values (1) returning i; update t set i=2; delete from t returning *"),
        ("-c", "begin; commit; set threads=1; create view v as select 1; drop view v"),
        ("-c", "select 1 a", "-c", "from _", "-c", "select a+1 b from _", "-c", "from _"),
        ("-c", "select 1 a", "-c", "create table t as from _", "-c", "from t"),
        ("-echo", "-c", "select 1"),
        ("-cmd", "select 7", "-c", "select 8"),
        ("-c", "select range i, range*1000000 x from range(50)"),
        ("-c", ".maxrows 4", "-c", "from range(100)"),
        ("-c", ".print hello 'a b'"),
        ("-c", ".mode column", "-c", ".width 10 3", "-c", "select 1 a, 'abcdef' b"),
        ("-c", ".mode box", "-c", ".width 10 -10", "-c", "select 1 a, 'abcdef' b"),
        ("-csv", "-newline", "|", "-c", "select 1 a, 'x|y' b"),
        ("-c", "show tables"),
        ("-c", "pivot (values (1,'a')) t(x,y) on y"),
        ("-c", "select '日本' a, null::int b, 'x' c"),
        ("-c", ".nullvalue ''", "-c", "select null::int a"),
        ("-no-stdin",),
        ("-c", ""),
        ("-c", ";"),
        ("-c", "-- only"),
        ("-c", "select 1; select 1/'a'; select 3"),
        ("-c", "select 1;", "-c", "garbage here;", "-c", "select 2"),
        ("-c", ".headers off", "-c", "select 1 a"),
        ("-list", "-c", "create table t(i int); insert into t values (1); from t"),
    ],
)  # fmt: skip
def test_arguments(shell: Callable[..., Run], official: Callable[..., Run], arguments: tuple[str, ...]) -> None:
    ours, theirs = shell(*arguments), official(*arguments)
    assert (ours.out, ours.code) == (theirs.out, theirs.code)
    assert bool(ours.err) == bool(theirs.err)


def test_databases_and_scripts(shell: Callable[..., Run], official: Callable[..., Run], hermetic: Path) -> None:
    with duckdb.connect("shop.duckdb", config={"storage_compatibility_version": "v1.0.0"}) as con:
        con.execute("CREATE TABLE orders(id INTEGER PRIMARY KEY, region VARCHAR, amount DECIMAL(9,2))")
        con.execute("CREATE VIEW v AS SELECT * FROM orders; CREATE INDEX ix ON orders(region)")
        con.execute("INSERT INTO orders VALUES (1, 'north', 2.5)")
    Path("script.sql").write_text(".mode csv\nselect 1, 2;\nselect * from nope;\nselect 3;", encoding="utf-8")
    Path("rows.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    for arguments in (
        ("shop.duckdb", "-csv", "-c", "from orders"),
        ("shop.duckdb", "-c", ".schema"),
        ("shop.duckdb", "-c", ".schema ord%"),
        ("shop.duckdb", "-c", ".indexes"),
        ("-readonly", "shop.duckdb", "-c", "drop table orders"),
        ("-f", "script.sql"),
        ("-c", ".read script.sql", "-c", "select 4"),
        ("-c", ".import rows.csv t", "-c", "from t", "-c", ".import rows.csv t", "-c", "select count(*) from t"),
        ("rows.csv", "-c", "from rows"),
        ("-safe", "-c", "from 'rows.csv'"),
    ):
        ours, theirs = shell(*arguments), official(*arguments)
        assert (ours.out, ours.code) == (theirs.out, theirs.code), arguments
        assert bool(ours.err) == bool(theirs.err), arguments


def test_errors_point_at_the_fault(shell: Callable[..., Run], official: Callable[..., Run]) -> None:
    ours, theirs = shell("-c", "select * from nope"), official("-c", "select * from nope")
    assert ours.err.splitlines()[0] == theirs.err.splitlines()[0]
    assert "LINE 1: select * from nope\n                      ^" in ours.err


def test_a_dump_makes_the_same_database(shell: Callable[..., Run], official: Callable[..., Run]) -> None:
    with duckdb.connect("a.duckdb") as con:
        con.execute(
            'CREATE TABLE "two words"(i INTEGER, t VARCHAR, l INTEGER[], d DATE, n DOUBLE, s STRUCT(a INTEGER))'
        )
        con.execute("INSERT INTO \"two words\" VALUES (1, 'it''s\nso', [1, NULL], '2024-01-01', 'nan', {'a': 1}), "
                    "(NULL, '', [], NULL, 1e300, NULL)")  # fmt: skip
    dumped = shell("a.duckdb", "-c", ".dump")
    rebuilt = official("-csv", "-c", dumped.out, "-c", 'select t, l, d, n, s from "two words"')
    assert rebuilt.err == ""
    assert rebuilt.out == shell("a.duckdb", "-csv", "-c", 'select t, l, d, n, s from "two words"').out


def test_a_dump_of_several_schemas_makes_the_same_database(shell: Shell, hermetic: Path) -> None:
    with duckdb.connect("a.duckdb") as con:
        con.execute("""
            CREATE SCHEMA s; CREATE SCHEMA "two words"; CREATE SEQUENCE numbers; CREATE SEQUENCE s.more START 5;
            CREATE TABLE t("select" INTEGER DEFAULT nextval('numbers'), "order" VARCHAR);
            CREATE TABLE s.t(a DATE, b VARCHAR); CREATE TABLE "two words"."table"("from" INTEGER);
            CREATE TABLE z(i INTEGER PRIMARY KEY, twice INTEGER GENERATED ALWAYS AS (i * 2), w VARCHAR);
            CREATE TABLE a(z INTEGER REFERENCES z(i));
            INSERT INTO t("order") VALUES ('x'), ('y'); INSERT INTO s.t VALUES ('2024-01-02', 'of s');
            INSERT INTO "two words"."table" VALUES (3); INSERT INTO z(i, w) VALUES (1, 'one'); INSERT INTO a VALUES (1);
            CREATE VIEW z_last AS FROM s.t; CREATE VIEW a_first AS SELECT b FROM z_last; CREATE VIEW s.v AS FROM t;
            CREATE INDEX by_b ON s.t(b);
        """)
    dumped = shell("-readonly", "a.duckdb", "-c", ".dump")
    assert dumped.err == ""
    assert shell("b.duckdb", "-c", dumped.out).err == ""
    names = "SELECT schema_name, table_name, sql FROM duckdb_tables() UNION ALL SELECT schema_name, view_name, sql "
    names += (
        "FROM duckdb_views() WHERE NOT internal UNION ALL SELECT schema_name, index_name, sql FROM duckdb_indexes() "
    )
    names += "UNION ALL SELECT schema_name, sequence_name, sql FROM duckdb_sequences() ORDER BY ALL"
    with duckdb.connect("a.duckdb") as a, duckdb.connect("b.duckdb") as b:
        made = a.execute(names).fetchall()
        assert len(made) == 11 and b.execute(names).fetchall() == made
        for table in ("t", "s.t", '"two words"."table"', "z", "a", "a_first", "s.v"):
            assert a.execute(f"FROM {table}").fetchall() == b.execute(f"FROM {table}").fetchall() != []
    part = shell("a.duckdb", "-c", ".dump table").out
    assert "two words" in part and "CREATE TABLE s.t" not in part and "CREATE SCHEMA IF NOT EXISTS s;" not in part


@pytest.mark.parametrize(
    "arguments",
    [
        ("-separator", ",", "-list"),
        ("-list", "-separator", ","),
        ("-separator", ";", "-csv", "-json", "-list"),
        ("-newline", "X", "-csv"),
        ("-csv", "-newline", "X", "-list"),
        ("-separator", ";", "-quote"),
        ("-list", "-c", "select 1 a, 2 b", "-csv"),
        ("-separator", ";", "-c", ".mode list"),
        ("-list", "-c", ".separator ;"),
    ],
)
def test_modes_keep_the_separators_of_flags(shell: Shell, official: Shell, arguments: tuple[str, ...]) -> None:
    query = ("-c", "select 1 a, 2 b")
    assert shell(*arguments, *query) == official(*arguments, *query)


def test_import_leaves_out_lines_that_do_not_fit(shell: Shell, official: Shell, hermetic: Path) -> None:
    Path("ragged.csv").write_text("a,b\n1,x\nzz,y,3,4\n3,q\n")
    for options in ("", "--csv ", "--header false "):
        arguments = ("-c", f".import {options}ragged.csv t", "-csv", "-c", "from t")
        assert shell(*arguments) == official(*arguments)
    assert shell("-c", ".import -csv ragged.csv t", "-csv", "-c", "from t").out == "a,b\n1,x\n3,q\n"
    assert "a,b\n" not in shell("-c", ".import --ignore_errors false ragged.csv t", "-csv", "-c", "from t").out


def test_a_failure_ends_its_line(official: Shell) -> None:
    text = "select 1 a; select foo; select 3 a;\nselect 4 a;\nselect foo; select 5 a\n; select 6 a;\nselect 7 a;"
    ours, theirs = spawn("-csv", "-noheader", stdin=text.encode()), official("-csv", "-noheader", stdin=text)
    assert ours.stdout.decode() == theirs.out == "1\n4\n7\n"


def test_columns_and_limits_that_are_shown(shell: Shell, official: Shell) -> None:
    query = "select 1 a, 'x' b union all select 2, null order by 1"
    for arguments in (
        ("-c", ".columns", "-c", query, "-c", ".rows", "-c", query),
        ("-c", ".maxrows", "-c", ".maxrows 3", "-c", ".max"),
        ("-c", ".print x;", "-c", ".separator ;", "-c", ".nullvalue n;", "-csv", "-c", "select null a, 1 b"),
    ):
        assert shell(*arguments) == official(*arguments)


def test_the_last_result_keeps_its_types(shell: Shell, hermetic: Path) -> None:
    values = {
        "BIT": "'101'::BIT", "HUGEINT": "1::HUGEINT", "UUID": "uuid()", "ENUM('a', 'b')": "'a'::ENUM('a', 'b')",
        "JSON": "'[1]'::JSON", "TIME WITH TIME ZONE": "'10:00:00+02'::TIMETZ",
        "STRUCT(e ENUM('a', 'b'))": "{'e': 'b'::ENUM('a', 'b')}", "INTEGER": "1", "TIMESTAMP_NS": "now()::TIMESTAMP_NS",
    }  # fmt: skip
    listed = ", ".join(f"{value} AS c{number}" for number, value in enumerate(values.values()))
    assert shell("t.duckdb", "-c", f"select {listed}", "-c", "create table kept as from _").err == ""
    with duckdb.connect("t.duckdb") as con:
        assert list(map(str, con.table("kept").types)) == list(values)
