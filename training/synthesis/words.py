"""Words of a schema: splits identifiers, spells abbreviations out, and forms plurals as people write them."""

from __future__ import annotations

import random
import re
import unicodedata

ABBREVIATIONS = {
    "acct": "account",
    "acc": "account",
    "addr": "address",
    "adr": "address",
    "amt": "amount",
    "appt": "appointment",
    "avg": "average",
    "bal": "balance",
    "bday": "birthday",
    "bldg": "building",
    "cat": "category",
    "ctgry": "category",
    "cd": "code",
    "cntry": "country",
    "co": "company",
    "comp": "company",
    "cnt": "count",
    "ctry": "country",
    "cty": "city",
    "curr": "currency",
    "ccy": "currency",
    "cust": "customer",
    "dept": "department",
    "dep": "department",
    "desc": "description",
    "descr": "description",
    "dest": "destination",
    "dob": "birth date",
    "doc": "document",
    "dur": "duration",
    "dt": "date",
    "emp": "employee",
    "eng": "engine",
    "est": "estimated",
    "exp": "expiry",
    "freq": "frequency",
    "gndr": "gender",
    "grp": "group",
    "hh": "household",
    "hq": "headquarters",
    "hr": "hour",
    "hrs": "hours",
    "inv": "invoice",
    "kwh": "kWh",
    "lang": "language",
    "len": "length",
    "lim": "limit",
    "lic": "license",
    "loc": "location",
    "lvl": "level",
    "max": "maximum",
    "med": "medication",
    "mem": "member",
    "mgr": "manager",
    "min": "minimum",
    "mins": "minutes",
    "mo": "month",
    "msg": "message",
    "mth": "month",
    "mtg": "meeting",
    "nat": "nationality",
    "nbr": "number",
    "nm": "name",
    "no": "number",
    "num": "number",
    "nr": "number",
    "obs": "observation",
    "ord": "order",
    "org": "organization",
    "orig": "origin",
    "pct": "percent",
    "perc": "percent",
    "ph": "phone",
    "pmt": "payment",
    "pos": "position",
    "pop": "population",
    "prc": "price",
    "prod": "product",
    "proj": "project",
    "pt": "patient",
    "pub": "publisher",
    "pwr": "power",
    "qty": "quantity",
    "rcpt": "receipt",
    "ref": "reference",
    "reg": "region",
    "rel": "release",
    "req": "request",
    "res": "reservation",
    "rev": "revenue",
    "rgn": "region",
    "rtg": "rating",
    "sal": "salary",
    "sec": "seconds",
    "secs": "seconds",
    "seg": "segment",
    "shpmt": "shipment",
    "spec": "specialty",
    "st": "status",
    "stat": "status",
    "std": "standard",
    "subs": "subscription",
    "sup": "supplier",
    "supp": "supplier",
    "svc": "service",
    "tel": "phone",
    "temp": "temperature",
    "tkt": "ticket",
    "tm": "time",
    "tot": "total",
    "trk": "track",
    "trx": "transaction",
    "txn": "transaction",
    "typ": "type",
    "usr": "user",
    "util": "utilization",
    "veh": "vehicle",
    "vol": "volume",
    "whs": "warehouse",
    "wgt": "weight",
    "wh": "warehouse",
    "wt": "weight",
    "yr": "year",
    "yrs": "years",
    "fname": "first name",
    "lname": "last name",
    "firstname": "first name",
    "lastname": "last name",
    "bdate": "birth date",
    "ts": "time",
    "sku": "SKU",
    "isbn": "ISBN",
    "gpa": "GPA",
    "url": "URL",
    "ip": "IP",
    "mrr": "MRR",
    "vat": "VAT",
    "fk": "",
    "pk": "",
    "crse": "course",
    "std_": "student",
    "vst": "visit",
    "flt": "flight",
    "apt": "airport",
    "pax": "passengers",
    "capt": "captain",
    "mfr": "manufacturer",
    "mnf": "manufacturer",
    "phn": "phone",
    "eml": "email",
}
"""What people shorten in column names, spelt out."""

