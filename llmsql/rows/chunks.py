"""Between DuckDB's chunks of rows and the distinct inputs in them.

DuckDB calls an Arrow function with up to 2,048 rows at a time, from several threads. Every row function is two of them:
``_llmsql_ai_error`` does the work and gives the reason why the query must stop, which the macro raises in one line;
``_llmsql_ai_value`` gives the answers, which are remembered by then.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from llmsql.errors import LLMSQLError
from llmsql.functions import open_cursor
from llmsql.rows.early_stop import ANSWER, Statement, Wanted, read_statement, rows_wanted
from llmsql.rows.engine import RowEngine
from llmsql.rows.interrupts import interrupt_later
from llmsql.rows.queries import Outcome, Plan, Query

# DuckDB 1 reads strings of a chunk after it has let go of them: keep the last ones alive.
KEPT_CHUNKS = 64
_MOST_LIMITS = 200
_WHOLE_CHUNK = 2048


class RowFunctions:
    """The Python side of the row functions.

    Args:
        engine: answers distinct inputs.
        siblings: connections to the database, which know its tables.
        prefix: goes before the functions' names.
        aliases: sets of other names that they have.
    """

    def __init__(
        self,
        engine: RowEngine,
        siblings: Iterable[duckdb.DuckDBPyConnection],
        prefix: str = "",
        aliases: Sequence[str] = (),
    ) -> None:
        self.engine = engine
        self._siblings = siblings
        self._names = (prefix, aliases)
        self._limits: OrderedDict[tuple[int, str, str], _Limit | None] = OrderedDict()
        self._planning = threading.Lock()
        self._planner: int | None = None
        self._alive: deque[pa.Array] = deque(maxlen=KEPT_CHUNKS)
        self._stops = Stops()

    def errors(self, texts: Any, arguments: Any, sessions: Any, queries: Any, statements: Any) -> Any:
        """Answer a chunk; NULL for each row, or the reason why the query must stop.

        Args:
            texts: the inputs; NULL has no answer and needs no call.
            arguments: JSON of the other arguments, nearly always the same for all rows.
            sessions: JSON of the session's variables.
            queries: DuckDB's id of the query.
            statements: its text, where a ``LIMIT`` in it may allow to stop early.
        """

        def work() -> None:
            for group in self._groups(texts, arguments, sessions, queries):
                self.engine.count_rows(
                    group.query, group.plan.function, group.plan.caller, int(np.count_nonzero(group.places >= 0))
                )
                statement = statements[0].as_py()
                limit = self._limit(group, statement) if statement else None
                if limit is None:
                    self.engine.outcomes(group.query, group.plan, group.inputs)
                else:
                    self._answer_enough(group, limit)

        if self._planner == threading.get_ident():  # a constant is folded in the plan that is only looked at
            return pa.nulls(len(texts), pa.string())
        return self._stops.column(queries, len(texts), work)

    def values(self, texts: Any, arguments: Any, sessions: Any, queries: Any, statements: Any) -> Any:
        """The answers of a chunk as JSON; ``errors`` has seen to it that they are there."""
        if self._planner == threading.get_ident():
            return pa.nulls(len(texts), pa.string())
        answers: list[str | None] = []
        places = np.full(len(texts), -1, dtype=np.int64)
        for query, plan, _, inputs, own in self._groups(texts, arguments, sessions, queries):
            places[own >= 0] = own[own >= 0] + len(answers)
            answers += [_shown(self.engine.outcome(query, plan, text), plan.on_error) for text in inputs]
        indices = pa.array(places, mask=places < 0)
        result = pa.array(answers, pa.string()).take(indices)
        self._alive.append(result)
        return result

    def _limit(self, group: _Group, text: str) -> _Limit | None:
        """What a ``LIMIT`` wants of a function; None where it may not stop asking."""
        statement = None if group.query.counting else read_statement(text)
        if statement is None:
            return None
        if not statement.filters and len(group.places) < min(_WHOLE_CHUNK, (statement.rows or 0) + 1):
            return None  # DuckDB has applied the limit
        key = (group.query.id, group.arguments, text)
        with self._planning:
            if key not in self._limits:
                self._limits[key] = self._planned(statement, group.arguments)
                while len(self._limits) > _MOST_LIMITS:
                    self._limits.popitem(last=False)
            return self._limits[key]

    def _planned(self, statement: Statement, arguments: str) -> _Limit | None:
        """What DuckDB's plan of a statement says of its limit."""
        self._planner = threading.get_ident()
        try:
            with open_cursor(self._siblings) as cursor:
                if not _is_known(cursor, statement):
                    return None
                self._create_macros(cursor, statement.sql)
                [(name, plan)] = cursor.execute(
                    f"EXPLAIN (FORMAT json) {statement.sql}", statement.stand_ins
                ).fetchall()
                wanted = rows_wanted(statement, json.loads(plan), arguments) if name == "physical_plan" else None
                if wanted is None or (wanted.condition and _meeting(cursor, wanted, [None])):
                    return None
                return _Limit(wanted)
        except (duckdb.Error, ValueError, KeyError):
            return None
        finally:
            self._planner = None

    def _create_macros(self, cursor: duckdb.DuckDBPyConnection, text: str) -> None:
        """Give a cursor those of the functions that a statement has."""
        from llmsql.rows.install import row_macros

        for macro in row_macros(self.engine, *self._names):
            if macro.name.lower() in text.lower():
                cursor.execute(macro.statement)

    def _answer_enough(self, group: _Group, limit: _Limit) -> None:
        """Answer a chunk until the query has the rows that its ``LIMIT`` wants."""
        query, plan, places = group.query, group.plan, group.places
        wanted, thread = limit.wanted, threading.get_ident()
        with query.lock:
            query.ended_early.add(plan.key)
            left = wanted.rows - (limit.given.get(thread, 0) if wanted.in_order else 0)
        if wanted.condition is None:
            first = int(places[: max(0, left)].max(initial=-1)) + 1
            if first:
                self.engine.outcomes(query, plan, group.inputs[:first], few=True)
            passed = len(places)
        else:
            with query.at_work():
                passed = self._answer_until(group, limit, left)
        with query.lock:
            limit.given[thread] = limit.given.get(thread, 0) + passed

    def _answer_until(self, group: _Group, limit: _Limit, left: int) -> int:
        """Answer inputs until enough rows pass; how many there are."""
        query, plan, _, inputs, places = group
        meets = np.zeros(len(inputs) + 1, dtype=bool)  # the last one is for NULL, whose place is -1
        # A row counts once every input before it is known: inputs are in the order of the rows that they are first in.
        newest = np.maximum.accumulate(places)
        asked, passed = 0, 0
        while asked < len(inputs) and passed < left:
            batch = limit.batch(left - passed, plan.caller.concurrency)
            texts = inputs[asked : asked + batch]
            values = [outcome.value for outcome in self.engine.outcomes(query, plan, texts, few=True)]
            self._judge(limit, values)
            meets[asked : asked + len(texts)] = [limit.judged[value] for value in values]
            with query.lock:
                limit.asked += len(texts)
                limit.met += int(np.count_nonzero(meets[asked : asked + len(texts)]))
            asked += len(texts)
            passed = int(np.count_nonzero(meets[places] & (newest < asked)))
        return passed

    def _judge(self, limit: _Limit, values: Sequence[str | None]) -> None:
        """Find out which answers meet a limit's condition."""
        new = list({value for value in values if value not in limit.judged})
        if new:
            with open_cursor(self._siblings) as cursor:
                met = _meeting(cursor, limit.wanted, new)
            limit.judged.update({value: value in met for value in new})

    def _groups(self, texts: Any, arguments: Any, sessions: Any, queries: Any) -> Iterator[_Group]:
        """The distinct inputs of a chunk, with what the other arguments that they came with mean."""
        for argument, session, inputs, places in distinct_inputs(texts, arguments, sessions):
            query = self.engine.query(queries[0].as_py(), json.loads(session))
            yield _Group(query, self.engine.plan(query, argument, session), argument, inputs, places)


