"""One table against its suite: definitions become Great Expectations objects, results become outcomes."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from expectations.suites import Definition, Suite

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from pyspark.sql import Column

    from expectations.counting import Counting

RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(slots=True)
class Outcome:
    """What became of one expectation."""

    definition: Definition
    is_evaluated: bool
    success: bool
    evaluated_rows: int | None = None
    failed_rows: int | None = None
    observed: str | None = None
    error: str | None = None
    failing: "Column | None" = None
    """True for the rows that fail; None for an expectation about the table as a whole."""

    @property
    def failed_percent(self) -> float | None:
        """Failed rows per hundred evaluated ones."""
        return 100.0 * (self.failed_rows or 0) / self.evaluated_rows if self.evaluated_rows else None


@dataclass(slots=True)
class TableResult:
    """Outcomes of one table's suite, and Great Expectations' own results for Data Docs."""

    suite: Suite
    outcomes: list[Outcome]
    seconds: float = 0.0
    native: "list[ExpectationValidationResult] | None" = None
    rows_read: int | None = None
    """Rows whose rules this gate evaluated; the others were counted by an earlier one. None without Spark."""


def validate(context: Any, table: "Counting", suite: Suite, arguments: dict[str, dict[str, Any]]) -> TableResult:
    """Evaluate a suite on a table in one pass. `arguments` are those of each definition, by name, bounds resolved.

    An expectation that could not be built or evaluated gives an outcome that is not evaluated, with the error.
    """
    from great_expectations.core import batch
    from great_expectations.validator.validator import Validator

    from expectations.engine import OnePassEngine

    rows = table.read(None)
    engine = OnePassEngine(spark=rows.sparkSession, persist=False, counting=table)
    validator = Validator(execution_engine=engine, data_context=context, batches=[batch.Batch(data=cast(Any, rows))])
    outcomes: dict[str, Outcome] = {}
    configurations = []
    for definition in suite.definitions:
        try:
            configurations.append(build(definition, arguments[definition.name]).configuration)
        except Exception as error:
            outcomes[definition.name] = Outcome(definition, False, False, error=_first_line(error))
    results = validator.graph_validate(configurations, {"result_format": RESULT_FORMAT, "catch_exceptions": True})
    by_name = {cast(Any, one.expectation_config).meta["rule"]: one for one in results}
    for definition in suite.definitions:
        result = by_name.get(definition.name)
        if result is not None:
            outcomes[definition.name] = _outcome(definition, result, engine)
        outcomes.setdefault(definition.name, Outcome(definition, False, False, error="not evaluated"))
    ordered = [outcomes[one.name] for one in suite.definitions]
    return TableResult(suite, ordered, native=list(results), rows_read=table.rows_read)


def build(definition: Definition, arguments: dict[str, Any]) -> Any:
    """The Great Expectations object of a definition. Raises what its class raises on wrong arguments."""
    from expectations.classes import expectation_class

    extra = {"condition_parser": "spark"} if "row_condition" in arguments else {}
    return expectation_class(definition.type)(
        **arguments, **extra, severity=definition.severity, description=definition.description,
        meta={"rule": definition.name},
    )  # fmt: skip


def _outcome(definition: Definition, result: "ExpectationValidationResult", engine: Any) -> Outcome:
    error = _error_of(result.exception_info)
    values = result.result or {}
    if error is not None:
        return Outcome(definition, False, False, error=error)
    observed = values.get("observed_value")
    return Outcome(
        definition,
        True,
        bool(result.success),
        evaluated_rows=values.get("element_count"),
        failed_rows=values.get("unexpected_count"),
        observed=None if observed is None else str(observed),
        failing=_failing_condition(result.expectation_config, engine) if values.get("unexpected_count") else None,
    )


def _error_of(info: dict[str, Any] | None) -> str | None:
    """Message of an exception: Great Expectations tells one flat, or one for each metric."""
    if not info:
        return None
    parts = [info, *(part for part in info.values() if isinstance(part, dict))]
    messages = [part.get("exception_message") for part in parts if part.get("raised_exception") is True]
    nested = [part.exception_message for part in info.values() if hasattr(part, "exception_message")]
    found = [str(one) for one in (*messages, *nested) if one]
    return _first_line(found[0]) if found else None


def _failing_condition(configuration: Any, engine: Any) -> "Column | None":
    expectation = configuration.to_domain_obj()
    metric = getattr(expectation, "map_metric", None)
    needed = expectation.get_validation_dependencies(
        execution_engine=engine, runtime_configuration={"result_format": RESULT_FORMAT}
    )
    counts = [one for one in needed.get_metric_configurations() if one.metric_name == f"{metric}.unexpected_count"]
    return engine.failing_condition(counts[0]) if counts else None


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:500] if lines else type(error).__name__
