"""Questions that compare tables or sets: with and without, both and neither, tables that point at themselves."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.condition import sql_literal
from training.synthesis.database import Edge
from training.synthesis.phrasing import plural, small, value
from training.synthesis.query import Query, Ref


def _child_edge(asker: Asker) -> Edge | None:
    """A foreign key whose parent has a name and is pointed at only once by the child."""
    edges = [
        e
        for entity in asker.known.entities
        if entity.label
        for e in entity.children
        if sum(o.parent is entity for o in e.child.parents) == 1 and e.parent.key and e.parent.key.name == e.target
    ]
    return asker.rng.choice(edges) if edges else None


def without_any(asker: Asker) -> Draft | None:
    """Customers who never ordered; who did not order in 2024."""
    edge = _child_edge(asker)
    if edge is None or edge.nullable:
        return None
    rng, parent, child = asker.rng, edge.parent, edge.child
    inner = Query(child, select=[f"⟨{child.qualifier}⟩.{edge.column}"])
    asker.hops = 0
    conditions = asker.some_conditions(inner, child, (0.72, 0.28))
    counting = rng.random() < 0.25
    query = Query(parent)
    query.select = ["count(*)"] if counting else label_columns(query, parent)
    query.where = [f"{edge.target} NOT IN ({inner.sql()})"]
    things, slots = asker.things(child, conditions), {"p": asker.nouns(parent)}
    if not conditions and edge.counted != child.noun:
        things = plural(edge.counted)
    if counting:
        question = asker.pick(
            "how many {p} have no {t}?",
            "how many {p} (do not|don't) have any {t}?",
            "number of {p} without (any |){t}",
            "count (the |){p} (with no|without) {t}",
            "how many {p} are there without {t}?",
            "how many {p} never had any {t}?",
            t=things,
            **slots,
        )
    else:
        question = asker.pick(
            "which {p} have no {t}?",
            "{p} without (any |){t}",
            "(list|show|find|give me) (the |all |){p} (with no|without any|that have no) {t}",
            "which {p} (do not|don't) have any {t}?",
            "{p} that never had any {t}",
            "{p} with no {t}",
            "are there {p} without {t}? (list|show) them",
            "{p} (with|having) zero {t}",
            t=things,
            **slots,
        )
    return asker.draft(question, query)


def with_some(asker: Asker) -> Draft | None:
    """Customers with at least one cancelled order."""
    edge = _child_edge(asker)
    if edge is None:
        return None
    rng, parent, child = asker.rng, edge.parent, edge.child
    inner = Query(child, select=[f"⟨{child.qualifier}⟩.{edge.column}"])
    conditions = asker.some_conditions(inner, child, (0.2, 0.7, 0.1))
    if parent in inner.tables:
        return None
    counting = rng.random() < 0.3
    query = Query(parent)
    query.select = ["count(*)"] if counting else label_columns(query, parent)
    query.where = [f"{edge.target} IN ({inner.sql()})"]
    things, slots = asker.things(child, conditions), {"p": asker.nouns(parent)}
    if counting:
        question = asker.pick(
            "how many {p} have (at least one of the |)(any |){t}?".replace("(at least one of the |)", ""),
            "how many {p} had {t}?",
            "number of {p} with {t}",
            "count {p} (that have|with) {t}",
            "how many different {p} have {t}?",
            "how many {p} are there with {t}?",
            t=things,
            **slots,
        )
    else:
        question = asker.pick(
            "which {p} have {t}?",
            "{p} (with|that have|having) {t}",
            "(list|show|find|give me) (all |the |){p} (with|that have|having) {t}",
            "which {p} had {t}?",
            "what {p} have {t}?",
            "all {p} that have any {t}",
            t=things,
            **slots,
        )
    return asker.draft(question, query)


def children_of(asker: Asker) -> Draft | None:
    """Names of the parents with how many children each has; or at least so many."""
    edge = _child_edge(asker)
    if edge is None or len(edge.parent.label) != 1 or edge.parent.label[0].distinct != edge.parent.rows:
        return None
    rng, parent, child = asker.rng, edge.parent, edge.child
    query = Query(parent)
    query.join_child(edge)
    query.select, query.group = label_columns(query, parent), "ALL"
    limit = max(1, round(child.rows / parent.rows * rng.uniform(0.7, 1.6)))
    sign, said = rng.choice(((">", "more than"), (">=", "at least"), ("<", "fewer than"), ("=", "exactly")))
    query.having = f"count(*) {sign} {limit}"
    question = asker.pick(
        "which {p} have {s} {k} {c}?",
        "{p} with {s} {k} {c}",
        "(list|show|find) (all |the |){p} (with|that have) {s} {k} {c}",
        "what {p} have {s} {k} {c}?",
        "names of {p} that have {s} {k} {c}",
        "all {p} having {s} {k} {c}",
        p=asker.nouns(parent),
        s=said,
        k=small(limit, rng),
        c=edge.counted if limit == 1 else plural(edge.counted),
    )
    return asker.draft(question, query)


def through_link(asker: Asker) -> Draft | None:
    """Students of a course, through the table that links them."""
    links = [
        (a, b)
        for e in asker.known.entities
        for a in e.parents
        for b in e.parents
        if a is not b
        and a.parent is not b.parent
        and a.parent.label
        and len(b.parent.label) == 1
        and b.parent.label[0].values
        and sum(o.parent is a.parent for o in e.parents) == 1
        and sum(o.parent is b.parent for o in e.parents) == 1
    ]
    if not links:
        return None
    rng = asker.rng
    one, two = rng.choice(links)
    wanted, given, link = one.parent, two.parent, one.child
    query = Query(wanted)
    query.join_child(one)
    query.edges.append(two)
    stored = rng.choice(given.label[0].values)[0]
    query.where = [f"{query.use(Ref(given.label[0], given))} = {sql_literal(stored)}"]
    said = value(stored, rng)
    slots = {"p": asker.nouns(wanted), "l": plural(link.noun), "r": two.role, "v": said}
    if one.counted != link.noun:
        return _through_plain_link(asker, query, slots)
    if rng.random() < 0.3 and wanted.key:
        query.select = [f"count(DISTINCT ⟨{wanted.qualifier}⟩.{wanted.key.name})"]
        question = asker.pick(
            "how many (different |){p} have {l} (for|with) (the |){r} {v}?",
            "number of (different |distinct |){p} with {l} for {r} {v}",
            "how many distinct {p} (are connected|are linked) to (the |){r} {v} (by|through) {l}?".replace(
                "(are connected|are linked)", "are linked"
            ),
            "count the {p} with {l} of {r} {v}",
            "how many {p} had {l} (with|for) {v}?",
            "in {l}, how many different {p} go with {r} {v}?",
            **slots,
        )
    else:
        query.select, query.distinct = label_columns(query, wanted), True
        question = asker.pick(
            "which {p} have {l} (for|with) (the |){r} {v}?",
            "{p} with {l} for {r} {v}",
            "(list|show|find) (all |the |)(different |){p} that have {l} (with|for) {v}",
            "(which|what) {p} (appear|are) in {l} (of|with) {r} {v}?",
            "{p} of (the |){r} {v} (by|through|via) {l}",
            "all {p} linked to {r} {v} (through|by) {l}",
            "(give me|list) {p} whose {l} are for {r} {v}",
            **slots,
        )
    return asker.draft(question, query)


def _through_plain_link(asker: Asker, query: Query, slots: dict[str, str]) -> Draft | None:
    """The same, where the table between says nothing of its own: ``film_actor``."""
    wanted = query.base
    if asker.rng.random() < 0.3 and wanted.key:
        query.select = [f"count(DISTINCT ⟨{wanted.qualifier}⟩.{wanted.key.name})"]
        question = asker.pick(
            "how many {p} (does|do) the {r} {v} have?".replace("(does|do)", "does"),
            "number of {p} (of|for) (the |){r} {v}",
            "how many {p} belong to (the |){r} {v}?",
            "count the {p} of {r} {v}",
            "how many {p} are linked to (the |){r} {v}?",
            "how many different {p} go with {v}?",
            **slots,
        )
    else:
        query.select, query.distinct = label_columns(query, wanted), True
        question = asker.pick(
            "which {p} (belong to|go with|are linked to) (the |){r} {v}?",
            "{p} (of|for) (the |){r} {v}",
            "(list|show|find|give me) (all |the |){p} (of|for) (the |){r} {v}",
            "what {p} does the {r} {v} have?",
            "{p} with {r} {v}",
            "all {p} of {v}",
            "who are the {p} of {v}?" if wanted.is_person else "what are the {p} of {v}?",
            **slots,
        )
    return asker.draft(question, query)


def both_or_neither(asker: Asker) -> Draft | None:
    """Cities that have customers and suppliers; customers with orders of this kind but none of that kind."""
    if asker.rng.random() < 0.5:
        return _shared_values(asker)
    edge = _child_edge(asker)
    if edge is None or edge.nullable:
        return None
    rng, parent, child = asker.rng, edge.parent, edge.child
    ref = asker.ref(child, "category", "year")
    if ref is None:
        return None
    values = [v for v, _ in ref.field.values[:8]] or sorted({int(q) for q in ref.field.quantiles})
    if len(values) < 2:
        return None
    first, second = rng.sample(values, 2)
    noun = ref.field.noun
    said = [value(ref.field.codes.get(str(v), v), rng) for v in (first, second)]
    parts = [
        f"{edge.target} {{}} (SELECT {edge.column} FROM {child.reference} WHERE {ref.field.name} = {sql_literal(v)})"
        for v in (first, second)
    ]
    kind = rng.choice(("both", "but not", "neither", "either"))
    slots = {"p": asker.nouns(parent), "c": asker.nouns(child), "n": noun, "a": said[0], "b": said[1]}
    query = Query(parent)
    query.select = label_columns(query, parent)
    if kind == "both":
        query.where = [p.format("IN") for p in parts]
        question = asker.pick(
            "which {p} have both {c} with {n} {a} and {c} with {n} {b}?",
            "{p} (with|that have) {c} of both {n} {a} and {n} {b}",
            "(find|list|show) {p} that have {c} with {n} {a} and also {c} with {n} {b}",
            "{p} having {c} with {n} {a} as well as {c} with {n} {b}",
            "(list|show) the {p} with both {a} and {b} {c} (by {n}|)".replace("(by {n}|)", "by {n}"),
            "{p} who have {c} with {n} {a} and with {n} {b} too".replace("who", "who" if parent.is_person else "that"),
            **slots,
        )
    elif kind == "but not":
        query.where = [parts[0].format("IN"), parts[1].format("NOT IN")]
        question = asker.pick(
            "which {p} have {c} with {n} {a} but none with {n} {b}?",
            "{p} (with|that have) {c} with {n} {a} but not with {n} {b}",
            "(find|list|show) {p} that have {c} with {n} {a} but no {c} with {n} {b}",
            "{p} having {c} with {n} {a} and no {c} with {n} {b}",
            "{p} with {n} {a} {c} but without {n} {b} {c}",
            "all {p} that have {c} with {n} {a} and not {n} {b}",
            **slots,
        )
    elif kind == "neither":
        query.where = [p.format("NOT IN") for p in parts]
        question = asker.pick(
            "which {p} have neither {c} with {n} {a} nor with {n} {b}?",
            "{p} without {c} with {n} {a} or {n} {b}",
            "(find|list|show) {p} that have no {c} with {n} {a} and none with {n} {b}",
            "{p} with neither {n} {a} nor {n} {b} {c}",
            "{p} that have neither {a} nor {b} as {n} of their {c}",
            "which {p} don't have any {c} with {n} {a} or {b}?",
            **slots,
        )
    else:
        query.where = [
            parts[0].format("IN").rsplit(" = ", 1)[0] + f" IN ({sql_literal(first)}, {sql_literal(second)}))"
        ]
        question = asker.pick(
            "which {p} have {c} with {n} {a} or {b}?",
            "{p} with {c} whose {n} is {a} or {b}",
            "(find|list|show) {p} that have {c} with {n} either {a} or {b}",
            "{p} having {c} with {n} {a} or {n} {b}",
            "all {p} with {a} or {b} {c} (by {n})".replace("(by {n})", "by {n}"),
            "what {p} have {c} where the {n} is {a} or {b}?",
            **slots,
        )
    return asker.draft(question, query)


def _shared_values(asker: Asker) -> Draft | None:
    rng = asker.rng
    pairs = [
        (e, f, o, g)
        for e in asker.known.entities
        for f in e.of_role("category")
        for o in asker.known.entities
        for g in o.of_role("category")
        if e is not o and f.noun == g.noun and {v for v, _ in f.values} & {v for v, _ in g.values}
    ]
    if not pairs:
        return None
    one, first, two, second = rng.choice(pairs)
    kind, words = rng.choice((("INTERSECT", "both"), ("EXCEPT", "but not"), ("UNION", "or")))
    sql = f"SELECT {first.name} FROM {one.reference} {kind} SELECT {second.name} FROM {two.reference}"
    slots = {"N": plural(first.noun), "a": asker.nouns(one), "b": asker.nouns(two), "w": words}
    if kind == "INTERSECT":
        question = asker.pick(
            "which {N} have both {a} and {b}?",
            "{N} (with|that have) both {a} and {b}",
            "(list|show|find) (the |all |){N} (that appear for|shared by|of) both {a} and {b}",
            "what {N} do {a} and {b} have in common?",
            "{N} common to {a} and {b}",
            "(find|give me) {N} where there are {a} as well as {b}",
            **slots,
        )
    elif kind == "EXCEPT":
        question = asker.pick(
            "which {N} have {a} but no {b}?",
            "{N} (with|that have) {a} but (no|not any) {b}",
            "(list|show|find) (the |all |){N} that have {a} but not {b}",
            "what {N} of {a} are not among those of {b}?",
            "{N} where there are {a} but no {b}",
            "{N} with {a} and without {b}",
            **slots,
        )
    else:
        question = asker.pick(
            "(list|show) all (different |distinct |){N} of {a} and {b} (together|combined)",
            "{N} (with|that have) {a} or {b}",
            "all {N} in which there are {a} or {b}",
            "which {N} have {a} or {b}?",
            "distinct {N} across {a} and {b}",
            "(give me|find) the {N} of either {a} or {b}",
            **slots,
        )
    return asker.draft_text(question, sql, (one.reference, first.name, two.reference, kind))


def self_join(asker: Asker) -> Draft | None:
    """Employees with their managers; who earns more than the manager."""
    loops = [loop for e in asker.known.entities if e.label for loop in e.loops]
    if not loops:
        return None
    rng = asker.rng
    loop = rng.choice(loops)
    entity = loop.child
    names = ", ".join(f"a.{f.name}" for f in entity.label)
    others = ", ".join(f"b.{f.name}" for f in entity.label)
    base = f"FROM {entity.reference} AS a JOIN {entity.reference} AS b ON a.{loop.column} = b.{loop.target}"
    slots = {"p": asker.nouns(entity), "o": asker.noun(entity), "r": loop.role, "R": plural(loop.role)}
    kind = rng.randrange(5)
    key = (entity.reference, loop.column, str(kind))
    if kind == 0:
        question = asker.pick(
            "(list|show) (the |all |){p} (with|and) their {R}",
            "{p} and the name of their {r}",
            "who is the {r} of each {o}?" if entity.is_person else "what is the {r} of each {o}?",
            "for each {o}, show its {r}" if not entity.is_person else "for each {o}, show their {r}",
            "names of {p} and their {R}",
            "each {o} with (the name of |){r}",
            **slots,
        )
        return asker.draft_text(question, f"SELECT {names}, {others} {base}", key)
    if kind == 1:
        question = asker.pick(
            "how many {p} does each {r} have?",
            "number of {p} per {r}",
            "count {p} (by|per) {r}",
            "for each {r}, how many {p} are there?",
            "(show|list) each {r} with the number of {p}",
            "{p} per {r}, by name of the {r}",
            **slots,
        )
        return asker.draft_text(question, f"SELECT {others}, count(*) {base} GROUP BY ALL", key)
    numbers = entity.of_role("number")
    if kind == 2 and numbers:
        made = rng.choice(numbers)
        question = asker.pick(
            "which {p} have a higher {n} than their {r}?",
            "{p} with a {n} (above|higher than) that of their {r}",
            "(find|list|show) {p} whose {n} (is higher than|exceeds) their {r}'s",
            "{p} whose {n} is greater than the {n} of their {r}",
            "which {p} beat their {r} in {n}?",
            "{p} having more {n} than their {r}".replace("more {n}", "a larger {n}"),
            n=made.noun,
            **slots,
        )
        return asker.draft_text(
            question,
            f"SELECT {names} {base} WHERE a.{made.name} > b.{made.name}",
            (*key, made.name),
            without=f"SELECT {names} {base}",
        )
    if kind == 3:
        question = asker.pick(
            "which {p} have no {r}?",
            "{p} without {an} {r}".replace("{an}", "an" if loop.role[0] in "aeiou" else "a"),
            "(list|show|find) {p} that (have no|don't have a|are missing a) {r}",
            "who has no {r}?" if entity.is_person else "{p} lacking a {r}",
            "{p} with no {r}",
            "{p} where the {r} is missing",
            **slots,
        )
        return asker.draft_text(
            question,
            f"SELECT {', '.join(f.name for f in entity.label)} FROM {entity.reference} WHERE {loop.column} IS NULL",
            key,
        )
    if len(entity.label) != 1 or not entity.label[0].values:
        return None
    stored = rng.choice(entity.label[0].values)[0]
    question = asker.pick(
        "which {p} have {v} as (their |){r}?",
        "{p} whose {r} is {v}",
        "(list|show|find) (all |the |){p} (with|under) {r} {v}",
        "{p} of {r} {v}",
        "who has {v} as {r}?" if entity.is_person else "what {p} have {v} as {r}?",
        "{p} with {v} as (their |){r}",
        v=value(stored, rng),
        **slots,
    )
    return asker.draft_text(
        question,
        f"SELECT {names} {base} WHERE b.{entity.label[0].name} = {sql_literal(stored)}",
        (*key, str(stored)),
        without=f"SELECT {names} {base}",
    )


def is_there(asker: Asker) -> Draft | None:
    """Is there any customer in Berlin?"""
    entity = asker.entity()
    if entity is None:
        return None
    query = Query(entity, select=["count(*) > 0"])
    asker.hops = 0
    conditions = asker.some_conditions(query, entity, (0.0, 0.8, 0.2))
    if not conditions:
        return None
    things = asker.things(entity, conditions)
    question = asker.pick(
        "are there (any |){t}?",
        "do we have (any |){t}?",
        "are there any {t}?",
        "does the database (have|contain) {t}?",
        "any {t}?",
        "check whether there are {t}",
        t=things,
    )
    made = asker.draft(question, query)
    if made is not None:
        made.without = ""
    return made
