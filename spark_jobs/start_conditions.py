"""What must hold before a run starts."""

from typing import Any

from spark_jobs.settings import Settings

WRITTEN_BY_SPARK = ("silver", "vault", "identity", "intermediate", "marts")


class UnfitError(RuntimeError):
    """The lakehouse is in a state in which a run would do harm; the message names the way out."""


def require_fit(spark: Any, settings: Settings) -> None:
    """Raise UnfitError when tables on disk are missing from the metastore or are known at another place.

    An empty metastore would make dbt rebuild incremental tables over live history.
    """
    if not settings.home.exists():
        return
    lost = [table for schema in WRITTEN_BY_SPARK for table in _lost(spark, settings, schema)]
    if lost:
        raise UnfitError(
            f"{len(lost)} table(s) are on disk but the metastore does not know them there, such as {lost[0]} "
            "(the home was moved, or the metastore deleted): run `make repair`."
        )


def _lost(spark: Any, settings: Settings, schema: str) -> list[str]:
    folder = settings.home / "tables" / schema
    on_disk = {path.parent.name for path in folder.glob("*/_delta_log")}
    if not on_disk:
        return []
    if not spark.catalog.databaseExists(schema):
        return [f"{schema}.{name}" for name in sorted(on_disk)]
    place = spark.catalog.getDatabase(schema).locationUri.removeprefix("file:").replace("%20", " ")
    if place.replace("//", "") != str(folder):
        return [f"{schema}.{name} (known at {place})" for name in sorted(on_disk)]
    known = {row.tableName for row in spark.sql(f"show tables in {schema}").collect()}
    return [f"{schema}.{name}" for name in sorted(on_disk - known)]
