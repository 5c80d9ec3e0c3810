"""Row functions typed into a client, which has the query but not the model.

DuckDB sends no rows of a query to a server, only constants. So a row function in a client sends the text of the whole
statement. The server runs it, notes what its own functions were given and what they answered, and hands that back as a
map; the client, which runs the statement too, looks its rows up in it.

Not covered: rows that only the client has, and statements in which what a function is given changes from run to run,
as with ``random()``. Both end in an error that says so, for an input without a note is never taken for NULL.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from llmsql.connection import Connection
from llmsql.errors import ConfigError, LLMSQLError
from llmsql.functions import Macro
from llmsql.rows.install import session_json, table_of
from llmsql.rows.reports import run_in_session

ANSWERS = "_llmsql_answers"
_VALUE = re.compile(r"_llmsql_(ai|embed)_value_(\w+)(?=\()")
_SHAPE = re.compile(r"_llmsql_shape_\w+(?=\()")
_PARAMETERS = {"ai": "_text, _options, _session, _query, _statement", "embed": "_text, _options, _session, _query"}
_MAKES_MACRO = r"^\s*CREATE\s+(OR\s+REPLACE\s+)?(TEMP\w*\s+)?(MACRO|FUNCTION)\s"
_MOST_KEPT = 8
_ONLY_SERVED = "Row functions know the rows of served tables"
_INSTEAD = "Send the whole query to the server: FROM served($$ SELECT … $$)."


class RowNotes:
    """Runs statements for clients and notes what row functions answered.

    Args:
        connection: with the functions; gets the ones that note.
    """

    def __init__(self, connection: Connection) -> None:
        self._con = connection.duckdb.cursor()
        self._macros = connection.macros()
        self._noted: dict[str, dict[str, str]] = {}
        self._kept: OrderedDict[tuple[str, ...], str] = OrderedDict()
        for name, function, parameters, result, kind in (
            ("_llmsql_note", self._note, 4, "BOOLEAN", "arrow"),
            ("_llmsql_answer_rows", self._answers, 3, "STRUCT(value VARCHAR, error VARCHAR)", "native"),
        ):
            connection.duckdb.create_function(  # type: ignore[call-overload]
                name, function, ["VARCHAR"] * parameters, result, type=kind, null_handling="special", side_effects=True
            )
        call = f"_llmsql_answer_rows(query, begun, {session_json()})"
        self.macro = Macro(
            ANSWERS, "query, begun", f"TABLE {table_of(call, {'input': 'VARCHAR', 'answer': 'VARCHAR'})}"
        )
        """What clients call, with the text of their statement and the time at which it began."""

    def _note(self, tokens: Any, texts: Any, options: Any, answers: Any) -> Any:
        noted = self._noted[tokens[0].as_py()]
        for text, option, answer in zip(texts.to_pylist(), options.to_pylist(), answers.to_pylist(), strict=True):
            if text is not None:
                noted[f"{option}\n{text}"] = "null" if answer is None else answer
        return pa.array([True] * len(texts))

    def _answers(self, sql: str, begun: str, session: str) -> dict[str, str | None]:
        """A client asks for each function in its statement, and more than once: the statement is run for the first."""
        statement = (sql, begun, session)
        try:
            if statement not in self._kept:
                noted = [{"input": key, "answer": answer} for key, answer in self._run(sql, session).items()]
                self._kept[statement] = json.dumps(noted)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return {"value": self._kept[statement], "error": None}
        except duckdb.CatalogException as error:
            return {"value": None, "error": f"{_ONLY_SERVED}: {str(error).partition(': ')[2]}"}
        except (LLMSQLError, duckdb.Error) as error:
            return {"value": None, "error": str(error)}

    def _run(self, sql: str, session: str) -> dict[str, str]:
        token = uuid.uuid4().hex
        self._noted[token] = {}
        try:
            with self._con.cursor() as cursor:
                query = query_of(cursor, sql)
                if query is not None:
                    self._install(cursor, token)
                    run_in_session(cursor, query, session)
            return self._noted[token]
        finally:
            del self._noted[token]

    def _install(self, cursor: duckdb.DuckDBPyConnection, token: str) -> None:
        """The functions, with each answer noted on its way."""
        for kind, suffix in dict.fromkeys(_values(self._macros)):
            value = f"_llmsql_{kind}_value_{suffix}({_PARAMETERS[kind]})"
            note = f"_llmsql_note('{token}', _text, _options, {'to_json' * (kind == 'embed')}({value})::VARCHAR)"
            cursor.execute(
                f"CREATE TEMP MACRO _llmsql_{kind}_noted({_PARAMETERS[kind]}) AS CASE WHEN {note} THEN {value} END"
            )
        for macro in self._macros:
            cursor.execute(_VALUE.sub(r"_llmsql_\1_noted", macro.statement))


def is_row_function(macro: Macro) -> bool:
    """Whether a client looks its answers up."""
    return _VALUE.search(macro.body) is not None


def lookup_macros(macros: Sequence[Macro], remote: Callable[[str], str]) -> Sequence[str]:
    """What takes the place of the Python functions behind the row functions in a client.

    Args:
        macros: of the server.
        remote: SQL that runs the value of an SQL expression at the server.
    """
    missing = f"{_ONLY_SERVED} as they are when the statement is run a second time. {_INSTEAD}"
    ask = remote("$1").replace("'", "''")
    call = f"'FROM {ANSWERS}(' || _llmsql_text(current_query()) || ', ' || _llmsql_text(now()) || ')'"
    lines = [
        # DuckDB binds a macro when it is made: that is not to ask the server.
        "CREATE TEMP MACRO _llmsql_answered() AS TABLE FROM query("
        f"CASE WHEN regexp_matches(current_query(), '{_MAKES_MACRO}', 'i') "
        "THEN 'SELECT NULL::VARCHAR AS input, NULL::VARCHAR AS answer' "
        f"ELSE replace('FROM {ask}', '$1', _llmsql_text(_llmsql_send({call}))) END);",
        "CREATE TEMP MACRO _llmsql_found(_input) AS coalesce("
        f"(SELECT map_from_entries(list((input, answer))) FROM _llmsql_answered())[_input], error('{missing}'));",
    ]
    for kind, suffix in dict.fromkeys(_values(macros)):
        found = "_llmsql_found(_options || chr(10) || _text)"
        if kind == "embed":
            found = f"""from_json({found}, '["FLOAT"]')"""
        lines += [
            f"CREATE TEMP MACRO _llmsql_{kind}_error_{suffix}({_PARAMETERS[kind]}) AS NULL::VARCHAR;",
            f"CREATE TEMP MACRO _llmsql_{kind}_value_{suffix}({_PARAMETERS[kind]}) AS "
            f"CASE WHEN _text IS NOT NULL THEN {found} END;",
        ]
    # A client reads a shape at binding, when no server can be asked. What is no shape, the server has refused before.
    is_json = "left(ltrim(_shape), 1) IN ('{', '[', '\"')"
    lines += [
        f"CREATE TEMP MACRO {shape}(_shape) AS CASE WHEN {is_json} AND json_valid(_shape) THEN _shape "
        f"WHEN {is_json} THEN '\"VARCHAR\"' ELSE to_json(_shape)::VARCHAR END;"
        for shape in dict.fromkeys(found for macro in macros for found in _SHAPE.findall(macro.body))
    ]
    return lines


def _values(macros: Iterable[Macro]) -> list[tuple[str, str]]:
    """Kind and suffix of every Python function that gives values."""
    return [found for macro in macros for found in _VALUE.findall(macro.body)]


def query_of(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """The query in a client's statement, as the server runs it; None where nothing is run.

    Args:
        con: to parse with.
        sql: the statement.

    Raises:
        ConfigError: there is none.
    """
    import sqlglot
    from sqlglot import exp

    kinds = [statement.type.name for statement in con.extract_statements(sql)]
    if kinds in ([], ["EXPLAIN"]):
        return None
    if kinds == ["SELECT"] and "served" not in sql.lower():
        return sql
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        tree = None
    query = tree.find(exp.Query) if isinstance(tree, exp.Query | exp.Create | exp.Insert | exp.Copy) else None
    if query is None:
        raise ConfigError("Row functions are for SELECT, CREATE TABLE … AS, INSERT and COPY.", _INSTEAD)
    for table in query.find_all(exp.Table):  # the client's name for the served database
        if table.catalog == "served":
            table.set("catalog", None)
        elif table.db == "served" and not table.catalog:
            table.set("db", None)
    return str(query.sql(dialect="duckdb"))
