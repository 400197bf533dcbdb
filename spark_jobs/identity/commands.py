"""Commands of the command line about identity. Nothing heavy is imported before one runs."""

from pathlib import Path
from typing import Annotated

import typer

from spark_jobs.settings import load_settings


def explain(
    pair: Annotated[tuple[str, str] | None, typer.Option(help="keys of two records, such as `crm|4711`")] = None,
    customer: Annotated[str | None, typer.Option(help="a customer id")] = None,
    out: Annotated[Path | None, typer.Option(help="file to write; shown on the screen when left out")] = None,
) -> None:
    """Draw how two records match (SVG), or what holds a customer together (Mermaid); no value is shown.

    Raises ValueError unless one of both is asked for, LookupError when the record or customer is not there.
    """
    from spark_jobs.identity.showing import customer_picture, pair_picture

    home = load_settings().home
    if pair and not customer:
        drawn = pair_picture(home, *pair)
    elif customer and not pair:
        drawn = customer_picture(home, customer)
    else:
        raise ValueError("Say either --pair LEFT RIGHT or --customer ID.")
    if out:
        out.write_text(drawn, encoding="utf-8")
    typer.echo(f"Written: {out.resolve().as_uri()}" if out else drawn)
