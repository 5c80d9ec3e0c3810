from __future__ import annotations

import duckdb
import pytest

from llmsql.shell.reader import Kind, Reader, looks_like_question

QUESTIONS = """
revenue by region
show me revenue by region
select the top 5 customers
from which region do most orders come
describe the customers
explain revenue by region
with which customers did we lose money
summarize sales by region
import data
revenue
revenue by region;
how many orders?
2024 revenue by month
top 5 customers (by spend)
which customers have amount = 5
orders > 100 by region
delete the old orders
wie viele Bestellungen gab es
show me last month's revenue
¿cuántos pedidos hay?
""".strip().splitlines()

SQL = """
select a,
select
select a from
create table x (
insert into t
with x as (
from t where
select * form t where
SELECT name FORM customers
SELECT name form customers;
selct name from customers;
selekt * from t
select case
update t set x
select 'abc
select (1
select * from t group by
select ?
select max(amount)
drop table
alter table x add
create or replace
copy t to
show tables
from orders
explain analyze select 1
-- revenue by region
/* revenue by region
(select 1)
begin
values (1
pragma
attach 'x'
merge into t using s on
;
""".strip().splitlines()


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize("line", QUESTIONS)
def test_questions(con: duckdb.DuckDBPyConnection, line: str) -> None:
    assert looks_like_question(line, con.extract_statements)


@pytest.mark.parametrize("line", SQL)
def test_sql(con: duckdb.DuckDBPyConnection, line: str) -> None:
    assert not looks_like_question(line, con.extract_statements)


def pieces(text: str) -> list[tuple[str, str]]:
    reader = Reader(lambda line: line.strip().startswith("ask "))
    found = [piece for line in text.split("\n") for piece in reader.feed(line + "\n")]
    found += reader.finish()
    assert not reader.open
    return [(piece.kind.value, piece.text) for piece in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1; select 2;", [("sql", "select 1;"), ("sql", "select 2;")]),
        ("select 1", [("sql", "select 1")]),
        ("select ';', \"a;b\", $$;$$, $x$ ; $x$;", [("sql", "select ';', \"a;b\", $$;$$, $x$ ; $x$;")]),
        ("select 'it''s;';", [("sql", "select 'it''s;';")]),
        ("select E'it\\'s;', 1;", [("sql", "select E'it\\'s;', 1;")]),
        ("select 1 -- no; end\n;", [("sql", "select 1 -- no; end\n;")]),
        ("select /* ; /* ; */ ; */ 1;", [("sql", "select /* ; /* ; */ ; */ 1;")]),
        ("select '\n;\n' a;", [("sql", "select '\n;\n' a;")]),
        (".mode csv\nselect 1;", [("command", ".mode csv"), ("sql", "select 1;")]),
        ("select\n.5;", [("sql", "select\n.5;")]),
        ("ask me\nselect\nask 1;", [("question", "ask me"), ("sql", "select\nask 1;")]),
        ("-- only a comment\n;;\n  \n", []),
        ("\\e", [("command", "\\e")]),
        ("select '.mode csv\n.mode box';", [("sql", "select '.mode csv\n.mode box';")]),
    ],
)
def test_pieces(text: str, expected: list[tuple[str, str]]) -> None:
    assert pieces(text) == expected


def test_lines_are_counted() -> None:
    reader = Reader(lambda _: False)
    found = [piece for line in ["select 1;", "", "select", "2;", ".mode csv"] for piece in reader.feed(line + "\n")]
    assert [(piece.kind, piece.line) for piece in found] == [(Kind.SQL, 1), (Kind.SQL, 3), (Kind.COMMAND, 5)]


def test_megabytes_are_cut_in_one_go(con: duckdb.DuckDBPyConnection) -> None:
    reader = Reader(lambda line: looks_like_question(line, con.extract_statements))
    line = "select '" + "x" * 10_000_000 + "';\n"
    assert [piece.kind for piece in reader.feed(line)] == [Kind.SQL]
    many = "select " + ", ".join(["'a;b'"] * 1_000_000) + ";"
    assert [len(piece.text) for piece in reader.feed(many)] == [len(many)]
