"""Fine-tunes a model at OpenAI, or at a service that speaks its protocol: ``python -m training.finetune_openai``.

The file of chats is checked, counted and priced before anything is sent. A job runs on the server: whoever waits for it
may stop and go on with ``--status --job-id … --wait``. A finished job's model is written into the user's registry.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Self

from llmsql.clients.calls import Fault, as_model_error, class_names, find_fault, safe_url, url_secrets
from llmsql.errors import (
    ConfigError,
    LLMSQLError,
    ProviderAuthError,
    ProviderError,
    ProviderResponseError,
    TrainingError,
)
from llmsql.registry import Deployment, ModelEntry, Training, load_registry, save_entry, user_registry_path
from training.command_line import one_line_errors

BASE_MODEL = "gpt-4o-mini-2024-07-18"
CLOSING = (
    "OpenAI closes self-serve fine-tuning: it is shut to organisations that had never fine-tuned since 2026-05-07, "
    "and nobody can start a job from 2027-01-06."
)
ELSEWHERE = "Train locally (python -m training.finetune_qwen) or name a compatible service with --base-url."
LONGEST_EXAMPLE = {"gpt-3.5-turbo": 16_385}
LONGEST_BY_DEFAULT = 65_536
_OPENAI_URL = "https://api.openai.com/v1"
_SUFFIX_CHARACTERS = 64
_SNAPSHOT = re.compile(r"-(\d{4}-\d\d-\d\d|\d{4})\Z")
# The words of the refusal are not documented, so any that speak of fine-tuning being unavailable count.
_NOT_ELIGIBLE = re.compile(
    r"fine.?tun.*(not (available|allowed|eligible|enabled|permitted|supported)|no longer|unavailable|disabled"
    r"|deprecated|clos|wind|wound|sunset|access|permi)|(not eligible|no longer|permission|access).*fine.?tun",
    re.IGNORECASE,
)
_FAILED_LOOKS = 15
"""in a row, of somebody who waits for a job"""
_DONE = ("succeeded", "failed", "cancelled")


def open_client(base_url: str | None) -> tuple[Any, str, tuple[str | None, ...]]:
    """A client of the OpenAI SDK, the server's address without secrets, and the secrets.

    Args:
        base_url: address up to and with ``/v1``; by default ``OPENAI_BASE_URL``, else OpenAI's own.

    Raises:
        ConfigError: there is no key, or it cannot be one.
    """
    import dotenv
    import openai

    environment = {**dotenv.dotenv_values(Path.cwd() / ".env", interpolate=False), **os.environ}
    address = base_url or environment.get("OPENAI_BASE_URL") or _OPENAI_URL
    key = environment.get("OPENAI_API_KEY")
    if not key:
        raise ConfigError("There is no OpenAI API key.", "Set OPENAI_API_KEY in the environment or in .env.")
    if not (key.isascii() and key.isprintable()):
        raise ConfigError("OPENAI_API_KEY has a character that no key has.", "Set it anew, in one line.")
    client = openai.OpenAI(api_key=key, base_url=address, max_retries=4)
    return client, safe_url(address), (key, *url_secrets(address))


class Jobs:
    """Fine-tuning jobs on a server; every failure is an error of ``llmsql.errors``.

    Args:
        base_url: see ``open_client``.
    """

    def __init__(self, base_url: str | None = None) -> None:
        self._client, self.server_url, self._secrets = open_client(base_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def upload(self, path: Path) -> str:
        """Send a file; returns its id."""
        with self._errors(), path.open("rb") as file:
            return str(self._client.files.create(file=file, purpose="fine-tune").id)

    def create(self, training: Path, validation: Path | None, **parameters: Any) -> Any:
        """Send the files and start a job with them.

        Args:
            training: JSONL to train on.
            validation: JSONL to measure on.
            parameters: of ``fine_tuning.jobs.create``.
        """
        files = [self.upload(training)]
        try:
            if validation is not None:
                files.append(self.upload(validation))
                parameters["validation_file"] = files[1]
            with self._errors():
                # Without retries: a request that was cut off may have started a job, and a second one costs as much.
                once = self._client.with_options(max_retries=0)
                return _checked_job(once.fine_tuning.jobs.create(training_file=files[0], **parameters))
        except LLMSQLError:
            for file in files:
                with suppress(Exception):
                    self._client.files.delete(file)
            raise

    def retrieve(self, job_id: str) -> Any:
        """The job."""
        with self._errors():
            return _checked_job(self._client.fine_tuning.jobs.retrieve(job_id))

    def cancel(self, job_id: str) -> Any:
        """Stop the job."""
        with self._errors():
            return _checked_job(self._client.fine_tuning.jobs.cancel(job_id))

    def latest(self, limit: int = 20) -> list[Any]:
        """The latest jobs, newest first."""
        with self._errors():
            return _entries(self._client.fine_tuning.jobs.list(limit=limit))

    def events(self, job_id: str, limit: int = 50) -> list[Any]:
        """What happened in a job last, oldest first."""
        with self._errors():
            return _entries(self._client.fine_tuning.jobs.list_events(job_id, limit=limit))[::-1]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
            return
        except LLMSQLError:
            raise
        except Exception as error:
            failure = error
        status = getattr(failure, "status_code", None)
        # Raised here, outside the handler, so that no traceback carries what the server echoed.
        raise as_model_error(
            failure,
            _fault(failure, status),
            provider="openai",
            model="",
            where=self.server_url,
            secrets=self._secrets,
            status_code=status,
            headers=getattr(getattr(failure, "response", None), "headers", None),
        )


def _checked_job(job: Any) -> Any:
    """What was sent for a job, if it is one: the SDK takes any JSON for it."""
    if not getattr(job, "id", None) or not getattr(job, "status", None):
        raise TypeError("not a job")
    return job


def _entries(page: Any) -> list[Any]:
    if not isinstance(page.data, list):
        raise TypeError("not a page of a list")
    return page.data


def _fault(failure: Exception, status: int | None) -> Fault | None:
    from llmsql.clients.openai import FAULTS

    if status == 403 or (status in (400, 404) and _NOT_ELIGIBLE.search(str(failure))):
        return Fault(ProviderAuthError, "does not let this key fine-tune.", f"{CLOSING} {ELSEWHERE}", detail=False)
    other = Fault(
        ProviderResponseError,
        "sent something that is no answer about fine-tuning.",
        "Check --base-url: not every compatible service fine-tunes.",
        detail=False,
    )
    faults = {
        **FAULTS,
        "TypeError": other,
        "AttributeError": other,  # the SDK's, of JSON that is no object
        "NotFoundError": Fault(
            ProviderResponseError, "has no such job, file or model.", "Check --job-id, --base-model and --base-url."
        ),
        "BadRequestError": Fault(ProviderResponseError, "refused the request.", "Check --base-model and the options."),
        "APITimeoutError": Fault(
            ProviderResponseError, "did not answer in time.", "See --list for whether the job was started.", True, False
        ),
    }
    return find_fault([str(getattr(failure, "code", "")), *class_names(failure)], faults)


def family(model: str) -> str:
    """The name that prices go by: ``gpt-4o-mini`` for ``gpt-4o-mini-2024-07-18`` and what was tuned from it."""
    return _SNAPSHOT.sub("", model.split(":")[1] if model.startswith("ft:") else model)


def training_price(model: str, tokens: int) -> tuple[float, str] | None:
    """US dollars of training and the date of that price, None for a model without one.

    Args:
        model: the base model.
        tokens: of the training file, times the epochs.
    """
    table = json.loads(resources.files("llmsql").joinpath("prices.json").read_text(encoding="utf-8"))["training"]
    price = table["models"].get(family(model))
    return None if price is None else (tokens * price / 1_000_000, table["as_of"])


def likely_epochs(epochs: str | int, examples: int) -> int:
    """Epochs that are paid for; ``auto`` is three for all but very small and very large files."""
    if epochs != "auto":
        return int(epochs)
    if examples * 3 < 100:
        return min(25, -(-100 // examples))
    return 3 if examples * 3 <= 25_000 else max(1, 25_000 // examples)


def prepare(options: argparse.Namespace) -> None:
    """Write the chats of a dataset's train and validation splits."""
    from training.chat_jsonl import write_chat_jsonl
    from training.dataset import Databases, load_records

    databases = Databases(options.data_root)
    for split, target in (("train", options.output), ("validation", options.validation_output)):
        if target is None:
            continue
        records = [r for path in options.dataset for r in load_records(path, split)]
        if not records:
            raise TrainingError(f"The dataset has no {split} split.", "Check --dataset.")
        print(f"{target}: {write_chat_jsonl(records, databases, target)} examples")


