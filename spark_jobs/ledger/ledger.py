"""The ledger of one lakehouse: deliveries, what consumed them, finished steps, reconciliation and freshness."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from spark_jobs.ledger.deliveries import Delivery, resolve
from spark_jobs.ledger.store import Store

DELIVERIES, CONSUMED, STEPS = "governance.deliveries", "governance.consumed", "governance.steps"
RECONCILIATION, FRESHNESS = "governance.reconciliation", "governance.source_freshness"


class UnknownDeliveryError(LookupError):
    """No delivery has this id; the message names ids that look like it."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Where the rows of a delivery (bronze), or of a feed of an entity (silver), went."""

    layer: str
    source: str
    delivery_id: str | None = None
    entity: str | None = None
    delivered: int = 0
    stored: int = 0
    kept: int = 0
    quarantined: int = 0
    duplicate: int = 0
    superseded: int = 0
    filtered: int = 0
    factor: float = 1.0
    business_date: date | None = None
    run_id: str = ""
    is_balanced: bool = True


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a source last delivered, seen on a business date."""

    source: str
    source_system: str
    business_date: date
    due_date: date | None
    last_delivery_date: date | None
    is_stale: bool
    reason: str | None
    run_id: str


class Ledger:
    """Reads and records what happened to deliveries. Safe with several processes; one process a source lands."""

    def __init__(self, home: Path) -> None:
        self.store = Store(home)

    def append(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table that is written without Spark, made on first use with the rows' schema."""
        self.store.append(table, rows)

    def deliveries(self, source: str | None = None) -> list[Delivery]:
        """Every delivery (of one source) in its present state, by source and place."""
        condition = ds.field("source") == source if source else None
        latest: dict[str, Delivery] = {}
        for record in self.store.read(DELIVERIES, condition).to_pylist():
            one = Delivery.from_record(record)
            known = latest.get(one.delivery_id)
            if known is None or (known.change_number, known.recorded_at) < (one.change_number, one.recorded_at):
                latest[one.delivery_id] = one
        return sorted(latest.values(), key=lambda one: (one.source, one.place))

    def accepted(self, source: str) -> list[Delivery]:
        """Deliveries of a source whose rows count, in order of date, sequence and file name."""
        return [one for one in self.deliveries(source) if one.state == "accepted"]

    def next_change_number(self, source: str) -> int:
        """Number of the next record of a source; bronze commits carry it as their transaction version."""
        return max((one.change_number for one in self.deliveries(source)), default=0) + 1

    def record_deliveries(self, deliveries: Iterable[Delivery], change_number: int | None = None) -> list[Delivery]:
        """Record deliveries of one source in one commit and return them as recorded."""
        recorded = list(deliveries)
        if not recorded:
            return []
        number = change_number or self.next_change_number(recorded[0].source)
        now = datetime.now(UTC)
        recorded = [replace(one, change_number=number, recorded_at=now) for one in recorded]
        self.store.append_records(DELIVERIES, [one.record() for one in recorded])
        return recorded

    def record_delivery(self, delivery: Delivery) -> Delivery:
        """Record one delivery and return it as recorded."""
        return self.record_deliveries([delivery])[0]

    def delivery(self, delivery_id: str) -> Delivery:
        """The delivery of this id. Raises UnknownDeliveryError."""
        known = {one.delivery_id: one for one in self.deliveries()}
        if delivery_id in known:
            return known[delivery_id]
        close = difflib.get_close_matches(delivery_id, known, n=3, cutoff=0.5)
        shown = [f"{one} ({known[one].source} {known[one].delivery_date}, {known[one].file_name})" for one in close]
        hint = f" Did you mean {' or '.join(shown)}?" if shown else f" The ledger knows {len(known)} deliveries."
        raise UnknownDeliveryError(f"No delivery has the id {delivery_id!r}.{hint}")

    def withdraw(self, delivery_id: str, reason: str, run_id: str = "") -> list[Delivery]:
        """Take a delivery back; returns every delivery whose state changed. Raises UnknownDeliveryError.

        An earlier sending of the same file counts again; copies of the withdrawn content stay duplicates. The rows
        stay in bronze and leave silver with the next run, which sees that a consumed delivery is no longer accepted.
        """
        withdrawn = self.delivery(delivery_id)
        return self._decide(replace(withdrawn, state="withdrawn", state_reason=reason), run_id)

    def reinstate(self, delivery_id: str, run_id: str = "") -> list[Delivery]:
        """Undo a withdrawal; returns every delivery whose state changed. Raises UnknownDeliveryError."""
        one = self.delivery(delivery_id)
        is_rejected = one.delivered_rows > 0 and one.quarantined_rows == one.delivered_rows and not one.stored_rows
        return self._decide(replace(one, state="rejected" if is_rejected else "accepted"), run_id)

    def _decide(self, decided: Delivery, run_id: str) -> list[Delivery]:
        before = {one.delivery_id: one for one in self.deliveries(decided.source)}
        after = resolve([*(one for key, one in before.items() if key != decided.delivery_id), decided])
        return self.record_deliveries(
            replace(one, run_id=run_id or one.run_id)
            for one in after
            if (one.state, one.state_reason) != (before[one.delivery_id].state, before[one.delivery_id].state_reason)
        )

    def consumed(self, entity: str) -> set[str]:
        """Ids of the deliveries that the entity's silver table holds."""
        latest: dict[str, tuple[datetime, bool]] = {}
        for record in self.store.read(CONSUMED, ds.field("entity") == entity).to_pylist():
            seen = (record["recorded_at"], record["is_consumed"])
            latest[record["delivery_id"]] = max(latest.get(record["delivery_id"], seen), seen)
        return {delivery for delivery, (_, is_consumed) in latest.items() if is_consumed}

    def add_consumed(self, entity: str, delivery_ids: Iterable[str], run_id: str) -> None:
        """Record that the entity's silver table now holds these deliveries."""
        self._record_consumed(entity, delivery_ids, run_id, is_consumed=True)

    def remove_consumed(self, entity: str, delivery_ids: Iterable[str], run_id: str) -> None:
        """Record that the entity's silver table no longer holds these deliveries."""
        self._record_consumed(entity, delivery_ids, run_id, is_consumed=False)

    def took_back(self, run_id: str) -> bool:
        """Whether a run took deliveries out of a silver table: their rows left it without a trace."""
        condition = (ds.field("run_id") == run_id) & ~ds.field("is_consumed")
        return self.store.read(CONSUMED, condition).num_rows > 0

    def _record_consumed(self, entity: str, delivery_ids: Iterable[str], run_id: str, *, is_consumed: bool) -> None:
        common = {"entity": entity, "is_consumed": is_consumed, "run_id": run_id, "recorded_at": datetime.now(UTC)}
        self.store.append_records(CONSUMED, [{**common, "delivery_id": one} for one in sorted(set(delivery_ids))])

    def step_done(self, step: str, fingerprint: str) -> bool:
        """Whether the step last finished with these very inputs."""
        last = self.last_step(step)
        return last is not None and last["fingerprint"] == fingerprint

    def last_step(self, step: str) -> dict[str, Any] | None:
        """The last finish of a step: fingerprint, outputs (a dict), run_id, recorded_at; None when it never did."""
        records = self.store.read(STEPS, ds.field("step") == step).to_pylist()
        last = max(records, key=lambda record: record["recorded_at"], default=None)
        return last and {**last, "outputs": json.loads(last["outputs"])}

    def finish_step(self, step: str, fingerprint: str, outputs: Mapping[str, Any], run_id: str) -> None:
        """Record that a step finished: what it read (a fingerprint) and what it wrote (table -> version)."""
        text = json.dumps(dict(outputs), sort_keys=True, default=str)
        record = {"step": step, "fingerprint": fingerprint, "outputs": text, "run_id": run_id}
        self.store.append_records(STEPS, [{**record, "recorded_at": datetime.now(UTC)}])

    def add_reconciliation(self, rows: Iterable[Reconciliation]) -> None:
        """Record reconciliation rows; the row of a bronze delivery that an earlier try recorded is not repeated."""
        fresh = [asdict(row) for row in rows]
        landed = [row["delivery_id"] for row in fresh if row["layer"] == "bronze"]
        is_landed = (ds.field("layer") == "bronze") & ds.field("delivery_id").isin(landed)
        known = {_identity(row) for row in self.store.read(RECONCILIATION, is_landed).to_pylist()} if landed else set()
        self.store.append_records(RECONCILIATION, [row for row in fresh if _identity(row) not in known])

    def reconciliation(self, source: str | None = None) -> list[dict[str, Any]]:
        """Reconciliation rows (of one source), in no order."""
        return self.store.read(RECONCILIATION, ds.field("source") == source if source else None).to_pylist()

    def add_freshness(self, rows: Iterable[Freshness]) -> None:
        """Record how fresh sources are."""
        now = datetime.now(UTC)
        self.store.append_records(FRESHNESS, [{**asdict(row), "recorded_at": now} for row in rows])


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in sorted(row.items()) if name not in ("run_id", "business_date"))
