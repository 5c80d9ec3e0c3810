"""The built-in sales database: a made-up seller of office goods, for trying ``ask`` and for training on.

Every row is a function of the seed and the row's number through ``md5_number_lower``, whose result is the same in
every DuckDB version and with any number of threads; ``random()`` promises neither. Whatever has to be skewed or limited
to a period (who buys, what is on sale, who is employed) is drawn by one device: cumulative weights and an ASOF join.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterable
from pathlib import Path

import duckdb

from llmsql.errors import ConfigError
from llmsql.files import written_whole
from llmsql.sales_names import COMPANY_KINDS, COMPANY_WORDS, PRODUCTS, REGIONS, SALES_PEOPLE

SALES_TODAY = datetime.date(2024, 12, 31)
"""The day at which the data ends: questions with relative dates are asked on it."""

TABLES = (
    "regions",
    "customers",
    "categories",
    "products",
    "sales_people",
    "orders",
    "order_lines",
    "returns",
    "targets",
)

_SCHEMA = """
CREATE TABLE regions (
    region_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL
);
CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    segment VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    region_id INTEGER NOT NULL REFERENCES regions (region_id),
    signup_date DATE NOT NULL,
    email VARCHAR
);
CREATE TABLE categories (
    category_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL
);
CREATE TABLE products (
    product_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    category_id INTEGER NOT NULL REFERENCES categories (category_id),
    list_price DECIMAL(10, 2) NOT NULL,
    unit_cost DECIMAL(10, 2) NOT NULL,
    launch_date DATE NOT NULL,
    discontinued_date DATE
);
CREATE TABLE sales_people (
    sales_person_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    region_id INTEGER REFERENCES regions (region_id),
    hire_date DATE NOT NULL,
    manager_id INTEGER REFERENCES sales_people (sales_person_id)
);
CREATE TABLE orders (
    order_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    sales_person_id INTEGER REFERENCES sales_people (sales_person_id),
    order_date DATE NOT NULL,
    ship_date DATE,
    status VARCHAR NOT NULL,
    channel VARCHAR NOT NULL
);
CREATE TABLE order_lines (
    order_line_id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id),
    product_id INTEGER NOT NULL REFERENCES products (product_id),
    quantity INTEGER NOT NULL,
    unit_price DECIMAL(10, 2) NOT NULL,
    discount DECIMAL(3, 2) NOT NULL
);
CREATE TABLE returns (
    return_id INTEGER PRIMARY KEY,
    order_line_id INTEGER NOT NULL REFERENCES order_lines (order_line_id),
    return_date DATE NOT NULL,
    quantity INTEGER NOT NULL,
    reason VARCHAR,
    refund_amount DECIMAL(12, 2) NOT NULL
);
CREATE TABLE targets (
    region_id INTEGER REFERENCES regions (region_id),
    quarter_start DATE,
    revenue_target DECIMAL(12, 2) NOT NULL,
    PRIMARY KEY (region_id, quarter_start)
);
"""

_COMMENTS = {
    "regions": "sales regions; revenue counts in the customer's region",
    "customers": "people and companies that buy",
    "customers.signup_date": "day the account was opened",
    "customers.email": "NULL: not known",
    "categories": "product categories",
    "products": "what is sold",
    "products.list_price": "today's price before discount",
    "products.unit_cost": "what one unit costs us",
    "products.discontinued_date": "NULL: still on sale",
    "sales_people": "sales staff",
    "sales_people.region_id": "NULL: the head of sales",
    "sales_people.manager_id": "the boss, NULL at the top",
    "orders": "order headers, one a purchase; cancelled ones count unless the question leaves them out",
    "orders.sales_person_id": "NULL for online orders",
    "orders.ship_date": "NULL: not shipped",
    "order_lines": "revenue = sum(quantity * unit_price * (1 - discount)); "
    "profit (margin) = sum(quantity * (unit_price * (1 - discount) - unit_cost))",
    "order_lines.unit_price": "price at the time, before discount",
    "order_lines.discount": "0 to 0.3, 0.1 is 10 %",
    "returns": "goods sent back",
    "returns.quantity": "units sent back",
    "returns.reason": "NULL: not given",
    "returns.refund_amount": "money paid back",
    "targets": "revenue goals, one a region and quarter",
    "targets.quarter_start": "first day of the quarter",
}

_ORDERS = """
-- A day's weight: growth of a quarter a year, the season, the day of the week, and chance.
WITH days AS (
    SELECT day::DATE AS day,
        round(1000 * (1 + 0.25 * date_diff('day', DATE '2022-01-01', day) / 365)
            * [0.88, 0.86, 0.97, 0.95, 0.98, 0.96, 0.87, 0.84, 1.02, 1.10, 1.42, 1.36][month(day)]
            * [1.12, 1.18, 1.15, 1.10, 0.98, 0.58, 0.52][isodow(day)]
            * (0.75 + 0.5 * {day_chance}))::BIGINT AS weight
    FROM range(DATE '2022-01-01', DATE '2025-01-01', INTERVAL 1 DAY) AS days (day)
), day_starts AS (
    SELECT day, (sum(weight) OVER (ORDER BY day) - weight)::BIGINT AS start
    FROM days
), dated AS (
    SELECT numbers.i, day_starts.day
    FROM (
        SELECT i, floor((i + {order_chance}) / {orders} * (SELECT sum(weight) FROM days))::BIGINT AS place
        FROM range({orders}) AS numbers (i)
    ) AS numbers
    ASOF JOIN day_starts ON numbers.place >= day_starts.start
), customer_weights AS (
    -- One in twelve never buys; of the others a few buy often.
    SELECT customer_id, signup_date,
        CASE WHEN {never_chance} < 0.08 THEN 0
            ELSE round(100 * (CASE segment WHEN 'Enterprise' THEN 4 WHEN 'SMB' THEN 2 ELSE 1 END)
                / (0.1 + {loyal_chance}))
        END::BIGINT AS weight
    FROM customers
), customer_starts AS (
    SELECT customer_id, signup_date, weight, sum(weight) OVER (ORDER BY customer_id)::BIGINT AS stop
    FROM customer_weights
), signed_up AS (
    SELECT signup_date, max(stop) AS total FROM customer_starts GROUP BY ALL
), placed AS (
    SELECT dated.i, dated.day, floor({customer_chance} * signed_up.total)::BIGINT AS place
    FROM dated ASOF JOIN signed_up ON dated.day >= signed_up.signup_date
), bought AS (
    SELECT placed.i, placed.day, buyers.customer_id,
        CASE WHEN {channel_chance} < 0.46 THEN 'online' WHEN {channel_chance} < 0.71 THEN 'retail'
            WHEN {channel_chance} < 0.89 THEN 'partner' ELSE 'phone' END AS channel,
        {ship_chance} AS ship_chance, {status_chance} AS status_chance, {staff_chance} AS staff_chance
    FROM placed
    ASOF JOIN (SELECT customer_id, stop - weight AS start FROM customer_starts WHERE weight > 0) AS buyers
        ON placed.place >= buyers.start
), staff AS (
    SELECT months.month::DATE AS month, sales_people.region_id, sales_people.sales_person_id,
        sum(shares.share) OVER earlier AS stop, shares.share AS share
    FROM range(DATE '2022-01-01', DATE '2025-01-01', INTERVAL 1 MONTH) AS months (month)
    JOIN sales_people ON sales_people.hire_date < months.month
    JOIN shares ON shares.name = sales_people.name AND shares.share > 0
    WINDOW earlier AS (PARTITION BY months.month, sales_people.region_id ORDER BY sales_people.sales_person_id)
), staff_totals AS (
    SELECT month, region_id, max(stop) AS total FROM staff GROUP BY ALL
), served AS (
    SELECT bought.*, customers.region_id, date_trunc('month', bought.day)::DATE AS month,
        floor(bought.staff_chance * staff_totals.total)::BIGINT AS place,
        bought.day + CASE bought.channel WHEN 'retail' THEN floor(bought.ship_chance * 2)
            ELSE 1 + floor(bought.ship_chance * bought.ship_chance * 11) END::INTEGER AS sent
    FROM bought
    JOIN customers ON customers.customer_id = bought.customer_id
    JOIN staff_totals ON staff_totals.month = date_trunc('month', bought.day)
        AND staff_totals.region_id = customers.region_id
), decided AS (
    SELECT served.i, served.customer_id, served.channel, served.day, served.sent,
        CASE WHEN served.channel <> 'online' THEN staff.sales_person_id END AS sales_person_id,
        CASE WHEN served.status_chance < 0.04 THEN 'cancelled'
            WHEN served.sent > DATE '{today}' OR served.status_chance > 0.996 THEN 'pending'
            WHEN served.sent > DATE '{today}' - 12 THEN 'shipped' ELSE 'completed' END AS status
    FROM served
    ASOF JOIN (SELECT month, region_id, sales_person_id, stop - share AS start FROM staff) AS staff
        ON served.month = staff.month AND served.region_id = staff.region_id AND served.place >= staff.start
)
INSERT INTO orders
SELECT i + 1, customer_id, sales_person_id, day, CASE WHEN status IN ('completed', 'shipped') THEN sent END,
    status, channel
