"""Aggregates over one table, of which only data files that no earlier gate has counted are read.

A data file never changes, so what a rule counts in it never does either. A table of many rows is counted file by file
and the counts are added up; a smaller one as a whole, again when one of its files is another. What is not a matter of
single rows has its own proof: a key that was unique among files stays so among any of them, so only the rows of new
files are compared with the others; a reference that was found stays so while no value has left the other table.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from great_expectations.util import convert_to_json_serializable
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.files import TableFiles
from expectations.memory import Memory
from expectations.references import FOUND, GROWN

RULES_VERSION = 1
"""Raise it when the code gives another meaning to the same rule: every file is then counted again."""
FILE = "_gate_file"
UNSTEADY = re.compile(
    r"\b(select|now|curdate|unix_timestamp|current_\w+|localtimestamp|rand\w*|shuffle|uuid|input_file\w*"
    r"|monotonically\w*|spark_partition_id)\b"
)
"""Words of conditions whose truth for a row may change though the row does not."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One aggregate that a suite needs."""

    rule: tuple[object, ...]
    """What is counted: name of the metric and its arguments."""
    column: Column
    merge: str = ""
    """How values of files become the table's: sum, max or min; empty when only the whole table has a value."""
    reference: str = ""
    """Helper column that tells whether a value is found in another table, where the measure counts those not found."""

    @property
    def key(self) -> str:
        """The same for the same rule, arguments and expression under one version of the code."""
        parts = [str(RULES_VERSION), *map(str, self.rule), str(self.column)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]

    @property
    def is_steady(self) -> bool:
        """Whether the value stays the same while the rows do."""
        text = str(self.column).lower()
        return not UNSTEADY.search(text) and (bool(self.reference) or FOUND not in text)

    def merged(self, values: Iterable[Any]) -> Any:
        """The table's value from those of its files."""
        told = [value for value in values if value is not None]
        if self.merge == "sum":
            return sum(told)
        return (max if self.merge == "max" else min)(told, default=None)


@dataclass
class Counting:
    """What is known of a table, and what has to be read of it."""

    table: TableFiles
    read: Callable[[Iterable[str] | None], DataFrame]
    """Rows of these files, with the file's name as FILE; those of the whole table for None."""
    before: Memory = field(default_factory=Memory)
    by_file: bool = False
    """Whether the table is counted file by file."""
    is_kept: bool = True
    """Whether values of an earlier gate count."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Helper columns of references whose table is not as it was, and how it changed: GROWN or OTHER."""
    files_read: set[str] = field(default_factory=set)
    """Names of files whose rows were evaluated anew; the table's state for all of them."""
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Scope -> measure -> value, of what this gate needed and the next may know."""

    @property
    def rows_read(self) -> int:
        """Rows whose rules were evaluated anew."""
        is_whole = self.table.state in self.files_read
        return self.table.row_count if is_whole else sum(self.table.rows[name] for name in self.files_read)

    def values(self, measures: Iterable[Measure]) -> list[Any]:
        """Value of each measure, in order; reads the files in which one of them is not known."""
        wanted = [(one, one.key) for one in measures]
        found: dict[str, dict[str, Any]] = {scope: {} for scope in (self.table.state, *self.table.rows)}
        for one, key in wanted:
            for scope in self._scopes(one):
                found[scope] |= self._earlier(scope, one, key)
        whole = [pair for pair in wanted if self.table.state in self._scopes(pair[0])]
        missing = [(one, key) for one, key in whole if key not in found[self.table.state]]
        if missing:
            found[self.table.state] |= self._count_table(missing)
        parts = [pair for pair in wanted if pair not in whole]
        new = [name for name in self.table.rows if any(key not in found[name] for _, key in parts)]
        if new:
            found |= self._count_files(new, parts)
        for one, key in wanted:
            if one.is_steady:
                self._keep({scope: {key: found[scope][key]} for scope in self._scopes(one)})
        return [self._value(one, [found[scope][key] for scope in self._scopes(one)]) for one, key in wanted]

    def remembered(self, one: Measure, name: str, compute: Callable[[], int]) -> int:
        """A value over the whole table that goes by the measure's key and `name`; computed when it is not known."""
        key = f"{one.key} {name}"
        known = self._earlier(self.table.state, one, key) or {key: compute()}
        if one.is_steady:
            self._keep({self.table.state: known})
        return known[key]

    def new_and_old(self, one: Measure, name: str) -> tuple[list[str], list[str]] | None:
        """Files that came since that value was 0 over the whole table, and those that stayed; None when it was not."""
        was_zero = self.before.counts.get(self.before.state, {}).get(f"{one.key} {name}") == 0
        if not (was_zero and one.is_steady and self.is_kept and self.before.rows and self.table.is_plain):
            return None
        names = list(self.table.rows)
        return [one for one in names if one not in self.before.rows], [one for one in names if one in self.before.rows]

    def memory(self, targets: Mapping[str, str]) -> Memory:
        """What the next gate may know; `targets` are the states of the tables that this one refers to."""
        return Memory(self.table.state, dict(self.table.rows), self.counts, dict(targets))

    def _scopes(self, one: Measure) -> Iterable[str]:
        return self.table.rows if self.by_file and one.merge else (self.table.state,)

    def _earlier(self, scope: str, one: Measure, key: str) -> dict[str, Any]:
        """The value, by its key, of an earlier gate (or an earlier question of this one) as far as it still holds."""
        known = self.counts.get(scope, {})
        if key in known:
            return {key: known[key]}
        known = self.before.counts.get(scope, {})
        if not self.is_kept or not one.is_steady or key not in known:
            return {}
        change = self.moved.get(one.reference)
        return {key: known[key]} if change is None or (change == GROWN and known[key] == 0) else {}

    def _keep(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        for scope, some in values.items():
            self.counts.setdefault(scope, {}).update(some)

    def _value(self, one: Measure, values: list[Any]) -> Any:
        return one.merged(values) if self.by_file and one.merge else values[0]

    def _count_table(self, wanted: list[tuple[Measure, str]]) -> dict[str, Any]:
        row = self.read(None).agg(*_columns(wanted)).collect()[0]
        self.files_read.add(self.table.state)
        return {key: convert_to_json_serializable(row[index]) for index, (_, key) in enumerate(wanted)}

    def _count_files(self, names: list[str], wanted: list[tuple[Measure, str]]) -> dict[str, dict[str, Any]]:
        """Every rule counted in these files. Raises RuntimeError when Spark read other rows than the log tells."""
        counted = self.read(names).groupBy(FILE).agg(*_columns(wanted), F.count(F.lit(1)).alias("_rows"))
        rows = {row[FILE]: row for row in counted.collect()}
        found: dict[str, dict[str, Any]] = {}
        for name in names:
            row = rows.get(name)
            if (row["_rows"] if row else 0) != self.table.rows[name]:
                raise RuntimeError(f"{name} has {self.table.rows[name]} rows by the table's log, and others when read")
            nothing = [0 if one.merge == "sum" else None for one, _ in wanted]
            values = [row[f"_{index}"] for index in range(len(wanted))] if row else nothing
            pairs = zip(wanted, values, strict=True)
            found[name] = {key: convert_to_json_serializable(value) for (_, key), value in pairs}
        self.files_read.update(names)
        return found


def _columns(wanted: Iterable[tuple[Measure, str]]) -> list[Column]:
    return [one.column.alias(f"_{index}") for index, (one, _) in enumerate(wanted)]
