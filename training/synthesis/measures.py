"""Questions about amounts: totals, averages, what is above average, time between two dates."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.database import Entity, Field
from training.synthesis.phrasing import article, join_and, plural
from training.synthesis.query import Query, Ref

_AGGREGATES = {
    "sum": ("total", "total", "sum of", "combined", "overall"),
    "avg": ("average", "average", "mean", "avg"),
    "min": ("lowest", "minimum", "smallest", "min"),
    "max": ("highest", "maximum", "largest", "max"),
    "median": ("median",),
}


def aggregate_words(asker: Asker, ref: Ref, *, ranked: bool = False) -> tuple[str, str]:
    """An aggregate function that fits a column, and how to call its result: ``average price``."""
    rng, made = asker.rng, ref.field
    options = ["avg", "avg"] + (["sum"] * 4 if made.is_additive else [])
    if not ranked:
        options += ["max", "min"] + ["median"] * (rng.random() < 0.3)
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


def measure(
    asker: Asker, query: Query, entity: Entity, *, ranked: bool = False
) -> tuple[str, str, tuple[Field, ...]] | None:
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
    function, words = aggregate_words(asker, ref, ranked=ranked)
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
    fit = [e for e in asker.known.entities if sum(bool(f.quantiles) for f in e.of_role("date")) >= 2]
    if not fit:
        return None
    entity = asker.rng.choice(fit)
    pair = asker.rng.sample([f for f in entity.of_role("date") if f.quantiles], 2)
    first, second = sorted(pair, key=lambda f: str(f.quantiles[2]))
    if str(first.quantiles[2])[:10] >= str(second.quantiles[2])[:10] or first.words & {"birth"}:
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
