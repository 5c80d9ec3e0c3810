"""Adapting to a database: what is asked, what is kept, and that it is used afterwards."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import training.adapt  # noqa: E402
from llmsql.cli import ExitCode  # noqa: E402
from llmsql.cli import main as cli  # noqa: E402
from llmsql.errors import TrainingError, WeightsError  # noqa: E402
from llmsql.models import adapted_model, column_names  # noqa: E402
from llmsql.registry import (  # noqa: E402
    AdaptedTo,
    Adapter,
    Deployment,
    ModelEntry,
    load_registry,
    save_entry,
    use_model,
    user_registry_path,
)
from llmsql.settings import load_settings  # noqa: E402
from llmsql.sources import open_source  # noqa: E402
from tests.training.tiny import save_tiny_model  # noqa: E402
from training.adapt import Adapted, is_better, main  # noqa: E402
from training.adapt_questions import VERIFIED_WEIGHT, Questions, make_questions  # noqa: E402
from training.dataset import Database  # noqa: E402
from training.export_merged import export_merged  # noqa: E402
from training.skeleton import skeleton  # noqa: E402

pytestmark = pytest.mark.usefixtures("hermetic")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A database with enough in it to ask about."""
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE cities (city_id INTEGER PRIMARY KEY, city VARCHAR, country VARCHAR)")
        con.execute(
            "CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name VARCHAR, city_id INTEGER REFERENCES cities, "
            "joined DATE)"
        )
        con.execute(
            "CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, "
            "status VARCHAR, total DOUBLE, ordered DATE)"
        )
        con.execute(
            "INSERT INTO cities VALUES (1,'Paris','France'),(2,'Rome','Italy'),(3,'Lyon','France'),(4,'Oslo','Norway')"
        )
        con.execute(
            "INSERT INTO customers SELECT range, 'Customer ' || chr(65 + range::INTEGER % 26) || range, range % 4 + 1, "
            "DATE '2023-01-01' + (range * 7)::INTEGER FROM range(60)"
        )
        con.execute(
            "INSERT INTO orders SELECT range, (range * 13) % 50, ['open', 'paid', 'sent'][range::INTEGER % 3 + 1], "
            "(range * 37) % 500 + 0.5, DATE '2024-01-01' + (range % 300)::INTEGER FROM range(400)"
        )
    return path


