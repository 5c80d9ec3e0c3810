"""What words mean in one business: terms, metrics, preferred joins, hidden columns.

They come from the sections ``[glossary]``, ``[metrics]``, ``[joins]`` and ``[hidden]`` of ``llmsql.toml`` (the nearest
one, then the user's), from ``llmsql-glossary.toml`` beside it, which ``llmsql glossary import`` writes, and from
comments on tables and columns: ``@synonyms client, buyer``, ``@metric revenue = sum(total)``, ``@term vip = …``,
``@hidden``. The first place that defines a name has it.

Only the lines that a question touches go into its prompt. Joins and hidden columns are no words: they change what is
known of the keys and of the tables.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from llmsql.asking.hidden import hide_in_views
from llmsql.asking.question_form import Synonyms, singular
from llmsql.asking.scopes import Scope
from llmsql.asking.values import fold
from llmsql.catalog import Catalog, ForeignKey, Table
from llmsql.catalog.snapshot import with_keys
from llmsql.errors import ConfigError, SQLRejectedError
from llmsql.settings import SECTIONS, read_sections

MOST_LINES = 8
DEEPEST = 4
LONGEST_DEFINITION = 300
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_DIRECTIVE = re.compile(r"@(synonyms|metric|term|hidden)\b:?([^@\n]*)", re.IGNORECASE)
_NO_FIGURES = (exp.AggFunc, exp.Group, exp.Join, exp.Where)
_PLAIN_WORDS = re.compile(r"[^\W\d_]+( [^\W\d_]+){0,2}\Z", re.UNICODE)


_NO_TABLES = Catalog()


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it stands for.

    Args:
        name: as people say it.
        definition: other words, a condition, a sentence, or for a metric an SQL expression.
        synonyms: other names.
        is_metric: the definition is an aggregate that a query may show.
        where: rows that a metric counts, as a condition; empty for all.
    """

    name: str
    definition: str
    synonyms: tuple[str, ...] = ()
    is_metric: bool = False
    where: str = ""

    @property
    def line(self) -> str:
        """The term as a prompt shows it."""
        return self.line_as(self.name)

    def line_as(self, name: str) -> str:
        """The term under one of its names."""
        text = " ".join(self.definition.split())[:LONGEST_DEFINITION]
        return f"{name} = {text}" + (f" where {self.where}" if self.where else "")

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its synonyms."""
        return (self.name, *self.synonyms)


@dataclass(frozen=True)
class Glossary:
    """All that is defined.

    Args:
        terms: terms and metrics; of two with one name the first counts.
        joins: preferred keys: ``(orders.customer_id, customers.id)``.
        hidden: patterns of tables, and of columns with their table: ``etl_*``, ``customers.password``, ``*.ssn``.
    """

    terms: tuple[Term, ...] = ()
    joins: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """Changes when anything is defined otherwise; empty where nothing is defined."""
        if not (self.terms or self.joins or self.hidden):
            return ""
        return hashlib.sha256(repr((self.terms, self.joins, self.hidden)).encode()).hexdigest()[:16]

    @cached_property
    def metrics(self) -> dict[str, Term]:
        """Metrics by their names as a column would be called: folded, with ``_`` between words."""
        found: dict[str, Term] = {}
        for term in self.terms:
            if term.is_metric:
                for name in term.names:
                    found.setdefault("_".join(_words(name)), term)
        return found

    @cached_property
    def synonyms(self) -> Synonyms:
        """Words that stand for other words, for comparing questions."""
        pairs = []
        for term in self.terms:
            if term.is_metric:
                pairs += [(fold(other), fold(term.name)) for other in term.synonyms]
            elif _PLAIN_WORDS.match(term.definition):
                pairs += [(fold(name), fold(term.definition)) for name in term.names]
        return tuple(dict.fromkeys(pairs))

    def lines(self, question: str, catalog: Catalog = _NO_TABLES) -> tuple[str, ...]:
        """The lines for a prompt: terms that a question names, as it calls them, and those that their definitions name.

        Args:
            question: as typed.
            catalog: the tables; a metric is left out where the question means a column of its name.
        """
        words = _words(question)
        return tuple(
            term.line_as(next((name for name in term.names if _has_run(words, _words(name))), term.name))
            for term in self.touched(question)
            if not (term.is_metric and any(_names_column(words, term, name, catalog) for name in term.names))
        )

    def touched(self, question: str) -> tuple[Term, ...]:
        """The terms that a question names, in order of definition, at most ``MOST_LINES``."""
        found: dict[Term, None] = {}
        texts = [question]
        while texts and len(found) < MOST_LINES:
            words = _words(texts.pop(0))
            for term in self.terms:
                if term not in found and any(_has_run(words, _words(name)) for name in term.names):
                    found[term] = None
                    texts.append(term.definition)
        return tuple(sorted(found, key=self.terms.index))[:MOST_LINES]

    def __add__(self, other: Glossary) -> Glossary:
        """Both; a name that both define has the left one's meaning."""
        known = {tuple(_words(name)) for term in self.terms for name in term.names}
        added = tuple(t for t in other.terms if tuple(_words(t.name)) not in known)
        return Glossary(self.terms + added, self.joins + other.joins, self.hidden + other.hidden)


