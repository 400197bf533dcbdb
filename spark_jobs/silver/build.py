"""Ways to bring a silver table to what its accepted deliveries say. Each returns the counts it changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.catalog.names import silver_table
from spark_jobs.silver.classify import classified, entity_rows, shown, table_columns, union
from spark_jobs.silver.counts import Counts, Key, count_rows
from spark_jobs.silver.inputs import EntityInputs
from spark_jobs.silver.quarantine import replace_quarantine
from spark_jobs.transforms.rules import content_hash


@dataclass(frozen=True)
class Build:
    """One build of one entity: what every way of building needs."""

    spark: SparkSession
    settings: Any
    inputs: EntityInputs
    run_id: str
    business_date: date

    @property
    def table(self) -> str:
        """Name of the silver table."""
        return silver_table(self.inputs.entity.name)

    @property
    def note(self) -> dict[str, str]:
        """What the commit says of itself, read back by the next run."""
        return {"silver": self.inputs.entity.name, "fingerprint": self.inputs.fingerprint, "run_id": self.run_id}

    def rows(self, delivery_ids: set[str] | None = None) -> DataFrame:
        """Rows of every feed, of these deliveries or of all accepted ones."""
        frames = []
        for feed in self.inputs.feeds:
            part = feed if delivery_ids is None else feed.only(delivery_ids)
            bronze = io.read_bronze(self.spark, self.settings, feed.source.name, part.delivery_ids)
            if part.deliveries:
                frames.append(entity_rows(bronze, self.inputs, feed))
        return union(frames)

    def with_audit(self, rows: DataFrame) -> DataFrame:
        """The table's rows with the run that wrote them."""
        added = {"_run_id": F.lit(self.run_id), "_loaded_at": F.current_timestamp()}
        return rows.withColumns({**added, "_changed_date": F.lit(self.business_date)})


def rebuild_small(build: Build) -> dict[Key, Counts]:
    """Write the whole table from all accepted rows, each classified in a window over its key."""
    rows = classified(build.rows(), build.inputs).persist()
    try:
        written = build.with_audit(shown(rows, build.inputs.entity))
        io.overwrite(_with_older_change_date(build, written).coalesce(1), build.settings, build.table, build.note)
        counts = count_rows(rows, build.inputs)
        write_quarantine(build, rows, counts)
    finally:
        rows.unpersist()
    return counts


def write_quarantine(build: Build, rows: DataFrame, counts: dict[Key, Counts]) -> None:
    """Replace the quarantine rows of the counted deliveries, where there are or may have been any."""
    has_bad = any(one.statuses["quarantined"] for one in counts.values())
    if has_bad or io.exists(build.settings.home, "quarantine.silver_rows"):
        bad = rows.where("_status = 'quarantined'")
        replace_quarantine(build.spark, build.settings, build.inputs, bad, (build.run_id, [key[1] for key in counts]))


def _with_older_change_date(build: Build, rows: DataFrame) -> DataFrame:
    """Keep the date of rows that are in the table already, so that what reads changes reads few."""
    entity = build.inputs.entity
    if not io.exists(build.settings.home, build.table):
        return rows
    keys = ["source_system", *entity.key, *(["valid_from"] if entity.history == "scd2" else [])]
    old = io.read_table(build.spark, build.settings.home, build.table)
    if not set(table_columns(entity)) <= set(old.columns):
        return rows
    hashed = content_hash(table_columns(entity))
    old = old.select(*keys, hashed.alias("_content"), F.col("_changed_date").alias("_changed_before"))
    joined = rows.withColumn("_content", hashed).join(old, on=[*keys, "_content"], how="left")
    changed = F.coalesce("_changed_before", "_changed_date")
    return joined.withColumn("_changed_date", changed).select(*rows.columns)
