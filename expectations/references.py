"""Helper columns that tell whether a value exists in another table, joined once so that one pass can count them."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from expectations.files import TableFiles
from expectations.memory import Memory
from expectations.suites import Definition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FOUND = "_found_in_"
GROWN, OTHER = "grown", "other"
"""How a referenced table changed since a gate last saw it: no value left it, or one may have."""


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


def change_of(column: str, now: TableFiles, then: Memory) -> str:
    """How the values of a referenced column changed: GROWN or OTHER; `then` is the table as the last gate saw it."""
    if not then.rows or not now.is_plain:
        return OTHER
    gone = [name for name in then.rows if name not in now.rows]
    stays_last = sorted(now.rows, key=lambda name: name in then.rows)
    try:
        return OTHER if _have_left(column, now.paths(gone), now.paths(stays_last)) else GROWN
    except (OSError, pa.ArrowInvalid):  # a file that is gone was vacuumed, or had no such column
        return OTHER


def _have_left(column: str, gone: list[str], live: list[str]) -> bool:
    """Whether a value of the files that are gone is in none of the live ones."""
    if not gone:
        return False
    left = pc.unique(ds.dataset(gone, format="parquet").to_table(columns=[column]).column(0)).drop_null()
    for file in live:
        for batch in ds.dataset(file, format="parquet").to_batches(columns=[column]):
            left = left.filter(pc.invert(pc.is_in(left, value_set=batch.column(0))))
            if not len(left):
                return False
    return True
