"""Rewrites the last query of a session as a follow-up asks: "and by month?", "only Germany", "as a share", "top 10".

A follow-up is read as a list of steps, and every word of it must belong to one; each step changes the tree of the last
query in one way. Where a word is left over, or a step has more than one reading, nothing is rewritten here and a model
is asked, with the last question and its SQL before it.

============================  ==========================================================================
top 10, first 3, all of them  the limit
sort by x descending          the order; "highest first", "reverse the order" too
by month, per region          the grouping: added to after "and"/"also"/"split", else put in the last one's place
in 2023, for March 2024       the period: in place of the last one on the same column, else added
only Germany, without Berlin  a condition on the column that stores the value
above 100, at least 5         a condition on the one figure shown
as a share, in percent        the one figure over its sum
average instead               the one aggregate
how many                      the number of rows
============================  ==========================================================================
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking import followup_words as words
from llmsql.asking.calendar_words import MONTH_NUMBERS
from llmsql.asking.explain import grain, group_keys, has_aggregate
from llmsql.asking.joins import fold as fold_reference
from llmsql.asking.link import link_values
from llmsql.asking.question_form import singular
from llmsql.asking.rebind import Change, period_bounds
from llmsql.asking.scopes import Scope, identifier, sources
from llmsql.asking.settle import Knowledge
from llmsql.asking.sql_text import sql_text
from llmsql.asking.values import fold
from llmsql.catalog import Column, Table
from llmsql.errors import SQLRejectedError

_NAMES = ("name", "title", "label", "description")
_AGGREGATES: dict[str, type[exp.AggFunc]] = {
    "average": exp.Avg, "mean": exp.Avg, "avg": exp.Avg, "total": exp.Sum, "sum": exp.Sum, "maximum": exp.Max,
    "max": exp.Max, "minimum": exp.Min, "min": exp.Min, "median": exp.Median,
}  # fmt: skip


class NotUnderstood(Exception):
    """No rewrite is certain; a model may know what is meant."""


@dataclass
class _State:
    """The query as rewritten so far."""

    tree: exp.Select
    knowledge: Knowledge
    leans: bool  # it begins with words that no question of its own begins with
    adds: bool
    replaces: bool
    negated: bool = False  # the last value was to be left out
    named: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # values to keep, by table and column
    notes: list[str] = field(default_factory=list)


def rewrite_sql(sql: str, follow_up: str, knowledge: Knowledge) -> tuple[str, tuple[str, ...]] | None:
    """The last query as a follow-up wants it, or None where that is not certain.

    Args:
        sql: the last query.
        follow_up: as typed.
        knowledge: of the database.

    Returns:
        The SQL, which may still lack joins to tables that a new column needs, and what was changed, in plain words.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (SqlglotError, RecursionError):
        return None
    if not isinstance(tree, exp.Select) or tree.args.get("with_") is not None:
        return None
    text = " ".join(fold(follow_up).strip(" ?.!").split())
    adds = bool(re.match(r"(?:and|also|plus)\b|.*\b(?:as well|too|also)\b|.*\b(?:split|break|broken)\b", text))
    replaces = bool(re.search(r"\binstead\b|\bwhat about\b|\bhow about\b|\bnow\b", text))
    text = re.sub(r"\b(?:instead|please|as well|too|again|now)\b", " ", text)
    text = " ".join(text.split())
    lead = words.LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    state = _State(tree, knowledge, bool(lead) or replaces, adds, replaces)
    done = False
    try:
        while rest:
            rest = _step(state, rest, follow_up)
            rest = re.sub(r"^(?:,|and\b|but\b|then\b|also\b)\s*", "", rest.strip(" ,"))
            done = True
    except (NotUnderstood, SQLRejectedError):
        return None
    return (sql_text(state.tree), tuple(state.notes)) if done else None


def is_follow_up(question: str) -> bool:
    """Whether a question leans on the one before it by its first words, or by speaking of "that" and "them".

    Args:
        question: as typed.
    """
    text = " ".join(fold(question).split())
    if re.match(
        r"(?:and|but|also|only|just|without|except|excluding|instead|what about|how about|same|the same|as an?|in "
        r"percent|sort|order by|sorted|top \S+ instead|now|then|by|per|reverse|undo|go back)\b",
        text,
    ):
        return True
    return bool(re.search(r"\b(?:instead|that|those|them|these|it|the same)\b", text)) and len(text.split()) <= 10


