"""What a query leaves out though the question does not say so, and conditions that no row can meet.

Each of these repairs was tried on thousands of right queries, which it has to leave alone.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.coverage import coverage, stem, stems_in_order
from llmsql.asking.scopes import (
    Scope,
    add_condition,
    conditions,
    conjuncts,
    identifier,
    lone_select,
    own_nodes,
    set_conditions,
    sources,
    table_reference,
)
from llmsql.catalog import Catalog

# Whatever may say that something is left out, in any of the ways that people have of saying it.
_LEFT_OUT = re.compile(
    r"\b(?:no|not|none|never|non|nor|neither|nobody|nothing|nowhere|cannot|without|w/o|except\w*|exclud\w*|besides|but|only"
    r"|just|other|otherwise|else|rather|instead|apart|aside|outside|beyond|minus|miss\w*|lack\w*|zero|0|absent|absence"
    r"|fail\w*|skip\w*|spared?|free|fell|able|lost|lose|losing|stop\w*|churn\w*|lapsed?|drop\w*|gone|left|leav\w*|remain\w*"
    r"|rest|empty|idle|alone|sole\w*|single|exactly|yet|still|all|every|always|entire\w*|new|first|differ\w*|versus|vs"
    r"|compar\w*|weekdays?|weekends?|un\w+|in(?:active|valid|complete)\w*|\w+less|\w*n[\'’]?t[\'’]?|avoid\w*|ignor\w*|"
    r"open|outstanding|pending|overdue|due|disappear\w*|vanish\w*|quit|quiet|silent|dormant|dead|ghosts?|can|could|should|must)\b",
    re.IGNORECASE,
)


_MISSING = re.compile(r"\b(?:null|empty|missing|unknown|blank|without|no|not|lack\w*)\b", re.IGNORECASE)
_LEAVING_OUT = (
    r"\b(?:ignor(?:ing|e)|exclud(?:ing|e)|leav(?:ing|e) out|omit(?:ting)?|skip(?:ping)?|not counting|except(?: for)?"
    r"|other than|apart from)"
)
_ARE_OUT = (
    r"(?:are |were |is |to be )?"
    r"(?:left out|excluded|ignored|omitted|not counted|aside|do(?:es)?(?: not|n['’]t) count)\b(?! (?:of|from|by|in)\b)"
)
_WHO_NOT = re.compile(
    r"\b(?P<noun>[a-z]+) (?:who|that|which)?(?: have| has| had| were| are| was| is| did| do| does)?"
    r"(?: ?n['’]?t| not| never)\b",
    re.IGNORECASE,
)


def drop_negation(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``NOT x IN (SELECT …)`` where nothing in the question leaves anything out: "customers with orders".

    A word that the query does not take up may be what leaves out, as in "available rooms" or "vegetarian dishes", and
    those with all orders over 50 are not among those with one of 50 or less.
    """
    negations = [n for n in tree.find_all(exp.Not) if isinstance(n.this, exp.In) and n.this.args.get("query")]
    if len(negations) != 1 or _LEFT_OUT.search(question) or coverage(question, tree.sql("duckdb"), catalog, []) < 1:
        return []
    if negations[0].this.find(exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NEQ, exp.Is, exp.Not):
        return []
    negations[0].replace(negations[0].this.copy())
    return ["kept what the query left out, for nothing in the question says so"]


def drop_missing(tree: exp.Expr, question: str) -> list[str]:
    """``gpa IS NULL`` in a query for the lowest ``gpa``: what is ordered by or summed up is not missing."""
    notes = []
    for where in list(tree.find_all(exp.Where)):
        select = where.parent
        if not isinstance(select, exp.Select):
            continue
        order = select.args.get("order")
        measured = [
            *(order.expressions if order is not None else []),
            *(node for node in own_nodes(select) if isinstance(node, (exp.Sum, exp.Avg, exp.Min, exp.Max))),
        ]
        used = {column.name.casefold() for part in measured for column in part.find_all(exp.Column)}
        wanted = conditions(select)
        gone = [
            c
            for c in wanted
            if isinstance(c, exp.Is) and isinstance(c.expression, exp.Null) and c.this.name.casefold() in used
        ]
        if gone and not _MISSING.search(question):
            set_conditions(select, [c for c in wanted if c not in gone])
            notes += [f"left out {c.sql('duckdb')}: it is what is measured" for c in gone]
    return notes


