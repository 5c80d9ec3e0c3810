"""Which chart shows a result, in a notebook and in the shell, and that chart as SVG.

One rule: names and a number make bars, a column that orders the rows (a date, a year) and numbers make a line, two
measures make a scatter plot. The shell draws that when it is told to (``chart_of``); a notebook only where it helps
(``choose_chart``). SVG is drawn here, with no script and no library, so that a saved notebook shows it wherever it is
opened.
"""

from __future__ import annotations

import datetime
import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_BARS = 30
MOST_LINES = 4
MOST_POINTS = 2_000
FEWEST_POINTS = 5
LONGEST_LABEL = 24
WIDTH, LINE_HEIGHT, BAR_HEIGHT = 560, 240, 18
COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2")
_ORDERING_NAME = re.compile(r"(^|_)(year|quarter|month|week|day|hour|date|decade)(_|$)|^yr$", re.IGNORECASE)
_KEY_NAME = re.compile(r"(^|_)(id|key|no|number|code|zip)$|[a-z]Id$|^ID$")


@dataclass(frozen=True)
class Chart:
    """A chart of a result.

    Args:
        kind: ``bar``, ``line`` or ``scatter``.
        x: the column of names, dates or numbers that the rows lie along; None where their own order is all there is.
        ys: the columns of numbers.
    """

    kind: str
    x: str | None
    ys: tuple[str, ...]


def chart_of(schema: Any, kind: str | None = None) -> Chart | None:
    """The chart that columns make, whatever is in them, or None without a column of numbers.

    Args:
        schema: of the rows, a ``pyarrow.Schema``.
        kind: this one, and not the one that the columns suggest.
    """
    columns: dict[str, list[str]] = {"order": [], "text": [], "key": [], "other": [], "number": []}
    for field in schema:
        columns[_role(field.name, field.type)].append(field.name)
    ordered, numbers = columns["order"], columns["number"]
    names = [*columns["text"], *columns["key"], *columns["other"]]
    if not numbers:
        return None
    if kind is None:
        kind = "line" if ordered and not columns["text"] else "bar" if names or len(numbers) == 1 else "scatter"
    along = [*ordered, *names] if kind == "line" else [*names, *ordered]
    x = along[0] if along else numbers[0] if len(numbers) > 1 else None
    ys = [name for name in numbers if name != x]
    return Chart(kind, x, tuple(ys[:1] if kind == "bar" else ys))


def choose_chart(table: Any) -> Chart | None:
    """The chart that shows a result, or None where a table says it better.

    Args:
        table: the rows, a ``pyarrow.Table``.
    """
    names = table.column_names
    if not 2 <= table.num_rows <= MOST_POINTS or len(set(names)) != len(names):
        return None
    empty = [name for name in names if table[name].null_count == table.num_rows]
    chart = chart_of(table.drop_columns(empty).schema)
    if chart is None or chart.x is None:
        return None
    roles = [_role(field.name, field.type) for field in table.schema]
    if not any(_number(value) is not None for value in table[chart.ys[0]].to_pylist()):
        return None
    if chart.kind == "scatter":
        helps = len(names) == 2 and table.num_rows >= FEWEST_POINTS
    elif chart.kind == "line":
        helps = len(chart.ys) <= MOST_LINES and _readable(table, chart.x)
    else:
        helps = roles.count("text") == 1 and table.num_rows <= MOST_BARS
    return chart if helps and (chart.kind == "scatter" or _distinct(table, chart.x)) else None


def render_svg(chart: Chart, table: Any) -> str:
    """The chart as an SVG element; text in it takes the page's colour.

    Args:
        chart: from ``choose_chart``.
        table: the same rows.
    """
    if chart.kind == "bar":
        return _bars(chart, table)
    return _plane(chart, table)


def _role(name: str, type_: Any) -> str:
    """What a column does: ``order`` the rows, name them (``text``, ``key``), be a ``number``, or ``other``."""
    import pyarrow.types as pt

    if pt.is_temporal(type_) and not pt.is_duration(type_) and not pt.is_time(type_) and not pt.is_interval(type_):
        return "order"
    if pt.is_string(type_) or pt.is_large_string(type_) or pt.is_dictionary(type_) or pt.is_boolean(type_):
        return "text"
    if pt.is_integer(type_) and _ORDERING_NAME.search(name):
        return "order"
    if pt.is_integer(type_) and _KEY_NAME.search(name):
        return "key"
    return "number" if pt.is_integer(type_) or pt.is_floating(type_) or pt.is_decimal(type_) else "other"


