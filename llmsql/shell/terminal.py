"""The prompt: history, editing over several lines, completion and colours."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmsql import __version__
from llmsql.shell.session import ExitShell, Session

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.lexers import Lexer

HISTORY_FILE = "~/.llmsql_history"
LONGEST_EDITED = 50_000
"""Characters: what is pasted beyond this is kept out of the prompt, which redraws all of it at every key."""
_LONGEST_NAME = 16
_MENU_LINES = 5


def converse(session: Session) -> int:
    """Let a person type until they leave.

    Args:
        session: what they type into.

    Returns:
        The exit code.
    """
    _greet(session)
    read = _plain_prompt(session) if _is_plain() else _prompt(session)
    while True:
        try:
            text = read()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        try:
            _run(session, text)
        except ExitShell as leave:
            return leave.code


def _run(session: Session, text: str) -> None:
    if text.strip():
        session.run_lines(f"{line}\n" for line in text.split("\n"))
        if not text.lstrip().startswith((".", "\\")):
            session.last_input = text


def _greet(session: Session) -> None:
    import duckdb

    if session.options.startup_text == "none":
        return
    session.output.say(f"llmsql {__version__}, DuckDB v{duckdb.__version__}")
    if session.options.startup_text == "all":
        session.output.say('Enter ".help" for usage hints. A line that is neither SQL nor a command is a question.')
        if session.database == ":memory:":
            session.output.note('Connected to a transient in-memory database; ".open FILENAME" opens a file.')


def _is_plain() -> bool:
    """Whether the terminal cannot move its cursor, or is none."""
    return os.environ.get("TERM", "dumb") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty())


def _plain_prompt(session: Session) -> Callable[[], str]:
    """Lines as they come, with a prompt before them and nothing else."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")

    def read() -> str:
        reader = session.reader()
        lines: list[str] = []
        prompt = prompt_text(session)
        while True:
            print(prompt, end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                if lines:
                    return "".join(lines)
                print(file=sys.stderr)
                raise EOFError
            lines.append(line)
            for _ in reader.feed(line):
                pass
            if not reader.open:
                return "".join(lines)
            prompt = session.options.continuation

    return read


def prompt_text(session: Session) -> str:
    """What stands before the input, without its colours."""
    if session.options.prompt is not None:
        return session.options.prompt
    return f"{database_name(session)} D "


def database_name(session: Session) -> str:
    """The current database in a few characters."""
    name = session.current_database
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _prompt(session: Session) -> Callable[[], str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, InMemoryHistory
    from prompt_toolkit.output import ColorDepth
    from prompt_toolkit.shortcuts import CompleteStyle
    from prompt_toolkit.styles import Style

    from llmsql.shell.complete import Completion

    completion = Completion(session)
    pasted: list[str] = []
    history = _history_file()
    style = {
        "database": "ansicyan",
        "sql.keyword": "ansigreen",
        "sql.string": "ansiyellow",
        "sql.number": "ansimagenta",
        "sql.comment": "ansibrightblack",
        "command": "ansiblue",
        "question": "italic",
    }
    prompt: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)) if history is not None else InMemoryHistory(),
        multiline=True,
        lexer=_lexer(session),
        completer=_completer(completion),
        complete_while_typing=False,
        complete_style=CompleteStyle.MULTI_COLUMN,
        reserve_space_for_menu=_MENU_LINES,
        enable_history_search=True,
        search_ignore_case=True,
        key_bindings=_key_bindings(session, pasted),
        style=Style.from_dict(style),
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        prompt_continuation=lambda width, line, wrapped: session.options.continuation,
    )
    _after_first_drawing(prompt, lambda: session.begin(preload=True))

    def message() -> StyleAndTextTuples:
        if session.options.prompt is not None:
            return [("", session.options.prompt)]
        return [("class:database", database_name(session)), ("", " D ")]

    def read() -> str:
        completion.forget()
        pasted.clear()
        default, session.next_input = session.next_input, ""
        text = prompt.prompt(message, default=default)
        return "".join(pasted) + text

    return read