def _step(state: _State, text: str, original: str) -> str:
    for pattern, apply in _STEPS:
        match = pattern.match(text)
        if match:
            apply(state, match)
            return text[match.end() :]
    return _values_step(state, text, original)


def _limit(state: _State, match: re.Match[str]) -> None:
    number = match.group("n").replace(",", "")
    count = words.NUMBERS.get(number) or int(number)
    direction = match.groupdict().get("which") or ""
    if state.tree.args.get("order") is None and not direction.startswith("first"):
        figure = _figure(state)
        state.tree.order_by(_ordered(state, figure, desc=direction not in ("bottom", "lowest")), copy=False)
    elif direction in ("bottom", "lowest"):
        raise NotUnderstood
    state.tree.limit(count, copy=False)
    state.notes.append(f"the first {count}")


def _no_limit(state: _State, _: re.Match[str]) -> None:
    state.tree.set("limit", None)
    state.notes.append("all rows")


def _reverse(state: _State, _: re.Match[str]) -> None:
    order = state.tree.args.get("order")
    if order is None:
        raise NotUnderstood
    for key in order.expressions:
        key.set("desc", not key.args.get("desc"))
        key.set("nulls_first", None)
    state.notes.append("the other way round")


def _direction(state: _State, match: re.Match[str]) -> None:
    down = match.group(0).startswith(("highest", "largest", "biggest", "in desc", "desc", "most", "latest", "newest"))
    order = state.tree.args.get("order")
    if order is None:
        state.tree.order_by(_ordered(state, _figure(state), desc=down), copy=False)
    elif len(order.expressions) == 1:
        order.expressions[0].set("desc", down)
        order.expressions[0].set("nulls_first", None)
    else:
        raise NotUnderstood
    state.notes.append("sorted, highest first" if down else "sorted, lowest first")


def _sort(state: _State, match: re.Match[str]) -> None:
    named = match.group("what").strip()
    down = bool(match.group("down"))
    output = _output_called(state, named)
    if output is None:
        raise NotUnderstood
    if not match.group("down") and not match.group("up"):
        # An amount is sorted to see the largest, a name to find it.
        down = has_aggregate(output.unalias())
    state.tree.set("order", None)
    state.tree.order_by(_ordered(state, output, desc=down), copy=False)
    state.notes.append(f"sorted by {_label(output)}, {'highest' if down else 'lowest'} first")


def _ordered(state: _State, output: exp.Expr, *, desc: bool) -> exp.Ordered:
    key = exp.column(output.alias) if output.alias else output.copy()
    return exp.Ordered(this=key, desc=desc or None)


def _output_called(state: _State, named: str) -> exp.Expr | None:
    wanted = _name_words(named)
    found = [e for e in state.tree.expressions if _name_words(_label(e)) == wanted]
    if not found:
        found = [e for e in state.tree.expressions if wanted and wanted <= _name_words(e.sql("duckdb"))]
    return found[0] if len(found) == 1 else None


def _label(output: exp.Expr) -> str:
    return output.alias_or_name or output.sql("duckdb")


def _name_words(name: str) -> set[str]:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return {singular(word) for word in re.findall(r"[a-z0-9]+", fold(split))}


def _figure(state: _State) -> exp.Expr:
    """The one aggregate that the query shows."""
    found = [e for e in state.tree.expressions if has_aggregate(e.unalias())]
    if len(found) != 1:
        raise NotUnderstood
    figure: exp.Expr = found[0]
    return figure


