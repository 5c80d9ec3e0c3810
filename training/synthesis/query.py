"""Puts one SELECT together: tables join in as columns of them are used, and are named only where there are several."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from training.synthesis.database import Edge, Entity, Field

_MARK = re.compile(r"⟨(.*?)⟩\.")


@dataclass(frozen=True)
class Ref:
    """A column seen from a base table: ``path`` leads up to the table that has it."""

    field: Field
    entity: Entity
    path: tuple[Edge, ...] = ()


@dataclass
class Query:
    """One SELECT.

    Args:
        base: the table that FROM starts with.
    """

    base: Entity
    select: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    having: str = ""
    qualify: str = ""
    order: list[str] = field(default_factory=list)
    group: str = ""
    limit: int = 0
    distinct: bool = False
    edges: list[Edge] = field(default_factory=list)

    def use(self, ref: Ref) -> str:
        """The column of ``ref`` in this query; joins what leads to it."""
        for edge in ref.path:
            if edge not in self.edges:
                self.edges.append(edge)
        return f"⟨{ref.entity.qualifier}⟩.{ref.field.name}"

    def join_child(self, edge: Edge) -> None:
        """Join the table that points at one already in FROM."""
        if edge not in self.edges:
            self.edges.append(edge)

    @property
    def tables(self) -> list[Entity]:
        """What is in FROM."""
        found = [self.base]
        for edge in self.edges:
            found += [e for e in (edge.child, edge.parent) if e not in found]
        return found

    def sql(self, *, where: bool = True, extra: list[str] | None = None, limit: int | None = None) -> str:
        """The query as text.

        Args:
            where: whether to keep the conditions, those on groups too.
            extra: more expressions to select.
            limit: another limit than the query's own.
        """
        parts = ["SELECT DISTINCT" if self.distinct else "SELECT", ", ".join([*self.select, *(extra or [])])]
        parts.append(f"FROM {self.base.reference}")
        joined = [self.base]
        for edge in self.edges:
            new = edge.child if edge.parent in joined else edge.parent
            joined.append(new)
            on = f"⟨{edge.child.qualifier}⟩.{edge.column} = ⟨{edge.parent.qualifier}⟩.{edge.target}"
            parts.append(f"JOIN {new.reference} ON {on}")
        if where and self.where:
            parts.append("WHERE " + " AND ".join(self.where))
        if self.group:
            parts.append("GROUP BY " + self.group)
        if where and self.having:
            parts.append("HAVING " + self.having)
        if self.qualify:
            parts.append("QUALIFY " + self.qualify)
        if self.order:
            parts.append("ORDER BY " + ", ".join(self.order))
        if limit or self.limit:
            parts.append(f"LIMIT {limit or self.limit}")
        text = " ".join(parts)
        return _MARK.sub("" if not self.edges else r"\1.", text)

    @property
    def has_repeated_table(self) -> bool:
        """Whether a table would be in FROM twice, which needs aliases."""
        targets = [e.parent if e.parent is not self.base else e.child for e in self.edges]
        return len({id(t) for t in targets}) != len(targets) or self.base in targets
