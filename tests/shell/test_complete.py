from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from llmsql.shell.complete import Names, ask_duckdb, load_own_completion, read_names, suggest


@pytest.fixture(scope="module")
def names() -> Names:
    con = duckdb.connect()
    con.execute("CREATE TABLE orders(id INTEGER, region_id INTEGER, amount DOUBLE)")
    con.execute('CREATE TABLE regions(region_id INTEGER, name VARCHAR, "Long Name" VARCHAR)')
    con.execute('CREATE VIEW "My View" AS FROM orders; CREATE SCHEMA sales')
    return read_names(con)


def offered(before: str, names: Names, after: str = "") -> list[str]:
    return [s.text for s in suggest(before, after, names)]


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ("sel", "", "select"),
        ("SEL", "", "SELECT"),
        ("select * fr", "", "from"),
        ("select * from ", "", "My View"),
        ("select * from ord", "", "orders"),
        ("select * from orders o join reg", "", "regions"),
        ("select * from orders, reg", "", "regions"),
        ("select am", " from orders", "amount"),
        ("select ", " from regions", "region_id"),
        ("select o.", " from orders o", "id"),
        ("select r.n", " from orders o join regions r", "name"),
        ("select orders.reg", " from orders", "region_id"),
        ("from orders where am", "", "amount"),
        ("from orders o where o.", "", "id"),
        ("from orders group by re", "", "region_id"),
        ("select count(am", ") from orders", "amount"),
        ("insert into ord", "", "orders"),
        ("select 1; select na", " from regions", "name"),
        ("from orders wh", "", "where"),
        ("from read_cs", "", "read_csv"),
        ("select regexp_mat", "", "regexp_matches"),
        (".mo", "", ".mode"),
        (".mode mark", "", "markdown"),
        (".tables ord", "", "orders"),
        (".timer o", "", "on"),
    ],
)
def test_by_position(names: Names, before: str, after: str, first: str) -> None:
    found = offered(before, names, after)
    assert found and found[0].strip('"') == first


def test_only_columns_of_the_tables_at_hand(names: Names) -> None:
    found = offered("select ", names, " from regions")
    assert "name" in found and "amount" not in found
    assert '"Long Name"' in found


def test_no_tables_where_no_table_can_stand(names: Names) -> None:
    assert offered("select o.", names, " from orders o") == ["id", "region_id", "amount"]


def test_files_in_quotes(names: Names, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a")
    (tmp_path / "folder").mkdir()
    assert offered(f"from '{tmp_path}/ro", names) == ["rows.csv"]
    assert set(offered(f".read {tmp_path}/", names)) == {"rows.csv", "folder/"}
    assert offered("from '/no/such/folder/x", names) == []


def test_duckdb_s_own_where_it_is_installed() -> None:
    con = duckdb.connect()
    if not load_own_completion(con):
        assert ask_duckdb(con, "SELECT * FR") == []
        pytest.skip("the autocomplete extension is not installed")
    assert "FROM" in [s.text for s in ask_duckdb(con, "SELECT * FR")]
