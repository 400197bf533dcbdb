"""A worker of the recovery tests: `python -m tests.integration.day 2026-06-01 [land|silver]` runs real task bodies.

Settings come from BELLWETHER_ variables, as in a task that the scheduler starts.
"""

import sys
from datetime import UTC, datetime

from dags import _tasks
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.settings import load_settings


def run(day: str, *stages: str) -> None:
    """Land and build one date, as the DAG does."""
    settings = load_settings()
    catalog = load_catalog(settings.catalog_root).in_environment(settings.environment)
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    context = {"logical_date": moment, "params": {}, "run_id": f"recovery {day}"}
    chosen = stages or ("land", "silver")
    print("started", flush=True)
    if "land" in chosen:
        for system in catalog.systems():
            _tasks.land(system, **context)
    if "silver" in chosen:
        for entities in _tasks.entity_groups(catalog).values():
            _tasks.build_silver(entities, **context)
    print("finished", flush=True)


if __name__ == "__main__":
    run(*sys.argv[1:])
