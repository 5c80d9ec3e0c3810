"""Ask questions in DuckDB: a fine-tuned model writes the SQL, it is checked, and DuckDB runs it in-process."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from llmsql.answer import Answer
    from llmsql.clients import LLMClient
    from llmsql.connection import Connection, connect, install
    from llmsql.errors import LLMSQLError

_PLACES = {
    "Answer": "llmsql.answer",
    "Connection": "llmsql.connection",
    "LLMClient": "llmsql.clients",
    "LLMSQLError": "llmsql.errors",
    "connect": "llmsql.connection",
    "install": "llmsql.connection",
    "load_ipython_extension": "llmsql.notebook",
    "unload_ipython_extension": "llmsql.notebook",
}

__all__ = ["Answer", "Connection", "LLMClient", "LLMSQLError", "__version__", "connect", "install"]


def __getattr__(name: str) -> Any:
    """Import public names when they are first used: ``import llmsql`` costs next to nothing."""
    if name not in _PLACES:
        raise AttributeError(f"module 'llmsql' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
