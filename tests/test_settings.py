from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from llmsql.errors import ConfigError
from llmsql.settings import Settings, load_settings

SECRET = "sk-very-secret-1234567890"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty environment, a working directory without settings above it, and a user folder of its own."""
    for name in list(os.environ):
        if name.startswith(("LLM_", "LLMSQL_", "OPENAI_", "OLLAMA_")):
            monkeypatch.delenv(name)
    user = tmp_path / "user"
    user.mkdir()
    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: user)
    work = tmp_path / "project" / "sub"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    return tmp_path


def test_defaults_say_that_they_are() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert (settings.provider, settings.model, settings.query_timeout, settings.max_rows) == (None, None, 30.0, 10_000)
    assert settings.source("model") == "default"


def test_the_nearest_place_wins_and_each_one_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user, project = home / "user" / "llmsql.toml", home / "project" / "llmsql.toml"
    user.write_text('model = "user"')
    assert load_settings().source("model") == str(user)
    project.write_text('model = "project"')
    assert (load_settings().model, load_settings().source("model")) == ("project", str(project))
    Path(".env").write_text("LLM_MODEL=dotenv\n")
    assert (load_settings().model, load_settings().source("model")) == ("dotenv", ".env LLM_MODEL")
    monkeypatch.setenv("LLM_MODEL", "environment")
    assert (load_settings().model, load_settings().source("model")) == ("environment", "environment LLM_MODEL")
    session = {"llmsql_model": "session", "other": "x"}
    loaded = load_settings(variables=session)
    assert (loaded.model, loaded.source("model")) == ("session", "variable llmsql_model")
    loaded = load_settings({"model": "argument", "provider": None}, session)
    assert (loaded.model, loaded.source("model")) == ("argument", "argument")


def test_fields_come_from_different_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "project" / "llmsql.toml").write_text("max_rows = 5\ntimeout = 7\n")
    monkeypatch.setenv("LLMSQL_TIMEOUT", "9.5")
    settings = load_settings({"threads": 2}, {"llmsql_offline": "true"})
    assert (settings.max_rows, settings.timeout, settings.threads, settings.offline) == (5, 9.5, 2, True)


def test_pyproject_counts_where_there_is_no_file_of_our_own(home: Path) -> None:
    (home / "project" / "pyproject.toml").write_text('[tool.llmsql]\nmodel = "from pyproject"\n')
    (home / "project" / "sub" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert load_settings().model == "from pyproject"
    (home / "project" / "llmsql.toml").write_text('model = "own"\n')
    assert load_settings().model == "own"


def test_dotenv_is_read_and_never_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"OPENAI_API_KEY={SECRET}\nLLM_PROVIDER=openai\nLLM_MODEL='a ${{HOME}} b'\n")
    settings = load_settings()
    assert (settings.api_key, settings.provider, settings.model) == (SECRET, "openai", "a ${HOME} b")
    assert "OPENAI_API_KEY" not in os.environ


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("timeout", "1.5", 1.5),
        ("max_rows", "12", 12),
        ("temperature", "0", 0.0),
        ("today", "2026-02-28", date(2026, 2, 28)),
        ("n_ctx", "2048", 2048),
        ("cache_dir", "~/x", Path.home() / "x"),
        ("offline", "No", False),
        ("offline", "1", True),
        ("adapter", "sales", "sales"),
    ],
)
def test_text_becomes_the_type_of_the_field(name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert getattr(load_settings(variables={f"llmsql_{name}": text}), name) == value
    monkeypatch.setenv(f"LLMSQL_{name.upper()}", text)
    assert getattr(load_settings(), name) == value


def test_toml_dates_and_timestamps_are_dates(home: Path) -> None:
    (home / "project" / "llmsql.toml").write_text("today = 2026-02-28\n")
    assert load_settings().today == date(2026, 2, 28)
    assert load_settings({"today": datetime(2026, 1, 2, 3)}).today == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('timeout = "soon"', r"timeout 'soon' from .*llmsql\.toml is not valid: it must be a number of seconds"),
        ("timeout = 0", "number of seconds above 0"),
        ("timeout = inf", "number of seconds above 0"),
        ("timeout = true", "number of seconds above 0"),
        ("max_rows = 1.5", "whole number above 0"),
        ("max_rows = -1", "whole number above 0"),
        ("model = 3", "it must be text"),
        ('today = "yesterday"', "a date such as 2026-01-31"),
        ('offline = "maybe"', "true or false"),
        ("modell = 'x'", r"no setting 'modell' \(.*llmsql\.toml\)\. Did you mean model\?"),
        ("[model]", "it must be text"),
        ("nothing", "not readable TOML"),
        (f'api_key = "{SECRET}"', r"llmsql\.toml holds an API key.*api_key_env"),
    ],
)
def test_a_bad_line_names_file_key_and_fix(line: str, says: str, home: Path) -> None:
    (home / "project" / "llmsql.toml").write_text(line)
    with pytest.raises(ConfigError, match=says) as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_names_are_refused_everywhere() -> None:
    with pytest.raises(ConfigError, match=r"'modle' \(argument\)\. Did you mean model\?"):
        load_settings({"modle": "x"})
    with pytest.raises(ConfigError, match=r"Did you mean llmsql_max_rows\?"):
        load_settings(variables={"llmsql_max_row": "5"})
    with pytest.raises(ConfigError, match="Did you mean model"):
        load_settings().source("modl")


def test_a_key_never_shows_and_never_comes_from_sql() -> None:
    settings = load_settings({"api_key": SECRET, "provider": "openai"})
    assert settings.api_key == SECRET
    assert SECRET not in repr(settings)
    with pytest.raises(ConfigError, match="does not belong into SQL") as caught:
        load_settings(variables={"llmsql_api_key": SECRET})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "provider"),
    [("gpt-4o-mini", "openai"), ("ft:gpt-4o-mini-2024-07-18:acme::x", "openai"), ("qwen2.5-coder-0.5b", None)],
)
def test_the_provider_is_inferred_from_hosted_names(
    model: str, provider: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_MODEL", model)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    settings = load_settings()
    assert settings.provider == provider
    assert settings.api_key == (SECRET if provider else None)
    if provider:
        assert settings.source("provider") == f"inferred from model {model}"
    monkeypatch.setenv("LLM_PROVIDER", "vllm")
    assert load_settings().provider == "vllm"


def test_a_providers_own_variables_reach_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
    monkeypatch.setenv("OLLAMA_HOST", "http://gpu:11434")
    hosted, local = (load_settings({"provider": name}) for name in ("openai", "ollama"))
    assert (hosted.base_url, hosted.api_key) == ("https://proxy.example/v1", SECRET)
    assert (local.base_url, local.api_key) == ("http://gpu:11434", None)
    assert local.source("base_url") == "environment OLLAMA_HOST"
    assert load_settings({"provider": "vllm"}).base_url is None
    monkeypatch.setenv("LLM_BASE_URL", "http://general/v1")
    assert load_settings({"provider": "ollama"}).base_url == "http://general/v1"


def test_the_environment_outranks_files_for_addresses_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "project" / "llmsql.toml").write_text('provider = "ollama"\nbase_url = "http://file"\n')
    assert load_settings().base_url == "http://file"
    monkeypatch.setenv("OLLAMA_HOST", "http://environment")
    assert load_settings().base_url == "http://environment"


def test_a_file_names_the_variable_of_the_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "project" / "llmsql.toml").write_text('provider = "vllm"\napi_key_env = "TEAM_KEY"\n')
    assert load_settings().api_key is None
    monkeypatch.setenv("TEAM_KEY", SECRET)
    settings = load_settings()
    assert (settings.api_key, settings.source("api_key")) == (SECRET, "environment TEAM_KEY")


def test_empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_MODEL", "")
    Path(".env").write_text("LLM_MODEL=\n")
    assert load_settings().model is None


def test_an_unreadable_dotenv_is_one_line() -> None:
    Path(".env").write_bytes(b"LLM_MODEL=\xff\xfe\n")
    with pytest.raises(ConfigError, match="Save it as UTF-8"):
        load_settings()
