"""Words of a schema: splits identifiers, spells abbreviations out, and forms plurals as people write them."""

from __future__ import annotations

import random
import re
import unicodedata

from training.synthesis.lexicon import ABBREVIATIONS, IRREGULAR, KNOWN

_SINGULAR = {plural: singular for singular, plural in IRREGULAR.items()} | {"indices": "index", "persons": "person"}


_PREFIX = re.compile(r"\A(tbl|dim|fact|fct|stg|src|raw|t|tb|mst|ref)_+", re.IGNORECASE)


_SHORT_TAILS = frozenset(
    ("id", "no", "nr", "dt", "nm", "cd", "yr", "ts", "qty", "amt", "num", "key", "pct", "cnt", "desc", "loc", "ref")
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
    """Words run together, where known words cover them without a rest."""
    if len(word) < 6 or word in KNOWN or singular(word) in KNOWN or not word.isalpha():
        return [word]
    best: dict[int, list[str]] = {0: []}
    for end in range(2, len(word) + 1):
        for start in range(end):
            part = word[start:end]
            is_tail = end == len(word) and start > 0 and part in _SHORT_TAILS
            if start in best and (is_tail or (len(part) > 2 and (part in KNOWN or singular(part) in KNOWN))):
                longer = [*best[start], part]
                if end not in best or len(longer) < len(best[end]):
                    best[end] = longer
    return best.get(len(word), [word])


def spell_out(words: list[str]) -> str:
    """Words with abbreviations spelt out."""
    return " ".join(filter(None, (ABBREVIATIONS.get(w, w) for w in words)))


def strip_prefix(name: str) -> str:
    """A table's name without ``tbl_``, ``dim_`` and the like."""
    stripped = re.sub(r"\A(tbl|dim|fact|Tbl|Dim|Fact|T|t)(?=[A-Z])", "", _PREFIX.sub("", name))
    match = re.fullmatch(r"(?:tbl|dim|fact)([a-z]{3,})", stripped)
    if match and (singular(match.group(1)) in KNOWN or len(_split_run(match.group(1))) > 1):
        return match.group(1)
    return stripped or name


def is_cryptic(name: str) -> bool:
    """Whether an identifier says nothing to a person without its comment."""
    words = [w for w in split_name(name) if not w.isdigit()]
    odd = [
        w
        for w in words
        if w not in ABBREVIATIONS and (len(w) <= 2 or not re.search(r"[aeiouy]", w) or re.search(r"\d", w))
    ]
    odd = [w for w in odd if w not in ("id", "is", "to", "of", "on", "by", "at", "in")]
    is_numbered = len(words) < len(split_name(name)) and set(words) <= {"attr", "fld", "field", "col", "column", "val"}
    return bool(odd) or not words or is_numbered


def plural(noun: str) -> str:
    """The plural of a noun phrase's last word; of its first noun in ``number of beds``."""
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)} of {rest}"
    before, _, word = noun.rpartition(" ")
    if before and re.fullmatch(r"(?!speed|breed|seed|feed|bed)\w+ed|built|sold|paid|due|made|taken", word):
        return f"{plural(before)} {word}"
    lead = before + " " if before else ""
    if word.lower() in IRREGULAR:
        return lead + IRREGULAR[word.lower()]
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
    if word in IRREGULAR or word.endswith(("ss", "us", "is")) or len(word) < 4:
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
    # One letter less in these makes a word that nobody wants to read.
    if len(word) < 5 or not word.isalpha() or re.search(r"(?i)count|shi[rf]t|public|class|pass", word):
        return word
    at = rng.randrange(1, len(word) - 2)
    kind = rng.randrange(3)
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]
