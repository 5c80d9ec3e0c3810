"""Answers that users have verified: recalled before a model is asked, and never given again once called wrong."""

from __future__ import annotations

import datetime
import json
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from llmsql.asking.check import extract_sql, parse_query
from llmsql.asking.pipeline import Draft
from llmsql.asking.recall import Memory, Verified
from llmsql.asking.scopes import plain_sql, table_names
from llmsql.asking.settle import Knowledge, set_today, settle
from llmsql.asking.stored import MemoryStore, value_lookup
from llmsql.errors import ConfigError, QuestionError, SQLRejectedError
from llmsql.settings import Settings

SOURCE = "verified"
_VERDICTS = {
    **dict.fromkeys(("good", "right", "correct", "yes", "true"), "good"),
    **dict.fromkeys(("bad", "wrong", "incorrect", "no", "false"), "bad"),
    **dict.fromkeys(("forget", "forgotten"), "forgotten"),
}


class VerifiedAnswers:
    """The verified answers about one database.

    Args:
        origin: the file or folder that an in-memory database was read from; None for a database of its own.
    """

    def __init__(self, origin: Path | None = None) -> None:
        self._store = MemoryStore(origin)
        self._lock = threading.RLock()

    def memory(self, con: duckdb.DuckDBPyConnection) -> Memory:
        """What is verified now."""
        with self._lock:
            return self._store.memory(con)

    def recalled(
        self, con: duckdb.DuckDBPyConnection, knowledge: Knowledge, memory: Memory, question: str, settings: Settings
    ) -> Draft | None:
        """The verified answer to a question, its literals bound anew, checked and bound like any other SQL.

        Args:
            con: whose database is meant.
            knowledge: of the database, with the tables that may be used only.
            memory: what is verified now.
            question: as typed.
            settings: ``verified`` switches recall off; ``today``, ``fiscal_year_start``.
        """
        if not settings.verified or not memory.good:
            return None
        started = time.perf_counter()
        today = settings.today or datetime.date.today()
        lookup = value_lookup(con, knowledge.catalog, knowledge.values)
        recall = memory.recall(question, today, lookup, knowledge.glossary.synonyms, settings.fiscal_year_start)
        if recall is None:
            return None
        try:
            settled = settle(con, recall.sql, knowledge, settings.today)
        except SQLRejectedError:
            return None  # the tables have changed since
        changes = f" with {', '.join(recall.changes)}" if recall.changes else ""
        note = f"recalled the verified answer to {' '.join(recall.record.question.split())!r}{changes}"
        return Draft(
            question=question,
            sql=settled.sql,
            model=SOURCE,
            written=recall.sql,
            notes=(note, *settled.notes),
            tables=tuple(table_names(settled.sql)),
            attempts=0,
            logprob=math.log(recall.confidence),
            milliseconds={"recall": round((time.perf_counter() - started) * 1000, 3)},
            source=SOURCE,
            today=settings.today,
            fiscal_year_start=settings.fiscal_year_start,
            catalog=knowledge.catalog,
        )

    def record(
        self,
        con: duckdb.DuckDBPyConnection,
        knowledge: Knowledge,
        question: str,
        sql: str,
        verdict: str,
        settings: Settings,
    ) -> str:
        """Keep a user's verdict.

        Args:
            con: whose database is meant; checks and binds the SQL.
            knowledge: of the database.
            question: as it was asked.
            sql: the query meant.
            verdict: ``good``, ``bad``, or ``forget`` to take both back.
            settings: ``today``, ``fiscal_year_start``.

        Returns:
            What was kept and where, in a sentence.

        Raises:
            ConfigError: there is no such verdict.
            QuestionError: the question is empty.
            SQLRejectedError: SQL called good may not run, or does not bind.
        """
        meant = _VERDICTS.get(verdict.strip().casefold())
        if meant is None:
            raise ConfigError(f"There is no verdict {verdict!r}.", "Say good, bad or forget.")
        if not any(c.isalnum() for c in question):
            raise QuestionError("The question is empty.", "Name the question that the verdict is about.")
        kept = extract_sql(sql)
        if meant == "good":
            kept = settle(con, kept, replace(knowledge, refused=frozenset()), None).sql
        else:
            parse_query(kept)
        today = settings.today or datetime.date.today()
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        record = Verified(question.strip(), kept, meant, today, now, settings.fiscal_year_start)
        with self._lock, con.cursor() as cursor:
            # DuckDB may evaluate the call of one statement several times.
            if _is_said_already(self._store.memory(con), record):
                where = self._store.where(con)
            else:
                where = self._store.add(cursor, record)
        said = {"good": "verified", "bad": "marked as wrong", "forgotten": "forgotten"}[meant]
        return f"{said}: {' '.join(question.split())} (kept in {where})"


def _is_said_already(memory: Memory, record: Verified) -> bool:
    for standing in (memory.good, memory.bad):
        if standing:
            last = standing[-1]
            same = last.question == record.question and plain_sql(last.sql) == plain_sql(record.sql)
            if same and (last.verdict, last.asked_on, last.fiscal_year_start) == (
                record.verdict,
                record.asked_on,
                record.fiscal_year_start,
            ):
                return True
    return False


def timeless_sql(con: duckdb.DuckDBPyConnection, knowledge: Knowledge, draft: Draft) -> str:
    """The SQL of a draft with ``current_date`` where it had that, so that it stays right on another day.

    Args:
        con: binds it.
        knowledge: of the database.
        draft: an answer; its SQL has the day that was set as a literal.
    """
    if draft.today is None:
        return draft.sql
    try:
        sql = settle(con, draft.written, knowledge, None, draft.question).sql
        same = set_today(parse_query(sql), draft.today).sql("duckdb")
    except SQLRejectedError:
        return draft.sql
    return sql if plain_sql(same) == plain_sql(draft.sql) else draft.sql


def export_records(memory: Memory, database: str) -> Iterator[str]:
    """Verified answers as lines of a dataset, for training and evaluation.

    Args:
        memory: of one database.
        database: its name in the dataset.
    """
    for record in memory.good:
        ordered = parse_query(record.sql).args.get("order") is not None
        line = {
            "database": database,
            "question": record.question,
            "sql": record.sql,
            "split": "train",
            "kind": SOURCE,
            "ordered": ordered,
        }
        yield json.dumps(line, ensure_ascii=False)
