"""Identity of a bank whole, from silver to the ledger and its tables: a full run, then a date with 1 % new records."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from spark_jobs.catalog.names import KEPT_RECORDS
from spark_jobs.identity import daily
from spark_jobs.identity.current import CUSTOMER_RECORDS
from spark_jobs.ledger import Store
from spark_jobs.settings import Settings, load_settings
from tests.bench._bank_population import FIRST_DATE, changed, is_whole, records_wanted, write_home, writings
from tests.bench._partitions import differences, forget_peak, peak_gib
from tests.bench.figures import Figure

RECORDS, NEW_SHARE = 1_000_000, 0.01
NEXT_DATE = FIRST_DATE + timedelta(days=1)
FULL_MINUTES, DAY_SECONDS = 3, 20
TO_LEDGER = ("read_day", "run_day")
"""From silver to the ledger in Delta: what both figures count."""
STAGES = ("content_hashes", "known_records", "without_crowds", "amounts_at_stake", "match", "match_new", *TO_LEDGER,
          "current_tables", "household_tables", "quality_table", "rewrite")  # fmt: skip
"""Functions that the daily run calls; read_day holds the first four, run_day the matching."""


def measure() -> list[Figure]:
    """The figures `er_full_1m_minutes` and `er_incremental_seconds`; the latter's customers are those of a full run."""
    forget_peak()
    standing, new = _delivered()
    with tempfile.TemporaryDirectory() as folder:
        home, again = Path(folder) / "home", Path(folder) / "again"
        write_home(home, standing)
        full, stages = _resolved(home, FIRST_DATE)
        shutil.copytree(home / "tables" / "silver", again / "tables" / "silver")
        unkept = shutil.ignore_patterns(KEPT_RECORDS.split(".")[1])
        shutil.copytree(home / "tables" / "vault", again / "tables" / "vault", ignore=unkept)
        write_home(home, new)
        day, day_stages = _resolved(home, NEXT_DATE)
        peak = peak_gib()
        write_home(again, new)
        _resolved(again, NEXT_DATE)
        different = differences(_customers(home), _customers(again))
    assert different == 0, f"{different} customers are others than those of a full run"
    minutes, seconds = round(_to_ledger(stages) / 60, 2), round(_to_ledger(day_stages), 1)
    is_measured = is_whole(RECORDS)
    known = f"{standing.num_rows:,} records of 20 source systems"
    return [
        Figure("er_full_1m_minutes", f"{known}: from tables in Delta to the identity ledger in Delta", minutes,
               "minutes", f"at most {FULL_MINUTES}", is_measured and minutes <= FULL_MINUTES,
               detail=stages | {"with_tables_for_readers": round(full, 1), "peak_gib": peak}),
        Figure("er_incremental_seconds", f"{new.num_rows:,} new beside {known}, from silver to the identity ledger in "
               "Delta: the same customers as a full run", seconds, "seconds", f"at most {DAY_SECONDS}",
               is_measured and seconds <= DAY_SECONDS, detail=day_stages
               | {"with_tables_for_readers": round(day, 1), "different_customers": different}),
    ]  # fmt: skip


def _delivered() -> tuple[pa.Table, pa.Table]:
    """Writings of the first date and of the next: new ones are of new persons and of known ones."""
    every = writings(round(records_wanted(RECORDS) * (1 + NEW_SHARE)))
    is_new = np.zeros(every.num_rows, dtype=bool)
    count = round(every.num_rows * NEW_SHARE / (1 + NEW_SHARE))
    is_new[np.random.default_rng(1).choice(every.num_rows, count, replace=False)] = True
    return every.filter(pa.array(~is_new)), changed(every.filter(pa.array(is_new)), since_date=NEXT_DATE)


def _resolved(home: Path, business_date: date) -> tuple[float, dict[str, Any]]:
    """Seconds of a date, and of its stages."""
    settings: Settings = load_settings(home=home)
    with _timed() as stages:
        began = time.monotonic()
        daily.resolve_customers(settings, business_date)
        seconds = time.monotonic() - began
    print(f"  {home.name} {business_date}: {seconds:.1f} s, {stages}, peak {peak_gib()} GiB", flush=True)
    return seconds, stages


def _to_ledger(stages: Mapping[str, float]) -> float:
    return sum(stages[name] for name in TO_LEDGER)


@contextmanager
def _timed() -> Iterator[dict[str, Any]]:
    """Seconds of each stage, once it has been run."""
    seconds: dict[str, Any] = {}

    def timed(name: str) -> Any:
        function = getattr(daily, name)

        @wraps(function)
        def run(*given: Any, **named: Any) -> Any:
            began = time.monotonic()
            found = function(*given, **named)
            seconds[name] = round(time.monotonic() - began, 1)
            return found

        return run

    with ExitStack() as stack:
        for name in STAGES:
            stack.enter_context(patch.object(daily, name, timed(name)))
        yield seconds


def _customers(home: Path) -> pa.Table:
    found = Store(home).read(CUSTOMER_RECORDS)
    return found.select(["record_key", "customer_id"]).rename_columns(["record_key", "group_key"])
