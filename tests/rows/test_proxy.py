"""Classifiers that answer for the model where they have shown that they can."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
import pytest

import llmsql
from llmsql.rows.proxy import train
from llmsql.rows.tasks import TASKS, Task
from tests.rows.stubs import StubModel

CHEAP = "ai_filter(body, 'c', optimize := 'cost', min_accuracy := 0.9)"


def vectors(n: int, noise: float, seed: int = 1) -> tuple[np.ndarray, list[str]]:
    random = np.random.default_rng(seed)
    right = np.arange(n) % 2
    return np.stack([right * 2.0 - 1, 1 - right * 2.0, np.ones(n)], axis=1) + random.normal(0, noise, (n, 3)), [
        json.dumps(bool(value)) for value in right
    ]


def learn(noise: float, least: float = 0.9):  # type: ignore[no-untyped-def]
    data, answers = vectors(200, noise)
    return train(data, answers, key="k", function="f", model="m", embed_model="e", min_accuracy=least)


def test_what_is_plain_is_decided_and_right() -> None:
    proxy = learn(0.2)
    assert proxy.coverage > 0.9 and proxy.agreement is not None and proxy.agreement > 0.95
    data, answers = vectors(100, 0.2, seed=2)
    decided = [(mine, answer) for mine, answer in zip(proxy.decide(data), answers, strict=True) if mine]
    assert len(decided) > 80 and sum(mine == answer for mine, answer in decided) / len(decided) > 0.9


def test_chance_is_left_to_the_model() -> None:
    proxy = learn(50.0)
    assert proxy.coverage < 0.3


def test_one_class_alone_decides_nothing_of_the_other() -> None:
    data, _ = vectors(200, 0.2)
    proxy = train(
        data, ["true"] * 198 + ["false"] * 2, key="k", function="f", model="m", embed_model="e", min_accuracy=0.9
    )
    assert proxy.thresholds[proxy.classes.index("false")] is None


@pytest.fixture
def rows(model: StubModel) -> Iterator[llmsql.Connection]:
    """600 rows, of every second of which the filter is true, as is plain from their other words."""
    with llmsql.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT i, CASE WHEN i % 2 = 0 THEN 'yes good fine ' ELSE 'wrong poor sad ' END || i AS body "
            "FROM range(600) r(i)"
        ).fetchall()
        yield con


def test_what_the_model_said_before_is_the_sample(rows: llmsql.Connection, model: StubModel) -> None:
    rows.execute("SELECT ai_filter(body, 'c') FROM t WHERE i < 250").fetchall()
    assert len(model.texts) == 250 and model.embedded == []
    assert rows.execute(f"SELECT count(*) FROM t WHERE {CHEAP} AND i < 250").fetchall() == [(125,)]
    assert len(model.texts) == 250 and model.embedded == []  # nothing to decide, so nothing is learnt yet
    assert rows.execute(f"SELECT count(*) FROM t WHERE {CHEAP}").fetchall() == [(300,)]
    assert len(model.texts) < 300  # the few that the proxy is not sure of
    assert rows.execute("SELECT sampled FROM ai_proxies()").fetchall() == [(200,)]


def test_what_the_model_said_for_a_proxy_is_remembered_and_what_the_proxy_said_is_not(
    rows: llmsql.Connection, model: StubModel
) -> None:
    rows.execute(f"SELECT {CHEAP} FROM t").fetchall()
    sampled = len(model.texts)
    assert rows.execute("SELECT count(*) FROM t WHERE ai_filter(body, 'c')").fetchall() == [(300,)]
    assert sampled < 400 and len(model.texts) == len(set(model.texts)) == 600
    rows.execute(f"SELECT {CHEAP} FROM t").fetchall()
    assert len(model.texts) == 600


def test_a_kept_proxy_is_of_the_words_and_the_vectors_that_it_learnt_from(
    model: StubModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked_anew() -> int:
        before = len(model.texts)
        with llmsql.connect() as con:
            con.execute(f"SELECT {CHEAP} FROM (SELECT 'yes good fine ' || i AS body FROM range(250) r(i))").fetchall()
        return len(model.texts) - before

    def embed_models() -> list[str]:
        with llmsql.connect() as con:
            return [name for (name,) in con.execute("SELECT embed_model FROM ai_proxies()").fetchall()]

    assert asked_anew() >= 200 and asked_anew() < 50
    monkeypatch.setenv("LLMSQL_EMBED_MODEL", "other")
    assert asked_anew() >= 200
    assert embed_models() == ["other"]  # the older one can answer no more
    written = TASKS["ai_filter"]

    def reworded(options: Mapping[str, Any], room: int) -> Task:
        return written({**options, "condition": f"Is this true: {options['condition']}"}, room)

    monkeypatch.setitem(TASKS, "ai_filter", reworded)
    assert asked_anew() >= 200 and len(embed_models()) == 1


def test_a_proxy_of_one_query_is_not_kept(rows: llmsql.Connection, model: StubModel) -> None:
    for asked in (1, 2):
        assert rows.execute(f"SELECT count(*) FROM t WHERE {CHEAP[:-1]}, cache := false)").fetchall() == [(300,)]
        assert 200 * asked <= len(model.texts) < 400 * asked
    assert rows.execute("FROM ai_proxies()").fetchall() == []


def test_a_filter_asks_about_a_sample_only(model: StubModel) -> None:
    with llmsql.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT CASE WHEN i % 2 = 0 THEN 'yes good fine ' ELSE 'wrong poor sad ' END || i AS body "
            "FROM range(600) r(i)"
        ).fetchall()
        [(count,)] = con.execute(f"SELECT count(*) FROM t WHERE {CHEAP}").fetchall()
        assert count == 300
        asked = len(model.texts)
        assert 200 <= asked < 400
        [(calls, proxied)] = con.execute(
            "SELECT calls, proxied FROM ai_usage_summary() WHERE function = 'ai_filter'"
        ).fetchall()
        assert calls == asked and calls + proxied == 600
        [(function, sampled, agreement)] = con.execute(
            "SELECT function, sampled, agreement FROM ai_proxies()"
        ).fetchall()
        assert (function, sampled) == ("ai_filter", 200) and agreement > 0.9
    with llmsql.connect() as con:  # it is kept
        con.execute("SELECT ai_filter('yes good fine 9999', 'c', optimize := 'cost', min_accuracy := 0.9)").fetchall()
    assert len(model.texts) == asked


def test_classes_are_decided_too(model: StubModel) -> None:
    with llmsql.connect() as con:
        counts = con.execute(
            "SELECT ai_classify(CASE WHEN i % 2 = 0 THEN 'a bug good fine ' ELSE 'a wish poor sad ' END || i, "
            "['bug', 'wish'], optimize := 'cost', min_accuracy := 0.9) AS c, count(*) FROM range(600) r(i) GROUP BY c"
        ).fetchall()
        assert sorted(counts) == [("bug", 300), ("wish", 300)]
        [(calls, proxied)] = con.execute(
            "SELECT calls, proxied FROM ai_usage_summary() WHERE function = 'ai_classify'"
        ).fetchall()
    assert calls == len(model.texts) < 400 and calls + proxied == 600


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("optimize := 'speed'", "optimize 'speed' of ai_filter is unknown here"),
        ("optimize := 'cost', min_accuracy := 95", "min_accuracy 95 of ai_filter is not between 0 and 1"),
    ],
)
def test_bad_options(model: StubModel, options: str, says: str) -> None:
    with llmsql.connect() as con, pytest.raises(duckdb.InvalidInputException, match=says):
        con.execute(f"SELECT ai_filter('x', 'c', {options})").fetchall()
    assert model.requests == []
