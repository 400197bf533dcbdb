"""Ranks of all customers by several measures at once, as a function that Spark SQL can call.

A rank needs all customers, so one task has them: DuckDB sorts a million of them by thirteen measures in the time that
Spark takes to shuffle as many rows a customer (docs/decisions.md). The task reads only the measures and their groups.
Runs in Spark's Python workers, which do not have this project: the module is sent by value and imports none of it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from spark_jobs.arrow_functions import offer

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

FUNCTION = "rank_customers"
ROWS = 10_000
"""Customers a batch of ranks."""


def register(spark: "SparkSession", statement: str, names: list[str]) -> None:
    """Offer `rank_customers(struct of measures and groups)` to SQL of this session, for one task: a struct of ranks.

    `statement` gives these names, each a rank, for the rows of a table `batch`, in order of its column `place`.
    """
    offer(spark, FUNCTION, batches_ranked(statement), ", ".join(f"{name} double" for name in names))


def batches_ranked(statement: str) -> Callable:
    """A function over all batches of customers that gives batches of their ranks, in the same order."""

    def evaluate(batches: "Iterator[pa.Array]") -> "Iterator[pa.Array]":
        import duckdb

        found = [pa.RecordBatch.from_struct_array(one) for one in batches]
        if not found:
            return
        rows = pa.Table.from_batches(found)
        with duckdb.connect(config={"temp_directory": ""}) as connection:
            connection.register("batch", rows.append_column("place", pa.array(range(rows.num_rows), pa.int64())))
            for ranks in connection.sql(statement).to_arrow_reader(ROWS):
                yield ranks.to_struct_array()

    evaluate.__annotations__ = {"batches": Iterator[pa.Array], "return": Iterator[pa.Array]}
    return evaluate
