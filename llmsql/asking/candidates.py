"""From several answers of a model to the one that most of them agree on.

Candidates are checked and repaired like any answer, run under limits, and grouped by the rows that they give: a group
is a reading of the question. Votes, probabilities of the texts and coverage of the question make its confidence.
"""

from __future__ import annotations

import datetime
import math
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import sqlglot
from sqlglot import exp

from llmsql.asking.check import extract_sql
from llmsql.asking.compare import fingerprint
from llmsql.asking.confidence import confidence
from llmsql.asking.coverage import coverage
from llmsql.asking.dates import DateRange
from llmsql.asking.prompt import StoredValue
from llmsql.asking.run import interrupted_after
from llmsql.asking.settle import Knowledge, settle
from llmsql.clients import Generation
from llmsql.errors import CancelledError, LLMSQLError, SQLRejectedError
from llmsql.registry import Calibration

MOST_ROWS = 10_000
QUERY_SECONDS = 10.0
LEAST_LOGPROB = -10.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text that the model wrote for a question.

    Args:
        written: the text.
        sql: what would run, None where it was refused.
        notes: repairs.
        times: how often it was written.
        logprob: natural logarithm of its probability, None where the provider gives none.
        result: hash of its rows, equal for equal rows; None where it was not run or failed.
        rows: how many it gives, at most ``MOST_ROWS``.
        votes: candidates that give the same rows, itself among them.
        coverage: share of what the question names that the SQL takes up.
        confidence: that its reading is right, 0 to 1.
        error: why it was refused, or failed.
        evidence: what the confidence rests on.
        open: choices between keys that nothing decides; the first was taken.
    """

    written: str
    sql: str | None = None
    notes: tuple[str, ...] = ()
    times: int = 1
    logprob: float | None = None
    result: str | None = None
    rows: int | None = None
    votes: int = 0
    coverage: float = 0.0
    confidence: float | None = None
    error: str | None = None
    evidence: Mapping[str, float] | None = None
    open: tuple[str, ...] = ()


def weigh_candidates(
    con: duckdb.DuckDBPyConnection,
    generations: Sequence[Generation],
    knowledge: Knowledge,
    question: str,
    values: Sequence[StoredValue],
    *,
    today: datetime.date | None = None,
    dates: Sequence[DateRange] = (),
    seconds: float = QUERY_SECONDS,
    corrected: bool = False,
    calibrations: Mapping[str, Calibration] | None = None,
    earlier: str | None = None,
    cancel: threading.Event | None = None,
) -> list[Candidate]:
    """Check answers of a model, and where there is something to compare run and group them.

    Args:
        con: binds the queries; they run on a cursor of it, so that none can end the user's transaction.
        generations: what the model wrote, its greedy answer first.
        knowledge: of the database.
        question: as typed.
        values: stored values that it names.
        today: what ``current_date`` means.
        dates: the days that the question names.
        seconds: most time for one query.
        corrected: the model wrote them after it was told an error.
        calibrations: of the model.
        earlier: the SQL that another model answered with; a single answer is run beside it, to see whether they agree.
        cancel: set it to stop a query.

    Returns:
        Distinct texts: the best of each reading first, best reading first; then the others of each reading; then what
        was refused or failed.
    """
    checked = [
        _checked(con, text, mine, knowledge, question, values, today, dates)
        for text, mine in _by_text(generations).items()
    ]
    several = len(generations) > 1
    ran = [_run(con, c, seconds, cancel) if several and c.sql is not None else c for c in checked]
    if earlier is not None and not several:
        ran = [_compared(con, c, earlier, seconds, cancel) if c.sql is not None else c for c in ran]
    readings: dict[str, list[Candidate]] = defaultdict(list)
    refused = []
    for candidate in ran:
        if candidate.error is None:
            readings[candidate.result or candidate.sql or ""].append(candidate)
        else:
            refused.append(candidate)
    shares = sorted((sum(c.times for c in mine) / len(generations) for mine in readings.values()), reverse=True)
    weighed = [
        _weighed(mine, len(generations) if several else None, shares, corrected, calibrations or {})
        for mine in readings.values()
    ]
    # Stable: of equals, the reading of the greedy answer stays first.
    weighed.sort(key=lambda mine: -(mine[0].confidence or 0.0))
    return [
        *(mine[0] for mine in weighed),
        *(c for mine in weighed for c in mine[1:]),
        *refused,
    ]


def _by_text(generations: Sequence[Generation]) -> dict[str, list[Generation]]:
    texts: dict[str, list[Generation]] = defaultdict(list)
    for generation in generations:
        texts[extract_sql(generation.text)].append(generation)
    return texts


def _checked(
    con: duckdb.DuckDBPyConnection,
    text: str,
    generations: list[Generation],
    knowledge: Knowledge,
    question: str,
    values: Sequence[StoredValue],
    today: datetime.date | None,
    dates: Sequence[DateRange],
) -> Candidate:
    known = [g.logprob * g.completion_tokens for g in generations if g.logprob is not None]
    candidate = Candidate(text, times=len(generations), logprob=max(known) if known else None)
    try:
        settled = settle(con, text, knowledge, today, question, dates)
    except SQLRejectedError as error:
        return replace(candidate, error=str(error))
    covered = coverage(question, settled.sql, knowledge.catalog, values)
    evidence = {"coverage": covered, "repaired": float(min(len(settled.notes), 3)), "tables": _tables(settled.sql)}
    if candidate.logprob is not None:
        evidence["logprob"] = max(candidate.logprob, LEAST_LOGPROB)
        evidence["worst"] = max(max(g.logprob for g in generations if g.logprob is not None), -1.0)
    return replace(
        candidate, sql=settled.sql, notes=settled.notes, coverage=covered, evidence=evidence, open=settled.open
    )


def _tables(sql: str) -> float:
    return float(min(sum(1 for _ in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table)), 5))


def _run(
    con: duckdb.DuckDBPyConnection, candidate: Candidate, seconds: float, cancel: threading.Event | None
) -> Candidate:
    """The candidate with what it gives."""
    cursor = con.cursor()
    try:
        with interrupted_after(cursor, seconds, cancel):
            rows = cursor.execute(candidate.sql or "").fetchmany(MOST_ROWS)
    except duckdb.CatalogException:
        return candidate  # a temporary or uncommitted table, which only the user's connection sees
    except CancelledError:
        raise
    except (duckdb.Error, LLMSQLError) as error:
        return replace(candidate, error=str(error).splitlines()[0])
    finally:
        cursor.close()
    is_empty = not any(value is not None for row in rows for value in row)
    evidence = {**(candidate.evidence or {}), "empty": float(is_empty)}
    return replace(candidate, result=fingerprint(rows), rows=len(rows), evidence=evidence)


def _compared(
    con: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    earlier: str,
    seconds: float,
    cancel: threading.Event | None,
) -> Candidate:
    """The candidate with whether it gives the rows of another model's answer; one that takes too long to say stays."""
    same = candidate.sql == earlier
    if not same:
        mine = _run(con, candidate, seconds, cancel).result
        same = mine is not None and mine == _run(con, Candidate("", earlier), seconds, cancel).result
    return replace(candidate, evidence={**(candidate.evidence or {}), "agrees": float(same)})


def _weighed(
    mine: list[Candidate],
    of: int | None,
    shares: list[float],
    corrected: bool,
    calibrations: Mapping[str, Calibration],
) -> list[Candidate]:
    """The candidates of one reading with its votes and confidence, the most probable first."""
    mine = sorted(mine, key=lambda c: -(c.logprob if c.logprob is not None else -math.inf))
    best = mine[0]
    votes = sum(c.times for c in mine)
    evidence = {**(best.evidence or {}), "corrected": float(corrected)}
    evidence["coverage"] = max(c.coverage for c in mine)
    if of is not None:
        share = votes / of
        others = list(shares)
        others.remove(share)
        evidence |= {"share": share, "lead": share - max(others, default=0.0)}
    sure = confidence(evidence, calibrations)
    return [replace(c, votes=votes, confidence=sure, evidence=evidence) for c in mine]
