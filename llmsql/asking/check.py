"""Whether generated SQL may run.

Two parsers must agree that it is one read-only query: sqlglot, which also gives the tree that repairs work on, and
DuckDB itself, whose own parse tree is searched for every relation and every function. Relations must be tables of the
catalog or CTEs in scope, functions must be on ``allowed_functions.txt``, which has none that reaches a file, the
network, a setting, a secret or the environment.

What this stops: other statements, files and URLs read by name or by function, Python variables read by name, settings,
environment variables, sequences, SQL inside strings (``query('…')``). What it does not stop: an expensive query (the
runner's limits do), wrong answers, and reading any table of the catalog, which is what questions are for.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from llmsql.asking.quiet import quiet_sqlglot
from llmsql.catalog import Catalog
from llmsql.errors import SQLRejectedError

_JOIN = re.compile(r"\bJOIN\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:ON|USING)\b", re.IGNORECASE)
# Each join without a condition doubles the ways that sqlglot tries to read the text: a model in a loop kept it busy for
# minutes. Completed queries have their conditions.
MOST_BARE_JOINS = 10
LONGEST_SQL = 20_000
ALLOWED_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
# Elements of a list, or characters of a text, that is made in one piece: neither DuckDB's limit of memory nor an
# interrupt reaches it. In FROM the same functions give their rows bit by bit.
LONGEST_MADE = 10_000_000
_FENCE = re.compile(r"```(?:sql|duckdb)?\s*(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_START = re.compile(r"\b(WITH|SELECT|FROM|VALUES)\b", re.IGNORECASE)
_QUERY = re.compile(r"[(\s]*(WITH|SELECT|FROM)\b", re.IGNORECASE)
_STATEMENTS = frozenset(
    """ALTER ATTACH CALL CHECKPOINT COPY CREATE DELETE DESCRIBE DETACH DROP EXECUTE EXPLAIN EXPORT FROM IMPORT INSERT
    INSTALL LOAD MERGE PIVOT PRAGMA PREPARE RESET SELECT SET SHOW SUMMARIZE TRUNCATE UNPIVOT UPDATE USE VACUUM VALUES
    WITH""".split()
)
# Kinds of DuckDB's tree beside expressions. What is not here may write: COPY, INSERT, UPDATE and DELETE stand in CTEs.
_QUERY_KINDS = frozenset(
    """SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION
    EXPRESSION_LIST EMPTY PIVOT ORDER_DEFAULT ASCENDING DESCENDING""".split()
)
_PLAIN_KINDS = ("_MODIFIER", "_TYPE_INFO")
_SHOW_KINDS = frozenset({"SHOW_REF", "SHOWREF"})
_CHANGES = (exp.DDL, exp.DML, exp.Copy, exp.Command, exp.Into, exp.Lock)
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NAME_PART = re.compile(r'"(?:[^"]|"")*"|[^".]+')


@lru_cache(maxsize=1)
def allowed_functions() -> frozenset[str]:
    """Names of the scalar, aggregate and window functions and operators that generated SQL may call."""
    text = resources.files("llmsql.asking").joinpath("allowed_functions.txt").read_text(encoding="utf-8")
    return frozenset(text.splitlines())


_TEXTS = re.compile(r"('(?:[^']|'')*')")
# What small models get wrong letter by letter: no space after BY, the bracket of AVG(COUNT(*)) behind FROM.
_SLIPS = (
    (re.compile(r"\b((?:ORDER|GROUP|PARTITION) BY)(?=[a-z_])"), r"\1 "),
    (re.compile(r"\b(\w+\((?:COUNT|SUM|AVG|MIN|MAX)\([^()]*\)) (FROM \w+)\)\)", re.IGNORECASE), r"\1) \2)"),
)


def extract_sql(text: str) -> str:
    """The SQL in a model's answer: without code fences, prose before it, and the semicolon after it."""
    fenced = _FENCE.search(text)
    sql = (fenced.group(1) if fenced else text).strip()
    if not fenced:
        start = _START.search(sql)
        if start and not _looks_like_statement(sql):
            sql = sql[start.start() :]
    for slip, meant in _SLIPS:
        sql = "".join(slip.sub(meant, part) if i % 2 == 0 else part for i, part in enumerate(_TEXTS.split(sql)))
    return sql.strip().rstrip(";").strip()


