"""Repairs that the words of the question decide: what it asks for and its SQL does otherwise, beyond doubt.

Each of these was tried on thousands of right queries, which it has to leave alone; ``tests/asking/test_intent.py`` has
the cases. All leave a note.
"""

from __future__ import annotations

import re

from sqlglot import exp

from llmsql.asking.blanks import leave_out_blanks, read_flags
from llmsql.asking.both import want_both
from llmsql.asking.comparisons import turn_comparison
from llmsql.asking.counts import (
    count_at_least,
    count_members,
    count_most,
    count_owners,
    share_of_all,
    sum_stored_counts,
)
from llmsql.asking.coverage import name_stems, stem
from llmsql.asking.date_parts import number_parts
from llmsql.asking.directions import direct_order, order_ties
from llmsql.asking.durations import between_moments, measure_durations
from llmsql.asking.echoes import turn_echo
from llmsql.asking.frames import fit_frame
from llmsql.asking.groups import (
    group_by_compared,
    group_by_each,
    group_by_named,
    group_by_person,
    keep_empty_groups,
)
from llmsql.asking.joins import KeyGraph, chain_joins
from llmsql.asking.joins import fold as fold_reference
from llmsql.asking.link import link_values
from llmsql.asking.measures import order_by_meaning, take_latest, take_measure, total_asked
from llmsql.asking.negation import (
    drop_contradictions,
    drop_missing,
    drop_negation,
    leave_out_owners,
    leave_out_values,
)
from llmsql.asking.own_groups import compare_with_own
from llmsql.asking.percentiles import take_percentile
from llmsql.asking.places import (
    LEAST,
    MOST,
    best_of_each,
    drop_position,
    first_of_each,
    keep_ties,
    order_by_count,
    order_by_letters,
    order_plainly,
    take_first,
    take_place,
    take_top,
)
from llmsql.asking.prompt import StoredValue
from llmsql.asking.qualifiers import take_qualifiers
from llmsql.asking.said_conditions import add_said, compare_as_said
from llmsql.asking.scopes import Scope, conjuncts, identifier, lone_select, own_columns, shown_by_alias, sources
from llmsql.asking.self_joins import count_pointing
from llmsql.asking.shown import show_asked, show_once, show_whole_name
from llmsql.asking.spoken import show_said
from llmsql.asking.units import convert_units, show_fraction
from llmsql.asking.values import ValueIndex, fold
from llmsql.asking.weekdays import number_weekdays, order_by_calendar
from llmsql.catalog import Catalog, Table
from llmsql.errors import SQLRejectedError

# "Fastest" and "slowest" are not among them: of times the fastest is the least, of speeds the most.
_LEAST = LEAST | {"lightest", "shortest", "youngest"}
_MOST = MOST | {"maximum", "oldest", "tallest"}
_BY_START = re.compile(r"hire|join|start|sign|enter|since|begin|began|founded|opened", re.IGNORECASE)
_TENURE = re.compile(
    r"\blongest[- ](?:serving|standing|tenured?|employed)\b|\bmost senior\b"
    r"|\b(?:been|served|stayed|worked)\b[^,.]*\blongest\b",
    re.IGNORECASE,
)
_OF_TIMES = ("youngest", "oldest", "longest", "shortest")
_SPEEDS = ("slowest", "fastest", "quickest")
# The most of a loss is the least of a change, and the highest of places is the first.
_DOWNWARDS = re.compile(
    r"\b(?:lost|lose|loss|drop|fell|fall|declin|decreas|shr|debt|negativ|rank|position|priorit|place)"
    r"|\bat (?:the )?(?:least|most)\b",
    re.IGNORECASE,
)
_BY_BIRTH = re.compile(r"birth|born|dob", re.IGNORECASE)
_BY_AGE = re.compile(r"\bage\b|_age|age_", re.IGNORECASE)
_BY_TIME = re.compile(
    r"date|year|found|open|built|since|start|begin|end|hire|join|sign|launch|_on\b|_at\b", re.IGNORECASE
)
_YEARS = re.compile(r"(1[5-9]|20)\d\d\Z")


