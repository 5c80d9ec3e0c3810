"""Conditions on columns of every kind: the SQL goes into the query, and the ways to say it come back."""

from __future__ import annotations

import random
import re
from typing import Any

from training.synthesis.amounts import number_condition
from training.synthesis.condition import Condition, field_noun, filled, sql_literal
from training.synthesis.database import Entity, Field
from training.synthesis.dates import date_condition, year_condition
from training.synthesis.phrasing import VALUE_END, VALUE_START, article, expand, plural, value
from training.synthesis.query import Query, Ref
from training.synthesis.words import spell_out, split_name

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
        "number": number_condition,
        "year": year_condition,
        "date": date_condition,
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
        each = [_said_value(made, v, rng) for v in chosen]
        either = ", ".join(each[:-1]) + " or " + each[-1]
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
    words = [w for v, _ in made.values[:40] for w in str(v).split() if re.fullmatch(r"[A-Za-z]{4,12}", w)]
    if not words:
        return None
    word = rng.choice(words)
    kind = rng.random()
    post: tuple[str, ...]
    verb: tuple[str, ...]
    terse: tuple[str, ...]
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
        verb = ("have {v} in (the |their |){n}", "contain {v} in their {n}")
        terse = ("{n} contains {v}", "{n} like {v}")
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
        verb = (f"have {{a}} that {how}s with {{v}}",)
        terse = (f"{{n}} {how}s with {{v}}",)
    slots = {"n": noun, "v": said, "a": article(noun)}
    return Condition(
        (),
        tuple(expand(p, rng, **slots) for p in post),
        tuple(expand(p, rng, **slots) for p in verb),
        tuple(expand(p, rng, **slots) for p in terse),
        subject=(made,),
    )


_FLAG_WORDS = re.compile(r"\A(is|has|was|have|had|can|in|are) ")


def flag_forms(made: Field) -> tuple[str, str]:
    """What a true boolean column says: an adjective (``active``) or a thing to have (``parking``)."""
    match = _FLAG_WORDS.match(made.noun)
    rest = made.noun[match.end() :] if match else made.noun
    if match and match.group(1) in ("has", "have", "had"):
        return "", rest
    return rest, ""


def _flag(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    made = ref.field
    adjective, thing = flag_forms(made)
    true = rng.random() < 0.7
    query.where.append(made.condition(column, true=true))
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
        return filled(
            ("with more than {x} {n}", "that have more than {x} {n}", "having over {x} {n}"),
            ("have more than {x} {n}",),
            ("> {x} {n}",),
            slots,
            rng,
            made,
        )
    query.where.append(f"list_contains({column}, {sql_literal(stored)})")
    slots = {"n": noun, "o": one, "v": value(stored, rng)}
    return filled(
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


def _struct(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
    repeated = [part_value for part_value, count in ref.field.values if count > 1 and len(str(part_value[1])) < 30]
    if not repeated or ref.path:
        return None
    part, stored = rng.choice(repeated)
    query.where.append(f"{column}.{part} = {sql_literal(stored)}")
    inner = spell_out(split_name(part))
    slots = {"n": f"{ref.field.noun} {inner}", "p": inner, "f": ref.field.noun, "v": value(stored, rng)}
    post = ("whose {n} is {v}", "with {n} {v}", "where the {p} (in|of) the {f} is {v}", "with {v} as {n}")
    return filled(post, ("have {n} {v}", "have {v} as {n}"), ("{n} {v}",), slots, rng, ref.field)


def _null(query: Query, column: str, ref: Ref, rng: random.Random) -> Condition:
    missing = rng.random() < 0.65
    query.where.append(f"{column} IS {'NULL' if missing else 'NOT NULL'}")
    noun = ref.field.noun
    slots = {"n": noun, "a": article(noun) if not noun.endswith("s") else noun}
    if missing:
        return filled(
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
    return filled(
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