def _group(state: _State, match: re.Match[str]) -> None:
    named = match.group("what").strip()
    figure = _figure(state)
    unit = words.UNIT_FORMS.get(named, singular(named))
    key = _time_key(state, unit) if unit in words.UNITS else _column_key(state, named)
    keys = [k for k in group_keys(state.tree) if k in state.tree.expressions]
    kept = [] if state.replaces or not (state.adds or match.group(0).startswith(("split", "break"))) else keys
    if unit in words.UNITS:  # one grain of time at a time
        kept = [k for k in kept if not isinstance(k.unalias(), (exp.DateTrunc, exp.TimestampTrunc, exp.Year))]
    same = [k for k in keys if k.unalias().sql("duckdb") == key.unalias().sql("duckdb")]
    if same and (kept or len(keys) == 1):
        raise NotUnderstood  # it is grouped so already
    others = [e for e in state.tree.expressions if e is not figure and e not in keys]
    if others:
        raise NotUnderstood  # a figure of the old groups
    state.tree.set("expressions", [*kept, key, figure])
    state.tree.set("group", exp.Group(all=True))
    state.tree.set("limit", None)
    _drop_stale_order(state)
    if unit in words.UNITS and state.tree.args.get("order") is None:
        state.tree.order_by(exp.Ordered(this=exp.column(key.alias), desc=None), copy=False)
    gone = f" in place of {', '.join(_label(k) for k in keys if k not in kept)}" if len(kept) < len(keys) else ""
    state.notes.append(f"grouped by {_label(key)}{gone}")


def _drop_stale_order(state: _State) -> None:
    """Forget an order by something that is not shown any more."""
    order = state.tree.args.get("order")
    if order is None:
        return
    shown = {e.alias.casefold() for e in state.tree.expressions if e.alias}
    shown |= {e.unalias().sql("duckdb").casefold() for e in state.tree.expressions}
    for key in order.expressions:
        inner = key.this
        if isinstance(inner, exp.Literal) or (inner.sql("duckdb").casefold() not in shown and not has_aggregate(inner)):
            state.tree.set("order", None)
            return


def _time_key(state: _State, unit: str) -> exp.Expr:
    column = _date_column(state)
    truncated = sqlglot.parse_one(f"SELECT date_trunc('{unit}', {column.sql('duckdb')})", read="duckdb").expressions[0]
    return exp.alias_(truncated, unit)


def _date_column(state: _State) -> exp.Column:
    """The date that the query is about: the one it filters or groups by, else the only one of its tables."""
    scope = Scope.of(state.tree, state.knowledge.catalog)
    used = [c for c in state.tree.find_all(exp.Column) if _is_date(scope.stored(c))]
    texts = {c.sql("duckdb").casefold() for c in used}
    if len(texts) == 1:
        return used[0].copy()
    if used or not scope.is_known:
        raise NotUnderstood
    found = [(alias, c) for alias, t in scope.tables.items() if t is not None for c in t.columns if _is_date(c)]
    if len(found) > 1:
        found = _dates_of(_counted(state, scope), found, scope)
    if len(found) != 1:
        raise NotUnderstood
    return _qualified(state, *found[0])


def _dates_of(counted: str | None, found: list[tuple[str, Column]], scope: Scope) -> list[tuple[str, Column]]:
    """The dates of the table that is counted, else of the one table with dates that it points at.

    Of several the one that is called like its table: ``order_date`` of ``orders``, not ``ship_date``.
    """
    mine = [(alias, c) for alias, c in found if alias == counted]
    table = scope.tables.get(counted or "")
    if not mine and table is not None:
        targets = {key.target for key in table.foreign_keys}
        mine = [(a, c) for a, c in found if (t := scope.tables[a]) is not None and t.reference in targets]
    if len({alias for alias, _ in mine}) == 1 and len(mine) > 1:
        mine = [(a, c) for a, c in mine if (t := scope.tables[a]) and _name_words(t.name) & _name_words(c.name)]
    return mine


def _counted(state: _State, scope: Scope) -> str | None:
    """The one table whose rows the figure counts or sums."""
    inner = _figure(state).unalias()
    owners = set()
    for column in inner.find_all(exp.Column):
        owners.add(scope.owner(column) or "")
    return owners.pop() if len(owners) == 1 else grain(state.tree, state.knowledge.catalog) if not owners else None


def _qualified(state: _State, alias: str, column: Column) -> exp.Column:
    name = identifier(column.name)
    found = sources(state.tree)
    if len(found) == 1:
        return exp.Column(this=name)
    spelled = next(a for a in found if a.casefold() == alias.casefold())
    return exp.Column(this=name, table=identifier(spelled))


def _is_date(column: Column | None) -> bool:
    return column is not None and column.type.startswith(("DATE", "TIMESTAMP"))


