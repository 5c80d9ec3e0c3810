"""Reads the domains that synthetic databases are made from, see ``domains.txt``."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

VALIDATION_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an entity.

    Args:
        noun: natural name.
        kind: what its values are: the first word of the specification, ``values`` or ``codes``.
        options: the rest of it.
        nullable: whether some are missing.
    """

    noun: str
    kind: str
    options: tuple[str, ...]
    nullable: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """What an entity points at, and in which role."""

    parent: str
    role: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class EntityPlan:
    """A kind of thing with its attributes and relations."""

    noun: str
    relations: tuple[Relation, ...]
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the world that databases are about."""

    name: str
    entities: tuple[EntityPlan, ...] = field(default=())

    @property
    def split(self) -> str:
        """``train`` or ``validation``; decided by a hash of the name, so that it never changes."""
        digest = int(hashlib.sha256(f"domain:{self.name}".encode()).hexdigest(), 16)
        return "validation" if digest % 1000 < 1000 * VALIDATION_SHARE else "train"


@lru_cache(maxsize=1)
def load_domains() -> tuple[Domain, ...]:
    """All domains, in the order of the file."""
    text = resources.files("training.synthesis").joinpath("domains.txt").read_text(encoding="utf-8")
    domains = []
    for block in re.split(r"(?m)^== ", text)[1:]:
        name, *lines = block.strip().splitlines()
        domains.append(Domain(name, tuple(_read_entity(line) for line in lines if line.strip())))
    return tuple(domains)


def _read_entity(line: str) -> EntityPlan:
    head, _, tail = line.partition(":")
    noun, _, parents = head.partition(">")
    relations = []
    for part in filter(None, (p.strip() for p in parents.split(","))):
        nullable = part.endswith("?")
        parent, _, role = part.rstrip("? ").partition(" as ")
        relations.append(Relation(parent.strip(), role.strip() or parent.strip(), nullable))
    return EntityPlan(noun.strip(), tuple(relations), tuple(_read_attribute(part) for part in tail.split(";")))


def _read_attribute(text: str) -> Attribute:
    noun, _, spec = text.strip().partition(" = ")
    nullable = spec.endswith(" ?")
    spec = spec.removesuffix(" ?").strip()
    word, _, rest = spec.partition(" ")
    if "/" in spec and word not in ("tags", "mix", "pool"):
        options = tuple(spec.split("/"))
        return Attribute(noun, "codes" if all("=" in o for o in options) else "values", options, nullable)
    if word == "tags":
        return Attribute(noun, word, tuple(rest.split("/")), nullable)
    if word in ("mix", "pool"):
        return Attribute(noun, word, tuple(rest.split(" * ")), nullable)
    return Attribute(noun, word, (rest,) if word == "after" else tuple(rest.split()), nullable)
