"""What each function asks of a model, and how its answer is read.

The instruction, the same for every row, goes before the row's text, unless a small model forgets it there: a server's
or the in-process engine's prefix cache then reads it once. A task is made once a query from the constant arguments of a
call; ``TASKS`` lists them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmsql.chat import Message
from llmsql.errors import ConfigError
from llmsql.rows.redaction import EXAMPLES, KINDS, redacted
from llmsql.rows.schemas import as_field, for_the_prompt, for_the_wire, parse_schema
from llmsql.rows.shapes import UnfitAnswerError, parse_shape, read_answer, read_typed, schema_of

# Of an answer beside the longest choice: for the JSON around it, where a server is held to that.
_CHOICE_TOKENS = 24
_EDGES = re.compile(r"""^[\s"'`*.(\[]+|[\s"'`*.,;:!)\]]+$""")
_LEAD = re.compile(r"\A(?:the )?(?:answer|category|label|rating|sentiment)(?:\W*:| is\b)+")


@dataclass(frozen=True)
class Prompt:
    """One request to a model, before it is known which model.

    Args:
        messages: the chat.
        read: the value of an answer; raises ``UnfitAnswerError``.
        max_tokens: most tokens of the answer; None is the setting.
        schema: JSON Schema of the answer.
        choices: the answer is one of these.
        whole: an answer cut off at ``max_tokens`` is an error.
        examples: turns that go before the last one for a small model; a large one is only made dearer by them.
    """

    messages: tuple[Message, ...]
    read: Callable[[str], Any]
    max_tokens: int | None = None
    schema: Mapping[str, Any] | None = None
    choices: tuple[str, ...] = ()
    whole: bool = False
    examples: tuple[Message, ...] = ()


Ask = Callable[[Sequence[Prompt]], list[Any]]
"""Asks prompts, several at once, and gives the values of their answers in order."""


@dataclass(frozen=True)
class Task:
    """A function with its constant arguments.

    Args:
        answer: the value for one input, by way of ``Ask``.
        prompt: the request for one input; None for a task that takes several.
        known: the value that needs no model, where there is one.
        stub: what counting mode answers; filters let rows through, so that it counts at most too much.
        typical_tokens: length of a usual answer, for estimates.
        steps: whether ``answer`` may ask several times, each time with answers to earlier prompts.
    """

    prompt: Callable[[str], Prompt] | None
    answer: Callable[[str, Ask], Any]
    stub: Any = None
    typical_tokens: int = 64
    known: Callable[[str], Any] | None = None
    steps: bool = False


def build_task(kind: str, options: Mapping[str, Any], room: int) -> Task:
    """The task of a function.

    Args:
        kind: a key of ``TASKS``.
        options: its constant arguments by name; None where not given.
        room: characters of text that surely fit into one prompt of the model.

    Raises:
        ConfigError: an argument is wrong; the message names the function and the fix.
    """
    return TASKS[kind](options, room)


def _single(prompt: Callable[[str], Prompt], stub: Any, typical_tokens: int) -> Task:
    return Task(prompt, lambda text, ask: ask([prompt(text)])[0], stub, typical_tokens)


def _chat(system: str | None, user: str) -> tuple[Message, ...]:
    return (*((Message("system", system),) if system else ()), Message("user", user))


def _complete(options: Mapping[str, Any], room: int) -> Task:
    system, max_tokens = options.get("system"), options.get("max_tokens")
    if options.get("json_schema") is not None:
        if options.get("return_type") is not None:
            raise ConfigError("ai_complete has a return_type and a json_schema.", "Pass one of them.")
        ask_for, read, wire = _json_request(parse_schema(options["json_schema"]), read_answer)
    else:
        shape = parse_shape(options.get("return_type") or "VARCHAR")
        if _is_text(shape):
            return _single(lambda text: Prompt(_chat(system, text), _read_text, max_tokens), "", 128)
        ask_for, read, wire = _json_request(schema_of(shape))
    told = f"{system}\n\n{ask_for}" if system else ask_for
    return _single(lambda text: Prompt(_chat(told, text), read, max_tokens, schema=wire, whole=True), None, 64)


def _read_text(answer: str) -> str:
    if not answer.strip():
        raise UnfitAnswerError("it is empty")
    return answer


def _read_trimmed(answer: str) -> str:
    return _read_text(answer).strip()


def _choice(
    messages: tuple[Message, ...],
    read: Callable[[str], Any],
    choices: Sequence[str],
    examples: tuple[Message, ...] = (),
) -> Prompt:
    """Asks for one of some words; there is room for the longest, for a token has a byte at least."""
    longest = max(len(json.dumps(choice)) for choice in choices)
    return Prompt(messages, read, _CHOICE_TOKENS + longest, choices=tuple(choices), examples=examples)


def _is_text(shape: Any) -> bool:
    return isinstance(shape, str) and shape.strip().upper() in ("VARCHAR", "TEXT", "STRING")


def _json_request(
    schema: Mapping[str, Any], read_json: Callable[[str, Mapping[str, Any]], Any] = read_typed
) -> tuple[str, Callable[[str], Any], Mapping[str, Any] | None]:
    """How to ask for JSON of a schema: in words, how to read it, and the schema to send.

    Servers take objects only, so anything else is asked for as the one field of an object.
    """
    bare = schema.get("type") != "object"
    full = as_field(schema) if bare else dict(schema)

    def read(answer: str) -> Any:
        value = read_json(answer, full)
        return value["value"] if bare else value

    words = f"Answer with JSON only, of this JSON Schema:\n{json.dumps(for_the_prompt(full), ensure_ascii=False)}"
    return words, read, for_the_wire(full)


_FILTERED = (
    ("mentions a colour", "The door is green", "true"),
    ("mentions a colour", "The door is heavy", "false"),
    ("thanks someone", "Where do I find the keys?", "false"),
    ("thanks someone", "You helped me a lot", "true"),
)


def _filter(options: Mapping[str, Any], room: int) -> Task:
    condition = _text(options, "condition", "ai_filter")

    # A small model has forgotten a condition that comes before the text, and gives nearly all texts the same answer
    # where it is asked for "yes or no": see ``benchmarks/rows.md``.
    def asked(condition: str, text: str) -> Message:
        return Message("user", f"Text: {text}\n\nTrue or false: the text meets this condition: {condition}")

    examples = [turn for c, text, answer in _FILTERED for turn in (asked(c, text), Message("assistant", answer))]

    def prompt(text: str) -> Prompt:
        messages = (Message("system", "Answer with one word: true or false."), asked(condition, text))
        return _choice(messages, _read_yes_or_no, ("true", "false"), tuple(examples))

    return _single(prompt, True, 2)


def _match(options: Mapping[str, Any], room: int) -> Task:
    condition = _text(options, "condition", "ai_match")

    def prompt(pair: str) -> Prompt:
        left, right = json.loads(pair)
        user = (
            f"Condition: {condition}\n\nFirst text: {left}\n\nSecond text: {right}\n\n"
            "Do the two texts meet the condition? Answer yes or no."
        )
        system = "You check whether two texts meet a condition. Answer with one word: yes or no."
        return _choice(_chat(system, user), _read_yes_or_no, ("yes", "no"))

    return _single(prompt, True, 2)


def _read_yes_or_no(answer: str) -> bool:
    word = _without_lead(_bare(_unwrapped(answer)))
    if word in ("yes", "true", "1"):
        return True
    if word in ("no", "false", "0"):
        return False
    raise UnfitAnswerError(f"it is neither yes nor no: {' '.join(answer.split())[:60]!r}")


def _unwrapped(answer: str) -> str:
    """The choice in ``{"answer": choice}``, which some servers are held to, or in ``"choice"``."""
    if answer.lstrip()[:1] in ("{", '"'):
        try:
            value = json.loads(answer)
            return str(value if isinstance(value, str) else value["answer"])
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
    return answer


def _bare(text: str) -> str:
    """A text without marks and spaces around it, in one case, and with accents written in one way."""
    return unicodedata.normalize("NFC", _EDGES.sub("", text).casefold())


def _without_lead(bare: str) -> str:
    """A bare text without ``Answer:`` or ``The answer is`` before it."""
    return _bare(_LEAD.sub("", bare))


def _classify(options: Mapping[str, Any], room: int) -> Task:
    labels = check_labels(options.get("labels"))
    descriptions = _descriptions(options.get("descriptions"), labels)
    listed = "\n".join(f"- {label}" + (f": {descriptions[label]}" if label in descriptions else "") for label in labels)
    examples = "".join(f"Text: {text}\nCategory: {label}\n\n" for text, label in _examples(options, labels))
    if read_flag(options, "multi", "ai_classify"):
        schema = {
            "type": "array",
            "items": {"type": "string", "enum": list(labels)},
            "maxItems": len(labels),
        }
        asked, read, wire = _json_request(schema)

        def several(text: str) -> Prompt:
            system = "You sort texts into categories. Name every category that applies, none if none does."
            user = f"Categories:\n{listed}\n\n{examples}{asked}\n\nText: {text}"
            return Prompt(_chat(system, user), distinct, 16 + 16 * len(labels), schema=wire, whole=True)

        def distinct(answer: str) -> list[str]:
            return list(dict.fromkeys(read(answer)))

        return _single(several, [], 4 + 4 * len(labels))

    def one(text: str) -> Prompt:
        system = "You sort texts into categories. Answer with one category, exactly as it is written."
        user = f"Categories:\n{listed}\n\n{examples}Text: {text}\n\nCategory:"
        return _choice(_chat(system, user), lambda answer: read_label(answer, labels), labels)

    task = _single(one, labels[0], 4)
    if len(labels) == 1:
        return Task(None, task.answer, labels[0], 0, known=lambda _: labels[0])
    return task


def check_labels(labels: Any) -> list[str]:
    """Labels without repetition.

    Raises:
        ConfigError: there are none, one shows nothing, or two differ in case, space or the coding of accents only.
    """
    example = "Write them as ['billing', 'bug', 'other']."
    if not isinstance(labels, list) or not labels:
        raise ConfigError("ai_classify has no labels.", example)
    if not all(isinstance(label, str) and any(c.isprintable() and c != " " for c in label) for label in labels):
        raise ConfigError("A label of ai_classify is empty.", example)
    distinct = list(dict.fromkeys(labels))
    seen: dict[str, str] = {}
    for label in distinct:
        other = seen.setdefault(_bare(label) or label, label)
        if other != label:
            raise ConfigError(
                f"Labels {other!r} and {label!r} of ai_classify cannot be told apart.", "Keep one of them."
            )
    return distinct


def _descriptions(given: Any, labels: Sequence[str]) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given, list) and len(given) == len(labels):
        return {label: str(text) for label, text in zip(labels, given, strict=True) if text is not None}
    if isinstance(given, dict):
        unknown = [name for name in given if name not in labels]
        if not unknown:
            return {label: str(text) for label, text in given.items() if text is not None}
        raise ConfigError(f"descriptions of ai_classify has {unknown[0]!r}, which is no label.", "Use the labels.")
    raise ConfigError(
        "descriptions of ai_classify must be one text a label, or a struct or map from label to text.",
        "Write it as {'bug': 'the software does something wrong'}.",
    )


