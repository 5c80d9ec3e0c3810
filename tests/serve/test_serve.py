"""What needs no client: extensions, the gate, the init file, the command that is looked for."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

import llmsql
from llmsql.errors import ConfigError
from llmsql.functions import Macro
from llmsql.serve import extensions, official
from llmsql.serve.gate import Gate
from llmsql.serve.init_file import MARK, remove_init_file, render_init_file, write_init_file
from llmsql.serve.rows import query_of

MACROS = (
    Macro("ask", "question, tables := NULL", "TABLE FROM query(_f(question, tables))"),
    Macro("ai_filter", "body, condition, model := NULL", "_g(body, condition, model)"),
)


@pytest.fixture
def gate() -> Gate:
    return Gate("the-token", MACROS, duckdb.connect())


def test_the_gate_knows_its_token(gate: Gate) -> None:
    assert gate.authenticate("1", "the-token", "another")
    assert not any(gate.authenticate("1", given, "another") for given in ("another", "", None, "the-tokeñ"))


def test_the_gate_adds_the_macros_that_a_statement_names(gate: Gate) -> None:
    asked = gate.admit("1", "FROM Ask('x')")
    assert (
        asked
        == "CREATE OR REPLACE TEMP MACRO ask(question, tables := NULL) AS TABLE FROM query(_f(question, tables));FROM Ask('x')"
    )
    assert gate.admit("1", "FROM tasks") == "FROM tasks"


@pytest.mark.parametrize(
    "sql", ["FROM t", "SELECT 1; SELECT 2", "SET VARIABLE a = 1", "EXPLAIN ANALYZE SELECT 1", "BEGIN", "selec 1", ""]
)
def test_the_gate_lets_reading_through(gate: Gate, sql: str) -> None:
    assert gate.admit("1", sql) == sql


@pytest.mark.parametrize(
    "sql",
    ["DROP TABLE t", "SELECT 1; INSERT INTO t VALUES (1)", "WITH x AS (SELECT 1) DELETE FROM t", "EXPLAIN (ANALYZE) UPDATE t SET a = 1",
     "EXPLAIN ANALYZE DELETE FROM t", "CREATE TABLE t (i INT)", "ATTACH 'x'", "COPY t TO 'x'", "CALL f()", "CALL QUACK_STOP('x')", "PREPARE p AS DELETE FROM t"],
)  # fmt: skip
def test_the_gate_refuses_the_rest(gate: Gate, sql: str) -> None:
    assert gate.admit("1", sql).startswith("SELECT error('")


def test_a_refused_statement_gives_one_readable_error(gate: Gate) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="The served database is for reading: DROP is refused"):
        duckdb.connect().execute(gate.admit("1", "DROP TABLE t")).fetchall()


def test_the_init_file_is_private_and_ours(tmp_path: Path) -> None:
    path = tmp_path / "f.sql"
    write_init_file(path, f"{MARK}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    write_init_file(path, f"{MARK} anew\n")
    assert os.listdir(tmp_path) == ["f.sql"]
    remove_init_file(path, f"{MARK}\n")
    assert path.exists(), "what it says was written by somebody else"
    remove_init_file(path, f"{MARK} anew\n")
    assert not path.exists()


def test_the_init_file_takes_no_one_s_place(tmp_path: Path) -> None:
    path = tmp_path / "notes.sql"
    path.write_text("SELECT 'precious'")
    for target, says in (
        (path, "was not written by llmsql serve"),
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "f.sql", "cannot be written"),
    ):
        with pytest.raises(ConfigError, match=says):
            write_init_file(target, f"{MARK}\n")
    assert path.read_text() == "SELECT 'precious'"


def test_the_token_is_in_the_secret_and_nowhere_else() -> None:
    text = render_init_file("quack:localhost:1", "s3cr'et", [Path("/x/q.duckdb_extension")], MACROS, [("main", "it's")])
    assert text.count("s3cr") == 1
    assert "TOKEN 's3cr''et'" in text
    assert "CREATE VIEW served.main.\"it's\" AS FROM quack_query('quack:localhost:1', 'FROM main.\"it''s\"');" in text
    assert "disable_ssl" not in text
    assert "disable_ssl := true" in render_init_file("quack:far:1", "t", [], MACROS, [], plain_http=True)


def test_making_row_functions_in_a_client_asks_no_server() -> None:
    with llmsql.connect(model="gpt-4o-mini") as con:
        text = render_init_file("quack:localhost:1", "t", [], con.macros(), [])
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as client:  # nothing can be sent
        for line in text.splitlines():
            if "MACRO ai_filter(" in line or "_llmsql_" in line.partition("(")[0]:
                client.execute(line)
        with pytest.raises(duckdb.Error, match="quack"):
            client.execute("SELECT ai_filter('a', 'x')")


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("FROM t SELECT ai_filter(a, 'x')", "FROM t SELECT ai_filter(a, 'x')"),
        ("EXPLAIN SELECT ai_filter(a, 'x') FROM t", None),
        ("CREATE TABLE u AS WITH c AS (FROM t) SELECT f(a) FROM c", "WITH c AS (SELECT * FROM t) SELECT F(a) FROM c"),
        ("INSERT INTO u SELECT f(a) FROM served.t", "SELECT F(a) FROM t"),
        ("COPY (SELECT f(a) FROM t) TO 'x.csv'", "(SELECT F(a) FROM t)"),
        ('SELECT f(a) FROM served."the past"."Old"', 'SELECT F(a) FROM "the past"."Old"'),
    ],
)
def test_the_query_in_what_is_typed(typed: str, query: str | None) -> None:
    assert query_of(duckdb.connect(), typed) == query


@pytest.mark.parametrize("typed", ["PREPARE p AS SELECT f(?)", "SELECT f(a) FROM t; SELECT 1", "DELETE FROM t"])
def test_no_query_in_what_is_typed(typed: str) -> None:
    with pytest.raises(ConfigError, match="Row functions are for SELECT"):
        query_of(duckdb.connect(), typed)


def test_without_the_extensions_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "_places", lambda con, name: iter(()))
    with duckdb.connect() as con, pytest.raises(ConfigError) as raised:
        extensions.load_extensions(con, offline=True)
    assert str(raised.value).startswith(
        f"The httpfs extension of DuckDB {duckdb.__version__} cannot be had: llmsql is offline."
    )
    assert "`pip install duckdb==" in str(raised.value)


def test_a_damaged_extension_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "httpfs.duckdb_extension"
    damaged.write_bytes(b"x" * 600)
    monkeypatch.setattr(extensions, "_places", lambda con, name: iter((damaged,)))
    with duckdb.connect() as con, pytest.raises(ConfigError, match="Delete that file"):
        extensions.load_extensions(con, offline=True)


def test_the_official_command_must_be_of_this_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "duckdb"
    other.write_text("#!/bin/sh\necho 'v0.1.2 (Old) abc'\n")
    other.chmod(0o755)
    monkeypatch.setattr(official, "_candidates", lambda: iter([other]))
    for version, fix in (("1.5.6", "duckdb-cli==1.5.6"), ("2.0.1", r"from duckdb.org, .*duckdb-cli==1\.5\.")):
        monkeypatch.setattr(duckdb, "__version__", version)  # the package index has no command of a later DuckDB
        with pytest.raises(ConfigError, match=rf"is DuckDB 0.1.2, and the server {version}\..*{fix}") as raised:
            official.find_official()
        assert "duckdb-cli==2" not in str(raised.value)
    monkeypatch.setattr(official, "_candidates", lambda: iter([]))
    with pytest.raises(ConfigError, match="There is no duckdb command"):
        official.find_official()
