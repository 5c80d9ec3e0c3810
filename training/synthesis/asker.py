"""What all skeletons share: choosing tables and columns, saying nouns, and the draft that a skeleton hands back."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from training.synthesis.condition import Condition, field_noun
from training.synthesis.conditions import make_condition
from training.synthesis.database import Edge, Entity, Field, KnownDatabase
from training.synthesis.phrasing import article, expand, frame, join_and, pick, plural, speak, synonym
from training.synthesis.query import Query, Ref


@dataclass
class Draft:
    """A question with its SQL, not yet executed.

    Args:
        question: as typed.
        sql: the query.
        columns: what the query is about, to tell duplicates.
        ordered: whether the order of rows matters.
        without: the same query without its conditions, whose result must differ.
        ties: a query for one row more than LIMIT, whose last two rows must differ in the last column.
        differs: another query whose result must be the same, for example with other ties.
        same: whether ``differs`` must give the same rows.
        is_relative: whether the result depends on today.
    """

    question: str
    sql: str
    columns: tuple[str, ...]
    ordered: bool = False
    without: str = ""
    ties: str = ""
    ties_limit: int = 0
    same: str = ""
    is_relative: bool = False


@dataclass
class Asker:
    """One question in the making.

    Args:
        known: the database.
        rng: chooses everything.
        hops: how many joins are wanted.
    """

    known: KnownDatabase
    rng: random.Random
    hops: int = 0
    conditions: list[Condition] = field(default_factory=list)

    def entity(self, *, labelled: bool = False, children: bool = False, parents: bool = False) -> Entity | None:
        """A random entity that can serve as asked."""
        fit = [
            e
            for e in self.known.entities
            if (not labelled or e.label)
            and (not children or e.children)
            and (not parents or e.parents)
            and len(e.of_role("category", "text", "label", "number", "date", "flag", "year"))
            >= (1 if parents or children else 2)
        ]
        return self.rng.choice(fit) if fit else None

    def far_paths(self, entity: Entity) -> list[tuple[Edge, ...]]:
        """Paths of the wanted number of hops, or fewer where there are none; the empty path for none."""
        if not self.hops:
            return [()]
        paths = self.known.paths(entity)
        exact = [p for p in paths if len(p) == self.hops]
        return exact or [p for p in paths if len(p) <= self.hops]

    def ref(
        self, entity: Entity, *roles: str, path: tuple[Edge, ...] | None = None, skip: tuple[Field, ...] = ()
    ) -> Ref | None:
        """A random column of ``entity``, or of a table it points at, that has one of the roles.

        Args:
            entity: the base.
            roles: wanted roles; ``measure`` is a number.
            path: where to look; by default the base itself.
            skip: columns not wanted.
        """
        path = path or ()
        owner = path[-1].parent if path else entity
        fit = [f for f in owner.of_role(*roles) if f not in skip]
        if "label" in roles and len(owner.label) != 1:
            fit = [f for f in fit if f.role != "label"]
        return Ref(self.rng.choice(fit), owner, path) if fit else None

    def dimension(self, entity: Entity, *, skip: tuple[Field, ...] = ()) -> Ref | None:
        """A column to group by: a category, a flagless parent's name, or a year; far away if hops are wanted."""
        paths = self.far_paths(entity)
        if not paths:
            return None
        path = self.rng.choice(paths)
        if path and self.rng.random() < 0.6:
            owner = path[-1].parent
            if len(owner.label) == 1 and owner.label[0].distinct == owner.rows and owner.label[0] not in skip:
                return Ref(owner.label[0], owner, path)
        return self.ref(entity, "category", "category", "year", path=path, skip=skip)

    def condition(
        self,
        query: Query,
        entity: Entity,
        *,
        path: tuple[Edge, ...] | None = None,
        roles: tuple[str, ...] = (),
        skip: tuple[Field, ...] = (),
    ) -> Condition | None:
        """Add a random condition on rows of ``entity`` to the query."""
        wanted = roles or self.rng.choice(
            (
                ("category",),
                ("category",),
                ("category", "flag"),
                ("number", "year"),
                ("number",),
                ("date",),
                ("date", "flag"),
                ("text", "label"),
                ("list", "category"),
                ("flag", "list"),
                ("struct", "category"),
            )
        )
        for attempt in (
            wanted,
            ("category", "number", "date", "flag", "year", "label") if path is None else ("label", "category"),
        ):
            ref = self.ref(entity, *attempt, path=path, skip=skip)
            if ref is None:
                continue
            made = make_condition(query, ref, entity, self.rng, self.known.nouns)
            if made is not None:
                self.conditions.append(made)
                return made
        return None

    def some_conditions(
        self,
        query: Query,
        entity: Entity,
        weights: tuple[float, ...] = (0.45, 0.42, 0.13),
        *,
        skip: tuple[Field, ...] = (),
    ) -> list[Condition]:
        """As many conditions as chance has it; one lies far away when hops are wanted and not used yet."""
        wanted = self.rng.choices(range(len(weights)), weights)[0]
        found: list[Condition] = []
        used = skip
        for number in range(wanted):
            path: tuple[Edge, ...] | None = None
            if self.hops and number == 0 and not query.edges:
                paths = self.far_paths(entity)
                path = self.rng.choice(paths) if paths else None
            roles = (
                self.rng.choice((("label",), ("label", "category"), ("category",), ("category", "number", "flag")))
                if path
                else ()
            )
            made = self.condition(query, entity, path=path, roles=roles, skip=used)
            if made is not None and not (made.subject and made.subject[0] in used):
                found.append(made)
                used = (*used, *made.subject)
        return found

    def noun(self, entity: Entity) -> str:
        """The singular, or a synonym."""
        return synonym(entity.noun, self.known.nouns, self.rng)

    def nouns(self, entity: Entity) -> str:
        """The plural, or a synonym's."""
        return plural(self.noun(entity))

    def named(self, ref: Ref) -> str:
        """What a column is called, or a synonym."""
        return synonym(field_noun(ref), self.known.nouns, self.rng)

    def things(self, entity: Entity, conditions: list[Condition], *, the: bool = False) -> str:
        """``active customers in Berlin with more than 5 points``."""
        before, after = [], []
        for made in conditions:
            if made.pre and self.rng.random() < 0.6:
                before.append(self.rng.choice(made.pre))
            else:
                after.append(self.rng.choice(made.post))
        head = " ".join([*before, self.nouns(entity)])
        return ("the " if the else "") + " ".join([head, *self.chain(after)])

    def chain(self, after: list[str]) -> list[str]:
        """Restrictions behind a noun, with ``and`` where two of a kind meet."""
        # Short ones stand next to the noun: "orders in 2024 whose customer is in Berlin".
        after = sorted(after, key=lambda text: text.startswith(("where", "whose", "that ", "who ", "which ", "having")))
        chained: list[str] = []
        for text in after:
            if (
                chained
                and chained[-1].split()[0] == text.split()[0]
                and text.split()[0] in ("where", "whose", "with", "that", "who", "having", "which")
            ):
                joined = text.split(" ", 1)[1] if text.split()[0] in ("where", "that", "who", "which") else text
                chained.append("and " + joined)
            elif (
                chained
                and text.split()[0] in ("with", "where", "whose", "that", "who", "which", "having")
                and self.rng.random() < 0.6
            ):
                chained.append("and " + text)
            else:
                chained.append(text)
        return chained

    def terse(self, conditions: list[Condition]) -> str:
        """Conditions in key words."""
        return " ".join(self.rng.choice(c.terse) for c in conditions if c.terse)

    def predicate(self, conditions: list[Condition]) -> str:
        """``live in Berlin and have more than 5 points``, empty where one cannot be said so."""
        if not conditions or any(not c.verb for c in conditions):
            return ""
        return join_and([self.rng.choice(c.verb) for c in conditions], self.rng)

    def frame(self, target: str, *, many: bool = False) -> str:
        """A question around a noun phrase."""
        return frame(target, self.rng, many=many)

    def pick(self, *patterns: str, **slots: str) -> str:
        """One of the patterns, expanded."""
        return pick(self.rng, *patterns, **slots)

    def add(self, question: str, *patterns: str, **slots: str) -> str:
        """The question with one of the patterns behind it, in place of its question mark."""
        tail = self.pick(*patterns, **slots)
        return question.rstrip("?") + ("" if tail.startswith((",", "?")) else " ") + tail

    def expand(self, pattern: str, **slots: str) -> str:
        """The pattern, expanded."""
        return expand(pattern, self.rng, **slots)

    def draft(self, question: str, query: Query, *, ordered: bool = False, ties_on: str = "") -> Draft | None:
        """Finish a question whose SQL is one query."""
        if query.has_repeated_table:
            return None
        columns = (query.base.reference, *query.select, *query.order)
        made = Draft(
            speak(question, self.rng),
            query.sql(),
            columns,
            ordered,
            is_relative=any(c.is_relative for c in self.conditions),
        )
        if (query.where or query.having) and not made.is_relative:
            made.without = query.sql(where=False)
        if query.limit and ties_on:
            made.ties = query.sql(extra=[ties_on], limit=query.limit + 1)
            made.ties_limit = query.limit
        return made

    def draft_text(
        self,
        question: str,
        sql: str,
        columns: tuple[str, ...],
        *,
        ordered: bool = False,
        same: str = "",
        without: str = "",
    ) -> Draft:
        """Finish a question whose SQL is put together by hand."""
        relative = any(c.is_relative for c in self.conditions)
        return Draft(
            speak(question, self.rng),
            sql,
            columns,
            ordered,
            same=same,
            without="" if relative else without,
            is_relative=relative,
        )


def label_columns(query: Query, entity: Entity, path: tuple[Edge, ...] = ()) -> list[str]:
    """The columns that name an entity."""
    return [query.use(Ref(f, entity, path)) for f in entity.label]


__all__ = ["Asker", "Draft", "article", "label_columns"]
