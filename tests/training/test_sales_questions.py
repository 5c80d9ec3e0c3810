from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from llmsql.errors import TrainingError
from llmsql.sales import build_sales_database
from training.canonical import canonical_sql
from training.sales_questions import (
    Checker,
    Example,
    expand_sql,
    keep_apart,
    load_families,
    load_test_examples,
    load_written_examples,
    make_examples,
    on_last_day,
)
from training.skeleton import skeleton

DATASET = Path(__file__).parents[2] / "data" / "sales_queries.json"


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    build_sales_database(con)
    return con


@pytest.fixture(scope="module")
def catalog(con: duckdb.DuckDBPyConnection) -> Catalog:
    return snapshot(con)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [Example(**record) for record in json.loads(DATASET.read_text(encoding="utf-8"))["examples"]]


@pytest.fixture(scope="module")
def skeletons(examples: list[Example], catalog: Catalog) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        found[example.split].add(skeleton(example.sql, catalog))
    return found


def test_no_skeleton_is_in_two_splits(skeletons: dict[str, set[str]]) -> None:
    assert skeletons["train"] and skeletons["validation"]
    assert not skeletons["train"] & skeletons["validation"]
    assert not skeletons["test"] & (skeletons["train"] | skeletons["validation"])


def test_no_family_and_no_phrasing_is_in_two_splits() -> None:
    phrasings: dict[str, set[str]] = defaultdict(set)
    for family in load_families():
        for phrasing in family.phrasings:
            phrasings[phrasing].add(family.split)
    assert [phrasing for phrasing, splits in phrasings.items() if len(splits) > 1] == []


def test_no_question_and_no_id_comes_twice(examples: list[Example]) -> None:
    assert Counter(e.id for e in examples).most_common(1)[0][1] == 1
    assert Counter(e.question.casefold() for e in examples).most_common(1)[0][1] == 1


def test_size_and_variety(examples: list[Example]) -> None:
    splits = Counter(example.split for example in examples)
    assert splits["train"] >= 3_000 and splits["validation"] >= 200
    families = load_families()
    assert len(families) >= 90 and {f.split for f in families} == {"train", "validation"}
    assert {e.difficulty for e in examples} == {"easy", "medium", "hard"}


def test_sql_is_in_the_style_that_a_model_is_taught(examples: list[Example], catalog: Catalog) -> None:
    for example in (e for e in examples if e.split != "test"):
        tree = sqlglot.parse_one(example.sql, read="duckdb")
        assert not example.sql.rstrip().endswith(";")
        assert example.ordered == (tree.args.get("order") is not None), example.id
        for select in tree.find_all(exp.Select):
            named = [t for t in select.find_all(exp.Table) if t.alias]
            twice = Counter(t.name for t in tree.find_all(exp.Table)).most_common(1)
            assert not named or twice[0][1] > 1, example.sql


