"""Joins that the keys imply: completes ``a JOIN b`` without ON, finds the tables between two tables, and the reverse.

Models are trained to write ``orders JOIN customers`` and leave the condition to the key graph: fewer tokens to write
and one thing less to get wrong. Full SQL passes through unchanged.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from llmsql.asking.names import show_names
from llmsql.asking.scopes import Scope, conjuncts, cte_names, identifier, own_columns, sources, table_reference
from llmsql.asking.sql_text import sql_text
from llmsql.catalog import Catalog, Table
from llmsql.errors import SQLRejectedError

LONGEST_PATH = 4
_COMMON_KEYS = frozenset({"id", "key", "code", "name", "no", "number", "uuid", "date", "year"})
_KEY_MARK = "__by_key__"


@dataclass(frozen=True, slots=True)
class Edge:
    """``left.left_columns`` equals ``right.right_columns``; tables by folded reference."""

    left: str
    left_columns: tuple[str, ...]
    right: str
    right_columns: tuple[str, ...]
    preferred: bool = False

    def reversed(self) -> Edge:
        """The same link seen from the other table."""
        return Edge(self.right, self.right_columns, self.left, self.left_columns, self.preferred)


class KeyGraph:
    """The foreign keys of a catalog as an undirected graph of tables.

    Args:
        catalog: whose keys, declared and inferred, are the edges.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.edges: dict[str, list[Edge]] = defaultdict(list)
        self._kept: tuple[tuple[str, ...], dict[int, tuple[list[list[Edge]], dict[str, list[list[Edge]]]]]] = ((), {})
        for table in catalog:
            for key in table.foreign_keys:
                target = catalog.table(key.target)
                if target is None or len(key.columns) != len(key.target_columns):
                    continue
                ends = (fold(table.reference), key.columns, fold(target.reference), key.target_columns)
                edge = Edge(*ends, preferred=key.preferred)
                if edge.left == edge.right:
                    continue
                self.edges[edge.left].append(edge)
                self.edges[edge.right].append(edge.reversed())

    def between(self, left: str, right: str) -> list[Edge]:
        """Every key that links two tables directly."""
        return [edge for edge in self.edges.get(left, ()) if edge.right == right]

    def path(self, starts: Iterable[str], goal: str, wording: Wording | None = None) -> list[Edge]:
        """The shortest chain of keys from one of ``starts`` to ``goal``.

        Args:
            starts: folded references of the tables joined already.
            goal: folded reference of the table to reach.
            wording: decides between chains of the same length, and lets tables without a key between them be joined
                by a key column that they share; None decides nothing.

        Returns:
            Edges in order of joining, the last one ending at ``goal``; empty when ``goal`` is among ``starts``.

        Raises:
            SQLRejectedError: there is no chain, or more than one of the same length.
        """
        starts = list(dict.fromkeys(starts))
        if goal in starts:
            return []
        found = next((chains[goal] for chains in self._chains(tuple(starts)) if goal in chains), [])
        if wording is not None and (not found or len(found[0]) > 1):
            # A column called like the other table's key is a nearer link than a way through third tables.
            shared = [e for e in self._shared_keys(starts, goal) if not found or self._is_called_like_key(e)]
            found = [[edge] for edge in shared][:1] or found
        if not found:
            raise SQLRejectedError(f"No key links {goal} to {', '.join(starts)}.", "Write the join condition with ON.")
        if len(found) > 1:
            # The table joined last is the one that the writer was speaking of.
            latest = [c for c in found if c[0].left == starts[-1]]
            if len(latest) == 1:
                return latest[0]
            liked = [c for c in latest or found if any(edge.preferred for edge in c)]
            if wording is not None:
                return wording.choose([*liked, *(c for c in latest or found if c not in liked)])
            if len(liked) == 1:
                return liked[0]
            raise SQLRejectedError(
                f"More than one way joins {goal} to {', '.join(starts)}: "
                + " or ".join(_describe(chain) for chain in found[:3])
                + ".",
                "Write the join condition with ON.",
            )
        return found[0]

    def _chains(self, starts: tuple[str, ...]) -> Iterator[dict[str, list[list[Edge]]]]:
        """Chains from one of ``starts`` by the table that they end at, the shortest first: a dict a length.

        What was found for the same starts is kept: a column that a thousand tables have is looked for in each of them.
        """
        kept = self._kept
        if kept[0] != starts:
            self._kept = kept = (starts, {})
        found = kept[1]
        chains = [[edge] for start in starts for edge in self.edges.get(start, ())]
        for length in range(1, LONGEST_PATH + 1):
            if length not in found:
                by_end: dict[str, list[list[Edge]]] = defaultdict(list)
                for chain in chains:
                    by_end[chain[-1].right].append(chain)
                found[length] = (chains, by_end)
            chains, by_end = found[length]
            yield by_end
            if length < LONGEST_PATH and length + 1 not in found:
                chains = [
                    [*chain, edge]
                    for chain in chains
                    if chain[-1].right not in starts and chain[-1].right not in {e.left for e in chain}
                    for edge in self.edges.get(chain[-1].right, ())
                ]

    def _is_called_like_key(self, edge: Edge) -> bool:
        name = edge.left_columns[0].casefold()
        tables = (self.catalog.table(edge.left), self.catalog.table(edge.right))
        keys = [tuple(key.casefold() for key in table.primary_key) for table in tables if table is not None]
        return (name,) in keys and name not in _COMMON_KEYS

    def _shared_keys(self, starts: list[str], goal: str) -> Iterator[Edge]:
        """Columns of the same name and type that are a key of one of the two tables or are called like it, last table
        first."""
        target = self.catalog.table(goal)
        for start in reversed(starts):
            table = self.catalog.table(start)
            if table is None or target is None:
                continue
            keys = {name.casefold() for name in (*table.primary_key, *target.primary_key)}
            for column in target.columns:
                same = table.column(column.name)
                name = column.name.casefold()
                is_telling = name in keys or name in start or name in goal
                if name in _COMMON_KEYS and _number_their_own(table, target, name):
                    continue
                if same is not None and same.type == column.type and is_telling:
                    yield Edge(start, (same.name,), goal, (column.name,))