def _looks_like_statement(sql: str) -> bool:
    return sql.split(None, 1)[0].upper().strip("(") in _STATEMENTS if sql else False


def parse_query(sql: str) -> exp.Query:
    """The tree of one read-only query.

    Raises:
        SQLRejectedError: the text is empty, too long, does not parse, or is not one SELECT.
    """
    if not sql:
        raise SQLRejectedError("The model wrote no SQL.")
    if len(sql) > LONGEST_SQL:
        raise SQLRejectedError(f"The SQL is longer than {LONGEST_SQL:,} characters.")
    if len(_JOIN.findall(sql)) - len(_CONDITION.findall(sql)) > MOST_BARE_JOINS:
        raise SQLRejectedError("The SQL joins too many tables without saying how.", "Join only what is needed.")
    _check_text(sql)
    if not _QUERY.match(sql):
        if not _looks_like_statement(sql):
            raise SQLRejectedError(f"The model wrote no SELECT but {' '.join(sql.split())[:60]!r}.")
        raise SQLRejectedError(f"Only a SELECT may be run, not {sql.split(None, 1)[0].upper()[:20]}.")
    try:
        with quiet_sqlglot():
            trees = sqlglot.parse(sql, read="duckdb")
            for parsed in trees:
                if parsed is not None:
                    read_arrows(parsed)
    except Exception as error:  # on malformed text sqlglot also fails with whatever it trips over
        raise SQLRejectedError(f"The SQL does not parse: {_first_line(error)}") from error
    if len(trees) != 1:
        raise SQLRejectedError("Only one statement may be run.")
    tree = trees[0]
    if not isinstance(tree, exp.Query):
        kind = type(tree).__name__.upper() if tree is not None else "nothing"
        raise SQLRejectedError(f"Only a SELECT may be run, not {kind}.")
    change = tree.find(*_CHANGES)
    if change is not None:
        raise SQLRejectedError(f"Only a SELECT may be run, not {type(change).__name__.upper()}.")
    if tree.find(exp.Placeholder, exp.Parameter):
        raise SQLRejectedError("The SQL has parameters, and nothing to fill them with.")
    for call in tree.find_all(exp.GenerateSeries, exp.Repeat, exp.Pad):
        if not isinstance(call.parent, exp.Table) and any(map(_is_too_long, call.find_all(exp.Literal))):
            raise SQLRejectedError(f"A list or text of more than {LONGEST_MADE:,} elements is too long for one value.")
    return tree


def read_arrows(tree: exp.Expr) -> None:
    """JSON's arrow where sqlglot takes it for that of a lambda: the first argument of a function never is one.

    It gets brackets, in which it is read rightly by whoever parses the text again.

    Args:
        tree: a parsed query, ``json_array_length(payload -> 'alarms')`` in it; changed in place.
    """
    for lambda_ in list(tree.find_all(exp.Lambda)):
        is_first = lambda_.arg_key == "this" or (lambda_.arg_key == "expressions" and not lambda_.index)
        if is_first and isinstance(lambda_.parent, exp.Func) and len(lambda_.expressions) == 1:
            left, right = lambda_.expressions[0].sql("duckdb"), lambda_.this.sql("duckdb")
            lambda_.replace(sqlglot.parse_one(f"({left} -> {right})", read="duckdb"))


def _is_too_long(literal: exp.Literal) -> bool:
    return literal.is_int and int(literal.this) > LONGEST_MADE


def check_sql(con: duckdb.DuckDBPyConnection, sql: str, catalog: Catalog) -> None:
    """Refuse what DuckDB's own parser does not see as one query over the catalog with allowed functions.

    Args:
        con: any open connection; it parses, it does not bind or run.
        sql: the text that would run.
        catalog: the tables that may be read.

    Raises:
        SQLRejectedError: says what is not allowed.
    """
    _check_text(sql)
    try:
        for node, scope in _walk(_duckdb_tree(con, sql), frozenset()):
            _check_node(node, scope, catalog)
    except RecursionError as error:
        raise SQLRejectedError("The SQL is nested too deeply.") from error


