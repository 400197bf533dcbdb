"""governance.quality_results: every expectation of every run, one row each, with history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from expectations.validation import TableResult
from spark_jobs.ledger.store import Store

QUALITY_RESULTS = "governance.quality_results"
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("business_date", pa.date32()),
        ("layer", pa.string()),
        ("table_name", pa.string()),
        ("expectation", pa.string()),
        ("column_name", pa.string()),
        ("rule_name", pa.string()),
        ("severity", pa.string()),
        ("success", pa.bool_()),
        ("is_evaluated", pa.bool_()),
        ("evaluated_rows", pa.int64()),
        ("failed_rows", pa.int64()),
        ("failed_percent", pa.float64()),
        ("threshold", pa.float64()),
        ("observed_value", pa.string()),
        ("description", pa.string()),
        ("error", pa.string()),
        ("seconds", pa.float64()),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
        ("rows_read", pa.int64()),
    ]
)
"""rows_read is 0 where nothing of the table was read: its files, its rules and what it refers to were as before."""


@dataclass(frozen=True, slots=True)
class GateRun:
    """Which run a gate belongs to."""

    layer: str
    business_date: date
    run_id: str
    suites: Path | None = None
    """Folder of the suites; the project's own when None."""


def record(home: Path, run: GateRun, results: Iterable[TableResult]) -> None:
    """Append the outcomes of these tables in one commit."""
    rows = [row for result in results for row in _rows(run, result)]
    Store(home).append(QUALITY_RESULTS, pa.Table.from_pylist(rows, schema=SCHEMA))


def last_row_counts(home: Path, run: GateRun) -> dict[str, int]:
    """Rows of each table of the layer in the last gate of an earlier business date."""
    store = Store(home)
    if not store.exists(QUALITY_RESULTS):
        return {}
    earlier = (
        (ds.field("layer") == run.layer)
        & (ds.field("business_date") < run.business_date)
        & ds.field("evaluated_rows").is_valid()
    )
    counts: dict[str, tuple[Any, int]] = {}
    for row in store.read(QUALITY_RESULTS, earlier).to_pylist():
        seen = (row["business_date"], row["recorded_at"]), row["evaluated_rows"]
        counts[row["table_name"]] = max(counts.get(row["table_name"], seen), seen)
    return {table.split(".", 1)[1]: rows for table, (_, rows) in counts.items()}


def _rows(run: GateRun, result: TableResult) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    total = max((one.evaluated_rows or 0 for one in result.outcomes), default=0)
    share = result.seconds / max(len(result.outcomes), 1)
    return [
        {
            "run_id": run.run_id,
            "business_date": run.business_date,
            "layer": run.layer,
            "table_name": f"{run.layer}.{result.suite.table}",
            "expectation": one.definition.type,
            "column_name": one.definition.column,
            "rule_name": one.definition.name,
            "severity": one.definition.severity,
            "success": one.success,
            "is_evaluated": one.is_evaluated,
            "evaluated_rows": one.evaluated_rows if one.evaluated_rows is not None else total or None,
            "failed_rows": one.failed_rows,
            "failed_percent": one.failed_percent,
            "threshold": one.definition.arguments.get("mostly"),
            "observed_value": one.observed,
            "description": one.definition.description,
            "error": one.error,
            "seconds": round(share, 4),
            "recorded_at": now,
            "rows_read": result.rows_read,
        }
        for one in result.outcomes
    ]
