"""The example notebooks, run from top to bottom by Jupyter's own client with the default model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_sources import CHINOOK

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def outputs(notebook: Any) -> list[tuple[str, list[str]]]:
    """(source, kinds of output) of every cell of code."""
    return [
        (cell.source, [kind for output in cell.outputs for kind in sorted(output.get("data", {}))])
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_is_sound_and_small(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert file.stat().st_size < 100_000
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is not None, f"{file.name} was not run before it was saved"
            assert not [o for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's client and kernel warn of their own business
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if file.stem == "chinook":
        if not CHINOOK.exists():
            pytest.skip("the Chinook database is not beside the project")
        monkeypatch.setenv("CHINOOK", str(CHINOOK))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("LLMSQL_TIMEOUT", "600")
    saved = nbformat.read(file, as_version=4)
    fresh = nbformat.read(file, as_version=4)
    client = nbclient.NotebookClient(
        fresh, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    assert outputs(fresh) == outputs(saved)
    assert any("text/html" in kinds for _, kinds in outputs(fresh))
