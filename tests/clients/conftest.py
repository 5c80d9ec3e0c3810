"""Every client test starts without keys, addresses or proxies from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmsql.clients import client as client_module
from tests.clients.stubs import StubOllama, StubOpenAI

SECRET = "sk-very-secret-1234567890"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "OLLAMA_", "LLM_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of its own choosing are nearly nothing; what a server asks for is still honoured."""
    monkeypatch.setattr(client_module, "_BACKOFF", lambda state: 0.01)


@pytest.fixture
def stub_openai() -> Iterator[StubOpenAI]:
    with StubOpenAI() as stub:
        yield stub


@pytest.fixture
def stub_ollama() -> Iterator[StubOllama]:
    with StubOllama() as stub:
        yield stub


@pytest.fixture(scope="session")
def gguf() -> Path:
    """Real weights: LLMSQL_TEST_GGUF, else the default model's in the cache."""
    if named := os.environ.get("LLMSQL_TEST_GGUF"):
        return Path(named)
    from llmsql.registry import load_registry
    from llmsql.weights import weights_path

    registry = load_registry()
    path = weights_path(registry.get(registry.default))
    if not path.is_file():
        pytest.skip("no model weights: set LLMSQL_TEST_GGUF or run `llmsql models pull`")
    return path