def _check_text(sql: str) -> None:
    if "\0" in sql or any("\ud800" <= c <= "\udfff" for c in sql):
        raise SQLRejectedError("The SQL has characters that are no text.")


def _check_node(node: dict[str, Any], scope: frozenset[str], catalog: Catalog) -> None:
    kind = node.get("type") if isinstance(node.get("type"), str) else None
    if kind == "BASE_TABLE":
        _check_table(node, scope, catalog)
    elif kind == "TABLE_FUNCTION":
        name = _lower(str(node.get("function", {}).get("function_name", "")))
        if name not in ALLOWED_TABLE_FUNCTIONS:
            raise SQLRejectedError(f"The table function {name}() is not allowed in generated SQL.")
    elif kind in _SHOW_KINDS:
        raise SQLRejectedError("Only a SELECT may be run, not DESCRIBE, SHOW or SUMMARIZE.")
    elif kind is not None and "class" not in node and kind not in _QUERY_KINDS and not kind.endswith(_PLAIN_KINDS):
        raise SQLRejectedError(f"Only a SELECT may be run, not {kind.split('_')[0]}.")
    elif "function_name" in node:
        name = _lower(str(node["function_name"]))
        if name not in allowed_functions() and name not in ALLOWED_TABLE_FUNCTIONS:
            raise SQLRejectedError(f"The function {name}() is not allowed in generated SQL.")
        if node.get("catalog") or node.get("schema") not in ("", None, "main", "pg_catalog"):
            raise SQLRejectedError(f"The function {name}() may not be named with a schema.")


def _duckdb_tree(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    try:
        [row] = con.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    except duckdb.Error as error:
        raise SQLRejectedError(f"The SQL does not parse: {_first_line(error)}") from error
    tree: dict[str, Any] = json.loads(row[0])
    if tree.get("error"):
        raise SQLRejectedError(f"The SQL does not parse: {_first_line(tree.get('error_message', 'no message'))}")
    if len(tree["statements"]) != 1:
        raise SQLRejectedError("Only one statement may be run.")
    return tree


def _walk(node: Any, scope: frozenset[str]) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every object of DuckDB's tree with the names of the CTEs that it can see.

    A CTE sees those before it, and the second half of a recursive one sees itself: else ``WITH "x.csv" AS
    (FROM "x.csv")`` would read a file under the name of a CTE.
    """
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, scope)
        return
    if not isinstance(node, dict):
        return
    ctes = node.get("cte_map", {}).get("map", []) if isinstance(node.get("cte_map"), dict) else []
    for entry in ctes:
        yield from _walk(entry["value"], scope)
        scope = scope | {_lower(str(entry["key"]))}
    yield node, scope
    for key, value in node.items():
        if key == "right" and node.get("type") == "RECURSIVE_CTE_NODE":
            yield from _walk(value, scope | {_lower(str(node["cte_name"]))})
        elif key != "cte_map":
            yield from _walk(value, scope)


def _check_table(node: dict[str, Any], scope: frozenset[str], catalog: Catalog) -> None:
    name = str(node.get("table_name", ""))
    qualified = [part for part in (node.get("catalog_name"), node.get("schema_name"), name) if part]
    if len(qualified) == 1 and _lower(name) in scope:
        return
    if node.get("at_clause"):
        raise SQLRejectedError("Old versions of a table may not be read.")
    table = catalog.table(".".join(qualified))
    # "a.csv" is a file even where a schema a has a table csv.
    if table is None or len(_NAME_PART.findall(table.reference)) != len(qualified):
        raise SQLRejectedError(f"There is no table {'.'.join(qualified)} in the catalog.")


def _lower(name: str) -> str:
    """``name`` as DuckDB compares names: only ASCII letters are folded, so that ``K`` (Kelvin) is not ``k``."""
    return name.translate(_ASCII_LOWER)


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return re.sub(r"\x1b\[[0-9;]*m", "", lines[0]) if lines else "no message"
