"""What somebody sees who types into the official ``duckdb`` command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from llmsql.errors import SourceError
from llmsql.serve import Server
from llmsql.serve.init_file import write_init_file
from llmsql.serve.official import find_official
from tests.clients.stubs import StubOpenAI
from tests.conftest import REVENUE
from tests.serve.conftest import CLI_SECONDS, run_cli
from tests.test_connection import child_environment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quack", "model")]


@pytest.fixture(scope="module")
def server(quack: None, model: StubOpenAI) -> Iterator[Server]:
    with Server("shop.duckdb", port=0) as running:
        yield running


@pytest.fixture(scope="module")
def init_file(server: Server, folder: Path) -> Path:
    path = folder / "in it's.sql"
    write_init_file(path, server.init_file())
    return path


def wait_until_asked(model: StubOpenAI, asked: int) -> None:
    """Until the model has had one more request than ``asked``."""
    deadline = time.monotonic() + CLI_SECONDS
    while len(model.requests) == asked:
        assert time.monotonic() < deadline, "the model was not asked"
        time.sleep(0.05)


def test_as_typed(init_file: Path) -> None:
    done = run_cli(
        init_file,
        "SELECT * FROM ask('revenue by region') WHERE region = 'N'",
        "SELECT ask_sql('revenue by region'), ask_sql('what''s the revenue') AS other",
        "SELECT model, tables FROM ask_explain('revenue by region', tables := ['orders'])",
        "SELECT count(*) > 3 AS several FROM llm_models()",
        "SELECT count(*) AS n FROM orders JOIN orders AS again USING (id)",
        'SELECT count(*) AS n FROM served."the past"."Old Orders"',
        "CREATE TABLE mine AS FROM ask('revenue by region'); SELECT count(*) AS mine FROM mine JOIN orders USING (region)",
        "SELECT * FROM served($$ SELECT count(*) AS n FROM ask('revenue by region') WHERE revenue > 6 $$)",
    )
    assert done.stdout.splitlines() == [
        "region,revenue",
        "N,11.0",
        "\"ask_sql('revenue by region')\",other",
        '"SELECT region, SUM(amount) AS revenue FROM orders GROUP BY region ORDER BY region",'
        '"SELECT region, SUM(amount) AS revenue FROM orders GROUP BY region ORDER BY region"',
        "model,tables",
        "stub-1,[orders]",
        "several",
        "true",
        "n",
        "3",
        "n",
        "2",
        "mine",
        "3",
        "n",
        "1",
    ]


def test_session_settings_reach_the_server(init_file: Path) -> None:
    done = run_cli(
        init_file, "SET VARIABLE llmsql_max_rows = 1", "FROM ask('revenue by region')",
        "RESET VARIABLE llmsql_max_rows", "FROM ask('revenue by region')",
    )  # fmt: skip
    assert done.stdout.splitlines() == ["region,revenue", "N,11.0", "region,revenue", "N,11.0", "S,5.0"]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("FROM ask('')", "The question is empty. Ask something"),
        ("FROM ask('revenue', tables := ['it''s'])", "There is no table it's. Known are "),
        ("FROM ask('revenue by region', model := 'x' || chr(39))", ""),
        ("FROM served('DROP TABLE orders')", "The served database is for reading: DROP is refused."),
        ("FROM served('EXPLAIN ANALYZE DELETE FROM orders')", "The served database is for reading: DELETE is refused."),
        ("FROM served('FROM quack_stop(''quack:localhost'')')", "Stopping the server is up to whoever runs"),
        ("FROM served('FROM quack_serve(token = ''1234'')')", "Starting another server is up to whoever runs"),
        ("FROM served('SET VARIABLE llmsql_base_url = ''http://x''')", "The address of the model's server is set where"),
        ("FROM served('SET threads = 1')", "the configuration has been locked"),
        ("FROM served('FROM read_csv(''/etc/passwd'')')", "file system operations are disabled"),
        ("FROM served('SELECT frm FROM orders')", 'Referenced column "frm" not found'),
    ],
)  # fmt: skip
def test_errors_are_our_own(init_file: Path, statement: str, says: str) -> None:
    if not says:  # another model by a name with a quote in it: the stub answers to any
        assert "N,11.0" in run_cli(init_file, statement).stdout
        return
    done = run_cli(init_file, statement, code=1)
    assert says in done.stderr and "Traceback" not in done.stderr


def test_an_answer_that_cannot_run(init_file: Path, model: StubOpenAI) -> None:
    model.answers = [model.good("DROP TABLE orders")]
    try:
        done = run_cli(init_file, "FROM ask('drop the orders')", code=1)
    finally:
        model.answers = [model.good(REVENUE)]
    assert "No answer to 'drop the orders'" in done.stderr and "last SQL: DROP TABLE orders" in done.stderr


def test_two_clients_at_once(init_file: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda i: run_cli(init_file, *[f"FROM ask('revenue {i}')"] * 3).stdout, range(2)))
    assert both == ["region,revenue\nN,11.0\nS,5.0\n" * 3] * 2


def test_a_client_that_goes_in_the_middle(init_file: Path, model: StubOpenAI) -> None:
    asked = len(model.requests)
    model.answers = [model.silent(), model.good(REVENUE)]
    for number in (signal.SIGKILL, signal.SIGINT):
        client = subprocess.Popen(
            [str(find_official()), "-init", str(init_file), "-c", "FROM ask('a question that hangs')"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until_asked(model, asked)
        client.send_signal(number)
        client.wait(CLI_SECONDS)
        if number == signal.SIGKILL:
            assert "N,11.0" in run_cli(init_file, "FROM ask('another question')").stdout
            asked, model.answers = len(model.requests), [model.silent(), model.good(REVENUE)]
    assert "N,11.0" in run_cli(init_file, "FROM ask('a third question')").stdout
    model.answers = [model.good(REVENUE)]


def test_a_wrong_token(server: Server, folder: Path) -> None:
    path = folder / "wrong.sql"
    write_init_file(path, server.init_file().replace(server._token, "x" * 43))
    done = run_cli(path, "SELECT 1", code=1)
    assert "Authentication failed" in done.stderr and "Has llmsql serve ended? Start it again." in done.stderr
    assert done.stdout == ""


def test_a_server_that_is_gone(server: Server, folder: Path) -> None:
    path = folder / "gone.sql"
    write_init_file(path, server.init_file().replace(f":{server.address.rpartition(':')[2]}'", ":1'"))
    done = run_cli(path, "SELECT 1", code=1)
    assert "Could not connect to server" in done.stderr and "Has llmsql serve ended? Start it again." in done.stderr


def test_the_user_s_own_tables_and_start_up_file(server: Server, folder: Path) -> None:
    (folder / "home" / ".duckdbrc").write_text("CREATE TABLE orders AS SELECT 'mine' AS whose;\n")
    path = folder / "mine.sql"
    write_init_file(path, server.init_file())
    (folder / "home" / ".duckdbrc").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert "mine" not in run_cli(path, "FROM served.orders", code=1).stdout
        (folder / "home" / ".duckdbrc").write_text("CREATE TABLE orders AS SELECT 'mine' AS whose;\n")
        done = run_cli(path, "FROM orders", "SELECT count(*) FROM served.orders")
    (folder / "home" / ".duckdbrc").unlink()
    assert done.stdout.splitlines() == ["whose", "mine", "count_star()", "3"]


def test_official_shell(model: StubOpenAI) -> None:
    def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "llmsql", "shell", "--official", *arguments],
            capture_output=True, text=True, env=child_environment(), timeout=CLI_SECONDS, check=False,
        )  # fmt: skip

    done = shell("shop.duckdb", "-csv", "-c", "FROM ask('revenue by region')")
    assert (done.returncode, done.stdout) == (0, "region,revenue\nN,11.0\nS,5.0\n"), done.stderr
    done = shell("nope.duckdb")
    assert done.returncode == 3 and done.stderr.startswith("error: There is no file nope.duckdb.")


def test_functions_over_rows(init_file: Path, model: StubOpenAI) -> None:
    model.answers = [model.good("true")]
    try:
        done = run_cli(
            init_file, "FROM served($$ SELECT id FROM orders WHERE ai_filter(region, 'is north') ORDER BY id $$)"
        )
        assert done.stdout.split() == ["id", "1", "2", "3"]
        usage = run_cli(init_file, "SELECT count(*) > 0 AS used FROM ai_usage()")
        assert usage.stdout.split() == ["used", "true"]
    finally:
        model.answers = [model.good(REVENUE)]


def test_ctrl_c_stops_the_server_while_a_client_waits(model: StubOpenAI, folder: Path) -> None:
    asked = len(model.requests)
    model.answers = [model.silent()]
    serving = subprocess.Popen(
        [sys.executable, "-m", "llmsql", "serve", "shop.duckdb", "--port", "0", "--write-init", "F.sql"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=child_environment(),
    )  # fmt: skip
    assert serving.stdout is not None
    assert serving.stdout.readline() == "duckdb -init F.sql\n"
    init_file = folder / "F.sql"
    assert init_file.stat().st_mode & 0o777 == 0o600
    token = init_file.read_text().split("TOKEN '")[1].split("'")[0]
    client = subprocess.Popen(
        [str(find_official()), "-init", "F.sql", "-c", "FROM ask('a question that hangs')"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    wait_until_asked(model, asked)
    running = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "llmsql serve shop.duckdb" in running and "-init F.sql" in running and token not in running
    serving.send_signal(signal.SIGINT)
    said = "".join(serving.communicate(timeout=CLI_SECONDS))
    told = client.communicate(timeout=CLI_SECONDS)[0]
    model.answers = [model.good(REVENUE)]
    assert serving.returncode == 0, said
    assert not init_file.exists()
    assert token not in said + told and "sk-test" not in said + told and "Traceback" not in said + told
    assert "at quack:localhost:" in said and "stub-1 writes the SQL" in said
    assert client.returncode == 1 and "Error" in told


@pytest.mark.parametrize("host", ["localhost", "no-such-host.invalid", "::1"])
def test_a_port_that_cannot_be_had(server: Server, host: str) -> None:
    port = server.address.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "llmsql", "serve", "shop.duckdb", "--host", host, "--port", port],
        capture_output=True, text=True, env=child_environment(), timeout=CLI_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"error: Port {port} of {host} cannot be had") and "--port 0" in done.stderr


def test_twice_in_one_process(server: Server) -> None:
    with pytest.raises(SourceError, match="is open in this process"):
        Server("shop.duckdb", port=0)


def test_a_long_statement_does_not_keep_the_server(model: StubOpenAI, folder: Path) -> None:
    asked = len(model.requests)
    serving = subprocess.Popen(
        [sys.executable, "-m", "llmsql", "serve", "shop.duckdb", "--port", "0", "--write-init", "F.sql"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=child_environment(),
    )  # fmt: skip
    assert serving.stdout is not None and serving.stdout.readline()
    endless = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b, ask(''a long one'')"
    client = subprocess.Popen(
        [str(find_official()), "-init", "F.sql", "-c", f"FROM served('{endless}')"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    wait_until_asked(model, asked)  # the question is asked before the statement runs
    time.sleep(2)
    serving.send_signal(signal.SIGTERM)
    said = "".join(serving.communicate(timeout=CLI_SECONDS))
    assert serving.returncode == 0 and "Traceback" not in said, said
    client.communicate(timeout=CLI_SECONDS)
    assert client.returncode == 1


def test_a_plain_duckdb_in_python_is_a_client_too(server: Server) -> None:
    with duckdb.connect() as con:
        for path in server._extensions:
            con.execute(f"LOAD '{path}'")
        con.execute(f"CREATE SECRET (TYPE quack, TOKEN '{server._token}', SCOPE '{server.address}')")
        rows = con.execute(f"FROM quack_query('{server.address}', 'FROM ask(''revenue by region'')')").fetchall()
    assert rows == [("N", 11.0), ("S", 5.0)]
