"""llama.cpp in this process, through xllamacpp: GGUF weights, LoRA adapters, grammars, and a prefix cache on disk.

One engine per distinct set of load options serves every provider of the process. Calls queue up for its first slot, and
the key-value state of the last prompt stays there, so the next question on the same schema reads only the question. The
other slots share that state while several answers to one prompt are written side by side. An engine that is loaded with
several slots of its own, as the row functions do, runs that many calls at once instead, and computes them together.
A new long prefix is prefilled on its own and saved; a fresh process restores it instead of reading it again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.client
import importlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from llmsql.chat import CHAT_FORMATS, Message, render_chat
from llmsql.clients.answer_cache import AnswerCache
from llmsql.clients.base import CallProgress, Embedding, Generation, GenerationRequest, choice_grammar
from llmsql.clients.calls import run_cancellable
from llmsql.clients.prefix_cache import DEFAULT_LIMIT_BYTES, PrefixCache
from llmsql.errors import CancelledError, ConfigError, ProviderResponseError, WeightsError


def _import_engine() -> Any:
    """Import xllamacpp with an OpenMP that stops spinning soon.

    At a barrier, the default spins for about as long as another process's time slice: on busy cores an answer then
    takes a hundred times longer. This costs some 10 % on idle ones. The variables are read once, at load, and are put
    back so that no other library and no child process sees them.
    """
    if "OMP_WAIT_POLICY" in os.environ or "GOMP_SPINCOUNT" in os.environ:
        return importlib.import_module("xllamacpp")
    os.environ["GOMP_SPINCOUNT"] = "5000"
    try:
        return importlib.import_module("xllamacpp")
    finally:
        del os.environ["GOMP_SPINCOUNT"]


xllamacpp = _import_engine()

_PROVIDER = "llamacpp"
# A prefix shorter than this is read faster than its state is written and found again.
_MIN_PREFIX_CHARACTERS = 1000
# Between two batches the engine looks whether it should stop: small enough to stop soon, large enough to read fast.
_BATCH_TOKENS = 128
# Most answers written side by side from one prompt, and tokens of context for them beyond the first one's.
_SLOTS = 8
_SAMPLE_TOKENS = 2048
_LOCK_POLL_SECONDS = 0.05
# A small model can fall into a loop that only its budget of tokens ends ("… IS NULL AND closed IS NULL AND …"). DRY
# (llama.cpp's sampler of that name) makes going on with a repetition less likely: here only past the longest that right
# SQL has, such as a formula that stands once a period.
_AGAINST_LOOPS = {
    "dry_multiplier": 1.0,
    "dry_base": 1.75,
    "dry_allowed_length": 40,
    "dry_penalty_last_n": 512,
    "dry_sequence_breakers": [";"],
}
# The short entries at the beginning of a GGUF file, before its vocabulary, are within so many bytes.
_METADATA_BYTES = 1 << 20
# How the engine makes a grammar of a JSON Schema: without giving up the whole of it for a keyword that it does not
# know, and with one space after commas and colons, as models write JSON. Room for more is what small ones get lost
# in; without any, they take null or an empty list where they would have begun a text.
_GUIDANCE = {"lenient": True, "whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}


@dataclass(frozen=True, slots=True)
class _Load:
    """What distinguishes one loaded engine from another."""

    model: Path
    adapters: tuple[tuple[Path, float], ...]
    n_ctx: int
    threads: int
    cache_dir: Path | None
    cache_bytes: int
    slots: int = 1
    embedding: bool = False


class LlamaCppProvider:
    """A GGUF model in this process. It is loaded by the first call, or by ``open``.

    Args:
        model: path of a GGUF file.
        provider: the name in messages.
        adapters: LoRA adapters as (path of a GGUF file, scale).
        chat_format: a key of ``llmsql.chat.CHAT_FORMATS``.
        n_ctx: tokens of context, the answer included.
        threads: the physical cores that this process may use by default.
        cache_dir: folder of saved prefixes; None keeps them in memory only.
        cache_bytes: most bytes in that folder.
        answers_dir: folder of greedy answers, given again without loading the model; None writes every answer anew.
        logprobs: measure the answer's mean log-probability; costs about 3 % of the writing speed.
        slots: calls that run at once, each with ``n_ctx`` tokens of context; 1 queues them, and can save prefixes.
        embedding: the model is loaded for ``embed``, not for ``generate``.

    Raises:
        ConfigError: unknown chat format or an impossible number.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        *,
        provider: str = _PROVIDER,
        adapters: Sequence[tuple[str | os.PathLike[str], float]] = (),
        chat_format: str = "chatml",
        n_ctx: int = 4096,
        threads: int | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        cache_bytes: int = DEFAULT_LIMIT_BYTES,
        answers_dir: str | os.PathLike[str] | None = None,
        logprobs: bool = True,
        slots: int = 1,
        embedding: bool = False,
    ) -> None:
        if chat_format not in CHAT_FORMATS:
            raise ConfigError(f"There is no chat format {chat_format!r}.", f"Choose one of {', '.join(CHAT_FORMATS)}.")
        if n_ctx < 64 or (threads is not None and threads < 1) or slots < 1:
            raise ConfigError("n_ctx must be at least 64, threads and slots at least 1.")
        self.name = provider
        self.model = str(model)
        self._chat_format = chat_format
        self._logprobs = logprobs
        self._answers = AnswerCache(Path(answers_dir).expanduser().absolute()) if answers_dir is not None else None
        self._load = _Load(
            model=Path(model).expanduser().absolute(),
            adapters=tuple((Path(path).expanduser().absolute(), float(scale)) for path, scale in adapters),
            n_ctx=n_ctx,
            threads=threads or physical_cores(),
            cache_dir=Path(cache_dir).expanduser().absolute() if cache_dir is not None and slots == 1 else None,
            cache_bytes=cache_bytes,
            slots=slots,
            embedding=embedding,
        )
        self._engine: _Engine | None = None
        self._opening = threading.Lock()

    def open(self) -> None:
        """Load the model now.

        Raises:
            WeightsError: a file is absent, damaged, or of a kind that the engine does not know.
        """
        self._opened()

    def prepare(self, messages: Sequence[Message], cancel: threading.Event) -> None:
        """Load the model and read the beginning that ``messages`` share with other questions on the same schema.

        Raises:
            CancelledError: ``cancel`` was set.
            WeightsError: as ``open``.
        """
        engine = self._opened()
        with engine.reserved(cancel):
            engine.warm(_prefix(messages, self._chat_format), cancel)

    @property
    def progress(self) -> CallProgress | None:
        """How far the engine is with its call, whoever called; None between calls."""
        return self._engine.progress if self._engine is not None else None

    @property
    def identity(self) -> str:
        """What decides an answer besides the request: the files, their sizes and dates, and the engine's version.

        Raises:
            WeightsError: a file is not there.
        """
        try:
            return _identity(self._load)
        except OSError as error:
            raise WeightsError(f"Model file {error.filename} cannot be read: {error.strerror}.") from None

    @property
    def server_url(self) -> str:
        """Address of the engine's OpenAI-compatible server on loopback; it wants ``server_key``."""
        return self._opened().url + "/v1"

    @property
    def server_key(self) -> str:
        """The key of that server, made anew for each engine."""
        return self._opened().key

    def generate(self, request: GenerationRequest) -> Generation:
        """Answer one request.

        Raises:
            CancelledError: the request was cancelled.
            ProviderTimeoutError: the time limit passed.
            ProviderResponseError: the prompt does not fit into ``n_ctx``, or the grammar is invalid.
            WeightsError: the model cannot be loaded.
        """
        key = self._answer_key(request)
        kept = self._answers.find(key) if self._answers is not None and key is not None else None
        if kept is not None:
            return kept
        engine = self._opened()
        # Not a daemon: a process must not exit in the middle of native code.
        [answer] = run_cancellable(
            lambda abandoned: self._write(engine, request, 1, abandoned), request, self.name, daemon=False
        )
        if self._answers is not None and key is not None:
            self._answers.keep(key, answer)
        return answer

    def generate_many(self, request: GenerationRequest, n: int) -> list[Generation]:
        """Several answers to one prompt, which is read once; written side by side.

        Args:
            request: what to answer; its temperature should be above 0.
            n: how many answers.

        Raises:
            ModelError: as ``generate``.
        """
        engine = self._opened()
        answers: list[Generation] = []
        while len(answers) < n:
            several = min(n - len(answers), _SLOTS)
            write = functools.partial(self._write, engine, request, several)
            answers += run_cancellable(write, request, self.name, daemon=False)
        return answers

    def embed(self, texts: Sequence[str], request: GenerationRequest, dimensions: int | None = None) -> Embedding:
        """Vectors of texts, normalised to length 1.

        Args:
            texts: at least one.
            request: gives ``timeout`` and ``cancel``.
            dimensions: must be None or the model's own.

        Raises:
            ConfigError: the provider was not made with ``embedding``, or cannot give vectors of that length.
            CancelledError: the request was cancelled.
            ProviderResponseError: a text does not fit into ``n_ctx``.
            WeightsError: the model cannot be loaded.
        """
        if not self._load.embedding:
            raise ConfigError("This model was not loaded for embeddings.", "Make the client with embedding=True.")
        engine = self._opened()
        answer = run_cancellable(
            lambda abandoned: self._embed(engine, list(texts), abandoned), request, self.name, daemon=False
        )
        length = len(answer.vectors[0])
        if dimensions not in (None, length):
            raise ConfigError(
                f"{Path(self.model).name} gives vectors of {length}, not {dimensions}.", "Leave out dims."
            )
        return answer

    def _embed(self, engine: _Engine, texts: list[str], abandoned: threading.Event) -> Embedding:
        started = time.monotonic()
        with engine.reserved(abandoned):
            vectors, tokens = engine.embed(texts)
        return Embedding(vectors, tokens, time.monotonic() - started, 0.0)

    def _answer_key(self, request: GenerationRequest) -> str | None:
        """What decides a greedy answer, hashed; None where chance or a missing file does."""
        if self._answers is None or request.temperature > 0:
            return None
        try:
            model = _identity(self._load)
        except OSError:
            return None
        asked = [
            render_chat(request.messages, self._chat_format),
            request.max_tokens,
            list(request.stop),
            request.grammar,
            request.schema,
            list(request.choices),
        ]
        return hashlib.sha256(json.dumps([model, *asked]).encode()).hexdigest()

    def close(self) -> None:
        """Free the model when no other provider uses it."""
        with self._opening:
            engine, self._engine = self._engine, None
        if self._answers is not None:
            self._answers.close()
        if engine is not None:
            _release(engine)

    def _opened(self) -> _Engine:
        with self._opening:
            if self._engine is None:
                self._engine = _acquire(self._load)
            return self._engine

    def _write(
        self, engine: _Engine, request: GenerationRequest, n: int, abandoned: threading.Event
    ) -> list[Generation]:
        started = time.monotonic()
        fmt = CHAT_FORMATS[self._chat_format]
        # The engine puts the begin-of-sequence token in front by itself.
        prompt = render_chat(request.messages, self._chat_format).removeprefix(fmt.begin)
        body: dict[str, Any] = {
            "prompt": prompt,
            "n_predict": request.max_tokens,
            "temperature": request.temperature,
            "stop": [fmt.stop, *request.stop],
        }
        if request.break_loops:
            body |= _AGAINST_LOOPS
        if n > 1:
            body["n"] = n
        if request.seed is not None:
            body["seed"] = request.seed
        if request.grammar:
            body["grammar"] = request.grammar
        elif request.schema:
            body["json_schema"] = {**request.schema, "x-guidance": _GUIDANCE}
        if self._logprobs:
            body["n_probs"] = 1
        with engine.reserved(abandoned):
            engine.warm(_prefix(request.messages, self._chat_format), abandoned)
            if request.choices and n == 1:
                return [self._choose(engine, body, request.choices, abandoned, started)]
            chunks = engine.complete(body, abandoned)
        return _generations(chunks, n, started)

    def _choose(
        self, engine: _Engine, body: dict[str, Any], choices: Sequence[str], abandoned: threading.Event, started: float
    ) -> Generation:
        """The choice that greedy writing would end in, with as few passes over the model as settle it.

        A grammar leaves only the choices' own tokens, so the first one often tells which it is: one forward pass. If
        it does not, the prompt is in the cache, and the rest is written.
        """
        body = body | {"grammar": choice_grammar(choices)}
        [first] = _generations(engine.complete(body | {"n_predict": 1}, abandoned), 1, started)
        left = [choice for choice in choices if choice.startswith(first.text)]
        if len(left) == 1 and first.text:
            return replace(first, text=left[0], truncated=False)
        [rest] = _generations(engine.complete(body, abandoned), 1, started)
        return replace(rest, completion_tokens=rest.completion_tokens + 1)


