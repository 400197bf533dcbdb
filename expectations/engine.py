"""Great Expectations' Spark engine, made to evaluate a whole suite in one pass over what no earlier gate has counted.

Great Expectations resolves a suite as a graph of metrics, level by level, and starts a Spark job per level and filter.
This engine holds the numbers back until every condition of the suite is known, then asks for all of them at once
(`counting.py`), and for none that is known. Uniqueness of a large table is a second job over the key columns, which
runs beside the first. The number of rows is what the table's log says, and no samples are fetched:
quarantine.failing_rows holds the rows, and pages for everybody hold no values.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial, reduce
from operator import and_
from typing import Any

from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.exceptions import MetricResolutionError
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.registry import get_metric_provider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validation_graph import ValidationGraph
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.counting import Counting, Measure
from expectations.uniqueness import LARGE_ROWS, has_repeats, is_repeated, repeats, rows_of_repeated_keys, surplus

UNIQUE_METRICS = {"column_values.unique", "compound_columns.unique"}
SCHEMA_METRICS = {"table.columns", "table.column_types", "table.column_count"}
SAMPLE_SUFFIXES = ("unexpected_values", "unexpected_rows", "unexpected_value_counts")
COUNT_SUFFIXES = ("unexpected_count", "filtered_row_count", "table.row_count")
MERGES = {"column.max": "max", "column.min": "min"}
REPEATED = "repeated"
"""Under which name the rows of repeated keys are remembered, beside a rule's surplus."""
FEW_NEW_ROWS = 1_000_000
"""Keys of more new rows than this are not looked for among the old ones: all are counted."""
NO_JOB_SUFFIXES = ("unexpected_index_query", "unexpected_index_list")


class OnePassEngine(SparkDFExecutionEngine):
    """Resolves every count and aggregate of a suite in one Spark job, and keeps each count's own condition."""

    def __init__(self, *args: Any, counting: Counting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counting = counting
        self._row_count = counting.table.row_count
        """Rows of the table, from its log: uniqueness of a small table is counted in the same pass."""
        self._failing: dict[tuple, Column] = {}
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="unique")
        self._started: dict[tuple, Future[int]] = {}

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
        if kinds.get("log"):
            return {metric.id: self._row_count for metric in kinds["log"]}
        if kinds.get("free"):
            return super().resolve_metrics(kinds["free"], metrics, runtime_configuration)
        for metric in kinds.get("unique", []):
            if metric.id not in self._started:
                self._started[metric.id] = self._beside.submit(self._duplicates, metric)
        if kinds.get("pass"):
            return self._one_pass(kinds["pass"], metrics)
        if kinds.get("unique"):
            return {metric.id: self._started[metric.id].result() for metric in kinds["unique"][:1]}
        if kinds.get("sample"):
            return {metric.id: [] for metric in kinds["sample"]}
        return super().resolve_metrics(kinds.get("job", []), metrics, runtime_configuration)

    def failing_condition(self, metric: MetricConfiguration) -> Column | None:
        """Condition that is true for the rows which an unexpected_count of this validation counted."""
        ValidationGraph(execution_engine=self).set_metric_configuration_default_kwargs_if_absent(metric)
        return self._failing.get(metric.id)

    def _kind(self, metric: MetricConfiguration) -> str:
        base, _, suffix = metric.metric_name.rpartition(".")
        if metric.metric_name == "table.row_count" and domain_condition(metric.metric_domain_kwargs) is None:
            return "log"
        _, function = get_metric_provider(metric.metric_name, self)
        if suffix == "unexpected_count":
            is_large = self._counting.by_file or self._row_count >= LARGE_ROWS
            return "unique" if base in UNIQUE_METRICS and is_large else "pass"
        if suffix == "filtered_row_count" or function is None:
            return "pass"
        if suffix in SAMPLE_SUFFIXES:
            return "sample"
        is_partial = isinstance(getattr(function, "metric_fn_type", None), MetricPartialFunctionTypes)
        return "free" if is_partial or metric.metric_name in SCHEMA_METRICS or suffix in NO_JOB_SUFFIXES else "job"

    def _one_pass(self, ready: list[MetricConfiguration], metrics: dict) -> dict:
        """Values of all these metrics in one job; when that fails, those that can be had one by one."""
        try:
            return self._values(ready, metrics)
        except Exception as error:
            if len(ready) == 1:
                raise MetricResolutionError(f"{type(error).__name__}: {error}", ready) from error
        values: dict = {}
        failed: list[MetricConfiguration] = []
        for metric in ready:
            try:
                values |= self._values([metric], metrics)
            except Exception as error:
                failed.append(metric)
                reason = error
        if failed and not values:
            raise MetricResolutionError(f"{type(reason).__name__}: {reason}", failed) from reason
        return values

    def _values(self, ready: list[MetricConfiguration], metrics: dict) -> dict:
        measures = [self._measure(metric, metrics) for metric in ready]
        found = self._counting.values(measures)
        values = {metric.id: value for metric, value in zip(ready, found, strict=True)}
        for metric, measure in zip(ready, measures, strict=True):
            if _is_unique(metric) and values[metric.id] > 0:
                count = partial(rows_of_repeated_keys, *self._keyed_rows(metric))
                values[metric.id] = self._counting.remembered(measure, REPEATED, count)
        return values

    def _measure(self, metric: MetricConfiguration, metrics: dict) -> Measure:
        """What the metric needs of the table, and how it comes from the table's files."""
        column = self._aggregate(metric, metrics)
        merge, reference = MERGES.get(metric.metric_name, ""), ""
        if merge and dict(self.dataframe.dtypes)[metric.metric_domain_kwargs["column"]] in ("float", "double"):
            merge = ""  # NaN is the largest number in Spark alone
        if metric.metric_name.endswith(COUNT_SUFFIXES) and not _is_unique(metric):
            merge = "sum"
        if metric.metric_name == "column_values.exist_in_table.unexpected_count":
            reference = _condition_of(metric).metric_value_kwargs["found_column"]
        return Measure(_rule(metric), column, merge, reference)

    def _aggregate(self, metric: MetricConfiguration, metrics: dict) -> Column:
        domain = domain_condition(metric.metric_domain_kwargs)
        suffix = metric.metric_name.rpartition(".")[2]
        if _is_unique(metric):
            return surplus(_key_columns(metric.metric_domain_kwargs), _key_condition(metric.metric_domain_kwargs))
        if suffix == "unexpected_count":
            unexpected, _, _ = metrics[_condition_of(metric).id]
            failing = unexpected if domain is None else domain & unexpected
            self._failing[metric.id] = failing
            return F.count(F.when(failing, 1))
        if suffix == "filtered_row_count" or metric.metric_name == "table.row_count":
            return F.count(F.lit(1)) if domain is None else F.count(F.when(domain, 1))
        if domain is not None:
            raise NotImplementedError(f"{metric.metric_name} takes no row_condition: use ExpectRowsToMeetCondition")
        aggregate, _, _ = metrics[metric.metric_dependencies["metric_partial_fn"].id]
        return aggregate

    def _duplicates(self, metric: MetricConfiguration) -> int:
        try:
            return self._count_duplicates(metric)
        except Exception as error:
            raise MetricResolutionError(f"{type(error).__name__}: {error}", [metric]) from error

    def _count_duplicates(self, metric: MetricConfiguration) -> int:
        rows, keys = self._keyed_rows(metric)
        condition = _key_condition(metric.metric_domain_kwargs)
        measure = Measure(_rule(metric), surplus(keys, condition))

        def count() -> int:
            files = self._counting.new_and_old(measure, REPEATED)
            if files is not None and self._is_still_unique(files, keys, condition):
                return 0
            return rows_of_repeated_keys(rows, keys) if has_repeats(rows, keys, self._row_count) else 0

        return self._counting.remembered(measure, REPEATED, count)

    def _is_still_unique(self, files: tuple[list[str], list[str]], keys: list[str], condition: Column) -> bool:
        """Whether keys that were unique in the old files surely are in both; false as well when it is not worth it."""
        if sum(self._counting.table.rows[name] for name in files[0]) > FEW_NEW_ROWS:
            return False
        new, old = (self._counting.read(names).where(condition).select(*keys) if names else None for names in files)
        return new is None or not is_repeated(new, old, keys)

    def _keyed_rows(self, metric: MetricConfiguration) -> tuple[DataFrame, list[str]]:
        """The rows whose keys are compared, and the names of the key columns."""
        keys, condition = _key_columns(metric.metric_domain_kwargs), _key_condition(metric.metric_domain_kwargs)
        self._failing[metric.id] = condition & (repeats(keys, condition) > 1)
        return self.dataframe.where(condition).select(*keys), keys


