"""What a person would know of a database before asking: entities, what columns mean, how tables hang together."""

from __future__ import annotations

import datetime
import decimal
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from llmsql.catalog import Table
from llmsql.catalog.snapshot import quote
from training.synthesis.words import plural

LONGEST_PATH = 3


_MONEY = {
    "price",
    "cost",
    "amount",
    "salary",
    "revenue",
    "fee",
    "fees",
    "budget",
    "balance",
    "premium",
    "fare",
    "tuition",
    "pay",
    "wage",
    "income",
    "profit",
    "sales",
    "spend",
    "rent",
    "payment",
    "donation",
    "deposit",
    "discount",
    "tax",
    "tip",
    "bonus",
    "value",
    "fine",
    "mrr",
    "charge",
    "payout",
    "box",
    "gross",
    "cents",
    "bid",
    "earnings",
}


_NOT_ADDED = {
    "price",
    "rate",
    "rating",
    "age",
    "year",
    "score",
    "temperature",
    "percent",
    "percentage",
    "pct",
    "height",
    "width",
    "level",
    "grade",
    "size",
    "latitude",
    "longitude",
    "lat",
    "lon",
    "lng",
    "gpa",
    "ratio",
    "humidity",
    "pressure",
    "speed",
    "rank",
    "position",
    "floor",
    "average",
    "mean",
    "limit",
    "tempo",
    "stars",
    "share",
    "wage",
    "magnitude",
    "number",
    "version",
    "month",
    "day",
    "week",
    "hour",
    "zip",
    "priority",
    "ph",
    "elevation",
    "founded",
    "built",
    "model",
    "maximum",
    "minimum",
    "founding",
    "established",
    "threshold",
    "difficulty",
    "handicap",
}


_PLACES = {
    "city",
    "country",
    "state",
    "region",
    "province",
    "county",
    "town",
    "district",
    "neighborhood",
    "borough",
    "continent",
    "neighbourhood",
    "location",
    "territory",
}