SYNONYMS = {
    "customer": ("client",),
    "client": ("customer",),
    "employee": ("staff member", "worker"),
    "product": ("item",),
    "revenue": ("sales", "turnover"),
    "salary": ("pay",),
    "movie": ("film",),
    "film": ("movie",),
    "city": ("town",),
    "supplier": ("vendor",),
    "vendor": ("supplier",),
    "doctor": ("physician",),
    "car": ("vehicle",),
    "vehicle": ("car",),
    "student": ("pupil",),
    "teacher": ("instructor",),
    "shop": ("store",),
    "store": ("shop",),
    "purchase": ("order",),
    "flat": ("apartment",),
    "song": ("track",),
    "track": ("song",),
    "country": ("nation",),
    "book": ("title",),
    "author": ("writer",),
    "price": ("cost",),
    "quantity": ("amount",),
    "phone": ("phone number",),
    "email": ("email address",),
    "birth date": ("date of birth", "birthday"),
    "hire date": ("date of hire", "start date"),
    "order": ("purchase",),
    "department": ("dept",),
    "gender": ("sex",),
    "category": ("type",),
    "type": ("kind",),
    "job title": ("position", "role"),
    "quantity in stock": ("stock",),
    "rating": ("score",),
    "duration": ("length",),
    "company": ("firm",),
    "manager": ("boss",),
    "passenger": ("traveller",),
    "patient": ("client",),
    "ticket": ("case",),
    "review": ("comment",),
    "artist": ("musician",),
}
"""Other words for the same thing, for use where they cannot be mistaken for something else in the database."""

UNITS = {
    "min": "minutes",
    "minutes": "minutes",
    "hours": "hours",
    "days": "days",
    "km": "km",
    "kg": "kg",
    "sqm": "sqm",
    "usd": "dollars",
    "eur": "euros",
    "years": "years",
    "seconds": "seconds",
    "kwh": "kWh",
    "gb": "GB",
    "mb": "MB",
}
_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "staff": "staff",
    "series": "series",
    "species": "species",
    "foot": "feet",
    "mouse": "mice",
    "criterion": "criteria",
    "medium": "media",
    "analysis": "analyses",
    "diagnosis": "diagnoses",
    "leaf": "leaves",
    "shelf": "shelves",
    "wife": "wives",
    "life": "lives",
    "half": "halves",
    "equipment": "equipment",
    "data": "data",
    "sales": "sales",
    "news": "news",
    "premises": "premises",
    "gross": "gross",
    "aircraft": "aircraft",
    "stock": "stock",
    "sheep": "sheep",
    "livestock": "livestock",
    "feedback": "feedback",
    "hardware": "hardware",
    "software": "software",
    "inventory": "inventory",
    "basis": "bases",
    "index": "indexes",
    "tax": "taxes",
    "kwh": "kWh",
    "goods": "goods",
    "campus": "campuses",
    "bus": "buses",
    "status": "statuses",
    "lens": "lenses",
    "gas": "gases",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
    "quiz": "quizzes",
    "axis": "axes",
}
_SINGULAR = {plural: singular for singular, plural in _IRREGULAR.items()} | {"indices": "index", "persons": "person"}
_PREFIX = re.compile(r"\A(tbl|dim|fact|fct|stg|src|raw|t|tb|mst|ref)_+", re.IGNORECASE)
_TAILS = (
    "number",
    "address",
    "status",
    "country",
    "amount",
    "price",
    "total",
    "title",
    "level",
    "name",
    "date",
    "time",
    "code",
    "type",
    "city",
    "year",
    "rate",
    "count",
    "qty",
    "key",
    "id",
    "no",
)
_HEADS = (
    "customer",
    "employee",
    "supplier",
    "product",
    "account",
    "patient",
    "student",
    "invoice",
    "payment",
    "ticket",
    "birth",
    "order",
    "hire",
    "start",
    "end",
    "unit",
    "first",
    "last",
    "phone",
    "zip",
    "post",
    "list",
    "sale",
    "due",
    "ship",
    "total",
)


