"""Puts the row functions into a DuckDB connection: macros that give them options and types, over Python functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llmsql.errors import ConfigError
from llmsql.functions import CONNECTION, Macro, refuse_to_shadow
from llmsql.rows.estimate import HERE
from llmsql.rows.reports import ESTIMATE, REPORTS
from llmsql.rows.shapes import shape_for_from_json

if TYPE_CHECKING:
    import duckdb

    from llmsql.rows.engine import RowEngine

VARIABLES = (
    "provider", "model", "base_url", "adapter", "row_model", "embed_model", "timeout", "max_tokens", "temperature",
    "n_ctx", "threads", "offline", "concurrency", "requests_per_minute", "tokens_per_minute", "max_calls",
    "max_total_tokens", "max_cost_usd", "session_max_calls", "session_max_total_tokens", "session_max_cost_usd",
    "max_error_ratio", "keep_answers", "keep_answers_days", "keep_answers_mb", "progress",
)  # fmt: skip
# A statement longer than this is not searched for a LIMIT: DuckDB hands it over once a row, 32 MB a chunk.
_LONGEST_STATEMENT = 16_000
_COMMON = ("model", "on_error", "cache")
_SAMPLING = ("temperature", "max_tokens", "seed")
_PROXY = ("optimize", "min_accuracy")
_TEXT = """'"VARCHAR"'"""


_SHAPE = "_llmsql_shape"
_CONNECTION = f"'{CONNECTION}': current_connection_id()"

FUNCTIONS: dict[str, tuple[dict[str, str], tuple[str, ...], str]] = {
    "ai_complete": (
        {"prompt": "VARCHAR"},
        ("system", *_SAMPLING, "return_type", "json_schema"),
        f"""CASE WHEN json_schema IS NOT NULL THEN '"JSON"' WHEN return_type IS NULL THEN {_TEXT} """
        f"ELSE {_SHAPE}(return_type::VARCHAR) END",
    ),
    "ai_filter": ({"body": "VARCHAR", "condition": "VARCHAR"}, _PROXY, """'"BOOLEAN"'"""),
    "ai_classify": (
        {"body": "VARCHAR", "labels": "VARCHAR[]"},
        ("multi", "descriptions", "examples", *_PROXY),
        """CASE WHEN multi THEN '["VARCHAR"]' ELSE '"VARCHAR"' END""",
    ),
    "ai_extract": ({"body": "VARCHAR", "spec": "VARCHAR"}, ("instructions", "max_tokens"), f"{_SHAPE}(spec::VARCHAR)"),
    "ai_score": ({"body": "VARCHAR", "criterion": "VARCHAR"}, (), """'"DOUBLE"'"""),
    "ai_sentiment": ({"body": "VARCHAR"}, (), _TEXT),
    "ai_summarize": ({"body": "VARCHAR"}, ("instruction", "max_tokens"), _TEXT),
    "ai_translate": ({"body": "VARCHAR", "language": "VARCHAR"}, ("max_tokens",), _TEXT),
    "ai_redact": ({"body": "VARCHAR"}, ("entities", "max_tokens"), _TEXT),
}
"""Name to positional parameters and their types, options of its own, and the type of the result for ``from_json``."""

_AGGREGATES = ("ai_agg", "ai_agg_list")
_VECTORS = ("ai_embed", "ai_similarity", "ai_match")
NAMES = (*FUNCTIONS, "ai_try_complete", *_AGGREGATES, *_VECTORS, *REPORTS, "ai_estimate")
"""Every function that ``install_row_functions`` creates, without the aliases."""


def install_row_functions(
    con: duckdb.DuckDBPyConnection,
    engine: RowEngine,
    siblings: Iterable[duckdb.DuckDBPyConnection],
    prefix: str = "",
    aliases: Sequence[str] = (),
) -> None:
    """Create the functions on a connection; they go with it and are not stored in the database.

    Args:
        con: a connection or cursor.
        engine: answers.
        siblings: connections to the same database, for ``ai_estimate``.
        prefix: goes before every function's name.
        aliases: keys of ``ALIASES``: names that other systems give these functions.

    Raises:
        ConfigError: the database has a function of its own with one of the names, or there are no such aliases.
    """
    unknown = [name for name in aliases if name not in ALIASES]
    if unknown:
        raise ConfigError(f"There are no aliases {unknown[0]!r}.", f"Choose from {', '.join(ALIASES)}.")
    refuse_to_shadow(con, prefix, [*NAMES, *(name for key in aliases for name in ALIASES[key])])
    suffix = f"{id(engine):x}"
    _create_udfs(con, engine, siblings, suffix, prefix, aliases)
    for macro in row_macros(engine, prefix, aliases):
        con.execute(macro.statement)


def row_macros(engine: RowEngine, prefix: str = "", aliases: Sequence[str] = ()) -> tuple[Macro, ...]:
    """The macros over the functions of ``engine``; each connection to the database needs its own.

    Args:
        engine: as given to ``install_row_functions``.
        prefix: as given to it.
        aliases: as given to it.
    """
    parts = (text.partition(") AS ") for text in _macros(f"{id(engine):x}", aliases))
    heads = ((head.partition("("), body) for head, _, body in parts)
    return tuple(Macro(prefix + name, parameters, body) for (name, _, parameters), body in heads)


def _create_udfs(
    con: duckdb.DuckDBPyConnection,
    engine: RowEngine,
    siblings: Iterable[duckdb.DuckDBPyConnection],
    suffix: str,
    prefix: str,
    aliases: Sequence[str],
) -> None:
    from llmsql.rows.chunks import RowFunctions
    from llmsql.rows.embeddings import VectorFunctions
    from llmsql.rows.reports import Reports

    known = con.execute("SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [f"_llmsql_ai_error_{suffix}"])
    if known.fetchall():
        return  # functions are the database's, macros are the connection's
    rows, vectors, reports = (
        RowFunctions(engine, siblings, prefix, aliases),
        VectorFunctions(engine),
        Reports(engine, siblings, prefix, aliases),
    )
    inputs = ["VARCHAR", "VARCHAR", "VARCHAR", "UBIGINT"]
    for name, function, parameters, result in (
        ("ai_error", rows.errors, [*inputs, "VARCHAR"], "VARCHAR"),
        ("ai_value", rows.values, [*inputs, "VARCHAR"], "VARCHAR"),
        ("embed_error", vectors.errors, inputs, "VARCHAR"),
        ("embed_value", vectors.values, inputs, "FLOAT[]"),
    ):
        con.create_function(  # type: ignore[call-overload]
            f"_llmsql_{name}_{suffix}", function, parameters, result, type="arrow", null_handling="special"
        )
    con.create_function(  # type: ignore[call-overload]
        f"{_SHAPE}_{suffix}", shape_for_from_json, ["VARCHAR"], "VARCHAR", null_handling="special"
    )
    for name, report, parameters in (
        ("report", reports.report, ["VARCHAR"]),
        ("estimate", reports.estimate, ["VARCHAR", "VARCHAR"]),
    ):
        con.create_function(  # type: ignore[call-overload]
            f"_llmsql_{name}_{suffix}",
            report,
            parameters,
            "STRUCT(value VARCHAR, error VARCHAR)",
            null_handling="special",
            side_effects=True,
        )


def _macros(suffix: str, aliases: Sequence[str]) -> Iterator[str]:
    """What follows the prefix in ``CREATE MACRO``."""
    for name, (positional, own, shape) in FUNCTIONS.items():
        options = (*own, *_COMMON)
        arguments = {**dict.fromkeys(list(positional)[1:]), **dict.fromkeys(options)}
        first = next(iter(positional))
        call = _call(suffix, name, f"{first}::VARCHAR", [*arguments], positional, shape)
        yield f"{name}({', '.join([*positional, *(f'{option} := NULL' for option in options)])}) AS {call}"
    options = ("system", *_SAMPLING, "model", "cache")
    capture = _call(suffix, "ai_complete", "prompt::VARCHAR", [*options], {}, _TEXT, on_error="'capture'")
    yield f"ai_try_complete(prompt, {', '.join(f'{option} := NULL' for option in options)}) AS {capture}"
    options = ("max_tokens", *_COMMON)
    named = ", ".join(f"{option} := NULL" for option in options)
    for name, texts in (("ai_agg", "list(body::VARCHAR)"), ("ai_agg_list", "body::VARCHAR[]")):
        text = f"to_json({texts})::VARCHAR"
        call = _call(suffix, "ai_agg", text, ["instruction", *options], {"instruction": "VARCHAR"}, _TEXT)
        yield f"{name}(body, instruction, {named}) AS {call}"
    vector = _vector(suffix, "body", "dims")
    yield f"ai_embed(body, dims := NULL, model := NULL) AS {vector}"
    similarity = f"list_cosine_similarity({_vector(suffix, 'a')}, {_vector(suffix, 'b')})"
    yield f"ai_similarity(a, b, model := NULL) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN {similarity} END"
    similarity = similarity.replace("'model': model", "'model': embed_model")
    pair = "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN to_json([a::VARCHAR, b::VARCHAR])::VARCHAR END"
    is_far = f"a IS NOT NULL AND b IS NOT NULL AND min_similarity IS NOT NULL AND {similarity} < min_similarity"
    match = _call(
        suffix,
        "ai_match",
        pair,
        ["condition", *_COMMON],
        {"condition": "VARCHAR"},
        """'"BOOLEAN"'""",
        false_where=is_far,
    )
    yield (
        "ai_match(a, b, condition, min_similarity := NULL, embed_model := NULL, "
        f"{', '.join(f'{option} := NULL' for option in _COMMON)}) AS {match}"
    )
    for name, fields in REPORTS.items():
        yield f"{name}() AS TABLE {table_of(f'_llmsql_report_{suffix}({name!r})', fields)}"
    # Each mention of the Python function would run the query once more.
    estimated = f"(SELECT _llmsql_estimate_{suffix}(query::VARCHAR, {HERE}) AS _r) AS _counted"
    yield f"ai_estimate(query) AS TABLE {table_of('_r', ESTIMATE, estimated)}"
    for key in aliases:
        for name, macro in ALIASES[key].items():
            yield macro(name, suffix)


def _call(
    suffix: str,
    function: str,
    text: str,
    arguments: Sequence[str],
    casts: Mapping[str, str],
    shape: str,
    on_error: str = "on_error",
    false_where: str | None = None,
) -> str:
    """The expression that answers ``text``, or raises the reason why the query must stop.

    Each Python function is evaluated once a chunk: in a ``CASE`` the second mention of ``ai_error`` sees no rows.
    ``false_where`` is a condition on which the answer is false without asking.
    """
    shape = shape.replace(_SHAPE, f"{_SHAPE}_{suffix}")
    named = [
        f"'{name}': {name}{'::' + casts[name] if name in casts else ''}" for name in arguments if name != "on_error"
    ]
    first = f"'function': {function!r}"
    options = f"to_json({{{', '.join([first, *named])}, 'on_error': {on_error}}})"
    no_statement = statement = "NULL::VARCHAR"
    if function in FUNCTIONS:
        statement = (
            f"CASE WHEN length(current_query()) < {_LONGEST_STATEMENT} "
            "AND regexp_matches(current_query(), 'limit|fetch', 'i') THEN current_query() END"
        )
    passed = f"{text}, {options}::VARCHAR, {session_json(_CONNECTION)}, current_query_id()::UBIGINT"
    error = f"_llmsql_ai_error_{suffix}({passed}, {statement})"
    value = f"_llmsql_ai_value_{suffix}({passed}, {no_statement})"
    captured = f"""'{{"response":' || {shape} || ',"error":"VARCHAR"}}'"""
    # json_valid is overloaded, which keeps DuckDB 1 from settling the type when the macro is made, without arguments.
    captured = (
        f"CASE WHEN {on_error} = 'capture' OR json_valid({on_error}) IS NULL AND false THEN {captured} ELSE {shape} END"
    )
    answer = _raising(error, value)
    if false_where is not None:
        no = f"""CASE WHEN {on_error} = 'capture' THEN '{{"response":false,"error":null}}' ELSE 'false' END"""
        answer = f"CASE WHEN {false_where} THEN {no} ELSE {answer} END"
    return f"from_json({answer}, {captured})"


def _vector(suffix: str, text: str, dims: str | None = None) -> str:
    options = f"to_json({{'function': 'ai_embed', 'model': model, 'dims': {dims or 'NULL'}}})::VARCHAR"
    passed = f"({text}::VARCHAR, {options}, {session_json(_CONNECTION)}, current_query_id()::UBIGINT)"
    vector = _raising(f"_llmsql_embed_error_{suffix}{passed}", f"_llmsql_embed_value_{suffix}{passed}", "FLOAT[]")
    if dims is None:
        return vector
    kind = f"""CASE WHEN {dims} IS NULL THEN '["FLOAT"]' ELSE {_SHAPE}_{suffix}('FLOAT[' || {dims} || ']') END"""
    return f"cast_to_type({vector}, from_json('null', {kind}))"


def _raising(error: str, value: str, kind: str = "VARCHAR") -> str:
    return f"CASE WHEN {error} IS NOT NULL THEN error({error})::{kind} ELSE {value} END"


def table_of(call: str, fields: Mapping[str, Any], source: str = "") -> str:
    """A query over the rows that a Python function gives as JSON, or one that raises its error.

    Args:
        call: of the function, or a column with what it gave.
        fields: names and types of the columns.
        source: of the column.
    """
    value = f"CASE WHEN {call}.error IS NOT NULL THEN error({call}.error)::VARCHAR ELSE {call}.value END"
    rows = f"SELECT unnest(from_json({value}, '{json.dumps([fields])}')) AS r"
    return f"SELECT unnest(r) FROM ({rows}{source and f' FROM {source}'})"


def session_json(*more: str) -> str:
    """The expression that hands the session's settings, and further entries, to a Python function."""
    variables = [f"'llmsql_{name}': getvariable('llmsql_{name}')::VARCHAR" for name in (*VARIABLES, "counting")]
    return f"to_json({{{', '.join([*variables, *more])}}})::VARCHAR"


