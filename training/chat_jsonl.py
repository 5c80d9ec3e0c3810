"""Chat JSONL, as OpenAI's fine-tuning takes it: written from a dataset, checked line by line, and counted in tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmsql.chat import Message
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.dataset import Databases, Record, messages_for, target_sql

FEWEST_EXAMPLES = 10
CHARACTERS_A_TOKEN = 3.5
_SHOWN_PROBLEMS = 5
_DOWNLOAD_SECONDS = 20.0
# OpenAI's own counting: a message costs 3 tokens besides its texts, and so does the opening of the answer.
_TOKENS_A_MESSAGE = 3


def write_chat_jsonl(records: Sequence[Record], databases: Databases, target: Path) -> int:
    """Write records as chats: the prompt as it is served, the answer as it is taught.

    Args:
        records: of one split.
        databases: where they are asked.
        target: the file to write.

    Returns:
        The number of lines.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as part, part.open("w", encoding="utf-8") as file:
        for record in records:
            database = databases.open(record.database)
            chat = [*messages_for(record, database), Message("assistant", target_sql(record, database))]
            file.write(json.dumps({"messages": [m.as_dict() for m in chat]}, ensure_ascii=False) + "\n")
    return len(records)


@dataclass(frozen=True)
class TokenCounter:
    """Counts the tokens of chats.

    Args:
        count: tokens of a text.
        how: what the numbers are worth, for people.
    """

    count: Callable[[str], int]
    how: str

    def chat(self, messages: Sequence[Mapping[str, Any]]) -> int:
        """Tokens of one example."""
        return _TOKENS_A_MESSAGE + sum(
            _TOKENS_A_MESSAGE + self.count(m["role"]) + self.count(m["content"]) for m in messages
        )


def token_counter(model: str) -> TokenCounter:
    """The tokeniser of an OpenAI model, or an estimate where its vocabulary cannot be had.

    Args:
        model: name of the base model.
    """
    encoding = _encoding(model)
    if encoding is None:
        return TokenCounter(
            lambda text: round(len(text) / CHARACTERS_A_TOKEN),
            f"an estimate, {CHARACTERS_A_TOKEN} characters a token, because tiktoken has no vocabulary for it here",
        )
    return TokenCounter(lambda text: len(encoding.encode(text, disallowed_special=())), f"counted by {encoding.name}")


def _encoding(model: str) -> Any:
    found: list[Any] = []

    def load() -> None:
        try:
            import tiktoken

            found.append(tiktoken.encoding_for_model(model))
        except (ImportError, KeyError, OSError, ValueError):
            pass

    # It downloads the vocabulary without a time limit, which behind some firewalls is for ever.
    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    thread.join(_DOWNLOAD_SECONDS)
    return found[0] if found else None


@dataclass(frozen=True)
class ChatFile:
    """A checked file of chats.

    Args:
        path: the file.
        examples: number of lines.
        tokens: tokens of every line.
    """

    path: Path
    examples: int
    tokens: list[int]


def check_chat_jsonl(
    training: Path, validation: Path | None, *, counter: TokenCounter, longest: int
) -> tuple[ChatFile, ChatFile | None]:
    """Check files of chats before anything is sent.

    Args:
        training: the file to train on.
        validation: the file to measure on, if there is one.
        counter: counts tokens.
        longest: most tokens of an example that the model takes.

    Raises:
        TrainingError: a file cannot be used; names its lines.
    """
    chats, checked = _check_file(training, counter, longest)
    if len(chats) < FEWEST_EXAMPLES:
        raise TrainingError(f"{training}: {len(chats)} examples.", f"Fine-tuning takes at least {FEWEST_EXAMPLES}.")
    if validation is None:
        return checked, None
    others, checked_others = _check_file(validation, counter, longest)
    if not others:
        raise TrainingError(f"{validation}: no examples.", "Leave --validation out if there is none.")
    line_of = {_prompt(chat): number for number, chat in chats}
    _refuse(
        validation,
        [
            (number, f"the same question as line {line_of[_prompt(chat)]} of {training}")
            for number, chat in others
            if _prompt(chat) in line_of
        ],
    )
    return checked, checked_others


def _check_file(path: Path, counter: TokenCounter, longest: int) -> tuple[list[tuple[int, list[Any]]], ChatFile]:
    try:
        # Not splitlines(): a text may hold characters that it takes for the end of a line.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} cannot be read: {error}.", "Write it with --prepare.") from error
    problems: list[tuple[int, str]] = []
    chats: list[tuple[int, list[Any]]] = []
    tokens: list[int] = []
    for number, line in enumerate(lines, 1):
        found = list(_line_problems(line))
        problems += [(number, problem) for problem in found]
        if found:
            continue
        messages = json.loads(line)["messages"]
        chats.append((number, messages))
        tokens.append(counter.chat(messages))
        if tokens[-1] > longest:
            problems.append((number, f"{tokens[-1]} tokens, the model takes {longest}"))
    _refuse(path, problems)
    return chats, ChatFile(path, len(chats), tokens)


def _line_problems(line: str) -> Iterator[str]:
    if not line.strip():
        yield "an empty line"
        return
    try:
        parsed = json.loads(line)
    except ValueError as error:
        yield f"not JSON ({error})"
        return
    if not isinstance(parsed, dict) or set(parsed) != {"messages"} or not isinstance(parsed["messages"], list):
        yield 'not of the form {"messages": […]}'
        return
    roles = []
    for place, message in enumerate(parsed["messages"], 1):
        if not isinstance(message, dict):
            yield f"message {place} is not an object"
            return
        role, content = message.get("role"), message.get("content")
        roles.append(role)
        if role not in ("system", "user", "assistant"):
            yield f"message {place} has the role {role!r}, not system, user or assistant"
        if not isinstance(content, str) or not content.strip():
            yield f"message {place} has no text"
        unknown = set(message) - {"role", "content", "weight"}
        if unknown:
            yield f"message {place} has the unknown key {sorted(unknown)[0]!r}"
        if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
            yield f"message {place}: weight is 0 or 1, and for the assistant only"
    turns = roles[1:] if roles[:1] == ["system"] else roles
    if not turns or turns[-1] != "assistant":
        yield "the last message is not the assistant's"
    elif turns != ["user", "assistant"] * (len(turns) // 2):
        yield "the turns are not system (or none), then user and assistant in turn"


def _refuse(path: Path, problems: list[tuple[int, str]]) -> None:
    if not problems:
        return
    shown = "; ".join(f"line {number}: {problem}" for number, problem in problems[:_SHOWN_PROBLEMS])
    more = f"; and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
    raise TrainingError(f"{path}: {shown}{more}.", "Mend these lines, or write the file anew with --prepare.")


def _prompt(messages: Sequence[Mapping[str, Any]]) -> str:
    """All but the answer, as a key."""
    return json.dumps([[m["role"], m["content"]] for m in messages[:-1]])
