"""Puts ``ask`` and its family into a DuckDB connection: Python functions, and macros that give them their shape.

A failure does not raise inside a Python function, where DuckDB would wrap it in a traceback: it is returned beside the
SQL, and the macro raises it with ``error()``, so that the user reads one line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

from llmsql.catalog.snapshot import quote
from llmsql.errors import ConfigError, LLMSQLError
from llmsql.registry import load_registry

if TYPE_CHECKING:
    from llmsql.asking.engine import Engine

FUNCTIONS = ("ask", "ask_sql", "ask_explain", "llm_models")
VARIABLES = ("provider", "model", "base_url", "adapter", "today", "timeout", "query_timeout", "max_rows", "max_tokens")
_RESULT = "STRUCT(sql VARCHAR, error VARCHAR)"
_EXPLANATION = {
    "question": "VARCHAR",
    "sql": "VARCHAR",
    "written": "VARCHAR",
    "repairs": ["VARCHAR"],
    "tables": ["VARCHAR"],
    "values": ["VARCHAR"],
    "model": "VARCHAR",
    "attempts": "INTEGER",
    "confidence": "DOUBLE",
    "prompt_tokens": "INTEGER",
    "completion_tokens": "INTEGER",
    "cost_usd": "DOUBLE",
    "link_ms": "DOUBLE",
    "prompt_ms": "DOUBLE",
    "generate_ms": "DOUBLE",
    "settle_ms": "DOUBLE",
}
_MODELS = {
    "name": "VARCHAR",
    "provider": "VARCHAR",
    "base_model": "VARCHAR",
    "is_default": "BOOLEAN",
    "status": "VARCHAR",
    "method": "VARCHAR",
    "reported_accuracy": "DOUBLE",
    "reported_latency_ms": "DOUBLE",
    "reported_cost_per_1000_usd": "DOUBLE",
    "measured_accuracy": "DOUBLE",
    "measured_n": "INTEGER",
    "measured_dataset": "VARCHAR",
    "measured_latency_ms": "DOUBLE",
}


def install_functions(con: duckdb.DuckDBPyConnection, engine: Engine, prefix: str = "") -> None:
    """Create the functions on a connection; they go with it and are not stored in the database.

    Args:
        con: a connection or cursor.
        engine: answers the questions.
        prefix: goes before every function's name.

    Raises:
        ConfigError: the database has a function of its own with one of the names.
    """
    _refuse_to_shadow(con, prefix)
    suffix = f"{id(engine):x}"
    _create_udfs(con, engine, suffix)
    variables = ", ".join(f"'llmsql_{v}': getvariable('llmsql_{v}')::VARCHAR" for v in VARIABLES)
    call = f"(question::VARCHAR, tables::VARCHAR[], model::VARCHAR, to_json({{{variables}}})::VARCHAR)"
    sql = _raising(f"_llmsql_ask_{suffix}{call}")
    explanation = _raising(f"_llmsql_explain_{suffix}{call}")
    options = "question, tables := NULL, model := NULL"
    for statement in (
        f"MACRO {prefix}ask_sql({options}) AS {sql}",
        f"MACRO {prefix}ask({options}) AS TABLE FROM query({sql})",
        f"MACRO {prefix}ask_explain({options}) AS TABLE SELECT unnest(from_json({explanation}, {_json(_EXPLANATION)}))",
        f"MACRO {prefix}llm_models() AS TABLE "
        f"SELECT unnest(m) FROM (SELECT unnest(from_json(_llmsql_models_{suffix}(), {_json([_MODELS])})) AS m)",
    ):
        con.execute(f"CREATE OR REPLACE TEMP {statement}")


def _raising(result: str) -> str:
    return f"CASE WHEN {result}.error IS NOT NULL THEN error({result}.error)::VARCHAR ELSE {result}.sql END"


def _json(spec: Any) -> str:
    return "'" + json.dumps(spec) + "'"


def _refuse_to_shadow(con: duckdb.DuckDBPyConnection, prefix: str) -> None:
    names = [prefix + name for name in FUNCTIONS]
    rows = con.execute(
        "SELECT DISTINCT function_name, database_name, schema_name FROM duckdb_functions() WHERE NOT internal "
        "AND list_contains(?, function_name) AND coalesce(macro_definition, '') NOT LIKE '%_llmsql_%'",
        [names],
    ).fetchall()
    if rows:
        name, database, schema = rows[0]
        raise ConfigError(
            f"The database has a function {quote(database)}.{quote(schema)}.{quote(name)} of its own.",
            "Install under other names: llmsql.install(con, prefix='llm_').",
        )


def _create_udfs(con: duckdb.DuckDBPyConnection, engine: Engine, suffix: str) -> None:
    existing = con.execute(
        "SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [f"_llmsql_ask_{suffix}"]
    ).fetchall()
    if existing:
        return  # functions are the database's, macros are the connection's

    def attempt(question: str | None, tables: list[str] | None, model: str | None, variables: str, what: str) -> Any:
        cursor = con.cursor()
        try:
            given = {k: v for k, v in json.loads(variables).items() if v is not None}
            draft = engine.draft(cursor, question or "", tables=tuple(tables or ()), model=model, variables=given)
        except (LLMSQLError, duckdb.Error) as error:
            return {"sql": None, "error": _seen_from_sql(str(error))}
        finally:
            cursor.close()
        return {"sql": draft.sql if what == "ask" else json.dumps(_explanation(draft)), "error": None}

    def ask(question: str | None, tables: list[str] | None, model: str | None, variables: str) -> Any:
        return attempt(question, tables, model, variables, "ask")

    def explain(question: str | None, tables: list[str] | None, model: str | None, variables: str) -> Any:
        return attempt(question, tables, model, variables, "explain")

    for name, function in (("ask", ask), ("explain", explain)):
        con.create_function(
            f"_llmsql_{name}_{suffix}",
            function,
            ["VARCHAR", "VARCHAR[]", "VARCHAR", "VARCHAR"],  # type: ignore[list-item]
            _RESULT,  # type: ignore[arg-type]
            null_handling="special",  # type: ignore[arg-type]
        )
    con.create_function(f"_llmsql_models_{suffix}", _models, [], "VARCHAR")  # type: ignore[arg-type]


def _seen_from_sql(message: str) -> str:
    """Add to an error what a user of ``FROM ask(…)`` can't know: which tables were looked at."""
    if "There are no tables" in message or "There is no table" in message:
        return (
            f"{message} ask() in SQL sees committed tables only: use con.ask() for temporary or uncommitted tables "
            "and for DataFrames."
        )
    return message


