"""What the providers share: waiting for a call that may be cancelled, and saying what its failure means.

An SDK's exceptions are looked up by class name along the method resolution order, so that one table fits every
version of the SDK and both of the HTTP libraries below it, without importing any of them.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from llmsql.clients.base import GenerationRequest
from llmsql.errors import (
    CancelledError,
    ModelError,
    ProviderConnectionError,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
)

POLL_SECONDS = 0.05
_DETAIL_CHARACTERS = 300
_SECRET_SHAPES = re.compile(r"\bsk-[\w*.-]{4,}|\bhf_\w{8,}|(?i:\b(?:bearer|basic)\s+)\S+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """What an exception of an SDK means.

    Args:
        error: the class to raise, a ``ProviderError`` or ``ModelNotFoundError``.
        says: what is wrong; follows the provider's name; may use ``{model}``.
        hint: the fix; may use ``{model}``.
        retryable: whether the same request may succeed later.
        detail: whether the provider's own words help; never for refused keys, which servers echo.
    """

    error: type[ModelError]
    says: str
    hint: str | None = None
    retryable: bool = False
    detail: bool = True


RAISE_TIMEOUT = "Ask again, or raise timeout: LLMSQL_TIMEOUT=300, or SET VARIABLE llmsql_timeout = 300;"
HTTP_FAULTS: Mapping[str, Fault] = {
    "TimeoutException": Fault(ProviderTimeoutError, "did not answer in time.", RAISE_TIMEOUT, True, False),
    "TransportError": Fault(ProviderConnectionError, "cannot be reached or cut the connection.", None, True),
    "HTTPError": Fault(ProviderResponseError, "sent a broken HTTP answer.", None, True),
    "InvalidURL": Fault(ProviderConnectionError, "has an invalid address.", "Check base_url."),
    "StreamError": Fault(ProviderConnectionError, "cut the answer short.", None, True),
    "JSONDecodeError": Fault(ProviderResponseError, "sent something that is not JSON.", "Check base_url.", True, False),
    "UnicodeError": Fault(ProviderResponseError, "sent text that is not UTF-8.", "Check base_url.", True, False),
    "ValidationError": Fault(
        ProviderResponseError, "sent an answer of another shape.", "Check base_url.", False, False
    ),
    "OSError": Fault(ProviderConnectionError, "cannot be reached.", None, True),
}
"""httpx, httpx2, json, pydantic and socket errors, which SDKs let through while they read a stream."""


def find_fault(names: Iterable[str], faults: Mapping[str, Fault]) -> Fault | None:
    """The first of ``names`` that the table knows, or None."""
    return next((faults[name] for name in names if name in faults), None)


def class_names(error: BaseException) -> list[str]:
    """Names of an exception's class and its bases, nearest first."""
    return [cls.__name__ for cls in type(error).__mro__]


def as_model_error(
    error: Exception,
    fault: Fault | None,
    *,
    provider: str,
    model: str,
    where: str,
    secrets: Iterable[str | None] = (),
    status_code: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> ModelError:
    """The error of ours that stands for an SDK's.

    Args:
        error: what the SDK raised.
        fault: what it means; None where no table has it.
        provider: the provider's name.
        model: the model asked.
        where: address of the server, without credentials.
        secrets: texts that must not be in the message.
        status_code: HTTP status where there was one.
        headers: of the answer, for ``Retry-After``.
    """
    if fault is None:
        fault = Fault(ProviderResponseError, f"failed with {type(error).__name__}.")
    message = f"{provider} at {where} {fault.says.format(model=model)}"
    detail = redact(" ".join(str(error).split()), secrets)[:_DETAIL_CHARACTERS] if fault.detail else ""
    if detail:
        message = f"{message} It said: {detail}"
    hint = fault.hint.format(model=model) if fault.hint else None
    if not issubclass(fault.error, ProviderError):
        return fault.error(message, hint)
    return fault.error(
        message,
        hint,
        provider=provider,
        status_code=status_code,
        retryable=fault.retryable,
        retry_after=retry_after_seconds(headers or {}),
    )


def redact(text: str, secrets: Iterable[str | None]) -> str:
    """``text`` without the given secrets and without anything shaped like a key."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _SECRET_SHAPES.sub("***", text)


def safe_url(url: str) -> str:
    """``url`` without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an invalid address"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))


def url_secrets(url: str) -> tuple[str, ...]:
    """The credentials that an address carries."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    return tuple(part for part in (parts.password, parts.query) if part)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, given as a number or a date; None where it is absent or unreadable."""
    value = headers.get("retry-after")
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def sleep(seconds: float, cancel: threading.Event) -> None:
    """Sleep, unless the call is cancelled.

    Raises:
        CancelledError: ``cancel`` was set.
    """
    if cancel.wait(seconds):
        raise CancelledError("The call was cancelled.")


def run_cancellable(
    call: Callable[[threading.Event], T], request: GenerationRequest, provider: str, *, daemon: bool = True
) -> T:
    """Run ``call`` in a thread and wait for it, for the request's cancellation or for its time limit.

    A blocking read cannot be interrupted, so the caller returns at once and the thread ends as soon as it notices.

    Args:
        call: gets an event that is set when nobody waits any more; it should stop then.
        request: gives ``cancel`` and ``timeout``.
        provider: for error messages.
        daemon: False for native code, which must not be torn down in the middle when the process exits.

    Raises:
        CancelledError: the request was cancelled.
        ProviderTimeoutError: the time limit passed.
        Exception: whatever ``call`` raised.
    """
    abandoned, done = threading.Event(), threading.Event()
    answers: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            answers.append(call(abandoned))
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    if request.cancel.is_set():
        raise CancelledError("The call was cancelled.")
    deadline = time.monotonic() + request.timeout
    threading.Thread(target=work, name=f"llmsql-{provider}", daemon=daemon).start()
    try:
        while not done.wait(min(POLL_SECONDS, max(0.0, deadline - time.monotonic()))):
            if request.cancel.is_set():
                raise CancelledError("The call was cancelled.")
            if time.monotonic() >= deadline:
                raise ProviderTimeoutError(
                    f"{provider} did not answer within {request.timeout:.3g} s.",
                    RAISE_TIMEOUT,
                    provider=provider,
                    retryable=True,
                )
    finally:
        abandoned.set()
    if errors:
        raise errors[0]
    return answers[0]
