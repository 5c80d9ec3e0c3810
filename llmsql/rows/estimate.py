"""Runs a query for ``ai_estimate``: with stand-ins for answers, on a connection set up as the one that asks.

A connection cannot run a query while it runs one, so the counting is done on another. It gets the user's variables, the
search path, temporary views and temporary macros. Not seen there: temporary tables, registered DataFrames, and what is
not committed; a query that needs one is refused by name, but rows that an open transaction added are left out unsaid.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import duckdb

from llmsql.catalog.snapshot import quote
from llmsql.errors import ConfigError
from llmsql.rows.bounds import Bounds, bounded
from llmsql.rows.queries import COUNTING, Query
from llmsql.rows.trees import spare_sequences
from llmsql.settings import check_variables

_ROWS_AT_ONCE = 10_000
_TAKES = "ai_estimate takes one SELECT, or one CREATE TABLE … AS, INSERT, UPDATE, DELETE or COPY of a query."
_BEGINS = re.compile(r"\b(?:SELECT|WITH|FROM|VALUES)\b|\(", re.IGNORECASE)
_MAKES_TABLE = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\w*\s+)?TABLE\b", re.IGNORECASE)
_PIVOT = re.compile(r"\A[\s(]*(?:SELECT|WITH|FROM|PIVOT)\b.*", re.IGNORECASE | re.DOTALL)
_KINDS_OF_ERROR = re.compile(r"\A(?:[A-Z]\w*(?: \w+)* Error: )+")
_MISSING = re.compile(r'with name "?(.+?)"? does not exist|\bMacro "?(\w+?)"?\(\) does not support')
_NO_FRAMES = "ai_estimate sees no DataFrames: make one a table."
_CLASSIFY = re.compile(r"\bai_classify\b", re.IGNORECASE)

HERE = """to_json({
    'search_path': current_setting('search_path'),
    'variables': (SELECT list({'name': name, 'value': value, 'type': type}) FROM duckdb_variables()),
    'views': (SELECT list({'name': view_name, 'sql': sql}) FROM duckdb_views() WHERE temporary AND NOT internal),
    'macros': (
        SELECT list({'name': function_name, 'kind': function_type, 'parameters': parameters, 'body': macro_definition})
        FROM duckdb_functions() WHERE database_name = 'temp' AND NOT contains(macro_definition, '_llmsql_')
    ),
    'tables': (SELECT list({'name': table_name, 'temporary': temporary}) FROM duckdb_tables())
})::VARCHAR"""
"""SQL for what a connection has of its own, as JSON."""


class Counted(NamedTuple):
    """A query that was counted.

    Args:
        query: what its functions would ask.
        most: why that may be too much.
        more: why it may be too little.
    """

    query: Query
    most: Sequence[str]
    more: Sequence[str]


def count_calls(
    con: duckdb.DuckDBPyConnection, sql: str, here: str, functions: Sequence[str], begin: Callable[[], Query]
) -> Counted:
    """What a statement's row functions would ask.

    Args:
        con: of its own, with the functions.
        sql: the statement.
        here: what the connection that asks has of its own, see ``HERE``.
        functions: names of the row functions.
        begin: a new query to count in.

    Raises:
        ConfigError: the statement is none that can be counted, or needs what ``con`` does not see; or a variable is
            misspelt.
        duckdb.Error: it is wrong.
    """
    hidden = _move_in(con, json.loads(here), sql)
    try:
        query = spare_sequences(con, query_in(con, sql))
        bounds = bounded(con, query, functions)
        if bounds is not None:
            try:
                return _run(con, bounds, begin())
            except duckdb.InterruptException:
                raise
            except duckdb.Error:
                pass  # the query itself is wrong, and says so better; or it was changed for the worse
        doubt = "the query is taken as it is, with stand-ins for answers in its conditions"
        return _run(con, Bounds([query], more=[doubt]), begin())
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise _unseen(str(error), hidden) or error from None


def _unseen(error: str, hidden: dict[str, tuple[str, str]]) -> ConfigError | None:
    """Why something is missing that the connection that asks has; None where it may be missing there too."""
    missing = _MISSING.search(error)
    if missing is None:
        return None
    name = missing.group(1) or missing.group(2)
    kind, fix = hidden.get(name.rpartition(".")[2].lower(), (None, None))
    if kind is not None:
        return ConfigError(f"ai_estimate does not see {name}, {kind}: it counts on another connection.", fix)
    return ConfigError(one_line(duckdb.Error(error)), _NO_FRAMES) if error.startswith("Catalog Error: Table") else None


def _run(con: duckdb.DuckDBPyConnection, bounds: Bounds, query: Query) -> Counted:
    """Run statements for what their functions do; nothing that they change stays."""
    con.execute(f"SET VARIABLE {COUNTING} = ?", [query.counting]).fetchall()
    more = list(bounds.more)
    con.begin()
    try:
        for place, statement in enumerate(bounds.statements):
            before = dict(query.rows)
            try:
                con.execute(statement)
                while con.fetchmany(_ROWS_AT_ONCE):
                    pass
            except (duckdb.BinderException, duckdb.CatalogException):
                if not place:
                    raise
                more.append("how many rows a LIMIT keeps from being asked about is not known")
                break
            if place:  # the same rows as before, and those beyond the limit
                again = {key: rows - before.get(key, 0) for key, rows in query.rows.items()}
                query.rows = {key: max(before.get(key, 0), rows) for key, rows in again.items()}
    finally:
        con.rollback()
    return Counted(query, bounds.most, more)


def _move_in(con: duckdb.DuckDBPyConnection, here: dict[str, Any], sql: str) -> dict[str, tuple[str, str]]:
    """Give a connection what another one has of its own; by name, what it cannot be given, and what helps."""
    if here["search_path"]:
        con.execute("SET search_path = ?", [here["search_path"]]).fetchall()
    check_variables(variable["name"] for variable in here["variables"] or ())
    for variable in here["variables"] or ():
        name, kind = variable["name"], variable["type"]
        value = None if kind.strip('"') == "NULL" else variable["value"]
        try:
            con.execute(f"SET VARIABLE {quote(name)} = CAST(? AS {kind})", [value]).fetchall()
        except duckdb.Error:
            if re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE):
                raise ConfigError(f"ai_estimate cannot take over the variable {name} of type {kind}.") from None
    hidden = {}
    macros = defaultdict(list)
    for macro in here["macros"] or ():
        table = "TABLE " if macro["kind"] == "table_macro" else ""
        macros[macro["name"]].append(f"({', '.join(map(quote, macro['parameters']))}) AS {table}{macro['body']}")
        hidden[macro["name"].lower()] = ("a temporary macro, with its defaults", "Give it all arguments.")
    made = [(name, f"CREATE TEMP MACRO {quote(name)}{', '.join(forms)}") for name, forms in macros.items()]
    made += [(view["name"], view["sql"]) for view in here["views"] or ()]
    for name, statement in made * 2:  # twice, for those over later ones
        if not statement or "__duckdb_source" in statement:
            hidden[name.lower()] = ("a registered DataFrame", "Make it a table.")
            continue
        try:
            con.execute(statement.replace("CREATE TEMP", "CREATE OR REPLACE TEMP", 1)).fetchall()
            if " VIEW " in statement[:30]:
                hidden.pop(name.lower(), None)
        except duckdb.Error:
            hidden[name.lower()] = ("over something temporary", "Make that a table.")
    seen = {name for (name,) in con.execute("SELECT lower(table_name) FROM duckdb_tables()").fetchall()}
    for table in here["tables"] or ():
        if table["name"].lower() not in seen:
            kind, fix = "which is not committed", "Commit first."
            if table["temporary"]:
                kind, fix = "a temporary table", "Make it a table."
            hidden[table["name"].lower()] = (kind, fix)
    return hidden


def query_in(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The query whose rows a statement is about.

    Args:
        con: to parse with.
        sql: the statement.

    Raises:
        ConfigError: there is none, or more than one statement.
        duckdb.ParserException: it is no SQL.
    """
    statements = con.extract_statements(sql)
    kinds = [statement.type.name for statement in statements]
    if kinds == ["SELECT"]:
        return sql
    # DuckDB makes several statements, without text, of one PIVOT whose columns it has to find first.
    if _PIVOT.match(sql) and (kinds == ["MULTI"] or not any(statement.query for statement in statements)) and kinds:
        return sql
    found = None
    if kinds == ["INSERT"] or (kinds == ["CREATE"] and _MAKES_TABLE.search(sql)):
        found = next((sql[at.start() :] for at in _BEGINS.finditer(sql) if _is_query(con, sql[at.start() :])), None)
    elif kinds == ["COPY"]:
        start = sql.find("(")
        ends = (at.end() for at in re.finditer(r"\)", sql))
        found = next((sql[start:end] for end in ends if start >= 0 and _is_query(con, sql[start:end])), None)
    elif kinds in (["UPDATE"], ["DELETE"]):
        found = _changed_rows(sql)
    if found is None:
        raise ConfigError(_TAKES, "Of any other statement, pass the SELECT in it.")
    return found


