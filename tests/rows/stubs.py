"""A stub of an OpenAI-compatible server that does what row functions ask, by simple rules, and misbehaves on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.clients.stubs import StubOpenAI, send, send_stream


class StubModel(StubOpenAI):
    """Answers each kind of prompt: a filter is true of texts with ``yes`` in them, a class is the label that is named.

    Args:
        latency: seconds that each answer takes.

    Attributes:
        faults: called with the text of the row before it is answered; an answerer that it gives is used instead.
        most_at_once: calls that were in progress together at most.
    """

    def __init__(self, latency: float = 0.0) -> None:
        super().__init__()
        self.latency = latency
        self.faults: Callable[[str], Callable[..., None] | None] = lambda text: None
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    @property
    def texts(self) -> list[str]:
        """The last message of every chat request, in the order of their arrival."""
        return [body["messages"][-1]["content"] for path, _, body in list(self.requests) if "chat" in path]

    @property
    def embedded(self) -> list[str]:
        """Every text that was embedded."""
        return [text for path, _, body in list(self.requests) if "embeddings" in path for text in body["input"]]

    def post(self, handler: BaseHTTPRequestHandler, body: Any) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.latency:
                time.sleep(self.latency)
            if "embeddings" in handler.path:
                self._embed(handler, body)
            else:
                fault = self.faults(body["messages"][-1]["content"])
                (fault or self.good(self.answer(body)))(handler, body)
        finally:
            with self._lock:
                self._at_once -= 1

    def answer(self, body: Any) -> str:
        """What this model says."""
        system = next((m["content"] for m in body["messages"] if m["role"] == "system"), "")
        text = next(m["content"] for m in body["messages"] if m["role"] == "user")
        row = re.search(r"(?:\A|\n)Text: (.*?)(?:\n\n(?:Category|Sentiment|True or false|Rating)|\Z)", text, re.DOTALL)
        about = row.group(1) if row else text
        if system == "Answer with one word: true or false.":
            return self._formed(body, "true" if "yes" in about else "false")
        if "one word: yes or no" in system:
            return self._formed(body, "yes" if "yes" in text.split("Do the two")[0] else "no")
        if "Answer with one category" in system:
            labels = re.findall(r"^- ([^:\n]+)", text, re.MULTILINE)
            return self._formed(body, next((label for label in labels if label.lower() in about.lower()), labels[-1]))
        if "sentiment" in system:
            return self._formed(body, "negative" if "bad" in about else "positive")
        if "from 0, not at all, to 10" in system:
            return self._formed(body, str(min(10, len(about))))
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
        if schema:
            return json.dumps(self._value(schema, about))
        return f"[{len(text)}] {text[:40]}"

    @staticmethod
    def _formed(body: Any, word: str) -> str:
        return json.dumps({"answer": word}) if "response_format" in body else word

    def _value(self, schema: Any, about: str, name: str = "") -> Any:
        if "anyOf" in schema:
            return self._value(schema["anyOf"][0], about, name)
        if "enum" in schema:
            return next((value for value in schema["enum"] if str(value).lower() in about.lower()), schema["enum"][0])
        kind = schema.get("type")
        if kind == "object":
            return {key: self._value(value, about, key) for key, value in schema.get("properties", {}).items()}
        if kind == "array":
            items = schema["items"]
            if "enum" in items:
                return [value for value in items["enum"] if value.lower() in about.lower()]
            words = re.findall(r"[A-Z]\w+", about)
            return [self._value(items, word, "") for word in words[:3]]
        number = re.search(r"-?\d+(?:\.\d+)?", about)
        if kind in ("integer", "number"):
            found = float(number.group()) if number else 0.0
            return int(found) if kind == "integer" else found
        if kind == "boolean":
            return "yes" in about
        if schema.get("format") == "date":
            found_date = re.search(r"\d{4}-\d{2}-\d{2}", about)
            return found_date.group() if found_date else "2026-01-01"
        return about.split()[0] if about.split() else ""

    def _embed(self, handler: BaseHTTPRequestHandler, body: Any) -> None:
        data = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(body["input"])]
        usage = {"prompt_tokens": sum(len(text.split()) for text in body["input"]), "total_tokens": 0}
        send(handler, 200, {"object": "list", "model": body["model"], "data": data, "usage": usage})


def vector(text: str, length: int = 16) -> list[float]:
    """Texts with words in common have similar vectors."""
    values = [0.01] * length
    for word in text.lower().split():
        values[hashlib.md5(word.encode()).digest()[0] % length] += 1.0
    return values


__all__ = ["StubModel", "send", "send_stream", "vector"]
