"""How many calls each shape of query makes: one a distinct input, whatever plan DuckDB picks."""

from __future__ import annotations

import threading

import duckdb
import pytest

import llmsql
from tests.rows.stubs import StubModel

YES = "ai_filter(body, 'is affirmative')"


@pytest.mark.parametrize(
    ("sql", "rows", "calls"),
    [
        ("SELECT ai_complete(body) FROM t", 10_000, 50),
        ("SELECT ai_complete(body), ai_complete(body) FROM t", 10_000, 50),
        (f"SELECT id FROM t WHERE {YES}", 2_000, 50),
        (f"SELECT {YES} FROM t WHERE {YES}", 2_000, 50),
        (f"SELECT id FROM t WHERE {YES} AND id < 7", 2, 7),
        (f"SELECT id FROM t WHERE id < 7 AND {YES}", 2, 7),
        (f"SELECT body FROM t GROUP BY body HAVING {YES}", 10, 50),
        (f"SELECT body, {YES} FROM t GROUP BY body", 50, 50),
        (f"SELECT DISTINCT body, {YES} FROM t", 50, 50),
        (f"SELECT body FROM t QUALIFY row_number() OVER (PARTITION BY body ORDER BY id) = 1 AND {YES}", 10, 50),
        (f"SELECT a.id FROM t a JOIN (FROM t WHERE id < 100) b USING (id) WHERE {YES.replace('body', 'a.body')}", 20, 50),
        (f"WITH f AS MATERIALIZED (FROM t WHERE {YES}) SELECT count(*) FROM f a, f b WHERE a.id = b.id", 1, 50),
        (f"SELECT id FROM t WHERE {YES} UNION ALL SELECT id FROM t WHERE {YES}", 4_000, 50),
        (f"SELECT (SELECT count(*) FROM t WHERE {YES})", 1, 50),
        (f"SELECT sum(CASE WHEN {YES} THEN 1 ELSE 0 END) FROM t", 1, 50),
        ("SELECT ai_classify(body, ['yes', 'other']) AS c, count(*) FROM t GROUP BY c", 2, 50),
        ("SELECT id FROM t ORDER BY ai_score(body, 'long'), id LIMIT 5", 5, 50),
        ("SELECT ai_complete('a constant') FROM t", 10_000, 1),
        ("SELECT ai_complete(body) FROM t WHERE false", 0, 0),
        ("SELECT ai_complete(CASE WHEN id > 10000 THEN body END) FROM t", 10_000, 0),
        ("SELECT ai_agg(body, 'themes') FROM t WHERE id < 20 GROUP BY id % 4", 4, 4),
        ("SELECT ai_similarity(body, 'text 1') FROM t", 10_000, 1),
        ("SELECT ai_embed('number ' || (id % 300)) FROM t", 10_000, 3),  # 128 texts a call
        (f"WITH a AS (FROM t WHERE {YES}), b AS (FROM t WHERE {YES}) SELECT a.id FROM a JOIN b USING (id)", 2_000, 50),
        (f"SELECT id FROM t WHERE body IN (SELECT body FROM t WHERE {YES})", 2_000, 50),
        (f"SELECT id FROM t WHERE EXISTS (FROM t u WHERE u.id = t.id AND {YES.replace('body', 'u.body')})", 2_000, 50),
        (f"SELECT count(*) FILTER ({YES}), count(*) FILTER (NOT {YES}) FROM t", 1, 50),
        ("SELECT lag(ai_complete(body)) OVER (ORDER BY id) FROM t", 10_000, 50),
        ("SELECT id FROM t, LATERAL (SELECT ai_score(t.body, 'long') AS s) WHERE s >= 0", 10_000, 50),
        ("SELECT ai_complete(body), ai_classify(body, ['yes', 'other']), ai_sentiment(body) FROM t", 10_000, 150),
        ("SELECT ai_complete(body) FROM t WHERE id < 7 UNION SELECT ai_complete(body) FROM t", 50, 50),
        ("SELECT ai_complete(body) FROM t TABLESAMPLE reservoir(20 ROWS) REPEATABLE (1) WHERE id < 0", 0, 0),
        ("SELECT ai_complete(body) FROM t LIMIT 0", 0, 0),
        ("SELECT ai_complete(b) FROM (SELECT body || ' ' AS b FROM t ORDER BY id LIMIT 7)", 7, 7),
        ("DESCRIBE SELECT ai_complete(body) FROM t", 1, 0),
        (f"EXPLAIN SELECT id FROM t WHERE {YES}", 1, 0),
        ("SELECT ai_agg(body, 'themes') FROM (SELECT repeat('long ', 1000) || id AS body FROM t WHERE id < 9)", 1, 4),
        ("SELECT a.id FROM t a JOIN t b ON a.id + 1 = b.id AND ai_match(a.body, b.body, 'both') WHERE a.id < 20", 8, 20),
    ],
)  # fmt: skip
def test_a_distinct_input_is_asked_once(
    con: llmsql.Connection, model: StubModel, sql: str, rows: int, calls: int
) -> None:
    assert len(con.execute(sql).fetchall()) == rows
    assert len(model.requests) == calls
    assert len(con.execute(sql).fetchall()) == rows  # and never again
    assert len(model.requests) == calls


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("CREATE TABLE made AS SELECT id, ai_complete(body) AS a FROM t; SELECT id FROM made WHERE a IS NOT NULL", 10_000),
        ("CREATE TABLE made (a VARCHAR); INSERT INTO made SELECT ai_complete(body) FROM t; FROM made", 10_000),
        ("CREATE TABLE made AS FROM t; UPDATE made SET body = ai_complete(body); FROM made", 10_000),
        ("CREATE TABLE made AS FROM t; DELETE FROM made WHERE NOT ai_filter(body, 'c'); FROM made", 2_000),
        ("CREATE TABLE made AS FROM t; ALTER TABLE made ADD COLUMN a VARCHAR; UPDATE made SET a = ai_complete(body) WHERE a IS NULL; FROM made", 10_000),
        ("COPY (SELECT ai_complete(body) AS a FROM t) TO 'made.parquet'; FROM 'made.parquet'", 10_000),
        ("CREATE TEMP VIEW made AS SELECT ai_complete(body) AS a FROM t; SELECT a FROM made; SELECT a FROM made", 10_000),
    ],
)  # fmt: skip
def test_statements_that_keep_answers_ask_once_too(
    con: llmsql.Connection, model: StubModel, sql: str, rows: int
) -> None:
    for statement in sql.split(";"):
        result = con.execute(statement).fetchall()
    assert len(result) == rows and len(model.requests) == 50