def _examples(options: Mapping[str, Any], labels: Sequence[str]) -> list[tuple[str, str]]:
    examples = options.get("examples") or []
    fix = "Write them as [{'text': 'it crashed', 'label': 'bug'}]."
    if not isinstance(examples, list):
        raise ConfigError("examples of ai_classify must be a list.", fix)
    pairs = []
    for example in examples:
        if not isinstance(example, dict) or not {"text", "label"} <= set(example):
            raise ConfigError("An example of ai_classify has no text or no label.", fix)
        if example["label"] not in labels:
            raise ConfigError(f"An example of ai_classify has the label {example['label']!r}, which is none.", fix)
        pairs.append((str(example["text"]), str(example["label"])))
    return pairs


def read_label(answer: str, labels: Sequence[str]) -> str:
    """The label that an answer means, as the caller spells it.

    Raises:
        UnfitAnswerError: it is none, or more than one.
    """
    text = _unwrapped(answer)
    if text in labels:
        return text
    by_bare = {_bare(label) or label: label for label in labels}
    bare = _bare(text)
    for word in (bare, _without_lead(bare)):
        if word in by_bare:
            return by_bare[word]
    raise UnfitAnswerError(f"it is none of the categories: {' '.join(text.split())[:60]!r}")


def _extract(options: Mapping[str, Any], room: int) -> Task:
    shape = parse_shape(_text(options, "spec", "ai_extract"))
    asked, read, wire = _json_request(schema_of(shape))
    note = f"\n\n{options['instructions']}" if options.get("instructions") else ""

    def prompt(text: str) -> Prompt:
        system = f"You extract facts from a text. {asked}\nUse null for what the text does not say.{note}"
        return Prompt(_chat(system, f"Text: {text}"), read, options.get("max_tokens"), schema=wire, whole=True)

    return _single(prompt, None, 48)


