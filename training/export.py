"""Turns a trained model into the files that servers load, and checks that they are the trained model.

``python -m training.export --model NAME --format … --output DIR`` takes a model of the registry; ``--adapter PEFT
--base-model BASE`` a fresh adapter, ``--trained FOLDER`` a model whose every weight was trained.

============  ==================================================================================
format        what is written
============  ==================================================================================
adapter       GGUF adapter, for llama.cpp and Ollama on top of the base
peft          PEFT folder, for vLLM, TGI and further training
f16 q8_0 q4_1 the whole model as GGUF, the adapter merged into it
modelfile     Ollama's Modelfile, with the training prompt as its template
vllm tgi      the line that starts the server, printed; the chat template that it names
card          README.md for the Hugging Face hub, with the registry's figures
============  ==================================================================================

No GGUF file gets its name before its log-probabilities were compared with the trained model's (``export_check``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from llmsql.chat import CHAT_FORMATS
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from training.command_line import one_line_errors
from training.export_adapter import HALF_MANTISSA, export_gguf_adapter, export_peft
from training.export_merged import export_merged
from training.export_serving import Served, chat_template, model_card, modelfile, tgi_command, vllm_command
from training.export_source import Source, source_of_files, source_of_model

WHOLE = ("f16", "q8_0", "q4_1")
FORMATS = ("adapter", "peft", *WHOLE, "modelfile", "vllm", "tgi", "card")


def export(
    source: Source,
    formats: Sequence[str],
    output: Path,
    *,
    check: bool = True,
    say: Callable[[str], None] = lambda _: None,
    mantissa_bits: int = HALF_MANTISSA,
) -> list[str]:
    """Write a model in several formats.

    Args:
        source: the trained model.
        formats: of ``FORMATS``.
        output: folder to write to; with the one format ``adapter`` also the ``.gguf`` file itself.
        check: compare GGUF files with the trained model; False only where it does not fit into memory.
        say: told what was compared.
        mantissa_bits: of the numbers in a GGUF adapter, 1 to 10.

    Returns:
        The files and folders written, and the lines that start servers, in the order of ``FORMATS``.

    Raises:
        TrainingError: a format does not suit the model, or a file is not the trained model; no such file stays.
    """
    for format_ in formats:
        if format_ not in FORMATS:
            raise TrainingError(f"There is no format {format_!r}.", f"Choose of {', '.join(FORMATS)}.")
        if format_ in ("adapter", "peft") and source.adapter is None:
            raise TrainingError(f"{source.name} has no adapter.", f"Choose of {', '.join(WHOLE)}.")
    is_file = output.suffix == ".gguf"
    if is_file and len(formats) != 1:
        raise TrainingError(f"{output} is one file, and {len(formats)} formats are asked for.", "Name a folder.")
    folder = output.parent if is_file else output
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = output if is_file else None
        return [_made(source, f, file, folder, check, say, mantissa_bits) for f in FORMATS if f in formats]
    except OSError as error:
        raise TrainingError(
            f"{output} cannot be written: {error.strerror or error}.", "Make room, or name another folder."
        ) from error


def _made(
    source: Source,
    format_: str,
    file: Path | None,
    folder: Path,
    check: bool,
    say: Callable[[str], None],
    mantissa_bits: int,
) -> str:
    """Write one format; gives the file or folder, or the line that starts the server."""
    if format_ == "adapter":
        return str(_adapter(source, file or folder / _adapter_name(source), check, say, mantissa_bits))
    if format_ == "peft":
        return str(_peft(source, folder))
    if format_ in WHOLE:
        return str(_whole(source, format_, file or folder / _file(source, format_), check, say))
    if format_ == "modelfile":
        return str(_write(folder / "Modelfile", _modelfile(source, folder, check, say)))
    if format_ == "card":
        return str(_write(folder / "README.md", _card(source, folder)))
    return _command(source, format_, folder)


def _adapter_name(source: Source) -> str:
    return f"{source.name}-adapter.gguf"


def _file(source: Source, quantisation: str) -> str:
    return f"{source.name}-{quantisation}.gguf"


def _adapter(
    source: Source, target: Path, check: bool, say: Callable[[str], None], mantissa_bits: int = HALF_MANTISSA
) -> Path:
    assert source.adapter is not None
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, _unchecked(target) as fresh:
        export_gguf_adapter(source.adapter, source.base, fresh, name=target.stem, mantissa_bits=mantissa_bits)
        if check:
            base, quantisation = source.base, "activations"
            if base.suffix != ".gguf":
                quantisation = "f16"
                base = export_merged(Path(scratch) / "base.gguf", quantisation=quantisation, base=source.base)
            _compare(source, base, [fresh], quantisation, target, say)
    return target


def _whole(source: Source, quantisation: str, target: Path, check: bool, say: Callable[[str], None]) -> Path:
    with _unchecked(target) as fresh:
        export_merged(
            fresh,
            quantisation=quantisation,
            base=source.base,
            adapter=source.adapter,
            header=source.header,
            name=source.name,
        )
        if check:
            _compare(source, fresh, [], quantisation, target, say)
    return target


@contextmanager
def _unchecked(target: Path) -> Iterator[Path]:
    """Where a file lies until it was found to be the trained model."""
    fresh = target.with_name(f".{target.stem}.unchecked.gguf")
    try:
        yield fresh
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)


def _compare(
    source: Source, file: Path, adapters: list[Path], quantisation: str, target: Path, say: Callable[[str], None]
) -> None:
    from training.export_check import BOUNDS, check_export

    model, tokenizer = source.trained
    found = check_export(
        model,
        tokenizer,
        file,
        adapters=adapters,
        chat_format=source.chat_format,
        bound=BOUNDS[quantisation],
        name=target.name,
    )
    say(f"{target.name} is the trained model: {found}")


def _peft(source: Source, folder: Path) -> Path:
    assert source.adapter is not None
    return export_peft(source.adapter, source.entry.base_model, folder / "peft")


def _write(path: Path, text: str) -> Path:
    with written_whole(path) as file:
        file.write_text(text, encoding="utf-8")
    return path


def _modelfile(source: Source, folder: Path, check: bool, say: Callable[[str], None]) -> str:
    served = _served(source)
    whole = next((q for q in ("q8_0", "q4_1", "f16") if (folder / _file(source, q)).is_file()), None)
    if whole is None and (source.adapter is None or source.base.suffix != ".gguf"):
        raise TrainingError("A Modelfile needs a GGUF file beside it.", "Add --format q8_0.")
    if whole is not None:
        return modelfile(served, f"./{_file(source, whole)}")
    if not (folder / _adapter_name(source)).is_file():
        _adapter(source, folder / _adapter_name(source), check, say)
    return modelfile(served, str(source.base.resolve()), f"./{_adapter_name(source)}")


def _served(source: Source) -> Served:
    if source.adapter is None:
        return Served(source.name, source.chat_format, str(source.base))
    # Of a base that is a GGUF file it is the revision of that file's repository, not of the one that servers load.
    revision = source.entry.training.base_revision if source.base.suffix != ".gguf" else None
    return Served(source.name, source.chat_format, source.entry.base_model, revision, source.adapter.rank)


def _command(source: Source, server: str, folder: Path) -> str:
    if source.adapter is None and source.base.suffix == ".gguf":
        raise TrainingError(
            f"{server} loads a model's folder, and {source.name} is a GGUF file.", "Serve it with Ollama."
        )
    weights = (_peft(source, folder) if source.adapter else source.base).resolve()
    template = chat_template(source.chat_format)
    if server == "vllm":
        file = _write(folder / "chat_template.jinja", template)
        return vllm_command(_served(source), weights, file.resolve())
    file = _write(folder / "tgi_tokenizer_config.json", json.dumps({"chat_template": template}, indent=2) + "\n")
    return tgi_command(_served(source), weights, file.resolve())


def _card(source: Source, folder: Path) -> str:
    known = [(_adapter_name(source), "for llama.cpp, on the base's `.gguf` file")]
    known += [(_file(source, q), f"the whole model, {q}, for llama.cpp") for q in WHOLE]
    known += [("peft", "for vLLM, TGI and further training"), ("Modelfile", "for `ollama create`")]
    known += [("chat_template.jinja", "the training prompt, for vLLM")]
    files = [f"`{name}`: {what}" for name, what in known if (folder / name).exists()]
    return model_card(replace(source.entry, chat_format=source.chat_format), files, _public_commands(source, folder))


def _public_commands(source: Source, folder: Path) -> list[str]:
    """The server's lines for somebody who has the repository's files in the working directory."""
    served = _served(source)
    lines = []
    if (folder / "Modelfile").is_file():
        lines.append(f"ollama create {served.name} -f Modelfile")
    if source.adapter is not None and (folder / "peft").is_dir():
        lines.append(vllm_command(served, Path("peft"), Path("chat_template.jinja")))
    return lines


def parse_formats(text: str) -> list[str]:
    """Formats of a comma-separated list.

    Raises:
        TrainingError: there is no such format, or none is named.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS:
            raise TrainingError(f"There is no format {name!r}.", f"Choose of {', '.join(FORMATS)}.")
    if not names:
        raise TrainingError("No format is named.", f"Choose of {', '.join(FORMATS)}.")
    return names