def test_a_semantic_join_asks_about_similar_pairs_only(con: llmsql.Connection, model: StubModel) -> None:
    con.execute("CREATE TABLE l AS SELECT 'apple pie ' || i AS body FROM range(3) r(i)").fetchall()
    con.execute("CREATE TABLE r AS FROM l UNION ALL SELECT 'zebra crossing ' || i FROM range(40) r(i)").fetchall()
    join = "SELECT l.body, r.body FROM l JOIN r ON ai_match(l.body, r.body, 'c', min_similarity := 0.6)"
    con.execute(join).fetchall()
    assert len(model.embedded) == 43 == len(set(model.embedded))
    assert len(model.texts) == 9
    con.execute(join).fetchall()
    assert (len(model.embedded), len(model.texts)) == (43, 9)


def test_an_alias_shares_what_is_remembered(model: StubModel) -> None:
    with llmsql.connect(aliases=["motherduck"]) as con:
        con.execute("SELECT ai_complete('q'), prompt('q'), prompt('q')").fetchall()
    assert len(model.requests) == 1


def test_con_sql_runs_a_query_at_each_reading_but_asks_once(con: llmsql.Connection, model: StubModel) -> None:
    relation = con.sql(f"SELECT id FROM t WHERE {YES}")
    relation.df()
    assert len(relation.fetchall()) == 2_000
    con.sql(f"EXPLAIN SELECT id FROM t WHERE {YES}").fetchall()
    assert len(model.requests) == 50