def load_glossary() -> Glossary:
    """What ``llmsql.toml`` and the files beside it define.

    Raises:
        ConfigError: a section is not as documented, or a metric is no SQL.
    """
    whole = Glossary()
    for path, sections in read_sections():
        whole += parse_glossary(sections, path)
    return whole


def parse_glossary(sections: Mapping[str, Any], path: Path) -> Glossary:
    """A glossary from the sections of one file.

    Args:
        sections: by name, see ``SECTIONS``.
        path: for messages.

    Raises:
        ConfigError: a section is not as documented, or a metric is no SQL.
    """
    for name in SECTIONS:
        if not isinstance(sections.get(name, {}), dict):
            raise ConfigError(f"[{name}] in {path} must be a table.", "See docs/memory.md.")
    terms = [_term(name, value, path) for name, value in sections.get("glossary", {}).items()]
    terms += [_metric(name, value, path) for name, value in sections.get("metrics", {}).items()]
    joins = []
    for left, right in sections.get("joins", {}).items():
        if not (isinstance(right, str) and "." in left and "." in right):
            raise ConfigError(
                f"[joins] in {path}: {left!r} is no key.", 'Write "orders.customer_id" = "customers.customer_id".'
            )
        joins.append((left, right))
    hidden: list[str] = []
    for kind, patterns in sections.get("hidden", {}).items():
        if kind not in ("tables", "columns") or not _is_texts(patterns):
            raise ConfigError(f"[hidden] in {path} has tables and columns only, lists of names.", f"Not {kind!r}.")
        for pattern in patterns:
            if (kind == "columns") != ("." in pattern):
                raise ConfigError(
                    f"[hidden] in {path}: {pattern!r} among {kind}.", "Columns go with their table: customers.password."
                )
            hidden.append(pattern)
    return Glossary(tuple(terms), tuple(joins), tuple(hidden))


def _term(name: str, value: Any, path: Path) -> Term:
    if isinstance(value, str):
        return Term(name, value)
    fields = dict(value) if isinstance(value, dict) else {}
    means, synonyms = fields.pop("means", None), fields.pop("synonyms", [])
    if not isinstance(means, str) or not _is_texts(synonyms) or fields:
        raise ConfigError(
            f"[glossary] in {path}: {name!r} is neither text nor {{ means = '…', synonyms = ['…'] }}.",
            "See docs/memory.md.",
        )
    return Term(name, means, tuple(synonyms))