def _score(options: Mapping[str, Any], room: int) -> Task:
    criterion = _text(options, "criterion", "ai_score")

    def prompt(text: str) -> Prompt:
        system = "You rate how well a text meets a criterion, from 0, not at all, to 10, fully. Answer with the number."
        user = f"Criterion: {criterion}\n\nText: {text}\n\nRating from 0 to 10:"
        return _choice(_chat(system, user), _read_score, tuple(map(str, range(11))))

    return _single(prompt, 1.0, 2)


def _read_score(answer: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:\s*/\s*10)?", _without_lead(_bare(_unwrapped(answer))))
    if found is None or float(found.group(1)) > 10:
        raise UnfitAnswerError(f"it is no number from 0 to 10: {' '.join(answer.split())[:60]!r}")
    return float(found.group(1)) / 10


SENTIMENTS = ["positive", "negative", "neutral", "mixed"]


def _sentiment(options: Mapping[str, Any], room: int) -> Task:
    def prompt(text: str) -> Prompt:
        system = "You judge the sentiment of a text. Answer with one word: positive, negative, neutral or mixed."
        user = f"Text: {text}\n\nSentiment:"
        return _choice(_chat(system, user), lambda answer: read_label(answer, SENTIMENTS), SENTIMENTS)

    return _single(prompt, "neutral", 2)


