"""Questions about rows: lists, look-ups, counts, totals, the highest and the lowest."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.conditions import flag_forms, sql_literal, struct_parts
from training.synthesis.database import Entity, Field
from training.synthesis.phrasing import article, join_and, plural, small, value
from training.synthesis.query import Query, Ref
from training.synthesis.words import spell_out, split_name

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
            "{c} {p} count",
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


_AGGREGATES = {
    "sum": ("total", "total", "sum of", "combined", "overall"),
    "avg": ("average", "average", "mean", "avg"),
    "min": ("lowest", "minimum", "smallest", "min"),
    "max": ("highest", "maximum", "largest", "max"),
    "median": ("median",),
}


def aggregate_words(asker: Asker, ref: Ref, *, no_median: bool = False) -> tuple[str, str]:
    """An aggregate function that fits a column, and how to call its result: ``average price``."""
    rng, made = asker.rng, ref.field
    options = (
        ["avg", "avg", "max", "min"]
        + (["sum"] * 4 if made.is_additive else [])
        + ([] if no_median else ["median"] * (rng.random() < 0.3))
    )
    function = rng.choice(options)
    noun = asker.named(ref)
    if made.words & {"average", "total", "minimum", "maximum", "percent", "percentage"} and function == "sum":
        noun = noun.removeprefix("total ")
    word = rng.choice(_AGGREGATES[function])
    if function in ("sum",) and word == "sum of":
        return function, f"sum of {noun}" if made.words & {"quantity", "revenue", "sales"} or noun.endswith(
            "s"
        ) else f"sum of the {noun}" if rng.random() < 0.5 else f"sum of {plural(noun)}"
    if function == "sum" and noun.startswith("number of "):
        return function, f"total {noun}"
    if "number of " in noun and word in ("largest", "smallest", "mean", "lowest", "highest"):
        word = {"mean": "average"}.get(word, word)
    return function, f"{word} {noun}"


def revenue(entity: Entity) -> tuple[Field, Field] | None:
    """Quantity and unit price of a table of sold things that has no amount."""
    numbers = entity.of_role("number")
    quantity = next((f for f in numbers if f.noun.split()[-1] in ("quantity", "units")), None)
    price = next(
        (f for f in numbers if f.noun in ("unit price", "price", "sale price", "price each", "item price")), None
    )
    amount = any(f.words & {"amount", "total", "revenue", "subtotal"} for f in numbers)
    return (quantity, price) if quantity and price and not amount else None


def measure(asker: Asker, query: Query, entity: Entity) -> tuple[str, str, tuple[Field, ...]] | None:
    """An aggregate over rows of ``entity``: SQL, noun phrase, the columns."""
    rng = asker.rng
    sold = revenue(entity)
    if sold and rng.random() < 0.5:
        first, second = (query.use(Ref(f, entity)) for f in sold)
        return (
            f"sum({first} * {second})",
            rng.choice(("total revenue", "total sales", "revenue", "sales revenue")),
            sold,
        )
    ref = asker.ref(entity, "number")
    if ref is None:
        return None
    function, words = aggregate_words(asker, ref)
    return f"{function}({query.use(ref)})", words, (ref.field,)


def aggregate(asker: Asker) -> Draft | None:
    """What is the average price of products in the toys category?"""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    query = Query(entity)
    made = measure(asker, query, entity)
    if made is None:
        return None
    sql, words, fields = made
    query.select = [sql]
    conditions = asker.some_conditions(query, entity, (0.0 if asker.hops else 0.25, 0.58, 0.17), skip=fields)
    things = asker.things(entity, conditions)
    if "revenue" in words or words == "total sales":
        target = asker.pick("the {w} from {t}", "{w} of {t}", "the {w} for {t}", w=words, t=things)
    else:
        target = asker.pick(
            "the {w} of {t}",
            "the {w} of {t}",
            "the {w} for {t}",
            "the {w} across (all |){t}",
            "the {w} of all {t}",
            "{w} of {t}",
            "{w} for {t}",
            w=words,
            t=things,
        )
    chance = asker.rng.random()
    if chance < 0.2:
        question = asker.pick(
            "{w} {c} {p}", "{p} {w} {c}", "{w} {p} {c}", w=words, c=asker.terse(conditions), p=entity.nouns
        )
    elif chance < 0.3 and sql.startswith("avg") and fields[0].noun in ("age", "height", "weight"):
        question = asker.pick(
            "how {a} are {t} on average?",
            a={"age": "old", "height": "tall", "weight": "heavy"}[fields[0].noun],
            t=things,
        )
    elif chance < 0.36 and sql.startswith("sum") and fields[0].is_money and len(fields) == 1:
        question = asker.pick(
            "how much {n} (in total |)(for|across|from) {t}?",
            "how much is the {w} of {t}?",
            n=fields[0].noun,
            w=words,
            t=things,
        )
    else:
        question = asker.frame(target)
    return asker.draft(question, query)


def two_aggregates(asker: Asker) -> Draft | None:
    """Minimum and maximum salary of employees in sales."""
    entity = asker.entity(parents=asker.hops > 0)
    ref = asker.ref(entity, "number") if entity else None
    if entity is None or ref is None:
        return None
    rng = asker.rng
    query = Query(entity)
    column, noun = query.use(ref), asker.named(ref)
    options = [
        ("avg", "average"),
        ("max", rng.choice(("maximum", "highest", "max"))),
        ("min", rng.choice(("minimum", "lowest", "min"))),
    ] + ([("sum", "total")] if ref.field.is_additive else [])
    chosen = rng.sample(options, rng.choice((2, 2, 2, 3)))
    query.select = [f"{f}({column})" for f, _ in chosen]
    words = join_and([w for _, w in chosen], rng) + f" {noun}"
    if rng.random() < 0.2:
        query.select = ["count(*)", f"{chosen[0][0]}({column})"]
        words = f"number of {entity.nouns} and (their |){chosen[0][1]} {noun}"
        conditions = asker.some_conditions(query, entity, (0.0, 0.8, 0.2), skip=(ref.field,))
        posts = asker.chain([rng.choice(c.post) for c in conditions])
        return asker.draft(
            asker.frame(
                asker.expand(
                    "the number of {t} and their {w} {n}",
                    t=asker.expand("{p} {c}", p=entity.nouns, c=" ".join(posts)),
                    w=chosen[0][1],
                    n=noun,
                ),
                many=True,
            ),
            query,
        )
    conditions = asker.some_conditions(query, entity, (0.45, 0.45, 0.1), skip=(ref.field,))
    things = asker.things(entity, conditions)
    if rng.random() < 0.2:
        question = asker.pick("{w} {p} {c}", "{p} {w} {c}", w=words, p=entity.nouns, c=asker.terse(conditions))
    else:
        question = asker.frame(
            asker.pick("the {w} of {t}", "{w} for {t}", "the {w} of all {t}", "the {w} across {t}", w=words, t=things),
            many=True,
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


_SUPERLATIVES = {
    "price": (("most expensive", "priciest"), ("cheapest", "least expensive")),
    "cost": (("most expensive", "costliest"), ("cheapest",)),
    "unit price": (("most expensive",), ("cheapest",)),
    "list price": (("most expensive",), ("cheapest",)),
    "age": (("oldest",), ("youngest",)),
    "birth date": (("youngest",), ("oldest",)),
    "salary": (("best paid", "highest paid", "top earning"), ("lowest paid", "worst paid")),
    "height": (("tallest", "highest"), ("shortest", "lowest")),
    "population": (("most populous", "largest"), ("least populous",)),
    "rating": (("best rated", "top rated", "highest rated"), ("worst rated", "lowest rated")),
    "weight": (("heaviest",), ("lightest",)),
    "duration": (("longest",), ("shortest",)),
    "length": (("longest",), ("shortest",)),
    "area": (("largest", "biggest"), ("smallest",)),
    "capacity": (("largest", "biggest"), ("smallest",)),
    "order date": (("latest", "most recent", "newest"), ("earliest", "first", "oldest")),
    "release year": (("newest", "latest", "most recent"), ("oldest", "earliest")),
    "hire date": (("most recently hired", "newest"), ("longest serving", "first hired")),
    "release date": (("newest", "latest", "most recently released"), ("oldest", "first released")),
    "speed": (("fastest",), ("slowest",)),
    "budget": (("highest budget", "biggest budget"), ("lowest budget", "smallest budget")),
    "distance": (("longest",), ("shortest",)),
    "depth": (("deepest",), ("shallowest",)),
    "elevation": (("highest",), ("lowest",)),
    "year built": (("newest",), ("oldest",)),
    "founded year": (("newest", "youngest"), ("oldest",)),
    "founding year": (("newest", "youngest"), ("oldest",)),
    "built year": (("newest",), ("oldest",)),
    "signup date": (("newest", "most recent"), ("oldest",)),
}


def superlative(asker: Asker) -> Draft | None:
    """Which product is the most expensive? The five youngest players?"""
    entity = asker.entity(labelled=asker.rng.random() < 0.85, parents=asker.hops > 0)
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    ref = asker.ref(entity, "number", "number", "date", "year")
    if ref is None:
        return None
    query.select = label_columns(query, entity) or ["*"]
    column = query.use(ref)
    down = rng.random() < 0.65
    query.order = [f"{column} DESC" if down else column]
    query.limit = rng.choice((1, 1, 1, 2, 3, 3, 5, 5, 10))
    conditions = asker.some_conditions(query, entity, (0.6, 0.36, 0.04), skip=(ref.field, *entity.label))
    if ref.field.nulls and not down:
        pass
    things, noun = asker.things(entity, conditions), ref.field.noun
    is_date = ref.field.role in ("date", "year")
    extreme = rng.choice(
        (("latest", "most recent") if down else ("earliest", "first"))
        if is_date
        else (
            ("highest", "highest", "largest", "biggest", "top", "maximum")
            if down
            else ("lowest", "lowest", "smallest", "minimum")
        )
    )
    if extreme in ("top", "first"):
        extreme = "highest" if not is_date else "earliest"
    adjective = (
        rng.choice(_SUPERLATIVES[noun][0 if down else 1])
        if noun in _SUPERLATIVES and rng.random() < 0.6 and not conditions[:0]
        else ""
    )
    one = asker.noun(entity)
    many = "number of " in noun
    if adjective in ("tallest", "shortest") and not entity.is_person and noun == "height":
        adjective = ""
    if (noun == "population" and adjective in ("largest", "smallest")) or (noun in ("area", "capacity") and adjective):
        adjective = ""
    posts = " ".join(asker.chain([rng.choice(c.post) for c in conditions]))
    shown = rng.random() < 0.2 and bool(entity.label)
    if shown:
        query.select.append(column)
    if query.limit == 1:
        if adjective:
            question = asker.pick(
                "(what|which) is the {a} {o} {c}?",
                "which {o} {c} is the {a}?",
                "{a} {o} {c}",
                "(find|show|give me|get) the {a} {o} {c}",
                "(what|which)'s the {a} {o} {c}?".replace("which's", "what's"),
                "(who|which {o}) is the {a} {o} {c}?".replace("(who|which {o}) is", "who is")
                if entity.is_person
                else "name the {a} {o} {c}",
                "the {a} {o} {c}, please",
                a=adjective,
                o=one,
                c=posts,
            )
        elif many and not is_date:
            question = asker.pick(
                "which {o} {c} has the {m} {n}?",
                "{o} {c} with the {m} {n}",
                "(find|show|name) the {o} {c} with the {m} {n}",
                "what {o} {c} has the {m} {n}?",
                o=one,
                c=posts,
                m="most" if down else "fewest",
                n=noun.replace("number of ", ""),
            )
        else:
            question = asker.pick(
                "which {o} {c} has the {x} {n}?",
                "(what is |)the {o} {c} with the {x} {n}",
                "{o} {c} with (the |){x} {n}",
                "(find|show me|give me|name) the {o} {c} with the {x} {n}",
                "what {o} {c} has the {x} {n}?",
                "who has the {x} {n} among {p}?" if entity.is_person and not conditions else "{x} {n} {o} {c}",
                "(i'm looking for|i need|get) the {o} {c} with the {x} {n}",
                o=one,
                c=posts,
                x=extreme,
                n=noun,
                p=asker.nouns(entity),
            )
        if shown:
            question = asker.add(
                question,
                "and what is its {n}?" if not entity.is_person else ", with the {n}",
                "? show the {n} too",
                ", and its {n}" if not entity.is_person else "and the {n}",
                n=noun,
            )
    else:
        k = small(query.limit, rng)
        if adjective:
            question = asker.pick(
                "(what are |)the {k} {a} {p} {c}",
                "{k} {a} {p} {c}",
                "(show|list|give me|find) the {k} {a} {p} {c}",
                "top {k} {a} {p} {c}",
                "which {k} {p} {c} are the {a}?",
                k=k,
                a=adjective,
                p=asker.nouns(entity),
                c=posts,
            )
        else:
            word = "by" if down and not is_date else ""
            forms = [
                "(show|list|give me|find|what are) the {k} {p} {c} with the {x} {n}",
                "{k} {p} {c} with (the |){x} {n}",
                "which {k} {p} {c} have the {x} {n}?",
            ]
            if word:
                forms += [
                    "top {k} {p} {c} by {n}",
                    "(show|list|give me) (the |)top {k} {p} {c} by {n}",
                    "top {k} {p} by {n} {c}",
                    "what are the top {k} {p} {c} by {n}?",
                    "(rank|sort) {p} {c} by {n} and (show|give me) the top {k}",
                ]
            elif not is_date:
                forms += ["bottom {k} {p} {c} by {n}", "the bottom {k} {p} {c} in terms of {n}"]
            else:
                forms += ["{k} {p} {c} with the {x} {n}"]
            question = asker.pick(
                *forms, k=k, p=asker.nouns(entity), c=posts, x=extreme, n=plural(noun) if rng.random() < 0.5 else noun
            )
        if shown:
            question = asker.add(question, "and their {n}", ", with {n}", "along with the {n}", n=noun)
    del things
    return asker.draft(question, query, ordered=True, ties_on=column)


def ties(asker: Asker) -> Draft | None:
    """All products that share the highest price."""
    entity = asker.entity(labelled=True)
    ref = asker.ref(entity, "number", "year") if entity else None
    if entity is None or ref is None or ref.field.distinct >= entity.rows:
        return None
    down = asker.rng.random() < 0.7
    query = Query(entity)
    query.select = label_columns(query, entity)
    column = query.use(ref)
    extreme = asker.rng.choice(("highest", "maximum", "largest") if down else ("lowest", "minimum", "smallest"))
    if ref.field.role == "year":
        extreme = "latest" if down else "earliest"
    query.where = [f"{column} = (SELECT {'max' if down else 'min'}({column}) FROM {entity.reference})"]
    question = asker.pick(
        "which {p} (all |)(have|share) the {x} {n}?",
        "(list|show|find) all {p} (that have|with) the {x} {n}",
        "all {p} with the {x} {n}, ties included",
        "{p} whose {n} equals the {x} {n}",
        "every {o} that has the {x} {n}",
        "which {p} are tied for the {x} {n}?",
        "{p} with the {x} {n} including ties",
        p=asker.nouns(entity),
        o=asker.noun(entity),
        x=extreme,
        n=ref.field.noun,
    )
    return asker.draft(question, query)


def compared_with_average(asker: Asker) -> Draft | None:
    """Employees who earn more than the average."""
    entity = asker.entity()
    ref = asker.ref(entity, "number") if entity else None
    if entity is None or ref is None:
        return None
    rng = asker.rng
    query = Query(entity)
    counting = not entity.label or rng.random() < 0.3
    query.select = ["count(*)"] if counting else label_columns(query, entity)
    column = query.use(ref)
    more = rng.random() < 0.7
    query.where = [f"{column} {'>' if more else '<'} (SELECT avg({column}) FROM {entity.reference})"]
    noun = ref.field.noun
    how = asker.pick(
        *(
            (
                "above(-| )average {n}",
                "{a} above (the |)average",
                "{a} higher than (the |)average",
                "more than the average {n}",
                "{a} greater than the (average|mean) {n}",
                "{n} above the mean",
            )
            if more
            else (
                "below(-| )average {n}",
                "{a} below (the |)average",
                "{a} lower than (the |)average",
                "less than the average {n}",
                "{n} under the average",
            )
        ),
        n=noun,
        a=article(noun),
    )
    if counting:
        question = asker.pick(
            "how many {p} have {h}?",
            "count (the |){p} with {h}",
            "number of {p} with {h}",
            "how many {p} are there with {h}?",
            "how many of the {p} have {h}?",
            p=asker.nouns(entity),
            h=how,
        )
    else:
        question = asker.pick(
            "which {p} have {h}?",
            "{p} with {h}",
            "(list|show|find|give me) (all |the |){p} (with|that have) {h}",
            "who are the {p} with {h}?" if entity.is_person else "what are the {p} with {h}?",
            "all {p} having {h}",
            "i want to see {p} with {h}",
            p=asker.nouns(entity),
            h=how,
        )
    return asker.draft(question, query)


def time_between(asker: Asker) -> Draft | None:
    """How many days lie between order and delivery on average?"""
    fit = [e for e in asker.known.entities if len(e.of_role("date")) >= 2]
    if not fit:
        return None
    entity = asker.rng.choice(fit)
    first, second = asker.rng.sample(entity.of_role("date"), 2)
    if (
        not first.quantiles
        or not second.quantiles
        or str(first.quantiles[2])[:10] >= str(second.quantiles[2])[:10]
        or first.words & {"birth"}
    ):
        return None
    query = Query(entity)
    one, two = query.use(Ref(first, entity)), query.use(Ref(second, entity))
    function, word = asker.rng.choice((("avg", "average"), ("avg", "average"), ("max", "longest"), ("min", "shortest")))
    query.select = [f"{function}(date_diff('day', {one}, {two}))"]
    conditions = asker.some_conditions(query, entity, (0.6, 0.4), skip=(first, second))
    question = asker.pick(
        "(what is the |){w} number of days (between|from) {a} (and|to) {b} (of|for) {t}?",
        "how many days are there (between {a} and {b}|from {a} to {b}) {on} for {t}?",
        "{w} days from {a} to {b} for {t}",
        "{w} time in days between {a} and {b} for {t}",
        "(calculate|show) the {w} number of days from {a} to {b} for {t}",
        "what's the {w} time between {a} and {b} in days for {t}?",
        w=word,
        a=first.noun,
        b=second.noun,
        t=asker.things(entity, conditions),
        on="on average" if function == "avg" else "at most" if function == "max" else "at least",
    )
    return asker.draft(
        question.replace("between " + first.noun + " to", "between " + first.noun + " and").replace(
            "from " + first.noun + " and", "from " + first.noun + " to"
        ),
        query,
    )


def list_columns(asker: Asker) -> Draft | None:
    """Which tags are used most? How many tags has each post?"""
    fit = [(e, f) for e in asker.known.entities for f in e.of_role("list") if f.type == "VARCHAR[]" and f.values]
    if not fit:
        return None
    rng = asker.rng
    entity, made = rng.choice(fit)
    query = Query(entity)
    column, one = query.use(Ref(made, entity)), made.noun[:-1] if made.noun.endswith("s") else made.noun
    slots = {"p": asker.nouns(entity), "n": plural(one), "o": one, "e": asker.noun(entity)}
    kind = rng.randrange(4)
    if kind == 0:
        query.select, query.group = [f"unnest({column})", "count(*)"], "ALL"
        return asker.draft(
            asker.pick(
                "how many {p} (have|are there for) each {o}?",
                "number of {p} per {o}",
                "count {p} by {o}",
                "how often does each {o} occur (in|among) {p}?",
                "{p} per {o}",
                "for each {o}, how many {p} are there?",
                **slots,
            ),
            query,
        )
    if kind == 1:
        query.select, query.distinct = [f"unnest({column})"], True
        return asker.draft(
            asker.pick(
                "(list|show) all (different|distinct) {n} of {p}",
                "which {n} do {p} have?",
                "what (different|distinct) {n} are there (for|among) {p}?",
                "distinct {n} of {p}",
                "all {n} used for {p}",
                "unique {n} across {p}",
                **slots,
            ),
            query,
        )
    if kind == 2:
        query.select = [f"avg(len({column}))"]
        return asker.draft(
            asker.pick(
                "average number of {n} per {e}",
                "how many {n} (do {p} have|does a {e} have) on average?",
                "what is the (average|mean) number of {n} of {p}?",
                "how many {n} per {e} on average?",
                "on average, how many {n} do {p} have?",
                "mean {o} count per {e}",
                **slots,
            ),
            query,
        )
    if not entity.label:
        return None
    query.select = [*label_columns(query, entity), f"len({column})"]
    return asker.draft(
        asker.pick(
            "how many {n} does each {e} have?",
            "number of {n} (of|for) each {e}",
            "(list|show) {p} with the number of {n}",
            "{p} and how many {n} they have",
            "for every {e}, (show|count) the number of {n}",
            "count the {n} of (each|every) {e}",
            **slots,
        ),
        query,
    )


def struct_columns(asker: Asker) -> Draft | None:
    """The city of the address of each customer; customers per part of a STRUCT."""
    fit = [(e, f, p) for e in asker.known.entities for f in e.of_role("struct") for p in struct_parts(f.type)]
    if not fit:
        return None
    rng = asker.rng
    entity, made, (part, type_) = rng.choice(fit)
    query = Query(entity)
    column = f"{query.use(Ref(made, entity))}.{part}"
    noun = spell_out(split_name(part))
    noun = noun if rng.random() < 0.5 else f"{made.noun} {noun}"
    slots = {"p": asker.nouns(entity), "n": noun, "s": plural(noun), "e": asker.noun(entity), "m": made.noun}
    if type_ != "VARCHAR":
        function, word = rng.choice((("avg", "average"), ("max", "highest"), ("min", "lowest")))
        query.select = [f"{function}({column})"]
        return asker.draft(
            asker.frame(
                asker.pick(
                    "the {w} {n} of {p}",
                    "{w} {n} across all {p}",
                    "the {w} {n} in the {m} of {p}".replace("in the {m} of", "of"),
                    w=word,
                    **slots,
                )
            ),
            query,
        )
    if entity.label and rng.random() < 0.5:
        query.select = [*label_columns(query, entity), column]
        return asker.draft(
            asker.pick(
                "(show|list) (the |){n} of (each|every) {e}",
                "{p} with their {n}",
                "(list|show) {p} and their {n}",
                "for each {e}, show the name and the {n}",
                "names and {s} of (all |){p}",
                "{n} for each {e}",
                **slots,
            ),
            query,
        )
    query.select, query.group = [column, "count(*)"], "ALL"
    return asker.draft(
        asker.pick(
            "how many {p} per {n}?",
            "(number|count) of {p} (by|per|for each) {n}",
            "count {p} by {n}",
            "{p} by {n}",
            "how many {p} are there (in|for) each {n}?",
            "break down the number of {p} by {n}",
            **slots,
        ),
        query,
    )


def flag_counts(asker: Asker) -> Draft | None:
    """How many customers are active, and how many are not? The share of those that are."""
    fit = [(e, f) for e in asker.known.entities for f in e.of_role("flag") if f.distinct > 1]
    if not fit:
        return None
    entity, made = asker.rng.choice(fit)
    query = Query(entity)
    column = query.use(Ref(made, entity))
    adjective, thing = flag_forms(made)
    slots = {
        "p": asker.nouns(entity),
        "a": f"are {adjective}" if adjective else f"have {thing}",
        "x": adjective or f"with {thing}",
    }
    if asker.rng.random() < 0.5:
        query.select, query.group = [column, "count(*)"], "ALL"
        return asker.draft(
            asker.pick(
                "how many {p} {a} and how many (are not|aren't|don't)?".replace(
                    "(are not|aren't|don't)", "are not" if adjective else "do not"
                ),
                "count {p} that {a} versus those that {no}",
                "number of {p} by whether they {a}",
                "{p} that {a} vs not, count",
                "split the {p} into those that {a} and those that {no}, with counts",
                "how many {p} {a} or not? count both",
                no="are not" if adjective else "don't",
                **slots,
            ),
            query,
        )
    query.select = [f"100.0 * count(*) FILTER (WHERE {column}) / count(*)"]
    return asker.draft(
        asker.pick(
            "what (percentage|percent|share) of {p} {a}?",
            "percentage of {p} that {a}",
            "what % of {p} {a}?",
            "how many percent of {p} {a}?",
            "the share of {p} that {a} in percent",
            "(give me|show) the percentage of {p} that {a}",
            **slots,
        ),
        query,
    )
