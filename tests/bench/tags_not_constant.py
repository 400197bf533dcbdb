"""Tags that tell the customers of the demo bank apart, of all active ones; docs/constant_tags.md lists the others.

One date of the daily run for 100,000 customers in 22 systems. BELLWETHER_BENCH_CUSTOMERS makes it smaller.
"""

import json
import os
import re
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
LIST = PROJECT / "docs" / "constant_tags.md"
NOT_IN_THE_BANK = {
    r"organisation|party_type": "customers of the demo bank are persons; companies stand behind them",
    r"card_debt|credit_card": "cards of the demo bank are settled at once: none of its accounts is a credit card's",
    r"pension_account": "the demo bank keeps no pension accounts",
    r"growing|declining|shrinking": "a change over days that are not loaded yet",
    r"current_account|accounts_at_least_1": "whoever is a customer of the demo bank has a current account",
    r"back_after_pause": "who falls silent in the demo bank stays so",
    r"consent_decision_age": "its consents were decided within the last year",
    r"profile_known": "the demo bank knows more than 90 % of every profile",
}
"""Names of tags that have one value for everybody, and why, where the date loaded or the generator tells."""


def measure() -> list[Figure]:
    """The figure `tags_not_constant`; `detail` counts the others by reason, docs/constant_tags.md lists them."""
    settings = load_settings(home=PROJECT / ".bench" / "demo_bank", environment="demo")
    if not table_path(settings.home, "governance.releases").is_dir():
        _run(settings)
    rows = DeltaTable(str(table_path(settings.home, "marts.tag_catalogue"))).to_pyarrow_table().to_pylist()
    active = [row for row in rows if row["lifecycle"] == "active"]
    constant = {row["tag_id"]: reason for row in active if (reason := _reason(row))}
    LIST.write_text(_page(constant, len(active)), encoding="utf-8")
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
    told_by_name = [reason for pattern, reason in NOT_IN_THE_BANK.items() if re.search(pattern, row["tag_id"])]
    if told_by_name:
        return told_by_name[0]
    if "_missing" in row["family"] or any(name.startswith("has_") for name in row["inputs"]):
        return "everybody has, or nobody lacks, what it asks for"
    return f"true of none of {CUSTOMERS:,}" if states == ["false"] else f"always {states[0]}"


def _page(constant: dict[str, str], active: int) -> str:
    by_reason = {reason: sorted(tag for tag in constant if constant[tag] == reason) for reason in constant.values()}
    parts = [f"## {reason} ({len(tags)})\n\n{', '.join(f'`{tag}`' for tag in tags)}" for reason, tags in
             sorted(by_reason.items(), key=lambda one: (-len(one[1]), one[0]))]  # fmt: skip
    text = (
        f"# Tags that do not tell customers of the demo bank apart\n\nOf {active:,} active tags {len(constant)} have "
        f"one value for all {CUSTOMERS:,} customers after one date. Made by `make bench ONLY=tags_not_constant`.\n\n"
    )
    return text + "\n\n".join(parts) + "\n"