FROM decided ORDER BY i
"""

_ORDER_LINES = """
WITH shelf AS (
    SELECT months.month::DATE AS month, products.product_id,
        sum(shares.share) OVER (PARTITION BY months.month ORDER BY products.product_id) AS stop, shares.share AS share
    FROM range(DATE '2022-01-01', DATE '2025-01-01', INTERVAL 1 MONTH) AS months (month)
    JOIN products ON products.launch_date < months.month
        AND coalesce(products.discontinued_date, DATE '9999-01-01') >= months.month + INTERVAL 1 MONTH
    JOIN shares ON shares.name = products.name AND shares.share > 0
), shelf_totals AS (
    SELECT month, max(stop) AS total FROM shelf GROUP BY ALL
), slots AS (
    SELECT order_id, customer_id, order_date, channel, date_trunc('month', order_date)::DATE AS month,
        unnest(range(1 + floor({size_chance} * {size_chance} * 5)::INTEGER)) AS slot
    FROM orders
), wanted AS (
    SELECT slots.*, slots.order_id * 8 + slots.slot AS line,
        floor({product_chance} * shelf_totals.total)::BIGINT AS place
    FROM slots JOIN shelf_totals ON shelf_totals.month = slots.month
), chosen AS (
    SELECT wanted.*, shelf.product_id
    FROM wanted
    ASOF JOIN (SELECT month, product_id, stop - share AS start FROM shelf) AS shelf
        ON wanted.month = shelf.month AND wanted.place >= shelf.start
    QUALIFY row_number() OVER (PARTITION BY wanted.order_id, shelf.product_id ORDER BY wanted.slot) = 1
)
INSERT INTO order_lines
SELECT row_number() OVER (ORDER BY chosen.line), chosen.order_id, chosen.product_id,
    1 + floor({quantity_chance} * {quantity_chance}
        * CASE customers.segment WHEN 'Enterprise' THEN 30 WHEN 'SMB' THEN 10 ELSE 4 END)::INTEGER,
    -- Prices rose by about four per cent a year to today's list price.
    round(products.list_price * CASE year(chosen.order_date) WHEN 2022 THEN 0.92 WHEN 2023 THEN 0.96 ELSE 1.00 END, 2),
    CASE WHEN {discount_chance} > (CASE WHEN quarter(chosen.order_date) = 4 OR chosen.channel = 'partner' THEN 0.55
            ELSE 0.35 END) THEN 0.00
        ELSE [0.05, 0.05, 0.05, 0.10, 0.10, 0.10, 0.15, 0.20, 0.25, 0.30][1 + floor({depth_chance} * 10)::INTEGER] END
