"""Cuts typed or piped text into SQL statements, dot commands and questions."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb

STARTERS = frozenset(
    "abort alter analyze attach begin call checkpoint comment commit copy create deallocate delete desc describe "
    "detach drop execute explain export force from grant import insert install load merge pivot pivot_longer "
    "pivot_wider pragma prepare reset revoke rollback select set show start summarize table transaction truncate "
    "unpivot update use vacuum values with".split()
)
_LONGEST_PARSED = 20_000
"""Characters: longer text is SQL without asking the parser, which takes seconds for megabytes."""

BARE_COMMANDS = frozenset({"exit", "quit", "help"})
"""Dot commands that people type without the dot, as in other shells."""
_COMMAND = re.compile(r"\s*(\.[A-Za-z_]|\\[A-Za-z])")
_FIRST_WORD = re.compile(r"[^\W\d_]\w*")
_SQL_SIGNS = re.compile(r"[;*=()<>\[\]{}|+\"]|::|--|/\*")
_OPENING = re.compile(r"""'|"|\$(?:[A-Za-z_]\w*)?\$|--|/\*|;""", re.ASCII)
_DEFINITION = re.compile(
    r"(create|alter|drop|comment|attach|detach)\s+(or|table|view|schema|index|type|function|macro|sequence|database|temp|"
    r"temporary|unique|persistent|secret|role|column|on)\b",
    re.IGNORECASE,
)
_OPEN_QUOTE = re.compile(r"(?<!\w)'[^']*$")
_PROBE = "llmsql_probe"


class Kind(enum.Enum):
    """What a piece of input is."""

    SQL = "sql"
    COMMAND = "command"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to do.

    Args:
        kind: what it is.
        text: the statement, command or question, without surrounding blanks.
        line: where it starts in its source, from 1.
    """

    kind: Kind
    text: str
    line: int


class Reader:
    """Takes lines and gives what is complete.

    A statement ends with a semicolon outside quotes and comments. Commands and questions are one line each, and can
    only start where no statement is open.

    Args:
        is_question: tells a question from the beginning of a statement.
    """

    def __init__(self, is_question: Callable[[str], bool]) -> None:
        self._is_question = is_question
        self._parts: list[str] = []
        self._meaningful = False
        self._closing = ""
        self._depth = 0
        self._line = 0
        self._start = 1

    @property
    def open(self) -> bool:
        """Whether a statement has begun that does not end yet."""
        return self._meaningful or bool(self._closing)

    def feed(self, line: str) -> Iterator[Piece]:
        """Add a line, its end included or not, and yield what it completes."""
        self._line += 1
        if not self.open:
            self._parts = []
            self._start = self._line
            if _COMMAND.match(line):
                yield Piece(Kind.COMMAND, line.strip(), self._line)
                return
            if line.strip().rstrip(";").lower() in BARE_COMMANDS:
                yield Piece(Kind.COMMAND, f".{line.strip().rstrip(';').lower()}", self._line)
                return
            if self._is_question(line):
                yield Piece(Kind.QUESTION, line.strip(), self._line)
                return
        position = 0
        while position < len(line):
            position, ended = self._scan(line, position)
            if ended:
                text = "".join(self._parts).strip()
                if self._meaningful and text != ";":
                    yield Piece(Kind.SQL, text, self._start)
                self._parts, self._meaningful, self._start = [], False, self._line
        if self._parts and not line.endswith("\n"):
            self._parts.append("\n")

    def finish(self) -> Iterator[Piece]:
        """Yield the statement that the input ended in, if any, and be as new."""
        text = "".join(self._parts).strip()
        if self.open and text:
            yield Piece(Kind.SQL, text, self._start)
        self._parts, self._meaningful, self._closing, self._depth, self._line, self._start = [], False, "", 0, 0, 1

    def _scan(self, line: str, position: int) -> tuple[int, bool]:
        """Take the next stretch of a line; the position after it, and whether a statement ended there."""
        if self._closing == "*/":
            return self._scan_comment(line, position), False
        if self._closing:
            end = line.find(self._closing, position)
            end = len(line) if end < 0 else end + len(self._closing)
            if end >= position + len(self._closing) and line.endswith(self._closing, position, end):
                self._closing = ""
            return self._take(line, position, end), False
        found = _OPENING.search(line, position)
        if found is None:
            self._meaningful = self._meaningful or bool(line[position:].strip())
            return self._take(line, position, len(line)), False
        self._meaningful = self._meaningful or bool(line[position : found.start()].strip())
        sign = found.group()
        if sign == ";":
            return self._take(line, position, found.end()), True
        if sign == "--":
            return self._take(line, position, len(line)), False
        if sign == "/*":
            self._closing, self._depth = "*/", 1
        else:
            self._meaningful = True
            self._closing = sign
        if sign == "'" and line[max(0, found.start() - 1) : found.start()] in ("e", "E"):
            return self._scan_escaped(line, position, found.end()), False
        return self._take(line, position, found.end()), False

    def _scan_comment(self, line: str, position: int) -> int:
        for found in re.compile(r"/\*|\*/").finditer(line, position):
            self._depth += 1 if found.group() == "/*" else -1
            if self._depth == 0:
                self._closing = ""
                return self._take(line, position, found.end())
        return self._take(line, position, len(line))

    def _scan_escaped(self, line: str, position: int, inside: int) -> int:
        """``E'it\\'s'``: a backslash takes the next sign with it."""
        found = re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL).match(line, inside)
        if found is not None:
            self._closing = ""
        return self._take(line, position, found.end() if found else len(line))

    def _take(self, line: str, start: int, end: int) -> int:
        self._parts.append(line[start:end])
        return end


