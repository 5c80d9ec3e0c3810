"""Makes a glossary of what a dbt project defines: metrics, synonyms, the keys between its models.

Read are dbt's ``manifest.json`` and MetricFlow's ``semantic_manifest.json``, both in dbt's ``target`` folder. Metrics
of type simple, ratio and derived become metrics; cumulative and conversion metrics need more than one expression and
are left out, as is a metric whose filter cannot be read. Keys come from ``relationships`` tests and from the entities
of semantic models, synonyms from labels and from ``meta: {synonyms: […]}`` of metrics, models and columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot.errors import SqlglotError

from llmsql.asking.glossary import Glossary, Term, parse_expression
from llmsql.catalog.model import quote_identifier
from llmsql.errors import SourceError

_AGGREGATES = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(DISTINCT {})",
    "average": "avg({})",
    "avg": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "median": "median({})",
    "sum_boolean": "count_if({})",
}
_HOW = "Run `dbt parse` and name target/manifest.json."
_REF = re.compile(r"""ref\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"]""")
_DIMENSION = re.compile(r"""\{\{\s*(?:Time)?Dimension\(\s*['"]([^'"]+)['"][^)]*\)[^}]*\}\}""")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)


@dataclass(frozen=True)
class _Model:
    """A semantic model: the table behind it, and its measures and dimensions as SQL."""

    table: str
    measures: Mapping[str, str]
    dimensions: Mapping[str, str]
    entities: Mapping[str, tuple[str, str]]  # name → (type, column)