def _column_key(state: _State, named: str) -> exp.Expr:
    """The column that words name: of a table of FROM, else of the one nearest table; a table's name means its label."""
    wanted = _name_words(named)
    scope = Scope.of(state.tree, state.knowledge.catalog)
    here = {t.reference for t in scope.tables.values() if t is not None}
    found = [(t, c) for t in state.knowledge.catalog for c in _columns_called(t, wanted)]
    near = [(t, c) for t, c in found if t.reference in here] or found
    if len(near) > 1:
        near = _nearest(state, near, here)
    if len(near) != 1:
        raise NotUnderstood
    table, column = near[0]
    alias = next((a for a, t in scope.tables.items() if t is not None and t.reference == table.reference), None)
    if alias is not None:
        return _qualified(state, alias, column)
    # Not joined yet: settling joins the table along the keys.
    return exp.Column(
        this=identifier(column.name),
        table=identifier(table.name),
    )


def _columns_called(table: Table, wanted: set[str]) -> list[Column]:
    keys = {*table.primary_key, *(name for fk in table.foreign_keys for name in fk.columns)}
    exact = [c for c in table.columns if _name_words(c.name) == wanted and c.name not in keys]
    if exact:
        return exact
    if _name_words(table.name) != wanted:
        return []
    texts = [c for c in table.columns if c.type == "VARCHAR"]
    labels = [c for c in texts if any(_name_words(c.name) & {name} for name in _NAMES)] or texts[:1]
    return labels[:1]


def _nearest(state: _State, found: list[tuple[Table, Column]], here: set[str]) -> list[tuple[Table, Column]]:
    starts = [fold_reference(reference) for reference in here]
    far: list[tuple[int, tuple[Table, Column]]] = []
    for table, column in found:
        try:
            far.append((len(state.knowledge.graph.path(starts, fold_reference(table.reference))), (table, column)))
        except SQLRejectedError:
            continue
    least = min((n for n, _ in far), default=0)
    return [pair for n, pair in far if n == least]


def _period(state: _State, match: re.Match[str]) -> None:
    year = int(match.group("year"))
    kind, value = "year", (year,)
    if match.group("q"):
        named = {"first": 1, "second": 2, "third": 3, "fourth": 4}
        first = match.group("q").split()[0]
        kind, value = "quarter", (year, named.get(first) or int(first[1]))  # type: ignore[assignment]
    elif match.group("month"):
        kind, value = "month", (year, MONTH_NUMBERS[match.group("month")[:3]])  # type: ignore[assignment]
    said = Change(kind, value, value).said(value)
    column = _date_column(state)
    where = state.tree.args.get("where")
    kept = []
    for condition in _conditions(where):
        about = {c.sql("duckdb").casefold() for c in condition.find_all(exp.Column)}
        if column.sql("duckdb").casefold() not in about:
            kept.append(condition)
        elif len(about) > 1:
            raise NotUnderstood
    start, end = period_bounds(kind, value)
    kept += [_compared(exp.GTE, column, start), _compared(exp.LT, column, end)]
    state.tree.set("where", exp.Where(this=exp.and_(*kept)))
    state.notes.append(f"{column.name} in {said}")


def _compared(kind: type[exp.Binary], column: exp.Column, day: datetime.date) -> exp.Expr:
    return kind(this=column.copy(), expression=exp.cast(exp.Literal.string(day.isoformat()), "DATE", dialect="duckdb"))


def _conditions(where: exp.Expr | None) -> list[exp.Expr]:
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _threshold(state: _State, match: re.Match[str]) -> None:
    kinds = {
        "more than": exp.GT, "over": exp.GT, "above": exp.GT, "greater than": exp.GT, ">": exp.GT, "at least": exp.GTE,
        ">=": exp.GTE, "less than": exp.LT, "under": exp.LT, "below": exp.LT, "fewer than": exp.LT, "<": exp.LT,
        "at most": exp.LTE, "<=": exp.LTE,
    }  # fmt: skip
    figure = _figure(state)
    if not group_keys(state.tree):
        raise NotUnderstood
    number = match.group("n").replace(",", "")
    kind = kinds[match.group("sign")]
    condition = kind(
        this=figure.unalias().copy(), expression=exp.Literal.number(str(words.NUMBERS.get(number, number)))
    )
    having = state.tree.args.get("having")
    state.tree.set("having", exp.Having(this=exp.and_(having.this, condition) if having is not None else condition))
    state.notes.append(f"only groups with {_label(figure)} {match.group('sign')} {number}")


