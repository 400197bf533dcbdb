"""quarantine.failing_rows: the rows that failed a gate, found again by Spark with each expectation's own condition."""

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

from expectations.results import GateRun
from expectations.validation import TableResult
from spark_jobs.io import replace_where
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

FAILING_ROWS = "quarantine.failing_rows"
ROWS_PER_TABLE = 100_000
"""Most rows that are kept of one table and run; governance.quality_results has the true number."""


def write_failing_rows(settings: Settings, run: GateRun, failing: Iterable["tuple[DataFrame, TableResult]"]) -> None:
    """Write every failing row of this gate in one commit; a gate that runs again replaces its rows."""
    frames = [failing_rows(rows, result, run) for rows, result in failing]
    if not frames:
        return
    condition = f"business_date = date'{run.business_date}' and layer = '{run.layer}' and run_id = '{run.run_id}'"
    replace_where(reduce(lambda a, b: a.unionByName(b), frames), settings, FAILING_ROWS, condition, "business_date")


def failing_rows(rows: "DataFrame", result: TableResult, run: GateRun) -> "DataFrame":
    """One row per failing row and rule: key, rule, column and value."""
    from pyspark.sql import functions as F  # noqa: N812

    failed = [(one.definition, one.failing) for one in result.outcomes if one.failing is not None and not one.success]
    known = set(rows.columns)
    flags = [f"_fails_{position}" for position in range(len(failed))]
    flagged = rows.select("*", *[failing.alias(flag) for (_, failing), flag in zip(failed, flags, strict=True)])
    found = [
        F.when(F.col(flag), _finding(one.name, one.severity, one.column, known))
        for (one, _), flag in zip(failed, flags, strict=True)
    ]
    version = F.col("_contract_version") if "_contract_version" in known else F.lit(None)
    return (
        flagged.where(reduce(lambda a, b: a | b, [F.col(flag) for flag in flags]))
        .limit(ROWS_PER_TABLE)
        .select(_key(result.suite.key, known).alias("key"), version.alias("version"), F.array(*found).alias("found"))
        .select("key", "version", F.explode("found").alias("found"))
        .where("found is not null")
        .select(
            F.lit(run.layer).alias("layer"),
            F.lit(f"{run.layer}.{result.suite.table}").alias("table_name"),
            "key",
            F.col("found.rule").alias("rule"),
            F.col("found.severity").alias("severity"),
            F.col("found.column_name").alias("column_name"),
            F.col("found.value").alias("value"),
            F.col("version").cast("string").alias("contract_version"),
            F.lit(run.run_id).alias("run_id"),
            F.lit(run.business_date).alias("business_date"),
        )
    )


def _finding(rule: str, severity: str, columns: str | None, known: set[str]) -> "Column":
    from pyspark.sql import functions as F  # noqa: N812

    names = [name for name in (columns or "").split(", ") if name in known]
    value = F.concat_ws("|", *[F.coalesce(F.col(name).cast("string"), F.lit("NULL")) for name in names])
    return F.struct(
        F.lit(rule).alias("rule"),
        F.lit(severity).alias("severity"),
        F.lit(columns).cast("string").alias("column_name"),
        value.alias("value"),
    )


def _key(key: tuple[str, ...], known: set[str]) -> "Column":
    """The row's key as `name=value` parts."""
    from pyspark.sql import functions as F  # noqa: N812

    parts = [
        F.concat(F.lit(f"{name}="), F.coalesce(F.col(name).cast("string"), F.lit("NULL")))
        for name in key
        if name in known
    ]
    return F.concat_ws(", ", *parts)
