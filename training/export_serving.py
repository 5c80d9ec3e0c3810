"""What servers are told about a trained model: Ollama's Modelfile, the lines that start vLLM and TGI, a chat template,
and the card that goes with the files on the Hugging Face hub.

All say the same as ``llmsql.chat``: a model is served the characters that it was trained on.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from llmsql.asking.prompt import SYSTEM
from llmsql.chat import CHAT_FORMATS
from llmsql.registry import Measurement, ModelEntry

CONTEXT_TOKENS = 4096
"""as the in-process engine's default; schema, question and answer"""
VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""what ``--max-lora-rank`` may be"""


@dataclass(frozen=True, slots=True)
class Served:
    """A model as servers get it.

    Args:
        name: what requests call it.
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
        base_model: the hub id or folder that an adapter goes on; the model's own folder where all weights were trained.
        revision: of the base on the hub.
        rank: of the adapter, None where there is none.
    """

    name: str
    chat_format: str
    base_model: str
    revision: str | None = None
    rank: int | None = None


def modelfile(served: Served, weights: str, adapter: str | None = None) -> str:
    """Ollama's Modelfile.

    Args:
        served: the model.
        weights: the ``.gguf`` file, relative to the Modelfile or absolute.
        adapter: a ``.gguf`` adapter on top of it.
    """
    fmt = CHAT_FORMATS[served.chat_format]
    user = fmt.start.format(role="user")
    if fmt.has_system:
        system = f"{{{{ if .System }}}}{fmt.start.format(role='system')}{{{{ .System }}}}{fmt.end}{{{{ end }}}}"
        turn = f"{system}{{{{ if .Prompt }}}}{user}{{{{ .Prompt }}}}{fmt.end}{{{{ end }}}}"
    else:
        turn = (
            f"{{{{ if .Prompt }}}}{user}{{{{ if .System }}}}{{{{ .System }}}}\n\n{{{{ end }}}}"
            f"{{{{ .Prompt }}}}{fmt.end}{{{{ end }}}}"
        )
    template = f"{turn}{fmt.start.format(role=fmt.assistant)}{{{{ .Response }}}}{fmt.end}"
    lines = [f"FROM {weights}"]
    if adapter is not None:
        lines.append(f"ADAPTER {adapter}")
    lines += [
        f'TEMPLATE """{template}"""',
        f'SYSTEM """{SYSTEM}"""',
        f'PARAMETER stop "{fmt.stop}"',
        "PARAMETER temperature 0",
        f"PARAMETER num_ctx {CONTEXT_TOKENS}",
    ]
    return "\n".join(lines) + "\n"


def chat_template(chat_format: str) -> str:
    """The Jinja template that transformers, vLLM and TGI take.

    Args:
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
    """
    fmt = CHAT_FORMATS[chat_format]
    start = _jinja(fmt.start).replace("{role}", "' ~ role ~ '")
    parts = ["{{- " + _jinja(fmt.begin) + " }}"] if fmt.begin else []
    if not fmt.has_system:
        parts.append("{%- set first = namespace(system='') %}")
    parts.append("{%- for message in messages %}")
    if fmt.has_system:
        parts.append(f"{{%- set role = '{fmt.assistant}' if message.role == 'assistant' else message.role %}}")
        parts.append(f"{{{{- {start} ~ message.content ~ {_jinja(fmt.end)} }}}}")
    else:
        parts.append(
            "{%- if message.role == 'system' %}{%- set first.system = message.content ~ '\\n\\n' %}{%- else %}"
        )
        parts.append(f"{{%- set role = '{fmt.assistant}' if message.role == 'assistant' else message.role %}}")
        parts.append(f"{{{{- {start} ~ first.system ~ message.content ~ {_jinja(fmt.end)} }}}}")
        parts.append("{%- set first.system = '' %}{%- endif %}")
    parts.append("{%- endfor %}")
    opening = fmt.start.format(role=fmt.assistant)
    parts.append(f"{{%- if add_generation_prompt %}}{{{{- {_jinja(opening)} }}}}{{%- endif %}}")
    return "".join(parts)


def _jinja(text: str) -> str:
    return "'" + text.replace("\n", "\\n") + "'"


def vllm_command(served: Served, folder: Path, template: Path) -> str:
    """The line that serves a model with vLLM.

    Args:
        served: the model.
        folder: the PEFT folder, or the model's own where all weights were trained.
        template: the file with ``chat_template``.
    """
    words = ["vllm", "serve", *_weights(served, folder)]
    if served.rank:
        words += ["--enable-lora", "--lora-modules", f"{served.name}={folder}", "--max-lora-rank"]
        words.append(str(min((rank for rank in VLLM_RANKS if rank >= served.rank), default=served.rank)))
    else:
        words += ["--served-model-name", served.name]
    words += ["--chat-template", str(template), "--max-model-len", str(CONTEXT_TOKENS)]
    return shlex.join(words)


def tgi_command(served: Served, folder: Path, tokenizer_config: Path) -> str:
    """The line that serves a model with Text Generation Inference.

    Args:
        served: the model.
        folder: as ``vllm_command``.
        tokenizer_config: a JSON file with ``chat_template``.
    """
    words = ["text-generation-launcher", "--model-id", *_weights(served, folder)]
    if served.rank:
        words += ["--lora-adapters", f"{served.name}={folder}"]
    words += ["--tokenizer-config-path", str(tokenizer_config)]
    words += ["--max-input-tokens", str(CONTEXT_TOKENS - 512), "--max-total-tokens", str(CONTEXT_TOKENS)]
    return shlex.join(words)


def _weights(served: Served, folder: Path) -> list[str]:
    if not served.rank:
        return [str(folder)]
    return [served.base_model, *(["--revision", served.revision] if served.revision else [])]


def model_card(entry: ModelEntry, files: Sequence[str], serving: Sequence[str]) -> str:
    """The README of a model's repository on the Hugging Face hub.

    Args:
        entry: of the registry; its figures are the card's.
        files: lines about the files.
        serving: lines that start servers.
    """
    is_adapter = entry.training.method == "lora"
    head: dict[str, object] = {
        "language": "en",
        "license": (entry.license or "other").lower() if entry.license == "Apache-2.0" else "other",
        "pipeline_tag": "text-generation",
        "base_model": entry.base_model,
        "tags": ["text-to-sql", "duckdb", "gguf", *(["lora"] if is_adapter else [])],
    }
    if head["license"] == "other" and entry.license:
        head["license_name"] = entry.license
    if is_adapter:
        head |= {"library_name": "peft", "base_model_relation": "adapter"}
    else:
        head |= {"library_name": "transformers", "base_model_relation": "finetune"}
    if entry.measured:
        head["model-index"] = [{"name": entry.name, "results": [_result(m) for m in entry.measured]}]
    lines = ["---", yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=120).strip(), "---", ""]
    lines += [f"# {entry.title}", ""]
    lines += ["Writes DuckDB SQL for questions about a schema, in the prompt of `llmsql.asking.prompt`.", ""]
    if entry.training.dataset:
        lines += [f"**Trained on** {entry.training.dataset}.", ""]
    if entry.training.hyperparameters:
        shown = ", ".join(f"{k} {v}" for k, v in entry.training.hyperparameters.items())
        lines += [f"**Hyper-parameters** ({entry.training.method}): {shown}.", ""]
    lines += ["## Files", "", *(f"- {line}" for line in files), ""]
    if serving:
        lines += ["## Serving", "", "```console", *(f"$ {line}" for line in serving), "```", ""]
    lines += ["## Measured", "", *_figures(entry.measured)]
    return "\n".join(lines).rstrip() + "\n"


def _figures(measured: Sequence[Measurement]) -> list[str]:
    if not measured:
        return ["Nothing yet: `python -m training.evaluate --model NAME --dataset FILE --write-registry NAME`."]
    rows = ["| questions | n | right (95 % interval) | binds | p50 | weights | date |", "|---|---|---|---|---|---|---|"]
    for m in measured:
        interval = f" ({m.interval[0]}–{m.interval[1]})" if m.interval else ""
        rows.append(
            f"| {m.dataset} | {m.n} | {_figure(m, 'execution_accuracy', ' %')}{interval} | "
            f"{_figure(m, 'bind_rate', ' %')} | {_figure(m, 'latency_p50_ms', ' ms')} | "
            f"{m.quantisation or ''} | {m.date} |"
        )
    return [*rows, "", f"Execution accuracy, on {measured[-1].machine}. Each figure's command is in the registry."]


def _figure(measurement: Measurement, name: str, unit: str) -> str:
    value = measurement.metrics.get(name)
    return "" if value is None else f"{value:g}{unit}"


def _result(measurement: Measurement) -> dict[str, object]:
    return {
        "task": {"type": "text-generation", "name": "text-to-SQL"},
        "dataset": {"type": "text-to-sql", "name": measurement.dataset},
        "metrics": [
            {
                "type": "execution_accuracy",
                "name": "execution accuracy, %",
                "value": measurement.metrics["execution_accuracy"],
            }
        ]
        if "execution_accuracy" in measurement.metrics
        else [{"type": name, "value": value} for name, value in measurement.metrics.items()],
    }
