"""The marts by dbt on Spark against DuckDB running the same compiled SQL over the same files, and whether they agree.

BELLWETHER_BENCH_CUSTOMERS and BELLWETHER_BENCH_POSTINGS make it smaller; BELLWETHER_BENCH_HOME keeps the input.
"""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from dbt_project.released import released_tables
from dbt_project.run import DbtResult, models, target_folder
from infra import lakehouse
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.names import table_path
from spark_jobs.session import close, connect
from spark_jobs.settings import Settings, load_settings
from tests.bench._big_silver import write_big_silver
from tests.bench.figures import Figure, versus
from tests.fixtures.duckdb_twin import build_twin, differences, models_in_order, open_twin
from tests.fixtures.silver import register, write_governance

CUSTOMERS = int(os.environ.get("BELLWETHER_BENCH_CUSTOMERS", "100000"))
POSTINGS = int(os.environ.get("BELLWETHER_BENCH_POSTINGS", "10000000"))
DAY = "2026-06-01"
GOAL = 5.0
TURNS = 4
"""The first meets a process that has compiled nothing yet; the lakehouse is a warm one, so that turn is only told."""


def measure() -> list[Figure]:
    """The figure `customer_360_vs_duckdb`; raises AssertionError when a table differs."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(os.environ.get("BELLWETHER_BENCH_HOME", folder)))
        write_big_silver(settings.home, load_catalog(), CUSTOMERS, POSTINGS)
        write_governance(settings.home, {})
        lakehouse.start(settings)
        try:
            pairs = [(_spark(settings, turn), _duckdb(settings)) for turn in range(TURNS)]
        finally:
            lakehouse.stop(settings)
        _compare(settings)
    what = f"marts of {CUSTOMERS} customers and {POSTINGS} postings in a warm process, tests left out"
    figure = versus("customer_360_vs_duckdb", what, GOAL, pairs[1:], "DuckDB, same compiled SQL, same files")
    return [replace(figure, detail={"first turn, cold": round(pairs[0][0] / pairs[0][1], 2)})]


def _spark(settings: Settings, turn: int) -> float:
    session = connect(settings, f"bench-{turn}", "register")
    register(session, settings.home)
    close(session)
    started = time.monotonic()
    result = models(settings, DAY, f"bench-{turn}")
    seconds = time.monotonic() - started
    _report(result, seconds)
    return seconds


def _report(result: DbtResult, seconds: float) -> None:
    slowest = sorted(result.nodes, key=lambda node: -node.seconds)[:8]
    print(f"  spark {seconds:.1f} s: " + ", ".join(f"{node.name} {node.seconds:.1f}" for node in slowest), flush=True)


def _duckdb(settings: Settings) -> float:
    database = settings.home / "twin.duckdb"
    database.unlink(missing_ok=True)
    models = models_in_order(target_folder(settings) / "manifest.json")
    started = time.monotonic()
    with open_twin(settings.home, str(database)) as twin:
        build_twin(twin, models)
    seconds = time.monotonic() - started
    print(f"  duckdb {seconds:.1f} s", flush=True)
    return seconds


def _compare(settings: Settings) -> None:
    with open_twin(settings.home, str(settings.home / "twin.duckdb")) as twin:
        for table in released_tables():
            folder = table_path(settings.home, f"marts.{table}")
            rows, only_spark, only_duckdb = differences(twin, folder, f"marts.{table}")
            assert (only_spark, only_duckdb) == (0, 0), f"{table}: {only_spark} and {only_duckdb} of {rows} rows differ"
