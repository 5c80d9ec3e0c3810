"""Conditions, each with the SQL and the ways to say it: before the noun, after it, as a predicate, or in key words."""

from __future__ import annotations

import datetime
import random
import re
from dataclasses import dataclass
from typing import Any

from training.synthesis.database import Entity, Field, as_number
from training.synthesis.phrasing import VALUE_END, VALUE_START, article, expand, number, plural, value
from training.synthesis.query import Query, Ref

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ADJECTIVES = {
    "status",
    "type",
    "kind",
    "gender",
    "sex",
    "level",
    "tier",
    "segment",
    "plan",
    "priority",
    "severity",
    "class",
    "genre",
    "species",
    "category",
    "state",
    "condition",
    "membership",
    "cuisine",
    "color",
    "colour",
    "nationality",
    "phase",
    "stage",
    "format",
    "mode",
}


@dataclass(frozen=True)
class Condition:
    """What restricts the rows asked about.

    Args:
        pre: ways to say it before the noun: ``active`` (customers).
        post: after the noun: ``in Berlin``.
        verb: as a predicate of many: ``live in Berlin``.
        terse: in key words: ``berlin``.
        is_relative: whether it depends on today's date.
    """

    pre: tuple[str, ...]
    post: tuple[str, ...]
    verb: tuple[str, ...]
    terse: tuple[str, ...]
    is_relative: bool = False
    subject: tuple[Any, ...] = ()


def sql_literal(stored: Any) -> str:
    """A stored value as a SQL literal."""
    if isinstance(stored, bool):
        return "TRUE" if stored else "FALSE"
    if isinstance(stored, (int, float)):
        return f"{stored:g}" if abs(stored) < 1e6 and not isinstance(stored, int) else str(stored)
    return "'" + str(stored).replace("'", "''") + "'"


def field_noun(ref: Ref) -> str:
    """What a column is called from the base table: ``city``, ``customer city``, ``customer``."""
    if not ref.path:
        return ref.field.noun
    role = ref.path[-1].role
    if ref.field in ref.entity.label:
        return role
    if ref.field.words & set(role.split()):
        return ref.field.noun
    return f"{role} {ref.field.noun}"


def make_condition(query: Query, ref: Ref, entity: Entity, rng: random.Random, all_nouns: set[str]) -> Condition | None:
    """Add a condition on ``ref`` to ``query`` and say it; None where none makes sense.

    Args:
        query: gets the condition.
        ref: the column.
        entity: whose rows are asked about.
        rng: chooses.
        all_nouns: names of everything, to tell where a bare word would be ambiguous.
    """
    made = ref.field
    column = query.use(ref)
    if made.nulls and made.role != "label" and rng.random() < 0.12 and made.nulls < entity.rows and not ref.path:
        return _null(query, column, ref, rng)
    maker = {
        "category": _category,
        "label": _label,
        "text": _text,
        "number": _number,
        "year": _year,
        "date": _date,
        "flag": _flag,
        "list": _list,
        "struct": _struct,
    }.get(made.role)
    return maker(query, column, ref, entity, rng) if maker else None


