"""Bronze rows of one source -> typed, checked, tokenised rows of one entity (one call a feed).

Every row comes out, with `_problem` (the code of the first rule it breaks) and `_is_filtered`; nothing is dropped, so
that the counts of a delivery can be balanced.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs.catalog import models
from spark_jobs.catalog.expressions import explode_parts, render
from spark_jobs.transforms.rules import Check, cast_failed, content_hash, fails, first_problem
from spark_jobs.transforms.tokens import normalised, token
from spark_jobs.transforms.typing import typed

META = ("_delivery_id", "_delivery_date", "_sequence", "_row_number")
ROW_KEY = "row_key"
TRANSFORMS = "spark_jobs.transforms"


@dataclass(frozen=True)
class FeedOrder:
    """How many order columns the entity's feeds have, and their common types."""

    order_types: tuple[str, ...] = ()
    tie_types: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """What the rows of a key are ordered by, oldest first; the row's hash decides at last."""
        orders = [f"_order_{place}" for place in range(len(self.order_types))]
        ties = [f"_tie_{place}" for place in range(len(self.tie_types))]
        return (*orders, "_delivery_date", "_sequence", *ties, "_row_hash", "_feed", "_part")


def feed_rows(
    bronze: DataFrame, source: models.Source, feed: models.Feed, entity: models.Entity, order: FeedOrder
) -> DataFrame:
    """Rows of the entity from one feed, one per source row (or element of it), each with its problem or none."""
    has_row_key = needs_row_key(source, feed)
    rows = with_typed_columns(with_row_key(bronze, source) if has_row_key else bronze, source, has_row_key)
    if feed.transform:
        module, function = feed.transform.rsplit(".", 1)
        rows = getattr(importlib.import_module(f"{TRANSFORMS}.{module}"), function)(rows)
    rows = with_expressions(with_elements(rows, source, feed), source, feed, entity, order)
    return with_entity_columns(rows, source, feed, entity, order)


def needs_row_key(source: models.Source, feed: models.Feed) -> bool:
    """Whether an expression of the feed uses `row_key` and neither the source nor its transform has such a column."""
    declared = {column.name for column in source.columns} | set(feed.adds)
    return ROW_KEY not in declared and any(ROW_KEY in text for text in feed.columns.values())


def with_row_key(bronze: DataFrame, source: models.Source) -> DataFrame:
    """Add row_key: hash of the row's columns and which occurrence of this row in its delivery it is, from 1."""
    texts = [F.coalesce(F.col(column.name), F.lit("\u0000")) for column in source.columns]
    hashed = bronze.withColumn("_content", F.md5(F.concat_ws("\u001f", *texts)))
    same_rows = Window.partitionBy("_delivery_id", "_content").orderBy("_row_number")
    occurrence = F.row_number().over(same_rows).cast("string")
    return hashed.withColumn(ROW_KEY, F.concat_ws("-", F.col("_content"), occurrence)).drop("_content")


def with_typed_columns(bronze: DataFrame, source: models.Source, has_row_key: bool = False) -> DataFrame:
    """The source's columns typed, with `_is_delete`, `_row_hash`, `_problem` and current_delivery_date."""
    load, names = source.load, [column.name for column in source.columns]
    is_delete = F.col(load.operation_column).isin(*load.delete_values) if load.operation_column else F.lit(False)
    kept = [*META, *([ROW_KEY] if has_row_key else [])]
    added = {
        "_is_delete": F.coalesce(is_delete, F.lit(False)),
        "_row_hash": content_hash(names),
        "current_delivery_date": F.col("_delivery_date"),
    }
    rows = bronze.select(
        *kept,
        *(typed(F.col(column.name), column).alias(column.name) for column in source.columns),
        *(F.col(column.name).alias(f"_raw_{column.name}") for column in source.columns if column.type != "string"),
        *(value.alias(name) for name, value in added.items()),
    )
    return rows.select(*kept, *names, *added, first_problem(_source_checks(source)).alias("_problem"))


def _source_checks(source: models.Source) -> Iterator[Check]:
    keys, is_full = set(source.load.key), ~F.col("_is_delete")
    for column in source.columns:
        if column.type != "string":
            yield f"type:{column.name}", cast_failed(F.col(f"_raw_{column.name}"), F.col(column.name))
    for column in source.columns:
        if column.is_required:
            is_missing = F.col(column.name).isNull()
            yield f"required:{column.name}", is_missing if column.name in keys else is_missing & is_full
    for rule in source.rules:
        if rule.severity == "critical":
            yield f"rule:{rule.name}", fails(render(rule.condition, source.parameters)) & is_full


def with_elements(rows: DataFrame, source: models.Source, feed: models.Feed) -> DataFrame:
    """One row per element where the feed unpivots or explodes, with its place `_part`; a failing row stays one row."""
    if feed.unpivot:
        keep = set(feed.unpivot.keep)
        cells = [
            F.struct(F.lit(one.name).alias("name"), F.col(one.name).alias("value"))
            for one in source.columns
            if one.name not in keep
        ]
        exploded = _exploded(rows, F.array(*cells), "_cell")
        values = {feed.unpivot.name: F.col("_cell.name"), feed.unpivot.value: F.col("_cell.value")}
        return exploded.withColumns(values).drop("_cell")
    parts = explode_parts(feed.explode) if feed.explode else None
    if parts is None:
        return rows.withColumn("_part", F.lit(0))
    return _exploded(rows, F.expr(render(parts[0], source.parameters)), parts[1])


def _exploded(rows: DataFrame, elements: Column, name: str) -> DataFrame:
    of_good_rows = F.when(F.col("_problem").isNull(), elements)
    return rows.select("*", F.posexplode_outer(of_good_rows).alias("_part", name))


