"""Limits on calls, tokens and cost that stop a query before the call that would cross them.

A call reserves what it may take at most, its answer's ``max_tokens`` included, and gives back what it did not use. So
calls in flight at once cannot cross a limit together.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from llmsql.errors import BudgetError, ConfigError
from llmsql.settings import Settings


@dataclass(frozen=True, slots=True)
class Amounts:
    """Calls, tokens read and written, and US dollars; None where a price is not known."""

    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0


@dataclass
class Purse:
    """What was spent and is reserved under one name.

    Args:
        prefix: of the settings that limit it: empty for a query, ``session_`` for a connection.
    """

    prefix: str
    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0

    def add(self, amounts: Amounts, sign: int = 1) -> None:
        """Count amounts; ``sign=-1`` gives them back."""
        self.calls += sign * amounts.calls
        self.tokens += sign * amounts.tokens
        self.cost_usd += sign * (amounts.cost_usd or 0.0)


@dataclass
class Budget:
    """The limits of a query and of its connection.

    Args:
        session: of the connection; the same object for all its queries.
        query: of this query.
    """

    session: Purse
    lock: threading.Lock
    query: Purse = field(default_factory=lambda: Purse(""))

    def reserve(self, amounts: Amounts, settings: Settings, model: str) -> None:
        """Set amounts aside.

        Args:
            amounts: what the call may take at most.
            settings: has the limits.
            model: for the message.

        Raises:
            BudgetError: a limit would be crossed; nothing is set aside.
            ConfigError: a cost is limited and the model's price is not known.
        """
        with self.lock:
            for purse in (self.query, self.session):
                self._check(purse, amounts, settings, model)
            for purse in (self.query, self.session):
                purse.add(amounts)

    def settle(self, reserved: Amounts, used: Amounts) -> None:
        """Give back what was set aside, and count what was used."""
        with self.lock:
            for purse in (self.query, self.session):
                purse.add(reserved, -1)
                purse.add(used)

    @staticmethod
    def _check(purse: Purse, amounts: Amounts, settings: Settings, model: str) -> None:
        limits: Mapping[str, tuple[float, float]] = {
            "max_calls": (purse.calls, amounts.calls),
            "max_total_tokens": (purse.tokens, amounts.tokens),
            "max_cost_usd": (purse.cost_usd, amounts.cost_usd or 0.0),
        }
        for name, (spent, more) in limits.items():
            limit = getattr(settings, purse.prefix + name)
            if limit is None:
                continue
            if name == "max_cost_usd" and amounts.cost_usd is None:
                raise ConfigError(
                    f"{purse.prefix}{name} is set, but the price of {model} is not known.",
                    f"Limit calls or tokens instead: SET VARIABLE llmsql_{purse.prefix}max_calls = 1000.",
                )
            if spent + more > limit:
                setting = f"llmsql_{purse.prefix}{name}"
                raise BudgetError(
                    f"The next call of {model} would cross {setting} = {limit:,g}: {spent:,.6g} used or reserved"
                    f" in this {'connection' if purse.prefix else 'query'}, and the call may take {more:,.6g}.",
                    f"See ai_estimate(), or raise it: SET VARIABLE {setting} = …; no answer is asked for twice.",
                )
