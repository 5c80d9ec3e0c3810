"""Limits on calls, tokens and cost that stop a query before the call that would cross them.

A call reserves what it may take at most, its answer's ``max_tokens`` included, and gives back what it did not use. So
calls in flight at once cannot cross a limit together; near it they wait for one another rather than give up early.
Every request counts, one that fails and is sent again too, but for those that the server refused as too many.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from llmsql.errors import BudgetError, CancelledError, ConfigError
from llmsql.settings import Settings

_WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Amounts:
    """Calls, tokens read and written, and US dollars; None where a price is not known."""

    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0

    def __add__(self, other: Amounts) -> Amounts:
        cost = (self.cost_usd or 0.0) + (other.cost_usd or 0.0)
        return Amounts(self.calls + other.calls, self.tokens + other.tokens, cost)

    def __sub__(self, other: Amounts) -> Amounts:
        return self + Amounts(-other.calls, -other.tokens, -(other.cost_usd or 0.0))


@dataclass
class Purse:
    """What was spent under one name, and what calls on their way may take.

    Args:
        prefix: of the settings that limit it: empty for a query, ``session_`` for a connection.
    """

    prefix: str
    spent: Amounts = Amounts()
    held: Amounts = Amounts()


@dataclass
class Budget:
    """The limits of a query and of its connection.

    Args:
        session: of the connection; the same object for all its queries.
        changed: guards the purses of a connection; told when a call has ended.
        query: of this query.
    """

    session: Purse
    changed: threading.Condition
    query: Purse = field(default_factory=lambda: Purse(""))

    def reserve(self, amounts: Amounts, settings: Settings, model: str, cancel: threading.Event) -> None:
        """Set amounts aside; where calls on their way may still take too much, wait for what they did take.

        Args:
            amounts: what the call may take at most.
            settings: has the limits.
            model: for the message.
            cancel: ends the waiting.

        Raises:
            BudgetError: a limit would be crossed; nothing is set aside.
            ConfigError: a cost is limited and the model's price is not known.
            CancelledError: ``cancel`` was set.
        """
        purses = (self.query, self.session)
        with self.changed:
            while any(_must_wait(purse, amounts, settings, model) for purse in purses):
                if cancel.is_set():
                    raise CancelledError("The query was cancelled.")
                self.changed.wait(_WAIT_SECONDS)
            for purse in purses:
                purse.held += amounts

    def settle(self, reserved: Amounts, used: Amounts) -> None:
        """Give back what was set aside, and count what was used."""
        with self.changed:
            for purse in (self.query, self.session):
                purse.held -= reserved
                purse.spent += used
            self.changed.notify_all()


def _must_wait(purse: Purse, more: Amounts, settings: Settings, model: str) -> bool:
    """Whether what is on its way has to end before it is known if there is enough left."""
    must_wait = False
    for setting, part in (("max_calls", "calls"), ("max_total_tokens", "tokens"), ("max_cost_usd", "cost_usd")):
        name = purse.prefix + setting
        limit = getattr(settings, name)
        if limit is None:
            continue
        if setting == "max_cost_usd" and more.cost_usd is None:
            raise ConfigError(
                f"{name} is set, but the price of {model} is not known.",
                f"Limit calls or tokens instead: SET VARIABLE llmsql_{purse.prefix}max_calls = 1000.",
            )
        spent, held, asked = (getattr(amounts, part) or 0 for amounts in (purse.spent, purse.held, more))
        if spent + asked > limit:
            raise BudgetError(
                f"The next call of {model} would cross llmsql_{name} = {limit:,g}: {spent:,.6g} used"
                f" in this {'connection' if purse.prefix else 'query'}, and the call may take {asked:,.6g}.",
                f"See ai_estimate(), or raise it: SET VARIABLE llmsql_{name} = …; no answer is asked for twice.",
            )
        must_wait |= spent + held + asked > limit
    return must_wait
