"""``llmsql.connect`` and ``llmsql.install``: a DuckDB connection that answers questions."""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from llmsql.answer import Answer
from llmsql.asking.candidates import Candidate
from llmsql.asking.engine import Engine
from llmsql.asking.pipeline import Draft
from llmsql.asking.run import run_query
from llmsql.catalog import Catalog
from llmsql.errors import CancelledError, QuestionError
from llmsql.functions import VARIABLES, Macro, install_functions, macros
from llmsql.rows.engine import RowEngine, database_is_file
from llmsql.rows.install import install_row_functions, row_macros
from llmsql.rows.interrupts import stop_on_interrupt
from llmsql.settings import Settings, check_variables

_DATA_FRAME_LIBRARIES = frozenset({"pandas", "polars", "pyarrow"})


class Connection:
    """A DuckDB connection with ``ask()`` in it.

    Everything that a DuckDB connection has is here: unknown attributes are the connection's own methods, called from
    where you call them, so that ``con.sql("FROM df")`` finds your DataFrames. ``con.duckdb`` is the connection itself,
    for code that checks the type.

    Args:
        con: an open connection; closed with this object.
        engine: answers the questions.
        prefix: goes before the names of the SQL functions.
        parent: the connection that this one is a cursor of.
        aliases: sets of further names of the functions.
    """

    if TYPE_CHECKING:  # what __getattr__ finds, for those who check types and complete names
        sql: Callable[..., duckdb.DuckDBPyRelation]
        query: Callable[..., duckdb.DuckDBPyRelation]
        table: Callable[[str], duckdb.DuckDBPyRelation]
        execute: Callable[..., duckdb.DuckDBPyConnection]
        register: Callable[[str, Any], duckdb.DuckDBPyConnection]

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        engine: Engine,
        prefix: str = "",
        parent: Connection | None = None,
        aliases: Sequence[str] = (),
    ) -> None:
        self.duckdb = con
        self.engine = engine
        self._prefix = prefix
        self._parent = parent
        self._aliases = tuple(aliases)
        # The functions read the catalog through any of these. Weak, for the functions live as long as the database
        # and would else keep it open for ever.
        self._siblings: weakref.WeakSet[duckdb.DuckDBPyConnection] = (
            weakref.WeakSet() if parent is None else parent._siblings
        )
        self._siblings.add(con)
        self.rows: RowEngine = parent.rows if parent else RowEngine(engine.settings, database_is_file(con))
        if parent is None:
            stop_on_interrupt(self.rows)
        [(self._number,)] = con.execute("SELECT current_connection_id()").fetchall()
        install_functions(con, engine, self._siblings, prefix, self._aliases)
        install_row_functions(con, self.rows, self._siblings, prefix, self._aliases)

    def ask(
        self, question: str, *, tables: list[str] | None = None, model: str | None = None, **settings: object
    ) -> Answer:
        """Answer a question.

        Unlike ``FROM ask(…)`` in SQL, this sees the connection's temporary tables and open transaction, and keeps the
        time and row limits.

        Args:
            question: in your words.
            tables: use only these.
            model: a name from the registry, or the provider's own.
            **settings: fields of ``llmsql.settings.Settings`` for this question, for example ``max_rows=100``.

        Raises:
            LLMSQLError: the reason why there is no answer, in one line.
        """
        with _hint_at_data_frames(sys._getframe(1)):
            return self._answer(self.duckdb, question, tables, model, self.settings(**settings))

    async def aask(
        self, question: str, *, tables: list[str] | None = None, model: str | None = None, **settings: object
    ) -> Answer:
        """Answer a question without holding up the event loop; arguments as ``ask``.

        It is asked through a cursor of its own, so that questions go side by side and the connection stays free: it
        sees what other connections see, no temporary tables, no open transaction and no registered DataFrames.
        Cancelling the task stops the model and the query.

        Raises:
            LLMSQLError: the reason why there is no answer, in one line.
        """
        import asyncio  # not needed by those who do not wait, and slow to import

        chosen, cursor, cancel = self.settings(**settings), self.duckdb.cursor(), threading.Event()

        def work() -> Answer:
            with cursor:
                return self._answer(cursor, question, tables, model, chosen, cancel)

        loop = asyncio.get_running_loop()
        answering = loop.run_in_executor(None, work)

        def stop() -> None:
            if not answering.done():  # again and again: between the model and the query there is nothing to stop
                cursor.interrupt()
                loop.call_later(0.1, stop)

        try:
            return await asyncio.shield(answering)
        except asyncio.CancelledError:
            cancel.set()
            answering.add_done_callback(lambda done: done.exception())  # nobody else looks at it any more
            stop()
            raise

    def ask_sql(
        self, question: str, *, tables: list[str] | None = None, model: str | None = None, **settings: object
    ) -> str:
        """The SQL for a question, checked and bound but not run; arguments as ``ask``."""
        with _hint_at_data_frames(sys._getframe(1)):
            return self._draft(question, tables, model, settings).sql

    def ask_candidates(
        self,
        question: str,
        *,
        candidates: int = 5,
        tables: list[str] | None = None,
        model: str | None = None,
        **settings: object,
    ) -> tuple[Candidate, ...]:
        """Every answer that the model wrote for a question, the chosen one first; arguments as ``ask``.

        Args:
            candidates: how many answers to draw.
        """
        with _hint_at_data_frames(sys._getframe(1)):
            return self._draft(
                question,
                tables,
                model,
                {**settings, "candidates": candidates, "min_confidence": 0.0, "verified": False},
            ).candidates

    def draft(
        self, question: str, *, tables: list[str] | None = None, model: str | None = None, **settings: object
    ) -> Draft:
        """The SQL for a question and how it came about, not run; arguments as ``ask``."""
        return self._draft(question, tables, model, settings)

    def settings(self, **settings: object) -> Settings:
        """The settings in force in this session, with settings for one call put over them."""
        return self.engine.settings(self._variables(settings))

    def feedback(self, question: str, sql: str, verdict: str = "good") -> str:
        """Keep what you say about an answer; it counts from the next question on.

        Args:
            question: as it was asked.
            sql: the query meant.
            verdict: ``good``: give it whenever this is asked; ``bad``: never for this question; ``forget``: neither.

        Returns:
            What was kept and where, in a sentence.

        Raises:
            LLMSQLError: SQL called good may not run or does not bind, or the verdict cannot be kept.
        """
        return self.engine.feedback(self.duckdb, question, sql, verdict, self._variables({}))

    def catalog(self) -> Catalog:
        """What questions on this connection can be about."""
        return self.engine.knowledge(self.duckdb).catalog

    def macros(self) -> tuple[Macro, ...]:
        """The SQL functions as macros, for further connections to the database that are not cursors of this one."""
        return (*macros(self.engine, self._prefix, self._aliases), *row_macros(self.rows, self._prefix, self._aliases))

    def cursor(self) -> Connection:
        """A further connection to the same database, with the same functions; one for each thread."""
        return Connection(self.duckdb.cursor(), self.engine, self._prefix, parent=self, aliases=self._aliases)

    def interrupt(self) -> None:
        """Stop what runs on this connection, and every model that works for it; its cursors go on."""
        self.engine.cancel(self._number)
        self.rows.cancel(self._number)
        self.duckdb.interrupt()

    def stop_models(self) -> None:
        """Stop every model that works for this connection, its cursors, or other connections with its functions."""
        self.engine.cancel_all()
        self.rows.cancel_all()

    def close(self) -> None:
        """Close the connection; the models and the cursors of one that is no cursor itself go with it."""
        self.duckdb.close()
        if self._parent is None:
            self.engine.close()
            self.rows.close()

    def _answer(
        self,
        con: duckdb.DuckDBPyConnection,
        question: str,
        tables: list[str] | None,
        model: str | None,
        settings: Settings,
        cancel: threading.Event | None = None,
    ) -> Answer:
        draft = self.engine.draft(
            con,
            question,
            tables=tuple(tables or ()),
            model=model,
            settings=settings,
            cancel=cancel,
            connection=self._number,
        )
        if cancel is not None and cancel.is_set():
            raise CancelledError("The question was cancelled.")
        started = time.perf_counter()
        table, truncated = run_query(con, draft.sql, timeout=settings.query_timeout, max_rows=settings.max_rows)
        return Answer(draft, table, truncated, time.perf_counter() - started, self.duckdb, self.engine)

    def _draft(
        self, question: str, tables: list[str] | None, model: str | None, settings: Mapping[str, object]
    ) -> Draft:
        return self.engine.draft(
            self.duckdb,
            question,
            tables=tuple(tables or ()),
            model=model,
            settings=self.settings(**settings),
            connection=self._number,
        )

    def _variables(self, settings: Mapping[str, object]) -> dict[str, str]:
        chosen = ", ".join(f"getvariable('llmsql_{name}')::VARCHAR" for name in VARIABLES)
        [(names, *row)] = self.duckdb.execute(
            f"SELECT (SELECT list(name) FROM duckdb_variables()), {chosen}"
        ).fetchall()
        check_variables(names or ())
        found = {f"llmsql_{name}": value for name, value in zip(VARIABLES, row, strict=True) if value is not None}
        return found | {f"llmsql_{name}": _as_text(value) for name, value in settings.items() if value is not None}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in (
            "duckdb",
            "engine",
            "rows",
        ):  # not set yet: __init__ failed, or the object is being copied
            raise AttributeError(name)
        return getattr(self.duckdb, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self.duckdb)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> Any:
        raise TypeError("A connection cannot be pickled: open one in each process with llmsql.connect().")


