"""Every error that llmsql raises on purpose.

LLMSQLError
├── ConfigError            a setting is missing, unknown or contradictory
├── SourceError            a database or file cannot be opened
├── ModelError
│   ├── ModelNotFoundError no such model in the registry or at the provider
│   ├── WeightsError       model files are absent, truncated or not the right ones
│   ├── CancelledError     the caller stopped the call
│   ├── OfflineError       offline, and the answer was not kept from before
│   └── ProviderError      the provider answered badly, or not at all
│       ├── ProviderAuthError
│       ├── ProviderRateLimitError
│       ├── ProviderTimeoutError
│       ├── ProviderConnectionError
│       └── ProviderResponseError
├── QuestionError          the question cannot be answered
│   ├── UnsureError        no answer is sure enough; carries the two best readings
│   └── NoAnswerError      every SQL that the model wrote was refused; carries the last one
├── SQLRejectedError       generated SQL is not one read-only query over the catalog
├── LimitError             a limit stopped a query
│   └── BudgetError        a limit on calls, tokens, cost or errors of row functions
├── RegistryError          the model registry is unreadable or inconsistent
└── TrainingError          a training run cannot start or go on
"""

from __future__ import annotations

from typing import Any


class LLMSQLError(Exception):
    """Root of the tree. ``str(error)`` is one line that says what is wrong and names the fix.

    Args:
        message: what is wrong, in one sentence.
        hint: what to do about it, in one sentence; appended to the message.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(well_formed(message if hint is None else f"{message} {hint}"))


def well_formed(text: str) -> str:
    """A text as UTF-8 can hold it: half a character, which a server's JSON may have, becomes �."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class ConfigError(LLMSQLError):
    """A setting is missing, unknown or contradictory."""


class SourceError(LLMSQLError):
    """A database or file cannot be opened as what it claims to be."""


class ModelError(LLMSQLError):
    """A model cannot be had or cannot answer."""


class ModelNotFoundError(ModelError):
    """No such model in the registry or at the provider."""


class WeightsError(ModelError):
    """Model files are absent, truncated or not the ones that the registry names."""


class CancelledError(ModelError):
    """The caller stopped the call."""


class OfflineError(ModelError):
    """The settings forbid to call a model, and this answer was not kept from before."""


class ProviderError(ModelError):
    """A provider answered badly, or not at all.

    Args:
        message: what is wrong, without any secret.
        hint: the fix.
        provider: which provider, for example ``openai``.
        status_code: HTTP status where there was one.
        retryable: whether the same request may succeed later.
        retry_after: seconds the provider asked to wait, if it did.
    """

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        *,
        provider: str = "",
        status_code: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.provider = provider
        self.status_code = status_code
        self.retryable = retryable
        self.retry_after = retry_after


class ProviderAuthError(ProviderError):
    """The key is missing, wrong or may not use this model."""


class ProviderRateLimitError(ProviderError):
    """Too many requests, or the quota is used up."""


class ProviderTimeoutError(ProviderError):
    """No answer within the time limit."""


class ProviderConnectionError(ProviderError):
    """The server cannot be reached."""


class ProviderResponseError(ProviderError):
    """The server answered with an error or with something that is no answer."""


class QuestionError(LLMSQLError):
    """The question cannot be answered as it stands."""


class NoAnswerError(QuestionError):
    """Every SQL that the model wrote was refused.

    Args:
        message: question, last SQL and reason in one readable text.
        sql: the last SQL that the model wrote, or None when it wrote none.
        reason: why that SQL was refused.
        draft: the ``llmsql.asking.pipeline.Draft`` of what was tried, with what it took; its ``sql`` is empty.
        hint: what may help, on a line of its own.
    """

    def __init__(
        self,
        message: str,
        *,
        sql: str | None = None,
        reason: str = "",
        draft: Any = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message if hint is None else f"{message}\n  {hint}")
        self.sql = sql
        self.reason = reason
        self.draft = draft


class UnsureError(QuestionError):
    """No answer is as sure as the settings ask for, or nothing decides between two keys.

    Args:
        message: what is unsure, the two best readings, and what the tables have no name for, in one readable text.
        confidence: of the best reading, 0 to 1.
        readings: the SQL of the two best readings, best first.
        missing: words of the question that nothing in the database is called.
        draft: the ``llmsql.asking.pipeline.Draft`` of the best reading, with what it took.
    """

    def __init__(
        self,
        message: str,
        *,
        confidence: float = 0.0,
        readings: tuple[str, ...] = (),
        missing: tuple[str, ...] = (),
        draft: Any = None,
    ) -> None:
        super().__init__(message)
        self.confidence = confidence
        self.readings = readings
        self.missing = missing
        self.draft = draft


class SQLRejectedError(LLMSQLError):
    """Generated SQL is not one read-only query over the tables of the catalog."""


class LimitError(LLMSQLError):
    """A limit stopped a query."""


class BudgetError(LimitError):
    """The next call of a row function would cross a limit on calls, tokens or cost, or too many rows failed."""


class RegistryError(LLMSQLError):
    """The model registry is unreadable or inconsistent."""


class TrainingError(LLMSQLError):
    """A training run cannot start or go on."""


class NothingHiddenWarning(UserWarning):
    """A pattern that is to hide tables or columns matches none, so that what it was written for may be shown."""


class RowsFailedWarning(UserWarning):
    """Some rows of a row function have no answer and are NULL."""
