"""Rows that break a rule -> quarantine rows: which rule, which column and value, why, and the row as delivered."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812


class Reason(NamedTuple):
    """What a problem code means."""

    column: str | None
    text: str


def quarantine_rows(
    bad: DataFrame, bronze: DataFrame, columns: Sequence[str], reasons: Mapping[str, Reason]
) -> DataFrame:
    """One row per bad row: rule, reason, column_name, value and raw (the bronze row as JSON).

    `bad` has _delivery_id, _row_number, _problem and _value; `bronze` holds the rows they came from.
    """
    rows = bronze.join(F.broadcast(bad), on=["_delivery_id", "_row_number"], how="inner")
    column = _looked_up("_problem", {code: reason.column for code, reason in reasons.items()})
    texts = F.create_map(*(part for name in columns for part in (F.lit(name), F.col(name))))
    return rows.select(
        F.col("_delivery_id").alias("delivery_id"),
        F.col("_delivery_date").alias("delivery_date"),
        F.col("_row_number").alias("row_number"),
        F.col("_problem").alias("rule"),
        _looked_up("_problem", {code: reason.text for code, reason in reasons.items()}).alias("reason"),
        column.alias("column_name"),
        F.coalesce(F.col("_value"), F.try_element_at(texts, column)).alias("value"),
        F.to_json(F.struct(*columns), {"ignoreNullFields": "false"}).alias("raw"),
    )


def _looked_up(name: str, values: Mapping[str, str | None]) -> Column:
    chain = F.when(F.lit(False), F.lit(None).cast("string"))
    for code, value in values.items():
        if value is not None:
            chain = chain.when(F.col(name) == code, F.lit(value))
    return chain
