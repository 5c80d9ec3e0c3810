"""Conditions that a question spells out with a column's name."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from llmsql.asking.said_conditions import add_said, compare_as_said
from llmsql.catalog.snapshot import snapshot

ANIMALS = "CREATE TABLE animals (id INTEGER, name VARCHAR, died_on DATE, left_on DATE, owner_id INTEGER)"


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("animals alive (no died_on)", "died_on IS NULL"),
        ("animals whose died_on is empty", "died_on IS NULL"),
        ("animals without a died_on", "died_on IS NULL"),
        ("animals that left (left_on is filled)", "NOT left_on IS NULL"),
        ("animals with a left_on", "NOT left_on IS NULL"),
        ("show died_on of each animal", None),
        ("animals with no name", None),  # a word as any other
        ("no owner_id and owner_id is filled", None),
        ("regardless of whether died_on is set", None),
        ("with or without died_on", None),
        ("what fraction has a died_on", None),
        ("animals that have not yet had died_on set", None),
        ("with no died_on or left_on", None),
    ],
)
def test_said_conditions(question: str, condition: str | None) -> None:
    with duckdb.connect() as con:
        con.execute(ANIMALS)
        catalog = snapshot(con)
    tree = sqlglot.parse_one("SELECT COUNT(*) FROM animals", read="duckdb")
    assert bool(add_said(tree, question, catalog)) == (condition is not None)
    assert tree.sql("duckdb") == "SELECT COUNT(*) FROM animals" + (f" WHERE {condition}" if condition else "")


def test_a_column_that_the_query_reads_is_left_alone() -> None:
    with duckdb.connect() as con:
        con.execute(ANIMALS)
        catalog = snapshot(con)
    tree = sqlglot.parse_one("SELECT COUNT(*) FROM animals WHERE died_on > DATE '2024-01-01'", read="duckdb")
    assert not add_said(tree, "animals with no died_on", catalog)


@pytest.mark.parametrize(
    ("question", "written", "settled"),
    [
        ("alive ones (alive refers to is_dead = 0)", "", " WHERE is_dead = 0"),
        ("animals of kind D; dogs means kind = 'D'", "", " WHERE kind = 'D'"),
        ("dogs, that is kind = 'D'", " WHERE kind = 'dog'", " WHERE kind = 'D'"),
        ('heavy ones, "Weight (kg)" >= 30', "", ' WHERE "Weight (kg)" >= 30'),
        ("heavy ones, `weight (kg)` > 30.5", " WHERE kind = 'D'", " WHERE kind = 'D' AND \"Weight (kg)\" > 30.5"),
        ("what share of animals is kind = 'D'", "", None),
        ("dogs or cats: kind = 'D', kind = 'C'", "", None),
        ("label = 'x' for each", "", None),
        ("heavier than `Weight (kg)` > 30", ' WHERE "Weight (kg)" > 40', None),
        ("animals per kind; dead ones (is_dead = 1) don't count", " WHERE is_dead = 0", None),
        ("animals, without the dead (is_dead = 1)", "", None),
        ("dogs, not by weight; dog refers to kind = 'D'", "", " WHERE kind = 'D'"),
        ("kind = dog", "", None),
        ("is_dead = 50% of them", "", None),
    ],
)
def test_comparisons_in_the_question(question: str, written: str, settled: str | None) -> None:
    with duckdb.connect() as con:
        con.execute('CREATE TABLE animals (id INTEGER, kind VARCHAR, is_dead INTEGER, "Weight (kg)" DOUBLE)')
        catalog = snapshot(con)
    tree = sqlglot.parse_one(f"SELECT COUNT(*) FROM animals{written}", read="duckdb")
    assert bool(compare_as_said(tree, question, catalog)) == (settled is not None)
    assert tree.sql("duckdb") == f"SELECT COUNT(*) FROM animals{written if settled is None else settled}"
