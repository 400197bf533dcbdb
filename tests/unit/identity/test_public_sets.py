"""A public set of persons with known duplicates, small enough for every run."""

import pytest

from tests.bench._entity_evaluation import b_cubed, of_pairs
from tests.bench._entity_sets import febrl, trained_and_resolved


@pytest.mark.real_data
def test_febrl_1_is_resolved_without_truth():
    records, truth = febrl("1")
    assert records.num_rows == 1000
    found = trained_and_resolved(records, "febrl")
    assert of_pairs(truth, found).precision >= 0.99
    assert of_pairs(truth, found).recall >= 0.97
    assert b_cubed(truth, found).f1 >= 0.99
