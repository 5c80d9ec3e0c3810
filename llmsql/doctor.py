"""``llmsql doctor``: what this machine has, whether it can answer a question, and what to do where it cannot."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from llmsql.errors import LLMSQLError
from llmsql.files import sha256_of
from llmsql.machine import describe_machine
from llmsql.models import models_in_turn, surer_model
from llmsql.registry import Adapter, ModelEntry, load_registry
from llmsql.settings import Settings, load_settings

_PACKAGES = ("duckdb-llmsql", "duckdb", "sqlglot", "xllamacpp", "numpy", "pyarrow", "openai", "ollama")
_QUESTION = "how many orders are there"
_WIDE_INSTRUCTIONS = ("avx2", "avx512f", "amx_tile", "avx512_vnni", "avx_vnni")
_SLOW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        check: what.
        value: how it is; holds no secret.
        fix: what to do about it; None where all is well.
        is_problem: whether questions cannot be answered until that is done; otherwise it is advice.
    """

    check: str
    value: str
    fix: str | None = None
    is_problem: bool = False


def examine() -> Iterator[Finding]:
    """Look at everything, in the order in which a question needs it."""
    yield Finding("python", f"{platform.python_version()} at {sys.executable}")
    for package in _PACKAGES:
        yield _package(package)
    yield Finding("machine", describe_machine())
    yield _instructions()
    try:
        settings = load_settings()
    except LLMSQLError as error:
        yield Finding("settings", error.message, error.hint or "See `llmsql config validate`.", is_problem=True)
        return
    yield from _model(settings)


def _package(name: str) -> Finding:
    try:
        return Finding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        if name == "duckdb-llmsql":  # run from a checkout
            from llmsql import __version__

            return Finding(name, f"{__version__}, not installed")
        return Finding(name, "missing", f"Run `pip install {name}`.", is_problem=True)


def _instructions() -> Finding:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        return Finding("cpu features", "not known on this system")
    text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    flags = next(
        (line.split(":")[1].split() for line in text.splitlines() if line.startswith(("flags", "Features"))), []
    )
    found = [flag for flag in _WIDE_INSTRUCTIONS if flag in flags]
    if platform.machine() in ("x86_64", "AMD64") and "avx2" not in found:
        return Finding("cpu features", "no AVX2", "Local models are slow here; a server's model would be faster.")
    return Finding("cpu features", ", ".join(found) or platform.machine())


def _model(settings: Settings) -> Iterator[Finding]:
    try:
        registry = load_registry()
        entry = registry.get(settings.model or registry.default) if settings.provider in (None, "llamacpp") else None
    except LLMSQLError as error:
        yield Finding("model", error.message, error.hint or "See `llmsql models list`.", is_problem=True)
        return
    provider = entry.provider if entry is not None else settings.provider
    name = entry.name if entry is not None else settings.model or "none"
    yield Finding("model", f"{name} at {provider} ({settings.source('model')})")
    if entry is not None and entry.weights is not None:
        files = [_guarded("weights", lambda: _weights(entry, settings))]
        if entry.adapter is not None and settings.adapter is None:
            files.append(_adapter(entry.adapter))
        yield from files
        if any(file.is_problem for file in files):
            return
        yield from _fallback(settings)
        yield _threads(settings)
    elif provider == "openai":
        yield _key(settings)
    yield _guarded("a tiny question", _ask)


def _guarded(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except LLMSQLError as error:
        return Finding(check, error.message, error.hint or "See docs/troubleshooting.md.", is_problem=True)


def _weights(entry: ModelEntry, settings: Settings) -> Finding:
    from llmsql.weights import verify_weights

    state = verify_weights(entry, settings.cache_dir)
    if state.state == "ok":
        return Finding("weights", f"{state.path}, {state.bytes:,} bytes, SHA-256 {state.sha256}, as in the registry")
    fix = f"Run `llmsql models pull {entry.name}`."
    return Finding("weights", f"{state.state}: {state.path}", fix, is_problem=True)


def _fallback(settings: Settings) -> Iterator[Finding]:
    """The model that is asked as well where the default is not sure."""
    surer = surer_model(settings)
    if surer is not None:
        yield Finding("asked if unsure", "nobody", f"`llmsql models pull {surer}` adds a second opinion.")
    for name in models_in_turn(settings)[1:]:
        yield Finding("asked if unsure", name)


def _adapter(adapter: Adapter) -> Finding:
    path = adapter.path
    digest = sha256_of(path) if path.is_file() else None
    if digest == adapter.sha256:
        return Finding("adapter", f"{path}, {path.stat().st_size:,} bytes, SHA-256 {digest}, as in the registry")
    fix = "Install duckdb-llmsql again; make an adapter of your own again with `llmsql adapt`."
    return Finding("adapter", f"{'absent' if digest is None else 'wrong'}: {path}", fix, is_problem=True)


def _threads(settings: Settings) -> Finding:
    from llmsql.clients.llamacpp import physical_cores

    cores = physical_cores()
    threads = settings.threads or cores
    fix = None if threads == cores else f"Unset threads ({settings.source('threads')}): one a core is fastest."
    return Finding("threads", f"{threads} of {cores} physical cores", fix)


def _key(settings: Settings) -> Finding:
    if settings.api_key:
        return Finding("api key", f"set ({settings.source('api_key')})")
    fix = "Set OPENAI_API_KEY, or name its variable with LLMSQL_API_KEY_ENV."
    return Finding("api key", "not set", fix, is_problem=True)


def _ask() -> Finding:
    from llmsql.sources import open_source

    started = time.perf_counter()
    with open_source() as con:
        con.ask_sql(_QUESTION)
    seconds = time.perf_counter() - started
    fix = None
    if seconds > _SLOW_SECONDS:
        fix = "The first question loads the model, and the next ones are faster: keep `llmsql shell` or a process open."
    return Finding("a tiny question", f"answered in {seconds:.2f} s, opening the sales data and the model", fix)
