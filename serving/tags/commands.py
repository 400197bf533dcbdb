"""`python -m spark_jobs.cli tag ...`: what a customer's tag says and why."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from serving.tags import explain as explaining
from serving.tags.history import changes_between, value_as_of
from spark_jobs.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Tags of one customer.")
console = Console(highlight=False)
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="as of a past business date")]


@app.command()
def explain(customer_id: str, tag_id: str, as_of: AsOf = None) -> None:
    """Value, rule with the customer's inputs, sources, owner, and since when."""
    found = explaining.explain(load_settings(), customer_id, tag_id, as_of.date() if as_of else None)
    for line in found.lines():
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def history(customer_id: str, tag_id: str) -> None:
    """The value in each release, newest first."""
    table = Table("business date", "release", "value")
    for release, value in explaining.history(load_settings(), customer_id, tag_id):
        table.add_row(str(release.business_date), release.release_id, "unknown" if value is None else str(value))
    console.print(table)


@app.command()
def value(customer_id: str, tag_id: str, day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]) -> None:
    """The value as of a past business date, from the log of changes, however long ago."""
    found = value_as_of(load_settings(), customer_id, tag_id, day.date())
    console.print("unknown" if found is None else found, markup=False)


@app.command()
def changes(
    customer_id: str,
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])],
) -> None:
    """What changed for a customer after the first date until the last."""
    table = Table("business date", Column("tag", overflow="fold"), "was", "is")
    for row in changes_between(load_settings(), customer_id, first.date(), last.date()):
        shown = ("unknown" if row[name] is None else row[name] for name in ("old_value", "new_value"))
        table.add_row(str(row["business_date"]), row["tag_id"], *shown)
    console.print(table)


@app.command()
def catalogue() -> None:
    """Write the tag catalogue of the release in service as one page, and say where."""
    from serving.tags.pages import write_page

    console.print(write_page(load_settings()).as_uri(), soft_wrap=True)
