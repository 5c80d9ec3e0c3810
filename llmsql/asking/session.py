"""What was asked in a session, and how the next question leans on it."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

import duckdb

from llmsql.asking.followup import rewrite_sql
from llmsql.asking.pipeline import Draft
from llmsql.asking.scopes import table_names
from llmsql.asking.settle import Knowledge, settle
from llmsql.errors import SQLRejectedError
from llmsql.settings import Settings

MOST_SESSIONS = 200
MOST_TURNS = 50
_UNDO = re.compile(r"(?:undo(?: that)?|go back|back|step back|never ?mind)[ .!]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a session.

    Args:
        question: as typed.
        draft: its answer.
    """

    question: str
    draft: Draft


class Sessions:
    """The turns of each session, in memory only."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, list[Turn]] = OrderedDict()
        self._lock = threading.Lock()

    def before(self, session: str, question: str) -> list[Turn]:
        """The turns that a question follows.

        A question asked twice in a row is one turn: DuckDB asks several times while it binds and runs a statement.

        Args:
            session: its name.
            question: as typed.
        """
        with self._lock:
            turns = list(self._turns.get(session, ()))
        same = " ".join(question.split()).casefold()
        if turns and " ".join(turns[-1].question.split()).casefold() == same:
            turns.pop()
        return turns

    def keep(self, session: str, turns: list[Turn]) -> None:
        """The turns of a session from now on."""
        with self._lock:
            self._turns[session] = turns[-MOST_TURNS:]
            self._turns.move_to_end(session)
            while len(self._turns) > MOST_SESSIONS:
                self._turns.popitem(last=False)


def is_undo(question: str) -> bool:
    """Whether a question asks for the answer before the last one."""
    return _UNDO.match(question.strip()) is not None


def follow(
    con: duckdb.DuckDBPyConnection, knowledge: Knowledge, question: str, last: Draft, settings: Settings
) -> Draft | None:
    """The last answer as a follow-up wants it, without a model; None where that is not certain.

    Args:
        con: binds the query.
        knowledge: of the database, with the tables that may be used only.
        question: the follow-up.
        last: the answer before it.
        settings: ``today``.
    """
    started = time.perf_counter()
    rewritten = rewrite_sql(last.sql, question, knowledge)
    if rewritten is None:
        return None
    sql, changes = rewritten
    try:
        settled = settle(con, sql, knowledge, settings.today)
    except SQLRejectedError:
        return None
    return Draft(
        question=question,
        sql=settled.sql,
        model=last.model,
        written=sql,
        notes=(f"follow-up to {' '.join(last.question.split())!r}: {', '.join(changes)}", *settled.notes),
        tables=tuple(table_names(settled.sql)),
        attempts=0,
        logprob=last.logprob,
        sureness=last.sureness,
        milliseconds={"follow": round((time.perf_counter() - started) * 1000, 3)},
        source="follow-up",
        today=settings.today,
        fiscal_year_start=settings.fiscal_year_start,
        catalog=knowledge.catalog,
        before=(*last.before, last.question),
    )
