"""Settings, and where each one came from.

Nearest wins, field by field:

========================================  =======================================================
explicit arguments                        ``connect(model=...)``, command-line options
``SET VARIABLE llmsql_<field>``           in the DuckDB session
environment                               ``LLM_PROVIDER``, ``LLM_MODEL``, ``LLM_BASE_URL``, ``LLMSQL_<FIELD>``,
                                          ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``OLLAMA_HOST``
``.env`` in the working directory         the same names; read, never exported
``llmsql.toml``, nearest upward           or ``[tool.llmsql]`` in ``pyproject.toml``
``llmsql.toml`` in the user's folder      where ``platformdirs`` puts it
========================================  =======================================================

Keys are secrets: they come from arguments, the environment or ``.env`` only. A file or a session names the variable
that holds the key with ``api_key_env``.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import dotenv
import platformdirs

from llmsql.errors import ConfigError

# Parts of a settings file that say what words mean, see ``llmsql.asking.glossary``.
SECTIONS = ("glossary", "metrics", "joins", "hidden")
GLOSSARY_FILE = "llmsql-glossary.toml"
_VARIABLE_PREFIX = "llmsql_"
_ENVIRONMENT_ALIASES = {"provider": "LLM_PROVIDER", "model": "LLM_MODEL", "base_url": "LLM_BASE_URL"}
# Variables that belong to one provider and must not reach another's server.
_PROVIDER_VARIABLES: Mapping[str, Mapping[str, str]] = {
    "openai": {"base_url": "OPENAI_BASE_URL", "api_key": "OPENAI_API_KEY"},
    "ollama": {"base_url": "OLLAMA_HOST", "api_key": "OLLAMA_API_KEY"},
}
_HOSTED_MODEL = re.compile(r"ft:|gpt-")
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a user can set. Make one with ``load_settings``.

    Args:
        provider: a key of ``llmsql.clients.PROVIDERS``; None leaves the choice to the model registry.
        model: a registry name or the provider's own; None is the registry's default.
        base_url: address of the model's server.
        adapter: a LoRA adapter, by registry name or path.
        timeout: seconds for one call of the model.
        query_timeout: seconds for one generated query.
        max_rows: most rows that a generated query returns.
        max_tokens: most tokens of an answer of the model.
        temperature: 0 is greedy.
        today: what "this month" is relative to; None is the day of the question.
        fiscal_year_start: the month, 1 to 12, with which a fiscal year begins; it is named by the year it ends in.
        candidates: answers to draw from the model for one question; the one that most of them agree on is given.
        min_confidence: below this confidence, 0 to 1, there is no answer but the two best readings.
        cascade: models to ask in turn until one is confident enough, by name; empty asks ``model`` only.
        cascade_confidence: how confident, 0 to 1, is enough.
        grammar: let a local model write only SQL over tables and columns that exist.
        verified: recall verified answers before a model is asked.
        session: a name; questions with the same one may follow up on each other.
        n_ctx: tokens of context for local models; None is the model's own.
        threads: threads for local models; None is the number of physical cores.
        cache_dir: folder for weights and saved prompt prefixes; None is the user's cache folder.
        offline: never fetch anything from the network; row functions answer from kept answers only.
        api_key_env: the environment variable that holds the provider's key; None is the provider's usual one.
        api_key: the key itself; never shown.
        row_model: the model of ``ai_complete`` and its family; None is ``model``, without an adapter for SQL.
        embed_model: the model of ``ai_embed`` and ``ai_similarity``; None is the row functions' own.
        concurrency: calls of row functions in flight at once, per hosted model.
        requests_per_minute: most requests of row functions, per model.
        tokens_per_minute: most tokens of row functions, per model.
        max_calls: most calls of row functions in a query.
        max_total_tokens: most tokens of row functions in a query, read and written.
        max_cost_usd: most dollars for row functions in a query.
        session_max_calls: as ``max_calls``, for a connection and its cursors.
        session_max_total_tokens: as ``max_total_tokens``, for a connection and its cursors.
        session_max_cost_usd: as ``max_cost_usd``, for a connection and its cursors.
        max_error_ratio: share of failed inputs that stops a query; None stops it when half of at least 20 failed.
        keep_answers: keep greedy answers of row functions on disk; None keeps them where the database is a file.
        keep_answers_days: days after which a kept answer is asked anew.
        keep_answers_mb: most megabytes of kept answers.
        progress: show a line of progress for row functions on standard error; None shows it on a terminal.
        sources: where each field came from; use ``source``.
    """

    provider: str | None = None
    model: str | None = None
    base_url: str | None = None
    adapter: str | None = None
    timeout: float = 60.0
    query_timeout: float = 30.0
    max_rows: int = 10_000
    max_tokens: int = 512
    temperature: float = 0.0
    today: date | None = None
    fiscal_year_start: int = 1
    candidates: int = 1
    min_confidence: float = 0.0
    cascade: tuple[str, ...] = ()
    cascade_confidence: float = 0.7
    grammar: bool = False
    verified: bool = True
    session: str | None = None
    n_ctx: int | None = None
    threads: int | None = None
    cache_dir: Path | None = None
    offline: bool = False
    api_key_env: str | None = None
    api_key: str | None = field(default=None, repr=False)
    row_model: str | None = None
    embed_model: str | None = None
    concurrency: int = 16
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    max_calls: int = 10_000
    max_total_tokens: int | None = None
    max_cost_usd: float | None = None
    session_max_calls: int | None = None
    session_max_total_tokens: int | None = None
    session_max_cost_usd: float | None = None
    max_error_ratio: float | None = None
    keep_answers: bool | None = None
    keep_answers_days: float = 90.0
    keep_answers_mb: float = 256.0
    progress: bool | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def source(self, name: str) -> str:
        """Where a field came from, for example ``environment LLM_MODEL`` or ``default``.

        Raises:
            ConfigError: there is no such field.
        """
        if name not in _FIELDS:
            raise _unknown(name, "settings")
        return self.sources.get(name, "default")


