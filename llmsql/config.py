"""``llmsql config``: every setting with its value and where it came from, and all that is wrong with them."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from llmsql.errors import ConfigError
from llmsql.settings import Settings, config_files, convert_setting, load_settings, setting_names

_OTHER_VARIABLES = frozenset({"LLMSQL_DEBUG", "LLMSQL_DATA_DIR", "LLMSQL_WEIGHTS_SOURCES"})
MASK = "********"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force.

    Args:
        name: of the field.
        value: as text; a mask where it is a secret, None where it is not set.
        source: where it came from.
    """

    name: str
    value: str | None
    source: str


def settings_in_force() -> Iterator[Setting]:
    """Every setting.

    Raises:
        ConfigError: as ``load_settings``.
    """
    settings = load_settings()
    for field in dataclasses.fields(Settings):
        if field.name != "sources":
            value = getattr(settings, field.name)
            shown = None if value is None else MASK if field.name == "api_key" else str(value)
            yield Setting(field.name, shown, settings.source(field.name))


def problems() -> Iterator[str]:
    """Everything that is wrong with files and environment, a line each; each names its fix."""
    try:
        tables = list(config_files())
    except ConfigError as error:
        yield str(error)
        tables = []
    for path, table in tables:
        for name, value in table.items():
            if name == "api_key":
                yield f"{path}: api_key is a secret. Put it into the environment; api_key_env names its variable."
            elif name not in setting_names():
                yield f"{path}: there is no setting {name!r}. {_nearest(name, '')}"
            else:
                yield from _conversion(name, value, str(path))
    for variable in sorted(os.environ):
        name = variable.removeprefix("LLMSQL_").lower()
        if not variable.startswith("LLMSQL_") or variable in _OTHER_VARIABLES:
            continue
        if name not in setting_names():
            yield f"environment: there is no setting for {variable}. {_nearest(name, 'LLMSQL_')}"
        elif name != "api_key" and os.environ[variable]:
            yield from _conversion(name, os.environ[variable], f"environment {variable}")


def _conversion(name: str, value: object, source: str) -> Iterator[str]:
    try:
        convert_setting(name, value, source)
    except ConfigError as error:
        yield str(error)


def _nearest(name: str, prefix: str) -> str:
    near = difflib.get_close_matches(name, setting_names(), n=1, cutoff=0.5)
    spelled = [prefix + (n.upper() if prefix else n) for n in near]
    return f"Did you mean {spelled[0]}?" if spelled else "Remove it; `llmsql config show` lists what there is."