def _number_their_own(left: Table, right: Table, name: str) -> bool:
    """Whether each has a key ``id`` that says nothing of the other; neither is called after the other."""
    keys = {tuple(key.casefold() for key in table.primary_key) for table in (left, right)}
    one, other = left.name.casefold(), right.name.casefold()
    return keys == {(name,)} and one not in other and other not in one


_OUT_KEYS = frozenset("origin source src start from depart departure dep send sender pickup".split())
_IN_KEYS = frozenset("destination dest dst target to arrive arrival arr end receive receiver recipient dropoff".split())
_PLACE = r"(?!(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))[A-Z]"
_OUT_WORDS = re.compile(
    rf"\bfrom (?i:the )?{_PLACE}|\b(?i:sent|sends?|sending|starts?|started|starting|leaves?|leaving|departs?|departed"
    r"|departing|departures?|outgoing|outbound|originat\w*|coming from|ship(?:ped|s)? from)\b"
)
_IN_WORDS = re.compile(
    rf"\b(?:to|into) (?i:the )?{_PLACE}|\b(?i:receiv\w*|arriv\w*|deliver\w* to|ends?|ended|ending|incoming|inbound"
    r"|going to|bound for|ship(?:ped|s)? to|headed)\b"
)


class Wording:
    """Decides between joins by the words of a question: "reported by" speaks for ``reported_by_staff_id``, "trained in"
    for a way through ``trained_in``.

    Where neither they nor the names of the keys decide between two keys of the same two tables, the first is taken and
    the choice is ``open``.

    Args:
        question: as typed.
        second: take the second key where the choice is open.
    """

    def __init__(self, question: str, second: bool = False) -> None:
        self.question = question
        self.notes: list[str] = []
        self.open: list[str] = []
        self._second = second
        self._stems = _stems(question)
        self._words = re.findall(r"[a-z]{4,}", question.casefold())

    def choose(self, chains: list[list[Edge]]) -> list[Edge]:
        """The chain whose key columns the question speaks of; of equals the first, as the schema has them.

        Args:
            chains: the preferred ones first.
        """
        between = [_stems(" ".join(edge.right for edge in chain[:-1]).replace("_", " ")) for chain in chains]
        spoken = [
            sum(self._speaks_of(stem) for stem in _key_stems(chain) | tables)
            for chain, tables in zip(chains, between, strict=True)
        ]
        alike = [chain for chain, said in zip(chains, spoken, strict=True) if said == max(spoken)]
        chosen = alike[0]
        rivals = [chain for chain in alike if _differ_in_key(chain, chosen)]
        if rivals and not any(edge.preferred for edge in chosen):
            chosen = (
                _plainest([chosen, *rivals])
                or self._by_direction([chosen, *rivals])
                or self._left_open(chosen, rivals[0])
            )
        others = [chain for chain in chains if chain is not chosen]
        self.notes.append(f"joined on {_describe(chosen)}, not on {_describe(others[0])}")
        return chosen

    def _speaks_of(self, stem: str) -> bool:
        """Whether the question has a word of a key, or the one that ``src`` or ``dst`` is short for."""
        is_short = len(stem) > 2 and not re.search("[aeiouy]", stem)
        short_for = re.compile(".*".join(stem)) if is_short else None
        is_begun = len(stem) > 3 and any(word.startswith(stem) for word in self._words)
        return stem in self._stems or is_begun or bool(short_for and any(map(short_for.match, self._words)))

    def _by_direction(self, chains: list[list[Edge]]) -> list[Edge] | None:
        """The one chain by the key of where things go, or of where they come from, if the question says only that."""
        said = [bool(words.search(self.question)) for words in (_OUT_WORDS, _IN_WORDS)]
        if said[0] == said[1]:
            return None
        wanted, other = (_OUT_KEYS, _IN_KEYS) if said[0] else (_IN_KEYS, _OUT_KEYS)
        found = [chain for chain in chains if _key_stems(chain) & wanted and not _key_stems(chain) & other]
        return found[0] if len(found) == 1 and any(_key_stems(chain) & other for chain in chains) else None

    def _left_open(self, first: list[Edge], second: list[Edge]) -> list[Edge]:
        self.open.append(f"{_describe(first)} or {_describe(second)}")
        return second if self._second else first


