"""Row functions beside what a user would pick else: ``python -m benchmarks.rows`` (alone on the machine).

Every contestant asks the same model, the in-process one behind its OpenAI-compatible port, about the same rows, through
a proxy on loopback that counts requests and tokens. Each runs in a process of its own; with ``--folder`` those that
must be installed are, each into a virtual environment of its own. One that cannot be had, or fails, is a line in the
figures that says why. ``duckdb-llm-udf`` has no function over rows, only text to SQL: it is asked one question about
all of them, and its SQL is run. Agreement is with labels written by hand.

Also measured: the overhead of the engine at 1,000,000 rows of 1,000 values with a model that answers at once, wall time
against distinct inputs × latency ÷ concurrency, and choosing a label in one pass against writing it.

``--stand-in`` tries all of this with answers by rule instead of a model, and saves nothing: its calls are true, its
times and agreement say nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import zip_longest
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import llmsql
from benchmarks.environments import LLMUDF, installed
from benchmarks.record import save
from llmsql.chat import Message
from llmsql.clients import GenerationRequest
from llmsql.rows.models import open_row_model
from llmsql.settings import load_settings

RIVALS = Path(__file__).parent / "rivals"
READY = ("llmsql", "plain_udf")
"""Contestants that need nothing more than we do."""
REQUIREMENTS = {
    "blendsql": ("blendsql", "litellm", "pandas"),
    "lotus": ("lotus-ai==1.2.4", "pandas", "torch==2.13.0"),
    "llmudf": LLMUDF,
}
"""Those that have to be installed."""
TASKS = ("filter", "classify", "filter_limit")
TEXTS = (
    ("I was charged twice for order 118, please send one payment back", "billing", True),
    ("The app closes when I open the settings", "bug", False),
    ("How do I add a second user?", "question", False),
    ("Thank you, the new version is great", "praise", False),
    ("The invoice shows the wrong VAT number", "billing", False),
    ("Saving a file shows error 500", "bug", False),
    ("Where can I see my delivery date?", "question", False),
    ("Best support that I ever had", "praise", False),
    ("Please refund the annual plan, I cancelled in the trial", "billing", True),
    ("The login page stays white in Firefox", "bug", False),
    ("Is there a student plan?", "question", False),
    ("Love the dark mode", "praise", False),
    ("Why did the price go up on my last bill?", "billing", False),
    ("Search finds nothing since the update", "bug", False),
    ("Can I use the API with Python?", "question", False),
    ("The team solved it in minutes, wonderful", "praise", False),
    ("I want my money back for the broken lamp", "billing", True),
    ("The export crashes with more than 1,000 rows, refund me", "bug", True),
    ("How long do refunds take?", "question", False),
    ("Five stars from all of us", "praise", False),
    ("My card was declined but the money is gone from my account", "billing", False),
    ("Since Tuesday the calendar shows every event twice", "bug", False),
    ("Which file types can be imported?", "question", False),
    ("The refund was quick and friendly, thank you", "praise", False),
    ("You billed me after I closed my account; give that money back", "billing", True),
    ("The refund button does nothing when I press it", "bug", False),
    ("Do you ship to Norway?", "question", False),
    ("My whole office uses it now and nobody wants to go back", "praise", False),
    ("Can you send the receipt for March again, the amount on it is wrong", "billing", False),
    ("Photos are uploaded upside down", "bug", False),
    ("What is the difference between Pro and Team?", "question", False),
    ("Finally an update that makes things easier", "praise", False),
    ("I never got the coupon that the checkout promised, take it off the bill", "billing", False),
    ("Push messages arrive a day late on Android", "bug", False),
    ("Is there a way to change the language?", "question", False),
    ("Worth every cent", "praise", False),
    ("The parcel came empty and I expect my 40 euros to be returned", "billing", True),
    ("It froze again and I lost an hour of work, I want what I paid back", "bug", True),
    ("Who do I write to about a job?", "question", False),
    ("Your tutorial videos are a joy to watch", "praise", False),
)
"""A text, its topic, and whether it asks for money back: written and labelled by hand, not by a model."""
LABELS = ("billing", "bug", "question", "praise")
SPAWN = multiprocessing.get_context("spawn")
_UPSTREAM_TIMEOUT = 600
_TASK_TIMEOUT = 600


class Counter(BaseHTTPRequestHandler):
    """Passes requests on to the model's port and counts them."""

    upstream = ""
    key = ""
    counts: dict[str, int]
    lock = threading.Lock()
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # as StandIn

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Forward, count, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = urllib.request.Request(self.upstream + self.path, body)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {self.key}")
        with urllib.request.urlopen(request, timeout=_UPSTREAM_TIMEOUT) as answer:
            payload, kind = answer.read(), answer.headers.get("Content-Type", "application/json")
        usage = _usage(payload)
        with self.lock:
            self.counts["calls"] += 1
            self.counts["input_tokens"] += usage.get("prompt_tokens", 0)
            self.counts["output_tokens"] += usage.get("completion_tokens", 0)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        with suppress(ConnectionError):  # who asked has given up
            self.end_headers()
            self.wfile.write(payload)


