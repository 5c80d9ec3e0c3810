from __future__ import annotations

import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmsql.chat import CHAT_FORMATS, Message, render_chat
from llmsql.clients import GenerationRequest, LLMClient
from llmsql.clients import llamacpp as module
from llmsql.clients.llamacpp import LlamaCppProvider, physical_cores
from llmsql.errors import CancelledError, ConfigError, ProviderResponseError, ProviderTimeoutError, WeightsError

SCHEMA = "\n".join(f"table_{i}(id int, name text, amount double, created date)" for i in range(22))


def messages(question: str, schema: str = SCHEMA) -> tuple[Message, ...]:
    return Message("system", "You write DuckDB SQL."), Message("user", f"{schema}\n\n{question}")


@pytest.mark.parametrize("chat_format", CHAT_FORMATS)
def test_the_prefix_ends_before_the_question(chat_format: str) -> None:
    fmt = CHAT_FORMATS[chat_format]
    turns = messages("How many rows?")
    prefix = module._prefix(turns, chat_format)
    rendered = render_chat(turns, chat_format).removeprefix(fmt.begin)
    assert rendered.startswith(prefix)
    assert prefix.endswith("created date)\n\n")
    assert rendered[len(prefix) :].startswith("How many rows?")


def test_a_repair_turn_keeps_the_prefix() -> None:
    turns = messages("How many rows?")
    repair = (*turns, Message("assistant", "SELECT 1"), Message("user", "It failed.\n\nTry again."))
    assert module._prefix(repair, "chatml") == module._prefix(turns, "chatml")


@pytest.mark.parametrize("turns", [(), (Message("user", "one line"),), (Message("system", "a\n\nb"),)])
def test_a_prompt_without_a_schema_has_no_prefix(turns: tuple[Message, ...]) -> None:
    assert module._prefix(turns, "chatml") == ""


