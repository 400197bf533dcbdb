"""A full rebuild of a small table, or of one that snapshots feed: every key goes through the window."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.silver.build import Build, write_quarantine
from spark_jobs.silver.classify import classified, shown, table_columns
from spark_jobs.silver.counts import Counts, Key, count_rows
from spark_jobs.silver.quarantine import clear_quarantine
from spark_jobs.silver.vault import has_vault, rewrite_vault, vault_table
from spark_jobs.transforms.rules import content_hash

KEPT_ROWS = 20_000
"""Of more bronze rows than this the classified ones are kept while the table is built."""


def rebuild_small(build: Build) -> dict[Key, Counts]:
    """Write the whole table from all accepted rows, each classified in a window over its key.

    Few rows are computed once for each use (table, vault, counts), which is cheaper than keeping them; more are kept.
    """
    if not build.inputs.delivery_ids:
        return empty(build)
    rows = classified(build.rows(), build.inputs)
    is_kept = build.inputs.stored_rows > KEPT_ROWS
    if is_kept:
        rows.persist()
    try:
        written = build.with_audit(shown(rows, build.inputs.entity))
        io.overwrite(_with_older_change_date(build, written).coalesce(1), build.settings, build.table, build.note)
        rewrite_vault(build, rows)
        counts = count_rows(rows, build.inputs)
        bad = (rows if is_kept else build.rows()).where("_problem is not null")
        write_quarantine(build, bad, counts, build.had_quarantined)
    finally:
        if is_kept:
            rows.unpersist()
    return counts


def empty(build: Build) -> dict[Key, Counts]:
    """Leave the table without rows: every delivery was withdrawn."""
    rows = io.read_table(build.spark, build.settings.home, build.table).where("false")
    io.overwrite(rows, build.settings, build.table, build.note)
    if has_vault(build.inputs.entity):
        vault = io.read_table(build.spark, build.settings.home, vault_table(build.inputs.entity)).where("false")
        io.overwrite(vault, build.settings, vault_table(build.inputs.entity), build.note)
    if build.had_quarantined:
        clear_quarantine(build.spark, build.settings, build.inputs.entity, build.had_quarantined)
    return {}


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
