"""A query's syntax tree as DuckDB itself gives and takes it, ``json_serialize_sql`` and back, and what is done to it.

Its nodes are dictionaries: expressions have a ``class``, queries and tables only a ``type``. DuckDB 1 and 2 differ in
where a call keeps its arguments, a common table expression its query, and a constant its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

Node = dict[str, Any]
NEXT_VALUE = "temp.llmsql_counted"
"""The sequence that stands in for all others, so that none of them advances."""
_NAMES_COLUMNS = re.compile(r'CREATE\s+(?:TEMP\w*\s+)?VIEW\s+(?:(?:"(?:[^"]|"")*"|\w+)\.?)+\s*\(')
_PLACES = frozenset({"query_location", "query_location_length", "alias"})
_MOST_VIEWS = 100


def nodes(part: Any) -> Iterator[Node]:
    """Every node of a syntax tree."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from nodes(item)


def function_of(node: Node) -> str:
    """The name of the function that a node calls; empty where it calls none."""
    return str(node["function_name"]).lower() if node.get("class") in ("FUNCTION", "WINDOW") else ""


def functions_in(tree: Any) -> set[str]:
    """The names of all functions that a tree calls."""
    return {function_of(node) for node in nodes(tree)}


def arguments_of(call: Node) -> list[Any]:
    """The arguments of a call, and the condition of its ``FILTER``."""
    return [*(call.get("arguments") or ()), *(call.get("children") or ()), call.get("filter")]


def has_column(part: Any) -> bool:
    """Whether a part of a tree refers to a column."""
    return any(node.get("type") == "COLUMN_REF" for node in nodes(part))


def text_of(node: Any) -> str:
    """A node, without what does not change its value."""

    def plain(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: plain(value) for name, value in part.items() if name not in _PLACES}
        return [plain(item) for item in part] if isinstance(part, list) else part

    return json.dumps(plain(node), sort_keys=True)


def mentioning(texts: Mapping[str, str], names: set[str]) -> set[str]:
    """Names, and those of the texts that mention one of them, or mention one that does."""
    names = set(names)
    while True:
        called = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)", re.IGNORECASE)
        found = {name for name, text in texts.items() if name not in names and called.search(text)}
        if not found:
            return names
        names |= found


def put_views(con: duckdb.DuckDBPyConnection, tree: Node, functions: set[str]) -> bool:
    """Put the queries of views with row functions into a tree; whether all of them could be."""
    rows = con.execute("SELECT lower(view_name), sql FROM duckdb_views() WHERE NOT internal").fetchall()
    views = dict(rows)
    concerned = (mentioning(views, functions) - functions) if views else set()
    shared = {name for name in concerned if sum(name == other for other, _ in rows) > 1}
    own = {str(node["key"]).lower() for node in nodes(tree) if "key" in node and "value" in node}
    whole = True
    for _ in range(_MOST_VIEWS):
        used = [n for n in nodes(tree) if n.get("type") == "BASE_TABLE" and n["table_name"].lower() in concerned - own]
        if not used:
            return whole
        [table, *_] = used
        name = table["table_name"]
        body = None if name.lower() in shared else _body_of(con, views[name.lower()])
        if body is None:
            concerned = concerned - {name.lower()}
            whole = False
            continue
        given = list(table.get("column_name_alias") or ())
        columns = []
        if given or _NAMES_COLUMNS.match(views[name.lower()]):
            columns = [column for column, *_ in con.execute(f"DESCRIBE {_quoted_path(table)}").fetchall()]
        source = read_tree(con, "FROM (SELECT 1) AS v(x)")
        assert source is not None
        made = source["statements"][0]["node"]["from_table"]
        made |= {"alias": table.get("alias") or name, "column_name_alias": given + columns[len(given) :]}
        made["subquery"] = body["statements"][0]
        made["sample"] = table.get("sample")
        table.clear()
        table.update(made)
    return False


def _quoted_path(table: Node) -> str:
    path = (table.get("qualified_name") or {}).get("path") or [
        table.get("catalog_name"), table.get("schema_name"), table["table_name"]
    ]  # fmt: skip
    return ".".join('"' + part.replace('"', '""') + '"' for part in path if part)


def _body_of(con: duckdb.DuckDBPyConnection, view: str) -> Node | None:
    """The query of a view, by its ``CREATE VIEW``."""
    for start in re.finditer(r"\sAS\s", view):
        body = read_tree(con, view[start.end() :])
        if body is not None:
            return body
    return None


def read_tree(con: duckdb.DuckDBPyConnection, sql: str) -> Node | None:
    """The syntax tree of a query; None where DuckDB has none for it, as for a ``PIVOT``."""
    try:
        [(text,)] = con.execute("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", [sql]).fetchall()
    except duckdb.Error:
        return None
    tree: Node = json.loads(text)
    return None if tree["error"] or len(tree["statements"]) != 1 else tree


def write_tree(con: duckdb.DuckDBPyConnection, tree: Node) -> str:
    """The SQL of a tree."""
    [(sql,)] = con.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchall()
    return str(sql)


def read_expression(con: duckdb.DuckDBPyConnection, sql: str) -> Node:
    """The syntax tree of an expression."""
    tree = read_tree(con, f"SELECT {sql}")
    assert tree is not None
    found: Node = tree["statements"][0]["node"]["select_list"][0]
    return found


def filled_in(template: Node, name: str, value: Node) -> Node:
    """A copy of an expression, its column ``name`` replaced."""

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            if part.get("type") == "COLUMN_REF" and part["column_names"] == [name]:
                return value
            return {key: filled(item) for key, item in part.items()}
        return [filled(item) for item in part] if isinstance(part, list) else part

    made: Node = filled(template)
    return made


def spare_sequences(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """A query that advances a sequence of its own instead of the database's.

    Args:
        con: gets the sequence.
        sql: one query.
    """
    tree = read_tree(con, sql)
    used = [node for node in nodes(tree) if function_of(node) == "nextval"]
    if tree is None or not used:
        return sql
    con.execute(f"CREATE TEMP SEQUENCE IF NOT EXISTS {NEXT_VALUE.partition('.')[2]}").fetchall()
    instead = read_expression(con, f"nextval('{NEXT_VALUE}')")
    for node in used:
        node.update({**instead, "alias": node.get("alias")})
    return write_tree(con, tree)
