"""Runs statements, dot commands and questions on one database. Knows nothing of prompts and keys."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from llmsql.errors import LLMSQLError, SourceError
from llmsql.settings import check_variables
from llmsql.shell.installation import Installation
from llmsql.shell.opening import MEMORY, SALES, open_database
from llmsql.shell.output import NO_ROOM, Output, paint_table
from llmsql.shell.reader import Kind, Piece, Reader, begins_like_sql, looks_like_question
from llmsql.shell.render import DEFAULT_SEPARATORS, SEPARATORS, Format, render
from llmsql.shell.results import Result, run_statement
from llmsql.shell.work import Progress, StatusLine, run_interruptibly

if TYPE_CHECKING:
    from llmsql.connection import Connection
    from llmsql.shell.questions import Asked

T = TypeVar("T")
DEEPEST_READ = 40
_OURS = re.compile(r"\b(ask|ai|llm)(_\w+)?\s*\(", re.IGNORECASE)
"""A call of one of the functions that are to be installed."""
_SETS_OURS = re.compile(r'\bSET\s+VARIABLE\s+"?llmsql_', re.IGNORECASE)
UNCUT_ROWS = 10_000
"""Rows that the pager and ``.last`` show at most: more would take minutes to lay out."""


class ShellError(LLMSQLError):
    """A dot command or a script cannot be done as it stands."""


class ExitShell(Exception):
    """The shell was told to end.

    Args:
        code: of the process.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Options:
    """What dot commands and flags set."""

    format: Format = field(default_factory=Format)
    max_rows: int = 40
    max_width: int = 0
    by_column: bool = False
    timer: bool = False
    echo: bool = False
    bail: bool = False
    changes: bool = False
    safe: bool = False
    startup_text: str = "all"
    prompt: str | None = None
    continuation: str = "· "
    highlight: bool = True