def repair_intent(tree: exp.Expr, question: str, catalog: Catalog, graph: KeyGraph, values: ValueIndex) -> list[str]:
    """Apply every repair of this module, of ``counts`` and of ``places``.

    Args:
        tree: a parsed query with all its join conditions and right column names; changed in place.
        question: as typed.
        catalog: the tables.
        graph: their keys.
        values: the stored text.

    Returns:
        Notes on what was changed.
    """
    notes = take_value(tree, question, catalog, graph, values)
    notes += ground_values(tree, catalog, graph, values)
    notes += split_values(tree, catalog, values)
    notes += compare_as_said(tree, question, catalog)
    notes += add_said(tree, question, catalog)
    notes += take_qualifiers(tree, question, catalog, values)
    notes += turn_echo(tree, question, catalog, values)
    notes += read_years(tree, catalog)
    notes += drop_joins(tree, question, catalog)
    notes += turn_superlative(tree, question)
    notes += turn_tenure(tree, question, catalog)
    notes += turn_aggregate(tree, question, catalog)
    notes += number_weekdays(tree, question)
    notes += order_by_calendar(tree, question)
    notes += number_parts(tree, question)
    notes += fit_frame(tree, question)
    notes += order_plainly(tree, question, catalog)
    notes += want_both(tree, question, catalog)
    notes += share_of_all(tree, question, catalog)
    notes += drop_contradictions(tree)
    notes += drop_missing(tree, question)
    notes += read_flags(tree, question, catalog)
    notes += leave_out_blanks(tree, question, catalog)
    notes += turn_comparison(tree, question, catalog)
    notes += drop_negation(tree, question, catalog)
    notes += leave_out_values(tree, question)
    notes += leave_out_owners(tree, question, catalog)
    notes += compare_with_own(tree, question, catalog)
    notes += take_percentile(tree, question)
    notes += take_measure(tree, question, catalog)
    notes += take_latest(tree, question, catalog)
    notes += total_asked(tree, question, catalog)
    notes += order_by_meaning(tree, question, catalog)
    notes += convert_units(tree, question, catalog)
    notes += show_fraction(tree, question)
    notes += between_moments(tree, question, catalog)
    notes += measure_durations(tree, question, catalog)
    notes += show_once(tree)
    notes += show_asked(tree, question, catalog)
    notes += show_whole_name(tree, question, catalog)
    notes += show_said(tree, question, catalog)
    notes += count_at_least(tree, question, catalog)
    notes += sum_stored_counts(tree, question, catalog)
    notes += count_members(tree, question, catalog)
    notes += count_owners(tree, question, catalog)
    notes += count_most(tree, question, catalog)
    notes += count_pointing(tree, catalog)
    notes += group_by_named(tree, question, catalog)
    notes += group_by_compared(tree, question, catalog)
    notes += group_by_each(tree, question, catalog)
    notes += keep_empty_groups(tree, question, catalog)
    notes += group_by_person(tree, question, catalog)
    notes += order_by_count(tree, question)
    notes += direct_order(tree, question, catalog)
    notes += order_ties(tree, question)
    notes += order_by_letters(tree, question, catalog)
    notes += drop_position(tree, question)
    notes += take_first(tree, question)
    notes += take_top(tree, question)
    notes += take_place(tree, question)
    notes += keep_ties(tree, question, catalog)
    notes += first_of_each(tree, question, catalog)
    return notes + best_of_each(tree, question, catalog)


