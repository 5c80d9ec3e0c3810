"""What people install: the sdist, the wheel built from it, an environment with nothing else, and the Dockerfile."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import llmsql
from llmsql.cli import build_parser
from llmsql.registry import load_registry

ROOT = Path(__file__).resolve().parent.parent
MOST_WHEEL_BYTES = 60_000_000
MOST_SDIST_BYTES = 120_000_000


def run(command: Sequence[str | Path], **options: object) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    environment.setdefault("LLMSQL_TIMEOUT", "600")  # a machine that runs tests may be busy
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, env=environment, timeout=900, **options
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel made from it and from nothing else."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT])
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.mark.slow
def test_the_sdist_has_all_that_is_ours(built: tuple[Path, Path]) -> None:
    sdist, _ = built
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = run(["git", "ls-files"], cwd=ROOT).splitlines() if (ROOT / ".git").exists() else []
    hidden = (".ci/", ".git", ".dockerignore")
    assert [name for name in tracked if name not in names and not name.startswith(hidden)] == []
    assert sdist.stat().st_size < MOST_SDIST_BYTES


@pytest.mark.slow
def test_the_wheel_is_small_and_typed(built: tuple[Path, Path]) -> None:
    _, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith("METADATA")]
        text = archive.read(metadata).decode()
        [entry_points] = [name for name in names if name.endswith("entry_points.txt")]
        assert b"llmsql = llmsql.cli:main" in archive.read(entry_points)
    assert wheel.stat().st_size < MOST_WHEEL_BYTES
    assert wheel.name.endswith("-py3-none-any.whl") and f"Version: {llmsql.__version__}" in text
    for name in ("py.typed", "prices.json", "asking/allowed_functions.txt", "_models/model_registry.json"):
        assert f"llmsql/{name}" in names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"llmsql", "training"}
    assert "adapter" in " ".join(name for name in names if name.endswith(".gguf"))
    assert not [name for name in names if name.endswith((".safetensors", ".duckdb", ".ipynb", ".pt"))]


@pytest.mark.slow
def test_a_clean_environment_answers(built: tuple[Path, Path], tmp_path: Path) -> None:
    _, wheel = built
    run([sys.executable, "-m", "venv", tmp_path / "venv"])
    scripts = tmp_path / "venv" / "bin"
    run([scripts / "pip", "install", "--quiet", "--disable-pip-version-check", wheel], cwd=tmp_path)
    assert run([scripts / "llmsql", "--version"], cwd=tmp_path).strip() == f"llmsql {llmsql.__version__}"
    answer = run([scripts / "python", "-m", "llmsql", "ask", "-f", "csv", "revenue by region"], cwd=tmp_path)
    assert len(answer.splitlines()) == 6 and "Europe" in answer
    where = run([scripts / "python", "-c", "import llmsql; print(llmsql.__file__)"], cwd=tmp_path)
    assert str(tmp_path) in where


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["uvx", "pipx"])
def test_tools_that_run_packages(built: tuple[Path, Path], tool: str, tmp_path: Path) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    _, wheel = built
    start = [tool, "--from", wheel] if tool == "uvx" else [tool, "run", "--spec", wheel]
    assert run([*start, "llmsql", "--version"], cwd=tmp_path).strip() == f"llmsql {llmsql.__version__}"


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line[0], line[1]) for line in lines]


def test_the_dockerfile_s_commands_exist() -> None:
    known = {"FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in instructions()} <= known
    models = {entry.name for entry in load_registry()}
    asked = 0
    for name, text in instructions():
        if name == "RUN":
            for command in re.split(r"&&|;", text):
                words = shlex.split(command)
                assert words[0] in ("pip", "apt-get", "rm", "useradd", "llmsql"), command
                if words[0] == "llmsql":
                    asked += 1
                    options = build_parser().parse_args(words[1:])
                    assert getattr(options, "name", None) in {None, *models}
    [(_, entry)] = [line for line in instructions() if line[0] == "ENTRYPOINT"]
    [(_, command)] = [line for line in instructions() if line[0] == "CMD"]
    assert eval(entry) == ["llmsql"]
    build_parser().parse_args(eval(command))
    assert asked == 2
    variables = [text.partition("=")[0] for name, text in instructions() if name == "ENV"]
    assert variables == ["LLMSQL_CACHE_DIR", "LLMSQL_OFFLINE"]


def test_the_image_is_built_from_what_the_wheel_needs() -> None:
    """``.dockerignore`` lets through every file that the wheel is made of, and no secret."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert lines[0] == "**" and ".env" not in " ".join(lines)
    allowed = {line.removeprefix("!").partition("/")[0] for line in lines if line.startswith("!")}
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = {"llmsql", "training", "models", "pyproject.toml", "README.md", "LICENSE"}
    assert needed <= allowed and 'license-files = ["LICENSE"]' in pyproject
