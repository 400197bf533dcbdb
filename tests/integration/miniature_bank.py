"""A lakehouse of the miniature bank for tests that break things: its own home, process and deliveries."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

from spark_jobs.catalog.names import AUDIT_COLUMNS
from spark_jobs.settings import PROJECT, Settings, load_settings
from tests.miniature import CATALOG_ROOT, deliveries

DAYS = ("2026-06-01", "2026-06-02")


def settings_of(home: Path, free_port: Callable[[], int]) -> Settings:
    """Settings of a miniature bank in this folder, on ports of its own; all of them make the same tokens."""
    home.mkdir(parents=True, exist_ok=True)
    key = home / "token.key"
    key.write_text("the key of every miniature bank")
    key.chmod(0o600)
    return load_settings(
        home=home, catalog_root=CATALOG_ROOT, connect_port=free_port(), thrift_port=free_port(),
        airflow_port=free_port(), driver_memory="1g", until="silver", schedule="none", stall_seconds=3,
    )  # fmt: skip


def deliver(settings: Settings, postings: int = 200) -> None:
    """Two days of deliveries: postings (append), accounts (inserts, an update, a delete), persons (a snapshot)."""
    inbox = settings.inbox_folder
    for number, day in enumerate(DAYS):
        rows = [deliveries.posting(f"t{number}-{n}", account=f"a{n % 9}", date=day) for n in range(postings)]
        deliveries.write_postings(inbox, day, rows)
        deliveries.write_persons(inbox, day, [deliveries.person(f"p{n}", city=f"City {n * number}") for n in range(9)])
    deliveries.write_accounts(inbox, DAYS[0], [deliveries.account(f"a{n}") for n in range(9)])
    changes = [
        deliveries.account("a1", op="U", type="savings", changed_at="2026-06-02T08:00:00"),
        deliveries.account("a2", op="D", changed_at="2026-06-02T09:00:00"),
    ]
    deliveries.write_accounts(inbox, DAYS[1], changes)


def worker(settings: Settings, day: str, *stages: str) -> "subprocess.Popen[str]":
    """A process that runs the task bodies of one date."""
    environment = {**os.environ, **settings.environment_variables(), "AIRFLOW_HOME": str(settings.home / "airflow")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.day", day, *stages], env=environment, cwd=PROJECT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def run_day(settings: Settings, day: str, *stages: str) -> None:
    """Run the task bodies of one date to their end."""
    done = worker(settings, day, *stages)
    output, _ = done.communicate(timeout=600)
    assert done.returncode == 0, output[-3000:]


def tables(settings: Settings, schemas: tuple[str, ...] = ("bronze", "silver", "quarantine")) -> dict[str, list[str]]:
    """Every table's rows as sorted text, without audit columns."""
    logs = [log for schema in schemas for log in (settings.home / "tables" / schema).glob("*/_delta_log")]
    return {f"{log.parent.parent.name}.{log.parent.name}": _rows(log.parent) for log in sorted(logs)}


def _rows(path: Path) -> list[str]:
    rows = DeltaTable(path).to_pyarrow_table()
    kept = pa.table({name: rows[name] for name in rows.column_names if name not in (*AUDIT_COLUMNS, "run_id")})
    return sorted(map(str, kept.to_pylist()))
