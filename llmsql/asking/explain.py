"""Says in plain words what a query does, from its tree: what is counted, from which tables, joined how, filtered by
what, in which order, with which assumptions.

No model is asked: the words follow from the SQL that runs, so that they are right whenever the SQL is. What has no
words here is quoted as SQL, never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.phrases import Phrases, and_list
from llmsql.asking.scopes import has_grouping_sets, sources, table_reference
from llmsql.catalog import Catalog, Table

_TODAY = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a query beside its text.

    Args:
        notes: repairs and rewrites, in plain words.
        values: stored values that the question was found to name, as conditions.
        today: the day that "today" stands for, ISO; None where the query does not depend on one or DuckDB decides.
        source: where the SQL came from, in a sentence; empty for a model's fresh answer.
    """

    notes: Sequence[str] = ()
    values: Sequence[str] = ()
    today: str | None = None
    source: str = ""


def explain_sql(sql: str, catalog: Catalog, told: Told | None = None) -> str:
    """The query in plain words, a sentence a line.

    Args:
        sql: a query over the catalog, as it runs.
        catalog: the tables, whose keys say what one row of a join is.
        told: what went into the SQL; becomes the list of assumptions.
    """
    told = told or Told()
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
        lines = _query(tree, catalog)
        assumed = _assumptions(tree, catalog, told)
    except (SqlglotError, RecursionError):
        lines, assumed = [f"Runs {sql}"], []
    if told.source:
        lines.insert(0, told.source)
    if assumed:
        lines += ["Assumes:", *(f"- {line}" for line in assumed)]
    return "\n".join(lines)


def _query(tree: exp.Expr, catalog: Catalog) -> list[str]:
    lines: list[str] = []
    with_ = tree.args.get("with_")
    for cte in with_.expressions if with_ is not None else ():
        lines += [f"First makes {cte.alias}:", *_indented(_query(cte.this, catalog))]
    if isinstance(tree, exp.SetOperation):
        lines += _set_operation(tree, catalog)
    elif isinstance(tree, exp.Select):
        lines += _select(tree, catalog)
    elif isinstance(tree, exp.Subquery):
        lines += _query(tree.this, catalog)
    else:
        lines.append(f"Runs {tree.sql('duckdb')}.")
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _set_operation(tree: exp.SetOperation, catalog: Catalog) -> list[str]:
    distinct = tree.args.get("distinct")
    how = {
        "Union": "Puts two results together",
        "Except": "Takes from a first result the rows that are not in a second",
        "Intersect": "Takes the rows that are in both of two results",
    }.get(type(tree).__name__, type(tree).__name__)
    if tree.args.get("by_name"):
        how += ", by the names of their columns"
    how += ", without doubles" if distinct else ", doubles kept"
    lines = [f"{how}. The first:", *_indented(_query(tree.left, catalog))]
    lines += ["The second:", *_indented(_query(tree.right, catalog))]
    return lines + _order_and_limit(tree, Phrases(tree, catalog))


def _select(select: exp.Select, catalog: Catalog) -> list[str]:
    words = Phrases(select, catalog, grain=grain(select, catalog))
    lines = [_shown(select, words)]
    lines += _from(select, words, catalog)
    where = select.args.get("where")
    if where is not None:
        lines.append(f"Only rows where {words.condition(where.this)}.")
    having = select.args.get("having")
    if having is not None:
        lines.append(f"Only groups where {words.condition(having.this)}.")
    qualify = select.args.get("qualify")
    if qualify is not None:
        lines.append(f"Of these only rows where {words.condition(qualify.this)}.")
    return lines + _order_and_limit(select, words)


def group_keys(select: exp.Select) -> list[exp.Expr]:
    """What a SELECT groups by: expressions, with positions, output names and ``GROUP BY ALL`` spelled out."""
    group = select.args.get("group")
    if group is None:
        return []
    items = [e for e in select.expressions if not isinstance(e, exp.Star)]
    if group.args.get("all"):
        return [e for e in items if not has_aggregate(e.unalias()) and not isinstance(e.unalias(), exp.Literal)]
    by_name = {e.alias.casefold(): e for e in items if e.alias}
    keys: list[exp.Expr] = []
    for key in group.expressions:
        if isinstance(key, exp.Literal) and key.is_int and 0 < int(key.this) <= len(items):
            keys.append(items[int(key.this) - 1])
        elif isinstance(key, exp.Column) and not key.table and key.name.casefold() in by_name:
            keys.append(by_name[key.name.casefold()])
        else:
            keys.append(key)
    return keys


