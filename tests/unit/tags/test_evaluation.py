"""Tags from their files to words, to bitmaps, to values."""

import numpy as np
import pytest

from dbt_project.tags.publishing import counts_of
from spark_jobs.tags.changes import Unpacked
from spark_jobs.tags.index import INDEX, index_rows
from spark_jobs.tags.statistics import numbers_of, stability_index
from tests.unit.tags.world import next_words_of, pa, plan_of, words_of, write_family

CUSTOMERS = [
    {"customer_id": "c1", "total_asset_amount": 100.0, "cash_amount": 50.0, "segment_code": "retail"},
    {"customer_id": "c2", "total_asset_amount": 5000.0, "cash_amount": 50.0, "segment_code": "private"},
    {"customer_id": "c3"},
]


@pytest.fixture
def plan(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1000")
    write_family(tmp_path, "assets/cash_heavy", "ratio_at_least(cash_amount, total_asset_amount, 0.5) and not rich")
    write_family(tmp_path, "assets/cash_part", "share(cash_amount, total_asset_amount)", "number")
    write_family(tmp_path, "profile/segment", "segment_code", "category")
    write_family(tmp_path, "profile/today", "as_of_date", "date")
    return plan_of(tmp_path)


def test_words_hold_what_is_true_and_what_is_known(plan):
    words = words_of(plan, CUSTOMERS)
    by_tag = {slot.tag_id: slot for slot in plan.slots}
    values = {tag: [_boolean(words, by_tag[tag], row) for row in range(3)] for tag in ("rich", "cash_heavy")}
    assert values == {"rich": [False, True, None], "cash_heavy": [True, False, None]}
    assert words["assets_numbers"].to_pylist() == [[0.5], [0.01], [None]]
    assert words["profile_texts"].to_pylist() == [["retail"], ["private"], [None]]


def test_the_index_counts_what_the_words_say(plan):
    words = words_of(plan, CUSTOMERS)
    index = pa.Table.from_batches(index_rows(words, plan.slots), INDEX)
    counts = counts_of(index, 3)
    assert counts["rich"] == {"customers": 3, "known": 2, "true": 1}
    assert counts["segment"] == {"customers": 3, "known": 2, "=private": 1, "=retail": 1}
    assert counts["today"] == {"customers": 3, "known": 3}


def test_numbers_and_dates_are_read_back(plan):
    unpacked = Unpacked(words_of(plan, CUSTOMERS), {slot.tag_id: slot for slot in plan.slots})
    assert np.allclose(numbers_of(unpacked, "cash_part"), [0.5, 0.01, np.nan], equal_nan=True)
    assert numbers_of(unpacked, "today").tolist() == [20605.0] * 3  # 2026-06-01


def test_batches_do_not_change_the_words(plan):
    assert words_of(plan, CUSTOMERS, batch_rows=1) == words_of(plan, CUSTOMERS, batch_rows=3)


def test_without_news_the_daily_tags_alone_are_made_anew(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1000")
    write_family(tmp_path, "assets/lately", "as_of_date <= date '2026-06-01'")
    write_family(tmp_path, "assets/first_of_all", "percentile_overall(total_asset_amount) = 1")
    write_family(tmp_path, "assets/cash_part", "share(cash_amount, total_asset_amount)", "number")
    write_family(tmp_path, "assets/tenure_years", "tenure_days / 365", "number")
    write_family(tmp_path, "profile/segment", "segment_code", "category")
    write_family(tmp_path, "profile/today", "as_of_date", "date")
    plan = plan_of(tmp_path)
    assert set(plan.daily_tags) == {"lately", "first_of_all", "tenure_years", "today"}
    (rank,) = plan.percentiles
    today = [one | {"tenure_days": 730, rank: 0.5} for one in CUSTOMERS]
    tomorrow = [one | {"as_of_date": "2026-06-02", "tenure_days": 731, rank: 1.0} for one in today]
    words = words_of(plan, today)
    expected = words_of(plan, tomorrow)
    assert next_words_of(plan, words, tomorrow) == expected
    assert words != expected


def test_a_plan_has_another_fingerprint_as_soon_as_a_rule_is_another(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1000")
    fingerprint = plan_of(tmp_path).fingerprint
    assert plan_of(tmp_path).fingerprint == fingerprint
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1001")
    assert plan_of(tmp_path).fingerprint != fingerprint


def test_a_distribution_is_stable_against_itself_and_not_against_its_opposite():
    assert stability_index({"true": 0.3, "false": 0.7}, {"true": 0.3, "false": 0.7}) == 0
    # (0.9 - 0.1) * ln(9) twice
    assert stability_index({"true": 0.1, "false": 0.9}, {"true": 0.9, "false": 0.1}) == pytest.approx(3.515560)


def _boolean(words, slot, row):
    known, true = (words[name][row].as_py()[slot.position] for name in (slot.known_column, slot.column))
    return bool(true >> slot.bit & 1) if known >> slot.bit & 1 else None
