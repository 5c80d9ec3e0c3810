"""Rows as text, in the output modes of DuckDB's command line and byte for byte as it writes them.

Values come as DuckDB's own text (a cast to VARCHAR, or ``to_json``): nothing is formatted anew.
Modes that need column widths hold all rows; the others write as rows come.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Row = Sequence[str | None]

SEPARATORS = {
    "csv": (",", "\r\n"),
    "tabs": ("\t", "\n"),
    "quote": (",", "\n"),
    "ascii": ("\x1f", "\x1e"),
    "tcl": (" ", "\n"),
}
"""Column and row separators that choosing a mode sets; ``DEFAULT_SEPARATORS`` for all others."""
DEFAULT_SEPARATORS = ("|", "\n")

_NUMBERS = frozenset(
    "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE".split()
)
_JSON_RAW = frozenset("TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER BOOLEAN JSON".split())
"""Types whose JSON is their text. Wider numbers are strings: JSON readers would round them."""
_CONTROL = re.compile(r"[\x00-\x1f]")
_CSV_QUOTED = re.compile(r"[\x00-\x1f\"'\x7f-\U0010ffff]")
_BARE_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result.

    Args:
        name: as DuckDB names it.
        type: as DuckDB writes it.
    """

    name: str
    type: str

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.type in _NUMBERS or self.type.startswith("DECIMAL")

    @property
    def has_own_json(self) -> bool:
        """Whether JSON is not the value's text: it has parts, or is written with another precision."""
        return self.type.endswith("]") or self.type.startswith(("STRUCT", "MAP", "UNION", "VARIANT", "FLOAT", "DOUBLE"))


@dataclass(slots=True)
class Format:
    """How rows are written.

    Args:
        mode: a key of ``MODES``, or ``duckbox``, which DuckDB draws itself.
        headers: write the names of the columns; those that draw a frame or a rule always do.
        null: stands for NULL.
        column_separator: between values.
        row_separator: after rows.
        widths: least widths of columns; negative ones are right-justified.
        table: the name in ``insert`` mode.
        keywords: names that ``insert`` has to quote.
    """

    mode: str = "duckbox"
    headers: bool = True
    null: str = "NULL"
    column_separator: str = "|"
    row_separator: str = "\n"
    widths: tuple[int, ...] = ()
    table: str = "table"
    keywords: frozenset[str] = field(default=frozenset({"table"}), repr=False)