FROM chosen
JOIN customers ON customers.customer_id = chosen.customer_id
JOIN products ON products.product_id = chosen.product_id
ORDER BY chosen.line
"""

_RETURNS = """
WITH sent_back AS (
    SELECT order_lines.order_line_id, order_lines.unit_price, order_lines.discount,
        orders.ship_date + 3 + floor({wait_chance} * 28)::INTEGER AS day,
        1 + floor({part_chance} * order_lines.quantity)::INTEGER AS quantity,
        ['defective', 'defective', 'wrong item', 'changed mind', 'changed mind', 'changed mind', 'damaged in transit',
            'damaged in transit', 'late delivery', NULL][1 + floor({reason_chance} * 10)::INTEGER] AS reason
    FROM order_lines
    JOIN orders ON orders.order_id = order_lines.order_id AND orders.status = 'completed'
    JOIN products ON products.product_id = order_lines.product_id
    JOIN categories ON categories.category_id = products.category_id
    WHERE {return_chance} < CASE categories.name
        WHEN 'Audio' THEN 0.09 WHEN 'Chairs' THEN 0.07 WHEN 'Stationery' THEN 0.01 ELSE 0.045 END
)
INSERT INTO returns
SELECT row_number() OVER in_time, order_line_id, day, quantity, reason,
    round(quantity * unit_price * (1 - discount), 2)
