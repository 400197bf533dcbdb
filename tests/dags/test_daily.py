"""The DAGs: what they import, and that every system and entity has its place in them."""

import json
import subprocess
import sys

import pytest

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.settings import PROJECT

PARSE = """
import json, sys
from dags.daily import dag
from dags.maintenance import dag as maintenance
tasks = {one.task_id: {"upstream": sorted(one.upstream_task_ids), "retries": one.retries, "pool": one.pool,
                       "backs_off": bool(one.retry_exponential_backoff), "notifies": bool(one.on_failure_callback)}
         for one in dag.tasks}
engines = sorted({name.split(".")[0] for name in sys.modules} & {
    "pyspark", "dbt", "great_expectations", "deltalake", "pyarrow", "pandas", "numpy", "duckdb", "scipy", "splink"})
dag.validate()
print("DAG " + json.dumps({"engines": engines, "tasks": tasks,
                           "maintenance": [one.task_id for one in maintenance.tasks]}))
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    import os

    from infra import airflow
    from spark_jobs.settings import load_settings

    home = tmp_path_factory.mktemp("airflow")
    environment = {**os.environ, **airflow.environment(load_settings(home=home))}
    done = subprocess.run(
        [sys.executable, "-c", PARSE], env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("DAG "))[4:])


def test_parsing_imports_no_engine(parsed):
    assert parsed["engines"] == []


def test_every_system_of_the_bank_has_a_landing_task(parsed):
    systems = load_catalog().in_environment("demo").systems()
    landing = {name.removeprefix("landing.") for name in parsed["tasks"] if name.startswith("landing.")}
    assert systems
    assert landing == set(systems)


def test_every_fed_entity_is_built_by_exactly_one_task():
    from dags._tasks import entity_groups

    catalog = load_catalog().in_environment("demo")
    built = [entity for group in entity_groups(catalog).values() for entity in group]
    fed = {name for name in catalog.entities if catalog.feeds_of(name)}
    assert fed
    assert sorted(built) == sorted(fed)


def test_silver_writers_share_one_slot_so_that_a_table_has_one_writer_at_a_time(parsed):
    silver = [one for name, one in parsed["tasks"].items() if name.startswith("silver.")]
    assert silver
    assert {one["pool"] for one in silver} == {"silver"}


def test_a_gate_stands_between_layers_and_before_publication(parsed):
    tasks = parsed["tasks"]
    landing = sorted(name for name in tasks if name.startswith("landing."))
    silver = sorted(name for name in tasks if name.startswith("silver."))
    assert all(tasks[name]["upstream"] == ["check"] for name in landing)
    assert tasks["gate_bronze"]["upstream"] == landing
    assert all(tasks[name]["upstream"] == ["gate_bronze"] for name in silver)
    assert tasks["gate_silver"]["upstream"] == silver
    assert tasks["identify"]["upstream"] == ["gate_silver"]
    assert tasks["gate_identity"]["upstream"] == ["identify"]
    assert tasks["build_marts"]["upstream"] == ["gate_identity"]
    assert tasks["index_tags"]["upstream"] == ["build_marts"]
    assert tasks["gate_marts"]["upstream"] == ["index_tags"]
    assert tasks["publish"]["upstream"] == ["gate_marts"]


def test_every_task_is_tried_again_with_back_off_and_tells_when_it_stops(parsed):
    assert parsed["tasks"]
    assert all(one["retries"] == 2 and one["backs_off"] and one["notifies"] for one in parsed["tasks"].values())


def test_maintenance_is_one_task(parsed):
    assert parsed["maintenance"] == ["maintain"]