@dataclass(eq=False)
class Field:
    """A column as people think of it.

    Args:
        name: the column as SQL writes it, quoted where needed.
        type: DuckDB's type.
        noun: natural name, for example ``unit price``.
        role: ``key``, ``label``, ``category``, ``text``, ``number``, ``year``, ``date``, ``flag``, ``list``,
            ``struct``, ``junk`` or ``other``.
        values: distinct values with their counts, most frequent first, not all where there are many; of a STRUCT
            pairs of part and value.
        codes: stored value to its meaning, from the comment.
        distinct: number of distinct values in the rows looked at.
        nulls: number of NULLs among them.
        truths: SQL of what stands for true and for false, where a flag is not a BOOLEAN.
        quantiles: of numbers and dates: at 5, 25, 50, 75 and 95 %.
    """

    name: str
    type: str
    noun: str
    role: str
    comment: str = ""
    values: list[tuple[Any, int]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    distinct: int = 0
    nulls: int = 0
    quantiles: list[Any] = field(default_factory=list)
    truths: tuple[str, ...] = ()

    @cached_property
    def words(self) -> set[str]:
        """Lower-case words of the noun."""
        return set(self.noun.lower().split())

    @property
    def is_money(self) -> bool:
        """Whether amounts of money are meant."""
        return (
            self.role == "number"
            and bool(self.words & _MONEY)
            and not self.words & {"percent", "number", "count", "quantity"}
        )

    @property
    def is_additive(self) -> bool:
        """Whether a sum over rows means something."""
        return self.role == "number" and not self.words & _NOT_ADDED and not self.noun.endswith(" rate")

    @property
    def is_place(self) -> bool:
        """Whether ``in Berlin`` speaks of this column."""
        return self.role in ("category", "text") and self.noun.split()[-1] in _PLACES

    @property
    def is_plural(self) -> bool:
        """Whether the noun counts things: ``goals``, ``number of beds``."""
        last = self.noun.split()[-1]
        return self.role == "number" and (
            self.noun.startswith("number of ") or (last == plural(last) and last not in ("gross", "sales"))
        )

    def condition(self, column: str, *, true: bool) -> str:
        """A flag as a condition, however it is stored.

        Args:
            column: the column as the query writes it.
            true: whether it is to be set.
        """
        if not self.truths:
            return column if true else f"NOT {column}"
        return f"{column} = {self.truths[0 if true else 1]}"

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return "INT" in self.type


@dataclass(eq=False)
class Edge:
    """A foreign key from ``child`` to ``parent``; ``role`` is what the parent is to the child, ``home team``."""

    child: Entity
    parent: Entity
    column: str
    target: str
    role: str
    nullable: bool = False

    @property
    def counted(self) -> str:
        """What the parent has by this key: the child, or through a table that only links, the table beyond it."""
        others = [e for e in self.child.parents if e is not self]
        if len(others) != 1 or self.child.label:
            return self.child.noun
        beyond = others[0].parent
        linked = {*self.parent.noun.split(), *beyond.noun.split()}
        return beyond.noun if set(self.child.noun.split()) <= linked and beyond is not self.parent else self.child.noun


@dataclass(eq=False)
class Entity:
    """A table as people think of it.

    Args:
        table: the catalog's table.
        noun: natural name of one row, for example ``order item``.
        fields: the columns worth asking about, in order.
        rows: row count.
    """

    table: Table
    noun: str
    fields: list[Field] = field(default_factory=list)
    rows: int = 0
    parents: list[Edge] = field(default_factory=list)
    children: list[Edge] = field(default_factory=list)
    loops: list[Edge] = field(default_factory=list)
    label: tuple[Field, ...] = ()
    key: Field | None = None

    @property
    def nouns(self) -> str:
        """The plural of ``noun``."""
        return plural(self.noun)

    @property
    def reference(self) -> str:
        """The table as FROM names it."""
        return self.table.reference

    @property
    def qualifier(self) -> str:
        """The table as a column's qualifier names it."""
        return quote(self.table.name)

    @property
    def is_person(self) -> bool:
        """Whether ``who`` asks for it."""
        last = self.noun.split()[-1]
        people = {
            "person",
            "member",
            "guest",
            "host",
            "fan",
            "staff",
            "nurse",
            "athlete",
            "chef",
            "pilot",
            "coach",
            "judge",
            "tenant",
            "people",
            "client",
            "patient",
            "student",
            "agent",
            "assistant",
            "accountant",
            "child",
            "user",
            "voter",
            "worker",
            "technician",
            "musician",
            "physician",
            "politician",
            "librarian",
            "vet",
            "volunteer",
            "candidate",
            "applicant",
            "farmer",
            "artist",
            "crew",
        }
        return last in people or (
            last.endswith(("er", "or", "ee", "ist"))
            and last
            not in {
                "order",
                "number",
                "letter",
                "chapter",
                "sensor",
                "tower",
                "transfer",
                "offer",
                "register",
                "container",
                "meter",
                "motor",
                "tractor",
                "center",
                "voucher",
                "playlist",
                "trailer",
                "server",
                "counter",
                "semester",
                "quarter",
                "parameter",
                "folder",
                "reactor",
                "freezer",
                "router",
                "printer",
                "computer",
                "error",
                "sector",
                "floor",
                "color",
                "supplier",
                "publisher",
                "vendor",
                "carrier",
                "layer",
                "wishlist",
                "checklist",
                "list",
                "newsletter",
                "cluster",
                "scooter",
                "dealer",
                "manufacturer",
                "distributor",
                "paper",
                "fee",
                "dinner",
                "elevator",
            }
        )

    def of_role(self, *roles: str) -> list[Field]:
        """Fields that have one of the roles."""
        return [f for f in self.fields if f.role in roles]


@dataclass(eq=False)
class KnownDatabase:
    """Everything that questions are composed from."""

    entities: list[Entity]

    @cached_property
    def nouns(self) -> set[str]:
        """All names of entities and columns, so that a synonym does not hit another one."""
        return {e.noun for e in self.entities} | {f.noun for e in self.entities for f in e.fields}

    def paths(self, entity: Entity) -> list[tuple[Edge, ...]]:
        """Ways up along foreign keys to parents that only one shortest way leads to, or that the last step names."""
        if entity not in self._paths:
            self._paths[entity] = self._find_paths(entity)
        return self._paths[entity]

    @cached_property
    def _paths(self) -> dict[Entity, list[tuple[Edge, ...]]]:
        return {}

    def _find_paths(self, entity: Entity) -> list[tuple[Edge, ...]]:
        found: dict[Entity, list[tuple[Edge, ...]]] = defaultdict(list)
        level: list[tuple[Edge, ...]] = [(e,) for e in entity.parents]
        while level:
            for path in level:
                found[path[-1].parent].append(path)
            level = [
                (*path, e)
                for path in level
                if len(path) < LONGEST_PATH
                for e in path[-1].parent.parents
                if e.parent is not entity and all(e.parent is not step.parent for step in path)
            ]
        chosen = []
        for paths in found.values():
            shortest = min(map(len, paths))
            short = [p for p in paths if len(p) == shortest]
            named = [p for p in short if p[0].role != p[0].parent.noun]
            if len(paths) == 1 or (shortest == 1 and len(named) >= len(short) - 1):
                chosen += short
        return chosen


def as_number(value: Any) -> float:
    """A number or date as a float, for comparisons."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return float(value.toordinal())
    return float(value) if isinstance(value, (int, float, decimal.Decimal)) else 0.0
