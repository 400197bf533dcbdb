"""The line of steps: which rows of the ledger's tables count, and how a step is written so that it counts whole or not.

Rows of all tables are written first, one commit a table, each row with the id of its step; then one row of
`identity.steps` makes them count. A step that was stopped before leaves rows that count for nothing; run again with the
same inputs it has the same id, finds the tables it had written, and writes the rest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.standing import KEYS, Standing, standing_of
from spark_jobs.identity.tables import (
    DECISIONS,
    EDGES,
    GOLDEN_VALUES,
    MEMBERSHIPS,
    RECORDS,
    REDIRECTS,
    REVIEW_QUEUE,
    STEPS,
    TABLES,
)

ORDER = (EDGES, RECORDS, DECISIONS, REDIRECTS, MEMBERSHIPS, GOLDEN_VALUES, REVIEW_QUEUE)
"""The order in which a step's tables are written; `identity.steps` comes last."""


class Tables(Protocol):
    """Where rows are kept: `spark_jobs.ledger.Store`, or memory in tests."""

    def exists(self, table: str) -> bool:
        """Whether the table has been created."""

    def read(self, table: str, condition: pc.Expression | None = None) -> pa.Table:
        """Its rows, in no order."""

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows in one commit."""


class LateDateError(ValueError):
    """The business date lies before the last one; rewind the ledger to it first."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is about to be made, or that was made."""

    number: int
    business_date: date
    inputs_fingerprint: str
    parent_id: str

    @property
    def step_id(self) -> str:
        """16 hex digits: the same for the same inputs after the same step."""
        text = f"{self.parent_id}|{self.number}|{self.business_date.isoformat()}|{self.inputs_fingerprint}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Journal:
    """Reads and writes the identity ledger. One writer at a time."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def rows(self, table: str, condition: pc.Expression | None = None) -> pa.Table:
        """All rows of a table, those of steps that do not count too."""
        if not self.tables.exists(table):
            return TABLES[table].empty_table()
        return self.tables.read(table, condition)

    def line(self) -> list[dict[str, Any]]:
        """The steps that count, oldest first: those of business dates that no rewind has taken back."""
        steps = sorted(self.rows(STEPS).to_pylist(), key=lambda one: one["step_number"])
        voided = {step_id for one in steps for step_id in one["voided_ids"] or ()}
        return [one for one in steps if one["kind"] == "day" and one["step_id"] not in voided]

    def steps(self) -> pa.Table:
        """step_id, step_number and business_date of the steps that count."""
        fields = [TABLES[STEPS].field(name) for name in ("step_id", "step_number", "business_date")]
        return pa.Table.from_pylist(self.line(), schema=pa.schema(fields))

    def standing(self, *tables: str) -> Standing:
        """The ledger's present state; of these tables only, when some are named."""
        return standing_of({table: self.rows(table) for table in tables or KEYS}, self.steps())

    def next_step(self, business_date: date, inputs_fingerprint: str) -> Step:
        """The step that would follow the last one. Raises LateDateError."""
        line = self.line()
        if line and business_date < line[-1]["business_date"]:
            raise LateDateError(
                f"The identity ledger stands at {line[-1]['business_date']}: rewind it to {business_date} first."
            )
        parent = line[-1]["step_id"] if line else ""
        return Step(self._next_number(), business_date, inputs_fingerprint, parent)

    def write(self, step: Step, rows: Mapping[str, pa.Table]) -> None:
        """Write a step's rows, one commit a table; tables that an earlier try wrote are left alone."""
        for table in ORDER:
            if table in rows and rows[table].num_rows and not self._has(table, step.step_id):
                self.tables.append(table, _with_step(rows[table], table, step.step_id))

    def finish(self, step: Step, model_version: str, policy: str, outputs: Mapping[str, Any]) -> None:
        """Make a step's rows count."""
        self._append_step(step, "day", model_version=model_version, policy=policy, outputs=json.dumps(dict(outputs)))

    def rewind(self, business_date: date) -> None:
        """Let every step of this date and later count for nothing; nothing is deleted."""
        voided = [one["step_id"] for one in self.line() if one["business_date"] >= business_date]
        step = Step(self._next_number(), business_date, "", voided[0] if voided else "")
        self._append_step(step, "rewind", voided_ids=voided)

    def _next_number(self) -> int:
        return max(self.rows(STEPS).column("step_number").to_pylist(), default=0) + 1

    def _has(self, table: str, step_id: str) -> bool:
        return self.rows(table, pc.field("step_id") == step_id).num_rows > 0

    def _append_step(self, step: Step, kind: str, **columns: Any) -> None:
        record = {
            "step_id": step.step_id,
            "parent_id": step.parent_id,
            "step_number": step.number,
            "kind": kind,
            "business_date": step.business_date,
            "inputs_fingerprint": step.inputs_fingerprint,
            "recorded_at": datetime.now(UTC),
            **columns,
        }
        self.tables.append(STEPS, pa.Table.from_pylist([record], schema=TABLES[STEPS]))


def _with_step(rows: pa.Table, table: str, step_id: str) -> pa.Table:
    schema = TABLES[table]
    columns = [
        pa.nulls(rows.num_rows, field.type)
        if field.name not in rows.column_names
        else rows.column(field.name).cast(field.type)
        for field in schema
        if field.name != "step_id"
    ]
    return pa.Table.from_arrays([*columns, pa.array([step_id] * rows.num_rows, pa.string())], schema=schema)
