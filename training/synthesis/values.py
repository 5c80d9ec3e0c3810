"""Values of made-up rows: names, places, prices, dates, skewed as real ones are."""

from __future__ import annotations

import datetime
import random
from typing import Any

from training.synthesis.domains import Attribute

FIRST = """Anna Ben Carla David Elena Frank Grace Hugo Irene James Katja Liam Maria Noah Olivia Pedro Quinn Rosa Samuel
Tessa Umar Vera Walter Xenia Yusuf Zoe Aisha Björn Chloé Dmitri Emma Fatima George Hannah Ivan Julia Kenji
Lucía Mehmet Nora Oscar Priya Rafael Sofia Tomás Ursula Victor Wen Yara Zoltán Amara Bruno Chen Diego Esther
Felix Giulia Hassan Ingrid Jonas""".split()
LAST = """Smith Müller García Rossi Novak Johnson Silva Kowalski Andersson Dubois Tanaka Nguyen Khan O'Brien Schmidt
Lopez Brown Weber Moreau Hansen Ivanov Kim Patel Costa Jansen Fischer Martin Popescu Horváth Walker Lindqvist
Okafor Mendoza Yilmaz Sato Bianchi Keller Murphy Haddad Virtanen Nagy Cohen Lambert Petrov Santos Becker Chen
Wright Larsen Ortiz Fontaine Baker Singh Adeyemi Wójcik Green Hall Vargas Meyer Stone Reid Castillo Berg
Papadopoulos Ali""".split()
CITIES = {
    "Germany": ("Berlin", "Munich", "Hamburg", "Cologne"),
    "France": ("Paris", "Lyon", "Marseille"),
    "Spain": ("Madrid", "Barcelona", "Seville"),
    "United States": ("New York", "Chicago", "Austin", "Seattle", "San Francisco"),
    "Brazil": ("São Paulo", "Recife"),
    "Japan": ("Tokyo", "Osaka"),
    "United Kingdom": ("London", "Manchester", "Bristol"),
    "Italy": ("Rome", "Milan", "Turin"),
    "Canada": ("Toronto", "Montréal", "Vancouver"),
    "Poland": ("Warsaw", "Kraków"),
    "Switzerland": ("Zürich", "Geneva"),
    "India": ("Mumbai", "Delhi"),
    "Mexico": ("Mexico City", "Puebla"),
    "Netherlands": ("Amsterdam", "Utrecht"),
    "Sweden": ("Stockholm", "Malmö"),
    "Australia": ("Sydney", "Perth"),
    "Kenya": ("Nairobi",),
    "Austria": ("Vienna", "Graz"),
}
_COMPANY = (
    "Nord",
    "Blue",
    "Acme",
    "Vertex",
    "Solar",
    "Prime",
    "Iron",
    "Bright",
    "Global",
    "Alpha",
    "Terra",
    "Quantum",
    "Cedar",
    "Metro",
    "Apex",
    "Luna",
)
_COMPANY_TAIL = (
    "Systems",
    "Group",
    "Foods",
    "Logistics",
    "Media",
    "Labs",
    "Trading",
    "Energy",
    "Partners",
    "Industries",
    "GmbH",
    "Inc",
    "Ltd",
    "Solutions",
)
_STREETS = (
    "Main Street",
    "Oak Avenue",
    "Station Road",
    "Park Lane",
    "Mill Street",
    "High Street",
    "Lake Drive",
    "Church Street",
    "Elm Street",
)
_WORDS = (
    "Amber",
    "Birch",
    "Cobalt",
    "Delta",
    "Everest",
    "Fern",
    "Granite",
    "Harvest",
    "Ivory",
    "Jasper",
    "Kestrel",
    "Lotus",
    "Maple",
    "Nimbus",
    "Onyx",
    "Pearl",
)
_SENTENCES = (
    "call back next week",
    "very satisfied",
    "needs a second look",
    "no comment",
    "waiting for reply",
    "as discussed by phone",
    "please handle with care",
    "first time here",
    "could be better",
    "excellent service",
    "late because of weather",
    "missing documents",
    "second attempt",
    "paid in advance",
)


def make_values(attribute: Attribute, count: int, rng: random.Random, made: dict[str, list[Any]]) -> list[Any]:
    """A column of values.

    Args:
        attribute: what they are.
        count: how many.
        rng: chooses.
        made: columns of the same table made before, by attribute.
    """
    values = _make(attribute, count, rng, made)
    if attribute.nullable:
        share = rng.uniform(0.05, 0.4)
        values = [None if rng.random() < share else v for v in values]
    return values


def most_rows(attributes: tuple[Attribute, ...]) -> int | None:
    """How many rows an entity can have before its unique names run out."""
    limits = []
    for attribute in attributes:
        if attribute.kind in ("mix", "pool"):
            size = 1
            for part in attribute.options:
                size *= len(part.split(","))
            limits.append(size)
    return min(limits, default=None)


