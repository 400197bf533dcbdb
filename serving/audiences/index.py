"""The bitmap index of one release, opened for selection: bitmaps are decoded when first needed and kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from serving.audiences.conditions import ConditionError
from spark_jobs.catalog.problems import did_you_mean
from spark_jobs.release.history import UnknownRelease, as_of, current, find, read_version
from spark_jobs.release.models import Release
from spark_jobs.settings import Settings
from spark_jobs.tags.bitmaps import NumericBitmaps

TABLES = ("tag_index", "tag_customers", "tag_catalogue")


@dataclass
class TagIndex:
    """Who has which tag. Customers are numbers; `customer_ids` and `household_ids` stand in order of number."""

    rows: pa.Table
    customers: pa.Table
    catalogue: Mapping[str, Mapping[str, Any]]
    release_id: str = ""
    business_date: date | None = None
    _decoded: dict[tuple[str, str, Any], BitMap] = field(default_factory=dict)
    _numeric: dict[str, NumericBitmaps] = field(default_factory=dict)

    @cached_property
    def everyone(self) -> BitMap:
        """All customers."""
        return BitMap(range(self.customers.num_rows))

    @cached_property
    def household_numbers(self) -> np.ndarray:
        """Household of each customer as a dense number; customers without one share none."""
        return pc.dictionary_encode(self._households()).combine_chunks().indices.to_numpy(zero_copy_only=False)

    def household_ids(self, numbers: BitMap) -> list[str]:
        """Households of these customers, each once, sorted."""
        return sorted(set(self._households().take(_places(numbers)).to_pylist()))

    def customer_ids(self, numbers: BitMap) -> list[str]:
        """Ids of these customers, in order."""
        return self.customers["customer_id"].take(_places(numbers)).to_pylist()

    def number_of(self, customer_id: str) -> int:
        """The customer's number. Raises ConditionError."""
        place = pc.index(self.customers["customer_id"], customer_id).as_py()
        if place < 0:
            raise ConditionError(f"Release {self.release_id} knows no customer {customer_id}.")
        return place

    def value_type(self, tag_id: str) -> str:
        """Value type of a tag. Raises ConditionError when the release has no such tag."""
        if tag_id not in self.catalogue:
            raise ConditionError(f"There is no tag {tag_id}: {did_you_mean(tag_id, self.catalogue)}")
        return self.catalogue[tag_id]["value_type"]

    def known(self, tag_id: str) -> BitMap:
        """Customers for whom the tag has a value."""
        self.value_type(tag_id)
        return self._bitmap(tag_id, "known")

    def true(self, tag_id: str) -> BitMap:
        """Customers for whom a boolean tag is true."""
        return self._bitmap(tag_id, "true")

    def labels(self, tag_id: str) -> list[str]:
        """Values that a category has, in order."""
        return [str(label) for part, _, label, _ in self._parts[tag_id] if part == "value"]

    def labelled(self, tag_id: str, label: str) -> BitMap:
        """Customers whose category has this value."""
        return self._bitmap(tag_id, "value", label)

    def numbers(self, tag_id: str) -> NumericBitmaps:
        """The numbers or dates of a tag."""
        if tag_id not in self._numeric:
            places = {(part, number): row for part, number, _, row in self._parts[tag_id]}
            values = np.frombuffer(self._bytes(places["values", None]), dtype="<f8")
            count = sum(part == "slice" for part, _ in places)
            slices = [BitMap.deserialize(self._bytes(places["slice", bit])) for bit in range(count)]
            self._numeric[tag_id] = NumericBitmaps(self.known(tag_id), values, slices)
        return self._numeric[tag_id]

    @cached_property
    def _parts(self) -> dict[str, list[tuple[str, int | None, str | None, int]]]:
        places: dict[str, list[tuple[str, int | None, str | None, int]]] = {}
        columns = [self.rows[name].to_pylist() for name in ("tag_id", "part", "number", "label")]
        for row, (tag_id, part, number, label) in enumerate(zip(*columns, strict=True)):
            places.setdefault(tag_id, []).append((part, number, label, row))
        return places

    def _bitmap(self, tag_id: str, part: str, label: str | None = None) -> BitMap:
        key = (tag_id, part, label)
        if key not in self._decoded:
            rows = [row for one, _, name, row in self._parts.get(tag_id, ()) if (one, name) == (part, label)]
            self._decoded[key] = BitMap.deserialize(self._bytes(rows[0])) if rows else BitMap()
        return self._decoded[key]

    def _bytes(self, row: int) -> bytes:
        return self.rows["bitmap"][row].as_py()

    def _households(self) -> pa.ChunkedArray:
        return pc.coalesce(self.customers["household_id"], self.customers["customer_id"])


def _places(numbers: BitMap) -> pa.Array:
    return pa.array(numbers.to_array(), pa.uint32())


def open_built(settings: Settings) -> TagIndex:
    """The index as it was built last, whether or not it has been released."""
    from spark_jobs.io import delta_table

    rows, customers, catalogue = (delta_table(settings.home, f"marts.{name}").to_pyarrow_table() for name in TABLES)
    return _index(rows, customers, catalogue)


def open_index(settings: Settings, release_id: str | None = None, day: date | None = None) -> TagIndex:
    """The index of a release: the one of this id, or that tells of this day, or the one in service.

    Raises UnknownRelease.
    """
    if release_id:
        release: Release | None = find(settings, release_id)
    else:
        release = as_of(settings, day) if day else current(settings)
    if release is None:
        raise UnknownRelease("There is no release yet: `make demo` or `make run DATE=...` makes one.")
    missing = [name for name in TABLES if f"marts.{name}" not in release.tables]
    if missing:
        raise UnknownRelease(f"Release {release.release_id} was made before there were tags: it has no {missing[0]}.")
    rows, customers, catalogue = (
        read_version(settings.home, release.tables[f"marts.{name}"]).to_table() for name in TABLES
    )
    return _index(rows, customers, catalogue, release.release_id, release.business_date)


def _index(rows: pa.Table, customers: pa.Table, catalogue: pa.Table, *of_release: Any) -> TagIndex:
    described = {row["tag_id"]: row for row in catalogue.to_pylist()}
    return TagIndex(rows, customers.sort_by("customer_number"), described, *of_release)