def _after_first_drawing(prompt: PromptSession[str], start: Callable[[], object]) -> None:
    """Begin what is slow once the prompt is there."""

    def started(_: object) -> None:
        prompt.app.after_render -= started
        start()

    prompt.app.after_render += started


def _history_file() -> Path | None:
    """The history, for its owner only; None where it cannot be written."""
    path = Path(HISTORY_FILE).expanduser()
    try:
        path.touch(mode=0o600)
        with path.open("ab"):
            return path
    except OSError:
        return None


def _key_bindings(session: Session, pasted: list[str]) -> KeyBindings:
    from prompt_toolkit.filters import completion_is_selected, has_completions, is_searching
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()

    @keys.add("enter", filter=~completion_is_selected & ~is_searching)
    def _(event: Any) -> None:
        buffer = event.current_buffer
        if is_complete(session, "".join(pasted) + buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.newline(copy_margin=False)

    @keys.add("enter", filter=completion_is_selected)
    def _(event: Any) -> None:
        event.current_buffer.complete_state = None

    @keys.add("escape", "enter")
    def _(event: Any) -> None:
        event.current_buffer.newline(copy_margin=False)

    @keys.add("escape", "escape", filter=has_completions & ~is_searching)
    def _(event: Any) -> None:
        event.current_buffer.cancel_completion()

    @keys.add("tab", filter=~has_completions & ~is_searching)
    def _(event: Any) -> None:
        buffer = event.current_buffer
        if buffer.document.current_line_before_cursor.strip():
            buffer.start_completion(insert_common_part=True)
        else:
            buffer.insert_text("  ")

    @keys.add(Keys.BracketedPaste)
    def _(event: Any) -> None:
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) <= LONGEST_EDITED:
            event.current_buffer.insert_text(text)
            return
        # Redrawing megabytes at every key would take minutes: run what is complete, keep the rest aside.
        pasted.append(event.current_buffer.text + text)
        event.current_buffer.reset()
        if is_complete(session, "".join(pasted)):
            event.current_buffer.validate_and_handle()
        else:
            session.output.note(f"-- {len(text):,} characters pasted; they go before what you type now")

    return keys


def is_complete(session: Session, text: str) -> bool:
    """Whether a text leaves no statement open.

    Args:
        session: its reader tells questions from statements.
        text: so far.
    """
    reader = session.reader()
    for line in text.split("\n"):
        for _ in reader.feed(line + "\n"):
            pass
    return not reader.open


def _lexer(session: Session) -> Lexer:
    from prompt_toolkit.document import Document
    from prompt_toolkit.lexers import Lexer

    from llmsql.shell.highlight import LONGEST_COLOURED, classes

    class ShellLexer(Lexer):
        """Colours by what the input is."""

        def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
            text, lines = document.text, document.lines
            if not session.options.highlight or len(text) > LONGEST_COLOURED:
                return lambda number: [("", lines[number])]
            if text.lstrip().startswith((".", "\\")):
                return lambda number: [("class:command", lines[number])]
            if session.is_question(lines[0]):
                return lambda number: [("class:question", lines[number])]
            coloured = classes(text)
            return lambda number: list(coloured[number]) if number < len(coloured) else [("", "")]

    return ShellLexer()


def _completer(completion: Any) -> Completer:
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.completion import Completion as Shown
    from prompt_toolkit.document import Document

    class ShellCompleter(Completer):
        """Offers what ``llmsql.shell.complete`` finds."""

        def get_completions(self, document: Document, event: object) -> Iterable[Shown]:
            for suggestion in completion.suggestions(document.text_before_cursor, document.text_after_cursor):
                yield Shown(suggestion.text, -suggestion.length, display_meta=suggestion.kind)

    return ShellCompleter()
