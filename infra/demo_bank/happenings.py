"""What customers do at moments of their own: who, when, and a number that no other happening of its kind has."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block
from infra.demo_bank.draw import repeated
from infra.demo_bank.lifetimes import is_active

OPENS, CLOSES = 7 * 3_600, 17 * 3_600
"""UTC seconds of a day between which things happen."""


@dataclass(frozen=True)
class Happenings:
    """Rows in order of time."""

    block: Block
    random: np.random.Generator
    place: np.ndarray
    """Place of the person in the block."""
    day: np.ndarray
    moment: np.ndarray
    """Seconds since 1970-01-01, UTC."""
    number: np.ndarray

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.place)

    @property
    def party(self) -> pa.Array:
        """Identifier of the person."""
        return self.block.person_ids.take(pa.array(self.place))

    def of(self, name: str) -> np.ndarray:
        """An attribute of the person, row by row."""
        return self.block.persons[name][self.place]

    def integers(self, low: int, high: int) -> np.ndarray:
        """Random whole numbers from `low` to below `high`."""
        return self.random.integers(low, high, self.size)

    def chance(self, share: float) -> np.ndarray:
        """True for this share of the rows."""
        return self.random.random(self.size) < share


def happenings(block: Block, topic: str, yearly: float, index: int, window: int = 365) -> Happenings:
    """Happenings of a date's delivery: `yearly` a customer, on the first date over the last `window` days."""
    random = block.random(topic, index)
    low, high = block.options.span(index)
    low = max(low, high - window + 1)
    expected = yearly * block.options.activity * (high - low + 1) / 365
    counts = random.poisson(expected * block.persons["liveliness"][block.customers])
    place = block.customers[repeated(counts)]
    day = random.integers(low, high + 1, len(place))
    keep = is_active(block.persons, place, day)
    place, day = place[keep], day[keep]
    moment = day * 86_400 + random.integers(OPENS, CLOSES, len(place))
    order = np.argsort(moment, kind="stable")
    number = serial(block, index, len(place))
    return Happenings(block, random, place[order], day[order], moment[order], number)


def serial(block: Block, index: int, size: int) -> np.ndarray:
    """Numbers that no other block and date uses."""
    return block.number * 10**9 + index * 10**8 + np.arange(size) + 1