def _share(state: _State, match: re.Match[str]) -> None:
    figure = _figure(state)
    if not group_keys(state.tree) or state.tree.args.get("having") is not None:
        raise NotUnderstood
    inner = figure.unalias()
    if not isinstance(inner, (exp.Sum, exp.Count)):
        raise NotUnderstood
    percent = "percent" in match.group(0) or "%" in match.group(0)
    over = f"{inner.sql('duckdb')} / sum({inner.sql('duckdb')}) OVER ()"
    text = f"100.0 * {over}" if percent else f"1.0 * {over}"
    share = sqlglot.parse_one(f"SELECT {text}", read="duckdb").expressions[0]
    name = f"{figure.alias}_{'percent' if percent else 'share'}" if figure.alias else "percent" if percent else "share"
    new = exp.alias_(share, name)
    order = state.tree.args.get("order")
    for key in order.expressions if order is not None else []:
        if figure.alias and key.this.sql("duckdb").casefold() == figure.alias.casefold():
            key.set("this", exp.column(name))
    figure.replace(new)
    state.notes.append(f"{_label(figure)} as a share of the whole")


def _aggregate(state: _State, match: re.Match[str]) -> None:
    figure = _figure(state)
    inner = figure.unalias()
    if not isinstance(inner, (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median)) or isinstance(inner.this, exp.Distinct):
        raise NotUnderstood
    word = match.group("kind")
    new: exp.Expr = _AGGREGATES[word](this=inner.this.copy())
    order = state.tree.args.get("order")
    old, name = figure.alias, f"{word}_{figure.alias}" if figure.alias else ""
    for key in order.expressions if order is not None else []:
        if old and key.this.sql("duckdb").casefold() == old.casefold():
            key.set("this", exp.column(name))
        elif key.this.sql("duckdb") == inner.sql("duckdb"):
            key.set("this", new.copy())
    figure.replace(exp.alias_(new, name) if name else new)
    state.notes.append(f"the {word} of {inner.this.sql('duckdb')}")


def _count_rows(state: _State, _: re.Match[str]) -> None:
    if not group_keys(state.tree) and any(has_aggregate(e) for e in state.tree.expressions):
        raise NotUnderstood  # one row: a figure, not a list
    inner = state.tree.copy()
    if inner.args.get("limit") is None:
        inner.set("order", None)
    state.tree = exp.select(exp.alias_(exp.Count(this=exp.Star()), "rows")).from_(inner.subquery("answer"))
    state.notes.append("the number of rows")


_HOW = re.compile(
    r"(?P<how>(?:only(?: for| in| from)?|just(?: for)?|without|with|for|in|from|of|except(?: for)?|excluding|exclude|"
    r"but not|not|no)\b)?\s*(?:the |any )?(?P<what>[^,]+)\Z"
)


def _values_step(state: _State, text: str, original: str) -> str:
    """``only Germany``, ``without Berlin``, ``for Enterprise customers``: a stored value, and nothing else."""
    cuts = [len(text), *(m.start() for m in re.finditer(r",| and\b| but\b| in (?:19|20)", text))]
    for cut in sorted(cuts, reverse=True):
        match = _HOW.match(text[:cut].strip())
        if match is None:
            continue
        found = _value_place(state, match.group("what").strip(), original, bool(match.group("how")))
        if found is not None:
            if how := match.group("how"):  # "without Germany and France" is without both
                state.negated = how.startswith(("without", "except", "exclud", "but not", "not", "no"))
            _filter(state, *found)
            return text[cut:]
    raise NotUnderstood


