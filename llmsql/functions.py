"""Puts ``ask`` and its family into a DuckDB connection: Python functions, and macros that give them their shape.

A failure does not raise inside a Python function, where DuckDB would wrap it in a traceback: it is returned beside the
SQL, and the macro raises it with ``error()``, so that the user reads one line.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from llmsql.catalog.snapshot import quote
from llmsql.errors import ConfigError, LLMSQLError
from llmsql.registry import load_registry

if TYPE_CHECKING:
    from llmsql.asking.engine import Engine
    from llmsql.asking.pipeline import Draft
    from llmsql.settings import Settings

FUNCTIONS = ("ask", "ask_sql", "ask_explain", "ask_candidates", "ask_feedback", "llm_models")
VARIABLES = (
    "provider",
    "model",
    "base_url",
    "adapter",
    "today",
    "timeout",
    "query_timeout",
    "max_rows",
    "max_tokens",
    "fiscal_year_start",
    "candidates",
    "min_confidence",
    "cascade",
    "cascade_confidence",
    "grammar",
    "verified",
    "session",
)
ALIASES: dict[str, tuple[str, ...]] = {"motherduck": ("prompt_query", "prompt_sql")}
"""Names that other systems give these functions; those of the row functions are in ``llmsql.rows.install``."""
CONNECTION = "llmsql_connection"
"""Beside the session's variables, the number of the connection: what is done for it stops when it is interrupted."""
MOST_FAILURES = 100
_RESULT = "STRUCT(value VARCHAR, error VARCHAR)"
_PREFIX = re.compile(r"[A-Za-z_]\w*", re.ASCII)
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
    "source": "VARCHAR",
    "explanation": "VARCHAR",
}
_CANDIDATES = {
    "chosen": "BOOLEAN",
    "confidence": "DOUBLE",
    "votes": "INTEGER",
    "times": "INTEGER",
    "sql": "VARCHAR",
    "rows": "BIGINT",
    "result": "VARCHAR",
    "logprob": "DOUBLE",
    "coverage": "DOUBLE",
    "repairs": ["VARCHAR"],
    "written": "VARCHAR",
    "error": "VARCHAR",
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


def install_functions(
    con: duckdb.DuckDBPyConnection,
    engine: Engine,
    siblings: Iterable[duckdb.DuckDBPyConnection],
    prefix: str = "",
    aliases: Sequence[str] = (),
) -> None:
    """Create the functions on a connection; they go with it and are not stored in the database.

    Args:
        con: a connection or cursor.
        engine: answers the questions.
        siblings: connections to the same database, ``con`` among them; the functions use one that is open.
        prefix: goes before every function's name.
        aliases: keys of ``ALIASES``: names that other systems give these functions; other keys do not matter here.

    Raises:
        ConfigError: the database has a function of its own with one of the names, or the prefix cannot begin a name.
    """
    if prefix and not _PREFIX.fullmatch(prefix):
        raise ConfigError(f"A function name cannot begin with {prefix!r}.", "Use letters and underscores: 'llm_'.")
    refuse_to_shadow(con, prefix, [*FUNCTIONS, *(name for key in aliases for name in ALIASES.get(key, ()))])
    suffix = f"{id(engine):x}"
    _create_udfs(con, engine, siblings, suffix)
    for macro in macros(engine, prefix, aliases):
        con.execute(macro.statement)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro that gives a Python function its shape in SQL.

    Args:
        name: as called.
        parameters: as in ``CREATE MACRO``, for example ``question, model := NULL``.
        body: what follows ``AS``; begins with ``TABLE`` where it gives rows.
    """

    name: str
    parameters: str
    body: str

    @property
    def statement(self) -> str:
        """Creates it for one connection."""
        return f"CREATE OR REPLACE TEMP MACRO {self.name}({self.parameters}) AS {self.body}"


def macros(engine: Engine, prefix: str = "", aliases: Sequence[str] = ()) -> tuple[Macro, ...]:
    """The macros over the functions of ``engine``; each connection to the database needs its own.

    Args:
        engine: as given to ``install_functions``.
        prefix: goes before every name.
        aliases: as given to it.
    """
    suffix = f"{id(engine):x}"
    variables = ", ".join(f"'llmsql_{v}': {_variable(v)}" for v in VARIABLES)
    session = f"to_json({{{variables}, '{CONNECTION}': current_connection_id()}})::VARCHAR, txid_current()::VARCHAR"
    call = f"(question::VARCHAR, tables::VARCHAR[], model::VARCHAR, {session})"
    sql = _raising(f"_llmsql_sql_{suffix}{call}")
    rows = _raising(f"_llmsql_rows_{suffix}{call}")
    explanation = _raising(f"_llmsql_explain_{suffix}{call}")
    models = _raising(f"_llmsql_models_{suffix}()")
    listed = _raising(f"_llmsql_candidates_{suffix}{call}")
    options = "question, tables := NULL, model := NULL, candidates := NULL, session := NULL"
    verdict = _raising(
        f"_llmsql_feedback_{suffix}(question::VARCHAR, sql::VARCHAR, verdict::VARCHAR, "
        "to_json({'llmsql_today': getvariable('llmsql_today')::VARCHAR})::VARCHAR)"
    )
    other_options = options.replace("tables", "include_tables")
    other_call = call.replace("tables", "include_tables")
    named = {
        "prompt_query": f"TABLE FROM query({_raising(f'_llmsql_rows_{suffix}{other_call}')})",
        "prompt_sql": f"TABLE SELECT {_raising(f'_llmsql_sql_{suffix}{other_call}')} AS query",
    }
    return (
        Macro(f"{prefix}ask_sql", options, sql),
        Macro(f"{prefix}ask", options, f"TABLE FROM query({rows})"),
        Macro(
            f"{prefix}ask_explain",
            options,
            f"TABLE SELECT unnest(from_json({explanation}, {_json(_EXPLANATION)}))",
        ),
        Macro(f"{prefix}ask_feedback", "question, sql, verdict := 'good'", verdict),
        Macro(
            f"{prefix}ask_candidates",
            options.replace("candidates := NULL", "candidates := 5"),
            f"TABLE SELECT unnest(c) FROM (SELECT unnest(from_json({listed}, {_json([_CANDIDATES])})) AS c)",
        ),
        Macro(
            f"{prefix}llm_models",
            "",
            f"TABLE SELECT unnest(m) FROM (SELECT unnest(from_json({models}, {_json([_MODELS])})) AS m)",
        ),
        *(Macro(prefix + name, other_options, named[name]) for key in aliases for name in ALIASES.get(key, ())),
    )


def _variable(name: str) -> str:
    """A setting of the session as text; the macros' own argument goes before it."""
    value = f"getvariable('llmsql_{name}')::VARCHAR"
    return f"coalesce({name}::VARCHAR, {value})" if name in ("candidates", "session") else value


def _raising(result: str) -> str:
    return f"CASE WHEN {result}.error IS NOT NULL THEN error({result}.error)::VARCHAR ELSE {result}.value END"


def _json(spec: Any) -> str:
    return "'" + json.dumps(spec) + "'"


def refuse_to_shadow(con: duckdb.DuckDBPyConnection, prefix: str, functions: Sequence[str]) -> None:
    """Leave a database's own functions alone.

    Args:
        con: any connection to the database.
        prefix: goes before every name.
        functions: names to create.

    Raises:
        ConfigError: one of them is taken.
    """
    names = [prefix + name for name in functions]
    rows = con.execute(
        "SELECT DISTINCT function_name, database_name, schema_name FROM duckdb_functions() "
        "WHERE list_contains(?, lower(function_name)) AND NOT contains(coalesce(macro_definition, ''), '_llmsql_')",
        [[name.lower() for name in names]],
    ).fetchall()
    if rows:
        name, database, schema = rows[0]
        raise ConfigError(
            f"The database has a function {quote(database)}.{quote(schema)}.{quote(name)} of its own.",
            "Install under other names: llmsql.install(con, prefix='llm_').",
        )


def has_functions(con: duckdb.DuckDBPyConnection, engine: Engine) -> bool:
    """Whether the database behind ``con`` has the functions of ``engine``; the macros over them are per connection."""
    name = f"_llmsql_sql_{id(engine):x}"
    return bool(con.execute("SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [name]).fetchall())


def _create_udfs(
    con: duckdb.DuckDBPyConnection, engine: Engine, siblings: Iterable[duckdb.DuckDBPyConnection], suffix: str
) -> None:
    if has_functions(con, engine):
        return  # functions are the database's, macros are the connection's

    # DuckDB evaluates a call up to six times while it binds one statement. The engine remembers answers; failures are
    # remembered here, for the statement only, so that the next one may succeed.
    failures: OrderedDict[Any, str] = OrderedDict()

    def asking(value_of: Callable[[Draft, Settings], str]) -> Callable[..., Any]:
        def ask(
            question: str | None, tables: list[str] | None, model: str | None, variables: str, transaction: str
        ) -> Any:
            call = (question, tuple(tables or ()), model, variables, transaction)
            if call in failures:
                return {"value": None, "error": failures[call]}
            given = {k: v for k, v in json.loads(variables).items() if v is not None}
            connection = given.pop(CONNECTION)
            if value_of is _candidates:  # shows all, however unsure
                given |= {"llmsql_min_confidence": "0", "llmsql_verified": "false"}
            try:
                settings = engine.settings(given)
                with open_cursor(siblings) as cursor:
                    draft = engine.draft(
                        cursor,
                        question or "",
                        tables=tuple(tables or ()),
                        model=model,
                        settings=settings,
                        connection=connection,
                    )
                return {"value": value_of(draft, settings), "error": None}
            except (LLMSQLError, duckdb.Error) as error:
                message = failures[call] = _seen_from_sql(str(error))
                if len(failures) > MOST_FAILURES:
                    failures.popitem(last=False)
                return {"value": None, "error": message}

        return ask

    for name, value_of in _ANSWERS.items():
        con.create_function(  # type: ignore[call-overload]
            f"_llmsql_{name}_{suffix}",
            asking(value_of),
            ["VARCHAR", "VARCHAR[]", "VARCHAR", "VARCHAR", "VARCHAR"],
            _RESULT,
            null_handling="special",
        )
    con.create_function(f"_llmsql_models_{suffix}", _models, [], _RESULT)

    def feedback(question: str | None, sql: str | None, verdict: str | None, variables: str) -> Any:
        given = {k: v for k, v in json.loads(variables).items() if v is not None}
        try:
            with open_cursor(siblings) as cursor:
                said = engine.feedback(cursor, question or "", sql or "", verdict or "", given)
            return {"value": said, "error": None}
        except (LLMSQLError, duckdb.Error) as error:
            return {"value": None, "error": _seen_from_sql(str(error))}

    con.create_function(  # type: ignore[call-overload]
        f"_llmsql_feedback_{suffix}", feedback, ["VARCHAR"] * 4, _RESULT, null_handling="special", side_effects=True
    )


@contextmanager
def open_cursor(siblings: Iterable[duckdb.DuckDBPyConnection]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of the first connection that is open, closed at the end.

    Raises:
        duckdb.ConnectionException: none is open.
    """
    for con in list(siblings):
        try:
            cursor = con.cursor()
        except duckdb.ConnectionException:  # closed
            continue
        try:
            yield cursor
        finally:
            cursor.close()
        return
    raise duckdb.ConnectionException("The connection that ask() was installed on is closed.")


def _limited(draft: Draft, settings: Settings) -> str:
    """The SQL with the row limit, where the user set one: cutting ``CREATE TABLE … AS`` unasked would lose rows."""
    if settings.source("max_rows") == "default":
        return draft.sql
    return f"FROM (\n{draft.sql}\n) LIMIT {settings.max_rows}"


def _seen_from_sql(message: str) -> str:
    """Add to an error what a user of ``FROM ask(…)`` can't know: which tables were looked at."""
    if "There are no tables" in message or "There is no table" in message:
        return (
            f"{message}\n  ask() in SQL sees committed tables only: use con.ask() for temporary or uncommitted tables "
            "and for DataFrames."
        )
    return message


def _explanation(draft: Draft, _: Settings) -> str:
    spent = draft.milliseconds
    fields = {
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
        "source": draft.source,
        "explanation": draft.explanation,
    }
    return json.dumps(fields)


def _candidates(draft: Draft, _: Settings) -> str:
    listed = [
        {
            "chosen": candidate is draft.candidates[0],
            "repairs": list(candidate.notes),
            **{name: getattr(candidate, name) for name in _CANDIDATES if name not in ("chosen", "repairs")},
        }
        for candidate in draft.candidates
    ]
    return json.dumps(listed)


_ANSWERS: dict[str, Callable[[Draft, Settings], str]] = {
    "sql": lambda draft, _: draft.sql,
    "rows": _limited,
    "explain": _explanation,
    "candidates": _candidates,
}


def _models() -> dict[str, str | None]:
    try:
        registry = load_registry()
    except LLMSQLError as error:
        return {"value": None, "error": str(error)}
    rows = []
    for entry in registry:
        measured = max(entry.measured, key=lambda measurement: measurement.n, default=None)
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
    return {"value": json.dumps(rows), "error": None}
