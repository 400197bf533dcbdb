"""Where the rows of each delivery went, balanced, as reconciliation rows of the ledger.

The ledger is a journal: a row says what this step changed, each row balances, and the sum over the rows of a
(source, delivery, entity) is the truth now. So a correction that supersedes an old row adds -1 kept, +1 superseded to
the old delivery.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs.ledger import Reconciliation
from spark_jobs.silver.inputs import EntityInputs

STATUSES = ("kept", "quarantined", "duplicate", "superseded", "filtered")
Key = tuple[str, str]
"""(source, delivery id)."""


@dataclass
class Counts:
    """Rows of one delivery by what became of them, over all feeds of its source into the entity."""

    source_rows: int = 0
    """Bronze rows seen, once for each feed that reads them."""
    shown: int = 0
    """Rows that the table shows; deletes are kept without being shown."""
    statuses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))

    @property
    def considered(self) -> int:
        """Rows after unpivot and explode."""
        return sum(self.statuses[status] for status in STATUSES)

    def add(self, status: str, rows: int, source_rows: int) -> None:
        """Count rows that share a status."""
        self.statuses[status] = self.statuses.get(status, 0) + rows
        self.source_rows += source_rows

    def include(self, other: "Counts", sign: int = 1) -> None:
        """Add, or with sign -1 take away, what another count has."""
        self.source_rows += sign * other.source_rows
        for status in STATUSES:
            self.statuses[status] += sign * other.statuses[status]


def count_rows(rows: DataFrame, inputs: EntityInputs) -> dict[Key, Counts]:
    """Counts of classified rows by source and delivery: one pass over the rows."""
    is_first = F.col("_part") == 0
    grouped = rows.groupBy("_feed", "_delivery_id", "_status").agg(
        F.count("*").alias("rows"), F.count_if(is_first).alias("source_rows"), F.count_if("_is_output").alias("shown")
    )
    counts: dict[Key, Counts] = defaultdict(Counts)
    for row in grouped.collect():
        source = inputs.feeds[row["_feed"]].source.name
        one = counts[source, row["_delivery_id"]]
        one.add(row["_status"], row["rows"], row["source_rows"])
        one.shown += row["shown"]
    return dict(counts)


def journal(
    now: Mapping[Key, Counts], before: Mapping[Key, Counts], inputs: EntityInputs, run_id: str, business_date: date
) -> list[Reconciliation]:
    """Reconciliation rows for what changed from `before` to `now`; is_balanced is false where rows are missing."""
    stored = inputs.stored_by_delivery
    rows = []
    for source, delivery in sorted({*now, *before, *stored}):
        key = (source, delivery)
        after, earlier = now.get(key, Counts()), before.get(key, Counts())
        changes = {status: after.statuses[status] - earlier.statuses[status] for status in STATUSES}
        is_new = key in stored and key not in before
        if not any(changes.values()) and not is_new:
            continue
        seen = after.source_rows - earlier.source_rows
        considered = sum(changes.values())
        rows.append(
            Reconciliation(
                "silver", source, delivery, inputs.entity.name, delivered=considered, stored=seen,
                factor=considered / seen if seen else 1.0, business_date=business_date, run_id=run_id,
                is_balanced=after.source_rows == stored.get(key, 0), **changes,
            )
        )  # fmt: skip
    return rows


def totals_so_far(records: Iterable[Mapping[str, Any]], entity: str) -> dict[Key, Counts]:
    """What the journal says of the entity now: sums of its rows."""
    totals: dict[Key, Counts] = defaultdict(Counts)
    for record in records:
        if record["layer"] == "silver" and record["entity"] == entity:
            total = totals[record["source"], record["delivery_id"]]
            total.source_rows += record["stored"]
            for status in STATUSES:
                total.statuses[status] += record[status]
    return {key: total for key, total in totals.items() if total.considered or total.source_rows}