def _generations(chunks: list[dict[str, Any]], n: int, started: float) -> list[Generation]:
    """The ``n`` answers in the chunks of a completion.

    Raises:
        CancelledError: one of them has no end.
    """
    by_answer: list[list[dict[str, Any]]] = [[] for _ in range(n)]
    for chunk in chunks:
        by_answer[chunk["choices"][0]["index"]].append(chunk)
    if not all(mine and "usage" in mine[-1] for mine in by_answer):
        raise CancelledError("The call was cancelled.")
    return [_generation(mine, time.monotonic() - started) for mine in by_answer]


def _generation(chunks: list[dict[str, Any]], seconds: float) -> Generation:
    choices = [chunk["choices"][0] for chunk in chunks]
    logprobs = [token["logprob"] for c in choices if c["logprobs"] for token in c["logprobs"]["content"]]
    usage = chunks[-1]["usage"]
    return Generation(
        text="".join(choice["text"] for choice in choices),
        prompt_tokens=usage["prompt_tokens"],
        completion_tokens=usage["completion_tokens"],
        cached_tokens=usage["prompt_tokens_details"]["cached_tokens"],
        seconds=seconds,
        cost_usd=0.0,
        logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        truncated=choices[-1]["finish_reason"] == "length",
    )


def physical_cores() -> int:
    """Physical cores that this process may run on; threads beyond them slow llama.cpp down."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    siblings = set()
    for cpu in allowed:
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            siblings.add(topology.read_text())
        except OSError:
            siblings.add(str(cpu))
    return max(1, len(siblings))


def _prefix(messages: Sequence[Message], chat_format: str) -> str:
    """The rendered text that questions on one schema share: up to the first user turn's last empty line."""
    fmt = CHAT_FORMATS[chat_format]
    first = next((i for i, message in enumerate(messages) if message.role == "user"), None)
    if first is None:
        return ""
    shared, blank, question = messages[first].content.rpartition("\n\n")
    if not blank or not shared:
        return ""
    rendered = render_chat(messages[: first + 1], chat_format).removeprefix(fmt.begin)
    return rendered.removesuffix(question + fmt.end + fmt.start.format(role=fmt.assistant))


