"""Tags as DuckDB statements over a batch of inputs: all of them, or those that move from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import duckdb

from dbt_project.tags.inputs import Input, Percentile, known_inputs
from dbt_project.tags.loading import TagCatalog
from spark_jobs.tags.layout import Slot, columns_of, slots_of


@dataclass(frozen=True)
class Plan:
    """How a catalogue's tags are evaluated."""

    catalog: TagCatalog

    @cached_property
    def slots(self) -> list[Slot]:
        """Place of every evaluated tag."""
        return slots_of((tag.tag_id, tag.domain, tag.value_type) for tag in self.catalog.evaluated)

    @cached_property
    def columns(self) -> dict[str, str]:
        """Columns of the words' table behind the key, with Spark types."""
        return dict(columns_of(self.slots))

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Inputs that evaluated tags read themselves, by name, sorted."""
        return {name: one for name, one in sorted(known_inputs().items()) if name in self._columns_read}

    @cached_property
    def percentiles(self) -> dict[str, Percentile]:
        """Percentiles that evaluated tags read, by name, sorted."""
        return {name: one for name, one in sorted(self.catalog.percentiles.items()) if name in self._columns_read}

    @cached_property
    def statement(self) -> str:
        """A statement that gives the values of all tags of `batch`, one column a tag."""
        return values_statement(self.catalog, [slot.tag_id for slot in self.slots])

    @cached_property
    def daily_tags(self) -> list[str]:
        """Tags that can change without news of the customer: they count days, or compare with other customers."""
        return [slot.tag_id for slot in self.slots if self._reads[slot.tag_id] & self._moving]

    @cached_property
    def daily_inputs(self) -> list[str]:
        """Inputs and percentiles that daily tags read, sorted."""
        return sorted(set().union(*(self._reads[one] for one in self.daily_tags)))

    @cached_property
    def daily_statement(self) -> str:
        """As `statement`, of the daily tags, beside the words that `batch` brings along."""
        return values_statement(self.catalog, self.daily_tags, also=list(self.columns))

    @cached_property
    def ranks_statement(self) -> str:
        """A statement that gives all percentiles of the customers of `batch`, in order of its column `place`."""
        return f"select {', '.join(map(_rank, self.percentiles.values()))} from batch order by place"

    @cached_property
    def fingerprint(self) -> str:
        """Another one as soon as the same inputs may give other words."""
        places = ",".join(f"{slot.tag_id}:{slot.column}:{slot.position}:{slot.bit}" for slot in self.slots)
        said = "\n".join([duckdb.__version__, places, ",".join(self.inputs), ",".join(self.daily_tags), self.statement])
        return sha256(said.encode()).hexdigest()[:16]

    @cached_property
    def _moving(self) -> set[str]:
        return {name for name, one in self.inputs.items() if one.moves_daily} | set(self.percentiles)

    @cached_property
    def _reads(self) -> dict[str, set[str]]:
        """Inputs and percentiles that each tag reads itself."""
        from sqlglot import exp

        trees = self.catalog.trees
        return {slot.tag_id: {column.name for column in trees[slot.tag_id].find_all(exp.Column)} for slot in self.slots}

    @cached_property
    def _columns_read(self) -> set[str]:
        return set().union(*self._reads.values())


def _rank(one: Percentile) -> str:
    parts = [part for part in (one.measure, one.group) if part]
    is_known = " and ".join(f"{part} is not null" for part in parts)
    rank = f"percent_rank() over (partition by {', '.join([is_known, *parts[1:]])} order by {one.measure})"
    return f"case when {is_known} then {rank} end as {one.name}"


def values_statement(catalog: TagCatalog, tag_ids: Sequence[str], also: Sequence[str] = ()) -> str:
    """A statement that gives these tags' values of `batch`, one column a tag, and further columns of it."""
    listed = [*also, *(f"{catalog.sql[one]} as {one}" for one in tag_ids)]
    return "select\n    " + ",\n    ".join(listed) + "\nfrom batch"
