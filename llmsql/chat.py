"""Chat messages, and how each model family writes them down as text.

Used by the in-process engines and by training alike, so that a model is served exactly the characters that it
was trained on. Hosted providers get the messages themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Role
    content: str

    def as_dict(self) -> dict[str, str]:
        """The form that OpenAI-compatible and Ollama clients take."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """The text around a turn.

    Args:
        start: goes before a turn; ``{role}`` is the role's name.
        end: goes after a turn; its first token is the stop token of an answer.
        assistant: what the family calls the assistant.
        has_system: whether the family has a system role; if not, the system text opens the first user turn.
        begin: goes before the first turn (a begin-of-sequence token, for families that need it spelled out).
    """

    start: str
    end: str
    assistant: str = "assistant"
    has_system: bool = True
    begin: str = ""

    @property
    def stop(self) -> str:
        """The text of the token that ends an answer."""
        return self.end.strip()


CHAT_FORMATS: dict[str, ChatFormat] = {
    "chatml": ChatFormat(start="<|im_start|>{role}\n", end="<|im_end|>\n"),
    "llama3": ChatFormat(
        start="<|start_header_id|>{role}<|end_header_id|>\n\n", end="<|eot_id|>", begin="<|begin_of_text|>"
    ),
    "gemma": ChatFormat(
        start="<start_of_turn>{role}\n", end="<end_of_turn>\n", assistant="model", has_system=False, begin="<bos>"
    ),
}


def render_chat(messages: Sequence[Message], chat_format: str) -> str:
    """Write messages as the text that a model of this family continues with its answer.

    Args:
        messages: the turns so far, the last one usually the user's.
        chat_format: a key of ``CHAT_FORMATS``.

    Returns:
        The text up to and including the opening of the assistant's next turn.

    Raises:
        KeyError: ``chat_format`` is unknown.
    """
    fmt = CHAT_FORMATS[chat_format]
    turns = list(messages)
    if not fmt.has_system and turns and turns[0].role == "system":
        system, first, *rest = turns
        turns = [Message("user", f"{system.content}\n\n{first.content}"), *rest]
    parts = [fmt.begin]
    for turn in turns:
        role = fmt.assistant if turn.role == "assistant" else turn.role
        parts += [fmt.start.format(role=role), _defused(turn.content), fmt.end]
    parts.append(fmt.start.format(role=fmt.assistant))
    return "".join(parts)


def _defused(content: str) -> str:
    """Content in which nothing reads as a control token: a stored value must not be able to end a turn."""
    for marker in ("<|", "<start_of_turn", "<end_of_turn", "<bos", "<eos"):
        content = content.replace(marker, f"< {marker[1:]}")
    return content
