"""``llmsql config`` and ``llmsql doctor``, against a stub of the model's service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmsql.cli import main
from llmsql.doctor import examine
from llmsql.registry import load_registry, save_entry, use_model
from tests.clients.stubs import StubOpenAI

KEY = "sk-test-0123456789"


def test_show_says_where_a_value_came_from_and_masks_the_key(
    stub: StubOpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "show"]) == 0
    out = capsys.readouterr().out
    assert "model = stub-1  -- environment LLM_MODEL" in out and "max_rows = 10000  -- default" in out
    assert "api_key = ********  -- environment OPENAI_API_KEY" in out and KEY not in out


def test_validate_names_everything_that_is_wrong(
    hermetic: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "validate"]) == 0
    (hermetic / "llmsql.toml").write_text(f'modell = "x"\nmax_rows = 0\napi_key = "{KEY}"\n')
    monkeypatch.setenv("LLMSQL_TIMEOT", "3")
    monkeypatch.setenv("LLMSQL_N_CTX", "few")
    capsys.readouterr()
    assert main(["config", "validate"]) == 2
    out = capsys.readouterr().out
    for said in (
        "'modell'. Did you mean model?",
        "max_rows 0 from",
        "api_key is a secret",
        "Did you mean LLMSQL_TIMEOUT?",
        "n_ctx 'few'",
    ):
        assert said in out
    assert KEY not in out


def test_doctor_asks_the_provider_and_shows_no_key(stub: StubOpenAI) -> None:
    stub.answers = [stub.good("SELECT count(*) AS n FROM orders")]
    found = {finding.check: finding for finding in examine()}
    assert found["api key"].value == "set (environment OPENAI_API_KEY)"
    assert found["a tiny question"].value.startswith("answered in ")
    assert not any(finding.is_problem for finding in found.values())
    assert KEY not in str(found)


def test_doctor_names_a_fix_for_every_problem(
    stub: StubOpenAI, hermetic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.answers = [stub.echo_key(401)]
    problems = [finding for finding in examine() if finding.is_problem]
    assert [p.check for p in problems] == ["a tiny question"] and problems[0].fix and KEY not in str(problems)
    for name in ("LLM_PROVIDER", "LLM_MODEL"):
        monkeypatch.delenv(name)
    found = list(examine())
    problems = [finding for finding in found if finding.is_problem]
    assert [p.check for p in problems] == ["weights"] and "llmsql models pull " in str(problems[0].fix)
    assert "as in the registry" in next(finding.value for finding in found if finding.check == "adapter")


def test_doctor_knows_a_damaged_adapter(hermetic: Path) -> None:
    registry = load_registry()
    entry = registry.get(registry.default)
    assert entry.adapter is not None
    damaged = hermetic / "adapter.gguf"
    damaged.write_bytes(entry.adapter.path.read_bytes()[:-1])
    save_entry(replace(entry, name="mine", aliases=(), adapter=replace(entry.adapter, path=damaged)))
    use_model("mine")
    problems = {finding.check: finding for finding in examine() if finding.is_problem}
    assert problems["adapter"].value == f"wrong: {damaged}" and "llmsql adapt" in str(problems["adapter"].fix)


def test_doctor_misses_a_key(stub: StubOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    found = {finding.check: finding for finding in examine()}
    assert found["api key"].is_problem and found["api key"].value == "not set"