def connect(
    database: Any = ":memory:",
    read_only: bool = False,
    config: dict[str, Any] | None = None,
    *,
    prefix: str = "",
    aliases: Sequence[str] = (),
    sandbox: bool = False,
    refine: Callable[[Catalog], Catalog] | None = None,
    origin: Path | None = None,
    **settings: object,
) -> Connection:
    """Open a database and put ``ask()`` into it.

    Generated SQL is always checked by two parsers, sqlglot and DuckDB's own, before it is bound: one read-only query
    over the tables of the catalog, with functions that reach no file, network, setting or secret. ``sandbox`` adds a
    second lock. DuckDB has that setting for a database instance, not for a query, so it holds for your own SQL too:
    no file, URL, ``ATTACH``, extension or DataFrame variable (``con.register`` still works), and no way back.

    Args:
        database: as ``duckdb.connect``.
        read_only: as ``duckdb.connect``.
        config: as ``duckdb.connect``.
        prefix: goes before the names of the SQL functions, for a database that has an ``ask`` of its own.
        aliases: further names of the functions, for people who come from elsewhere: ``"motherduck"``, ``"flock"``.
        sandbox: close the door to files and the network, and lock the configuration, once the database is open.
        refine: completes a fresh catalog snapshot, for example with keys that the database does not declare.
        origin: the file or folder that an in-memory database is filled from: its verified answers are kept by that.
        **settings: fields of ``llmsql.settings.Settings``, for example ``model="qwen2.5-coder-0.5b"``.

    Raises:
        duckdb.Error: the database cannot be opened.
        ConfigError: a setting is wrong, or the database has functions of these names.
    """
    engine = Engine(settings, refine, origin)
    engine.settings()
    con = duckdb.connect(database, read_only, config or {})
    try:
        connection = Connection(con, engine, prefix, aliases=aliases)
        if sandbox:
            lock_down(con)
        return connection
    except BaseException:
        con.close()
        raise


