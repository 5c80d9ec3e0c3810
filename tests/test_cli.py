"""The command line as its users have it: a process with pipes, asking a stub server through the real client."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from llmsql import errors
from llmsql.cli import ExitCode, exit_code, main
from llmsql.registry import load_registry
from tests.clients.stubs import StubOpenAI
from tests.test_connection import child_environment
from tests.test_functions import fill

pytestmark = pytest.mark.usefixtures("hermetic")

VALUES = """SELECT * FROM (VALUES (1, 'a|b', CAST('12.50' AS DECIMAL(9, 2)), DATE '2024-01-02', TRUE),
(2, 'Größe, "q"', NULL, NULL, FALSE)) AS t(i, s, d, day, b) WHERE i <= (SELECT count(*) FROM orders)"""
GOLDEN = {
    "csv": 'i,s,d,day,b\n1,a|b,12.50,2024-01-02,true\n2,"Größe, ""q""",,,false\n',
    "json": '[{"i":1,"s":"a|b","d":12.5,"day":"2024-01-02","b":true},\n'
    ' {"i":2,"s":"Größe, \\"q\\"","d":null,"day":null,"b":false}]\n',
    "markdown": "| i | s | d | day | b |\n|---|---|---|---|---|\n"
    '| 1 | a\\|b | 12.50 | 2024-01-02 | true |\n| 2 | Größe, "q" |  |  | false |\n',
    "table": """\
┌───────┬────────────┬──────────────┬────────────┬─────────┐
│   i   │     s      │      d       │    day     │    b    │
│ int32 │  varchar   │ decimal(9,2) │    date    │ boolean │
├───────┼────────────┼──────────────┼────────────┼─────────┤
│     1 │ a|b        │        12.50 │ 2024-01-02 │ true    │
│     2 │ Größe, "q" │         NULL │ NULL       │ false   │
└───────┴────────────┴──────────────┴────────────┴─────────┘

""",
}


