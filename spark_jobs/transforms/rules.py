"""Which rule a row breaks first, as a code `<kind>:<name>`; NULL for a row that breaks none."""

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

Check = tuple[str, Column]
"""(code, condition that is true for a row that fails)."""


def first_problem(checks: Iterable[Check], known: Column | None = None) -> Column:
    """Code of the first failing check, or the problem already known.

    The check on `spark_partition_id` never fails. It makes the expression non-deterministic for the optimizer, which
    would otherwise push a filter on the code below the typing and evaluate every cast twice.
    """
    barrier = F.when(F.spark_partition_id() < 0, F.lit("never"))
    start = barrier if known is None else barrier.when(known.isNotNull(), known)
    return reduce(lambda chain, check: chain.when(check[1], F.lit(check[0])), checks, start)


def fails(condition: str) -> Column:
    """True where a rule's condition is false; a condition that is NULL (unknown) does not fail."""
    return ~F.coalesce(F.expr(condition), F.lit(True))


def cast_failed(before: Column, after: Column) -> Column:
    """True where a value was delivered and is not of its type."""
    return before.isNotNull() & after.isNull()


def content_hash(columns: Iterable[str]) -> Column:
    """64-bit hash of the columns that tells NULL from absent: (1, NULL) and (NULL, 1) differ."""
    names = list(columns)
    return F.xxhash64(*(F.col(name) for name in names), *(F.col(name).isNull() for name in names))
