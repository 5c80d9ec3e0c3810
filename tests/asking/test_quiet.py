"""sqlglot's log: silent about a model's SQL, audible about the user's own."""

from __future__ import annotations

import logging

import duckdb
import pytest
import sqlglot

from llmsql.asking.check import parse_query
from llmsql.asking.settle import Knowledge, settle
from llmsql.errors import SQLRejectedError

NOISY = "SELECT attributes ->> '$.x[' AS x FROM products"


def test_a_model_s_sql_makes_no_noise(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for sql in (NOISY, "WITH x AS (SELECT 1) VACUUM", "SELECT * FROM orders FOR UPDATE"):
            with pytest.raises(SQLRejectedError):
                settle(shop, sql, known)
        parse_query(NOISY)
    assert caplog.records == []


def test_the_user_s_own_sqlglot_still_speaks(known: Knowledge, caplog: pytest.LogCaptureFixture) -> None:
    assert len(known.catalog) > 0  # our modules are loaded
    sqlglot.transpile("SELECT * FROM orders FOR UPDATE", read="duckdb", write="duckdb")
    assert "FOR UPDATE" in caplog.text


def test_what_trips_sqlglot_over_is_refused() -> None:
    with pytest.raises(SQLRejectedError, match="does not parse"):
        parse_query("SELECT * FROM orders MATCH_RECOGNIZE(pattern (a))")