def _metric(name: str, value: Any, path: Path) -> Term:
    fields = {"sql": value} if isinstance(value, str) else dict(value) if isinstance(value, dict) else {}
    sql, where = fields.pop("sql", None), fields.pop("where", "")
    synonyms = fields.pop("synonyms", [])
    fields.pop("description", None)
    if not isinstance(sql, str) or not isinstance(where, str) or not _is_texts(synonyms) or fields:
        raise ConfigError(
            f"[metrics] in {path}: {name!r} is neither SQL nor {{ sql = '…', where = '…', synonyms = ['…'] }}.",
            "See docs/memory.md.",
        )
    for text in (sql, where) if where else (sql,):
        try:
            parse_expression(text)
        except SqlglotError:
            raise ConfigError(f"[metrics] in {path}: {name!r} is no SQL expression: {text}") from None
    return Term(name, sql, tuple(synonyms), is_metric=True, where=where)


def parse_expression(text: str) -> exp.Expr:
    """One SQL expression.

    Raises:
        SqlglotError: it does not parse, or is more than one.
    """
    select = sqlglot.parse_one(f"SELECT {text}", read="duckdb")
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or select.args.get("from_"):
        raise SqlglotError("not one expression")
    found: exp.Expr = select.expressions[0]
    return found


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _words(text: str) -> list[str]:
    return [singular(word) for word in _WORD.findall(fold(text))]


def _has_run(words: Sequence[str], run: Sequence[str]) -> bool:
    size = len(run)
    return size > 0 and any(list(words[i : i + size]) == list(run) for i in range(len(words) - size + 1))


def apply_glossary(catalog: Catalog, glossary: Glossary) -> tuple[Catalog, Glossary]:
    """A catalog as a glossary wants it: without what is hidden, with the preferred keys; and the glossary completed by
    the directives in its comments, which are taken out of them.

    Args:
        catalog: a snapshot.
        glossary: from the settings files. What it says of tables that are not there counts for nothing.
    """
    terms: list[Term] = []
    hidden = list(glossary.hidden)
    tables = []
    for table in catalog:
        comment = _read_comment(table.comment, table.name, terms, hidden, "")
        columns = tuple(
            replace(c, comment=_read_comment(c.comment, f"{table.name}.{c.name}", terms, hidden, c.name))
            if c.comment
            else c
            for c in table.columns
        )
        tables.append(replace(table, comment=comment, columns=columns))
    whole = glossary + Glossary(tuple(terms))
    whole = replace(whole, hidden=tuple(dict.fromkeys(hidden)))
    gone = hide_in_views(tables, {table.reference: hidden_columns(table, whole.hidden) for table in tables})
    for table in tables:
        gone[table.reference] |= {c.name for c in table.columns if c.part_of in gone[table.reference]}
    tables = [t for t in tables if t.part_of is None or t.part_of[1] not in gone[t.part_of[0]]]
    kept = tuple(
        shown for table in tables if (shown := _visible(table, whole.hidden, gone[table.reference])) is not None
    )
    known = Catalog(tuple(_with_visible_keys(table, kept) for table in kept))
    return _with_joins(known, whole.joins), whole


def _read_comment(comment: str | None, name: str, terms: list[Term], hidden: list[str], column: str) -> str | None:
    if not comment or "@" not in comment:
        return comment
    for match in _DIRECTIVE.finditer(comment):
        kind, text = match.group(1).lower(), match.group(2).strip().rstrip(";").strip()
        if kind == "hidden":
            hidden.append(name)
        elif kind == "synonyms":
            terms += [Term(word.strip(), name) for word in text.split(",") if word.strip()]
        else:
            left, equals, right = text.partition("=")
            if equals and left.strip() and right.strip() and (kind == "term" or _is_expression(right)):
                terms.append(Term(left.strip(), right.strip(), is_metric=kind == "metric"))
    return _DIRECTIVE.sub("", comment).strip() or None


def _is_expression(text: str) -> bool:
    try:
        parse_expression(text)
    except SqlglotError:
        return False
    return True


def hidden_columns(table: Table, patterns: Sequence[str]) -> set[str]:
    """Names of the columns of a table that patterns hide."""
    columns = [p.rpartition(".")[::2] for p in patterns if "." in p]
    return {
        c.part_of or c.name  # a part is not to be hidden without the whole, which a query may take it out of
        for c in table.columns
        for owner, name in columns
        if any(_is_like(name, called) for called in (c.name, *c.path))
        and (_is_like(owner, table.name) or _is_like(owner, table.reference))
    }