def _make(attribute: Attribute, count: int, rng: random.Random, made: dict[str, list[Any]]) -> list[Any]:
    kind, options = attribute.kind, attribute.options
    if kind in ("values", "codes"):
        plain = [o.split("=")[0] for o in options]
        order = rng.sample(plain, len(plain))
        steep = rng.uniform(0.2, 1.2)
        return rng.choices(order, [1 / (i + 1) ** steep for i in range(len(order))], k=count)
    if kind in ("mix", "pool"):
        names = [""]
        for part in options:
            names = [f"{n} {p}".strip() if p[:1] not in "./-" else n + p for n in names for p in part.split(",")]
        return rng.sample(names, count) if count <= len(names) else rng.choices(names, k=count)
    if kind == "person":
        return _unique(lambda: f"{rng.choice(FIRST)} {rng.choice(LAST)}", count)
    if kind == "company":
        return _unique(lambda: f"{rng.choice(_COMPANY)} {rng.choice(_COMPANY_TAIL)}", count)
    if kind == "email":
        return _unique(
            lambda: f"{rng.choice(FIRST)}.{rng.choice(LAST)}{rng.randrange(99)}@example.com".lower().replace("'", ""),
            count,
        )
    if kind == "phone":
        return [
            f"+{rng.randrange(1, 99)} {rng.randrange(100, 999)} {rng.randrange(10**6, 10**7)}" for _ in range(count)
        ]
    if kind in ("city", "country"):
        countries = rng.sample(sorted(CITIES), rng.randint(4, 9))
        weights = [1 / (i + 1) ** 0.7 for i in range(len(countries))]
        if kind == "country":
            return rng.choices(countries, weights, k=count)
        return [rng.choice(CITIES[c]) for c in rng.choices(countries, weights, k=count)]
    if kind == "address":
        return [
            {
                "street": f"{rng.choice(_STREETS)} {rng.randrange(1, 200)}",
                "city": rng.choice(CITIES[rng.choice(("Germany", "France", "Italy"))]),
                "zip": f"{rng.randrange(10000, 99999)}",
            }
            for _ in range(count)
        ]
    if kind == "dimensions":
        return [
            {
                "width": round(rng.uniform(5, 200), 1),
                "height": round(rng.uniform(5, 200), 1),
                "depth": round(rng.uniform(1, 90), 1),
            }
            for _ in range(count)
        ]
    if kind == "contact":
        return [
            {
                "person": f"{rng.choice(FIRST)} {rng.choice(LAST)}",
                "phone": f"+{rng.randrange(1, 99)} {rng.randrange(10**6, 10**7)}",
                "language": rng.choice(("English", "German", "French", "Spanish")),
            }
            for _ in range(count)
        ]
    if kind == "tags":
        return [
            sorted(
                rng.sample(
                    options,
                    rng.choices(range(min(5, len(options) + 1)), (1, 4, 4, 2, 1)[: min(5, len(options) + 1)])[0],
                )
            )
            for _ in range(count)
        ]
    if kind == "after":
        noun, low, high = options[0].rsplit(" ", 2)
        base = made.get(noun) or [
            datetime.date(2023, 1, 1) + datetime.timedelta(days=rng.randrange(700)) for _ in range(count)
        ]
        return [
            None
            if b is None
            else (b.date() if isinstance(b, datetime.datetime) else b)
            + datetime.timedelta(days=rng.randint(int(low), int(high)))
            for b in base
        ]
    simple = {"first": FIRST, "last": LAST, "word": _WORDS, "sentence": _SENTENCES}
    if kind in simple:
        return [rng.choice(simple[kind]) for _ in range(count)]
    if kind == "street":
        return _unique(lambda: f"{rng.choice(_STREETS)} {rng.randrange(1, 300)}", count)
    if kind == "flag":
        return [rng.random() < float(options[0]) for _ in range(count)]
    return _numbers_and_dates(kind, options, count, rng)


def _numbers_and_dates(kind: str, options: tuple[str, ...], count: int, rng: random.Random) -> list[Any]:
    if kind == "birth":
        return [datetime.date(rng.randint(1945, 2004), rng.randint(1, 12), rng.randint(1, 28)) for _ in range(count)]
    low, high = (float(o) for o in options)
    if kind == "year":
        return [int(low + (high - low) * rng.random() ** 0.7) for _ in range(count)]
    if kind in ("date", "stamp"):
        start, end = datetime.date(int(low), 1, 1), datetime.date(int(high), 12, 31)
        days = [start + datetime.timedelta(days=int((end - start).days * rng.random() ** 0.8)) for _ in range(count)]
        if kind == "date":
            return days
        return [
            datetime.datetime(d.year, d.month, d.day, rng.randint(6, 22), rng.randrange(60), rng.randrange(60))
            for d in days
        ]
    skew = rng.choice((1.0, 1.0, 1.6, 2.4))
    raw = [low + (high - low) * rng.random() ** skew for _ in range(count)]
    if kind == "int":
        return [int(v) for v in raw] if high > 3000 else [round(v) for v in raw]
    if kind == "money":
        return [float(round(v, -2)) if high >= 20000 and abs(v) > 1000 else round(v, 2) for v in raw]
    return [round(v, 1 if high > 50 else 2) for v in raw]


def _unique(make: Any, count: int) -> list[str]:
    found: dict[str, None] = {}
    for _ in range(count * 20):
        found[make()] = None
        if len(found) == count:
            break
    names = list(found)
    return names + [f"{names[i % len(names)]} {i // len(names) + 2}" for i in range(count - len(names))]


def skewed_targets(count: int, targets: int, rng: random.Random) -> list[int]:
    """Which of ``targets`` rows each of ``count`` rows points at: some often, some never."""
    order = rng.sample(range(targets), targets)
    reached = max(1, round(targets * rng.choice((0.75, 0.85, 0.95, 1.0))))
    steep = rng.uniform(0.0, 0.9)
    return rng.choices(order[:reached], [1 / (i + 1) ** steep for i in range(reached)], k=count)
