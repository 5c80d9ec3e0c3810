"""From a function's constant arguments and the settings in force to what it asks, of whom, and with which care."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from llmsql.errors import ConfigError
from llmsql.rows.calls import Caller, Occasion
from llmsql.rows.ledger import Summary
from llmsql.rows.models import room_for_text
from llmsql.rows.queries import Plan, Query
from llmsql.rows.tasks import Task, build_task, read_flag
from llmsql.settings import Settings

_TEXT, _WHOLE, _NUMBER = "a text", "a whole number", "a number"
_KINDS = {
    "model": _TEXT,
    "system": _TEXT,
    "instruction": _TEXT,
    "instructions": _TEXT,
    "return_type": _TEXT,
    "max_tokens": _WHOLE,
    "dims": _WHOLE,
    "temperature": _NUMBER,
    "min_accuracy": _NUMBER,
}
"""What options must be whose SQL type the macros leave open."""
ON_ERROR = ("null", "fail", "capture")
_OWN_OPTIONS = frozenset({"model", "temperature", "seed", "cache", "on_error"})
_PROXY_OPTIONS = frozenset({"optimize", "min_accuracy"})


def check_options(function: str, options: Mapping[str, Any]) -> None:
    """Refuse options of a wrong kind.

    Args:
        function: that they were given to.
        options: by name; None where not given.

    Raises:
        ConfigError: one is.
    """
    for name, kind in _KINDS.items():
        value = options.get(name)
        if value is None or (kind == _TEXT and isinstance(value, str)):
            continue
        if kind == _TEXT or isinstance(value, bool) or not isinstance(value, int if kind == _WHOLE else (int, float)):
            example = {_TEXT: "'…'", _WHOLE: "100", _NUMBER: "0.5"}[kind]
            raise ConfigError(f"{name} {value!r} of {function} is not {kind}.", f"Write {name} := {example}.")


def build_plan(
    query: Query,
    function: str,
    options: Mapping[str, Any],
    settings: Settings,
    caller: Caller,
    summary: Summary,
    keep_answers: bool,
) -> Plan:
    """The plan of a function in a query.

    Args:
        query: that calls it.
        function: its name.
        options: its constant arguments by name, checked, without those that are NULL.
        settings: in force.
        caller: of its model.
        summary: the books of the function in the query.
        keep_answers: on disk, unless the option ``cache`` says otherwise.

    Raises:
        ConfigError: an argument is wrong.
    """
    on_error = options.get("on_error", "null")
    if on_error not in ON_ERROR:
        raise ConfigError(f"on_error {on_error!r} of {function} is unknown.", f"Choose {', '.join(ON_ERROR)}.")
    temperature = float(options.get("temperature", settings.temperature))
    if not 0 <= temperature <= 2:
        raise ConfigError(f"temperature {temperature:g} of {function} is not from 0 to 2.")
    most = options.get("max_tokens")
    if most is not None and most < 1:
        raise ConfigError(f"max_tokens {most} of {function} must be above 0.")
    own = {name: value for name, value in options.items() if name not in _OWN_OPTIONS}
    task = build_task(function, own, room_for_text(settings, caller.client, most or settings.max_tokens))
    cache = read_flag(options, "cache", function, default=True)
    asked = {name: value for name, value in own.items() if name not in _PROXY_OPTIONS}
    decides = [function, asked, caller.client.identity, settings.max_tokens, temperature, options.get("seed")]
    lasting = temperature == 0 and cache
    if not lasting:
        decides.append(query.id)
    occasion = Occasion(
        settings,
        summary,
        query.budget,
        query.cancel,
        temperature,
        options.get("seed"),
        settings.offline or (keep_answers and cache),
    )
    key = _hash(decides)
    min_accuracy = _min_accuracy(function, own)
    return Plan(
        function=function,
        task=task,
        caller=caller,
        occasion=occasion,
        on_error=on_error,
        key=key,
        min_accuracy=min_accuracy,
        proxy_key=b"" if min_accuracy is None else _proxy_key(key, min_accuracy, task, caller, occasion),
        proxy_name=_hash([key.hex(), min_accuracy]).hex() if lasting else "",
    )


def _proxy_key(key: bytes, min_accuracy: float, task: Task, caller: Caller, occasion: Occasion) -> bytes:
    """The hash of what decides a proxy: the model's answers, also by the words that it is asked in, and the vectors."""
    words = task.prompt and caller.request_key(task.prompt("text"), occasion)
    settings = occasion.settings
    vectors = [settings.provider, settings.model, settings.row_model, settings.embed_model]
    return _hash([key.hex(), min_accuracy, words, vectors])


def _hash(parts: list[Any]) -> bytes:
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=32).digest()


def _min_accuracy(function: str, options: Mapping[str, Any]) -> float | None:
    optimize, least = options.get("optimize"), options.get("min_accuracy", 0.95)
    if optimize is None:
        return None
    if optimize != "cost" or read_flag(options, "multi", function):
        raise ConfigError(f"optimize {optimize!r} of {function} is unknown here.", "Only 'cost', without multi, is.")
    if not 0 < least < 1:
        raise ConfigError(f"min_accuracy {least:g} of {function} is not between 0 and 1.", "Write it as 0.95.")
    return float(least)