def train(options: argparse.Namespace) -> None:
    """Check, count, price, ask, send, and wait if that is wanted."""
    from llmsql.asking.prompt import PROMPT_VERSION
    from training.chat_jsonl import check_chat_jsonl, token_counter

    if options.suffix and len(options.suffix) > _SUFFIX_CHARACTERS:
        raise TrainingError(f"The suffix has {len(options.suffix)} characters, at most {_SUFFIX_CHARACTERS} are taken.")
    if len(options.dataset) != 1:
        raise TrainingError("--train takes one JSONL file.", "Give all datasets to --prepare.")
    counter = token_counter(options.base_model)
    path, longest = options.dataset[0], LONGEST_EXAMPLE.get(family(options.base_model), LONGEST_BY_DEFAULT)
    training, validation = check_chat_jsonl(path, options.validation, counter=counter, longest=longest)
    epochs = likely_epochs(options.epochs, training.examples)
    billed = sum(training.tokens) * epochs
    price = training_price(options.base_model, billed)
    name = options.register_as or f"{family(options.base_model)}-finetuned"
    print(f"{path}: {training.examples} examples, {sum(training.tokens):,} tokens ({counter.how}), "
          f"the longest {max(training.tokens):,}")  # fmt: skip
    if validation is not None:
        print(f"{validation.path}: {validation.examples} examples, {sum(validation.tokens):,} tokens")
    guessed = ", what auto usually is" if options.epochs == "auto" else ""
    dollars = f"about ${price[0]:,.2f} by the prices of {price[1]}" if price else "no price known for this model"
    print(f"training {options.base_model}: {epochs} epochs{guessed}, {billed:,} tokens, {dollars}")
    if options.dry_run:
        print("dry run: nothing was sent")
        return
    hyperparameters = {
        "n_epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate_multiplier": options.learning_rate_multiplier,
    }
    parameters: dict[str, Any] = {"suffix": options.suffix, "seed": options.seed}
    with Jobs(options.base_url) as jobs:
        _confirm(f"Send it to {jobs.server_url} and train?", yes=options.yes)
        job = jobs.create(
            path,
            options.validation,
            model=options.base_model,
            method={"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
            # What --status needs to register the model, on whatever machine it runs.
            metadata={
                "llmsql_model": name,
                "dataset": path.name,
                "dataset_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "prompt_version": str(PROMPT_VERSION),
            },
            **{key: value for key, value in parameters.items() if value is not None},
        )
        print(f"job: {job.id}", flush=True)
        if options.wait:
            finish(jobs, wait_for(jobs, job.id, options.poll_seconds), options.register_as)
        else:
            print(f"go on with: python -m training.finetune_openai --status --wait --job-id {job.id}")


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise TrainingError("Nobody can be asked for consent here.", "Give --yes.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise TrainingError("Nothing was sent.")


def wait_for(jobs: Jobs, job_id: str, poll_seconds: float, *, sleep: Callable[[float], None] = time.sleep) -> Any:
    """Look at a job until it is done, with a line on stderr whenever something happened.

    A server that has answered once may fail a while after that.

    Args:
        jobs: the server.
        job_id: the job; how long it has run already does not matter.
        poll_seconds: between looks.
        sleep: waits.
    """
    seen: set[str] = set()
    status = ""
    failures = 0
    while True:
        try:
            job = jobs.retrieve(job_id)
        except ProviderError as error:
            failures += 1
            if not (status and error.retryable and failures <= _FAILED_LOOKS):
                raise
            _progress(f"{error} The job goes on; looking again.")
            sleep(poll_seconds)
            continue
        failures = 0
        happened: list[Any] = []
        with suppress(ProviderError):  # not every compatible service keeps events
            happened = jobs.events(job_id)
        for event in happened:
            if event.id not in seen:
                seen.add(event.id)
                _progress(f"{_when(event.created_at)}  {event.message}")
        if job.status != status:
            status = job.status
            until = f", done about {_when(job.estimated_finish)}" if job.estimated_finish else ""
            _progress(f"{job_id}: {status}{until}")
        if status in _DONE:
            return job
        sleep(poll_seconds)


def finish(jobs: Jobs, job: Any, register_as: str | None) -> None:
    """Say how a job stands, and register its model when it is done.

    Raises:
        TrainingError: it failed or was cancelled.
    """
    if job.status == "failed":
        why = job.error.message if job.error and job.error.message else "no reason given"
        raise TrainingError(f"{job.id} failed: {' '.join(why.split())}", f"See --events --job-id {job.id}.")
    if job.status == "cancelled":
        raise TrainingError(f"{job.id} was cancelled.")
    if job.status != "succeeded":
        print(f"{job.id}: {job.status}")
        return
    if not job.fine_tuned_model:
        raise TrainingError(f"{job.id} succeeded but names no model.", "Ask the service.")
    print(f"model: {job.fine_tuned_model}")
    print(f"registered: {register(jobs, job, register_as)}")


def register(jobs: Jobs, job: Any, register_as: str | None) -> str:
    """Write a finished job's model into the user's registry; returns the entry's name.

    An entry that already names this model is left alone, with what was measured of it.
    """
    metadata = job.metadata or {}
    name = register_as or metadata.get("llmsql_model") or f"{family(job.model)}-finetuned"
    known = load_registry().entries.get(name)
    if known is not None and known.id == job.fine_tuned_model:
        return name
    if known is not None and known.training.method != "openai-fine-tuning":
        raise TrainingError(f"The registry has another model called {name}.", "Give --register-as.")
    entry = known or ModelEntry(name, f"{job.model}, fine-tuned for SQL", "openai", job.model)
    where = [] if jobs.server_url == _OPENAI_URL else [f"Set OPENAI_BASE_URL={jobs.server_url}."]
    entry = replace(
        entry,
        id=job.fine_tuned_model,
        base_model=job.model,
        training=Training(
            "openai-fine-tuning",
            dataset=_dataset_name(job, metadata),
            hyperparameters=_hyperparameters(job, metadata),
            recipe="training/finetune_openai.py",
            base_revision=job.model,
        ),
        deployment=Deployment(
            "needs-key",
            (
                "Set OPENAI_API_KEY in the environment or in .env.",
                *where,
                f"FROM ask('revenue by region', model := '{name}')",
            ),
        ),
        measured=(),  # of an earlier model under this name
    )
    save_entry(entry)
    _progress(f"written to {user_registry_path()}")
    return name


def _dataset_name(job: Any, metadata: dict[str, str]) -> str:
    if "dataset_sha256" not in metadata:
        return str(job.training_file)
    return f"{metadata.get('dataset', job.training_file)}, sha256 {metadata['dataset_sha256']}"


def _hyperparameters(job: Any, metadata: dict[str, str]) -> dict[str, Any]:
    method = getattr(job.method, "supervised", None)
    used = getattr(method, "hyperparameters", None) or job.hyperparameters
    chosen = used.model_dump(exclude_none=True) if used else {}
    more = {
        "job": job.id,
        "seed": job.seed,
        "trained_tokens": job.trained_tokens,
        "prompt_version": metadata.get("prompt_version"),
    }
    return {**chosen, **{key: value for key, value in more.items() if value is not None}}


def status(options: argparse.Namespace) -> None:
    """Say how a job stands; register its model when it is done."""
    with Jobs(options.base_url) as jobs:
        job = wait_for(jobs, options.job_id, options.poll_seconds) if options.wait else jobs.retrieve(options.job_id)
        finish(jobs, job, options.register_as)


def events(options: argparse.Namespace) -> None:
    """Print what happened in a job."""
    with Jobs(options.base_url) as jobs:
        for event in jobs.events(options.job_id):
            print(f"{_when(event.created_at)}  {event.level:5}  {event.message}")


def cancel(options: argparse.Namespace) -> None:
    """Stop a job."""
    with Jobs(options.base_url) as jobs:
        job = jobs.cancel(options.job_id)
        print(f"{job.id}: {job.status}")


def list_jobs(options: argparse.Namespace) -> None:
    """Print the latest jobs."""
    with Jobs(options.base_url) as jobs:
        for job in jobs.latest():
            print(f"{job.id}  {_when(job.created_at)}  {job.status:16}  {job.fine_tuned_model or job.model}")


def _when(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _auto_or(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        if text == "auto":
            return text
        value = kind(text)
        if not 0 < value < math.inf:
            raise ValueError
        return value

    convert.__name__ = f"auto or {kind.__name__}"
    return convert


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not a time to wait")
    return seconds


def build_parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="python -m training.finetune_openai",
        description=f"Fine-tune a model at OpenAI or a compatible service. {CLOSING}",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    actions = (
        ("--prepare", prepare, "write a dataset as chat JSONL"),
        ("--train", train, "check, count and price a JSONL file, then start a job with it"),
        ("--status", status, "how a job stands; a finished one is registered"),
        ("--events", events, "what happened in a job"),
        ("--cancel", cancel, "stop a job"),
        ("--list", list_jobs, "the latest jobs"),
    )
    for flag, action, text in actions:
        what.add_argument(flag, dest="action", action="store_const", const=action, help=text)
    parser.add_argument("--dataset", type=Path, nargs="+", help="datasets to prepare, or the JSONL to train on")
    parser.add_argument("--base-url", help="a compatible service; default: OPENAI_BASE_URL, else OpenAI")
    writing = parser.add_argument_group("with --prepare")
    writing.add_argument("--output", type=Path, help="JSONL of the train split")
    writing.add_argument("--validation-output", type=Path, help="JSONL of the validation split")
    writing.add_argument(
        "--data-root", type=Path, default=Path("data/training"), help="folder of the datasets' databases"
    )
    starting = parser.add_argument_group("with --train")
    starting.add_argument("--validation", type=Path, help="JSONL to measure on")
    starting.add_argument("--base-model", default=BASE_MODEL, help="default: %(default)s")
    starting.add_argument("--suffix", help=f"part of the model's name, at most {_SUFFIX_CHARACTERS} characters")
    starting.add_argument("--epochs", type=_auto_or(int), default="auto", help="auto or a number; default: auto")
    starting.add_argument("--batch-size", type=_auto_or(int), default="auto", help="default: auto")
    starting.add_argument("--learning-rate-multiplier", type=_auto_or(float), default="auto", help="default: auto")
    starting.add_argument("--seed", type=int, help="default: the service's")
    starting.add_argument("--dry-run", action="store_true", help="check, count and price; send nothing")
    starting.add_argument("--yes", action="store_true", help="do not ask before sending")
    running = parser.add_argument_group("with a job")
    running.add_argument("--job-id", help="ftjob-…")
    running.add_argument("--wait", action="store_true", help="until the job is done, with --train or --status")
    running.add_argument("--poll-seconds", type=_seconds, default=20.0, help="between looks; default: %(default)s")
    running.add_argument("--register-as", metavar="NAME", help="name in the registry; default: BASE-finetuned")
    return parser


@one_line_errors("\ninterrupted; a job that was started goes on, see --list")
def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = build_parser()
    options = parser.parse_args(argv)
    needs = {
        prepare: ("dataset", "output"),
        train: ("dataset",),
        status: ("job_id",),
        events: ("job_id",),
        cancel: ("job_id",),
        list_jobs: (),
    }
    for name in needs[options.action]:
        if getattr(options, name) is None:
            parser.error(f"--{name.replace('_', '-')} is missing")
    options.action(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
