"""What a model is asked: the one place where questions become prompts, for serving and for training alike.

A prompt has a part that depends on the catalog only (system text and schema), which engines keep in their prefix
cache, and a part that depends on the question (the question and the stored values that it names).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmsql.asking.names import shown_columns, shown_name, shown_reference
from llmsql.catalog import Catalog, Column, ForeignKey, Table
from llmsql.catalog.model import EPOCHS, sql_string
from llmsql.catalog.snapshot import quote
from llmsql.chat import Message

PROMPT_VERSION = 1
SYSTEM = (
    "Write one DuckDB SQL query that answers the question from these tables. "
    "JOIN needs no ON where -> links the tables. Answer with the SQL only."
)
SHOWN_VALUES = 8
SHOWN_EXAMPLES = 1
VALUE_CHARS = 90
_TYPE_NAMES = {
    "VARCHAR": "text",
    "INTEGER": "int",
    "BIGINT": "int",
    "SMALLINT": "int",
    "TINYINT": "int",
    "HUGEINT": "int",
    "UINTEGER": "int",
    "UBIGINT": "int",
    "USMALLINT": "int",
    "UTINYINT": "int",
    "DOUBLE": "float",
    "FLOAT": "float",
    "BOOLEAN": "bool",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}
_YEAR = re.compile(r"(1[89]|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A stored text value that the question seems to name.

    Args:
        table: ``Table.reference``.
        column: the column that holds the value.
        value: as stored.
    """

    table: str
    column: str
    value: str

    @property
    def sql(self) -> str:
        """The value as a condition."""
        return f"{self.table}.{quote(self.column)} = {sql_string(self.value)}"

    @property
    def shown(self) -> str:
        """The value as a condition in the names that models are shown."""
        return f"{shown_reference(self.table)}.{shown_name(self.column)} = {sql_string(self.value)}"


def render_schema(catalog: Catalog) -> str:
    """The catalog as compact text, one table a line.

    Keys are marked ``pk`` and ``-> table.column``; text columns show frequent stored values, dates and years their
    range, comments follow in brackets. Values are shown as SQL literals on one line, so that what a cell says cannot
    pass for more than a literal; names with line breaks, as CSV files have them, are on one line too.
    """
    return "\n".join(_render_table(table, catalog) for table in catalog)


def _render_table(table: Table, catalog: Catalog) -> str:
    in_parts = {column.part_of for column in table.columns}  # these stand for the whole
    in_parts |= {other.part_of[1] for other in catalog if other.part_of and other.part_of[0] == table.reference}
    shown = [column for column in table.columns if column.name not in in_parts or column.comment]
    columns = ", ".join(_render_column(column, table, catalog) for column in shown)
    comment = f" [{_one_line(table.comment)}]" if table.comment else ""
    return f"{_unbroken(shown_reference(table.reference))}({columns}){comment}"


def _render_column(column: Column, table: Table, catalog: Catalog) -> str:
    parts = [_unbroken(shown_columns(table)[column.name]), _unbroken(_render_type(column))]
    if column.name in table.primary_key:
        parts.append("pk")
    for key in table.foreign_keys:
        if key.columns == (column.name,):
            parts.append(f"-> {_unbroken(_render_target(key, catalog))}")
            break
    shown = _render_values(column)
    if shown:
        parts.append(shown)
    if column.comment:
        parts.append(f"[{_one_line(column.comment)}]")
    return " ".join(parts)


def _render_target(key: ForeignKey, catalog: Catalog) -> str:
    target, name = catalog.table(key.target), key.target_columns[0]
    if target is None:  # left out of the prompt
        return f"{key.target}.{quote(name)}"
    return f"{shown_reference(target.reference)}.{shown_columns(target).get(name, quote(name))}"


def _render_type(column: Column) -> str:
    if column.day_format is not None:  # the engine reads 20240131 as a day
        return "timestamp" if column.day_format in EPOCHS else "date"
    type_ = column.type
    if type_.startswith("DECIMAL"):
        return "decimal"
    if type_.startswith("ENUM"):
        return "enum"
    return _TYPE_NAMES.get(type_, type_.lower() if len(type_) <= 16 else type_)