def _translate(options: Mapping[str, Any], room: int) -> Task:
    language = _text(options, "language", "ai_translate")

    def prompt(text: str) -> Prompt:
        system = f"You translate texts into {language}. Answer with the translation only."
        read = _read_trimmed if text.strip() else str.strip  # nothing is nothing in any language
        return Prompt(_chat(system, text), read, options.get("max_tokens"), whole=True)

    return _single(prompt, "", 128)


def _redact(options: Mapping[str, Any], room: int) -> Task:
    kinds = options.get("entities") or list(KINDS)
    if not isinstance(kinds, list) or not all(isinstance(kind, str) and kind.strip() for kind in kinds):
        raise ConfigError("entities of ai_redact must be a list of texts.", "Write it as ['name', 'email'].")
    pieces = {kind: {"type": "array", "items": {"type": "string"}} for kind in kinds}
    asked, read, wire = _json_request(
        {"type": "object", "properties": pieces, "required": list(pieces), "additionalProperties": False}
    )
    system = f"You find personal data in a text: {', '.join(kinds)}. Copy every piece exactly. {asked}"
    examples: tuple[Message, ...] = ()
    if not pieces.keys().isdisjoint(KINDS):  # examples without anything in them would teach that there is nothing
        for text, named in EXAMPLES:
            answer = json.dumps({kind: list(named.get(kind, ())) for kind in pieces})
            examples += (Message("user", f"Text: {text}"), Message("assistant", answer))

    def prompt(text: str) -> Prompt:
        # The model names the pieces and the text is changed here: nothing else in it can change.
        def replaced(answer: str) -> str:
            return redacted(text, read(answer), kinds)

        messages = _chat(system, f"Text: {text}")
        return Prompt(messages, replaced, options.get("max_tokens"), schema=wire, whole=True, examples=examples)

    return _single(prompt, "", 48)


