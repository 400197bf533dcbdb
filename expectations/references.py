"""Helper columns that tell whether a value exists in another table, joined once so that one pass can count them."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from expectations.suites import Definition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FOUND = "_found_in_"


def found_column(definition: Definition) -> str:
    """Name of the helper column of a reference."""
    return f"{FOUND}{definition.name}"


def reference_parts(reference: str) -> tuple[str, str]:
    """(`schema.table`, column) of `entity.column` (silver) or `schema.table.column`."""
    table, _, column = reference.rpartition(".")
    return (table if "." in table else f"silver.{table}", column)


def with_references(
    rows: "DataFrame", definitions: Iterable[Definition], read: "Callable[[str], DataFrame | None]"
) -> "DataFrame":
    """The rows with one helper column a reference: 1 where the value exists, NULL where not.

    `read` gives a table, None when it has not been built; then no value is found.
    """
    from pyspark.sql import functions as F  # noqa: N812

    for definition in definitions:
        if definition.type != "ExpectColumnValuesToExistInTable":
            continue
        table, column = reference_parts(str(definition.arguments["reference"]))
        found, other = found_column(definition), read(table)
        if other is None:
            rows = rows.withColumn(found, F.lit(None).cast("int"))
            continue
        value = f"_value_of_{definition.name}"
        known = other.select(F.col(column).alias(value)).where(F.col(value).isNotNull()).distinct()
        known = known.withColumn(found, F.lit(1))
        rows = rows.join(known, on=F.col(str(definition.arguments["column"])) == F.col(value), how="left").drop(value)
    return rows
