"""All tags of many customers in one DuckDB statement, as a function that Spark SQL can call.

Why not Spark's own SQL: hundreds of expressions over wide rows are what the JVM vectorises badly (docs/decisions.md).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from spark_jobs.tags.layout import Slot, columns_of

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

FUNCTION = "evaluate_tags"
ROWS = 10_000
"""Customers a batch of words."""
ARROW_TYPES = {
    "array<bigint>": pa.list_(pa.int64()), "array<double>": pa.list_(pa.float64()),
    "array<string>": pa.list_(pa.string()), "array<date>": pa.list_(pa.date32()),
}  # fmt: skip


def register(spark: "SparkSession", statement: str, slots: Sequence[Slot]) -> None:
    """Offer `evaluate_tags(struct of inputs)` to SQL of this session: a struct of the words' columns.

    `statement` gives the values of all tags of a table `batch`, one column a tag, named after it.
    """
    from pyspark.sql.functions import arrow_udf

    returned = ", ".join(f"{name} {kind}" for name, kind in columns_of(slots).items())
    spark.udf.register(FUNCTION, arrow_udf(batches_kernel(statement, slots), returned))


def batches_kernel(statement: str, slots: Sequence[Slot]) -> Callable:
    """A function over batches of inputs (structs) that gives batches of words.

    DuckDB plans thousands of expressions in a second, so it is asked once and reads all batches as one stream. The
    function is sent to Spark's Python workers by value: everything it needs stands inside it.
    """
    rows_a_batch = ROWS
    stores = [
        (column, ARROW_TYPES[kind], column.endswith("_known"), _members(column, slots))
        for column, kind in columns_of(slots).items()
    ]

    def evaluate(batches: "Iterator[pa.Array]") -> "Iterator[pa.Array]":
        from itertools import chain

        import duckdb
        import numpy
        import pyarrow

        def words(columns: list, is_known: bool) -> pyarrow.Array:
            """Words of 63 bits out of boolean columns, the first column in the lowest bit."""
            width, rows = -(-len(columns) // 63), len(columns[0])
            bits = numpy.zeros((rows, width, 64), dtype=numpy.uint8)
            for number, one in enumerate(columns):
                values = one.is_valid() if is_known else one.fill_null(False)
                bits[:, number // 63, number % 63] = values.to_numpy(zero_copy_only=False)
            packed = numpy.packbits(bits, axis=2, bitorder="little").view("<i8").reshape(-1)
            return lists(pyarrow.array(packed), rows, width)

        def elements(columns: list) -> pyarrow.Array:
            """Lists of one element a column."""
            rows, width = len(columns[0]), len(columns)
            order = numpy.arange(rows * width).reshape(width, rows).T.reshape(-1)
            return lists(pyarrow.concat_arrays(columns).take(pyarrow.array(order)), rows, width)

        def lists(flat: pyarrow.Array, rows: int, width: int) -> pyarrow.Array:
            ends = pyarrow.array(numpy.arange(rows + 1) * width, pyarrow.int32())
            return pyarrow.ListArray.from_arrays(ends, flat)

        def packed(values: pyarrow.RecordBatch) -> pyarrow.Array:
            arrays = []
            for column, kind, is_known, members in stores:
                chosen = [values.column(name) for name in members]
                is_bit = column.endswith(("_true", "_known"))
                made = words(chosen, is_known) if is_bit else elements([one.cast(kind.value_type) for one in chosen])
                arrays.append(made.cast(kind))
            return pyarrow.StructArray.from_arrays(arrays, [column for column, *_ in stores])

        first = next(batches, None)
        if first is None:
            return
        schema = pyarrow.schema(list(first.type))
        read = (pyarrow.RecordBatch.from_struct_array(one) for one in chain([first], batches))
        connection = duckdb.connect(config={"threads": 1})
        connection.register("batch", pyarrow.RecordBatchReader.from_batches(schema, read))
        for values in connection.sql(statement).to_arrow_reader(rows_a_batch):
            yield packed(values)

    evaluate.__annotations__ = {"batches": Iterator[pa.Array], "return": Iterator[pa.Array]}
    return evaluate


def _members(column: str, slots: Sequence[Slot]) -> list[str]:
    """Tags whose values the column holds, in order of place."""
    return [slot.tag_id for slot in slots if column in (slot.column, slot.bit is not None and slot.known_column)]
