"""How a tag's values are spread over the customers of a release, and how far that moved since an earlier one."""

import json
import math
from collections.abc import Mapping, Sequence

import numpy as np

from spark_jobs.tags.changes import Unpacked
from spark_jobs.tags.index import as_numbers

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
BINS = 10
LEAST_SHARE = 1e-4
"""Shares below it count as it: the index of stability has no value where a share is zero."""

Distribution = dict[str, float]
"""Share of the customers by value: `true`, `false` or a label; for numbers the upper edge of a bin; `unknown` too."""


def numeric_distribution(values: np.ndarray, edges: Sequence[float]) -> Distribution:
    """Share of the customers in each bin `(edge before, edge]`; the first bin has no lower, the last no upper end."""
    known = values[~np.isnan(values)]
    places = np.searchsorted(np.asarray(edges), known, "left")
    counts = np.bincount(places, minlength=len(edges) + 1)
    labels = [*(f"{edge:.6g}" for edge in edges), "more"]
    return _shares({label: int(count) for label, count in zip(labels, counts, strict=True)}, len(values))


def numeric_edges(values: np.ndarray) -> list[float]:
    """Inner edges of at most BINS bins that hold about as many customers each."""
    known = values[~np.isnan(values)]
    if not len(known):
        return []
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))
    return [float(edge) for edge in edges]


def counted_distribution(counts: Mapping[str, int], customers: int) -> Distribution:
    """Share of the customers by value, from counts of the known ones."""
    return _shares(dict(counts), customers)


def stability_index(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Population stability index of two distributions' known values: below 0.1 little changed, above 0.25 much did.

    How many values are known is not part of it: coverage is watched by itself.
    """
    known = [1 - one.get("unknown", 0.0) for one in (before, after)]
    if not all(known):
        return 0.0
    total = 0.0
    for label in sorted({*before, *after} - {"unknown"}):
        shares = (one.get(label, 0.0) / share for one, share in zip((before, after), known, strict=True))
        old, new = (max(one, LEAST_SHARE) for one in shares)
        total += (new - old) * math.log(new / old)
    return round(total, 6)


def numbers_of(unpacked: Unpacked, tag_id: str) -> np.ndarray:
    """Values of a tag that is a number or a date, one a customer, unknown ones NaN."""
    return as_numbers(unpacked.values(tag_id).to_numpy(zero_copy_only=False))


def as_text(distribution: Distribution, **more: object) -> str:
    """The distribution as the catalogue keeps it: JSON, with what else it takes to repeat it."""
    return json.dumps({"shares": distribution, **more}, ensure_ascii=False)


def _shares(counts: dict[str, int], customers: int) -> Distribution:
    if not customers:
        return {}
    counts["unknown"] = customers - sum(counts.values())
    return {label: round(count / customers, 8) for label, count in counts.items()}
