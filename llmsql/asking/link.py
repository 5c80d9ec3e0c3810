"""Links a question to the catalog: the stored values that it names, and the tables that it may need.

Values are looked up by their folded form, case, accents and plain plurals aside. The longest runs of words of the
question that the index knows win; a word that nothing explains may be a misspelt value.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from llmsql.asking.joins import KeyGraph
from llmsql.asking.joins import fold as fold_reference
from llmsql.asking.prompt import StoredValue, render_schema
from llmsql.asking.values import ValueIndex, fold
from llmsql.catalog import Catalog, Column, Table
from llmsql.errors import SQLRejectedError

LONGEST_RUN = 7
LONGEST_MISSPELT = 3
SHORTEST_MISSPELT_WORD = 6
MOST_HINTS = 6
MOST_HINTS_A_VALUE = 3
PROMPT_CHARS = 8_000
WIDEST_TABLE = 60
MOST_TABLES = 24
SHARED_RELEVANCE = 0.3
_WORD = re.compile(r"[^\W_]+(?:['’.&/-][^\W_]+)*", re.UNICODE)
_QUOTED = re.compile(r"""["“']([^"”']{1,60})["”']""")
_COMMON = frozenset(
    """a all an and any are as at average be best both but by can count country date day days do does each end every
    few find first for from get give had has have hers him his how id in is it its just kind last less list many max
    me mean min more most much my name names new no not number of off on one only open or other our out over per same
    show some start sum than that the their them then these they this those time to top total type up used was we were
    what when where which while who whom whose will with year years yes you""".split()
)


def link_values(index: ValueIndex, catalog: Catalog, question: str) -> list[StoredValue]:
    """Stored values that ``question`` names, in the order in which it names them.

    Args:
        index: of the catalog's values.
        catalog: whose table and column names are not mistaken for values.
        question: as typed.
    """
    question = question[:2000]
    words = [(match.group(), match.start()) for match in _WORD.finditer(question)]
    quoted = {fold(match.group(1)) for match in _QUOTED.finditer(question)}
    names = _schema_words(catalog)
    taken = [False] * len(words)
    hits: list[tuple[int, list[StoredValue]]] = []
    for length in range(min(LONGEST_RUN, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if any(taken[start : start + length]):
                continue
            end = words[start + length - 1]
            text = question[words[start][1] : end[1] + len(end[0])]
            places = _lookup(index, text, names, quoted)
            if places:
                taken[start : start + length] = [True] * length
                hits.append((start, places))
    hits += _misspelt(index, question, words, taken, names)
    hits.sort(key=lambda hit: hit[0])
    views = {table.reference for table in catalog if table.kind == "view"}
    return [place for _, places in hits for place in _best_places(places, question, views)][:MOST_HINTS]


def _lookup(index: ValueIndex, text: str, names: set[str], quoted: set[str]) -> list[StoredValue]:
    folded = fold(text)
    if folded in quoted:
        return index.find(folded)
    if folded.isdigit() or folded in _COMMON or (len(folded) < 3 and not text.isupper()):
        return []
    if len(text) == 1:
        return []
    for form in _forms(folded):
        places = index.find(form)
        if places and not (form in names and not text[0].isupper()):
            return places
    return []


def _misspelt(
    index: ValueIndex,
    question: str,
    words: list[tuple[str, int]],
    taken: list[bool],
    names: set[str],
) -> list[tuple[int, list[StoredValue]]]:
    """Where values are stored that the words left over are nearly spelt like, the longest runs first."""
    hits: list[tuple[int, list[StoredValue]]] = []
    for length in range(min(LONGEST_MISSPELT, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            folded = [fold(word) for word, _ in run]
            if any(taken[start : start + length]) or any(
                word in names or _stem(word) in names or not word.isalpha() for word in folded
            ):
                continue
            if length == 1 and (folded[0] in _COMMON or len(folded[0]) < SHORTEST_MISSPELT_WORD):
                continue
            text = question[run[0][1] : run[-1][1] + len(run[-1][0])]
            places = [p for p in index.near(fold(text)) if not _is_inflected(fold(text), fold(p.value))]
            if places:
                taken[start : start + length] = [True] * length
                hits.append((start, places))
    return hits


def _is_inflected(left: str, right: str) -> bool:
    """Whether two texts differ in their last letters only: "manage" is another word than "manager"."""
    shorter = min(len(left), len(right))
    same = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    return same >= shorter - 1


def _forms(folded: str) -> list[str]:
    forms = [folded]
    if folded.endswith("ies") and len(folded) > 4:
        forms.append(folded[:-3] + "y")
    if folded.endswith("es") and len(folded) > 4:
        forms.append(folded[:-2])
    if folded.endswith("s") and len(folded) > 3:
        forms.append(folded[:-1])
    else:
        forms.append(folded + "s")
    if "-" in folded:
        forms.append(folded.replace("-", " "))
    return forms


def _best_places(places: list[StoredValue], question: str, views: set[str]) -> list[StoredValue]:
    """Places whose column or table the question names come first, and alone if there are any; then tables before views.

    Args:
        places: of one value.
        question: as typed.
        views: references of the views, which mostly show what a table stores.
    """
    if len(places) == 1:
        return places
    asked = {_stem(word) for word in re.findall(r"[^\W_]+", fold(question))}

    def named(place: StoredValue) -> int:
        return len(asked & _name_words(place.column)) * 2 + len(asked & _name_words(place.table))

    best = max(named(place) for place in places)
    chosen = [place for place in places if named(place) == best] if best else places
    chosen = [place for place in chosen if place.table not in views] or chosen
    return chosen[:MOST_HINTS_A_VALUE]


def _name_words(name: str) -> set[str]:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace('"', ""))
    return {_stem(word) for word in re.findall(r"[^\W\d_]{3,}", fold(split))}


def _place_words(table: Table) -> set[str]:
    """The schema and the database of a table that is not in the current ones: ``fin`` of ``fin.invoices``."""
    place = fold(table.reference.replace('"', "")).removesuffix(fold(table.name))
    return {_stem(word) for word in re.findall(r"[^\W_]{2,}", place)}


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def _schema_words(catalog: Catalog) -> set[str]:
    words: set[str] = set()
    for table in catalog:
        words.add(fold(table.name))
        words |= _name_words(table.name)
        for column in table.columns:
            words.add(fold(column.name))
            words |= _name_words(column.name)
    return words


def link_question(
    catalog: Catalog, graph: KeyGraph, index: ValueIndex, question: str, words: Sequence[str] = ()
) -> tuple[Catalog, list[StoredValue]]:
    """The tables and the stored values that a model is shown for a question.

    Args:
        catalog: the tables that may be used.
        graph: their keys.
        index: of their values.
        question: as typed.
        words: more text that speaks of tables: definitions of its terms, the question before.
    """
    values = link_values(index, catalog, question)
    shown = select_tables(catalog, graph, " ".join((question, *words)), values)
    return shown, [v for v in values if (t := shown.table(v.table)) is not None and t.column(v.column) is not None]


def select_tables(catalog: Catalog, graph: KeyGraph, question: str, values: list[StoredValue]) -> Catalog:
    """The tables that a question may need, within what fits into a prompt.

    A catalog that fits is shown whole, so that its prompt prefix stays the same from question to question. Else tables
    are ranked by the words of the question in their names, columns, comments and values; those that join the chosen
    ones come with them.

    Args:
        catalog: all tables.
        graph: their keys.
        question: as typed.
        values: stored values that it names.
    """
    sizes = {t.reference: len(render_schema(Catalog((t,)))) for t in catalog}
    if sum(sizes.values()) <= PROMPT_CHARS and all(len(t.columns) <= WIDEST_TABLE for t in catalog):
        return catalog
    asked = {_stem(word) for word in re.findall(r"[^\W_]{2,}", fold(question))} - _COMMON
    named = {v.table for v in values}
    words = {table.reference: _shared_words(table, asked) for table in catalog}
    relevance = _relevances(catalog, graph, words, named)
    ranked = _best_first(catalog, relevance, words)
    chosen: dict[str, Table] = {}
    left = PROMPT_CHARS
    for table in ranked:
        wanted = [table.reference]
        if chosen and not relevance[table.reference]:
            break
        if chosen:
            wanted = [*_between(graph, catalog, list(chosen)[:3], table.reference), *wanted]
        for reference in wanted:
            known = catalog.table(reference)
            if reference in chosen or known is None:
                continue
            narrow = _narrowed(known, asked, values, WIDEST_TABLE)
            for most in (WIDEST_TABLE // 2, WIDEST_TABLE // 4):
                if len(render_schema(Catalog((narrow,)))) > PROMPT_CHARS // 3:
                    narrow = _narrowed(known, asked, values, most)
            cost = len(render_schema(Catalog((narrow,))))
            if cost <= left or not chosen:
                chosen[reference] = narrow
                left -= cost
        if left <= 0 or len(chosen) >= MOST_TABLES:
            break
    return Catalog(tuple(chosen[t.reference] for t in catalog if t.reference in chosen))


def _between(graph: KeyGraph, catalog: Catalog, starts: list[str], goal: str) -> list[str]:
    try:
        chain = graph.path([fold_reference(s) for s in starts], fold_reference(goal))
    except SQLRejectedError:
        return []
    tables = [catalog.table(edge.right) for edge in chain[:-1]]
    return [t.reference for t in tables if t is not None]


def _shared_words(table: Table, asked: set[str]) -> tuple[set[str], set[str], set[str]]:
    """The words asked that a table has in its name and place, in the names of its columns, and in its comments."""
    columns = set().union(*(_name_words(c.name) for c in table.columns)) if table.columns else set()
    comments = " ".join(filter(None, [table.comment, *(c.comment for c in table.columns)]))
    described = {_stem(word) for word in re.findall(r"[^\W_]{3,}", fold(comments))}
    return asked & (_name_words(table.name) | _place_words(table)), asked & columns, asked & described


def _best_first(
    catalog: Catalog, relevance: dict[str, float], words: dict[str, tuple[set[str], set[str], set[str]]]
) -> list[Table]:
    """Tables by relevance, but first of all those that alone have a word of the question: many that share another word
    would crowd them out.
    """
    ranked = sorted(catalog, key=lambda t: -relevance[t.reference])
    frequency = Counter(word for shared in words.values() for word in set().union(*shared))
    return sorted(ranked, key=lambda t: all(frequency[word] > 1 for word in set().union(*words[t.reference])))


def _relevances(
    catalog: Catalog,
    graph: KeyGraph,
    words: dict[str, tuple[set[str], set[str], set[str]]],
    named: set[str],
) -> dict[str, float]:
    """How much each table has to do with a question: rare words count more, and keys hand some of it on.

    Args:
        catalog: all tables.
        graph: their keys.
        words: of each table those that the question has, see ``_shared_words``.
        named: tables that have a value which the question names.
    """
    frequency = Counter(word for shared in words.values() for word in set().union(*shared))
    rarity = {word: math.log(1 + len(catalog) / count) for word, count in frequency.items()}
    own = {
        reference: 4.0 * sum(rarity[w] for w in name)
        + 1.5 * sum(rarity[w] for w in columns - name)
        + 1.0 * sum(rarity[w] for w in described - name - columns)
        + (3.0 * math.log(1 + len(catalog)) if reference in named else 0.0)
        for reference, (name, columns, described) in words.items()
    }
    folded = {fold_reference(reference): score for reference, score in own.items()}
    return {
        reference: score
        + SHARED_RELEVANCE
        * max((folded.get(e.right, 0.0) for e in graph.edges.get(fold_reference(reference), ())), default=0.0)
        for reference, score in own.items()
    }


def _narrowed(table: Table, asked: set[str], values: list[StoredValue], most: int) -> Table:
    """A very wide table with its keys, the columns that the question speaks of, and others up to ``most``."""
    if len(table.columns) <= most:
        return table
    keys = {*table.primary_key, *(name for fk in table.foreign_keys for name in fk.columns)}
    named = {v.column for v in values if v.table == table.reference}

    def rank(column: Column) -> int:
        described = {_stem(word) for word in re.findall(r"[^\W_]{3,}", fold(column.comment or ""))}
        words = _name_words(column.name) | described
        return -(10 * (column.name in keys) + 10 * (column.name in named) + 4 * len(asked & words))

    kept = {c.name for c in sorted(table.columns, key=rank)[:most]}
    return replace(table, columns=tuple(c for c in table.columns if c.name in kept))
