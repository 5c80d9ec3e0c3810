"""Questions about groups: per category, groups above a limit, the top group."""

from __future__ import annotations

from training.synthesis.amounts import round_number
from training.synthesis.asker import Asker, Draft
from training.synthesis.database import Entity, Field
from training.synthesis.measures import aggregate_words, measure
from training.synthesis.phrasing import number, plural, small
from training.synthesis.query import Query, Ref


def counted(
    asker: Asker, query: Query, entity: Entity, *, chance_of_count: float = 0.5, ranked: bool = False
) -> tuple[str, str, tuple[Field, ...]] | None:
    """What to compute per group: a count or an aggregate; SQL, noun phrase, columns used."""
    if asker.rng.random() < chance_of_count:
        return "count(*)", f"number of {asker.nouns(entity)}", ()
    made = measure(asker, query, entity, ranked=ranked)
    if made is None:
        return None
    sql, words, fields = made
    if (
        words.split()[-1] not in entity.noun.split()
        and asker.rng.random() < 0.75
        and "revenue" not in words
        and "sales" not in words
    ):
        words = f"{words} of {asker.nouns(entity)}"
    return sql, words, fields


def group_by(asker: Asker) -> Draft | None:
    """Number of orders per country; average price by category."""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    made = counted(asker, query, entity)
    if made is None:
        return None
    sql, words, fields = made
    dim = asker.dimension(entity, skip=fields)
    if dim is None:
        return None
    query.select, query.group = [query.use(dim), sql], "ALL"
    asker.hops = 0
    conditions = asker.some_conditions(query, entity, (0.72, 0.26, 0.02), skip=(*fields, dim.field))
    posts = " ".join(asker.chain([rng.choice(c.post) for c in conditions]))
    noun, ordered = asker.named(dim), False
    tail = ""
    if rng.random() < 0.2:
        down = rng.random() < 0.75
        query.order, ordered = [f"{sql} DESC" if down else sql], True
        tail = rng.choice(
            (
                ", highest first",
                ", sorted from highest to lowest",
                ", largest first",
                ", in descending order",
                ", descending",
            )
            if down
            else (", lowest first", ", smallest first", ", in ascending order")
        )
    slots = {"w": words, "n": noun, "N": plural(noun), "c": posts, "p": asker.nouns(entity)}
    forms = [
        "{w} {c} (per|by|for each|for every) {n}",
        "{w} (per|by) {n} {c}" if not conditions else "{w} {c} by {n}",
        "what is the {w} {c} (for each|per|by|in each) {n}?".replace("in each", "for every"),
        "(show|give me|list|get) (the |){w} {c} (by|per|for each) {n}",
        "for each {n}, (show|give|what is) the {w} {c}",
        "{w} {c} (grouped|broken down) by {n}",
        "{w} {c} across {N}",
        "i need the {w} {c} (by|per) {n}",
        "can you (break down|split) the {w} {c} by {n}?",
        "(compute|calculate) the {w} {c} (for each|per) {n}",
        "how does the {w} {c} (differ|vary) by {n}?",
    ]
    if sql == "count(*)":
        forms += [
            "how many {p} {c} are there (per|for each|by) {n}?",
            "count {p} {c} (by|per) {n}",
            "{p} {c} (per|by) {n}",
            "how many {p} {c} does each {n} have?",
            "count of {p} {c} for each {n}",
            "how many {p} {c} per {n}?",
        ] * 2
    elif sql.startswith("sum") and words in ("revenue", "total revenue", "total sales", "sales revenue"):
        forms += ["{w} by {n} {c}"]
    question = asker.pick(*forms, **slots)
    return asker.draft(question.rstrip("?") + tail if tail else question, query, ordered=ordered)


