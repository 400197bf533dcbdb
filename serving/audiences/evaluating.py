"""Audiences on an index: members with consent applied, samples, overlap, composition, and why somebody is in or out."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from serving.audiences.conditions import (
    Compared,
    Condition,
    Either,
    Every,
    InAudience,
    IsKnown,
    IsOneOf,
    IsTrue,
    Not,
    as_sql,
    leaves,
)
from serving.audiences.definitions import Audience
from serving.audiences.index import TagIndex
from serving.audiences.selection import Selector, households


@dataclass(frozen=True, slots=True)
class Share:
    """How a value of a tag is spread: share in the audience, share in the population, and their ratio."""

    label: str
    customers: int
    share: float
    population_share: float
    lift: float | None


@dataclass
class Audiences:
    """Stored audiences evaluated on one index, each once; those they name first."""

    index: TagIndex
    stored: Mapping[str, Audience]
    purposes: Mapping[str, str | None]
    _found: dict[str, BitMap] = field(default_factory=dict)

    def members(self, audience: Audience) -> BitMap:
        """Customers of an audience: those who meet its condition and consented to its purpose."""
        if self.stored.get(audience.name) is not audience:
            return self._evaluate(audience)
        if audience.name not in self._found:
            self._found[audience.name] = self._evaluate(audience)
        return self._found[audience.name]

    def selector(self, condition: Condition) -> Selector:
        """A selector that knows the audiences which the condition names."""
        names = {leaf.name for leaf in leaves(condition) if isinstance(leaf, InAudience)}
        return Selector(self.index, {name: self.members(self.stored[name]) for name in names if name in self.stored})

    def size(self, audience: Audience) -> int:
        """Customers or households, as the audience counts."""
        members = self.members(audience)
        return households(self.index, members) if audience.level == "household" else len(members)

    def ids(self, audience: Audience) -> list[str]:
        """Ids of the customers or households, sorted."""
        members = self.members(audience)
        return self.index.household_ids(members) if audience.level == "household" else self.index.customer_ids(members)

    def sample(self, audience: Audience, size: int, seed: int = 0) -> list[str]:
        """Some of the ids, the same for the same seed, sorted."""
        ids = self.ids(audience)
        return sorted(random.Random(seed).sample(ids, min(size, len(ids))))

    def without_consent(self, audience: Audience) -> int:
        """Customers who meet the condition and are left out for want of consent."""
        return len(self.selector(audience.condition).members(audience.condition)) - len(self.members(audience))

    def _evaluate(self, audience: Audience) -> BitMap:
        members = self.selector(audience.condition).members(audience.condition)
        consent = self.purposes[audience.purpose]
        return members & self.index.true(consent) if consent else members


def composition(index: TagIndex, members: BitMap, tag_id: str) -> list[Share]:
    """How a boolean's or category's values are spread among the members against all customers, largest lift first."""
    if index.value_type(tag_id) == "boolean":
        true = index.true(tag_id)
        parts = {"true": true, "false": index.known(tag_id) - true}
    else:
        parts = {label: index.labelled(tag_id, label) for label in index.labels(tag_id)}
    parts["unknown"] = index.everyone - index.known(tag_id)
    found = [_share(label, part, members, len(index.everyone)) for label, part in parts.items() if part]
    return sorted(found, key=lambda one: (-(one.lift or 0), one.label))


def _share(label: str, part: BitMap, members: BitMap, everyone: int) -> Share:
    inside = part.intersection_cardinality(members)
    share, population = (inside / len(members) if members else 0.0), len(part) / everyone
    return Share(label, inside, share, population, share / population if population and members else None)


def overlap(left: BitMap, right: BitMap) -> dict[str, Any]:
    """Sizes of two audiences, of what they share, and the share of both in their union (Jaccard)."""
    both = left.intersection_cardinality(right)
    either = len(left) + len(right) - both
    return {"left": len(left), "right": len(right), "both": both, "jaccard": both / either if either else None}


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a condition for one customer: True, False, or None where it is unknown."""

    condition: Condition
    holds: bool | None
    actual: Any = None

    def __str__(self) -> str:
        state = {True: "yes", False: "no", None: "unknown"}[self.holds]
        told = "" if isinstance(self.condition, InAudience) else f" (is {self.actual})"
        return f"{state}: {as_sql(self.condition)}{told}"


def reasons(selector: Selector, condition: Condition, customer: int) -> list[Reason]:
    """Every single condition, and whether it holds for the customer of this number."""
    return [_reason(selector, leaf, customer) for leaf in leaves(condition)]


def nearest_change(selector: Selector, condition: Condition, customer: int) -> list[Reason]:
    """The fewest single conditions that would have to turn for a customer who is out to be in; none when in."""
    turning = _turning(selector, condition, customer, wanted=True)
    return [_reason(selector, leaf, customer) for leaf in turning]


def _turning(selector: Selector, condition: Condition, customer: int, *, wanted: bool) -> list[Condition]:
    """Leaves to turn so that the condition is true, or false, for the customer."""
    if isinstance(condition, Not):
        return _turning(selector, condition.part, customer, wanted=not wanted)
    if isinstance(condition, Every | Either):
        below = [_turning(selector, part, customer, wanted=wanted) for part in condition.parts]
        if isinstance(condition, Every) is wanted:
            return [leaf for one in below for leaf in one]
        return min(below, key=len)
    truth = selector.truth(condition)
    return [] if customer in (truth.true if wanted else truth.false) else [condition]


def _reason(selector: Selector, leaf: Condition, customer: int) -> Reason:
    truth = selector.truth(leaf)
    holds = True if customer in truth.true else False if customer in truth.false else None
    actual = None if isinstance(leaf, InAudience) else value_of(selector.index, _tag_of(leaf), customer)
    return Reason(leaf, holds, actual)


def _tag_of(leaf: Condition) -> str:
    assert isinstance(leaf, IsTrue | IsOneOf | Compared | IsKnown)
    return leaf.tag_id


def value_of(index: TagIndex, tag_id: str, customer: int) -> Any:
    """A tag's value for the customer of this number; numbers as they are, dates as days since 1970."""
    if customer not in index.known(tag_id):
        return None
    kind = index.value_type(tag_id)
    if kind == "boolean":
        return customer in index.true(tag_id)
    if kind == "category":
        return next(label for label in index.labels(tag_id) if customer in index.labelled(tag_id, label))
    numbers = index.numbers(tag_id)
    rank = sum(1 << bit for bit, members in enumerate(numbers.slices) if customer in members)
    return float(numbers.values[rank])


def sizes(audiences: Audiences, chosen: Iterable[Audience]) -> Iterator[dict[str, Any]]:
    """A row for each audience: name, level, purpose, customers and households."""
    for one in chosen:
        members = audiences.members(one)
        yield {
            "audience": one.name, "purpose": one.purpose, "level": one.level,
            "customers_count": len(members), "households_count": households(audiences.index, members),
        }  # fmt: skip
