"""Question–SQL pairs as the texts that a model is trained on.

A dataset is a JSONL file; a record has ``database`` (``spider/flight_4``, ``synthetic/17``, ``sales``), ``question``,
``sql`` (in full), ``split``, ``kind`` and ``ordered``, and ``defines`` where it uses words of its own. The prompt comes
from ``llmsql.asking.prompt``: what is trained is what is served.
"""

from __future__ import annotations

import datetime
import json
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.check import read_arrows
from llmsql.asking.glossary import Glossary, parse_glossary
from llmsql.asking.joins import KeyGraph, shorten_joins
from llmsql.asking.link import link_values
from llmsql.asking.prompt import build_messages
from llmsql.asking.settle import Knowledge
from llmsql.asking.values import ValueIndex, build_value_index
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from llmsql.chat import CHAT_FORMATS, Message, render_chat
from llmsql.errors import ConfigError, TrainingError
from llmsql.files import written_whole
from training.canonical import shorten_columns
from training.shown_sql import shown_sql

_CAST_DATE = re.compile(r"CAST\(('\d{4}-\d\d-\d\d') AS DATE\)")


@dataclass(frozen=True)
class Record:
    """One question with its right answer.

    Args:
        database: where it is asked, see ``Databases``.
        question: as a person typed it.
        sql: the right query, in full DuckDB SQL.
        split: ``train``, ``validation`` or ``test``.
        kind: what sort of question it is, for reports.
        ordered: whether the order of rows matters.
        difficulty: ``easy``, ``medium`` or ``hard`` where known.
        defines: what its words mean, as ``llmsql.toml`` says it: sections ``[glossary]`` and ``[metrics]``.
    """

    database: str
    question: str
    sql: str
    split: str = "train"
    kind: str = ""
    ordered: bool = False
    difficulty: str = ""
    defines: str = ""

    @cached_property
    def glossary(self) -> Glossary:
        """What ``defines`` says.

        Raises:
            TrainingError: it is not as documented.
        """
        try:
            return parse_glossary(tomllib.loads(self.defines), Path("defines"))
        except (tomllib.TOMLDecodeError, ConfigError) as error:
            raise TrainingError(f"The definitions of {self.question!r} cannot be read: {error}") from error


def load_records(path: Path, split: str | None = None) -> list[Record]:
    """Read a dataset.

    Args:
        path: JSONL of records, or JSON with ``database`` and ``examples``.
        split: only this split.

    Raises:
        TrainingError: the file is not a dataset.
    """
    try:
        if path.suffix == ".json":
            whole = json.loads(path.read_text(encoding="utf-8"))
            raw = [{"database": whole["database"], **example} for example in whole["examples"]]
        else:
            raw = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        known = Record.__dataclass_fields__
        records = [Record(**{k: v for k, v in r.items() if k in known}) for r in raw]
        for number, record in enumerate(records, 1):
            if not all(isinstance(text, str) for text in (record.database, record.question, record.sql, record.split)):
                raise TypeError(f"record {number}: database, question, sql and split are texts")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            f"{path} is not a dataset of questions and SQL ({error}).", "See training/README.md."
        ) from error
    return [r for r in records if split is None or r.split == split]