def test_a_limit_over_the_select_list_sends_that_many_rows(con: llmsql.Connection, model: StubModel) -> None:
    con.execute("CREATE TABLE u AS SELECT 'unique ' || i AS body FROM range(10_000) r(i)").fetchall()
    assert len(con.execute("SELECT ai_complete(body) FROM u LIMIT 3").fetchall()) == 3
    assert len(model.requests) == 3


@pytest.fixture
def u(con: llmsql.Connection) -> llmsql.Connection:
    """A table of distinct texts, every tenth of them affirmative."""
    con.execute(
        "CREATE TABLE u AS SELECT i AS id, 'unique ' || i || CASE WHEN i % 10 = 9 THEN ' yes' ELSE '' END AS body "
        "FROM range(10_000) r(i)"
    ).fetchall()
    return con


@pytest.mark.parametrize(
    ("sql", "most"),
    [
        ("SELECT id FROM u WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("FROM u WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id, ai_complete(body) FROM u WHERE (ai_filter(body, 'c')) LIMIT 2 OFFSET 1", 60),
        ("CREATE TABLE kept AS SELECT id FROM u WHERE ai_filter(body, 'c') LIMIT 3; FROM kept", 50),
        ("SELECT id FROM u WHERE CASE WHEN id >= 500 THEN ai_filter(body, 'c') END LIMIT 3", 50),
        ("SELECT id FROM u WHERE CASE WHEN id >= 500 THEN ai_filter(body, 'c') ELSE false END LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_filter(body, 'c', model := 'm', on_error := 'fail', cache := false) LIMIT 3", 50),
        ("SELECT * FROM (SELECT id FROM u WHERE ai_filter(body, 'c')) LIMIT 3", 50),
        ("WITH f AS (SELECT id FROM u WHERE ai_filter(body, 'c')) SELECT * FROM f LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_classify(body, ['yes', 'no']) = 'yes' LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_classify(body, ['yes', 'so', 'no']) IN ('yes', 'so') LIMIT 2 OFFSET 1", 100),
        ("SELECT id FROM u WHERE (ai_classify(body, ['yes', 'no'], model := 'm', on_error := 'fail', cache := false)) = 'yes' LIMIT 3", 50),
        ("SELECT id FROM main.u WHERE CASE WHEN id >= 500 THEN ai_classify(body, ['yes', 'no']) = 'yes' END LIMIT 3", 50),
        ("COPY u TO 'u.parquet'; SELECT id FROM 'u.parquet' WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("COPY u TO 'u.csv'; SELECT id FROM read_csv('u.csv') WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id, upper(body), body || '!', body[1:3], id::VARCHAR FROM u WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id, CASE WHEN id > 9 THEN substr(body, 2) END FROM u WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id, ai_filter(body, 'c') FROM u WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id, ai_complete('a constant', cache := false) FROM u WHERE ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_filter(body, 'c') = true LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_filter(body, 'c') IS TRUE LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_filter(body, 'c') IS NOT DISTINCT FROM true LIMIT 3", 50),
        ("SELECT id FROM u WHERE NOT (ai_filter(body, 'c') = false) LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_classify(body, ['yes', 'no']) <> 'no' LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_classify(body, ['yes', 'no']) NOT IN ('no', 'so') LIMIT 3", 100),
        ("SELECT id FROM u WHERE id < 2500 AND ai_filter(body, 'c') LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_filter(body, 'c') AND id >= 20 AND body IS NOT NULL LIMIT 3", 50),
        ("SELECT * FROM (SELECT id, body FROM u WHERE ai_filter(body, 'c')) WHERE id > 30 LIMIT 3", 50),
        ("SELECT id FROM u WHERE ai_filter(body, 'c') FETCH FIRST 3 ROWS ONLY", 50),
        (f"SELECT id FROM u WHERE ai_filter(body, 'c') AND body <> '{'x' * 9_000}' LIMIT 3", 50),
        ("SELECT unnest([id, id + 10, id + 20]) FROM (SELECT id FROM u WHERE ai_filter(body, 'c') LIMIT 1)", 30),
    ],
)  # fmt: skip
def test_a_limit_over_a_filter_stops_asking(u: llmsql.Connection, model: StubModel, sql: str, most: int) -> None:
    for statement in sql.split(";"):
        rows = u.execute(statement).fetchall()
    assert len(rows) == (2 if "OFFSET" in sql else 3)
    assert all(row[0] % 10 == 9 for row in rows)
    assert len(model.requests) <= most


@pytest.mark.parametrize(
    "where",
    [
        "NOT ai_filter(body, 'c')",
        "NOT (ai_filter(body, 'c'))",
        "ai_filter(body, 'c') = false",
        "ai_filter(body, 'c') IS FALSE",
        "ai_classify(body, ['yes', 'no']) = 'no'",
        "ai_classify(body, ['yes', 'no']) <> 'yes'",
    ],
)
def test_a_limit_over_what_is_not_so_stops_asking(u: llmsql.Connection, model: StubModel, where: str) -> None:
    rows = u.execute(f"SELECT id FROM u WHERE {where} LIMIT 12").fetchall()
    assert [id for (id,) in rows] == [*range(9), *range(10, 13)]
    assert len(model.requests) <= 14  # 13 are needed, and one of the first 12 was not so


@pytest.mark.parametrize(
    "where",
    [
        "ai_filter(body, 'c') IS NOT NULL",
        "ai_score(body, 'c') > 0.1",
        "ai_score(body, 'c') BETWEEN 0.1 AND 1",
        "0 <= ai_score(body, 'c')",
        "ai_sentiment(body) = 'positive'",
        "ai_sentiment(body) IN ('positive')",
        "ai_complete(body) >= '['",
    ],
)
def test_a_limit_over_what_all_meet_asks_for_no_row_more(u: llmsql.Connection, model: StubModel, where: str) -> None:
    assert u.execute(f"SELECT id FROM u WHERE {where} LIMIT 3 OFFSET 2").fetchall() == [(2,), (3,), (4,)]
    assert len(model.requests) == 5


def test_what_a_limit_asks_next_goes_by_what_it_found(u: llmsql.Connection, model: StubModel) -> None:
    model.latency = 0.05
    assert len(u.execute("SELECT id FROM u WHERE ai_filter(body, 'c') LIMIT 2").fetchall()) == 2
    assert len(model.requests) <= 30 and model.most_at_once > 6


def test_rows_that_a_limit_gives_do_not_depend_on_what_is_remembered(u: llmsql.Connection, model: StubModel) -> None:
    later = "SELECT id FROM u WHERE id >= 1000 AND ai_filter(body, 'c') LIMIT 3"
    assert u.execute(later).fetchall() == [(1009,), (1019,), (1029,)]
    assert u.execute("SELECT id FROM u WHERE ai_filter(body, 'c') LIMIT 3").fetchall() == [(9,), (19,), (29,)]
    assert len(model.requests) <= 100


def test_a_limit_gives_the_first_rows_whatever_threads_there_are(con: llmsql.Connection) -> None:
    con.execute("SET threads = 4").fetchall()
    con.execute(
        "CREATE TABLE big AS SELECT i AS id, nullif('text ' || (i % 97) || CASE WHEN i % 97 = 50 THEN ' yes' ELSE '' END, "
        "'text 3') AS body FROM range(400_000) r(i)"
    ).fetchall()
    con.execute("COPY big TO 'big.parquet' (ROW_GROUP_SIZE 20_000)").fetchall()
    for source in ("big", "'big.parquet'"):
        for rows, offset in ((1, 0), (3, 40), (100, 0), (3_000, 300)):
            found = con.execute(f"SELECT id FROM {source} WHERE ai_filter(body, 'c') LIMIT {rows} OFFSET {offset}")
            assert found.fetchall() == [(50 + 97 * (offset + row),) for row in range(rows)]


@pytest.mark.parametrize(
    ("sql", "rows", "most"),
    [
        ("SELECT ai_complete(body) FROM u LIMIT 2 OFFSET 3", ["unique 3", "unique 4"], 5),
        ("SELECT upper(ai_complete(body)) FROM u WHERE id > 1 LIMIT 2 OFFSET 1", ["UNIQUE 3", "UNIQUE 4"], 3),
        ("SELECT ai_complete(body) FROM u OFFSET 3 ROWS FETCH NEXT 2 ROWS ONLY", ["unique 3", "unique 4"], 5),
        ("SELECT CASE WHEN id % 2 = 0 THEN ai_complete(body) END FROM u LIMIT 2 OFFSET 3", [None, "unique 4"], 5),
        ("SELECT ai_complete(body) FROM u WHERE ai_filter(body, 'c') LIMIT 1 OFFSET 1", ["unique 19 yes"], 40),
    ],
)
def test_an_offset_over_the_select_list_asks_for_what_is_before_it_at_most(
    u: llmsql.Connection, model: StubModel, sql: str, rows: list[str | None], most: int
) -> None:
    found = [answer and answer.partition("] ")[2] for (answer,) in u.execute(sql).fetchall()]
    assert found == rows
    assert len(model.requests) <= most


def test_a_parameter_may_be_an_argument_of_what_a_limit_is_over(u: llmsql.Connection, model: StubModel) -> None:
    sql = "SELECT id FROM u WHERE ai_filter(body, ?) LIMIT 3"
    assert u.execute(sql, ["it's so"]).fetchall() == [(9,), (19,), (29,)]
    assert len(model.requests) <= 50


def test_a_limit_of_a_shown_relation_stops_asking(u: llmsql.Connection, model: StubModel) -> None:
    relation = u.sql("SELECT id FROM u WHERE ai_filter(body, 'c') LIMIT 3")
    relation.show()
    assert relation.fetchall() == [(9,), (19,), (29,)]
    assert u.sql("SELECT id FROM u WHERE ai_filter(body, 'c')").limit(3).fetchall() == [(9,), (19,), (29,)]
    assert len(model.requests) <= 50


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT id FROM w WHERE ai_filter(body, 'c') AND id >= 20 LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') ORDER BY id DESC LIMIT 3", 3),
        ("SELECT count(*) FROM w WHERE ai_filter(body, 'c') LIMIT 3", 1),
        ("SELECT DISTINCT id % 10 FROM w WHERE ai_filter(body, 'c') LIMIT 3", 1),
        ("SELECT unnest([id, id]) FROM w WHERE ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT w.id FROM w JOIN t ON w.id = t.id + 20 WHERE ai_filter(w.body, 'c') LIMIT 3", 3),
        ("SELECT row_number() OVER () FROM w WHERE ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT id FROM (FROM w LIMIT 300) WHERE NOT ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') OR id = 1 LIMIT 3", 3),
        ("SELECT ai_filter(body, 'c') FROM w WHERE ai_filter(body, 'c') LIMIT 3", 3),
        ("(SELECT id FROM w WHERE ai_filter(body, 'c') LIMIT 3) UNION ALL (SELECT id FROM w WHERE ai_filter(body, 'c') LIMIT 2)", 5),
        ("(SELECT ai_complete(body) FROM w LIMIT 9 OFFSET 1) UNION ALL (SELECT ai_complete(body) FROM w LIMIT 2 OFFSET 1)", 11),
        ("SELECT ai_filter(w.body, 'c') FROM w JOIN t ON w.id = t.id AND ai_filter(w.body, 'c') LIMIT 3 OFFSET 2", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') LIMIT (SELECT 3)", 3),
        ("SELECT *, row_number() OVER () FROM (SELECT id FROM w WHERE ai_filter(body, 'c')) LIMIT 3", 3),
        ("SELECT * FROM (SELECT id FROM w WHERE ai_filter(body, 'c')) WHERE id > 30 LIMIT 3", 3),
        ("SELECT * FROM (SELECT id FROM w WHERE ai_filter(body, 'c')) ORDER BY id DESC LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') AND id > k + 30 LIMIT 3", 3),
        ("SELECT id FROM w WHERE id > k + 30 AND ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT id FROM 'w.csv' WHERE id >= 20 AND ai_filter(body, 'c') LIMIT 3", 3),  # which is looked at last
        ("SELECT id FROM w WHERE NOT ai_filter(body, 'c') AND id > k + 50 LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_classify(body, ['yes', 'no']) = 'yes' AND id > k + 30 LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_classify(body, ['yes', 'no']) IN ('yes') AND ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_classify(body, ['yes', 'no']) <> 'yes' LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_classify(body, ['yes', 'no']) NOT IN ('yes') LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_classify(body, ['yes', 'no']) IN (SELECT 'yes') LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_classify(body, ['yes', 'no']) = split_part(body, ' ', 3) LIMIT 3", 3),
        ("SELECT ai_classify(body, ['yes', 'no']) FROM w WHERE ai_classify(body, ['yes', 'no']) = 'yes' LIMIT 3", 3),
        ("SELECT id FROM w WHERE NOT (ai_filter(body, 'c') OR id < 20) LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') IS NOT TRUE LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') IS NULL LIMIT 3", 0),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') IS DISTINCT FROM true LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') AND random() >= 0 LIMIT 3", 3),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') AND EXISTS (FROM t WHERE t.id = w.id AND k < 3) LIMIT 2", 2),
        ("SELECT id FROM w WHERE id IN (SELECT id FROM t WHERE k < 3) AND ai_filter(body, 'c') LIMIT 2", 2),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') AND (id > k + 30 OR k IS NULL) LIMIT 3", 3),
        ("SELECT id FROM (FROM w UNION ALL FROM w) WHERE ai_filter(body, 'c') LIMIT 9", 9),
        ("SELECT max(id) OVER () FROM w WHERE ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT (SELECT max(id) FROM t) FROM w WHERE ai_filter(body, 'c') LIMIT 3", 3),
        ("SELECT many(id) FROM w WHERE ai_filter(body, 'c') LIMIT 3", 1),
        ("SELECT id FROM w WHERE ai_filter(body, 'c') AND odd(id) LIMIT 2", 2),
        ("SELECT id FROM w WHERE NOT CASE WHEN id < 50 THEN ai_filter(body, 'c') ELSE false END LIMIT 60", 55),
    ],
)  # fmt: skip
def test_where_a_limit_cannot_stop_early_the_rows_are_right_all_the_same(
    u: llmsql.Connection, sql: str, rows: int
) -> None:
    u.execute("CREATE TABLE w AS SELECT *, id % 7 AS k FROM u WHERE id < 60").fetchall()
    u.execute("COPY w TO 'w.csv'").fetchall()
    u.execute("CREATE MACRO many(x) AS count(x)").fetchall()
    u.execute("CREATE MACRO odd(x) AS x % 3 = 1").fetchall()
    found = u.execute(sql).fetchall()
    assert len(found) == rows
    assert (None,) not in found
    if sql.count("LIMIT") == 1:
        assert set(found) <= set(u.execute(sql.partition("LIMIT")[0]).fetchall())


