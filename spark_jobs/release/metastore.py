"""The metastore is a cache: what it should hold is told by the table folders and the last release."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from spark_jobs.catalog.names import SCHEMAS, table_path
from spark_jobs.release import views
from spark_jobs.release.history import list_releases, newest
from spark_jobs.release.lock import release_lock
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLE_SCHEMAS = tuple(schema for schema in SCHEMAS if schema not in ("serving", "staging"))

log = logging.getLogger(__name__)


class MetastoreElsewhere(RuntimeError):  # noqa: N818 - reads better where it is raised
    """The metastore points to folders of another home, so it cannot be repaired in place."""


def tables_on_disk(home: Path) -> set[str]:
    """Names (`schema.table`) of the Delta tables in the home's folders."""
    root = home / "tables"
    folders = (path for schema in TABLE_SCHEMAS for path in (root / schema).glob("*"))
    return {f"{path.parent.name}.{path.name}" for path in folders if any((path / "_delta_log").glob("*.json"))}


def missing_tables(spark: "SparkSession", settings: Settings) -> list[str]:
    """Tables on disk that the metastore lacks: dbt would rebuild them over live history, so no run may start."""
    known = set().union(*(_known(spark, schema) for schema in _schemas(spark) & set(TABLE_SCHEMAS)))
    return sorted(tables_on_disk(settings.home) - known)


def repair(spark: "SparkSession", settings: Settings) -> list[str]:
    """Fill the metastore from the table folders and the last releases; returns the tables it registered.

    Made for an empty metastore (deleted, or left behind when the home moved). Raises MetastoreElsewhere when it holds
    schemas or tables of another home; the way out is to delete the metastore folder, which holds nothing else.
    """
    with release_lock(settings, "repair"):
        for schema in SCHEMAS:
            views.create_schema(spark, settings.home, schema)
        _refuse_other_home(spark, settings)
        missing = missing_tables(spark, settings)
        views.run_all(spark, [_registration(settings.home, table) for table in missing])
        releases = list_releases(settings)
        for release in releases[-views.KEPT_SCHEMAS :]:
            views.make_release_schema(spark, settings, release)
        release_in_service = newest(releases)
        if release_in_service is not None:
            views.serve(spark, settings, release_in_service)
    return missing


def _registration(home: Path, table: str) -> str:
    return f"create table if not exists {table} using delta location '{table_path(home, table)}'"


def _schemas(spark: "SparkSession") -> set[str]:
    return {row[0] for row in spark.sql("show schemas").collect()}


def _known(spark: "SparkSession", schema: str) -> set[str]:
    rows = spark.sql(f"show tables in {schema}").collect()
    return {f"{schema}.{row['tableName']}" for row in rows if not row["isTemporary"]}


def _refuse_other_home(spark: "SparkSession", settings: Settings) -> None:
    for schema in SCHEMAS:
        described = {row[0].lower(): row[1] for row in spark.sql(f"describe schema {schema}").collect()}
        place, wanted = _folder(described.get("location", "")), table_path(settings.home, f"{schema}.x").parent
        if place.resolve() != wanted.resolve():
            raise MetastoreElsewhere(
                f"Schema {schema} of the metastore lies in {place}, not in {wanted}. Stop the lakehouse process, "
                f"delete {settings.home / 'metastore'} (a cache, no data), start it again and repair."
            )


def _folder(location: str) -> Path:
    return Path("/" + location.removeprefix("file:").lstrip("/"))