def idle_patterns(catalog: Catalog, patterns: Sequence[str]) -> list[str]:
    """The patterns that hide nothing.

    Args:
        catalog: a snapshot in which nothing is hidden yet.
        patterns: of tables, and of columns with their table.
    """
    return [
        pattern
        for pattern in patterns
        if not any(hidden_columns(t, [pattern]) if "." in pattern else _is_like(pattern, t.name) for t in catalog)
    ]


def _visible(table: Table, patterns: Sequence[str], gone: set[str]) -> Table | None:
    names = [p for p in patterns if "." not in p]
    if any(_is_like(name, table.name) for name in names):
        return None
    if not gone:
        return table
    columns = tuple(c for c in table.columns if c.name not in gone)
    keys = tuple(fk for fk in table.foreign_keys if not gone & set(fk.columns))
    primary = () if gone & set(table.primary_key) else table.primary_key
    stored = tuple(sorted(c.name for c in table.columns if c.name in gone and not c.part_of))
    return replace(table, columns=columns, foreign_keys=keys, primary_key=primary, hidden=stored) if columns else None


def _with_visible_keys(table: Table, kept: Sequence[Table]) -> Table:
    by_reference = {t.reference.casefold(): t for t in kept}
    keys = tuple(
        fk
        for fk in table.foreign_keys
        if (target := by_reference.get(fk.target.casefold())) is not None
        and all(target.column(c) for c in fk.target_columns)
    )
    return table if keys == table.foreign_keys else replace(table, foreign_keys=keys)


def _is_like(pattern: str, name: str) -> bool:
    return fnmatch.fnmatchcase(name.replace('"', "").casefold(), pattern.replace('"', "").casefold())


def _with_joins(catalog: Catalog, joins: Sequence[tuple[str, str]]) -> Catalog:
    foreign: dict[str, list[ForeignKey]] = {}
    for left, right in joins:
        source, target = _column_of(catalog, left), _column_of(catalog, right)
        if source is not None and target is not None:
            key = ForeignKey((source[1],), target[0].reference, (target[1],), preferred=True)
            foreign.setdefault(source[0].reference, []).append(key)
    return with_keys(catalog, {}, foreign) if foreign else catalog


def _column_of(catalog: Catalog, path: str) -> tuple[Table, str] | None:
    owner, _, name = path.rpartition(".")
    table = catalog.table(owner)
    column = table.column(name.strip('"')) if table is not None else None
    return (table, column.name) if table is not None and column is not None else None


def expand_metrics(tree: exp.Expr, catalog: Catalog, glossary: Glossary, question: str | None = None) -> list[str]:
    """Write out metrics that a query names as if they were columns: ``SELECT region, revenue FROM …``.

    A column of the same name is meant where the question names its table, and where the query reads it and the question
    does not name the metric. Else the definition goes before it.

    Args:
        tree: a parsed query; changed in place.
        catalog: the tables.
        glossary: defines the metrics.
        question: as typed; None where nobody asked.

    Returns:
        Notes on what was written out.

    Raises:
        SQLRejectedError: the question names a metric, and the query reads a column of that name in a table which the
            metric is not made of.
    """
    notes: list[str] = []
    for _ in range(DEEPEST if glossary.metrics else 0):  # a metric may name others
        found = _expand_once(tree, catalog, glossary, question)
        notes += found
        if not found:
            break
    return list(dict.fromkeys(notes))


