"""Conditions on dates and years."""

from __future__ import annotations

import datetime
import random
from typing import Any

from training.synthesis.condition import Condition, filled
from training.synthesis.database import Entity, as_number
from training.synthesis.phrasing import VALUE_END, VALUE_START, article, plural
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


def year_condition(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
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
        return filled(
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
    return filled(forms, ("have {n} {s} {y}",), ("{n} {s} {y}",), slots, rng, made)


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


_HAPPENED = {
    "order": "placed",
    "booking": "made",
    "payment": "made",
    "donation": "made",
    "purchase": "made",
    "sale": "made",
    "reservation": "made",
    "transaction": "made",
    "call": "made",
    "visit": "made",
    "exam": "held",
    "event": "held",
    "election": "held",
    "meeting": "held",
    "race": "held",
    "tasting": "held",
    "concert": "held",
    "match": "played",
    "game": "played",
    "comment": "written",
    "review": "written",
    "post": "published",
    "commit": "made",
    "delivery": "made",
    "inspection": "done",
    "maintenance": "done",
    "observation": "made",
    "reading": "taken",
    "measurement": "taken",
}


def date_condition(query: Query, column: str, ref: Ref, entity: Entity, rng: random.Random) -> Condition | None:
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
    happened = _HAPPENED.get(entity.noun.split()[-1]) if is_main else None
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
    post: tuple[str, ...] = (
        "with {n} {w}",
        "whose {n} (is|was) {w}",
        "with {a} {w}".replace("{a}", article(noun)),
        "where the {n} is {w}",
    )
    verbs: tuple[str, ...] = ("have {a} {w}".replace("{a}", article(noun)),)
    terse: tuple[str, ...] = ("{n} {w}",)
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
        terse = (bare,)
        if happened:
            post = (*post, f"{happened} {{w}}", f"that were {happened} {{w}}")
            verbs = (f"were {happened} {{w}}",)
    return filled(post, verbs, terse, slots, rng, made, relative=relative)


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
            # "In the last month" may mean the calendar month before this one: say days or months.
            said, span = {
                "WEEK": ("7 days", "7 DAY"),
                "MONTH": ("30 days", "30 DAY"),
                "YEAR": ("12 months", "12 MONTH"),
            }[unit]
            return f"in the last {said}", f"{column} >= current_date - INTERVAL {span}"
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
