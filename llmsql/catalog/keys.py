"""Keys that nobody declared, found from names and checked against the data."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb

from llmsql.catalog.model import MISSING_MARKS, Catalog, Column, ForeignKey, Table, quote_always, sql_string

CHECKED_ROWS = 2_000_000
CHECKED_VALUES = 10_000
KNOWN_SHARE = 0.9
"""so much of what is in a column that is called exactly like a key has to be values of that key: where nobody
declares keys, nobody keeps them whole either"""
MANY = 5
"""so many codes of another table are not among a column's values by chance"""
_CODE = sql_string(r"^\S*[A-Za-z]\S*\d\S*$|^\d+-\d+")
_MISSING = f"({', '.join(map(sql_string, MISSING_MARKS))})"
_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z")
_KEY_TYPE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z|VARCHAR\Z|UUID\Z|DECIMAL\(\d+,0\)\Z")
_SUFFIXES = "id|key|code|cd|no|num|nr|number|uuid|sk"
_KEY_SUFFIX = re.compile(rf"_?({_SUFFIXES})\Z")
# As people write a key on purpose: ``valid`` and ``paid`` end in "id" as well.
_MARKED_KEY = re.compile(rf"(?i:.+_({_SUFFIXES}))\Z|.*[a-z](Id|ID|Key|Code|No)\Z")
_OF_ANYTHING = {
    "id",
    "key",
    "code",
    "cd",
    "no",
    "nr",
    "name",
    "title",
    "label",
    "type",
    "kind",
    "status",
    "description",
}
"""names that columns of any table may have"""
_SIGNS = re.compile(r"\W+")
# Whole numbers with NULLs among them often arrive as floats, from pandas for one.
_FLOATS = ("DOUBLE", "FLOAT")
# What a row of a table may be to another of the same table, and which end of a way a table's name may stand behind.
_OF_ITS_OWN = re.compile(
    r"(?:manager|parent|supervisor|boss|mentor|referrer|superior|sponsor|predecessor|successor)"
    rf"(?:_?(?:{_SUFFIXES}))?\Z|(?:reports|reporting)_?to|(?:referred|managed|supervised|mentored|invited|replaced)_?by"
)
_ENDS = re.compile(r"(?:from|to|home|away|origin|destination|dest|source|target|start|end|departure|arrival|main)_")
# A table and the one column that is its key.
_Keyed = tuple[Table, str]


def infer_keys(con: duckdb.DuckDBPyConnection, catalog: Catalog, deadline: float) -> Catalog:
    """``catalog`` with primary and foreign keys that names suggest and the data bear out.

    Args:
        con: the connection that sees the tables.
        catalog: a snapshot with declared keys.
        deadline: ``time.monotonic()`` after which no more data are checked, and nothing more is inferred.
    """
    tables = [
        table if table.primary_key else replace(table, primary_key=_primary_key(con, table, deadline))
        for table in catalog
    ]
    shared = Counter(_folded(column.name) for table in tables for column in table.columns)
    likely = {
        table.reference: key
        for table in tables
        if not table.primary_key and (key := _likely_key(con, table, shared, deadline)) is not None
    }
    keyed = [(t, t.primary_key[0]) for t in tables if len(t.primary_key) == 1]
    keyed += [(t, likely[t.reference]) for t in tables if t.reference in likely]
    by_word = _by_word(keyed)
    found = [_with_foreign_keys(con, table, by_word, likely, deadline) for table in tables]
    if not any(table.foreign_keys for table in catalog):
        coded = _coded(con, tables, deadline)
        found = [_with_coded_keys(con, table, coded, deadline) for table in found] if coded else found
        likely |= {t.reference: key for keyed in coded.values() for t, key in keyed if not t.primary_key}
    used = {key.target for table in found for key in table.foreign_keys}
    return Catalog(
        tuple(
            replace(t, primary_key=(likely[t.reference],)) if t.reference in likely and t.reference in used else t
            for t in found
        )
    )


def _by_word(keyed: list[_Keyed]) -> dict[str, list[_Keyed]]:
    """Tables with their keys by what a column that points at them may be called or end in: among a thousand tables,
    comparing each column with each would take half a minute.
    """
    found: dict[str, list[_Keyed]] = defaultdict(list)
    for target, key in keyed:
        folded = _folded(key)
        means_one = _entity(folded) or folded not in _OF_ANYTHING  # a column "id" means no other "id"
        for word in _names(target) | ({folded} if means_one else set()):
            found[word].append((target, key))
    return found