def has_aggregate(node: exp.Expr) -> bool:
    """Whether an aggregate of this SELECT, not of a window or of a nested query, is in an expression."""
    for found in node.walk(prune=lambda n: isinstance(n, exp.Query)):
        if isinstance(found, exp.AggFunc) and not isinstance(found.parent, exp.Window):
            return True
    return False


def _shown(select: exp.Select, words: Phrases) -> str:
    keys = group_keys(select)
    key_texts = {k.unalias().sql("duckdb") for k in keys}
    others = [e for e in select.expressions if e.unalias().sql("duckdb") not in key_texts]
    shown = and_list([words.item(e) for e in others])
    once = select.args.get("distinct")
    distinct = "the distinct " if once is not None and once.args.get("on") is None else ""
    if once is not None and once.args.get("on") is not None:
        distinct = f"one row for each {once.args['on'].sql('duckdb')}: "
    group = select.args.get("group")
    if group is not None and has_grouping_sets(group):
        return f"Shows {shown}, {group.sql('duckdb').strip()}."
    if keys:
        each = and_list([words.item(k) for k in keys])
        return f"For each {each}: {shown}." if shown else f"Lists each {each} once."
    if any(has_aggregate(e) for e in select.expressions):
        return f"Shows {shown}, in one row."
    if not sources(select):
        return f"Shows {shown}."
    return f"Lists {distinct}{shown}."


def _from(select: exp.Select, words: Phrases, catalog: Catalog) -> list[str]:
    lines: list[str] = []
    start = select.args.get("from_")
    if start is None:
        return lines
    text = f"Reads {words.source(start.this)}"
    joins = select.args.get("joins") or []
    for join in joins:
        text += f", {_join(join, words)}"
    lines.append(text + ".")
    for source in [start.this, *(join.this for join in joins)]:
        if isinstance(source, exp.Subquery):
            lines += [f"{source.alias or 'The inner query'} is made so:", *_indented(_query(source.this, catalog))]
    return lines


def _join(join: exp.Join, words: Phrases) -> str:
    source = words.source(join.this)
    on, using = join.args.get("on"), join.args.get("using")
    method = (join.args.get("method") or "").upper()
    if method == "POSITIONAL":
        return f"side by side with {source}, row by row"
    how = " on all columns of the same name" if method == "NATURAL" else ""
    if on is not None:
        how = f" on {words.link(on)}"
    elif using:
        how = f" on {and_list([u.name for u in using])}"
    kind = (join.args.get("kind") or "").upper()
    side = (join.side or "").upper()
    if kind == "CROSS" or (not how and not side):
        return f"combined with every row of {source}"
    if kind == "SEMI":
        return f"only where {source} has a row{how}"
    if kind == "ANTI":
        return f"only where {source} has no row{how}"
    kept = {
        "LEFT": "; kept also without one",
        "RIGHT": f"; every row of {source} is kept",
        "FULL": "; rows of both sides are kept also without a match",
    }.get(side, "")
    nearest = "the nearest row of " if method == "ASOF" else ""
    return f"joined with {nearest}{source}{how}{kept}"


def _order_and_limit(tree: exp.Expr, words: Phrases) -> list[str]:
    lines = []
    order = tree.args.get("order")
    if order is not None:
        lines.append(f"Sorted by {and_list([words.ordered(o) for o in order.expressions])}.")
    limit, offset = tree.args.get("limit"), tree.args.get("offset")
    skipped = f", after skipping {offset.expression.sql('duckdb')}" if offset is not None else ""
    sample = tree.args.get("sample")
    if sample is not None:
        lines.append(f"Takes a sample: {sample.sql('duckdb').strip()}.")
    if limit is not None:
        count = limit.expression.sql("duckdb") if limit.expression is not None else limit.sql("duckdb")
        options = limit.args.get("limit_options")
        if options is not None and options.args.get("percent"):
            rows = f"{count} % of the rows"
        else:
            rows = "row" if count == "1" else f"{count} rows"
        which = "first" if order is not None else "first found"
        lines.append(f"Gives the {which} {rows}{skipped}.")
    elif skipped:
        lines.append(f"Gives all rows{skipped}.")
    return lines


def _assumptions(tree: exp.Expr, catalog: Catalog, told: Told) -> list[str]:
    lines = [f"{value} is what the question names" for value in told.values if _uses(tree, value)]
    lines += list(told.notes)
    if told.today and (tree.find(*_TODAY) is not None or told.today in tree.sql("duckdb")):
        lines.append(f"today is {told.today}")
    elif tree.find(*_TODAY) is not None:
        lines.append("today is the day on which it runs")
    for select in tree.find_all(exp.Select):
        lines += _join_assumptions(select, catalog)
        lines += _cut_assumptions(select)
    return list(dict.fromkeys(lines))


