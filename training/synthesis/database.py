"""What a person would know of a database before asking: entities with natural names, what columns mean, typical values."""

from __future__ import annotations

import datetime
import decimal
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from llmsql.catalog import Catalog, Column, Table
from llmsql.catalog.snapshot import quote
from training.synthesis.words import is_cryptic, plural, singular, spell_out, split_name, strip_prefix

SAMPLED_ROWS = 200_000
MOST_VALUES = 80
LONGEST_PATH = 3
_KEY_WORDS = {"id", "key", "uuid", "guid", "sk", "pk", "fk"}
_JUNK = re.compile(
    r"(?i)(\A_|etl|dwh|created_?(at|on|ts)|updated|modified|inserted|load_?(ts|date|id|dt)|batch|row_?(hash|num|ver)|checksum|is_?deleted|src_?sys|source_?system|last_?update)"
)
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
_NO_MEASURE = {
    "latitude",
    "longitude",
    "lat",
    "lon",
    "lng",
    "number",
    "zip",
    "version",
    "code",
    "month",
    "day",
    "week",
    "phone",
    "isbn",
    "postcode",
    "rank",
    "position",
    "x",
    "y",
    "hash",
    "shirt",
    "jersey",
    "sequence",
    "line",
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
_LABELS = (
    "name",
    "full name",
    "title",
    "label",
    "display name",
    "username",
    "user name",
    "company",
    "company name",
    "nickname",
    "code",
    "symbol",
)
_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z|DECIMAL|DOUBLE|FLOAT)")