_FIELDS = tuple(f.name for f in fields(Settings) if f.name != "sources")
_SECRET = frozenset({"api_key"})


def load_settings(
    overrides: Mapping[str, object] | None = None, variables: Mapping[str, str] | None = None
) -> Settings:
    """Collect the settings from everywhere.

    Args:
        overrides: explicit arguments by field name; None values count as not given.
        variables: the session's variables by name; those that do not start with ``llmsql_`` are ignored.

    Raises:
        ConfigError: an unknown field, a value of the wrong type, an unreadable file, or a key where none belongs.
    """
    near = [*_arguments(overrides or {}), *_session(variables or {})]
    environments = [("environment", os.environ), (".env", _read_dotenv())]
    far = list(_files())

    def merge(own_variables: Mapping[str, str]) -> dict[str, _Given]:
        merged: dict[str, _Given] = {}
        for given in (*near, *_environment(environments, own_variables), *far):
            merged.setdefault(given.name, given)
        return merged

    # Which of the providers' own variables count depends on the provider, which any place may name.
    merged = merge({})
    model = merged["model"].value if "model" in merged else ""
    if "provider" not in merged and isinstance(model, str) and _HOSTED_MODEL.match(model):
        far.append(_Given("provider", "openai", f"inferred from model {model}"))
        merged = merge({})
    provider = merged["provider"].value if "provider" in merged else None
    variables_of_provider = dict(_PROVIDER_VARIABLES.get(str(provider), {}))
    if "api_key_env" in merged:
        variables_of_provider["api_key"] = _convert(merged["api_key_env"])
    merged = merge(variables_of_provider)
    values = {name: _convert(given) for name, given in merged.items()}
    return Settings(**values, sources={name: given.source for name, given in merged.items()})


