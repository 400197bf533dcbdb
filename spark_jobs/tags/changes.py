"""What changed between the tags of two releases: one row a customer and tag whose value is another one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.tags.layout import Slot
from spark_jobs.tags.words import Words, flattened

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

    words: Words | pa.Table
    slots: Mapping[str, Slot]

    def values(self, tag_id: str, rows: np.ndarray | None = None) -> pa.Array:
        """Values of a tag as they are, of all rows or of these: booleans, numbers, texts or dates."""
        slot = self.slots[tag_id]
        if slot.bit is None:
            flat, width = self._column(slot.column)
            places = np.arange(self.words.num_rows) if rows is None else rows
            return flat.take(pa.array(slot.position + places * width))
        true, known = (
            (word if rows is None else word[rows]) >> np.int64(slot.bit) & 1 == 1 for word in self.word(tag_id)
        )
        return pa.array(true, mask=~known)

    def word(self, tag_id: str) -> tuple[np.ndarray, np.ndarray]:
        """The words of a boolean tag and of its neighbours: which are true, which are known."""
        slot = self.slots[tag_id]
        true, known = (self._matrix(name)[:, slot.position] for name in (slot.column, slot.known_column))
        return true, known

    def _matrix(self, column: str) -> np.ndarray:
        flat, width = self._column(column)
        return flat.to_numpy(zero_copy_only=False).reshape(-1, width)

    def _column(self, column: str) -> tuple[pa.Array, int]:
        flat = flattened(self.words[column])
        return flat, len(flat) // max(self.words.num_rows, 1)


@dataclass
class _Pair:
    """Words of two releases, and the rows of the customers whom both know."""

    old: Unpacked
    new: Unpacked
    old_rows: np.ndarray
    new_rows: np.ndarray
    _differing: tuple[tuple[str, int], np.ndarray, np.ndarray] | None = None
    """The word that was compared last: its place, the pairs of rows that differ in it, and the bits that do."""

    def changed(self, tag_id: str) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the old and of the new words in which the tag has another value."""
        was, now = self.old.slots[tag_id], self.new.slots[tag_id]
        differ = self._by_word(tag_id) if was == now and now.bit is not None else self._by_value(tag_id)
        return self.old_rows[differ], self.new_rows[differ]

    def _by_word(self, tag_id: str) -> np.ndarray:
        slot = self.new.slots[tag_id]
        place = (slot.column, slot.position)
        if self._differing is None or self._differing[0] != place:
            old, new = (
                [word[rows] for word in side.word(tag_id)]
                for side, rows in ((self.old, self.old_rows), (self.new, self.new_rows))
            )
            bits = (old[0] ^ new[0]) | (old[1] ^ new[1])
            differing = np.flatnonzero(bits)
            self._differing = (place, differing, bits[differing])
        _, differing, bits = self._differing
        return differing[bits >> np.int64(slot.bit or 0) & 1 == 1]

    def _by_value(self, tag_id: str) -> np.ndarray:
        was, now = self.old.values(tag_id, self.old_rows), self.new.values(tag_id, self.new_rows)
        if was.type != now.type:
            was, now = was.cast(pa.string()), now.cast(pa.string())
        differ = pc.or_(pc.fill_null(pc.not_equal(was, now), False), pc.xor(pc.is_null(was), pc.is_null(now)))
        return np.flatnonzero(differ.to_numpy(zero_copy_only=False))


def changes(before: Unpacked, after: Unpacked, versions: Mapping[str, int], business_date: date) -> pa.Table:
    """Changes of the customers and tags that both know, and a row for each customer who left.

    `versions` are those of the rules of `after`.
    """
    pair = _Pair(before, after, *_common(before.words, after.words))
    in_order = sorted(after.slots.values(), key=lambda one: (one.column, one.position))
    parts = [_rows(pair, slot.tag_id) for slot in in_order if slot.tag_id in before.slots]
    rows = pa.concat_tables([*parts, _left(before, after)])
    numbers = pa.array([versions.get(tag) for tag in rows["tag_id"].to_pylist()], pa.int64())
    days = pa.array([business_date] * rows.num_rows, pa.date32())
    found = pa.table([*rows.columns, numbers, days], schema=CHANGES)
    return found.sort_by([("customer_id", "ascending"), ("tag_id", "ascending")])


def newcomers(before: Words | pa.Table, after: Words | pa.Table) -> pa.Array:
    """Customers that only `after` knows."""
    old, new = _ids(before), _ids(after)
    return new.filter(pc.invert(pc.is_in(new, value_set=old)))


def _ids(words: Words | pa.Table) -> pa.Array:
    held = words["customer_id"]
    return (held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held).cast(pa.string())


def _common(before: Words | pa.Table, after: Words | pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the customers in both, side by side."""
    places = pc.index_in(_ids(before), value_set=_ids(after)).to_numpy(zero_copy_only=False)
    known = np.flatnonzero(~np.isnan(places))
    return known, places[known].astype(np.int64)


def _rows(pair: _Pair, tag_id: str) -> pa.Table:
    old_rows, new_rows = pair.changed(tag_id)
    customers = _ids(pair.new.words).take(pa.array(new_rows))
    tags = pa.array([tag_id] * len(customers), pa.string())
    values = [pair.old.values(tag_id, old_rows), pair.new.values(tag_id, new_rows)]
    return pa.table([customers, tags, *(one.cast(pa.string()) for one in values)], schema=pa.schema(list(CHANGES)[:4]))


def _left(before: Unpacked, after: Unpacked) -> pa.Table:
    gone = newcomers(after.words, before.words)
    nothing = pa.nulls(len(gone), pa.string())
    tags = pa.array([EVERY_TAG] * len(gone), pa.string())
    return pa.table([gone, tags, nothing, nothing], schema=pa.schema(list(CHANGES)[:4]))
