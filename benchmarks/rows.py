"""Row functions beside what a user would pick else: ``python -m benchmarks.rows`` (alone on the machine).

Every contestant asks the same model, the in-process one behind its OpenAI-compatible port, about the same rows, through
a proxy on loopback that counts requests and tokens. Each runs in a process of its own; the others need a virtual
environment of theirs:

    python -m venv /tmp/rivals && /tmp/rivals/bin/pip install -r benchmarks/rivals/requirements.txt
    python -m benchmarks.rows --rivals /tmp/rivals/bin/python

``duckdb-llm-udf`` is not among them: it has no function over rows, only text to SQL. Also measured: the overhead of
the engine at 1,000,000 rows of 1,000 values with a model that answers at once, wall time against distinct inputs ×
latency ÷ concurrency, and choosing a label in one pass against writing it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import llmsql
from benchmarks.record import save
from llmsql.chat import Message
from llmsql.clients import GenerationRequest
from llmsql.rows.models import open_row_model
from llmsql.settings import load_settings

RIVALS = Path(__file__).parent / "rivals"
TEXTS = (
    ("I was charged twice for order 118, please send one payment back", "billing", True),
    ("The invoice shows the wrong VAT number", "billing", False),
    ("Please refund the annual plan, I cancelled in the trial", "billing", True),
    ("Why did the price go up on my last bill?", "billing", False),
    ("I want my money back for the broken lamp", "billing", True),
    ("The app closes when I open the settings", "bug", False),
    ("Saving a file shows error 500", "bug", False),
    ("The login page stays white in Firefox", "bug", False),
    ("Search finds nothing since the update", "bug", False),
    ("The export crashes with more than 1,000 rows, refund me", "bug", True),
    ("How do I add a second user?", "question", False),
    ("Where can I see my delivery date?", "question", False),
    ("Is there a student plan?", "question", False),
    ("Can I use the API with Python?", "question", False),
    ("How long do refunds take?", "question", False),
    ("Thank you, the new version is great", "praise", False),
    ("Best support that I ever had", "praise", False),
    ("Love the dark mode", "praise", False),
    ("The team solved it in minutes, wonderful", "praise", False),
    ("Five stars from all of us", "praise", False),
)
LABELS = ("billing", "bug", "question", "praise")
COPIES = 5
_UPSTREAM_TIMEOUT = 600


class Counter(BaseHTTPRequestHandler):
    """Passes requests on to the model's port and counts them."""

    upstream = ""
    key = ""
    delay = 0.0
    counts: dict[str, int]
    lock = threading.Lock()
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Forward, count, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = urllib.request.Request(self.upstream + self.path.removeprefix("/v1"), body)
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
        self.end_headers()
        self.wfile.write(payload)


