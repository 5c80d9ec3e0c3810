"""What a model is asked with, depending on which one it is."""

from __future__ import annotations

from pathlib import Path

import llmsql
from llmsql.rows.models import open_row_model
from llmsql.rows.tasks import build_task
from llmsql.settings import load_settings
from tests.rows.stubs import StubModel


def test_an_adapter_for_sql_is_not_for_rows(hermetic: Path) -> None:
    for name in ("base.gguf", "sql.gguf"):
        (hermetic / name).write_bytes(b"GGUF")
    settings = load_settings(
        {"provider": "llamacpp", "model": str(hermetic / "base.gguf"), "adapter": str(hermetic / "sql.gguf")}
    )
    _, client, _ = open_row_model(settings, None)
    assert client.identity.count("gguf") == 1


def test_examples_are_for_small_models_only(model: StubModel) -> None:
    prompt = build_task("ai_filter", {"condition": "is a question"}, 1000).prompt
    assert prompt is not None
    assert [turn.content for turn in prompt("Who?").examples if turn.role == "assistant"].count("true") == 2
    with llmsql.connect() as con:
        con.execute("SELECT ai_filter('Who?', 'is a question')").fetchall()
    [(_, _, body)] = model.requests
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
