"""A Hugging Face checkpoint in this process. Slow on a CPU; for models that have no GGUF file yet, and for training."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from llmsql.chat import CHAT_FORMATS, render_chat
from llmsql.clients.base import Generation, GenerationRequest
from llmsql.clients.calls import run_cancellable
from llmsql.errors import CancelledError, ConfigError, LLMSQLError, ProviderResponseError, WeightsError

_PROVIDER = "transformers"
# A stop text is looked for in this many of the last tokens.
_TAIL_TOKENS = 32


class TransformersProvider:
    """A model in a local folder, loaded by the first call.

    Args:
        model: folder with ``config.json``, weights and tokenizer.
        provider: the name in messages.
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
        threads: threads of torch; its own choice by default.

    Raises:
        ConfigError: torch or transformers is not installed, or the chat format is unknown.
    """

    def __init__(
        self, model: str, *, provider: str = _PROVIDER, chat_format: str = "chatml", threads: int | None = None
    ) -> None:
        try:
            import torch
            import transformers
        except ImportError:
            raise ConfigError(
                "Provider transformers needs torch and transformers.", "Run pip install 'duckdb-llmsql[train]'."
            ) from None
        if chat_format not in CHAT_FORMATS:
            raise ConfigError(f"There is no chat format {chat_format!r}.", f"Choose one of {', '.join(CHAT_FORMATS)}.")
        self.name = provider
        self.model = str(model)
        self._torch = torch
        self._transformers = transformers
        self._chat_format = chat_format
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def generate(self, request: GenerationRequest) -> Generation:
        """Answer one request.

        Raises:
            CancelledError: the request was cancelled.
            ProviderTimeoutError: the time limit passed.
            ProviderResponseError: the model failed on this prompt.
            WeightsError: the folder is absent or holds no model.
        """
        try:
            # Not a daemon: a process must not exit in the middle of native code.
            return run_cancellable(lambda abandoned: self._answer(request, abandoned), request, self.name, daemon=False)
        except LLMSQLError:
            raise
        except Exception as error:
            raise ProviderResponseError(
                f"{self.model} failed with {type(error).__name__}: {' '.join(str(error).split())[:300]}",
                provider=self.name,
            ) from error

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._loaded = None

    def _answer(self, request: GenerationRequest, abandoned: threading.Event) -> Generation:
        started = time.monotonic()
        fmt = CHAT_FORMATS[self._chat_format]
        with self._lock:
            tokenizer, model = self._load()
            prompt = tokenizer(
                render_chat(request.messages, self._chat_format), return_tensors="pt", add_special_tokens=not fmt.begin
            )
            prompt_tokens = int(prompt["input_ids"].shape[1])
            stops = [fmt.stop, *request.stop]

            def ends(ids: Any, *_: Any, **__: Any) -> bool:
                tail = ids[0, max(prompt_tokens, ids.shape[1] - _TAIL_TOKENS) :]
                return abandoned.is_set() or _cut(tokenizer.decode(tail, skip_special_tokens=False), stops)[1]

            sampling = {"do_sample": True, "temperature": request.temperature} if request.temperature > 0 else {}
            with self._torch.inference_mode():
                output = model.generate(
                    **prompt,
                    max_new_tokens=request.max_tokens,
                    stopping_criteria=self._transformers.StoppingCriteriaList([ends]),
                    output_logits=True,
                    return_dict_in_generate=True,
                    pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
                    **({"do_sample": False} | sampling),
                )
        if abandoned.is_set():
            raise CancelledError("The call was cancelled.")
        tokens = output.sequences[0, prompt_tokens:]
        scores = [float(logits[0].log_softmax(-1)[token]) for logits, token in zip(output.logits, tokens, strict=True)]
        text, stopped = _cut(tokenizer.decode(tokens, skip_special_tokens=False), stops)
        ended = stopped or int(tokens[-1]) == tokenizer.eos_token_id
        return Generation(
            text=text,
            prompt_tokens=prompt_tokens,
            completion_tokens=len(tokens),
            cached_tokens=0,
            seconds=time.monotonic() - started,
            cost_usd=0.0,
            logprob=sum(scores) / len(scores) if scores else None,
            truncated=not ended,
        )

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            if not (Path(self.model) / "config.json").is_file():
                raise WeightsError(
                    f"{self.model} is not a model folder.", "Name a folder with config.json and weights."
                )
            if self._threads:
                self._torch.set_num_threads(self._threads)
            self._transformers.utils.logging.disable_progress_bar()
            try:
                tokenizer = self._transformers.AutoTokenizer.from_pretrained(self.model, local_files_only=True)
                model = self._transformers.AutoModelForCausalLM.from_pretrained(self.model, local_files_only=True)
            except Exception as error:
                raise WeightsError(
                    f"{self.model} cannot be loaded: {' '.join(str(error).split())[:300]}", "Fetch the folder again."
                ) from error
            self._loaded = tokenizer, model.eval()
        return self._loaded


def _cut(text: str, stops: list[str]) -> tuple[str, bool]:
    """``text`` before the first of ``stops``, and whether there was one."""
    places = [text.find(stop) for stop in stops if stop in text]
    return (text[: min(places)], True) if places else (text, False)
