"""A condition: its SQL is in the query, this is how it is said."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from training.synthesis.database import Field
from training.synthesis.phrasing import expand
from training.synthesis.query import Ref


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


def filled(
    post: tuple[str, ...],
    verb: tuple[str, ...],
    terse: tuple[str, ...],
    slots: dict[str, str],
    rng: random.Random,
    made: Field,
    *,
    relative: bool = False,
) -> Condition:
    """A condition from patterns.

    Args:
        post: patterns for after the noun.
        verb: for a predicate.
        terse: for key words.
        slots: what to fill in.
        rng: chooses alternatives.
        made: the column.
        relative: whether it depends on today's date.
    """
    after, predicate, words = (tuple(expand(p, rng, **slots) for p in forms) for forms in (post, verb, terse))
    for sign, said in (
        ("up to ", "at most "),
        (">= ", "at least "),
        ("<= ", "at most "),
        ("> ", "over "),
        ("< ", "under "),
    ):
        after = tuple(t.replace(f"is {sign}", f"is {said}") for t in after)
    return Condition((), after, predicate, words, is_relative=relative, subject=(made,))
