"""Counts of one reading of one file, and the records that could not be read."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from spark_jobs.landing.problems import RejectedDeliveryError

_SCHEMA = pa.schema([("row_number", pa.int64()), ("rule", pa.string()), ("reason", pa.string()), ("raw", pa.string())])
RAW_LIMIT = 100_000
ROWS_A_BLOCK = 10_000
UNREADABLE_LIMIT = 1_000_000


@dataclass
class Tally:
    """What a reader saw: `delivered` counts every record, readable or not."""

    delivered: int = 0
    rejected: int = 0
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _blocks: list[pa.RecordBatch] = field(default_factory=list)

    def reject(self, row_number: int, rule: str, reason: str, raw: str) -> None:
        """Keep a record that cannot be read, with its text (its first 100,000 characters).

        Raises RejectedDeliveryError after a million: this is no file of the declared format.
        """
        self.rejected += 1
        self._rows.append({"row_number": row_number, "rule": rule, "reason": reason, "raw": raw[:RAW_LIMIT]})
        if len(self._rows) >= ROWS_A_BLOCK:
            self._pack()
        if self.rejected > UNREADABLE_LIMIT:
            self.delivered = max(self.delivered, row_number)
            reason = f"more than {UNREADABLE_LIMIT:,} records cannot be read, the last one: {reason}"
            raise RejectedDeliveryError("unreadable", reason, raw[:RAW_LIMIT])

    def _pack(self) -> None:
        self._blocks.append(pa.RecordBatch.from_pylist(self._rows, schema=_SCHEMA))
        self._rows = []

    def rows(self) -> pa.Table:
        """The rejected records: row_number, rule, reason, raw."""
        self._pack()
        return pa.Table.from_batches(self._blocks, schema=_SCHEMA)
