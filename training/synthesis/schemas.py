"""Builds made-up databases: a domain, some of its entities and columns, one habit of naming, and rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from llmsql.catalog.snapshot import quote
from training.synthesis.domains import Attribute, Domain, EntityPlan, Relation, load_domains
from training.synthesis.naming import Naming, cryptic_name
from training.synthesis.values import make_values, most_rows, skewed_targets

_JUNK = (
    ("created at", "TIMESTAMP"),
    ("updated at", "TIMESTAMP"),
    ("etl batch id", "INTEGER"),
    ("row hash", "VARCHAR"),
    ("is deleted", "BOOLEAN"),
    ("source system", "VARCHAR"),
    ("load date", "DATE"),
)


@dataclass(frozen=True, slots=True)
class SchemaInfo:
    """What was built.

    Args:
        domain: name of the domain.
        split: ``train`` or ``validation``; all databases of a domain are in the same.
        tables: how many tables there are.
        rows: how many rows in all.
    """

    domain: str
    split: str
    tables: int
    rows: int


@dataclass
class _Column:
    name: str
    type: str
    values: list[Any]
    comment: str = ""


@dataclass
class _Table:
    plan: EntityPlan
    name: str
    rows: int
    key: _Column | None = None
    columns: list[_Column] = field(default_factory=list)
    foreign: list[tuple[str, str, str]] = field(default_factory=list)
    comment: str = ""
    waves: tuple[int, ...] = ()
    label: list[Any] = field(default_factory=list)


@dataclass
class _Builder:
    """One database in the making."""

    rng: random.Random
    domain: Domain
    naming: Naming
    keys: str
    commenting: float
    text_keys: bool
    value_case: str
    size: float
    tables: dict[str, _Table] = field(default_factory=dict)


def build_synthetic_database(con: duckdb.DuckDBPyConnection, seed: int) -> SchemaInfo:
    """Create the tables of a made-up database, with rows, on an empty connection.

    Args:
        con: gets the tables.
        seed: the same seed gives the same database on every version of DuckDB.
    """
    rng = random.Random(f"schema {seed}")
    domain = rng.choice(load_domains())
    builder = _Builder(
        rng=rng,
        domain=domain,
        naming=Naming.sample(rng),
        keys=rng.choices(("declared", "primary", "none"), (55, 20, 25))[0],
        commenting=rng.choices((0.0, 0.35, 1.0), (50, 30, 20))[0],
        text_keys=rng.random() < 0.1,
        value_case=rng.choices(("as is", "upper", "title", "snake"), (50, 15, 25, 10))[0],
        size=rng.choice((0.6, 1.0, 1.5)),
    )
    for plan in _choose_entities(builder):
        _plan_table(builder, plan)
    for table in builder.tables.values():
        _create(con, builder, table)
    return SchemaInfo(domain.name, domain.split, len(builder.tables), sum(t.rows for t in builder.tables.values()))


def _choose_entities(builder: _Builder) -> list[EntityPlan]:
    """A connected part of the domain, parents before children."""
    rng, plans = builder.rng, {e.noun: e for e in builder.domain.entities}
    wanted = min(len(plans), rng.choices((1, 2, 3, 4, 5, 6, 7), (5, 13, 22, 22, 18, 12, 8))[0])
    chosen: set[str] = set()
    while len(chosen) < wanted:
        near = [n for n in plans if n not in chosen and any(_are_related(plans[n], plans[c]) for c in chosen)]
        rest = near or [n for n in plans if n not in chosen]
        weights = [3 if plans[n].relations else 1 for n in rest]
        chosen.add(rng.choices(rest, weights)[0])
    ordered: list[EntityPlan] = []
    waiting = [p for p in plans.values() if p.noun in chosen]
    while waiting:
        for plan in waiting:
            parents = {r.parent for r in plan.relations if r.parent != plan.noun}
            if not parents & {w.noun for w in waiting}:
                ordered.append(plan)
                waiting.remove(plan)
                break
    return ordered


def _are_related(one: EntityPlan, other: EntityPlan) -> bool:
    return any(r.parent == other.noun for r in one.relations) or any(r.parent == one.noun for r in other.relations)


def _plan_table(builder: _Builder, plan: EntityPlan) -> None:
    rng, naming = builder.rng, builder.naming
    limit = most_rows(plan.attributes)
    rows = round((rng.randint(70, 240) if plan.relations else rng.randint(25, 90)) * builder.size)
    rows = min(max(rows, 20), 300, limit or 300)
    table = _Table(plan, naming.table(plan.noun, rng, has_parents=bool(plan.relations)), rows)
    has_key = (
        any(a.kind in ("mix", "pool", "person", "first", "company") for a in plan.attributes) or rng.random() < 0.8
    )
    if has_key or any(r.parent == plan.noun for e in builder.domain.entities for r in e.relations):
        table.key = _key_column(builder, table)
    attributes = _choose_attributes(builder, plan)
    made: dict[str, list[Any]] = {}
    for number, attribute in enumerate(attributes):
        made[attribute.noun] = make_values(attribute, rows, rng, made)
        table.columns.append(_attribute_column(builder, plan, attribute, made[attribute.noun], number))
    table.label = made.get(attributes[0].noun, [])
    relations = [_relation_column(builder, table, relation) for relation in plan.relations]
    at = rng.choice((0, 0, len(table.columns)))
    table.columns[at:at] = [c for c in relations if c is not None]
    if table.key is not None:
        table.columns.insert(0, table.key)
    if rng.random() < 0.25:
        table.columns += [
            _junk_column(builder, noun, type_, rows) for noun, type_ in rng.sample(_JUNK, rng.randint(1, 3))
        ]
    _drop_repeated_names(table)
    if rng.random() < builder.commenting:
        table.comment = rng.choice(
            (
                f"One row per {plan.noun}",
                f"{plan.noun.capitalize()}s of the {builder.domain.name}",
                f"All {plan.noun} records",
            )
        )
    builder.tables[plan.noun] = table


def _key_column(builder: _Builder, table: _Table) -> _Column:
    rng, noun = builder.rng, table.plan.noun
    name = builder.naming.key_of(noun, rng)
    if builder.text_keys:
        lead = "".join(w[0] for w in noun.split())[:2].upper() + ("" if " " in noun else noun[1].upper())
        return _Column(name, "VARCHAR", [f"{lead}-{i:04d}" for i in range(1, table.rows + 1)])
    first = rng.choice((1, 1, 1, 100, 1001))
    return _Column(name, rng.choice(("INTEGER", "INTEGER", "BIGINT")), list(range(first, first + table.rows)))


def _choose_attributes(builder: _Builder, plan: EntityPlan) -> list[Attribute]:
    rng = builder.rng
    fixed = 2 if plan.attributes[0].kind == "first" and plan.attributes[1].kind == "last" else 1
    kept = [a for i, a in enumerate(plan.attributes) if i < fixed or rng.random() < 0.85]
    return kept if len(kept) > fixed + 1 else list(plan.attributes)


def _attribute_column(
    builder: _Builder, plan: EntityPlan, attribute: Attribute, values: list[Any], number: int
) -> _Column:
    rng, naming = builder.rng, builder.naming
    noun = attribute.noun
    is_label = number == 0
    comment = f"{noun[0].upper()}{noun[1:]}"
    if attribute.kind in ("values", "codes"):
        values, codes = _stored_values(builder, attribute, values)
        comment += codes
    type_, values = _type_of(builder, attribute, values)
    if attribute.kind == "flag":
        if type_ == "VARCHAR":
            meaning = noun.removeprefix("has ").removeprefix("is ")
            word = ("with " if noun.startswith("has ") else "") + meaning
            comment += f": Y = {word}, N = {'no ' + meaning if noun.startswith('has ') else 'not ' + meaning}"
        elif not noun.startswith(("has ", "is ")) and rng.random() < 0.55:
            noun = f"is {noun}"
    name = naming.column(noun, plan.noun, rng)
    is_commented = rng.random() < builder.commenting or "=" in comment
    if not is_label and attribute.kind != "flag" and rng.random() < naming.cryptic:
        name, is_commented = cryptic_name(noun, number, naming, rng), True
    return _Column(name, type_, values, comment if is_commented else "")


def _stored_values(builder: _Builder, attribute: Attribute, values: list[Any]) -> tuple[list[Any], str]:
    """Values as this database stores them, and what the comment says of codes."""
    if attribute.kind == "codes":
        pairs = [o.split("=") for o in attribute.options]
        if builder.rng.random() < 0.6:
            return values, ": " + ", ".join(f"{code} = {meaning}" for code, meaning in pairs)
        values = [dict(pairs).get(v, v) for v in values]
    changes: dict[str, Callable[[str], str]] = {
        "upper": str.upper,
        "title": str.title,
        "snake": lambda v: v.replace(" ", "_"),
        "as is": str,
    }
    change = changes[builder.value_case]
    texts = {v for v in values if v is not None}
    if all(v == v.lower() for v in texts):
        values = [None if v is None else change(v) for v in values]
    return values, ""


def _type_of(builder: _Builder, attribute: Attribute, values: list[Any]) -> tuple[str, list[Any]]:
    rng, kind = builder.rng, attribute.kind
    if kind == "int":
        return (
            "BIGINT" if float(attribute.options[1]) > 2e9 else rng.choice(("INTEGER", "INTEGER", "INTEGER", "BIGINT"))
        ), values
    if kind == "money":
        return rng.choice(("DECIMAL(12,2)", "DECIMAL(12,2)", "DOUBLE")), values
    if kind == "dec":
        return rng.choice(("DOUBLE", "DOUBLE", "DECIMAL(9,2)")), values
    if kind == "year":
        return rng.choice(("INTEGER", "INTEGER", "SMALLINT")), values
    if kind in ("date", "after", "birth"):
        return ("TIMESTAMP" if rng.random() < 0.06 else "DATE"), values
    if kind == "flag":
        if rng.random() < 0.14:
            return "VARCHAR", [None if v is None else "Y" if v else "N" for v in values]
        return "BOOLEAN", values
    if kind == "values" and rng.random() < 0.07:
        options = sorted({v for v in values if v is not None})
        return "ENUM (" + ", ".join("'" + o.replace("'", "''") + "'" for o in options) + ")", values
    types = {
        "stamp": "TIMESTAMP",
        "tags": "VARCHAR[]",
        "address": "STRUCT(street VARCHAR, city VARCHAR, zip VARCHAR)",
        "dimensions": "STRUCT(width DOUBLE, height DOUBLE, depth DOUBLE)",
        "contact": "STRUCT(person VARCHAR, phone VARCHAR, language VARCHAR)",
    }
    return types.get(kind, "VARCHAR"), values


def _relation_column(builder: _Builder, table: _Table, relation: Relation) -> _Column | None:
    rng = builder.rng
    if relation.parent == table.plan.noun:
        return _loop_column(builder, table, relation)
    parent = builder.tables.get(relation.parent)
    if parent is None or parent.key is None:
        # The parent has no table of its own here: its name stands in the row itself, or is not known.
        plan = next(e for e in builder.domain.entities if e.noun == relation.parent)
        first = plan.attributes[0]
        if first.kind not in ("person", "company", "pool", "mix") or rng.random() < 0.4:
            return None
        few = make_values(first, min(most_rows((first,)) or 15, rng.randint(5, 15)), rng, {})
        names = [few[i] for i in skewed_targets(table.rows, len(few), rng)]
        return _Column(builder.naming.write(builder.naming.shorten(relation.role, rng)), "VARCHAR", names)
    name = builder.naming.key_to(relation.role, rng)
    targets = skewed_targets(table.rows, parent.rows, rng)
    values: list[Any] = [parent.key.values[i] for i in targets]
    if relation.nullable:
        values = [None if rng.random() < 0.12 else v for v in values]
    table.foreign.append((name, parent.name, parent.key.name))
    return _Column(name, parent.key.type, values)


def _loop_column(builder: _Builder, table: _Table, relation: Relation) -> _Column | None:
    rng = builder.rng
    if table.key is None:
        return None
    heads = max(2, table.rows // 8)
    ids = table.key.values
    values = [None if i < 2 else ids[rng.randrange(2 if i < heads else heads)] for i in range(table.rows)]
    table.waves = (2, heads)
    name = builder.naming.key_to(relation.role, rng)
    table.foreign.append((name, table.name, table.key.name))
    return _Column(name, table.key.type, values)


def _junk_column(builder: _Builder, noun: str, type_: str, rows: int) -> _Column:
    rng = builder.rng
    kinds = {
        "TIMESTAMP": Attribute(noun, "stamp", ("2024", "2025"), False),
        "DATE": Attribute(noun, "date", ("2024", "2025"), False),
        "INTEGER": Attribute(noun, "int", ("1", "90"), False),
        "BOOLEAN": Attribute(noun, "flag", (".02",), False),
        "VARCHAR": Attribute(noun, "values", ("crm", "erp", "web"), False),
    }
    if noun == "row hash":
        return _Column(builder.naming.write(noun), type_, [f"{rng.getrandbits(64):016x}" for _ in range(rows)])
    return _Column(builder.naming.write(noun), type_, make_values(kinds[type_], rows, rng, {}))


def _drop_repeated_names(table: _Table) -> None:
    seen: set[str] = set()
    kept = []
    for column in table.columns:
        if column.name.casefold() not in seen:
            seen.add(column.name.casefold())
            kept.append(column)
    names = {c.name for c in kept}
    table.columns = kept
    table.foreign = [f for f in table.foreign if f[0] in names]


def _create(con: duckdb.DuckDBPyConnection, builder: _Builder, table: _Table) -> None:
    name = quote(table.name)
    lines = [f"{quote(c.name)} {c.type}" for c in table.columns]
    if builder.keys != "none" and table.key is not None:
        lines.append(f"PRIMARY KEY ({quote(table.key.name)})")
    if builder.keys == "declared":
        for own, target, target_column in table.foreign:
            lines.append(f"FOREIGN KEY ({quote(own)}) REFERENCES {quote(target)} ({quote(target_column)})")
    con.execute(f"CREATE TABLE {name} ({', '.join(lines)})")
    rows = pa.table({f"c{i}": pa.array(c.values) for i, c in enumerate(table.columns)})
    con.register("synthetic_rows", rows)
    # Rows that point at rows of the same table come after them, in a statement of their own.
    for start, end in zip((0, *table.waves), (*table.waves, table.rows), strict=True):
        con.execute(f"INSERT INTO {name} SELECT * FROM synthetic_rows LIMIT {end - start} OFFSET {start}")
    con.unregister("synthetic_rows")
    for column in table.columns:
        if column.comment:
            con.execute(f"COMMENT ON COLUMN {name}.{quote(column.name)} IS {_text(column.comment)}")
    if table.comment:
        con.execute(f"COMMENT ON TABLE {name} IS {_text(table.comment)}")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
