"""Values of tags, one Arrow column each, into the packed columns of spark_jobs/tags/layout.py.

Runs in Spark's Python workers, which do not have this project: the module is sent by value and imports none of it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

BITS, BITS_STORED = 63, 64
ROWS = 10_000
"""Customers a batch of words."""


class Packed(NamedTuple):
    """A packed column: its name, its Arrow type, and the tags in it in order of place.

    A place without a tag (None) keeps what the column of that name says in the batch.
    """

    name: str
    type: pa.DataType
    members: list[str | None]


def packed_batches(batches: Iterator[pa.Array], statement: str, columns: Sequence[Packed]) -> Iterator[pa.Array]:
    """Structs of packed columns for structs of inputs, in the same order; `statement` reads them as `batch`.

    DuckDB plans thousands of expressions in a second or two, so it is asked once and reads all batches as one stream.
    """
    import duckdb

    first = next(batches, None)
    if first is None:
        return
    read = (pa.RecordBatch.from_struct_array(one) for one in chain([first], batches))
    connection = duckdb.connect(config={"threads": 1})
    connection.register("batch", pa.RecordBatchReader.from_batches(pa.schema(list(first.type)), read))
    for values in connection.sql(statement).to_arrow_reader(ROWS):
        yield pa.StructArray.from_arrays([_column(values, one) for one in columns], [one.name for one in columns])


def _column(values: pa.RecordBatch, packed: Packed) -> pa.Array:
    if not any(packed.members):
        return values.column(packed.name)
    if packed.name.endswith("_true"):
        return _words(values, packed, _true).cast(packed.type)
    if packed.name.endswith("_known"):
        return _words(values, packed, _known).cast(packed.type)
    members = [
        (values.column(name) if name else _kept(values, packed, place)).cast(packed.type.value_type)
        for place, name in enumerate(packed.members)
    ]
    order = np.arange(values.num_rows * len(members)).reshape(len(members), -1).T.reshape(-1)
    return _lists(pa.concat_arrays(members).take(pa.array(order)), values.num_rows, len(members))


def _kept(values: pa.RecordBatch, packed: Packed, place: int) -> pa.Array:
    flat = values.column(packed.name).flatten()
    return flat.take(pa.array(np.arange(place, len(flat), len(packed.members))))


def _true(column: pa.Array) -> np.ndarray:
    return (column.fill_null(False) if column.null_count else column).to_numpy(zero_copy_only=False)


def _known(column: pa.Array) -> np.ndarray | int:
    return column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else 1


def _words(values: pa.RecordBatch, packed: Packed, flags_of: Callable[[pa.Array], np.ndarray | int]) -> pa.Array:
    """Words of 63 bits, the first member in the lowest bit."""
    rows, width = values.num_rows, -(-len(packed.members) // BITS)
    bits = np.zeros((width * BITS_STORED, rows), dtype=np.uint8)
    are_new = np.zeros((width * BITS_STORED, 1), dtype=np.uint8)
    for number, name in enumerate(packed.members):
        place = number // BITS * BITS_STORED + number % BITS
        if name:
            bits[place], are_new[place] = flags_of(values.column(name)), 1
    words = _packed_bits(bits)
    if None in packed.members:
        kept = values.column(packed.name).flatten().to_numpy().reshape(rows, width)
        words = words | (kept & ~_packed_bits(are_new))
    return _lists(pa.array(words.reshape(-1)), rows, width)


def _packed_bits(bits: np.ndarray) -> np.ndarray:
    """Words, one row a column of bits."""
    return np.packbits(bits, axis=0, bitorder="little").T.copy().view("<i8")


def _lists(flat: pa.Array, rows: int, width: int) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(np.arange(rows + 1) * width, pa.int32()), flat)