def with_expressions(
    rows: DataFrame, source: models.Source, feed: models.Feed, entity: models.Entity, order: FeedOrder
) -> DataFrame:
    """The feed's expressions as `_e_<column>`, whether the row is filtered, and what it is ordered by."""
    is_wanted = F.coalesce(F.expr(render(feed.where, source.parameters)), F.lit(False)) if feed.where else F.lit(True)
    if feed.explode or feed.unpivot:
        is_wanted = is_wanted & F.col("_part").isNotNull()
    expressions = [
        F.expr(render(feed.columns[column.name], source.parameters)).alias(f"_e_{column.name}")
        for column in entity.columns
        if column.name in feed.columns
    ]
    return rows.select(
        *META, "_is_delete", "_row_hash", "_problem", "current_delivery_date",
        F.coalesce(F.col("_part"), F.lit(0)).alias("_part"),
        (F.col("_problem").isNull() & ~is_wanted).alias("_is_filtered"),
        *_order_columns(source, order), *expressions,
    )  # fmt: skip


def _order_columns(source: models.Source, order: FeedOrder) -> Iterator[Column]:
    """Order columns of a row; a snapshot is ordered by its date first, its order-by decides within it only."""
    is_snapshot = source.load.mode == "snapshot"
    types = {column.name: column.type for column in source.columns}
    kinds = (("_order", order.order_types, not is_snapshot), ("_tie", order.tie_types, is_snapshot))
    for prefix, wanted, mine in kinds:
        for place, type_ in enumerate(wanted):
            name = source.load.order_by[place] if mine and place < len(source.load.order_by) else None
            value = F.col(name).try_cast(type_) if name else F.lit(None).cast(type_)
            if name and types.get(name) in ("date", "timestamp"):
                value = F.coalesce(value, F.col("_delivery_date").try_cast(type_))
            yield value.alias(f"{prefix}_{place}")


def with_entity_columns(
    rows: DataFrame, source: models.Source, feed: models.Feed, entity: models.Entity, order: FeedOrder
) -> DataFrame:
    """The entity's columns, typed and tokenised, with the row's first problem and the value it failed by."""
    typed_values = {
        column.name: _as_type(F.col(f"_e_{column.name}"), column.type) if column.name in feed.columns
        else F.lit(None).cast(column.type)
        for column in entity.columns
    }  # fmt: skip
    contact_type = typed_values.get("contact_type_code")
    ready = [_ready(typed_values[one.name], one, contact_type).alias(one.name) for one in entity.columns]
    clear = [typed_values[one.name].alias(f"_clear_{one.name}") for one in entity.columns if one.is_vaulted]
    before = [f"_e_{one.name}" for one in entity.columns if one.name in feed.columns and one.type != "string"]
    kept = [*META, *(one for one in order.columns if one not in (*META, "_feed")), "_is_delete", "_is_filtered"]
    rows = rows.select(*kept, F.col("_problem").alias("_known"), "current_delivery_date", *ready, *clear, *before)
    is_checked = ~F.col("_is_filtered")
    checks = ((code, check & is_checked) for code, check in _entity_checks(entity, feed))
    final = [token(F.col(one.name)).alias(one.name) if is_token(one) else F.col(one.name) for one in entity.columns]
    clear_names = [f"_clear_{one.name}" for one in entity.columns if one.is_vaulted]
    rows = rows.select(*kept, *final, *clear_names, *before, first_problem(checks, F.col("_known")).alias("_problem"))
    names = [column.name for column in entity.columns]
    added = {
        "_value": _failed_value(entity, feed), "source_system": F.lit(source.system),
        "_contract_version": F.lit(source.version),
    }  # fmt: skip
    return rows.select(*kept, *names, *clear_names, "_problem", *(value.alias(name) for name, value in added.items()))


def is_token(column: models.Column) -> bool:
    """Whether silver holds a token of this column, never the value."""
    return column.classification == "restricted"


def _as_type(value: Column, type_: str) -> Column:
    return value.cast("string") if type_ == "string" else value.try_cast(type_)


def _ready(value: Column, column: models.Column, contact_type: Column | None) -> Column:
    if not is_token(column):
        return value
    return F.nullif(normalised(value, column.normaliser, contact_type), F.lit(""))


def _failed_value(entity: models.Entity, feed: models.Feed) -> Column:
    """What an expression of the feed yielded, for a row that fails by it; NULL for all others."""
    chain = F.when(F.col("_problem").isNull(), F.lit(None).cast("string"))
    for column in entity.columns:
        if column.name in feed.columns and column.type != "string":
            chain = chain.when(F.col("_problem") == f"cast:{column.name}", F.col(f"_e_{column.name}").cast("string"))
    for rule in entity.rules:
        if rule.severity == "critical" and rule.column and not is_token(entity.column(rule.column)):
            chain = chain.when(F.col("_problem") == f"check:{rule.name}", F.col(rule.column).cast("string"))
    return chain


def _entity_checks(entity: models.Entity, feed: models.Feed) -> Iterator[Check]:
    is_full = ~F.col("_is_delete")
    for column in entity.columns:
        if column.name in feed.columns and column.type != "string":
            yield f"cast:{column.name}", cast_failed(F.col(f"_e_{column.name}"), F.col(column.name))
    for column in entity.columns:
        if column.is_key:
            yield f"key:{column.name}", F.col(column.name).isNull()
        elif column.is_required:
            yield f"missing:{column.name}", F.col(column.name).isNull() & is_full
    for rule in entity.rules:
        if rule.severity == "critical":
            yield f"check:{rule.name}", fails(rule.condition) & is_full
