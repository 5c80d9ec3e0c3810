"""The dot commands: what ``.help`` lists."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from llmsql.catalog.snapshot import quote
from llmsql.shell.render import MODES
from llmsql.shell.session import ExitShell, ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session

UNSAFE = frozenset("cd chart edit import once open output read shell system".split())
"""What safe mode takes away: files and programs."""
NOT_HERE = frozenset(
    "binary decimal_sep display_colors excel highlight_colors highlight_errors highlight_mode highlight_results "
    "large_number_rendering log multiline progress_bar read_line_version render_completion render_errors singleline "
    "thousand_sep ui_command".split()
)
"""Commands of ``duckdb`` that are refused: what they set is not in the hands of DuckDB's Python package, or ours."""
_SHORT = {
    **{"c": "cd", "d": "dump", "e": "edit", "h": "headers", "he": "headers", "hi": "highlight", "l": "last"},
    **{"m": "mode", "mo": "mode", "ma": "maxrows", "max": "maxrows", "o": "output", "p": "pager", "r": "read"},
    **{"sh": "shell", "t": "timer"},
}
"""What beginnings that several commands have are short for, as in ``duckdb``."""
_OWN_SEMICOLON = frozenset({"nullvalue", "print", "prompt", "separator"})
"""Commands whose text may end with a semicolon; elsewhere one does no harm."""
MODE_NAMES = ("duckbox", *sorted(MODES))
SWITCH = "on|off"
"""The usage of what is turned on or off."""

Arguments = list[str]


@dataclass(frozen=True, slots=True)
class Command:
    """A dot command.

    Args:
        name: without its dot.
        usage: its arguments, as ``.help`` writes them.
        help: what it does, in a few words.
        run: does it; gets the arguments, or the rest of the line in one piece where ``raw``.
        raw: the rest of the line is one argument.
        details: further lines of ``.help NAME``.
    """

    name: str
    usage: str
    help: str
    run: Callable[[Session, Arguments], bool | None]
    raw: bool = False
    details: str = ""


COMMANDS: dict[str, Command] = {}


def _command(
    name: str, usage: str, help_: str, *, raw: bool = False, details: str = ""
) -> Callable[[Callable[[Session, Arguments], bool | None]], Callable[[Session, Arguments], bool | None]]:
    def register(run: Callable[[Session, Arguments], bool | None]) -> Callable[[Session, Arguments], bool | None]:
        COMMANDS[name] = Command(name, usage, help_, run, raw, details)
        return run

    return register


def run_command(session: Session, line: str) -> bool:
    """Run a dot command.

    Args:
        session: where.
        line: the command with its dot.

    Returns:
        Whether it went well.

    Raises:
        LLMSQLError: there is no such command, or it failed.
        ExitShell: it was ``.exit``.
    """
    line = {"\\e": ".edit", "\\q": ".quit", "\\d": ".tables", "\\?": ".help"}.get(line[:2], line[:2]) + line[2:]
    name, _, rest = line[1:].partition(" ")
    command = find_command(name.rstrip(";"))
    if session.options.safe and command.name in UNSAFE:
        raise ShellError(f".{command.name} is not there in safe mode.")
    rest = rest.strip()
    if not command.raw and command.name not in _OWN_SEMICOLON:
        rest = rest.removesuffix(";")
    return command.run(session, [rest] if command.raw else _split(rest)) is not False


def find_command(name: str) -> Command:
    """The command of a name, or of a beginning that only one has or that DuckDB takes for it.

    Args:
        name: without its dot.

    Raises:
        ShellError: there is none, there are several, or it is one of ``NOT_HERE``.
    """
    name = _SHORT.get(name, name)
    known = sorted({*COMMANDS, *NOT_HERE})
    found = [name] if name in known else [other for other in known if other.startswith(name)]
    if len(found) > 1:
        raise ShellError(f".{name} is short for {', '.join('.' + other for other in found)}.", "Type one more letter.")
    if found and found[0] in NOT_HERE:
        raise ShellError(f".{found[0]} is not in llmsql's shell.", "Type .help for what is.")
    if found:
        return COMMANDS[found[0]]
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    raise ShellError(f"There is no command .{name}.", f"Did you mean .{near[0]}?" if near else "Type .help for all.")


