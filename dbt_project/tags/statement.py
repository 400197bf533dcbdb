"""Tags as one DuckDB statement over a batch of inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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
        known = known_inputs()
        return {name: known[name] for name in sorted(self._columns_read()) if name in known}

    @cached_property
    def percentiles(self) -> dict[str, Percentile]:
        """Percentiles that evaluated tags read, by name, sorted."""
        known = self.catalog.percentiles
        return {name: known[name] for name in sorted(self._columns_read()) if name in known}

    @cached_property
    def statement(self) -> str:
        """A statement that gives the values of all tags of `batch`, one column a tag."""
        return values_statement(self.catalog, [slot.tag_id for slot in self.slots])

    def _columns_read(self) -> set[str]:
        from sqlglot import exp

        trees = (self.catalog.trees[tag.tag_id] for tag in self.catalog.evaluated)
        return {column.name for tree in trees for column in tree.find_all(exp.Column)}


def values_statement(catalog: TagCatalog, tag_ids: Sequence[str]) -> str:
    """A statement that gives these tags' values of `batch`, one column a tag."""
    listed = [f"{catalog.sql[one]} as {one}" for one in tag_ids]
    return "select\n    " + ",\n    ".join(listed) + "\nfrom batch"