def import_manifest(path: Path) -> tuple[Glossary, list[str]]:
    """Read a manifest.

    Args:
        path: ``manifest.json`` or ``semantic_manifest.json``.

    Returns:
        The glossary, and what was left out with the reason.

    Raises:
        SourceError: the file is no manifest.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{path} cannot be read: {error}.", "Run `dbt parse` and name target/manifest.json."
        ) from error
    if not isinstance(whole, dict) or not ({"nodes", "semantic_models", "metrics"} & set(whole)):
        raise SourceError(f"{path} is no dbt manifest.", _HOW)
    try:
        return _read(whole)
    except (AttributeError, KeyError, TypeError) as error:  # a part is of another kind than dbt writes
        raise SourceError(f"{path} is no manifest as dbt writes it: {error}.", _HOW) from error


def _read(whole: Mapping[str, Any]) -> tuple[Glossary, list[str]]:
    nodes = {k: n for k, n in _items(whole.get("nodes"))}
    models = [_model(m, nodes) for _, m in _items(whole.get("semantic_models"))]
    left_out: list[str] = []
    terms = [*_metrics([m for _, m in _items(whole.get("metrics"))], models, left_out), *_synonyms(nodes.values())]
    joins = [*_entity_joins(models), *_relationships(nodes)]
    return Glossary(tuple(dict.fromkeys(terms)), tuple(dict.fromkeys(joins))), left_out


def _items(found: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """manifest.json has objects by id, semantic_manifest.json has lists."""
    pairs = found.items() if isinstance(found, dict) else enumerate(found or [])
    return ((str(key), value) for key, value in pairs if isinstance(value, dict))


def _model(raw: Mapping[str, Any], nodes: Mapping[str, Any]) -> _Model:
    relation = raw.get("node_relation") or {}
    reference = _REF.search(str(raw.get("model") or ""))
    name = relation.get("alias") or (reference and _alias_of(reference.group(1), nodes)) or str(raw.get("name"))
    table = quote_identifier(str(name))
    return _Model(
        table,
        {m["name"]: _aggregate(table, m) for m in raw.get("measures") or [] if m.get("name")},
        {d["name"]: _column(table, d.get("expr") or d["name"]) for d in raw.get("dimensions") or [] if d.get("name")},
        {
            e["name"]: (str(e.get("type")), _column(table, e.get("expr") or e["name"]))
            for e in raw.get("entities") or []
            if e.get("name")
        },
    )


def _alias_of(model: str, nodes: Mapping[str, Any]) -> str:
    return next((str(n.get("alias") or model) for n in nodes.values() if n.get("name") == model), model)


def _column(table: str, expression: object) -> str:
    """A plain column with its table; any other expression as it stands."""
    text = str(expression).strip()
    return f"{table}.{text}" if _IDENTIFIER.match(text) else text


def _aggregate(table: str, measure: Mapping[str, Any]) -> str:
    kind = str(measure.get("agg", "")).lower()
    expression = measure.get("expr") or measure.get("name")
    if kind in ("count", "sum") and str(expression) == "1":
        return "count(*)"
    if kind == "percentile":
        share = (measure.get("agg_params") or {}).get("percentile", 0.5)
        return f"quantile_cont({_column(table, expression)}, {share})"
    return _AGGREGATES.get(kind, "").format(_column(table, expression))


def _metrics(raw: list[dict[str, Any]], models: list[_Model], left_out: list[str]) -> Iterator[Term]:
    measures = {name: sql for model in models for name, sql in model.measures.items() if sql}
    for metric in raw:
        name = str(metric.get("name"))
        try:
            sql = _metric_sql(metric, measures, models)
            where = " AND ".join(_filters(metric, models))
            for text in filter(None, (sql, where)):
                parse_expression(text)
        except (KeyError, TypeError, ValueError, SqlglotError) as error:
            left_out.append(f"metric {name}: {error}")
            continue
        label = str(metric.get("label") or "")
        known = _meta(metric).get("synonyms") or []
        others = [text for text in (label, *map(str, known)) if text and text.casefold() != name.casefold()]
        others = [text for text in others if text.casefold().replace(" ", "_") != name.casefold()]
        yield Term(name, sql, tuple(dict.fromkeys(others)), is_metric=True, where=where)


def _metric_sql(metric: Mapping[str, Any], measures: Mapping[str, str], models: list[_Model]) -> str:
    kind = str(metric.get("type", "simple")).lower()
    params = metric.get("type_params") or {}
    if kind == "simple":
        measure = params.get("measure")
        if measure:
            measure_name = measure["name"] if isinstance(measure, dict) else str(measure)
            if measure_name not in measures:
                raise ValueError(f"there is no measure {measure_name}")
            return measures[measure_name]
        own = params.get("metric_aggregation_params") or {}
        if own.get("agg"):
            table = str(own.get("semantic_model") or "")
            return _aggregate(quote_identifier(table), {**own, "name": metric.get("name"), "expr": params.get("expr")})
        raise ValueError("it has no measure")
    if kind == "ratio":
        top, bottom = _name(params["numerator"]), _name(params["denominator"])
        return f"{top} / nullif({bottom}, 0)"
    if kind == "derived":
        expression = str(params["expr"])
        for part in params.get("metrics") or []:
            if part.get("offset_window") or part.get("offset_to_grain"):
                raise ValueError("it compares with another time")
            alias = part.get("alias")
            if alias:
                expression = re.sub(rf"\b{re.escape(alias)}\b", str(part["name"]), expression)
        return expression
    raise ValueError(f"{kind} metrics are no single expression")


def _name(part: object) -> str:
    return str(part["name"]) if isinstance(part, dict) else str(part)


def _filters(metric: Mapping[str, Any], models: list[_Model]) -> Iterator[str]:
    params = metric.get("type_params") or {}
    measure = params.get("measure")
    for holder in (metric, measure if isinstance(measure, dict) else {}):
        found = (holder.get("filter") or {}) if isinstance(holder, Mapping) else {}
        templates = found.get("where_filters") or [] if isinstance(found, dict) else [{"where_sql_template": found}]
        for template in templates:
            text = _DIMENSION.sub(lambda m: _dimension(m.group(1), models), str(template["where_sql_template"]))
            if "{" in text:
                raise ValueError(f"its filter cannot be read: {text}")
            yield " ".join(text.split())


def _dimension(path: str, models: list[_Model]) -> str:
    """``order__status`` is the dimension ``status`` of the model whose primary entity is ``order``."""
    entity, _, name = path.rpartition("__")
    for model in models:
        primary = any(e == entity.rpartition("__")[2] and kind == "primary" for e, (kind, _) in model.entities.items())
        if (primary or not entity) and name in model.dimensions:
            return model.dimensions[name]
    raise ValueError(f"there is no dimension {path}")


def _entity_joins(models: list[_Model]) -> Iterator[tuple[str, str]]:
    primary = {
        name: column
        for model in models
        for name, (kind, column) in model.entities.items()
        if kind in ("primary", "unique", "natural")
    }
    for model in models:
        for name, (kind, column) in model.entities.items():
            target = primary.get(name)
            if kind == "foreign" and target is not None and _is_key(column) and _is_key(target):
                yield column, target


def _is_key(column: str) -> bool:
    return "." in column and _IDENTIFIER.match(column.rpartition(".")[2]) is not None


def _relationships(nodes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") != "relationships":
            continue
        given = test.get("kwargs") or {}
        arguments = given.get("arguments") or given
        target = _REF.search(str(arguments.get("to", "")))
        owner = nodes.get(str(node.get("attached_node"))) or {}
        if not owner:
            named = _REF.search(str(given.get("model", "")))
            owner = {"name": named.group(1)} if named else {}
        source = owner.get("alias") or owner.get("name")
        column, field = given.get("column_name"), arguments.get("field")
        if target and source and column and field:
            goal = quote_identifier(_alias_of(target.group(1), nodes))
            yield f"{quote_identifier(str(source))}.{column}", f"{goal}.{field}"


def _synonyms(nodes: Iterable[Mapping[str, Any]]) -> Iterator[Term]:
    for node in nodes:
        if node.get("resource_type") not in ("model", "seed", "snapshot", "source"):
            continue
        table = quote_identifier(str(node.get("alias") or node.get("name")))
        for word in _meta(node).get("synonyms") or []:
            yield Term(str(word), table)
        for name, column in (node.get("columns") or {}).items():
            for word in _meta(column).get("synonyms") or []:
                yield Term(str(word), f"{table}.{name}")


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = node.get("config") or {}
    found = node.get("meta") or (config.get("meta") if isinstance(config, dict) else None) or {}
    return found if isinstance(found, dict) else {}


def render_glossary(glossary: Glossary, source: str) -> str:
    """A glossary as a TOML file.

    Args:
        glossary: what to write.
        source: the file it was imported from, for the comment at the top.
    """
    lines = [f"# Imported from {source} by `llmsql glossary import`, which writes this file anew.",
             "# What llmsql.toml says goes before it."]  # fmt: skip
    words = [t for t in glossary.terms if not t.is_metric]
    if words:
        lines += ["", "[glossary]", *(f"{_text(t.name)} = {_text(t.definition)}" for t in words)]
    metrics = [t for t in glossary.terms if t.is_metric]
    if metrics:
        lines += ["", "[metrics]"]
        for term in metrics:
            parts = [f"sql = {_text(term.definition)}"]
            parts += [f"where = {_text(term.where)}"] if term.where else []
            if term.synonyms:
                parts.append(f"synonyms = [{', '.join(map(_text, term.synonyms))}]")
            value = _text(term.definition) if len(parts) == 1 else "{ " + ", ".join(parts) + " }"
            lines.append(f"{_text(term.name)} = {value}")
    if glossary.joins:
        seen: dict[str, str] = {}
        for left, right in glossary.joins:
            seen.setdefault(left, right)
        lines += ["", "[joins]", *(f"{_text(left)} = {_text(right)}" for left, right in seen.items())]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
