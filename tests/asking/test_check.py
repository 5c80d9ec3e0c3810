"""What may run and what may not: the corpora are hostile.txt and legitimate.txt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot

from llmsql.asking.check import (
    ALLOWED_TABLE_FUNCTIONS,
    LONGEST_SQL,
    allowed_functions,
    check_sql,
    extract_sql,
    parse_query,
)
from llmsql.asking.settle import Knowledge, bind_error, settle
from llmsql.catalog.snapshot import snapshot
from llmsql.errors import SQLRejectedError
from tests.asking.conftest import SHOP, know
from tests.asking.corpus import read_corpus

HOSTILE = read_corpus("hostile.txt")
LEGITIMATE = [text for _, text in read_corpus("legitimate.txt")]
# What DuckDB's own parse tree must give away by itself, whatever sqlglot makes of the text.
TELLING = {
    "Files and addresses by name",
    "Names of CTEs over names of files",
    "Table functions",
    "Writing inside a query",
    "Other statements",
}
# Statements that DuckDB's serialiser turns into plain queries.
PLAIN_TO_DUCKDB = {"VALUES (1)", "COMMIT", "BEGIN", "ROLLBACK"}
FILES = ("secret.csv", "k.csv", "\u212a.csv", "ß.csv", "\u017fecret.csv", "é.csv", "a.csv", "ss.csv")

a_python_variable = {"a": [1]}


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The shop in a folder with readable secrets, macros that read them, and a schema that spells a file's name."""
    folder = tmp_path_factory.mktemp("besieged")
    for name in FILES:
        (folder / name).write_text("a\ntop-secret\n", encoding="utf-8")
    (folder / "data.json").write_text('{"a": "top-secret"}', encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    with duckdb.connect() as con:
        con.execute(SHOP)
        con.execute("CREATE SCHEMA a; CREATE TABLE a.csv (a INTEGER)")
        con.execute("CREATE MACRO my_files() AS TABLE FROM 'secret.csv'; CREATE MACRO my_scalar(x) AS x || '!'")
        con.execute("COPY (SELECT 1 AS a) TO 'data.parquet'")
        yield con
    os.chdir(before)


@pytest.fixture(scope="module")
def known(besieged: duckdb.DuckDBPyConnection) -> Knowledge:
    return know(besieged)


def state(con: duckdb.DuckDBPyConnection) -> list[object]:
    """Whatever a statement that ran would have changed."""
    tables = [
        (table.reference, table.rows, con.execute(f"SELECT count(*), sum(hash(t)) FROM {table.reference} t").fetchall())
        for table in snapshot(con, infer=False)
    ]
    settings = con.execute("SELECT name, value FROM duckdb_settings() ORDER BY 1").fetchall()
    databases = con.execute("SELECT database_name FROM duckdb_databases() ORDER BY 1").fetchall()
    return [tables, settings, databases, sorted(os.listdir())]


def test_hostile_sql_is_refused_and_never_runs(besieged: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    before = state(besieged)
    accepted = []
    for _, text in HOSTILE:
        try:
            accepted.append((text, settle(besieged, text, known).sql))
        except SQLRejectedError as error:
            assert "top-secret" not in str(error)
            assert str(error)
    assert accepted == []
    assert state(besieged) == before
    assert len(HOSTILE) > 200


def test_duckdbs_tree_alone_gives_hostile_sql_away(besieged: duckdb.DuckDBPyConnection, known: Knowledge) -> None:
    accepted = []
    for heading, text in HOSTILE:
        if heading not in TELLING or text in PLAIN_TO_DUCKDB:
            continue
        try:
            check_sql(besieged, text, known.catalog)
            accepted.append(text)
        except SQLRejectedError:
            pass
    assert accepted == []


DEEP = {
    "parentheses": "SELECT " + "(" * 2_000 + "1" + ")" * 2_000,
    "subqueries": "SELECT " + "(SELECT " * 300 + "1" + ")" * 300,
    "derived tables": "SELECT * FROM " + "(SELECT * FROM " * 300 + "orders" + ")" * 300,
    "calls": "SELECT " + "abs(" * 900 + "1" + ")" * 900,
    "casts": "SELECT 1" + "::INT" * 2_000,
    "sums": "SELECT " + "+".join(["1"] * 4_000),
    "lists": "SELECT " + "[" * 2_000 + "]" * 2_000,
    "negations": "SELECT " + "NOT " * 2_000 + "true",
    "signs": "SELECT " + "- " * 2_000 + "1",
    "cases": "SELECT " + "CASE WHEN true THEN " * 400 + "1" + " END" * 400,
    "unions of a file": "SELECT 1" + " UNION ALL SELECT 1" * 400 + ' UNION ALL FROM "secret.csv"',
    "structs": "SELECT " + "{'a': " * 800 + "1" + "}" * 800,
    "open parentheses": "SELECT " + "(" * 9_000,
    "too long": "SELECT '" + "x" * LONGEST_SQL + "'",
}
UNTEXT = {
    "NUL hides the rest": "SELECT 1\0; DROP TABLE orders",
    "NUL in a string": "SELECT '\0'",
    "NUL in a name": 'SELECT * FROM "orders\0.csv"',
    "NUL in a comment": 'SELECT 1 /* \0 */ FROM "secret.csv"',
    "lone surrogate": "SELECT '\ud800'",
    "only a surrogate": "\udfff",
    "empty": "",
    "space": " \n\t ",
}


@pytest.mark.parametrize("text", [*DEEP.values(), *UNTEXT.values()], ids=[*DEEP, *UNTEXT])
def test_extreme_text_is_refused_with_our_error(
    besieged: duckdb.DuckDBPyConnection, known: Knowledge, text: str
) -> None:
    with pytest.raises(SQLRejectedError):
        settle(besieged, text, known)


# DuckDB's parser takes minutes over thousands of open parentheses; ``parse_query`` keeps them from it.
@pytest.mark.parametrize("name", [name for name in DEEP if name != "open parentheses"])
def test_duckdbs_tree_alone_bears_depth(besieged: duckdb.DuckDBPyConnection, known: Knowledge, name: str) -> None:
    try:
        check_sql(besieged, DEEP[name], known.catalog)
    except SQLRejectedError as error:
        assert str(error)


def test_cuts_and_splices_of_both_corpora_raise_nothing_else(
    besieged: duckdb.DuckDBPyConnection, known: Knowledge
) -> None:
    before = state(besieged)
    texts = ([text for _, text in HOSTILE] + LEGITIMATE)[::5]
    for number, text in enumerate(texts):
        other = texts[(number * 7919 + 13) % len(texts)]
        for piece in (text[: len(text) * 2 // 3], text[len(text) // 3 :], f"{text} {other}", f"SELECT * FROM ({text})"):
            try:
                settled = settle(besieged, piece, known).sql
            except SQLRejectedError:
                continue
            assert "top-secret" not in besieged.sql(settled).limit(50).to_arrow_table().to_string(), settled
    assert state(besieged) == before


@pytest.mark.parametrize("text", LEGITIMATE)
def test_legitimate_sql_is_accepted_unchanged_and_binds(
    text: str, legitimate: duckdb.DuckDBPyConnection, known_shop: Knowledge
) -> None:
    parse_query(extract_sql(text))
    check_sql(legitimate, text, known_shop.catalog)
    settled = settle(legitimate, text, known_shop)
    assert settled.notes == ()
    assert bind_error(legitimate, settled.sql) is None
    if "SAMPLE" not in text:
        order = sqlglot.parse_one(text, read="duckdb").args.get("order") is not None
        found, expected = legitimate.execute(settled.sql).fetchall(), legitimate.execute(text).fetchall()
        assert found == expected if order else sorted(map(repr, found)) == sorted(map(repr, expected))


@pytest.fixture(scope="module")
def legitimate() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SHOP)
        yield con


@pytest.fixture(scope="module")
def known_shop(legitimate: duckdb.DuckDBPyConnection) -> Knowledge:
    return know(legitimate)


def test_the_corpus_of_legitimate_sql_is_large() -> None:
    assert len(LEGITIMATE) > 100


# Words in the names of functions that reach beyond the query.
REACHING = """read_ scan sniff glob blob_ file_ url_get http curl getenv setting secret variable current_user pragma duckdb_
    sqlite postgres attach load install copy export import checkpoint sleep error serialize execute query nextval
    currval setseed write log_ which_ version platform in_search_path txid current_database current_schema current_query
    create_sort_key add_parquet_key getvariable sys_ exec shell eval python""".split()


def test_no_allowed_function_reaches_out() -> None:
    reaching = {name for name in allowed_functions() if any(word in name for word in REACHING)}
    assert reaching == {"uuid_extract_version"}


def test_allowed_functions_are_no_table_functions_that_read() -> None:
    with duckdb.connect() as con:
        tables = {
            row[0]
            for row in con.execute(
                "SELECT DISTINCT function_name FROM duckdb_functions()"
                " WHERE function_type IN ('table', 'pragma', 'table_macro')"
            ).fetchall()
        }
    read = (tables & (allowed_functions() | ALLOWED_TABLE_FUNCTIONS)) - ALLOWED_TABLE_FUNCTIONS
    assert read <= {"repeat", "json_each", "json_tree", "regexp_split_to_table", "generate_subscripts", "histogram"}


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1;", "SELECT 1"),
        (" SELECT 1 ; ", "SELECT 1"),
        ("```sql\nSELECT 1;\n```", "SELECT 1"),
        ("```\nSELECT 1\n```", "SELECT 1"),
        ("```SQL\nSELECT 1", "SELECT 1"),
        ("Here you are:\n```duckdb\nSELECT 1\n```\nIt counts.", "SELECT 1"),
        ("The query is SELECT 1", "SELECT 1"),
        ("Sure! WITH x AS (SELECT 1) FROM x", "WITH x AS (SELECT 1) FROM x"),
        ("(SELECT 1)", "(SELECT 1)"),
        ("DROP TABLE select_me", "DROP TABLE select_me"),
        ("DELETE FROM orders", "DELETE FROM orders"),
        ("", ""),
        ("```sql\n```", ""),
        ("```sql\nSELECT 1\n```\n```sql\nSELECT 2\n```", "SELECT 1"),
    ],
)
def test_sql_is_taken_out_of_an_answer(text: str, sql: str) -> None:
    assert extract_sql(text) == sql


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "wrote no SQL"),
        ("DROP TABLE x", "not DROP"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT 1 FROM", "does not parse"),
        ("SELECT 1 + 'x", "does not parse"),
        ("x" * (LONGEST_SQL + 1), "longer than 20,000"),
        ("SELECT 1 FROM a" + " JOIN a" * 60, "joins too many tables"),
        ("SELECT '\0'", "no text"),
        ("SELECT range(1000000000)", "too long for one value"),
        ("SELECT count(*) FROM unnest(generate_series(0, 1000000000))", "too long for one value"),
        ("SELECT lpad(repeat('x', 5), 1000000000, '0')", "too long for one value"),
    ],
)
def test_reasons_are_one_line(sql: str, message: str) -> None:
    with pytest.raises(SQLRejectedError, match=message) as caught:
        parse_query(sql)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "reference", ["other.t", "other.sub.u", '"My Db"."My Table"', "sub.v", "OTHER.T", '"other"."t"', '"a.b"']
)
def test_qualified_tables_of_the_catalog_may_be_read(reference: str) -> None:
    with duckdb.connect() as con:
        con.execute("ATTACH ':memory:' AS other; CREATE TABLE other.t (a INT); CREATE SCHEMA other.sub")
        con.execute("CREATE TABLE other.sub.u (a INT); ATTACH ':memory:' AS \"My Db\"")
        con.execute('CREATE TABLE "My Db"."My Table" (a INT); CREATE SCHEMA sub; CREATE TABLE sub.v (a INT)')
        con.execute('CREATE TABLE "a.b" (a INT)')
        check_sql(con, f"SELECT a FROM {reference}", snapshot(con))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000)",
        "SELECT unnest(range(1000))",
        "SELECT lpad(name, 5, '99999999999') FROM t",
        "SELECT 99999999999",
    ],
)
def test_what_is_streamed_or_short_is_no_value_too_long(sql: str) -> None:
    parse_query(sql)


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT json_array_length(p -> 'alarms') FROM t", "SELECT JSON_ARRAY_LENGTH((p -> '$.alarms')) FROM t"),
        ("SELECT len(p -> 'a' -> 'b') FROM t", "SELECT LENGTH((p -> '$.a' -> '$.b')) FROM t"),
        ("SELECT list_filter(l, x -> x > 'b') FROM t", "SELECT LIST_FILTER(l, LAMBDA x : x > 'b') FROM t"),
    ],
)
def test_an_arrow_that_can_be_no_lambda_is_json(sql: str, read: str) -> None:
    assert parse_query(sql).sql("duckdb") == read
    assert sqlglot.parse_one(read, read="duckdb").sql("duckdb") == read


def test_words_are_no_statement() -> None:
    with pytest.raises(SQLRejectedError, match="wrote no SELECT but 'I cannot answer that"):
        parse_query("I cannot\nanswer that.")
    with pytest.raises(SQLRejectedError, match="Only a SELECT may be run, not DROP"):
        parse_query("DROP TABLE t")
