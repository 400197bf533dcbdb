"""`make demo`: make a bank, run it for some business dates (three unless told), say what came of it."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from infra import lakehouse, runs, summary
from infra.processes import ProcessError
from spark_jobs.settings import PROJECT, Settings, install

FIRST_DATE = {"demo": date(2026, 6, 1), "real": date(2022, 12, 28)}


def demo(settings: Settings, console: Console) -> None:
    """Everything between an empty folder and the summary. Raises the readable problem that stopped it."""
    install(settings)
    os.environ.update(settings.environment_variables())
    console.print("Starting the lakehouse process ...")
    lakehouse.start(settings)
    console.print(lakehouse.status(settings), soft_wrap=True)
    say = partial(console.print, soft_wrap=True)
    make_bank(settings, say)
    dates = dates_of(settings)
    try:
        runs.run_dates(settings, dates, console)
        _write_docs(settings, dates[-1], console)
    finally:
        summary.show(settings, [day for day in dates if day in runs.loaded_dates(settings)], console)


def dates_of(settings: Settings) -> list[date]:
    """The business dates of the bank of these settings, in order."""
    first = FIRST_DATE[settings.environment]
    return runs.business_days(settings, first, first + timedelta(days=2 * settings.days + 7))[: settings.days]


def make_bank(settings: Settings, say: Any) -> None:
    """Generate the deliveries of every date, unless the same ones are there."""
    dates = dates_of(settings)
    wanted = {
        "customers": str(settings.customers),
        "from": str(dates[0]),
        "days": str(len(dates)),
        "seed": str(settings.seed),
        "environment": settings.environment,
    }
    if settings.environment == "real":
        wanted["data"] = str(settings.data)
    stamp = settings.inbox_folder / ".made.json"
    if stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == wanted:
        say(f"The bank's deliveries are in {settings.inbox_folder} already.")
        return
    say(f"Making a bank of {settings.customers:,} customers ...")
    command = [sys.executable, "-m", "infra.demo_bank", "--inbox", str(settings.inbox_folder)]
    command += [part for name, value in wanted.items() for part in (f"--{name}", value)]
    if subprocess.run(command, cwd=PROJECT, check=False).returncode != 0:
        raise ProcessError("The bank's deliveries could not be made; the lines above say why.")
    stamp.write_text(json.dumps(wanted), encoding="utf-8")


def _write_docs(settings: Settings, day: date, console: Console) -> Path | None:
    from dbt_project.run import docs

    console.print("Writing the documentation of the marts ...")
    try:
        return docs(settings, str(day))
    except Exception as error:
        console.print(f"[yellow]The documentation was not written: {error}[/]")
        return None