class StandIn(BaseHTTPRequestHandler):
    """Answers by rule instead of a model, after ``latency`` seconds: all is true, or of the first label."""

    latency = 0.0
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or the second of two writes waits 40 ms for the first one's receipt

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Wait, then answer, as a stream where one is asked for."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        time.sleep(self.latency)
        asked = " ".join(str(message["content"]) for message in body["messages"])
        word = LABELS[0] if all(label in asked for label in LABELS) else "yes"
        word = "SELECT true FROM t" if "SQL Query:" in asked else word
        usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
        answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "usage": usage}
        said = {"role": "assistant", "content": word}
        if body.get("stream"):
            chunk = answer | {"object": "chat.completion.chunk", "usage": None}
            choice = {"index": 0, "delta": said, "finish_reason": "stop"}
            parts = [chunk | {"choices": [choice]}, chunk | {"choices": [], "usage": usage}]
            payload = "".join(f"data: {json.dumps(part)}\n\n" for part in parts) + "data: [DONE]\n\n"
        else:
            payload = json.dumps(answer | {"choices": [{"index": 0, "message": said, "finish_reason": "stop"}]})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if body.get("stream") else "application/json")
        self.send_header("Content-Length", str(len(payload.encode())))
        self.end_headers()
        self.wfile.write(payload.encode())


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the rivals' environments are, and are made when missing")
    parser.add_argument(
        "--model", default="qwen2.5-coder-0.5b", help="a local model of the registry; default: %(default)s"
    )
    parser.add_argument("--texts", type=int, default=len(TEXTS), help="how many of the texts; default: all %(default)s")
    parser.add_argument("--copies", type=int, default=2, help="of each of them; default: %(default)s")
    parser.add_argument("--rows", type=int, default=1_000_000, help="to measure overhead at; default: %(default)s")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[*READY, *REQUIREMENTS],
        help="and save nothing; default: all, saved with a --folder",
    )
    parser.add_argument("--stand-in", action="store_true", help="try the benchmark without a model; save nothing")
    options = parser.parse_args(arguments)
    python, missing = environments(options.folder, options.only or [*READY, *REQUIREMENTS])
    figures: dict[str, Any] = {"model": "none, answers by rule" if options.stand_in else options.model}
    asked = rows(options.texts, options.copies)
    figures["rows"], figures["distinct_texts"] = len(asked), len(set(asked))
    with _served(options.model, options.stand_in) as (url, key):
        figures["side_by_side"] = side_by_side(url, key, python, asked) | missing
    figures["overhead"] = overhead(options.rows)
    figures["concurrency"] = concurrency()
    if not options.stand_in:
        figures["one_pass"] = one_pass(options.model, options.texts)
        print(save("rows", figures, part=options.only is not None or options.folder is None))
    print(json.dumps(figures, indent=2))
    return figures


def environments(folder: Path | None, chosen: Sequence[str]) -> tuple[dict[str, Path | str], dict[str, Any]]:
    """The Python of each contestant that was chosen, and of those that cannot be had the reason."""
    python: dict[str, Path | str] = {name: sys.executable for name in READY if name in chosen}
    missing: dict[str, Any] = {}
    for rival, requirements in REQUIREMENTS.items():
        if rival not in chosen:
            continue
        if folder is None:
            missing[rival] = {"missing": "not asked for: name a --folder"}
            continue
        try:
            python[rival] = installed(rival, requirements, folder)
        except subprocess.CalledProcessError as error:
            missing[rival] = {"missing": f"cannot be installed: {_last_line(error.stderr)}"}
    return python, missing


def side_by_side(url: str, key: str, python: Mapping[str, Path | str], asked: Sequence[str]) -> dict[str, Any]:
    """Calls, tokens, seconds and agreement with the labels, by contestant and task, and each one's version.

    Args:
        url: of the model's server, without ``/v1``.
        key: that it wants.
        python: the interpreter of each contestant.
        asked: the rows.
    """
    Counter.upstream, Counter.key = url, key
    server = _serve(Counter)
    counted = f"http://127.0.0.1:{server.server_address[1]}/v1"
    found: dict[str, Any] = {}
    try:
        for name in python:
            for task in TASKS:
                Counter.counts = {"calls": 0, "input_tokens": 0, "output_tokens": 0}
                job = {"task": task, "url": counted, "rows": asked, "labels": LABELS}
                found[f"{name} {task}"] = _done(str(python[name]), name, job) | Counter.counts
                print(name, task, found[f"{name} {task}"], file=sys.stderr, flush=True)
    finally:
        server.shutdown()
        server.server_close()
    return found


def _done(python: str, name: str, job: dict[str, Any]) -> dict[str, Any]:
    """Seconds and agreement of a contestant, or why it failed."""
    command = [python, str(RIVALS / f"{name}_rows.py")]
    try:
        done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, timeout=_TASK_TIMEOUT)
    except subprocess.TimeoutExpired:
        return {"failed": f"no answer within {_TASK_TIMEOUT} s"}
    if done.returncode:
        return {"failed": _last_line(done.stderr)}
    answer = json.loads(done.stdout.splitlines()[-1])
    return {
        "version": answer["version"],
        "seconds": round(answer["seconds"], 2),
        "agreement": agreement(job["task"], job["rows"], answer["answers"]),
    }


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1][:300]