def _prompt(name: str, suffix: str) -> str:
    positional, own, shape = FUNCTIONS["ai_complete"]
    options = (*own, *_COMMON)
    call = _call(suffix, "ai_complete", "prompt::VARCHAR", [*options], positional, shape)
    return f"{name}(prompt, {', '.join(f'{option} := NULL' for option in options)}) AS {call}"


def _flock(function: str, shape: str) -> Callable[[str, str], str]:
    """Flock's form: a struct that names the model, and one with the prompt and the columns that it is about."""

    def macro(name: str, suffix: str) -> str:
        columns = "coalesce(to_json(request)->>'$.context_columns', '')"
        asked = "to_json(request)->>'$.prompt'"
        text = columns if function == "ai_filter" else f"concat_ws(chr(10), {asked}, {columns})"
        call = _call(suffix, function, text, ["model", "condition", "on_error", "cache"], {}, shape)
        call = call.replace("'model': model", "'model': to_json(chosen)->>'$.model_name'")
        call = call.replace(
            "'condition': condition", f"'condition': {asked}" if function == "ai_filter" else "'x': NULL"
        )
        return f"{name}(chosen, request, on_error := NULL, cache := NULL) AS {call}"

    return macro


ALIASES: dict[str, dict[str, Callable[[str, str], str]]] = {
    "motherduck": {
        "prompt": _prompt,
        "embedding": lambda name, suffix: (
            f"{name}(body, dims := NULL, model := NULL) AS {_vector(suffix, 'body', 'dims')}"
        ),
    },
    "flock": {
        "llm_complete": _flock("ai_complete", _TEXT),
        "llm_filter": _flock("ai_filter", """'"BOOLEAN"'"""),
        "llm_embedding": lambda name, suffix: (
            f"{name}(chosen, request) AS "
            + _vector(
                suffix, "coalesce(to_json(request)->>'$.context_columns[0].data', to_json(request)->>'$.data')"
            ).replace("'model': model", "'model': to_json(chosen)->>'$.model_name'")
        ),
    },
}
"""Names that other systems give these functions; ``prompt_query`` and ``prompt_sql`` are in ``llmsql.functions``."""
