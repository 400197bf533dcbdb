"""Python functions over Arrow batches, offered to the SQL of a Spark Connect session."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession


def offer(spark: "SparkSession", name: str, function: Callable, returned: str) -> None:
    """Register `function` as `name`; `returned` is its type in Spark's words.

    Spark's Python workers do not have this project: the function's module is sent by value and imports none of it.
    The function's annotations say that it takes and gives iterators of Arrow arrays.
    """
    from pyspark import cloudpickle
    from pyspark.sql.functions import arrow_udf

    cloudpickle.register_pickle_by_value(sys.modules[function.__module__])
    declared: Any = arrow_udf  # its stubs want a type of function that the annotations of the function say
    spark.udf.register(name, declared(function, returned))