def _value_place(state: _State, what: str, original: str, says_how: bool) -> tuple[Table, Column, str] | None:
    """The one column that stores what words name: one that is filtered by already, else of FROM, else any."""
    start = fold(original).find(what)
    spelled = original[start : start + len(what)] if start >= 0 and len(fold(original)) == len(original) else what
    catalog, index = state.knowledge.catalog, state.knowledge.values
    values = link_values(index, catalog, spelled) or link_values(index, catalog, f'"{spelled}"')
    names = {v.value for v in values}
    if len(names) != 1:
        return None
    [name] = names
    if not says_how and not state.leans and len(what.split()) > len(name.split()):
        return None  # "paid orders" is a question of its own
    if not _is_all(what, name, values[0].table, values[0].column):
        return None
    here = {t.reference for t in Scope.of(state.tree, catalog).tables.values() if t is not None}
    places = [(v.table, v.column) for v in values]
    near = [p for p in places if _is_filtered(state, *p)] or [p for p in places if p[0] in here] or places
    table = catalog.table(near[0][0]) if len(near) == 1 else None
    column = table.column(near[0][1]) if table is not None else None
    return (table, column, name) if table is not None and column is not None else None


def _is_all(wanted: str, value: str, table: str, column: str) -> bool:
    """Whether words are the value, perhaps with the name of its table or column behind it, and nothing else."""
    left = [w for w in re.findall(r"\w+", wanted) if w not in re.findall(r"\w+", fold(value))]
    others = {singular(w) for w in left} - {singular(w) for w in re.findall(r"\w+", fold(value))}
    return others <= (_name_words(table) | _name_words(column))


def _is_filtered(state: _State, reference: str, column: str) -> bool:
    scope = Scope.of(state.tree, state.knowledge.catalog)
    for condition in _conditions(state.tree.args.get("where")):
        for found in condition.find_all(exp.Column):
            owners = [found.table.casefold()] if found.table else scope.owners(found.name)
            table = scope.tables.get(owners[0]) if len(owners) == 1 else None
            if table is not None and table.reference == reference and found.name.casefold() == column.casefold():
                return True
    return False


def _filter(state: _State, table: Table, column: Column, value: str) -> None:
    """Keep to a value, in place of those that the column was kept to before, or beside one that was just named."""
    scope = Scope.of(state.tree, state.knowledge.catalog)
    aliases = [a for a, t in scope.tables.items() if t is not None and t.reference == table.reference]
    if len(aliases) > 1:
        raise NotUnderstood
    if aliases:
        subject = _qualified(state, aliases[0], column)
    else:
        subject = exp.Column(
            this=identifier(column.name),
            table=identifier(table.name),
        )
    kept = _conditions(state.tree.args.get("where"))
    if state.negated:
        kept.append(exp.NEQ(this=subject, expression=exp.Literal.string(value)))
    else:
        values = state.named.setdefault((table.reference, column.name), [])
        values.append(value)
        alias = aliases[0] if aliases else table.name.casefold()
        kept = [c for c in kept if not _is_choice(c, scope, alias, column)]
        literals = [exp.Literal.string(v) for v in values]
        one = exp.EQ(this=subject, expression=literals[0])
        kept.append(one if len(literals) == 1 else exp.In(this=subject, expressions=literals))
    state.tree.set("where", exp.Where(this=exp.and_(*kept)))
    state.notes.append(f"{table.name}.{column.name} {'is not' if state.negated else 'is'} '{value}'")


def _is_choice(condition: exp.Expr, scope: Scope, alias: str, column: Column) -> bool:
    """Whether a condition says which values a column may have, and nothing else."""
    if isinstance(condition, exp.Paren):
        return _is_choice(condition.this, scope, alias, column)
    if isinstance(condition, exp.Or):
        return all(_is_choice(part, scope, alias, column) for part in condition.flatten())
    found = list(condition.find_all(exp.Column))
    return (
        isinstance(condition, (exp.EQ, exp.In))
        and condition.find(exp.Query) is None
        and bool(found)
        and all(c.name.casefold() == column.name.casefold() and scope.owner(c) == alias for c in found)
    )


_STEPS: tuple[tuple[re.Pattern[str], Callable[[_State, re.Match[str]], None]], ...] = (
    (words.LIMIT, _limit),
    (words.NO_LIMIT, _no_limit),
    (words.REVERSE, _reverse),
    (words.DIRECTION, _direction),
    (words.SORT, _sort),
    (words.GROUP, _group),
    (words.GRAIN, _group),
    (words.PERIOD, _period),
    (words.THRESHOLD, _threshold),
    (words.SHARE, _share),
    (words.AGGREGATE, _aggregate),
    (words.COUNT_ROWS, _count_rows),
)
