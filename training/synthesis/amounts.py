"""Conditions on numbers."""

from __future__ import annotations

import random

from training.synthesis.condition import Condition, field_noun, filled
from training.synthesis.database import Entity
from training.synthesis.phrasing import article, number
from training.synthesis.query import Query, Ref


def round_number(amount: float) -> float:
    """A number that a person would choose near ``amount``."""
    if amount == 0:
        return 0
    size = abs(amount)
    step = 1.0
    while step * 20 <= size:
        step *= 10 if step * 100 <= size else 5
    if size < 1:
        return float(f"{amount:.1g}")
    return (
        float(round(amount / step) * step)
        if size >= 10
        else float(round(amount * 2) / 2 if size < 5 and amount != int(amount) else round(amount))
    )


def number_condition(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    noun = field_noun(ref)
    if len(made.quantiles) < 5:
        return None
    spots = [float(q) for q in made.quantiles]
    low = round_number(rng.uniform(spots[0], spots[3]))
    high = round_number(rng.uniform(spots[1], spots[4]))
    if made.is_integer:
        low, high = float(int(low)), float(int(high))
    kind = rng.random()
    money = made.is_money
    last = made.noun.split()[-1]
    if kind < 0.15 and low < high:
        query.where.append(f"{column} BETWEEN {low:.10g} AND {high:.10g}")
        pair = (number(low, rng, money=money), number(high, rng, money=money))
        between = (
            "with {a} between {x} and {y}",
            "with {a} from {x} to {y}",
            "whose {n} is between {x} and {y}",
            "where {n} is between {x} and {y}",
            "with {n} between {x} and {y}",
        )
        slots = {"n": noun, "a": article(noun), "x": pair[0], "y": pair[1]}
        verb = ("have {a} between {x} and {y}",)
        terse = ("{n} {x}-{y}", "{n} between {x} and {y}")
        return filled(between, verb, terse, slots, rng, made)
    if kind < 0.2 and made.is_integer and made.distinct <= 30 and made.distinct > 2:
        query.where.append(f"{column} = {high:.10g}")
        slots = {"n": noun, "a": article(noun), "x": number(high, rng)}
        return filled(
            ("with {a} of (exactly |){x}", "whose {n} is {x}", "where {n} (equals|is) {x}"),
            ("have {a} of {x}",),
            ("{n} {x}", "{n} = {x}"),
            slots,
            rng,
            made,
        )
    more = rng.random() < 0.6
    inclusive = rng.random() < 0.25
    limit = low if more else high
    sign = (">" if more else "<") + ("=" if inclusive else "")
    query.where.append(f"{column} {sign} {limit:.10g}")
    if inclusive:
        words: tuple[str, ...] = ("of at least", "of at least") if more else ("of at most", "of at most")
        bare: tuple[str, ...] = (
            ("at least", "no less than", ">=") if more else ("at most", "no more than", "<=", "up to")
        )
    else:
        words = (
            ("above", "over", "of more than", "greater than", "higher than")
            if more
            else ("below", "under", "of less than", "lower than", "smaller than")
        )
        bare = (
            ("above", "over", "more than", "greater than", ">")
            if more
            else ("below", "under", "less than", "lower than", "<")
        )
    slots = {
        "n": noun,
        "a": article(noun),
        "x": number(limit, rng, money=money),
        "w": rng.choice(words),
        "b": rng.choice(bare),
        "s": sign,
    }
    if "number of" in noun or last in (
        "hours",
        "minutes",
        "days",
        "points",
        "goals",
        "seats",
        "beds",
        "bedrooms",
        "rooms",
        "employees",
        "views",
        "downloads",
        "students",
        "units",
        "km",
        "kWh",
        "pages",
        "years",
        "visits",
        "likes",
        "plays",
    ):
        slots["n2"] = noun.replace("number of ", "")
        bare_words = [b for b in bare if b.isalpha() or " " in b]
        if not inclusive:
            bare_words = ["more than", "over"] if more else ["less than", "fewer than"]
        slots["b"] = rng.choice(bare_words)
        counted = ("with {b} {x} {n2}", "with {b} {x} {n2}", "that have {b} {x} {n2}", "where {n} {s} {x}")
        return filled(counted, ("have {b} {x} {n2}",), ("{n} {s} {x}", "{b} {x} {n2}"), slots, rng, made)
    post_forms = [
        "with {a} {w} {x}",
        "with {n} {b} {x}",
        "whose {n} is {b} {x}",
        "where (the |){n} is {b} {x}",
        "that have {a} {w} {x}",
        "with {a} {w} {x}",
    ]
    verb_forms = ["have {a} {w} {x}", "have {n} {b} {x}"]
    if (
        not ref.path
        and last in ("price", "cost")
        and made.noun in ("price", "cost", "unit price", "list price")
        and not inclusive
    ):
        post_forms += [
            f"that cost {'more' if more else 'less'} than {{x}}",
            f"{'over' if more else 'under'} {{x}}" if money else post_forms[0],
            f"costing {'more' if more else 'less'} than {{x}}",
        ]
        verb_forms += [f"cost {'more' if more else 'less'} than {{x}}"]
    if not ref.path and made.noun == "age" and not inclusive:
        post_forms += [
            f"{'older' if more else 'younger'} than {{x}}",
            f"{'over' if more else 'under'} {{x}}",
            f"{'above' if more else 'below'} the age of {{x}}",
        ]
        verb_forms += [f"are {'older' if more else 'younger'} than {{x}}"]
    if not ref.path and made.noun == "salary" and not inclusive:
        post_forms += [
            f"earning {'more' if more else 'less'} than {{x}}",
            f"who make {'over' if more else 'under'} {{x}}",
        ]
        verb_forms += [f"earn {'more' if more else 'less'} than {{x}}"]
    if not ref.path and made.noun == "weight" and not inclusive:
        post_forms += [f"{'heavier' if more else 'lighter'} than {{x}}"]
    if not ref.path and made.noun == "height" and not inclusive and ref.entity.is_person:
        post_forms += [f"{'taller' if more else 'shorter'} than {{x}}"]
    if not ref.path and made.noun == "duration" and not inclusive:
        post_forms += [
            f"{'longer' if more else 'shorter'} than {{x}}",
            f"lasting {'more' if more else 'less'} than {{x}}",
        ]
    return filled(tuple(post_forms), tuple(verb_forms), ("{n} {s} {x}", "{n} {b} {x}"), slots, rng, made)
