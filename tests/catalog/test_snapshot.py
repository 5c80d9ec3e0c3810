"""Snapshots of live databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from llmsql.catalog import Catalog, ForeignKey, Table
from llmsql.catalog.snapshot import quote, reserved_words, snapshot, structure_version, with_keys


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def table(catalog: Catalog, reference: str) -> Table:
    found = catalog.table(reference)
    assert found is not None, [t.reference for t in catalog]
    return found


@pytest.mark.parametrize(
    "type_",
    ["INTEGER", "HUGEINT", "DECIMAL(10,2)", "DOUBLE", "VARCHAR", "BLOB", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "INTERVAL",
     "TIMESTAMP WITH TIME ZONE", "UUID", "BIT", "JSON", "INTEGER[]", "VARCHAR[][]", "INTEGER[3]", "MAP(VARCHAR, INTEGER)",
     "STRUCT(a INTEGER, b STRUCT(c VARCHAR[]))", "UNION(num INTEGER, str VARCHAR)", "ENUM('sad', 'ok', 'it''s')"],
)  # fmt: skip
def test_every_type_is_read_and_profiled(con: duckdb.DuckDBPyConnection, type_: str) -> None:
    con.execute(f"CREATE TABLE t (a {type_}, b INTEGER)")
    con.execute("INSERT INTO t VALUES (NULL, 1), (NULL, 2)")
    [column, _] = table(snapshot(con), "t").stored
    assert column.type == type_
    assert column.minimum is None and column.maximum is None
    assert column.values == (("sad", "ok", "it's") if type_.startswith("ENUM") else ())


def test_an_empty_database_is_an_empty_catalog(con: duckdb.DuckDBPyConnection) -> None:
    assert len(snapshot(con)) == 0
    assert snapshot(con).version == Catalog().version
    assert structure_version(con)


def test_tables_views_comments_and_order(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE b (x INT); CREATE TABLE a (x INT); INSERT INTO b VALUES (1), (2)")
    con.execute("CREATE VIEW v AS SELECT x AS y, 'hello' AS word FROM b")
    con.execute("COMMENT ON TABLE b IS 'two rows'; COMMENT ON COLUMN b.x IS 'a number'; COMMENT ON VIEW v IS 'seen'")
    catalog = snapshot(con)
    assert [(t.reference, t.kind, t.rows, t.comment) for t in catalog] == [
        ("b", "table", 2, "two rows"),
        ("a", "table", 0, None),
        ("v", "view", None, "seen"),
    ]
    assert table(catalog, "b").columns[0].comment == "a number"
    assert [(c.name, c.values) for c in table(catalog, "v").columns] == [("y", ()), ("word", ("hello",))]


NAMES = [
    "select",
    "Bad Debts",
    "größe",
    "表",
    'a"b',
    "1st",
    "a.b",
    "order",
    "table",
    "left",
    "it's",
    "Ümläut",
    "😀",
    "a-b",
    "new\nline",
]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_are_quoted_so_that_sql_finds_them(con: duckdb.DuckDBPyConnection, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    con.execute(f"CREATE TABLE {quoted} ({quoted} TEXT, id INT); INSERT INTO {quoted} VALUES ('x', 1)")
    [found] = snapshot(con)
    assert found.name == name
    assert found.columns[0].values == ("x",)
    assert con.execute(f"SELECT {quote(name)} FROM {found.reference}").fetchall() == [("x",)]


def test_every_reserved_word_works_as_a_name(con: duckdb.DuckDBPyConnection) -> None:
    words = sorted(reserved_words())
    assert {"select", "from", "order", "table"} <= set(words)
    con.execute(f"CREATE TABLE t ({', '.join(f'{quote(word)} INT' for word in words)})")
    assert len(table(snapshot(con), "t").columns) == len(words)
    con.execute(f"SELECT {', '.join(quote(word) for word in words)} FROM t")


def test_attached_databases_and_schemas_are_named_as_sql_names_them(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    con.execute(f"ATTACH '{tmp_path / 'o.db'}' AS other; CREATE TABLE other.t (a INT); CREATE SCHEMA other.s")
    con.execute("CREATE TABLE other.s.u (a INT); CREATE SCHEMA s; CREATE TABLE s.u (a INT); CREATE TABLE t (a INT)")
    con.execute('ATTACH \':memory:\' AS "My Db"; CREATE TABLE "My Db"."My T" (a INT)')
    catalog = snapshot(con)
    assert {t.reference for t in catalog} == {"t", "s.u", "other.t", "other.s.u", '"My Db"."My T"'}
    assert catalog.tables[0].reference == "t"
    for found in catalog:
        con.execute(f"SELECT a FROM {found.reference}")
    con.execute("USE other")
    assert {t.reference for t in snapshot(con)} == {"t", "s.u", "memory.t", "memory.s.u", '"My Db"."My T"'}


def test_temporary_tables_are_seen_where_they_were_made(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TEMP TABLE mine (a TEXT); INSERT INTO mine VALUES ('x')")
    assert table(snapshot(con), "mine").columns[0].values == ("x",)
    assert len(snapshot(con.cursor())) == 0


def test_declared_keys(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b)); CREATE TABLE u (code TEXT UNIQUE, x INT)")
    con.execute(
        "CREATE TABLE c (id INT PRIMARY KEY, a INT, b INT, up INT REFERENCES c (id), FOREIGN KEY (a, b) REFERENCES p (a, b))"
    )
    catalog = snapshot(con, infer=False)
    assert table(catalog, "p").primary_key == ("a", "b")
    assert table(catalog, "u").primary_key == ("code",)
    assert set(table(catalog, "c").foreign_keys) == {
        ForeignKey(("a", "b"), "p", ("a", "b")),
        ForeignKey(("up",), "c", ("id",)),
    }


def test_keys_known_from_elsewhere_go_first(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT, p_id INT REFERENCES p (id))")
    key = ForeignKey(("id",), "p", ("id",))
    catalog = with_keys(snapshot(con, infer=False), {"c": ("id",)}, {"c": [key]})
    assert table(catalog, "c").primary_key == ("id",)
    assert table(catalog, "c").foreign_keys == (key, ForeignKey(("p_id",), "p", ("id",)))


CHANGES = [
    "CREATE TABLE extra (a INT)",
    "DROP TABLE u",
    "ALTER TABLE t ADD COLUMN c INT",
    "ALTER TABLE t RENAME COLUMN b TO d",
    "ALTER TABLE t ALTER COLUMN b TYPE BIGINT",
    "ALTER TABLE t RENAME TO w",
    "ALTER TABLE t DROP COLUMN b",
    "CREATE VIEW v AS SELECT 1 AS a",
    "CREATE TEMP TABLE extra (a INT)",
    "CREATE SCHEMA s; CREATE TABLE s.t (a INT)",
    "ATTACH ':memory:' AS other; CREATE TABLE other.t (a INT)",
    "COMMENT ON TABLE t IS 'x'",
    "COMMENT ON COLUMN t.a IS 'x'",
    "INSERT INTO t VALUES (3, 4)",
    "BEGIN; CREATE TABLE extra (a INT)",
]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_of_shape_change_the_version(con: duckdb.DuckDBPyConnection, change: str) -> None:
    con.execute("CREATE TABLE t (a INT, b INT); CREATE TABLE u (a INT); INSERT INTO t VALUES (1, 2)")
    before = structure_version(con)
    assert structure_version(con) == before == structure_version(con.cursor())
    con.execute(change)
    assert structure_version(con) != before


def test_equal_databases_give_equal_catalogs() -> None:
    versions = set()
    for _ in range(2):
        with duckdb.connect() as con:
            con.execute(
                "CREATE TABLE t (a INT PRIMARY KEY, b TEXT); INSERT INTO t SELECT range, range % 3 FROM range(1000)"
            )
            versions.add(snapshot(con).version)
    assert len(versions) == 1


def test_a_thousand_tables_all_have_their_structure(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("; ".join(f"CREATE TABLE t{i} (id INT, name TEXT, day DATE)" for i in range(1000)))
    catalog = snapshot(con, profile_seconds=0.2)
    assert len(catalog) == 1000
    assert all(len(t.columns) == 3 for t in catalog)


def test_a_thousand_columns_are_all_there(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        f"CREATE TABLE wide ({', '.join(f'c{i} TEXT' for i in range(1000))}); INSERT INTO wide (c0) VALUES ('x')"
    )
    [wide] = snapshot(con, profile_seconds=60)
    assert [c.name for c in wide.columns] == [f"c{i}" for i in range(1000)]
    assert wide.columns[0].values == ("x",)


def test_no_time_leaves_structure_only(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE t (id INT, a TEXT); INSERT INTO t VALUES (1, 'x')")
    [found] = snapshot(con, profile_seconds=0)
    assert (found.rows, found.primary_key, found.columns[1].values) == (1, (), ())


def test_a_view_that_no_longer_binds_does_not_stop_the_rest(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    con.execute(f"CREATE VIEW gone AS FROM '{file}'; CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x')")
    file.unlink()
    catalog = snapshot(con)
    assert [c.name for c in table(catalog, "gone").columns] == ["a"]
    assert table(catalog, "t").columns[0].values == ("x",)


def test_a_snapshot_changes_nothing_and_can_be_taken_by_several_threads(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE t (id INT, a TEXT); INSERT INTO t SELECT range, 'v' || range % 5 FROM range(10000)")
    before = structure_version(con)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda c: found.append(snapshot(c).version), args=(con.cursor(),)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert structure_version(con) == before


def test_a_closed_connection_says_so() -> None:
    con = duckdb.connect()
    con.close()
    with pytest.raises(duckdb.Error):
        snapshot(con)


@pytest.mark.parametrize("reference", ["T", "t", '"t"', '"T"'])
def test_tables_are_found_in_any_case_and_quoting(con: duckdb.DuckDBPyConnection, reference: str) -> None:
    con.execute("CREATE TABLE t (Id INT)")
    assert table(snapshot(con), reference).column("ID") is not None
    assert len(snapshot(con).only([reference, "u"])) == 1