def _explanation(draft: Any) -> dict[str, Any]:
    spent = draft.milliseconds
    return {
        "question": draft.question,
        "sql": draft.sql,
        "written": draft.written,
        "repairs": list(draft.notes),
        "tables": list(draft.tables),
        "values": [v.sql for v in draft.values],
        "model": draft.model,
        "attempts": draft.attempts,
        "confidence": draft.confidence,
        "prompt_tokens": draft.prompt_tokens,
        "completion_tokens": draft.completion_tokens,
        "cost_usd": draft.cost_usd,
        **{f"{stage}_ms": spent.get(stage) for stage in ("link", "prompt", "generate", "settle")},
    }


def _models() -> str:
    registry = load_registry()
    rows = []
    for entry in registry:
        measured = entry.measured[-1] if entry.measured else None
        reported = entry.reported
        rows.append(
            {
                "name": entry.name,
                "provider": entry.provider,
                "base_model": entry.base_model,
                "is_default": entry.name == registry.default,
                "status": entry.deployment.status,
                "method": entry.training.method,
                "reported_accuracy": reported and reported.execution_accuracy,
                "reported_latency_ms": reported and reported.latency_ms,
                "reported_cost_per_1000_usd": reported and reported.cost_per_1000_usd,
                "measured_accuracy": measured and measured.metrics.get("execution_accuracy"),
                "measured_n": measured and measured.n,
                "measured_dataset": measured and measured.dataset,
                "measured_latency_ms": measured and measured.metrics.get("latency_p50_ms"),
            }
        )
    return json.dumps(rows)
