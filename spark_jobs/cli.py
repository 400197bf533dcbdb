"""Command line: `python -m spark_jobs.cli --help`, or the Makefile's targets."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from serving.audiences import commands as audience_commands
from serving.tags import commands as tag_commands
from spark_jobs.catalog.problems import DefinitionErrors
from spark_jobs.identity.commands import explain
from spark_jobs.release.showing import show_records, show_releases, show_rows
from spark_jobs.settings import Settings, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Bellwether: a customer-360 lakehouse.")
console = Console(file=sys.stdout, highlight=False)
MADE_IN_HOME = (
    "tables", "metastore", "lakehouse", "airflow", "runs", "inbox", "dbt", "data_docs", "archive", "landing",
    "tag_catalogue", "installation.yml", "run.lock", "notices.log", "token.key",
)  # fmt: skip
DAY = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]


def readable(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with problems that have a readable message shown as that message."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except (RuntimeError, ValueError, LookupError, ConnectionError, TimeoutError, DefinitionErrors) as error:
            console.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
            raise typer.Exit(1) from None

    return run


app.command()(readable(explain))
for name, commands in {"audience": audience_commands.app, "tag": tag_commands.app}.items():
    for command in commands.registered_commands:
        command.callback = readable(command.callback) if command.callback else None
    app.add_typer(commands, name=name)


@app.command()
@readable
def demo(data: Annotated[Path | None, typer.Option(help="folder of public data: the real bank")] = None) -> None:
    """Make a bank, run three business dates, show what came of it."""
    from infra.demo import demo as run_demo

    chosen: dict[str, Any] = {"environment": "real", "data": data.resolve()} if data else {}
    run_demo(load_settings(**chosen), console)


@app.command()
@readable
def run(day: DAY) -> None:
    """Run one business date; an older one restates the later ones too."""
    from infra.runs import with_later

    settings = load_settings()
    _run_and_show(settings, with_later(settings, day.date()))


@app.command()
@readable
def backfill(first: DAY, last: DAY) -> None:
    """Run every business date of a span, in order."""
    from infra.runs import business_days, with_later

    settings = load_settings()
    span = business_days(settings, first.date(), last.date())
    later = [day for day in with_later(settings, last.date()) if day > last.date()]
    _run_and_show(settings, [*span, *later])


@app.command()
@readable
def releases(
    compare: Annotated[tuple[str, str] | None, typer.Option(help="two release ids")] = None,
    rollback: Annotated[str | None, typer.Option(help="release id to go back to")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="release of a business date")] = None,
) -> None:
    """List releases, compare two, go back to one, or name the one of a date."""
    from spark_jobs import release

    settings = load_settings()
    if compare:
        show_records(console, f"From {compare[0]} to {compare[1]}", release.compare(settings, *compare))
    elif rollback:
        with _session(settings, "roll back") as spark:
            console.print(f"In service: {release.roll_back(spark, settings, rollback).release_id}")
    elif as_of:
        show_releases(console, [release.as_of(settings, as_of.date())])
    else:
        show_releases(console, release.list_releases(settings))


@app.command()
@readable
def withdraw(delivery: str, reason: str = "withdrawn by hand") -> None:
    """Take a delivery back and run again what it touched."""
    from infra.runs import with_later
    from spark_jobs.ledger.ledger import Ledger

    settings = load_settings()
    for changed in Ledger(settings.home).withdraw(delivery, reason):
        console.print(f"{changed.delivery_id} {changed.source} {changed.delivery_date}: {changed.state}", markup=False)
    day = Ledger(settings.home).delivery(delivery).delivery_date
    dates = [one for one in with_later(settings, day) if one != day or (settings.home / f"runs/{day}.jsonl").exists()]
    _run_and_show(settings, dates)


@app.command()
@readable
def repair() -> None:
    """Fill the metastore from the table folders and the last release."""
    from infra import lakehouse
    from spark_jobs import release

    settings = load_settings()
    lakehouse.start(settings)
    with _session(settings, "repair") as spark:
        tables = release.repair(spark, settings)
    console.print(f"{len(tables)} table(s) registered again; the views of the last release are in place.")


@app.command()
@readable
def sql(query: str) -> None:
    """Run a query on the lakehouse and show at most 50 rows."""
    with _session(load_settings(), f"sql {query}") as spark:
        rows = spark.sql(query).limit(50).toArrow()
    show_rows(console, rows)


@app.command()
@readable
def docs() -> None:
    """Write the documentation of the marts and, where there is a release, of the tags."""
    from dbt_project.run import docs as write
    from infra import lakehouse
    from infra.runs import loaded_dates
    from serving.tags.pages import write_page
    from spark_jobs.release import UnknownRelease

    settings = load_settings()
    lakehouse.start(settings)
    last = max(loaded_dates(settings), default=date.today())
    console.print(f"Written: {write(settings, str(last)).as_uri()}", soft_wrap=True)
    with suppress(UnknownRelease):
        console.print(f"Written: {write_page(settings).as_uri()}", soft_wrap=True)


@app.command()
@readable
def new_tag(path: Annotated[str, typer.Argument(help="<domain>/<family>")]) -> None:
    """Write the file of a new tag family, to be filled in."""
    from dbt_project.tags.scaffold import write_family

    console.print(f"Written: {write_family(path)}; fill it in, then `make run` evaluates it", soft_wrap=True)


@app.command()
@readable
def clean() -> None:
    """Remove what runs made in this home; other files of that folder stay."""
    import shutil

    home = load_settings().home
    for name in MADE_IN_HOME:
        path = home / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    console.print(f"{home} holds no lakehouse any more.", soft_wrap=True)


@app.command()
@readable
def status() -> None:
    """State of the processes, of the last runs and the release in service."""
    from infra import airflow, lakehouse
    from infra.runs import loaded_dates
    from spark_jobs import release

    settings = load_settings()
    console.print(lakehouse.status(settings), soft_wrap=True)
    console.print(airflow.status(settings), soft_wrap=True)
    dates = ", ".join(map(str, loaded_dates(settings)[-5:])) or "none"
    current = release.current(settings)
    console.print(f"bank: {settings.environment}; dates run: {dates}")
    console.print(f"release in service: {f'{current.release_id} of {current.business_date}' if current else 'none'}")


@app.command()
@readable
def up() -> None:
    """Start the lakehouse process and Airflow."""
    from infra import airflow, lakehouse, summary

    settings = load_settings()
    console.print("Starting the lakehouse process and Airflow ...")
    lakehouse.start(settings)
    airflow.start(settings)
    console.print(lakehouse.status(settings), soft_wrap=True)
    console.print(airflow.status(settings), soft_wrap=True)
    console.print(summary.where_to_look(settings), markup=False, soft_wrap=True)


@app.command()
@readable
def down() -> None:
    """Stop what was started in this home, and nothing else."""
    from infra import airflow, lakehouse

    settings = load_settings()
    for name, stop in (("airflow", airflow.stop), ("lakehouse", lakehouse.stop)):
        console.print(f"{name}: {'stopped' if stop(settings) else 'was not running'}")


def _run_and_show(settings: Settings, dates: list[date]) -> None:
    from infra import runs, summary

    try:
        runs.run_dates(settings, dates, console)
    finally:
        summary.show(settings, [day for day in dates if day in runs.loaded_dates(settings)], console)


@contextmanager
def _session(settings: Settings, task: str) -> Iterator[Any]:
    from spark_jobs.session import close, connect

    spark = connect(settings, f"by hand {datetime.now().isoformat()}", task)
    try:
        yield spark
    finally:
        close(spark)


if __name__ == "__main__":
    app()