def check_variables(names: Iterable[str]) -> None:
    """Refuse variables of a session that look like settings and are none, as when they are misspelt.

    Args:
        names: all that are set; those that do not start with ``llmsql_`` are ignored.

    Raises:
        ConfigError: there is one, or it holds a key.
    """
    for _ in _session(dict.fromkeys(names, "")):
        pass


def setting_names() -> tuple[str, ...]:
    """Every field of ``Settings`` that can be set."""
    return _FIELDS


def convert_setting(name: str, value: object, source: str) -> object:
    """A value as its field's type.

    Raises:
        ConfigError: it is not valid; the message names ``source``.
    """
    return _convert(_Given(name, value, source))


def config_files() -> Iterator[tuple[Path, Mapping[str, object]]]:
    """The files that settings are read from, nearest first, with what they say.

    Raises:
        ConfigError: one is unreadable.
    """
    return _config_files()


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as some place gave it."""

    name: str
    value: object
    source: str


def _arguments(overrides: Mapping[str, object]) -> Iterator[_Given]:
    for name, value in overrides.items():
        if name not in _FIELDS:
            raise _unknown(name, "argument")
        if value is not None:
            yield _Given(name, value, "argument")


def _session(variables: Mapping[str, str]) -> Iterator[_Given]:
    for variable, value in variables.items():
        name = variable.lower().removeprefix(_VARIABLE_PREFIX)
        if name == variable.lower() or value is None:
            continue
        if name in _SECRET:
            raise ConfigError(
                "An API key does not belong into SQL text.",
                "Set its environment variable and name it with api_key_env.",
            )
        if name not in _FIELDS:
            raise _unknown(name, "SET VARIABLE", _VARIABLE_PREFIX)
        yield _Given(name, value, f"variable {_VARIABLE_PREFIX}{name}")


def _environment(
    environments: Sequence[tuple[str, Mapping[str, str]]], own_variables: Mapping[str, str]
) -> Iterator[_Given]:
    for origin, environment in environments:
        for name in _FIELDS:
            for variable in (_ENVIRONMENT_ALIASES.get(name), f"LLMSQL_{name.upper()}", own_variables.get(name)):
                if variable and environment.get(variable):
                    yield _Given(name, environment[variable], f"{origin} {variable}")


def _read_dotenv() -> Mapping[str, str]:
    path = Path.cwd() / ".env"
    if not path.is_file():
        return {}
    try:
        found = dotenv.dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}.", "Save it as UTF-8 text.") from None
    return {name: value for name, value in found.items() if value}


def _files() -> Iterator[_Given]:
    for path, table in _config_files():
        for name, value in table.items():
            if name in _SECRET:
                raise ConfigError(
                    f"{path} holds an API key.", "Put it into the environment and name its variable with api_key_env."
                )
            if name in SECTIONS:
                continue
            if name not in _FIELDS:
                raise _unknown(name, str(path))
            yield _Given(name, value, str(path))


def _config_files() -> Iterator[tuple[Path, Mapping[str, object]]]:
    """The nearest project file, then the user's."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        own, shared = folder / "llmsql.toml", folder / "pyproject.toml"
        if own.is_file():
            yield own, _read_toml(own)
            break
        if shared.is_file() and "llmsql" in (tool := _read_toml(shared).get("tool", {})):
            yield shared, tool["llmsql"]
            break
    user = platformdirs.user_config_path("llmsql", appauthor=False) / "llmsql.toml"
    if user.is_file():
        yield user, _read_toml(user)