def group_by_two(asker: Asker) -> Draft | None:
    """Number of tickets by priority and status."""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    query = Query(entity)
    made = counted(asker, query, entity)
    if made is None:
        return None
    sql, words, fields = made
    one = asker.dimension(entity, skip=fields)
    if one is None:
        return None
    asker.hops = 0
    column = query.use(one)
    two = asker.ref(entity, "category", "year", "flag", skip=(*fields, one.field))
    if two is None or two.field.distinct > 12:
        dates = [f for f in entity.of_role("date") if "birth" not in f.words]
        if not dates:
            return None
        when = Ref(asker.rng.choice(dates), entity)
        unit = asker.rng.choice(("year", "month", "quarter"))
        second = f"date_trunc('{unit}', {query.use(when)})" if unit != "year" else f"year({query.use(when)})"
        second_noun = unit if len(dates) == 1 else f"{unit} of the {when.field.noun}"
    else:
        second, second_noun = query.use(two), two.field.noun
        if two.field.role == "flag":
            second_noun = (
                f"whether they are {two.field.noun.removeprefix('is ')}"
                if not two.field.noun.startswith("has ")
                else f"whether they have {two.field.noun[4:]}"
            )
    query.select, query.group = [column, second, sql], "ALL"
    forms = [
        "{w} (by|per) {a} and {b}",
        "{w} for each {a} and {b}",
        "(show|give me) (the |){w} (by|per) {a} and {b}",
        "what is the {w} (per|by|for each) {a} and {b}?",
        "{w} (broken down|split|grouped) by {a} and {b}",
        "for each {a} and {b}, show the {w}",
        "i'd like to see the {w} by {a} and by {b}",
    ]
    if second_noun.startswith("whether"):
        forms = [
            f
            for f in forms
            if "each" not in f.split("{w}")[-1].replace("(per|by|for each)", "") and not f.startswith("for each")
        ]
        forms = [f.replace("(by|per)", "by").replace("(per|by|for each)", "by") for f in forms]
    return asker.draft(asker.pick(*forms, w=words, a=asker.named(one), b=second_noun), query)


def having(asker: Asker) -> Draft | None:
    """Categories with more than 10 products; customers who spent over 1000."""
    entity = asker.entity(parents=True) if asker.hops else asker.entity()
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    dim = asker.dimension(entity)
    if dim is None:
        return None
    column, noun = query.use(dim), asker.named(dim)
    per_group = max(entity.rows / max(dim.field.distinct, 1), 1)
    counting = rng.random() < 0.6
    more = rng.random() < 0.75
    if counting:
        limit = max(1, round(per_group * rng.uniform(0.6, 1.4)))
        inclusive = rng.random() < 0.35
        sign = (">" if more else "<") + ("=" if inclusive else "")
        query.having = f"count(*) {sign} {limit}"
        said = {">": "more than", ">=": "at least", "<": "(fewer|less) than", "<=": "at most"}[sign]
        what = asker.expand(
            said + " {k} {p}", k=small(limit, rng), p=entity.noun if limit == 1 else plural(entity.noun)
        )
    else:
        made = asker.ref(entity, "number", skip=(dim.field,))
        if made is None or len(made.field.quantiles) < 5:
            return None
        function, words = aggregate_words(asker, made, ranked=True)
        middle = float(made.field.quantiles[2]) * (per_group if function == "sum" else 1) * rng.uniform(0.7, 1.3)
        limit_value = round_number(middle)
        query.having = f"{function}({query.use(made)}) {'>' if more else '<'} {limit_value:.10g}"
        what = asker.pick(
            "{a} {w} (of|) (more|over) than {x}".replace(
                "(of|) (more|over) than", "(above|over)" if more else "(below|under)"
            ),
            "{a} {w} {m} {x}",
            a="an" if words[0] in "aeiou" else "a",
            w=f"{words} of {asker.nouns(entity)}" if rng.random() < 0.3 else words,
            m="greater than" if more else "less than",
            x=number(limit_value, rng, money=made.field.is_money),
        )
    query.select, query.group = [column], "ALL"
    with_value = rng.random() < 0.25
    if with_value:
        query.select.append(query.having.split(" >")[0].split(" <")[0])
    question = asker.pick(
        "which {N} have {w}?",
        "{N} (with|that have|having) {w}",
        "(list|show|find|give me) (all |the |){N} (with|that have) {w}",
        "what {N} have {w}?",
        "all {N} with {w}",
        "i'm looking for {N} with {w}",
        "name the {N} (that have|with) {w}",
        N=plural(noun),
        w=what,
    )
    if with_value:
        question = question.rstrip("?") + rng.choice(
            (", with the number", ", and how many", ", show the count too")
            if counting
            else (", with the value", ", and show it", ", including the figure")
        )
    return asker.draft(question, query)