def test_threads_default_to_cores_of_this_process() -> None:
    assert 1 <= physical_cores() <= 4096


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"chat_format": "chatmll"}, "no chat format 'chatmll'"),
        ({"n_ctx": 1}, "n_ctx must be"),
        ({"threads": 0}, "threads and slots at least 1"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        LLMClient("llamacpp", "m.gguf", **options)


def broken_files(folder: Path) -> dict[str, Path]:
    contents = {
        "empty": b"",
        "foreign": b"SQLite format 3\x00" + bytes(200),
        "header only": b"GGUF\x03\x00\x00\x00",
        "impossible counts": b"GGUF\x03\x00\x00\x00" + b"\xff" * 16,
        "no tensors": b"GGUF\x03\x00\x00\x00" + bytes(16),
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = folder / f"{name}.gguf"
        paths[name].write_bytes(content)
    return {**paths, "absent": folder / "absent.gguf", "a folder": folder}


@pytest.mark.parametrize(
    "name", ["empty", "foreign", "header only", "impossible counts", "no tensors", "absent", "a folder"]
)
def test_a_broken_file_is_one_line(name: str, tmp_path: Path) -> None:
    path = broken_files(tmp_path)[name]
    with LLMClient("llamacpp", str(path)) as client, pytest.raises(WeightsError) as caught:
        client.generate("q")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_adapter_is_named(tmp_path: Path) -> None:
    model, adapter = tmp_path / "m.gguf", tmp_path / "a.gguf"
    model.write_bytes(b"GGUF")
    adapter.write_bytes(b"PK")
    with pytest.raises(WeightsError, match=r"a\.gguf is not a GGUF file"):
        LlamaCppProvider(model, adapters=[(adapter, 1.0)]).open()


@pytest.fixture(scope="module")
def engine(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCppProvider]:
    provider = LlamaCppProvider(gguf, cache_dir=tmp_path_factory.mktemp("prefixes"))
    yield provider
    provider.close()


@pytest.mark.slow
def test_an_answer_is_counted_and_repeatable(engine: LlamaCppProvider) -> None:
    first, second = (engine.generate(GenerationRequest(messages("Count table_3."), max_tokens=8)) for _ in range(2))
    assert first.text == second.text != ""
    assert 0 < first.completion_tokens <= 8
    assert first.cost_usd == 0.0
    assert first.logprob is not None and first.logprob <= 0
    assert second.cached_tokens > first.prompt_tokens / 2


@pytest.mark.slow
def test_a_grammar_is_obeyed_and_a_bad_one_refused(engine: LlamaCppProvider) -> None:
    answer = engine.generate(GenerationRequest(messages("x"), grammar='root ::= "SELECT 42"'))
    assert answer.text == "SELECT 42"
    with pytest.raises(ProviderResponseError, match="grammar"):
        engine.generate(GenerationRequest(messages("x"), grammar='root ::= "open'))


@pytest.mark.slow
def test_stop_and_limit(engine: LlamaCppProvider) -> None:
    grammar = 'root ::= "one;two"'
    assert engine.generate(GenerationRequest(messages("x"), stop=(";",), grammar=grammar)).text == "one"
    assert engine.generate(GenerationRequest(messages("x"), max_tokens=1, grammar='root ::= "a b c d e"')).truncated


@pytest.mark.slow
def test_a_prompt_that_does_not_fit_says_how_long_it_is(engine: LlamaCppProvider) -> None:
    with pytest.raises(ProviderResponseError, match=r"prompt has \d+ tokens, the model's context holds 4096"):
        engine.generate(GenerationRequest(messages("x", SCHEMA * 20)))


@pytest.mark.slow
def test_cancellation_and_time_limit_stop_a_long_prompt(engine: LlamaCppProvider) -> None:
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(CancelledError):
        engine.generate(GenerationRequest(messages("x", "a b " * 1500), cancel=cancel))
    with pytest.raises(ProviderTimeoutError):
        engine.generate(GenerationRequest(messages("x", "c d " * 1500), timeout=0.2))
    assert engine.generate(GenerationRequest(messages("x"), max_tokens=2)).completion_tokens


@pytest.mark.slow
def test_one_model_serves_many_threads_and_is_freed_once(gguf: Path) -> None:
    providers = [LlamaCppProvider(gguf, n_ctx=512) for _ in range(4)]
    texts: list[str] = []
    threads = [
        threading.Thread(
            target=lambda p=p: texts.append(p.generate(GenerationRequest((Message("user", "Hi"),), 4)).text)
        )
        for p in providers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(texts)) == 1 and len(texts) == 4
    assert len([load for load in module._ENGINES if load.n_ctx == 512]) == 1
    for provider in providers:
        provider.close()
        provider.close()
    assert not [load for load in module._ENGINES if load.n_ctx == 512]


_ASK = """
import sys
from llmsql.chat import Message
from llmsql.clients import LLMClient
schema = "\\n".join(f"table_{i}(id int, name text, amount double, created date)" for i in range(22))
with LLMClient("llamacpp", sys.argv[1], cache_dir=sys.argv[2], timeout=300) as client:
    turns = [Message("system", "SQL"), Message("user", schema + "\\n\\nCount table_3.")]
    answer = client.generate(turns, max_tokens=8)
print(answer.text)
"""


@pytest.mark.slow
def test_a_fresh_process_restores_the_prefix_and_survives_a_damaged_one(gguf: Path, tmp_path: Path) -> None:
    def ask() -> str:
        done = subprocess.run([sys.executable, "-c", _ASK, gguf, tmp_path], capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout

    cold = ask()
    (saved,) = tmp_path.iterdir()
    written = saved.stat().st_ino
    assert ask() == cold
    assert [path.stat().st_ino for path in tmp_path.iterdir()] == [written]
    damaged = saved.read_bytes()[:-100] + b"x" * 100
    saved.write_bytes(damaged)
    assert ask() == cold
    (again,) = tmp_path.iterdir()
    assert again.read_bytes() != damaged


@pytest.mark.slow
def test_an_adapter_changes_the_answer_by_its_scale(gguf: Path, tmp_path: Path) -> None:
    library = pytest.importorskip("gguf")
    numpy = pytest.importorskip("numpy")
    reader = library.GGUFReader(gguf)
    (weight,) = [tensor for tensor in reader.tensors if tensor.name == "blk.0.attn_q.weight"]
    columns, rows = (int(size) for size in weight.shape)
    random = numpy.random.default_rng(0)
    adapter = tmp_path / "adapter.gguf"
    writer = library.GGUFWriter(adapter, str(reader.get_field("general.architecture").contents()))
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    writer.add_tensor(f"{weight.name}.lora_a", random.normal(size=(4, columns)).astype("float32"))
    writer.add_tensor(f"{weight.name}.lora_b", random.normal(size=(rows, 4)).astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    logprobs = {}
    for scale in (None, 0.0, 1.0):
        adapters = [] if scale is None else [(adapter, scale)]
        with LLMClient("llamacpp", str(gguf), adapters=adapters, n_ctx=256) as client:
            logprobs[scale] = client.generate("Count to ten.", max_tokens=4).logprob
    assert logprobs[None] == pytest.approx(logprobs[0.0], rel=1e-3)
    assert logprobs[None] != pytest.approx(logprobs[1.0], rel=1e-3)


@pytest.mark.slow
def test_a_loop_is_broken_where_it_is_asked_for(engine: LlamaCppProvider) -> None:
    asked = (Message("user", "Write a very long poem that repeats the line 'la la la la' many times."),)

    def answer(*, break_loops: bool) -> str:
        return engine.generate(GenerationRequest(asked, max_tokens=300, break_loops=break_loops)).text

    stuck, steered = answer(break_loops=False), answer(break_loops=True)
    # What says the same over and over again is compressed to less.
    assert 2 * len(zlib.compress(stuck.encode())) < len(stuck)
    assert len(zlib.compress(stuck.encode())) < len(zlib.compress(steered.encode()))
