"""Between DuckDB's chunks of rows and the distinct inputs in them.

DuckDB calls an Arrow function with up to 2,048 rows at a time, from several threads. Every row function is two of them:
``_llmsql_ai_error`` does the work and gives the reason why the query must stop, which the macro raises in one line;
``_llmsql_ai_value`` gives the answers, which are remembered by then.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from llmsql.errors import LLMSQLError
from llmsql.functions import open_cursor
from llmsql.rows.early_stop import Wanted, rows_wanted
from llmsql.rows.engine import Enough, RowEngine
from llmsql.rows.interrupts import interrupt_later
from llmsql.rows.queries import COUNTING, Outcome, Plan, Query

if TYPE_CHECKING:
    import duckdb

# DuckDB 1 reads strings of a chunk after it has let go of them: keep the last ones alive.
KEPT_CHUNKS = 64


class RowFunctions:
    """The Python side of the row functions.

    Args:
        engine: answers distinct inputs.
        siblings: connections to the database, which know its tables.
    """

    def __init__(self, engine: RowEngine, siblings: Iterable[duckdb.DuckDBPyConnection]) -> None:
        self.engine = engine
        self._siblings = siblings
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
                wanted = self._wanted(group, statements[0].as_py())
                if wanted is None:
                    self.engine.outcomes(group.query, group.plan, group.inputs)
                else:
                    self._answer_enough(group, wanted)

        return self._stops.column(queries, len(texts), work)

    def values(self, texts: Any, arguments: Any, sessions: Any, queries: Any, statements: Any) -> Any:
        """The answers of a chunk as JSON; ``errors`` has seen to it that they are there."""
        answers: list[str | None] = []
        places = np.full(len(texts), -1, dtype=np.int64)
        for query, plan, _, inputs, own in self._groups(texts, arguments, sessions, queries):
            places[own >= 0] = own[own >= 0] + len(answers)
            answers += [_shown(self.engine.outcome(query, plan, text), plan.on_error) for text in inputs]
        indices = pa.array(places, mask=places < 0)
        result = pa.array(answers, pa.string()).take(indices)
        self._alive.append(result)
        return result

    def _wanted(self, group: _Group, statement: str | None) -> Wanted | None:
        """What a ``LIMIT`` wants of a function; None where it may not stop asking."""
        wanted = rows_wanted(statement, group.arguments) if statement else None
        if wanted is None:
            return None
        left = group.query.wanted
        with group.query.lock:
            if group.plan.key not in left:
                left[group.plan.key] = wanted.rows if self._are_tables(wanted.tables) else None
        return None if left[group.plan.key] is None else wanted

    def _are_tables(self, names: Sequence[str]) -> bool:
        """Whether names are surely those of tables; a temporary one, which only its connection sees, may be a view."""
        known = "SELECT lower(table_name) FROM duckdb_tables() EXCEPT SELECT lower(view_name) FROM duckdb_views()"
        with open_cursor(self._siblings) as cursor:
            return not names or {(name,) for name in names} <= set(cursor.execute(known).fetchall())

    def _answer_enough(self, group: _Group, wanted: Wanted) -> None:
        """Answer a chunk until the query has the rows that its ``LIMIT`` wants."""
        query, plan, _, inputs, places = group
        left = query.wanted[plan.key] or 0
        outcomes = self.engine.outcomes(query, plan, inputs, Enough(max(0, left), wanted.answers))
        meets = np.array([outcome.value in wanted.answers for outcome in outcomes], dtype=bool)
        with query.lock:
            given = int(np.count_nonzero(meets[places[places >= 0]]))
            query.wanted[plan.key] = (query.wanted[plan.key] or 0) - given

    def _groups(self, texts: Any, arguments: Any, sessions: Any, queries: Any) -> Iterator[_Group]:
        """The distinct inputs of a chunk, by the other arguments that they came with."""
        query_id = queries[0].as_py()
        if _is_constant(arguments) and _is_constant(sessions):
            encoded = _one_array(texts).dictionary_encode()
            places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            yield self._group(
                query_id, arguments[0].as_py(), sessions[0].as_py(), encoded.dictionary.to_pylist(), places
            )
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
            yield self._group(query_id, argument, session, list(inputs), places)

    def _group(self, query_id: int, arguments: str, session: str, inputs: list[str], places: Any) -> _Group:
        query = self.engine.query(query_id, json.loads(session).get(COUNTING))
        return _Group(query, self.engine.plan(query, arguments, session), arguments, inputs, places)


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
