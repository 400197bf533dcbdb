"""Releases: the one consistent set of table versions that consumers read."""

from spark_jobs.release.compare import TableDifference, compare
from spark_jobs.release.history import UnknownRelease, as_of, current, list_releases, read_as_of
from spark_jobs.release.maintenance import maintain
from spark_jobs.release.metastore import missing_tables, repair
from spark_jobs.release.models import ReleasedTable, ReleaseRefused
from spark_jobs.release.publishing import publish, roll_back

__all__ = [
    "ReleaseRefused",
    "ReleasedTable",
    "TableDifference",
    "UnknownRelease",
    "as_of",
    "compare",
    "current",
    "list_releases",
    "maintain",
    "missing_tables",
    "publish",
    "read_as_of",
    "repair",
    "roll_back",
]
