"""Rows whose key occurs more than once, counted without shuffling the rows.

Equal numbers of rows and of distinct key hashes prove that every key is unique; keys are compared only where hashes
repeat. Large tables sort their hashes as Arrow arrays inside Spark: on 10 million keys a third of the time of
`count(distinct)`, whose hash table holds every key as a row. The functions that Spark's workers run are made by
factories, so that they travel by value: workers do not have this package.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    import pyarrow as pa

Batches: TypeAlias = "Iterator[pa.RecordBatch]"

LARGE_ROWS = 2_000_000
BUCKETS = 64
ROWS_PER_TASK = 2_500_000
"""Hashes that one task sorts again, 20 MB of them: a task costs a worker's turn whatever it holds."""


def surplus(keys: list[str], is_counted: Column) -> Column:
    """Counted rows less distinct key hashes, as one aggregate for small tables; 0 proves that keys are unique."""
    return F.count(F.when(is_counted, 1)) - F.count_distinct(F.when(is_counted, F.xxhash64(*keys)))


def has_repeats(rows: DataFrame, keys: list[str], row_count: int) -> bool:
    """Whether a key hash of a table of about `row_count` rows occurs twice."""
    if row_count < LARGE_ROWS:
        return bool(rows.agg(surplus(keys, F.lit(True))).collect()[0][0])
    tasks = min(BUCKETS, max(2, row_count // ROWS_PER_TASK))
    hashes = rows.select(F.xxhash64(*keys).alias("hash"))
    buckets = hashes.mapInArrow(sort_into(BUCKETS), "bucket int, hashes binary")
    repeats_by_part = buckets.repartition(tasks, "bucket").mapInArrow(count_repeats(), "repeats long")
    return (repeats_by_part.agg(F.sum("repeats")).collect()[0][0] or 0) > 0


def is_repeated(new: DataFrame, old: DataFrame | None, keys: list[str]) -> bool:
    """Whether a key hash of a few new rows occurs twice among them, or among old rows; their columns are the keys."""
    hashes = new.select(F.xxhash64(*keys).alias("hash"))
    twice = hashes.groupBy("hash").count().where("count > 1").select("hash")
    if old is not None:
        again = old.select(F.xxhash64(*keys).alias("hash"))
        twice = twice.unionAll(again.join(F.broadcast(hashes), on="hash", how="left_semi"))
    return bool(twice.limit(1).collect())


def rows_of_repeated_keys(rows: DataFrame, keys: list[str]) -> int:
    """How many of the rows share their key with another one. NULLs are equal to each other."""
    repeated = rows.groupBy(*keys).count().where("count > 1")
    return repeated.agg(F.coalesce(F.sum("count"), F.lit(0))).collect()[0][0]


def repeats(keys: list[str], is_counted: Column) -> Column:
    """How many counted rows share the row's key."""
    return F.count(F.when(is_counted, 1)).over(Window.partitionBy(*keys))


def sort_into(buckets: int) -> Callable[[Batches], Batches]:
    """A function from the hashes of one partition to ranges of them: (bucket, sorted hashes as bytes)."""

    def sorted_buckets(batches: Batches) -> Batches:
        import numpy as np
        import pyarrow as pa

        parts = [batch.column(0).to_numpy(zero_copy_only=False) for batch in batches]
        if not parts:
            return
        hashes = np.sort(np.concatenate(parts))
        edges = np.linspace(-(2**63), 2**63, buckets + 1)[1:-1].astype(np.int64)
        blobs = [part.tobytes() for part in np.split(hashes, np.searchsorted(hashes, edges))]
        columns = [pa.array(range(buckets), pa.int32()), pa.array(blobs, pa.binary())]
        yield pa.RecordBatch.from_arrays(columns, names=["bucket", "hashes"])

    return sorted_buckets


def count_repeats() -> Callable[[Batches], Batches]:
    """A function from buckets of hashes to how many of them are equal to the one before."""

    def repeats_in_buckets(batches: Batches) -> Batches:
        import numpy as np
        import pyarrow as pa

        parts: dict[int, list] = {}
        for batch in batches:
            for bucket, blob in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                parts.setdefault(bucket, []).append(np.frombuffer(blob, dtype=np.int64))
        found = 0
        for blobs in parts.values():
            hashes = np.sort(np.concatenate(blobs))
            found += int(np.count_nonzero(hashes[1:] == hashes[:-1]))
        yield pa.RecordBatch.from_arrays([pa.array([found], pa.int64())], names=["repeats"])

    return repeats_in_buckets
