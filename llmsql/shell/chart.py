"""Charts of a result: in the terminal with plotext, in a file with matplotlib."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmsql.charts import chart_of
from llmsql.files import written_whole
from llmsql.shell.render import text_width
from llmsql.shell.results import Result
from llmsql.shell.session import ShellError

KINDS = ("bar", "line", "scatter")
MOST_BARS = 40
MOST_POINTS = 10_000
MOST_LINES = 6
_LABEL_WIDTH = 24
_TIME_TYPES = ("DATE", "TIMESTAMP")
_FILE_INCHES = (9.0, 5.0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart and the rows in it, ready to be drawn.

    Args:
        kind: one of ``KINDS``.
        x_name: under the x axis.
        x: names, dates as text, or numbers.
        series: (name, values) of each line; a missing value is None.
        dates: ``x`` are dates.
        left_out: rows that are not drawn.
    """

    kind: str
    x_name: str
    x: list[Any]
    series: list[tuple[str, list[float | None]]]
    dates: bool = False
    left_out: int = 0


def drawing_of(result: Result, kind: str | None = None) -> Drawing:
    """The chart that a result makes by the rule of ``llmsql.charts``, with its rows.

    Args:
        result: its rows must be held.
        kind: draw this kind, whatever the types.

    Raises:
        ShellError: there is nothing to draw.
    """
    picked = None if result.relation is None else chart_of(result.relation.limit(0).to_arrow_table().schema, kind)
    if picked is None:
        raise ShellError("There is no column of numbers to draw.", "Add a count or a sum.")
    places = {column.name: place for place, column in enumerate(result.columns)}
    values = [places[name] for name in picked.ys[:MOST_LINES]]
    rows = list(itertools.islice(result.texts(), MOST_BARS if picked.kind == "bar" else MOST_POINTS))
    if not rows:
        raise ShellError("The last result has no rows to draw.")
    dates = False
    x: list[Any]
    if picked.x is None:
        x = [str(number) for number in range(1, len(rows) + 1)]
    else:
        axis, column = places[picked.x], result.columns[places[picked.x]]
        dates = column.type.startswith(_TIME_TYPES)
        if picked.kind != "bar" and (dates or column.is_number):
            rows = [row for row in rows if row[axis] is not None]
        if picked.kind == "line" and (dates or column.is_number):
            rows.sort(key=lambda row: str(row[axis]) if dates else float(row[axis] or 0))
        x = ["NULL" if row[axis] is None else str(row[axis]) for row in rows]
        if picked.kind != "bar" and column.is_number:
            x = [float(value) for value in x]
    series = [(result.columns[place].name, [_value(row[place]) for row in rows]) for place in values]
    return Drawing(picked.kind, picked.x or "row", x, series, dates, result.count() - len(rows))


def _value(text: str | None) -> float | None:
    value = None if text is None else float(text)
    return value if value is not None and abs(value) != float("inf") and value == value else None


def draw_chart(drawing: Drawing, width: int, *, colour: bool) -> str:
    """A chart in characters.

    Args:
        drawing: what to draw.
        width: columns of the terminal.
        colour: use escape sequences for colours.
    """
    text = _draw_bars(drawing, width) if drawing.kind == "bar" else _plot(drawing, max(20, width - 1), colour)
    if drawing.left_out > 0:
        text += f"({drawing.left_out:,} more rows are not drawn)\n"
    return text


