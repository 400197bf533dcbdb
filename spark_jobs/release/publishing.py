"""Build, audit, publish: put a set of table versions into service, or an earlier set back."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from spark_jobs.ledger.store import Store
from spark_jobs.release import evidence, views
from spark_jobs.release.audit import audit
from spark_jobs.release.declared import released_tables
from spark_jobs.release.history import find, list_releases, newest, with_activity
from spark_jobs.release.lock import release_lock
from spark_jobs.release.models import RELEASES, Release, ReleasedTable, ReleaseRefused
from spark_jobs.release.snapshot import snapshots, still_holds
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)


def publish(
    spark: "SparkSession",
    settings: Settings,
    business_date: date,
    run_id: str,
    tables: Iterable[ReleasedTable | str] | None = None,
) -> Release:
    """Release the present version of every released table and point the serving views at them.

    The row set in governance.releases, one Delta commit, is the moment of truth. Raises ReleaseRefused before it, so
    that consumers keep the last release. A newest date that is run again gets a new release, superseding its old one.
    """
    wanted = [_as_table(one) for one in (released_tables(settings) if tables is None else tables)]
    with release_lock(settings, f"publish of {business_date} ({run_id})"):
        finish_publish(spark, settings)
        releases = list_releases(settings)
        versions = snapshots(settings.home, wanted)
        release = Release(
            *_identity(releases, business_date), business_date, "publish", None, run_id, datetime.now(UTC),
            {version.table_name: version for version in versions},
        )  # fmt: skip
        _refuse_recreated(settings.home, _still_released(newest(releases), release))
        _commit(spark, settings, releases, release)
    return release


def roll_back(spark: "SparkSession", settings: Settings, release_id: str, run_id: str = "roll back") -> Release:
    """Put an earlier release back into service as a new row set; every release after it ends."""
    with release_lock(settings, f"roll back to {release_id} ({run_id})"):
        releases = list_releases(settings)
        target = find(settings, release_id)
        restored = replace(
            target, kind="roll_back", restored_release_id=release_id, run_id=run_id, published_at=datetime.now(UTC),
            is_active=True,
        )  # fmt: skip
        identity = _identity(releases, target.business_date)
        restored = replace(restored, release_id=identity[0], release_number=identity[1])
        _refuse_recreated(settings.home, target)
        _commit(spark, settings, releases, restored)
    return restored


def finish_publish(spark: "SparkSession", settings: Settings) -> None:
    """Complete the views of the current release when an earlier publish was cut short."""
    release = newest(list_releases(settings))
    if release is not None and views.served_release_id(settings) != release.release_id:
        log.warning("completing the views of release %s", release.release_id)
        views.make_release_schema(spark, settings, release)
        views.serve(spark, settings, release)


def _as_table(one: ReleasedTable | str) -> ReleasedTable:
    if isinstance(one, ReleasedTable):
        return one
    schema, _, name = one.rpartition(".")
    return ReleasedTable(name, schema=schema or "marts")


def _identity(releases: list[Release], business_date: date) -> tuple[str, int]:
    """Id, such as 20260601_2 for the second release of a date, and number in order of publishing."""
    of_date = sum(one.business_date == business_date for one in releases)
    last = max((one.release_number for one in releases), default=0)
    return f"{business_date:%Y%m%d}_{of_date + 1}", last + 1


def _commit(spark: "SparkSession", settings: Settings, releases: list[Release], release: Release) -> None:
    evidence.keep(settings, release)
    views.make_release_schema(spark, settings, release)
    audit(spark, settings, release)
    Store(settings.home).append(RELEASES, release.rows())
    releases = with_activity([*releases, release])
    serving = newest(releases)
    if serving is not None:
        views.serve(spark, settings, serving, views.view_names(releases[-2:]))
    views.drop_old_schemas(spark, releases)


def _still_released(before: Release | None, after: Release) -> Release | None:
    """The earlier release without the tables that are released no more: those may go."""
    if before is None:
        return None
    return replace(before, tables={name: one for name, one in before.tables.items() if name in after.tables})


def _refuse_recreated(home: Path, before: Release | None) -> None:
    """A recreated table starts its versions anew, so views of earlier releases would silently serve other rows."""
    lost = [table for table in before.tables.values() if not still_holds(home, table)] if before else []
    if before and lost:
        told = "\n  ".join(f"{one.table_name}: version {one.delta_version} of {one.table_id} is gone" for one in lost)
        raise ReleaseRefused(
            f"Tables were dropped or recreated since release {before.release_id}, whose views would serve other rows:\n"
            f"  {told}\nWay out: put the old folder back (a released table is emptied with CREATE OR REPLACE or a full "
            "refresh, never with DROP), or release the new table under a new name."
        )
