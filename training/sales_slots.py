"""What fills the slots of the sales questions: metrics, dimensions, periods and stored values, in words and in SQL.

| slot | in words | in SQL |
|---|---|---|
| ``metric``, ``money`` | revenue | ``sum(…)``; ``.as`` adds the alias, ``.alias`` is the alias |
| ``dim``, ``odim``, ``cdim``, ``pdim``, … | region; ``.s``: regions | the column, of anything, orders, customers, … |
| ``filter``, ``ofilter``, ``cfilter``, ``pfilter`` | in Europe | a condition |
| ``period``, ``year``, ``quarter``, ``relative``, … | in Q3 2024; ``.bare``: Q3 2024 | ``{period:orders.order_date}`` |
| ``region``, ``product``, ``customer``, … | Europe | the literal |
| ``k`` | 5, five | the number |
"""

from __future__ import annotations

import calendar
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from llmsql.catalog.model import sql_string

_LINE = "order_lines.quantity * order_lines.unit_price"
_REVENUE = f"{_LINE} * (1 - order_lines.discount)"
_PROFIT = "order_lines.quantity * (order_lines.unit_price * (1 - order_lines.discount) - products.unit_cost)"
_NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 10: "ten", 12: "twelve"}
_ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that a slot can be filled with.

    Args:
        words: ways to say it; ``|`` between them.
        sql: how SQL says it; ``{d}`` is the date column of a period.
        alias: what a metric is called in the answer.
        plural: ways to say several of it.
        bare: ways to say a period without a preposition.
        family: things of one family are not combined, unless the filter is coarser than the dimension.
        grain: how fine it is within its family; 0 is coarsest.
    """

    words: str
    sql: str
    alias: str = ""
    plural: str = ""
    bare: str = ""
    family: str = ""
    grain: int = 0


class InSQL:
    """A slot as SQL templates see it."""

    def __init__(self, slot: Slot) -> None:
        self.alias = slot.alias
        self._sql = slot.sql

    def __format__(self, date: str) -> str:
        return self._sql.replace("{d}", date)

    def __getattr__(self, name: str) -> str:
        if name == "as":
            return f"{self._sql} AS {self.alias}"
        raise AttributeError(name)


class InWords:
    """A slot as phrasings see it."""

    def __init__(self, slot: Slot, rng: random.Random) -> None:
        self._slot = slot
        self._rng = rng

    def __format__(self, _: str) -> str:
        return self._rng.choice(self._slot.words.split("|"))

    @property
    def s(self) -> str:
        """The plural."""
        return self._rng.choice(self._slot.plural.split("|"))

    @property
    def bare(self) -> str:
        """The period without a preposition."""
        return self._rng.choice((self._slot.bare or self._slot.words).split("|"))


METRICS = [
    Slot("revenue|total revenue|sales|turnover|sales revenue", f"sum({_REVENUE})", "revenue"),
    Slot("profit|total profit|gross profit|margin", f"sum({_PROFIT})", "profit"),
    Slot("units sold|number of units sold|total quantity sold|quantity sold", "sum(order_lines.quantity)", "units"),
    Slot("list value before discount|sales before discounts|pre-discount revenue", f"sum({_LINE})", "list_value"),
    Slot(
        "discount amount|money given away in discounts|total discounts in money",
        f"sum({_LINE} * order_lines.discount)",
        "discount_amount",
    ),
    Slot(
        "cost of goods sold|COGS|total unit cost of what was sold",
        "sum(order_lines.quantity * products.unit_cost)",
        "cost",
    ),
]

_REGION = Slot("region|sales region", "regions.name", plural="regions|sales regions", family="place")
_COUNTRY = Slot("country|customer country", "customers.country", plural="countries", family="place", grain=1)
_CITY = Slot("city|customer city", "customers.city", plural="cities", family="place", grain=2)
_SEGMENT = Slot("segment|customer segment", "customers.segment", plural="segments|customer segments", family="segment")
_CUSTOMER = Slot("customer|client", "customers.name", plural="customers|clients", family="customer")
_CHANNEL = Slot(
    "channel|sales channel|order channel", "orders.channel", plural="channels|sales channels", family="channel"
)
_STATUS = Slot("status|order status", "orders.status", plural="statuses|order statuses", family="status")
_PERSON = Slot(
    "sales person|salesperson|sales rep", "sales_people.name", plural="sales people|sales reps|reps", family="person"
)
_CATEGORY = Slot(
    "category|product category", "categories.name", plural="categories|product categories", family="product"
)
_PRODUCT = Slot("product|item", "products.name", plural="products|items", family="product", grain=1)

DIMENSIONS = {
    "dim": [_REGION, _COUNTRY, _SEGMENT, _CHANNEL, _CATEGORY, _PRODUCT, _PERSON, _CITY, _CUSTOMER, _STATUS],
    "topdim": [_COUNTRY, _CITY, _CUSTOMER, _CUSTOMER, _PERSON, _CATEGORY, _PRODUCT, _PRODUCT, _REGION],
    "odim": [_REGION, _COUNTRY, _SEGMENT, _CHANNEL, _STATUS, _PERSON, _CITY],
    "cdim": [_REGION, _COUNTRY, _SEGMENT, _CITY],
    "pdim": [_CATEGORY, _PRODUCT],
    "bigdim": [_COUNTRY, _CITY, _CUSTOMER, _PERSON],
    "group": [_REGION, _SEGMENT, _CHANNEL, _CATEGORY],
}
_ABBREVIATIONS = {
    "Asia Pacific": "APAC",
    "Latin America": "LatAm",
    "Middle East & Africa": "the Middle East and Africa",
    "United States": "the US|the United States",
    "United Kingdom": "the UK|the United Kingdom",
    "United Arab Emirates": "the UAE|the United Arab Emirates",
    "Ciudad de México": "Ciudad de Mexico",
}
_CHANNEL_WORDS = {
    "online": "online|via the online channel|through the online channel",
    "retail": "in retail|through the retail channel|via the retail channel",
    "partner": "through partners|via the partner channel|through the partner channel",
    "phone": "by phone|over the phone|via the phone channel",
}


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _value(stored: str, family: str = "", grain: int = 0) -> Slot:
    words = [stored, stored, _plain(stored)]
    if stored in _ABBREVIATIONS:
        words = [stored, *_ABBREVIATIONS[stored].split("|")]
    return Slot("|".join(words), sql_string(stored), family=family, grain=grain)


def _filters(values: list[Slot], column: str, words: str) -> list[Slot]:
    return [
        Slot(
            "|".join(word.replace("@", said) for word in words.split("|") for said in slot.words.split("|")),
            f"{column} = {slot.sql}",
            family=slot.family,
            grain=slot.grain,
        )
        for slot in values
    ]


def _years() -> Iterator[Slot]:
    for y in (2022, 2023, 2024):
        yield Slot(f"in {y}|in {y}|during {y}|in the year {y}", f"year({{d}}) = {y}", alias=str(y), bare=str(y))


def _quarters() -> Iterator[Slot]:
    for y in (2022, 2023, 2024):
        for q in (1, 2, 3, 4):
            yield Slot(
                f"in Q{q} {y}|in the {_ORDINALS[q - 1]} quarter of {y}|in {y} Q{q}",
                f"year({{d}}) = {y} AND quarter({{d}}) = {q}",
                alias=f"{y}_{q}",
                bare=f"Q{q} {y}|{y} Q{q}|Q{q}/{y}",
            )


def _months() -> Iterator[Slot]:
    for y in (2022, 2023, 2024):
        for m in range(1, 13):
            name = calendar.month_name[m]
            yield Slot(
                f"in {name} {y}|during {name} {y}|in {name[:3]} {y}",
                f"year({{d}}) = {y} AND month({{d}}) = {m}",
                alias=f"{y}_{m:02}",
                bare=f"{name} {y}|{name[:3]} {y}",
            )


def _spans() -> Iterator[Slot]:
    for y in (2022, 2023, 2024):
        yield Slot(
            f"in the first half of {y}|in H1 {y}", f"year({{d}}) = {y} AND quarter({{d}}) <= 2", bare=f"H1 {y}|{y} H1"
        )
        yield Slot(
            f"in the second half of {y}|in H2 {y}", f"year({{d}}) = {y} AND quarter({{d}}) >= 3", bare=f"H2 {y}|{y} H2"
        )
        for m in (3, 6, 9):
            name, last = calendar.month_name[m], calendar.monthrange(y, m + 2)[1]
            end = calendar.month_name[m + 2]
            yield Slot(f"since {name} {y}|from {name} {y} on|since 1 {name} {y}", f"{{d}} >= DATE '{y}-{m:02}-01'")
            yield Slot(f"before {name} {y}|before 1 {name} {y}|prior to {name} {y}", f"{{d}} < DATE '{y}-{m:02}-01'")
            yield Slot(
                f"between 1 {name} {y} and {last} {end} {y}|from {y}-{m:02}-01 to {y}-{m + 2:02}-{last}"
                f"|between {y}-{m:02}-01 and {y}-{m + 2:02}-{last}",
                f"{{d}} BETWEEN DATE '{y}-{m:02}-01' AND DATE '{y}-{m + 2:02}-{last}'",
            )
            yield Slot(f"after 15 {name} {y}|after {y}-{m:02}-15", f"{{d}} > DATE '{y}-{m:02}-15'")
    yield Slot("in 2022 and 2023|in 2022-2023", "year({d}) IN (2022, 2023)")
    yield Slot("in 2023 and 2024|in 2023-2024", "year({d}) IN (2023, 2024)")


def _relatives() -> Iterator[Slot]:
    yield Slot("this year|in the current year|so far this year|year to date|YTD", "year({d}) = year(current_date)")
    yield Slot("last year|in the previous year|the year before this one", "year({d}) = year(current_date) - 1")
    for unit, step in (("month", "1 MONTH"), ("quarter", "3 MONTH"), ("week", "7 DAY")):
        now = f"date_trunc('{unit}', current_date)"
        yield Slot(f"this {unit}|in the current {unit}", f"date_trunc('{unit}', {{d}}) = {now}")
        yield Slot(f"last {unit}|in the previous {unit}", f"date_trunc('{unit}', {{d}}) = {now} - INTERVAL {step}")
    for n, unit in (
        (7, "day"),
        (14, "day"),
        (30, "day"),
        (60, "day"),
        (90, "day"),
        (2, "month"),
        (3, "month"),
        (6, "month"),
        (12, "month"),
    ):
        yield Slot(
            f"in the last {n} {unit}s|over the past {n} {unit}s|during the last {n} {unit}s",
            f"{{d}} >= current_date - INTERVAL {n} {unit.upper()}",
            bare=f"last {n} {unit}s|past {n} {unit}s",
        )


class Slots:
    """All slots over one sales database.

    Args:
        con: the connection that has the tables.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        def column(sql: str) -> list[str]:
            return [row[0] for row in con.execute(sql).fetchall()]

        values = {
            "region": [_value(v, "place") for v in column("SELECT name FROM regions ORDER BY region_id")],
            "country": [_value(v, "place", 1) for v in column("SELECT DISTINCT country FROM customers ORDER BY ALL")],
            "city": [_value(v, "place", 2) for v in column("SELECT DISTINCT city FROM customers ORDER BY ALL")],
            "segment": [_value(v, "segment") for v in column("SELECT DISTINCT segment FROM customers ORDER BY ALL")],
            "channel": [_value(v, "channel") for v in column("SELECT DISTINCT channel FROM orders ORDER BY ALL")],
            "status": [_value(v, "status") for v in column("SELECT DISTINCT status FROM orders ORDER BY ALL")],
            "category": [_value(v, "product") for v in column("SELECT name FROM categories ORDER BY ALL")],
            "reason": [
                _value(v) for v in column("SELECT DISTINCT reason FROM returns WHERE reason IS NOT NULL ORDER BY ALL")
            ],
            "product": [
                _value(v, "product", 1)
                for v in column(
                    "SELECT name FROM products WHERE product_id IN (SELECT product_id FROM order_lines) ORDER BY ALL"
                )
            ],
            "customer": [
                _value(v, "customer")
                for v in column(
                    "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.customer_id "
                    "GROUP BY ALL HAVING count(*) >= 12 ORDER BY customers.name"
                )
            ],
            "person": [
                _value(v, "person")
                for v in column(
                    "SELECT name FROM sales_people WHERE sales_person_id IN (SELECT sales_person_id FROM orders) "
                    "ORDER BY ALL"
                )
            ],
        }
        filters = {
            "region": _filters(values["region"], "regions.name", "in @|from @"),
            "country": _filters(values["country"], "customers.country", "in @|from @"),
            "city": _filters(values["city"], "customers.city", "in @|from @"),
            "segment": _filters(values["segment"], "customers.segment", "from @ customers|in the @ segment"),
            "category": _filters(values["category"], "categories.name", "in the @ category|from the @ category|in @"),
            "product": _filters(values["product"], "products.name", "of the @|for the @"),
            "channel": [
                Slot(_CHANNEL_WORDS[name], f"orders.channel = '{name}'", family="channel") for name in _CHANNEL_WORDS
            ],
        }
        pools: dict[str, list[list[Slot]]] = {
            "metric": [METRICS[:2], METRICS],
            "money": [METRICS[:2]],
            "k": [[Slot(f"{n}|{n}|{word}", str(n)) for n, word in _NUMBER_WORDS.items() if n > 2]],
            "year": [list(_years())],
            "quarter": [list(_quarters())],
            "month": [list(_months())],
            "relative": [list(_relatives())],
            "period": [list(_years()), list(_quarters()), list(_months()), list(_spans()), list(_relatives())],
            "calendar": [list(_years()), list(_quarters()), list(_months())],
            "filter": list(filters.values()),
            "ofilter": [filters[n] for n in ("region", "country", "city", "segment", "channel")],
            "cfilter": [filters[n] for n in ("region", "country", "city")],
            "catfilter": [filters["category"]],
            "pfilter": [filters["category"], filters["product"]],
        }
        pools |= {name: [options] for name, options in values.items()}
        pools |= {name: [options] for name, options in DIMENSIONS.items()}
        self.pools = pools

    def draw(self, name: str, rng: random.Random) -> Slot:
        """One filling of a slot.

        Args:
            name: the slot's name, with a number behind it where a template has two of a kind.
            rng: chooses.
        """
        return rng.choice(rng.choice(self.pools[_kind(name)]))


def clash(filling: dict[str, Slot]) -> bool:
    """Whether a filling is silly.

    It is where two slots say the same, a filter is as fine as the dimension that it limits, or the first of two periods
    is not the later one.
    """
    for name, slot in filling.items():
        second = filling.get(f"{name}2")
        if second is not None and (slot.sql == second.sql or (slot.alias and slot.alias <= second.alias)):
            return True
    groups = [slot for name, slot in filling.items() if _is_dimension(name)]
    limits = {_kind(name): slot for name, slot in filling.items() if slot.family and not _is_dimension(name)}
    families = [slot.family for slot in groups]
    limited = [slot.family for slot in limits.values()]
    if len(families) != len(set(families)) or len(limited) != len(set(limited)):
        return True
    return any(g.family == limit.family and g.grain <= limit.grain for g in groups for limit in limits.values())


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def _is_dimension(name: str) -> bool:
    return _kind(name).endswith(("dim", "group"))
