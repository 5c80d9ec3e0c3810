"""Questions for the highest and the lowest."""

from __future__ import annotations

from training.synthesis.asker import Asker, Draft, label_columns
from training.synthesis.phrasing import plural, small
from training.synthesis.query import Query

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
    noun = ref.field.noun
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
        rng.choice(_SUPERLATIVES[noun][0 if down else 1]) if noun in _SUPERLATIVES and rng.random() < 0.6 else ""
    )
    one = asker.noun(entity)
    many = ref.field.is_plural
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
