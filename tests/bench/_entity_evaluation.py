"""How well a partition agrees with the truth: pairs and B-cubed, the one evaluator of all entity-resolution figures."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import NamedTuple

Partition = Mapping[Hashable, Hashable]
"""Record -> its group."""


class Agreement(NamedTuple):
    """Precision, recall and their harmonic mean, 0 to 1."""

    precision: float
    recall: float
    f1: float


def of_pairs(truth: Partition, predicted: Partition) -> Agreement:
    """Over pairs in one group; 1 on a side without any pair. Raises ValueError where records differ."""
    _same_records(truth, predicted)
    both = sum(map(_pairs, _overlaps(truth, predicted).values()))
    found = sum(map(_pairs, Counter(predicted.values()).values()))
    wanted = sum(map(_pairs, Counter(truth.values()).values()))
    return _agreement(both / found if found else 1.0, both / wanted if wanted else 1.0)


def b_cubed(truth: Partition, predicted: Partition) -> Agreement:
    """Mean over records of the share of their group that belongs there, either way (Bagga and Baldwin, 1998)."""
    _same_records(truth, predicted)
    true_size, found_size = Counter(truth.values()), Counter(predicted.values())
    overlaps = _overlaps(truth, predicted)
    precision = sum(size * size / found_size[found] for (_, found), size in overlaps.items()) / len(truth)
    recall = sum(size * size / true_size[true] for (true, _), size in overlaps.items()) / len(truth)
    return _agreement(precision, recall)


def largest(predicted: Partition) -> int:
    """Records in the largest group."""
    return max(Counter(predicted.values()).values())


def _overlaps(truth: Partition, predicted: Partition) -> Counter[tuple[Hashable, Hashable]]:
    return Counter((group, predicted[record]) for record, group in truth.items())


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _agreement(precision: float, recall: float) -> Agreement:
    total = precision + recall
    return Agreement(precision, recall, 2 * precision * recall / total if total else 0.0)


def _same_records(truth: Partition, predicted: Partition) -> None:
    if truth.keys() != predicted.keys() or not truth:
        raise ValueError("Both partitions must hold the same records, and at least one.")