def _differ_in_key(one: list[Edge], other: list[Edge]) -> bool:
    """Whether chains go through the same tables, from other columns to the same ones."""
    return one != other and all(
        (e.left, e.right) == (o.left, o.right)
        and (e.left_columns == o.left_columns or e.right_columns == o.right_columns)
        for e, o in itertools.zip_longest(one, other, fillvalue=Edge("", (), "", ()))
    )


def _plainest(chains: list[list[Edge]]) -> list[Edge] | None:
    """The one chain with the plain key: ``customer_id`` beside ``referrer_customer_id``, or beside ``referrer_id`` of a
    table ``customers``.
    """
    within = [c for c in chains if all(c is other or _key_stems(c) < _key_stems(other) for other in chains)]
    found = within or [c for c in chains if all(map(_is_called_after_table, c))]
    return found[0] if len(found) == 1 else None


def _is_called_after_table(edge: Edge) -> bool:
    named = _stems(f"{edge.left} {edge.right}".replace("_", " "))
    return _key_stems([edge]) <= named | _stems(" ".join(_COMMON_KEYS))


def _key_stems(chain: list[Edge]) -> set[str]:
    names = " ".join(name for edge in chain for name in (*edge.left_columns, *edge.right_columns))
    return _stems(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names).replace("_", " "))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{3,}", text.casefold())}


def fold(reference: str) -> str:
    """A table reference as the graph names it."""
    return reference.replace('"', "").casefold()


def _describe(chain: list[Edge]) -> str:
    return " and ".join(f"{e.left}.{e.left_columns[0]} = {e.right}.{e.right_columns[0]}" for e in chain)


def complete_joins(tree: exp.Expr, catalog: Catalog, graph: KeyGraph, wording: Wording | None = None) -> exp.Expr:
    """Give every join without a condition the one that the keys imply, adding the tables in between.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables it may name.
        graph: their keys.
        wording: decides where the keys leave a choice; None refuses such joins.

    Raises:
        SQLRejectedError: the keys imply no condition, or several.
    """
    for select in tree.find_all(exp.Select):
        ctes = cte_names(select)
        joins = select.args.get("joins") or []
        completed: list[exp.Join] = []
        written = set(sources(select))
        owned = _owned_columns(select, catalog) if any(_is_bare(join) for join in joins) else []
        for join in joins:
            if _is_bare(join) and not is_condition_in_where(select, join):
                before = sources(select, [*completed])
                completed += _completed(join, before, catalog, graph, ctes, wording)
            else:
                completed.append(join)
        if joins:
            select.set("joins", completed)
        if set(sources(select)) - written:
            for column, alias in owned:
                column.set("table", identifier(alias))
    return tree