def _render_values(column: Column) -> str:
    if column.day_format is not None:
        ends = [_iso(end, column.day_format) for end in (column.minimum, column.maximum) if end]
        return "..".join(ends)
    if column.values:
        limit = SHOWN_VALUES if column.complete or len(column.values) > 1 else SHOWN_EXAMPLES
        literals: list[str] = []
        for value in column.values[:limit]:
            if sum(map(len, literals)) + len(value) > VALUE_CHARS:
                break
            literals.append(sql_string(_one_line(value)))
        more = not column.complete or len(literals) < len(column.values)
        return " ".join([*literals, "..."] if more and literals else literals)
    if column.minimum is not None and column.maximum is not None:
        if column.type.startswith(("DATE", "TIMESTAMP")):
            return f"{column.minimum[:10]}..{column.maximum[:10]}"
        if _YEAR.match(column.minimum) and _YEAR.match(column.maximum):
            return f"{column.minimum}..{column.maximum}"
    return ""


def _iso(number: str, day_format: str) -> str:
    """The day that a number writes."""
    if day_format in EPOCHS:
        return datetime.datetime.fromtimestamp(int(number) // EPOCHS[day_format], datetime.UTC).date().isoformat()
    return datetime.datetime.strptime(number, day_format).date().isoformat()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _unbroken(name: str) -> str:
    """A name with its spaces as they are, for a query has to have them, but on one line."""
    return " ".join(name.splitlines())


def render_question(question: str, values: Sequence[StoredValue] = (), terms: Sequence[str] = ()) -> str:
    """The part of the prompt that depends on the question.

    Args:
        question: as typed.
        values: stored values that it names.
        terms: what its words mean, ``name = definition``, see ``glossary.Glossary.lines``; none leave no trace.
    """
    lines = [f"Question: {_one_line(question)}"]
    if values:
        lines.append("Values: " + ", ".join(_unbroken(v.shown) for v in values))
    if terms:
        lines.append("Terms: " + "; ".join(_one_line(term) for term in terms))
    return "\n".join(lines)


def build_messages(
    catalog: Catalog, question: str, values: Sequence[StoredValue] = (), terms: Sequence[str] = ()
) -> list[Message]:
    """The chat that asks a model for SQL.

    Args:
        catalog: the tables to choose from.
        question: as typed.
        values: stored values that it names, see ``link.link_values``.
        terms: what its words mean, see ``glossary.Glossary.lines``.

    Returns:
        System and user messages; the user message is the schema, an empty line, and the question, so that
        everything up to the last empty line is the same for every question about this catalog.
    """
    return [
        Message("system", SYSTEM),
        Message("user", f"{render_schema(catalog)}\n\n{render_question(question, values, terms)}"),
    ]


def build_follow_up(
    catalog: Catalog,
    question: str,
    last: tuple[str, str],
    values: Sequence[StoredValue] = (),
    terms: Sequence[str] = (),
) -> list[Message]:
    """The chat that asks for SQL where a question leans on the one before it.

    Args:
        catalog: the tables to choose from.
        question: as typed.
        last: the question before it, with those that that one followed, and its SQL.
        values: stored values that the question names.
        terms: what its words mean.
    """
    return [
        *build_messages(catalog, last[0]),
        Message("assistant", last[1]),
        Message("user", render_question(question, values, terms)),
    ]


def build_correction(messages: Sequence[Message], sql: str, error: str) -> list[Message]:
    """The same chat, gone on with the refused SQL and the reason for a second try.

    Args:
        messages: the chat so far.
        sql: what the model wrote.
        error: why it was refused, in DuckDB's or the checker's words.
    """
    return [
        *messages,
        Message("assistant", sql),
        Message("user", f"{_one_line(error)}\nWrite the corrected SQL only."),
    ]
