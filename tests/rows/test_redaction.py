"""What ``ai_redact`` replaces: what a model named, on a stub of one, and what a form gives away."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import llmsql
from llmsql.rows.redaction import EXAMPLES, KINDS, redacted
from llmsql.rows.shapes import UnfitAnswerError
from tests.rows.stubs import StubModel

NOTHING_ELSE: dict[str, list[str]] = {kind: [] for kind in KINDS if kind != "name"}


@pytest.fixture
def con(model: StubModel) -> Iterator[llmsql.Connection]:
    with llmsql.connect() as con:
        yield con


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("Ann wrote the Annual report", ["Ann"], "[NAME] wrote the Annual report"),
        ("a cat and a dog, Ada", ["a"], "[NAME] cat and [NAME] dog, Ada"),
        ("Ann Lee, ANN LEE", ["Ann Lee"], "[NAME], ANN LEE"),  # in its own case, where it is
        ("mail from ann lee", ["Ann Lee"], "mail from [NAME]"),
        ("Ann\nLee and Ann  Lee", ["Ann Lee"], "[NAME] and [NAME]"),
        ("Ann Lee and Ann", ["Ann", "Ann Lee"], "[NAME] and [NAME]"),
        ("call +49 30 (1) now", ["+49 30 (1)"], "call [NAME] now"),
        ("D'Arcy's", ["D'Arcy"], "[NAME]'s"),
        ("我叫王小明住在北京", ["王小明"], "我叫[NAME]住在北京"),
        ("김철수는 Annさん", ["김철수", "Ann"], "[NAME]는 [NAME]さん"),
        ("nobody", [], "nobody"),
        ("x", ["x", " "], "[NAME]"),
    ],
)
def test_pieces_are_replaced_as_whole_words(text: str, names: list[str], left: str) -> None:
    assert redacted(text, {"name": names}, ["name"]) == left


@pytest.mark.parametrize(("text", "piece"), [("Annual report", "Ann"), ("no such name", "Bo"), ("banana", "a")])
def test_a_piece_that_is_not_there_is_not_passed_over(text: str, piece: str) -> None:
    with pytest.raises(UnfitAnswerError, match=f"the text does not have '{piece}'"):
        redacted(text, {"name": [piece]}, ["name"])


def test_pieces_and_addresses_keep_their_kinds() -> None:
    named = {"name": ["Ann Lee"], "account number": ["12-34"]}
    assert redacted("Ann Lee a.lee@x.org 12-34", named, KINDS) == "[NAME] [EMAIL] [ACCOUNT NUMBER]"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Call 0113 496 0000 or +44 20 7946 0018.", "Call [PHONE] or [PHONE]."),
        ("+49 (0)30 1234-567, 01.42.68.53.00", "[PHONE], [PHONE]"),
        ("(555) 010-2299; 555-010-2299; +15550102299", "[PHONE]; [PHONE]; [PHONE]"),
        ("card 4111 1111 1111 1111, 5500-0000-0000-0004", "card [ACCOUNT NUMBER], [ACCOUNT NUMBER]"),
        ("IBAN DE44 5001 0517 5407 3249 31", "IBAN [ACCOUNT NUMBER]"),
        ("GB82WEST12345698765432", "[ACCOUNT NUMBER]"),
        ("mail a.b+c@mail.example.org.", "mail [EMAIL]."),
        # beside other numbers and words
        ("Card 4111 1111 1111 1111 12/27, 2 items", "Card [ACCOUNT NUMBER] 12/27, 2 items"),
        ("DE89 3704 0044 0532 0130 00 BIC COBADEFF", "[ACCOUNT NUMBER] BIC COBADEFF"),
        ("Tel.0161 555 0123 or Tel.+49 30 123456789", "Tel.[PHONE] or Tel.[PHONE]"),
        ("电话+86 138 0013 8000", "电话[PHONE]"),
    ],
)
def test_a_form_gives_away_what_a_model_overlooked(text: str, left: str) -> None:
    assert redacted(text, {}, KINDS) == left


@pytest.mark.parametrize(
    "text",
    [
        "order 0012345678 of 2024-05-06, 05-06-2024 or 05.06.2024 10:30",
        "1,200.00 EUR for 1234567890123 pieces",
        "4111 1111 1111 1112",  # fails Luhn's check
        "GB82 WEST 1234 5698 7654 33",  # fails its own
        "version 3.2.1, 0.25 of 192.168.0.1, ISBN 978-3-16-148410-0",
        "lamp@home, @ann, a@b",
        "Report (2023) 100 pages, see (1234) 567",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redacted(text, {}, KINDS) == text


def test_only_what_is_asked_for_is_replaced() -> None:
    assert redacted("Ann a@x.org 0113 496 0000", {}, ["phone"]) == "Ann a@x.org [PHONE]"


def test_words_are_no_numbers() -> None:
    named = {"phone": ["the desk"], "email": ["desk"], "account number": ["desk"]}
    assert redacted("the desk", named, KINDS) == "the desk"


def test_what_can_only_be_made_up_is_passed_over() -> None:
    named = {"name": ["Fatima Noor", "Ann"], "email": ["ann@desk.com"]}
    assert redacted("Ann left", named, KINDS) == "[NAME] left"
    assert redacted("fatima noor left", named | {"name": ["Fatima Noor"]}, KINDS) == "[NAME] left"


def test_forms_are_found_in_a_megabyte_in_no_time() -> None:
    for unit in ("a", "0 ", "+1", "(0)", "1-", "AA11", "a@", ".", "(02) 1234567, ", "a@x.org "):
        redacted(unit * (1_000_000 // len(unit)), {}, KINDS)


def test_the_examples_are_right() -> None:
    for text, named in EXAMPLES:
        assert named.keys() <= set(KINDS)
        left = redacted(text, named, KINDS)
        assert not any(piece in left for pieces in named.values() for piece in pieces)
        assert left.count("[") == sum(map(len, named.values()))


def test_a_piece_that_is_not_there_is_asked_for_again(con: llmsql.Connection, model: StubModel) -> None:
    answers = iter(["Lee Ann", "Ann Lee"])
    model.faults = lambda _: model.good(json.dumps({"name": [next(answers)], **NOTHING_ELSE}))
    assert con.execute("SELECT ai_redact('Ann Lee called')").fetchall() == [("[NAME] called",)]
    assert len(model.requests) == 2 and "does not have 'Lee Ann'" in model.texts[1]


def test_kinds_of_ones_own(con: llmsql.Connection, model: StubModel) -> None:
    model.faults = lambda _: model.good(json.dumps({"diagnosis": ["gout"]}))
    assert con.execute("SELECT ai_redact('a@x.org has gout', entities := ['diagnosis'])").fetchall() == [
        ("a@x.org has [DIAGNOSIS]",)
    ]
