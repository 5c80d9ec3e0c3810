"""PEFT adapters as GGUF files."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

gguf = pytest.importorskip("gguf", reason="needs the train extra")
safetensors = pytest.importorskip("safetensors.numpy", reason="needs the train extra")

from llmsql.errors import TrainingError  # noqa: E402
from training.export import main  # noqa: E402
from training.export_adapter import export_gguf_adapter, export_peft, read_gguf_adapter, read_peft, round_half  # noqa: E402
from training.gguf_files import permute_rows, shape_of, unpermute_rows  # noqa: E402

HIDDEN, HEADS, KV_HEADS, HEAD_SIZE, FEED_FORWARD, RANK = 32, 4, 2, 8, 48, 4
SHAPES = {  # out, in
    "self_attn.q_proj": (HEADS * HEAD_SIZE, HIDDEN),
    "self_attn.k_proj": (KV_HEADS * HEAD_SIZE, HIDDEN),
    "self_attn.v_proj": (KV_HEADS * HEAD_SIZE, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HEADS * HEAD_SIZE),
    "mlp.gate_proj": (FEED_FORWARD, HIDDEN),
    "mlp.up_proj": (FEED_FORWARD, HIDDEN),
    "mlp.down_proj": (HIDDEN, FEED_FORWARD),
}
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def write_base(path: Path, architecture: str, *, kv_heads: bool = True) -> Path:
    """A GGUF file with the header fields that the export reads, and no weights."""
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_head_count(HEADS)
    if kv_heads:
        writer.add_head_count_kv(KV_HEADS)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def write_adapter(folder: Path, more: dict[str, np.ndarray] | None = None, **config: object) -> dict[str, np.ndarray]:
    """A PEFT folder with two layers of random LoRA weights, as PEFT names and shapes them."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    tensors = dict(more or {})
    for layer in range(2):
        for module, (rows, columns) in SHAPES.items():
            stem = f"base_model.model.model.layers.{layer}.{module}"
            tensors[f"{stem}.lora_A.weight"] = rng.normal(size=(RANK, columns)).astype(np.float32)
            tensors[f"{stem}.lora_B.weight"] = rng.normal(size=(rows, RANK)).astype(np.float32)
    safetensors.save_file(tensors, str(folder / "adapter_model.safetensors"))
    settings = {"peft_type": "LORA", "r": RANK, "lora_alpha": 8, **config}
    (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return tensors


def read(path: Path) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    reader = gguf.GGUFReader(str(path))
    # Copies: the reader maps the file into memory.
    tensors = {t.name: np.array(t.data) for t in reader.tensors}
    return {name: field.contents() for name, field in reader.fields.items()}, tensors


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_header_names_shapes_and_types_are_llama_cpp_s(architecture: str, tmp_path: Path) -> None:
    write_adapter(tmp_path / "peft")
    target = tmp_path / "adapter.gguf"
    assert (
        export_gguf_adapter(read_peft(tmp_path / "peft"), write_base(tmp_path / "base.gguf", architecture), target)
        == target
    )
    fields, tensors = read(target)
    assert fields["general.type"] == "adapter"
    assert fields["general.architecture"] == architecture
    assert fields["adapter.type"] == "lora"
    assert fields["adapter.lora.alpha"] == 8.0
    alpha = gguf.GGUFReader(str(target)).fields["adapter.lora.alpha"]
    assert alpha.types == [gguf.GGUFValueType.FLOAT32]
    assert set(tensors) == {
        f"blk.{layer}.{name}.weight.lora_{side}" for layer in range(2) for name in GGUF_NAMES.values() for side in "ab"
    }
    for layer in range(2):
        for module, (rows, columns) in SHAPES.items():
            a, b = (tensors[f"blk.{layer}.{GGUF_NAMES[module]}.weight.lora_{side}"] for side in "ab")
            assert (a.shape, b.shape) == ((RANK, columns), (rows, RANK))
            assert a.dtype == b.dtype == np.float16
    assert sorted(p.name for p in tmp_path.iterdir()) == ["adapter.gguf", "base.gguf", "peft"]


@pytest.mark.parametrize(
    ("architecture", "permuted"), [("llama", {"self_attn.q_proj", "self_attn.k_proj"}), ("qwen2", set())]
)
def test_only_b_of_q_and_k_is_permuted_and_only_for_llama(
    architecture: str, permuted: set[str], tmp_path: Path
) -> None:
    trained = write_adapter(tmp_path / "peft")
    target = export_gguf_adapter(
        read_peft(tmp_path / "peft"), write_base(tmp_path / "base.gguf", architecture), tmp_path / "adapter.gguf"
    )
    written = read(target)[1]
    for layer in range(2):
        for module in SHAPES:
            stem = f"base_model.model.model.layers.{layer}.{module}"
            a, b = trained[f"{stem}.lora_A.weight"], trained[f"{stem}.lora_B.weight"]
            if module in permuted:
                b = llama_cpp_permute(b, HEADS if module.endswith("q_proj") else KV_HEADS)
                assert not np.array_equal(b, trained[f"{stem}.lora_B.weight"])
            name = f"blk.{layer}.{GGUF_NAMES[module]}.weight.lora_"
            np.testing.assert_array_equal(written[f"{name}a"], a.astype(np.float16))
            np.testing.assert_array_equal(written[f"{name}b"], b.astype(np.float16))


def llama_cpp_permute(weights: np.ndarray, heads: int) -> np.ndarray:
    """Row by row, told apart from ``permute_rows``: a head's first half goes to even rows, its second half to odd ones."""
    size = len(weights) // heads
    order = [head * size + half * size // 2 + i for head in range(heads) for i in range(size // 2) for half in range(2)]
    return weights[order]


@pytest.mark.parametrize("heads", [HEADS, KV_HEADS])
def test_permuting_b_alone_permutes_the_trained_weights(heads: int) -> None:
    rng = np.random.default_rng(1)
    w, b, a = (
        rng.normal(size=shape) for shape in ((heads * HEAD_SIZE, HIDDEN), (heads * HEAD_SIZE, RANK), (RANK, HIDDEN))
    )
    served = permute_rows(w, heads) + permute_rows(b, heads) @ a
    np.testing.assert_allclose(permute_rows(w + b @ a, heads), served)
    assert not np.allclose(permute_rows(w + b @ a, heads), permute_rows(w, heads) + b @ a)
    np.testing.assert_array_equal(permute_rows(w, heads), llama_cpp_permute(w, heads))


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_an_adapter_comes_back_from_gguf_as_it_was(architecture: str, tmp_path: Path) -> None:
    write_adapter(tmp_path / "peft")
    base = write_base(tmp_path / "base.gguf", architecture)
    export_gguf_adapter(read_peft(tmp_path / "peft"), base, tmp_path / "adapter.gguf")
    back = read_gguf_adapter(tmp_path / "adapter.gguf", shape_of(base))
    export_peft(back, "owner/base", tmp_path / "again")
    trained, again = read_peft(tmp_path / "peft"), read_peft(tmp_path / "again")
    assert (again.alpha, again.rank) == (trained.alpha, trained.rank)
    assert again.pairs.keys() == trained.pairs.keys()
    for place, (a, b) in trained.pairs.items():
        np.testing.assert_array_equal(again.pairs[place][0], a.astype(np.float16))
        np.testing.assert_array_equal(again.pairs[place][1], b.astype(np.float16))
    config = json.loads((tmp_path / "again" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "owner/base"
    assert isinstance(config["lora_alpha"], int), "Ollama reads a whole number"


def test_unpermuting_undoes_permuting() -> None:
    weights = np.arange(HEADS * HEAD_SIZE * 3.0).reshape(-1, 3)
    np.testing.assert_array_equal(unpermute_rows(permute_rows(weights, HEADS), HEADS), weights)
    np.testing.assert_array_equal(unpermute_rows(permute_rows(weights[:, 0], HEADS), HEADS), weights[:, 0])


def test_half_an_adapter_is_refused(tmp_path: Path) -> None:
    write_adapter(tmp_path / "peft")
    file = tmp_path / "peft" / "adapter_model.safetensors"
    tensors = safetensors.load_file(str(file))
    del tensors["base_model.model.model.layers.0.mlp.up_proj.lora_B.weight"]
    safetensors.save_file(tensors, str(file))
    with pytest.raises(TrainingError, match=r"one half of the adapter of mlp\.up_proj"):
        read_peft(tmp_path / "peft")


def test_permuted_rows_give_the_same_attention_scores() -> None:
    """The reason for the permutation: rotate-half on the rows before is interleaved rotation on the rows after."""
    rng = np.random.default_rng(2)
    q, k = rng.normal(size=(2, HEAD_SIZE))
    angles = 3.0 * 10_000.0 ** (-np.arange(HEAD_SIZE // 2) / (HEAD_SIZE // 2))
    cos, sin = np.cos(angles), np.sin(angles)

    def rotate_halves(x: np.ndarray) -> np.ndarray:
        first, second = x[: HEAD_SIZE // 2], x[HEAD_SIZE // 2 :]
        return np.concatenate([first * cos - second * sin, second * cos + first * sin])

    def rotate_pairs(x: np.ndarray) -> np.ndarray:
        even, odd = x[0::2], x[1::2]
        return np.stack([even * cos - odd * sin, odd * cos + even * sin], axis=1).ravel()

    permuted_q, permuted_k = (permute_rows(x[:, None], 1)[:, 0] for x in (q, k))
    assert rotate_pairs(permuted_q) @ permuted_k == pytest.approx(rotate_halves(q) @ k)


@pytest.mark.parametrize(
    ("option", "value"),
    [("use_rslora", True), ("use_dora", True), ("alpha_pattern", {"q_proj": 4}), ("rank_pattern", {"q_proj": 4})],
)
def test_other_kinds_of_lora_are_refused(option: str, value: object, tmp_path: Path) -> None:
    write_adapter(tmp_path / "peft", **{option: value})
    base = write_base(tmp_path / "base.gguf", "llama")
    with pytest.raises(TrainingError, match=f"{option} cannot be exported"):
        export_gguf_adapter(read_peft(tmp_path / "peft"), base, tmp_path / "adapter.gguf")
    assert not list(tmp_path.glob("adapter*"))


@pytest.mark.parametrize(
    "name",
    [
        "base_model.model.lm_head.lora_A.weight",
        "base_model.model.model.embed_tokens.lora_embedding_A",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector",
        "base_model.model.model.layers.0.mlp.router.lora_A.weight",
    ],
)
def test_a_tensor_that_no_server_knows_is_refused(name: str, tmp_path: Path) -> None:
    write_adapter(tmp_path / "peft", {name: np.zeros((RANK, HIDDEN), np.float32)})
    base = write_base(tmp_path / "base.gguf", "llama")
    with pytest.raises(TrainingError, match="no server knows"):
        export_gguf_adapter(read_peft(tmp_path / "peft"), base, tmp_path / "adapter.gguf")
    assert not list(tmp_path.glob("adapter*")), "nothing half-written is left"


def test_a_base_without_head_counts_is_refused(tmp_path: Path) -> None:
    write_adapter(tmp_path / "peft")
    base = write_base(tmp_path / "base.gguf", "llama", kv_heads=False)
    with pytest.raises(TrainingError, match="head_count_kv"):
        export_gguf_adapter(read_peft(tmp_path / "peft"), base, tmp_path / "adapter.gguf")


@pytest.mark.parametrize("missing", ["adapter_config.json", "adapter_model.safetensors", "base.gguf"])
def test_what_is_missing_is_named(missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_adapter(tmp_path / "peft")
    base = write_base(tmp_path / "base.gguf", "llama")
    (base if missing == "base.gguf" else tmp_path / "peft" / missing).unlink()
    arguments = ["--adapter", tmp_path / "peft", "--base-model", base, "--output", tmp_path / "adapter.gguf"]
    assert main([*map(str, arguments)]) == 1
    err = capsys.readouterr().err
    assert "cannot be read" in err
    assert missing in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("peft/adapter_config.json", '{"r": 4}', "adapter_config.json has no lora_alpha"),
        ("peft/adapter_config.json", "[1]", "cannot be read"),
        ("peft/adapter_config.json", '{"lora_alpha": "much"}', "cannot be read"),
        ("run.json", '{"recipe": ', "run.json cannot be read"),
    ],
)
def test_what_is_damaged_is_named(
    file: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_adapter(tmp_path / "peft")
    base = write_base(tmp_path / "base.gguf", "qwen2")
    (tmp_path / file).write_text(text)
    arguments = ["--adapter", tmp_path / "peft", "--base-model", base, "--output", tmp_path / "out"]
    assert main([*map(str, arguments)]) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--name", "../elsewhere"], "is no name for a model's files"),  # not a file outside the folder
        (["--format", ","], "No format is named"),
        (["--format", "gguf"], "There is no format 'gguf'"),
    ],
)
def test_a_name_and_formats_that_cannot_be_are_refused(
    more: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_adapter(tmp_path / "peft")
    base = write_base(tmp_path / "base.gguf", "qwen2")
    arguments = ["--adapter", tmp_path / "peft", "--base-model", base, "--output", tmp_path / "out", *more]
    assert main([*map(str, arguments)]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_fewer_bits_are_the_nearest_numbers_and_compress() -> None:
    numbers = np.random.default_rng(5).normal(0, 0.02, 20_000).astype(np.float32)
    assert (round_half(numbers, 10) == numbers.astype(np.float16)).all()
    rounded = round_half(numbers, 3).astype(np.float32)
    assert (np.abs(rounded - numbers) <= np.abs(numbers) * 2**-4 * 1.01 + 4e-6).all()
    assert round_half(np.array([1.99, -1.99, 0.0]), 3).tolist() == [2.0, -2.0, 0.0]
    assert len(zlib.compress(round_half(numbers, 3).tobytes())) < 0.6 * 2 * len(numbers)


def test_layers_that_were_not_trained_keep_their_bits(tmp_path: Path) -> None:
    frozen = "base_model.model.model.layers.0."
    before = write_adapter(tmp_path / "before")
    tensors = {k: v.astype(np.float16).astype(np.float32) if frozen in k else v for k, v in before.items()}
    write_adapter(tmp_path / "peft")
    safetensors.save_file(tensors, str(tmp_path / "peft" / "adapter_model.safetensors"))
    base, target = write_base(tmp_path / "base.gguf", "qwen2"), tmp_path / "adapter.gguf"
    _, written = read(export_gguf_adapter(read_peft(tmp_path / "peft"), base, target, mantissa_bits=2))
    for name, numbers in written.items():
        bits = numbers.view(np.uint16)
        assert bool((bits & 0xFF).any()) == name.startswith("blk.0."), name