def _split(rest: str) -> Arguments:
    try:
        lexer = shlex.shlex(rest, posix=True, punctuation_chars=False)
        lexer.whitespace_split = True
        lexer.commenters = ""
        lexer.escape = "" if os.name == "nt" else "\\"
        return list(lexer)
    except ValueError:
        raise ShellError("A quote is not closed.", f"Close it: .help tells what a command takes. ({rest})") from None


def _one(arguments: Arguments, usage: str) -> str:
    if len(arguments) != 1 or not arguments[0]:
        raise ShellError(f"Usage: {usage}")
    return arguments[0]


def _switch(arguments: Arguments, name: str) -> bool:
    word = _one(arguments, f".{name} {SWITCH}").lower()
    if word in ("on", "1", "true", "yes"):
        return True
    if word in ("off", "0", "false", "no"):
        return False
    raise ShellError(f".{name} is on or off, not {word}.")


def _number(arguments: Arguments, name: str) -> int:
    word = _one(arguments, f".{name} NUMBER")
    if not word.isdigit():
        raise ShellError(f".{name} takes a whole number, not {word}.")
    return int(word)


# -- how results look -------------------------------------------------------------------------------------------------


@_command("mode", "MODE ?TABLE?", "Set output mode", details=f"MODE is one of: {' '.join(MODE_NAMES)}")
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
        setattr(options, name, _switch(arguments, name))

    _command(name, SWITCH, help_)(switch)


_switch_command("headers", "Turn display of headers on or off")
_switch_command("highlight", "Turn colours on or off")
_switch_command("timer", "Turn SQL timer on or off")
_switch_command("changes", "Show number of rows changed by SQL")
_switch_command("echo", "Turn command echo on or off")
_switch_command("bail", "Stop after hitting an error. Default OFF")


@_command("nullvalue", "STRING", "Use STRING in place of NULL values")
def _nullvalue(session: Session, arguments: Arguments) -> None:
    if len(arguments) != 1:
        raise ShellError("Usage: .nullvalue STRING")
    session.options.format.null = arguments[0]


@_command("separator", "COL ?ROW?", "Change the column and row separators")
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


@_command(
    "width", "NUM1 NUM2 ...", "Set minimum column widths for columnar output", details="Negative values right-justify"
)
def _width(session: Session, arguments: Arguments) -> None:
    try:
        session.options.format.widths = tuple(int(word) for word in arguments)
    except ValueError:
        raise ShellError("Usage: .width NUM1 NUM2 ...") from None


@_command("maxrows", "?COUNT?", "Show at most COUNT rows (default: 40). Only for duckbox mode.")
def _maxrows(session: Session, arguments: Arguments) -> None:
    if arguments:
        session.options.max_rows = _number(arguments, "maxrows")
    else:
        session.output.write(f"current max rows: {session.options.max_rows}\n")


@_command(
    "maxwidth", "?COUNT?", "Show at most COUNT characters in a line (default: the terminal's). Only for duckbox mode."
)
def _maxwidth(session: Session, arguments: Arguments) -> None:
    if arguments:
        session.options.max_width = _number(arguments, "maxwidth")
    else:
        session.output.write(f"current max width: {session.options.max_width}\n")


@_command("columns", "", "Render results column by column. Only for duckbox mode.")
def _columns(session: Session, arguments: Arguments) -> None:
    session.options.by_column = True


@_command("rows", "", "Render results row by row (default). Only for duckbox mode.")
def _rows(session: Session, arguments: Arguments) -> None:
    session.options.by_column = False


@_command("prompt", "MAIN CONTINUE", "Replace the standard prompts")
def _prompt(session: Session, arguments: Arguments) -> None:
    if not 1 <= len(arguments) <= 2:
        raise ShellError("Usage: .prompt MAIN CONTINUE")
    session.options.prompt = arguments[0]
    if len(arguments) == 2:
        session.options.continuation = arguments[1]


@_command("startup_text", "none|version|all", "Start-up text to display. Set this as the first line in ~/.llmsqlrc")
def _startup_text(session: Session, arguments: Arguments) -> None:
    word = _one(arguments, ".startup_text none|version|all")
    if word not in ("none", "version", "all"):
        raise ShellError(f".startup_text is none, version or all, not {word}.")
    session.options.startup_text = word