def rows(texts: int, copies: int) -> list[str]:
    """The first of the texts several times, as columns of real tables have them."""
    return [text for _ in range(copies) for text, _, _ in TEXTS[:texts]]


def agreement(task: str, asked: Sequence[str], answers: Sequence[Any]) -> float:
    """Share of answers that are as labelled, a missing one counting as wrong; under a limit, of the rows returned.

    It is the mean over the labels, so that one answer for every text gets no more than its share of them.
    """
    if task == "filter_limit":
        refunds = [text for text, _, refund in TEXTS if refund]
        return round(sum(answer in refunds for answer in answers) / max(1, len(answers)), 3)
    labelled = {text: topic if task == "classify" else refund for text, topic, refund in TEXTS}
    right: dict[Any, list[bool]] = {}
    for text, answer in zip_longest(asked, answers[: len(asked)]):
        right.setdefault(labelled[text], []).append(answer == labelled[text])
    return round(sum(sum(hits) / len(hits) for hits in right.values()) / len(right), 3)


def overhead(count: int) -> dict[str, float]:
    """Microseconds a row beyond the model: rows of 1,000 values, answered at once."""
    with _standing_in(0.0) as url, llmsql.connect(provider="vllm", model="m", base_url=url) as con:
        con.execute(f"CREATE TABLE t AS SELECT 'text ' || (i % 1000) AS body FROM range({count}) r(i)").fetchall()
        con.execute("SELECT count(*) FROM (SELECT DISTINCT body FROM t) WHERE ai_filter(body, 'c')").fetchall()
        started = time.perf_counter()
        con.execute("SELECT count(*) FROM t WHERE ai_filter(body, 'c')").fetchall()
        seconds = time.perf_counter() - started
        return {"rows": count, "microseconds_a_row": round(seconds * 1e6 / count, 3), "goal": 20.0}


def concurrency() -> dict[str, float]:
    """Wall time over distinct inputs × latency ÷ concurrency, at 320 inputs of 0.5 s."""
    with _standing_in(0.5) as url, llmsql.connect(provider="vllm", model="m", base_url=url, concurrency=16) as con:
        con.execute("SELECT ai_filter('warm', 'c')").fetchall()
        started = time.perf_counter()
        con.execute("SELECT count(*) FROM range(320) r(i) WHERE ai_filter('text ' || i, 'c')").fetchall()
        return {"ratio": round((time.perf_counter() - started) / (320 * 0.5 / 16), 3), "goal": 1.1}


def one_pass(model: str, texts: int) -> dict[str, Any]:
    """Choosing a label by a grammar in one pass against writing it freely: seconds a text, share of right labels."""
    _, client, _ = open_row_model(load_settings({"model": model}), model)
    client.generate("hello", max_tokens=1)  # loads it
    found: dict[str, Any] = {}
    listed = "\n".join(f"- {label}" for label in LABELS)
    for name, choices in (("one_pass", LABELS), ("written", ())):
        started, right = time.perf_counter(), 0
        for text, topic, _ in TEXTS[:texts]:
            messages = (
                Message(
                    "system", "You sort texts into categories. Answer with one category, exactly as it is written."
                ),
                Message("user", f"Categories:\n{listed}\n\nText: {text}\n\nCategory:"),
            )
            answer = client.generate(GenerationRequest(messages, max_tokens=16, choices=choices)).text
            right += answer.strip().strip("-. ").casefold() == topic
        seconds = (time.perf_counter() - started) / texts
        found[name] = {"seconds_a_text": round(seconds, 3), "agreement": round(right / texts, 3)}
    client.close()
    return found


@contextmanager
def _standing_in(latency: float) -> Iterator[str]:
    """Address of a stand-in, in a process of its own: its work is not to hold up who asks it."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=_stand_in, args=(latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/v1"
    finally:
        process.terminate()
        process.join()


def _stand_in(latency: float, port: Connection) -> None:
    server = _serve(type("Handler", (StandIn,), {"latency": latency}))
    port.send(server.server_address[1])
    threading.Event().wait()


@contextmanager
def _served(model: str, stand_in: bool) -> Iterator[tuple[str, str]]:
    """Address, without ``/v1``, and key of a server of the model."""
    if stand_in:
        with _standing_in(0.0) as url:
            yield url.removesuffix("/v1"), "none"
        return
    _, client, _ = open_row_model(load_settings({"model": model}), model)
    try:
        client.generate("hello", max_tokens=1)
        provider: Any = client._provider
        yield provider.server_url.removesuffix("/v1"), provider.server_key
    finally:
        client.close()


def _serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _usage(payload: bytes) -> dict[str, int]:
    """Token counts of a whole or a streamed answer."""
    text = payload.decode("utf-8", "replace")
    parts = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {")] or [text]
    for part in reversed(parts):
        try:
            usage = json.loads(part).get("usage")
        except ValueError:
            continue
        if usage:
            return dict(usage)
    return {}


if __name__ == "__main__":
    main()
