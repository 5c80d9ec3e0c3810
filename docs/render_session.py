"""Renders ``docs/session.svg``, the README's picture: the real shell in a real terminal, the default model answering.

From the root of a checkout, with what the tests need: ``make picture``
"""

from __future__ import annotations

import html
import itertools
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pexpect

from llmsql.weights import default_cache_dir
from tests.shell.screen import Screen

PICTURE = Path(__file__).parent / "session.svg"
SESSION = (
    "how many customers are in Europe",
    "from ask('top 5 products by revenue in 2024') where revenue > 400000;",
    ".chart",
)
"""What is typed into ``llmsql shell sales``, a line at a time."""
_COLUMNS, _LINES = 88, 60
_PROMPT = "sales D"
_PATIENCE = 600.0  # weights may have to be fetched
_CELL_WIDTH, _CELL_HEIGHT, _FONT_SIZE, _MARGIN = 8.43, 16.4, 14, 16  # lines of boxes meet at this height
_FONT = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
_BACKGROUND = "#1d2021"
_COLOURS = {
    "default": "#d5c4a1", "brightblack": "#928374", "red": "#fb4934", "green": "#b8bb26", "brown": "#fabd2f",
    "blue": "#83a598", "magenta": "#d3869b", "cyan": "#8ec07c", "white": "#ebdbb2",
}  # fmt: skip
"""By pyte's names."""


def render_session(picture: Path) -> None:
    """Type the session and draw the screen.

    Args:
        picture: the SVG file to write.
    """
    with tempfile.TemporaryDirectory() as home:  # in which no question was asked before
        (Path(home) / "llmsql").mkdir()
        (Path(home) / "llmsql" / "weights").symlink_to(default_cache_dir())

        def shell(*arguments: str) -> Screen:
            return Screen(
                "sales", *arguments, columns=_COLUMNS, lines=_LINES, patience=_PATIENCE, HOME=home, XDG_CACHE_HOME=home
            )

        shell("-c", "revenue by region").child.expect(pexpect.EOF)  # the model reads the schema once for all questions
        session = shell()
        for prompts, line in enumerate(("", *SESSION), start=1):
            session.type(f"{line}\r" if line else "")
            session.wait(lambda text, prompts=prompts: text.count(_PROMPT) == prompts and text.endswith(_PROMPT))
        session.leave()
    height = 2 * _MARGIN + _CELL_HEIGHT * (len(session.text.splitlines()) - 1)
    width = 2 * _MARGIN + _CELL_WIDTH * _COLUMNS
    picture.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'font-family="{_FONT}" font-size="{_FONT_SIZE}" aria-label="A session in llmsql shell">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{_BACKGROUND}"/>\n' + "\n".join(_texts(session)) + "\n</svg>\n",
        encoding="utf-8",
    )


def _texts(session: Screen) -> Iterator[str]:
    """Each piece of one style, where it stands on the screen, down to the line before the empty prompt."""
    for y, line in enumerate(session.text.splitlines()[:-1]):
        row = [session.screen.buffer[y][x] for x in range(len(line))]
        x = 0
        for (colour, bold), cells in itertools.groupby(row, key=lambda cell: (cell.fg, cell.bold)):
            text = "".join(cell.data for cell in cells)
            weight = ' font-weight="bold"' if bold else ""
            for piece in re.finditer(r"\S+( \S+)*", text):
                left = _MARGIN + (x + piece.start()) * _CELL_WIDTH
                baseline = _MARGIN + (y + 0.75) * _CELL_HEIGHT
                yield (
                    f'<text x="{left:.1f}" y="{baseline:.1f}" textLength="{len(piece[0]) * _CELL_WIDTH:.1f}" '
                    f'lengthAdjust="spacingAndGlyphs" fill="{_COLOURS[colour]}"{weight}>{html.escape(piece[0])}</text>'
                )
            x += len(text)


if __name__ == "__main__":
    render_session(PICTURE)