FROM sent_back
WHERE day <= DATE '{today}'
WINDOW in_time AS (ORDER BY day, order_line_id)
ORDER BY day, order_line_id
"""

_TARGETS = """
WITH actuals AS (
    SELECT regions.region_id, quarters.quarter::DATE AS quarter,
        coalesce(sum(order_lines.quantity * order_lines.unit_price * (1 - order_lines.discount)), 0)::DOUBLE AS revenue
    FROM regions
    CROSS JOIN range(DATE '2022-01-01', DATE '2025-01-01', INTERVAL 3 MONTH) AS quarters (quarter)
    LEFT JOIN customers ON customers.region_id = regions.region_id
    LEFT JOIN orders ON orders.customer_id = customers.customer_id
        AND date_trunc('quarter', orders.order_date) = quarters.quarter
    LEFT JOIN order_lines ON order_lines.order_id = orders.order_id
    GROUP BY ALL
)
INSERT INTO targets
SELECT region_id, quarter, greatest(500, round((0.88 + 0.25 * {target_chance}) * revenue / 500) * 500)
FROM actuals ORDER BY ALL
"""


def build_sales_database(con: duckdb.DuckDBPyConnection, orders: int = 10_000, seed: int = 42) -> None:
    """Create the nine tables of the sales database in the connection's current schema.

    Args:
        con: the connection; its current schema must have none of ``TABLES``.
        orders: number of orders, from 2022-01-01 to ``SALES_TODAY``; customers and order lines grow with it.
        seed: the same seed and size give the same rows in every DuckDB version.

    Raises:
        ConfigError: ``orders`` is below 1, or a table of that name is there already.
    """
    if orders < 1:
        raise ConfigError(f"orders must be at least 1, not {orders}")
    taken = con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() "
        "AND table_schema = current_schema() AND table_name IN (SELECT unnest(?::VARCHAR[]))",
        [list(TABLES)],
    ).fetchall()
    if taken:
        raise ConfigError(f"table {taken[0][0]} exists already; build the sales database in an empty schema")
    con.execute(_SCHEMA)
    _insert_fixed_tables(con)
    _insert_customers(con, max(40, orders * 6 // 100), seed)

    def chance(stream: str, key: str) -> str:
        return _chance(seed, stream, key)

    staff_shares = ((line[0], int(line[4])) for line in _lines(SALES_PEOPLE))
    product_shares = ((line[0], int(line[3])) for text in PRODUCTS.values() for line in _lines(text))
    con.execute(
        _with_shares(staff_shares, _ORDERS).format(
            orders=orders,
            today=SALES_TODAY,
            day_chance=chance("day", "day::DATE"),
            order_chance=chance("order", "i"),
            never_chance=chance("never", "customer_id"),
            loyal_chance=chance("loyal", "customer_id"),
            customer_chance=chance("customer", "dated.i"),
            channel_chance=chance("channel", "placed.i"),
            ship_chance=chance("ship", "placed.i"),
            status_chance=chance("status", "placed.i"),
            staff_chance=chance("staff", "placed.i"),
        )
    )
    con.execute(
        _with_shares(product_shares, _ORDER_LINES).format(
            size_chance=chance("size", "order_id"),
            product_chance=chance("product", "(slots.order_id * 8 + slots.slot)"),
            quantity_chance=chance("quantity", "chosen.line"),
            discount_chance=chance("discount", "chosen.line"),
            depth_chance=chance("depth", "chosen.line"),
        )
    )
    con.execute(
        _RETURNS.format(
            today=SALES_TODAY,
            wait_chance=chance("wait", "order_lines.order_line_id"),
            part_chance=chance("part", "order_lines.order_line_id"),
            reason_chance=chance("reason", "order_lines.order_line_id"),
            return_chance=chance("return", "order_lines.order_line_id"),
        )
    )
    con.execute(_TARGETS.format(target_chance=chance("target", "region_id || '/' || quarter")))
    for name, comment in _COMMENTS.items():
        kind = "COLUMN" if "." in name else "TABLE"
        con.execute(f"COMMENT ON {kind} {name} IS {_text(comment)}")


def _chance(seed: int, stream: str, key: str) -> str:
    """SQL for a number in [0, 1) that depends on the seed, the stream's name and the key only."""
    return f"((md5_number_lower('{seed}/{stream}/' || {key}) >> 11) / 9007199254740992::DOUBLE)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _list(values: str) -> str:
    return "[" + ", ".join(map(_text, values.split(","))) + "]"