def _uses(tree: exp.Expr, value: str) -> bool:
    literal = value.rpartition(" = ")[2]
    return literal in tree.sql("duckdb")


def _cut_assumptions(select: exp.Select) -> list[str]:
    limit, order = select.args.get("limit"), select.args.get("order")
    if limit is None or order is None or limit.expression is None:
        return []
    return ["of rows that tie for the last place, any may be given"]


def _join_assumptions(select: exp.Select, catalog: Catalog) -> list[str]:
    """Rows lost by inner joins, rows counted several times, and keys that nobody declared."""
    joins = select.args.get("joins") or []
    if not joins:
        return []
    inner = all(j.args.get("on") is not None and not j.side and not j.args.get("kind") for j in joins)
    shown = {c.table.casefold() for e in select.expressions if not has_aggregate(e) for c in e.find_all(exp.Column)}
    tables = _tables(select, catalog)
    lines: list[str] = []
    parents: dict[str, set[str]] = {}
    for child, parent, inferred, equal in _links(select, tables):
        parents.setdefault(child, set()).add(parent)
        if inner and parent in shown:
            lines.append(f"{parent} without {child} are left out")
        if inferred:
            lines.append(f"{equal.sql('duckdb')} is a key: its name says so and the data agree")
    lines += _repeated(select, tables, parents)
    return lines


def _tables(select: exp.Select, catalog: Catalog) -> dict[str, Table | None]:
    return {
        alias.casefold(): catalog.table(table_reference(source)) if isinstance(source, exp.Table) else None
        for alias, source in sources(select).items()
    }


def _links(select: exp.Select, tables: dict[str, Table | None]) -> Iterator[tuple[str, str, bool, exp.EQ]]:
    """Join conditions that follow a key: (child, parent, whether the key was inferred, the condition)."""
    for join in select.args.get("joins") or []:
        on = join.args.get("on")
        for equal in on.find_all(exp.EQ) if on is not None else ():
            found = _child_and_parent(equal, tables)
            if found is not None:
                yield (*found, equal)


def grain(select: exp.Select, catalog: Catalog) -> str | None:
    """The one table of a join that has a row for every joined row: the child at the end of every key."""
    tables = _tables(select, catalog)
    parents = {parent for _, parent, _, _ in _links(select, tables)}
    left = [alias for alias in tables if alias not in parents]
    return left[0] if len(left) == 1 and len(parents) == len(tables) - 1 else None


def _child_and_parent(equal: exp.EQ, tables: dict[str, Table | None]) -> tuple[str, str, bool] | None:
    left, right = equal.left, equal.right
    if not (isinstance(left, exp.Column) and isinstance(right, exp.Column)):
        return None
    for child, parent in ((left, right), (right, left)):
        owner, target = tables.get(child.table.casefold()), tables.get(parent.table.casefold())
        if owner is None or target is None:
            continue
        for key in owner.foreign_keys:
            names = [name.casefold() for name in key.columns]
            goals = [name.casefold() for name in key.target_columns]
            if key.target == target.reference and (child.name.casefold(), parent.name.casefold()) in zip(
                names, goals, strict=False
            ):
                return child.table.casefold(), parent.table.casefold(), key.inferred
    return None


def _repeated(select: exp.Select, tables: dict[str, Table | None], parents: dict[str, set[str]]) -> list[str]:
    """Sums over a table whose rows a join repeats."""
    repeated = {parent: child for child, found in parents.items() for parent in found}
    lines = []
    for aggregate in select.find_all(exp.Sum, exp.Avg, exp.Count):
        if aggregate.find_ancestor(exp.Select) is not select or isinstance(aggregate.this, exp.Distinct):
            continue
        columns = [c for c in aggregate.find_all(exp.Column)]
        owners = {_owner(c, tables) for c in columns}
        if len(owners) == 1 and (owner := owners.pop()) in repeated:
            lines.append(
                f"in {aggregate.sql('duckdb')} each row of {owner} counts once for every row of {repeated[owner]} "
                "that it is joined with"
            )
    return lines


def _owner(column: exp.Column, tables: dict[str, Table | None]) -> str | None:
    if column.table:
        return column.table.casefold()
    owners = [alias for alias, table in tables.items() if table is not None and table.column(column.name)]
    return owners[0] if len(owners) == 1 else None
