"""Comparing records in Spark: the same tables, queries and model as in DuckDB, spread over a cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from spark_jobs.identity.matching.dialects import translated
from spark_jobs.identity.matching.similarity import register
from spark_jobs.session import activate

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.connect.session import SparkSession


class Spark:
    """Temporary views of a session.

    What they show lies with the executors, cut from the queries that made it: Spark analyses a view's query anew at
    each place where the view is read, and pairs are a query of forty tables.
    """

    dialect = "spark"

    def __init__(self, spark: "SparkSession") -> None:
        self.spark = spark
        self.views: dict[str, DataFrame] = {}

    def add(self, name: str, rows: pa.Table) -> None:
        """Make rows known by this name."""
        self._show(name, self.spark.createDataFrame(rows))

    def keep(self, name: str, sql: str) -> None:
        """A view of what the query says."""
        self._show(name, self.spark.sql(translated(sql, self.dialect)))

    def rows(self, sql: str) -> pa.Table:
        """What the query says, in its order."""
        return self.spark.sql(translated(sql, self.dialect)).toArrow()

    def splink(self) -> Any:
        """Splink's interface to the session."""
        return _splink_api()(spark_session=self.spark, register_udfs_automatically=False)

    def close(self) -> None:
        """Forget the views and what was kept."""
        for view in self.spark.sql("show views").collect():
            if view["isTemporary"] and (view["viewName"] in self.views or view["viewName"].startswith("__splink__")):
                self.spark.catalog.dropTempView(view["viewName"])
        self.views.clear()  # the frames are gone with their names

    def _show(self, name: str, frame: "DataFrame") -> None:
        kept = frame.localCheckpoint()
        kept.createOrReplaceTempView(name)
        self.views[name] = kept


def _splink_api() -> Any:
    from splink import SparkAPI

    class OnePass(SparkAPI):
        """Splink that stores nothing between its steps.

        It would checkpoint into files, which a Connect session cannot, or write tables, and records hold clear values.
        What predicts given pairs is one query, so that nothing is worked out twice.
        """

        def _break_lineage_and_repartition(self, frame: Any, *_: str) -> Any:
            return frame

    return OnePass


@contextmanager
def in_spark(spark: "SparkSession") -> Iterator[Spark]:
    """The session as a place to compare records in; afterwards it holds nothing of them."""
    activate(spark)
    register(spark)
    backend = Spark(spark)
    try:
        yield backend
    finally:
        backend.close()