def _lines(text: str) -> list[list[str]]:
    return [line.strip().split("|") for line in text.strip().splitlines()]


def _with_shares(shares: Iterable[tuple[str, int]], statement: str) -> str:
    """The statement with one more CTE in front: how likely each name is drawn."""
    rows = ", ".join(f"({_text(name)}, {share})" for name, share in shares)
    return statement.replace("WITH ", f"WITH shares (name, share) AS (VALUES {rows}), ", 1)


def _insert_fixed_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables that are the same whatever the seed and size."""
    region_ids = {name: number for number, name in enumerate(REGIONS, 1)}
    con.executemany("INSERT INTO regions VALUES (?, ?)", [[number, name] for name, number in region_ids.items()])
    con.executemany("INSERT INTO categories VALUES (?, ?)", [list(pair) for pair in enumerate(PRODUCTS, 1)])
    products: list[list[object]] = []
    for category_id, text in enumerate(PRODUCTS.values(), 1):
        for name, price, cost, _, launched, ended in _lines(text):
            products.append([len(products) + 1, name, category_id, price, cost, launched, ended or None])
    con.executemany("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?)", products)
    people = _lines(SALES_PEOPLE)
    ids = {line[0]: number for number, line in enumerate(people, 1)}
    for name, region, hired, manager, _ in people:
        # One row a statement: DuckDB checks the manager's key against rows of earlier statements.
        con.execute(
            "INSERT INTO sales_people VALUES (?, ?, ?, ?, ?)",
            [ids[name], name, region_ids.get(region), hired, ids.get(manager)],
        )


def _insert_customers(con: duckdb.DuckDBPyConnection, customers: int, seed: int) -> None:
    """Fill ``customers``: shares of regions and segments, names of the region, no name twice."""
    rows = []
    for region_id, (share, countries, first, last) in enumerate(REGIONS.values(), 1):
        places = [f"{{'city': {_text(c)}, 'country': {_text(k)}}}" for k, v in countries.items() for c in v.split(",")]
        rows.append(f"({region_id}, {share}, [{', '.join(places)}], {_list(first)}, {_list(last)})")
    con.execute(f"""
        WITH pools (region_id, share, places, firsts, lasts) AS (VALUES {", ".join(rows)}),
        shares AS (SELECT *, sum(share) OVER (ORDER BY region_id) - share AS start FROM pools),
        drawn AS (
            SELECT i, floor({_chance(seed, "region", "i")} * 100)::INTEGER AS place,
                {_chance(seed, "segment", "i")} AS kind
            FROM range({customers}) AS numbers (i)
        ), numbered AS (
            SELECT drawn.i, shares.*,
                CASE WHEN drawn.kind < 0.56 THEN 'Consumer' WHEN drawn.kind < 0.86 THEN 'SMB'
                    ELSE 'Enterprise' END AS segment,
                row_number() OVER (PARTITION BY shares.region_id, drawn.kind < 0.56 ORDER BY drawn.i) - 1 AS nth_person,
                row_number() OVER (PARTITION BY drawn.kind < 0.56 ORDER BY drawn.i) - 1 AS nth_company
            FROM drawn ASOF JOIN shares ON drawn.place >= shares.start
        ), named AS (
            -- 143 is coprime to the 16 x 18 pairs of names, 289 to the 40 x 18 pairs of words: no pair comes twice
            -- before all were used, and then a letter or a number tells them apart.
            SELECT *, nth_person * 143 % 288 AS person, nth_person // 288 AS again,
                nth_company * 289 % 720 AS company, nth_company // 720 AS company_again,
                {_list(COMPANY_WORDS)} AS words, {_list(COMPANY_KINDS)} AS kinds,
                places[1 + floor({_chance(seed, "city", "i")} * {_chance(seed, "city2", "i")}
                    * len(places))::INTEGER] AS home
            FROM numbered
        ), customer_rows AS (
            SELECT i, segment, home, region_id, i / {customers} AS age,
                CASE WHEN segment = 'Consumer' THEN firsts[1 + person // 18]
                    || CASE WHEN again > 0 THEN ' ' || chr((65 + (again - 1) % 26)::INTEGER) || '.' ELSE '' END
                    || CASE WHEN again > 26 THEN ' ' || ((again - 1) // 26 + 1) ELSE '' END
                    || ' ' || lasts[1 + person % 18]
                ELSE words[1 + company // 18] || ' ' || kinds[1 + company % 18]
                    || CASE WHEN company_again > 0 THEN ' ' || (company_again + 1) ELSE '' END
                END AS name
            FROM named
        )
        INSERT INTO customers
        SELECT i + 1, name, segment, home.city, home.country, region_id,
            -- Half of them were there before the first order; then they come at an even pace.
            CASE WHEN age < 0.5 THEN DATE '2019-01-07' + floor(age * 2 * 1089)::INTEGER
                ELSE DATE '2022-01-01' + floor((age - 0.5) * 2 * 1094)::INTEGER END,
            CASE WHEN {_chance(seed, "email", "i")} < 0.88 THEN CASE segment
                WHEN 'Consumer' THEN replace(replace(lower(strip_accents(name)), '.', ''), ' ', '.') || '@example.com'
                ELSE 'office@' || replace(lower(name), ' ', '-') || '.example' END END
        FROM customer_rows ORDER BY i
    """)


def main(argv: list[str] | None = None) -> None:
    """Write the sales database to a file."""
    parser = argparse.ArgumentParser(prog="python -m llmsql.sales", description="Write the sales database to a file.")
    parser.add_argument("output", type=Path, metavar="OUT.duckdb")
    parser.add_argument("--orders", type=int, default=10_000, help="number of orders (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="the same seed gives the same rows (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="overwrite OUT.duckdb")
    args = parser.parse_args(argv)
    if args.output.exists() and not args.force:
        parser.error(f"{args.output} exists; pass --force to overwrite it")
    if args.orders < 1:
        parser.error("--orders must be at least 1")
    with written_whole(args.output) as file, duckdb.connect(str(file)) as con:
        build_sales_database(con, args.orders, args.seed)


if __name__ == "__main__":
    main()
