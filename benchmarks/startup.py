"""How long it takes until one can type: ``python -m benchmarks.startup``.

Each command is started ``RUNS`` times in turn with the others, so that a busy moment hits all of them alike; the figure
is the median. One start of each before that is not counted: it compiles what an installation has compiled already. A
prompt is there when the terminal has received its last character. Programs that are not installed are left out:
``pip install duckdb-cli harlequin`` (harlequin may want an environment of its own: ``--harlequin PATH``).
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.record import save

RUNS = 11
GIVE_UP_SECONDS = 30.0
_TERMINAL_ANSWERS = {
    b"\x1b[6n": b"\x1b[1;1R",  # where is the cursor?
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x07",  # what is the background?
    b"\x1b[c": b"\x1b[?1;2c",  # what can you do?
}


def run_to_end(command: list[str]) -> Callable[[], float]:
    """Seconds until a command has ended."""

    def measure() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - started

    return measure


def run_to_prompt(command: list[str], prompt: bytes) -> Callable[[], float]:
    """Seconds until a command in a terminal has written its prompt."""

    def measure() -> float:
        started = time.perf_counter()
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execvp(command[0], command)
        seen = b""
        try:
            while prompt not in seen:
                left = started + GIVE_UP_SECONDS - time.perf_counter()
                if left <= 0 or not select.select([terminal], [], [], left)[0]:
                    raise TimeoutError(f"no prompt from {' '.join(command)} in {GIVE_UP_SECONDS:g} s")
                chunk = os.read(terminal, 65536)
                seen += chunk
                for asked, answer in _TERMINAL_ANSWERS.items():
                    if asked in chunk:
                        os.write(terminal, answer)
            return time.perf_counter() - started
        finally:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            os.close(terminal)

    return measure


def measurements(harlequin: str | None) -> dict[str, Callable[[], float]]:
    """What is measured, by name."""
    python = sys.executable
    duckdb = Path(python).with_name("duckdb")
    found: dict[str, Callable[[], float]] = {
        "python -c pass": run_to_end([python, "-c", "pass"]),
        "python -c 'import duckdb'": run_to_end([python, "-c", "import duckdb"]),
        "python -c 'import duckdb, llmsql'": run_to_end([python, "-c", "import duckdb, llmsql"]),
        "llmsql --help": run_to_end([python, "-m", "llmsql", "--help"]),
        "llmsql shell -c 'select 1'": run_to_end([python, "-m", "llmsql", "shell", "-no-init", "-c", "select 1"]),
        "llmsql shell, to the prompt": run_to_prompt([python, "-m", "llmsql", "shell", "-no-init"], b"memory\x1b[0m D"),
    }
    if duckdb.exists():
        found["duckdb -c 'select 1'"] = run_to_end([str(duckdb), "-no-init", "-c", "select 1"])
        found["duckdb, to the prompt"] = run_to_prompt([str(duckdb), "-no-init"], b" D ")
    harlequin = harlequin or shutil.which("harlequin")
    if harlequin is not None:
        found["harlequin --help"] = run_to_end([harlequin, "--help"])
        found["harlequin, to its query editor"] = run_to_prompt([harlequin], b"Query Editor")
    return found


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--harlequin", metavar="PATH", help="the harlequin command, where it is not in PATH")
    parser.add_argument("--runs", type=int, default=RUNS, help="starts of each command; default: %(default)s")
    options = parser.parse_args()
    found = measurements(options.harlequin)
    seconds: dict[str, list[float]] = {name: [] for name in found}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for run in range(options.runs + 1):
        for name, measure in list(found.items()):
            try:
                took = measure()
                if run > 0:
                    seconds[name].append(took)
            except (TimeoutError, OSError, subprocess.SubprocessError) as error:
                print(f"{name}: left out, {error}", file=sys.stderr)
                del found[name], seconds[name]
    figures = {f"{name} (ms)": round(statistics.median(times) * 1000) for name, times in seconds.items()}
    for name, milliseconds in figures.items():
        print(f"{milliseconds:>6}  {name}")
    print(save("startup", {"runs": options.runs, **figures}))


if __name__ == "__main__":
    main()