def _draw_bars(drawing: Drawing, width: int) -> str:
    """Bars are lines of text: a plot would squeeze names and draw no bar exactly."""
    name, values = drawing.series[0]
    labels = [_cut(str(label), min(_LABEL_WIDTH, max(6, width // 3))) for label in drawing.x]
    numbers = ["" if value is None else f"{value:,.10g}" for value in values]
    label_width = max(text_width(label) for label in labels)
    number_width = max(len(number) for number in numbers)
    room = max(4, width - label_width - number_width - 4)
    drawn = [value or 0.0 for value in values]
    low, high = min(0.0, *drawn), max(0.0, *drawn)
    scale = room / (high - low) if high > low else 0.0
    zero = round(-low * scale)
    lines = [f"{drawing.x_name}: {name}\n"]
    for label, value, number in zip(labels, drawn, numbers, strict=True):
        cells = abs(value) * scale
        bar = " " * zero + _bar(cells) if value >= 0 else " " * (zero - round(cells)) + "▒" * round(cells)
        blanks = " " * (label_width - text_width(label))
        lines.append(f"{blanks}{label} │{bar} {number}\n")
    return "".join(lines)


def _bar(cells: float) -> str:
    eighths = round(cells * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _cut(text: str, room: int) -> str:
    return text if text_width(text) <= room else text[: max(1, room - 1)] + "…"


def _plot(drawing: Drawing, width: int, colour: bool) -> str:
    import plotext

    figure = plotext.figure
    figure.clear()
    figure.theme("simple" if colour else "colorless")
    figure.plot_size(width, max(10, min(24, width // 3)))
    places = [_seconds(x) for x in drawing.x] if drawing.dates else drawing.x
    if any(isinstance(place, str) for place in places):
        places = list(range(len(places)))
    for name, values in drawing.series:
        points = [(x, y) for x, y in zip(places, values, strict=True) if y is not None]
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            _draw_series(figure, drawing.kind, xs, ys, name if len(drawing.series) > 1 else None)
    _label(figure, drawing, places)
    built = figure.build()
    text = str(built)
    return (text if colour else plotext.uncolorize(text)).rstrip("\n") + "\n"


def _draw_series(figure: Any, kind: str, xs: list[float], ys: list[float], name: str | None) -> None:
    signal = figure.signal(xs, ys)
    if kind == "line":
        signal.lines()
    if name is not None:
        signal.label(name)
    figure.draw(signal)


def _label(figure: Any, drawing: Drawing, places: list[float]) -> None:
    figure.label(drawing.x_name, "x")
    if len(drawing.series) == 1:
        figure.label(drawing.series[0][0], "y")
    if places is not drawing.x and places:
        last = len(places) - 1
        shown = sorted({0, last // 2, last})
        figure.ruler("x").ticks([places[i] for i in shown], [_cut(str(drawing.x[i]), 16) for i in shown])


def _seconds(text: str) -> float:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ShellError(f"{text} is no date that can be drawn.") from None


def save_chart(drawing: Drawing, file: str) -> None:
    """A chart as a picture.

    Args:
        drawing: what to draw.
        file: ends in ``.png``, ``.svg`` or ``.pdf``.

    Raises:
        ShellError: matplotlib is not installed, or the file cannot be written.
    """
    path = Path(file).expanduser()
    ending = path.suffix.lower().lstrip(".")
    if ending not in ("png", "svg", "pdf"):
        raise ShellError(f"A chart cannot be written as .{ending}.", "Name a .png, .svg or .pdf file.")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ShellError("Charts in files need matplotlib.", "pip install 'duckdb-llmsql[charts]'") from None
    figure = Figure(figsize=_FILE_INCHES, layout="constrained")
    axes = figure.subplots()
    x: list[Any] = [_date(value) for value in drawing.x] if drawing.dates else drawing.x
    for name, values in drawing.series:
        drawn = [float("nan") if value is None else value for value in values]
        if drawing.kind == "bar":
            axes.barh([str(label) for label in x], drawn)
            axes.invert_yaxis()
            axes.set_xlabel(name)
        elif drawing.kind == "line":
            axes.plot(x, drawn, label=name)
        else:
            axes.scatter(x, drawn, label=name)
    if drawing.kind == "bar":
        axes.set_ylabel(drawing.x_name)
    else:
        axes.set_xlabel(drawing.x_name)
        if len(drawing.series) > 1:
            axes.legend()
        else:
            axes.set_ylabel(drawing.series[0][0])
    axes.grid(alpha=0.3)
    try:
        with written_whole(path) as fresh:
            figure.savefig(fresh, format=ending)
    except OSError as error:
        raise ShellError(f"{file} cannot be written: {error.strerror}.") from None


def _date(text: str) -> Any:
    from datetime import datetime

    return datetime.fromtimestamp(_seconds(text))
