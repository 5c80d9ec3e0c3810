from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from llmsql.shell.commands import COMMANDS, NOT_HERE, find_command
from llmsql.shell.session import ShellError
from tests.shell.conftest import Run

Shell = Callable[..., Run]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mode", "mode"),
        ("tab", "tables"),
        ("hea", "headers"),
        ("q", "quit"),
        ("mo", "mode"),
        ("ma", "maxrows"),
        ("sh", "shell"),
        ("h", "headers"),
        ("m", "mode"),
        ("d", "dump"),
        ("o", "output"),
        ("c", "cd"),
        ("s", None),
        ("ex", None),
        ("b", None),
    ],
)
def test_beginnings_of_names(name: str, found: str | None) -> None:
    if found is None:
        with pytest.raises(ShellError, match="is short for"):
            find_command(name)
    else:
        assert find_command(name).name == found


def test_unknown_commands_say_what_is_near(shell: Shell) -> None:
    done = shell("-c", ".tabels")
    assert (done.code, done.err) == (1, "Error: There is no command .tabels. Did you mean .tables?\n")


def test_commands_of_duckdb_that_are_not_here_are_refused(shell: Shell) -> None:
    for name in NOT_HERE:
        done = shell("-c", f".{name} on")
        assert (done.code, done.err) == (1, f"Error: .{name} is not in llmsql's shell. Type .help for what is.\n")
    for command in (".output -e", ".output -x", ".once -e"):
        assert shell("-c", command).err.startswith(f"Error: There is no option {command[-2:]}: ")
    assert list(Path.cwd().iterdir()) == []


def test_help_lists_every_command(shell: Shell) -> None:
    out = shell("-c", ".help").out
    assert all(f".{name} " in out for name in COMMANDS)
    assert "duckbox" in shell("-c", ".help mode").out
    assert "Did you mean" not in shell("-c", ".help nothing").out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_nonsense_is_refused_in_one_line(shell: Shell, name: str) -> None:
    if name in ("exit", "quit", "shell", "system", "print", "ask", "prompt", "output", "once", "pager", "edit", "fix"):
        pytest.skip("takes anything, or a terminal")
    done = shell("-c", f".{name} 'x y' \"z\" -q", "-c", "select 1")
    assert "Traceback" not in done.err and "bug in llmsql" not in done.err
    assert len(done.err.splitlines()) <= 1


def test_tables_are_boxes(shell: Shell) -> None:
    with duckdb.connect("shop.duckdb") as con:
        con.execute("CREATE TABLE orders(id INTEGER PRIMARY KEY, region VARCHAR); INSERT INTO orders VALUES (1, 'a')")
        con.execute("CREATE VIEW v AS FROM orders; CREATE SCHEMA s; CREATE TABLE s.other(x INTEGER[])")
    out = shell("shop.duckdb", "-c", ".tables").out
    assert "│     orders     │" in out
    assert "│ id     integer │" in out
    assert "1 rows" in out and "shop.s" in out and "integer[]" in out
    assert "orders" not in shell("shop.duckdb", "-c", ".tables oth%").out
    assert "shop.duckdb" in shell("shop.duckdb", "-c", ".databases").out


def test_output_goes_to_files_and_pipes(shell: Shell) -> None:
    done = shell(
        "-csv", "-c", ".output a.csv", "-c", "select 1 a", "-c", "select 2 a", "-c", ".output", "-c", ".once b.csv",
        "-c", "select 3 a", "-c", "select 4 a", "-c", ".once |tr a-z A-Z > c.txt", "-c", "select 'x' c",
    )  # fmt: skip
    assert (done.out, done.err) == ("a\n4\n", "")
    assert Path("a.csv").read_text() == "a\n1\na\n2\n"
    assert Path("b.csv").read_text() == "a\n3\n"
    assert Path("c.txt").read_text() == "C\nX\n"
    done = shell("-c", ".output /no/such/folder/x")
    assert done.err == "Error: Cannot write to /no/such/folder/x: No such file or directory.\n"
    assert (
        shell("-csv", "-c", ".output |true", "-c", "from range(100000)", "-c", ".output", "-c", "select 5 a").out
        == "a\n5\n"
    )


def test_timer_and_changes(shell: Shell) -> None:
    done = shell(
        "-csv", "-c", ".timer on", "-c", "select 1 a", "-c", ".changes on", "-c", "create table t as from range(3)"
    )
    assert "Run Time (s): real 0." in done.out and "user" in done.out and "sys" in done.out
    assert (
        "changes: 3"
        in shell("-c", "create table t(i int)", "-c", ".changes on", "-c", "insert into t from range(3)").out
    )


def test_open_keeps_the_old_database_when_the_new_one_fails(shell: Shell) -> None:
    Path("junk.duckdb").write_bytes(b"x" * 5000)
    done = shell("old.duckdb", "-c", "create table t as select 42 a", "-csv", "-c", ".open junk.duckdb")
    assert (
        done.err == "Error: junk.duckdb is no DuckDB database. Check the path, or restore the file from its backup.\n"
    )
    script = ".mode csv\n.open --readonly old.duckdb\nfrom t;\ncreate table u(i int);\n"
    Path("s.sql").write_text(script)
    done = shell("old.duckdb", "-f", "s.sql")
    assert done.out == "a\r\n42\r\n" and "read-only" in done.err
    assert shell("-c", ".open old.duckdb", "-csv", "-c", "from t").out == "a\n42\n"
    assert "is there already" in shell("-c", ".open --new old.duckdb").err


def test_safe_mode_is_one_way(shell: Shell) -> None:
    Path("f.csv").write_text("a\n1\n")
    for command in (".read f.csv", ".output x", ".open y", ".shell true", ".cd .", ".import f.csv t"):
        done = shell("-safe", "-c", command)
        assert (done.code, done.err) == (1, f"Error: {command.split()[0]} is not there in safe mode.\n")
    assert "disabled" in shell("-safe", "-c", "from 'f.csv'").err
    assert shell("-safe", "-c", "set enable_external_access = true").code == 1
    assert shell("-safe", "-csv", "-c", "select 1 a").out == "a\n1\n"


def test_last_result(shell: Shell) -> None:
    assert len(re.findall(r"│ +30 │", shell("-c", "from range(60)", "-c", ".last").out)) == 1
    assert shell("-c", ".last").err == "Error: There is no last result. Run a query first.\n"


def test_read_can_be_nested_but_not_endless(shell: Shell) -> None:
    Path("a.sql").write_text(".read b.sql\nselect 2 b;")
    Path("b.sql").write_text("select 1 a;")
    assert shell("-csv", "-c", ".read a.sql").out == "a\n1\nb\n2\n"
    Path("c.sql").write_text(".read c.sql")
    done = shell("-c", ".read c.sql")
    assert done.code == 1 and "is read by itself" in done.err


def test_exit_codes(shell: Shell) -> None:
    assert shell("-c", ".exit 7", "-c", "select 1") == Run(7, "", "")
    assert shell("-c", ".quit").code == 0


def test_shell_and_system(shell: Shell) -> None:
    assert shell("-c", ".shell exit 3").err == "Error: The command ended with code 3.\n"
    assert shell("-c", ".system true").code == 0
