"""Whether views serve what the release says: both sides read data columns, never `count(*)` alone."""

from typing import TYPE_CHECKING

from deltalake import DeltaTable

from spark_jobs.release.models import Release, ReleaseRefused, TableVersion
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def audit(spark: "SparkSession", settings: Settings, release: Release) -> None:
    """Compare each view of the release's schema with the table version on disk. Raises ReleaseRefused."""
    parts = []
    for table in release.tables.values():
        columns = ", ".join(f"`{name}`" for name in _audited_columns(settings, table))
        folder = table.folder(settings.home)
        parts.append(_sums(table.table_name, "view", f"{release.schema_name}.{table.view_name}", columns))
        parts.append(_sums(table.table_name, "disk", f"delta.`{folder}` version as of {table.delta_version}", columns))
    rows = spark.sql("\nunion all\n".join(parts)).collect() if parts else []
    sums = {(row["table_name"], row["side"]): (row["rows"], row["hash"]) for row in rows}
    problems = []
    for name, table in release.tables.items():
        view, disk = sums[name, "view"], sums[name, "disk"]
        if view != disk or view[0] != table.row_count:
            problems.append(f"{name}: the view has {view[0]} rows, version {table.delta_version} has {disk[0]}, "
                            f"its log says {table.row_count}")  # fmt: skip
    if problems:
        raise ReleaseRefused(
            "The views would not serve the released versions, so consumers keep the last release:\n  "
            + "\n  ".join(problems)
            + "\nWay out: `make repair` (the metastore may point to other folders), then run the date again."
        )


def _audited_columns(settings: Settings, table: TableVersion) -> list[str]:
    if table.key:
        return list(table.key)
    delta = DeltaTable(str(table.folder(settings.home)), version=table.delta_version)
    return [field.name for field in delta.schema().fields][:8]


def _sums(table: str, side: str, relation: str, columns: str) -> str:
    """Key hashes folded to 32 bits, so that their sum cannot overflow."""
    return (
        f"select '{table}' as table_name, '{side}' as side, count(1) as rows, "
        f"coalesce(sum(pmod(xxhash64({columns}), 4294967296)), 0) as hash from {relation}"
    )
