"""The suites of one gate against their tables, two at a time, with what earlier gates know of the tables' files."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.bounds import Circumstances, resolve_bounds
from expectations.files import table_files
from expectations.memory import Memory, recall
from expectations.references import OTHER, change_of, found_column, reference_parts, with_references
from expectations.results import GateRun, last_row_counts
from expectations.suites import Definition, Suite
from expectations.validation import Outcome, TableResult, validate
from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from expectations.counting import Counting

THREADS = 2
REFERENCE = "ExpectColumnValuesToExistInTable"
ABSENT = "absent"
"""State of a referenced table that has not been built."""


class Evaluation:
    """One gate's evaluation of tables; `memories` is what the next gate may know of them."""

    def __init__(self, spark: "SparkSession", settings: Settings, run: GateRun) -> None:
        self.memories: dict[str, Memory] = {}
        self._spark = spark
        self._settings = settings
        self._run = run
        self._known = recall(settings.home)
        self._last = last_row_counts(settings.home, run)
        self._files = cache(lambda table: table_files(settings.home, table))

    def of(self, suites: Iterable[Suite]) -> list[tuple["DataFrame", TableResult]]:
        """Rows and result of each suite's table, in order."""
        _context()
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self._evaluate, suites))

    def _evaluate(self, suite: Suite) -> tuple["DataFrame", TableResult]:
        started = time.monotonic()
        table, now = _table(suite), Circumstances(self._run.business_date, self._last.get(suite.table))
        counting = self._counting(suite)
        result = validate(_context(), counting, suite, {one.name: _arguments(one, now) for one in suite.definitions})
        result.outcomes.append(_all_evaluated(suite, result))
        if counting.is_kept:
            self.memories[table] = counting.memory({one: self._state(one) for one in _targets(suite)})
        result.seconds = time.monotonic() - started
        return counting.read(None), result

    def _counting(self, suite: Suite) -> "Counting":
        from expectations.counting import Counting

        files, before = self._files(_table(suite)), self._known.get(_table(suite), Memory())
        if suite.date_column:
            rows = self._rows(suite, None)
            return Counting(replace(files, rows={}, row_count=rows.count()), lambda _: rows, is_kept=False)
        is_large = files.is_plain and files.row_count >= self._settings.large_rows
        whole = cache(lambda: self._rows(suite, None))
        moved = {found_column(one): change for one in suite.definitions if (change := self._change(one, before))}

        def read(names: Iterable[str] | None) -> "DataFrame":
            return whole() if names is None else self._rows(suite, files.paths(names))

        return Counting(files, read, before, by_file=is_large, moved=moved)

    def _change(self, definition: Definition, before: Memory) -> str | None:
        """How the table that a reference speaks of changed; None when it did not, or there is no reference."""
        if definition.type != REFERENCE:
            return None
        table, column = reference_parts(str(definition.arguments["reference"]))
        then = before.targets.get(table, ABSENT)
        if then == self._state(table):
            return None
        known = self._known.get(table, Memory())
        is_comparable = self._state(table) != ABSENT and known.state == then
        return change_of(column, self._files(table), known) if is_comparable else OTHER

    def _state(self, table: str) -> str:
        from spark_jobs import io

        return self._files(table).state if io.exists(self._settings.home, table) else ABSENT

    def _rows(self, suite: Suite, paths: list[str] | None) -> "DataFrame":
        """Rows of the suite's table with the helper columns of its references; of these files, with the file's name."""
        from pyspark.sql import functions as F  # noqa: N812

        from expectations.counting import FILE
        from spark_jobs import io

        home = self._settings.home

        def read(table: str) -> "DataFrame | None":
            return io.read_table(self._spark, home, table) if io.exists(home, table) else None

        rows = io.read_table(self._spark, home, _table(suite))
        if suite.date_column:
            rows = rows.where(f"{suite.date_column} = date '{self._run.business_date}'")
        if paths is not None:
            rows = self._spark.read.schema(rows.schema).parquet(*paths)
            rows = rows.withColumn(FILE, F.col("_metadata.file_name"))
        return with_references(rows, suite.definitions, read)


def _table(suite: Suite) -> str:
    return f"{suite.layer}.{suite.table}"


def _targets(suite: Suite) -> set[str]:
    references = [one for one in suite.definitions if one.type == REFERENCE]
    return {reference_parts(str(one.arguments["reference"]))[0] for one in references}


def _arguments(definition: Definition, now: Circumstances) -> dict[str, Any]:
    arguments = resolve_bounds(definition.arguments, now)
    if definition.type == REFERENCE:
        arguments["found_column"] = found_column(definition)
    return arguments


def _all_evaluated(suite: Suite, result: TableResult) -> Outcome:
    """Great Expectations has passed suites in which nothing was evaluated, so the number itself is checked."""
    missed = [one for one in result.outcomes if not one.is_evaluated]
    description = "every expectation that is defined was evaluated"
    definition = Definition("EvaluatedEqualsDefined", "evaluated_equals_defined", "critical", description, {})
    told = "; ".join(f"{one.definition.name}: {one.error}" for one in missed[:5])
    return Outcome(definition, True, not missed and bool(suite.definitions), observed=told or None)


_lock = threading.Lock()


def _context() -> Any:
    with _lock:
        return _ephemeral_context()


@cache
def _ephemeral_context() -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    import expectations.classes  # noqa: F401 - registers the two classes of our own

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context
