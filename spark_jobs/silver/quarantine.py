"""quarantine.silver_rows: source rows that a rule keeps out of an entity."""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.catalog.models import Entity, Source
from spark_jobs.silver.inputs import EntityInputs, FeedInput
from spark_jobs.transforms.quarantine import Reason, quarantine_rows

TABLE = "quarantine.silver_rows"
COLUMNS = (
    "entity", "source", "delivery_id", "delivery_date", "file_name", "row_number", "rule", "reason", "column_name",
    "value", "raw", "contract_version", "run_id",
)  # fmt: skip


def replace_quarantine(
    spark: SparkSession, settings: Any, inputs: EntityInputs, bad: DataFrame, run: tuple[str, Iterable[str]]
) -> None:
    """Replace the entity's quarantine rows of the given deliveries, in one commit; `run` is (run id, delivery ids)."""
    run_id, delivery_ids = run
    wanted = sorted(set(delivery_ids))
    frames = [_of_feed(spark, settings, inputs.entity, feed.only(wanted), bad) for feed in inputs.feeds]
    frames = [frame for frame, feed in zip(frames, inputs.feeds, strict=True) if feed.only(wanted).deliveries]
    if not frames:
        clear_quarantine(spark, settings, inputs.entity, set(wanted))
        return
    rows = reduce(DataFrame.unionByName, frames).withColumn("run_id", F.lit(run_id)).select(*COLUMNS).coalesce(1)
    io.replace_where(rows, settings, TABLE, _condition(inputs.entity, wanted), partition_by="entity")


def clear_quarantine(spark: SparkSession, settings: Any, entity: Entity, delivery_ids: set[str]) -> None:
    """Take the entity's rows of withdrawn deliveries out of quarantine."""
    if io.exists(settings.home, TABLE):
        nothing = io.read_table(spark, settings.home, TABLE).where("false")
        io.replace_where(nothing, settings, TABLE, _condition(entity, sorted(delivery_ids)), partition_by="entity")


def _condition(entity: Entity, delivery_ids: list[str]) -> str:
    listed = ", ".join(f"'{one}'" for one in delivery_ids)
    return f"entity = '{entity.name}' and delivery_id in ({listed})"


def _of_feed(spark: SparkSession, settings: Any, entity: Entity, feed: FeedInput, bad: DataFrame) -> DataFrame:
    bronze = io.read_bronze(spark, settings, feed.source.name, feed.delivery_ids)
    reasons = dict(problem_reasons(feed.source, entity))
    columns = [column.name for column in feed.source.columns]
    mine = bad.where(F.col("_feed") == feed.number).select("_delivery_id", "_row_number", "_problem", "_value")
    files = F.when(F.lit(False), F.lit(None).cast("string"))
    for one in feed.deliveries:
        files = files.when(F.col("delivery_id") == one.delivery_id, F.lit(one.file_name))
    added = {
        "entity": F.lit(entity.name), "source": F.lit(feed.source.name), "file_name": files,
        "contract_version": F.lit(feed.source.version),
    }  # fmt: skip
    return quarantine_rows(mine, bronze, columns, reasons).withColumns(added)


def problem_reasons(source: Source, entity: Entity) -> Iterator[tuple[str, Reason]]:
    """What each problem code means, in words."""
    for column in source.columns:
        shape = f" written as {column.format}" if column.format else ""
        yield f"type:{column.name}", Reason(column.name, f"{column.name} is not a {column.type}{shape}")
        yield f"required:{column.name}", Reason(column.name, f"{column.name} is required and missing")
    for rule in source.rules:
        yield f"rule:{rule.name}", Reason(rule.column, rule.description or rule.condition)
    for column in entity.columns:
        name = f"{entity.name}.{column.name}"
        yield f"cast:{column.name}", Reason(column.name, f"{name} is not a {column.type}")
        yield f"key:{column.name}", Reason(column.name, f"{name} is part of the key and NULL")
        yield f"missing:{column.name}", Reason(column.name, f"{name} is required and NULL")
    for rule in entity.rules:
        yield f"check:{rule.name}", Reason(rule.column, f"{entity.name}: {rule.description or rule.condition}")