def drop_joins(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Take away joined tables that nothing refers to, neither the query nor the question.

    Left alone: tables that link two others, and whatever stands under ``SELECT *`` or DISTINCT, where the join may be
    the point of the question; under ``COUNT(*)`` those of which a row may have several; queries of IN and EXISTS and
    those that EXCEPT takes away, where a join says which rows count.
    """
    asked = name_stems([question])
    notes = []
    for select in list(tree.find_all(exp.Select)):
        if select.args.get("distinct") or _is_membership(select) or _shows_all(select):
            continue
        notes += _drop_idle_start(select, catalog, asked)
        while (join := _idle_join(select, catalog, asked)) is not None:
            select.set("joins", [other for other in select.args["joins"] if other is not join])
            notes.append(f"left out {join.this.name}, which nothing asks for")
            if not select.args["joins"]:
                break
    return notes


def _drop_idle_start(select: exp.Select, catalog: Catalog, asked: set[str]) -> list[str]:
    """The same for the table that FROM starts with, where a sum or average counts rows once for each of its own."""
    joins = select.args.get("joins") or []
    start = select.args.get("from_")
    counts = select.find(exp.Star) is not None
    if select.find(exp.Distinct) or not (counts or select.find(exp.Sum, exp.Avg)) or len(joins) < (1 if counts else 2):
        return []
    if start is None or not isinstance(joins[0].this, exp.Table) or joins[0].side or joins[0].kind:
        return []
    turned = select.copy()
    first, *rest = turned.args["joins"]
    join = exp.Join(this=turned.args["from_"].this, on=first.args.get("on"))
    turned.set("from_", exp.From(this=first.this))
    turned.set("joins", [join, *rest])
    scope = Scope.of(turned, catalog)
    if not _is_idle(join, scope, asked) or (not counts and _is_pointed_at(join, scope)):
        return []
    select.set("from_", exp.From(this=first.this))
    select.set("joins", rest)
    return [f"left out {start.this.name}, which nothing asks for"]


def _shows_all(select: exp.Select) -> bool:
    return any(isinstance(e, exp.Star) or (isinstance(e, exp.Column) and e.is_star) for e in select.expressions)


def _own_columns(join: exp.Join) -> list[exp.Column]:
    """Columns of the joined table that its condition names."""
    alias, condition = join.this.alias_or_name.casefold(), join.args.get("on")
    return [c for c in condition.find_all(exp.Column) if c.table.casefold() == alias] if condition is not None else []


def _is_pointed_at(join: exp.Join, scope: Scope) -> bool:
    """Whether each row of the others has at most one of a table: by its key, which is not also one of another's."""
    table = scope.tables.get(join.this.alias_or_name.casefold())
    if table is None:
        return False
    names = {column.name.casefold() for column in _own_columns(join)}
    foreign = {name.casefold() for key in table.foreign_keys for name in key.columns}
    return names == {key.casefold() for key in table.primary_key} and not names & foreign


def _is_membership(select: exp.Select) -> bool:
    parent = select.parent.parent if isinstance(select.parent, exp.Subquery) else select.parent
    return isinstance(parent, exp.In | exp.Exists) or isinstance(select.parent, exp.Except)


def _idle_join(select: exp.Select, catalog: Catalog, asked: set[str]) -> exp.Join | None:
    scope = Scope.of(select, catalog)
    return next((join for join in reversed(select.args.get("joins") or []) if _is_idle(join, scope, asked)), None)


def _is_idle(join: exp.Join, scope: Scope, asked: set[str]) -> bool:
    alias, condition, select = join.this.alias_or_name.casefold(), join.args.get("on"), scope.select
    table = scope.tables.get(alias)
    if not scope.is_known or table is None or condition is None or join.args.get("kind") in ("SEMI", "ANTI", "CROSS"):
        return False
    counts = select.find(exp.Star) is not None
    if counts and not _is_pointed_at(join, scope) and not _is_fan_trap(join, scope):
        return False
    columns = select.find_all(exp.Column)
    used = sum(alias in ([c.table.casefold()] if c.table else scope.owners(c.name)) for c in columns)
    if used > len(_own_columns(join)) or not _is_key_condition(condition):
        return False
    others = name_stems(t.name for a, t in scope.tables.items() if t is not None and a != alias)
    return not _is_named(name_stems([table.name]) - (set() if counts else others), asked)


def _is_fan_trap(join: exp.Join, scope: Scope) -> bool:
    """Whether rows of a table are paired with those of another only because both point at the same row of a third.

    Of events and tickets of one account no COUNT(*) makes sense.
    """
    parent = _pointed_at(join.args.get("on"), join.this.alias_or_name.casefold(), scope)
    others = [other for other in scope.select.args.get("joins") or [] if other is not join]
    aliases = [alias for alias in scope.tables if alias not in (parent, join.this.alias_or_name.casefold())]
    return parent is not None and any(
        _pointed_at(other.args.get("on"), alias, scope) == parent for other in others for alias in aliases
    )


def _pointed_at(condition: exp.Expr | None, alias: str, scope: Scope) -> str | None:
    """The other table of a join by a key that its rows have once; None where the condition is not of the two."""
    sides = [condition.this, condition.expression] if isinstance(condition, exp.EQ) else []
    owners = {scope.owner(side): side for side in sides if isinstance(side, exp.Column)}
    if alias not in owners or len(owners) != 2:
        return None
    [(other, side)] = [(owner, side) for owner, side in owners.items() if owner != alias]
    table = scope.tables.get(other) if other is not None else None
    is_key = table is not None and [side.name.casefold()] == [key.casefold() for key in table.primary_key]
    return other if is_key else None


def _is_key_condition(condition: exp.Expr) -> bool:
    return all(
        isinstance(p, exp.EQ) and isinstance(p.left, exp.Column) and isinstance(p.right, exp.Column)
        for p in conjuncts(condition)
    )


def _is_named(words: set[str], asked: set[str]) -> bool:
    return any(word in asked or any(a.startswith(word) or word.startswith(a) for a in asked) for word in words)


def ground_values(tree: exp.Expr, catalog: Catalog, graph: KeyGraph, values: ValueIndex) -> list[str]:
    """Move a condition to the column that has its value, where the column that it is on does not.

    First to a column of the same name in another table of the query, then to the one column there that has the value,
    then to the column of the same name in the one table that has it, which takes the other's place or is joined.
    """
    notes = []
    for equal in list(tree.find_all(exp.EQ)):
        column, literal = equal.this, equal.expression
        select = equal.find_ancestor(exp.Select)
        if not (isinstance(column, exp.Column) and isinstance(literal, exp.Literal) and literal.is_string and select):
            continue
        scope = Scope.of(select, catalog)
        owner, table, stored = scope.owner(column), scope.table_of(column), scope.stored(column)
        if owner is None or table is None or stored is None or not stored.type.startswith(("VARCHAR", "ENUM")):
            continue
        if values.holds(table.reference, stored.name, literal.this) is not False:
            continue
        own = (table.reference, stored.name)
        places = [p for p in values.find(fold(literal.this)) if (p.table, p.column) != own]
        here = {fold_reference(t.reference): a for a, t in scope.tables.items() if t is not None}
        same = [p for p in places if p.column.casefold() == stored.name.casefold()]
        inside = [p for p in places if fold_reference(p.table) in here]
        chosen = [p for p in same if p in inside] or inside or same
        if len(chosen) != 1 or not scope.is_known:
            continue
        place = chosen[0]
        before = column.sql("duckdb")
        if not _set_place(column, literal, place, select, scope, owner, catalog, graph):
            continue
        notes.append(f"{before} → {column.sql('duckdb')}, which has {place.value!r}")
    return notes


def split_values(tree: exp.Expr, catalog: Catalog, values: ValueIndex) -> list[str]:
    """``genre IN ('modern', 'english')`` where only another column of the table has one of them: either of the two."""
    notes = []
    for lookup in list(tree.find_all(exp.In)):
        column, select = lookup.this, lookup.find_ancestor(exp.Select)
        texts = [e for e in lookup.expressions if isinstance(e, exp.Literal) and e.is_string]
        if not isinstance(column, exp.Column) or select is None or isinstance(lookup.parent, exp.Not):
            continue
        scope = Scope.of(select, catalog)
        table, stored = scope.table_of(column), scope.stored(column)
        if table is None or stored is None or len(texts) != 2:
            continue
        held = [values.holds(table.reference, stored.name, text.this) for text in texts]
        if sorted(held, key=str) != [False, True]:
            continue
        strange = texts[held.index(False)]
        found = [p for p in values.find(fold(strange.this)) if p.value == strange.this]
        places = {p.column for p in found if p.table == table.reference}
        if len(places) != 1:
            continue
        other = exp.column(identifier(places.pop()), table=column.args.get("table"))
        kept = exp.EQ(this=column.copy(), expression=texts[held.index(True)].copy())
        lookup.replace(exp.paren(exp.or_(kept, exp.EQ(this=other, expression=strange.copy()))))
        notes.append(f"{strange.sql('duckdb')} is looked for in {other.sql('duckdb')}, which has it")
    return notes


def _set_place(
    column: exp.Column,
    literal: exp.Literal,
    place: StoredValue,
    select: exp.Select,
    scope: Scope,
    alias: str,
    catalog: Catalog,
    graph: KeyGraph,
    *,
    joins_only: bool = False,
) -> bool:
    """Make a condition one on the column that has a value, whose table is brought in if it is not there."""
    here = {fold_reference(t.reference): a for a, t in scope.tables.items() if t is not None}
    if fold_reference(place.table) not in here:
        target = catalog.table(place.table)
        if target is None or not _bring(select, scope, alias, target, here, catalog, graph, joins_only=joins_only):
            return False
        here = {fold_reference(t.reference): a for a, t in Scope.of(select, catalog).tables.items() if t is not None}
    if column.name.casefold() != place.column.casefold():
        column.set("this", identifier(place.column))
    owner = here[fold_reference(place.table)]
    if len(Scope.of(select, catalog).tables) > 1:
        column.set("table", identifier(owner))
    if literal.this != place.value:
        literal.replace(exp.Literal.string(place.value))
    return True


def take_value(tree: exp.Expr, question: str, catalog: Catalog, graph: KeyGraph, values: ValueIndex) -> list[str]:
    """The one stored value that the question names and the SQL does not, in place of the one that it has from nowhere.

    The question has to write it with its capitals, as names are: a plain word ("per patient") may mean no value. Left
    alone: a literal that shares a word with the question, or whose first letters are one of its words (US).
    """
    words = set(re.findall(r"\w+", fold(question)))
    stems = {stem(word) for word in words}
    strange = []
    for equal in tree.find_all(exp.EQ):
        column, literal = equal.this, equal.expression
        if not isinstance(column, exp.Column) or not isinstance(literal, exp.Literal) or not literal.is_string:
            continue
        said = re.findall(r"\w+", fold(literal.this))
        if said and not stems.intersection(map(stem, said)) and "".join(word[0] for word in said) not in words:
            strange.append((column, literal, equal.find_ancestor(exp.Select)))
    if len(strange) != 1:
        return []
    literals = " ".join(fold(literal.this) for literal in tree.find_all(exp.Literal))
    named = [p for p in link_values(values, catalog, question) if fold(p.value) not in literals]
    if len(named) != 1 or named[0].value not in question or not named[0].value[:1].isupper():
        return []
    [(column, literal, select)] = strange
    if select is None:
        return []
    scope = Scope.of(select, catalog)
    owner = scope.owner(column)
    if owner is None or not scope.is_known:
        return []
    before = f"{column.sql('duckdb')} = {literal.sql('duckdb')}"
    if not _set_place(column, literal, named[0], select, scope, owner, catalog, graph, joins_only=True):
        return []
    return [f"{before} → {column.sql('duckdb')} = '{named[0].value}', which the question names"]


def _bring(
    select: exp.Select,
    scope: Scope,
    alias: str,
    target: Table,
    here: dict[str, str],
    catalog: Catalog,
    graph: KeyGraph,
    *,
    joins_only: bool,
) -> bool:
    """Put a table into the query: in place of another whose columns it has, or joined along the keys."""
    mine = [c for c in own_columns(select) if (c.table.casefold() or scope.owners(c.name)[:1] == [alias]) == alias]
    in_joins = {id(c) for join in select.args.get("joins") or [] for c in join.find_all(exp.Column)}
    spoken = [c for c in mine if id(c) not in in_joins]
    others = [a for a in here.values() if a != alias]
    source = next((s for a, s in sources(select).items() if a.casefold() == alias), None)
    if source is not None and not joins_only and len(here) <= 2 and all(target.column(c.name) for c in spoken):
        fresh = {r: a for r, a in here.items() if a != alias}
        try:
            path = graph.path(fresh, fold_reference(target.reference)) if others else []
            joins = chain_joins(path, fresh, catalog)
        except SQLRejectedError:
            return False
        new = exp.maybe_parse(target.reference, into=exp.Table, dialect="duckdb")
        if not others:
            source.replace(new)
        else:
            kept = next(s for a, s in sources(select).items() if a.casefold() != alias)
            select.set("from_", exp.From(this=kept.copy()))
            select.set("joins", joins)
        for column in spoken:
            if column.table:
                column.set("table", identifier(target.name))
        return True
    try:
        joins = chain_joins(graph.path(here, fold_reference(target.reference)), here, catalog)
    except SQLRejectedError:
        return False
    if len(here) == 1:
        for column in own_columns(select):
            if not column.table and scope.owners(column.name):
                column.set("table", identifier(alias))
    for join in joins:
        select.append("joins", join)
    return True


def read_years(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """``YEAR(c)`` of a column of whole numbers that are years is the column itself."""
    notes = []
    for call in list(tree.find_all(exp.Year)):
        column = call.this
        while isinstance(column, (exp.Cast, exp.TsOrDsToDate)):
            column = column.this
        select = call.find_ancestor(exp.Select)
        if not isinstance(column, exp.Column) or select is None:
            continue
        stored = Scope.of(select, catalog).stored(column)
        if stored is None or "INT" not in stored.type or not stored.minimum or not stored.maximum:
            continue
        if _YEARS.match(stored.minimum) and _YEARS.match(stored.maximum):
            notes.append(f"{call.sql('duckdb')} → {column.sql('duckdb')}")
            call.replace(column.copy())
    return notes


def turn_tenure(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """Who has been there longest came first."""
    select = lone_select(tree)
    order = select.args.get("order") if select is not None else None
    if select is None or order is None or not select.args.get("limit") or not _TENURE.search(question):
        return []
    first = order.expressions[0]
    if not first.args.get("desc") or not _BY_START.search(first.this.name) or not _is_time(first.this, select, catalog):
        return []
    order.set("expressions", [exp.Ordered(this=first.this.copy(), desc=False)])
    return ["ordered from the first, who has been there longest"]


def _is_time(part: exp.Expr, select: exp.Select, catalog: Catalog) -> bool:
    """Whether all columns in it are dates or times, or years by their names."""
    scope = Scope.of(select, catalog)
    columns = list(part.find_all(exp.Column))
    for column in columns:
        stored = scope.stored(column)
        if stored is None or not (stored.type.startswith(("DATE", "TIME")) or stored.name.casefold().endswith("year")):
            return False
    return bool(columns)


def turn_aggregate(tree: exp.Expr, question: str, catalog: Catalog) -> list[str]:
    """``MAX`` for ``MIN`` and the other way round, where the question's only superlative is said of what is aggregated.

    Of the time between two dates the slowest has the most.
    """
    words = re.findall(r"[a-z]+", question.casefold())
    said = [i for i, word in enumerate(words) if word in _LEAST or word in _MOST or word in _SPEEDS]
    aggregates = list(tree.find_all(exp.Min, exp.Max))
    select = lone_select(tree)
    if select is None or len(said) != 1 or len(aggregates) != 1 or _DOWNWARDS.search(question):
        return []
    if any(select.args.get(part) for part in ("limit", "having", "order", "qualify")) or select.find(exp.Window):
        return []
    [aggregate], word = aggregates, words[said[0]]
    if word in _SPEEDS:
        if not isinstance(aggregate.this, (exp.Sub, exp.DateDiff)) or not _is_time(aggregate.this, select, catalog):
            return []
    else:
        names = name_stems(column.name for column in aggregate.find_all(exp.Column))
        next_words = {stem(w) for w in words[said[0] + 1 : said[0] + 4]}
        if word in _OF_TIMES or not names & next_words or _is_time(aggregate.this, select, catalog):
            return []
        if _DOWNWARDS.search(" ".join(names)):
            return []
    wanted = exp.Max if word in _MOST or word == "slowest" else exp.Min
    if isinstance(aggregate, wanted):
        return []
    aggregate.replace(wanted(this=aggregate.this.copy()))
    return [f"{wanted.key.upper()} for {word!r}"]


def turn_superlative(tree: exp.Expr, question: str) -> list[str]:
    """Turn ``ORDER BY … LIMIT 1`` round where the question's only superlative says the opposite.

    "Youngest" and "oldest" count for ages and dates of birth only. An order that the question spells out stays.
    """
    words = re.findall(r"[a-z]+", question.casefold())
    superlatives = [w for w in words if w in _LEAST or w in _MOST]
    limits = list(tree.find_all(exp.Limit))
    orders = list(tree.find_all(exp.Order))
    if len(superlatives) != 1 or len(limits) != 1 or len(orders) != 1 or "order" in words or "at" in words:
        return []
    if any(word.startswith(("ascend", "descend", "sort", "rank")) for word in words):
        return []
    if any(
        word.startswith(("lost", "lose", "loss", "drop", "fell", "fall", "declin", "decreas", "shr")) for word in words
    ):
        return []  # the most of a loss is the least of a change
    [ordered, *more] = orders[0].expressions
    if more or limits[0].expression.sql() != "1" or orders[0].parent is not limits[0].parent:
        return []
    said = superlatives[0]
    wants_most = said in _MOST
    names = " ".join(c.name for c in ordered.find_all(exp.Column))
    meant = shown_by_alias(limits[0].parent).get(names.casefold()) if isinstance(limits[0].parent, exp.Select) else None
    if isinstance(meant, (exp.Max, exp.Min)) and isinstance(meant.this, exp.Column):
        names = meant.this.name
    if said in ("longest", "shortest") and _BY_TIME.search(names):
        return []  # how long since, or the later of two
    if said in ("youngest", "oldest"):
        if ordered.find(exp.Sub, exp.DateDiff):
            return []  # an age, worked out
        if _BY_BIRTH.search(names):
            wants_most = not wants_most
        elif not _BY_AGE.search(names):
            return []
    if bool(ordered.args.get("desc")) == wants_most:
        return []
    ordered.set("desc", wants_most)
    ordered.set("nulls_first", None)
    return [f"ordered the other way round for {said!r}"]
