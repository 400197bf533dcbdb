"""Who meets a condition, with SQL's three values: what is unknown is neither in nor out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from serving.audiences.conditions import (
    Compared,
    Condition,
    ConditionError,
    Either,
    Every,
    InAudience,
    IsKnown,
    IsOneOf,
    IsTrue,
    Not,
    as_number,
)
from serving.audiences.index import TagIndex


@dataclass(frozen=True, slots=True)
class Truth:
    """Customers for whom a condition is true and those for whom it is false; for all others it is unknown."""

    true: BitMap
    false: BitMap


@dataclass(frozen=True)
class Selector:
    """Evaluates conditions on one index; `named` are the customers of other audiences."""

    index: TagIndex
    named: Mapping[str, BitMap]

    def members(self, condition: Condition) -> BitMap:
        """Customers for whom the condition is true. Raises ConditionError."""
        return self.truth(condition).true

    def truth(self, condition: Condition) -> Truth:
        """The condition's truth for every customer. Raises ConditionError."""
        if isinstance(condition, Not):
            below = self.truth(condition.part)
            return Truth(below.false, below.true)
        if isinstance(condition, Every | Either):
            parts = [self.truth(one) for one in condition.parts]
            if isinstance(condition, Every):
                return Truth(_all([one.true for one in parts]), _any([one.false for one in parts]))
            return Truth(_any([one.true for one in parts]), _all([one.false for one in parts]))
        return self._leaf(condition)

    def _leaf(self, leaf: Condition) -> Truth:
        if isinstance(leaf, InAudience):
            if leaf.name not in self.named:
                raise ConditionError(f"There is no audience {leaf.name}.")
            return Truth(self.named[leaf.name], self.index.everyone - self.named[leaf.name])
        assert isinstance(leaf, IsTrue | IsOneOf | Compared | IsKnown)
        known = self.index.known(leaf.tag_id)
        if isinstance(leaf, IsKnown):
            return Truth(known, self.index.everyone - known)
        true = self._holders(leaf)
        return Truth(true, known - true)

    def _holders(self, leaf: IsTrue | IsOneOf | Compared) -> BitMap:
        kind = self.index.value_type(leaf.tag_id)
        if isinstance(leaf, IsTrue):
            _require(kind == "boolean", leaf.tag_id, kind, "compare it with a value")
            return self.index.true(leaf.tag_id)
        if isinstance(leaf, IsOneOf) and kind == "category":
            return _any([self.index.labelled(leaf.tag_id, label) for label in leaf.labels])
        _require(kind in ("number", "score", "date"), leaf.tag_id, kind, "write the tag alone, or = for a category")
        values = [leaf.value] if isinstance(leaf, Compared) else leaf.labels
        operator = leaf.operator if isinstance(leaf, Compared) else "="
        return _any([self._compared(leaf.tag_id, operator, as_number(one)) for one in values])

    def _compared(self, tag_id: str, operator: str, value: float) -> BitMap:
        numbers = self.index.numbers(tag_id)
        if operator in (">=", ">"):
            return numbers.at_least(value) if operator == ">=" else numbers.above(value)
        if operator in ("<", "<="):
            return numbers.known - (numbers.at_least(value) if operator == "<" else numbers.above(value))
        return numbers.at_least(value) - numbers.above(value)


def households(index: TagIndex, members: BitMap) -> int:
    """How many households the customers belong to."""
    return len(np.unique(index.household_numbers[members.to_array()])) if members else 0


def _require(is_fit: bool, tag_id: str, kind: str, way_out: str) -> None:
    if not is_fit:
        raise ConditionError(f"Tag {tag_id} is a {kind}: {way_out}.")


def _all(bitmaps: list[BitMap]) -> BitMap:
    return BitMap.intersection(*bitmaps)


def _any(bitmaps: list[BitMap]) -> BitMap:
    return BitMap.union(*bitmaps)
