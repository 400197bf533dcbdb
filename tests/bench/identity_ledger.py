"""The identity ledger alone, from edges to Delta: a full run of a million records, then a day with 1 % new ones."""

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from spark_jobs.identity.day import run_day
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.policy import Policy
from spark_jobs.ledger import Store
from tests.bench._identity_population import population, replayed
from tests.bench.figures import Figure

PERSONS, RUNS = 550_000, 3
FULL_SECONDS, DAY_SECONDS = 40, 10


def measure() -> list[Figure]:
    """The figures `identity_ledger_full` and `identity_ledger_day`; the edges are made beforehand and looked up."""
    full, day, sizes = zip(*_runs(), strict=True)
    records, edges = sizes[0]
    return [
        _figure(
            "identity_ledger_full", f"{records:,} records, {edges:,} edges: ledger from nothing", full, FULL_SECONDS
        ),
        _figure("identity_ledger_day", f"1 % new of {records:,} records: ledger of the next date", day, DAY_SECONDS),
    ]


def _runs() -> Iterator[tuple[float, float, tuple[int, int]]]:
    records, edges = population(PERSONS)
    is_new = np.zeros(records.num_rows, dtype=bool)
    is_new[np.random.default_rng(1).choice(records.num_rows, records.num_rows // 100, replace=False)] = True
    known, matching = records.filter(pa.array(~is_new)), replayed(edges)
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as home:
            seconds = []
            for number, delivered in enumerate((known, records), 1):
                began = time.monotonic()
                run_day(Journal(Store(Path(home))), Day(date(2026, 6, number), delivered), matching, Policy())
                seconds.append(time.monotonic() - began)
        print(f"  full {seconds[0]:.1f} s, day {seconds[1]:.1f} s", flush=True)
        yield seconds[0], seconds[1], (records.num_rows, edges.num_rows)


def _figure(figure_id: str, what: str, runs: tuple[float, ...], goal: float) -> Figure:
    value = round(median(runs), 1)
    return Figure(
        figure_id, what, value, "seconds", f"at most {goal} s", value <= goal, runs=[round(one, 1) for one in runs]
    )
