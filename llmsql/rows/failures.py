"""When failed inputs stop a query, and when they are only warned of."""

from __future__ import annotations

import warnings

from llmsql.errors import BudgetError, RowsFailedWarning
from llmsql.rows.calls import FatalError
from llmsql.rows.ledger import Ledger
from llmsql.rows.queries import Query
from llmsql.settings import Settings

_LEAST_FAILURES = 10
_USUAL_RATIO = 0.5


def check_failures(
    query: Query,
    function: str,
    settings: Settings,
    ledger: Ledger,
    *,
    settled: bool = False,
    wants_errors: bool = False,
) -> None:
    """Stop where too many inputs failed; warn of those that did.

    Args:
        query: whose failures count.
        function: that asks.
        settings: in force.
        ledger: has the last failure.
        settled: a chunk is done, so that a small one counts too where the user set a ratio.
        wants_errors: the query shows them: nothing to warn of, and only a ratio that the user set stops it.

    Raises:
        FatalError: too many failed.
    """
    limit = settings.max_error_ratio
    with query.lock:
        asked, failed = query.asked, query.failed
        ratio = failed / asked if asked else 0.0
        many = failed >= _LEAST_FAILURES or (settled and limit is not None)
        most = limit if limit is not None else 1.0 if wants_errors else _USUAL_RATIO
        stop = many and ratio > most
        warn = settled and not wants_errors and failed > 2 * query.warned
        query.warned = failed if warn else query.warned
    if stop:
        last = ledger.failures()[-1].error
        raise FatalError(
            BudgetError(
                f"{failed} of {asked} inputs failed in this query, the last one because: {last}",
                "See FROM ai_errors(), or allow more: SET VARIABLE llmsql_max_error_ratio = 1.",
            )
        )
    if warn:
        warnings.warn(
            f"{function}: {failed} of {asked} inputs failed and are NULL; see FROM ai_errors().",
            RowsFailedWarning,
            stacklevel=2,
        )