def test_a_limit_over_rows_in_an_order_keeps_it(u: llmsql.Connection) -> None:
    u.execute("CREATE TABLE w AS FROM u WHERE id < 60").fetchall()
    for source in ("(FROM w ORDER BY id DESC)", "(FROM w ORDER BY id DESC LIMIT 50)"):
        found = u.execute(f"SELECT id FROM {source} WHERE ai_filter(body, 'c') LIMIT 3").fetchall()
        assert found == [(59,), (49,), (39,)]


def test_a_limit_that_is_a_parameter_is_not_known(u: llmsql.Connection) -> None:
    u.execute("CREATE TABLE w AS FROM u WHERE id < 60").fetchall()
    for sql in ("id >= ? AND ai_filter(body, 'c') LIMIT 3", "id >= 20 AND ai_filter(body, 'c') AND id > ? LIMIT 3"):
        assert u.execute(f"SELECT id FROM w WHERE {sql}", [20]).fetchall() == [(29,), (39,), (49,)]
    assert u.execute("SELECT id FROM w WHERE ai_filter(body, 'c') LIMIT ?", [2]).fetchall() == [(9,), (19,)]


@pytest.mark.parametrize("own", ["ai_filter(body, 'd')", "ai_filter(body, 'c', model := 'm')", "ai_filter(body, 'c')"])
@pytest.mark.parametrize("view", ["TEMP VIEW v AS {}", "VIEW v AS {}", "TEMP MACRO m() AS TABLE {}"])
def test_a_limit_is_not_for_the_filter_of_a_view(u: llmsql.Connection, own: str, view: str) -> None:
    u.execute("CREATE TABLE w AS SELECT id, body AS other, 'yes ' || id AS body FROM u WHERE id < 30").fetchall()
    u.execute("CREATE " + view.format(f"SELECT id, other AS body FROM w WHERE {own}")).fetchall()
    source = "m()" if "MACRO" in view else "v"
    assert u.execute(f"SELECT id FROM {source} WHERE ai_filter(body, 'c') LIMIT 3").fetchall() == [(9,), (19,), (29,)]