class _Engine:
    """One loaded model. Only whoever holds ``reserved`` may call ``warm``, ``complete`` and ``embed``."""

    def __init__(self, load: _Load) -> None:
        for path in (load.model, *(adapter for adapter, _ in load.adapters)):
            _check_gguf(path)
        self.load = load
        self.users = 0
        self.progress: CallProgress | None = None
        self.key = secrets.token_hex(16)
        self._slots_left = threading.Semaphore(load.slots)
        self._warm_key: str | None = None
        self._identity = _identity(load)
        self._cache: PrefixCache | None = None
        if load.cache_dir is not None:
            # A cache that cannot be written is no reason not to answer.
            with contextlib.suppress(OSError):
                self._cache = PrefixCache(load.cache_dir, load.cache_bytes)
        try:
            self._server = xllamacpp.Server(_parameters(load, self.key, self._cache))
        except RuntimeError:
            names = " or ".join(str(path) for path in (load.model, *(path for path, _ in load.adapters)))
            raise WeightsError(
                f"{names} cannot be loaded: damaged, cut short, of an unknown architecture, or too large for memory.",
                "Fetch the file again.",
            ) from None
        self.url: str = self._server.listening_address

    @contextlib.contextmanager
    def reserved(self, abandoned: threading.Event) -> Iterator[None]:
        """Hold the engine; gives up when nobody waits for the answer any more."""
        while not self._slots_left.acquire(timeout=_LOCK_POLL_SECONDS):
            if abandoned.is_set():
                raise CancelledError("The call was cancelled.")
        try:
            yield
        finally:
            self._slots_left.release()

    def warm(self, prefix: str, abandoned: threading.Event) -> None:
        """Bring the state after ``prefix`` into the slot: kept from before, read from disk, or computed and saved."""
        if self._cache is None or len(prefix) < _MIN_PREFIX_CHARACTERS:
            self._warm_key = None
            return
        key = hashlib.sha256(f"{self._identity}\n{prefix}".encode()).hexdigest()
        if key == self._warm_key:
            return
        self._warm_key = None
        name = self._cache.find(key)
        if name is not None:
            if self._slot("restore", name):
                self._warm_key = key
                return
            self._cache.remove(name)
        chunks = self.complete({"prompt": prefix, "n_predict": 0}, abandoned)
        if chunks and "usage" in chunks[-1]:
            with contextlib.suppress(OSError):
                self._cache.add(key, self._save)
            self._warm_key = key

    def complete(self, body: dict[str, Any], abandoned: threading.Event) -> list[dict[str, Any]]:
        """The chunks of a raw completion; the last one has ``usage``, unless the call was abandoned."""
        chunks: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        alone = self.load.slots == 1

        def receive(chunk: dict[str, Any]) -> bool:
            if "error" in chunk or "choices" not in chunk:
                errors.append(chunk.get("error", chunk))
            elif "prompt_progress" in chunk:
                reading = chunk["prompt_progress"]
                if alone:
                    self.progress = CallProgress(reading["processed"], reading["total"], 0, reading["time_ms"] / 1000)
            else:
                chunks.append(chunk)
                if alone and self.progress is not None:
                    self.progress = replace(self.progress, written=len(chunks))
            return abandoned.is_set()

        # Progress chunks call back between the batches of a long prompt, where it can be stopped.
        streaming: dict[str, Any] = {"stream": True, "return_progress": True, "cache_prompt": True}
        if alone:
            streaming["id_slot"] = 0
        try:
            self._server.handle_completions({**body, **streaming}, receive)
        finally:
            self.progress = None
        if errors:
            raise _engine_error(errors[0], self.load.n_ctx)
        return chunks

    def embed(self, texts: list[str]) -> tuple[list[list[float]], int]:
        """Vectors of texts, and the tokens read."""
        answer: dict[str, Any] = self._server.handle_embeddings({"input": texts})
        if "data" not in answer:
            raise _engine_error(answer.get("error", answer), self.load.n_ctx)
        data = sorted(answer["data"], key=lambda item: item["index"])
        return [item["embedding"] for item in data], answer.get("usage", {}).get("prompt_tokens", 0)

    def _save(self, name: str) -> None:
        if not self._slot("save", name):
            raise OSError("the engine could not save its state")

    def _slot(self, action: str, name: str) -> bool:
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        try:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
            connection.request("POST", f"/slots/0?action={action}", json.dumps({"filename": name}), headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def free(self) -> None:
        """Wait for the call in progress, then unload the model."""
        for _ in range(self.load.slots):
            self._slots_left.acquire()
        del self._server


_ENGINES: dict[_Load, _Engine] = {}
_ENGINES_LOCK = threading.Lock()


def _acquire(load: _Load) -> _Engine:
    with _ENGINES_LOCK:
        if load not in _ENGINES:
            _ENGINES[load] = _Engine(load)
        engine = _ENGINES[load]
        engine.users += 1
        return engine


def _release(engine: _Engine) -> None:
    with _ENGINES_LOCK:
        engine.users -= 1
        if engine.users:
            return
        del _ENGINES[engine.load]
    engine.free()


def _parameters(load: _Load, key: str, cache: PrefixCache | None) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(load.model)
    parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), scale) for path, scale in load.adapters]
    parameters.n_ctx = load.n_ctx * load.slots if load.slots > 1 else load.n_ctx + _SAMPLE_TOKENS
    parameters.n_parallel = load.slots if load.slots > 1 else _SLOTS
    parameters.kv_unified = load.slots == 1
    parameters.n_batch = parameters.n_ubatch = _BATCH_TOKENS
    parameters.cpuparams.n_threads = load.threads
    parameters.cpuparams_batch.n_threads = load.threads
    parameters.n_gpu_layers = 0
    if load.embedding:
        parameters.embedding = True
        if not _says_how_to_pool(load.model):
            parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
        parameters.n_batch = parameters.n_ubatch = load.n_ctx  # a text is read in one piece
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.ui = False
    parameters.hostnames = ["127.0.0.1"]
    parameters.api_keys = [key]
    # A sliding-window model can only reuse part of a prompt with its whole state at hand.
    parameters.swa_full = True
    # Saved files do what this cache of earlier prompts does, without the memory.
    parameters.cache_ram_mib = 0 if cache else 256
    if cache:
        parameters.slot_save_path = f"{cache.folder}{os.sep}"
    return parameters


