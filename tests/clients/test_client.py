from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from importlib import resources

import pytest

from llmsql.chat import Message
from llmsql.clients import PROVIDERS, Generation, LLMClient
from llmsql.clients.client import price_usd
from llmsql.errors import CancelledError, ConfigError, ProviderRateLimitError, ProviderResponseError
from tests.clients.conftest import SECRET
from tests.clients.stubs import StubOpenAI


def generation(prompt: int = 1_000_000, completion: int = 1_000_000, cached: int = 0) -> Generation:
    return Generation("", prompt, completion, cached, 0.0, None)


def client(stub: StubOpenAI, **options: object) -> LLMClient:
    return LLMClient("openai", "gpt-4.1-mini", base_url=f"{stub.url}/v1", api_key=SECRET, **options)


def test_importing_the_clients_imports_no_sdk() -> None:
    code = (
        "import sys, llmsql.clients, llmsql.settings\n"
        "heavy = {'openai', 'ollama', 'xllamacpp', 'torch', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_provider_is_named_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"no provider 'open-ai'. Did you mean openai\?"):
        LLMClient("open-ai", "m")


def test_an_unknown_option_is_named_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"Provider ollama has no option 'n_ctxt'. Did you mean n_ctx\?"):
        LLMClient("ollama", "m", n_ctxt=1)


@pytest.mark.parametrize("provider", ["vllm", "tgi"])
def test_own_servers_need_an_address_and_no_key(provider: str, stub_openai: StubOpenAI) -> None:
    with pytest.raises(ConfigError, match=f"{provider} needs base_url"):
        LLMClient(provider, "m")
    stub_openai.answers = [stub_openai.good()]
    with LLMClient(provider, "m", base_url=f"{stub_openai.url}/v1") as opened:
        assert opened.generate("q").cost_usd == 0.0


@pytest.mark.parametrize("options", [{"timeout": 0}, {"max_retries": -1}])
def test_impossible_limits_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        LLMClient("openai", "m", api_key="k", **options)  # type: ignore[arg-type]


def test_a_rate_limit_is_waited_for_as_long_as_the_server_asks(stub_openai: StubOpenAI) -> None:
    limited = stub_openai.status(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.2"})
    stub_openai.answers = [limited, stub_openai.good()]
    with client(stub_openai) as opened:
        answer = opened.generate([Message("user", "q")])
    assert (answer.text, answer.attempts) == ("SELECT 1", 2)
    assert answer.seconds >= 0.2


def test_a_wait_beyond_the_time_limit_is_not_begun(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.status(429, {"error": {"message": "later"}}, {"Retry-After": "3600"})]
    with client(stub_openai, timeout=5.0) as opened, pytest.raises(ProviderRateLimitError) as caught:
        opened.generate("q")
    assert caught.value.retry_after == 3600.0
    assert len(stub_openai.requests) == 1


@pytest.mark.usefixtures("quick_retries")
def test_retries_are_counted_and_end(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.status(500, {"error": {"message": "oops"}})]
    with client(stub_openai, max_retries=2) as opened, pytest.raises(ProviderResponseError, match="oops"):
        opened.generate("q")
    assert len(stub_openai.requests) == 3


def test_a_quota_is_not_retried(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.status(429, {"error": {"message": "no money", "code": "insufficient_quota"}})]
    with client(stub_openai) as opened, pytest.raises(ProviderRateLimitError, match="no quota left"):
        opened.generate("q")
    assert len(stub_openai.requests) == 1


@pytest.mark.parametrize("state", ["answering", "waiting to retry"])
def test_a_cancelled_call_returns_soon(state: str, stub_openai: StubOpenAI) -> None:
    limited = stub_openai.status(429, {"error": {"message": "later"}}, {"Retry-After": "20"})
    stub_openai.answers = [stub_openai.silent() if state == "answering" else limited]
    cancel, ended = threading.Event(), threading.Event()

    def ask() -> None:
        with client(stub_openai) as opened, pytest.raises(CancelledError):
            opened.generate("q", cancel=cancel)
        ended.set()

    thread = threading.Thread(target=ask)
    thread.start()
    while not stub_openai.requests:
        time.sleep(0.01)
    time.sleep(0.1)
    assert not ended.is_set()
    cancel.set()
    assert ended.wait(1.0)
    thread.join()


def test_a_call_cancelled_before_it_begins_sends_nothing(stub_openai: StubOpenAI) -> None:
    cancel = threading.Event()
    cancel.set()
    with client(stub_openai) as opened, pytest.raises(CancelledError):
        opened.generate("q", cancel=cancel)
    assert not stub_openai.requests


def test_the_cost_counts_cached_tokens_apart(stub_openai: StubOpenAI) -> None:
    stub_openai.answers = [stub_openai.good()]
    with client(stub_openai) as opened:
        answer = opened.generate("q")
    assert answer.cost_usd == pytest.approx((600 * 0.4 + 400 * 0.1 + 100 * 1.6) / 1_000_000)


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("gpt-4o-mini", 0.75),
        ("gpt-4o-mini-2024-07-18", 0.75),
        ("gpt-4o", 12.5),
        ("ft:gpt-4o-mini-2024-07-18:acme:sales:abc123", 1.5),
        ("ft:gpt-4.1-mini-2025-04-14:acme::x", 4.0),
        ("gpt-4o-audio-preview", None),
        ("ft:gpt-4o-nano:acme::x", None),
        ("some-other-model", None),
    ],
)
def test_prices_go_by_the_name_without_its_date_and_owner(model: str, dollars: float | None) -> None:
    price = price_usd(model, generation())
    assert price == (None if dollars is None else pytest.approx(dollars))


def test_an_answer_without_counts_has_no_price() -> None:
    assert price_usd("gpt-4o", generation(prompt=0)) is None


def test_the_price_table_is_dated_and_complete() -> None:
    table = json.loads(resources.files("llmsql").joinpath("prices.json").read_text())
    assert table["as_of"] and table["source"]
    for name, price in table["models"].items():
        assert 0 < price["cached_input"] <= price["input"] <= price["output"], name
    for part in ("embeddings", "training"):
        assert table[part]["as_of"] >= "2026" and table[part]["source"] and table[part]["unit"]
        assert all(price > 0 for price in table[part]["models"].values())


def test_every_provider_can_be_found() -> None:
    import importlib

    for target in PROVIDERS.values():
        module, _, name = target.partition(":")
        assert hasattr(importlib.import_module(module), name)


def test_the_repr_shows_no_key() -> None:
    assert SECRET not in repr(LLMClient("openai", "m", api_key=SECRET))