def llmsql(*arguments: str | bytes, stdin: bytes = b"", code: int = 0, **environment: str) -> tuple[str, str]:
    """Run a command; no traceback may come of it, whatever happens."""
    done = subprocess.run(
        [sys.executable, "-m", "llmsql", *arguments],
        input=stdin,
        capture_output=True,
        env=child_environment(**environment),
        timeout=300,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err
    assert done.returncode == code, (done.returncode, out, err)
    return out, err


@pytest.fixture
def shop(stub: StubOpenAI, hermetic: Path) -> str:
    with duckdb.connect("shop.duckdb") as con:
        fill(con)
    return "shop.duckdb"


@pytest.mark.parametrize("format_", GOLDEN)
def test_stdout_holds_the_rows_to_the_byte(stub: StubOpenAI, shop: str, format_: str) -> None:
    stub.answers = [stub.good(VALUES)]
    out, err = llmsql("ask", "-d", shop, "-f", format_, "all values", PYTHONIOENCODING="ascii")
    assert out == GOLDEN[format_]
    first, *notes = err.splitlines()
    assert first.startswith("SELECT * FROM (VALUES")
    assert notes[0].startswith("-- stub-1, ") and notes[0].endswith(" s to run it")


def test_sql_is_printed_and_not_run(shop: str) -> None:
    out, err = llmsql("ask", "--sql", "-d", shop, "revenue by region")
    assert out == "SELECT region, SUM(amount) AS revenue FROM orders GROUP BY region ORDER BY region\n"
    assert err == ""


def test_explain_max_rows_and_tables(shop: str) -> None:
    out, err = llmsql(
        "ask", "--explain", "--max-rows", "1", "-t", "orders", "-f", "csv", "-d", shop, "revenue by region"
    )
    assert out == "region,revenue\nN,11.0\n"
    for said in ("tables shown: orders", "tokens", "confidence 0.61", "only the first 1 rows; see --max-rows"):
        assert f"{said}" in err


def test_a_question_from_stdin_and_one_of_broken_bytes(stub: StubOpenAI, shop: str) -> None:
    out, _ = llmsql("ask", "-f", "csv", "-d", shop, "-", stdin="umsatz je größe\n".encode())
    assert out == "region,revenue\nN,11.0\nS,5.0\n"
    assert "umsatz je größe" in json.dumps(stub.requests[-1][2], ensure_ascii=False)
    out, _ = llmsql("ask", "-f", "csv", "-d", shop, b"revenue \xff by region")
    assert out.startswith("region,revenue\n")


def test_the_sales_database_is_the_default(stub: StubOpenAI, hermetic: Path) -> None:
    stub.answers = [stub.good("SELECT count(*) AS n, current_date AS day FROM orders")]
    out, _ = llmsql("ask", "-f", "csv", "--today", "2024-05-06", "how many orders are there")
    assert out == "n,day\n10000,2024-05-06\n"
    assert list(hermetic.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask", "-d", "shop.duckdb", ""], 1, "error: The question is empty"),
        (["ask", "-d", "shop.duckdb", "-"], 1, "error: The question is empty"),
        (["ask", "-d", "shop.duckdb", "x" * 100_000], 1, "error: The question has 100,000 characters"),
        (["ask", "-d", "shop.duckdb", "-t", "nope", "x"], 1, "error: There is no table nope"),
        (["ask", "-d", "shop.duckdb", "--max-rows", "0", "x"], 2, "error: max_rows 0 from argument"),
        (["ask", "-d", "shop.duckdb", "--timeout", "-1", "x"], 2, "error: query_timeout -1.0 from argument"),
        (["ask", "-d", "shop.duckdb", "--today", "soon", "x"], 2, "error: today 'soon' from argument"),
        (["ask", "-d", "nope.csv", "x"], 3, "error: There is no file nope.csv"),
        (["serve", "nope.duckdb"], 3, "error: There is no file nope.duckdb. Check the path; where none is named"),
        (["serve", "shop.duckdb", "--port", "99999"], 2, "error: There is no port 99999. Name one from 1 to 65535"),
        (["ask", "-d", "https://example.org/x.csv", "x"], 3, "is an address"),
        (["models", "show", "qwen2.5-coder-0.6b"], 4, "Did you mean qwen2.5-coder-0.5b?"),
        (["models", "use", "gemma-7"], 4, "Did you mean gemma-7b?"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_errors_are_one_line_with_a_code(shop: str, arguments: list[str], code: int, says: str) -> None:
    out, err = llmsql(*arguments, code=code)
    assert out == "" and says in err
    assert len(err.splitlines()) == 1


def test_an_unknown_model_without_a_provider(shop: str) -> None:
    out, err = llmsql("ask", "-d", shop, "-m", "qwen2.5-coder-0.6b", "x", code=4, LLM_PROVIDER="")
    assert out == "" and "Did you mean qwen2.5-coder-0.5b?" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["aks", "x"], ["ask"], ["ask", "-f", "xml", "x"], ["models", "drop"]])
def test_a_wrong_command_line_says_how_it_goes(arguments: list[str]) -> None:
    out, err = llmsql(*arguments, code=2)
    assert out == "" and err.startswith("usage: llmsql")


def test_providers_that_fail(stub: StubOpenAI, shop: str) -> None:
    stub.answers = [stub.echo_key(401)]
    out, err = llmsql("ask", "-d", shop, "x", code=4)
    assert out == "" and "refused the API key. Set OPENAI_API_KEY" in err
    assert len(err.splitlines()) == 1 and "sk-test" not in err
    out, err = llmsql("ask", "-d", shop, "x", code=4, OPENAI_BASE_URL="http://127.0.0.1:9/v1", LLMSQL_TIMEOUT="20")
    assert out == "" and "openai at http://127.0.0.1:9/v1 cannot be reached." in err
    assert len(err.splitlines()) == 1


def test_no_answer_and_a_limit(stub: StubOpenAI, shop: str, hermetic: Path) -> None:
    stub.answers = [stub.good("SELECT * FROM read_csv('/etc/passwd')")]
    out, err = llmsql("ask", "-d", shop, "read it", code=1)
    assert out == "" and "read_csv() is not allowed in generated SQL" in err and "root:" not in err
    stub.answers = [stub.good("SELECT count(*) FROM range(10000000) a, range(10000000) b, orders")]
    out, err = llmsql("ask", "-d", shop, "--timeout", "0.5", "count it", code=5)
    assert out == "" and "stopped after 0.5 s" in err
    assert {p.name for p in hermetic.iterdir()} == {"shop.duckdb"}


def test_the_connection_that_runs_generated_sql_is_locked(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from llmsql import cli, connection

    seen: list[list[tuple[str, str]]] = []
    run = connection.run_query

    def spy(con: duckdb.DuckDBPyConnection, sql: str, **limits: float) -> object:
        seen.append(
            con.execute(
                "SELECT name, value FROM duckdb_settings() "
                "WHERE name IN ('enable_external_access', 'lock_configuration') ORDER BY name"
            ).fetchall()
        )
        with pytest.raises(duckdb.Error):
            con.execute("SET enable_external_access = true").fetchall()
        return run(con, sql, **limits)  # type: ignore[arg-type]

    monkeypatch.setattr(connection, "run_query", spy)
    Path("orders.csv").write_text("region,amount\nN,1\n")
    for database in (shop, "orders.csv"):
        assert cli.main(["ask", "-d", database, "-f", "csv", "revenue by region"]) == 0
    assert seen == [[("enable_external_access", "false"), ("lock_configuration", "true")]] * 2


def test_two_files_of_one_name_are_said_on_stderr(stub: StubOpenAI, hermetic: Path) -> None:
    (hermetic / "data").mkdir()
    (hermetic / "data" / "orders.csv").write_text("region,amount\nN,1\n")
    (hermetic / "data" / "orders.tsv").write_text("a\tb\n1\t2\n")
    out, err = llmsql("ask", "-d", "data", "-f", "csv", "revenue by region")
    assert out == "region,revenue\nN,1\n"
    assert "-- orders.tsv became table orders_2: there is a orders already." in err


def test_a_damaged_database_is_one_line(shop: str) -> None:
    with duckdb.connect("cut.duckdb") as con:
        con.execute("CREATE TABLE t AS SELECT range AS x, md5(range::VARCHAR) AS y FROM range(200000)")
    path = Path("cut.duckdb")
    whole = path.read_bytes()
    path.write_bytes(whole[: 3 * 4096] + b"\x00" * (len(whole) - 3 * 4096))
    out, err = llmsql("ask", "-d", "cut.duckdb", "x", code=3)
    assert out == "" and err.startswith("error: ") and len(err.splitlines()) == 1


def test_a_bug_is_a_line_that_says_how_to_report_it(
    capfd: pytest.CaptureFixture[str], shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llmsql import cli

    def broken(*_: object, **__: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("llmsql.sources.open_source", broken)
    assert cli.main(["ask", "x"]) == ExitCode.BUG
    out, err = capfd.readouterr()
    assert out == "" and err == (
        "error: this is a bug in llmsql: KeyError: 'surprise' Please report it with what LLMSQL_DEBUG=1 prints.\n"
    )
    monkeypatch.setenv("LLMSQL_DEBUG", "1")
    with pytest.raises(KeyError, match="surprise"):
        cli.main(["ask", "x"])


def test_every_error_has_its_code() -> None:
    codes = {
        name: exit_code(kind("x"))
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.LLMSQLError)
    }
    assert {name: int(code) for name, code in codes.items()} == {
        "BudgetError": 5,
        "CancelledError": 4,
        "ConfigError": 2,
        "LLMSQLError": 1,
        "LimitError": 5,
        "ModelError": 4,
        "ModelNotFoundError": 4,
        "NoAnswerError": 1,
        "OfflineError": 4,
        "ProviderAuthError": 4,
        "ProviderConnectionError": 4,
        "ProviderError": 4,
        "ProviderRateLimitError": 4,
        "ProviderResponseError": 4,
        "ProviderTimeoutError": 4,
        "QuestionError": 1,
        "RegistryError": 2,
        "SQLRejectedError": 1,
        "SourceError": 3,
        "TrainingError": 1,
        "UnsureError": 1,
        "WeightsError": 4,
    }
    assert (exit_code(KeyboardInterrupt()), exit_code(KeyError())) == (130, 70)


@pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")
def test_a_closed_pipe_is_no_error(stub: StubOpenAI, shop: str) -> None:
    stub.answers = [stub.good("SELECT a.range AS n FROM range(200000) a WHERE (SELECT count(*) FROM orders) > 0")]
    command = f'"{sys.executable}" -m llmsql ask -d {shop} -f csv --max-rows 200000 numbers | head -1; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=child_environment(), timeout=300)
    assert (done.returncode, done.stdout) == (0, "n\n"), done.stderr
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")
@pytest.mark.parametrize("where", ["model", "query"])
def test_ctrl_c(stub: StubOpenAI, shop: str, where: str) -> None:
    heavy = "SELECT count(*) FROM range(10000000) a, range(10000000) b, orders"
    stub.answers = [stub.silent() if where == "model" else stub.good(heavy)]
    child = subprocess.Popen(
        [sys.executable, "-m", "llmsql", "ask", "-d", shop, "count it"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(LLMSQL_QUERY_TIMEOUT="60"),
    )
    while not stub.requests and child.poll() is None:
        time.sleep(0.05)
    time.sleep(0.2 if where == "model" else 1.0)  # the query starts a moment after the answer
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=100)
    assert (child.returncode, out) == (130, b""), err
    assert err.decode().strip() == "interrupted"


def test_models(hermetic: Path) -> None:
    out, err = llmsql("models", "list")
    default = load_registry().default
    assert err == "" and f"{default} *" in out and "reported" in out and "\x1b" not in out
    [figure] = [m for m in load_registry().get(default).measured if m.dataset.startswith("sales_queries.json test")]
    assert f"{figure.metrics['execution_accuracy']:.1f} sales test" in out  # each figure says on which questions
    out, _ = llmsql("models", "show", "smollm2-135m")
    assert json.loads(out)["name"] == "smollm2-135m"
    out, _ = llmsql("models", "use", "smollm2-135m")
    assert out == "smollm2-135m is the default now\n"
    out, _ = llmsql("models", "list")
    assert "smollm2-135m *" in out and f"{default} *" not in out
    out, err = llmsql("models", "verify", "smollm2-135m", code=4)
    assert out.startswith("absent: ") and err == ""
    out, err = llmsql("models", "verify", "gpt-4", code=4)
    assert out == "" and err == "error: gpt-4 runs at openai and has no weights to fetch.\n"


@pytest.mark.parametrize(
    "command", [[], ["ask"], ["models"], *(["models", a] for a in ("list", "show", "pull", "use", "verify"))], ids=str
)
def test_help(command: list[str]) -> None:
    out, err = llmsql(*command, "--help")
    assert out.startswith(" ".join(["usage: llmsql", *command])) and err == ""


def test_version() -> None:
    import llmsql as package

    assert llmsql("--version") == (f"llmsql {package.__version__}\n", "")


def test_export_without_the_train_extra_says_what_to_install(
    hermetic: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    for name in [m for m in sys.modules if m.startswith("training.")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["models", "export", "llmsql-0.5b"]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "pip install 'duckdb-llmsql[train]'" in err
    assert list(hermetic.iterdir()) == []


def test_a_hosted_model_is_not_exported(hermetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("gguf", reason="needs the train extra")
    assert main(["models", "export", "gpt-4"]) == ExitCode.QUERY
    assert "runs at openai" in capsys.readouterr().err