@_command("show", "", "Show the current values for various settings")
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


# -- where results go ------------------------------------------------------------------------------------------------


@_command(
    "output",
    "?FILE?",
    "Send output to FILE or stdout if FILE is omitted",
    raw=True,
    details="If FILE begins with '|' then open as a pipe",
)
def _output(session: Session, arguments: Arguments) -> None:
    session.output.redirect(_target(arguments[0]))


@_command(
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
    words = _split(rest)
    if len(words) > 1:
        raise ShellError("Name one file, in quotes if its name has blanks.")
    if words and words[0].startswith("-") and words[0] != "-":
        raise ShellError(
            f"There is no option {words[0]}: no editor or spreadsheet is opened.", "Name a file, or a program after |."
        )
    return words[0] if words else None


@_command("last", "", "Render the last result without truncating")
def _last(session: Session, arguments: Arguments) -> None:
    if session.last is None:
        raise ShellError("There is no last result.", "Run a query first.")
    session.show(session.last, uncut=True)


@_command(
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
        output.paged_rows = _number(rest.split()[1:], "pager set_row_threshold")
    else:
        output.pager_command, output.pager_mode = rest.strip("'\""), "on"


@_command(
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


# -- the database -----------------------------------------------------------------------------------------------------


@_command(
    "open",
    "?OPTIONS? ?FILE?",
    "Close existing database and reopen FILE",
    details="--readonly  change nothing\n--new       begin with an empty file",
)
def _open(session: Session, arguments: Arguments) -> None:
    flags = {word.lstrip("-") for word in arguments if word.startswith("-")}
    files = [word for word in arguments if not word.startswith("-")]
    unknown = flags - {"readonly", "new", "nofollow"}
    if unknown or len(files) > 1:
        raise ShellError("Usage: .open ?--readonly? ?--new? ?FILE?")
    name = files[0] if files else ":memory:"
    if "new" in flags and name != ":memory:" and Path(name).expanduser().exists():
        raise ShellError(f"{name} is there already.", "Remove it first, or open it without --new.")
    session.open(name, read_only="readonly" in flags)


@_command("tables", "?TABLE?", "List tables whose name is LIKE the pattern TABLE")
def _tables(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.listing import draw_tables

    session.ready_or_say()
    session.output.write(draw_tables(session, arguments[0] if arguments else "%"))


@_command("schema", "?PATTERN?", "Show the CREATE statements matching PATTERN")
def _schema(session: Session, arguments: Arguments) -> None:
    session.ready_or_say()
    patterns = [word for word in arguments if not word.startswith("--")]
    rows = session.query(
        "SELECT sql FROM sqlite_master WHERE tbl_name ILIKE ? AND sql IS NOT NULL ORDER BY name, type",
        [patterns[0] if patterns else "%"],
    )
    session.output.write("".join(f"{row[0].rstrip().rstrip(';')};\n" for row in rows))


@_command("databases", "", "List names and files of attached databases")
def _databases(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.boxes import Box, draw_boxes
    from llmsql.shell.listing import painter

    session.ready_or_say()
    rows = session.query(
        "SELECT database_name, coalesce(path, 'in memory') FROM duckdb_databases() WHERE NOT internal ORDER BY ALL"
    )
    box = Box("databases", [(name, path, False) for name, path in rows])
    session.output.write(draw_boxes([box], session.output.width, painter(session)))


@_command("indexes", "?TABLE?", "Show names of indexes")
def _indexes(session: Session, arguments: Arguments) -> None:
    session.ready_or_say()
    pattern = arguments[0] if arguments else "%"
    rows = session.query("SELECT index_name FROM duckdb_indexes() WHERE table_name ILIKE ? ORDER BY ALL", [pattern])
    session.output.write("".join(f"{row[0]}\n" for row in rows))


@_command("dump", "?TABLE?", "Render database content as SQL", details="TABLE is a LIKE pattern for the tables to dump")
def _dump(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.listing import dump

    session.ready_or_say()
    session.work(lambda: session.output.write_all(dump(session.duckdb, arguments or ["%"])))


@_command(
    "import",
    "FILE TABLE",
    "Import data from FILE into TABLE",
    details="--csv|--json|--parquet   what FILE is; else its ending tells\n"
    "--PARAMETER VALUE        for the reader, as in read_csv; lines that do not fit are left out,\n"
    "                         unless --ignore_errors false is given\n"
    "If TABLE does not exist, it is created.",
)
def _import(session: Session, arguments: Arguments) -> None:
    session.ready_or_say()
    names: list[str] = []
    kind, parameters = "", {}
    words: Iterator[str] = iter(arguments)
    for word in words:
        option = word.lstrip("-")
        if word.startswith("-") and option in ("csv", "json", "parquet"):
            kind = option
        elif word.startswith("--") or (word.startswith("-") and len(word) > 1):
            if not re.fullmatch(r"\w+", option):
                raise ShellError(f"{word} is no parameter of a reader.")
            value = next(words, None)
            if value is None:
                raise ShellError(f"{word} needs a value.", "Usage: .import FILE TABLE --PARAMETER VALUE")
            parameters[option] = _sql_value(value)
        else:
            names.append(word)
    if len(names) != 2:
        raise ShellError("Usage: .import FILE TABLE")
    file, table = names
    endings = {".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet"}
    kind = kind or endings.get(Path(file).suffix.lower(), "csv")
    if kind == "csv":  # as DuckDB: lines that do not fit are left out, and do not make one column of the file
        parameters.setdefault("ignore_errors", "true")
    listed = [_sql_value(file, text=True), *(f"{name} = {value}" for name, value in parameters.items())]
    source = f"read_{kind}({', '.join(listed)})"
    target = ".".join(quote(part) for part in table.split(".", 2))
    try:
        session.query(f"SELECT 1 FROM {target} LIMIT 0")
        statement = f"INSERT INTO {target} SELECT * FROM {source}"
    except duckdb.CatalogException:
        statement = f"CREATE TABLE {target} AS SELECT * FROM {source}"
    session.work(lambda: session.duckdb.execute(statement).fetchall())


def _sql_value(word: str, *, text: bool = False) -> str:
    if not text and re.fullmatch(r"\d+|true|false|\[.*\]|\{.*\}", word, re.IGNORECASE):
        return word
    return "'" + word.replace("'", "''") + "'"


# -- the shell --------------------------------------------------------------------------------------------------------


@_command("read", "FILE", "Read input from FILE")
def _read(session: Session, arguments: Arguments) -> bool:
    return session.run_file(_one(arguments, ".read FILE"))


@_command("print", "STRING...", "Print literal STRING")
def _print(session: Session, arguments: Arguments) -> None:
    session.output.write(" ".join(arguments) + "\n")


@_command("cd", "DIRECTORY", "Change the working directory to DIRECTORY")
def _cd(session: Session, arguments: Arguments) -> None:
    folder = _one(arguments, ".cd DIRECTORY")
    try:
        os.chdir(Path(folder).expanduser())
    except OSError as error:
        raise ShellError(f"Cannot go to {folder}: {error.strerror}.") from None


@_command(
    "edit",
    "",
    "Edit the last statement in a text editor, then in the prompt",
    details="The editor is DUCKDB_EDITOR, EDITOR, VISUAL, or vi. \\e does the same.",
)
def _edit(session: Session, arguments: Arguments) -> None:
    if not session.interactive:
        raise ShellError(".edit needs a terminal.")
    editor = next((os.environ[n] for n in ("DUCKDB_EDITOR", "EDITOR", "VISUAL") if os.environ.get(n)), "vi")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "query.sql"
        file.write_text(session.last_input, encoding="utf-8")
        done = subprocess.run(f"{editor} {shlex.quote(str(file))}", shell=True, check=False)
        if done.returncode:
            raise ShellError(f"{editor} ended with code {done.returncode}.", "Name an editor in EDITOR.")
        session.next_input = file.read_text(encoding="utf-8", errors="replace").strip()


@_command("shell", "CMD ARGS...", "Run CMD ARGS... in a system shell", raw=True)
def _shell(session: Session, arguments: Arguments) -> None:
    if not arguments[0]:
        raise ShellError("Usage: .shell CMD ARGS...")
    done = subprocess.run(arguments[0], shell=True, check=False)
    if done.returncode:
        raise ShellError(f"The command ended with code {done.returncode}.")


@_command("system", "CMD ARGS...", "Run CMD ARGS... in a system shell", raw=True)
def _system(session: Session, arguments: Arguments) -> None:
    _shell(session, arguments)


@_command("safe_mode", "", "Enable safe-mode: no files, no programs, no network, for good")
def _safe_mode(session: Session, arguments: Arguments) -> None:
    session.lock()


@_command("version", "", "Show the version")
def _version(session: Session, arguments: Arguments) -> None:
    from llmsql import __version__

    session.output.write(f"llmsql {__version__}, DuckDB v{duckdb.__version__}\n")


@_command("exit", "?CODE?", "Exit this program with return-code CODE")
def _exit(session: Session, arguments: Arguments) -> None:
    if arguments and not arguments[0].lstrip("-").isdigit():
        raise ShellError("Usage: .exit ?CODE?")
    raise ExitShell(int(arguments[0]) if arguments else 0)


@_command("quit", "", "Exit this program")
def _quit(session: Session, arguments: Arguments) -> None:
    raise ExitShell(0)


@_command("help", "?PATTERN?", "Show help text for PATTERN")
def _help(session: Session, arguments: Arguments) -> None:
    pattern = arguments[0].lstrip(".") if arguments and not arguments[0].startswith("-") else ""
    matching = [COMMANDS[pattern]] if pattern in COMMANDS else [c for n, c in sorted(COMMANDS.items()) if pattern in n]
    if not matching:
        raise ShellError(f"There is no command with {pattern} in its name.", "Type .help for all.")
    width = max(len(f".{c.name} {c.usage}") for c in matching)
    for command in matching:
        head = f".{command.name} {command.usage}"
        session.output.write(f"{head:<{width}}  {command.help}\n")
        if len(matching) == 1 and command.details:
            session.output.write("".join(f"  {line}\n" for line in command.details.split("\n")))
    if not pattern:
        session.output.write(
            "\nA line that is neither SQL nor a command is a question. Statements end with a semicolon.\n"
            "Ctrl-R searches the history, Tab completes, Alt-Enter begins a new line, Ctrl-C stops, Ctrl-D ends.\n"
        )


# -- questions --------------------------------------------------------------------------------------------------------


@_command("ask", "QUESTION", "Ask QUESTION, whatever it looks like", raw=True)
def _ask(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import ask

    if not arguments[0]:
        raise ShellError("Usage: .ask QUESTION")
    ask(session, arguments[0])


@_command("sql", "", "Show the SQL of the last question")
def _sql(session: Session, arguments: Arguments) -> None:
    from llmsql.asking.sql_text import laid_out
    from llmsql.shell.questions import last_sql

    session.output.write(laid_out(last_sql(session)) + "\n")


@_command("why", "", "Explain how the last answer came about")
def _why(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import explain

    session.output.write(explain(session))


@_command("good", "", "Keep the last answer: it is given whenever the same is asked")
def _good(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import judge, last_sql

    session.output.note(f"-- {judge(session, last_sql(session), 'good')}")


@_command("bad", "", "Never give the last answer to its question again")
def _bad(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import judge, last_sql

    session.output.note(f"-- {judge(session, last_sql(session), 'bad')}")


@_command(
    "fix",
    "?SQL?",
    "Run SQL as the right answer to the last question, and keep it",
    raw=True,
    details="Without SQL, the last answer's comes into the prompt, to be edited.",
)
def _fix(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import fix, last_sql

    if arguments[0]:
        fix(session, arguments[0].rstrip().rstrip(";"))
    elif session.interactive:
        session.next_input = f".fix {' '.join(last_sql(session).split())}"
    else:
        raise ShellError("Usage: .fix SQL")


@_command("cost", "", "Show what the questions of this session took")
def _cost(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import cost

    session.output.write(cost(session))


@_command("model", "?NAME?", "Show the models, or let another one answer from now on")
def _model(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import choose_model, list_models

    session.ready()
    if arguments:
        choose_model(session, _one(arguments, ".model ?NAME?"))
    else:
        session.output.write(list_models(session))
