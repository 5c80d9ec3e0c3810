"""What keeps an estimate from counting too little: conditions on answers let every row through, other doubts are named.

An estimate has stand-ins for answers, so a condition on them would drop rows that the true answers keep. Here the
query's syntax tree, as DuckDB itself gives and takes it, is changed: each condition of ``WHERE``, ``HAVING``,
``QUALIFY`` and ``ON`` that depends on an answer is still evaluated, and is true of every row. Columns that carry an
answer are known by their names, through subqueries, common table expressions and views; a name that two columns share
counts as an answer in both, which can only count too much.

Not bounded, but named in ``Bounds.more``: how many groups, list elements or matches there are of answers, which branch
of a ``CASE`` they lead to, and which rows a ``LIMIT`` picks by them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import duckdb

from llmsql.rows.trees import (
    Node,
    arguments_of,
    filled_in,
    function_of,
    functions_in,
    has_column,
    mentioning,
    nodes,
    put_views,
    read_expression,
    read_tree,
    text_of,
    write_tree,
)

_TEXTS = ("ai_complete", "ai_summarize", "ai_translate", "ai_redact", "ai_agg", "ai_agg_list")
"""Functions whose stand-ins differ for each input."""
_FIELDS = re.compile(r'"(\w+)"\s*:|[(,]\s*"?(\w+)"?\s+\w')


class Bounds(NamedTuple):
    """A query to count by.

    Args:
        statements: the query, and what its ``LIMIT`` might keep it from evaluating.
        most: why it may count too much.
        more: why it may count too little.
    """

    statements: Sequence[str]
    most: Sequence[str] = ()
    more: Sequence[str] = ()


@dataclass(frozen=True)
class Context:
    """Where in a query a part of it is.

    Args:
        limited: whether a ``LIMIT`` may keep it from being evaluated.
        recursive: whether it is evaluated until it gives no more rows.
        tables: common table expressions around it, as the syntax tree has them.
    """

    limited: bool = False
    recursive: bool = False
    tables: tuple[Node, ...] = ()


def bounded(con: duckdb.DuckDBPyConnection, sql: str, functions: Sequence[str]) -> Bounds | None:
    """A query that counts at least what the given one may ask; None where DuckDB does not give its syntax tree.

    Args:
        con: knows the views and macros of the query.
        sql: one query.
        functions: names of the row functions.
    """
    tree = read_tree(con, sql)
    if tree is None:
        return None
    own = {name.lower() for name in functions}
    texts = {name for name in own if name.endswith(_TEXTS) or name in ("prompt", "llm_complete")}
    listed = "SELECT lower(function_name), macro_definition, function_type FROM duckdb_functions()"
    rows = con.execute(listed).fetchall()
    macros = {name: text for name, text, _ in rows if text and "_llmsql_" not in text}
    names = mentioning(macros, own)
    more = []
    if not put_views(con, tree, names):
        more.append("conditions inside views are taken as they are")
    if any(word in macros[name].upper() for name in (names - own) & functions_in(tree) for word in ("CASE", "SELECT")):
        more.append("conditions inside macros are taken as they are")
    aggregates = {name for name, _, kind in rows if kind == "aggregate"} - names
    lifter = _Lifter(con, tree, names, texts, aggregates)
    statements = [write_tree(con, part) for part in lifter.trees()]
    return Bounds(statements, list(lifter.most), [*more, *lifter.more])


@dataclass
class _Lifter:
    con: duckdb.DuckDBPyConnection
    tree: Node
    functions: set[str]
    texts: set[str]
    aggregates: set[str]
    most: dict[str, None] = field(default_factory=dict)
    more: dict[str, None] = field(default_factory=dict)
    _named: dict[int, str] = field(default_factory=dict)
    _answers: dict[str, frozenset[str]] = field(default_factory=dict)
    _loose: set[int] = field(default_factory=set)
    _loose_tables: set[str] = field(default_factory=set)
    _unlimited: list[Node] = field(default_factory=list)

    def trees(self) -> list[Node]:
        """The tree, changed, and those of what a ``LIMIT`` might keep from being evaluated."""
        self._name_calls(self.tree, 0)
        self._all = frozenset(self._named.values())
        if not self._all:
            return [self.tree]
        self._name_answers()
        self._passing = read_expression(self.con, "hash(x) IS NOT NULL")
        self._visit(self.tree["statements"], Context())
        self._look_for_doubts()
        return [self.tree, *self._unlimited]

    # What depends on answers

    def _is_call(self, node: Node) -> bool:
        return function_of(node) in self.functions

    def _name_calls(self, part: Any, query: int) -> None:
        """Give each call a name; equal ones over the same rows have the same, since equal inputs are asked once."""
        if isinstance(part, dict):
            query = id(part) if part.get("type") == "SELECT_NODE" else query
            if self._is_call(part):
                self._named[id(part)] = f"{function_of(part)} {query} {text_of(part)}"
            part = list(part.values())
        for item in part if isinstance(part, list) else ():
            self._name_calls(item, query)

    def _calls(self, part: Any) -> frozenset[str]:
        """The names of the calls in a part of the tree."""
        return frozenset(self._named[id(node)] for node in nodes(part) if self._is_call(node))

    def _sources(self, part: Any) -> frozenset[str]:
        """The calls whose answers a part depends on."""
        found = self._calls(part)
        for node in nodes(part):
            if node.get("type") == "COLUMN_REF":
                for name in node["column_names"]:
                    found |= self._answers.get(name.lower(), frozenset())
        return found

    def _name_answers(self) -> None:
        """Note the names of columns that carry answers, until there are no more of them."""
        known = -1
        while known != sum(map(len, self._answers.values())) + len(self._answers):
            known = sum(map(len, self._answers.values())) + len(self._answers)
            for node in nodes(self.tree):
                for name, sources in self._named_by(node):
                    if sources:
                        self._answers[name.lower()] = self._answers.get(name.lower(), frozenset()) | sources

    def _named_by(self, node: Node) -> Iterator[tuple[str, frozenset[str]]]:
        """Names that a part of the tree gives to columns, and the calls whose answers they carry."""
        if "class" in node:
            names = [node.get("alias"), *(_fields_in(node) if function_of(node) == "unnest" else ())]
            yield from ((name, self._sources(node)) for name in names if name)
            return
        names = [*(node.get("column_name_alias") or ()), *(node.get("aliases") or ())]
        if node.get("type") == "TABLE_FUNCTION":
            yield from ((name, self._sources(node)) for name in (*names, node.get("alias"), "unnest") if name)
        elif names:
            items = _columns_of(node)
            for place, name in enumerate(names):
                yield name, self._sources(items[place] if place < len(items) else node)

    def _has_aggregate(self, part: Any) -> bool:
        return any(function_of(node) in self.aggregates or node.get("class") == "WINDOW" for node in nodes(part))

    def _is_loose(self, source: Any) -> bool:
        """Whether rows come through that an answer may drop."""
        return any(
            id(node) in self._loose
            or (node.get("type") == "BASE_TABLE" and node["table_name"].lower() in self._loose_tables)
            for node in nodes(source)
        )

    # Conditions

    def _visit(self, part: Any, context: Context) -> None:
        if isinstance(part, list):
            for item in part:
                self._visit(item, context)
        if not isinstance(part, dict):
            return
        tables = (part.get("cte_map") or {}).get("map") or []
        if "modifiers" in part:
            context = Context(
                context.limited or any(m["type"].startswith("LIMIT") for m in part["modifiers"] or ()),
                context.recursive or part["type"] == "RECURSIVE_CTE_NODE",
                (*context.tables, *tables),
            )
        for value in part.values():
            self._visit(value, context)
        if "key" in part and self._is_loose(part.get("value")):
            self._loose_tables.add(str(part["key"]).lower())
        if context.recursive:
            return
        if part.get("type") == "JOIN" and part.get("condition"):
            part["condition"] = self._possible(part["condition"], part, joined=True)
        if part.get("type") == "SELECT_NODE":
            self._lift(part, context)

    def _lift(self, select: Node, context: Context) -> None:
        source, where = select.get("from_table") or {}, select.get("where_clause")
        before = self._calls([source, where])
        if where:
            select["where_clause"] = self._possible(where, select, joined=source.get("type") == "JOIN")
        loose = id(select) in self._loose or self._is_loose(source)
        for part in ("having", "qualify"):
            if select.get(part):
                select[part] = self._possible(select[part], select, joined=False, loose=loose)
        if context.limited and (id(select) in self._loose or loose):
            self._unlimited.append(_without_limit(self.con, select, context))
            self.most["a LIMIT may end it sooner"] = None
        if loose:  # what is counted or summed over those rows depends on the answers as well
            for item in select["select_list"]:
                if item.get("alias") and self._has_aggregate(item):
                    name = item["alias"].lower()
                    self._answers[name] = self._answers.get(name, frozenset()) | before
            self._name_answers()
            for node in nodes([select["select_list"], select.get("having"), select.get("qualify")]):
                lists = function_of(node).endswith("ai_agg_list")
                if self._is_call(node) and not lists and self._has_aggregate(arguments_of(node)):
                    self._doubt("what is counted over rows that answers may drop is not known", self._all)

    def _possible(self, condition: Node, owner: Node, joined: bool, loose: bool = False) -> Node:
        """A condition that is true wherever the given one may be, and evaluates the same functions."""
        sources = self._sources(condition)
        if not sources and not (loose and self._has_aggregate(condition)):
            return condition
        if condition["type"] == "CONJUNCTION_AND":
            children = [self._possible(child, owner, joined, loose) for child in condition["children"]]
            return {**condition, "children": children}
        if condition["class"] == "CASE" and not any(self._sources(c["when_expr"]) for c in condition["case_checks"]):
            checks = [
                {**check, "then_expr": self._possible(check["then_expr"], owner, joined, loose)}
                for check in condition["case_checks"]
            ]
            default = self._possible(condition["else_expr"], owner, joined, loose)
            return {**condition, "case_checks": checks, "else_expr": default}
        sides = [condition.get("left"), condition.get("right")]
        if joined and all(has_column(side) for side in sides):
            # To let all pairs of rows through might take for ever.
            self._doubt("how many rows match by an answer is not known", self._all - sources)
            return condition
        self._loose.add(id(owner))
        if self._all - sources:
            self.most["rows are counted that answers may drop"] = None
        if any(node.get("class") in ("CONJUNCTION", "CASE") for node in nodes(condition)):
            self.most["a condition may be decided before all of its functions are asked"] = None
        return filled_in(self._passing, "x", condition)

    # What cannot be bounded

    def _doubt(self, reason: str, concerned: frozenset[str]) -> None:
        if concerned:
            self.more[reason] = None

    def _look_for_doubts(self) -> None:
        for node in nodes(self.tree):
            kind = node.get("type")
            if self._is_call(node):
                self._look_at_inputs(node)
            if node.get("class") == "CASE":
                decided = any(self._sources(check["when_expr"]) for check in node["case_checks"])
                branches = [[check["then_expr"] for check in node["case_checks"]], node["else_expr"]]
                if decided:
                    self._doubt("which branch of a CASE an answer leads to is not known", self._calls(branches))
            if kind == "OPERATOR_COALESCE" and self._sources(node["children"][0]):
                self._doubt("which answers are NULL is not known", self._calls(node["children"][1:]))
            if (function_of(node) == "unnest" or kind == "TABLE_FUNCTION") and self._sources(node):
                self._doubt("how many elements an answer has is not known", self._all - self._calls(node))
            lambdas = [part for part in arguments_of(node) if _is_lambda(part)] if function_of(node) else []
            if self._calls(lambdas) and self._sources([part for part in arguments_of(node) if part not in lambdas]):
                self._doubt("how many elements an answer has is not known", self._all)
            if kind == "RECURSIVE_CTE_NODE":
                self._doubt("how often a query calls itself is not known", self._calls(node))
            if kind == "JOIN":
                using = [name for name in node.get("using_columns") or () if name.lower() in self._answers]
                if using or (node.get("join_type") == "ANTI" and self._sources(node.get("condition"))):
                    self._doubt("how many rows match by an answer is not known", self._all - self._calls(node))
            if kind == "SET_OPERATION_NODE" and not node.get("setop_all") and self._sources(node):
                self._doubt("which answers are equal is not known", self._all - self._calls(node))
            if kind == "SELECT_NODE":
                self._look_at_groups(node)

    def _look_at_inputs(self, call: Node) -> None:
        sources = frozenset[str]().union(*(self._sources(argument) for argument in arguments_of(call)))
        names = {source.partition(" ")[0] for source in sources}
        if names and names <= self.texts:
            self.most["different answers are taken for granted where they are inputs"] = None
        elif names:
            self.more["which answers are equal is not known"] = None
        options = {part.get("name") or part.get("alias") for part in nodes(arguments_of(call)[2:])}
        if function_of(call).endswith("ai_match") and "min_similarity" in options:
            self.most["pairs are counted that min_similarity may spare"] = None

    def _look_at_groups(self, select: Node) -> None:
        before = self._calls([select.get("from_table"), select.get("where_clause")])
        for node in nodes([select["select_list"], select.get("having"), select.get("qualify")]):
            if function_of(node) in self.aggregates:
                before |= self._calls(node)
        grouped = select.get("group_expressions") or select.get("aggregate_handling") == "FORCE_AGGREGATES"
        plain = [item for item in select["select_list"] if not self._has_aggregate(item) and not _is_own_group(item)]
        keys = [*(select.get("group_expressions") or ()), *plain] if grouped else []
        if self._sources(keys):
            self._doubt("how many groups there are of answers is not known", self._all - before - self._calls(keys))
        for modifier in select.get("modifiers") or ():
            if modifier["type"] == "DISTINCT_MODIFIER" and self._sources(select["select_list"]):
                self._doubt("which answers are equal is not known", self._all - self._calls(select))
            if modifier["type"].startswith("LIMIT"):
                decides = [select.get("where_clause"), select.get("qualify")]
                orders = [other.get("orders") for other in select["modifiers"]]
                decides.append(orders)
                for node in nodes(select.get("from_table")):
                    decides += [node.get("where_clause"), node.get("condition")]
                if self._sources(decides):
                    concerned = self._all - before - self._sources(orders)
                    self._doubt("which rows a LIMIT picks by answers is not known", concerned)


def _fields_in(call: Node) -> list[str]:
    """Names of fields in the result types that are written out in a call."""
    texts = [str(value) for node in nodes(call) for name, value in node.items() if name in ("text", "value")]
    return [name for text in texts for pair in _FIELDS.findall(text) for name in pair if name]


def _is_lambda(argument: Any) -> bool:
    return isinstance(argument, dict) and "LAMBDA" in (
        argument.get("class"),
        (argument.get("expression") or {}).get("class"),
    )


def _is_own_group(item: Node) -> bool:
    """Whether an item of a select list is an aggregate of ours, which DuckDB's list of them does not have."""
    return any(function_of(node).endswith("ai_agg") for node in nodes(item))


def _columns_of(source: Node) -> list[Node]:
    """The select list of a subquery or common table expression; empty where it has ``*`` in it, or is another query."""
    query = source.get("query_node") or (source.get("query") or source.get("subquery") or {}).get("node") or {}
    items: list[Node] = query.get("select_list") or []
    return [] if any(item["class"] == "STAR" for item in items) else items


def _without_limit(con: duckdb.DuckDBPyConnection, select: Node, context: Context) -> Node:
    """The rows of a query and its conditions, and nothing that may end them sooner."""
    counted = json.loads(json.dumps(select))
    tables = {str(table["key"]).lower(): table for table in context.tables}
    counted |= {"modifiers": [], "cte_map": {"map": list(tables.values())}}
    if counted["aggregate_handling"] == "STANDARD_HANDLING":
        counted["select_list"] = [read_expression(con, "1")]
    return {"error": False, "statements": [{"node": counted}]}
