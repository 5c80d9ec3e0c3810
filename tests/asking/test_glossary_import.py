"""A dbt project's manifest as a glossary."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from llmsql.asking.glossary import Glossary, parse_glossary
from llmsql.asking.glossary_import import import_manifest, render_glossary
from llmsql.cli import main
from llmsql.errors import SourceError

ORDERS = {
    "name": "orders",
    "model": "ref('fct_orders')",
    "node_relation": {"alias": "fct_orders", "schema_name": "main"},
    "entities": [
        {"name": "order", "type": "primary", "expr": "order_id"},
        {"name": "customer", "type": "foreign", "expr": "customer_id"},
    ],
    "dimensions": [
        {"name": "status", "type": "categorical"},
        {"name": "ordered_at", "type": "time", "expr": "created_at"},
    ],
    "measures": [
        {"name": "revenue", "agg": "sum", "expr": "amount * (1 - discount)"},
        {"name": "order_count", "agg": "count", "expr": "1"},
        {"name": "buyers", "agg": "count_distinct", "expr": "customer_id"},
        {"name": "p90", "agg": "percentile", "expr": "amount", "agg_params": {"percentile": 0.9}},
    ],
}
CUSTOMERS = {
    "name": "customers",
    "model": "ref('dim_customers')",
    "entities": [{"name": "customer", "type": "primary", "expr": "id"}],
    "dimensions": [{"name": "segment", "type": "categorical"}],
}


def simple(name: str, measure: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "simple", "type_params": {"measure": {"name": measure}}, **more}


METRICS = [
    simple("revenue", "revenue", label="Revenue"),
    simple("order_count", "order_count", label="Number of orders", config={"meta": {"synonyms": ["volume"]}}),
    simple("paid_revenue", "revenue", filter={"where_filters": [
        {"where_sql_template": "{{ Dimension('order__status') }} = 'paid'"},
        {"where_sql_template": "{{ TimeDimension('order__ordered_at', 'day') }} >= '2024-01-01'"},
    ]}),
    {"name": "order_value", "type": "ratio", "type_params": {"numerator": {"name": "revenue"}, "denominator": {"name": "order_count"}}},
    {"name": "margin", "type": "derived", "type_params": {"expr": "r - cost", "metrics": [{"name": "revenue", "alias": "r"}]}},
    {"name": "running", "type": "cumulative", "type_params": {"measure": {"name": "revenue"}}},
    {"name": "growth", "type": "derived", "type_params": {"expr": "a / b", "metrics": [{"name": "revenue", "alias": "b", "offset_window": {"count": 1}}]}},
    simple("odd", "revenue", filter={"where_filters": [{"where_sql_template": "{{ Metric('x', ['y']) }} > 1"}]}),
    simple("lost", "nowhere"),
]  # fmt: skip
NODES = {
    "model.shop.fct_orders": {"resource_type": "model", "name": "fct_orders", "alias": "fct_orders",
                              "meta": {"synonyms": ["purchases"]},
                              "columns": {"amount": {"name": "amount", "meta": {"synonyms": ["net value"]}}}},
    "model.shop.dim_customers": {"resource_type": "model", "name": "dim_customers", "alias": "dim_customers"},
    "model.shop.staff": {"resource_type": "model", "name": "staff", "alias": "people"},
    "test.shop.rel": {"resource_type": "test", "name": "rel", "attached_node": "model.shop.fct_orders", "test_metadata": {
        "name": "relationships", "kwargs": {"column_name": "seller_id", "field": "id", "to": "ref('staff')",
                                            "model": "{{ get_where_subquery(ref('fct_orders')) }}"}}},
    "test.shop.unique": {"resource_type": "test", "name": "u", "test_metadata": {"name": "unique", "kwargs": {}}},
}  # fmt: skip


def keyed(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"x.shop.{item['name']}": item for item in items}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    whole = {"nodes": NODES, "semantic_models": keyed([ORDERS, CUSTOMERS]), "metrics": keyed(METRICS)}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(whole))
    return path


def test_a_manifest_becomes_a_glossary(manifest: Path) -> None:
    glossary, left_out = import_manifest(manifest)
    assert [t.line for t in glossary.terms] == [
        "revenue = sum(amount * (1 - discount))",
        "order_count = count(*)",
        "paid_revenue = sum(amount * (1 - discount)) where fct_orders.status = 'paid' AND "
        "fct_orders.created_at >= '2024-01-01'",
        "order_value = revenue / nullif(order_count, 0)",
        "margin = revenue - cost",
        "purchases = fct_orders",
        "net value = fct_orders.amount",
    ]
    assert glossary.terms[1].synonyms == ("Number of orders", "volume")
    assert glossary.joins == (
        ("fct_orders.customer_id", "dim_customers.id"),
        ("fct_orders.seller_id", "people.id"),
    )
    assert [line.partition(":")[0] for line in left_out] == [
        "metric running",
        "metric growth",
        "metric odd",
        "metric lost",
    ]


def test_metricflows_own_manifest_reads_the_same(manifest: Path, tmp_path: Path) -> None:
    path = tmp_path / "semantic_manifest.json"
    customers = {**CUSTOMERS, "node_relation": {"alias": "dim_customers"}}
    path.write_text(json.dumps({"semantic_models": [ORDERS, customers], "metrics": METRICS}))
    ours, theirs = import_manifest(manifest)[0], import_manifest(path)[0]
    assert [t for t in ours.terms if t.is_metric] == list(theirs.terms)
    assert theirs.joins == ours.joins[:1]


def test_what_is_written_is_what_is_read(manifest: Path) -> None:
    glossary, _ = import_manifest(manifest)
    text = render_glossary(glossary, "manifest.json")
    again = parse_glossary(tomllib.loads(text), manifest)
    assert set(again.terms) == set(glossary.terms)
    assert again.joins == glossary.joins
    assert render_glossary(Glossary(), "m.json").count("\n") == 2


def test_the_command_writes_the_file_that_is_read(
    hermetic: Path, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["glossary", "import", str(manifest)]) == 0
    assert "7 terms and 2 joins written to llmsql-glossary.toml" in capsys.readouterr().err
    assert main(["glossary", "show"]) == 0
    out = capsys.readouterr().out
    assert "order_count = count(*) (also Number of orders, volume)" in out
    assert "join fct_orders.customer_id = dim_customers.id" in out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"a": 1}',
        '{"nodes": 3}',
        '{"semantic_models": [{"measures": ["a"]}]}',
    ],
)
def test_what_is_no_manifest_is_refused(
    hermetic: Path, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(SourceError, match="dbt parse"):
        import_manifest(path)
    assert main(["glossary", "import", str(path)]) == 3
    assert not (hermetic / "llmsql-glossary.toml").exists()
