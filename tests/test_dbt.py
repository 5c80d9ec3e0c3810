"""A dbt project with ``ask()`` in its models, run by dbt itself where dbt is installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import duckdb
import pytest

from tests.clients.stubs import StubOpenAI
from tests.test_connection import child_environment
from tests.test_docs import section
from tests.test_functions import fill

DBT = shutil.which("dbt", path=sysconfig.get_path("scripts")) or ""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("hermetic"),
    pytest.mark.skipif(
        not DBT or importlib.util.find_spec("dbt") is None,
        reason="dbt is not installed: it needs older packages than ours, so it has an environment of its own",
    ),
]
PROJECT = "name: shop\nprofile: shop\nversion: '1.0'\n"
PROFILES = section("integrations.md", "dbt", "yaml")
MODELS = {
    "orders_clean": "{{ config(materialized='table') }} SELECT * FROM main.orders WHERE amount > 0",
    "good": section("integrations.md", "dbt", "jinja"),
    "twice": "{{ config(materialized='table') }} SELECT region, 2 * revenue AS twice FROM {{ ref('good') }} "
    "UNION ALL SELECT region, revenue FROM ask('revenue by region') WHERE region = 'S'",
}


def write_project(folder: Path, config: str) -> None:
    assert "model: llmsql-0.5b" in PROFILES
    (folder / "profiles.yml").write_text(PROFILES.replace("model: llmsql-0.5b", config))
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "models").mkdir()
    for name, sql in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    with duckdb.connect(str(folder / "shop.duckdb")) as con:
        fill(con)


def dbt(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = child_environment(DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_PROFILES_DIR=os.getcwd())
    return subprocess.run(
        [DBT, "--no-use-colors", *arguments], capture_output=True, text=True, env=environment, timeout=300
    )


def test_models_ask(stub: StubOpenAI, hermetic: Path) -> None:
    write_project(hermetic, "model: stub-2")
    done = dbt("run")
    assert done.returncode == 0, done.stdout
    with duckdb.connect("shop.duckdb") as con:
        assert con.sql("FROM good").fetchall() == [("N", 11.0)]
        assert sorted(con.sql("FROM twice").fetchall()) == [("N", 22.0), ("S", 5.0)]
    assert {body["model"] for _, _, body in stub.requests} == {"stub-2"}


def test_what_is_wrong_is_said_by_dbt(stub: StubOpenAI, hermetic: Path) -> None:
    write_project(hermetic, "modell: stub-2")
    done = dbt("run")
    assert done.returncode != 0 and "Did you mean model" in done.stdout
