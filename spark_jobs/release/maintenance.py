"""Weekly care: small files joined, old files removed at the declared retention, months archived, orphans reported."""

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deltalake import DeltaTable

from spark_jobs.catalog.names import KEPT_RECORDS, table_path
from spark_jobs.ledger.alone import compact
from spark_jobs.release.archive import archive_months
from spark_jobs.release.lock import release_lock
from spark_jobs.release.metastore import missing_tables, tables_on_disk
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RETENTION = "delta.deletedFileRetentionDuration"
LOG_RETENTION = "delta.logRetentionDuration"
WRITTEN_WITHOUT_SPARK = ("bronze.", "governance.", "identity.", "quarantine.landing_rows", KEPT_RECORDS)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class MaintenanceReport:
    """What maintenance did, and what a person should look at."""

    optimized: list[str] = field(default_factory=list)
    vacuumed: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    orphan_tables: list[str] = field(default_factory=list)
    """On disk, unknown to the metastore."""
    orphan_folders: list[str] = field(default_factory=list)
    """Under tables/, and no Delta table."""


def maintain(
    spark: "SparkSession", settings: Settings, schemas: tuple[str, ...] = ("silver", "marts")
) -> MaintenanceReport:
    """OPTIMIZE and VACUUM the tables of these schemas and compact the ledger, never while a publish runs.

    Files that a release of the retention period needs are kept: VACUUM uses each table's own declared retention, which
    is set to the setting retention_days where a table declares none.
    """
    report = MaintenanceReport()
    with release_lock(settings, "maintenance"):
        report.archived = archive_months(settings)
        for table in sorted(tables_on_disk(settings.home)):
            if table.startswith(WRITTEN_WITHOUT_SPARK):
                _maintain_without_spark(settings, table, report)
            elif table.startswith(tuple(f"{schema}." for schema in schemas)):
                _maintain_with_spark(spark, settings, table, report)
        report.orphan_tables = missing_tables(spark, settings)
        report.orphan_folders = _orphan_folders(settings)
    return report


def _maintain_with_spark(spark: "SparkSession", settings: Settings, table: str, report: MaintenanceReport) -> None:
    folder = table_path(settings.home, table)
    delta = DeltaTable(str(folder))
    if declared_days(delta) is None:
        days = f"interval {settings.retention_days} days"
        spark.sql(
            f"alter table delta.`{folder}` set tblproperties ('{LOG_RETENTION}' = '{days}', '{RETENTION}' = '{days}')"
        ).collect()
    if len(delta.file_uris()) > 1:
        spark.sql(f"optimize delta.`{folder}`").collect()
        report.optimized.append(table)
    spark.sql(f"vacuum delta.`{folder}`").collect()
    report.vacuumed.append(table)


def _maintain_without_spark(settings: Settings, table: str, report: MaintenanceReport) -> None:
    folder = table_path(settings.home, table)
    if len(DeltaTable(str(folder)).file_uris()) > 1 and compact(folder):
        report.optimized.append(table)
    DeltaTable(str(folder)).vacuum(
        retention_hours=settings.retention_days * 24, dry_run=False, enforce_retention_duration=True
    )
    report.vacuumed.append(table)


def declared_days(delta: DeltaTable) -> int | None:
    """Days for which the table keeps files that were replaced, when it declares it."""
    value = delta.metadata().configuration.get(RETENTION, "")
    found = re.fullmatch(r"(?:interval\s+)?(\d+)\s+days?", value.strip(), re.IGNORECASE)
    return int(found.group(1)) if found else None


def _orphan_folders(settings: Settings) -> list[str]:
    root = settings.home / "tables"
    folders = (path for path in root.glob("*/*") if path.is_dir())
    return sorted(path.relative_to(root).as_posix() for path in folders if not (path / "_delta_log").is_dir())
