"""The form of a question: its words as they count when two questions are compared.

Politeness, plurals and spellings that mean the same are levelled; what changes the meaning (negation, grouping,
superlatives, comparisons, the order of words) is kept. Numbers and times are slots: two questions of one form may
differ in them.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from llmsql.asking.calendar_words import MONTHS, ORDINALS
from llmsql.asking.values import fold

NUMBERS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
    if number > 1  # "which one"
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100}
_TOKEN = re.compile(
    r"\d{4}-\d\d-\d\d|\d+(?:,\d{3})*(?:\.\d+)?(?!\w)|[^\W_]+(?:['’][^\W_]+)*"
    r"|!=|[≠≥≤]|[%<>=+*#~$€£¥]+|(?<!\w)-(?=\d)",  # a sign is a word: -100 is not 100, nor C++ C
    re.UNICODE,
)
_FISCAL = re.compile(r"\b(?:fiscal|fy(?:td|\s*['’]?\d+)?)\b")
_SIGNS = {"≠": "!=", "≥": ">=", "≤": "<="}

# Each rule turns words into fewer or plainer ones; the first that fits wins, longest first. Digits stand for numbers.
_RULES: tuple[tuple[str, str], ...] = tuple(
    (line.split("=>")[0].strip(), line.split("=>")[1].strip())
    for line in """
    for each => by
    for every => by
    grouped by => by
    group by => by
    broken down by => by
    split by => by
    by each => by
    by every => by
    in each => by
    of each => by
    per => by
    each => by
    of all the => of
    of all => of
    for all => for
    whose => with
    most number of => most
    highest number of => most
    largest number of => most
    greatest number of => most
    maximum number of => most
    least number of => fewest
    lowest number of => fewest
    smallest number of => fewest
    fewest number of => fewest
    minimum number of => fewest
    total number of => count
    number of => count
    count of => count
    how many => count
    how much => total
    avg => average
    mean => average
    maximum => max
    highest => max
    largest => max
    biggest => max
    greatest => max
    minimum => min
    lowest => min
    smallest => min
    percentage => %
    percent => %
    pct => %
    different => distinct
    unique => distinct
    as well as => and
    along with => and
    together with => and
    alphabetically => alphabetical order
    in alphabetical order => alphabetical order
    sorted by => sort by
    ordered by => sort by
    order by => sort by
    sorted => sort
    desc => descending
    asc => ascending
    have => with
    has => with
    had => with
    having => with
    more than # => > #
    greater than # => > #
    higher than # => > #
    larger than # => > #
    bigger than # => > #
    over # => > #
    above # => > #
    less than # => < #
    fewer than # => < #
    lower than # => < #
    smaller than # => < #
    under # => < #
    below # => < #
    at least # => >= #
    no less than # => >= #
    at most # => <= #
    no more than # => <= #
    during the year @ => in @
    in the year @ => in @
    for the year @ => in @
    in year @ => in @
    in the @ => in @
    during @ => in @
    within @ => in @
    for @ => in @
    of @ => in @
    """.strip().splitlines()
)
_COMMANDS = tuple(
    text.split()
    for text in """
    please
    can you
    could you
    would you
    i want to see
    i want to know
    i want
    i need
    i would like to see
    i would like to know
    i would like
    let me see
    show me
    show us
    show
    give me
    give us
    give
    list out
    list all
    list
    display
    find me
    find out
    find
    get me
    get
    return
    tell me
    what is
    what are
    what was
    what were
    what
    which
    who is
    who are
    all the
    all
    """.strip().splitlines()
)
_FILLERS = frozenset("the a an of please is are was were be do does did that which who there their its our".split())
_RELATIVE = frozenset(
    """today yesterday tomorrow now current currently this last previous past recent recently next ago ytd mtd qtd
    so""".split()
)
_CONTRACTIONS = {"what's": "what is", "who's": "who is", "i'd": "i would", "cannot": "not", "can't": "not"}


# Folded words and the folded words that they stand for.
Synonyms = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a form.

    Args:
        text: levelled; for a slot its kind.
        start: where it begins in the question.
        end: where it ends.
        kind: ``word``, ``number``, ``year``, ``quarter``, ``month`` or ``date``.
        value: of a slot: a number as text, or a period's ``(year, part)``.
    """

    text: str
    start: int
    end: int
    kind: str = "word"
    value: tuple[int, ...] | str = ""


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """A question and its levelled words.

    Args:
        question: as typed.
        tokens: in order, a leading time moved to the end.
        is_relative: it speaks of today, so that what it means changes from day to day.
        is_fiscal: it speaks of fiscal years, so that what it means depends on when they begin.
    """

    question: str
    tokens: tuple[Token, ...]
    is_relative: bool
    is_fiscal: bool

    @property
    def key(self) -> str:
        """Equal for questions that ask the same in nearly the same words, slots included."""
        return " ".join(t.text if t.kind == "word" else f"{t.kind}:{t.value}" for t in self.tokens)


