"""From what a model wrote to SQL that may run and binds, or a reason why not."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from llmsql.asking.bind_errors import qualify_first, repair_error
from llmsql.asking.check import check_sql, extract_sql, parse_query
from llmsql.asking.codes import repair_codes
from llmsql.asking.date_conditions import repair_dates
from llmsql.asking.dates import DateRange, as_of
from llmsql.asking.derived_joins import join_derived
from llmsql.asking.glossary import Glossary, expand_metrics
from llmsql.asking.hidden import hide_columns
from llmsql.asking.intent import repair_intent
from llmsql.asking.joins import KeyGraph, Wording, complete_joins
from llmsql.asking.lists import repair_lists
from llmsql.asking.names import restore_names
from llmsql.asking.negation import skip_null_keys
from llmsql.asking.parts import name_parts, write_parts
from llmsql.asking.quiet import quiet_sqlglot
from llmsql.asking.repair import repair_columns, repair_patterns, repair_tables, repair_values
from llmsql.asking.rounding import digits_asked, round_asked
from llmsql.asking.scopes import plain_sql
from llmsql.asking.spoken import take_named_tables
from llmsql.asking.sql_text import sql_text
from llmsql.asking.text_columns import read_text
from llmsql.asking.values import ValueIndex
from llmsql.asking.windows import group_windows
from llmsql.catalog import Catalog
from llmsql.errors import SQLRejectedError

_UNSERIALISABLE = frozenset({"not implemented", "serialization", "internal"})


@dataclass(frozen=True)
class Knowledge:
    """All that is known of a database.

    Args:
        catalog: its tables.
        graph: their keys.
        values: their text.
        glossary: what words mean here.
        refused: SQL that the user has called wrong for the question at hand, as ``plain_sql`` writes it.
    """

    catalog: Catalog
    graph: KeyGraph
    values: ValueIndex
    glossary: Glossary = field(default_factory=Glossary)
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """SQL that may run and binds.

    Args:
        sql: the text that runs.
        notes: what was repaired, in plain words.
        open: choices between keys that nothing decides; the first was taken.
    """

    sql: str
    notes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def settle(
    con: duckdb.DuckDBPyConnection,
    text: str,
    knowledge: Knowledge,
    today: datetime.date | None = None,
    question: str | None = None,
    dates: Sequence[DateRange] = (),
    second_key: bool = False,
) -> Settled:
    """Check what a model wrote, repairing what needs no model.

    Args:
        con: binds the query; nothing is run.
        text: the model's answer.
        knowledge: of the database.
        today: what ``current_date`` means; None leaves it to DuckDB.
        question: its words decide where the keys leave a choice of joins; None refuses such joins.
        dates: the days that the question names, which the query has to keep to.
        second_key: join on the second of two keys where nothing decides between them.

    Raises:
        SQLRejectedError: it may not run, or does not bind; the message is meant for a model to correct it.
    """
    wording = Wording(question, second_key) if question is not None else None
    today = (as_of(question) if question is not None else None) or today
    try:
        with quiet_sqlglot():
            settled = _repaired(con, text, knowledge, today, wording, dates)
            if question is not None:
                settled = _rounded(con, settled, question, knowledge.catalog)
            sql = hide_columns(settled.sql, knowledge.catalog)
            if sql != settled.sql:
                complaint = bind_error(con, sql)
                if complaint is not None:
                    raise SQLRejectedError(complaint)
            if knowledge.refused and plain_sql(sql) in knowledge.refused:
                raise SQLRejectedError("The user has called this answer wrong.", "Write another query.")
            return Settled(sql, settled.notes, tuple(dict.fromkeys(wording.open)) if wording is not None else ())
    except RecursionError as error:
        raise SQLRejectedError("The SQL is nested too deeply.") from error


def _repaired(
    con: duckdb.DuckDBPyConnection,
    text: str,
    knowledge: Knowledge,
    today: datetime.date | None,
    wording: Wording | None,
    dates: Sequence[DateRange],
) -> Settled:
    tree: exp.Expr = parse_query(extract_sql(text))
    restore_names(tree, knowledge.catalog)
    name_parts(tree, knowledge.catalog)
    notes = repair_tables(tree, knowledge.catalog)
    if wording is not None:
        notes += take_named_tables(tree, wording.question, knowledge.catalog)
    tree = complete_joins(tree, knowledge.catalog, knowledge.graph, wording)
    notes += join_derived(tree, knowledge.catalog, knowledge.graph)
    notes += expand_metrics(tree, knowledge.catalog, knowledge.glossary, wording.question if wording else None)
    notes += repair_columns(tree, knowledge.catalog, knowledge.graph, wording)
    if wording is not None:
        notes += wording.notes
    notes += repair_values(tree, knowledge.catalog, knowledge.values)
    notes += repair_lists(tree, knowledge.catalog, knowledge.values, wording.question if wording else None)
    if wording is not None:
        notes += repair_patterns(tree, knowledge.catalog, knowledge.values, wording.question)
        notes += repair_intent(tree, wording.question, knowledge.catalog, knowledge.graph, knowledge.values)
    skip_null_keys(tree, knowledge.catalog)
    notes += repair_codes(tree, knowledge.catalog, wording.question if wording else None)
    if today is not None:
        tree = set_today(tree, today)
    notes += repair_dates(con, tree, knowledge.catalog, dates, today or datetime.date.today())
    unread = sql_text(tree)
    read = read_text(tree, knowledge.catalog)
    write_parts(tree, knowledge.catalog)
    sql = sql_text(tree)
    error = _complaint(con, sql, knowledge.catalog)
    if error is None:
        return Settled(sql, (*notes, *read))
    group_windows(tree, knowledge.catalog)
    grouped = sql_text(tree)
    if grouped != sql and _complaint(con, grouped, knowledge.catalog) is None:
        return Settled(grouped, (*notes, *read, "wrote the groups and windows as DuckDB takes them"))
    is_ambiguous = wording is not None and "Ambiguous reference" in error
    repairs = qualify_first(unread, knowledge.catalog) if is_ambiguous else repair_error(sql, error, knowledge.catalog)
    for candidate, note in repairs:
        try:
            repaired: exp.Expr = parse_query(candidate)
        except SQLRejectedError:
            continue
        if today is not None:  # a translation may have brought current_date in
            repaired = set_today(repaired, today)
        unread = sql_text(repaired)
        read = read_text(repaired, knowledge.catalog)
        write_parts(repaired, knowledge.catalog)
        settled = Settled(sql_text(repaired), (*notes, note, *read))
        if _complaint(con, settled.sql, knowledge.catalog) is not None:
            continue
        return _again(con, settled, unread, knowledge, today, wording, dates) if is_ambiguous else settled
    raise SQLRejectedError(error)


def _rounded(con: duckdb.DuckDBPyConnection, settled: Settled, question: str, catalog: Catalog) -> Settled:
    digits = digits_asked(question)
    if digits is None:
        return settled
    tree = parse_query(settled.sql)
    notes = round_asked(con, tree, digits, catalog)
    return Settled(sql_text(tree), (*settled.notes, *notes)) if notes else settled


def _again(
    con: duckdb.DuckDBPyConnection,
    settled: Settled,
    unread: str,
    knowledge: Knowledge,
    today: datetime.date | None,
    wording: Wording | None,
    dates: Sequence[DateRange],
) -> Settled:
    """Repaired once more: what could not be told of a column that several tables have can be told now.

    The repairs look at ``unread``, which is ``settled`` without casts of text.
    """
    try:
        again = _repaired(con, unread, knowledge, today, wording, dates)
    except SQLRejectedError:
        return settled
    return Settled(again.sql, tuple(dict.fromkeys((*settled.notes, *again.notes))))


def _complaint(con: duckdb.DuckDBPyConnection, sql: str, catalog: Catalog) -> str | None:
    """Why a query may not run or does not bind; it is bound only if it may run."""
    try:
        check_sql(con, sql, catalog)
    except SQLRejectedError as refused:
        return str(refused)
    return bind_error(con, sql)


def bind_error(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """DuckDB's complaint about a query on binding it, in one line, or None.

    The plan is asked for as data: a statement that fails to bind would end the user's transaction.
    """
    [row] = con.execute("SELECT json_serialize_plan(?::VARCHAR)", [sql]).fetchall()
    plan = json.loads(row[0])
    if not plan["error"]:
        return None
    kind = str(plan.get("error_type", "binder"))
    if kind in _UNSERIALISABLE:
        return _explain_error(con, sql)
    return _one_line(f"{kind.title()} Error: {plan.get('error_message', 'no message')}")


def _explain_error(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    try:
        con.execute(f"EXPLAIN {sql}").fetchall()
    except duckdb.Error as error:
        return _one_line(str(error))
    return None


def _one_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))[:500]


def set_today(tree: exp.Expr, today: datetime.date) -> exp.Expr:
    """``current_date``, ``today()`` and ``now()`` as the literals that they are on that day.

    Args:
        tree: a parsed query; changed in place.
        today: the day.
    """
    day = today.isoformat()

    def replaced(node: exp.Expr) -> exp.Expr:
        name = node.name.casefold() if isinstance(node, exp.Anonymous) else ""
        if isinstance(node, exp.CurrentDate) or name == "today":
            return exp.cast(exp.Literal.string(day), "DATE", dialect="duckdb")
        if isinstance(node, (exp.CurrentTimestamp, exp.CurrentDatetime)) or name in ("now", "get_current_timestamp"):
            return exp.cast(exp.Literal.string(f"{day} 00:00:00"), "TIMESTAMP", dialect="duckdb")
        return node

    return tree.transform(replaced, copy=False)
