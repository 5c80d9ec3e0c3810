"""Questions about development and proportion: per month, running totals, growth, shares, the best of each group."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.groups import counted
from training.synthesis.phrasing import plural, small
from training.synthesis.query import Query, Ref


def over_time(asker: Asker) -> Draft | None:
    """Revenue per month; orders by year; running totals and growth of them."""
    fit = [
        (e, f)
        for e in asker.known.entities
        for f in e.of_role("date")
        if "birth" not in f.words and len(f.quantiles) == 5
    ]
    if not fit:
        return None
    rng = asker.rng
    entity, when = rng.choice(fit)
    query = Query(entity)
    made = counted(asker, query, entity, chance_of_count=0.45)
    if made is None:
        return None
    sql, words, fields = made
    column = query.use(Ref(when, entity))
    unit = rng.choice(("month", "month", "year", "year", "quarter", "week", "day of week"))
    if unit == "week" and rng.random() < 0.6:
        unit = "month"
    bucket = {"year": f"year({column})", "day of week": f"dayname({column})"}.get(
        unit, f"date_trunc('{unit}', {column})"
    )
    if unit == "year":
        bucket = f"year({column})"
    conditions = asker.some_conditions(
        query, entity, (0.65, 0.35) if not asker.hops else (0.0, 1.0), skip=(*fields, when)
    )
    posts = " ".join(asker.chain([rng.choice(c.post) for c in conditions]))
    query.select, query.group = [bucket, sql], "ALL"
    single = sum(f.role == "date" for f in entity.fields) == 1
    basis = (
        ""
        if single and rng.random() < 0.85
        else f"by {when.noun}"
        if rng.random() < 0.5
        else f"(based on {when.noun})".replace("(", "").replace(")", "")
    )
    adverb = {
        "month": "monthly",
        "year": rng.choice(("yearly", "annual")),
        "quarter": "quarterly",
        "week": "weekly",
    }.get(unit, "")
    slots = {
        "w": words,
        "u": unit if unit != "day of week" else rng.choice(("day of the week", "weekday")),
        "c": posts,
        "b": basis,
        "a": adverb,
        "p": asker.nouns(entity),
    }
    if unit != "day of week":
        query.order = [bucket]
        kind = rng.random()
        if kind < 0.13 and not sql.startswith(("avg", "min", "max", "median")):
            # A window over an aggregate needs the group spelt out.
            query.group = bucket
            query.select = [bucket, f"sum({sql}) OVER (ORDER BY {bucket})"]
            return asker.draft(
                asker.pick(
                    "(running|cumulative) total of (the |){w} {c} (by|per) {u} {b}",
                    "cumulative {w} {c} (by|per|over) {u} {b}",
                    "(show|give me) the running total of {w} {c} per {u} {b}",
                    "how does the {w} {c} accumulate by {u} {b}?",
                    "cumulated {w} {c} per {u} {b}",
                    "running {w} {c} by {u} {b}",
                    **slots,
                ),
                query,
                ordered=True,
            )
        if kind < 0.28:
            query.group = bucket
            query.select = [bucket, sql, f"{sql} - lag({sql}) OVER (ORDER BY {bucket})"]
            if rng.random() < 0.5:
                query.select = [
                    bucket,
                    f"100.0 * ({sql} - lag({sql}) OVER (ORDER BY {bucket})) / lag({sql}) OVER (ORDER BY {bucket})",
                ]
                return asker.draft(
                    asker.pick(
                        "{u} over {u} growth (rate |)of {w} {c} in percent {b}",
                        "percentage change of {w} {c} (from|versus|compared with) the previous {u} {b}, per {u}",
                        "by what percentage did the {w} {c} change each {u} {b}?",
                        "growth in percent of {w} {c} per {u} {b}",
                        "(show|calculate) the percent growth of {w} {c} vs the previous {u} {b}, for each {u}",
                        "{a} growth rate of {w} {c} in % {b}",
                        **slots,
                    ),
                    query,
                    ordered=True,
                )
            return asker.draft(
                asker.pick(
                    "{w} {c} per {u} {b} and the change (from|to|versus) the previous {u}",
                    "{w} {c} by {u} {b} with the difference to the previous {u}",
                    "(show|list) {w} {c} for each {u} {b} and how much it changed from the {u} before",
                    "{a} {w} {c} {b} and change vs prior {u}",
                    "for each {u}, the {w} {c} and the difference from the previous {u} {b}",
                    "compare the {w} {c} of each {u} {b} with the previous one, show the difference".replace(
                        "of each {u} {b}", "per {u} {b}"
                    ),
                    **slots,
                ),
                query,
                ordered=True,
            )
    ordered = unit != "day of week"
    forms = [
        "{w} {c} (per|by|for each) {u} {b}",
        "(show|give me|get) (the |){w} {c} (per|by|for each) {u} {b}",
        "what (is|was) the {w} {c} (in each|per|by|for each) {u} {b}?",
        "{w} {c} {b} over time by {u}" if ordered else "{w} {c} per {u} {b}",
        "for each {u}, (show|give|what was) the {w} {c} {b}",
        "how did the {w} {c} develop by {u} {b}?" if ordered else "{w} {c} by {u} {b}",
    ]
    if adverb and not words.startswith("number of"):
        forms += ["{a} {w} {c} {b}", "(show|plot|give me) the {a} {w} {c} {b}"]
    if sql == "count(*)":
        forms += [
            "how many {p} {c} (were there|per|by) (in |)each {u} {b}?".replace(
                "(were there|per|by) (in |)each", "were there in each" if ordered else "are there for each"
            ),
            "count (of |){p} {c} (by|per) {u} {b}",
            "{p} {c} (by|per) {u} {b}",
            "{a} number of {p} {c} {b}" if adverb else "{p} {c} by {u}",
        ]
    if basis.startswith("by"):
        forms = [
            f.replace("(per|by|for each)", "per")
            .replace("(per|by|for each)", "per")
            .replace(" by {u} {b}", " per {u} {b}")
            .replace("(by|per)", "per")
            for f in forms
        ]
    return asker.draft(asker.pick(*forms, **slots), query, ordered=ordered)


def share(asker: Asker) -> Draft | None:
    """What percentage of orders are cancelled? The share of each country."""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    if rng.random() < 0.5:
        condition = asker.condition(
            query,
            entity,
            path=rng.choice(asker.far_paths(entity) or [()]) or None,
            roles=("category", "label") if asker.hops else ("category", "number", "year", "date"),
        )
        if condition is None or not query.where or condition.is_relative:
            return None
        where = " AND ".join(query.where)
        query.where = []
        query.select = [f"100.0 * count(*) FILTER (WHERE {where}) / count(*)"]
        predicate = rng.choice(condition.verb) if condition.verb else ""
        things = f"{asker.nouns(entity)} {rng.choice(condition.post)}"
        slots = {"p": asker.nouns(entity), "v": predicate, "t": things}
        if predicate and rng.random() < 0.6:
            question = asker.pick(
                "what (percentage|percent|share|proportion) of {p} {v}?",
                "what % of {p} {v}?",
                "how many percent of (the |){p} {v}?",
                "(calculate|show|tell me) the percentage of {p} that {v}",
                "percentage of {p} that {v}",
                "(which|what) percentage of all {p} {v}?",
                **slots,
            )
        else:
            question = asker.pick(
                "percentage of {t}",
                "(what is |show |give me )the percentage of {t}",
                "{t} as a percentage of all {p}",
                "share of {t} (among|out of) all {p} in percent",
                "% of {t}",
                "what percent of all {p} are {t}?",
                **slots,
            )
        return asker.draft(question, query)
    dim = asker.dimension(entity)
    if dim is None:
        return None
    column, noun = query.use(dim), asker.named(dim)
    query.group = "ALL"
    ref = asker.ref(entity, "number", skip=(dim.field,))
    if ref is not None and ref.field.is_additive and rng.random() < 0.5:
        measured, words = f"sum({query.use(ref)})", f"total {ref.field.noun.removeprefix('total ')}"
        query.select = [column, f"100.0 * {measured} / sum({measured}) OVER ()"]
        question = asker.pick(
            "what percentage of the {w} (comes from|falls on|is due to) each {n}?",
            "(share|percentage) of {w} (of {p} |)(by|per|for each) {n}",
            "each {n}'s (share|percentage) of the {w}",
            "(show|calculate) the percentage of the {w} (of {p} |)for each {n}",
            "{w} of {p} by {n} in percent",
            "how much does each {n} contribute to the {w} in percent?",
            w=words,
            n=noun,
            p=entity.nouns,
        )
    else:
        query.select = [column, "100.0 * count(*) / sum(count(*)) OVER ()"]
        question = asker.pick(
            "what percentage of {p} (belong to|fall on) each {n}?",
            "(share|percentage) of {p} (by|per|for each) {n}",
            "percentage distribution of {p} by {n}",
            "(show|calculate|give me) the percentage of {p} (per|for each|by) {n}",
            "what share of the {p} does each {n} have, in percent?",
            "how are the {p} split by {n} in percent?",
            "% of {p} by {n}",
            p=asker.nouns(entity),
            n=noun,
        )
    return asker.draft(question, query)


def best_of_each(asker: Asker) -> Draft | None:
    """The most expensive product of each category, by QUALIFY."""
    entity = asker.entity(labelled=True, parents=asker.hops > 0)
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    ref = asker.ref(entity, "number", "number", "date", "year")
    dim = asker.dimension(entity, skip=(ref.field,)) if ref else None
    if ref is None or dim is None or dim.field in entity.label or ref.field.nulls:
        return None
    group, column = query.use(dim), query.use(ref)
    down = rng.random() < 0.75
    k = rng.choice((1, 1, 1, 2, 3))
    order = f"{column} DESC" if down else column
    query.select = [group, *label_columns(query, entity)]
    query.qualify = (
        f"row_number() OVER (PARTITION BY {group} ORDER BY {order}) <= {k}"
        if k > 1
        else f"row_number() OVER (PARTITION BY {group} ORDER BY {order}) = 1"
    )
    extreme = ("latest" if down else "earliest") if ref.field.role != "number" else ("highest" if down else "lowest")
    noun = asker.named(dim)
    slots = {
        "o": asker.noun(entity),
        "p": asker.nouns(entity),
        "n": noun,
        "x": extreme,
        "m": ref.field.noun,
        "k": small(k, rng),
    }
    if k == 1:
        question = asker.pick(
            "which {o} has the {x} {m} in each {n}?",
            "(for each|for every) {n}, (show|find|give|list) the {o} with the {x} {m}",
            "{o} with the {x} {m} (per|in each|for each) {n}",
            "(show|list|find) the {o} with the {x} {m} (for each|per|in every) {n}",
            "the {o} that has the {x} {m} in (each|every) {n}, with the {n}",
            "what is the {o} with the {x} {m} for each {n}?",
            **slots,
        )
    else:
        question = asker.pick(
            "the {k} {p} with the {x} {m} (in each|per|for each) {n}",
            "for each {n}, (show|list|find) the {k} {p} with the {x} {m}",
            *(
                (
                    "top {k} {p} by {m} (per|in each|for each|within each) {n}",
                    "(show|list) the top {k} {p} by {m} (in each|per) {n}",
                )
                if down and ref.field.role == "number"
                else ()
            ),
            "{k} {p} with the {x} {m} per {n}",
            "(list|find|give me) the {k} {p} with the {x} {m} for every {n}",
            "which {k} {p} have the {x} {m} in each {n}?",
            **slots,
        )
    made = asker.draft(question, query)
    if made is not None:
        made.same = made.sql.replace("ROW_NUMBER()", "RANK()").replace("row_number()", "rank()")
    return made


def average_per_parent(asker: Asker) -> Draft | None:
    """How many orders does a customer have on average?"""
    edges = [e for entity in asker.known.entities for e in entity.parents if not e.nullable]
    if not edges:
        return None
    edge = asker.rng.choice(edges)
    sql = f"SELECT avg(n) FROM (SELECT count(*) AS n FROM {edge.child.reference} GROUP BY {edge.column})"
    question = asker.pick(
        "average number of {p} per {o}",
        "what is the average number of {p} per {o}?",
        "how many {p} does (a|each) {o} have on average?".replace("(a|each)", "each"),
        "on average, how many {p} are there per {o}?",
        "mean number of {p} per {o}",
        "(calculate|show) the average {c} count per {o}",
        "avg {p} per {o}",
        p=plural(edge.counted) if edge.counted != edge.child.noun else asker.nouns(edge.child),
        o=edge.role,
        c=edge.counted,
    )
    return asker.draft_text(question, sql, (edge.child.reference, edge.column, "average per parent"))