def _owned_columns(select: exp.Select, catalog: Catalog) -> list[tuple[exp.Column, str]]:
    """Columns without a table and the one table of FROM that has them: a table put in between may have them too."""
    scope = Scope.of(select, catalog)
    if not scope.is_known:
        return []
    spelled = {alias.casefold(): alias for alias in sources(select)}
    shown = {e.alias.casefold() for e in select.expressions if isinstance(e, exp.Alias)}
    found = []
    for column in own_columns(select):
        owner = scope.owner(column)
        is_output = column.name.casefold() in shown and column.find_ancestor(
            exp.Group, exp.Order, exp.Having, exp.Qualify
        )
        if not column.table and owner is not None and not is_output and not column.find_ancestor(exp.Star):
            found.append((column, spelled[owner]))
    return found


def _is_bare(join: exp.Join) -> bool:
    return (
        isinstance(join.this, exp.Table)
        and not any(join.args.get(key) for key in ("on", "using", "method"))
        and join.args.get("kind") not in ("CROSS", "SEMI", "ANTI")
        and not isinstance(join.this.this, exp.Func)
    )


def is_condition_in_where(select: exp.Select, join: exp.Join) -> bool:
    """Whether WHERE itself, not a query nested in it, equates the joined table with another one of FROM."""
    where = select.args.get("where")
    if where is None:
        return False
    name = join.this.alias_or_name.casefold()
    others = {alias.casefold() for alias in sources(select)} - {name} | {""}
    for equal in where.walk(prune=lambda node: isinstance(node, exp.Query)):
        if isinstance(equal, exp.EQ) and isinstance(equal.left, exp.Column) and isinstance(equal.right, exp.Column):
            tables = [equal.left.table.casefold(), equal.right.table.casefold()]
            is_tautology = equal.left.name.casefold() == equal.right.name.casefold() and "" in tables
            if name in tables and others.intersection(tables) and not is_tautology:
                return True
    return False


def _completed(
    join: exp.Join,
    before: dict[str, exp.Expr],
    catalog: Catalog,
    graph: KeyGraph,
    ctes: set[str],
    wording: Wording | None = None,
) -> list[exp.Join]:
    new = join.this
    table = catalog.table(table_reference(new))
    if table is None or new.name.casefold() in ctes:
        return [join]
    aliases: dict[str, str] = {}
    for alias, source in before.items():
        if isinstance(source, exp.Table) and source.name.casefold() not in ctes:
            known = catalog.table(table_reference(source))
            if known is not None:
                aliases[fold(known.reference)] = alias
    if not aliases:
        return [join]
    chain = graph.path(aliases, fold(table.reference), wording)
    if not chain and wording is not None and not new.alias:
        return []  # it is there already, as a table between two others
    if not chain:
        raise SQLRejectedError(f"{table.reference} is joined to itself.", "Write the join condition with ON.")
    return chain_joins(chain, aliases, catalog, last=join)


def chain_joins(
    chain: list[Edge], aliases: dict[str, str], catalog: Catalog, last: exp.Join | None = None
) -> list[exp.Join]:
    """The joins that follow a chain of keys.

    Args:
        chain: from ``KeyGraph.path``.
        aliases: folded reference → the name that columns of a table joined already go by.
        catalog: the tables.
        last: the join to complete; by default a new inner join of the last table.

    Raises:
        SQLRejectedError: a table between is not in the catalog, where the question is about some tables only.
    """
    joins = []
    names = dict(aliases)
    for position, edge in enumerate(chain):
        table = catalog.table(edge.right)
        if table is None:
            raise SQLRejectedError(
                f"{edge.right} is needed to join {chain[-1].right}, and is not among the tables asked about.",
                "Name it too, or write the join condition with ON.",
            )
        if last is not None and position == len(chain) - 1:
            join = last
        else:
            join = exp.Join(this=exp.maybe_parse(table.reference, into=exp.Table, dialect="duckdb"))
            if last is not None and last.side:
                join.set("side", last.side)
        names[edge.right] = join.this.alias_or_name
        conditions = [
            exp.EQ(this=_column(names[edge.left], left), expression=_column(names[edge.right], right))
            for left, right in zip(edge.left_columns, edge.right_columns, strict=True)
        ]
        join.set("on", exp.and_(*conditions))
        joins.append(join)
    return joins


