"""SQL views that serve a release; `serving` follows the current one, `serving_<release_id>` keeps the last two."""

import json
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import DeltaTable

from spark_jobs.catalog.names import table_path
from spark_jobs.release.evidence import Description, descriptions
from spark_jobs.release.models import Release, TableVersion
from spark_jobs.release.tag_views import WIDE_PREFIX, tag_views
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEPT_SCHEMAS = 2
THREADS = 2

log = logging.getLogger(__name__)


def statements(settings: Settings, release: Release, schema: str) -> list[str]:
    """The statements that make `schema` serve this release, with what its tables and columns mean as comments."""
    told = descriptions(settings, release)
    return [
        f"create or replace view {schema}.{table.view_name} "
        f"{_comments(settings.home, table, told.get(table.table_name, Description()))} "
        f"tblproperties ('release_id' = '{release.release_id}', 'business_date' = '{release.business_date}') "
        f"as select * from {table.table_name} version as of {table.delta_version}"
        for table in release.tables.values()
    ]


def _comments(home: Path, table: TableVersion, told: Description) -> str:
    """Column list and comment of a view; Spark wants all columns, in order, or none."""
    if not told.columns:
        return ""
    fields = DeltaTable(str(table.folder(home)), version=table.delta_version).schema().fields
    columns = ", ".join(
        f"`{one.name}` comment {_literal(told.columns[one.name])}" if told.columns.get(one.name) else f"`{one.name}`"
        for one in fields
    )
    return f"({columns}) comment {_literal(told.table)}"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def run_all(spark: "SparkSession", sql: Iterable[str]) -> None:
    """Run statements that do not depend on each other, two at a time. Raises the first error."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda one: spark.sql(one).collect(), sql))


def create_schema(spark: "SparkSession", home: Path, schema: str) -> None:
    """Make a schema whose folder is the lakehouse's own."""
    spark.sql(f"create schema if not exists {schema} location '{table_path(home, schema + '.x').parent}'").collect()


def make_release_schema(spark: "SparkSession", settings: Settings, release: Release) -> None:
    """Make the schema that keeps serving this release, beside what consumers read now."""
    create_schema(spark, settings.home, release.schema_name)
    run_all(spark, statements(settings, release, release.schema_name))


def unpack_tags(spark: "SparkSession", settings: Settings, release: Release, schema: str) -> set[str]:
    """Make the views over the schema's packed tags, drop those of domains that are gone; returns their names."""
    made = tag_views(settings, release, schema)
    run_all(spark, made.values())
    known = {row["viewName"] for row in spark.sql(f"show views in {schema} like '{WIDE_PREFIX}*'").collect()}
    run_all(spark, [f"drop view if exists {schema}.{name}" for name in sorted(known - set(made))])
    return set(made)


def serve(spark: "SparkSession", settings: Settings, release: Release, retired: Iterable[str] = ()) -> None:
    """Point `serving` at this release, drop the views of retired tables, and note that the set is complete."""
    _marker(settings).unlink(missing_ok=True)
    create_schema(spark, settings.home, "serving")
    run_all(spark, statements(settings, release, "serving"))
    wanted = {table.view_name for table in release.tables.values()} | unpack_tags(spark, settings, release, "serving")
    run_all(spark, [f"drop view if exists serving.{name}" for name in sorted(set(retired) - wanted)])
    _marker(settings).parent.mkdir(parents=True, exist_ok=True)
    _marker(settings).write_text(json.dumps({"release_id": release.release_id}))


def view_names(releases: Iterable[Release]) -> set[str]:
    """Names of the views that these releases made in `serving`."""
    return {table.view_name for release in releases for table in release.tables.values()}


def served_release_id(settings: Settings) -> str | None:
    """Release that the views of `serving` are complete for; None when a publish was cut short."""
    marker = _marker(settings)
    return json.loads(marker.read_text())["release_id"] if marker.exists() else None


def drop_old_schemas(spark: "SparkSession", releases: list[Release]) -> None:
    """Drop the schemas of all but the last releases; the releases themselves stay."""
    kept = {release.schema_name for release in releases[-KEPT_SCHEMAS:]}
    known = {row[0] for row in spark.sql("show schemas like 'serving_*'").collect()}
    run_all(spark, [f"drop schema if exists {schema} cascade" for schema in sorted(known - kept)])


def _marker(settings: Settings) -> Path:
    return settings.home / "releases" / "served.json"
