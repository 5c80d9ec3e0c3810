"""Places of an order that a question asks for: what is repaired, and what is left alone."""

from __future__ import annotations

import duckdb
import pytest

from llmsql.asking.settle import Knowledge
from tests.asking.conftest import check_question_decides

BY_STATUS = "SELECT status FROM orders GROUP BY ALL ORDER BY COUNT(*) DESC"
TITLES = "SELECT title FROM products ORDER BY price DESC"
BY_NOTE = "SELECT status, note, COUNT(*) AS n FROM orders GROUP BY"


@pytest.mark.parametrize(
    ("question", "written", "repaired"),
    [
        # the second
        ("the runner-up by number of orders", f"{BY_STATUS} LIMIT 1", f"{BY_STATUS} LIMIT 1 OFFSET 1"),
        ("which product is number three in price", f"{TITLES} LIMIT 1", f"{TITLES} LIMIT 1 OFFSET 2"),
        ("the second highest price", f"{TITLES} LIMIT 2", f"{TITLES} LIMIT 1 OFFSET 1"),
        ("the second highest price", f"{TITLES} LIMIT 1 OFFSET 1", None),
        ("the second best price",
         "SELECT title FROM products QUALIFY ROW_NUMBER() OVER (ORDER BY price DESC) = 1",
         "SELECT title FROM products QUALIFY ROW_NUMBER() OVER (ORDER BY price DESC) = 2"),
        ("the highest price of the second quarter", f"{TITLES} LIMIT 1", None),
        ("the two highest prices", f"{TITLES} LIMIT 2", None),
        # the first only
        ("which product has the highest price", TITLES, f"{TITLES} LIMIT 1"),
        ("the status with the most orders", BY_STATUS, f"{BY_STATUS} LIMIT 1"),
        ("the status with the fewest orders", BY_STATUS, None),  # not the first of this order
        ("products, the highest price first", TITLES, None),
        ("rank the products, which has the highest price", TITLES, None),
        ("products of each order with the highest price", TITLES, None),
        ("highest to lowest price", TITLES, None),
        # an order that the question says
        ("statuses in descending order of the number of orders", "SELECT status FROM orders GROUP BY ALL", BY_STATUS),
        ("statuses by ascending order of number of orders", "SELECT status FROM orders GROUP BY ALL",
         BY_STATUS.removesuffix(" DESC")),
        ("statuses in descending order", "SELECT status FROM orders GROUP BY ALL", None),
        ("titles in descending alphabetical order", TITLES, "SELECT title FROM products ORDER BY title DESC"),
        ("statuses with their orders, alphabetically",
         "SELECT status, COUNT(*) FROM orders GROUP BY ALL ORDER BY COUNT(*) DESC",
         "SELECT status, COUNT(*) FROM orders GROUP BY ALL ORDER BY status"),
        ("the first three in alphabetical order", f"{TITLES} LIMIT 3", None),
        # all that tie
        ("highest price, ties included", f"{TITLES} LIMIT 1",
         "SELECT title FROM products QUALIFY RANK() OVER (ORDER BY price DESC) <= 1 ORDER BY price DESC"),
        ("which status has most orders? all that tie", f"{BY_STATUS} LIMIT 1",
         "SELECT status FROM orders GROUP BY status QUALIFY RANK() OVER (ORDER BY COUNT(*) DESC) <= 1"
         " ORDER BY COUNT(*) DESC"),
        ("top price with ties", "SELECT title FROM products QUALIFY ROW_NUMBER() OVER (ORDER BY price DESC) = 1",
         "SELECT title FROM products QUALIFY RANK() OVER (ORDER BY price DESC) = 1"),
        ("highest price, all of them if they tie", f"{TITLES}, title LIMIT 1",
         "SELECT title FROM products QUALIFY RANK() OVER (ORDER BY price DESC) <= 1 ORDER BY price DESC, title"),
        ("top price, ties by title", f"{TITLES}, title LIMIT 1", None),
        ("the highest price", f"{TITLES} LIMIT 1", None),
        ("top price; if tied, by title", f"{TITLES}, title LIMIT 1", None),
        ("top price; if any tie, break it by title", f"{TITLES}, title LIMIT 1", None),
        ("top totals with ties", "SELECT status FROM orders ORDER BY total DESC, note, ordered_at DESC LIMIT 2",
         "SELECT status FROM orders QUALIFY RANK() OVER (ORDER BY total DESC, note, ordered_at DESC) <= 2"
         " ORDER BY total DESC, note, ordered_at DESC"),
        ("top price with ties", "SELECT title, price FROM products ORDER BY 2 DESC LIMIT 1", None),
        ("top prices with ties", "SELECT DISTINCT price FROM products ORDER BY price DESC LIMIT 2", None),
        ("the top half with ties", "SELECT title FROM products ORDER BY price DESC LIMIT 50 PERCENT", None),
        # a direction that nothing says
        ("titles sorted by price", TITLES, "SELECT title FROM products ORDER BY price ASC"),
        ("titles in order of price, dearest first", TITLES, None),
        ("titles ordered by price, descending", TITLES, None),
        ("the 2 titles that come last sorted by price", f"{TITLES} LIMIT 2", None),
        ("statuses ordered by their number of orders", BY_STATUS, None),
        ("statuses ordered by their number of orders", "SELECT status, COUNT(*) FROM orders GROUP BY status ORDER BY 2 DESC",
         None),
        ("statuses sorted by total",
         "SELECT status FROM (SELECT status, SUM(total) AS total FROM orders GROUP BY status) AS s ORDER BY total DESC", None),
        ("totals sorted by total", "SELECT id FROM orders UNION SELECT id FROM customers ORDER BY id DESC", None),
        ("everything ordered by Ada Lovelace", "SELECT id FROM orders ORDER BY ordered_at DESC", None),
        ("customers sorted by age", "SELECT full_name FROM customers ORDER BY signup_date DESC", None),
        ("titles sorted by price, dear ones before cheap", TITLES, None),
        ("titles sorted by title and price", "SELECT title FROM products ORDER BY title, price DESC", None),
        ("top 2 titles by price", TITLES, f"{TITLES} LIMIT 2"),
        ("top 2 titles per price", TITLES, None),
        ("top 2 titles by price", f"{TITLES} LIMIT 3", None),
        # numbers of rows that nothing asks for
        ("titles, dearest first", "SELECT title, ROW_NUMBER() OVER (ORDER BY price DESC) AS n FROM products ORDER BY n",
         "SELECT title FROM products ORDER BY price DESC"),
        ("rank the titles by price", "SELECT title, RANK() OVER (ORDER BY price DESC) AS n FROM products ORDER BY n", None),
        ("titles, dearest first", "SELECT title, RANK() OVER (ORDER BY price DESC) AS n FROM products QUALIFY n < 3 ORDER BY n",
         None),
        ("at which hour do most orders come in?",
         "SELECT HOUR(ordered_at) AS hour FROM orders GROUP BY ALL ORDER BY COUNT(*) DESC",
         "SELECT HOUR(ordered_at) AS hour FROM orders GROUP BY ALL ORDER BY COUNT(*) DESC LIMIT 1"),
        # the best of each group
        ("the note with the most orders in each status", f"{BY_NOTE} ALL ORDER BY n DESC LIMIT 1",
         f"{BY_NOTE} status, note QUALIFY RANK() OVER (PARTITION BY status ORDER BY COUNT(*) DESC) = 1"
         " ORDER BY n DESC"),
        ("weakest note per status", f"{BY_NOTE} status, note",
         f"{BY_NOTE} status, note QUALIFY RANK() OVER (PARTITION BY status ORDER BY COUNT(*) ASC) = 1"),
        ("for each status, the busiest note, sorted by status", f"{BY_NOTE} ALL ORDER BY n DESC, status",
         f"{BY_NOTE} status, note QUALIFY RANK() OVER (PARTITION BY status ORDER BY COUNT(*) DESC) = 1"
         " ORDER BY n DESC, status"),
        ("orders of each note per status", f"{BY_NOTE} ALL", None),
        ("the largest order of each status", "SELECT status, id FROM orders ORDER BY total DESC LIMIT 1",
         "SELECT status, id FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY status ORDER BY total DESC) = 1"),
        ("the largest order, and each status", "SELECT id FROM orders ORDER BY total DESC LIMIT 1", None),
        ("the largest order by status", "SELECT status, id FROM orders ORDER BY total DESC LIMIT 1", None),
        ("notes per status ordered by most orders", f"{BY_NOTE} ALL", None),
        ("most orders per status, note", f"{BY_NOTE} ALL", None),
        ("orders per status and note, most first", f"{BY_NOTE} ALL", f"{BY_NOTE} ALL ORDER BY n DESC"),
        ("orders of each note and status, fewest to most", f"{BY_NOTE} ALL", f"{BY_NOTE} ALL ORDER BY n"),
        ("top 3 notes per status", f"{BY_NOTE} ALL", None),
        ("share of the biggest note per status", f"{BY_NOTE} ALL", None),
        ("orders with the largest note, per status", "SELECT status, COUNT(*) FROM orders GROUP BY ALL", None),
    ],
)  # fmt: skip
def test_places(
    shop: duckdb.DuckDBPyConnection, known: Knowledge, question: str, written: str, repaired: str | None
) -> None:
    check_question_decides(shop, known, question, written, repaired)