def _column(table: str, column: str) -> exp.Column:
    return exp.Column(this=identifier(column), table=identifier(table))


def shorten_joins(tree: exp.Expr, catalog: Catalog, graph: KeyGraph) -> str:
    """The query as models are taught to write it: without what the keys imply.

    Left out are join conditions, and tables that only lie between two others: ``customers JOIN products`` for
    customers → orders → order lines → products.

    Args:
        tree: a full query over full table names; not changed.
        catalog: the tables.
        graph: their keys.

    Returns:
        SQL text that ``complete_joins`` turns into a query with the same joins.
    """
    short = tree.copy()
    for select in short.find_all(exp.Select):
        for join in select.args.get("joins") or []:
            condition = join.args.get("on")
            if condition is None or not isinstance(join.this, exp.Table) or join.args.get("kind") in ("SEMI", "ANTI"):
                continue
            if is_condition_in_where(select, join):
                continue
            join.set("on", None)
            try:
                implied = _completed(
                    join.copy(), sources(select, _before(select, join)), catalog, graph, cte_names(select)
                )
            except SQLRejectedError:
                implied = []
            same = len(implied) == 1 and _equalities(implied[0].args.get("on")) == _equalities(condition)
            join.set("on", exp.to_identifier(_KEY_MARK) if same else condition)
    for number, select in enumerate(short.find_all(exp.Select)):
        while (shorter := _without_one_between(short, number, catalog, graph)) is not None:
            select.set("from_", shorter.args["from_"])
            select.set("joins", shorter.args.get("joins"))
    show_names(short, catalog)
    return sql_text(short).replace(f" ON {_KEY_MARK}", "")


def _without_one_between(tree: exp.Expr, number: int, catalog: Catalog, graph: KeyGraph) -> exp.Select | None:
    """The SELECT of that number without one table that the keys put back; None where there is no such table."""
    select = list(tree.find_all(exp.Select))[number]
    joins = select.args.get("joins") or []
    if len(joins) < 2 or select.is_star or not all(_is_by_key(join) for join in joins):
        return None
    wanted = _joined(tree, number, catalog, graph)
    for name, source in sources(select).items():
        table = catalog.table(table_reference(source)) if isinstance(source, exp.Table) else None
        if table is None or source.alias or _is_used(tree, name, table):
            continue
        trial = tree.copy()
        shorter = list(trial.find_all(exp.Select))[number]
        left = [join for join in shorter.args["joins"] if join.this.alias_or_name != name]
        if len(left) == len(joins):  # it is the table of FROM
            shorter.set("from_", exp.From(this=left.pop(0).this))
        shorter.set("joins", left or None)
        try:
            same = wanted is not None and _joined(trial, number, catalog, graph) == wanted
        except SQLRejectedError:
            same = False
        if same:
            return shorter
    return None


def _is_by_key(join: exp.Join) -> bool:
    on = join.args.get("on")
    return isinstance(on, exp.Identifier) and on.name == _KEY_MARK and not join.side and not join.kind


def _is_used(tree: exp.Expr, name: str, table: Table) -> bool:
    """Whether a column of the table is spoken of anywhere."""
    return any(
        column.table.casefold() == name.casefold() if column.table else table.column(column.name) is not None
        for column in tree.find_all(exp.Column)
    )


def _joined(
    tree: exp.Expr, number: int, catalog: Catalog, graph: KeyGraph
) -> tuple[set[str], set[frozenset[str]]] | None:
    """Tables and conditions of a SELECT once its joins are complete."""
    full = tree.copy()
    for join in full.find_all(exp.Join):
        if _is_by_key(join):
            join.set("on", None)
    select = list(full.find_all(exp.Select))[number]
    complete_joins(full, catalog, graph)
    conditions: set[frozenset[str]] = set()
    for join in select.args.get("joins") or []:
        conditions |= _equalities(join.args.get("on"))
    return {name.casefold() for name in sources(select)}, conditions


def _before(select: exp.Select, join: exp.Join) -> list[exp.Join]:
    joins: list[exp.Join] = select.args.get("joins") or []
    return joins[: next(i for i, other in enumerate(joins) if other is join)]


def _equalities(condition: exp.Expr | None) -> set[frozenset[str]]:
    if condition is None:
        return set()
    return {frozenset(side.casefold() for side in p.sql("duckdb").split(" = ")) for p in conjuncts(condition)}