class Stops:
    """The reason why a query must stop, between the two times that the macro asks for it.

    The ``CASE`` in the macro first looks whether there is a reason, and then evaluates the function once more, on the
    same thread, to raise it. By then the function might find none: what failed may have passed.
    """

    def __init__(self) -> None:
        # Not a threading.local: what it holds is lost each time that a thread of DuckDB leaves Python.
        self._noted: dict[int, tuple[Any, str]] = {}
        self._alive: deque[pa.Array] = deque(maxlen=KEPT_CHUNKS)

    def column(self, queries: Any, rows: int, work: Callable[[], None]) -> Any:
        """Do the work of a chunk; NULL for each row, or the reason why the query must stop.

        Args:
            queries: DuckDB's id of the query, a row each.
            rows: of the chunk.
            work: answers the chunk; not called where the reason is known from just before.
        """
        query = queries[0].as_py()
        noted, reason = self._noted.pop(threading.get_ident(), (None, None))
        if reason is None or noted != query:
            reason = self._stopped(work)
            if reason is None:
                return pa.nulls(rows, pa.string())
            self._noted[threading.get_ident()] = (query, reason)
        result = pa.array([reason] * rows, pa.string())
        self._alive.append(result)
        return result

    @staticmethod
    def _stopped(work: Callable[[], None]) -> str | None:
        try:
            work()
        except KeyboardInterrupt:
            interrupt_later()
            return "The query was interrupted."
        except (LLMSQLError, Warning) as error:
            return str(error)
        return None