class Instant(BaseHTTPRequestHandler):
    """A stand-in for a model: it answers ``yes`` after ``latency`` seconds."""

    latency = 0.0
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Wait, then answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.latency)
        choice = {"index": 0, "delta": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
        usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
        parts = [json.dumps(chunk), json.dumps(chunk | {"choices": [], "usage": usage}), "[DONE]"]
        payload = "".join(f"data: {part}\n\n" for part in parts).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", metavar="PYTHON", help="interpreter with benchmarks/rivals/requirements.txt")
    parser.add_argument(
        "--model", default="qwen2.5-coder-0.5b", help="a local model of the registry; default: %(default)s"
    )
    options = parser.parse_args()
    figures: dict[str, Any] = {
        "side_by_side": side_by_side(options.model, options.rivals),
        "overhead": overhead(),
        "concurrency": concurrency(),
        "one_pass": one_pass(options.model),
    }
    print(json.dumps(figures, indent=2))
    print(save("rows", figures))


def side_by_side(model: str, rivals: str | None) -> dict[str, Any]:
    """Calls, tokens, seconds and agreement with the labels, by contestant and task."""
    _, client, _ = open_row_model(load_settings({"model": model}), model)
    client.generate("hello", max_tokens=1)
    provider: Any = client._provider
    Counter.upstream, Counter.key = provider.server_url, provider.server_key
    server = _serve(Counter)
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    contestants = {"llmsql": sys.executable, "plain_udf": sys.executable}
    if rivals:
        contestants |= {"blendsql": rivals, "lotus": rivals}
    found: dict[str, Any] = {}
    try:
        for name, python in contestants.items():
            for task in ("filter", "classify", "filter_limit"):
                Counter.counts = {"calls": 0, "input_tokens": 0, "output_tokens": 0}
                job = {"task": task, "url": url, "rows": rows(), "labels": LABELS}
                done = subprocess.run(
                    [python, str(RIVALS / f"{name}_rows.py")], input=json.dumps(job), capture_output=True, text=True
                )
                if done.returncode:
                    found[f"{name} {task}"] = {"failed": done.stderr.strip().splitlines()[-1:]}
                    continue
                answer = json.loads(done.stdout.splitlines()[-1])
                found[f"{name} {task}"] = {
                    **Counter.counts,
                    "seconds": round(answer["seconds"], 2),
                    "agreement": agreement(task, answer["answers"]),
                }
                print(name, task, found[f"{name} {task}"], flush=True)
    finally:
        server.shutdown()
        client.close()
    return found


def rows() -> list[str]:
    """Every text several times, as columns of real tables have them."""
    return [text for _ in range(COPIES) for text, _, _ in TEXTS]


def agreement(task: str, answers: list[Any]) -> float:
    """Share of answers that are as labelled; of the rows returned, where a limit leaves the others out."""
    topics = {text: topic for text, topic, _ in TEXTS}
    refunds = {text: refund for text, _, refund in TEXTS}
    if task == "filter_limit":
        return round(sum(refunds[text] for text in answers) / max(1, len(answers)), 3)
    right = topics if task == "classify" else refunds
    pairs = list(zip(rows(), answers, strict=True))
    return round(sum(right[text] == answer for text, answer in pairs) / len(pairs), 3)


def overhead() -> dict[str, float]:
    """Microseconds a row beyond the model: 1,000,000 rows of 1,000 values, answered at once."""
    with _instant(0.0) as url, llmsql.connect(provider="vllm", model="m", base_url=url) as con:
        con.execute("CREATE TABLE t AS SELECT 'text ' || (i % 1000) AS body FROM range(1000000) r(i)").fetchall()
        con.execute("SELECT count(*) FROM (SELECT DISTINCT body FROM t) WHERE ai_filter(body, 'c')").fetchall()
        started = time.perf_counter()
        con.execute("SELECT count(*) FROM t WHERE ai_filter(body, 'c')").fetchall()
        return {"microseconds_a_row": round(time.perf_counter() - started, 3), "goal": 20.0}


def concurrency() -> dict[str, float]:
    """Wall time over distinct inputs × latency ÷ concurrency, at 320 inputs of 0.5 s."""
    with _instant(0.5) as url, llmsql.connect(provider="vllm", model="m", base_url=url, concurrency=16) as con:
        con.execute("SELECT ai_filter('warm', 'c')").fetchall()
        started = time.perf_counter()
        con.execute("SELECT count(*) FROM range(320) r(i) WHERE ai_filter('text ' || i, 'c')").fetchall()
        return {"ratio": round((time.perf_counter() - started) / (320 * 0.5 / 16), 3), "goal": 1.1}


def one_pass(model: str) -> dict[str, Any]:
    """Choosing a label by a grammar in one pass against writing it freely: seconds a text, share of right labels."""
    _, client, _ = open_row_model(load_settings({"model": model}), model)
    found: dict[str, Any] = {}
    listed = "\n".join(f"- {label}" for label in LABELS)
    for name, choices in (("one_pass", LABELS), ("written", ())):
        started, right = time.perf_counter(), 0
        for text, topic, _ in TEXTS:
            messages = (
                Message(
                    "system", "You sort texts into categories. Answer with one category, exactly as it is written."
                ),
                Message("user", f"Categories:\n{listed}\n\nText: {text}\n\nCategory:"),
            )
            answer = client.generate(GenerationRequest(messages, max_tokens=16, choices=choices)).text
            right += answer.strip().strip("-. ").casefold() == topic
        seconds = (time.perf_counter() - started) / len(TEXTS)
        found[name] = {"seconds_a_text": round(seconds, 3), "agreement": round(right / len(TEXTS), 3)}
    client.close()
    return found


class _instant:
    def __init__(self, latency: float) -> None:
        self._handler = type("Handler", (Instant,), {"latency": latency})

    def __enter__(self) -> str:
        self._server = _serve(self._handler)
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


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
