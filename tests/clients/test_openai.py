from __future__ import annotations

import inspect
import json
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import openai
import pytest

from llmsql.chat import Message
from llmsql.clients import GenerationRequest, LLMClient
from llmsql.clients.calls import HTTP_FAULTS
from llmsql.clients.llamacpp import LlamaCppProvider
from llmsql.clients.openai import FAULTS
from llmsql.errors import (
    ConfigError,
    LLMSQLError,
    ModelNotFoundError,
    ProviderAuthError,
    ProviderConnectionError,
    ProviderResponseError,
    ProviderTimeoutError,
)
from tests.clients.conftest import SECRET
from tests.clients.stubs import StubOpenAI

MESSAGES = (Message("system", "You write SQL."), Message("user", "Count the orders."))


def client(stub: StubOpenAI, model: str = "gpt-4.1-mini", **options: object) -> LLMClient:
    settings = {"base_url": f"{stub.url}/v1", "api_key": SECRET, "max_retries": 0, **options}
    return LLMClient("openai", model, **settings)  # type: ignore[arg-type]


def test_an_answer_carries_text_usage_and_logprob(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good("SELECT count(*) FROM orders")]
    with client(stub_openai) as opened:
        answer = opened.generate(MESSAGES, max_tokens=77, stop=[";"])
    assert answer.text == "SELECT count(*) FROM orders"
    assert (answer.prompt_tokens, answer.completion_tokens, answer.cached_tokens) == (1000, 100, 400)
    assert answer.logprob == pytest.approx(-0.5)
    assert not answer.truncated
    path, headers, body = stub_openai.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert body["messages"] == [message.as_dict() for message in MESSAGES]
    assert (body["max_tokens"], body["temperature"], body["stop"]) == (77, 0.0, [";"])


def test_reasoning_models_get_only_what_they_take(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good()]
    with client(stub_openai, "gpt-5-mini") as opened:
        opened.generate(MESSAGES, max_tokens=77)
    body = stub_openai.requests[0][2]
    assert body["max_completion_tokens"] == 77
    assert not {"max_tokens", "temperature", "logprobs"} & set(body)


def test_an_answer_that_hit_the_limit_says_so(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good(finish="length")]
    with client(stub_openai) as opened:
        assert opened.generate("q").truncated


@pytest.mark.parametrize("provider", ["openai", "tgi", "vllm"])
def test_a_choice_is_a_bare_word(stub_openai: StubOpenAI, provider: str) -> None:
    stub_openai.answers = [stub_openai.good("yes")]
    with LLMClient(provider, "m", base_url=f"{stub_openai.url}/v1", api_key="k") as opened:
        opened.generate(GenerationRequest(MESSAGES, choices=("yes", "no")))
    body = stub_openai.requests[0][2]
    assert "response_format" not in body
    if provider == "openai":  # which refuses parameters that it does not know
        assert not {"structured_outputs", "grammar"} & set(body)
    else:
        assert body["structured_outputs"] == {"choice": ["yes", "no"]} and body["grammar"] == 'root ::= "yes" | "no"'


def test_reasoning_models_have_room_to_think_before_a_choice(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good("yes")]
    with client(stub_openai, "gpt-5-mini") as opened:
        opened.generate(GenerationRequest(MESSAGES, max_tokens=31, choices=("yes", "no")))
    assert stub_openai.requests[0][2]["max_completion_tokens"] == 2048


@pytest.mark.parametrize("parameter", ["structured_outputs", "response_format", "logprobs"])
def test_a_parameter_that_a_server_refuses_is_left_out_of_all_calls(stub_openai: StubOpenAI, parameter: str) -> None:
    together = threading.Barrier(4)
    refused = stub_openai.status(400, {"error": {"message": f"Unknown parameter: {parameter}"}})
    choices = ("yes", "no") if parameter == "structured_outputs" else ()
    schema = {"type": "object"} if parameter == "response_format" else None

    def post(handler: BaseHTTPRequestHandler, body: Any) -> None:
        if parameter not in body:
            return stub_openai.good("yes")(handler, body)
        together.wait(10)  # all calls are on their way before the first one is refused
        refused(handler, body)

    stub_openai.post = post  # type: ignore[method-assign]
    request = GenerationRequest(MESSAGES, choices=choices, schema=schema)
    with (
        LLMClient("vllm", "m", base_url=f"{stub_openai.url}/v1", max_retries=0) as opened,
        ThreadPoolExecutor(4) as pool,
    ):
        assert {answer.text for answer in pool.map(opened.generate, [request] * 4)} == {"yes"}
    assert len(stub_openai.requests) == 8


def test_a_connection_serves_one_call_after_another(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good()]
    with client(stub_openai) as opened:
        for _ in range(3):
            assert opened.generate("q").text == "SELECT 1"
    assert len(set(stub_openai.callers)) == 1


def test_a_missing_key_names_the_variable() -> None:
    with pytest.raises(ConfigError, match="Set OPENAI_API_KEY"):
        LLMClient("openai", "gpt-4.1-mini")


