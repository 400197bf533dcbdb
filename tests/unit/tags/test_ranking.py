"""Ranks of customers within a group and among all, against the definition of percent_rank."""

import pyarrow as pa
import pytest

from spark_jobs.tags.ranking import batches_ranked
from tests.unit.tags.world import plan_of, write_family

ROWS = [("a", 20.0), ("b", 5.0), ("a", 40.0), ("a", None), (None, 7.0), ("a", 10.0), ("a", 20.0)]


@pytest.mark.parametrize("batch_rows", [1, 3, 100])
def test_ranks_count_who_has_less_and_stay_beside_their_customers(tmp_path, batch_rows):
    write_family(tmp_path, "assets/first_of_segment", "percentile_within(total_asset_amount, segment_code) = 1")
    write_family(tmp_path, "assets/first_of_all", "percentile_overall(total_asset_amount) = 1")
    plan = plan_of(tmp_path)
    structs = [{"total_asset_amount": value, "segment_code": segment} for segment, value in ROWS]
    kind = pa.struct([("total_asset_amount", pa.float64()), ("segment_code", pa.string())])
    given = (pa.array(structs[one : one + batch_rows], kind) for one in range(0, len(structs), batch_rows))
    found = [row for batch in batches_ranked(plan.ranks_statement)(given) for row in batch.to_pylist()]
    within, overall = sorted(plan.percentiles, key=lambda name: "_within_" not in name)
    assert [row[within] for row in found] == [1 / 3, 0, 1, None, None, 0, 1 / 3]
    assert [row[overall] for row in found] == [3 / 5, 0, 1, None, 1 / 5, 2 / 5, 3 / 5]


def test_a_bank_without_customers_has_no_ranks(tmp_path):
    write_family(tmp_path, "assets/first_of_all", "percentile_overall(total_asset_amount) = 1")
    assert list(batches_ranked(plan_of(tmp_path).ranks_statement)(iter([]))) == []
