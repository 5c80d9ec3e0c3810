"""Questions with SQL, made from a real database's catalog and values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from llmsql.catalog.snapshot import snapshot
from training.synthesis.words import article, is_cryptic, plural, singular, spell_out, split_name, strip_prefix
from training.synthesize import Pair, synthesize_pairs

SCHEMA = """
CREATE TABLE departments (department_id INTEGER PRIMARY KEY, department_name VARCHAR, city VARCHAR);
CREATE TABLE employees (
    employee_id INTEGER PRIMARY KEY, full_name VARCHAR, job_title VARCHAR, salary INTEGER, hire_date DATE,
    is_remote BOOLEAN, skills VARCHAR[], department_id INTEGER REFERENCES departments (department_id),
    manager_id INTEGER REFERENCES employees (employee_id));
CREATE TABLE projects (
    project_id INTEGER PRIMARY KEY, title VARCHAR,
    status VARCHAR, budget DECIMAL(10, 2), start_date DATE, end_date DATE);
CREATE TABLE assignments (
    employee_id INTEGER REFERENCES employees (employee_id), project_id INTEGER REFERENCES projects (project_id),
    hours INTEGER);
COMMENT ON COLUMN projects.status IS 'A = active, P = planned, D = done';
INSERT INTO departments SELECT i, ['Sales', 'Research', 'Finance', 'Support', 'Legal'][i],
    ['Berlin', 'Paris', 'Rome', 'Berlin', 'Oslo'][i]
    FROM range(1, 6) t(i);
INSERT INTO employees SELECT i, ['Anna', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gus', 'Ida'][1 + i % 8] || ' ' ||
    ['Smith', 'Jones', 'Lind', 'Novak', 'Rossi', 'Weber', 'Hall'][1 + i % 7],
    ['Engineer', 'Analyst', 'Clerk'][1 + i * i % 3],
    30000 + (i * 7919) % 50000, DATE '2015-01-01' + ((i * 577) % 3600)::INTEGER, i % 3 = 0,
    ['sql', 'python', 'excel', 'java'][1 + i % 3 : 2 + i % 4], 1 + (i * i) % 4, NULL FROM range(1, 57) t(i);
UPDATE employees SET manager_id = 1 + employee_id % 4 WHERE employee_id > 4;
INSERT INTO projects SELECT i, 'Project ' ||
    ['Apollo', 'Borealis', 'Comet', 'Dune', 'Ember', 'Falcon', 'Glen', 'Harb'][i],
    ['A', 'P', 'D'][1 + i % 3], 1000 * i * i + 500, DATE '2023-01-01' + (i * 41)::INTEGER,
    DATE '2023-03-01' + (i * 67)::INTEGER
    FROM range(1, 9) t(i);
INSERT INTO assignments SELECT 1 + (i * 7) % 50, 1 + (i * i) % 8, 5 + (i * 13) % 60 FROM range(140) t(i);
"""


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SCHEMA)
        yield con


@pytest.fixture(scope="module")
def pairs(con: duckdb.DuckDBPyConnection) -> list[Pair]:
    return list(synthesize_pairs(con, snapshot(con), count=300, seed=7))


def test_every_pair_runs_and_answers_something(con: duckdb.DuckDBPyConnection, pairs: list[Pair]) -> None:
    assert len(pairs) == 300
    for pair in pairs:
        rows = con.execute(pair.sql).fetchall()
        assert rows or "CURRENT_DATE" in pair.sql, pair.sql


def test_seed_reproduces_the_set(con: duckdb.DuckDBPyConnection, pairs: list[Pair]) -> None:
    assert list(synthesize_pairs(con, snapshot(con), count=40, seed=7)) == pairs[:40]
    assert list(synthesize_pairs(con, snapshot(con), count=40, seed=8)) != pairs[:40]


def test_sql_keeps_to_the_one_style(pairs: list[Pair]) -> None:
    for pair in pairs:
        tree = sqlglot.parse_one(pair.sql, read="duckdb")
        assert tree.sql("duckdb") == pair.sql
        assert not pair.sql.endswith(";")
        for select in tree.find_all(exp.Select):
            joins = select.args.get("joins") or []
            own = [c for c in select.find_all(exp.Column) if c.find_ancestor(exp.Select) is select]
            if not joins:
                assert not any(c.table for c in own if not isinstance(c.parent, exp.Dot)), pair.sql
            elif not isinstance(select.args["from_"].this, exp.Subquery):
                assert all(c.table for c in own), pair.sql
        aliases = [t for t in tree.find_all(exp.Table) if t.alias]
        assert not aliases or pair.kind == "self_join"


def test_questions_read_as_typed_text(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert not re.search(r"[{}()|\x02\x03_]|  | \?|^\s|\s$", pair.question), pair.question
    assert len({p.question for p in pairs}) == len(pairs)


def test_skeletons_are_various_and_capped(pairs: list[Pair]) -> None:
    assert len({p.kind for p in pairs}) >= 24
    assert max(Counter(p.skeleton for p in pairs).values()) <= 3
    joins = [p.sql.count(" JOIN ") for p in pairs]
    assert 0.1 < sum(n == 1 for n in joins) / len(joins) < 0.5
    assert any(n >= 2 for n in joins)


def test_codes_are_said_by_their_meaning(pairs: list[Pair]) -> None:
    coded = [p for p in pairs if "status = 'A'" in p.sql]
    assert coded
    assert all("active" in p.question.lower() for p in coded)


def test_an_empty_database_gives_no_pairs() -> None:
    with duckdb.connect() as con:
        assert list(synthesize_pairs(con, snapshot(con), count=5, seed=1)) == []


def test_numbers_and_dates_without_end_are_no_limits() -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE readings AS SELECT i AS reading_id, ['north', 'south', 'east'][1 + i % 3] AS station, "
            "(CASE WHEN i % 2 = 0 THEN 'nan' WHEN i % 7 = 0 THEN '-inf' ELSE i::VARCHAR END)::DOUBLE AS warmth, "
            "'nan'::FLOAT AS wind, CASE WHEN i % 2 = 0 THEN DATE 'infinity' ELSE DATE '2024-01-01' + i::INTEGER END "
            "AS taken FROM range(60) t(i)"
        )
        pairs = list(synthesize_pairs(con, snapshot(con), count=80, seed=1))
    text = " ".join(pair.sql for pair in pairs)
    assert len(pairs) == 80 and re.search(r"warmth [<>]", text)
    assert not re.search(r"(?i)\b(nan|inf)\b|9999", text)


def test_words_of_identifiers() -> None:
    assert split_name("OrderDate") == split_name("order_date") == split_name("ORDERDATE") == ["order", "date"]
    assert spell_out(split_name("cust_no")) == "customer number"
    assert [strip_prefix(n) for n in ("tbl_customers", "DimDate", "t_users")] == ["customers", "Date", "users"]
    assert [plural(n) for n in ("category", "person", "order item", "bus", "number of beds", "box", "day")] == [
        "categories", "people", "order items", "buses", "numbers of beds", "boxes", "days"]  # fmt: skip
    assert [singular(n) for n in ("categories", "people", "order items", "statuses", "boxes", "movies")] == [
        "category", "person", "order item", "status", "box", "movie"]  # fmt: skip
    assert [article(n) for n in ("hour", "apple", "user", "price")] == ["an hour", "an apple", "a user", "a price"]
    assert is_cryptic("xq7") and is_cryptic("krz_dt") and is_cryptic("attr_01") and not is_cryptic("customer_name")
