"""Planted defects of the demo bank that the daily run finds, and alarms on rows without one."""

import tempfile
from pathlib import Path

from rich.console import Console

from infra import lakehouse
from infra.demo import demo
from infra.demo_bank.truth import check, false_alarms
from spark_jobs.settings import load_settings
from tests.bench.figures import Figure


def measure() -> list[Figure]:
    """The figure `planted_defects`: per cent found, after three business dates of the default bank."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder))
        try:
            demo(settings, Console())
            findings = check(settings.home, settings.inbox_folder)
            alarms = false_alarms(settings.home, settings.inbox_folder)
        finally:
            lakehouse.stop(settings)
    found = sum(one.is_found for one in findings)
    return [
        Figure(
            id="planted_defects",
            what=f"{len(findings)} planted defects found; {len(alarms)} false alarms",
            value=round(100 * found / len(findings), 2),
            unit="%",
            goal="100 %, 0 false alarms",
            met=found == len(findings) and not alarms,
            detail={"planted": len(findings), "found": found, "false alarms": len(alarms)},
        )
    ]
