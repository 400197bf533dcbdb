"""One run a business date: land, build silver, identify, build marts, publish; a gate after each may stop it."""

from datetime import datetime

from airflow.sdk import DAG, TaskGroup, XComArg, task

from dags import _tasks
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.settings import load_settings

settings = load_settings()
catalog = load_catalog(settings.catalog_root).in_environment(settings.environment)

with DAG(
    "daily",
    schedule=settings.schedule or None,
    start_date=datetime(2022, 1, 1),
    catchup=False,
    max_active_runs=1,
    params=_tasks.PARAMETERS,
    default_args=_tasks.DEFAULTS,
    doc_md=__doc__,
) as dag:

    def gate(layer: str) -> XComArg:
        """The quality gate of one layer."""
        return task(task_id=f"gate_{layer}")(_tasks.gate)(layer)

    with TaskGroup("landing") as landing:
        for system in catalog.systems():
            task(task_id=system)(_tasks.land)(system)

    with TaskGroup("silver") as silver:
        for name, entities in _tasks.entity_groups(catalog).items():
            task(task_id=name, pool="silver")(_tasks.build_silver)(entities)

    built = task(_tasks.check)() >> landing >> gate("bronze") >> silver >> gate("silver")
    if settings.until == "release":
        built = built >> task(_tasks.identify)() >> gate("identity")
        built = built >> task(_tasks.build_marts)() >> task(_tasks.index_tags)()
        built = built >> gate("marts") >> task(_tasks.publish)()
    built >> task(_tasks.export)()
