"""Questions about columns that hold more than one value, and about flags."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.conditions import flag_forms
from training.synthesis.learning import struct_parts
from training.synthesis.phrasing import plural
from training.synthesis.query import Query, Ref
from training.synthesis.words import spell_out, split_name


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
    query.select = [f"100.0 * count(*) FILTER (WHERE {made.condition(column, true=True)}) / count(*)"]
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
