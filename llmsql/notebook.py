"""``%ask`` and ``%%ask`` for notebooks and IPython: ``%load_ext llmsql``.

=======================================  ==========================================================================
``%ask revenue by region``               asks; the answer is the cell's result
``answer = %ask revenue by region``      and kept
``%%ask answer <<``                      the question in the lines below, over as many as it takes; kept in ``answer``
``%ask -d shop.duckdb``                  opens a database for the questions that follow; also ``sales`` and data files
``%ask -c con revenue by region``        asks the connection in the variable ``con``
``%ask --sql revenue by region``         the SQL alone, not run
=======================================  ==========================================================================

Options go before the question. Without ``-d`` and ``-c`` the connection named last is asked, else the one that jupysql
has open, else the only one in the notebook's variables.
"""

from __future__ import annotations

import argparse
import io
import keyword
import shlex
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import duckdb
from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class

from llmsql.connection import Connection, install
from llmsql.errors import LLMSQLError
from llmsql.sources import open_source

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_OPTIONS = ("-c", "--connection", "-d", "--database", "-m", "--model", "-t", "--tables")
_FLAGS = ("--sql",)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as IPython's magics do, instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%ask: {message}")


@magics_class
class AskMagics(Magics):  # type: ignore[misc]
    """The magics, and the connection that they ask."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._connection: Connection | None = None
        self._opened: dict[str, Connection] = {}
        self._installed: dict[int, Connection] = {}

    @line_cell_magic  # type: ignore[untyped-decorator]
    def ask(self, line: str, cell: str | None = None) -> Any:
        """Answer a question: ``%ask revenue by region``; options are in ``llmsql.notebook``'s docstring."""
        words, rest = split_line(line)
        options = _parser().parse_args(words)
        name, question = split_name(" ".join(part for part in (rest, cell or "") if part.strip()))
        try:
            con = self._find(options)
            if options.connection is not None or options.database is not None:
                self._connection = con
                if not question and cell is None:
                    return None
            if not question:
                raise UsageError("%ask: there is no question. Write one after it: %ask revenue by region")
            tables = [t.strip() for t in options.tables.split(",")] if options.tables else None
            asked = con.ask_sql if options.sql else con.ask
            answer = asked(question, tables=tables, model=options.model)
        except (LLMSQLError, duckdb.Error) as error:
            raise UsageError(str(error)) from None
        if name is None:
            return answer
        self.shell.user_ns[name] = answer
        return None

    def _find(self, options: argparse.Namespace) -> Connection:
        if options.connection is not None:
            found = self.shell.user_ns.get(options.connection)
            con = self._as_connection(found)
            if con is None:
                what = "There is no variable" if found is None else "No DuckDB connection is in the variable"
                raise UsageError(f"%ask: {what} {options.connection}. Make one: con = llmsql.connect('shop.duckdb')")
            return con
        if options.database is not None:
            if options.database not in self._opened:
                self._opened[options.database] = open_source(options.database, say=_say)
            return self._opened[options.database]
        if self._connection is not None and not _is_open(self._connection):
            self._connection = None
        found = self._connection or self._as_connection(jupysql_connection()) or self._only_variable()
        if found is None:
            raise UsageError("%ask: there is no database to ask. Open one: %ask -d shop.duckdb, or: %ask -d sales")
        return found

    def _only_variable(self) -> Connection | None:
        shown = {name: value for name, value in self.shell.user_ns.items() if not name.startswith("_")}
        connections = (Connection, duckdb.DuckDBPyConnection)
        named = {name: value for name, value in shown.items() if isinstance(value, connections) and _is_open(value)}
        distinct = {id(getattr(value, "duckdb", value)): value for value in named.values()}
        if len(distinct) > 1:
            raise UsageError(f"%ask: which of {', '.join(named)}? Say so: %ask -c {next(iter(named))} …")
        return self._as_connection(next(iter(distinct.values()), None))

    def _as_connection(self, value: object) -> Connection | None:
        if isinstance(value, Connection):
            return value
        if not isinstance(value, duckdb.DuckDBPyConnection):
            return None
        if id(value) not in self._installed:
            self._installed[id(value)] = install(value)  # keeps the connection, so that its id stays its own
        return self._installed[id(value)]

    def close(self) -> None:
        """Close what ``-d`` opened."""
        for con in self._opened.values():
            con.close()
        self._opened.clear()
        self._connection = None


def _is_open(con: Connection | duckdb.DuckDBPyConnection) -> bool:
    try:
        getattr(con, "duckdb", con).cursor().close()
    except duckdb.ConnectionException:
        return False
    return True


def split_line(line: str) -> tuple[list[str], str]:
    """The options at the start of a line, and the question after them as it was typed.

    Args:
        line: what follows ``%ask``; only options are read as a shell would, for a question may have an apostrophe.
    """
    words: list[str] = []
    rest = line.strip()
    while rest.startswith("-"):
        option, _, rest = rest.partition(" ")
        words.append(option)
        rest = rest.lstrip()
        if option in _OPTIONS and rest:
            value, rest = _first_word(rest)
            words.append(value)
    return words, rest


def _first_word(text: str) -> tuple[str, str]:
    stream = io.StringIO(text)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        word = lexer.get_token() or ""
    except ValueError:
        raise UsageError("%ask: a quotation mark is not closed.") from None
    return word, stream.read().lstrip()


def split_name(text: str) -> tuple[str | None, str]:
    """The variable before ``<<``, as jupysql writes it, and the question."""
    name, arrow, question = text.partition("<<")
    if arrow and name.strip().isidentifier() and not keyword.iskeyword(name.strip()):
        return name.strip(), question.strip()
    return None, text.strip()


def jupysql_connection() -> duckdb.DuckDBPyConnection | Connection | None:
    """The DuckDB connection that jupysql's ``%sql`` uses now, or None."""
    manager = getattr(sys.modules.get("sql.connection"), "ConnectionManager", None)
    current = getattr(manager, "current", None)
    if current is None:
        return None
    if getattr(current, "is_dbapi_connection", False):
        held = current._connection
    else:
        try:
            wrapped = current.connection_sqlalchemy.connection.dbapi_connection
            held = wrapped.execute("SELECT 1")  # duckdb-engine hides the connection; this gives it back
        except Exception:
            return None
    return held if isinstance(held, (Connection, duckdb.DuckDBPyConnection)) else None


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="%ask", add_help=False, allow_abbrev=False)
    parser.add_argument("-c", "--connection", metavar="VARIABLE")
    parser.add_argument("-d", "--database", metavar="FILE")
    parser.add_argument("-m", "--model", metavar="NAME")
    parser.add_argument("-t", "--tables", metavar="A,B")
    parser.add_argument("--sql", action="store_true")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """``%load_ext llmsql``."""
    shell.register_magics(AskMagics(shell))


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """``%unload_ext llmsql``: takes the magics away and closes what they opened."""
    magics = shell.magics_manager.registry.pop(AskMagics.__name__, None)
    for kind in shell.magics_manager.magics.values():
        kind.pop("ask", None)
    if magics is not None:
        magics.close()
