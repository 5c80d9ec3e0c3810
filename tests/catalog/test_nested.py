"""Parts of nested columns, as the catalog shows them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from llmsql.catalog import Table
from llmsql.catalog.nested import MOST_PARTS
from llmsql.catalog.snapshot import snapshot

EVENTS = """
    CREATE TABLE events (
        id INTEGER, address STRUCT(city VARCHAR, geo STRUCT(lat DOUBLE, "lon gitude" DOUBLE)), extra MAP(VARCHAR, INTEGER),
        payload JSON, tags VARCHAR[], address_city VARCHAR
    );
    INSERT INTO events VALUES
        (1, {'city': 'Ghent', 'geo': {'lat': 1.5, 'lon gitude': 2.5}}, MAP {'a': 1, 'late night': 2},
         '{"kind": "pdf", "size": 3, "ok": true, "n/a": null, "file": {"name": "x"}, "labels": ["p", "q"], "lines": [{"q": 1}], "any": [[1]]}',
         ['red', 'blue'], 'taken'),
        (2, NULL, NULL, '{"size": 4.5, "mixed": 1}', ['red'], NULL), (3, NULL, NULL, '{"mixed": "one"}', [], NULL);
"""  # fmt: skip


@pytest.fixture(scope="module")
def events() -> Table:
    with duckdb.connect() as con:
        con.execute(EVENTS)
        [table, _] = snapshot(con)
    return table


def test_parts_are_columns_with_types_and_values(events: Table) -> None:
    parts = {c.name: (c.type, c.values, c.maximum) for c in events.columns if c.part_of}
    assert parts == {
        "address_geo_lat": ("DOUBLE", (), "1.5"),
        "address_geo_lon_gitude": ("DOUBLE", (), "2.5"),
        "extra_a": ("INTEGER", (), "1"),
        "extra_late_night": ("INTEGER", (), "2"),
        "payload_kind": ("VARCHAR", ("pdf",), None),
        "payload_size": ("DOUBLE", (), "4.5"),
        "payload_ok": ("BOOLEAN", (), None),
        "payload_file_name": ("VARCHAR", ("x",), None),
        "payload_labels": ("VARCHAR[]", ("p", "q"), None),
        "payload_lines": ('STRUCT("q" BIGINT)[]', (), None),
        "payload_any": ("JSON", (), None),
        "payload_mixed": ("VARCHAR", ("1", "one"), None),
    }  # address.city would be called like a column that is there


def test_stored_columns_are_what_the_table_has(events: Table) -> None:
    assert [c.name for c in events.stored] == ["id", "address", "extra", "payload", "tags", "address_city"]


def test_a_list_shows_its_elements(events: Table) -> None:
    tags = events.column("tags")
    assert tags is not None and tags.values == ("red", "blue") and tags.complete


def test_each_part_can_be_read(events: Table) -> None:
    with duckdb.connect() as con:
        con.execute(EVENTS)
        for column in events.columns:
            con.execute(f"SELECT {column.sql} FROM events").fetchall()


def test_keys_that_are_data_are_no_parts() -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT MAP {'k' || i: i} AS m, json_object('k' || i, i) AS j, {'a': i} AS s "
            f"FROM range({MOST_PARTS + 1}) r(i)"
        )
        [table] = snapshot(con)
    assert [c.name for c in table.columns] == ["m", "j", "s", "s_a"]


def test_keys_that_need_quotes_are_read() -> None:
    with duckdb.connect() as con:
        con.execute(
            """CREATE TABLE t AS SELECT '{"it''s": 1, "$x": 2, "a.b": 3, "q\\"q": 4}'::JSON AS j, MAP {'it''s': 5} AS m"""
        )
        [table] = snapshot(con)
        parts = {c.name: c.sql for c in table.columns if c.part_of}
        assert {name: con.execute(f"SELECT {sql} FROM t").fetchall()[0][0] for name, sql in parts.items()} == {
            "j_it_s": 1,
            "j_x": 2,
            "j_a_b": 3,
            "m_it_s": 5,
        }  # fmt: skip


ORDERS = """
    CREATE TABLE orders (id INTEGER PRIMARY KEY, lines STRUCT(sku VARCHAR, qty INTEGER, id INTEGER)[], doc JSON);
    INSERT INTO orders VALUES
        (1, [{'sku': 'a', 'qty': 2, 'id': 9}, {'sku': 'b', 'qty': 3, 'id': 8}], '{"parts": [{"name": "x", "size": {"w": 1}}]}'),
        (2, NULL, NULL);
    CREATE TABLE loose (shop VARCHAR, tags VARCHAR[], lines STRUCT(sku VARCHAR)[]);
    INSERT INTO loose VALUES ('North', ['x'], [{'sku': 'c'}]);
    CREATE TABLE orders_doc_parts (taken INTEGER);
