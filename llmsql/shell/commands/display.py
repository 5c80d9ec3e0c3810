"""The dot commands for how results look, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmsql.shell.commands.command import (
    SWITCH,
    Arguments,
    dot_command,
    only_argument,
    read_number,
    read_switch,
    split_arguments,
)
from llmsql.shell.render import MODES
from llmsql.shell.session import ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session

MODE_NAMES = ("duckbox", *sorted(MODES))


@dot_command("mode", "MODE ?TABLE?", "Set output mode", details=f"MODE is one of: {' '.join(MODE_NAMES)}")
def _mode(session: Session, arguments: Arguments) -> None:
    if not arguments:
        session.output.write(f"current output mode: {session.options.format.mode}\n")
        return
    found = [name for name in MODE_NAMES if name.startswith(arguments[0])]
    if arguments[0] in MODE_NAMES:
        found = [arguments[0]]
    if len(found) != 1:
        raise ShellError(f"There is no mode {arguments[0]}.", f"Choose one of {' '.join(MODE_NAMES)}.")
    session.set_mode(found[0])
    session.options.format.table = arguments[1] if len(arguments) > 1 else "table"


def _switch_command(name: str, help_: str) -> None:
    """A command that turns the option of its name on or off."""

    def switch(session: Session, arguments: Arguments) -> None:
        options = session.options.format if name == "headers" else session.options
        setattr(options, name, read_switch(arguments, name))

    dot_command(name, SWITCH, help_)(switch)


_switch_command("headers", "Turn display of headers on or off")
_switch_command("highlight", "Turn colours on or off")
_switch_command("timer", "Turn SQL timer on or off")
_switch_command("changes", "Show number of rows changed by SQL")
_switch_command("echo", "Turn command echo on or off")
_switch_command("bail", "Stop after hitting an error. Default OFF")


@dot_command("nullvalue", "STRING", "Use STRING in place of NULL values")
def _nullvalue(session: Session, arguments: Arguments) -> None:
    if len(arguments) != 1:
        raise ShellError("Usage: .nullvalue STRING")
    session.options.format.null = arguments[0]


@dot_command("separator", "COL ?ROW?", "Change the column and row separators")
def _separator(session: Session, arguments: Arguments) -> None:
    if not 1 <= len(arguments) <= 2:
        raise ShellError("Usage: .separator COL ?ROW?")
    session.options.format.column_separator = unescaped(arguments[0])
    if len(arguments) == 2:
        session.options.format.row_separator = unescaped(arguments[1])


def unescaped(text: str) -> str:
    """A separator as it is meant: ``\\t`` is a tab.

    Args:
        text: as typed.
    """
    for written, meant in (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"), ("\\\\", "\\")):
        text = text.replace(written, meant)
    return text


@dot_command(
    "width", "NUM1 NUM2 ...", "Set minimum column widths for columnar output", details="Negative values right-justify"
)
def _width(session: Session, arguments: Arguments) -> None:
    try:
        session.options.format.widths = tuple(int(word) for word in arguments)
    except ValueError:
        raise ShellError("Usage: .width NUM1 NUM2 ...") from None


@dot_command("maxrows", "?COUNT?", "Show at most COUNT rows (default: 40). Only for duckbox mode.")
def _maxrows(session: Session, arguments: Arguments) -> None:
    if arguments:
        session.options.max_rows = read_number(arguments, "maxrows")
    else:
        session.output.write(f"current max rows: {session.options.max_rows}\n")


@dot_command(
    "maxwidth", "?COUNT?", "Show at most COUNT characters in a line (default: the terminal's). Only for duckbox mode."
)
def _maxwidth(session: Session, arguments: Arguments) -> None:
    if arguments:
        session.options.max_width = read_number(arguments, "maxwidth")
    else:
        session.output.write(f"current max width: {session.options.max_width}\n")


@dot_command("columns", "", "Render results column by column. Only for duckbox mode.")
def _columns(session: Session, arguments: Arguments) -> None:
    session.options.by_column = True


@dot_command("rows", "", "Render results row by row (default). Only for duckbox mode.")
def _rows(session: Session, arguments: Arguments) -> None:
    session.options.by_column = False


@dot_command("prompt", "MAIN CONTINUE", "Replace the standard prompts")
def _prompt(session: Session, arguments: Arguments) -> None:
    if not 1 <= len(arguments) <= 2:
        raise ShellError("Usage: .prompt MAIN CONTINUE")
    session.options.prompt = arguments[0]
    if len(arguments) == 2:
        session.options.continuation = arguments[1]


@dot_command("startup_text", "none|version|all", "Start-up text to display. Set this as the first line in ~/.llmsqlrc")
def _startup_text(session: Session, arguments: Arguments) -> None:
    word = only_argument(arguments, ".startup_text none|version|all")
    if word not in ("none", "version", "all"):
        raise ShellError(f".startup_text is none, version or all, not {word}.")
    session.options.startup_text = word


@dot_command("show", "", "Show the current values for various settings")
def _show(session: Session, arguments: Arguments) -> None:
    options, format_ = session.options, session.options.format

    def switch(on: bool) -> str:
        return "on" if on else "off"

    def literal(text: str) -> str:
        return '"' + text.encode("unicode_escape").decode().replace('"', '\\"') + '"'

    values = {
        "echo": switch(options.echo),
        "headers": switch(format_.headers),
        "mode": format_.mode,
        "nullvalue": literal(format_.null),
        "output": session.output.target,
        "colseparator": literal(format_.column_separator),
        "rowseparator": literal(format_.row_separator),
        "width": " ".join(map(str, format_.widths)),
        "timer": switch(options.timer),
        "maxrows": str(options.max_rows),
        "filename": session.database,
    }
    session.output.write("".join(f"{name:>12}: {value}\n" for name, value in values.items()))


@dot_command(
    "output",
    "?FILE?",
    "Send output to FILE or stdout if FILE is omitted",
    raw=True,
    details="If FILE begins with '|' then open as a pipe",
)
def _output(session: Session, arguments: Arguments) -> None:
    session.output.redirect(_target(arguments[0]))


@dot_command(
    "once",
    "?FILE?",
    "Output for the next SQL command only to FILE",
    raw=True,
    details="If FILE begins with '|' then open as a pipe",
)
def _once(session: Session, arguments: Arguments) -> None:
    session.output.redirect(_target(arguments[0]), once=True)


def _target(rest: str) -> str | None:
    if rest.startswith("|"):
        return rest
    words = split_arguments(rest)
    if len(words) > 1:
        raise ShellError("Name one file, in quotes if its name has blanks.")
    if words and words[0].startswith("-") and words[0] != "-":
        raise ShellError(
            f"There is no option {words[0]}: no editor or spreadsheet is opened.", "Name a file, or a program after |."
        )
    return words[0] if words else None


@dot_command("last", "", "Render the last result without truncating")
def _last(session: Session, arguments: Arguments) -> None:
    if session.last is None:
        raise ShellError("There is no last result.", "Run a query first.")
    session.show(session.last, uncut=True)


@dot_command(
    "pager",
    "on|off|automatic|COMMAND",
    "Control pager usage for output",
    raw=True,
    details="automatic: when a result has more rows than .pager set_row_threshold says (default: 50)\n"
    "COMMAND: the pager; by default what DUCKDB_PAGER or PAGER names, or less",
)
def _pager(session: Session, arguments: Arguments) -> None:
    output, rest = session.output, arguments[0]
    if not rest:
        output.write(f"pager: {output.pager_mode}, {output.pager() or 'none'}, over {output.paged_rows} rows\n")
    elif rest in ("on", "off", "automatic"):
        output.pager_mode = rest
    elif rest.startswith("set_row_threshold"):
        output.paged_rows = read_number(rest.split()[1:], "pager set_row_threshold")
    else:
        output.pager_command, output.pager_mode = rest.strip("'\""), "on"


@dot_command(
    "chart",
    "?bar|line|scatter? ?FILE?",
    "Draw the last result, in the terminal or to a .png or .svg file",
    details="Without a kind: a line over dates, bars over names, points for two numbers",
)
def _chart(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.chart import KINDS, draw_chart, drawing_of, save_chart

    if session.last is None:
        raise ShellError("There is no last result to draw.", "Run a query, or ask a question, first.")
    kinds = [word for word in arguments if word in KINDS]
    files = [word for word in arguments if word not in KINDS]
    if len(kinds) > 1 or len(files) > 1 or (files and "." not in files[0]):
        raise ShellError("Usage: .chart ?bar|line|scatter? ?FILE.png|FILE.svg?")
    drawing = drawing_of(session.last, kinds[0] if kinds else None)
    if files:
        save_chart(drawing, files[0])
        session.output.note(f"-- {drawing.kind} chart in {files[0]}")
    else:
        width = session.output.width if session.output.is_terminal else 80
        session.output.write(draw_chart(drawing, width, colour=session.output.has_colour))