def _expand_once(tree: exp.Expr, catalog: Catalog, glossary: Glossary, question: str | None) -> list[str]:
    notes = []
    for column in list(tree.find_all(exp.Column)):
        metric = (
            glossary.metrics.get("_".join(_words(column.name))) if isinstance(column.this, exp.Identifier) else None
        )
        if metric is None or _is_output(column):
            continue
        expression = _metric_expression(metric)
        node: exp.Expr = column
        if isinstance(column.parent, exp.Sum):
            node = column.parent
        if isinstance(node.find_ancestor(exp.Select, *_NO_FIGURES), _NO_FIGURES):
            continue
        if not _is_metric(column, metric, expression, catalog, question):
            continue
        if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
            expression = exp.alias_(expression, column.name)
        elif isinstance(node.parent, exp.Binary):
            expression = exp.Paren(this=expression)
        node.replace(expression)
        notes.append(metric.line)
    return notes


def _is_metric(column: exp.Column, metric: Term, expression: exp.Expr, catalog: Catalog, question: str | None) -> bool:
    """Whether a name in a query is that of a metric, not of a column.

    Raises:
        SQLRejectedError: it is, and the query reads the column in a table which the metric is not made of.
    """
    select = column.find_ancestor(exp.Select)
    scope = Scope.of(select, catalog) if select is not None else Scope(exp.Select())
    if not scope.is_known and _is_shown_within(scope.select, column.name):
        return False
    words = _words(question or "")
    if _names_column(words, metric, column.name, catalog):
        return False
    read = scope.table_of(column)
    if read is None or not read.column(column.name):
        return True
    grouped = scope.select.args.get("group")
    is_called = any(_has_run(words, _words(name)) for name in metric.names)
    if not is_called or _is_written_out(column, expression) or (grouped and column in grouped.expressions):
        return False
    if not any(
        read.column(part.name) and part.table.casefold() in ("", read.name.casefold())
        for part in expression.find_all(exp.Column)
    ):
        raise SQLRejectedError(
            f"{metric.name} is defined as {metric.definition}, and is not {read.reference}.{column.name}.",
            "Write it out, from the tables that it is made of.",
        )
    return True


def _is_shown_within(select: exp.Select, name: str) -> bool:
    """Whether a CTE or a query in FROM shows something under a name."""
    return any(
        name.casefold() in (shown.casefold() for shown in nested.this.named_selects)
        for nested in select.root().find_all(exp.CTE, exp.Subquery)
        if isinstance(nested.this, exp.Query)
    )


def _names_column(words: Sequence[str], metric: Term, name: str, catalog: Catalog) -> bool:
    """Whether the words of a question, those of a metric aside, name a table that has a column called like it."""
    others = f" {' '.join(words)} "
    for called in metric.names:
        others = others.replace(f" {' '.join(_words(called))} ", " | ")
    column = "_".join(_words(name))
    return any(
        f" {' '.join(_name_words(table.name))} " in others
        and any("_".join(_words(c.name)) == column for c in table.columns)
        for table in catalog
    )


def _name_words(name: str) -> list[str]:
    return _words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name))


def _is_written_out(column: exp.Column, expression: exp.Expr) -> bool:
    """Whether a column stands in the definition of the metric that is called like it: ``total = sum(total)``."""
    whole = _unqualified(expression)
    node = column.parent
    while node is not None and not isinstance(node, exp.Select):
        if _unqualified(node) == whole:
            return True
        node = node.parent
    return False


def _unqualified(expression: exp.Expr) -> exp.Expr:
    copy = expression.copy()
    for column in copy.find_all(exp.Column):
        column.replace(exp.column(column.name.casefold()))
    return copy


def _is_output(column: exp.Column) -> bool:
    """Whether a name is that of another output: in ``revenue AS revenue`` it is not."""
    select = column.find_ancestor(exp.Select)
    name = column.name.casefold()
    return select is not None and any(
        e.alias.casefold() == name and column.find_ancestor(exp.Alias) is not e for e in select.expressions if e.alias
    )


def _metric_expression(metric: Term) -> exp.Expr:
    expression = parse_expression(metric.definition)
    if metric.where:
        where = parse_expression(metric.where)
        for aggregate in list(expression.find_all(exp.AggFunc)):
            filtered = exp.Filter(this=aggregate.copy(), expression=exp.Where(this=where.copy()))
            if aggregate is expression:
                return filtered
            aggregate.replace(filtered)
    return expression