def _summarize(options: Mapping[str, Any], room: int) -> Task:
    instruction = options.get("instruction") or "Summarize in one or two sentences."
    reduce = _map_reduce(instruction, options.get("max_tokens"), room)
    return Task(None, lambda text, ask: reduce([text], ask), "", 96, steps=True)


def _aggregate(options: Mapping[str, Any], room: int) -> Task:
    reduce = _map_reduce(_text(options, "instruction", "ai_agg"), options.get("max_tokens"), room)

    def answer(texts: str, ask: Ask) -> Any:
        kept = [text for text in json.loads(texts) if text is not None]
        return reduce(kept, ask) if kept else None

    return Task(None, answer, "", 128, steps=True)


def _map_reduce(instruction: str, max_tokens: int | None, room: int) -> Callable[[Sequence[str], Ask], str]:
    """Texts of any number and length to one answer: what does not fit into a prompt goes into several.

    Their answers are texts again, until one prompt holds them all. Nothing is cut: a text too long for a prompt is
    split between words.
    """

    def prompt(texts: Sequence[str], last: bool) -> Prompt:
        goal = "" if last else "\nThese are only some of the texts: keep all that the whole answer may need, briefly."
        listed = texts[0] if len(texts) == 1 else "\n".join(f"<text>{text}</text>" for text in texts)
        system = f"You work on texts. Follow the instruction, and answer with the result only.{goal}"
        user = f"Instruction: {instruction}\n\n{listed}\n\nInstruction, once more: {instruction}"
        return Prompt(_chat(system, user), _read_trimmed, max_tokens, whole=True)

    def reduce(texts: Sequence[str], ask: Ask) -> str:
        level = list(texts)
        while True:
            groups = pack([piece for text in level for piece in split(text, room)], room)
            answers: list[str] = ask([prompt(group, len(groups) == 1) for group in groups])
            if len(groups) == 1:
                return answers[0]
            if sum(map(len, answers)) >= sum(map(len, level)):
                raise UnfitAnswerError("the partial answers are as long as the texts: set max_tokens lower")
            level = answers

    return reduce


def split(text: str, room: int) -> list[str]:
    """Pieces of at most ``room`` characters that together are the text, cut after a space where there is one."""
    pieces = []
    while len(text) > room:
        cut = text.rfind(" ", room // 2, room) + 1 or room
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text]


def pack(texts: Sequence[str], room: int) -> list[list[str]]:
    """Texts in their order, in groups of at most ``room`` characters, the marks around them counted."""
    groups: list[list[str]] = [[]]
    used = 0
    for text in texts:
        size = len(text) + len("<text></text>\n")
        if groups[-1] and used + size > room:
            groups.append([])
            used = 0
        groups[-1].append(text)
        used += size
    return groups


_TRUE, _FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def read_flag(options: Mapping[str, Any], name: str, function: str, default: bool = False) -> bool:
    """An option that is true or false, also in words that DuckDB takes for a ``BOOLEAN``.

    Raises:
        ConfigError: it is neither.
    """
    value = default if options.get(name) is None else options[name]
    word = str(value).lower() if isinstance(value, bool | int | str) else ""
    if word not in _TRUE + _FALSE:
        raise ConfigError(f"{name} {value!r} of {function} is neither true nor false.", f"Write {name} := false.")
    return word in _TRUE


def _text(options: Mapping[str, Any], name: str, function: str) -> str:
    value = options.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{function} has no {name}.", f"Pass it as text: {function}(body, '…').")
    return value


TASKS: dict[str, Callable[[Mapping[str, Any], int], Task]] = {
    "ai_agg": _aggregate,
    "ai_classify": _classify,
    "ai_complete": _complete,
    "ai_extract": _extract,
    "ai_filter": _filter,
    "ai_match": _match,
    "ai_redact": _redact,
    "ai_score": _score,
    "ai_sentiment": _sentiment,
    "ai_summarize": _summarize,
    "ai_translate": _translate,
}
"""Function to what makes its task."""
