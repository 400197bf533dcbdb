"""The gate of a layer: evaluate every suite, record everything, and stop the run where something critical failed."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import DeltaTable

from expectations.contract_rules import silver_columns, with_contract
from expectations.evaluation import Evaluation
from expectations.memory import remember
from expectations.reconciliation import reconcile
from expectations.results import GateRun, record
from expectations.suites import SUITES, Suite, load_suites
from expectations.validation import Outcome, TableResult
from spark_jobs.catalog.models import Catalog
from spark_jobs.ledger import Ledger
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

WITH_RECONCILIATION = ("bronze", "silver")
log = logging.getLogger(__name__)


class GateFailed(RuntimeError):  # noqa: N818 - a decision, not a defect
    """Something critical failed; everything is recorded, and consumers keep the last release."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate found. `docs` is the index of the Data Docs; None when no suite ran."""

    run: GateRun
    tables: tuple[TableResult, ...]
    seconds: float
    docs: Path | None = None

    def failed(self, severity: str) -> list[tuple[TableResult, Outcome]]:
        """Outcomes of this severity that failed, with their table."""
        return [(table, one) for table in self.tables for one in table.outcomes
                if not one.success and one.definition.severity == severity]  # fmt: skip

    def __str__(self) -> str:
        warned = len(self.failed("warning"))
        told = f"{self.expectations} expectations on {len(self.tables)} tables in {self.seconds:.1f} s"
        failed = f"{len(self.failed('critical'))} critical and {warned} warnings failed"
        return f"{self.run.layer} gate: {told}, {self.unchanged} tables not read; {failed}"

    @property
    def unchanged(self) -> int:
        """How many tables were as an earlier gate had counted them, so that nothing of them was read."""
        return sum(table.rows_read == 0 for table in self.tables)

    @property
    def expectations(self) -> int:
        """How many expectations were evaluated."""
        return sum(len(table.outcomes) for table in self.tables)


def run_gate(
    spark: "SparkSession", settings: Settings, catalog: Catalog, layer: str, business_date: date, run_id: str
) -> GateResult:
    """The gate of a whole layer: bronze, silver, identity or marts; see `gate_tables`."""
    return gate_tables(spark, settings, catalog, GateRun(layer, business_date, run_id))


def gate_tables(
    spark: "SparkSession", settings: Settings, catalog: Catalog, run: GateRun, tables: Iterable[str] | None = None
) -> GateResult:
    """Evaluate the suites of a layer (of `tables` only, where told), record every result and write the Data Docs.

    Raises GateFailed after recording when an expectation of severity critical failed or was not evaluated.
    """
    started = time.monotonic()
    results: list[TableResult] = []
    if run.layer in WITH_RECONCILIATION:
        results.append(reconcile(Ledger(settings.home), run))
    wanted = None if tables is None else {name.split(".")[-1] for name in tables}
    gated = [one for one in layer_suites(settings, catalog, run) if wanted is None or one.table in wanted]
    docs = None
    if gated:
        evaluation = Evaluation(spark, settings, run)
        evaluated = evaluation.of(gated)
        results += [result for _, result in evaluated]
        docs = _write(settings, run, evaluated)
        remember(settings.home, run.layer, evaluation.memories)
    record(settings.home, run, results)
    result = GateResult(run, tuple(results), time.monotonic() - started, docs)
    log.info("gate %s: %s expectations in %.1f s", run.layer, result.expectations, result.seconds)
    if result.failed("critical"):
        raise GateFailed(explain(settings, result))
    return result


def layer_suites(settings: Settings, catalog: Catalog, run: GateRun) -> list[Suite]:
    """Suites of the layer's tables that have been built. Raises DefinitionErrors with every problem of every file."""
    from spark_jobs import io

    found = load_suites(run.layer, _columns(settings, catalog, run), run.suites or SUITES)
    if run.layer == "silver":
        entities = catalog.entities.values()
        found = {one.name: with_contract(found.get(one.name), one, run.business_date) for one in entities}
    return [suite for suite in found.values() if io.exists(settings.home, f"{run.layer}.{suite.table}")]


def _columns(settings: Settings, catalog: Catalog, run: GateRun) -> dict[str, Iterable[str]]:
    """Columns of the layer's tables: as the contracts declare them, elsewhere as they are on disk."""
    if run.layer == "silver":
        return {name: silver_columns(one) for name, one in catalog.entities.items()}
    folders = (settings.home / "tables" / run.layer).glob("*/_delta_log")
    written = [folder.parent for folder in folders if any(folder.glob("*.json"))]
    tables = {folder.name: DeltaTable(str(folder)) for folder in written}
    return {name: [field.name for field in table.schema().fields] for name, table in tables.items()}


def _write(settings: Settings, run: GateRun, evaluated: list[tuple["DataFrame", TableResult]]) -> Path:
    from expectations.data_docs import write_data_docs
    from expectations.failing_rows import write_failing_rows

    failing = [(rows, result) for rows, result in evaluated
               if any(one.failing is not None and not one.success for one in result.outcomes)]  # fmt: skip
    write_failing_rows(settings, run, failing)
    return write_data_docs(settings.home, run, [result for _, result in evaluated])


def explain(settings: Settings, result: GateResult) -> str:
    """Which table, rule and rows stopped the run, who owns the table, and where to look."""
    failed = result.failed("critical")
    lines = [
        f"The {result.run.layer} gate of {result.run.business_date} failed on {len(failed)} critical expectation(s):"
    ]
    for table, one in failed:
        rows = "" if one.failed_rows is None else f", {one.failed_rows} of {one.evaluated_rows} rows"
        seen = f" (seen: {one.observed})" if one.observed else f" ({one.error})" if one.error else ""
        owner = table.suite.owner or "no owner declared"
        lines.append(f"  {result.run.layer}.{table.suite.table}: {one.definition.name}{rows} — "
                     f"{one.definition.description}{seen}. Owner: {owner}.")  # fmt: skip
    page = result.docs or settings.home / "data_docs" / "index.html"
    lines.append(f"Rows: select * from quarantine.failing_rows where run_id = '{result.run.run_id}'. Page: {page}")
    lines.append("Nothing was published: consumers keep the last release.")
    return "\n".join(lines)