"""


def test_lists_of_structs_are_tables() -> None:
    with duckdb.connect() as con:
        con.execute(ORDERS)
        catalog = snapshot(con)
        lines = catalog.table("orders_lines")
        assert lines is not None and [(c.name, c.type) for c in lines.columns] == [
            ("id", "INTEGER"), ("sku", "VARCHAR"), ("qty", "INTEGER"), ("lines_id", "INTEGER"),
        ]  # fmt: skip
        assert [(k.columns, k.target, k.target_columns) for k in lines.foreign_keys] == [(("id",), "orders", ("id",))]
        assert lines.columns[1].values == ("a", "b") and lines.columns[2].maximum == "3"
        assert con.execute(f"SELECT sku, qty FROM {lines.sql} ORDER BY ALL").fetchall() == [("a", 2), ("b", 3)]
        assert [t.reference for t in catalog] == ["orders", "orders_lines", "loose", "loose_lines", "orders_doc_parts"]
        assert len(catalog.table("orders_doc_parts").columns) == 1  # type: ignore[union-attr]


def test_arrays_of_objects_are_tables() -> None:
    with duckdb.connect() as con:
        con.execute(ORDERS + "DROP TABLE orders_doc_parts")
        parts = snapshot(con).table("orders_doc_parts")
        assert parts is not None
        assert con.execute(f"SELECT * FROM {parts.sql}").fetchall() == [(1, "x", '{"w":1}')]


def test_a_column_that_cannot_be_taken_apart_leaves_the_others_alone() -> None:
    deep = '{"a":' * 1000 + "1" + "}" * 1000
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (name VARCHAR, deep JSON, empty JSON, late JSON, s STRUCT(a INTEGER))")
        con.execute(
            "INSERT INTO t SELECT 'x', NULL, '{\"\":1,\"b\":2}', json_object('ms', i), {'a': i} FROM range(1500) r(i)"
        )
        con.execute("INSERT INTO t VALUES ('y', ?, NULL, '{\"ms\": \"n/a\"}', NULL)", [deep])
        con.execute("CREATE TABLE d AS SELECT * FROM t ORDER BY name DESC")
        for table in snapshot(con):
            assert table.columns[0].values == ("x", "y")
            assert {c.name for c in table.columns if c.part_of} == {"empty_b", "late_ms", "s_a"}


def test_structs_of_an_empty_table_have_parts() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (s STRUCT(a INTEGER), j JSON)")
        [table] = snapshot(con)
    assert [c.name for c in table.columns] == ["s", "s_a", "j"]


def test_a_long_list_of_lists_is_looked_at_in_part() -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT i, ['tag' || (i * 7 + k) for k in range(10)] AS tags FROM range(100000) t(i)"
        )
        [table] = snapshot(con)
    assert table.columns[0].maximum == "99999" and len(table.columns[1].values) == 12 and not table.columns[1].complete


def test_elements_of_a_table_without_a_key_have_its_plain_columns() -> None:
    with duckdb.connect() as con:
        con.execute(ORDERS)
        lines = snapshot(con).table("loose_lines")
        assert lines is not None and [c.name for c in lines.columns] == ["shop", "sku"] and not lines.foreign_keys
        assert con.execute(f"SELECT * FROM {lines.sql}").fetchall() == [("North", "c")]


def test_elements_in_a_json_file(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text('[{"no": 1, "lines": [{"sku": "a", "qty": 2}, {"sku": "b", "qty": 3}]}, {"no": 2, "lines": []}]')
    with duckdb.connect() as con:
        con.execute(f"CREATE VIEW orders AS FROM '{file}'")
        lines = snapshot(con).table("orders_lines")
        assert lines is not None and [c.name for c in lines.columns] == ["no", "sku", "qty"]
        assert con.execute(f"SELECT SUM(qty) FROM {lines.sql}").fetchall() == [(5,)]


def test_json_in_columns_of_text_has_parts() -> None:
    with duckdb.connect() as con:
        con.execute(
            """CREATE TABLE t AS SELECT i, '{"kind": "k' || i % 2 || '", "n": ' || i || '}' AS doc FROM range(20) r(i)"""
        )
        con.execute("""CREATE TABLE broken AS SELECT '{"kind": 1}' AS doc UNION ALL SELECT '{ a template }'""")
        good, broken = snapshot(con)
        assert [(c.name, c.type, c.values, c.maximum) for c in good.columns if c.part_of] == [
            ("doc_kind", "VARCHAR", ("k0", "k1"), None), ("doc_n", "BIGINT", (), "19"),
        ]  # fmt: skip
        assert [c.name for c in broken.columns] == ["doc"]
        assert con.execute(f"SELECT DISTINCT {good.columns[2].sql} FROM t ORDER BY ALL").fetchall() == [
            ("k0",),
            ("k1",),
        ]


def test_elements_have_parts_too() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE o (id INTEGER PRIMARY KEY, lines STRUCT(sku VARCHAR, size STRUCT(w INTEGER))[])")
        con.execute("INSERT INTO o VALUES (1, [{'sku': 'a', 'size': {'w': 3}}])")
        lines = snapshot(con).table("o_lines")
        assert lines is not None and [c.name for c in lines.columns if c.part_of] == ["size_w"]
        assert lines.column("size_w").maximum == "3"  # type: ignore[union-attr]
