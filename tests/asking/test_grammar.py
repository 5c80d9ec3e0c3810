"""What the grammar lets a model write, and what it does not."""

from __future__ import annotations

import duckdb
import pytest

import llmsql
from llmsql.asking.grammar import build_grammar, choice
from llmsql.catalog.snapshot import snapshot
from tests.asking.gbnf import Grammar


@pytest.fixture
def grammar(shop: duckdb.DuckDBPyConnection) -> Grammar:
    return Grammar(build_grammar(snapshot(shop)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM orders",
        "SELECT DISTINCT status FROM orders WHERE NOT note IS NULL ORDER BY status DESC LIMIT 5",
        "SELECT segment, SUM(quantity * unit_price) AS revenue FROM order_items JOIN orders JOIN customers GROUP BY ALL ORDER BY revenue DESC",
        "SELECT regions.region FROM customers LEFT JOIN regions ON customers.region_id = regions.id WHERE customers.full_name ILIKE '%it''s%'",
        'SELECT "Bad Debts"."select" FROM "Bad Debts" WHERE "Debt No" BETWEEN 1 AND 2',
        "SELECT full_name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 1.5) OR id IN (1, 2)",
        "SELECT a.id FROM orders AS a JOIN orders AS b ON a.customer_id = b.customer_id AND a.id < b.id",
        "SELECT AVG(n) FROM (SELECT COUNT(*) AS n FROM orders GROUP BY customer_id) AS counts",
        "WITH big AS (SELECT customer_id, SUM(total) AS t FROM orders GROUP BY ALL) SELECT t FROM big WHERE big.t > 9",
        "SELECT CASE WHEN total > 9 THEN 'big' ELSE 'small' END AS size, COUNT(*) FILTER(WHERE status = 'paid') FROM orders GROUP BY ALL",
        "SELECT RANK() OVER (PARTITION BY status ORDER BY total DESC) FROM orders",
        "SELECT status, LAG(total) OVER (ORDER BY id) FROM orders QUALIFY RANK() OVER (ORDER BY COUNT(*) DESC) <= 7",
        "SELECT DATE_TRUNC('MONTH', ordered_at) FROM orders WHERE ordered_at >= CURRENT_DATE - INTERVAL '3' MONTH",
        "SELECT status FROM orders EXCEPT SELECT note FROM orders",
        "SELECT status, COUNT(*) FROM orders GROUP BY ALL HAVING COUNT(*) > 1",
    ],
)
def test_what_questions_need_is_let_through(grammar: Grammar, sql: str) -> None:
    assert grammar.accepts(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM weather",
        "SELECT orders.full_name FROM orders",
        "SELECT turnover FROM orders",
        "SELECT read_text('/etc/passwd') FROM orders",
        "SELECT READ_TEXT('/etc/passwd') FROM orders",
        "SELECT COUNT(*) FROM 'x.csv'",
        "DROP TABLE orders",
        "SELECT COUNT(*) FROM orders; DROP TABLE orders",
        "SELECT COUNT( FROM orders",
        "Here is the SQL: SELECT COUNT(*) FROM orders",
        "SELECT COUNT(*) FROM orders WHERE status = 'paid",
    ],
)
def test_what_does_not_exist_or_parse_is_not(grammar: Grammar, sql: str) -> None:
    assert not grammar.accepts(sql)


def test_a_choice_is_a_tree_of_beginnings() -> None:
    assert choice(["name", "names", "number"]) == '"n" ("ame" ("s")? | "umber")'
    assert choice(['a"b']) == '"a\\"b"'
    tree = Grammar("root ::= " + choice(["a", "ab", "abc", "b\\c"]))
    assert [tree.accepts(text) for text in ("a", "ab", "abc", "b\\c", "ac", "")] == [True] * 4 + [False] * 2


@pytest.mark.slow
def test_the_engine_obeys_it() -> None:
    with llmsql.connect(grammar=True, max_tokens=60) as con:
        con.execute("CREATE TABLE cups (cup_id INTEGER, colour VARCHAR)")
        con.execute("INSERT INTO cups VALUES (1, 'red')")
        draft = con.ask("how many cups of each colour").draft
        assert Grammar(build_grammar(con.catalog())).accepts(draft.written)
