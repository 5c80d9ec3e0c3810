"""Turns patterns into what people type: alternatives, frames around a noun phrase, styles, slips of the fingers."""

from __future__ import annotations

import random
import re

from training.synthesis.lexicon import SYNONYMS
from training.synthesis.words import article, misspell, plural, strip_accents

_CHOICE = re.compile(r"\(([^()]*)\)")
VALUE_START, VALUE_END = "\x02", "\x03"

SINGULAR_FRAMES = (
    "what is {t}?",
    "what is {t}?",
    "what's {t}?",
    "{t}",
    "{t}",
    "show (me |){t}",
    "give me {t}",
    "tell me {t}",
    "(find|get|return|display|report) {t}",
    "can you (tell|give|show) me {t}?",
    "could you (give|tell) me {t}(, please|)?",
    "please (show|give|tell) me {t}",
    "i need (to know |){t}",
    "i'd like to (know|see) {t}",
    "(calculate|compute|work out) {t}",
    "do you know {t}?",
    "i want (to know |to see |){t}",
    "{t}(, please| please|?)",
    "find out {t}",
    "let me know {t}",
    "what would be {t}?",
)
PLURAL_FRAMES = (
    "what are {t}?",
    "show (me |){t}",
    "show (me |){t}",
    "list {t}",
    "list {t}",
    "give me {t}",
    "{t}",
    "(find|get|return|display) {t}",
    "can you (list|show me|give me) {t}?",
    "could you (list|show) {t}(, please|)?",
    "please (list|show) {t}",
    "i need {t}",
    "i('d like| want) to see {t}",
    "(pull up|look up|fetch) {t}",
    "i'm looking for {t}",
    "let me see {t}",
)


def expand(pattern: str, rng: random.Random, **slots: str) -> str:
    """A pattern with its ``(one|another|)`` alternatives chosen and its ``{slots}`` filled.

    Args:
        pattern: the text; alternatives may nest.
        rng: chooses.
        slots: what to fill in.
    """
    while match := _CHOICE.search(pattern):
        pattern = pattern[: match.start()] + rng.choice(match.group(1).split("|")) + pattern[match.end() :]
    return tidy(pattern.format_map(slots))


def pick(rng: random.Random, *patterns: str, **slots: str) -> str:
    """One of several patterns, expanded."""
    return expand(rng.choice(patterns), rng, **slots)


def tidy(text: str) -> str:
    """``text`` without double spaces and spaces before punctuation."""
    text = re.sub(r"\s+([?,.])", r"\1", re.sub(r"[ \t]+", " ", text)).strip()
    return re.sub(r"\?+,", ",", text)


def frame(target: str, rng: random.Random, *, many: bool = False) -> str:
    """A whole question around ``the average price of products``.

    Args:
        target: a noun phrase.
        rng: chooses.
        many: whether the phrase is plural.
    """
    return expand(rng.choice(PLURAL_FRAMES if many else SINGULAR_FRAMES), rng, t=target.replace("{", "{{"))


def value(text: object, rng: random.Random) -> str:
    """A stored value as somebody types it: other case, no accents, sometimes quoted; marked so that it stays whole."""
    typed = str(text).strip()
    chance = rng.random()
    if chance < 0.35 and not (typed.isupper() and len(typed) < 4):
        typed = typed.lower()
    if rng.random() < 0.5:
        typed = strip_accents(typed)
    if "_" in typed and rng.random() < 0.6:
        typed = typed.replace("_", " ")
    if rng.random() < 0.08:
        typed = rng.choice(("'{}'", '"{}"')).format(typed)
    return f"{VALUE_START}{typed}{VALUE_END}"


def number(amount: float, rng: random.Random, *, money: bool = False) -> str:
    """A number as somebody types it: ``1500``, ``1,500``, ``1.5k``."""
    whole = float(amount).is_integer()
    typed = f"{int(amount)}" if whole else f"{amount:g}"
    if whole and abs(amount) >= 1000 and rng.random() < 0.3:
        typed = f"{int(amount):,}"
    if whole and amount >= 1000 and amount % 1000 == 0 and rng.random() < 0.2:
        typed = f"{int(amount / 1000)}k"
    elif whole and amount >= 1_000_000 and amount % 100_000 == 0 and rng.random() < 0.4:
        typed = f"{amount / 1_000_000:g} million"
    if money and rng.random() < 0.15:
        typed = "$" + typed
    return f"{VALUE_START}{typed}{VALUE_END}"