def write_records(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write a dataset, a record a line; the file appears only when it is whole.

    Args:
        path: the JSONL file.
        records: the fields of ``Record`` by name.
    """
    with written_whole(path) as part, part.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Database:
    """A database that questions are about, opened read-only, with all that a prompt needs.

    Args:
        con: to it.
        catalog: its tables.
        graph: their keys.
        values: their text.
        today: the day that questions are asked on; None where it does not matter.
    """

    con: duckdb.DuckDBPyConnection
    catalog: Catalog
    graph: KeyGraph
    values: ValueIndex
    today: datetime.date | None = None

    def knowledge(self, record: Record) -> Knowledge:
        """What the engine knows of it when a record's question is asked."""
        return Knowledge(self.catalog, self.graph, self.values, record.glossary)


class Databases:
    """Finds databases by the names that records use.

    Args:
        root: folder of dataset folders; ``spider/x`` is ``root/spider/databases/x.duckdb``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.open = lru_cache(maxsize=None)(self._open)

    def _open(self, name: str) -> Database:
        today = None
        if name == "sales":
            from llmsql.sales import SALES_TODAY, build_sales_database

            today = SALES_TODAY
            con = duckdb.connect()
            build_sales_database(con)
            catalog = snapshot(con)
        else:
            folder, _, file = name.partition("/")
            path = self.root / folder / "databases" / f"{file}.duckdb"
            if not path.is_file():
                raise TrainingError(
                    f"{path} is not there.", f"Make the dataset {folder!r} first, see training/README.md."
                )
            con = duckdb.connect(str(path), read_only=True)
            schemas = self.root / folder / "schemas.json"
            catalog = _spider_catalog(con, schemas, file) if schemas.is_file() else snapshot(con, profile_seconds=30)
        return Database(con, catalog, KeyGraph(catalog), build_value_index(con, catalog, seconds=60), today)


def _spider_catalog(con: duckdb.DuckDBPyConnection, schemas: Path, name: str) -> Catalog:
    from training.spider import catalog_of

    return catalog_of(con, _schemas(schemas)[name])


@lru_cache(maxsize=4)
def _schemas(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Pair:
    """The texts of one example: the prompt's end, from the question on, and the answer with its stop token."""

    question: str
    answer: str


@dataclass(frozen=True)
class Pack:
    """One schema and many of its pairs.

    Args:
        prefix: everything before a question; the same characters for all pairs.
        pairs: the examples.
    """

    prefix: str
    pairs: list[Pair] = field(default_factory=list)


def split_prompt(prompt: str) -> tuple[str, str]:
    """A rendered prompt as the part that all questions share and the part from the question on."""
    cut = prompt.rindex("\n\n") + 2
    return prompt[:cut], prompt[cut:]


def target_sql(record: Record, database: Database) -> str:
    """What the model is taught to write for a record.

    Raises:
        TrainingError: its SQL cannot be written so.
    """
    try:
        tree: exp.Expr = sqlglot.parse_one(record.sql, read="duckdb")
        read_arrows(tree)
        shown = shown_sql(tree, database.catalog)
        tree = shorten_columns(sqlglot.parse_one(shown, read="duckdb"), database.catalog)
        short = shorten_joins(tree, database.catalog, database.graph)
    except (SqlglotError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise TrainingError(
            f"The SQL of {record.question!r}, asked of {record.database}, cannot be taught: {said}",
            "Mend the record, or take it out of the dataset.",
        ) from error
    return _CAST_DATE.sub(r"DATE \1", short)


def messages_for(record: Record, database: Database) -> list[Message]:
    """The prompt of a record, as it is served where all tables fit into it."""
    values = link_values(database.values, database.catalog, record.question)
    return build_messages(database.catalog, record.question, values, record.glossary.lines(record.question))


def build_pack(records: Iterable[Record], database: Database, chat_format: str) -> Pack:
    """The texts of several records of one database.

    Args:
        records: all about ``database``.
        database: opened.
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
    """
    prefix = ""
    pairs = []
    for record in records:
        prompt = render_chat(messages_for(record, database), chat_format)
        prefix, question = split_prompt(prompt)
        pairs.append(Pair(question, target_sql(record, database) + CHAT_FORMATS[chat_format].stop))
    return Pack(prefix, pairs)


def plan_packs(records: list[Record], *, pairs_a_pack: int, examples: int, seed: int) -> list[list[Record]]:
    """Records grouped by database into packs in random order, as often as it takes to reach ``examples``.

    Args:
        records: the training records.
        pairs_a_pack: most pairs in one pack.
        examples: pairs to train on in all.
        seed: the same seed gives the same plan.
    """
    rng = random.Random(seed)
    planned: list[list[Record]] = []
    count = 0
    while count < examples:
        by_database: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_database[record.database].append(record)
        packs = []
        for mine in by_database.values():
            rng.shuffle(mine)
            # Packs of equal size: a rest of two pairs would cost a whole schema.
            number = max(1, round(len(mine) / pairs_a_pack))
            packs += [mine[i::number] for i in range(number)]
        rng.shuffle(packs)
        for pack in packs:
            if count >= examples:
                break
            planned.append(pack[: examples - count])
            count += len(planned[-1])
    return planned