def _called_like(folded: str, by_word: Mapping[str, list[_Keyed]]) -> list[_Keyed]:
    """The tables that a column's name may mean, by ``_points_at``'s rules."""
    parts = (_entity(folded) or folded).split("_")
    words = dict.fromkeys((folded, *("_".join(parts[i:]) for i in range(len(parts)))))
    return list({target.reference: (target, key) for word in words for target, key in by_word.get(word, ())}.values())


def _likely_key(con: duckdb.DuckDBPyConnection, table: Table, shared: Counter[str], deadline: float) -> str | None:
    """A first column that is called a key, though not after the table, and has no value twice: ``apt_id`` of
    ``apartments``. It counts as the table's key only if another table points at it.

    Args:
        shared: how many tables have a column of a name, folded.
    """
    if table.kind != "table" or not table.rows or table.rows > CHECKED_ROWS or not table.columns:
        return None
    column = table.columns[0]
    named = _KEY_TYPE.match(column.type) and _MARKED_KEY.match(_SIGNS.sub("_", column.name))
    if not named or shared[_folded(column.name)] < 2:
        return None
    return column.name if _is_unique(con, table, column, deadline) else None


def _primary_key(con: duckdb.DuckDBPyConnection, table: Table, deadline: float) -> tuple[str, ...]:
    if table.kind != "table" or not table.rows or table.rows > CHECKED_ROWS:
        return ()
    names = _names(table)
    entities = [(column, _entity(_folded(column.name))) for column in table.stored if _KEY_TYPE.match(column.type)]
    own = [column for column, entity in entities if entity is not None and (not entity or entity in names)]
    # "License No." of "Contractor Licenses"
    own += [c for c, entity in entities[:1] if entity and any(name.endswith(f"_{entity}") for name in names)]
    for column in own:
        if _is_unique(con, table, column, deadline):
            return (column.name,)
    return ()


def _is_unique(con: duckdb.DuckDBPyConnection, table: Table, column: Column, deadline: float) -> bool:
    return _is_true(con, f"SELECT count(*) = count(DISTINCT {column.sql}) FROM {table.reference}", deadline)


def _with_foreign_keys(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    by_word: Mapping[str, list[_Keyed]],
    likely: Mapping[str, str],
    deadline: float,
) -> Table:
    taken = {_folded(name) for fk in table.foreign_keys for name in fk.columns}
    own_key = (likely[table.reference],) if table.reference in likely else table.primary_key
    added = []
    for column in table.columns:
        folded = _folded(column.name)
        if folded in taken or not (_KEY_TYPE.match(column.type) or column.type in _FLOATS):
            continue
        candidates = [
            (target, key)
            for target, key in _called_like(folded, by_word)
            if target.reference != table.reference and _points_at(column, target, key, target.reference in likely)
        ]
        if _is_of_its_own(column, table):
            candidates.append((table, table.primary_key[0]))
        if own_key == (column.name,):  # points only at a table that looks like the key's own, and more so than this one
            mine = _ownership(table, folded)
            owners = ((t, key, _ownership(t, folded)) for t, key in candidates)
            candidates = [(t, key) for t, key, theirs in owners if theirs[0] > 0 and theirs > mine]
        candidates.sort(key=lambda pair: _preference(folded, *pair))
        for target, key in candidates:
            if _is_contained(con, table, column, target, key, deadline):
                added.append(ForeignKey((column.name,), target.reference, (key,), inferred=True))
                break
    return replace(table, foreign_keys=(*table.foreign_keys, *added)) if added else table


def _coded(con: duckdb.DuckDBPyConnection, tables: list[Table], deadline: float) -> dict[str, list[_Keyed]]:
    """Tables whose first column has codes such as "BP-2041", no one twice, by their shape: in files it is the key."""
    found: dict[str, list[_Keyed]] = defaultdict(list)
    for table in tables:
        first = table.stored[0] if table.stored else None
        if first is None or first.type != "VARCHAR" or table.primary_key not in ((), (first.name,)):
            continue
        if table.kind != "table" or not table.rows or not MANY <= table.rows <= CHECKED_ROWS:
            continue
        [shape] = _shapes(con, table, [first], deadline)
        codes = f"count(*) = count(DISTINCT {first.sql}) AND bool_and(regexp_matches({first.sql}, {_CODE}))"
        if shape and _is_true(con, f"SELECT {codes} FROM {table.reference}", deadline):
            found[shape].append((table, first.name))
    return found