@pytest.fixture
def tiny_default(tmp_path: Path, hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> ModelEntry:
    """A tiny model with random weights, of the default's architecture, that is the user's default."""
    monkeypatch.setenv("LLMSQL_THREADS", "1")  # on busy cores, several would wait for one another
    base = save_tiny_model("qwen2", tmp_path / "base")
    weights = export_merged(tmp_path / "tiny-f16.gguf", quantisation="f16", base=base)
    entry = ModelEntry(
        "tiny", "Tiny", "llamacpp", "owner/tiny", path=str(weights), chat_format="chatml",
        deployment=Deployment("available"),
    )  # fmt: skip
    save_entry(entry)
    use_model("tiny")
    return entry


adapt = functools.partial(training.adapt.adapt, pairs=200)


class Judge:
    """Stands in for asking the questions, where the answers of a model with random weights would all be wrong."""

    def __init__(self, before: float, after: float) -> None:
        self.shares = {False: before, True: after}
        self.asked: list[tuple[str, Path | None]] = []

    def __call__(
        self, records: list, database: Database, model: str, adapter: Path | None
    ) -> tuple[list[bool], dict[str, float]]:
        self.asked.append((model, adapter))
        right = [i < self.shares[adapter is not None] * len(records) for i in range(len(records))]
        return right, {"execution_accuracy": round(100 * sum(right) / len(right), 1)}


def questions_of(
    path: Path, verified: list[tuple[str, str]] | None = None, held_out: int = 40, pairs: int = 200
) -> Questions:
    with open_source(path) as con:
        known = con.engine.knowledge(con.duckdb)
        database = Database(con.duckdb, known.catalog, known.graph, known.values)
        found = make_questions(database, verified or [], held_out=held_out, seed=1, pairs=pairs)
        made_up = [r for r in found.held_out if r.kind != "verified"]
        shapes = [{skeleton(r.sql, known.catalog) for r in rs} for rs in (found.train, made_up)]
        assert not shapes[0] & shapes[1], "a kind of question is either taught or measured"
        return found


def test_questions_are_split_by_kind(shop: Path) -> None:
    found = questions_of(shop)
    assert len(found.train) > len(found.held_out) >= 20
    assert len({r.kind for r in found.held_out}) > 5
    assert found == questions_of(shop), "a seed gives the same questions"


def test_verified_answers_count_more_and_are_not_measured_on(shop: Path) -> None:
    probe = questions_of(shop).held_out[0]
    verified = [
        ("what did Paris spend?", "SELECT sum(o.total) FROM orders o JOIN customers c USING (customer_id) "
         "JOIN cities x ON x.city_id = c.city_id WHERE x.city = 'Paris'"),
        ("asked before a column went", "SELECT gone FROM orders"),
        (probe.question, probe.sql),
    ]  # fmt: skip
    found = questions_of(shop, verified)
    assert found.verified == 2
    taught = [r for r in found.train if r.question == "what did Paris spend?"]
    assert len(taught) == VERIFIED_WEIGHT
    assert "x." not in taught[0].sql, "taught in the canonical form"
    assert probe not in found.held_out


def test_some_of_many_verified_answers_judge(shop: Path) -> None:
    verified = [(f"orders above {n}?", f"SELECT count(*) FROM orders WHERE total > {n}") for n in range(10, 19)]
    found = questions_of(shop, verified)
    judges = [record.question for record in found.held_out if record.kind == "verified"]
    taught = {record.question for record in found.train if record.kind == "verified"}
    assert judges and taught and not taught & set(judges)
    assert len(judges) + len(taught) == len(verified) and found.verified == len(taught)


def test_fewer_verified_answers_are_not_better(
    shop: Path, tiny_default: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = [(f"orders above {n}?", f"SELECT count(*) FROM orders WHERE total > {n}") for n in range(10, 19)]
    monkeypatch.setattr(training.adapt, "verified_answers", lambda con: verified)

    def judge(records: list, database: Database, model: str, adapter: Path | None) -> tuple[list[bool], dict]:
        right = [(record.kind == "verified") != (adapter is not None) for record in records]
        return right, {"execution_accuracy": 100 * sum(right) / len(right)}

    found = adapt(str(shop), examples=12, held_out=20, measure=judge)
    assert not found.kept and found.verified
    assert "but fewer of those that you verified: tiny stays in use" in str(found)


def test_nothing_is_measured_by_finding_nothing(shop: Path) -> None:
    """The dates of the shop lie years back: questions about this year can be taught, but any wrong one matches them."""
    found = questions_of(shop, held_out=1000, pairs=700)
    assert any("CURRENT_DATE" in r.sql for r in found.train)
    with duckdb.connect(str(shop), read_only=True) as con:
        assert all(con.execute(r.sql).fetchall() for r in found.held_out)


def test_too_small_a_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "small.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS a")
    with pytest.raises(TrainingError, match="too few to learn from"):
        questions_of(path)


@pytest.mark.parametrize(
    ("won", "lost", "better"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (10, 8, False), (20, 5, True), (0, 9, False)],
)
def test_better_is_more_than_chance(won: int, lost: int, better: bool) -> None:
    before = [False] * won + [True] * lost + [True] * 30
    after = [True] * won + [False] * lost + [True] * 30
    assert is_better(before, after) is better


def test_a_better_adapter_is_kept_and_used(shop: Path, tiny_default: ModelEntry, tmp_path: Path) -> None:
    said: list[str] = []
    judge = Judge(0.2, 0.9)
    found = adapt(str(shop), examples=12, held_out=20, say=said.append, measure=judge)
    assert found.kept
    assert "20.0 % → 90.0 % of 20 questions of new kinds answered right: tiny-shop is used" in str(found)
    assert [model for model, _ in judge.asked] == ["tiny", "tiny"]
    entry = load_registry().get("tiny-shop")
    assert entry.adapter is not None and entry.adapted_to is not None
    assert hashlib.sha256(entry.adapter.path.read_bytes()).hexdigest() == entry.adapter.sha256
    assert (entry.adapted_to.base, entry.adapted_to.database) == ("tiny", str(shop.resolve()))
    [measured] = entry.measured
    assert measured.metrics == {"execution_accuracy": 90.0, "execution_accuracy_before": 20.0}
    assert (measured.n, entry.training.method) == (20, "lora")
    assert any("is the trained model" in line for line in said), "the file was compared before it was registered"
    assert sorted(p.name for p in entry.adapter.path.parent.iterdir() if p.name != ".lock") == ["adapter.gguf"]
    with open_source(shop) as con:
        settings = con.engine.settings()
        assert adapted_model(settings, con.catalog()) == "tiny-shop"
        assert adapted_model(dataclasses.replace(settings, model="tiny"), con.catalog()) is None
        name, client = con.engine.client(settings, adapted_model(settings, con.catalog()))
        assert name == "tiny-shop"
        client.close()
    # A second time it is the adapted model that has to be beaten, and that is gone on from.
    again = Judge(0.9, 0.9)
    found = adapt(str(shop), examples=12, held_out=20, measure=again)
    assert not found.kept
    assert found.model == "tiny-shop"
    assert again.asked[0] == ("tiny-shop", None)
    assert "no more than before: tiny-shop stays in use" in str(found)
    assert load_registry().get("tiny-shop").adapter == entry.adapter


def killed(line: str) -> None:
    """Ctrl-C at the first line that counts pairs of sixty."""
    if "/60 pairs" in line:
        raise KeyboardInterrupt


def test_a_killed_adaptation_goes_on(shop: Path, tiny_default: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    work = user_registry_path().parent / "adapted" / "tiny-shop"
    judge = Judge(0.2, 0.9)

    with pytest.raises(KeyboardInterrupt):
        adapt(str(shop), examples=60, held_out=20, say=killed, measure=judge)
    assert json.loads((work / "plan.json").read_text())["examples"] == 60
    assert len(judge.asked) == 1
    assert adapt(str(shop), examples=60, held_out=20, measure=judge).kept
    assert len(judge.asked) == 2, "the model before is not measured again"
    assert not (work / "plan.json").exists()
    # With other arguments nothing is gone on with.
    with pytest.raises(KeyboardInterrupt):
        adapt(str(shop), examples=60, held_out=20, say=killed, measure=judge)
    adapt(str(shop), examples=12, held_out=20, measure=judge)
    assert len(judge.asked) == 5


def test_a_begun_run_is_safe_from_another_database_of_the_same_name(
    shop: Path, tiny_default: ModelEntry, tmp_path: Path
) -> None:
    adapted = user_registry_path().parent / "adapted"
    with pytest.raises(KeyboardInterrupt):
        adapt(str(shop), examples=60, held_out=20, say=killed, measure=Judge(0.2, 0.9))
    plan = (adapted / "tiny-shop" / "plan.json").read_bytes()
    other = tmp_path / "elsewhere" / "shop.duckdb"
    other.parent.mkdir()
    shutil.copyfile(shop, other)
    with duckdb.connect(str(other)) as con:
        for table in ("cities", "customers", "orders"):
            con.execute(f"CREATE TABLE their_{table} AS FROM {table}")
        con.execute("DROP TABLE orders; DROP TABLE customers; DROP TABLE cities")
    with pytest.raises(KeyboardInterrupt):
        adapt(str(other), examples=60, held_out=20, say=killed, measure=Judge(0.2, 0.9))
    assert (adapted / "tiny-shop" / "plan.json").read_bytes() == plan
    assert (adapted / "tiny-shop-2" / "plan.json").exists()


@pytest.mark.parametrize("changed", ["answers", "rows", "plan", "recipe"])
def test_what_has_changed_since_a_kill_is_adapted_to_anew(
    changed: str, shop: Path, tiny_default: ModelEntry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    judge = Judge(0.2, 0.9)

    with pytest.raises(KeyboardInterrupt):
        adapt(str(shop), examples=60, held_out=20, say=killed, measure=judge)
    if changed == "answers":
        answer = ("what did they spend?", "SELECT sum(total) FROM orders")
        monkeypatch.setattr(training.adapt, "verified_answers", lambda con: [answer])
    elif changed == "rows":
        with duckdb.connect(str(shop)) as con:
            con.execute("UPDATE orders SET total = total * 3, status = 'late ' || status")
    elif changed == "plan":
        (user_registry_path().parent / "adapted" / "tiny-shop" / "plan.json").write_text('{"identity": ')
    else:
        recipe = tmp_path / "adapt.yaml"
        recipe.write_text(training.adapt.RECIPE.read_text().replace("seed: 1", "seed: 1\nweight_decay: 0.1"))
        monkeypatch.setattr(training.adapt, "RECIPE", recipe)
    said: list[str] = []
    assert adapt(str(shop), examples=60, held_out=20, say=said.append, measure=judge).kept
    assert len(judge.asked) == 3, "the model before is measured again"


@pytest.mark.parametrize("option", [{"examples": 0}, {"minutes": -1.0}, {"minutes": float("nan")}, {"held_out": 0}])
def test_nothing_is_adapted_with_nothing(option: dict, shop: Path) -> None:
    with pytest.raises(TrainingError, match="more than 0 is needed"):
        adapt(str(shop), **option)


def test_minutes_bound_the_training(shop: Path, tiny_default: ModelEntry) -> None:
    said: list[str] = []
    adapt(str(shop), minutes=60, examples=20, held_out=20, say=said.append, measure=Judge(0.2, 0.9))
    assert any("pairs a second: 20 pairs" in line for line in said)
    with pytest.raises(TrainingError, match="too short to train in"):
        adapt(str(shop), minutes=0.0001, held_out=20, seed=2, measure=Judge(0.2, 0.9))


def test_the_real_measure_asks_through_the_pipeline(shop: Path, tiny_default: ModelEntry) -> None:
    """Random weights answer nothing, before and after, so that nothing is kept."""
    found = adapt(str(shop), examples=12, held_out=3)
    assert not found.kept
    assert found.questions == 3
    assert found.before["execution_accuracy"] == found.after["execution_accuracy"] == 0.0
    assert found.model == "tiny"
    assert "tiny-shop" not in load_registry().names()


def test_a_database_is_known_by_its_columns(shop: Path, tiny_default: ModelEntry, tmp_path: Path) -> None:
    with open_source(shop) as con:
        columns = tuple(sorted(column_names(con.catalog())))
    file = tmp_path / "adapter.gguf"
    file.write_bytes(b"GGUF")
    adapted = dataclasses.replace(
        tiny_default,
        name="tiny-shop",
        adapter=Adapter(file, hashlib.sha256(b"GGUF").hexdigest()),
        adapted_to=AdaptedTo("tiny", columns, str(shop)),
    )
    save_entry(adapted)

    def used(path: Path) -> str | None:
        with open_source(path) as con:
            return adapted_model(load_settings(), con.catalog())

    assert load_registry().get("tiny-shop") == adapted
    assert used(shop) == "tiny-shop"
    moved = shop.rename(tmp_path / "moved.duckdb")
    assert used(moved) == "tiny-shop", "it may be moved"
    with duckdb.connect(str(moved)) as con:
        con.execute("CREATE TABLE more AS SELECT 1 AS a, 2 AS b")
        con.execute("ALTER TABLE orders ADD COLUMN note VARCHAR")
    assert used(moved) == "tiny-shop", "it may grow"
    with duckdb.connect(str(moved)) as con:
        con.execute("DROP TABLE orders")
    assert used(moved) is None, "what was learnt is no longer there"
    with duckdb.connect(str(shop)) as con:
        con.execute("CREATE TABLE other AS SELECT 1 AS a")
    assert used(shop) is None, "another database at the same path is another database"
    shop.unlink()
    moved.unlink()
    use_model("qwen2.5-coder-0.5b")
    assert adapted_model(load_settings(), _catalog_of(columns)) is None, "it was not measured against this default"
    use_model("tiny")
    assert adapted_model(load_settings(), _catalog_of(columns)) == "tiny-shop"


def _catalog_of(columns: tuple[str, ...]):
    from llmsql.catalog import Catalog, Column, Table

    tables: dict[str, list[Column]] = {}
    for column in columns:
        table, _, name = column.partition(".")
        tables.setdefault(table, []).append(Column(name, "VARCHAR"))
    return Catalog(tuple(Table(name, name, tuple(mine)) for name, mine in tables.items()))


def test_a_hosted_default_cannot_be_adapted(shop: Path) -> None:
    use_model("gpt-4o-mini")
    with pytest.raises(TrainingError, match="runs at openai"):
        adapt(str(shop))


def test_nothing_is_fetched(shop: Path) -> None:
    with pytest.raises(WeightsError, match="absent in the cache and fetching is off"):
        adapt(str(shop))


def test_two_at_once_are_refused(shop: Path, tiny_default: ModelEntry) -> None:
    import filelock

    work = user_registry_path().parent / "adapted" / "tiny-shop"
    work.mkdir(parents=True)
    with filelock.FileLock(work / ".lock"), pytest.raises(TrainingError, match="Another process adapts"):
        adapt(str(shop))


def test_the_command_line(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli(["adapt", "nowhere.duckdb"]) == ExitCode.SOURCE
    assert main(["nowhere.duckdb"]) == 1
    assert capsys.readouterr().err.count("There is no file nowhere.duckdb") == 2
    asked: list[dict] = []

    def fake(source: str, **options: object) -> Adapted:
        asked.append({"source": source, **options})
        return Adapted(True, "m", {"execution_accuracy": 1.0}, {"execution_accuracy": 2.0}, 5)

    monkeypatch.setattr(training.adapt, "adapt", fake)
    assert cli(["adapt", str(shop), "--minutes", "5", "--questions", "7"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("1.0 % → 2.0 % of 5 questions")
    assert (asked[0]["minutes"], asked[0]["examples"], asked[0]["held_out"]) == (5.0, None, 7)


def test_the_train_extra_is_named(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    for name in [m for m in sys.modules if m.startswith("training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert cli(["adapt", str(shop)]) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert "pip install 'duckdb-llmsql[train]'" in err
    assert err.count("\n") == 1
