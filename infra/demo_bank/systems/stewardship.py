"""The desk of the data stewards: pairs of persons they looked at, and what they decided about some of them."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import Columns, days, flags, ids, joined, words
from infra.demo_bank.writing import Format

FORMATS = {
    "stewardship/labelled_pairs": Format("labelled_pairs.csv"),
    "stewardship/decisions": Format("decisions.csv"),
}
DUPLICATES, NEAR_MISSES = 150, 150
"""Labelled pairs at most: persons who are there twice, and others who share a birthday, an address or a name."""
DECIDED = 2
"""Decisions of each kind on the second date."""
KINDS = ("must_link", "cannot_link")
REASONS = ("same passport shown", "two persons of one household")


def deliver(block: Block) -> Iterator[Delivery]:
    """Labels on the first date, decisions on the second, one of them revoked on the third; of one block only."""
    if not block.is_first:
        return
    same, other = duplicates(block.persons), near_misses(block.persons)
    yield Delivery("stewardship/labelled_pairs", 0, labelled_pairs(block, same, other))
    places = np.r_[same[:DECIDED], other[:DECIDED]]
    kinds = np.r_[np.zeros(len(same[:DECIDED]), dtype=int), np.ones(len(other[:DECIDED]), dtype=int)]
    for index in block.indexes:
        chosen = {1: np.arange(len(places)), 2: np.arange(len(places))[-1:]}.get(index, np.arange(0))
        yield Delivery("stewardship/decisions", index, decisions(block, places, kinds, (chosen, index)))


def duplicates(persons: Columns) -> np.ndarray:
    """Places of persons who are there twice, one pair a row."""
    copies = np.flatnonzero(persons["duplicate_of"] >= 0)
    return _known(persons, np.c_[persons["duplicate_of"][copies], copies])[:DUPLICATES]


def near_misses(persons: Columns) -> np.ndarray:
    """Places of relatives and of members of one household, who are two persons, one pair a row."""
    relatives, members = np.flatnonzero(persons["relative_of"] >= 0), np.flatnonzero(persons["member"] > 0)
    pairs = np.r_[
        np.c_[persons["relative_of"][relatives], relatives],
        np.c_[persons["household"][members], members],
    ]
    return _known(persons, pairs)[:NEAR_MISSES]


def _known(persons: Columns, pairs: np.ndarray) -> np.ndarray:
    """The pairs of which both are there from the first date on."""
    return pairs[(persons["arrival"][pairs] == 0).all(axis=1)]


def labelled_pairs(block: Block, same: np.ndarray, other: np.ndarray) -> pa.Table:
    """One row per labelled pair."""
    left, right = record_keys(block, np.r_[same, other])
    size = len(same) + len(other)
    return pa.table({
        "left_key": left, "right_key": right, "is_same": flags(np.arange(size) < len(same)),
        "labelled_on": days(np.full(size, block.options.today - 5)),
    })  # fmt: skip


def decisions(block: Block, pairs: np.ndarray, kinds: np.ndarray, when: tuple[np.ndarray, int]) -> pa.Table:
    """Those of the decided pairs that are chosen on a date; the third date's are revocations."""
    chosen, index = when
    left, right = record_keys(block, pairs[chosen])
    return pa.table({
        "decision_id": ids("S", chosen + 1, 6), "left_key": left, "right_key": right,
        "kind": words(KINDS, kinds[chosen]),
        "decided_on": days(np.full(len(chosen), block.options.day_numbers[index])),
        "steward": ids("steward-", chosen % 2 + 1), "reason": words(REASONS, kinds[chosen]),
        "is_revoked": flags(np.full(len(chosen), index == 2)),
    })  # fmt: skip


def record_keys(block: Block, pairs: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """Keys of the two records of each pair, the smaller first."""
    one, two = (joined("crm|", block.person_ids.take(pa.array(pairs[:, side]))) for side in (0, 1))
    return pc.min_element_wise(one, two), pc.max_element_wise(one, two)
