"""Releases that were published, which of them serves, and readers of a past one. Needs no Spark."""

from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import pyarrow.dataset as ds
from deltalake import DeltaTable

from spark_jobs.ledger.store import Store
from spark_jobs.release.models import RELEASES, Release, TableVersion, from_rows
from spark_jobs.settings import Settings


class UnknownRelease(LookupError):  # noqa: N818 - reads better where it is raised
    """There is no such release; the message names those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def list_releases(settings: Settings) -> list[Release]:
    """Every release, oldest first; one that a roll back passed over is not active."""
    store = Store(settings.home)
    return with_activity(from_rows(store.read(RELEASES).to_pylist()) if store.exists(RELEASES) else [])


def with_activity(releases: list[Release]) -> list[Release]:
    """The releases, told which are in service: a roll back ends every release later than the one it restores."""
    numbers = {release.release_id: release.release_number for release in releases}
    ended: set[str] = set()
    for release in releases:
        if release.restored_release_id:
            limit = numbers[release.restored_release_id]
            ended |= {one for one, number in numbers.items() if limit < number < release.release_number}
    return [replace(release, is_active=release.release_id not in ended) for release in releases]


def current(settings: Settings) -> Release | None:
    """The release in service: of the active ones that of the newest business date, and of those the latest."""
    return newest(list_releases(settings))


def newest(releases: list[Release], until: date | None = None) -> Release | None:
    """The active release of the newest business date (not after `until`), and of that date the latest."""
    fitting = [one for one in releases if one.is_active and (until is None or one.business_date <= until)]
    return max(fitting, key=lambda one: (one.business_date, one.release_number), default=None)


def as_of(settings: Settings, business_date: date) -> Release:
    """The release that told the truth of a date: the last one for a business date not after it."""
    releases = list_releases(settings)
    found = newest(releases, business_date)
    if found is None:
        first = min((one.business_date for one in releases), default=None)
        known = f"the first one is for {first}" if first else "there is none yet: `make run DATE=...` makes one"
        raise UnknownRelease(f"No release for {business_date} or before; {known}.")
    return found


def find(settings: Settings, release_id: str) -> Release:
    """The release of this id. Raises UnknownRelease."""
    releases = {one.release_id: one for one in list_releases(settings)}
    if release_id not in releases:
        close = get_close_matches(release_id, releases, n=3, cutoff=0.4) or list(releases)[-3:]
        raise UnknownRelease(f"No release {release_id!r}; known are {', '.join(close) or 'none yet'}.")
    return releases[release_id]


def read_as_of(settings: Settings, table: str, business_date: date) -> ds.Dataset:
    """Rows of a released table (`customer_360` or `marts.customer_360`) as the release of that date serves them."""
    release = as_of(settings, business_date)
    name = table if "." in table else f"marts.{table}"
    if name not in release.tables:
        raise UnknownRelease(f"Release {release.release_id} has no table {table}; it has {', '.join(release.tables)}.")
    return read_version(settings.home, release.tables[name])


def read_version(home: Path, version: TableVersion) -> ds.Dataset:
    """Rows of one version of a table, read by delta-rs; DuckDB and Polars take the dataset as it is."""
    return DeltaTable(str(version.folder(home)), version=version.delta_version).to_pyarrow_dataset()
