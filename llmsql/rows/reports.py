"""``ai_usage()``, ``ai_usage_summary()``, ``ai_errors()`` and ``ai_estimate()``: what was spent, and what would be."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from llmsql.clients.client import list_price
from llmsql.errors import LLMSQLError
from llmsql.functions import open_cursor
from llmsql.rows.estimate import Counted, count_calls, one_line
from llmsql.rows.ledger import Ledger, as_rows
from llmsql.rows.proxy import kept_proxies
from llmsql.rows.queries import COUNTING

if TYPE_CHECKING:
    from llmsql.rows.calls import Caller
    from llmsql.rows.engine import RowEngine
    from llmsql.rows.queries import Query

_BIG = "BIGINT"
_ROWS_AT_ONCE = 10_000
REPORTS: dict[str, dict[str, Any]] = {
    "ai_usage": {
        "query_id": _BIG,
        "at": "TIMESTAMP",
        "function": "VARCHAR",
        "provider": "VARCHAR",
        "model": "VARCHAR",
        "source": "VARCHAR",
        "input_tokens": _BIG,
        "output_tokens": _BIG,
        "cached_tokens": _BIG,
        "attempts": _BIG,
        "seconds": "DOUBLE",
        "cost_usd": "DOUBLE",
    },
    "ai_usage_summary": {
        "query_id": _BIG,
        "started": "TIMESTAMP",
        "function": "VARCHAR",
        "provider": "VARCHAR",
        "model": "VARCHAR",
        "rows": _BIG,
        "distinct_inputs": _BIG,
        "calls": _BIG,
        "kept": _BIG,
        "remembered": _BIG,
        "proxied": _BIG,
        "input_tokens": _BIG,
        "output_tokens": _BIG,
        "cached_tokens": _BIG,
        "retries": _BIG,
        "errors": _BIG,
        "elapsed_ms": "DOUBLE",
        "cost_usd": "DOUBLE",
    },
    "ai_errors": {
        "query_id": _BIG,
        "at": "TIMESTAMP",
        "function": "VARCHAR",
        "model": "VARCHAR",
        "input": "VARCHAR",
        "error": "VARCHAR",
    },
    "ai_proxies": {
        "function": "VARCHAR",
        "model": "VARCHAR",
        "embed_model": "VARCHAR",
        "classes": ["VARCHAR"],
        "min_accuracy": "DOUBLE",
        "sampled": _BIG,
        "held_out": _BIG,
        "agreement": "DOUBLE",
        "coverage": "DOUBLE",
        "date": "DATE",
    },
}
ESTIMATE = {
    "function": "VARCHAR",
    "model": "VARCHAR",
    "rows": _BIG,
    "distinct_inputs": _BIG,
    "calls": _BIG,
    "input_tokens": _BIG,
    "output_tokens": _BIG,
    "cost_usd": "DOUBLE",
    "seconds": "DOUBLE",
    "note": "VARCHAR",
}


@dataclass
class Reports:
    """The Python side of the reports.

    Args:
        engine: has the books.
        siblings: connections to the database; ``ai_estimate`` uses one that is open.
        prefix: of the functions' names.
        aliases: sets of other names that the connection has.
    """

    engine: RowEngine
    siblings: Iterable[duckdb.DuckDBPyConnection]
    prefix: str
    aliases: Sequence[str] = ()

    def report(self, name: str) -> dict[str, str | None]:
        """The rows of a report as JSON."""
        ledger = self.engine.ledger
        entries: dict[str, list[Any]] = {
            "ai_usage": ledger.calls(),
            "ai_usage_summary": ledger.summaries(),
            "ai_errors": ledger.failures(),
            "ai_proxies": list(kept_proxies()) if name == "ai_proxies" else [],
        }
        return {"value": json.dumps(as_rows(entries[name], tuple(REPORTS[name]))), "error": None}

    def estimate(self, sql: str | None, here: str) -> dict[str, str | None]:
        """What a query's row functions would call: it is run with stand-ins for answers.

        Args:
            sql: the query.
            here: what the connection that asks has of its own, see ``llmsql.rows.estimate``.
        """
        try:
            return {"value": json.dumps(self._estimated(sql or "", here)), "error": None}
        except (LLMSQLError, duckdb.Error) as error:
            return {"value": None, "error": one_line(error)}

    def _estimated(self, sql: str, here: str) -> list[dict[str, Any]]:
        from llmsql.rows.install import install_row_functions, row_macros

        tokens: list[str] = []

        def begin() -> Query:
            tokens.append(uuid.uuid4().hex)
            return self.engine.query(0, {COUNTING: tokens[-1]})

        functions = [macro.name for macro in row_macros(self.engine, self.prefix, self.aliases)]
        functions = [name for name in functions if name.removeprefix(self.prefix) not in (*REPORTS, "ai_estimate")]
        try:
            with open_cursor(self.siblings) as cursor:
                install_row_functions(cursor, self.engine, self.siblings, self.prefix, self.aliases)
                counted = count_calls(cursor, sql, here, functions, begin)
        finally:
            for token in tokens:
                self.engine.counted(token)
        return summed(counted, self.engine.ledger)


def run_in_session(cursor: duckdb.DuckDBPyConnection, sql: str, session: str) -> None:
    """Run a query for what its functions do, and drop its rows.

    Args:
        cursor: has the functions.
        sql: the query.
        session: JSON of the variables of the session that it is run for.
    """
    for name, value in json.loads(session).items():
        if value is not None:
            cursor.execute(f"SET VARIABLE {name} = ?", [value]).fetchall()
    cursor.execute(sql)
    while cursor.fetchmany(_ROWS_AT_ONCE):
        pass


def summed(counted: Counted, ledger: Ledger) -> list[dict[str, Any]]:
    """What a counted query would take, one row a function and model."""
    query = counted.query
    note = _note(counted)
    totals: dict[tuple[str, str], dict[str, Any]] = {}
    callers: dict[tuple[str, str], Caller] = {}
    for count in query.counts.values():
        key = (count.function, count.caller.name)
        callers[key] = count.caller
        total = totals.setdefault(
            key,
            {
                "function": count.function,
                "model": count.caller.name,
                "rows": query.rows.get(key, 0),
                "distinct_inputs": 0,
                "calls": 0,
                "input_tokens": 0,
                "output_tokens": 0,
            },
        )
        total["distinct_inputs"] += count.inputs
        total["calls"] += count.calls
        total["input_tokens"] += count.input_tokens
        total["output_tokens"] += count.output_tokens
    for key, total in totals.items():
        caller = callers[key]
        price = list_price(caller.client.provider, caller.client.model)
        dollars = price and (total["input_tokens"] * price["input"] + total["output_tokens"] * price["output"]) / 1e6
        mean = ledger.mean_seconds(caller.name, total["function"])
        total["cost_usd"] = dollars
        total["seconds"] = None if mean is None else total["calls"] * mean / caller.concurrency
        total["note"] = note
    return list(totals.values())


def _note(counted: Counted) -> str | None:
    """Why a count is not exact; None where it is."""
    most = list(counted.most)
    if any(plan.min_accuracy is not None for plan in list(counted.query.plans.values())):
        most.append("counted without the classifier of optimize := 'cost', and without its embeddings")
    parts = (("may be more", counted.more), ("at most", most))
    return "; ".join(f"{kind}: {', '.join(reasons)}" for kind, reasons in parts if reasons) or None