def read_sections() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The ``SECTIONS`` of every settings file, nearest first, and of ``llmsql-glossary.toml`` beside the nearest.

    Raises:
        ConfigError: a file is unreadable.
    """
    for path, table in _config_files():
        found = {name: table[name] for name in SECTIONS if name in table}
        if found:
            yield path, found
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / GLOSSARY_FILE).is_file():
            yield folder / GLOSSARY_FILE, _read_toml(folder / GLOSSARY_FILE)
            break


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return _parse_toml(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} is not readable TOML: {error}.") from None


@lru_cache(maxsize=8)
def _parse_toml(path: Path, changed_ns: int) -> dict[str, Any]:
    """Settings are read for every question: parse a file once for each time that it changes."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _convert(given: _Given) -> Any:
    """The value as the field's type; text is read as that type, since variables and the environment hold only text."""
    try:
        return _CONVERTERS.get(given.name, _text)(given.value)
    except (TypeError, ValueError) as error:
        shown = "" if given.name in _SECRET else f" {given.value!r}"
        raise ConfigError(f"{given.name}{shown} from {given.source} is not valid: {error}.") from None


def _text(value: object) -> str:
    if not isinstance(value, str | os.PathLike):
        raise TypeError("it must be text")
    return os.fspath(value)


def _number(
    kind: Callable[[Any], Any], at_least: float, what: str, at_most: float = sys.float_info.max
) -> Callable[[object], Any]:
    def convert(value: object) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TypeError(f"it must be {what}")
        if kind is int and isinstance(value, float) and not value.is_integer():
            raise ValueError(f"it must be {what}")
        try:
            number = kind(value)
        except (ValueError, OverflowError):
            raise ValueError(f"it must be {what}") from None
        if not at_least <= number <= at_most:
            raise ValueError(f"it must be {what}")
        return number

    return convert


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise ValueError("it must be a date such as 2026-01-31") from None


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise TypeError("it must be names with commas between them")


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("it must be true or false")
    return word in _TRUE


_positive_seconds = _number(float, 0.001, "a number of seconds above 0")
_count = _number(int, 0, "a whole number from 0")
_amount = _number(float, 0.0, "a number from 0")
_CONVERTERS: Mapping[str, Callable[[object], Any]] = {
    "timeout": _positive_seconds,
    "query_timeout": _positive_seconds,
    "max_rows": _number(int, 1, "a whole number above 0"),
    "max_tokens": _number(int, 1, "a whole number above 0"),
    "temperature": _number(float, 0.0, "a number from 0"),
    "today": _day,
    "fiscal_year_start": _number(int, 1, "a month from 1 to 12", 12),
    "candidates": _number(int, 1, "a whole number from 1 to 32", 32),
    "min_confidence": _number(float, 0.0, "a number from 0 to 1", 1.0),
    "cascade": _names,
    "cascade_confidence": _number(float, 0.0, "a number from 0 to 1", 1.0),
    "grammar": _flag,
    "n_ctx": _number(int, 64, "a whole number from 64"),
    "threads": _number(int, 1, "a whole number above 0"),
    "cache_dir": lambda value: Path(_text(value)).expanduser(),
    "offline": _flag,
    "concurrency": _number(int, 1, "a whole number above 0"),
    "requests_per_minute": _number(float, 0.001, "a number above 0"),
    "tokens_per_minute": _number(float, 0.001, "a number above 0"),
    "max_calls": _count,
    "max_total_tokens": _count,
    "max_cost_usd": _amount,
    "session_max_calls": _count,
    "session_max_total_tokens": _count,
    "session_max_cost_usd": _amount,
    "max_error_ratio": _amount,
    "keep_answers": _flag,
    "keep_answers_days": _amount,
    "keep_answers_mb": _amount,
    "progress": _flag,
    "verified": _flag,
}


def _unknown(name: str, where: str, prefix: str = "") -> ConfigError:
    near = difflib.get_close_matches(name, [f for f in _FIELDS if f not in _SECRET], n=1, cutoff=0.5)
    hint = f"Did you mean {prefix}{near[0]}?" if near else f"Known are {', '.join(f for f in _FIELDS)}."
    return ConfigError(f"There is no setting {prefix + name!r} ({where}).", hint)
