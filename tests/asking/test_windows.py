"""Windows over groups as small models write them, and as DuckDB takes them."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge, settle

BY_STATUS = "GROUP BY status"


@pytest.mark.parametrize(
    ("written", "settled"),
    [
        # GROUP BY ALL beside a column in a window
        ("SELECT status, note, COUNT(*) AS n, RANK() OVER (PARTITION BY status ORDER BY COUNT(*) DESC) AS place FROM orders "
         "GROUP BY ALL",
         "SELECT status, note, COUNT(*) AS n, RANK() OVER (PARTITION BY status ORDER BY COUNT(*) DESC) AS place FROM orders "
         "GROUP BY status, note"),
        # … and beside QUALIFY, with the name of a shown figure
        ("SELECT status, COUNT(*) AS n FROM orders GROUP BY ALL QUALIFY n > AVG(n) OVER ()",
         f"SELECT status, COUNT(*) AS n FROM orders {BY_STATUS} QUALIFY n > AVG(COUNT(*)) OVER ()"),
        # an average of counts, compared in HAVING
        ("SELECT status FROM orders GROUP BY ALL HAVING COUNT(*) > AVG(COUNT(*)) AND COUNT(*) > 1",
         f"SELECT status FROM orders {BY_STATUS} HAVING COUNT(*) > 1 QUALIFY COUNT(*) > AVG(COUNT(*)) OVER ()"),
        # a share of oneself
        ("SELECT status, COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY status) AS share FROM orders GROUP BY ALL",
         f"SELECT status, COUNT(*) / SUM(COUNT(*)) OVER () AS share FROM orders {BY_STATUS}"),
        ("SELECT status, note, COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY status) AS share FROM orders GROUP BY ALL",
         "SELECT status, note, COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY status) AS share FROM orders GROUP BY status, note"),
        # a name that only the query has; a running sum of rows that are grouped already
        ("SELECT YEAR(ordered_at) AS year, SUM(total) OVER (ORDER BY year) AS running FROM orders GROUP BY ALL",
         "SELECT YEAR(ordered_at) AS year, SUM(SUM(total)) OVER (ORDER BY YEAR(ordered_at)) AS running FROM orders "
         "GROUP BY YEAR(ordered_at)"),
        # the year of the month, within which is summed up
        ("SELECT DATE_TRUNC('MONTH', ordered_at) AS month, SUM(SUM(total)) OVER (PARTITION BY YEAR(ordered_at) ORDER BY month) "
         "AS running FROM orders GROUP BY ALL",
         "SELECT DATE_TRUNC('MONTH', ordered_at) AS month, SUM(SUM(total)) OVER (PARTITION BY YEAR(DATE_TRUNC('MONTH', "
         "ordered_at)) ORDER BY DATE_TRUNC('MONTH', ordered_at)) AS running FROM orders GROUP BY DATE_TRUNC('MONTH', ordered_at)"),
        # a column beside an aggregate, in one expression
        ("SELECT status, SUM(total) / customer_id AS x FROM orders GROUP BY ALL",
         "SELECT status, SUM(total) / customer_id AS x FROM orders GROUP BY status, customer_id"),
    ],
)  # fmt: skip
def test_windows_over_groups_bind(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, written: str, settled: str
) -> None:
    assert settle(shop, written, known).sql == settled


@pytest.mark.parametrize(
    ("written", "settled"),
    [
        # QUALIFY makes GROUP BY ALL fail: nothing else of these may change
        ("SELECT status, note, COUNT(*) AS n FROM orders GROUP BY ALL QUALIFY ROW_NUMBER() OVER (PARTITION BY orders.status ORDER BY n DESC) = 1",
         "SELECT status, note, COUNT(*) AS n FROM orders GROUP BY status, note QUALIFY ROW_NUMBER() OVER (PARTITION BY orders.status ORDER BY COUNT(*) DESC) = 1"),
        ("SELECT status, MAX(total) AS top FROM orders GROUP BY ALL QUALIFY ROW_NUMBER() OVER (PARTITION BY status ORDER BY MAX(total)) = 1",
         "SELECT status, MAX(total) AS top FROM orders GROUP BY status QUALIFY ROW_NUMBER() OVER (PARTITION BY status ORDER BY MAX(total)) = 1"),
        ("SELECT YEAR(ordered_at) AS y, COUNT(*) AS n FROM orders GROUP BY ALL QUALIFY RANK() OVER (PARTITION BY YEAR(ordered_at) // 10 ORDER BY n) = 1",
         "SELECT YEAR(ordered_at) AS y, COUNT(*) AS n FROM orders GROUP BY YEAR(ordered_at) QUALIFY RANK() OVER (PARTITION BY YEAR(ordered_at) // 10 ORDER BY COUNT(*)) = 1"),
        ("SELECT status, MEAN(total) / MAX(total) AS x FROM orders GROUP BY ALL QUALIFY COUNT(*) > AVG(COUNT(*)) OVER ()",
         "SELECT status, MEAN(total) / MAX(total) AS x FROM orders GROUP BY status QUALIFY COUNT(*) > AVG(COUNT(*)) OVER ()"),
    ],
)  # fmt: skip
def test_groups_are_spelled_out_and_nothing_else(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, written: str, settled: str
) -> None:
    assert settle(shop, written, known).sql == settled


@pytest.mark.parametrize(
    "written",
    [
        "SELECT status, COUNT(*) FILTER(WHERE total > 1) AS n FROM orders GROUP BY ALL",
        "SELECT status, 100.0 * COUNT(*) FILTER(WHERE note IS NULL) / COUNT(*) AS n FROM orders GROUP BY ALL",
        "SELECT id, SUM(total) OVER (ORDER BY id) AS running FROM orders",
        "SELECT id, total FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY status ORDER BY total DESC) = 1",
        "SELECT status, COUNT(*) AS n FROM orders GROUP BY ALL ORDER BY n DESC",
        "SELECT status, AVG(n) AS a FROM (SELECT status, note, COUNT(*) AS n FROM orders GROUP BY ALL) AS g GROUP BY ALL",
        "SELECT status, note, COUNT(*) AS n FROM orders GROUP BY ROLLUP (status, note)",
        # however the groups are written
        "SELECT status, note, RANK() OVER (PARTITION BY status ORDER BY COUNT(*) DESC) AS r FROM orders GROUP BY 1, 2",
        "SELECT YEAR(ordered_at) AS y, status, SUM(total) / SUM(SUM(total)) OVER (PARTITION BY y) AS s FROM orders GROUP BY y, status",
        "SELECT o.status, RANK() OVER (PARTITION BY status ORDER BY COUNT(*)) AS r, note FROM orders AS o GROUP BY o.status, note",
        # one of each group, of itself
        "SELECT status, MAX(total) AS top FROM orders GROUP BY status QUALIFY ROW_NUMBER() OVER (PARTITION BY status ORDER BY MAX(total)) = 1",
        # a column of a CTE called like a figure
        "WITH o AS (SELECT status, total FROM orders) SELECT status, SUM(total) AS total, RANK() OVER (ORDER BY SUM(total)) AS r FROM o GROUP BY status",
        # what stands around an aggregate
        "SELECT status, LAST_VALUE(SUM(total) IGNORE NULLS) OVER (ORDER BY status) AS v FROM orders GROUP BY status",
        "SELECT COUNT(*) AS n, 100.0 * n / SUM(COUNT(*)) OVER () AS share, status FROM orders GROUP BY ALL",
        "SELECT YEAR(ordered_at) AS y, SUM(total) AS t FROM orders GROUP BY YEAR(ordered_at) ORDER BY -YEAR(ordered_at)",
        "SELECT status, SUM(1) OVER () AS n FROM orders GROUP BY status",
    ],
)
def test_what_binds_is_left_alone(shop: duckdb.DuckDBPyConnection, known: Knowledge, written: str) -> None:
    assert settle(shop, written, known).sql == written
    assert not settle(shop, written, known).notes