@one_line_errors()
def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write a trained model as the files that servers load.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--model", help="a model of the registry")
    what.add_argument("--adapter", type=Path, help="PEFT folder")
    what.add_argument("--trained", type=Path, help="folder of a model whose every weight was trained")
    parser.add_argument("--base-model", help="what the adapter was trained on; with --trained a .gguf of its tokenizer")
    parser.add_argument("--format", default="adapter", help=f"comma-separated: {', '.join(FORMATS)}; default: adapter")
    parser.add_argument("--output", type=Path, required=True, help="folder; for one GGUF file the file itself")
    parser.add_argument("--chat-format", help=f"{', '.join(CHAT_FORMATS)}; default: the run's")
    parser.add_argument("--name", help="of the model; default: the run's")
    parser.add_argument(
        "--mantissa-bits",
        type=int,
        choices=range(1, HALF_MANTISSA + 1),
        metavar="1..10",
        default=HALF_MANTISSA,
        help="of the numbers in a GGUF adapter: fewer make a file that compresses better",
    )
    parser.add_argument("--no-check", action="store_true", help="do not compare with the trained model")
    options = parser.parse_args(argv)
    formats = parse_formats(options.format)
    if options.model:
        source = source_of_model(options.model)
    else:
        source = source_of_files(
            adapter=options.adapter,
            trained=options.trained,
            base_model=options.base_model,
            chat_format=options.chat_format,
            name=options.name,
        )
    if options.no_check:
        print("not compared with the trained model, as asked", file=sys.stderr)
    for line in export(
        source,
        formats,
        options.output,
        check=not options.no_check,
        say=_note,
        mantissa_bits=options.mantissa_bits,
    ):
        print(line)
    return 0


def _note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
