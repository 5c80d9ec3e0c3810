"""Averages of a row's own group."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.own_groups import compare_with_own
from llmsql.catalog.snapshot import snapshot

STAFF = """
    CREATE TABLE clinics (clinic_id INTEGER PRIMARY KEY, name VARCHAR);
    CREATE TABLE vets (vet_id INTEGER PRIMARY KEY, clinic_id INTEGER REFERENCES clinics, grade VARCHAR, salary DOUBLE)
"""
PLAIN = "SELECT vet_id FROM vets WHERE salary > (SELECT AVG(salary) FROM vets)"


@pytest.mark.parametrize(
    ("question", "sql", "settled"),
    [
        ("vets who earn more than the average of their own clinic", PLAIN,
         "SELECT vet_id FROM vets WHERE salary > (SELECT AVG(salary) FROM vets AS own WHERE own.clinic_id = vets.clinic_id)"),
        ("vets above the average salary of their grade", PLAIN,
         "SELECT vet_id FROM vets WHERE salary > (SELECT AVG(salary) FROM vets AS own WHERE own.grade = vets.grade)"),
        ("more than the average at his or her own clinic", PLAIN.replace("FROM vets WHERE", "FROM vets AS v WHERE v."),
         "SELECT vet_id FROM vets AS v WHERE v.salary > (SELECT AVG(salary) FROM vets WHERE vets.clinic_id = v.clinic_id)"),
        ("vets who earn more than the average", PLAIN, None),
        ("vets who earn more than the average of their country", PLAIN, None),
        ("vets of the same clinic", PLAIN, None),
        ("names and their clinic of vets with a salary above the average", PLAIN, None),
    ],
)  # fmt: skip
def test_own_groups(question: str, sql: str, settled: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(STAFF)
        catalog = snapshot(con)
        sql = sqlglot.parse_one(sql.replace("v. salary", "v.salary"), read="duckdb").sql("duckdb")
        tree = sqlglot.parse_one(sql, read="duckdb")
        assert bool(compare_with_own(tree, question, catalog)) == (settled is not None)
        assert tree.sql("duckdb") == (settled or sql)
        con.execute(tree.sql("duckdb")).fetchall()
