"""How one database writes its names: case, plural, prefixes, abbreviations, keys."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from training.synthesis.lexicon import ABBREVIATIONS
from training.synthesis.words import plural

_SHORT: dict[str, str] = {}
for _abbreviation, _word in ABBREVIATIONS.items():
    if _word and " " not in _word and len(_word) > len(_abbreviation) + 1:
        _SHORT.setdefault(_word, _abbreviation)


@dataclass
class Naming:
    """One database's habits.

    Args:
        case: ``snake``, ``camel``, ``pascal``, ``upper`` or ``flat``.
        is_plural: whether tables are in the plural.
        prefix: in front of table names.
        key: ``id``, or what follows the entity's name in its key: ``id``, ``no``, ``key``, ``code``.
        abbreviating: share of the words with a usual abbreviation that are shortened.
        column_prefix: whether columns start with the entity's short name.
        cryptic: share of columns whose name says nothing without its comment.
    """

    case: str
    is_plural: bool
    prefix: str
    key: str
    abbreviating: float
    column_prefix: bool
    cryptic: float
    _shortened: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: random.Random) -> Naming:
        """Habits as they are found in the wild."""
        return cls(
            case=rng.choices(("snake", "camel", "pascal", "upper", "flat"), (58, 10, 16, 11, 5))[0],
            is_plural=rng.random() < 0.6,
            prefix=rng.choices(("", "tbl", "t", "dim/fact"), (78, 7, 3, 12))[0],
            key=rng.choices(("id", "entity id", "entity no", "entity key", "entity code"), (28, 54, 6, 7, 5))[0],
            abbreviating=rng.choices((0.0, 0.3, 0.85), (66, 18, 16))[0],
            column_prefix=rng.random() < 0.08,
            cryptic=rng.choices((0.0, 0.15, 0.5), (84, 11, 5))[0],
        )

    def shorten(self, noun: str, rng: random.Random) -> str:
        """``noun`` with the words abbreviated that this database abbreviates."""
        words = []
        for word in noun.split():
            if word not in self._shortened:
                self._shortened[word] = word in _SHORT and rng.random() < self.abbreviating
            words.append(_SHORT[word] if self._shortened[word] else word)
        return " ".join(words)

    def write(self, words: str) -> str:
        """Words as one identifier in this database's case."""
        parts = re.findall(r"[A-Za-z0-9]+", words)
        if self.case == "snake":
            return "_".join(parts).lower()
        if self.case == "upper":
            return "_".join(parts).upper()
        if self.case == "flat":
            return "".join(parts).lower() if len(parts) < 3 else "_".join(parts).lower()
        joined = "".join(p[:1].upper() + p[1:] for p in parts)
        return joined if self.case == "pascal" else joined[:1].lower() + joined[1:]

    def table(self, noun: str, rng: random.Random, *, has_parents: bool) -> str:
        """The name of an entity's table."""
        short = self.shorten(noun, rng)
        name = plural(short) if self.is_plural and short == noun else short
        prefix = ("fact" if has_parents else "dim") if self.prefix == "dim/fact" else self.prefix
        return self.write(f"{prefix} {name}")

    def column(self, noun: str, entity: str, rng: random.Random) -> str:
        """The name of an attribute's column."""
        short = self.shorten(noun, rng)
        if self.column_prefix and noun.split()[0] not in entity.split():
            lead = _SHORT.get(entity.split()[-1], entity.split()[-1])
            return self.write(f"{lead} {short}")
        return self.write(short)

    def key_of(self, noun: str, rng: random.Random) -> str:
        """The name of an entity's key column."""
        return self.write("id" if self.key == "id" else f"{self.shorten(noun, rng)} {self.key.split()[1]}")

    def key_to(self, role: str, rng: random.Random) -> str:
        """The name of a column that points at an entity in some role."""
        return self.write(f"{self.shorten(role, rng)} {'id' if self.key == 'id' else self.key.split()[1]}")


def cryptic_name(noun: str, number: int, naming: Naming, rng: random.Random) -> str:
    """A name that says nothing: consonants only, or a number."""
    if rng.random() < 0.6:
        words = [w[0] + re.sub(r"[aeiou]", "", w[1:]) for w in noun.split()]
        short = "".join(words)[:5] if len(words) == 1 else "".join(w[:3] for w in words)
        if not re.search(r"[aeiouy]", short):
            return naming.write(short)
    return naming.write(f"{rng.choice(('fld', 'attr', 'c'))} {number:02d}")
