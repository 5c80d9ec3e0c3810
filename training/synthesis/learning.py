"""Learns from a catalog and its rows what a person would know of the database."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import duckdb

from llmsql.catalog import Catalog, Column, Table
from llmsql.catalog.snapshot import quote
from training.synthesis.database import Edge, Entity, Field, KnownDatabase
from training.synthesis.words import is_cryptic, singular, spell_out, split_name, strip_prefix

SAMPLED_ROWS = 200_000


MOST_VALUES = 80


_KEY_WORDS = {"id", "key", "uuid", "guid", "sk", "pk", "fk"}


_JUNK = re.compile(
    r"(?i)(\A_|etl|dwh|created_?(at|on|ts)|updated|modified|inserted|load_?(ts|date|id|dt)|batch|row_?(hash|num|ver)|checksum|is_?deleted|src_?sys|source_?system|last_?update)"
)


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


_LABELS = ("name", "full name", "title", "label", "display name", "company", "company name", "code", "symbol")


_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z|DECIMAL|DOUBLE|FLOAT)")


def learn_database(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> KnownDatabase:
    """Look at a database as a person would who is about to ask.

    Args:
        con: the connection that sees the tables; only read from.
        catalog: its snapshot.
    """
    entities: dict[str, Entity] = {}
    for known_table in catalog:
        table = replace(known_table, columns=known_table.stored)
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
        quantiles = f"quantile_disc({name}, [0.05, 0.25, 0.5, 0.75, 0.95])"
        if column.type.startswith(("DOUBLE", "FLOAT", "DATE", "TIMESTAMP")):
            quantiles += f" FILTER (isfinite({name}))"  # nobody asks for more than NaN
        measures.append(quantiles if ranged and not column.type.endswith("]") else "NULL")
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
    if type_ == "VARCHAR" and set(made.codes) == {"Y", "N"}:
        return "flag"
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
    source = f"(SELECT * FROM {entity.reference} LIMIT {SAMPLED_ROWS})"
    for made in entity.fields:
        if made.role == "struct":
            parts = [part for part, type_ in struct_parts(made.type) if type_ == "VARCHAR"]
            found = [(part, v, n) for part in parts for v, n in _frequent(con, f"{made.name}.{part}", source)]
            made.values = [((part, v), n) for part, v, n in found]
        elif made.role in ("category", "text", "flag", "list"):
            made.values = _frequent(con, f"unnest({made.name})" if made.role == "list" else made.name, source)


def _frequent(con: duckdb.DuckDBPyConnection, value: str, source: str) -> list[tuple[Any, int]]:
    try:
        rows = con.execute(
            f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {source}) WHERE v IS NOT NULL "
            f"GROUP BY v ORDER BY count(*) DESC, md5(v::VARCHAR) LIMIT {MOST_VALUES}"
        ).fetchall()
    except duckdb.Error:
        return []
    return [(v, n) for v, n in rows if v != ""]


def struct_parts(type_: str) -> list[tuple[str, str]]:
    """Name and type of the plain parts of a STRUCT type.

    Args:
        type_: DuckDB's type text.
    """
    inside = type_[type_.index("(") + 1 : -1]
    return re.findall(r'("?\w+"?) (VARCHAR|INTEGER|DOUBLE|BIGINT)(?=,|\Z)', inside)


def _choose_label(entity: Entity) -> None:
    texts = {f.noun: f for f in entity.of_role("text", "category") if not f.codes}
    first, last = texts.get("first name"), texts.get("last name")
    own = {"name", "title", "the", *entity.noun.split()}
    names = (*_LABELS, *(("username", "user name", "nickname") if entity.is_person else ()), f"{entity.noun} name")
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
                if f.noun.split()[-1] in ("name", "title") and f.distinct * 2 > entity.rows and f.words <= own
            ),
            None,
        )
    if chosen is not None:
        chosen.role = "label"
        entity.label = (chosen,)


_TRUTHS = (("Y", "N"), ("1", "0"), ("T", "F"), ("yes", "no"), ("Yes", "No"), ("true", "false"), ("YES", "NO"))
_FLAG_NOUN = re.compile(
    r"(?:is|has|was|can|allows) |.*(?:ed|ive|able|paid|public|private|urgent|valid|default|primary)\Z"
)


def _refine_roles(entity: Entity) -> None:
    for made in entity.fields:
        if made.role in ("flag", "category") and made.type == "VARCHAR":
            stored = {v for v, _ in made.values}
            truth = next((t for t in _TRUTHS if stored == set(t)), None)
            if truth and (made.role == "flag" or _FLAG_NOUN.match(made.noun)):
                made.role, made.truths = "flag", (f"'{truth[0]}'", f"'{truth[1]}'")
            elif made.role == "flag":
                made.role = "category"
        elif made.role == "other" and made.distinct == 2 and _FLAG_NOUN.match(made.noun) and _NUMERIC.match(made.type):
            is_bit = {float(q) for q in made.quantiles} <= {0.0, 1.0}
            made.role, made.truths = ("flag", ("1", "0")) if is_bit else ("other", ())
        if made.role == "number" and made.quantiles and made.quantiles[0] == made.quantiles[-1]:
            made.role = "other"


def _make_nouns_unique(entity: Entity) -> None:
    # Two columns that sound the same cannot be asked for: only the first of them is.
    seen: set[str] = set()
    for made in entity.fields:
        if made.role in ("key", "junk", "other"):
            continue
        if made.noun in seen or made.noun == entity.noun:
            made.role = "other"
        seen.add(made.noun)
