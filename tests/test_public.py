from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import llmsql
from tests.test_connection import child_environment

pytestmark = pytest.mark.usefixtures("hermetic")
ROOT = Path(__file__).resolve().parent.parent

HEAVY = (
    "torch transformers peft openai ollama xllamacpp huggingface_hub sqlglot duckdb pyarrow numpy pandas polars rich "
    "prompt_toolkit httpx jsonschema python_calamine"
).split()


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=child_environment(), timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_public_names_are_sorted_and_there() -> None:
    assert llmsql.__all__ == sorted(llmsql.__all__)
    for name in llmsql.__all__:
        assert getattr(llmsql, name) is not None
    assert set(llmsql.__all__) <= set(dir(llmsql))
    assert python("from llmsql import *; print(connect.__name__, install.__name__)") == "connect install"
    with pytest.raises(AttributeError, match="module 'llmsql' has no attribute 'conect'"):
        _ = llmsql.conect  # type: ignore[attr-defined]


def test_import_is_light_and_silent() -> None:
    code = f"""
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
import llmsql
print([name for name in {HEAVY!r} if name in sys.modules], seen)
"""
    assert python(code) == "[] []"


def test_help_is_light() -> None:
    code = f"""
import contextlib, io, sys
from llmsql.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(["--help"])
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert python(code) == "[]"


def test_connecting_opens_no_socket_and_no_model() -> None:
    code = """
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
import llmsql
llmsql.connect().close()
heavy = ("torch", "transformers", "peft", "openai", "ollama", "xllamacpp", "rich")
print([name for name in heavy if name in sys.modules], seen)
"""
    assert python(code) == "[] []"


def test_dependencies_point_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    importlinter = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    assert importlinter.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
