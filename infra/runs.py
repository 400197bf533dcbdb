"""Daily runs from the command line: the DAG itself, run in this process as `airflow dags test` does."""

import fcntl
import logging
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from infra import airflow, lakehouse
from infra.demo_bank import arrivals, postgres
from infra.processes import ProcessError
from spark_jobs import run_log
from spark_jobs.run_log import RunLog
from spark_jobs.settings import Settings


class RunStoppedError(RuntimeError):
    """A daily run that did not reach its end; the message says which step stopped it and why."""


def loaded_dates(settings: Settings) -> list[date]:
    """Business dates that were run before, in order."""
    return sorted(date.fromisoformat(file.stem) for file in (settings.home / "runs").glob("*.jsonl"))


def with_later(settings: Settings, first: date) -> list[date]:
    """The date, and every later one that was run before: an older date restates those after it."""
    return [first, *(day for day in loaded_dates(settings) if day > first)]


def business_days(settings: Settings, first: date, last: date) -> list[date]:
    """Monday to Friday without holidays."""
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return [day for day in days if day.weekday() < 5 and day not in settings.holidays]


def run_dates(settings: Settings, dates: Iterable[date], console: Console) -> None:
    """Run the daily DAG for each date in order. Raises RunStoppedError at the first that does not finish."""
    say = partial(console.print, soft_wrap=True)
    with _only_run(settings), _database(settings, say):
        if not settings.remote:
            lakehouse.start(settings)
        say("Preparing Airflow ...")
        os.environ.update(airflow.environment(settings))
        _quieten()
        airflow.prepare(settings)
        from dags.daily import dag

        for day in dates:
            arrivals.release_arrivals(settings.inbox_folder, day)
            with _output_in(settings.home / "runs" / f"{day}.log", console):
                _run(settings, dag, day, say)


def _run(settings: Settings, dag: Any, day: date, say: Any) -> None:
    say(f"[bold]Business date {day}[/]")
    run_log.on_record = lambda record: say(line_of(record))
    moment = datetime.combine(day, time(), UTC)
    try:
        state = str(dag.test(logical_date=moment, run_after=moment).state)
    finally:
        run_log.on_record = None
    if state != "success":
        raise RunStoppedError(why_stopped(settings, day))


def line_of(record: dict[str, Any]) -> str:
    """One step as a line of progress."""
    rows = f"{record['rows']:>12,} rows" if record.get("rows") is not None else " " * 17
    extra = f"  {record['quarantined']:,} quarantined" if record.get("quarantined") else ""
    mark = "" if record["state"] == "done" else "  [red]failed[/]"
    return f"  {record['stage']:<12} {record['item']:<24}{rows}{record['seconds']:>8.1f} s{extra}{mark}"


def why_stopped(settings: Settings, day: date) -> str:
    """Which steps stopped the run of a date, and why."""
    failed = [one for one in RunLog(settings.home, day).read() if one["state"] == "failed"]
    steps: dict[str, list[str]] = {}
    for one in {(one["stage"], one["item"]): one for one in failed}.values():
        steps.setdefault(one["reason"], []).append(f"{one['stage']} {one['item']}".strip())
    reasons = [f"{', '.join(names)}: {reason}" for reason, names in steps.items()]
    where = f"Details: {settings.home / 'runs' / f'{day}.errors'} and {day}.log beside it"
    return "\n".join([f"The run of {day} stopped; consumers keep the last release.", *reasons, where])


@contextmanager
def _output_in(file: Path, console: Console) -> Iterator[None]:
    """What Airflow, dbt and Spark's client print goes to a file; the console alone still reaches the screen."""
    file.parent.mkdir(parents=True, exist_ok=True)
    screen, former = os.fdopen(os.dup(1), "w", encoding="utf-8"), console.file
    errors = os.dup(2)
    console.file.flush()
    console.file = screen
    with file.open("w", encoding="utf-8") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            screen.flush()
            os.dup2(screen.fileno(), 1)
            os.dup2(errors, 2)
            os.close(errors)
            console.file = former
            screen.close()


def _quieten() -> None:
    warnings.simplefilter("ignore")
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "CRITICAL"
    for name in ("airflow", "alembic", "great_expectations", "py4j", "task"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _only_run(settings: Settings) -> Iterator[None]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ProcessError("Another run of this lakehouse is under way; wait for it or stop it.") from None
        yield


@contextmanager
def _database(settings: Settings, say: Any) -> Iterator[None]:
    """The PostgreSQL of the one system that is read over JDBC, while the run lasts."""
    if os.environ.get("BELLWETHER_JDBC_URL") or not (settings.inbox_folder / postgres.DATABASE_FOLDER).is_dir():
        yield
        return
    server = None
    try:
        server = postgres.start(settings.home)
        postgres.load(server, settings.inbox_folder)
        os.environ["BELLWETHER_JDBC_URL"] = server.jdbc_url
    except postgres.UnavailableError as reason:
        say(f"[yellow]service_cases is skipped: {reason}[/]")
    try:
        yield
    finally:
        os.environ.pop("BELLWETHER_JDBC_URL", None)
        if server:
            postgres.stop(server)
