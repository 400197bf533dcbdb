"""The evaluator against cases worked out by hand."""

import pytest

from tests.bench._entity_evaluation import b_cubed, largest, of_pairs

TRUTH = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2}


def test_the_truth_itself_is_perfect():
    assert of_pairs(TRUTH, TRUTH) == (1, 1, 1)
    assert b_cubed(TRUTH, TRUTH) == (1, 1, 1)


def test_one_record_in_the_wrong_group():
    """{a, b}, {c, d, e}: of 4 pairs found 2 are right, of 4 true ones 2 are found."""
    found = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"}
    assert of_pairs(TRUTH, found) == (0.5, 0.5, 0.5)
    precision, recall, _ = b_cubed(TRUTH, found)
    assert precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)


def test_everything_in_one_group():
    found = dict.fromkeys(TRUTH, "x")
    assert of_pairs(TRUTH, found)[:2] == (0.4, 1.0)
    assert b_cubed(TRUTH, found).precision == pytest.approx((3 * 3 / 5 + 2 * 2 / 5) / 5)
    assert largest(found) == 5


def test_each_record_alone_finds_no_pair_and_no_wrong_one():
    found = {record: record for record in TRUTH}
    assert of_pairs(TRUTH, found) == (1.0, 0.0, 0.0)
    assert b_cubed(TRUTH, found).recall == pytest.approx((3 / 3 + 2 / 2) / 5)


def test_other_records_are_refused():
    with pytest.raises(ValueError, match="same records"):
        of_pairs(TRUTH, {"a": 1})
