"""What changed between two releases, against the values put in."""

from datetime import date

import pytest

from spark_jobs.tags.changes import EVERY_TAG, Unpacked, changes, newcomers
from tests.unit.tags.world import plan_of, words_of, write_family

DAY = date(2026, 6, 2)
BEFORE = [
    {"customer_id": "c1", "total_asset_amount": 5000.0, "segment_code": "retail"},
    {"customer_id": "c2", "total_asset_amount": 10.0, "segment_code": "private"},
    {"customer_id": "gone", "total_asset_amount": 10.0},
]
AFTER = [
    {"customer_id": "c2", "total_asset_amount": None, "segment_code": "ultra"},
    {"customer_id": "new", "total_asset_amount": 1.0},
    {"customer_id": "c1", "total_asset_amount": 5000.0, "segment_code": "retail"},
]


@pytest.fixture
def plan(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1000")
    write_family(tmp_path, "assets/amount", "total_asset_amount", "number")
    write_family(tmp_path, "profile/segment", "segment_code", "category")
    write_family(tmp_path, "profile/since", "kyc_reviewed_date", "date")
    return plan_of(tmp_path)


def changed(plan, before, after):
    slots = {slot.tag_id: slot for slot in plan.slots}
    words = [Unpacked(words_of(plan, one), slots) for one in (before, after)]
    found = changes(*words, dict.fromkeys(slots, 3), DAY)
    return [tuple(row.values()) for row in found.to_pylist()]


def test_a_change_says_what_was_and_what_is(plan):
    assert changed(plan, BEFORE, AFTER) == [
        ("c2", "amount", "10", None, 3, DAY),
        ("c2", "rich", "false", None, 3, DAY),
        ("c2", "segment", "private", "ultra", 3, DAY),
        ("gone", EVERY_TAG, None, None, None, DAY),
    ]


def test_nothing_changed_is_no_row(plan):
    assert changed(plan, BEFORE, [BEFORE[2], BEFORE[0], BEFORE[1]]) == []


def test_only_who_was_not_known_before_is_new(plan):
    found = newcomers(words_of(plan, BEFORE), words_of(plan, AFTER))
    assert found.to_pylist() == ["new"]
