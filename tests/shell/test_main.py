"""Flags, bad input, and what the process looks like from outside."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from llmsql.shell.main import main
from llmsql.sources import explain_failure
from tests.shell.conftest import Run
from tests.test_connection import child_environment

Shell = Callable[..., Run]


def spawn(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "llmsql", "shell", *arguments],
        input=stdin, capture_output=True, check=False, timeout=300, env={**child_environment(), **environment},
    )  # fmt: skip


def test_help_and_version(shell: Shell) -> None:
    done = shell("-help")
    assert done.code == 0 and "-readonly" in done.out and "FILENAME" in done.out
    assert shell("--help").out == shell("-h").out == done.out
    assert duckdb.__version__ in shell("-version").out


def test_wrong_flags(shell: Shell) -> None:
    assert shell("-jsno") == Run(2, "", "error: There is no option -jsno. Did you mean -json?\n")
    assert shell("-c") == Run(2, "", "error: -c needs COMMAND. Write it after it: -c …\n")
    assert shell("--csv", "--c", "select 1 a").out == "a\n1\n"


def test_init_file(shell: Shell) -> None:
    Path("~/.llmsqlrc").expanduser().write_text(".mode csv\nselect 'init' a;\n")
    assert shell("-c", "select 1 b").out == "a\r\ninit\r\nb\r\n1\r\n"
    assert "init" not in shell("-no-init", "-c", "select 1 b").out
    assert "init" not in shell("-init", os.devnull, "-c", "select 1 b").out
    Path("other").write_text("select * from nope;\n.mode json")
    done = shell("-init", "other", "-csv", "-c", "select 1 b")
    assert done.out == "b\n1\n"
    assert "nope" in done.err and "in other, line 1" in done.err
    assert "cannot be read: No such file or directory" in shell("-init", "missing", "-c", "select 1").err


def checksummed(block: bytes) -> bytes:
    """DuckDB's checksum of a block, which stands before it."""
    result = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        result ^= (word * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    return struct.pack("<Q", result) + block


def test_files_that_cannot_be_opened(shell: Shell) -> None:
    Path("folder").mkdir()
    for name in ("junk.duckdb", "junk.db"):
        Path(name).write_bytes(os.urandom(8192))
    duckdb.connect("new.duckdb").close()
    header = bytearray(Path("new.duckdb").read_bytes())
    Path("cut.duckdb").write_bytes(header[:6000])
    header[12:20] = struct.pack("<Q", 12345)
    Path("newer.duckdb").write_bytes(checksummed(bytes(header[8:4096])) + header[4096:])
    cases = {
        "folder": "folder is a folder.",
        "junk.duckdb": "junk.duckdb is no DuckDB database. Check the path",
        "junk.db": "junk.db is no DuckDB database. Check the path",
        "newer.duckdb": "newer.duckdb was written by a newer DuckDB (storage version 12345)",
        "https://example.com/x.duckdb": "https://example.com/x.duckdb is an address.",
        "no/such/folder/x.duckdb": "There is no folder no/such/folder.",
        "/proc/x.duckdb": "",
        "cut.duckdb": "",
        "x" * 5000: "",
        "nul\0byte": "",
    }
    for name, message in cases.items():
        done = shell(name, "-c", "select 1")
        assert (done.code, done.out) == (3, ""), name
        assert done.err.startswith(f"Error: {message}"), done.err
        assert done.err.count("\n") == 1
    assert shell("-readonly", "missing.duckdb", "-c", "select 1").err.startswith(
        "Error: There is no file missing.duckdb"
    )
    assert "in memory cannot be read-only" in shell("-readonly", "-c", "select 1").err


def test_a_sqlite_file_is_for_ask(hermetic: Path) -> None:
    failure = duckdb.IOException('IO Error: Failed to download extension "sqlite_scanner" at URL "http://x"')
    said = str(explain_failure("lite.db", failure, read_only=False))
    assert said.startswith("lite.db is of SQLite") and "`llmsql ask -d lite.db`" in said


def test_a_file_that_may_not_be_read(hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret.duckdb").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may read everything
    failure = duckdb.IOException('IO Error: Cannot open file "secret.duckdb": Permission denied')
    said = str(explain_failure("secret.duckdb", failure, read_only=False))
    assert said.startswith("secret.duckdb may not be read. ") and "-readonly" not in said


@pytest.mark.skipif(not os.path.isdir("/sys"), reason="no folder that even root cannot write to")
def test_a_folder_that_is_read_only(shell: Shell) -> None:
    assert shell("/sys/x.duckdb", "-c", "select 1").err.startswith("Error: /sys/x.duckdb may not be written to.")


def test_a_locked_file_names_the_process(shell: Shell) -> None:
    code = "import duckdb, sys; con = duckdb.connect('locked.duckdb'); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        holder.stdout.readline()
        done = shell("locked.duckdb", "-c", "select 1")
        holder.stdin.close()
    assert done.code == 3
    assert f"locked.duckdb is locked by process {holder.pid} (python" in done.err


def test_scripts_that_are_no_text(shell: Shell) -> None:
    Path("latin.sql").write_bytes(b"select 1;\nselect '\xe9';\n")
    message = "Error: latin.sql is not UTF-8: byte 0xe9 in line 2. Save it as UTF-8.\n"
    assert shell("-f", "latin.sql") == Run(1, "", message)
    assert shell("-c", ".read latin.sql", "-c", "select 1").err == message
    Path("bom.sql").write_bytes("\ufeffselect 'é' a;".encode())
    assert shell("-csv", "-f", "bom.sql").out == 'a\n"é"\n'
    assert "Is a directory" in shell("-f", ".").err


def test_ten_megabytes_of_one_statement(shell: Shell) -> None:
    Path("big.sql").write_text("select length('" + "x" * 10_000_000 + "') n;\nselect 2 n;\n")
    assert shell("-csv", "-f", "big.sql") == Run(0, "n\n10000000\nn\n2\n", "")


def test_ten_megabytes_that_are_no_statement() -> None:
    done = spawn("-csv", stdin=b"select length('" + b"x" * 10_000_000 + b"') frm n;\nselect 2 n;\n")
    assert (done.returncode, done.stdout) == (1, b"n\n2\n")
    assert b'syntax error at or near "n"' in done.stderr and len(done.stderr) < 1000


def test_stdin_goes_on_after_errors() -> None:
    done = spawn("-csv", stdin=b"select 1 a;\nselect * from nope;\n.bogus\nselect '\xe9' b;\nselect 3 c")
    assert done.returncode == 1
    assert done.stdout.decode() == "a\n1\nc\n3\n"
    assert b"Error: Line 4 is not UTF-8: byte 0xe9. Write it in UTF-8.\n" in done.stderr
    assert b"nope" in done.stderr and b".bogus" in done.stderr
    assert b"Traceback" not in done.stderr
    stopped = spawn("-csv", "-bail", stdin=b"select * from nope;\nselect 2 a;\n")
    assert (stopped.returncode, stopped.stdout) == (1, b"")


@pytest.mark.parametrize("flags", [(), ("-interactive",)])
def test_bytes_that_are_no_text_are_refused(flags: tuple[str, ...]) -> None:
    done = spawn(
        "-csv", *flags, stdin=b"create table t as\nselect '\xff' b;\nwhat is \xe9?\nselect 3 c;\n.tables \xfe\n"
    )
    assert done.stdout == b"c\n3\n"
    assert done.stderr.count(b"is not UTF-8: byte 0x") == 3 and b"bug" not in done.stderr
    assert b"Line 2 is not UTF-8: byte 0xff." in done.stderr
    given = spawn("-c", os.fsdecode(b"select '\xff'"))
    assert (given.returncode, given.stderr) == (1, b"Error: Line 1 is not UTF-8: byte 0xff. Write it in UTF-8.\n")


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m llmsql shell -csv -c 'from range(2000000)' | head -2"
    done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=300, env=child_environment())
    assert (done.stdout, done.stderr) == (b"range\n0\n", b"")


def test_no_terminal_no_escape_sequences() -> None:
    done = spawn("-interactive", stdin=b".tables\nselect null a;\n.exit 4\n", TERM="xterm-256color")
    assert done.returncode == 4
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"memory D " in done.stderr


def test_an_interactive_shell_outlives_a_bad_file() -> None:
    done = spawn("-interactive", ".", stdin=b".mode csv\nselect 42 a;\n")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [b"a", b"42"]
    assert b"Error: . is a folder." in done.stderr and b"in memory is open instead" in done.stderr


def test_the_command_line_hands_over(hermetic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from llmsql.cli import main as cli

    assert cli(["shell", "-csv", "-c", "select 1 a"]) == 0
    assert capsys.readouterr().out == "a\n1\n"
    assert main(["-batch", "-no-stdin"]) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="nothing that is always full")
def test_a_full_disk_is_no_bug(shell: Shell) -> None:
    for flags in (("-c", "select 1"), ("-csv", "-c", "from range(100000)", "-c", "select 1")):
        command = [sys.executable, "-m", "llmsql", "shell", *flags]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, env=child_environment())
        assert (done.returncode, done.stderr) == (1, b"error: The output cannot be written: No space left on device.\n")
    done = shell("-csv", "-cmd", ".output /dev/full", "-cmd", "from range(9999)", "-c", ".output", "-c", "select 2 a")
    assert done.err == "Error: Cannot write to /dev/full: No space left on device.\n"
    assert (done.code, done.out) == (1, "a\n2\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_closed_streams_are_no_bug(hermetic: Path) -> None:
    def run(tail: str) -> subprocess.CompletedProcess[bytes]:
        command = f"{sys.executable} -m llmsql shell -csv -c 'select 1 a' {tail}"
        return subprocess.run(command, shell=True, capture_output=True, check=False, env=child_environment())

    done = run(">&-")
    assert (done.returncode, done.stderr) == (
        2, b"error: Standard output is closed: there is nowhere to write to.\n",
    )  # fmt: skip
    done = run("-c 'select nope' 2>&-")
    assert (done.returncode, done.stdout) == (1, b"a\n1\n")


def test_exit_quit_and_help_need_no_dot() -> None:
    assert spawn("-csv", stdin=b"select 1 a;\nexit\nselect 2 a;\n").stdout == b"a\n1\n"
    assert spawn("-csv", stdin=b"select 1 a;\nQUIT;\nselect 2 a;\n").stdout == b"a\n1\n"
    assert b".tables" in spawn(stdin=b"help\n").stdout
    assert spawn("-csv", stdin=b"select 1 as\nexit\n;\n").stdout == b"exit\n1\n"
