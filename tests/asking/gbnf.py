"""A small matcher of GBNF, to test grammars without a model: does a text follow the grammar?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(\[(?:[^\]\\]|\\.)*\])|([A-Za-z][\w-]*)|(\{\d+(?:,\d*)?\}|[()|*+?]))')
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class Grammar:
    """A parsed grammar.

    Args:
        text: GBNF, one rule a line.
    """

    def __init__(self, text: str) -> None:
        self.rules: dict[str, Any] = {}
        for line in text.splitlines():
            name, _, body = line.partition("::=")
            tokens = [next(group for group in match.groups() if group) for match in _TOKEN.finditer(body)]
            self.rules[name.strip()] = _alternatives(iter([*tokens, ")"]))
        missing = {node for rule in self.rules.values() for node in _names(rule)} - set(self.rules)
        assert not missing, missing

    def accepts(self, text: str) -> bool:
        """Whether the whole text follows ``root``."""
        known: dict[tuple[int, int], set[int]] = {}

        def ends(node: Any, at: int) -> set[int]:
            key = (id(node), at)
            if key not in known:
                known[key] = set()
                known[key] = find(node, at)
            return known[key]

        def find(node: Any, at: int) -> set[int]:
            kind, value = node
            if kind == "text":
                return {at + len(value)} if text.startswith(value, at) else set()
            if kind == "class":
                return {at + 1} if at < len(text) and value.match(text[at]) else set()
            if kind == "rule":
                return ends(self.rules[value], at)
            if kind == "any":
                return set().union(*(ends(one, at) for one in value))
            if kind == "all":
                places = {at}
                for one in value:
                    places = set().union(*(ends(one, place) for place in places)) if places else places
                return places
            one, least, most = value
            places = fresh = {at}
            reached = {at} if least == 0 else set()
            for count in range(1, most + 1):
                fresh = set().union(*(ends(one, place) for place in fresh)) - (places if count > least else set())
                if not fresh:
                    break
                places = places | fresh
                reached |= fresh if count >= least else set()
            return reached

        return len(text) in ends(("rule", "root"), 0)


def _alternatives(tokens: Iterator[str]) -> Any:
    choices: list[Any] = []
    sequence: list[Any] = []
    for token in tokens:
        if token == ")":
            break
        if token == "|":
            choices.append(("all", sequence))
            sequence = []
        elif token == "(":
            sequence.append(_alternatives(tokens))
        elif token in "*+?" or token[0] == "{":
            bounds = {"*": (0, 999), "+": (1, 999), "?": (0, 1)}.get(token)
            if bounds is None:
                low, comma, high = token.strip("{}").partition(",")
                bounds = (int(low), int(high or 999) if comma else int(low))
            sequence[-1] = ("repeat", (sequence[-1], *bounds))
        elif token[0] == '"':
            sequence.append(("text", re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), token[1:-1])))
        elif token[0] == "[":
            sequence.append(("class", re.compile(token)))
        else:
            sequence.append(("rule", token))
    choices.append(("all", sequence))
    return ("any", choices)


def _names(node: Any) -> Iterator[str]:
    kind, value = node
    if kind == "rule":
        yield value
    elif kind in ("any", "all"):
        for one in value:
            yield from _names(one)
    elif kind == "repeat":
        yield from _names(value[0])
