"""Stub servers on loopback: they speak a provider's documented protocol and misbehave on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class _QuietServer(ThreadingHTTPServer):
    """Clients hang up in some tests, on purpose: that is no news."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class StubServer:
    """Answers from a queue; the last answer stays.

    ``requests`` is what came in, as (path, headers, body), and ``callers`` the address that each came from.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.callers: list[Any] = []
        self.answers: list[Callable[[BaseHTTPRequestHandler, Any], None]] = []
        self.released = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                stub.get(self)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
                stub.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                stub.callers.append(self.client_address)
                try:
                    stub.post(self, body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 404, {"error": "no such page"})

    def post(self, handler: BaseHTTPRequestHandler, body: Any) -> None:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer(handler, body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """One whole answer; a string is sent as it is."""
    payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(payload)))
    handler.end_headers()
    handler.wfile.write(payload)


def send_stream(handler: BaseHTTPRequestHandler, kind: str, parts: Iterator[str], *, whole: bool = True) -> None:
    """An answer in HTTP chunks; ``whole=False`` cuts the connection before the last chunk."""
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for part in parts:
        payload = part.encode()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(payload), payload))
        handler.wfile.flush()
    if whole:
        handler.wfile.write(b"0\r\n\r\n")
    else:
        handler.close_connection = True


class StubOpenAI(StubServer):
    """``/v1/chat/completions`` as server-sent events, and its faults."""

    def good(self, text: str = "SELECT 1", finish: str = "stop") -> Callable[..., None]:
        def answer(handler: BaseHTTPRequestHandler, body: Any) -> None:
            send_stream(handler, "text/event-stream", self._events(text, finish))

        return answer

    def cut(self) -> Callable[..., None]:
        """Two words, then the connection breaks."""

        def answer(handler: BaseHTTPRequestHandler, body: Any) -> None:
            send_stream(handler, "text/event-stream", iter(list(self._events("SELECT 1", "stop"))[:2]), whole=False)

        return answer

    def status(self, code: int, body: Any, headers: dict[str, str] | None = None) -> Callable[..., None]:
        return lambda handler, _: send(handler, code, body, headers)

    def silent(self) -> Callable[..., None]:
        """Takes the request and says nothing until the test is over."""

        def answer(handler: BaseHTTPRequestHandler, body: Any) -> None:
            self.released.wait(30)
            handler.close_connection = True

        return answer

    def echo_key(self, code: int) -> Callable[..., None]:
        """Repeats the key that it was given, as some servers do."""

        def answer(handler: BaseHTTPRequestHandler, body: Any) -> None:
            key = handler.headers.get("Authorization", "")
            send(handler, code, {"error": {"message": f"Bad key {key} in request", "code": "x", "type": key}})

        return answer

    @staticmethod
    def _events(text: str, finish: str) -> Iterator[str]:
        def event(**fields: Any) -> str:
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", **fields}
            return f"data: {json.dumps(chunk)}\n\n"

        for word in text.split(" "):
            logprobs = {"content": [{"token": word, "logprob": -0.5, "bytes": None, "top_logprobs": []}]}
            delta = {"content": word if word == text.split(" ")[0] else f" {word}"}
            yield event(choices=[{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": None}])
        yield event(choices=[{"index": 0, "delta": {}, "finish_reason": finish}])
        usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        yield event(choices=[], usage={**usage, "prompt_tokens_details": {"cached_tokens": 400}})
        yield "data: [DONE]\n\n"


class StubOllama(StubServer):
    """``/api/chat`` as newline-delimited JSON and ``/api/tags``; it holds one model, ``sqlcoder:1b``."""

    model = "sqlcoder:1b"
    fault: Callable[[BaseHTTPRequestHandler], None] | None = None
    done_reason = "stop"

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/api/tags":
            send(handler, 200, {"models": [{"model": self.model, "name": self.model}]})
        else:
            super().get(handler)

    def post(self, handler: BaseHTTPRequestHandler, body: Any) -> None:
        if self.fault is not None:
            self.fault(handler)
        elif body["model"] != self.model:
            send(handler, 404, {"error": f'model "{body["model"]}" not found, try pulling it first'})
        else:
            send_stream(handler, "application/x-ndjson", self._lines())

    def _lines(self) -> Iterator[str]:
        base = {"model": self.model, "created_at": "2026-01-01T00:00:00Z"}
        for word in ("SELECT", " 1"):
            yield json.dumps({**base, "message": {"role": "assistant", "content": word}, "done": False}) + "\n"
        last = {"done": True, "done_reason": self.done_reason, "prompt_eval_count": 30, "eval_count": 4}
        yield json.dumps({**base, "message": {"role": "assistant", "content": ""}, **last}) + "\n"
