"""DuckDB's similarities of texts, for Spark: the jar that Splink ships reckons Jaro-Winkler otherwise.

Runs in Spark's Python workers, which do not have this project: the module is sent by value and imports none of it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from spark_jobs.arrow_functions import offer

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

FUNCTIONS = {
    "jaro_winkler": ("jaro_winkler_similarity", "double"),
    "damerau_levenshtein": ("damerau_levenshtein", "bigint"),
}
"""Function as Splink names it in Spark's SQL -> DuckDB's, and what it returns."""


def register(spark: "SparkSession") -> None:
    """Offer the FUNCTIONS to SQL of this session, for a batch of pairs at a time."""
    for name, (function, returned) in FUNCTIONS.items():
        offer(spark, name, over_batches(function), returned)


def over_batches(function: str) -> Callable:
    """A function over batches of pairs of texts that gives batches of what DuckDB's function says of them."""

    def evaluate(batches: "Iterator[tuple[pa.Array, pa.Array]]") -> "Iterator[pa.Array]":
        import duckdb

        with duckdb.connect(config={"threads": 1, "temp_directory": ""}) as connection:
            for left, right in batches:
                connection.register("batch", pa.table({"l": left, "r": right}))
                found = connection.sql(f"SELECT {function}(l, r) AS found FROM batch").to_arrow_table()
                yield found.column("found").combine_chunks()

    evaluate.__annotations__ = {"batches": Iterator[tuple[pa.Array, pa.Array]], "return": Iterator[pa.Array]}
    return evaluate
