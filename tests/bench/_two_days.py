"""A full load and one more business date of a large bank, through the daily run, with the process' memory watched."""

import json
import os
import subprocess
import sys
import time
from datetime import date

from infra import lakehouse
from infra.demo_bank.bench import posting_bank
from spark_jobs.run_log import RunLog
from spark_jobs.settings import PROJECT, Settings, load_settings
from tests.bench._peak_memory import PeakMemory

CUSTOMERS, POSTINGS = 100_000, 10_000_000
DAYS = ("2026-06-01", "2026-06-02")
COMPUTE_STAGES = (
    "landing", "gate bronze", "silver", "gate silver", "identity", "gate identity", "marts", "tags", "gate marts",
    "publish",
)  # fmt: skip


def two_days() -> dict[str, dict[str, float]]:
    """`{date: {stage: seconds, "wall": seconds, "peak_gib": memory}}`; measured once, kept in .bench/two_days."""
    home = PROJECT / ".bench" / "two_days"
    report = home / "report.json"
    if not report.exists():
        settings = load_settings(home=home, environment="demo")
        posting_bank(settings.inbox_folder, CUSTOMERS, POSTINGS, days=len(DAYS))
        lakehouse.start(settings)
        try:
            measured = {day: _run(settings, day) for day in DAYS}
        finally:
            lakehouse.stop(settings)
        report.write_text(json.dumps(measured, indent=2), encoding="utf-8")
    return json.loads(report.read_text(encoding="utf-8"))


def _run(settings: Settings, day: str) -> dict[str, float]:
    environment = {**os.environ, **settings.environment_variables()}
    began = time.monotonic()
    with PeakMemory([lakehouse.service(settings).process()]) as memory:
        subprocess.run([sys.executable, "-m", "spark_jobs.cli", "run", day], cwd=PROJECT, env=environment, check=True)
    wall = time.monotonic() - began
    return {
        **RunLog(settings.home, date.fromisoformat(day)).stage_seconds(),
        "wall": wall,
        "peak_gib": memory.peak / 2**30,
    }