def split_name(name: str) -> list[str]:
    """The words of an identifier in lower case: ``OrderDate`` → ``order``, ``date``.

    Args:
        name: snake_case, camelCase, PascalCase, UPPER or run together.
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [w.lower() for w in re.split(r"[^A-Za-z0-9äöüß&]+", text) if w]
    return [part for word in words for part in _split_run(word)]


def _split_run(word: str) -> list[str]:
    for head in _HEADS:
        for tail in _TAILS:
            if word == head + tail:
                return [head, tail]
    match = re.fullmatch(r"([a-z]{3,})(id|no|key)", word)
    if match and singular(match.group(1)) in _HEADS:
        return [match.group(1), match.group(2)]
    return [word]


def spell_out(words: list[str]) -> str:
    """Words with abbreviations spelt out."""
    return " ".join(filter(None, (ABBREVIATIONS.get(w, w) for w in words)))


def strip_prefix(name: str) -> str:
    """A table's name without ``tbl_``, ``dim_`` and the like."""
    stripped = _PREFIX.sub("", name)
    return re.sub(r"\A(tbl|dim|fact|Dim|Fact)(?=[A-Z])", "", stripped) or name


def is_cryptic(name: str) -> bool:
    """Whether an identifier says nothing to a person without its comment."""
    words = [w for w in split_name(name) if not w.isdigit()]
    odd = [w for w in words if w not in ABBREVIATIONS and (len(w) <= 2 or not re.search(r"[aeiouy]", w))]
    odd = [w for w in odd if w not in ("id", "is", "to", "of", "on", "by", "at", "in")]
    return bool(odd) or not words


def plural(noun: str) -> str:
    """The plural of a noun phrase's last word; of its first noun in ``number of beds``."""
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)} of {rest}"
    before, _, word = noun.rpartition(" ")
    lead = before + " " if before else ""
    if word.lower() in _IRREGULAR:
        return lead + _IRREGULAR[word.lower()]
    if word.lower() in _SINGULAR or (word.endswith("s") and not word.endswith(("ss", "us", "is"))):
        return noun
    if re.search(r"[^aeiou]y\Z", word):
        return lead + word[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)\Z", word):
        return lead + word + "es"
    return lead + word + "s"


def singular(noun: str) -> str:
    """The singular of a noun phrase's last word."""
    before, _, word = noun.rpartition(" ")
    lead = before + " " if before else ""
    if word in _SINGULAR:
        return lead + _SINGULAR[word]
    if word in _IRREGULAR or word.endswith(("ss", "us", "is")) or len(word) < 4:
        return noun
    if word.endswith("ies") and word not in ("movies", "cookies", "zombies", "calories"):
        return lead + word[:-3] + "y"
    if re.search(r"(ss|x|ch|sh|zz)es\Z", word):
        return lead + word[:-2]
    if word.endswith("s"):
        return lead + word[:-1]
    return noun


def article(noun: str) -> str:
    """``a`` or ``an`` with the noun."""
    special = re.match(r"(?i)(uni(?!nt)|use|usa|eur|one)", noun)
    silent = re.match(r"(?i)hour|honor|SKU\b|MRR\b|x-ray", noun)
    return ("an " if silent or (noun[:1].lower() in "aeiou" and not special) else "a ") + noun


def strip_accents(text: str) -> str:
    """``text`` without diacritics, as typed on another country's keyboard."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def misspell(word: str, rng: random.Random) -> str:
    """A slip of the fingers in one word: two letters swapped, one dropped or doubled."""
    if len(word) < 5 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 2)
    kind = rng.randrange(3)
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]
