"""Bitmaps built from bits, and ranges over bit slices, against numpy doing the same one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from spark_jobs.tags.bitmaps import NumericBitmaps, bit_slices, bitmap

SHARES = (0.0, 0.00001, 0.01, 0.0625, 0.5, 0.9999, 1.0)


@pytest.mark.parametrize("share", SHARES)
def test_a_bitmap_holds_the_numbers_of_the_mask(share):
    mask = np.random.default_rng(1).random(200_003) < share
    made = bitmap(mask)
    assert made == BitMap(np.flatnonzero(mask).tolist())
    assert BitMap.deserialize(made.serialize()) == made


def test_no_customers_make_an_empty_bitmap():
    assert len(bitmap(np.zeros(0, dtype=bool))) == 0


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5).map(float))), st.integers(-6, 6))
def test_ranges_are_those_of_the_values(values, bound):
    numbers = np.array([np.nan if one is None else one for one in values], dtype=float)
    is_known = ~np.isnan(numbers)
    different, found = np.unique(numbers[is_known], return_inverse=True)
    ranks = np.full(len(numbers), -1)
    ranks[is_known] = found
    made = NumericBitmaps(bitmap(is_known), different, bit_slices(ranks, len(different)))
    assert list(made.at_least(bound)) == [at for at, one in enumerate(values) if one is not None and one >= bound]
    assert list(made.above(bound)) == [at for at, one in enumerate(values) if one is not None and one > bound]