def _shapes(con: duckdb.DuckDBPyConnection, table: Table, columns: list[Column], deadline: float) -> list[str]:
    """What the codes in columns look like, ``A-0`` for "BP-2041"; empty where there is none."""
    least = [f"min({c.sql}) FILTER (regexp_matches({c.sql}, {_CODE}))" for c in columns]
    some = f"(SELECT * FROM {table.reference} LIMIT {CHECKED_VALUES})"
    row = _first_row(con, f"SELECT {', '.join(least)} FROM {some}", deadline) if columns else None
    return [re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "0", code or "")) for code in row or [""] * len(columns)]


def _with_coded_keys(
    con: duckdb.DuckDBPyConnection, table: Table, coded: Mapping[str, list[_Keyed]], deadline: float
) -> Table:
    """``table`` with keys for columns of text that have codes of another table, whatever they are called.

    Each value counts once: "OWNER" may stand in every third row where no contractor has a licence.
    """
    pointing = {*(name for key in table.foreign_keys for name in key.columns)}
    pointing |= {name for name in table.primary_key if len(table.primary_key) == 1}
    pointing |= {name for keyed in coded.values() for target, name in keyed if target.reference == table.reference}
    columns = [column for column in table.stored if column.type == "VARCHAR" and column.name not in pointing]
    added = []
    for column, shape in zip(columns, _shapes(con, table, columns, deadline), strict=True):
        for target, key in coded.get(shape, ()):
            known = f"count(*) FILTER (v IN (SELECT {quote_always(key)} FROM {target.reference}))"
            if _is_true(
                con,
                f"SELECT {known} >= {MANY} AND {known} >= {KNOWN_SHARE} * count(*) FROM (SELECT DISTINCT v FROM "
                f"(SELECT {column.sql} AS v FROM {table.reference} WHERE v IS NOT NULL LIMIT {CHECKED_VALUES}))",
                deadline,
            ):
                added.append(ForeignKey((column.name,), target.reference, (key,), inferred=True))
                break
    return replace(table, foreign_keys=(*table.foreign_keys, *added)) if added else table


def _points_at(column: Column, target: Table, key: str, is_likely: bool) -> bool:
    key_column = target.column(key)
    if key_column is None:
        return False
    folded, key_folded = _folded(column.name), _folded(key)
    kinds = {_key_kind(key_column.type), _key_kind(column.type)}
    if len(kinds) > 1 and {key_column.type, column.type}.intersection(_FLOATS):
        return False
    if _same_key_name(folded, key_folded) and (len(kinds) == 1 or kinds == {"integer", "VARCHAR"}):
        return True
    if len(kinds) > 1:
        return False
    if folded == key_folded and kinds == {"VARCHAR"} and folded not in _OF_ANYTHING:
        return True  # "category", the key of a table of categories
    entity = _entity(folded)
    if entity:
        if is_likely and not _ownership(target, key_folded)[0]:
            return False  # capitals.country_id is not what capital_id means
        return any(entity == name or entity.endswith(f"_{name}") for name in _names(target))
    if column.type in _FLOATS:
        return False  # a rating is a number, not a key of ratings
    # The numbers of "total_orders" may be among the keys of orders by chance; not those of "from_depot", nor texts.
    end = _ENDS.match(folded)
    ends_so = any(folded.endswith(f"_{name}") for name in _names(target)) and column.type == "VARCHAR"
    return folded in _names(target) or ends_so or (end is not None and folded[end.end() :] in _names(target))


def _is_of_its_own(column: Column, table: Table) -> bool:
    """Whether a column is called like what points at another row of the same table."""
    key = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
    return key is not None and key.type == column.type and bool(_OF_ITS_OWN.fullmatch(_folded(column.name)))