def _distinct(table: Any, name: str) -> bool:
    column = table[name]
    return bool(column.null_count == 0 and len(column.unique()) == table.num_rows)


def _readable(table: Any, name: str) -> bool:
    """Whether Python has such dates: DuckDB's reach further."""
    try:
        table[name].to_pylist()
    except (OverflowError, ValueError):
        return False
    return True


def _number(value: Any) -> float | None:
    if value is None or not math.isfinite(float(value)):
        return None
    return float(value)


def _position(value: Any) -> float:
    """Where a value of an ordering column lies."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=value.tzinfo or datetime.UTC).timestamp()
    if isinstance(value, datetime.date):
        return float(value.toordinal() * 86_400)
    return float(value)


def format_number(value: float) -> str:
    """A number as an axis says it: ``1.23M``, ``4,500``, ``0.25``."""
    for size, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def _label(value: Any) -> str:
    text = format_number(value) if isinstance(value, float) else str(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        text = value.date().isoformat()
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


def _bars(chart: Chart, table: Any) -> str:
    labels = [_label(v) for v in table[chart.x].to_pylist()]
    values = [_number(v) for v in table[chart.ys[0]].to_pylist()]
    known = [v for v in values if v is not None]
    low, high = min(0.0, *known), max(0.0, *known)
    span = (high - low) or 1.0
    left = 12 + 7 * max(map(len, labels))
    scale = (WIDTH - left - 70) / span
    zero = left - low * scale
    parts = []
    for row, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = row * (BAR_HEIGHT + 4) + 4
        parts.append(f'<text x="{left - 6}" y="{y + 13}" text-anchor="end">{html.escape(label)}</text>')
        if value is not None:
            start = min(zero, zero + value * scale)
            width = max(abs(value) * scale, 1.0)
            parts.append(
                f'<rect x="{start:.1f}" y="{y}" width="{width:.1f}" height="{BAR_HEIGHT}" fill="{COLOURS[0]}"/>'
                f'<text x="{start + width + 4:.1f}" y="{y + 13}">{format_number(value)}</text>'
            )
    return _svg(chart, parts, len(labels) * (BAR_HEIGHT + 4) + 8)


def _plane(chart: Chart, table: Any) -> str:
    raw = table[chart.x].to_pylist()
    xs = [_position(v) if v is not None else None for v in raw]
    series = [[_number(v) for v in table[name].to_pylist()] for name in chart.ys]
    present = [v for values in series for v in values if v is not None]
    if chart.kind == "line":
        order: Sequence[int] = sorted(range(len(xs)), key=lambda i: xs[i] or 0.0)
        low = min(0.0, *present)
    else:
        order, low = [i for i, x in enumerate(xs) if x is not None], min(present)
    shown = [x for x in xs if x is not None]
    first, last, high = min(shown), max(shown), max(present)
    left, right, top, bottom = 64, WIDTH - 16, 12, LINE_HEIGHT - 24

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - first) / ((last - first) or 1.0)
        up = (y - low) / ((high - low) or 1.0)
        return round(left + across * (right - left), 1), round(bottom - up * (bottom - top), 1)

    ends = [html.escape(_label(raw[xs.index(end)])) for end in (first, last)]
    parts = [
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>',
        f'<text x="{left - 6}" y="{top + 8}" text-anchor="end">{format_number(high)}</text>',
        f'<text x="{left - 6}" y="{bottom}" text-anchor="end">{format_number(low)}</text>',
        f'<text x="{left}" y="{bottom + 16}">{ends[0]}</text>',
        f'<text x="{right}" y="{bottom + 16}" text-anchor="end">{ends[1]}</text>',
    ]
    for values, colour, name in zip(series, COLOURS, chart.ys, strict=False):
        points = [at(x, y) for i in order if (x := xs[i]) is not None and (y := values[i]) is not None]
        if chart.kind == "line":
            path = " ".join(f"{x},{y}" for x, y in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        else:
            parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}" fill-opacity="0.6"/>' for x, y in points]
        if len(chart.ys) > 1:
            height = top + 10 + 14 * chart.ys.index(name)
            parts.append(f'<text x="{left + 10}" y="{height}" fill="{colour}">{html.escape(_label(name))}</text>')
    return _svg(chart, parts, LINE_HEIGHT)


def _svg(chart: Chart, parts: list[str], height: int) -> str:
    title = html.escape(f"{', '.join(chart.ys)} by {chart.x}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{title}" font-family="sans-serif" font-size="12" fill="currentColor">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )
