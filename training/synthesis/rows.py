"""Questions about rows: lists, look-ups, counts, distinct values."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.condition import sql_literal
from training.synthesis.phrasing import join_and, plural, value
from training.synthesis.query import Query, Ref

SHOWN = ("label", "category", "text", "number", "date", "year", "list")


def list_names(asker: Asker) -> Draft | None:
    """Which products cost more than 50?"""
    entity = asker.entity(labelled=True, parents=asker.hops > 0)
    if entity is None:
        return None
    query = Query(entity)
    query.select = label_columns(query, entity)
    conditions = asker.some_conditions(query, entity, (0.0, 0.65, 0.35), skip=entity.label)
    if not conditions:
        return None
    things = asker.things(entity, conditions)
    predicate = asker.predicate(conditions)
    names = plural(entity.label[0].noun) if len(entity.label) == 1 else "names"
    chance = asker.rng.random()
    if predicate and chance < 0.3:
        pronoun = "who" if entity.is_person and asker.rng.random() < 0.2 else "which"
        question = f"which {asker.nouns(entity)} {predicate}?" if pronoun == "which" else f"who are the {things}?"
    elif chance < 0.45:
        question = asker.pick(
            "{names} of {t}",
            "{names} of (all |){t}",
            "{t} by name" if names == "names" else "{names} of {t}",
            "list {names} for {t}",
            names=names,
            t=things,
        )
    elif chance < 0.6 and asker.terse(conditions):
        question = asker.pick("{p} {c}", "{c} {p}", "list {p} {c}", p=entity.nouns, c=asker.terse(conditions))
    elif chance < 0.7:
        question = asker.pick(
            "what are the {names} of (the |all |){t}?",
            "give me the {names} of (all |){t}",
            "i need the {names} of {t}",
            names=names,
            t=things,
        )
    else:
        question = asker.frame(asker.pick("{t}", "all {t}", "the {t}", "all the {t}", t=things), many=True)
    return asker.draft(question, query)


def list_fields(asker: Asker) -> Draft | None:
    """Names and prices of all products, with or without conditions."""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    query = Query(entity)
    rng = asker.rng
    chosen: list[Ref] = []
    if entity.label and rng.random() < 0.75:
        chosen += [Ref(f, entity) for f in entity.label]
    skip = tuple(entity.label)
    for _ in range(rng.choice((1, 1, 2))):
        ref = asker.ref(entity, *SHOWN[1:], skip=skip)
        if ref:
            chosen.append(ref)
            skip = (*skip, ref.field)
    if asker.hops:
        paths = asker.far_paths(entity)
        path = rng.choice(paths) if paths else ()
        far = asker.ref(entity, "label", "category", path=path, skip=skip) if path else None
        if far is None:
            return None
        chosen.append(far)
        skip = (*skip, far.field)
    if len(chosen) < 2:
        return None
    query.select = [query.use(r) for r in chosen]
    asker.hops = 0
    conditions = asker.some_conditions(query, entity, (0.4, 0.45, 0.15), skip=skip)
    nouns, i = [], 0
    while i < len(chosen):
        if len(entity.label) == 2 and chosen[i].field is entity.label[0]:
            nouns.append(rng.choice(("first and last name", "first name, last name")))
            i += 2
        else:
            nouns.append(asker.named(chosen[i]))
            i += 1
    things = asker.things(entity, conditions)
    singular_list, plural_list = join_and(nouns, rng), join_and([plural(n) for n in nouns], rng)
    ordered, name = False, ""
    forms: tuple[str, ...] = ()
    if rng.random() < 0.15:
        by = rng.choice([r for r in chosen if not r.path])
        if by.field.role in ("number", "date", "year", "label", "text"):
            down = by.field.role != "label" and by.field.role != "text" and rng.random() < 0.6
            query.order = [query.use(by) + (" DESC" if down else "")]
            ordered = True
            name = by.field.noun
            forms = (", (sorted|ordered) alphabetically by {n}", ", sorted by {n}", "ordered by {n}")
            if by.field.role == "number":
                forms = (
                    (", (sorted|ordered) by {n} descending", ", highest {n} first", "by {n}, from high to low")
                    if down
                    else (", (sorted|ordered) by {n}", ", lowest {n} first", "in order of {n}")
                )
            elif down:
                forms = (", (newest|latest) {n} first", ", sorted by {n} descending", "from newest to oldest {n}")
            elif by.field.role in ("date", "year"):
                forms = (", (sorted|ordered) by {n}", ", earliest {n} first", "in order of {n}")
    question = (
        asker.pick(
            "(show|list|give me|get) (the |){s} of (each|every|all) {o}",
            "(show|list|give me|find) (the |){p} of (all |the |){t}",
            "what are the {p} of (all |the |){t}?",
            "{s} of (all |){t}",
            "list {t} with (their |){s}",
            "(show|display) {t} (along |together |)with their {p}",
            "for (each|every) {o}, (show|list|give) (the |){s}",
            "{p} for {t}",
            "i need the {s} (for|of) (every|each) {o}",
            "can you list the {p} of {t}?",
            s=singular_list,
            p=plural_list,
            t=things,
            o="{o}",
        )
        if not conditions
        else asker.pick(
            "(show|list|give me|find) (the |){p} of (all |the |){t}",
            "what are the {p} of {t}?",
            "what are the {s} of {t}?",
            "{s} of {t}",
            "list {t} with (their |){s}",
            "(show|display) {t} (along |)with their {p}",
            "{p} for {t}",
            "for {t}, (show|list|give me) the {s}",
            "i want to see the {s} of (all |){t}",
            s=singular_list,
            p=plural_list,
            t=things,
        )
    )
    question = question.replace("{o}", asker.noun(entity))
    if forms:
        question = asker.add(question, *forms, n=name)
    return asker.draft(question, query, ordered=ordered)


def all_columns(asker: Asker) -> Draft | None:
    """All details of customers in Berlin; all orders of 2024, where rows have no name."""
    entity = asker.entity()
    if entity is None:
        return None
    query = Query(entity, select=["*"])
    conditions = asker.some_conditions(query, entity, (0.1, 0.7, 0.2))
    things = asker.things(entity, conditions)
    if query.edges:
        return None
    if entity.label:
        question = asker.pick(
            "(show|give me|list) (all|full|complete) (details|information|info) (of|about|on|for) {t}",
            "everything (about|on) {t}",
            "all (columns|details|info) for {t}",
            "what do we know about {t}?",
            "show (me |)all data (on|about|for) {t}",
            "full records of {t}",
            t=things,
        )
    else:
        question = asker.pick(
            "(show|list|find|get) (me |)(all |){t}",
            "(all |){t}",
            "which {t} are there?" if not conditions else "give me (the |all |){t}",
            "i need (all |)(the |){t}",
            "(can you |)(show|list) (me |)(the |){t}",
            "(display|pull up) (all |){t}",
            "full details (of|for) {t}",
            t=things,
        )
    return asker.draft(question, query)


def look_up(asker: Asker) -> Draft | None:
    """What is the phone number of Anna Smith? Of her department?"""
    entity = asker.entity(labelled=True, parents=asker.hops > 0)
    if entity is None or not entity.label[0].values:
        return None
    rng = asker.rng
    query = Query(entity)
    paths = asker.far_paths(entity)
    path = rng.choice(paths) if paths else ()
    ref = asker.ref(
        entity, *(("label", "label", "category", "text", "number") if path else SHOWN[1:]), path=path, skip=entity.label
    )
    if ref is None:
        return None
    query.select = [query.use(ref)]
    noun = asker.named(ref)
    if len(entity.label) == 2:
        first, last = (rng.choice(f.values)[0] for f in entity.label)
        one = rng.random() < 0.6
        chosen = [(entity.label[1], last)] if one else list(zip(entity.label, (first, last), strict=True))
        query.where = [f"{query.use(Ref(f, entity))} = {sql_literal(v)}" for f, v in chosen]
        who = value(last if one else f"{first} {last}", rng)
        if one:
            who = asker.pick(
                "{e} {v}",
                "the {e} with last name {v}",
                "the {e} named {v}".replace("named", "whose last name is"),
                e=entity.noun,
                v=who,
            )
            if who.startswith(entity.noun):
                who = f"the {who}" if rng.random() < 0.2 else who
    else:
        stored = rng.choice(entity.label[0].values)[0]
        query.where = [f"{query.use(Ref(entity.label[0], entity))} = {sql_literal(stored)}"]
        who = value(stored, rng)
        who = asker.pick(
            "{v}",
            "{v}",
            "(the |){e} {v}",
            "the {e} (called|named|with the {l}) {v}",
            e=entity.noun,
            v=who,
            l=entity.label[0].noun,
        )
    question = asker.pick(
        "what is the {n} of {w}?",
        "what's the {n} of {w}?",
        "{n} of {w}",
        "{w} {n}" if who.startswith("\x02") else "{n} {w}",
        "(show|give|tell) me the {n} (of|for) {w}",
        "what {n} does {w} have?",
        "i need the {n} (of|for) {w}",
        "look up the {n} of {w}",
        "find the {n} for {w}",
        "which {n} does {w} (have|belong to)?" if path and ref.field.role == "label" else "do you know the {n} of {w}?",
        "can you tell me {w}'s {n}?" if entity.is_person else "can you tell me the {n} of {w}?",
        n=noun,
        w=who,
    )
    if (
        ref.field.role == "date"
        and not path
        and rng.random() < 0.3
        and ref.field.noun.split()[0] in ("hire", "release", "birth", "publication", "signup")
    ):
        verb = {
            "hire": "hired",
            "release": "released",
            "birth": "born",
            "publication": "published",
            "signup": "signing up",
        }[ref.field.noun.split()[0]]
        question = (
            asker.pick("when was {w} {v}?", "when was {w} {v}", w=who, v=verb) if verb != "signing up" else question
        )
    return asker.draft(question, query)


def count_rows(asker: Asker) -> Draft | None:
    """How many active customers are there?"""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    query = Query(entity, select=["count(*)"])
    conditions = asker.some_conditions(query, entity, (0.0 if asker.hops else 0.12, 0.65, 0.23))
    things, predicate = asker.things(entity, conditions), asker.predicate(conditions)
    chance = asker.rng.random()
    if predicate and chance < 0.3:
        question = f"how many {asker.nouns(entity)} {predicate}?"
    elif chance < 0.42 and asker.terse(conditions):
        question = asker.pick(
            "count {p} {c}",
            "number of {p} {c}",
            "{p} count {c}",
            "how many {p} {c}",
            p=entity.nouns,
            c=asker.terse(conditions),
        )
    elif chance < 0.75:
        question = asker.pick(
            "how many {t} are there?",
            "how many {t} do we have?",
            "how many {t} are (there |)in (the database|total)?" if not conditions else "how many {t} are there?",
            "how many {t}?",
            "how many {t} (exist|are recorded)?",
            "count (the |all |){t}",
            "count of {t}",
            "how many {t} have we got?",
            "total {t}?" if not conditions else "how many {t} in total?",
            t=things,
        )
    else:
        question = asker.frame(asker.pick("the (total |)number of {t}", "the (count|number) of {t}", t=things))
        if asker.rng.random() < 0.25:
            question = asker.pick(
                "(tell me|i want to know|find out|i need to know) how many {t} there are",
                "do you know how many {t} there are?",
                t=things,
            )
    return asker.draft(question, query)


def distinct_values(asker: Asker) -> Draft | None:
    """What different cities do customers live in? How many?"""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    path = rng.choice(asker.far_paths(entity) or [()])
    ref = asker.ref(entity, *(("label", "category") if path else ("category",)), path=path)
    if ref is None:
        return None
    column = query.use(ref)
    asker.hops = 0
    conditions = asker.some_conditions(query, entity, (0.5, 0.45, 0.05), skip=(ref.field,))
    things, noun = asker.things(entity, conditions), asker.named(ref)
    if rng.random() < 0.5:
        query.select = [f"count(DISTINCT {column})"]
        question = asker.pick(
            "how many (different|distinct|unique) {n} do {t} have?",
            "how many (different|distinct) {n} are there (among|for) {t}?",
            "the number of (distinct|different|unique) {n} (of|among|across) {t}",
            "count (the |)(distinct|unique|different) {n} of {t}",
            "(distinct|unique) {n} count for {t}",
            "how many (different|unique) {n} (appear|occur) (in|among) (the |){t}?",
            n=plural(noun),
            t=things,
        )
        return asker.draft(question, query)
    query.select, query.distinct = [column], True
    question = asker.pick(
        "what (different |distinct |)({n}) (do|of) {t} (have|appear)?".replace("(do|of)", "do").replace(
            "(have|appear)", "have"
        ),
        "(show|list) (all |)(the |)(different|distinct|unique) {n} of {t}",
        "which (different |){n} (are there|occur|exist) (for|among) {t}?",
        "(distinct|unique|different) {n} of {t}",
        "what are the (different|distinct|unique|possible) {n} of {t}?",
        "list (of |)(distinct|unique) {n} for {t}",
        "all (different|distinct) {n} (among|of) {t}",
        n=plural(noun),
        t=things,
    )
    return asker.draft(question, query)
