"""How much of a question its SQL answers to: words, stored values and numbers of the one that are found in the other.

No model is asked. What the schema has no name for is said in plain words, so that a question that the tables cannot
answer gets that for an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.prompt import StoredValue
from llmsql.asking.scopes import table_reference
from llmsql.asking.values import ValueIndex, fold
from llmsql.catalog import Catalog

# Words that ask, count, compare, order or tell time: no schema has to have a name for them.
ASKING = frozenset(
    """a about above across after again all also am among amount an and any are around as asc ascending at average avg
    be been before below best between biggest both bottom busiest but by calculate calendar came can cheapest combined
    compare compared could count current currently date day days desc descending did different display distinct do does
    done during each earliest either end ever every except excluding exactly fewer fewest figure find first fiscal five
    following for four from gave get give given greater greatest grouped had has have having he her high higher highest
    him his how if in include including individual into is it its january february march april may june july august
    september october november december just kind kinds larger largest last late latest least less like list long
    longer longest low lower lowest made make many max maximum me mean median men min minimum missing month monthly
    months more most much my name named names never new next no not now number numbers of off old older oldest on once
    one only or order ordered other our out over overall part past people per percent percentage please previous prior
    quarter quarterly quarters rank ranked rate ratio recent record records relative respective return row rows run
    runner same second see set share she shortest should show since single six size smaller smallest so some sort sorted
    split start starting such sum tell ten than that the their them then there these they thing things third this those
    three through time times to today together top total totals toward two type types under unique until up us use
    used using value values versus vs want was way we week weekly weeks well went were what whats when where which
    while who whole whom whose why will with within without worst would year yearly years yes yesterday yet you your
    youngest zero""".split()
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def stem(word: str) -> str:
    """``word`` without the endings that a schema's name may lack: ``cities`` → ``city``, ``ordered`` → ``order``."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("ers", "er"), ("ed", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: len(word) - len(ending)] + instead
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word


def content_words(question: str) -> list[str]:
    """The words of a question that speak of something, folded, in order."""
    words = re.findall(r"[^\W\d_]{2,}", fold(question))
    return list(dict.fromkeys(w for w in words if w not in ASKING and stem(w) not in ASKING))


def stems_in_order(text: str) -> list[str]:
    """Stems of the words of a name or a sentence, in order, whatever the habit of writing them."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).replace("_", " ")
    return [stem(word) for word in re.findall(r"[^\W\d_]{2,}", fold(split))]


def name_stems(texts: Iterable[str]) -> set[str]:
    """Stems of the words in names and comments, whatever the habit of writing them."""
    return {word for text in texts for word in stems_in_order(text)}


def places_of(phrase: Sequence[str], words: Sequence[str]) -> list[int]:
    """Where a phrase begins among words, both as ``stems_in_order`` gives them."""
    n = len(phrase)
    return [i for i in range(len(words) - n + 1) if n and words[i : i + n] == phrase]


def is_known(word: str, stems: set[str]) -> bool:
    """Whether a name has the word, or a word that one of the two begins with."""
    short = stem(word)
    return short in stems or any(
        (len(short) >= 4 and other.startswith(short)) or (len(other) >= 4 and short.startswith(other))
        for other in stems
    )


def coverage(question: str, sql: str, catalog: Catalog, values: Sequence[StoredValue]) -> float:
    """The share, 0 to 1, of what a question names that its SQL takes up.

    Args:
        question: as typed.
        sql: the query, DuckDB SQL.
        catalog: the tables, for the comments on what the query reads.
        values: stored values that the question names.
    """
    found = _taken_up(question, sql, catalog, values)
    return sum(taken for _, taken in found) / len(found) if found else 1.0


def left_out(question: str, sql: str, catalog: Catalog, values: Sequence[StoredValue]) -> list[str]:
    """The words, values and numbers of a question that its SQL does not take up; arguments as of ``coverage``."""
    return list(dict.fromkeys(named for named, taken in _taken_up(question, sql, catalog, values) if not taken))


def _taken_up(question: str, sql: str, catalog: Catalog, values: Sequence[StoredValue]) -> list[tuple[str, bool]]:
    """What a question names, and whether its SQL takes it up; nothing of SQL that does not parse."""
    words = content_words(question)
    asked_values = sorted({v.value for v in values})
    numbers = [n for n in dict.fromkeys(_NUMBER.findall(question)) if len(n) > 1]
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError:
        return [(named, False) for named in (*words, *asked_values, *numbers)]
    texts: list[str] = [alias.alias for alias in tree.find_all(exp.Alias)]
    literals = " ".join(fold(literal.this) for literal in tree.find_all(exp.Literal))
    tables = [catalog.table(table_reference(node)) for node in tree.find_all(exp.Table)]
    names = {column.name.casefold() for column in tree.find_all(exp.Column)}
    for table in tables:
        if table is not None:
            texts += [table.name, table.comment or ""]
            texts += [f"{c.name} {c.comment or ''}" for c in table.columns if c.name.casefold() in names]
    stems = name_stems([*texts, literals])
    written = set(_NUMBER.findall(sql))
    return [
        *((word, is_known(word, stems)) for word in words),
        *((value, fold(value) in literals) for value in asked_values),
        *((number, number in written) for number in numbers),
    ]


def hidden_asked(
    question: str, catalog: Catalog, values: Sequence[StoredValue], terms: Sequence[str] = ()
) -> list[str]:
    """Hidden columns that a question names, in words that nothing which is shown has.

    Args:
        question: as typed.
        catalog: the tables, which know what they hide.
        values: stored values that the question names.
        terms: what its words mean, see ``glossary.Glossary.lines``.
    """
    names = dict.fromkeys(name for table in catalog for name in table.hidden)
    if not names:
        return []
    asked = name_stems([question])
    shown = [text for table in catalog for text in (table.name, table.comment or "", *(c.name for c in table.columns))]
    known = name_stems([*shown, *terms, *(value.value for value in values)])
    return [name for name in names if (stems := name_stems([name])) and stems <= asked and not stems <= known]


def unknown_words(question: str, catalog: Catalog, index: ValueIndex, values: Sequence[StoredValue]) -> list[str]:
    """Words of a question that no name, comment or stored value of the database has.

    Args:
        question: as typed.
        catalog: the tables.
        index: the stored values.
        values: those that the question names.
    """
    texts: list[str] = []
    for table in catalog:
        texts += [table.name, table.comment or ""]
        texts += [f"{c.name} {c.comment or ''} {' '.join(c.values)}" for c in table.columns]
    stems = name_stems([*texts, *(v.value for v in values)])
    return [w for w in content_words(question) if not is_known(w, stems) and not index.find(w)]
