"""Numbers and days that a database keeps as text, as SQLite's and files without types do, read as a query takes them.

DuckDB does no arithmetic on text and compares none with a number or a day; where it does cast, one value that does not
fit stops the query. A value that does not fit is NULL here, and the note says what was read.
"""

from __future__ import annotations

import enum
import re

from sqlglot import exp

from llmsql.asking.scopes import Scope, derived_select, selects_around, sources
from llmsql.catalog import Catalog, Column
from llmsql.catalog.model import EPOCHS


class Kind(enum.Enum):
    """What the values of an expression are, as far as this matters here."""

    TEXT = "VARCHAR"
    NUMBER = "DOUBLE"
    DAY = "DATE"
    TIME = "TIMESTAMP"


_NUMBERS = re.compile(
    r"(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL)", re.IGNORECASE
)
_CALENDAR = re.compile(r"date|day|time|(?:_at|_on|since|until)\Z", re.IGNORECASE)
_CLOCK = re.compile(r"time|stamp|_at\Z|[a-z]At\Z", re.IGNORECASE)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")  # 007 is none
_MARKS = {"", "-", "?", "n/a", "null"}  # none of which is a value of anything
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?")
_LABEL = re.compile(r"(?:id|key|code|no|num|nr|number|zip|postal|postcode|phone|fax|isbn|ean|uuid)\Z", re.IGNORECASE)
_HOURS = {"HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "EPOCH"}

_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_OF_NUMBERS = (
    exp.Sum,
    exp.Avg,
    exp.Median,
    exp.Quantile,
    exp.PercentileCont,
    exp.Stddev,
    exp.StddevSamp,
    exp.StddevPop,
    exp.Variance,
    exp.VariancePop,
    exp.Round,
    exp.Abs,
    exp.Ceil,
    exp.Floor,
    exp.Sqrt,
    exp.Ln,
    exp.Exp,
    exp.Neg,
)
_OF_DAYS = (
    exp.Year,
    exp.Month,
    exp.Quarter,
    exp.Week,
    exp.Day,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.DayOfMonth,
    exp.Dayname,
    exp.Monthname,
    exp.LastDay,
)
_OF_TIMES = (exp.Hour, exp.Minute, exp.Second, exp.TimeToStr, exp.TimeToUnix)
_COUNTED = (exp.Count, exp.Length, exp.DateDiff, exp.Extract, exp.RowNumber, exp.Rank, exp.DenseRank)
_SAME_AS_ITS_OWN = (exp.Max, exp.Min, exp.AnyValue, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.Mode)
_ONE_OF_SEVERAL = (exp.Case, exp.Coalesce, exp.Greatest, exp.Least)
_PASSED_THROUGH = (exp.Paren, exp.Window, exp.Filter, exp.Alias, exp.Distinct, exp.IgnoreNulls, *_SAME_AS_ITS_OWN)
_IN_ORDER = (None, "%Y%m%d", *EPOCHS)
"""Formats whose order is that of the days, as it is without one."""
_DAYS_BY_NAME = {"date_part": 1, "datepart": 1, "date_sub": 1, "datesub": 1, "age": 0}
"""Functions that sqlglot has no class for, and the place of the first argument that is a day."""


def read_text(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Cast columns of text where a query takes them for numbers or days.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.

    Returns:
        A note for each column read as something else.
    """
    if not catalog.writes_days and not any(c.type == "VARCHAR" for table in catalog for c in table.columns):
        return []
    reader = _Reader(catalog)
    for node in reversed(list(tree.walk())):  # what is compared with a number knows by then that it is one
        reader.read(node)
    return list(dict.fromkeys(reader.notes))


class _Reader:
    """Casts in a query, and notes of them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.notes: list[str] = []
        self.kinds: dict[int, Kind | None] = {}

    def read(self, node: exp.Expr) -> None:
        """Cast what this part of a query takes for something else than text."""
        self.kinds.clear()
        if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
            self._cast_softly(node)
        elif isinstance(node, _ARITHMETIC):
            self._calculate(node)
        elif isinstance(node, exp.EQ) and all(isinstance(side, exp.Column) for side in (node.this, node.expression)):
            self._join(node.this, node.expression)
        elif isinstance(node, _COMPARISONS):
            self._agree([node.this, node.expression])
            if not isinstance(node, (exp.EQ, exp.NEQ)) and all(map(self._looks_like_numbers, node.iter_expressions())):
                self._take(node.this, Kind.NUMBER)
                self._take(node.expression, Kind.NUMBER)
        elif isinstance(node, (exp.Max, exp.Min, exp.Ordered)) and self._day_format(node.this) not in _IN_ORDER:
            self._take(node.this, Kind.DAY)
        elif isinstance(node, (exp.Max, exp.Min, exp.Ordered)) and self._looks_like_numbers(node.this):
            self._take(node.this, Kind.NUMBER)
        elif isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            self._look_for_marks(node)
        elif isinstance(node, exp.Between):
            self._agree([node.this, node.args["low"], node.args["high"]])
        elif isinstance(node, exp.In) and isinstance(node.args.get("query"), exp.Subquery):
            shown = node.args["query"].this.expressions
            if len(shown) == 1 and not isinstance(shown[0].unalias(), exp.Column):  # keys are compared as text
                self._agree([node.this, node.args["query"]])
        elif isinstance(node, (exp.ArgMax, exp.ArgMin)) and self._looks_like_numbers(node.expression):
            self._take(node.expression, Kind.NUMBER)
        elif isinstance(node, exp.In):
            self._agree([node.this, *node.expressions])
        elif isinstance(node, _ONE_OF_SEVERAL):
            self._agree(_alternatives(node))
        elif isinstance(node, _OF_NUMBERS):
            self._take(node.this, Kind.NUMBER)
        elif isinstance(node, _OF_DAYS):
            self._take(node.this, Kind.DAY)
        elif isinstance(node, _OF_TIMES):
            self._take(node.this, Kind.TIME)
        elif isinstance(node, (exp.TimestampTrunc, exp.DateTrunc)):
            self._take(node.this, _by_unit(node.args.get("unit")))
        elif isinstance(node, exp.Extract):
            self._take(node.expression, _by_unit(node.this))
        elif isinstance(node, exp.DateDiff):
            for side in (node.this, node.expression):
                self._take(side, _by_unit(node.args.get("unit")))
        elif isinstance(node, exp.Anonymous) and node.name.casefold() in _DAYS_BY_NAME:
            for day in node.expressions[_DAYS_BY_NAME[node.name.casefold()] :]:
                self._take(day, Kind.TIME)

    def _cast_softly(self, cast: exp.Cast) -> None:
        kind = kind_of_type(cast.to.sql("duckdb"))
        if kind in (Kind.TEXT, None) or self._kind(cast.this) is not Kind.TEXT:
            return
        if kind is not Kind.NUMBER or not self._is_no_number(cast.this):  # an error says more than NULL in each row
            self._note(cast.this, kind)
            cast.replace(self._read_as(cast.this, kind, cast.to.sql("duckdb")))

    def _calculate(self, node: exp.Expr) -> None:
        sides = [node.this, node.expression]
        kinds = [self._kind(side) for side in sides]
        if not isinstance(node, (exp.Add, exp.Sub)):
            for side in sides:
                self._take(side, Kind.NUMBER, "BIGINT" if isinstance(node, exp.IntDiv) else None)
            return
        columns = [column for side in sides for column in side.find_all(exp.Column)]
        is_counted = any(self._day_format(column) in EPOCHS for column in columns)  # seconds less seconds are seconds
        is_called_day = (
            kinds == [Kind.TEXT, Kind.TEXT]
            and not is_counted
            and any(_CALENDAR.search(column.name) for column in columns)
        )
        kind = Kind.NUMBER
        if Kind.TIME in kinds or isinstance(node.expression, exp.Interval):
            kind = Kind.TIME
        elif is_called_day or Kind.DAY in kinds or any(map(self._has_days, columns)):
            kind = Kind.TIME if any(_CLOCK.search(column.name) for column in columns) else Kind.DAY
        for side in sides:
            self._take(side, kind)

    def _join(self, left: exp.Column, right: exp.Column) -> None:
        """Text beside a number is a key: one of nineteen digits is more than a DOUBLE holds."""
        for text, other in ((left, right), (right, left)):
            if self._kind(text) is Kind.TEXT:
                self._take(text, self._kind(other), self._type(other))

    def _look_for_marks(self, node: exp.Is) -> None:
        """What is missing is NULL, no number where all others are numbers, or a mark such as "n/a"."""
        column = node.this
        stored = self._stored(column)
        if stored is None or self._kind(column) is not Kind.TEXT:
            return
        around = node.find_ancestor(exp.Select)
        joins = (around.args.get("joins") or []) if around is not None else []
        if any(join.side for join in joins):
            return  # NULL may be a row that an outer join did not find
        if self._is_untyped(column) and self._has_days(column):
            self._take(column, Kind.DAY)
        elif self._looks_like_numbers(column):
            self._take(column, Kind.NUMBER)
        else:
            marks = [value for value in stored.values if value.strip().casefold() in _MARKS]
            either = node.find_ancestor(exp.Or, exp.Select)
            if not marks or (isinstance(either, exp.Or) and any(e.this == column for e in either.find_all(exp.In))):
                return
            marks = list(dict.fromkeys(["", *marks]))
            named = exp.In(this=column.copy(), expressions=[exp.Literal.string(mark) for mark in marks])
            node.replace(exp.paren(exp.or_(node.copy(), named)))
            self.notes.append(f"{column.name} is missing where it is {' or '.join(map(repr, marks))}")

    def _agree(self, sides: list[exp.Expr]) -> None:
        """Text beside numbers or days is one, unless something there can be none."""
        kinds = [self._kind(side) for side in sides]
        others = [kind for kind in kinds if kind not in (Kind.TEXT, None)]
        if not others and any(self._day_format(side) is not None for side in sides):
            others = [Kind.DAY for side in sides if side.is_string and _DAY.fullmatch(side.name)]
        if Kind.TEXT not in kinds or not others:
            return
        kind = Kind.TIME if Kind.TIME in others else others[0]
        if kind is not Kind.NUMBER or not any(map(self._is_no_number, sides)):
            for side in sides:
                self._take(side, kind)

    def _is_no_number(self, node: exp.Expr) -> bool:
        """Whether a part of a query is a text that is no number, as far as its values are known."""
        if isinstance(node, exp.Literal):
            return node.is_string and not _NUMBER.fullmatch(node.this)
        values = self._values(node)
        return bool(values) and not any(map(_NUMBER.fullmatch, values))

    def _values(self, node: exp.Expr) -> list[str]:
        """Stored values of a column, without what stands for none."""
        stored = self._stored(node)
        return stored.known_values if stored is not None else []

    def _has_days(self, node: exp.Expr) -> bool:
        format_ = self._day_format(node)
        if format_ is not None:
            return format_ not in EPOCHS
        values = self._values(node)
        return sum(bool(_DAY.fullmatch(value)) for value in values) > len(values) / 2

    def _take(self, node: exp.Expr, kind: Kind | None, type_: str | None = None) -> None:
        """Cast text to a kind, or to the one type of that kind that is wanted."""
        if kind in (None, Kind.TEXT) or self._kind(node) is not Kind.TEXT:
            return
        if isinstance(node, (exp.Paren, exp.Distinct, exp.Filter, exp.Window, *_SAME_AS_ITS_OWN)):
            for part in node.expressions if isinstance(node, exp.Distinct) else [node.this]:
                self._take(part, kind)
        elif isinstance(node, (exp.Case, exp.Coalesce)):
            for part in _alternatives(node):
                self._take(part, kind)
        elif not isinstance(node, exp.Literal):
            if kind is Kind.NUMBER and self._type_is_number(node):
                return  # it is one, that writes a day
            self._note(node, kind)
            node.replace(self._read_as(node, kind, type_ or kind.value))

    def _read_as(self, node: exp.Expr, kind: Kind | None, type_: str) -> exp.Expr:
        """A part of a query cast to a type of a kind: softly, and days by the format that they are written in."""
        format_ = self._day_format(node) if kind in (Kind.DAY, Kind.TIME) else None
        if format_ is None:
            return exp.TryCast(this=node.copy(), to=exp.DataType.build(type_, dialect="duckdb"), safe=True)
        if format_ in EPOCHS:
            ms = node.copy()
            if format_ == "epoch":
                ms = exp.Mul(this=ms, expression=exp.Literal.number(1000))
            parsed = exp.func("epoch_ms", ms, dialect="duckdb")
        else:
            text = exp.cast(node.copy(), "VARCHAR", dialect="duckdb")
            parsed = exp.func("try_strptime", text, exp.Literal.string(format_), dialect="duckdb")
        return exp.cast(parsed, "DATE", dialect="duckdb") if kind is Kind.DAY else parsed

    def _day_format(self, node: exp.Expr) -> str | None:
        """How a column writes days, if it is one that does not write them as DATE does."""
        stored = self._stored(node) if self.catalog.writes_days else None
        return stored.day_format if stored is not None else None

    def _type_is_number(self, node: exp.Expr) -> bool:
        stored = self._stored(node)
        return stored is not None and kind_of_type(stored.type) is Kind.NUMBER

    def _note(self, node: exp.Expr, kind: Kind | None) -> None:
        what = "numbers" if kind is Kind.NUMBER else "times" if kind is Kind.TIME else "days"
        names = dict.fromkeys(column.name for column in node.find_all(exp.Column))
        of = "numbers" if self._type_is_number(node) else "text"
        self.notes += [f"read the {of} of {name} as {what}; what is none counts as missing" for name in names]

    def _kind(self, node: exp.Expr) -> Kind | None:
        """What the values of an expression are; None where nothing says so, as of a literal text."""
        if id(node) not in self.kinds:
            self.kinds[id(node)] = self._find_kind(node)
        return self.kinds[id(node)]

    def _find_kind(self, node: exp.Expr) -> Kind | None:
        if isinstance(node, exp.Column):
            # A number such as 20240131 is a day that is written otherwise, as a text is.
            return Kind.TEXT if self._day_format(node) is not None else kind_of_type(self._type(node) or "")
        if isinstance(node, exp.Literal):
            return None if node.is_string else Kind.NUMBER
        if isinstance(node, exp.Cast):
            return kind_of_type(node.to.sql("duckdb"))
        if isinstance(node, exp.Distinct):
            return self._kind(node.expressions[0])
        if isinstance(node, _PASSED_THROUGH):
            return self._kind(node.this)
        if isinstance(node, exp.Subquery):
            query = node.this
            return self._kind(query.expressions[0]) if isinstance(query, exp.Select) and query.expressions else None
        if isinstance(node, (exp.CurrentDate, exp.LastDay, exp.DateFromParts)):
            return Kind.DAY
        if isinstance(node, (exp.CurrentTimestamp, exp.TimestampTrunc, exp.DateTrunc)):
            return Kind.TIME
        if isinstance(node, _ARITHMETIC):
            is_moved = isinstance(node.expression, exp.Interval)
            sides = (self._kind(node.this), self._kind(node.expression))
            days = [kind for kind in sides if kind in (Kind.DAY, Kind.TIME)]
            if is_moved or len(days) == 1:
                return Kind.TIME if is_moved else days[0]
            return Kind.NUMBER
        if isinstance(node, (exp.Dayname, exp.Monthname)):
            return None
        if isinstance(node, (*_OF_NUMBERS, *_OF_DAYS, *_COUNTED, exp.Hour, exp.Minute, exp.Second)):
            return Kind.NUMBER
        if isinstance(node, _ONE_OF_SEVERAL):
            kinds = {self._kind(part) for part in _alternatives(node)} - {None}
            return kinds.pop() if len(kinds) == 1 else Kind.TEXT if Kind.TEXT in kinds else None
        return None

    def _looks_like_numbers(self, node: exp.Expr) -> bool:
        """Whether the stored values of a column of text are numbers, as far as they are known, and mean amounts."""
        stored = self._stored(node)
        if stored is None or stored.type != "VARCHAR" or _LABEL.search(stored.name):
            return False
        values = self._values(node)
        # A mark for what is missing is why a file's numbers were loaded as text.
        is_spoilt = any(value.strip().casefold() in _MARKS - {"null"} for value in stored.values)
        return (is_spoilt or self._is_untyped(node)) and bool(values) and all(map(_NUMBER.fullmatch, values))

    def _is_untyped(self, column: exp.Expr) -> bool:
        """Whether the table of a column was loaded without types; where it has types, text was somebody's choice."""
        scope = Scope.around(column, self.catalog)
        table = scope.table_of(column) if isinstance(column, exp.Column) and scope is not None else None
        if table is None:
            return False
        typed = [other.name for other in table.columns if other.type != "VARCHAR"]
        return len(typed) <= len(table.columns) / 4 and not any(map(_LABEL.search, typed))

    def _stored(self, node: exp.Expr) -> Column | None:
        """The catalog's column that a part of a query is."""
        scope = Scope.around(node, self.catalog)
        return scope.stored(node) if isinstance(node, exp.Column) and scope is not None else None

    def _type(self, column: exp.Column) -> str | None:
        """The type of a column of a table, or of what a nested query gives under its name; None where it is unknown."""
        if column.find_ancestor(exp.Lambda) is not None:
            return None
        around = list(selects_around(column))
        for select in around:  # the outer ones' columns may be meant
            stored = Scope.of(select, self.catalog).stored(column)
            if stored is not None:
                return stored.type
            for alias, source in sources(select).items():
                query = derived_select(source) if column.table.casefold() in ("", alias.casefold()) else None
                if query is None or any(query is one for one in around):
                    continue  # a CTE that is called like the table that it reads
                for shown in query.expressions:
                    if shown.alias_or_name.casefold() == column.name.casefold():
                        kind = self._kind(shown.unalias())
                        return kind.value if kind is not None else None
        return None


def _alternatives(node: exp.Case | exp.Coalesce | exp.Greatest | exp.Least) -> list[exp.Expr]:
    """The expressions one of which is the value."""
    if not isinstance(node, exp.Case):
        return [node.this, *node.expressions]
    default = node.args.get("default")
    return [*(branch.args["true"] for branch in node.args["ifs"]), *([default] if default is not None else [])]


def kind_of_type(text: str) -> Kind | None:
    """What the values of a type are; None where this does not matter here."""
    if text in ("VARCHAR", "TEXT"):
        return Kind.TEXT
    if text.startswith("TIMESTAMP"):
        return Kind.TIME
    if text == "DATE":
        return Kind.DAY
    return Kind.NUMBER if _NUMBERS.match(text) and "[" not in text else None


def _by_unit(unit: exp.Expr | None) -> Kind:
    return Kind.TIME if unit is not None and unit.name.upper() in _HOURS else Kind.DAY