def top_group(asker: Asker) -> Draft | None:
    """Which customer has the most orders? The top 5 categories by revenue."""
    entity = asker.entity(parents=asker.hops > 0)
    if entity is None:
        return None
    rng = asker.rng
    query = Query(entity)
    made = counted(asker, query, entity, chance_of_count=0.55, ranked=True)
    if made is None:
        return None
    sql, words, fields = made
    dim = asker.dimension(entity, skip=fields)
    if dim is None:
        return None
    query.select, query.group = [query.use(dim)], "ALL"
    down = rng.random() < 0.78
    query.order = [f"{sql} DESC" if down else sql]
    query.limit = rng.choice((1, 1, 1, 3, 3, 5, 5, 10))
    asker.hops = 0
    conditions = asker.some_conditions(query, entity, (0.75, 0.25), skip=(*fields, dim.field))
    posts = " ".join(asker.chain([rng.choice(c.post) for c in conditions]))
    noun = asker.named(dim)
    shown = rng.random() < 0.3
    if shown:
        query.select.append(sql)
    k = small(query.limit, rng)
    extreme = "highest" if down else "lowest"
    if words in ("revenue", "total revenue", "total sales", "sales revenue"):
        extreme = rng.choice(("highest", "most")) if down else "lowest"
        words = "revenue" if extreme == "most" else words
    slots = {
        "n": noun,
        "N": plural(noun),
        "p": asker.nouns(entity),
        "c": posts,
        "k": k,
        "w": words,
        "x": extreme,
        "m": "most" if down else "fewest",
    }
    if query.limit == 1 and sql == "count(*)":
        question = asker.pick(
            "which {n} has the {m} {p} {c}?",
            "(find|show|name|tell me) the {n} with the {m} {p} {c}",
            "{n} with (the |){m} {p} {c}",
            "what {n} has the {m} {p} {c}?",
            "which {n} has the (highest|largest) number of {p} {c}?".replace("(highest|largest)", extreme),
            "the {n} with the {x} number of {p} {c}",
            "what is the {n} with the {m} {p} {c}?",
            **slots,
        )
        if not dim.path and dim.field.role == "category" and down and rng.random() < 0.3:
            question = asker.pick(
                "what is the most (common|frequent) {n} (of|among) {p} {c}?",
                "most (common|frequent) {n} (of|among) {p} {c}",
                "which {n} is the most (common|frequent) (among|for) {p} {c}?",
                **slots,
            )
    elif query.limit == 1:
        question = asker.pick(
            "which {n} has the {x} {w} {c}?",
            "(find|show|name|give me) the {n} with the {x} {w} {c}",
            "{n} with (the |){x} {w} {c}",
            "what {n} has the {x} {w} {c}?",
            "what's the {n} with the {x} {w} {c}?",
            "i need the {n} with the {x} {w} {c}",
            **slots,
        )
    elif sql == "count(*)":
        question = asker.pick(
            "which {k} {N} have the {m} {p} {c}?",
            "(show|list|give me|find) the {k} {N} with the {m} {p} {c}",
            "{k} {N} with (the |){m} {p} {c}",
            "what are the {k} {N} with the {m} {p} {c}?",
            *(
                (
                    "top {k} {N} by number of {p} {c}",
                    "(show |)top {k} {N} by {p} {c}".replace("by {p}", "by count of {p}"),
                )
                if down
                else ("bottom {k} {N} by number of {p} {c}",)
            ),
            **slots,
        )
    else:
        question = asker.pick(
            "which {k} {N} have the {x} {w} {c}?",
            "(show|list|give me|find) the {k} {N} with the {x} {w} {c}",
            "{k} {N} with (the |){x} {w} {c}",
            *(
                (
                    "top {k} {N} by {w} {c}",
                    "(what are |give me |)the top {k} {N} by {w} {c}",
                    "top {k} {N} in terms of {w} {c}",
                )
                if down
                else ("bottom {k} {N} by {w} {c}", "the bottom {k} {N} in terms of {w} {c}")
            ),
            **slots,
        )
    if shown:
        question = question.rstrip("?") + (
            rng.choice((", and how many", " and how many are there", ", with the count", ", along with the number"))
            if sql == "count(*)"
            else rng.choice((", and how much is it", ", with the value", ", and show the figure"))
        )
    return asker.draft(question, query, ordered=True, ties_on=sql)