class _Group(NamedTuple):
    """Distinct inputs with the same other arguments, and for each row the place of its input among them, or -1."""

    query: Query
    plan: Plan
    arguments: str
    inputs: list[str]
    places: Any


@dataclass
class _Limit:
    """What is known of a ``LIMIT`` over a function while the query runs.

    Args:
        wanted: of the function.
        given: rows that passed, or were answered, by the thread that asked.
        judged: answers, and whether they meet the condition.
        asked: inputs.
        met: those of them that meet the condition.
    """

    wanted: Wanted
    given: dict[int, int] = field(default_factory=dict)
    judged: dict[str | None, bool] = field(default_factory=dict)
    asked: int = 0
    met: int = 0

    def batch(self, left: int, most: int) -> int:
        """How many inputs to ask next for so many rows, by the share of those that met the condition so far."""
        return max(1, min(most, left if not self.asked else math.ceil(left * (self.asked + 2) / (self.met + 1))))


def _meeting(cursor: duckdb.DuckDBPyConnection, wanted: Wanted, values: Sequence[str | None]) -> set[str | None]:
    """The answers, as JSON, that meet a condition; DuckDB judges."""
    rows = cursor.execute(
        f"SELECT value FROM (SELECT value, from_json(value, ?) AS {ANSWER} "
        f"FROM (SELECT unnest(?::VARCHAR[]) AS value)) WHERE {wanted.condition}",
        [wanted.kind, list(values)],
    ).fetchall()
    return {value for (value,) in rows}


def _is_known(cursor: duckdb.DuckDBPyConnection, statement: Statement) -> bool:
    """Whether a statement is one, over what is surely tables, and has no macro of the user's in it."""
    if len(cursor.extract_statements(statement.sql)) != 1:
        return False
    tables = cursor.execute(
        "SELECT lower(table_name) FROM duckdb_tables() GROUP BY ALL HAVING count(*) = 1 "
        "EXCEPT SELECT lower(view_name) FROM duckdb_views()"
    ).fetchall()
    macros = cursor.execute(
        "SELECT lower(function_name) FROM duckdb_functions() "
        "WHERE function_type IN ('macro', 'table_macro') AND NOT internal"
    ).fetchall()
    words = set(re.findall(r"\w+", statement.sql.lower()))
    return {(name,) for name in statement.tables} <= set(tables) and not any(name in words for (name,) in macros)


def distinct_inputs(texts: Any, arguments: Any, sessions: Any) -> Iterator[tuple[str, str, list[str], Any]]:
    """The distinct inputs of a chunk, by the other arguments and the session's variables that they came with.

    Args:
        texts: the inputs, or NULL.
        arguments: JSON of the other arguments, nearly always the same for all rows.
        sessions: JSON of the session's variables.

    Yields:
        The arguments, the variables, the inputs, and for each row the place of its input among them, or -1.
    """
    if _is_constant(arguments) and _is_constant(sessions):
        encoded = _one_array(texts).dictionary_encode()
        places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        yield arguments[0].as_py(), sessions[0].as_py(), encoded.dictionary.to_pylist(), places
        return
    together: dict[tuple[str, str], dict[str, int]] = {}
    own: dict[tuple[str, str], list[tuple[int, int]]] = {}
    rows = zip(texts.to_pylist(), arguments.to_pylist(), sessions.to_pylist(), strict=True)
    for row, (text, argument, session) in enumerate(rows):
        if text is not None:
            inputs = together.setdefault((argument, session), {})
            place = inputs.setdefault(text, len(inputs))
            own.setdefault((argument, session), []).append((row, place))
    for (argument, session), inputs in together.items():
        places = np.full(len(texts), -1, dtype=np.int64)
        for row, place in own[argument, session]:
            places[row] = place
        yield argument, session, list(inputs), places


def _one_array(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _is_constant(column: Any) -> bool:
    return column.null_count == 0 and (len(column) == 1 or pc.all(pc.equal(column, column[0])).as_py())


def _shown(outcome: Outcome, on_error: str) -> str | None:
    value: str | None = outcome.value
    if on_error != "capture":
        return value
    error = "null" if outcome.error is None else json.dumps(outcome.error, ensure_ascii=False)
    return f'{{"response": {value or "null"}, "error": {error}}}'
