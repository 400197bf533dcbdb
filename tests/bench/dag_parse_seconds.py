"""What the scheduler pays each time it reads the DAGs, in a process of its own that has Airflow loaded."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from infra import airflow
from spark_jobs.settings import PROJECT, load_settings
from tests.bench.figures import Figure

GOAL, RUNS = 2, 5
PARSE = """
import time
import airflow.sdk, airflow.serialization.serialized_objects
began = time.process_time()
import dags.daily, dags.maintenance
print("SECONDS", time.process_time() - began)
"""


def measure() -> list[Figure]:
    """The figure `dag_parse_seconds`, in seconds of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **airflow.environment(load_settings(home=Path(folder)))}
        runs = [_parsed(environment) for _ in range(RUNS)]
    value = round(median(runs), 2)
    return [
        Figure(
            id="dag_parse_seconds", what="reading all DAGs, Airflow loaded before, processor time", value=value,
            unit="seconds", goal=f"under {GOAL}", met=value < GOAL, runs=[round(one, 2) for one in runs],
        )
    ]  # fmt: skip


def _parsed(environment: dict[str, str]) -> float:
    command = [sys.executable, "-c", PARSE]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=True)
    return float(next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("SECONDS")))