@dataclass(eq=False)
class Field:
    """A column as people think of it.

    Args:
        name: the column as SQL writes it, quoted where needed.
        type: DuckDB's type.
        noun: natural name, for example ``unit price``.
        role: ``key``, ``label``, ``category``, ``text``, ``number``, ``year``, ``date``, ``flag``, ``list``, ``struct``, ``junk`` or ``other``.
        values: distinct values with their counts, most frequent first; a sample where there are many.
        codes: stored value to its meaning, from the comment.
        distinct: number of distinct values in the rows looked at.
        nulls: number of NULLs among them.
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


def learn_database(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> KnownDatabase:
    """Look at a database as a person would who is about to ask.

    Args:
        con: the connection that sees the tables; only read from.
        catalog: its snapshot.
    """
    entities: dict[str, Entity] = {}
    for table in catalog:
        entity = Entity(table, _entity_noun(table), rows=table.rows or 0)
        known = _statistics(con, table)
        if known is None:
            continue
        entity.rows = known[0]
        entity.fields = [
            _learn_field(entity, table, column, *stats) for column, stats in zip(table.columns, known[1], strict=True)
        ]
        if entity.rows:
            entities[table.reference] = entity
    for entity in entities.values():
        _connect(entity, entities)
        _find_values(con, entity)
        _choose_label(entity)
        _refine_roles(entity)
        _make_nouns_unique(entity)
    return KnownDatabase(list(entities.values()))


def _entity_noun(table: Table) -> str:
    name = strip_prefix(table.name)
    noun = singular(
        spell_out([w for w in split_name(name) if w not in ("tbl", "table", "data", "master", "info", "dim", "fact")])
    )
    if (is_cryptic(name) or not noun) and table.comment:
        lead = re.split(r"[.,;:(–-]| of | for ", table.comment)[0].strip().lower()
        lead = re.sub(r"\A(one row per|all|the|list of|each row is an?) ", "", lead)
        if 0 < len(lead.split()) <= 3:
            return singular(lead)
    return noun or table.name.lower()


def _statistics(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, list[tuple[int, int, list[Any]]]] | None:
    measures = ["count(*)"]
    for column in table.columns:
        name = quote(column.name)
        measures += [f"count(DISTINCT {name})", f"count({name})"]
        ranged = _NUMERIC.match(column.type) or column.type.startswith(("DATE", "TIMESTAMP"))
        measures.append(
            f"quantile_disc({name}, [0.05, 0.25, 0.5, 0.75, 0.95])"
            if ranged and not column.type.endswith("]")
            else "NULL"
        )
    try:
        row = con.execute(
            f"SELECT {', '.join(measures)} FROM (SELECT * FROM {table.reference} LIMIT {SAMPLED_ROWS})"
        ).fetchone()
    except duckdb.Error:
        return None
    assert row is not None
    rows = row[0]
    triples = zip(row[1::3], row[2::3], row[3::3], strict=True)
    return rows, [(distinct, rows - present, quantiles or []) for distinct, present, quantiles in triples]


def _learn_field(
    entity: Entity, table: Table, column: Column, distinct: int, nulls: int, quantiles: list[Any]
) -> Field:
    comment = column.comment or ""
    noun = _field_noun(column, entity)
    made = Field(
        quote(column.name), column.type, noun, "other", comment, distinct=distinct, nulls=nulls, quantiles=quantiles
    )
    made.codes = _codes(comment)
    made.role = _role(made, column, table, entity.rows)
    return made


def _field_noun(column: Column, entity: Entity) -> str:
    words = split_name(column.name)
    own = [w for w in words]
    entity_words = split_name(strip_prefix(entity.table.name))
    for n in range(len(entity_words), 0, -1):
        lead = spell_out(own[:n])
        if singular(lead) in (entity.noun, entity.noun.split()[-1]) and len(own) > n:
            own = own[n:]
            break
    noun = spell_out(own)
    if is_cryptic(column.name) and column.comment:
        lead = re.split(r"[.,;:(=–]|\bin (?=[A-Za-z]+\Z)", column.comment)[0].strip()
        lead = lead if re.match(r"[A-Z]{2}", lead) else lead.lower()
        if 0 < len(lead.split()) <= 4:
            noun = re.sub(r"\A(the|an?) ", "", lead)
    return re.sub(r"\b(flag|indicator)\Z", "", noun).strip() or spell_out(words) or column.name


def _codes(comment: str) -> dict[str, str]:
    found = re.findall(
        r"(?:\A|[\s,;:(])'?([A-Za-z0-9]{1,4})'?\s*(?:=|->|:|–)\s*([A-Za-z][A-Za-z -]{1,24}?)(?=[,;.)]|\Z| and | or )",
        comment,
    )
    return {code: meaning.strip().lower() for code, meaning in found} if len(found) > 1 else {}


def _role(made: Field, column: Column, table: Table, rows: int) -> str:
    name, type_ = column.name, column.type
    words = split_name(name)
    foreign = {c.casefold() for fk in table.foreign_keys for c in fk.columns}
    if name.casefold() in foreign or (len(table.primary_key) == 1 and name == table.primary_key[0]):
        return "key"
    if _JUNK.search(name):
        return "junk"
    if type_.endswith("]"):
        return "list" if type_ in ("VARCHAR[]", "INTEGER[]") else "other"
    if type_.startswith("STRUCT"):
        return "struct"
    if type_ == "BOOLEAN":
        return "flag"
    if type_.startswith(("DATE", "TIMESTAMP")):
        return "date"
    if _NUMERIC.match(type_):
        is_key = words[-1] in _KEY_WORDS or (re.search(r"(?<![ago])id\Z", words[-1]) and "INT" in type_)
        if is_key or made.words & _NO_MEASURE or made.distinct < 3:
            return "other"
        if made.quantiles and "INT" in type_ and {"year", "founded", "built", "established"} & made.words:
            low, high = made.quantiles[0], made.quantiles[-1]
            return "year" if low >= 1000 and high <= 2200 else "number"
        return "number"
    if type_ == "VARCHAR" or type_.startswith("ENUM"):
        if words[-1] in _KEY_WORDS:
            return "other"
        if 2 <= made.distinct <= min(40, max(3, rows // 3)) or type_.startswith("ENUM"):
            return "category"
        return "text" if made.distinct > 1 else "other"
    return "other"


def _connect(entity: Entity, entities: dict[str, Entity]) -> None:
    for fk in entity.table.foreign_keys:
        parent = entities.get(fk.target)
        if parent is None or len(fk.columns) != 1:
            continue
        column, target = fk.columns[0], fk.target_columns[0]
        made = next((f for f in entity.fields if f.name == quote(column)), None)
        edge = Edge(
            entity, parent, quote(column), quote(target), _edge_role(column, target, parent), bool(made and made.nulls)
        )
        if parent is entity:
            entity.loops.append(edge)
        else:
            entity.parents.append(edge)
            parent.children.append(edge)
    if len(entity.table.primary_key) == 1:
        entity.key = next((f for f in entity.fields if f.name == quote(entity.table.primary_key[0])), None)


def _edge_role(column: str, target: str, parent: Entity) -> str:
    if column.casefold() == target.casefold() or is_cryptic(column):
        return parent.noun
    words = split_name(column)
    while len(words) > 1 and words[-1] in {*_KEY_WORDS, "no", "num", "nr", "number", "code", "nbr"}:
        words = words[:-1]
    role = singular(spell_out(words))
    last = parent.noun.split()[-1]
    return parent.noun if not role or role in (parent.noun, last) or role in _KEY_WORDS else role


def _find_values(con: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    parts = []
    for made in entity.fields:
        if made.role in ("category", "text", "flag", "list"):
            value = f"unnest({made.name})" if made.role == "list" else made.name
            inner = f"SELECT {value} AS v FROM (SELECT * FROM {entity.reference} LIMIT {SAMPLED_ROWS})"
            parts.append(
                (
                    made,
                    f"SELECT v, count(*) FROM ({inner}) WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, md5(v::VARCHAR) LIMIT {MOST_VALUES}",
                )
            )
    for made, query in parts:
        try:
            made.values = [(v, n) for v, n in con.execute(query).fetchall() if v != ""]
        except duckdb.Error:
            made.role = "other"


def _choose_label(entity: Entity) -> None:
    texts = {f.noun: f for f in entity.of_role("text", "category") if not f.codes}
    first, last = texts.get("first name"), texts.get("last name")
    names = (*_LABELS[:3], f"{entity.noun} name", *_LABELS[3:])
    chosen = next((texts[n] for n in names if n in texts and texts[n].distinct * 3 > entity.rows), None)
    if chosen is None and first and last:
        entity.label = (first, last)
        first.role = last.role = "label"
        return
    if chosen is None:
        chosen = next(
            (
                f
                for f in texts.values()
                if f.noun.split()[-1] in ("name", "title")
                and f.distinct * 2 > entity.rows
                and f.noun not in ("first name", "last name")
            ),
            None,
        )
    if chosen is not None:
        chosen.role = "label"
        entity.label = (chosen,)


def _refine_roles(entity: Entity) -> None:
    for made in entity.fields:
        if made.role == "number" and made.quantiles and made.quantiles[0] == made.quantiles[-1]:
            made.role = "other"
        if made.role == "struct":
            made.values = []


def _make_nouns_unique(entity: Entity) -> None:
    # Two columns that sound the same cannot be asked for: only the first of them is.
    seen: set[str] = set()
    for made in entity.fields:
        if made.role in ("key", "junk", "other"):
            continue
        if made.noun in seen or made.noun == entity.noun:
            made.role = "other"
        seen.add(made.noun)


def as_number(value: Any) -> float:
    """A number or date as a float, for comparisons."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return float(value.toordinal())
    return float(value) if isinstance(value, (int, float, decimal.Decimal)) else 0.0
