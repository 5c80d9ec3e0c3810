"""SQL as people write it, and still the same query."""

import pytest
import sqlglot

from llmsql.asking.sql_text import laid_out, sql_text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("NOT note IS NULL", "note IS NOT NULL"),
        ("NOT a + 1 IN (1, 2)", "a + 1 NOT IN (1, 2)"),
        ("NOT id IN (SELECT id FROM u WHERE v IS NOT NULL)", "id NOT IN (SELECT id FROM u WHERE v IS NOT NULL)"),
        ("NOT a BETWEEN 1 AND 2", "a NOT BETWEEN 1 AND 2"),
        ("a NOT LIKE 'x%'", "a NOT LIKE 'x%'"),
        ("NOT (a = 1 OR b IS NULL)", "NOT (a = 1 OR b IS NULL)"),
        ("NOT EXISTS(SELECT 1)", "NOT EXISTS(SELECT 1)"),
        ("(NOT a) IS NULL", "(NOT a) IS NULL"),
        ("BOOL_OR(a = 1) AND BOOL_AND(b)", "BOOL_OR(a = 1) AND BOOL_AND(b)"),
        ("a IS NOT DISTINCT FROM b", "a IS NOT DISTINCT FROM b"),
    ],
)
def test_a_negation_stands_inside_its_predicate(written: str, expected: str) -> None:
    tree = sqlglot.parse_one(f"SELECT 1 FROM t WHERE {written}", read="duckdb")
    text = sql_text(tree)
    assert text == f"SELECT 1 FROM t WHERE {expected}"
    assert sqlglot.parse_one(text, read="duckdb") == tree


def test_laid_out_over_lines() -> None:
    tree = sqlglot.parse_one("SELECT a FROM t WHERE NOT a IS NULL", read="duckdb")
    assert sql_text(tree, pretty=True).splitlines() == ["SELECT", "  a", "FROM t", "WHERE", "  a IS NOT NULL"]


def test_long_sql_is_laid_out() -> None:
    sql = "SELECT region, SUM(amount) AS revenue FROM orders WHERE amount > 10 AND region <> 'north' GROUP BY region"
    assert laid_out(sql).splitlines()[0] == "SELECT"
    assert laid_out("SELECT 1") == "SELECT 1"
    assert laid_out("SELECT ((( " * 20) == "SELECT ((( " * 20