def _say(rng: random.Random, noun: str, said: str, **more: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    post = (
        "with {n} {v}",
        "where (the |){n} is {v}",
        "whose {n} is {v}",
        "with {v} as {n}",
        "that have {n} {v}",
        "having {n} {v}",
        "with {a} of {v}",
    )
    verb = ("have (the |){n} {v}", "have {v} as (their |){n}", "have {a} of {v}")
    slots = {"n": noun, "v": said, "a": article(noun), **more}
    return tuple(expand(p, rng, **slots) for p in post), tuple(expand(p, rng, **slots) for p in verb)


def _category(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    options = [(v, n) for v, n in made.values if n < sum(c for _, c in made.values)]
    if len(options) < 2:
        return None
    noun = field_noun(ref)
    kind = rng.random()
    if kind < 0.12 and len(options) > 3:
        chosen = rng.sample([v for v, _ in options[:12]], rng.choice((2, 2, 3)))
        query.where.append(f"{column} IN ({', '.join(map(sql_literal, chosen))})")
        said = [_said_value(made, v, rng) for v in chosen]
        either = ", ".join(said[:-1]) + " or " + said[-1]
        if made.is_place:
            place = _place_forms(ref, either, rng)
            return Condition((), place[0], place[1], (either,), subject=(made,))
        post = tuple(
            expand(p, rng, n=noun, v=either)
            for p in ("(with|whose) {n} (is |){v}", "where {n} is {v}", "with {n} (either |){v}")
        )
        return Condition(
            (),
            tuple(p.replace("with " + noun + " is", "with " + noun) for p in post),
            (f"have {noun} {either}",),
            (either,),
            subject=(made,),
        )
    weights = [n**0.5 for _, n in options]
    stored = rng.choices([v for v, _ in options], weights)[0]
    said = _said_value(made, stored, rng)
    if kind < 0.2:
        query.where.append(f"{column} <> {sql_literal(stored)}")
        post = tuple(
            expand(p, rng, n=noun, v=said)
            for p in (
                "whose {n} is not {v}",
                "where (the |){n} (is not|isn't) {v}",
                "with {a} other than {v}".replace("{a}", article(noun)),
                "that (are not|aren't) {v}",
            )
        )
        if made.is_place:
            post = post[:3]
            return Condition(
                (),
                (*post, f"outside (of |){said}".replace("(of |)", "")),
                (f"are not in {said}",) if not ref.path else (),
                (f"not {said}",),
                subject=(made,),
            )
        adjective = _is_adjective(ref, stored)
        return Condition(
            (),
            post if adjective else post[:3],
            (f"are not {said}",) if adjective else (f"have a {noun} other than {said}",),
            (f"not {said}",),
            subject=(made,),
        )
    query.where.append(f"{column} = {sql_literal(stored)}")
    if made.is_place:
        place = _place_forms(ref, said, rng)
        return Condition((), place[0], place[1], (said, f"in {said}"), subject=(made,))
    post, verb = _say(rng, noun, said)
    if _is_adjective(ref, stored) and made.noun.split()[-1] in _ADJECTIVES:
        return Condition((said, said, said), post, (f"are {said}", *verb), (said,), subject=(made,))
    if noun.split()[-1] in (
        "department",
        "category",
        "genre",
        "section",
        "segment",
        "league",
        "division",
        "field",
        "sector",
        "industry",
        "group",
    ):
        post = (*post, f"in the {said} {noun}", f"in {noun} {said}", f"from the {said} {noun}")
        verb = (*verb, f"are in the {said} {noun}")
    return Condition((), post, verb, (f"{noun} {said}", f"{noun} = {said}"), subject=(made,))


def _said_value(made: Field, stored: Any, rng: random.Random) -> str:
    return value(made.codes.get(str(stored), stored), rng)


def _is_adjective(ref: Ref, stored: Any) -> bool:
    text = ref.field.codes.get(str(stored), str(stored))
    return (
        not ref.path
        and bool(re.fullmatch(r"[^\W\d_]{3,}([ _-][^\W\d_]+)?", text))
        and not text.isupper()
        and ref.field.noun.split()[-1] in _ADJECTIVES
    )


def _place_forms(ref: Ref, said: str, rng: random.Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    made = ref.field
    rivals = [
        f for f in ref.entity.fields if f is not made and f.is_place and f.noun.split()[-1] == made.noun.split()[-1]
    ]
    prefix = "" if made.words <= {made.noun.split()[-1]} and not rivals else made.noun
    if ref.path:
        role = ref.path[-1].role
        if prefix:
            return (f"whose {role} {prefix} is {said}", f"where the {role} {prefix} is {said}"), (
                f"have {role} {prefix} {said}",
            )
        return (
            f"of {plural(role)} in {said}",
            f"for {plural(role)} in {said}",
            f"where the {role} is in {said}",
            f"of {plural(role)} from {said}",
            f"whose {role} is in {said}",
            f"for {plural(role)} from {said}",
            f"where the {role} {made.noun} is {said}",
        ), (f"have {article(role)} in {said}",)
    if prefix:
        return (f"with {made.noun} {said}", f"where the {made.noun} is {said}", f"whose {made.noun} is {said}"), (
            f"have {made.noun} {said}",
        )
    extra = (
        (f"based in {said}", f"located in {said}")
        if not ref.entity.is_person
        else (f"living in {said}", f"who live in {said}")
    )
    verbs = (
        f"are in {said}",
        f"are from {said}",
        f"are based in {said}" if not ref.entity.is_person else f"live in {said}",
    )
    return (
        f"in {said}",
        f"in {said}",
        f"from {said}",
        *extra,
        f"in the {made.noun} of {said}" if made.noun != "country" else f"in {said}",
    ), verbs


def _label(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    if not ref.path or not made.values or len(ref.entity.label) != 1:
        return _text(query, column, ref, entity, rng)
    stored = rng.choice(made.values)[0]
    query.where.append(f"{column} = {sql_literal(stored)}")
    role, said = ref.path[-1].role, value(stored, rng)
    post = [
        f"for {role} {said}",
        f"where the {role} is {said}",
        f"for the {role} {said}",
        f"of {role} {said}",
        f"with {said} as {role}",
        f"whose {role} is {said}",
        f"with {role} {said}",
    ]
    if ref.entity.is_person:
        post += [f"of {said}", f"for {said}"]
    else:
        post += [f"for {said}"]
    if role.split()[-1] in ("category", "genre", "department", "class", "group", "section", "league"):
        post += [f"in the {role} {said}", f"in {role} {said}", f"in the {said} {role}"]
    return Condition(
        (),
        tuple(post),
        (f"have {said} as {role}", f"have {role} {said}", f"belong to {role} {said}"),
        (said, f"{role} {said}"),
        subject=(made,),
    )


def _text(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    noun = f"{ref.path[-1].role} {made.noun}" if ref.path else made.noun
    words = [w for v, _ in made.values[:40] for w in re.findall(r"[A-Za-zÀ-ÿ]{4,12}", str(v))]
    if not words:
        return None
    word = rng.choice(words)
    kind = rng.random()
    if kind < 0.65:
        query.where.append(f"{column} ILIKE '%{word}%'")
        said = value(word, rng)
        post = (
            "whose {n} contains {v}",
            "with {v} in (the |their |){n}",
            "where (the |){n} contains {v}",
            "with {a} containing {v}",
            "that have {v} in the {n}",
            "whose {n} includes {v}",
        )
        verb, terse = (
            ("have {v} in (the |their |){n}", "contain {v} in their {n}"),
            ("{n} contains {v}", "{n} like {v}"),
        )
    else:
        head = word[0].upper() if kind < 0.85 else word[:3]
        said = f"{head}" if rng.random() < 0.6 else f"'{head}'"
        ends = kind > 0.95
        query.where.append(f"{column} ILIKE '%{word[-3:].lower()}'" if ends else f"{column} ILIKE '{head}%'")
        said = f"{VALUE_START}{word[-3:].lower() if ends else said}{VALUE_END}"
        how = "end" if ends else "start"
        post = (
            f"whose {{n}} {how}s with {{v}}",
            f"with {{a}} {how}ing (with|in) {{v}}" if ends else f"with {{a}} {how}ing with {{v}}",
            f"where the {{n}} {how}s with {{v}}",
            f"with {{n}} {'ending in' if ends else 'beginning with'} {{v}}",
        )
        verb, terse = (f"have {{a}} that {how}s with {{v}}",), (f"{{n}} {how}s with {{v}}",)
    slots = {"n": noun, "v": said, "a": article(noun)}
    return Condition(
        (),
        tuple(expand(p, rng, **slots) for p in post),
        tuple(expand(p, rng, **slots) for p in verb),
        tuple(expand(p, rng, **slots) for p in terse),
        subject=(made,),
    )


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


def _number(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
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
        post = (
            "with {a} between {x} and {y}",
            "with {a} from {x} to {y}",
            "whose {n} is between {x} and {y}",
            "where {n} is between {x} and {y}",
            "with {n} between {x} and {y}",
        )
        slots = {"n": noun, "a": article(noun), "x": pair[0], "y": pair[1]}
        verb = ("have {a} between {x} and {y}",)
        terse = ("{n} {x}-{y}", "{n} between {x} and {y}")
        return _filled(post, verb, terse, slots, rng, made)
    if kind < 0.2 and made.is_integer and made.distinct <= 30 and made.distinct > 2:
        query.where.append(f"{column} = {high:.10g}")
        slots = {"n": noun, "a": article(noun), "x": number(high, rng)}
        return _filled(
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
        words = ("of at least", "of at least") if more else ("of at most", "of at most")
        bare = ("at least", "no less than", ">=") if more else ("at most", "no more than", "<=", "up to")
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
        post = ("with {b} {x} {n2}", "with {b} {x} {n2}", "that have {b} {x} {n2}", "where {n} {s} {x}")
        return _filled(post, ("have {b} {x} {n2}",), ("{n} {s} {x}", "{b} {x} {n2}"), slots, rng, made)
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
    return _filled(tuple(post_forms), tuple(verb_forms), ("{n} {s} {x}", "{n} {b} {x}"), slots, rng, made)


def _filled(
    post: tuple[str, ...],
    verb: tuple[str, ...],
    terse: tuple[str, ...],
    slots: dict[str, str],
    rng: random.Random,
    made: Field,
    *,
    relative: bool = False,
) -> Condition:
    texts = [tuple(expand(p, rng, **slots) for p in forms) for forms in (post, verb, terse)]
    texts[0] = tuple(
        t.replace("is up to", "is at most").replace("is >=", "is at least").replace("is <=", "is at most")
        for t in texts[0]
    )
    texts[0] = tuple(t.replace("is > ", "is over ").replace("is < ", "is under ") for t in texts[0])
    return Condition((), *texts, is_relative=relative, subject=(made,))


def _year(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    year = int(rng.choice(made.quantiles[1:4]))
    noun = made.noun if not ref.path else f"{ref.path[-1].role} {made.noun}"
    verb = {
        "release year": "released",
        "founding year": "founded",
        "founded year": "founded",
        "year founded": "founded",
        "construction year": "built",
        "year built": "built",
        "built year": "built",
        "publication year": "published",
        "published year": "published",
        "birth year": "born",
        "manufacture year": "made",
        "model year": "made",
        "established": "established",
        "founded": "founded",
    }.get(made.noun)
    kind = rng.randrange(4)
    sign = ("=", ">", "<", ">=")[kind]
    query.where.append(f"{column} {sign} {year}")
    said = ("in", "after", "before", rng.choice(("since", "in or after")))[kind]
    slots = {"n": noun, "y": str(year), "w": said, "v": verb or "", "s": sign}
    if verb and not ref.path:
        return _filled(
            ("{v} {w} {y}", "{v} {w} {y}", "that were {v} {w} {y}", "with {n} {s} {y}"),
            ("were {v} {w} {y}",),
            ("{v} {w} {y}", "{n} {s} {y}"),
            slots,
            rng,
            made,
        )
    forms = (
        ("with {n} {y}", "where (the |){n} is {y}", "whose {n} is {y}"),
        ("with {n} after {y}", "where {n} is after {y}", "whose {n} is later than {y}"),
        ("with {n} before {y}", "whose {n} is earlier than {y}", "where {n} is before {y}"),
        ("with {n} {y} or later", "whose {n} is {y} or later", "where {n} >= {y}"),
    )[kind]
    return _filled(forms, ("have {n} {s} {y}",), ("{n} {s} {y}",), slots, rng, made)


DATE_VERBS = {
    "order": "ordered",
    "hire": "hired",
    "birth": "born",
    "release": "released",
    "publication": "published",
    "shipping": "shipped",
    "ship": "shipped",
    "shipped": "shipped",
    "start": "starting",
    "end": "ending",
    "creation": "created",
    "signup": "signed up",
    "registration": "registered",
    "join": "joined",
    "payment": "paid",
    "issue": "issued",
    "due": "due",
    "opening": "opened",
    "opened": "opened",
    "closed": "closed",
    "delivery": "delivered",
    "purchase": "purchased",
    "enrollment": "enrolled",
    "install": "installed",
    "installation": "installed",
    "admission": "admitted",
    "discharge": "discharged",
    "founding": "founded",
    "launch": "launched",
    "booking": "booked",
    "published": "published",
}


def _date(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    if len(made.quantiles) < 5:
        return None
    days = [q if isinstance(q, (datetime.date, datetime.datetime)) else None for q in made.quantiles]
    if any(d is None for d in days):
        return None
    spread = as_number(days[4]) - as_number(days[0])
    middle: Any = rng.choice(days[1:4])
    is_main = not ref.path and sum(f.role == "date" for f in entity.fields) == 1 and "birth" not in made.words
    lead = made.noun.split()[0]
    verb = DATE_VERBS.get(lead) if not ref.path and len(made.noun.split()) <= 2 else None
    is_stamp = made.type.startswith("TIMESTAMP")
    kind = rng.random()
    relative = False
    if kind < 0.34 and spread > 500:
        query.where.append(f"year({column}) = {middle.year}")
        when, bare = f"in {middle.year}", str(middle.year)
    elif kind < 0.5 and spread > 60:
        query.where.append(f"year({column}) = {middle.year} AND month({column}) = {middle.month}")
        name = MONTHS[middle.month - 1]
        name = rng.choice((name, name, name[:3] if len(name) > 4 else name))
        bare = rng.choice((f"{name} {middle.year}", f"{name} {middle.year}", f"{middle.year}-{middle.month:02d}"))
        when = f"in {bare}"
    elif kind < 0.56 and spread > 200:
        quarter = (middle.month + 2) // 3
        query.where.append(f"year({column}) = {middle.year} AND quarter({column}) = {quarter}")
        bare = rng.choice(
            (
                f"Q{quarter} {middle.year}",
                f"the {('first', 'second', 'third', 'fourth')[quarter - 1]} quarter of {middle.year}",
            )
        )
        when = f"in {bare}"
    elif kind < 0.74:
        year_only = rng.random() < 0.4 and spread > 500
        day = (
            datetime.date(middle.year, 1, 1)
            if year_only
            else datetime.date(middle.year, middle.month, rng.choice((1, 1, 15, middle.day)))
        )
        said_day = _say_day(day, rng)
        choice = rng.randrange(3)
        if choice == 0:
            query.where.append(
                f"year({column}) > {day.year}"
                if year_only
                else f"{column} >= '{day + datetime.timedelta(days=1)}'"
                if is_stamp
                else f"{column} > '{day}'"
            )
            when = f"after {day.year if year_only else said_day}"
        elif choice == 1:
            query.where.append(f"{column} < '{day}'")
            when = f"before {day.year if year_only else said_day}"
        else:
            query.where.append(f"{column} >= '{day}'")
            when = f"since {day.year if year_only else said_day}"
        bare = when
    elif kind < 0.86:
        other: Any = rng.choice(days)
        first, last = sorted((middle, other), key=as_number)
        one, two = datetime.date(first.year, first.month, 1), datetime.date(last.year, last.month, 28)
        if spread > 1200 and first.year != last.year:
            query.where.append(f"year({column}) BETWEEN {first.year} AND {last.year}")
            when = rng.choice((f"between {first.year} and {last.year}", f"from {first.year} to {last.year}"))
        elif is_stamp:
            query.where.append(f"{column} >= '{one}' AND {column} < '{two + datetime.timedelta(days=1)}'")
            when = f"between {_say_day(one, rng)} and {_say_day(two, rng)}"
        else:
            query.where.append(f"{column} BETWEEN '{one}' AND '{two}'")
            when = f"between {_say_day(one, rng)} and {_say_day(two, rng)}"
        bare = when
    elif "birth" in made.words or lead in ("due", "expiry", "end"):
        query.where.append(f"year({column}) = {middle.year}")
        when, bare = f"in {middle.year}", str(middle.year)
    else:
        relative = True
        when, condition = _relative(column, rng)
        query.where.append(condition)
        bare = when.removeprefix("in the ").removeprefix("in ")
    when = f"{VALUE_START}{when}{VALUE_END}"
    noun = f"{ref.path[-1].role} {made.noun}" if ref.path else made.noun
    slots = {"n": noun, "w": when, "v": verb or "", "p": plural(entity.noun)}
    post = (
        "with {n} {w}",
        "whose {n} (is|was) {w}",
        "with {a} {w}".replace("{a}", article(noun)),
        "where the {n} is {w}",
    )
    verbs: tuple[str, ...] = ("have {a} {w}".replace("{a}", article(noun)),)
    terse = ("{n} {w}",)
    if verb in ("starting", "ending", "due"):
        post = (*post, "{v} {w}", "{v} {w}", "{v} {w}")
    elif verb in ("signed up", "joined"):
        post = (*post, "who {v} {w}", "that {v} {w}", "who {v} {w}")
        verbs = ("{v} {w}",)
    elif verb:
        post = (*post, "{v} {w}", "{v} {w}", "that were {v} {w}", "{v} {w}")
        verbs = ("were {v} {w}",)
        terse = ("{v} {w}",)
    elif is_main and not entity.is_person:
        post = (*post, "{w}", "{w}", "{w}", "{w}")
        if not entity.label:
            verbs = (
                (*verbs, "took place {w}")
                if lead in ("event", "game", "match", "visit", "session", "appointment", "start")
                else verbs
            )
        terse = (bare,)
    return _filled(post, verbs, terse, slots, rng, made, relative=relative)


def _relative(column: str, rng: random.Random) -> tuple[str, str]:
    unit = rng.choice(("DAY", "MONTH", "MONTH", "YEAR", "WEEK"))
    count = {
        "DAY": rng.choice((7, 14, 30, 60, 90)),
        "MONTH": rng.choice((1, 2, 3, 6, 12, 18)),
        "YEAR": rng.choice((1, 2, 3, 5)),
        "WEEK": rng.choice((1, 2, 4, 6)),
    }[unit]
    kind = rng.random()
    if kind < 0.6:
        said = (
            f"the {rng.choice(('last', 'past', 'last'))} {count} {unit.lower()}s"
            if count > 1
            else f"the {rng.choice(('last', 'past'))} {unit.lower()}"
        )
        if count == 1:
            return (
                f"in the last {7 if unit == 'WEEK' else 12 if unit == 'YEAR' else 30} {'days' if unit in ('WEEK', 'MONTH') else 'months'}",
                f"{column} >= current_date - INTERVAL {'7 DAY' if unit == 'WEEK' else '12 MONTH' if unit == 'YEAR' else '30 DAY'}",
            )
        return f"in {said}", f"{column} >= current_date - INTERVAL {count} {unit}"
    if kind < 0.72:
        return "this year", f"year({column}) = year(current_date)"
    if kind < 0.84:
        return "last year", f"year({column}) = year(current_date) - 1"
    if kind < 0.92:
        return "this month", f"date_trunc('month', {column}) = date_trunc('month', current_date)"
    return "last month", f"date_trunc('month', {column}) = date_trunc('month', current_date) - INTERVAL 1 MONTH"


def _say_day(day: datetime.date, rng: random.Random) -> str:
    month = MONTHS[day.month - 1]
    return rng.choice(
        (
            day.isoformat(),
            day.isoformat(),
            f"{month} {day.day}, {day.year}",
            f"{day.day} {month} {day.year}",
            f"{month[:3]} {day.day} {day.year}",
        )
    )


_FLAG_WORDS = re.compile(r"\A(is|has|was|have|had|can|in|are) ")


def flag_forms(made: Field) -> tuple[str, str]:
    """What a true boolean column says: an adjective (``active``) or a thing to have (``a parking lot``), one of them empty."""
    match = _FLAG_WORDS.match(made.noun)
    rest = made.noun[match.end() :] if match else made.noun
    if match and match.group(1) in ("has", "have", "had"):
        return "", rest
    return rest, ""


def _flag(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    adjective, thing = flag_forms(made)
    true = rng.random() < 0.7
    query.where.append(column if true else f"NOT {column}")
    if thing:
        if ref.path:
            role = ref.path[-1].role
            return Condition(
                (),
                (f"whose {role} {'has' if true else 'has no'} {thing}",),
                (f"have {article(role)} {'with' if true else 'without'} {thing}",),
                (f"{role} {'with' if true else 'without'} {thing}",),
                subject=(made,),
            )
        words = ("with", "that have", "having") if true else ("without", "that don't have", "with no")
        return Condition(
            (),
            tuple(f"{w} {thing}" for w in words),
            (f"have {thing}" if true else f"don't have {thing}",),
            (f"{words[0]} {thing}",),
            subject=(made,),
        )
    no = "" if true else "not "
    if ref.path:
        role = ref.path[-1].role
        return Condition(
            (),
            (f"whose {role} is {no}{adjective}", f"where the {role} is {no}{adjective}"),
            (f"have {article(role)} that is {no}{adjective}",),
            (f"{role} {no}{adjective}",),
            subject=(made,),
        )
    pre = (
        (adjective, adjective)
        if true and len(adjective.split()) <= 2
        else (f"non-{adjective}",)
        if not true and len(adjective.split()) == 1
        else ()
    )
    post = (
        f"that are {no}{adjective}",
        f"which are {no}{adjective}",
        f"that are {no}{adjective}" if true else f"that aren't {adjective}",
    )
    return Condition(pre, post, (f"are {no}{adjective}",), (f"{no}{adjective}",), subject=(made,))


def _list(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    if not made.values or made.type != "VARCHAR[]":
        return None
    noun, stored = made.noun, rng.choice(made.values)[0]
    one = noun[:-1] if noun.endswith("s") else noun
    if rng.random() < 0.25:
        count = rng.choice((1, 2, 3))
        query.where.append(f"len({column}) > {count}")
        slots = {"n": plural(noun), "x": str(count), "o": one}
        return _filled(
            ("with more than {x} {n}", "that have more than {x} {n}", "having over {x} {n}"),
            ("have more than {x} {n}",),
            ("> {x} {n}",),
            slots,
            rng,
            made,
        )
    query.where.append(f"list_contains({column}, {sql_literal(stored)})")
    slots = {"n": noun, "o": one, "v": value(stored, rng)}
    return _filled(
        (
            "with {v} (among|in) (the |their |){n}",
            "whose {n} include {v}",
            "with the {o} {v}",
            "that have {v} as {a}".replace("{a}", article(one)),
            "with {o} {v}",
        ),
        ("have the {o} {v}", "have {v} among their {n}"),
        ("{o} {v}",),
        slots,
        rng,
        made,
    )


def struct_parts(type_: str) -> list[tuple[str, str]]:
    """Name and type of the plain parts of a STRUCT type."""
    inside = type_[type_.index("(") + 1 : -1]
    return [(n.strip('"'), t) for n, t in re.findall(r'("?\w+"?) (VARCHAR|INTEGER|DOUBLE|BIGINT)(?=,|\Z)', inside)]


def _struct(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    del query, column, ref, entity, rng
    return None


def _null(query: Query, column: str, ref: Ref, rng: random.Random) -> Condition:
    missing = rng.random() < 0.65
    query.where.append(f"{column} IS {'NULL' if missing else 'NOT NULL'}")
    noun = ref.field.noun
    slots = {"n": noun, "a": article(noun) if not noun.endswith("s") else noun}
    if missing:
        return _filled(
            (
                "without {a}",
                "with no {n}",
                "that have no {n}",
                "with missing {n}",
                "where {n} is missing",
                "whose {n} is (unknown|not known|empty)",
            ),
            ("have no {n}", "are missing {a}"),
            ("no {n}", "{n} missing"),
            slots,
            rng,
            ref.field,
        )
    return _filled(
        (
            "that have {a}",
            "with a known {n}" if not noun.endswith("s") else "with known {n}",
            "where {n} is (known|given|not empty)",
        ),
        ("have {a}",),
        ("with {n}",),
        slots,
        rng,
        ref.field,
    )
