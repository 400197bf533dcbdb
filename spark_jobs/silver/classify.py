"""Rows of all feeds of an entity -> the same rows with their status and, for those shown, the state's period."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs.catalog.models import Entity
from spark_jobs.catalog.names import VALIDITY_COLUMNS
from spark_jobs.silver.feeds import feed_rows
from spark_jobs.silver.inputs import EntityInputs, FeedInput, closing_dates
from spark_jobs.transforms.history import with_periods
from spark_jobs.transforms.rules import content_hash


def entity_rows(bronze: DataFrame, inputs: EntityInputs, feed: FeedInput) -> DataFrame:
    """Rows of one feed with their part in a key's history: `_feed`, `_is_event`, `_is_void`, `_state`."""
    entity = inputs.entity
    rows = feed_rows(bronze, feed.source, feed.feed, entity, inputs.order)
    is_valid = F.col("_problem").isNull() & ~F.col("_is_filtered")
    has_key = reduce(Column.__and__, (F.col(name).isNotNull() for name in entity.key))
    is_void = F.col("_problem").isNotNull() & has_key & F.lit(feed.source.load.mode == "snapshot")
    return rows.withColumns(
        {
            "_feed": F.lit(feed.number),
            "_is_event": is_valid | is_void,
            "_is_void": is_void,
            "_state": content_hash(state_columns(entity)),
        }
    )


def state_columns(entity: Entity) -> list[str]:
    """Columns whose change begins a new state; the key itself for an entity that has nothing else."""
    return [column.name for column in entity.columns if not column.is_key] or list(entity.key)


def closes_on(feed: FeedInput) -> Column:
    """Date of the first later snapshot of this feed that closes the row if it lacks it; NULL for other feeds' rows."""
    nothing = F.lit(None).cast("date")
    if feed.source.load.mode != "snapshot":
        return nothing
    dates = closing_dates(feed.deliveries, feed.source.load.shrink_limit_percent)
    chain: Column | None = None
    for day, closed in dates.items():
        is_day = (F.col("_feed") == feed.number) & (F.col("_delivery_date") == F.lit(day))
        chain = F.when(is_day, F.lit(closed)) if chain is None else chain.when(is_day, F.lit(closed))
    return nothing if chain is None else chain


def classified(rows: DataFrame, inputs: EntityInputs) -> DataFrame:
    """Every row with `_status`: kept, quarantined, filtered, duplicate or superseded; `_is_output` for those shown."""
    keys = ["source_system", *inputs.entity.key]
    rows = rows.withColumn("_closes_on", F.coalesce(*map(closes_on, inputs.feeds)))
    decided = with_periods(rows, keys, inputs.order.columns, inputs.entity.history)
    status = (
        F.when(F.col("_problem").isNotNull(), F.lit("quarantined"))
        .when(F.col("_is_filtered"), F.lit("filtered"))
        .otherwise(F.col("_status"))
    )
    return decided.withColumn("_status", status)


def table_columns(entity: Entity) -> list[str]:
    """Columns of the silver table, audit columns left out, in order."""
    validity = list(VALIDITY_COLUMNS) if entity.history == "scd2" else []
    return [*(column.name for column in entity.columns), "source_system", "is_deleted", "deleted_date", *validity]


def shown(rows: DataFrame, entity: Entity) -> DataFrame:
    """The rows of the table: what is kept, with the delivery it came from."""
    return rows.where("_is_output").select(*table_columns(entity), "_delivery_id", "_contract_version")


def union(frames: list[DataFrame]) -> DataFrame:
    """All rows of frames with the same columns."""
    return reduce(DataFrame.unionByName, frames)
