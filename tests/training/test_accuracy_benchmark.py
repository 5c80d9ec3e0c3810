"""The ablation switches off what is there: a technique that moved would be measured as if it were on."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from benchmarks.accuracy import TECHNIQUES, Technique, mcnemar
from llmsql.settings import Settings


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.name)
def test_what_is_switched_off_is_where_it_is_looked_for(technique: Technique) -> None:
    with technique.applied():
        pass
    assert {name for name, _ in technique.settings} <= set(Settings.__dataclass_fields__)


def test_values_are_gone_where_they_are_switched_off() -> None:
    from llmsql.asking import link

    [off] = [t for t in TECHNIQUES if t.name == "no stored values beside the question"]
    before = link.link_values
    with off.applied():
        assert link.link_values(None, None, "anything") == []  # type: ignore[arg-type]
    assert link.link_values is before


def test_mcnemar_by_hand() -> None:
    assert mcnemar([True] * 5, [True] * 5) == 1.0
    assert mcnemar([True] * 5 + [False], [False] * 5 + [True]) == pytest.approx(2 * 7 / 64)
