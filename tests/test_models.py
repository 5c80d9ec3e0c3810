"""Which models a question goes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmsql.errors import RegistryError
from llmsql.models import _default_pair, models_in_turn, surer_model
from llmsql.registry import Registry, Weights, load_registry
from llmsql.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """With a registry whose default falls back on a model of five bytes."""
    small, large = load_registry().get("qwen2.5-coder-0.5b"), load_registry().get("qwen2.5-coder-1.5b")
    assert large.weights is not None
    weights: Weights = replace(large.weights, file="large.gguf", bytes=5)
    entries = {
        "small": replace(small, name="small", fallback="large"),
        "large": replace(large, name="large", weights=weights),
    }
    monkeypatch.setattr("llmsql.models.load_registry", lambda: Registry("small", entries))
    _default_pair.cache_clear()
    yield Settings(cache_dir=tmp_path)
    _default_pair.cache_clear()


def test_the_fallback_is_asked_once_it_has_been_fetched(settings: Settings, tmp_path: Path) -> None:
    assert models_in_turn(settings) == ()
    assert surer_model(settings) == "large"
    (tmp_path / "large.gguf").write_bytes(b"12345")
    assert models_in_turn(settings) == ("small", "large")
    assert surer_model(settings) is None


def test_whoever_chose_a_model_gets_that_one(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "large.gguf").write_bytes(b"12345")
    assert models_in_turn(settings, "small") == ()
    for chosen in (
        replace(settings, model="small"),
        replace(settings, provider="openai"),
        replace(settings, adapter="x"),
    ):
        assert models_in_turn(chosen) == ()
    assert models_in_turn(replace(settings, cascade=("a", "b"))) == ("a", "b")


def test_a_fallback_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "registry.json"
    file.write_text(
        '{"schema_version": 1, "default": "m", "models": {"m": {"title": "M", "provider": "openai", "base_model": "m", '
        '"id": "m", "fallback": "n", "deployment": {"status": "available"}}}}'
    )
    with pytest.raises(RegistryError, match=r"models\.m\.fallback: there is no model 'n'"):
        load_registry(file)
