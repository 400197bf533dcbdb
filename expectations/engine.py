"""Great Expectations' Spark engine, made to evaluate a whole suite in one pass over the table.

Great Expectations resolves a suite as a graph of metrics, level by level, and starts a Spark job per level and per filter.
This engine holds the numbers back until every condition of the suite is known, then asks for all of them in one aggregate.
Uniqueness is a second job over the key columns only. Samples of unexpected values are fetched only where rows failed.
"""

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.registry import get_metric_provider
from great_expectations.util import convert_to_json_serializable
from great_expectations.validator.metric_configuration import MetricConfiguration
from pyspark.sql import Column
from pyspark.sql import functions as F

from expectations.uniqueness import repeated_rows, repeats

UNIQUE_METRICS = {"column_values.unique", "compound_columns.unique"}
SCHEMA_METRICS = {"table.columns", "table.column_types", "table.column_count"}
SAMPLE_SUFFIXES = ("unexpected_values", "unexpected_rows", "unexpected_value_counts")
NO_JOB_SUFFIXES = ("unexpected_index_query", "unexpected_index_list")


class OnePassEngine(SparkDFExecutionEngine):
    """Resolves every count and aggregate of a suite in one Spark job; `failing` keeps each map metric's own condition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.failing: dict[tuple, Column] = {}
        """Metric id of an unexpected_count -> condition that is true for the rows that fail."""
        self._counts: dict[tuple, int] = {}
        self._row_count = 0

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: dict | None = None,
        runtime_configuration: dict | None = None,
    ) -> dict:
        """Values of the cheapest kind of metric that is ready; the graph comes back for the rest."""
        metrics = metrics or {}
        kinds: dict[str, list[MetricConfiguration]] = {}
        for metric in metrics_to_resolve:
            kinds.setdefault(self._kind(metric), []).append(metric)
        if kinds.get("free"):
            return super().resolve_metrics(kinds["free"], metrics, runtime_configuration)
        if kinds.get("pass"):
            return self._one_pass(kinds["pass"], metrics)
        if kinds.get("unique"):
            return {metric.id: self._duplicates(metric) for metric in kinds["unique"]}
        known = {metric.id: [] for metric in kinds.get("sample", []) if self._nothing_failed(metric)}
        rest = [metric for kind in ("sample", "job") for metric in kinds.get(kind, []) if metric.id not in known]
        return known | super().resolve_metrics(rest, metrics, runtime_configuration)

    def _kind(self, metric: MetricConfiguration) -> str:
        base, _, suffix = metric.metric_name.rpartition(".")
        _, function = get_metric_provider(metric.metric_name, self)
        if suffix == "unexpected_count":
            return "unique" if base in UNIQUE_METRICS else "pass"
        if suffix == "filtered_row_count" or function is None:
            return "pass"
        if suffix in SAMPLE_SUFFIXES:
            return "sample"
        is_partial = isinstance(getattr(function, "metric_fn_type", None), MetricPartialFunctionTypes)
        return "free" if is_partial or metric.metric_name in SCHEMA_METRICS or suffix in NO_JOB_SUFFIXES else "job"

    def _one_pass(self, ready: list[MetricConfiguration], metrics: dict) -> dict:
        wanted = [(metric, self._aggregate(metric, metrics)) for metric in ready]
        columns = [column.alias(f"_{index}") for index, (_, column) in enumerate(wanted)]
        row = self.dataframe.agg(*columns).collect()[0]
        values = {metric.id: convert_to_json_serializable(row[i]) for i, (metric, _) in enumerate(wanted)}
        for metric, _ in wanted:
            self._counts[_count_key(metric)] = values[metric.id]
            if metric.metric_name == "table.row_count":
                self._row_count = max(self._row_count, values[metric.id])
        return values

    def _aggregate(self, metric: MetricConfiguration, metrics: dict) -> Column:
        domain = domain_condition(metric.metric_domain_kwargs)
        base, _, suffix = metric.metric_name.rpartition(".")
        if suffix == "unexpected_count":
            unexpected, _, _ = metrics[_condition_of(metric).id]
            failing = unexpected if domain is None else domain & unexpected
            self.failing[metric.id] = failing
            return F.count(F.when(failing, 1))
        if suffix == "filtered_row_count" or metric.metric_name == "table.row_count":
            return F.count(F.lit(1)) if domain is None else F.count(F.when(domain, 1))
        if domain is not None:
            raise NotImplementedError(f"{metric.metric_name} takes no row_condition; write a condition or a column for it")
        aggregate, _, _ = metrics[metric.metric_dependencies["metric_partial_fn"].id]
        return aggregate

    def _duplicates(self, metric: MetricConfiguration) -> int:
        keys = _key_columns(metric.metric_domain_kwargs)
        condition = domain_condition(metric.metric_domain_kwargs)
        if "column" in metric.metric_domain_kwargs:
            is_known = F.col(keys[0]).isNotNull()
            condition = is_known if condition is None else condition & is_known
        rows = self.dataframe if condition is None else self.dataframe.where(condition)
        failed = repeated_rows(rows.select(*keys), keys, self._row_count)
        condition = F.lit(True) if condition is None else condition
        self.failing[metric.id] = condition & (repeats(keys, condition) > 1)
        self._counts[_count_key(metric)] = failed
        return failed

    def _nothing_failed(self, metric: MetricConfiguration) -> bool:
        return self._counts.get(_count_key(metric)) == 0


def _key_columns(domain: dict) -> list[str]:
    return [domain["column"]] if "column" in domain else list(domain["column_list"])


def _count_key(metric: MetricConfiguration) -> tuple:
    base = metric.metric_name.rpartition(".")[0]
    values = {key: value for key, value in (metric.metric_value_kwargs or {}).items() if key != "result_format"}
    return base, metric.metric_domain_kwargs_id, repr(sorted(values.items(), key=lambda item: item[0]))


def _condition_of(metric: MetricConfiguration) -> MetricConfiguration:
    dependencies = metric.metric_dependencies
    if "metric_partial_fn" in dependencies:
        dependencies = dependencies["metric_partial_fn"].metric_dependencies
    return dependencies["unexpected_condition"]


def domain_condition(domain: dict) -> Column | None:
    """The rows that a metric looks at, from `row_condition` (Spark SQL) and `ignore_row_if`; None means all of them."""
    parts = []
    if domain.get("row_condition"):
        parts.append(F.expr(domain["row_condition"]))
    names = domain.get("column_list") or [domain[key] for key in ("column_A", "column_B") if key in domain]
    missing = [F.col(name).isNull() for name in names]
    rule = domain.get("ignore_row_if", "neither") if missing else "neither"
    if rule in ("all_values_are_missing", "both_values_are_missing"):
        parts.append(~reduce(and_, missing))
    elif rule in ("any_value_is_missing", "either_value_is_missing"):
        parts.append(reduce(and_, [~one for one in missing]))
    return reduce(and_, parts) if parts else None
