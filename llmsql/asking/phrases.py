"""The words for the parts of a query: columns, functions, conditions, periods of time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlglot import exp

from llmsql.asking.calendar_words import MONTHS
from llmsql.asking.scopes import sources, table_reference
from llmsql.catalog import Catalog

_AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Sum: "the sum of",
    exp.Avg: "the average",
    exp.Min: "the smallest",
    exp.Max: "the largest",
    exp.Median: "the median",
    exp.Stddev: "the standard deviation of",
    exp.StddevSamp: "the standard deviation of",
    exp.StddevPop: "the standard deviation of",
    exp.Variance: "the variance of",
    exp.AnyValue: "any",
    exp.ArrayAgg: "the list of",
    exp.CountIf: "the number of rows where",
}
_PARTS: dict[type[exp.Expr], str] = {
    exp.Year: "year",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Week: "week",
    exp.Day: "day of the month",
    exp.DayOfWeek: "day of the week",
    exp.DayOfMonth: "day of the month",
    exp.DayOfYear: "day of the year",
    exp.Hour: "hour",
    exp.Dayname: "weekday",
}
_COMPARISONS: dict[type[exp.Expr], tuple[str, str]] = {
    # for amounts, for dates
    exp.EQ: ("is", "is"),
    exp.NEQ: ("is not", "is not"),
    exp.GT: ("is above", "is after"),
    exp.GTE: ("is at least", "is on or after"),
    exp.LT: ("is below", "is before"),
    exp.LTE: ("is at most", "is on or before"),
}


def and_list(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


def date_literal(node: exp.Expr | None) -> datetime.date | None:
    """The day that a literal names: ``'2024-01-31'``, ``DATE '2024-01-31'``, a timestamp at midnight."""
    while isinstance(node, (exp.Cast, exp.TryCast, exp.Paren)):
        node = node.this
    if not isinstance(node, exp.Literal) or not node.is_string:
        return None
    text = node.this.removesuffix(" 00:00:00")
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def period_of(start: datetime.date, end: datetime.date) -> str | None:
    """The calendar's name of the days from ``start`` up to but without ``end``, if it has one."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day != 1 or end.day != 1:
        return None
    if months == 12 and start.month == 1:
        return str(start.year)
    if months == 3 and start.month % 3 == 1:
        return f"Q{start.month // 3 + 1} {start.year}"
    if months == 1:
        return f"{MONTHS[start.month - 1]} {start.year}"
    return None


def _is_column(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column)


def _year_test(node: exp.Expr) -> tuple[exp.Expr, str] | None:
    """``YEAR(d) = 2023`` as the expression and the year."""
    if isinstance(node, exp.EQ) and isinstance(node.this, exp.Year) and isinstance(node.expression, exp.Literal):
        return node.this.this, str(node.expression.this)
    return None


def _part_of_year(node: exp.Expr, subject: exp.Expr) -> str | None:
    """``MONTH(d) = 3`` or ``QUARTER(d) = 1`` about the same expression as the name of that part of the year."""
    if not isinstance(node, exp.EQ) or not isinstance(node.this, (exp.Month, exp.Quarter)):
        return None
    number = node.expression
    if node.this.this.sql() != subject.sql() or not isinstance(number, exp.Literal) or not number.is_int:
        return None
    if isinstance(node.this, exp.Quarter):
        return f"Q{number.this}"
    return MONTHS[int(number.this) - 1] if 1 <= int(number.this) <= 12 else None


