"""Brings one entity's silver table to what its accepted deliveries say."""

import logging
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import SparkSession

from spark_jobs import io
from spark_jobs.catalog.models import Catalog
from spark_jobs.ledger import Ledger
from spark_jobs.silver.build import Build
from spark_jobs.silver.changes import Change, can_merge, change_since
from spark_jobs.silver.counts import Counts, Key, journal, totals_so_far
from spark_jobs.silver.inputs import read_inputs
from spark_jobs.silver.keyed import is_small, merge_changes
from spark_jobs.silver.large import rebuild_large
from spark_jobs.silver.quarantine import TABLE as QUARANTINE
from spark_jobs.silver.repeated import repeated_counts
from spark_jobs.silver.session import silver_session
from spark_jobs.silver.small import rebuild_small
from spark_jobs.token_key import key_check, token_key

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StepResult:
    """What building one entity did."""

    entity: str
    way: str
    """skipped, empty, repeated (a snapshot that says what the last one said), full, large (streaming) or keyed."""
    rows: int = 0
    """Rows of deliveries that are shown in the table by this step (kept)."""
    quarantined: int = 0
    seconds: float = 0.0
    is_balanced: bool = True

    @property
    def skipped(self) -> bool:
        """Whether there was nothing to do."""
        return self.way in ("skipped", "empty")


def build_entity(
    spark: SparkSession, catalog: Catalog, settings: Any, entity: str, business_date: date, run_id: str
) -> StepResult:
    """Bring silver.<entity> to what its accepted deliveries say; a second call has nothing to do.

    The table is the same whatever the order of arrival and the number of reruns. A kill between the write and the
    ledger leaves a commit that the ledger does not know: the next call rebuilds from scratch.
    """
    started = time.monotonic()
    ledger = Ledger(settings.home)
    key = token_key(settings)
    inputs = read_inputs(catalog.in_environment(settings.environment), ledger, entity, key_check(key))
    records = [one for name in sorted(inputs.source_names) for one in ledger.reconciliation(name)]
    build = Build(spark, settings, inputs, run_id, business_date, totals_so_far(records, entity))
    if not inputs.delivery_ids and not io.exists(settings.home, build.table):
        return StepResult(entity, "empty")
    if is_recorded(build, ledger) and ledger.step_done(step_name(entity), inputs.fingerprint):
        return StepResult(entity, "skipped")
    change = change_to(build, ledger)
    repeated = repeated_counts(change, build.before) if change else None
    if repeated is not None:
        way, counts = "repeated", repeated
    else:
        with silver_session(spark, key):
            way, counts = bring_up_to_date(build, change)
            for table in (build.table, QUARANTINE):
                if io.exists(settings.home, table):
                    io.register(spark, settings, table)
    rows = journal(counts, build.before, inputs, run_id, business_date)
    record(ledger, build, rows)
    kept, quarantined = (sum(one.statuses[status] for one in counts.values()) for status in ("kept", "quarantined"))
    is_balanced = all(row.is_balanced for row in rows)
    return StepResult(entity, way, kept, quarantined, time.monotonic() - started, is_balanced)


def change_to(build: Build, ledger: Ledger) -> Change | None:
    """What came and went since the table was written; None when the ledger does not know the table as it is."""
    if not is_recorded(build, ledger):
        return None
    known = [one for name in build.inputs.source_names for one in ledger.deliveries(name)]
    return change_since(build.inputs, ledger.consumed(build.inputs.entity.name), known)


def bring_up_to_date(build: Build, change: Change | None) -> tuple[str, dict[Key, Counts]]:
    """Build the table in the cheapest way that gives the same rows; returns the way and the counts."""
    inputs = build.inputs
    is_large = inputs.stored_rows > build.settings.large_rows
    if not is_large:
        return "full", rebuild_small(build)
    if change and is_small(change, build.settings.merge_share) and can_merge(change):
        return "keyed", merge_changes(build, change)
    if inputs.has_snapshots or inputs.has_elements:
        return "full", rebuild_small(build)
    return "large", rebuild_large(build)


def step_name(entity: str) -> str:
    """Name of the step in the ledger."""
    return f"silver:{entity}"


def is_recorded(build: Build, ledger: Ledger) -> bool:
    """Whether the ledger knows the table's last commit (false after a kill between the two) and the definitions."""
    note = io.last_note(build.settings.home, build.table)
    last = ledger.last_step(step_name(build.inputs.entity.name))
    if note is None or last is None:
        return False
    outputs = last["outputs"]
    return note["_version"] == outputs.get(build.table) and outputs.get("definitions") == build.inputs.definitions


def record(ledger: Ledger, build: Build, rows: list[Any]) -> None:
    """Record in the ledger what the table holds now; the step comes last, and makes the rest count."""
    inputs = build.inputs
    ledger.add_reconciliation(rows)
    known = ledger.consumed(inputs.entity.name)
    ledger.add_consumed(inputs.entity.name, inputs.delivery_ids - known, build.run_id)
    ledger.remove_consumed(inputs.entity.name, known - inputs.delivery_ids, build.run_id)
    note = io.last_note(build.settings.home, build.table) or {}
    outputs = {build.table: note.get("_version"), "definitions": inputs.definitions}
    ledger.finish_step(step_name(inputs.entity.name), inputs.fingerprint, outputs, build.run_id)
