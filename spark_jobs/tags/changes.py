"""What changed between the tags of two releases: one row a customer and tag whose value is another one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.tags.layout import Slot

CHANGES = pa.schema(
    [
        ("customer_id", pa.string()),
        ("tag_id", pa.string()),
        ("old_value", pa.string()),
        ("new_value", pa.string()),
        ("rule_version", pa.int64()),
        ("business_date", pa.date32()),
    ]
)
"""Values as text: true, false, a label, a number, a date as ISO 8601; NULL for unknown."""


EVERY_TAG = "*"
"""Stands for all tags in the row of a customer who is one no more."""


@dataclass
class Unpacked:
    """Words and where tags stand in them; gives one tag's values, in the order of the words' rows."""

    words: pa.Table
    slots: Mapping[str, Slot]
    _columns: dict[str, tuple[pa.Array | np.ndarray, int]] = field(default_factory=dict)

    def values(self, tag_id: str) -> pa.Array:
        """Values of a tag as they are: booleans, numbers, texts or dates."""
        slot = self.slots[tag_id]
        if slot.bit is None:
            flat, width = self._column(slot.column)
            return flat.take(pa.array(np.arange(slot.position, len(flat), width)))
        true, known = (
            self._matrix(name)[:, slot.position] >> np.int64(slot.bit) & 1 == 1
            for name in (slot.column, slot.known_column)
        )
        return pa.array(true, mask=~known)

    def _matrix(self, column: str) -> np.ndarray:
        flat, width = self._column(column)
        return flat.to_numpy(zero_copy_only=False).reshape(-1, width)

    def _column(self, column: str) -> tuple[pa.Array, int]:
        if column not in self._columns:
            flat = self.words[column].combine_chunks().flatten()
            self._columns[column] = (flat, len(flat) // max(self.words.num_rows, 1))
        return self._columns[column]


def changes(before: Unpacked, after: Unpacked, versions: Mapping[str, int], business_date: date) -> pa.Table:
    """Changes of the customers and tags that both know, and a row for each customer who left.

    `versions` are those of the rules of `after`.
    """
    old, new = _side_by_side(before, after)
    parts = [_rows(old, new, tag_id) for tag_id in sorted(old.slots.keys() & new.slots.keys())]
    rows = pa.concat_tables([*parts, _left(before, after)])
    numbers = pa.array([versions.get(tag) for tag in rows["tag_id"].to_pylist()], pa.int64())
    days = pa.array([business_date] * rows.num_rows, pa.date32())
    found = pa.table([*rows.columns, numbers, days], schema=CHANGES)
    return found.sort_by([("customer_id", "ascending"), ("tag_id", "ascending")])


def newcomers(before: pa.Table, after: pa.Table) -> pa.Table:
    """Words of the customers that only `after` knows."""
    return after.filter(pc.invert(_are_in(after, before)))


def _are_in(rows: pa.Table, others: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(rows["customer_id"], value_set=others["customer_id"].combine_chunks())


def _side_by_side(before: Unpacked, after: Unpacked) -> tuple[Unpacked, Unpacked]:
    """The customers in both, in order of id."""
    old = before.words.filter(_are_in(before.words, after.words)).sort_by("customer_id")
    new = after.words.filter(_are_in(after.words, before.words)).sort_by("customer_id")
    return Unpacked(old, before.slots), Unpacked(new, after.slots)


def _rows(old: Unpacked, new: Unpacked, tag_id: str) -> pa.Table:
    was, now = old.values(tag_id), new.values(tag_id)
    if was.type != now.type:
        was, now = was.cast(pa.string()), now.cast(pa.string())
    differ = pc.or_(pc.fill_null(pc.not_equal(was, now), False), pc.xor(pc.is_null(was), pc.is_null(now)))
    customers = new.words["customer_id"].combine_chunks().cast(pa.string()).filter(differ)
    tags = pa.array([tag_id] * len(customers), pa.string())
    values = [one.filter(differ).cast(pa.string()) for one in (was, now)]
    return pa.table([customers, tags, *values], schema=pa.schema(list(CHANGES)[:4]))


def _left(before: Unpacked, after: Unpacked) -> pa.Table:
    gone = newcomers(after.words, before.words)["customer_id"].combine_chunks().cast(pa.string())
    nothing = pa.nulls(len(gone), pa.string())
    tags = pa.array([EVERY_TAG] * len(gone), pa.string())
    return pa.table([gone, tags, nothing, nothing], schema=pa.schema(list(CHANGES)[:4]))
