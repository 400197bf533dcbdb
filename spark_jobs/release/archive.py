"""Month-end releases outlive VACUUM: their rows are copied to <home>/archive/<YYYY-MM>/."""

import json
import shutil
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from deltalake import write_deltalake

from spark_jobs.release.history import list_releases, newest, read_version
from spark_jobs.release.models import Release
from spark_jobs.settings import Settings


def archive_months(settings: Settings) -> list[str]:
    """Copy the last release of each month that is over and not archived yet; returns the months."""
    done = []
    for release in month_ends(list_releases(settings)):
        folder = settings.home / "archive" / f"{release.business_date:%Y-%m}"
        if _archived_release(folder) != release.release_id:
            _copy(settings, release, folder)
            done.append(folder.name)
    return done


def month_ends(releases: Iterable[Release]) -> list[Release]:
    """The last active release of every month that a release of a later month has closed."""
    active = sorted((one for one in releases if one.is_active), key=lambda one: one.business_date)
    months = [list(group) for _, group in groupby(active, key=lambda one: f"{one.business_date:%Y-%m}")]
    return [release for group in months[:-1] if (release := newest(group)) is not None]


def _copy(settings: Settings, release: Release, folder: Path) -> None:
    """Tables first, the release's record last, so that a copy cut short is made again."""
    shutil.rmtree(folder, ignore_errors=True)
    for table in release.tables.values():
        rows = read_version(settings.home, table).scanner(batch_size=65_536).to_reader()
        write_deltalake(str(folder / table.view_name), rows)
    record = {"release_id": release.release_id, "business_date": str(release.business_date), "run_id": release.run_id}
    (folder / "release.json").write_text(json.dumps(record, indent=2) + "\n")


def _archived_release(folder: Path) -> str | None:
    record = folder / "release.json"
    return json.loads(record.read_text())["release_id"] if record.exists() else None