def test_a_limit_that_is_larger_than_what_there_is(u: llmsql.Connection) -> None:
    u.execute("CREATE TABLE few AS FROM u LIMIT 25").fetchall()
    for _ in range(2):
        assert len(u.execute("SELECT id FROM few WHERE ai_filter(body, 'c') LIMIT 30").fetchall()) == 2


def test_prepared_statements(con: llmsql.Connection, model: StubModel) -> None:
    con.execute(f"PREPARE p AS SELECT count(*) FROM t WHERE {YES}").fetchall()
    for _ in range(2):
        assert con.execute("EXECUTE p").fetchall() == [(2_000,)]
    assert con.execute("SELECT count(*) FROM t WHERE ai_filter(body, ?)", ["is affirmative"]).fetchall() == [(2_000,)]
    assert con.execute("SELECT ai_complete(?)", ["q"]).fetchall() == [("[1] q",)]
    assert len(model.requests) == 51


def test_views_and_cursors_share_what_is_remembered(con: llmsql.Connection, model: StubModel) -> None:
    con.execute(f"CREATE TEMP VIEW v AS SELECT id FROM t WHERE {YES}").fetchall()
    assert len(con.execute("FROM v").fetchall()) == 2_000
    cursor = con.cursor()
    assert cursor.execute(f"SELECT count(*) FROM t WHERE {YES}").fetchall() == [(2_000,)]
    assert len(model.requests) == 50