def _preference(folded: str, target: Table, key: str) -> tuple[int, int, int, str]:
    """Of several targets the first: of those with this very key the one that it belongs to most; of others the one with
    the longest name, for order_item_id points at order_items, not at items.
    """
    belongs, rows = _ownership(target, folded) if _same_key_name(folded, _folded(key)) else (2, 0)
    return -belongs, -rows, -len(target.name), target.reference


def _ownership(table: Table, key_folded: str) -> tuple[int, int]:
    """How much a key looks like this table's own: 2 named after it, 1 after a short form of it; then by its rows."""
    entity = _entity(key_folded)
    names = _names(table)
    if not entity or any(entity == name or entity.endswith(f"_{name}") for name in names):
        return 2, 0
    short = entity.replace("_", "")
    return int(any(_abbreviates(short, name.replace("_", "")) for name in names)), table.rows or 0


def _abbreviates(short: str, name: str) -> bool:
    """Whether letters of ``name`` in their order, the first one among them, make ``short``."""
    letters = iter(name)
    return len(short) >= 2 and short[0] == name[:1] and all(letter in letters for letter in short)


def _folded(name: str) -> str:
    """A name for comparisons: ``order_no`` of "Order No." and "Order #"."""
    return _SIGNS.sub("_", name.casefold().replace("#", " no ")).strip("_")


def _same_key_name(folded: str, key_folded: str) -> bool:
    return folded == key_folded and bool(_entity(key_folded))


def _entity(folded: str) -> str | None:
    """``customer`` of ``customer_id`` or ``customerid``; empty for ``id``; None where nothing looks like a key."""
    match = _KEY_SUFFIX.search(folded)
    return folded[: match.start()].rstrip("_") if match else None


def _names(table: Table) -> set[str]:
    """The table's name and its likely singular, folded, without habitual prefixes and endings."""
    base = re.sub(
        r"\A(tbl|dim|fact|fct|stg|ref|lkp|lookup|t)_|_(lkp|lookup|list|table|master)\Z", "", _folded(table.name)
    )
    names = {base, base.replace("_", "")}
    for name in list(names):
        if name.endswith("ies"):
            names.add(name[:-3] + "y")
        if name.endswith(("ses", "xes", "ches", "shes", "zes")):
            names.add(name[:-2])
        if name.endswith("people"):
            names.add(name[:-6] + "person")
        if name.endswith("s") and not name.endswith("ss"):
            names.add(name[:-1])
    return names


def _key_kind(type_: str) -> str:
    numeric = _INTEGER.match(type_) or type_.startswith("DECIMAL") or type_ in _FLOATS
    return "integer" if numeric else type_


def _is_contained(
    con: duckdb.DuckDBPyConnection, table: Table, column: Column, target: Table, key: str, deadline: float
) -> bool:
    if target.rows is not None and target.rows > CHECKED_ROWS:
        return False
    raw = name = column.sql
    other = quote_always(key)
    types = {_key_kind(found.type) for found in (column, target.column(key)) if found is not None}
    if len(types) > 1:  # one of them is text
        name, other = f"TRY_CAST({name} AS DECIMAL(38, 0))", f"TRY_CAST({other} AS DECIMAL(38, 0))"
    # Whole numbers are among each other by chance.
    is_surely_key = types == {"VARCHAR"} or _same_key_name(_folded(column.name), _folded(key))
    share = KNOWN_SHARE if is_surely_key else 1.0
    known = f"v IN (SELECT {other} FROM {target.reference} WHERE {other} IS NOT NULL)"
    return _is_true(
        con,
        f"SELECT count(*) > 0 AND avg(coalesce({known}, false)::INTEGER) >= {share} FROM (SELECT {name} AS v "
        f"FROM {table.reference} WHERE {raw} IS NOT NULL AND lower({raw}::VARCHAR) NOT IN {_MISSING} "
        f"LIMIT {CHECKED_VALUES})",
        deadline,
    )


def _is_true(con: duckdb.DuckDBPyConnection, sql: str, deadline: float) -> bool:
    row = _first_row(con, sql, deadline)
    return row is not None and bool(row[0])


def _first_row(con: duckdb.DuckDBPyConnection, sql: str, deadline: float) -> tuple[Any, ...] | None:
    """The first row of a query; None where time is up or it fails."""
    if time.monotonic() >= deadline:
        return None
    try:
        return con.execute(sql).fetchone()
    except duckdb.Error:
        return None
