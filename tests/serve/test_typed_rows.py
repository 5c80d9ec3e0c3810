"""Row functions as somebody types them into the official ``duckdb`` command, over served tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from llmsql.serve import Server
from llmsql.serve.init_file import write_init_file
from tests.rows.stubs import StubModel
from tests.serve.conftest import run_cli

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quack")]

TYPED = [
    "SELECT id FROM tickets WHERE ai_filter(body, 'reports a bug') ORDER BY id",
    "SELECT ai_classify(body, ['billing', 'bug']) AS topic, count(*) AS n FROM tickets GROUP BY topic ORDER BY topic",
    "SELECT id, ai_extract(body, '{\"customer\": \"VARCHAR\"}').customer AS c FROM tickets ORDER BY id",
    "SELECT id, unnest(e) FROM (SELECT id, ai_extract(body, '{\"customer\": \"VARCHAR\", \"amount\": \"DOUBLE\"}') AS e FROM tickets) ORDER BY id",
    "SELECT team, ai_agg(body, 'themes') AS themes FROM tickets GROUP BY team ORDER BY team",
    "SELECT ai_score(body, 'anger') AS anger, ai_sentiment(body) AS mood, ai_summarize(body) AS s FROM tickets ORDER BY id",
    "SELECT a.id, b.id AS other FROM tickets a JOIN tickets b ON a.id < b.id AND ai_match(a.body, b.body, 'are alike') ORDER BY ALL",
    "SELECT id, round(ai_similarity(body, 'a bug'), 3) AS near, len(ai_embed(body)) AS n FROM tickets ORDER BY id",
    "SELECT ai_complete('Say ' || team, max_tokens := 9) AS said FROM tickets WHERE id < 3 ORDER BY id",
    "SELECT ai_complete('a constant') AS said, ai_try_complete('another').response AS tried",
    "SELECT r.response, r.error FROM (SELECT ai_classify(body, ['bug'], on_error := 'capture') AS r FROM tickets) ORDER BY ALL",
    "SELECT team, count(*) FILTER (ai_filter(body, 'reports a bug')) AS n FROM tickets GROUP BY team HAVING n > 0 ORDER BY ALL",
    "WITH t AS (FROM tickets WHERE id > 1) SELECT max(id) AS m FROM t WHERE opened > '2026-01-01' AND ai_filter(body, 'reports a bug')",
]  # fmt: skip


@pytest.fixture(scope="module")
def model(folder: Path) -> Iterator[StubModel]:
    with StubModel() as stub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLM_PROVIDER", "openai")
        patch.setenv("LLM_MODEL", "gpt-4o-mini")
        patch.setenv("OPENAI_BASE_URL", f"{stub.url}/v1")
        patch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
        yield stub


@pytest.fixture(scope="module")
def init_file(quack: None, model: StubModel, folder: Path) -> Iterator[Path]:
    with duckdb.connect("tickets.duckdb") as con:
        con.execute(
            "CREATE TABLE tickets AS SELECT i AS id, 'team ' || i % 2 AS team, DATE '2026-01-01' + i::INTEGER AS opened, "
            "CASE WHEN i = 3 THEN NULL WHEN i % 2 = 0 THEN 'yes, a bug in Word ' || i ELSE 'billing, bad: it''s €' || i END AS body "
            "FROM range(5) r(i)"
        )
    with Server("tickets.duckdb", port=0) as server:
        path = folder / "tickets.sql"
        write_init_file(path, server.init_file())
        yield path


def test_as_typed(init_file: Path) -> None:
    """What is typed gives what the server gives for the whole query."""
    typed = run_cli(init_file, *TYPED).stdout
    assert typed == run_cli(init_file, *(f"FROM served($${statement}$$)" for statement in TYPED)).stdout
    assert typed.splitlines()[:3] == ["id", "0", "2"] and "bug,3" in typed


def test_each_input_is_asked_once(init_file: Path, model: StubModel) -> None:
    asked = len(model.requests)
    statement = "SELECT id, ai_filter(body, 'is new', cache := false) FROM tickets WHERE ai_filter(body, 'is new', cache := false)"
    run_cli(init_file, statement)
    assert len(model.requests) - asked == 4
    run_cli(init_file, f"EXPLAIN {statement}")
    assert len(model.requests) - asked == 4


def test_tables_are_made_of_answers(init_file: Path) -> None:
    done = run_cli(
        init_file,
        "CREATE TABLE mine AS SELECT id, ai_filter(body, 'reports a bug') AS bug FROM served.tickets",
        "INSERT INTO mine SELECT id + 10, ai_filter(body, 'reports a bug') FROM served.main.tickets",
        "COPY (SELECT id FROM tickets WHERE ai_filter(body, 'reports a bug')) TO 'bugs.csv'",
        "SELECT count(*) AS n, count(*) FILTER (bug) AS bugs FROM mine",
        "SELECT count(*) AS n FROM 'bugs.csv'",
    )
    assert done.stdout.splitlines() == ["n,bugs", "10,6", "n", "3"]


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (["CREATE TABLE own AS SELECT 'yes' AS b", "SELECT ai_filter(b, 'x') FROM own"],
         "Row functions know the rows of served tables: Table with name own does not exist!"),
        (["CREATE TABLE tickets AS SELECT 'other' AS body", "SELECT ai_filter(body, 'x') FROM tickets"],
         "Row functions know the rows of served tables as they are when the statement is run a second time. Send the"),
        (["SELECT ai_complete(random()::VARCHAR)"], "Send the whole query to the server: FROM served($$ SELECT … $$)."),
        (["SELECT ai_filter(body, 'x', on_error := 'shrug') FROM tickets"], "on_error"),
        (["SET VARIABLE llmsql_max_calls = 1", "SELECT ai_filter(body, 'a new condition') FROM tickets"], "llmsql_max_calls"),
        (["SELECT ai_filter(nope, 'x') FROM tickets"], 'Referenced column "nope" not found'),
        (["SELECT ai_extract(body, 'STRUCT(a NONSENSE)') FROM tickets"], "NONSENSE cannot be a result type. Known are"),
        (["PREPARE p AS SELECT ai_filter(body, $1) FROM tickets"], "Row functions are for SELECT, CREATE TABLE … AS, INSERT and COPY."),
    ],
)  # fmt: skip
def test_errors_are_our_own(init_file: Path, statements: list[str], says: str) -> None:
    done = run_cli(init_file, *statements, code=1)
    assert says in done.stderr and "Traceback" not in done.stderr