def lock_down(con: duckdb.DuckDBPyConnection) -> None:
    """Take access to files and the network from a database instance, for good.

    Args:
        con: any connection to it; a second time, as when a file is opened twice, does nothing.
    """
    [(open_, locked)] = con.execute(
        "SELECT current_setting('enable_external_access')::BOOLEAN, current_setting('lock_configuration')::BOOLEAN"
    ).fetchall()
    if locked and not open_:
        return
    con.execute("SET enable_external_access = false").fetchall()
    con.execute("SET lock_configuration = true").fetchall()


def install(
    con: duckdb.DuckDBPyConnection, *, prefix: str = "", aliases: Sequence[str] = (), **settings: object
) -> Connection:
    """Put ``ask()`` into a connection that is open already.

    Args:
        con: a plain DuckDB connection; the SQL functions work on it as they do on the result.
        prefix: as ``connect``.
        aliases: as ``connect``.
        **settings: as ``connect``.

    Returns:
        The same connection with ``ask`` as a method, for Python.

    Raises:
        ConfigError: a setting is wrong, or the database has functions of these names.
    """
    engine = Engine(settings)
    engine.settings()
    return Connection(con, engine, prefix, aliases=aliases)


def _as_text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@contextmanager
def _hint_at_data_frames(caller: FrameType) -> Iterator[None]:
    """Say how a DataFrame becomes a table, where a table is missing and the caller has DataFrames."""
    try:
        yield
    except QuestionError as error:
        text = str(error)
        if "There is no table" in text or "There are no tables" in text:
            for name, value in caller.f_locals.items():
                if type(value).__module__.partition(".")[0] in _DATA_FRAME_LIBRARIES:
                    error.args = (f"{text}\n  To ask about a DataFrame, register it: con.register({name!r}, {name}).",)
                    break
        raise
