from __future__ import annotations

import inspect
import threading
import time
import traceback
from typing import Any

import ollama
import pytest

from llmsql.clients import LLMClient
from llmsql.clients.ollama import FAULTS
from llmsql.errors import (
    CancelledError,
    LLMSQLError,
    ModelNotFoundError,
    ProviderAuthError,
    ProviderConnectionError,
    ProviderRateLimitError,
    ProviderResponseError,
    ProviderTimeoutError,
)
from tests.clients.conftest import SECRET
from tests.clients.stubs import StubOllama, send, send_stream


def client(stub: StubOllama, model: str = StubOllama.model, **options: Any) -> LLMClient:
    return LLMClient("ollama", model, base_url=stub.url, **{"max_retries": 0, **options})


def test_an_answer_carries_text_and_counts(stub_ollama: StubOllama) -> None:
    with client(stub_ollama, n_ctx=2048, keep_alive="5m") as opened:
        answer = opened.generate("q", max_tokens=9, stop=[";"])
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("SELECT 1", 30, 4)
    assert answer.cost_usd == 0.0
    path, _, body = stub_ollama.requests[0]
    assert (path, body["keep_alive"], body["stream"]) == ("/api/chat", "5m", True)
    assert body["options"] == {"num_ctx": 2048, "num_predict": 9, "temperature": 0.0, "stop": [";"]}


def test_the_context_is_always_sent(stub_ollama: StubOllama) -> None:
    with client(stub_ollama) as opened:
        opened.generate("q")
    assert stub_ollama.requests[0][2]["options"]["num_ctx"] == 8192


def test_the_address_comes_from_the_environment(stub_ollama: StubOllama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", stub_ollama.url.removeprefix("http://"))
    with LLMClient("ollama", StubOllama.model) as opened:
        assert opened.server_url == stub_ollama.url
        assert opened.generate("q").text == "SELECT 1"


def test_a_missing_model_names_the_command_that_fetches_it(stub_ollama: StubOllama) -> None:
    with client(stub_ollama, "other") as opened, pytest.raises(ModelNotFoundError, match="Run `ollama pull other`"):
        opened.generate("q")


def test_an_answer_that_hit_the_limit_says_so(stub_ollama: StubOllama) -> None:
    stub_ollama.done_reason = "length"
    with client(stub_ollama) as opened:
        assert opened.generate("q").truncated


def line(text: str) -> Any:
    return lambda handler: send_stream(handler, "application/x-ndjson", iter([text]))


FAULTY: dict[str, tuple[Any, type[LLMSQLError], bool]] = {
    "401": (lambda h: send(h, 401, {"error": h.headers["authorization"]}), ProviderAuthError, False),
    "429": (lambda h: send(h, 429, {"error": h.headers["authorization"]}), ProviderRateLimitError, True),
    "500": (lambda h: send(h, 500, {"error": h.headers["authorization"]}), ProviderResponseError, True),
    "400": (lambda h: send(h, 400, {"error": h.headers["authorization"]}), ProviderResponseError, False),
    "error in the stream": (line('{"error": "out of memory"}\n'), ProviderResponseError, False),
    "not JSON": (line("<html>\n"), ProviderResponseError, True),
    "other shape": (line('{"message": 3}\n'), ProviderResponseError, False),
    "ends early": (
        line('{"message": {"role": "assistant", "content": "S"}, "done": false}\n'),
        ProviderResponseError,
        True,
    ),
    "cut": (
        lambda h: send_stream(h, "application/x-ndjson", iter(['{"message": {"role": "a"}}\n']), whole=False),
        ProviderConnectionError,
        True,
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_every_fault_is_one_clear_line_without_the_key(name: str, stub_ollama: StubOllama) -> None:
    stub_ollama.fault, expected, retryable = FAULTY[name]
    with client(stub_ollama, api_key=SECRET) as opened, pytest.raises(expected) as caught:
        opened.generate("q")
    assert type(caught.value) is expected
    assert getattr(caught.value, "retryable", False) == retryable
    assert "\n" not in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_server_that_is_not_there_says_how_to_start_it() -> None:
    with (
        LLMClient("ollama", "m", base_url="http://127.0.0.1:9", max_retries=0) as opened,
        pytest.raises(ProviderConnectionError, match="ollama serve"),
    ):
        opened.generate("q")


def test_a_silent_server_runs_into_the_time_limit(stub_ollama: StubOllama) -> None:
    stub_ollama.fault = lambda handler: (stub_ollama.released.wait(30), None)[1]
    with client(stub_ollama) as opened, pytest.raises(ProviderTimeoutError):
        opened.generate("q", timeout=0.3)


def test_a_cancelled_call_returns_soon(stub_ollama: StubOllama) -> None:
    stub_ollama.fault = lambda handler: (stub_ollama.released.wait(30), None)[1]
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    began = time.monotonic()
    with client(stub_ollama) as opened, pytest.raises(CancelledError):
        opened.generate("q", cancel=cancel, timeout=20.0)
    assert time.monotonic() - began < 10.0


def test_every_exception_of_the_sdk_is_in_the_table() -> None:
    errors = [cls for _, cls in inspect.getmembers(ollama, inspect.isclass) if issubclass(cls, Exception)]
    assert errors
    for cls in errors:
        assert any(base.__name__ in FAULTS for base in cls.__mro__), f"{cls.__name__} is not mapped"
