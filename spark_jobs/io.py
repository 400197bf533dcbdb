"""The only place where Spark reads and writes tables: by path, in one Delta commit each."""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs.catalog.names import bronze_table, table_path

if TYPE_CHECKING:
    from deltalake import DeltaTable

MANY_DELIVERIES = 200
"""More ids than this are joined instead of listed in the filter."""
CONFLICT_TRIES = 8
CONFLICTS = ("DELTA_CONCURRENT", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED", "Concurrent")
NOTE_SETTING = "spark.databricks.delta.commitInfo.userMetadata"


def table_properties(settings: Any) -> dict[str, str]:
    """Properties a table is created with: how long its past can be read, and nothing that other engines cannot read."""
    past = f"interval {settings.retention_days} days"
    return {
        "delta.logRetentionDuration": past,
        "delta.deletedFileRetentionDuration": past,
        "delta.enableDeletionVectors": "false",
        "delta.columnMapping.mode": "none",
        "delta.enableTypeWidening": "false",
        "delta.checkpointPolicy": "classic",
    }


def exists(home: Path, table: str) -> bool:
    """Whether the table has been written: a kill during the first write leaves an empty log folder."""
    return any((table_path(home, table) / "_delta_log").glob("*.json"))


def read_table(spark: SparkSession, home: Path, table: str) -> DataFrame:
    """The table as it is now."""
    return spark.read.format("delta").load(str(table_path(home, table)))


def read_bronze(spark: SparkSession, settings: Any, source: str, delivery_ids: Iterable[str]) -> DataFrame:
    """Bronze rows of these deliveries of a source."""
    rows = read_table(spark, settings.home, bronze_table(source))
    wanted = sorted(set(delivery_ids))
    if len(wanted) <= MANY_DELIVERIES:
        return rows.where(F.col("_delivery_id").isin(*wanted)) if wanted else rows.where("false")
    chosen = spark.createDataFrame([(one,) for one in wanted], "_delivery_id string")
    return rows.join(F.broadcast(chosen), on="_delivery_id", how="left_semi")


def overwrite(rows: DataFrame, settings: Any, table: str, note: Mapping[str, Any]) -> int:
    """Replace the whole table in one commit, which carries `note`; returns the table's new version."""
    writer = rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
    return _save(writer.options(**_options(settings, note)), settings.home, table)


def append(rows: DataFrame, settings: Any, table: str, note: Mapping[str, Any]) -> int:
    """Add rows in one commit; returns the table's new version."""
    writer = rows.write.format("delta").mode("append")
    return _save(writer.options(**_options(settings, note)), settings.home, table)


def merge(changes: DataFrame, settings: Any, table: str, by: tuple[list[str], str], note: Mapping[str, Any]) -> None:
    """Write and delete rows by key in one commit; `by` is (key columns, column that says `write` or `delete`)."""
    keys, change = by
    spark, view = changes.sparkSession, f"{table.split('.')[1]}_changes"
    columns = [name for name in changes.columns if name != change]
    matches = " and ".join(f"held.{key} = changed.{key}" for key in keys)
    changes.createOrReplaceTempView(view)
    spark.conf.set(NOTE_SETTING, json.dumps(dict(note), default=str))
    try:
        spark.sql(
            f"merge into delta.`{table_path(settings.home, table)}` as held using {view} as changed on {matches} "
            f"when matched and changed.{change} = 'delete' then delete "
            f"when matched then update set {', '.join(f'{one} = changed.{one}' for one in columns)} "
            f"when not matched then insert ({', '.join(columns)}) "
            f"values ({', '.join(f'changed.{one}' for one in columns)})"
        )
    finally:
        spark.conf.unset(NOTE_SETTING)
        spark.catalog.dropTempView(view)


def replace_where(rows: DataFrame, settings: Any, table: str, condition: str, partition_by: str) -> int:
    """Replace the rows that meet the condition, in one commit; makes the table when there is none."""
    writer = rows.write.format("delta").partitionBy(partition_by).options(**_options(settings, {}))

    def attempt() -> int:
        if exists(settings.home, table):
            return _save(writer.mode("overwrite").option("replaceWhere", condition), settings.home, table)
        return _save(writer.mode("append"), settings.home, table)

    return retried(attempt)


def retried(attempt: Callable[[], int]) -> int:
    """What `attempt` returns, tried again when another writer of the table was faster; at most CONFLICT_TRIES times."""
    for left in reversed(range(CONFLICT_TRIES)):
        try:
            return attempt()
        except Exception as error:
            if not left or not any(word in str(error) for word in CONFLICTS):
                raise
            time.sleep(random.uniform(0.1, 0.5))
    raise AssertionError("unreachable")


def _options(settings: Any, note: Mapping[str, Any]) -> dict[str, str]:
    return {**table_properties(settings), "userMetadata": json.dumps(dict(note), default=str)}


def _save(writer: Any, home: Path, table: str) -> int:
    writer.save(str(table_path(home, table)))
    return delta_table(home, table).version()


def delta_table(home: Path, table: str) -> "DeltaTable":
    """The table's log, read without Spark."""
    from deltalake import DeltaTable

    return DeltaTable(str(table_path(home, table)))


def last_note(home: Path, table: str) -> dict[str, Any] | None:
    """The note of the last commit that carries one, and under `_version` its version; None when there is none."""
    if not exists(home, table):
        return None
    for limit in (10, None):
        for commit in delta_table(home, table).history(limit):
            text = commit.get("userMetadata")
            if text and text != "{}":
                return {**json.loads(text), "_version": commit["version"]}
    return None


def register(spark: SparkSession, settings: Any, table: str) -> None:
    """Name the table in the metastore, which is a cache of what lies in the folders; nothing to do when it is known."""
    if spark.catalog.tableExists(table):
        return
    schema = table.split(".", 1)[0]
    spark.sql(f"create schema if not exists {schema}")
    location = str(table_path(settings.home, table)).replace("'", "\\'")
    spark.sql(f"create table if not exists {table} using delta location '{location}'")
