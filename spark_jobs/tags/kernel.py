"""All tags of many customers in one DuckDB statement, as a function that Spark SQL can call.

Why not Spark's own SQL: hundreds of expressions over wide rows are what the JVM vectorises badly (docs/decisions.md).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from spark_jobs.arrow_functions import offer
from spark_jobs.tags import packing
from spark_jobs.tags.layout import Slot, columns_of

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

FUNCTION, DAILY_FUNCTION = "evaluate_tags", "evaluate_daily_tags"
ARROW_TYPES = {
    "array<bigint>": pa.list_(pa.int64()), "array<double>": pa.list_(pa.float64()),
    "array<string>": pa.list_(pa.string()), "array<date>": pa.list_(pa.date32()),
}  # fmt: skip


def register(spark: "SparkSession", statement: str, slots: Sequence[Slot]) -> None:
    """Offer `evaluate_tags(struct of inputs)` to SQL of this session: a struct of the words' columns.

    `statement` gives the values of all tags of a table `batch`, one column a tag, named after it.
    """
    offer(spark, FUNCTION, batches_kernel(statement, slots), _returned(slots))


def register_daily(spark: "SparkSession", statement: str, slots: Sequence[Slot], tag_ids: Collection[str]) -> None:
    """Offer `evaluate_daily_tags(struct of inputs and words)`: the words with the values of these tags made anew."""
    offer(spark, DAILY_FUNCTION, batches_kernel(statement, slots, tag_ids), _returned(slots))


def batches_kernel(statement: str, slots: Sequence[Slot], tag_ids: Collection[str] | None = None) -> Callable:
    """A function over batches of inputs (structs) that gives batches of words.

    With `tag_ids` the statement gives the values of those alone, and the rest of the words as it finds them.
    """
    given = {slot.tag_id for slot in slots} if tag_ids is None else set(tag_ids)
    columns = [
        packing.Packed(name, ARROW_TYPES[kind], _members(name, slots, given))
        for name, kind in columns_of(slots).items()
    ]
    packed_batches = packing.packed_batches

    def evaluate(batches: "Iterator[pa.Array]") -> "Iterator[pa.Array]":
        return packed_batches(batches, statement, columns)

    evaluate.__annotations__ = {"batches": Iterator[pa.Array], "return": Iterator[pa.Array]}
    evaluate.__module__ = packing.__name__  # sent by value, as the module it calls
    return evaluate


def _returned(slots: Sequence[Slot]) -> str:
    """The columns of the words, as Spark declares a struct."""
    return ", ".join(f"{column} {kind}" for column, kind in columns_of(slots).items())


def _members(column: str, slots: Sequence[Slot], given: Collection[str]) -> list[str | None]:
    """Tags whose values the column holds, in order of place; None for those that are not given."""
    held = [slot.tag_id for slot in slots if column in (slot.column, slot.bit is not None and slot.known_column)]
    return [one if one in given else None for one in held]
