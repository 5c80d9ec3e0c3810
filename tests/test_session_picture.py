"""The README's picture: it is there, it shows the session that the script types, and the script works."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from pathlib import Path

import pytest

from tests.clients.stubs import StubOpenAI

pytest.importorskip("pexpect", reason="drives a terminal")
pytest.importorskip("pyte", reason="reads a terminal's screen")

from docs.render_session import PICTURE, SESSION, render_session

ROOT = Path(__file__).resolve().parent.parent


def shown(picture: Path) -> list[str]:
    """The lines of a picture, each run of blanks as one."""
    lines = defaultdict(list)
    for text in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text"):
        lines[float(text.get("y", ""))].append(text.text or "")
    return [" ".join(pieces) for _, pieces in sorted(lines.items())]


def typed(picture: Path) -> list[str]:
    """What stands after the prompts, without blanks: colours cut it into pieces."""
    return [line.removeprefix("sales D").replace(" ", "") for line in shown(picture) if line.startswith("sales D")]


def test_the_readme_s_picture_is_there_and_of_this_session() -> None:
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [ROOT / name for name in named] == [PICTURE]
    assert typed(PICTURE) == [line.replace(" ", "") for line in SESSION]


@pytest.mark.slow
def test_the_script_draws_what_the_shell_shows(stub: StubOpenAI, hermetic: Path) -> None:
    stub.answers = [stub.good("SELECT name, 500000 + region_id AS revenue FROM regions ORDER BY name")]
    picture = hermetic / "session.svg"
    render_session(picture)
    assert typed(picture) == [line.replace(" ", "") for line in SESSION]
    text = "\n".join(shown(picture))
    assert "-- stub-1, " in text and "FROM regions" in text
    assert text.count("│ Asia Pacific │") == 2
    assert re.search(r"Asia Pacific │█+ 500,00\d", text)