def _says_how_to_pool(path: Path) -> bool:
    """Whether a file says how vectors of tokens become one of the text; a language model's does not."""
    with path.open("rb") as file:
        return b".pooling_type" in file.read(_METADATA_BYTES)


def _check_gguf(path: Path) -> None:
    """Say what is wrong with a file where that is plain to see; the engine checks sizes and offsets itself."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError:
        raise WeightsError(f"There is no model file {path}.", "Check the path, or run `llmsql models pull`.") from None
    except OSError as error:
        raise WeightsError(f"Model file {path} cannot be read: {error.strerror}.") from None
    if magic != b"GGUF":
        raise WeightsError(f"{path} is not a GGUF file.", "Fetch the file again, or name another.")


def _identity(load: _Load) -> str:
    """What a saved state depends on besides the text: the files, and the engine's version for the state's layout."""
    parts = [xllamacpp.__version__, f"{load.n_ctx}"]
    for path, scale in ((load.model, 1.0), *load.adapters):
        stat = path.stat()
        parts.append(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {scale}")
    return "\n".join(parts)


def _engine_error(error: dict[str, Any], n_ctx: int) -> ProviderResponseError:
    message = " ".join(str(error.get("message", error)).split())[:300]
    if error.get("type") == "exceed_context_size_error":
        return ProviderResponseError(
            f"The prompt has {error.get('n_prompt_tokens', 'more')} tokens, the model's context holds {n_ctx}.",
            "Name fewer tables or raise n_ctx.",
            provider=_PROVIDER,
        )
    return ProviderResponseError(f"llama.cpp refused the request: {message}", provider=_PROVIDER)