_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def small(count: int, rng: random.Random) -> str:
    """A small number, sometimes as a word."""
    return _SMALL[count] if count <= 10 and rng.random() < 0.3 else str(count)


def join_and(items: list[str], rng: random.Random) -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + rng.choice((" and ", " and ", ", and " if len(items) > 2 else " and ")) + items[-1]


def synonym(noun: str, taken: set[str], rng: random.Random) -> str:
    """Sometimes another word for ``noun``, if nothing else in the database is called so."""
    others = [s for s in SYNONYMS.get(noun, ()) if s not in taken and not any(s in t.split() for t in taken)]
    return rng.choice(others) if others and rng.random() < 0.2 else noun


_COLLOQUIAL = (
    (r"\bwhat is\b", "whats"),
    (r"\bplease\b", "pls"),
    (r"\bpeople\b", "ppl"),
    (r"\bwithout\b", "w/o"),
    (r"\bbecause\b", "cuz"),
    (r"\band\b", "&"),
    (r"\bhow many\b", "how mny"),
    (r"\bbetween\b", "btw"),
    (r"\byou\b", "u"),
    (r"\bi want to\b", "wanna"),
    (r"\baverage\b", "avg"),
    (r"\bmaximum\b", "max"),
    (r"\bminimum\b", "min"),
    (r"\bnumber of\b", "# of"),
    (r"\bgive me\b", "gimme"),
)


def speak(question: str, rng: random.Random) -> str:
    """The final touch: capital letters, question marks, courtesy, slang and slips, as often as people use them."""
    text = tidy(question)
    style = rng.random()
    if style < 0.10:
        text = _slip(text, rng)
    elif style < 0.18:
        wrong, right = rng.choice([p for p in _COLLOQUIAL if re.search(p[0], text)] or [(r"\Z", "")])
        text = re.sub(wrong, right, text) if VALUE_START not in text else _outside_values(text, wrong, right)
    if rng.random() < 0.12:
        text = re.sub(r"(?<![\w])(the|a|an) ", "", text)
    if rng.random() < 0.05 and not re.match(r"(please|pls|can |could |hey|hi)", text):
        text = rng.choice(("hey, ", "hi, ", "ok, ", "quick question: ", "quick one: ", "hello, ")) + text
    elif rng.random() < 0.03 and text.endswith("?"):
        text = text[:-1] + rng.choice((" please?", " pls?", ", thanks", " please"))
    chance = rng.random()
    if chance < 0.6 or (re.search(r"\bi('|\b)", text) and chance < 0.7):
        text = re.sub(r"\bi(?=('d|'m)?\b)", "I", text) if chance < 0.55 else text
        first = re.search(rf"[^{VALUE_START}'\"(]", text)
        text = text[:1].upper() + text[1:] if first and first.start() == 0 else text
        if not text.endswith(("?", ".")) and rng.random() < 0.3 and not re.match("(?i)what|how|which|who", text):
            text += "."
    elif rng.random() < 0.5:
        text = text.rstrip("?")
    return text.replace(VALUE_START, "").replace(VALUE_END, "")


def _outside_values(text: str, wrong: str, right: str) -> str:
    parts = re.split(f"({VALUE_START}.*?{VALUE_END})", text)
    return "".join(p if p.startswith(VALUE_START) else re.sub(wrong, right, p) for p in parts)


def _slip(text: str, rng: random.Random) -> str:
    parts = re.split(f"({VALUE_START}.*?{VALUE_END}|\\s+)", text)
    places = [i for i, p in enumerate(parts) if len(p) > 4 and p.isalpha()]
    if places:
        at = rng.choice(places)
        parts[at] = misspell(parts[at], rng)
    return "".join(parts)


__all__ = [
    "article",
    "expand",
    "frame",
    "join_and",
    "number",
    "pick",
    "plural",
    "small",
    "speak",
    "synonym",
    "tidy",
    "value",
]
