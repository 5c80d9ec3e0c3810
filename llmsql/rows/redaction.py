"""What ``ai_redact`` replaces: the pieces that a model names, and numbers and addresses that their form gives away.

A small model overlooks a telephone number now and then, and even a large one may; a form is found every time. Card
numbers are told from others by Luhn's check digit (ISO/IEC 7812-1), IBANs by theirs (ISO 13616).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from llmsql.rows.shapes import UnfitAnswerError

KINDS = ("name", "email", "phone", "address", "account number")

# Texts with their pieces, for a small model; none of them is anybody's.
EXAMPLES: tuple[tuple[str, Mapping[str, Sequence[str]]], ...] = (
    (
        "Dana Cole wrote from dana.cole@mail.example about the offer of 2 May.",
        {"name": ["Dana Cole"], "email": ["dana.cole@mail.example"]},
    ),
    ("The green sofa, order 3381, is out of stock until 14 June.", {}),
    (
        "Collect it from Mr. Adeyemi at 7 Mill Lane, York YO1 7AA, phone 0161 555 0123.",
        {"name": ["Mr. Adeyemi"], "phone": ["0161 555 0123"], "address": ["7 Mill Lane, York YO1 7AA"]},
    ),
    ("Loud fan, weak battery. Two stars.", {}),
    ("Refund to account 88412076, says Yusuf.", {"name": ["Yusuf"], "account number": ["88412076"]}),
    ("Our technician Chen fixed it in 20 minutes.", {"name": ["Chen"]}),
    ("Version 4.1 of the app freezes since Monday at 9:15.", {}),
    ("Hello, this is Fatima Noor, invoice 2023-88 over 310.00 EUR is still open.", {"name": ["Fatima Noor"]}),
)

# Of Thai and its neighbours, of Chinese, Japanese and Korean: words without spaces around them, or with endings that
# are written together with a name.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_IN_WORD = rf"[^\W{_UNSPACED}]"

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(rf"(?<!{_IN_WORD})[A-Z]{{2}}\d{{2}}(?: ?[A-Z0-9]){{11,40}}(?!{_IN_WORD})")
_CARD = re.compile(rf"(?<!{_IN_WORD})(?<!\d\.)\d(?:[ -]?\d){{12,60}}(?!{_IN_WORD})")
# As one writes them for others: with the code of a country, or with the zero or the brackets before the code of a town;
# digits in a row may be any number, and 05.06.2024 10:30 is a time.
_DAY = r"\d\d?[./-]\d\d?[./-](?:\d{4}|\d\d)(?![./-]?\d)"
_PHONE = re.compile(
    rf"(?<!{_IN_WORD})(?<!\d\.)(?<!\+)(?!{_DAY})"
    rf"(?:\+\d|\(\+?\d{{2,5}}\)|0\d|\d{{3}}[ .-]\d{{3}}[ .-]\d{{4}}(?!{_IN_WORD}))"
    rf"(?:[ ./-]?(?:\(\d+\)|\d))*(?!{_IN_WORD})"
)
_PHONE_DIGITS = range(7, 16)  # ITU-T E.164
_LEAST_LOCAL_DIGITS = 9
_BREAK = re.compile(r"[ ./-]")
_MOST_BREAKS = 40

# What a piece of a kind has in any case; a small model says "phone" of words too.
_NEEDED = {"email": re.compile("@"), "phone": re.compile(r"(?:\d\D*){4}"), "account number": re.compile(r"\d")}


def redacted(text: str, named: Mapping[str, Sequence[str]], kinds: Sequence[str]) -> str:
    """A text with every piece of personal data replaced by ``[KIND]``.

    Args:
        text: any text.
        named: by kind, the pieces that a model named.
        kinds: what is personal; e-mail addresses, telephone numbers, cards and IBANs ("account number") are found
            without a model too, where their kind is among these.

    Raises:
        UnfitAnswerError: the text does not have a piece, so that something else may have been meant and be left in.
    """
    pieces = {
        piece: kind
        for kind, of_kind in named.items()
        for piece in of_kind
        if _may_be(kind, piece) and not _is_made_up(piece, text)
    }
    spans = [(start, end, kind) for start, end, kind in _by_form(text) if kind in kinds]
    if pieces:
        longest_first = sorted(pieces, key=len, reverse=True)
        pattern = re.compile("|".join(f"({_where(piece, text)})" for piece in longest_first))
        for match in pattern.finditer(text):
            spans.append((*match.span(), pieces[longest_first[(match.lastindex or 1) - 1]]))
    left, after = [], 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= after:
            left += [text[after:start], f"[{kind.upper()}]"]
        after = max(after, end)  # two that overlap are one
    return "".join([*left, text[after:]])


def _may_be(kind: str, piece: str) -> bool:
    needed = _NEEDED.get(kind)
    return bool(piece.strip()) and (needed is None or needed.search(piece) is not None)


def _is_made_up(piece: str, text: str) -> bool:
    """Whether a piece can only be one of the examples', or an address: those of the text are found by their form."""
    known = _EMAIL.fullmatch(piece) or any(piece in pieces for _, kinds in EXAMPLES for pieces in kinds.values())
    return bool(known) and piece.casefold() not in text.casefold()


def _by_form(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a form says what something is: start, end, and kind; the surer kind comes first."""
    for pattern, is_one, kind in (
        (_EMAIL, None, "email"),
        (_IBAN, _is_iban, "account number"),
        (_CARD, _is_card, "account number"),
        (_PHONE, _is_phone, "phone"),
    ):
        for match in pattern.finditer(text):
            end = len(match[0]) if is_one is None else _longest(match[0], is_one)
            if end:
                yield match.start(), match.start() + end, kind


def _longest(found: str, is_one: Callable[[str], bool]) -> int:
    """How much of what looks like a number is one, where another follows it; 0 where nothing is."""
    ends = [len(found), *reversed([match.start() for match in _BREAK.finditer(found)][-_MOST_BREAKS:])]
    return next((end for end in ends if is_one(found[:end])), 0)


def _is_phone(number: str) -> bool:
    digits = sum(map(str.isdigit, number))
    least = _PHONE_DIGITS[0] if number.startswith("+") else _LEAST_LOCAL_DIGITS
    return least <= digits <= _PHONE_DIGITS[-1] and not number.isdigit()


def _is_card(number: str) -> bool:
    if not 13 <= sum(map(str.isdigit, number)) <= 19:
        return False
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def _is_iban(number: str) -> bool:
    signs = number.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def _where(piece: str, text: str) -> str:
    """The regular expression of a piece as whole words of a text, in another case where its own is not there."""
    words = piece.split()
    before = f"(?<!{_IN_WORD})" if re.match(_IN_WORD, words[0]) else ""
    after = f"(?!{_IN_WORD})" if re.match(_IN_WORD, words[-1][-1]) else ""
    exact = before + r"\s+".join(map(re.escape, words)) + after
    for pattern in (exact, f"(?i:{exact})"):
        if re.search(pattern, text):
            return pattern
    raise UnfitAnswerError(f"the text does not have {piece[:60]!r} as words of its own")