@lru_cache(maxsize=8192)
def form_of(question: str, synonyms: Synonyms = ()) -> QuestionForm:
    """The form of a question.

    Args:
        question: as typed.
        synonyms: from a glossary.
    """
    tokens = _split(question[:2000])
    is_relative = any(t.text in _RELATIVE for t in tokens) or " to date" in f" {fold(question)}"
    tokens = _periods(tokens)
    tokens = _without_commands(tokens)
    tokens = _levelled(_or_more(tokens), _with_synonyms(synonyms))
    tokens = [t for t in tokens if not (t.kind == "word" and t.text in _FILLERS)]
    tokens = [replace(t, text=singular(t.text)) if t.kind == "word" else t for t in tokens]
    # "in 2023, show me …": the command comes first only now.
    tokens = _without_commands(_time_last(tokens))
    return QuestionForm(question, tuple(tokens), is_relative, bool(_FISCAL.search(fold(question))))


def _split(question: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(question):
        text, start, end = _SIGNS.get(match.group()) or fold(match.group()), match.start(), match.end()
        plain = text.replace("’", "'")
        if re.fullmatch(r"\d{4}-\d\d-\d\d", plain):
            try:
                day = datetime.date.fromisoformat(plain)
            except ValueError:
                tokens.append(Token(plain, start, end))
                continue
            tokens.append(Token("date", start, end, "date", (day.year, day.month, day.day)))
        elif re.fullmatch(r"(19|20)\d\d", plain):
            tokens.append(Token("year", start, end, "year", (int(plain),)))
        elif plain[0].isdigit() and re.fullmatch(r"\d+(,\d{3})*(\.\d+)?", plain):
            tokens.append(Token("number", start, end, "number", plain.replace(",", "")))
        elif plain in NUMBERS:
            tokens.append(Token("number", start, end, "number", str(NUMBERS[plain])))
        else:
            for word in _words(plain):
                tokens.append(Token(word, start, end))
    return tokens


def _words(plain: str) -> list[str]:
    if plain in _CONTRACTIONS:
        return _CONTRACTIONS[plain].split()
    if plain.endswith("n't"):
        return ["not"]
    return [plain.removesuffix("'s").removesuffix("'")]


def _periods(tokens: list[Token]) -> list[Token]:
    """``March 2024``, ``Q1 2024``, ``2024 Q1`` and ``first quarter of 2024`` as one token each."""
    joined: list[Token] = []
    position = 0
    while position < len(tokens):
        for length in (4, 3, 2):
            run = tokens[position : position + length]
            period = _period(run) if len(run) == length else None
            if period is not None:
                kind, value = period
                joined.append(Token(kind, run[0].start, run[-1].end, kind, value))
                position += length
                break
        else:
            joined.append(tokens[position])
            position += 1
    return joined


def _period(run: list[Token]) -> tuple[str, tuple[int, int]] | None:
    words = [t.text for t in run if t.text != "of"]
    years = [t.value[0] for t in run if t.kind == "year"]
    if len(years) != 1 or not isinstance(years[0], int):
        return None
    rest = [w for w in words if w != "year"]
    if len(rest) == 1:
        month = _month(rest[0])
        if month is not None:
            return "month", (years[0], month)
        quarter = re.fullmatch(r"q([1-4])", rest[0])
        if quarter:
            return "quarter", (years[0], int(quarter.group(1)))
    if len(rest) == 2 and rest[1] == "quarter" and rest[0] in ORDINALS:
        return "quarter", (years[0], ORDINALS[rest[0]])
    return None


def _month(word: str) -> int | None:
    for number, name in enumerate(map(str.casefold, MONTHS), 1):
        if word == name or (len(word) == 3 and name.startswith(word)) or word == name[:4] == "sept":
            return number
    return None


def _without_commands(tokens: list[Token]) -> list[Token]:
    changed = True
    while changed and tokens:
        changed = False
        for words in _COMMANDS:
            if [t.text for t in tokens[: len(words)]] == words and len(tokens) > len(words):
                tokens, changed = tokens[len(words) :], True
                break
    return tokens


@lru_cache(maxsize=16)
def _with_synonyms(synonyms: Synonyms) -> tuple[tuple[list[str], list[str]], ...]:
    own = [([singular(w) for w in k.split()], [singular(w) for w in v.split()]) for k, v in synonyms]
    return tuple(sorted(own, key=lambda rule: -len(rule[0]))) + _SPLIT_RULES


_SPLIT_RULES = tuple(sorted(((left.split(), right.split()) for left, right in _RULES), key=lambda rule: -len(rule[0])))
_TIMES = frozenset({"year", "quarter", "month", "date"})


def _or_more(tokens: list[Token]) -> list[Token]:
    """``3 or more`` as ``>= 3``, ``3 or fewer`` as ``<= 3``."""
    done: list[Token] = []
    position = 0
    while position < len(tokens):
        token, after = tokens[position], [t.text for t in tokens[position + 1 : position + 3]]
        sign = {"more": ">=", "fewer": "<=", "less": "<="}.get(after[1]) if after[:1] == ["or"] and after[1:] else None
        if token.kind == "number" and sign is not None:
            done += [Token(sign, token.start, token.start), token]
            position += 3
        else:
            done.append(token)
            position += 1
    return done


def _levelled(tokens: list[Token], rules: tuple[tuple[list[str], list[str]], ...]) -> list[Token]:
    levelled: list[Token] = []
    position = 0
    while position < len(tokens):
        for left, right in rules:
            run = tokens[position : position + len(left)]
            if len(run) == len(left) and all(_fits(token, word) for token, word in zip(run, left, strict=True)):
                kept = right[:-1] if left[-1] in ("#", "@") else right
                levelled += [Token(word, run[0].start, run[-1].end) for word in kept]
                # The number or time behind the words is looked at again.
                position += len(left) - (left[-1] in ("#", "@"))
                break
        else:
            levelled.append(tokens[position])
            position += 1
    return levelled


def _fits(token: Token, word: str) -> bool:
    if word == "#":
        return token.kind in ("number", "year")
    if word == "@":
        return token.kind in _TIMES
    return token.kind == "word" and (token.text == word or singular(token.text) == word)


def singular(word: str) -> str:
    """A folded word without a plain plural ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _time_last(tokens: list[Token]) -> list[Token]:
    """``in 2023, revenue by region`` and ``2023 revenue by region`` as ``revenue by region in 2023``."""
    times = [i for i, t in enumerate(tokens) if t.kind in _TIMES]
    if len(times) != 1 or len(tokens) < 3:
        return tokens
    at = times[0]
    before = tokens[at - 1].text if at else ""
    if at == 0:
        return [*tokens[1:], Token("in", tokens[0].start, tokens[0].end), tokens[0]]
    if at == 1 and before == "in":
        return [*tokens[2:], *tokens[:2]]
    rest = tokens[at + 1 :]
    # "revenue in 2023 by region": a plain grouping behind the time. A longer tail may belong to the time.
    if before == "in" and len(rest) == 2 and rest[0].text == "by":
        return [*tokens[: at - 1], *rest, *tokens[at - 1 : at + 1]]
    return tokens