class Phrases:
    """Words for the expressions of one query.

    Args:
        query: a SELECT or set operation; its sources give columns their tables.
        catalog: the tables.
        grain: the alias of the source that has one row for every joined row, if one is known to.
    """

    def __init__(self, query: exp.Expr, catalog: Catalog, grain: str | None = None) -> None:
        self.catalog = catalog
        self._grain = grain
        found = sources(query) if isinstance(query, exp.Select) else {}
        self._names = {
            alias.casefold(): source.name if isinstance(source, exp.Table) else alias for alias, source in found.items()
        }
        if len(set(self._names.values())) < len(self._names):  # a table joined to itself goes by its aliases
            self._names = {alias: alias for alias in self._names}
        self._is_single = len(self._names) == 1
        self._tables = {
            alias.casefold(): catalog.table(table_reference(s)) if isinstance(s, exp.Table) else None
            for alias, s in found.items()
        }
        shown = query.expressions if isinstance(query, exp.Select) else []
        self._outputs = {e.alias.casefold(): e.unalias() for e in shown if e.alias}
        windows = query.args.get("windows") or []
        self._windows = {window.name.casefold(): window for window in windows}
        # What has a name already is called by it in HAVING, QUALIFY and ORDER BY.
        self._named = {e.unalias().sql("duckdb"): e.alias for e in shown if e.alias and not _is_column(e.unalias())}

    def source(self, node: exp.Expr) -> str:
        """A table, CTE or subquery of FROM."""
        if any(node.args.get(key) for key in ("sample", "pivots", "laterals")):
            return node.sql("duckdb")
        if isinstance(node, exp.Table):
            name = ".".join(part for part in (node.catalog, node.db, node.name) if part) or node.sql("duckdb")
            own = self._names.get(node.alias_or_name.casefold(), node.name)
            return f"{name} (as {own})" if own not in (node.name, name) else name
        if isinstance(node, exp.Subquery):
            return node.alias or "an inner query"
        return node.sql("duckdb")

    def item(self, node: exp.Expr) -> str:
        """One output column with its name."""
        inner = node.unalias()
        text = self.expression(inner)
        if not node.alias or (isinstance(inner, exp.Column) and inner.name.casefold() == node.alias.casefold()):
            return text
        return f"{node.alias} ({text})"

    def ordered(self, node: exp.Expr) -> str:
        """One key of ORDER BY."""
        if not isinstance(node, exp.Ordered):
            return self.expression(node)
        key = node.this
        text = f"column {key.this}" if isinstance(key, exp.Literal) and key.is_int else self.named(key)
        down = bool(node.args.get("desc"))
        kind = self._kind(key)
        if kind == "date":
            return f"{text}, {'latest' if down else 'earliest'} first"
        if kind == "text":
            return f"{text}, {'Z to A' if down else 'A to Z'}"
        return f"{text}, {'highest' if down else 'lowest'} first"

    def named(self, node: exp.Expr) -> str:
        """An expression, by its output name where it has one."""
        return self._named.get(node.sql("duckdb")) or self.expression(node)

    def link(self, node: exp.Expr) -> str:
        """The condition of a join: the name of the column where both sides call it the same."""
        parts = list(node.flatten()) if isinstance(node, exp.And) else [node]
        texts = []
        for part in parts:
            left, right = (part.left, part.right) if isinstance(part, exp.EQ) else (None, None)
            if isinstance(left, exp.Column) and isinstance(right, exp.Column):
                same = left.name.casefold() == right.name.casefold()
                texts.append(left.name if same else f"{self._column(left)} = {self._column(right)}")
            else:
                texts.append(self.condition(part))
        return " and ".join(texts)

    def _kind(self, key: exp.Expr) -> str:
        """``date``, ``text``, or empty for numbers and what is not known."""
        if isinstance(key, exp.Column) and not key.table and key.name.casefold() in self._outputs:
            key = self._outputs[key.name.casefold()]
        if isinstance(key, (exp.DateTrunc, exp.TimestampTrunc)):
            return "date"
        if isinstance(key, exp.Column):
            owners = [self._tables.get(key.table.casefold())] if key.table else list(self._tables.values())
            types = [c.type for t in owners if t is not None for c in [t.column(key.name)] if c is not None]
            if len(types) == 1:
                return "date" if types[0].startswith(("DATE", "TIME")) else "text" if types[0] == "VARCHAR" else ""
        return ""

    def expression(self, node: exp.Expr) -> str:
        """An expression; as SQL where there are no words for it."""
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Star):
            return "all columns" + self._but(node)
        if isinstance(node, exp.Alias):
            return self.item(node)
        if isinstance(node, exp.Paren):
            inner = self.expression(node.this)
            return f"({inner})" if isinstance(node.this, exp.Binary) else inner
        if isinstance(node, (exp.Predicate, exp.And, exp.Or, exp.Not)):
            return f"whether {self.condition(node)}"
        day = date_literal(node)
        if day is not None:
            return day.isoformat()
        if isinstance(node, (exp.Cast, exp.TryCast)):
            return self.expression(node.this)
        if isinstance(node, exp.Subquery):
            return f"({self._inner(node.this)})"
        words = self._aggregate(node) or self._function(node)
        return words if words is not None else self._symbols(node)

    def condition(self, node: exp.Expr) -> str:
        """A condition as a clause: ``status is 'paid' and total is above 10``."""
        if isinstance(node, exp.And):
            parts = self._with_periods(list(node.flatten()))
            return " and ".join(parts)
        if isinstance(node, exp.Or):
            return " or ".join(self._in_or(part) for part in node.flatten())
        if isinstance(node, exp.Paren):
            inner = self.condition(node.this)
            return f"({inner})" if isinstance(node.this, (exp.And, exp.Or)) else inner
        if isinstance(node, exp.Not):
            return self._negated(node.this)
        return self._test(node, "")

    def _in_or(self, node: exp.Expr) -> str:
        text = self.condition(node)
        return f"({text})" if isinstance(node, exp.And) else text

    def _negated(self, node: exp.Expr) -> str:
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, (exp.In, exp.Between, exp.Like, exp.ILike, exp.Is, exp.Exists)):
            return self._test(node, "not ")
        return f"it is not so that {self.condition(node)}"

    def _test(self, node: exp.Expr, no: str) -> str:
        if type(node) in _COMPARISONS:
            is_date = date_literal(node.expression) is not None
            word = _COMPARISONS[type(node)][1 if is_date else 0]
            period = _year_test(node)
            if period is not None:
                return f"{self.expression(period[0])} is in {period[1]}"
            return f"{self.named(node.this)} {word} {self.named(node.expression)}"
        if isinstance(node, exp.Is):
            what = node.expression
            if isinstance(what, exp.Null):
                return f"{self.expression(node.this)} is {'present' if no else 'missing'}"
            return f"{self.expression(node.this)} is {no}{what.sql('duckdb').lower()}"
        if isinstance(node, exp.Between):
            low, high = node.args["low"], node.args["high"]
            return f"{self.expression(node.this)} is {no}from {self.expression(low)} to {self.expression(high)}"
        if isinstance(node, exp.In):
            return self._is_in(node, no)
        if isinstance(node, (exp.Like, exp.ILike)):
            return self._is_like(node, no)
        if isinstance(node, exp.Exists):
            return f"there is {'no' if no else 'a'} row of {self._inner(node.this, rows=True)}"
        if isinstance(node, exp.Column):
            return f"{self.expression(node)} is true"
        return self.expression(node) if not isinstance(node, exp.Predicate) else node.sql("duckdb")

    def _is_in(self, node: exp.In, no: str) -> str:
        subject = self.expression(node.this)
        query = node.args.get("query")
        if query is not None:
            inner = query.this if isinstance(query, exp.Subquery) else query
            return f"{subject} is {no}among ({self._inner(inner)})"
        field = node.args.get("field")
        if field is not None:
            return f"{subject} is {no}in {self.expression(field)}"
        parts = [self.expression(e) for e in node.expressions]
        return f"{subject} is {no}{' or '.join(parts)}" if not no else f"{subject} is none of {and_list(parts)}"

    def _is_like(self, node: exp.Expr, no: str) -> str:
        negated = bool(no) != bool(node.args.get("negate"))
        pattern = node.expression
        subject = self.expression(node.this)
        if isinstance(pattern, exp.Literal) and "_" not in pattern.this:
            text = pattern.this
            core = text.strip("%")
            verbs = {(True, True): "contain", (False, True): "start with", (True, False): "end with"}
            verb = verbs.get((text.startswith("%"), text.endswith("%")))
            if core and "%" not in core and verb is not None:
                first, _, rest = verb.partition(" ")
                said = f"does not {verb}" if negated else f"{first}s {rest}".strip()
                return f"{subject} {said} '{core}'"
        return f"{subject} {'does not match' if negated else 'matches'} {pattern.sql('duckdb')}"

    def _with_periods(self, parts: list[exp.Expr]) -> list[str]:
        """Conditions in order, with ``d >= '2024-01-01' AND d < '2025-01-01'`` said as one: d is in 2024."""
        said: list[str] = []
        done: set[int] = set()
        for position, part in enumerate(parts):
            if position in done:
                continue
            year = _year_test(part)
            if year is not None:
                for other in range(position + 1, len(parts)):
                    finer = _part_of_year(parts[other], year[0])
                    if finer is not None:
                        said.append(f"{self.expression(year[0])} is in {finer} {year[1]}")
                        done.add(other)
                        break
                else:
                    said.append(self._in_and(part))
                continue
            start = date_literal(part.expression) if isinstance(part, exp.GTE) else None
            if start is not None:
                for other in range(position + 1, len(parts)):
                    bound = parts[other]
                    end = date_literal(bound.expression) if isinstance(bound, exp.LT) else None
                    same = end is not None and bound.this.sql("duckdb") == part.this.sql("duckdb")
                    if same and end is not None and (name := period_of(start, end)) is not None:
                        said.append(f"{self.expression(part.this)} is in {name}")
                        done.add(other)
                        break
                else:
                    said.append(self._in_and(part))
                continue
            said.append(self._in_and(part))
        return said

    def _in_and(self, node: exp.Expr) -> str:
        text = self.condition(node)
        return f"({text})" if isinstance(node, exp.Or) else text

    def _column(self, node: exp.Column) -> str:
        if isinstance(node.this, exp.Star):
            return f"all columns of {self._names.get(node.table.casefold(), node.table)}{self._but(node.this)}"
        if not node.table or self._is_single:
            return node.name
        return f"{self._names.get(node.table.casefold(), node.table)}.{node.name}"

    def _but(self, star: exp.Star) -> str:
        """What ``*`` leaves out, replaces and renames."""
        left_out = [c.name for c in star.args.get("except_") or star.args.get("except") or []]
        replaced = [self.item(e) for e in star.args.get("replace") or []]
        renamed = [f"{e.this.name} called {e.alias}" for e in star.args.get("rename") or []]
        said = f" but {and_list(left_out)}" if left_out else ""
        return said + (f", with {and_list([*replaced, *renamed])}" if replaced or renamed else "")

    def _aggregate(self, node: exp.Expr) -> str | None:
        if isinstance(node, exp.Filter):
            condition = node.expression.this if isinstance(node.expression, exp.Where) else node.expression
            return f"{self.expression(node.this)} where {self.condition(condition)}"
        if isinstance(node, exp.Window):
            return self._window(node)
        if isinstance(node, exp.Count):
            return self._count(node)
        if isinstance(node, (exp.Quantile, exp.PercentileCont, exp.PercentileDisc)):
            return None
        word = _AGGREGATES.get(type(node))
        if word is None:
            return None
        inner = node.this
        if isinstance(node, exp.CountIf):
            return f"{word} {self.condition(inner)}"
        if isinstance(inner, exp.Case) and isinstance(node, exp.Sum):
            told = self._sum_of_case(inner)
            if told is not None:
                return told
        if isinstance(inner, exp.Distinct):
            return f"{word} distinct {and_list([self.expression(e) for e in inner.expressions])}"
        return f"{word} {self.expression(inner)}"

    def _count(self, node: exp.Count) -> str:
        inner = node.this
        if inner is None or isinstance(inner, (exp.Star, exp.Literal)):
            if self._is_single:
                return f"the number of rows of {next(iter(self._names.values()))}"
            if self._grain is not None:
                return f"the number of rows of {self._names[self._grain]}"
            return "the number of joined rows" if self._names else "the number of rows"
        if isinstance(inner, exp.Distinct):
            return f"the number of different {and_list([self.expression(e) for e in inner.expressions])}"
        return f"the number of rows with a {self.expression(inner)}"

    def _sum_of_case(self, case: exp.Case) -> str | None:
        branches = case.args.get("ifs") or []
        default = case.args.get("default")
        nothing = default is None or default.sql() in ("0", "NULL")
        if case.this is not None or len(branches) != 1 or not nothing:
            return None
        value, condition = branches[0].args["true"], self.condition(branches[0].this)
        if isinstance(value, exp.Literal) and value.this == "1":
            return f"the number of rows where {condition}"
        return f"the sum of {self.expression(value)} where {condition}"

    def _window(self, node: exp.Window) -> str:
        shared = self._windows.get(node.alias.casefold(), node)
        partition = node.args.get("partition_by") or shared.args.get("partition_by") or []
        order = node.args.get("order") or shared.args.get("order")
        frame = node.args.get("spec") or shared.args.get("spec")
        inner = node.this
        what = {"RowNumber": "the position", "Rank": "the rank", "DenseRank": "the rank", "Lag": "the previous",
                "Lead": "the next"}.get(type(inner).__name__)  # fmt: skip
        text = what or self.expression(inner)
        if type(inner).__name__ in ("Lag", "Lead"):
            text += f" {self.expression(inner.this)}"
            offset = inner.args.get("offset")
            if offset is not None and offset.sql() != "1":
                text += f" by {offset.sql('duckdb')} rows"
        if order is not None:
            text += f" in order of {and_list([self.ordered(o) for o in order.expressions])}"
        if frame is not None:
            text += f", over {frame.sql('duckdb')}"
        if partition:
            return f"{text} within each {and_list([self.expression(p) for p in partition])}"
        return text if order is not None or frame is not None else f"{text} over all rows"

    def _function(self, node: exp.Expr) -> str | None:
        for kind, name in _PARTS.items():
            if isinstance(node, kind):
                return f"the {name} of {self.expression(node.this)}"
        if isinstance(node, exp.Extract):
            return f"the {node.name.lower()} of {self.expression(node.expression)}"
        if isinstance(node, (exp.DateTrunc, exp.TimestampTrunc)):
            unit = node.args.get("unit")
            return f"the {str(unit.name if unit is not None else '').lower()} of {self.expression(node.this)}"
        if isinstance(node, exp.Round):
            digits = node.args.get("decimals")
            return f"{self.expression(node.this)} rounded to {digits.sql() if digits is not None else 0} digits"
        if isinstance(node, exp.Coalesce):
            others = [self.expression(e) for e in node.expressions]
            return f"{self.expression(node.this)} (where missing {', then '.join(others)})"
        if isinstance(node, exp.Nullif):
            return self.expression(node.this)
        if isinstance(node, (exp.Lower, exp.Upper)):
            return f"{self.expression(node.this)} in {'small' if isinstance(node, exp.Lower) else 'capital'} letters"
        if isinstance(node, exp.Abs):
            return f"{self.expression(node.this)} without sign"
        if isinstance(node, (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime)):
            return "today"
        if isinstance(node, exp.Case):
            return self._case(node)
        if isinstance(node, (exp.RowNumber, exp.Rank, exp.DenseRank)):
            return "the rank"
        return None

    def _case(self, node: exp.Case) -> str:
        parts = []
        for branch in node.args.get("ifs") or []:
            if node.this is not None:
                when = f"{self.expression(node.this)} is {self.expression(branch.this)}"
            else:
                when = self.condition(branch.this)
            parts.append(f"{self.expression(branch.args['true'])} where {when}")
        default = node.args.get("default")
        if default is not None:
            parts.append(f"else {self.expression(default)}")
        return ", ".join(parts)

    def _symbols(self, node: exp.Expr) -> str:
        """Arithmetic and unknown functions as SQL writes them, with plain names and words inside."""
        if isinstance(node, exp.Binary) and not isinstance(node, exp.Dot):
            sign = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.IntDiv: "//", exp.Mod: "%",
                    exp.DPipe: "||"}.get(type(node))  # fmt: skip
            if sign is not None:
                return f"{self._operand(node.left)} {sign} {self._operand(node.right)}"
        if isinstance(node, exp.Neg):
            return f"-{self.expression(node.this)}"
        return node.sql("duckdb")

    def _operand(self, node: exp.Expr) -> str:
        text = self.expression(node)
        return f"({text})" if isinstance(node, (exp.Window, exp.Filter, exp.Case, exp.AggFunc)) else text

    def _inner(self, query: exp.Expr, *, rows: bool = False) -> str:
        """A nested query in one line; ``rows`` leaves out what it shows."""
        if not isinstance(query, exp.Select):
            return query.sql("duckdb")
        inner = Phrases(query, self.catalog)
        inner._is_single = inner._is_single and not self._is_correlated(query)
        shown = and_list([inner.item(e) for e in query.expressions]) if query.expressions else "rows"
        start = query.args.get("from_")
        found = [inner.source(start.this)] if start is not None else []
        found += [inner._joined(join) for join in query.args.get("joins") or []]
        text = and_list(found) if rows else f"{shown} of {and_list(found)}" if found else shown
        where = query.args.get("where")
        if where is not None:
            text += f" where {inner.condition(where.this)}"
        group, having = query.args.get("group"), query.args.get("having")
        if group is not None:
            keys = [inner.expression(k) for k in group.expressions]
            text += f" for each {and_list(keys)}" if keys else " for each group"
        if having is not None:
            text += f" having {inner.condition(having.this)}"
        qualify = query.args.get("qualify")
        if qualify is not None:
            text += f", of these where {inner.condition(qualify.this)}"
        order, limit = query.args.get("order"), query.args.get("limit")
        if order is not None:
            text += f", by {and_list([inner.ordered(o) for o in order.expressions])}"
        if limit is not None and limit.expression is not None:
            text += f", the first {limit.expression.sql('duckdb')}"
        return text

    def _joined(self, join: exp.Join) -> str:
        """A source of a nested query with its condition, and with the kind of join where it is no plain one."""
        kind = " ".join(filter(None, (join.args.get("method"), join.side, join.args.get("kind")))).lower()
        on, using = join.args.get("on"), join.args.get("using")
        how = f" on {self.link(on)}" if on is not None else f" on {and_list([u.name for u in using])}" if using else ""
        return f"{self.source(join.this)}{how}" + (f" ({kind} join)" if kind not in ("", "inner", "cross") else "")

    def _is_correlated(self, query: exp.Select) -> bool:
        own = {alias.casefold() for alias in sources(query)}
        return any(c.table and c.table.casefold() not in own for c in query.find_all(exp.Column))
