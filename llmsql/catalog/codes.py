"""What codes stand for, by the comment on their column: "0 = new, 1 = waiting on customer, 2 = solved"."""

from __future__ import annotations

import re
from collections import Counter

from llmsql.catalog.model import Column

_MEANING = r"(?P<meaning>[^\W\d_][^,;/|=\[\](){}.:]*)"
_MARKED = re.compile(
    rf"(?<![\w.])['\"]?(?P<code>\w{{1,12}})['\"]?\s*(?:=|:|->|→|–|—|\s-\s|\bmeans\b)\s*['\"]?{_MEANING}"
)
_NUMBERED = re.compile(rf"(?:\A|[,;/|(:\[])\s*(?P<code>\d{{1,3}})\s+{_MEANING}")
NUMBERS = re.compile(r"U?(?:TINY|SMALL|BIG)?INT(?:EGER)?\Z")
_MORE = re.compile(r"\s(?:by|on|at|in|of|as|for|with|to|from|because)\s", re.IGNORECASE)


def code_meanings(column: Column) -> dict[str, str]:
    """Codes by what they stand for; empty where the comment says nothing of the kind.

    A meaning such as "cancelled by rider" stands under its first words too, where no other begins so.

    Args:
        column: with its comment, and its frequent values where it is text.
    """
    if not column.comment:
        return {}
    if column.type == "VARCHAR":
        pairs = [pair for pair in _pairs(_MARKED, column.comment) if pair[0] in column.values]
    elif NUMBERS.match(column.type):
        pairs = [p for pattern in (_MARKED, _NUMBERED) for p in _pairs(pattern, column.comment) if p[0].isdigit()]
    else:
        return {}
    if len({code for code, _ in pairs}) < 2:
        return {}
    found = {meaning: code for code, meaning in pairs}
    heads = [(_MORE.split(meaning)[0], code) for code, meaning in pairs]
    alike = Counter(head for head, _ in heads)
    return {**{head: code for head, code in heads if alike[head] == 1}, **found}


def _pairs(pattern: re.Pattern[str], comment: str) -> list[tuple[str, str]]:
    return [(match["code"], " ".join(match["meaning"].strip(" '\"").split())) for match in pattern.finditer(comment)]
