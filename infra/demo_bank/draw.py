"""Seeded random draws and the Arrow arrays made of them."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Columns = dict[str, np.ndarray]
"""Equally long arrays by name."""


def generator(*keys: int | str) -> np.random.Generator:
    """A random generator that depends on these keys only."""
    return np.random.default_rng([crc32(key.encode()) if isinstance(key, str) else key for key in keys])


def pick(random: np.random.Generator, shares: Sequence[float], size: int) -> np.ndarray:
    """Indexes drawn with these weights; they need not sum to one."""
    bounds = np.cumsum(np.asarray(shares, dtype=float))
    return np.searchsorted(bounds / bounds[-1], random.random(size), side="right")


def repeated(counts: np.ndarray) -> np.ndarray:
    """Index of the parent of each child, for parents that have so many children."""
    return np.repeat(np.arange(len(counts)), counts)


def within(counts: np.ndarray) -> np.ndarray:
    """Place of each child among its parent's, from 0."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def words(values: Sequence[str | None], indexes: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Strings looked up by index; NULL where `missing` is true."""
    return pa.array(values, pa.string()).take(pa.array(indexes, mask=missing))


def texts(values: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Numbers written as text."""
    return pc.cast(pa.array(values, mask=missing), pa.string())


def ids(prefix: str, numbers: np.ndarray, width: int = 0, missing: np.ndarray | None = None) -> pa.Array:
    """`prefix` and the number, padded with zeros."""
    written = texts(numbers, missing)
    return joined(prefix, pc.utf8_lpad(written, width, "0") if width else written)


def joined(*parts: str | pa.Array) -> pa.Array:
    """Texts put together element by element; NULL when one is NULL."""
    return pc.binary_join_element_wise(*[pa.scalar(part) if isinstance(part, str) else part for part in parts], "")


def scaled(units: np.ndarray, scale: int, missing: np.ndarray | None = None) -> pa.Array:
    """Whole numbers of the smallest unit as exact decimals with `scale` places."""
    units = np.ascontiguousarray(units, dtype=np.int64)
    halves = np.empty((len(units), 2), dtype=np.int64)
    halves[:, 0], halves[:, 1] = units, units >> 63
    amounts = pa.Array.from_buffers(pa.decimal128(24, scale), len(units), [None, pa.py_buffer(halves)])
    return amounts if missing is None else pc.if_else(pa.array(~missing), amounts, pa.scalar(None, amounts.type))


def money(cents: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Whole cents as amounts with two places."""
    return scaled(cents, 2, missing)


def days(numbers: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Days since 1970-01-01 as dates."""
    return pa.array(np.asarray(numbers, dtype=np.int32), mask=missing).cast(pa.date32())


def moments(seconds: np.ndarray, pattern: str = "%Y-%m-%dT%H:%M:%SZ", zone: str | None = None) -> pa.Array:
    """Seconds since 1970-01-01 UTC written in this pattern, in local time where a zone is given."""
    stamps = pa.array(np.asarray(seconds, dtype=np.int64)).cast(pa.timestamp("s", tz=zone))
    return pc.strftime(stamps, pattern)


def written(dates: pa.Array, pattern: str) -> pa.Array:
    """Dates written in this pattern."""
    return pc.strftime(dates, pattern)


def flags(values: np.ndarray, yes: str = "true", no: str = "false") -> pa.Array:
    """Truth values in the sender's own words."""
    return words([no, yes], values.astype(np.int8))
