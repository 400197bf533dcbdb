"""`python -m spark_jobs.cli tag ...`: what a customer's tag says and why."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from serving.tags import explain as explaining
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
def catalogue() -> None:
    """Write the tag catalogue of the release in service as one page, and say where."""
    from serving.tags.pages import write_page

    console.print(write_page(load_settings()).as_uri(), soft_wrap=True)