def test_threads_share_requests_in_flight(con: llmsql.Connection, model: StubModel) -> None:
    model.latency = 0.05
    counts: list[object] = []

    def run(cursor: llmsql.Connection) -> None:
        counts.append(cursor.execute(f"SELECT count(*) FROM t WHERE {YES}").fetchall())

    threads = [threading.Thread(target=run, args=(con.cursor(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [[(2_000,)]] * 3
    assert len(model.requests) == 50


def test_several_row_groups_on_several_threads(con: llmsql.Connection, model: StubModel) -> None:
    con.execute("SET threads = 4").fetchall()
    con.execute("CREATE TABLE big AS SELECT 'text ' || (i % 40) AS body FROM range(500_000) r(i)").fetchall()
    assert con.execute("SELECT count(DISTINCT ai_complete(body)) FROM big").fetchall() == [(40,)]
    assert len(model.requests) == 40
    model.latency = 0.2  # all threads ask while the first request is in flight
    con.execute("SELECT count(ai_embed(body)) FROM big").fetchall()
    assert len(model.embedded) == 40


def test_options_are_part_of_an_input(con: llmsql.Connection, model: StubModel) -> None:
    for options in ("", ", system := 's'", ", max_tokens := 5", ", model := 'other'", ", temperature := 0.5"):
        con.execute(f"SELECT ai_complete('q'{options})").fetchall()
    assert len(model.requests) == 5
    bodies = [body for _, _, body in model.requests]
    assert [body["max_tokens"] for body in bodies] == [512, 512, 5, 512, 512]
    assert [body["model"] for body in bodies] == ["stub-1", "stub-1", "stub-1", "other", "stub-1"]
    assert [body["temperature"] for body in bodies] == [0, 0, 0, 0, 0.5]


def test_sampling_asks_anew_in_each_query_and_by_seed(con: llmsql.Connection, model: StubModel) -> None:
    for calls in (1, 2):
        con.execute("SELECT ai_complete('q', temperature := 1) FROM range(5)").fetchall()
        assert len(model.requests) == calls
    con.execute("SELECT ai_complete('q', temperature := 1, seed := i) FROM range(5) r(i)").fetchall()
    assert len(model.requests) == 7
    for calls in (8, 9):
        con.execute("SELECT ai_complete('q', cache := false) FROM range(5)").fetchall()
        assert len(model.requests) == calls


def test_arguments_may_come_from_columns(con: llmsql.Connection, model: StubModel) -> None:
    con.execute(
        "CREATE TABLE rules AS SELECT * FROM (VALUES ('a yes', 'r1'), ('b', 'r2'), ('a yes', 'r1')) v(body, rule)"
    )
    assert con.execute("SELECT ai_filter(body, rule) FROM rules").fetchall() == [(True,), (False,), (True,)]
    assert len(model.requests) == 2


def test_a_plain_connection_has_the_functions_too(model: StubModel) -> None:
    with duckdb.connect() as plain:
        llmsql.install(plain, prefix="x_")
        assert plain.sql("SELECT x_ai_filter('yes', 'c')").fetchall() == [(True,)]
        plain.execute("CREATE TABLE u AS SELECT 'unique ' || i AS body FROM range(5000) r(i)").fetchall()
        plain.execute("SET VARIABLE llmsql_max_calls = 5").fetchall()
        assert plain.sql("SELECT x_ai_complete(body) FROM u LIMIT 2").fetchall()
        assert (
            len(
                plain.sql(
                    "SELECT x_ai_complete(body) FROM u WHERE x_ai_filter(body, 'c') IS NOT NULL LIMIT 1"
                ).fetchall()
            )
            == 1
        )


def test_each_row_has_its_own_embedding_model(con: llmsql.Connection, model: StubModel) -> None:
    rows = con.execute("SELECT ai_embed('x', model := 'm' || i) IS NOT NULL FROM range(3) r(i)").fetchall()
    assert rows == [(True,)] * 3
    assert sorted(body["model"] for _, _, body in model.requests) == ["m0", "m1", "m2"]


def test_pairs_show_their_errors(con: llmsql.Connection, model: StubModel) -> None:
    ask = "SELECT ai_match(a, b, 'q', min_similarity := {}, on_error := 'capture') FROM (VALUES ('yes', 'no'), (NULL, 'x')) v(a, b)"
    assert con.execute(ask.format(2)).fetchall() == [({"response": False, "error": None},), (None,)]
    assert con.execute(ask.format(-1)).fetchall() == [({"response": True, "error": None},), (None,)]
