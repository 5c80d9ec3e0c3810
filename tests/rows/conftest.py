from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import llmsql
from tests.rows.stubs import StubModel


@pytest.fixture
def model(hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubModel]:
    """A stub of a hosted model, named in the environment."""
    with StubModel() as server:
        monkeypatch.setenv("LLM_PROVIDER", "openai")
        monkeypatch.setenv("LLM_MODEL", "stub-1")
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
        yield server


@pytest.fixture
def con(model: StubModel) -> Iterator[llmsql.Connection]:
    """10,000 rows, 50 distinct texts, every fifth of them one that the filter is true of; ids ascend."""
    with llmsql.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT i AS id, 'text ' || (i % 50) || CASE WHEN i % 5 = 0 THEN ' yes' ELSE '' END AS body "
            "FROM range(10_000) r(i)"
        ).fetchall()
        yield con