def looks_like_question(line: str, parse: Callable[[str], object]) -> bool:
    """Whether a line at the start of a statement is no SQL.

    SQL is what parses, what a parser only finds too short, and what tries to be SQL: it ends with a semicolon, has
    signs that questions do not have, or begins with a keyword in capitals. The rest is left to the model.

    Args:
        line: one line.
        parse: DuckDB's parser, which raises ``duckdb.Error``.
    """
    text = line.strip().encode(errors="replace").decode()  # the parser takes no bytes that are no UTF-8
    if len(text) > _LONGEST_PARSED or text.startswith(("--", "/*")) or not any(c.isalnum() for c in text):
        return False
    first = _FIRST_WORD.match(text)
    if first is None and text[0] in "('\"$;*":
        return False
    word = first.group() if first else ""
    starts_sql = word.lower() in STARTERS
    if (starts_sql and word.isupper()) or _DEFINITION.match(text):
        return False
    if _error(parse, text) is None:
        return False
    if text.endswith("?"):
        return True
    if starts_sql:
        return not (_SQL_SIGNS.search(text) or _OPEN_QUOTE.search(text) or _is_too_short(parse, text))
    if _SQL_SIGNS.search(text) and _is_near_sql(word):
        return False
    return not text.endswith(";") or not _SQL_SIGNS.search(text[:-1])


def begins_like_sql(line: str) -> bool:
    """Whether what is taken for a question may be SQL with a slip in its first word: ``selec 1``.

    Args:
        line: one line.
    """
    first = _FIRST_WORD.match(line.strip())
    word = first.group().lower() if first else ""
    return len(word) > 4 and word not in STARTERS and _is_near_sql(word)  # "how" is not "show"


def _is_near_sql(word: str) -> bool:
    return bool(difflib.get_close_matches(word.lower(), STARTERS, n=1, cutoff=0.75))


def _error(parse: Callable[[str], object], text: str) -> str | None:
    try:
        parse(text)
    except duckdb.Error as error:
        return str(error)
    return None


def _is_too_short(parse: Callable[[str], object], text: str) -> bool:
    """Whether a statement could begin like this: then the parser stumbles over one more word, not before it."""
    error = _error(parse, f"{text} {_PROBE}")
    return error is None or _PROBE in error.partition("\n")[0] or "end of input" in error or "selection list" in error
