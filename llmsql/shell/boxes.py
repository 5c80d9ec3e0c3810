"""Draws the tables of a database as boxes side by side, as DuckDB's ``.tables`` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmsql.shell.render import text_width

_MOST_COLUMNS = 30
Painter = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Box:
    """A titled box.

    Args:
        title: its first line.
        rows: (name, type, is a key) of each line.
        footer: its last line, for example a number of rows; may be empty.
    """

    title: str
    rows: Sequence[tuple[str, str, bool]]
    footer: str = ""


def draw_boxes(boxes: Sequence[Box], width: int, paint: Painter) -> str:
    """Boxes from left to right, as many beside each other as there is room for.

    Args:
        boxes: in order.
        width: columns of the terminal.
        paint: colours a text in a style.
    """
    shelves: list[list[list[str]]] = [[]]
    left = width
    for box in boxes:
        lines, wide = _lines(box, width, paint)
        if shelves[-1] and wide > left:
            shelves.append([])
            left = width
        shelves[-1].append(lines)
        left -= wide
    return "".join(_side_by_side(shelf) for shelf in shelves if shelf)


def _lines(box: Box, width: int, paint: Painter) -> tuple[list[str], int]:
    rows = list(box.rows[:_MOST_COLUMNS])
    if len(box.rows) > _MOST_COLUMNS:
        rows.append((f"… {len(box.rows) - _MOST_COLUMNS} more", "", False))
    names = max([text_width(name) for name, _, _ in rows], default=0)
    types = max([text_width(type_) for _, type_, _ in rows], default=0)
    inner = max(names + 1 + types if types else names, text_width(box.title), text_width(box.footer))
    inner = min(inner, max(8, width - 4))
    frame = [f"┌{'─' * (inner + 2)}┐"]

    def line(plain: str, painted: str) -> None:
        frame.append(f"│ {painted}{' ' * (inner - text_width(plain))} │")

    def centred(text: str, style: str) -> None:
        text = _cut(text, inner)
        before = (inner - text_width(text)) // 2
        line(" " * before + text, " " * before + paint(text, style))

    centred(box.title, "bold")
    line("", "")
    for name, type_, is_key in rows:
        room = inner - (types + 1 if types else 0)
        name = _cut(name, max(4, room))
        gap = " " * (min(names, room) - text_width(name) + 1)
        shown = _cut(type_, inner - text_width(name) - len(gap))
        line(f"{name}{gap}{shown}", f"{paint(name, 'key' if is_key else 'plain')}{gap}{paint(shown, 'dim')}")
    if box.footer:
        line("", "")
        centred(box.footer, "dim")
    frame.append(f"└{'─' * (inner + 2)}┘")
    return frame, inner + 4


def _cut(text: str, room: int) -> str:
    return text if text_width(text) <= room else text[: max(0, room - 1)] + "…"


def _side_by_side(shelf: list[list[str]]) -> str:
    height = max(len(lines) for lines in shelf)
    out = []
    for number in range(height):
        out.append("".join(lines[number] if number < len(lines) else " " * len(lines[0]) for lines in shelf).rstrip())
    return "\n".join(out) + "\n"
