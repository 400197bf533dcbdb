"""Both reconciliations as gate results: bronze by delivery, silver by feed, from governance.reconciliation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from expectations.results import GateRun
from expectations.suites import Definition, Suite
from expectations.validation import Outcome, TableResult
from spark_jobs.ledger import Ledger

PARTS = {
    "bronze": ("stored", "quarantined", "duplicate"),
    "silver": ("kept", "quarantined", "duplicate", "superseded", "filtered"),
}
RULES = {
    "bronze": "delivered = stored + quarantined + duplicate, for every delivery of the run",
    "silver": "bronze rows considered = kept + quarantined + duplicate + superseded + filtered, for every feed",
}


def reconcile(ledger: Ledger, run: GateRun) -> TableResult:
    """Every reconciliation row of this run and layer balances, and (bronze) every delivery has one."""
    rows = [one for one in ledger.reconciliation() if one["layer"] == run.layer and one["run_id"] == run.run_id]
    outcomes = [_outcome("rows_balance", RULES[run.layer], rows, [one for one in rows if not _balances(one)])]
    if run.layer == "bronze":
        outcomes += _deliveries(ledger, run, rows)
    suite = Suite(run.layer, "reconciliation", RULES[run.layer], "data platform", ("source", "delivery_id"))
    return TableResult(suite, outcomes)


def _balances(row: Mapping[str, Any]) -> bool:
    return row["is_balanced"] and row["delivered"] == sum(row[part] for part in PARTS[row["layer"]])


def _deliveries(ledger: Ledger, run: GateRun, rows: list[dict[str, Any]]) -> list[Outcome]:
    delivered = [one for one in ledger.deliveries() if one.run_id == run.run_id]
    reconciled = {one["delivery_id"] for one in ledger.reconciliation() if one["layer"] == "bronze"}
    forgotten = [{"source": one.source, "delivery_id": one.delivery_id} for one in delivered
                 if one.delivery_id not in reconciled]  # fmt: skip
    controlled = [one for one in delivered if one.control_row_count is not None and one.state == "accepted"]
    off = [
        {"source": one.source, "delivery_id": f"{one.delivery_id}: {one.delivered_rows} rows, the control file says "
                                              f"{one.control_row_count}"}
        for one in controlled if one.delivered_rows != one.control_row_count
    ]  # fmt: skip
    return [
        _outcome(
            "every_delivery_is_reconciled", "every delivery of the run has its reconciliation row", delivered, forgotten
        ),
        _outcome("rows_agree_with_control_files", "rows delivered are those the control file counts", controlled, off),
    ]


def _outcome(name: str, description: str, checked: Iterable[Any], failed: Sequence[Mapping[str, Any]]) -> Outcome:
    sample = "; ".join(f"{one['source']} {one['delivery_id']} {one.get('entity') or ''}".strip() for one in failed[:5])
    definition = Definition("Reconciliation", name, "critical", description, {})
    return Outcome(definition, True, not failed, len(list(checked)), len(failed), observed=sample or None)
