"""What llmsql knows of a database: plain frozen data, cheap to pass around and to hash."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

_PLAIN_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
CALENDAR_NAME = re.compile(r"date|day|dt|time|stamp|_(?:at|on|ts)\Z|[a-z](?:At|On)\Z|\Ats\Z|since|until", re.IGNORECASE)
"""Found in the names of columns that have days or times."""
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d.*)?")
"""A day as DATE writes it, or a time on it as TIMESTAMP does."""
MISSING_MARKS = ("", "-", "?", "n/a", "na", "none", "null")
"""Texts that say, in any case of letters, that something is not known."""
EPOCHS = {"epoch": 1, "epoch_ms": 1000}
"""Formats that count since 1970, and how often a second."""
_SECONDS = (631_152_000, 4_102_444_800)
"""1990 to 2099, in seconds since 1970"""
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/(?:19|20|99)\d\d")
_DAY_FORMATS = {
    "%Y%m%d": re.compile(r"(?:19|20|99)\d{6}"),
    "%d.%m.%Y": re.compile(r"\d{1,2}\.\d{1,2}\.(?:19|20|99)\d\d"),
    "%d/%m/%Y": _SLASHED,
    "%m/%d/%Y": _SLASHED,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table or view.

    Args:
        name: as the database spells it.
        type: DuckDB's type text, for example ``DECIMAL(10,2)`` or ``STRUCT(a INTEGER)``.
        comment: the column's comment, if any.
        values: frequent values of low-cardinality text, most frequent first, as they are stored.
        complete: whether ``values`` are all the distinct values there are.
        minimum: smallest value of a date or number, as text.
        maximum: largest value of a date or number, as text.
        part_of: of a part of a nested column, that column's name, see ``catalog.nested``.
        path: of a part, the fields or keys that lead to it.
        expression: of a part, what it is in DuckDB's SQL, by the table's own columns.
    """

    name: str
    type: str
    comment: str | None = None
    values: tuple[str, ...] = ()
    complete: bool = False
    minimum: str | None = None
    maximum: str | None = None
    part_of: str | None = None
    path: tuple[str, ...] = ()
    expression: str | None = None

    @property
    def sql(self) -> str:
        """The column in SQL over its table."""
        return self.expression or quote_always(self.name)

    @property
    def known_values(self) -> list[str]:
        """``values`` without what stands for none."""
        return [value for value in self.values if value.strip().casefold() not in MISSING_MARKS]

    @property
    def day_format(self) -> str | None:
        """How a number or a text writes days, where not as DATE does.

        ``%Y%m%d`` for 20240131; ``epoch`` and ``epoch_ms`` for seconds and milliseconds since 1970.
        """
        if self.type == "VARCHAR":
            found = _day_format(tuple(value for value in self.values if any(map(str.isdigit, value))))
            return found if found != "%Y%m%d" or CALENDAR_NAME.search(self.name) else None  # eight digits may be a code
        if self.type not in ("INTEGER", "BIGINT", "UINTEGER") or self.minimum is None or self.maximum is None:
            return None
        ends = (self.minimum, self.maximum)
        if CALENDAR_NAME.search(self.name):
            for format_, unit in EPOCHS.items():
                if all(_SECONDS[0] * unit <= int(end) <= _SECONDS[1] * unit for end in ends):
                    return format_
        return _day_format(ends) if self.minimum != self.maximum else None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``columns`` of the owning table point at ``target_columns`` of ``target``.

    Args:
        columns: in the owning table.
        target: ``Table.reference`` of the table pointed at.
        target_columns: in that table, in the same order.
        inferred: found from names and data, not declared.
        preferred: the one to take where several keys link the tables.
    """

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    inferred: bool = False
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view.

    Args:
        reference: how SQL on this connection names it, quoted where needed: ``orders``, ``sales."Order"``,
            ``chinook.main.Track``. Unique in a catalog.
        name: the bare name as the database spells it.
        columns: in order of definition.
        kind: ``table`` or ``view``.
        primary_key: column names, empty where none is known.
        foreign_keys: declared ones first.
        comment: the table's comment, if any.
        rows: row count, estimated for huge tables; None for views.
        hidden: columns that are there but not shown, and given to nobody.
        definition: of a view, the statement that makes it.
        part_of: of the elements of a column of lists, the table's reference and that column, see ``catalog.nested``.
        source: of such elements, the query that gives them.
    """

    reference: str
    name: str
    columns: tuple[Column, ...]
    kind: str = "table"
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None
    rows: int | None = None
    hidden: tuple[str, ...] = ()
    definition: str | None = field(default=None, repr=False)
    part_of: tuple[str, str] | None = None
    source: str | None = None

    @property
    def sql(self) -> str:
        """The table in FROM."""
        return f"({self.source})" if self.source else self.reference

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns without the parts of nested ones."""
        return tuple(c for c in self.columns if c.part_of is None)

    def column(self, name: str) -> Column | None:
        """The column of that name, in any case of letters, or None."""
        folded = name.casefold()
        return next((c for c in self.columns if c.name.casefold() == folded), None)


@dataclass(frozen=True)
class Catalog:
    """A snapshot of everything a question may be about.

    Args:
        tables: in order of definition.
    """

    tables: tuple[Table, ...] = field(default=())

    @cached_property
    def version(self) -> str:
        """A hash of the whole snapshot: equal snapshots give equal prompts."""
        return hashlib.sha256(repr(self.tables).encode()).hexdigest()[:16]

    @cached_property
    def has_parts(self) -> bool:
        """Whether there is any part of a nested column, or a table of such parts."""
        return any(t.part_of or any(c.part_of for c in t.columns) for t in self.tables)

    @cached_property
    def writes_days(self) -> bool:
        """Whether any column writes days otherwise than DATE does."""
        return any(c.day_format for t in self.tables for c in t.columns)

    @cached_property
    def by_reference(self) -> dict[str, Table]:
        """Tables by ``reference``, case-folded and without quotes."""
        return {_fold(t.reference): t for t in self.tables}

    def table(self, reference: str) -> Table | None:
        """The table that SQL calls ``reference``, in any case of letters and quoting, or None."""
        return self.by_reference.get(_fold(reference))

    def only(self, references: list[str]) -> Catalog:
        """The part of the catalog with just these tables, in catalog order."""
        wanted = {_fold(r) for r in references}
        return Catalog(tuple(t for t in self.tables if _fold(t.reference) in wanted))

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


@lru_cache(maxsize=4096)
def _day_format(values: tuple[str, ...]) -> str | None:
    """The one format in which all the values are days; None where there is none, or 05/04/2024 leaves two."""
    fitting = [
        format_
        for format_, form in _DAY_FORMATS.items()
        if values and all(form.fullmatch(value) and _is_day(value, format_) for value in values)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _is_day(text: str, format_: str) -> bool:
    try:
        datetime.datetime.strptime(text, format_)
    except ValueError:
        return False
    return True


def _fold(reference: str) -> str:
    return reference.replace('"', "").casefold()


def sql_string(text: str) -> str:
    """``text`` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def quote_always(name: str) -> str:
    """``name`` in double quotes, for SQL that only DuckDB reads.

    Args:
        name: the identifier as stored.
    """
    return '"' + name.replace('"', '""') + '"'


def quote_identifier(name: str, reserved: frozenset[str] = frozenset()) -> str:
    """``name`` as SQL writes it: bare where that is safe, else in double quotes.

    Args:
        name: the identifier as stored.
        reserved: words that need quotes, in lower case.
    """
    if _PLAIN_IDENTIFIER.match(name) and name.lower() not in reserved:
        return name
    return quote_always(name)
