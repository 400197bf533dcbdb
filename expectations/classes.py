"""Two classes that Great Expectations lacks on Spark, and every class by its name."""

from typing import Any, ClassVar

import great_expectations.expectations as core
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812


class RowsMeetCondition(ColumnMapMetricProvider):
    """Rows for which a Spark SQL condition is false; NULL (unknown) passes."""

    condition_metric_name = "column_values.meet_condition"
    condition_value_keys = ("condition",)
    filter_column_isnull = False

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls: Any, column: Column, condition: str, **_: Any) -> Column:  # noqa: N805
        return F.coalesce(F.expr(condition), F.lit(True))


class ValuesExistInTable(ColumnMapMetricProvider):
    """Values that another table holds, as the helper column beside the value tells."""

    condition_metric_name = "column_values.exist_in_table"
    condition_value_keys = ("reference", "found_column")

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls: Any, column: Column, found_column: str, **_: Any) -> Column:  # noqa: N805
        return F.col(found_column).isNotNull()


class ExpectRowsToMeetCondition(ColumnMapExpectation):
    """Expect every row to meet a Spark SQL condition over the columns of the table; NULL passes."""

    condition: str
    map_metric: ClassVar[str] = "column_values.meet_condition"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "condition")


class ExpectColumnValuesToExistInTable(ColumnMapExpectation):
    """Expect every value to be found in a column of another table: `entity.column` or `schema.table.column`."""

    reference: str
    found_column: str = ""
    map_metric: ClassVar[str] = "column_values.exist_in_table"
    success_keys: ClassVar[tuple[str, ...]] = ("reference", "found_column", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "reference")


OWN = {one.__name__: one for one in (ExpectRowsToMeetCondition, ExpectColumnValuesToExistInTable)}


def expectation_class(name: str) -> type:
    """The class of this name. Raises AttributeError."""
    return OWN.get(name) or getattr(core, name)
