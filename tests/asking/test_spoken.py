"""Which table or column a question speaks of: what is repaired, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle
from tests.asking.conftest import know

STAGE = """
    CREATE TABLE musical (musical_id INTEGER PRIMARY KEY, name VARCHAR, opening_year INTEGER);
    CREATE TABLE actor (actor_id INTEGER PRIMARY KEY, musical_id INTEGER REFERENCES musical (musical_id), name VARCHAR, age INTEGER);
    CREATE TABLE stage_hand (hand_id INTEGER PRIMARY KEY, musical_id INTEGER REFERENCES musical (musical_id), grade VARCHAR);
    CREATE TABLE stage_light (light_id INTEGER PRIMARY KEY, musical_id INTEGER REFERENCES musical (musical_id), wattage INTEGER);
    CREATE TABLE visitor (visitor_id INTEGER PRIMARY KEY, visitor_phone VARCHAR, seat_type_code VARCHAR, seat_code VARCHAR);
    CREATE TABLE contact (contact_id INTEGER PRIMARY KEY, visitor_id INTEGER REFERENCES visitor (visitor_id),
        contact_phone VARCHAR);
"""
JOINED = "actor JOIN musical ON actor.musical_id = musical.musical_id"


@pytest.fixture
def stage() -> Iterator[tuple[duckdb.DuckDBPyConnection, Knowledge]]:
    with duckdb.connect() as con:
        con.execute(STAGE)
        yield con, know(con)


@pytest.mark.parametrize(
    ("question", "written", "settled"),
    [
        # whose name it is
        ("names of musicals and how many actors each has", "SELECT name, COUNT(*) FROM actor JOIN musical GROUP BY ALL",
         f"SELECT musical.name, COUNT(*) FROM {JOINED} GROUP BY ALL"),
        ("the musical names with actors", "SELECT name FROM actor JOIN musical", f"SELECT musical.name FROM {JOINED}"),
        ("the name and age of each actor in a musical", "SELECT name, age FROM musical JOIN actor",
         "SELECT actor.name, age FROM musical JOIN actor ON musical.musical_id = actor.musical_id"),
        ("names of the musicals and of the actors", "SELECT name, actor.name FROM actor JOIN musical",
         f"SELECT musical.name, actor.name FROM {JOINED}"),  # the one that is not shown yet
        ("musical names by actor age", "SELECT name, age FROM actor", f"SELECT musical.name, actor.age FROM {JOINED}"),
        ("names by age", "SELECT name, age FROM actor", "SELECT name, age FROM actor"),
        # a column of the query's own tables
        ("phones of visitors", "SELECT contact_phone FROM visitor", "SELECT visitor_phone FROM visitor"),
        ("contact phones of visitors", "SELECT contact_phone FROM visitor",
         "SELECT contact.contact_phone FROM visitor JOIN contact ON visitor.visitor_id = contact.visitor_id"),
        ("seat type codes of visitors", "SELECT type_code FROM visitor", "SELECT seat_type_code FROM visitor"),
        ("seat type codes of visitors", "SELECT seat_code FROM visitor", "SELECT seat_type_code FROM visitor"),
        ("seat codes of visitors", "SELECT seat_code FROM visitor", "SELECT seat_code FROM visitor"),
        ("wattage of hands", "SELECT hand_wattage FROM stage_light", "SELECT wattage FROM stage_light"),
        ("visitors", "SELECT visitor_number FROM visitor", "SELECT visitor_id FROM visitor"),
        # of as many as are spoken of, in the question's order
        ("the actor name and the musical name", "SELECT name, name FROM musical JOIN actor",
         "SELECT actor.name, musical.name FROM musical JOIN actor ON musical.musical_id = actor.musical_id"),
        # a table by its columns
        ("lights of musicals", "SELECT l.wattage FROM musical JOIN musical AS l ON l.musical_id = musical.musical_id",
         "SELECT l.wattage FROM musical JOIN stage_light AS l ON l.musical_id = musical.musical_id"),
        ("lights", "SELECT musical.name FROM musical JOIN musical AS stage_light ON stage_light.light_id = musical.musical_id",
         "SELECT musical.name FROM musical JOIN stage_light ON stage_light.light_id = musical.musical_id"),
        # a table by its name
        ("which musical has most stage lights", "SELECT name FROM musical JOIN stage_hand GROUP BY ALL ORDER BY COUNT(*) DESC",
         "SELECT name FROM musical JOIN stage_light ON musical.musical_id = stage_light.musical_id GROUP BY ALL"
         " ORDER BY COUNT(*) DESC LIMIT 1"),
        ("grades of those with stage lights", "SELECT grade FROM musical JOIN stage_hand",
         "SELECT grade FROM musical JOIN stage_hand ON musical.musical_id = stage_hand.musical_id"),
    ],
)  # fmt: skip
def test_what_the_question_speaks_of(
    stage: tuple[duckdb.DuckDBPyConnection, Knowledge], question: str, written: str, settled: str
) -> None:
    con, known = stage
    assert settle(con, written, known, question=question).sql == settled


def test_a_condition_that_equates_a_column_with_itself_is_no_join(
    stage: tuple[duckdb.DuckDBPyConnection, Knowledge],
) -> None:
    con, known = stage
    settled = settle(con, "SELECT grade FROM stage_hand JOIN musical WHERE opening_year = musical.opening_year", known)
    assert "ON stage_hand.musical_id = musical.musical_id" in settled.sql
