"""What users can mend is one line, from every script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

import training.adapt
from training import export, finetune_openai, spider, synthesize


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text("neither a folder nor a database")
    return path


CALLS: dict[str, tuple[Callable[[list[str]], int], str, str]] = {
    "no database": (synthesize.main, "nowhere.duckdb --output pairs.jsonl", "database does not exist"),
    "not a database": (synthesize.main, "{file} --output pairs.jsonl", "not a valid DuckDB database"),
    "no source": (spider.main, "--source nowhere --output made", "nowhere/tables.json: No such file"),
    "chats into a file": (
        finetune_openai.main,
        "--prepare --dataset {data} --data-root {root} --output {file}/chats.jsonl",
        "file",
    ),
    "export into a file": (export.main, "--model llmsql-0.5b --format card --output {file}/made", "cannot be written"),
}


@pytest.mark.usefixtures("hermetic")
@pytest.mark.parametrize("name", CALLS)
def test_a_failure_is_one_line(
    name: str, file: Path, data_root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "source_of_model", lambda _: None)
    data = data_root / "toy.jsonl"
    data.write_text('{"database": "toy/shop", "question": "how many", "sql": "SELECT count(*) FROM orders"}\n')
    main, call, said = CALLS[name]
    assert main(call.format(file=file, data=data, root=data_root).split()) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: ") and said in err and err.count("\n") == 1


def test_an_interrupted_adaptation_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training.adapt, "run", interrupted)
    assert training.adapt.main(["shop.duckdb"]) == 130
    assert capsys.readouterr().err == "stopped; the same command goes on where it was\n"


def test_pairs_go_into_a_new_folder(data_root: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "folder" / "pairs.jsonl"
    database = data_root / "toy" / "databases" / "shop.duckdb"
    assert synthesize.main([str(database), "--count", "3", "--output", str(output)]) == 0
    assert len(output.read_text().splitlines()) == 3