def test_a_line_that_is_no_written_question_is_named(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "written.jsonl"
    path.write_text(
        '{"question": "how many?", "sql": "SELECT COUNT(*) FROM orders", "difficulty": "easy"}\n{"question": 1}\n'
    )
    with pytest.raises(TrainingError, match=r"Line 2 of .*written\.jsonl is not a training question"):
        load_written_examples(path, catalog)
    path.write_text(path.read_text().splitlines()[0])
    assert [(e.id, e.split, e.ordered) for e in load_written_examples(path, catalog)] == [("written-1", "train", False)]


def test_some_queries_run(examples: list[Example], con: duckdb.DuckDBPyConnection) -> None:
    for example in examples[::25]:
        assert con.execute(on_last_day(example.sql)).fetchall(), example.id


@pytest.mark.slow
def test_every_query_runs_and_says_something(examples: list[Example], con: duckdb.DuckDBPyConnection) -> None:
    checker = Checker(con)
    faults = {e.id: checker.fault(e.sql) for e in examples if e.split != "test"}
    assert {key: fault for key, fault in faults.items() if fault} == {}


def test_same_seed_gives_the_same_examples(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    families = load_families()[:3]
    first = make_examples(families, catalog, Checker(con), 7)
    assert first == make_examples(families, catalog, Checker(con), 7)
    assert first != make_examples(families, catalog, Checker(con), 8)


def test_file_holds_what_the_families_make(
    examples: list[Example], con: duckdb.DuckDBPyConnection, catalog: Catalog
) -> None:
    families = [f for f in load_families() if f.name in ("never_ordered", "second_best", "best_month")]
    known = {example.id: example for example in examples}
    for example in make_examples(families, catalog, Checker(con), 7):
        assert known.get(example.id, example) == example, "run python -m training.sales_questions"


def test_file_holds_the_hand_written_test_questions(examples: list[Example]) -> None:
    written = load_test_examples(DATASET.with_name("sales_test_questions.json"))
    assert [e for e in examples if e.split == "test"] == written, "run python -m training.sales_questions"


def test_joins_go_along_the_keys(catalog: Catalog) -> None:
    template = "SELECT regions.name, count(*) FROM auto.returns WHERE categories.name = 'Audio' GROUP BY ALL"
    joins = [join.this.name for join in sqlglot.parse_one(expand_sql(template, catalog)).find_all(exp.Join)]
    assert sorted(joins) == ["categories", "customers", "order_lines", "orders", "products", "regions"]
    assert canonical_sql(sqlglot.parse_one(expand_sql(template, catalog), read="duckdb"), catalog)


def test_skeleton_masks_values_and_columns_of_one_kind(catalog: Catalog) -> None:
    same = [
        "SELECT channel, count(*) AS orders FROM orders WHERE order_date > DATE '2024-01-01' GROUP BY ALL LIMIT 3",
        "SELECT status, count(*) AS n FROM orders WHERE ship_date > DATE '2023-05-01' GROUP BY ALL LIMIT 5",
    ]
    assert len({skeleton(sql, catalog) for sql in same}) == 1
    other = "SELECT segment, count(*) AS n FROM customers WHERE signup_date > DATE '2023-05-01' GROUP BY ALL LIMIT 5"
    assert skeleton(other, catalog) != skeleton(same[0], catalog)
    assert skeleton(same[0].replace("count(*)", "count(ship_date)"), catalog) != skeleton(same[0], catalog)


def test_training_pairs_like_a_test_question_are_dropped(catalog: Catalog) -> None:
    def example(split: str, question: str, sql: str) -> Example:
        return Example(f"{split}-{question}", split, "count", "easy", False, question, sql)

    test = example("test", "orders by channel", "SELECT channel, count(*) AS orders FROM orders GROUP BY ALL")
    alike = example("train", "orders by status", "SELECT status, count(*) AS orders FROM orders GROUP BY ALL")
    other = example("train", "how many orders?", "SELECT count(*) AS orders FROM orders")
    assert keep_apart([alike, other], [test], catalog) == [other]
    validation = example("validation", "number of orders", "SELECT count(*) AS n FROM orders")
    with pytest.raises(TrainingError, match="skeleton"):
        keep_apart([other, validation], [], catalog)


def test_checker_refuses_empty_and_uncertain_answers(con: duckdb.DuckDBPyConnection) -> None:
    checker = Checker(con)
    assert checker.fault("SELECT name FROM customers WHERE city = 'Atlantis'") == "empty"
    assert checker.fault("SELECT sum(quantity) FROM order_lines WHERE quantity < 0") == "empty"
    assert checker.fault("SELECT name FROM regions ORDER BY name LIMIT 10") == "short"
    assert checker.fault("SELECT segment FROM customers ORDER BY segment LIMIT 3") == "tied"
    assert checker.fault("SELECT name FROM regions ORDER BY name LIMIT 3") is None


def test_test_file_is_checked(tmp_path: Path) -> None:
    assert load_test_examples(tmp_path / "absent.json") == []
    record = {"id": "a", "split": "train", "kind": "k", "difficulty": "easy", "ordered": False}
    record |= {"question": "q", "sql": "SELECT 1"}
    file = tmp_path / "tests.json"
    file.write_text(json.dumps([record]), encoding="utf-8")
    with pytest.raises(TrainingError, match="split"):
        load_test_examples(file)
    file.write_text(json.dumps([{**record, "split": "test"}]), encoding="utf-8")
    assert load_test_examples(file)[0].id == "a"