def render(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    """Write rows.

    Args:
        columns: names and types.
        rows: their text; for the JSON modes, JSON where ``Column.has_own_json``.
        format_: how.

    Yields:
        Pieces of text, line ends included.
    """
    return MODES[format_.mode](columns, rows, format_)


def _delimited(
    write: Callable[[str, Format], str],
) -> Callable[[Sequence[Column], Iterable[Row], Format], Iterator[str]]:
    def lines(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
        if format_.headers:
            yield format_.column_separator.join(write(c.name, format_) for c in columns) + format_.row_separator
        for row in rows:
            cells = [format_.null if cell is None else cell for cell in row]
            yield format_.column_separator.join(write(cell, format_) for cell in cells) + format_.row_separator

    return lines


def _csv_cell(cell: str, format_: Format) -> str:
    if _CSV_QUOTED.search(cell) or (format_.column_separator and format_.column_separator in cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _tcl_cell(cell: str, _: Format) -> str:
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    out = []
    for sign in cell:
        if sign in named:
            out.append(named[sign])
        elif " " <= sign <= "~":
            out.append(sign)
        else:
            out.extend(f"\\{byte:03o}" for byte in sign.encode())
    return '"' + "".join(out) + '"'


def _literal(cell: str | None, column: Column) -> str:
    """A value as SQL."""
    if cell is None:
        return "NULL"
    return cell if column.is_number else "'" + cell.replace("'", "''") + "'"


def _quote(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    if format_.headers:
        names = ("'" + c.name.replace("'", "''") + "'" for c in columns)
        yield format_.column_separator.join(names) + format_.row_separator
    for row in rows:
        cells = (
            cell if cell is not None and column.type == "BOOLEAN" else _literal(cell, column)
            for cell, column in zip(row, columns, strict=True)
        )
        yield format_.column_separator.join(cells) + format_.row_separator


def _insert(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    def name(text: str) -> str:
        bare = _BARE_NAME.fullmatch(text) and text not in format_.keywords
        return text if bare else '"' + text.replace('"', '""') + '"'

    return insert_statements(f"{name(format_.table)}({','.join(name(c.name) for c in columns)})", columns, rows)


def insert_statements(target: str, columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """Rows as SQL that inserts them.

    Args:
        target: the table, as SQL names it; a list of columns may follow.
        columns: names and types.
        rows: their text.

    Yields:
        Statements, line ends included.
    """
    for row in rows:
        values = ",".join(_insert_value(cell, c) for cell, c in zip(row, columns, strict=True))
        yield f"INSERT INTO {target} VALUES({values});\n"


def _insert_value(cell: str | None, column: Column) -> str:
    text = _literal(cell, column)
    if "\n" not in text and "\r" not in text:
        return text
    parts = re.split(r"([\n\r])", text[1:-1])
    pieces = [f"chr({ord(part)})" if part in ("\n", "\r") else f"'{part}'" for part in parts if part]
    return f"concat({', '.join(pieces)})"


def _html(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    if format_.headers:
        yield (
            "<tr>"
            + "".join(f"<th>{html.escape(c.name)}</th>\n".replace("&#x27;", "&#39;") for c in columns)
            + "</tr>\n"
        )
    for row in rows:
        cells = (html.escape(format_.null if cell is None else cell).replace("&#x27;", "&#39;") for cell in row)
        yield "<tr>" + "".join(f"<td>{cell}</td>\n" for cell in cells) + "</tr>\n"


def _line(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    width = max([5, *(text_width(c.name) for c in columns)])
    for number, row in enumerate(rows):
        lines = (
            f"{_pad(c.name, -width)} = {format_.null if cell is None else cell}\n"
            for cell, c in zip(row, columns, strict=True)
        )
        yield ("\n" if number else "") + "".join(lines)


def _json_string(text: str) -> str:
    named = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL.sub(lambda m: named.get(m.group(), f"\\u{ord(m.group()):04x}"), text) + '"'


def _json_objects(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    keys = [_json_string(c.name) + ":" for c in columns]
    raw = [c.type in _JSON_RAW or c.has_own_json for c in columns]
    for row in rows:
        values = (
            "null" if cell is None else cell if is_raw else _json_string(cell)
            for cell, is_raw in zip(row, raw, strict=True)
        )
        yield "{" + ",".join(map("".join, zip(keys, values, strict=True))) + "}"


def _json(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    before = "["
    for text in _json_objects(columns, rows):
        yield before + text
        before = ",\n"
    yield "[]\n" if before == "[" else "]\n"


def _jsonlines(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    return (text + "\n" for text in _json_objects(columns, rows))


def text_width(text: str) -> int:
    """Columns of a terminal that a text takes; a tab goes on to the next eighth one, a line break begins anew.

    Args:
        text: without escape sequences.
    """
    if text.isascii() and text.isprintable():
        return len(text)
    from wcwidth import wcwidth

    width = 0
    for sign in text:
        if sign == "\t":
            width += 8 - width % 8
        elif sign in "\n\r":
            width = 0
        else:
            width += max(0, wcwidth(sign))
    return width


def _pad(text: str, width: int) -> str:
    """To the left of ``width`` terminal columns, or to the right where it is negative."""
    blanks = " " * (abs(width) - text_width(text))
    return blanks + text if width < 0 else text + blanks


def _centre(text: str, width: int) -> str:
    blanks = abs(width) - text_width(text)
    return " " * (blanks // 2) + text + " " * (blanks - blanks // 2)


@dataclass(frozen=True, slots=True)
class _Grid:
    """All rows of a result with the width of each column."""

    columns: Sequence[Column]
    rows: list[list[str]]
    widths: list[int]


def _grid(columns: Sequence[Column], rows: Iterable[Row], format_: Format, escape: Callable[[str], str] = str) -> _Grid:
    texts = [[escape(format_.null if cell is None else cell) for cell in row] for row in rows]
    asked = [*format_.widths, *[0] * len(columns)]
    widths = []
    for place, column in enumerate(columns):
        lengths = [text_width(row[place]) for row in texts]
        width = max([abs(asked[place]), text_width(column.name), *lengths])
        widths.append(-width if asked[place] < 0 else width)
    return _Grid(columns, texts, widths)


def _column(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    grid = _grid(columns, rows, format_)
    if format_.headers:
        yield "  ".join(_pad(c.name, w) for c, w in zip(columns, grid.widths, strict=True)) + "\n"
        yield "  ".join("-" * abs(w) for w in grid.widths) + "\n"
    for row in grid.rows:
        yield "  ".join(map(_pad, row, grid.widths)) + "\n"


def _framed(grid: _Grid, vertical: str, top: str, middle: str, bottom: str, line: str) -> Iterator[str]:
    def rule(signs: str) -> str:
        return signs[0] + signs[1].join(line * (abs(w) + 2) for w in grid.widths) + signs[2] + "\n"

    names = (_centre(c.name, w) for c, w in zip(grid.columns, grid.widths, strict=True))
    yield rule(top) + f"{vertical} " + f" {vertical} ".join(names) + f" {vertical}\n" + rule(middle)
    for row in grid.rows:
        yield f"{vertical} " + f" {vertical} ".join(map(_pad, row, grid.widths)) + f" {vertical}\n"
    yield rule(bottom)


def _box(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    grid = _grid(columns, rows, format_, lambda cell: cell.replace("\n", "\\n").replace("\r", "\\r"))
    return _framed(grid, "│", "┌┬┐", "├┼┤", "└┴┘", "─")


def _table(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    return _framed(_grid(columns, rows, format_), "|", "+++", "+++", "+++", "-")


def _markdown(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    grid = _grid(columns, rows, format_, lambda cell: cell.replace("|", "\\|").replace("\n", "<br>"))
    names = (_centre(c.name, w) for c, w in zip(columns, grid.widths, strict=True))
    yield "| " + " | ".join(names) + " |\n"
    rules = (
        "-" * (abs(w) + 1) + ":" if c.is_number or w < 0 else "-" * (abs(w) + 2)
        for c, w in zip(columns, grid.widths, strict=True)
    )
    yield "|" + "|".join(rules) + "|\n"
    for row in grid.rows:
        yield "| " + " | ".join(map(_pad, row, grid.widths)) + " |\n"


def _latex(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    grid = _grid(columns, rows, format_)
    yield "\\begin{tabular}{|" + "".join("r" if c.is_number else "l" for c in columns) + "|}\n\\hline\n"
    names = (_centre(c.name, w) for c, w in zip(columns, grid.widths, strict=True))
    yield " & ".join(names) + " \\\\\n\\hline\n"
    for row in grid.rows:
        yield " & ".join(map(_pad, row, grid.widths)) + " \\\\\n"
    yield "\\hline\n\\end{tabular}\n"


def _trash(columns: Sequence[Column], rows: Iterable[Row], format_: Format) -> Iterator[str]:
    for _ in rows:
        pass
    yield from ()


MODES: dict[str, Callable[[Sequence[Column], Iterable[Row], Format], Iterator[str]]] = {
    "ascii": _delimited(lambda cell, _: cell),
    "box": _box,
    "column": _column,
    "csv": _delimited(_csv_cell),
    "html": _html,
    "insert": _insert,
    "json": _json,
    "jsonlines": _jsonlines,
    "latex": _latex,
    "line": _line,
    "list": _delimited(lambda cell, _: cell),
    "markdown": _markdown,
    "quote": _quote,
    "table": _table,
    "tabs": _delimited(lambda cell, _: cell),
    "tcl": _delimited(_tcl_cell),
    "trash": _trash,
}