class Session:
    """One database with its functions, and what has been asked of it.

    Args:
        output: takes what there is to say.
        database: as ``open_database``.
        read_only: change nothing.
        config: DuckDB's configuration.
        settings: of ``llmsql.settings.Settings``.

    Raises:
        SourceError: the database cannot be opened.
    """

    def __init__(
        self,
        output: Output,
        database: str = MEMORY,
        *,
        read_only: bool = False,
        config: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> None:
        self.output = output
        self.options = Options()
        self.config = config or {}
        self.settings = settings or {}
        self.last: Result | None = None
        self.asked: Asked | None = None
        self.spent: list[Asked] = []
        self.last_input = ""
        self.next_input = ""
        self._depth = 0
        self._status = StatusLine(lambda: output.width)
        self.duckdb = open_database(database, read_only=read_only, config=self.config)
        self.database, self.read_only = database, read_only
        self._parsing = self.duckdb.cursor()
        self._installation = Installation(self.duckdb, self.settings, self._may_show_status)

    @property
    def interactive(self) -> bool:
        """Whether a person is typing."""
        return self.output.interactive

    # -- the database ---------------------------------------------------------------------------------------------

    def begin(self, *, preload: bool = False) -> None:
        """Put the functions into the database, in the background; statements wait for it.

        Args:
            preload: load the model too, where its weights are there.
        """
        self._installation.start(preload)

    def ready(self) -> Connection:
        """The database with its functions.

        Raises:
            LLMSQLError: the functions cannot be had, for example because a setting is wrong.
        """
        self.begin()
        return self._installation.result()

    def open(self, database: str, *, read_only: bool = False) -> None:
        """Go over to another database; the old one stays where the new one cannot be opened.

        Args:
            database: as ``open_database``.
            read_only: change nothing.
        """
        old_database, old_read_only = self.database, self.read_only
        try:
            fresh = open_database(database, read_only=read_only, config=self.config)
        except SourceError as error:
            if "different configuration" not in str(error.__cause__):
                raise
            # It is the open one, and DuckDB allows one configuration of a file in a process.
            self._close_database()
            try:
                fresh = open_database(database, read_only=read_only, config=self.config)
            except SourceError:
                self._use(open_database(old_database, read_only=old_read_only, config=self.config))
                raise
        else:
            self._close_database()
        self.database, self.read_only = database, read_only
        self._use(fresh)

    def install_anew(self) -> None:
        """Put the functions into the database again, for the settings have changed."""
        self._installation.close()
        self._installation = Installation(self.duckdb, self.settings, self._may_show_status)

    def _use(self, con: duckdb.DuckDBPyConnection) -> None:
        self.duckdb, self._parsing = con, con.cursor()
        self.last = None
        self._installation = Installation(con, self.settings, self._may_show_status)
        self.begin(preload=self.interactive)

    def lock(self) -> None:
        """Safe mode: no files, no network, and no way back."""
        from llmsql.connection import lock_down

        self.ready()
        if not self.options.safe:
            lock_down(self.duckdb)
        self.options.safe = True

    def close(self) -> None:
        """Close the database and free the models."""
        self._close_database()
        self.output.close()

    def _close_database(self) -> None:
        self.last = None
        self._installation.close()
        self._parsing.close()
        self.duckdb.close()

    @property
    def current_database(self) -> str:
        """The name of the database that is in use."""
        own = Path(self.database).stem
        with contextlib.suppress(duckdb.Error):
            if self._installation.is_done:  # else the connection is at work
                name = str(self.query("SELECT current_database()")[0][0])
                return own if own == SALES and name.startswith(SALES) else name
        return "memory" if self.database == MEMORY else own

    def query(self, sql: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query of the shell's own."""
        return self.duckdb.execute(sql, parameters or []).fetchall()

    # -- input ----------------------------------------------------------------------------------------------------

    def reader(self) -> Reader:
        """Cuts input into pieces."""
        return Reader(self.is_question)

    def is_question(self, line: str) -> bool:
        """Whether a line that begins something is neither SQL nor a command."""
        return looks_like_question(line, self._parsing.extract_statements)

    def run_text(self, text: str, source: str | None = None, *, stop: bool) -> bool:
        """Run all that a text has.

        Args:
            text: statements, commands and questions.
            source: a file's name, for messages.
            stop: end at the first failure.

        Returns:
            Whether all went well.
        """
        reader = self.reader()
        fine = True
        for line in text.split("\n"):
            for piece in reader.feed(line + "\n"):
                fine = self.run(piece, source) and fine
                if not fine and (stop or self.options.bail):
                    return False
        for piece in reader.finish():
            fine = self.run(piece, source) and fine
        return fine

    def run_lines(self, lines: Iterable[str]) -> bool:
        """Run lines as they come. A failure ends what stands on its line, and what ends further down; the next goes on.

        Args:
            lines: with their ends.

        Returns:
            Whether all went well.
        """
        reader = self.reader()
        fine = True
        skipping = False
        for line in lines:
            for piece in reader.feed(line):
                if skipping:
                    continue
                if not self.run(piece):
                    fine, skipping = False, True
                    if self.options.bail:
                        return False
            skipping = skipping and reader.open
        for piece in reader.finish():
            fine = (skipping or self.run(piece)) and fine
        return fine

    def run_file(self, path: str) -> bool:
        """Run a script, up to its first failure.

        Args:
            path: of the script.

        Raises:
            ShellError: it cannot be read.
        """
        if self._depth >= DEEPEST_READ:
            raise ShellError(f"{path} is read by itself, {DEEPEST_READ} times over.", "Take its .read out.")
        text = read_script(path)
        self._depth += 1
        try:
            return self.run_text(text, path, stop=True)
        finally:
            self._depth -= 1

    def run(self, piece: Piece, source: str | None = None) -> bool:
        """Do one thing; what goes wrong is said, not raised.

        Args:
            piece: what to do.
            source: the script that it stands in.

        Returns:
            Whether it went well.

        Raises:
            ExitShell: it was ``.exit``.
            KeyboardInterrupt: Ctrl-C while nobody is typing.
            BrokenPipeError: nobody reads the output.
            OSError: the output cannot be written.
        """
        try:
            return self._do(piece)
        except KeyboardInterrupt:
            if not self.interactive:
                raise
            self.output.error("Interrupted.")
        except (ExitShell, BrokenPipeError):
            raise
        except (LLMSQLError, duckdb.Error) as error:
            self.output.error(_message(error, piece, source))
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise
            if os.environ.get("LLMSQL_DEBUG"):
                raise
            what = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            self.output.error(
                f"Error: this is a bug in llmsql: {what} Please report it with what LLMSQL_DEBUG=1 prints."
            )
        return False

    def _do(self, piece: Piece) -> bool:
        _refuse_foreign_bytes(piece)
        if self.options.echo:
            self.output.write(piece.text + "\n")
        if piece.kind is Kind.COMMAND:
            from llmsql.shell.commands import run_command

            return run_command(self, piece.text)
        try:
            if piece.kind is Kind.QUESTION and not self._is_slip(piece.text):
                from llmsql.shell.questions import ask

                ask(self, piece.text)
            else:
                self.statement(piece.text)
        finally:
            self.output.end_command()
        return True

    def _is_slip(self, question: str) -> bool:
        """Whether SQL is meant: it begins nearly like that, and there is nothing to ask a question about."""
        return begins_like_sql(question) and not len(self.ready().catalog())

    # -- statements -----------------------------------------------------------------------------------------------

    def statement(self, sql: str) -> None:
        """Run a SQL statement and show what it gives."""
        if not self.interactive and not self._installation.is_started and not _OURS.search(sql):
            # A script need not wait for functions that it does not use, unless a view of the database does.
            with contextlib.suppress(duckdb.CatalogException):
                self._run_statement(sql)
                return
        self.ready_or_say()
        self._run_statement(sql)

    def _run_statement(self, sql: str) -> None:
        hold = self.interactive or self.options.format.mode == "duckbox"
        last = self.last.relation if self.last is not None else None
        with self.timed():
            result = self.work(lambda: run_statement(self.duckdb, sql, last, hold=hold), self._query_progress)
            self.show(result)
        if result.relation is not None:
            self.last = result if result.held else None
        if self.options.changes and result.changed is not None:
            self.output.write(f"changes: {result.changed}\n")
        if _SETS_OURS.search(sql):
            check_variables(name for (name,) in self.query("SELECT name FROM duckdb_variables()"))

    def ready_or_say(self) -> None:
        """Wait for the functions; a database without them is still a database."""
        try:
            self.ready()
        except LLMSQLError as error:
            if not self._installation.said:
                self._installation.said = True
                self.output.error(f"ask() is not there: {error}")

    def show(self, result: Result, *, uncut: bool = False) -> None:
        """Write the rows of a result, to the pager where they are many.

        Args:
            result: the rows.
            uncut: leave no rows out.
        """
        if result.relation is None:
            return
        rows = result.count() if result.held else 0
        if self.output.pages(rows):
            self.output.page(self.work(lambda: self._text(result, UNCUT_ROWS)))
        else:
            limit = UNCUT_ROWS if uncut else self.options.max_rows
            self.work(lambda: self._write(result, limit), self._query_progress)

    def _write(self, result: Result, rows: int) -> None:
        format_ = self.options.format
        plan = result.plan
        if plan is not None or format_.mode == "duckbox":
            self.output.write(self._text(result, rows) if plan is None else f"\n{plan}")
        else:
            columns = result.columns
            self.output.write_all(render(columns, result.texts(json=format_.mode.startswith("json")), format_))

    def _text(self, result: Result, rows: int) -> str:
        format_ = self.options.format
        plan = result.plan
        if plan is not None:
            return f"\n{plan}"
        if format_.mode != "duckbox":
            return "".join(render(result.columns, result.texts(json=format_.mode.startswith("json")), format_))
        # A file or a pipe has no width; DuckDB's own shell draws to it unabridged.
        width = self.options.max_width or (self.output.width if self.output.is_terminal else 100_000)
        text = result.draw(width=width, rows=rows, null=format_.null, by_column=self.options.by_column)
        return paint_table(text) if self.output.has_colour and self.options.highlight else text

    def set_mode(self, mode: str, *, by_flag: bool = False) -> None:
        """Choose an output mode, with its separators.

        Args:
            mode: its name.
            by_flag: as DuckDB's flags do: rows end as before, and only modes with a column separator of their own
                change that.
        """
        format_ = self.options.format
        format_.mode = mode
        column, row = SEPARATORS.get(mode, DEFAULT_SEPARATORS)
        another_is_set = format_.column_separator != DEFAULT_SEPARATORS[0]
        if not by_flag or (mode in SEPARATORS and not (mode == "quote" and another_is_set)):
            format_.column_separator = column
        if not by_flag or mode == "ascii":
            format_.row_separator = row
        if mode == "insert" and len(format_.keywords) == 1:
            rows = self.query("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
            format_.keywords = frozenset(row[0] for row in rows)

    # -- work -----------------------------------------------------------------------------------------------------

    def work(
        self,
        work: Callable[[], T],
        progress: Callable[[], Progress] | None = None,
        stop: Callable[[], object] | None = None,
    ) -> T:
        """What ``work`` returns; Ctrl-C stops it, and a person sees how far it is.

        Args:
            work: to be done.
            progress: tells how far it is.
            stop: makes it end; by default, what stops queries and models.
        """
        show = self._status if self._may_show_status else None
        return run_interruptibly(work, stop or self.interrupt, progress=progress, show=show)

    def interrupt(self) -> None:
        """Stop the query and the models that are at work."""
        self._installation.cancel_models()
        self.duckdb.interrupt()

    @property
    def _may_show_status(self) -> bool:
        return self.interactive and may_show_status()

    def _query_progress(self) -> Progress:
        share = self.duckdb.query_progress()
        done = share / 100 if 0 < share <= 100 else None
        rows = self._installation.row_progress()
        if rows is None:
            return Progress("running", done)
        return Progress(rows.text, done, rows.seconds, handed=True)

    def timed(self) -> _Timer:
        """Says how long its body took, where ``.timer`` is on."""
        return _Timer(self.output if self.options.timer else None)


class _Timer:
    """DuckDB's line about time."""

    def __init__(self, output: Output | None) -> None:
        self._output = output

    def __enter__(self) -> None:
        self._wall, self._before = time.perf_counter(), os.times()

    def __exit__(self, failed: object, *_: object) -> None:
        if self._output is None or failed is not None:
            return
        now, real = os.times(), time.perf_counter() - self._wall
        user, system = now.user - self._before.user, now.system - self._before.system
        self._output.write(f"Run Time (s): real {real:.3f} user {user:.6f} sys {system:.6f}\n")


def may_show_status() -> bool:
    """Whether stderr is a terminal that can rewrite a line."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def read_script(path: str) -> str:
    """The text of a script.

    Args:
        path: of the script.

    Raises:
        ShellError: there is none, or it is no UTF-8 text.
    """
    try:
        raw = Path(path).expanduser().read_bytes()
    except (OSError, ValueError) as error:
        raise ShellError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ShellError(
            f"{path} is not UTF-8: byte 0x{raw[error.start]:02x} in line {line}.", "Save it as UTF-8."
        ) from None


def _refuse_foreign_bytes(piece: Piece) -> None:
    """Arguments, stdin and the prompt give bytes that are no UTF-8 as ``surrogateescape`` has them."""
    try:
        piece.text.encode()
    except UnicodeEncodeError as error:
        line, byte = piece.line + piece.text.count("\n", 0, error.start), ord(piece.text[error.start]) & 0xFF
        raise ShellError(f"Line {line} is not UTF-8: byte 0x{byte:02x}.", "Write it in UTF-8.") from None


def _message(error: Exception, piece: Piece, source: str | None) -> str:
    text = str(error).rstrip("\n")
    if isinstance(error, LLMSQLError):
        text = f"Error: {text}"
    elif "Parser Error" in text and " " in piece.text and "\n" not in piece.text.strip():
        text += "\n(If it is a question, ask it without a semicolon, or with .ask.)" if _wordy(piece.text) else ""
    return text if source is None else f"{text}\n  in {source}, line {piece.line}"


def _wordy(text: str) -> bool:
    return all(c.isalnum() or c in " ,'?!;-" for c in text)