def test_key_and_address_come_from_the_environment(stub_openai: StubOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{stub_openai.url}/v1")
    stub_openai.answers = [stub_openai.good()]
    with LLMClient("openai", "gpt-4.1-mini") as opened:
        assert opened.generate("q").text == "SELECT 1"


Faults = dict[str, tuple[Callable[[StubOpenAI], Callable[..., None]], type[LLMSQLError], bool]]
FAULTY: Faults = {
    "500": (lambda s: s.status(500, {"error": {"message": "boom"}}), ProviderResponseError, True),
    "503 in HTML": (lambda s: s.status(503, "<html>down</html>"), ProviderResponseError, True),
    "400": (lambda s: s.status(400, {"error": {"message": "bad"}}), ProviderResponseError, False),
    "401": (lambda s: s.echo_key(401), ProviderAuthError, False),
    "403": (lambda s: s.echo_key(403), ProviderAuthError, False),
    "404": (lambda s: s.echo_key(404), ModelNotFoundError, False),
    "418": (lambda s: s.echo_key(418), ProviderResponseError, False),
    "422": (lambda s: s.echo_key(422), ProviderResponseError, False),
    "500 with key": (lambda s: s.echo_key(500), ProviderResponseError, True),
    "cut connection": (lambda s: s.cut(), ProviderConnectionError, True),
    "no answer": (lambda s: s.silent(), ProviderTimeoutError, True),
    "not JSON": (
        lambda s: s.status(200, "data: {oops\n\n", {"Content-Type": "text/event-stream"}),
        ProviderResponseError,
        True,
    ),
    "no events": (lambda s: s.status(200, "{}"), ProviderResponseError, True),
    "other shape": (
        lambda s: s.status(200, "data: [1]\n\n", {"Content-Type": "text/event-stream"}),
        ProviderResponseError,
        False,
    ),
    "error in the stream": (
        lambda s: s.status(
            200, f'data: {{"error": {{"message": "overloaded {SECRET}"}}}}\n\n', {"Content-Type": "text/event-stream"}
        ),
        ProviderResponseError,
        True,
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_every_fault_is_one_clear_line_without_the_key(name: str, stub_openai: StubOpenAI) -> None:
    make, expected, retryable = FAULTY[name]
    stub_openai.answers = [make(stub_openai)]
    with client(stub_openai, timeout=0.5 if name == "no answer" else 30.0) as opened, pytest.raises(expected) as caught:
        opened.generate("q")
    error = caught.value
    assert type(error) is expected
    assert getattr(error, "retryable", False) == retryable
    assert "\n" not in str(error)
    whole = "".join(traceback.format_exception(error)) + repr(error) + json.dumps(vars(error), default=repr)
    assert SECRET not in whole
    assert error.__context__ is None or SECRET not in repr(error.__context__)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with (
        LLMClient(
            "openai", "m", base_url="http://me:hunter2@127.0.0.1:9/v1?token=abcdef", api_key=SECRET, max_retries=0
        ) as opened,
        pytest.raises(ProviderConnectionError, match=r"openai at http://127\.0\.0\.1:9/v1 cannot be reached") as caught,
    ):
        opened.generate("q")
    assert not [s for s in ("hunter2", "abcdef", SECRET) if s in "".join(traceback.format_exception(caught.value))]


def test_every_exception_of_the_sdk_is_in_the_table() -> None:
    own = {cls for _, cls in inspect.getmembers(openai, inspect.isclass) if issubclass(cls, openai.OpenAIError)} - {
        openai.OpenAIError
    }
    for cls in own:
        names = [base.__name__ for base in cls.__mro__[: cls.__mro__.index(openai.OpenAIError)]]
        specific = [name for name in names if name != "APIError"] or names
        assert any(name in FAULTS for name in specific), f"{cls.__name__} is not mapped"


def test_every_exception_of_the_http_library_is_in_the_table() -> None:
    http = inspect.getmodule(openai.DefaultHttpxClient.__mro__[1])
    assert http is not None
    library = __import__(http.__name__.partition(".")[0])
    unrelated = {"CookieConflict"}
    errors = [cls for _, cls in inspect.getmembers(library, inspect.isclass) if issubclass(cls, Exception)]
    assert errors
    for cls in errors:
        known = any(base.__name__ in HTTP_FAULTS for base in cls.__mro__)
        assert known or cls.__name__ in unrelated, f"{cls.__name__} is not mapped"


@pytest.mark.slow
def test_the_client_talks_to_a_real_server_with_a_real_model(gguf: Path) -> None:
    engine = LlamaCppProvider(gguf, n_ctx=1024)
    try:
        with LLMClient("vllm", "any", base_url=engine.server_url, api_key=engine.server_key) as opened:
            answer = opened.generate(MESSAGES, max_tokens=8)
        assert answer.text
        assert 0 < answer.completion_tokens <= 8
        assert answer.prompt_tokens > 8
        assert answer.logprob is not None and answer.logprob <= 0
        with (
            LLMClient("vllm", "any", base_url=engine.server_url, api_key="sk-wrong-key-000") as opened,
            pytest.raises(ProviderAuthError) as caught,
        ):
            opened.generate("q")
        assert "sk-wrong" not in str(caught.value)
    finally:
        engine.close()


def test_a_server_without_log_probabilities_is_asked_without(stub_openai: StubOpenAI) -> None:
    refuses = stub_openai.status(400, {"error": {"message": "Unknown parameter: 'logprobs'."}})
    stub_openai.answers = [refuses, stub_openai.good("SELECT 1"), stub_openai.good("SELECT 2")]
    with client(stub_openai) as opened:
        assert opened.generate(MESSAGES).text == "SELECT 1"
        assert opened.generate(MESSAGES).text == "SELECT 2"
    assert ["logprobs" in body for _, _, body in stub_openai.requests] == [True, False, False]
