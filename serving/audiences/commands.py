"""`python -m spark_jobs.cli audience ...`: count, look at and explain audiences of a release."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from serving.audiences import evaluating
from serving.audiences.conditions import Condition, as_sql, read_text
from serving.audiences.definitions import Audience, load_audiences, load_purposes
from serving.audiences.evaluating import Audiences
from serving.audiences.index import open_index
from spark_jobs.release.history import list_releases, read_version
from spark_jobs.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Who meets a condition over tags.")
console = Console(highlight=False)
Who = Annotated[str, typer.Argument(help='name of a stored audience, or a condition such as "assets_at_least_1m"')]
Purpose = Annotated[str, typer.Option(help="what it is for; decides whose consent counts (definitions/purposes.yml)")]
Level = Annotated[str, typer.Option(help="customer or household")]
Release = Annotated[str | None, typer.Option(help="release id; the one in service if left out")]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="release of a past business date")]
AD_HOC = "ad hoc"


def _open(release: str | None = None, as_of: datetime | None = None) -> Audiences:
    index = open_index(load_settings(), release, as_of.date() if as_of else None)
    return Audiences(index, load_audiences(index.catalogue), load_purposes())


def _audience(audiences: Audiences, who: str, purpose: str, level: str) -> Audience:
    """The stored audience of this name, else an ad hoc one with this condition."""
    if who in audiences.stored:
        return audiences.stored[who]
    if purpose not in audiences.purposes:
        raise ValueError(f"{purpose!r} is no purpose; there are {', '.join(audiences.purposes)}.")
    condition: Condition = read_text(who)
    return Audience(AD_HOC, "", "", purpose, level, condition)


@app.command("list")
def list_audiences(release: Release = None, as_of: AsOf = None) -> None:
    """Every stored audience with its size."""
    audiences = _open(release, as_of)
    table = Table(Column("audience", no_wrap=True), "purpose", "level", "customers", "households")
    for row in evaluating.sizes(audiences, audiences.stored.values()):
        counts = (f"{row['customers_count']:,}", f"{row['households_count']:,}")
        table.add_row(row["audience"], row["purpose"], row["level"], *counts)
    console.print(table)


@app.command()
def count(
    who: Who, purpose: Purpose = "service", level: Level = "customer", release: Release = None, as_of: AsOf = None
) -> None:
    """How many are in it."""
    audiences = _open(release, as_of)
    audience = _audience(audiences, who, purpose, level)
    console.print(
        f"{audiences.size(audience):,} {audience.level}s of {len(audiences.index.everyone):,} customers in release "
        f"{audiences.index.release_id}; {audiences.without_consent(audience):,} left out without consent "
        f"to {audience.purpose}",
        soft_wrap=True,
    )


@app.command()
def members(
    who: Who,
    purpose: Purpose = "service",
    level: Level = "customer",
    sample: Annotated[int | None, typer.Option(help="only so many, drawn at random, each time the same")] = None,
    release: Release = None,
) -> None:
    """Their ids, one a line."""
    audiences = _open(release)
    audience = _audience(audiences, who, purpose, level)
    ids = audiences.ids(audience) if sample is None else audiences.sample(audience, sample)
    for one in ids:
        typer.echo(one)


@app.command()
def overlap(left: Who, right: Who, purpose: Purpose = "service", release: Release = None) -> None:
    """How many customers two audiences share."""
    audiences = _open(release)
    both = [audiences.members(_audience(audiences, one, purpose, "customer")) for one in (left, right)]
    for name, value in evaluating.overlap(*both).items():
        console.print(f"{name:8} {value:,.4g}" if isinstance(value, float) else f"{name:8} {value or 0:,}")


@app.command()
def composition(who: Who, tag: str, purpose: Purpose = "service", release: Release = None) -> None:
    """How a tag's values are spread in it against all customers (lift)."""
    audiences = _open(release)
    found = audiences.members(_audience(audiences, who, purpose, "customer"))
    table = Table(tag, "customers", "share", "of all", "lift")
    for one in evaluating.composition(audiences.index, found, tag):
        lift = f"{one.lift:.2f}" if one.lift is not None else ""
        table.add_row(one.label, f"{one.customers:,}", f"{one.share:.1%}", f"{one.population_share:.1%}", lift)
    console.print(table)


@app.command()
def why(who: Who, customer_id: str, purpose: Purpose = "service", release: Release = None) -> None:
    """Why a customer is in it, or the nearest change that would bring them in."""
    audiences = _open(release)
    audience = _audience(audiences, who, purpose, "customer")
    number = audiences.index.number_of(customer_id)
    selector = audiences.selector(audience.condition)
    is_in = number in audiences.members(audience)
    console.print(f"{customer_id} is {'in' if is_in else 'not in'}: {as_sql(audience.condition)}", soft_wrap=True)
    for reason in evaluating.reasons(selector, audience.condition, number):
        console.print(f"  {reason}", soft_wrap=True, markup=False)
    consent = audiences.purposes[audience.purpose]
    if consent:
        state = "given" if number in audiences.index.true(consent) else "missing"
        console.print(f"  consent to {audience.purpose} ({consent}): {state}")
    for reason in evaluating.nearest_change(selector, audience.condition, number):
        console.print(f"nearest change: {as_sql(reason.condition)} would have to turn", soft_wrap=True, markup=False)


@app.command()
def history(name: str) -> None:
    """The size of a stored audience in every release."""
    settings = load_settings()
    table = Table("release", "business date", "size", "change")
    for release in list_releases(settings):
        version = release.tables.get("marts.audiences")
        rows = read_version(settings.home, version).to_table().to_pylist() if version else []
        for row in (one for one in rows if one["audience"] == name):
            change = f"{row['change_rate']:+.1%}" if row["change_rate"] is not None else ""
            table.add_row(release.release_id, str(release.business_date), f"{row['size']:,}", change)
    console.print(table)
