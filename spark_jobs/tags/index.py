"""The bitmap index of a release: one row a bitmap, made from the packed words.

Customers are numbered densely from 0 in order of their id, anew in each release; marts.tag_customers holds the numbers.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.tags.bitmaps import BitMap, bit_slices, bitmap
from spark_jobs.tags.layout import Slot
from spark_jobs.tags.words import Words, flattened

INDEX = pa.schema(
    [
        ("tag_id", pa.string()),
        ("part", pa.string()),
        ("number", pa.int32()),
        ("label", pa.string()),
        ("customers_count", pa.int64()),
        ("bitmap", pa.binary()),
    ]
)
"""part: `known` (who has a value), `true` (boolean), `value` (category: who has the value `label`), `slice` (bit
`number` of the ranks of numbers and dates), `values` (those in order, little-endian doubles; dates as days since 1970).
"""
CUSTOMERS = pa.schema([("customer_number", pa.int64()), ("customer_id", pa.string()), ("household_id", pa.string())])


def index_rows(words: Words | pa.Table, slots: Sequence[Slot]) -> Iterator[pa.RecordBatch]:
    """The index of all tags, a batch for each column of the words' table, whose row number is the customer number."""
    for column in dict.fromkeys(slot.column for slot in slots):
        members = [slot for slot in slots if slot.column == column]
        rows = [row for slot_rows in _rows_of_column(words, members) for row in slot_rows]
        yield pa.RecordBatch.from_pylist(rows, schema=INDEX)


def matrix(column: pa.Array | pa.ChunkedArray, width: int) -> np.ndarray:
    """A column of lists of one length as a matrix, one row a customer; NULL elements become NaN or NaT."""
    return flattened(column).to_numpy(zero_copy_only=False).reshape(len(column), width)


def _rows_of_column(words: Words | pa.Table, slots: Sequence[Slot]) -> Iterator[list[dict]]:
    """The rows of each slot of one column, some slots at a time: numpy sorts and packs without Python's lock."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(_rows_of(words, slots), slots)


def _rows_of(words: Words | pa.Table, slots: Sequence[Slot]) -> Callable[[Slot], list[dict]]:
    """The function that makes the rows of a slot of this column."""
    width = max(slot.position for slot in slots) + 1
    store = slots[0].store
    if store == "true":
        true, known = (_by_word(words[name], width) for name in (slots[0].column, slots[0].known_column))
        return lambda slot: list(_boolean(slot, true[slot.position], known[slot.position]))
    if store == "texts":
        flat = flattened(words[slots[0].column])
        return lambda slot: list(_category(slot, flat.take(pa.array(np.arange(slot.position, len(flat), width)))))
    values = matrix(words[slots[0].column], width)
    return lambda slot: list(_number(slot, as_numbers(values[:, slot.position])))


def as_numbers(values: np.ndarray) -> np.ndarray:
    """Numbers as they are, dates as days since 1970; unknown ones as NaN."""
    if values.dtype.kind == "M":
        days = values.astype("datetime64[D]").astype(np.float64)
        return np.where(np.isnat(values), np.nan, days)
    return values.astype(np.float64)


def _by_word(column: pa.Array | pa.ChunkedArray, width: int) -> np.ndarray:
    return np.ascontiguousarray(matrix(column, width).T)


def _boolean(slot: Slot, true: np.ndarray, known: np.ndarray) -> Iterator[dict]:
    yield _row(slot, "known", bitmap(_bit(known, slot)))
    yield _row(slot, "true", bitmap(_bit(true, slot)))


def _bit(words: np.ndarray, slot: Slot) -> np.ndarray:
    """One bit of every word, read from the one byte that holds it."""
    byte, bit = divmod(slot.bit or 0, 8)
    return words.view(np.uint8)[byte::8] & np.uint8(1 << bit)


def _category(slot: Slot, values: pa.Array) -> Iterator[dict]:
    encoded = pc.dictionary_encode(values)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    yield _row(slot, "known", bitmap(codes >= 0))
    for code, label in sorted(enumerate(encoded.dictionary.to_pylist()), key=lambda one: one[1]):
        yield _row(slot, "value", bitmap(codes == code), label=label)


def _number(slot: Slot, values: np.ndarray) -> Iterator[dict]:
    is_known = ~np.isnan(values)
    different, found = np.unique(values[is_known], return_inverse=True)
    ranks = np.full(len(values), -1, dtype=np.int32)
    ranks[is_known] = found
    known = bitmap(is_known)
    yield _row(slot, "known", known)
    yield {**_row(slot, "values", known), "bitmap": different.astype("<f8").tobytes()}
    for bit, members in enumerate(bit_slices(ranks, len(different))):
        yield _row(slot, "slice", members, number=bit)


def _row(slot: Slot, part: str, members: BitMap, number: int | None = None, label: str | None = None) -> dict:
    return {
        "tag_id": slot.tag_id, "part": part, "number": number, "label": label,
        "customers_count": len(members), "bitmap": members.serialize(),
    }  # fmt: skip
