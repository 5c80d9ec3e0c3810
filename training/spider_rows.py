"""Rows for databases of Spider's form that come without any, so that queries about them have results to compare.

Columns take the values that the queries compare them with, among others of their type; keys refer to rows that are
there. The same schema and queries give the same rows.
"""

from __future__ import annotations

import random
import re
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.catalog.snapshot import quote

ROWS = 40
ASKED_SHARE = 0.4
_PASSES = 4  # as many tables as a chain of keys may lead through
_WORDS = (
    "Alder Birch Cedar Dogwood Elm Fir Ginkgo Hazel Ivy Juniper Kauri Larch Maple Nutmeg Oak Pine Rowan Spruce Teak Yew"
).split()
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.In, exp.Between)
_YEAR = re.compile(r"year", re.IGNORECASE)


def generate_rows(target: Path, schema: dict[str, Any], queries: Iterable[str]) -> None:
    """Write a SQLite file with made-up rows.

    Args:
        target: file to write.
        schema: the database's record in ``tables.json``.
        queries: SQL that is asked of it; what does not parse is left out of account.
    """
    rng = random.Random(zlib.crc32(schema["db_id"].encode()))
    asked = _compared_values(queries)
    columns = list(zip(schema["column_names_original"], schema["column_types"], strict=True))
    cells: dict[int, list[Any]] = {}
    keys = {number for key in schema["primary_keys"] for number in (key if isinstance(key, list) else [key])}
    for number, ((table, name), type_) in enumerate(columns):
        if table >= 0:
            cells[number] = _cells(name, type_, asked[name.casefold()], rng, is_key=number in keys)
    for _ in range(_PASSES):
        for here, there in schema["foreign_keys"]:
            # One row for each of another table where the key is the row's own, any of them elsewhere.
            known = cells[there]
            cells[here] = list(known) if here in keys and there in keys else rng.choices(known, k=ROWS)
    with sqlite3.connect(target) as lite:
        for number, table in enumerate(schema["table_names_original"]):
            if table.casefold() == "sqlite_sequence":  # SQLite's own, which comes with the first such key
                lite.execute("CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT)")
                continue
            own = [(i, name) for i, ((owner, name), _) in enumerate(columns) if owner == number]
            listed = ", ".join(f"{quote(name)} {_SQLITE_TYPES[columns[i][1]]}" for i, name in own)
            lite.execute(f"CREATE TABLE {quote(table)} ({listed})")
            rows = list(zip(*(cells[i] for i, _ in own), strict=True))
            lite.executemany(f"INSERT INTO {quote(table)} VALUES ({', '.join('?' * len(own))})", rows)
    lite.close()


_SQLITE_TYPES = {"number": "NUMERIC", "text": "TEXT", "time": "TEXT", "boolean": "TEXT", "others": "TEXT"}


def _compared_values(queries: Iterable[str]) -> dict[str, list[Any]]:
    """The literals that columns are compared with, by the column's name in lower case."""
    found: dict[str, list[Any]] = defaultdict(list)
    for query in queries:
        try:
            tree = sqlglot.parse_one(query, read="sqlite")
        except SqlglotError:
            continue
        for comparison in tree.find_all(*_COMPARED):
            if isinstance(comparison.this, exp.Column):
                literals = [node for node in comparison.iter_expressions() if isinstance(node, exp.Literal)]
                found[comparison.this.name.casefold()] += [_value(literal) for literal in literals]
    return found


def _value(literal: exp.Literal) -> Any:
    if literal.is_string:
        return literal.this.strip("%")
    number = float(literal.this)
    return int(number) if number.is_integer() else number


def _cells(name: str, type_: str, asked: Sequence[Any], rng: random.Random, *, is_key: bool) -> list[Any]:
    """The cells of a column, from the first row to the last."""
    if is_key:
        return [*range(1, ROWS + 1)] if type_ == "number" else [f"{_WORDS[i % 20]}{i // 20}" for i in range(ROWS)]
    return [_cell(name, type_, asked, rng) for _ in range(ROWS)]


def _near(value: Any, rng: random.Random) -> Any:
    """A value asked for, or for a number one just above or below: comparisons have to tell rows apart."""
    return value if isinstance(value, str) else value + rng.choice((-1, 0, 0, 1))


def _cell(name: str, type_: str, asked: Sequence[Any], rng: random.Random) -> Any:
    if asked and rng.random() < ASKED_SHARE:
        return _near(rng.choice(asked), rng)
    if type_ == "number":
        numbers = [value for value in asked if not isinstance(value, str)]
        most = max([100, *(2 * abs(value) for value in numbers)])
        return rng.randint(1990, 2020) if _YEAR.search(name) else rng.randint(1, int(most))
    if type_ == "time":
        return f"{rng.randint(1995, 2020)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    if type_ == "boolean":
        return rng.choice("TF")
    return rng.choice(_WORDS)