def drop_contradictions(tree: exp.Expr) -> list[str]:
    """Conditions among others that no row meets: ``x > x``, or ``x NOT IN (SELECT x FROM t)`` of t itself."""
    notes = []
    for where in list(tree.find_all(exp.Where)):
        conditions = conjuncts(where.this)
        kept = [c for c in conditions if not _is_never_so(c, where.parent)]
        if 0 < len(kept) < len(conditions):
            notes += [f"left out {c.sql('duckdb')}, which is never so" for c in conditions if c not in kept]
            where.set("this", exp.and_(*kept, copy=False))
    return notes


def _is_never_so(condition: exp.Expr, select: exp.Expr | None) -> bool:
    if isinstance(condition, (exp.GT, exp.LT, exp.NEQ)):
        left, right = (side.sql("duckdb").casefold() for side in (condition.this, condition.expression))
        return isinstance(condition.this, exp.Column) and left == right
    lookup = condition.this if isinstance(condition, exp.Not) else None
    query = lookup.args.get("query") if isinstance(lookup, exp.In) else None
    if not isinstance(query, exp.Subquery) or not isinstance(select, exp.Select) or lookup is None:
        return False
    return _is_whole_column(query.this, lookup.this, select)


def _is_whole_column(inner: exp.Expr, column: exp.Expr, outer: exp.Select) -> bool:
    """Whether a query is all of a column of the one table that the outer query reads too."""
    if not isinstance(inner, exp.Select) or set(k for k, v in inner.args.items() if v) - {"expressions", "from_"}:
        return False
    tables = [select.args["from_"].this for select in (inner, outer) if select.args.get("from_")]
    if len(tables) != 2 or outer.args.get("joins") or not all(isinstance(t, exp.Table) for t in tables):
        return False
    [shown, *more] = [e.unalias() for e in inner.expressions]
    return (
        not more
        and isinstance(shown, exp.Column)
        and isinstance(column, exp.Column)
        and column.table.casefold() in ("", tables[1].alias_or_name.casefold())
        and shown.name.casefold() == column.name.casefold()
        and table_reference(tables[0]).casefold() == table_reference(tables[1]).casefold()
    )


def skip_null_keys(tree: exp.Expr, catalog: Catalog) -> None:
    """``NOT IN (SELECT customer_id FROM orders)`` finds nobody as soon as one order has no customer: others only."""
    for lookup in list(tree.find_all(exp.In)):
        query = lookup.args.get("query")
        inner = query.this if isinstance(query, exp.Subquery) else None
        if not isinstance(lookup.parent, exp.Not) or not isinstance(inner, exp.Select) or len(inner.expressions) != 1:
            continue
        shown = inner.expressions[0].unalias()
        table = Scope.of(inner, catalog).table_of(shown) if isinstance(shown, exp.Column) else None
        if table is None or inner.args.get("limit") or inner.find(exp.Is):
            continue
        if table.column(shown.name) is not None and shown.name.casefold() not in map(str.casefold, table.primary_key):
            add_condition(inner, exp.Not(this=exp.Is(this=shown.copy(), expression=exp.Null())))