def _is_unique(metric: MetricConfiguration) -> bool:
    base, _, suffix = metric.metric_name.rpartition(".")
    return suffix == "unexpected_count" and base in UNIQUE_METRICS


def _key_condition(domain: dict) -> Column:
    """Rows whose key is compared: those of the domain, and for a single column those that have a value."""
    condition = domain_condition(domain)
    condition = F.lit(True) if condition is None else condition
    return condition & F.col(domain["column"]).isNotNull() if "column" in domain else condition


def _key_columns(domain: dict) -> list[str]:
    return [domain["column"]] if "column" in domain else list(domain["column_list"])


def _rule(metric: MetricConfiguration) -> tuple[object, ...]:
    """Name and arguments of a metric, without the batch that it looks at."""
    domain = {key: value for key, value in metric.metric_domain_kwargs.items() if key not in ("batch_id", "table")}
    return metric.metric_name, sorted(domain.items(), key=str), sorted(metric.metric_value_kwargs.items(), key=str)


def _condition_of(metric: MetricConfiguration) -> MetricConfiguration:
    dependencies = metric.metric_dependencies
    if "metric_partial_fn" in dependencies:
        dependencies = dependencies["metric_partial_fn"].metric_dependencies
    return dependencies["unexpected_condition"]


def domain_condition(domain: dict) -> Column | None:
    """The rows that a metric looks at, from `row_condition` (Spark SQL) and `ignore_row_if`; None means all of them."""
    parts = []
    if domain.get("row_condition"):
        parts.append(F.expr(_sql(domain["row_condition"])))
    names = domain.get("column_list") or [domain[key] for key in ("column_A", "column_B") if key in domain]
    missing = [F.col(name).isNull() for name in names]
    rule = domain.get("ignore_row_if", "neither") if missing else "neither"
    if rule in ("all_values_are_missing", "both_values_are_missing"):
        parts.append(~reduce(and_, missing))
    elif rule in ("any_value_is_missing", "either_value_is_missing"):
        parts.append(reduce(and_, [~one for one in missing]))
    return reduce(and_, parts) if parts else None


def _sql(row_condition: Any) -> str:
    """Spark SQL of a row condition, which Great Expectations hands on as text, as an object or as a mapping."""
    if isinstance(row_condition, dict):
        row_condition = row_condition.get("pass_through_filter")
    text = getattr(row_condition, "pass_through_filter", row_condition)
    if not isinstance(text, str):
        raise NotImplementedError("row_condition is Spark SQL here, as text")
    return text
