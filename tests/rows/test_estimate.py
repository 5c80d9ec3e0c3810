"""``ai_estimate``: exact where it says nothing, at least what is asked where it says so, and a reason for any doubt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import llmsql
from tests.rows.stubs import StubModel

LABELS = "['billing', 'bug', 'other']"


@pytest.fixture
def shop(model: StubModel) -> Iterator[llmsql.Connection]:
    """Fifty texts, a third of them about a bug, each with one of five teams."""
    with llmsql.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT i AS id, i % 5 AS team, "
            "CASE WHEN i % 3 = 0 THEN 'bug ' WHEN i % 3 = 1 THEN 'bad ' ELSE 'yes ' END || i AS body FROM range(50) r(i)"
        ).fetchall()
        con.execute(f"CREATE VIEW topics AS SELECT *, ai_classify(body, {LABELS}) AS topic FROM t").fetchall()
        con.execute(f"CREATE TEMP MACRO topic_of(x) AS ai_classify(x, {LABELS})").fetchall()
        yield con


def estimate(con: llmsql.Connection, sql: str) -> tuple[dict[str, int], str]:
    """Calls by function, and the note."""
    rows = con.execute(f"SELECT function, calls, note FROM ai_estimate($x${sql}$x$)").fetchall()
    return {function: calls for function, calls, _ in rows}, (rows[0][2] or "" if rows else "")


AT_MOST = [
    (f"SELECT id, ai_summarize(body) FROM t WHERE ai_classify(body, {LABELS}) = 'bug'", [50, 50]),
    ("SELECT ai_summarize(body) FROM t WHERE ai_sentiment(body) = 'positive'", [50, 50]),
    ("SELECT ai_summarize(body) FROM t WHERE NOT ai_filter(body, 'q')", [50, 50]),
    ("SELECT ai_summarize(body) FROM t WHERE ai_score(body, 'q') < 0.6", [50, 50]),
    ("SELECT ai_summarize(body) FROM t WHERE NOT ai_filter(body, 'q') AND id < 20", [20, 20]),
    ("SELECT ai_complete(ai_summarize(body)) FROM t", [50, 50]),
    (f"SELECT ai_summarize(body) FROM (SELECT body, ai_classify(body, {LABELS}) AS x FROM t) WHERE x = 'bug'", [50, 50]),
    (f"WITH c(b, x) AS (SELECT body, ai_classify(body, {LABELS}) FROM t) SELECT ai_complete(b) FROM c WHERE x = 'bug'", [50, 50]),
    ("SELECT ai_summarize(body) FROM topics WHERE topic = 'bug' AND id < 20", [20, 20]),
    ("SELECT ai_summarize(body) FROM t WHERE topic_of(body) = 'bug'", [50, 50]),
    ("SELECT ai_agg(body, 'x') FROM t GROUP BY team HAVING avg(ai_score(body, 'q')) < 0.5", [50, 5]),
    ("SELECT ai_complete(body) FROM (SELECT *, ai_score(body, 'q') AS s FROM t) QUALIFY row_number() OVER (PARTITION BY team ORDER BY s) = 1", [50, 50]),
    ("SELECT ai_complete(team::VARCHAR) FROM (SELECT team, count(*) AS n FROM t WHERE ai_filter(body, 'q') GROUP BY team) WHERE n < 5", [50, 5]),
    ("SELECT ai_complete(body) FROM t WHERE id NOT IN (SELECT id FROM t WHERE ai_filter(body, 'q'))", [50, 50]),
    ("SELECT id FROM t WHERE ai_filter(body, 'q') LIMIT 5", [50]),
    ("SELECT ai_filter(body, 'q') FROM (SELECT * FROM t WHERE id > 40) WHERE id IN (SELECT id FROM t WHERE ai_filter(body, 'q') AND id > 30)", [19]),
    ("SELECT id FROM t WHERE id < 4 OR ai_filter(body, 'q')", [50]),
    ("SELECT a.id FROM t a JOIN t b ON a.id < b.id AND ai_match(a.body, b.body, 'q', min_similarity := 0.99) WHERE b.id < 9", [36, 2]),
    ("SELECT ai_complete(body) FROM t WHERE ai_similarity(body, 'q') < 0.8", [50, 2]),
    ("SELECT CASE WHEN id > 9 THEN ai_complete(body) END FROM t WHERE CASE WHEN id > 39 THEN NOT ai_filter(body, 'q') END", [10, 10]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "calls"), AT_MOST)
def test_conditions_on_answers_are_bounded(
    shop: llmsql.Connection, model: StubModel, sql: str, calls: list[int]
) -> None:
    estimated, note = estimate(shop, sql)
    assert sorted(estimated.values()) == sorted(calls)
    assert note.startswith("at most: ") and "may be more" not in note
    assert model.requests == []
    shop.execute(sql).fetchall()
    for function, real in shop.execute("SELECT function, sum(calls) FROM ai_usage_summary() GROUP BY ALL").fetchall():
        assert real <= estimated[function]


EXACT = [
    (f"SELECT ai_classify(body, {LABELS}) AS topic, count(*) FROM t GROUP BY topic", 50),
    (f"SELECT ai_classify(body, {LABELS}) FROM t WHERE ai_classify(body, {LABELS}) = 'bug'", 50),
    ("SELECT id FROM t WHERE ai_filter(body, 'q') AND id < 20", 20),
    ("SELECT ai_complete(body) FROM t LIMIT 3", 3),
    ('SELECT id, unnest(ai_extract(body, \'{"customer": "VARCHAR"}\')) FROM t', 50),
    ("SELECT DISTINCT ai_sentiment(body) FROM t", 50),
    ("SELECT id, ai_score(body, 'q') AS s FROM t ORDER BY s DESC LIMIT 3", 50),
    ("SELECT team, ai_agg(body, 'x') FROM t GROUP BY team", 5),
    ("SELECT count(*) FROM topics WHERE topic = 'bug'", 50),
]


@pytest.mark.parametrize(("sql", "calls"), EXACT)
def test_what_has_no_note_is_exact(shop: llmsql.Connection, model: StubModel, sql: str, calls: int) -> None:
    estimated, note = estimate(shop, sql)
    assert (sum(estimated.values()), note) == (calls, "")
    shop.execute(sql).fetchall()
    assert len(model.requests) == calls


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT ai_complete(u) FROM (SELECT unnest(ai_complete(body, return_type := 'VARCHAR[]')) AS u FROM t)", "elements"),
        ("SELECT list_transform(ai_complete(body, return_type := 'VARCHAR[]'), lambda x: ai_filter(x, 'q')) FROM t", "elements"),
        (f"SELECT ai_agg(body, 'x') FROM t GROUP BY ai_classify(body, {LABELS})", "groups"),
        (f"SELECT ai_classify(body, {LABELS}) AS x, ai_agg(body, 'x') FROM t GROUP BY ALL", "groups"),
        ("SELECT CASE WHEN ai_filter(body, 'q') THEN ai_complete(body) ELSE ai_summarize(body) END FROM t", "CASE"),
        ("SELECT coalesce(ai_complete(body, on_error := 'null'), ai_summarize(body)) FROM t", "NULL"),
        (f"SELECT ai_complete(a.body) FROM t a JOIN t b ON a.body = ai_classify(b.body, {LABELS})", "match"),
        ("SELECT ai_complete(body) FROM t WHERE ai_filter(body, 'q') LIMIT 5", "LIMIT"),
        ("SELECT ai_complete(topic) FROM topics", "equal"),
        ("SELECT ai_complete(count(*)::VARCHAR) FROM t WHERE ai_filter(body, 'q') GROUP BY team", "counted"),
        ("SELECT ai_complete(n::VARCHAR) FROM (SELECT team, count(*) AS n FROM t WHERE ai_filter(body, 'q') GROUP BY team)", "equal"),
        ("SELECT ai_complete(x) FROM (SELECT ai_sentiment(body) AS x FROM t UNION SELECT 'a')", "equal"),
        ("WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 4 AND ai_filter(a::VARCHAR, 'q')) FROM r", "calls itself"),
        ("PIVOT (SELECT ai_sentiment(body) AS x, team FROM t) ON x USING count(*)", "as it is"),
    ],
)  # fmt: skip
def test_what_cannot_be_bounded_is_said(shop: llmsql.Connection, model: StubModel, sql: str, reason: str) -> None:
    estimated, note = estimate(shop, sql)
    assert note.startswith("may be more: ") and reason in note
    assert sum(estimated.values()) >= 4 and model.requests == []


def test_a_list_of_answers_counts_as_one_of_each(shop: llmsql.Connection) -> None:
    sql = "SELECT ai_summarize(unnest(ai_complete(body, return_type := 'VARCHAR[]'))) FROM t"
    assert estimate(shop, sql)[0] == {"ai_complete": 50, "ai_summarize": 50}


def test_each_text_is_embedded_once(con: llmsql.Connection, model: StubModel) -> None:
    sql = "SELECT distinct_inputs, calls FROM ai_estimate('SELECT ai_embed(body) FROM t')"
    assert con.execute(sql).fetchall() == [(50, 1)]


def test_it_says_that_a_classifier_is_left_out(shop: llmsql.Connection) -> None:
    calls, note = estimate(shop, "SELECT id FROM t WHERE ai_filter(body, 'q', optimize := 'cost')")
    assert calls == {"ai_filter": 50} and note.startswith("at most: ") and "optimize := 'cost'" in note


def test_answers_that_are_known_are_stood_in_for_by_themselves(shop: llmsql.Connection) -> None:
    shop.execute("SELECT ai_complete(ai_summarize(body)) FROM t WHERE id < 30").fetchall()
    assert estimate(shop, "SELECT ai_complete(ai_summarize(body)) FROM t")[0] == {"ai_summarize": 20, "ai_complete": 20}


def test_a_misspelt_variable_is_refused(shop: llmsql.Connection) -> None:
    shop.execute("SET VARIABLE llmsql_max_cost_us = 2").fetchall()
    with pytest.raises(duckdb.InvalidInputException, match="Did you mean llmsql_max_cost_usd"):
        estimate(shop, "SELECT ai_complete(body) FROM t")


def test_variables_come_along(shop: llmsql.Connection) -> None:
    shop.execute("SET VARIABLE lo = 40").fetchall()
    shop.execute("SET VARIABLE kinds = ['it''s, a', NULL]").fetchall()
    shop.execute("SET VARIABLE made = {'a': DATE '2026-01-01'}").fetchall()
    sql = "SELECT ai_complete(body) FROM t WHERE id >= getvariable('lo')"
    assert estimate(shop, sql)[0] == {"ai_complete": 10}
    sql = "SELECT ai_complete(getvariable('kinds')[1]) WHERE getvariable('made').a > DATE '2025-01-01'"
    assert estimate(shop, sql)[0] == {"ai_complete": 1}


def test_the_current_schema_comes_along(shop: llmsql.Connection) -> None:
    for setup in ("CREATE SCHEMA s2", "CREATE TABLE s2.here AS FROM t LIMIT 3", "ATTACH ':memory:' AS other"):
        shop.execute(setup).fetchall()
    shop.execute("CREATE TABLE other.there AS FROM t LIMIT 4").fetchall()
    shop.execute("USE memory.s2").fetchall()
    assert estimate(shop, "SELECT ai_complete(body) FROM here")[0] == {"ai_complete": 3}
    shop.execute("USE other").fetchall()
    assert estimate(shop, "SELECT ai_complete(body) FROM there")[0] == {"ai_complete": 4}


def test_temporary_views_and_macros_come_along(shop: llmsql.Connection) -> None:
    shop.execute("CREATE TEMP VIEW few AS SELECT * FROM t WHERE id < 3").fetchall()
    shop.execute("CREATE TEMP VIEW fewer AS SELECT * FROM few WHERE id < 2").fetchall()
    shop.execute("CREATE TEMP MACRO joined(x, y) AS x || y").fetchall()
    shop.execute("CREATE TEMP MACRO upto(n) AS TABLE SELECT * FROM t WHERE id < n").fetchall()
    assert estimate(shop, "SELECT ai_complete(joined(body, 'a')) FROM fewer")[0] == {"ai_complete": 2}
    assert estimate(shop, "SELECT ai_complete(body) FROM upto(4)")[0] == {"ai_complete": 4}


def test_what_another_connection_cannot_see_is_named(shop: llmsql.Connection) -> None:
    shop.execute("CREATE TEMP TABLE mine AS FROM t").fetchall()
    shop.execute("CREATE TEMP VIEW over_mine AS FROM mine").fetchall()
    shop.execute("CREATE TEMP MACRO twice(x, n := 2) AS repeat(x, n)").fetchall()
    shop.register("frame", pd.DataFrame({"body": ["a"]}))
    shop.begin()
    shop.execute("CREATE TABLE new AS FROM t").fetchall()
    for table, says in (
        ("mine", "does not see mine, a temporary table: it counts on another connection. Make it a table."),
        ("over_mine", "does not see over_mine, over something temporary"),
        ("frame", "does not see frame, a registered DataFrame"),
        ("new", "does not see new, which is not committed: it counts on another connection. Commit first."),
        ("nothing", "Table with name nothing does not exist!.* sees no DataFrames"),
        ("(SELECT twice(body) AS body FROM t)", "does not see twice, a temporary macro, with its defaults"),
    ):
        with pytest.raises(duckdb.InvalidInputException, match=says):
            estimate(shop, f"SELECT ai_complete(body) FROM {table}")
        shop.rollback()
        shop.begin()
        shop.execute("CREATE TABLE new AS FROM t").fetchall()


def test_nothing_changes(shop: llmsql.Connection) -> None:
    shop.execute("CREATE SEQUENCE s").fetchall()
    assert estimate(shop, "SELECT ai_complete('x'), nextval('s') FROM t")[0] == {"ai_complete": 1}
    assert shop.execute("SELECT nextval('s')").fetchall() == [(1,)]
    for sql in ("DELETE FROM t", "UPDATE t SET body = 'x'", "INSERT INTO t FROM t", "CREATE TABLE x AS FROM t"):
        assert estimate(shop, sql) == ({}, "")
    assert shop.execute("SELECT count(*), min(length(body)) FROM t").fetchall() == [(50, 5)]


@pytest.mark.parametrize(
    ("sql", "calls"),
    [
        ("INSERT INTO t SELECT id, team, ai_complete(body) FROM t", {"ai_complete": 50}),
        ("INSERT INTO t (body) VALUES (ai_complete('x'))", {"ai_complete": 1}),
        ("CREATE OR REPLACE TABLE x AS WITH a AS (FROM t) SELECT ai_complete(body) FROM a", {"ai_complete": 50}),
        (f"UPDATE t SET body = ai_classify(body, {LABELS}) WHERE NOT ai_filter(body, 'q')", {"ai_classify": 50, "ai_filter": 50}),
        ("DELETE FROM t WHERE ai_filter(body, 'q')", {"ai_filter": 50}),
        ("COPY (SELECT ai_complete(body) FROM t WHERE id IN (1, 2)) TO 'x.csv'", {"ai_complete": 2}),
        ("PIVOT (SELECT ai_sentiment(body) AS x, team FROM t) ON x USING count(*)", {"ai_sentiment": 50}),
    ],
)  # fmt: skip
def test_the_query_in_other_statements_is_counted(
    shop: llmsql.Connection, hermetic: Path, sql: str, calls: dict[str, int]
) -> None:
    assert estimate(shop, sql)[0] == calls
    assert not list(hermetic.glob("*.csv"))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("'DROP TABLE t'", "ai_estimate takes one SELECT, or one"),
        ("'UPDATE t SET body = b.body FROM t b'", "Of any other statement, pass the SELECT in it."),
        ("'INSERT INTO t FROM t RETURNING ai_complete(body)'", "Of any other statement, pass the SELECT in it."),
        ("'FROM nix'", 'Table with name nix does not exist! Did you mean "'),
        ("'SELECT nope FROM t'", 'Referenced column "nope" not found in FROM clause!'),
        ("'SELECT ai_filter(body, NULL) FROM t'", "ai_filter has no condition."),
        ("5", 'syntax error at or near "5"'),
        ("NULL", "ai_estimate takes one SELECT, or one"),
    ],
)
def test_errors_are_one_line(shop: llmsql.Connection, sql: str, says: str) -> None:
    with pytest.raises(duckdb.InvalidInputException) as caught:
        shop.execute(f"FROM ai_estimate({sql})").fetchall()
    text = str(caught.value)
    assert text.startswith(f"Invalid Input Error: {says}") or says in text
    assert "\n" not in text and "_llmsql" not in text and text.count("Error:") == 1


def test_time_is_that_of_the_function(shop: llmsql.Connection, model: StubModel) -> None:
    model.latency = 0.2
    shop.execute("SELECT ai_complete(body) FROM t LIMIT 2").fetchall()
    model.latency = 0.0
    shop.execute("SELECT ai_sentiment(body) FROM t LIMIT 2").fetchall()
    sql = "SELECT seconds / calls * 16 FROM ai_estimate('SELECT {}(body{}) FROM t')"
    [(slow,)] = shop.execute(sql.format("ai_complete", "")).fetchall()
    [(fast,)] = shop.execute(sql.format("ai_sentiment", "")).fetchall()
    [(unknown,)] = shop.execute(sql.format("ai_filter", ", ''q''")).fetchall()
    assert fast < unknown < slow and slow >= 0.2
