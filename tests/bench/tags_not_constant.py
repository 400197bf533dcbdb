"""Tags that tell the customers of the demo bank apart, of all active ones; the others with the reason.

One date of the daily run for 100,000 customers in 22 systems. BELLWETHER_BENCH_CUSTOMERS makes it smaller.
"""

import json
import os
import subprocess
import sys
from typing import Any

from deltalake import DeltaTable

from infra import lakehouse
from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options
from spark_jobs.catalog.names import table_path
from spark_jobs.settings import PROJECT, Settings, load_settings
from tests.bench.figures import Figure

CUSTOMERS = int(os.environ.get("BELLWETHER_BENCH_CUSTOMERS", "100000"))
DAY = "2026-06-01"
GOAL_PERCENT = 95.0


def measure() -> list[Figure]:
    """The figure `tags_not_constant`; `detail` counts the constant tags by reason, and .bench/ holds their list."""
    settings = load_settings(home=PROJECT / ".bench" / "demo_bank", environment="demo")
    if not table_path(settings.home, "governance.releases").is_dir():
        _run(settings)
    rows = DeltaTable(str(table_path(settings.home, "marts.tag_catalogue"))).to_pyarrow_table().to_pylist()
    active = [row for row in rows if row["lifecycle"] == "active"]
    constant = {row["tag_id"]: reason for row in active if (reason := _reason(row))}
    (settings.home / "constant_tags.json").write_text(json.dumps(constant, indent=1), encoding="utf-8")
    percent = 100 * (1 - len(constant) / len(active))
    reasons = sorted(set(constant.values()))
    return [
        Figure(
            id="tags_not_constant", what=f"{len(active):,} active tags of {CUSTOMERS:,} customers of the demo bank",
            value=round(percent, 1), unit="%", goal=f"at least {GOAL_PERCENT:g} %", met=percent >= GOAL_PERCENT,
            detail={one: float(sum(told == one for told in constant.values())) for one in reasons},
        )
    ]  # fmt: skip


def _run(settings: Settings) -> None:
    generate(Options(settings.inbox_folder, days=1, customers=CUSTOMERS))
    environment = {**os.environ, **settings.environment_variables()}
    lakehouse.start(settings)
    try:
        subprocess.run([sys.executable, "-m", "spark_jobs.cli", "run", DAY], cwd=PROJECT, env=environment, check=True)
    finally:
        lakehouse.stop(settings)


def _reason(row: dict[str, Any]) -> str:
    """Why a tag is the same for everybody; empty where it is not."""
    told = json.loads(row["distribution"])
    states = [label for label, share in told["shares"].items() if share > 0]
    quantiles = told.get("quantiles")
    if len(states) > 1 or (quantiles and quantiles[0] != quantiles[-1]):
        return ""
    if any("_change_last_" in name for name in row["inputs"]) and states == ["unknown"]:
        return "a change over days that are not loaded yet"
    if "_missing" in row["family"] or any(name.startswith("has_") for name in row["inputs"]):
        return "everybody has, or nobody lacks, what it asks for"
    return f"always {states[0]}" if states else "no customer"