def leave_out_values(tree: exp.Expr, question: str) -> list[str]:
    """``status NOT IN ('cancelled', 'refunded')`` for "cancelled and refunded orders left out"."""
    notes = []
    select = lone_select(tree)
    where = select.args.get("where") if select is not None else None
    if where is not None and not where.find(exp.Not, exp.NEQ):
        for condition in conjuncts(where.this):
            if not isinstance(condition, exp.In | exp.EQ) or not isinstance(condition.this, exp.Column):
                continue
            kept = condition.expressions if isinstance(condition, exp.In) else [condition.expression]
            texts = [value.this for value in kept if isinstance(value, exp.Literal) and value.is_string]
            if not texts or len(texts) != len(kept):
                continue
            listed = r"(?:,? (?:and |or |nor )?|, ?)".join(rf"{re.escape(text)}(?:e?s)?" for text in texts)
            said = rf"{_LEAVING_OUT} (?:(?:the|all|any|those|with) ){{0,2}}{listed}\b"
            said += rf"|\bleav(?:ing|e) (?:(?:the|all|any) )?{listed}(?: \w+)? out\b"
            said += rf"|[,(] ?(?:\w+ )?{listed}(?: \w+)? {_ARE_OUT}"
            if not re.search(said, question, re.IGNORECASE):
                continue
            notes.append(f"left out {condition.sql('duckdb')}")
            opposite = exp.NEQ(**condition.args) if isinstance(condition, exp.EQ) else exp.Not(this=condition.copy())
            condition.replace(opposite)
    return notes


def leave_out_owners(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Customers who did not buy lamps are those with no row for lamps, not those with a row for something else.

    Done where the question says it of the table that is shown, and a condition ``<>`` is on another one of which each
    may have many rows.
    """
    select = lone_select(tree)
    where = select.args.get("where") if select is not None else None
    start = select.args.get("from_") if select is not None else None
    if select is None or where is None or start is None or not select.args.get("joins") or select.find(exp.AggFunc):
        return []
    scope = Scope.of(select, catalog)
    conditions = conjuncts(where.this)
    negated = [c for c in conditions if isinstance(c, exp.NEQ) and isinstance(c.expression, exp.Literal)]
    shown = {scope.owner(column) for e in select.expressions for column in e.find_all(exp.Column)}
    if len(negated) != 1 or not scope.is_known or len(shown) != 1 or not isinstance(negated[0].this, exp.Column):
        return []
    [owner] = shown
    table = scope.tables.get(owner) if owner is not None else None
    if table is None or owner is None or len(table.primary_key) != 1 or scope.owner(negated[0].this) in (owner, None):
        return []
    rest = [c for c in conditions if c is not negated[0]]
    order = select.args.get("order")
    elsewhere = [*rest, *(order.expressions if order is not None else [])]
    if any(scope.owner(column) != owner for part in elsewhere for column in part.find_all(exp.Column)):
        return []
    noun = stems_in_order(table.name)[-1]
    if not any(stem(said["noun"].casefold()) == noun for said in _WHO_NOT.finditer(question)):
        return []
    key = exp.column(identifier(table.primary_key[0]), table=identifier(owner))
    linked = [c for join in select.args["joins"] for c in (join.args.get("on") or join).find_all(exp.Column)]
    if not any(scope.owner(c) == owner and c.name.casefold() == key.name.casefold() for c in linked):
        return []  # each has one row of the other table
    inner = exp.Select(expressions=[key.copy()], from_=start.copy(), joins=[j.copy() for j in select.args["joins"]])
    inner.set("where", exp.Where(this=exp.EQ(this=negated[0].this.copy(), expression=negated[0].expression.copy())))
    own = next(source for alias, source in sources(select).items() if alias.casefold() == owner)
    select.set("from_", exp.From(this=own.copy()))
    select.set("joins", None)
    lookup = exp.Not(this=exp.In(this=key, query=exp.Subquery(this=inner)))
    select.set("where", exp.Where(this=exp.and_(*(c.copy() for c in rest), lookup)))
    return [f"left out all with {negated[0].this.sql('duckdb')} = {negated[0].expression.sql('duckdb')}"]