def _is_query(con: duckdb.DuckDBPyConnection, sql: str) -> bool:
    try:
        return [statement.type.name for statement in con.extract_statements(sql)] == ["SELECT"]
    except duckdb.Error:
        return False


def _changed_rows(sql: str) -> str | None:
    """A query for the rows that ``UPDATE`` or ``DELETE`` changes, and their new values, where it takes one table."""
    import sqlglot
    from sqlglot import exp

    try:
        # sqlglot takes ai_classify for another system's function.
        tree = sqlglot.parse_one(_CLASSIFY.sub("_ai_classify", sql), dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return None
    if not isinstance(tree, exp.Update | exp.Delete):
        return None
    if {name for name, value in tree.args.items() if value} - {"this", "expressions", "where"}:
        return None
    values = [change.expression for change in tree.expressions] or [exp.Literal.number(1)]
    query = exp.select(*values).from_(tree.this)
    query.set("where", tree.args.get("where"))
    return query.sql(dialect="duckdb", normalize_functions=False).replace("_ai_classify", "ai_classify")


def one_line(error: Exception) -> str:
    """What is wrong with a query, without DuckDB's name for the kind of error and the excerpt from the query."""
    text = str(error)
    if isinstance(error, duckdb.Error):
        text = _KINDS_OF_ERROR.sub("", text.partition("\n\nLINE ")[0])
    return " ".join(text.split())
